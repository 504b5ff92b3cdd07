//! Pages of other languages, with their own labels and markers: skipped, and said so, where ../shared/corpora is not there.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::lines as values;
use crate::corpora::{articles, corpora, made};
use crate::score::{assert_at_least, report_of};

/// What the papers of a language print round their articles, in the place of what make_pages.py prints.
struct Language {
    corpus: &'static str,
    published: &'static str,
    source: &'static str,
    keywords: &'static str,
    markers: &'static [&'static str],
    /// Articles with one of these hold a marker of their own, which their answers count as words of the body.
    holds_marker: &'static [&'static str],
    /// The least share of bodies that are right, and of headlines found.
    body: f64,
    boundary: f64,
}

const LANGUAGES: &[Language] = &[
    Language {
        corpus: "masakhanews-fr",
        published: "Publié le : ",
        source: "Source : ",
        keywords: "Mots-clés : ",
        markers: &["Lire aussi :", "À lire aussi", "Sur le même sujet", "Voir aussi :"],
        holds_marker: &[
            "ire aussi",
            "oir aussi",
            "ire également",
            "À lire",
            "A lire",
            "egarder",
            "articles sur le sujet",
            "surtout lire",
        ],
        body: 0.94,
        boundary: 0.985,
    },
    Language {
        corpus: "irnews-fa",
        published: "تاریخ انتشار: ",
        source: "منبع : ",
        keywords: "کلمات کلیدی: ",
        markers: &["بیشتر بخوانید:", "بیشتر بخوانید", "اخبار مرتبط", "مطالب مرتبط:"],
        holds_marker: &["بخوانید", "مرتبط"],
        body: 0.96,
        boundary: 0.985,
    },
    Language {
        corpus: "indonesian-id",
        published: "Diterbitkan: ",
        source: "Sumber: ",
        keywords: "Kata kunci: ",
        markers: &["Baca juga:", "Berita Terkait", "Artikel terkait:", "Lihat juga :"],
        holds_marker: &["juga", "Juga", "Video", "erkait"],
        body: 0.95,
        boundary: 0.98,
    },
    Language {
        corpus: "factcheck-ar",
        published: "نشر في: ",
        source: "المصدر : ",
        keywords: "الكلمات المفتاحية: ",
        markers: &["أخبار متعلقة", "مواضيع ذات صلة:", "شاهد أيضا:", "اقرأ أيضا"],
        holds_marker: &["قرأ أيض", "المزيد"],
        body: 0.96,
        boundary: 0.985,
    },
];

/// Lines of furniture, which the answers count as words of the body.
const FURNITURE: [&str; 4] = [
    "SCROLL TO CONTINUE WITH CONTENT",
    "ADVERTISEMENT",
    "Écouter :\"",
    "Saksikan Live Detikpagi :",
];

#[test]
fn pages_of_other_languages_with_their_own_labels_and_markers_are_read_as_well() {
    let Some(corpora) = corpora() else { return };
    for language in LANGUAGES {
        let folder = tempfile::tempdir().unwrap();
        let from = without_markers(&corpora, language, folder.path());
        let (pages, gold) = made(&corpora, &from, &["--pages", "800"], folder.path());
        let told: String = values(&fs::read(&pages).unwrap())
            .into_iter()
            .enumerate()
            .map(|(number, page)| format!("{}\n", in_language(page, number, language)))
            .collect();
        fs::write(&pages, told).unwrap();
        let report = report_of(&corpora, &pages, &gold);
        let shares = ["body", "boundary_p", "boundary_r", "boundary_f1"].map(|name| &report[name]);
        println!("{}: {shares:?}", language.corpus);
        let exact = ["once", "sightings"].map(|name| (name, 1.0));
        assert_at_least(language.corpus, &report, &exact);
        // A few articles print a source of their own.
        let fields = ["source", "keywords_raw"].map(|name| (name, 0.99));
        assert_at_least(language.corpus, &report, &fields);
        let floors = [("body", language.body), ("boundary_f1", language.boundary)];
        assert_at_least(language.corpus, &report, &floors);
    }
}

/// Nearly every Urdu article of the corpus begins with its headline, below the date.
#[test]
fn an_article_that_begins_with_its_headline_keeps_that_line() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().unwrap();
    let from = corpora.join("urdu-ur.jsonl.gz");
    let (pages, gold) = made(&corpora, &from, &["--pages", "400"], folder.path());
    let report = report_of(&corpora, &pages, &gold);
    // Of the others most hold credits of pictures, which the answers count as words of the body.
    assert_at_least("urdu-ur", &report, &[("once", 1.0), ("body", 0.74)]);
}

/// The articles of the corpus that hold no marker of their own.
fn without_markers(corpora: &Path, language: &Language, folder: &Path) -> PathBuf {
    let holds = |text: &Value| {
        text.as_str()
            .is_some_and(|text| language.holds_marker.iter().any(|form| text.contains(form)))
    };
    let articles = articles(corpora, language.corpus).into_iter();
    let kept = articles.filter(|article| !holds(&article["text"]) && !holds(&article["title"]));
    let kept = kept.map(|mut article| {
        let text = article["text"].as_str().unwrap_or_default().to_owned();
        article["text"] = json!(FURNITURE.iter().fold(text, |text, line| text.replace(line, "")));
        article
    });
    let from = folder.join(format!("{}.jsonl", language.corpus));
    fs::write(&from, kept.map(|article| format!("{article}\n")).collect::<String>()).unwrap();
    from
}

/// The page with the labels and a marker of the language.
fn in_language(mut page: Value, number: usize, language: &Language) -> Value {
    let told = |line: &str| -> String {
        let labels = [
            ("تاريخ النشر: ", language.published),
            ("المصدر: ", language.source),
            ("كلمات دلالية: ", language.keywords),
        ];
        let is_marker = ["إقرأ أيضاً:", "اقرأ أيضا:", "إقرأ أيضا :", "اقرأ أيضًا"].contains(&line);
        let label = labels.iter().find_map(|(label, own)| Some((own, line.strip_prefix(label)?)));
        match label {
            Some((own, value)) => format!("{own}{value}"),
            None if is_marker => language.markers[number % language.markers.len()].to_owned(),
            None => line.to_owned(),
        }
    };
    let lines: Vec<String> = page["text"].as_str().unwrap().lines().map(told).collect();
    page["text"] = json!(lines.join("\n"));
    page
}
