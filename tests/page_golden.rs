//! Golden pages, field by field.

use std::fs;
use std::path::Path;

use newsmill::page::{Context, Layouts, Page, explain, read};
use newsmill::record::{Precision, RelatedKind, Warning};

const SEED: &str = include_str!("pages/seed.txt");

/// The first of January 2026: after every date on the golden pages.
const PAGE_TIME: i64 = 1_767_225_600_000;

fn context() -> Context<'static> {
    Context { page_time_ms: PAGE_TIME, ..Context::default() }
}

fn page(text: &str) -> Page<'_> {
    read(text, Layouts::builtin(), &context())
}

#[test]
fn every_field_of_the_seed_page_is_right() {
    let lines: Vec<&str> = SEED.lines().collect();
    let page = page(SEED);
    assert_eq!(page.headline.as_deref(), Some(lines[0]));
    let published = page.published.unwrap();
    assert_eq!(published.at.as_deref(), Some("2023-09-20T00:00:00Z"));
    assert_eq!(published.precision, Some(Precision::Day));
    assert_eq!(published.raw, "20th, September 2023 GMT");
    assert_eq!(page.updated, None);
    assert_eq!(page.source.as_deref(), Some("صدى البلد"));
    assert_eq!(page.author, None);
    assert_eq!(page.keywords_raw.as_deref(), lines[12].strip_prefix("كلمات دلالية: "));
    assert_eq!(
        page.keywords,
        [
            "وزير الدفاع الروسي",
            "سيرجي شويجو",
            "جنوب القوقاز",
            "القوقاز",
            "ايران",
            "روسيا",
            "ناجورنو كاراباخ"
        ]
    );
    assert_eq!(page.body, lines[2..11]);
    assert_eq!(page.related.len(), 1);
    let story = &page.related[0];
    assert_eq!(story.kind, RelatedKind::Story);
    assert_eq!(story.headline.as_deref(), Some(lines[14]));
    assert_eq!(story.teaser, None);
    assert_eq!(story.body, lines[15..21]);
    assert!(story.body[5].ends_with("معاناة المدنيين في غزة."));
    assert_eq!(page.furniture, Vec::<&str>::new());
    assert_eq!(page.warnings, Vec::<Warning>::new());
    assert_eq!(page.layout.as_deref(), Some("ar"));
    assert_eq!(page.language, "ar");
}

#[test]
fn explain_accounts_for_every_line_of_the_seed_page() {
    let explained = explain(SEED, Layouts::builtin(), &context());
    assert_eq!(explained.page, page(SEED));
    let mut seen: Vec<u32> = explained.lines.iter().map(|piece| piece.line).collect();
    seen.dedup();
    assert_eq!(seen, (1..=21).collect::<Vec<u32>>());
}

/// Pages of our own writing and what they say, by name.
const PAGES: &[(&str, &str, &str)] = &[
    ("ar_updated", include_str!("pages/ar_updated.txt"), include_str!("pages/ar_updated.json")),
    ("en_middle", include_str!("pages/en_middle.txt"), include_str!("pages/en_middle.json")),
    ("fa_links", include_str!("pages/fa_links.txt"), include_str!("pages/fa_links.json")),
    ("fr_flat", include_str!("pages/fr_flat.txt"), include_str!("pages/fr_flat.json")),
    ("de_fields", include_str!("pages/de_fields.txt"), include_str!("pages/de_fields.json")),
    ("es_fields", include_str!("pages/es_fields.txt"), include_str!("pages/es_fields.json")),
    ("hi_fields", include_str!("pages/hi_fields.txt"), include_str!("pages/hi_fields.json")),
    ("it_fields", include_str!("pages/it_fields.txt"), include_str!("pages/it_fields.json")),
    ("pl_fields", include_str!("pages/pl_fields.txt"), include_str!("pages/pl_fields.json")),
    ("pt_fields", include_str!("pages/pt_fields.txt"), include_str!("pages/pt_fields.json")),
    ("ru_fields", include_str!("pages/ru_fields.txt"), include_str!("pages/ru_fields.json")),
    ("sw_fields", include_str!("pages/sw_fields.txt"), include_str!("pages/sw_fields.json")),
    ("tr_fields", include_str!("pages/tr_fields.txt"), include_str!("pages/tr_fields.json")),
    ("vi_fields", include_str!("pages/vi_fields.txt"), include_str!("pages/vi_fields.json")),
    ("ru_teaser", include_str!("pages/ru_teaser.txt"), include_str!("pages/ru_teaser.json")),
];

#[test]
fn every_field_of_every_golden_page_is_right() {
    for (name, text, answer) in PAGES {
        let wanted: serde_json::Value = serde_json::from_str(answer).unwrap();
        let found = serde_json::to_value(page(text)).unwrap();
        for (field, wanted) in wanted.as_object().unwrap() {
            assert_eq!(&found[field], wanted, "{name}: {field}");
        }
        assert_eq!(found.as_object().unwrap().len(), wanted.as_object().unwrap().len(), "{name}");
    }
}

/// Pages in the shapes that sites of many languages have, each with its whole record beside it.
#[test]
fn every_page_in_the_shape_of_a_site_gives_its_whole_record() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/sites");
    let mut pages: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|of| of == "txt"));
    pages.sort();
    assert!(pages.len() > 110, "{}", pages.len());
    for path in pages {
        let text = fs::read_to_string(&path).unwrap();
        let answer = fs::read_to_string(path.with_extension("json")).unwrap();
        let wanted: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(serde_json::to_value(page(&text)).unwrap(), wanted, "{}", path.display());
    }
}

#[test]
fn a_sentence_with_the_words_of_a_marker_or_label_stays_in_the_body() {
    let file: toml::Table = toml::from_str(include_str!("pages/false_friends.toml")).unwrap();
    let sentences = file["sentence"].as_array().unwrap();
    for sentence in sentences {
        let (language, text) =
            (sentence["language"].as_str().unwrap(), sentence["text"].as_str().unwrap());
        let page_text = format!("1234 5678\n{text}\n{text}\n8765 4321.");
        let context = Context { language: Some(language), ..context() };
        let page = read(&page_text, Layouts::builtin(), &context);
        assert_eq!(page.body, [text, text, "8765 4321."], "{language}");
        assert_eq!(page.related, [], "{text}");
    }
}
