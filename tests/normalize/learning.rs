//! What pages learn from each other: how many blocks of appended stories come out right, and that none comes out worse.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use newsmill::page::{Context, Layouts, Starts, read};
use newsmill::stage::lines;
use newsmill::stage::parse::{Learns, Parse};
use newsmill::stage::{Outbox, Record, Target, erase};
use serde_json::{Value, json};

use crate::command::{lines as values, normalize};
use crate::corpora::{articles, corpora, made, paragraphs, tidy};

/// The headlines of what was appended.
type Headlines = Vec<String>;

/// Of each page its appended headlines, by its id.
fn normalized(options: &[&str], pages: &Path) -> HashMap<String, Headlines> {
    let run = normalize(options, &[pages], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told = |article: Value| {
        let related = article["related"].as_array().unwrap().iter();
        let headlines = related.map(|related| tidy(related["headline"].as_str().unwrap()));
        (article["input_id"].as_str().unwrap().to_owned(), headlines.collect())
    };
    run.records("articles").into_iter().map(told).collect()
}

/// The same, each page by itself.
fn alone(pages: &[Value]) -> HashMap<String, Headlines> {
    let told = |page: &Value| {
        let context = Context { page_time_ms: i64::MAX / 2, ..Context::default() };
        let read = read(page["text"].as_str().unwrap(), Layouts::builtin(), &context);
        let headlines = read.related.iter().map(|related| tidy(related.headline.as_ref().unwrap()));
        (page["id"].as_str().unwrap().to_owned(), headlines.collect())
    };
    pages.iter().map(told).collect()
}

/// The share of blocks of two stories or more that are exactly right, of all pages and of their second half.
fn right(answers: &[Value], told: &HashMap<String, Headlines>) -> [f64; 2] {
    let is_right = |answer: &&Value| {
        let wanted = answer["related"].as_array().unwrap().iter();
        let wanted: Headlines =
            wanted.map(|story| tidy(story["headline"].as_str().unwrap())).collect();
        told[answer["id"].as_str().unwrap()] == wanted
    };
    let has_block = |answer: &&Value| answer["related"].as_array().unwrap().len() > 1;
    [answers, &answers[answers.len() / 2..]].map(|answers| {
        let blocks: Vec<_> = answers.iter().filter(has_block).collect();
        let right = blocks.iter().copied().filter(is_right).count();
        f64::from(u32::try_from(right).unwrap()) / f64::from(u32::try_from(blocks.len()).unwrap())
    })
}

/// How much of the blocks of ten thousand pages is right: in two passes, in one pass over the second half, and alone.
fn figures(corpora: &Path, from: &Path) -> [f64; 3] {
    let folder = tempfile::tempdir().unwrap();
    let (pages, gold) = made(corpora, from, &["--pages", "10000"], folder.path());
    let answers = values(&fs::read(gold).unwrap());
    let [twice, _] = right(&answers, &normalized(&[], &pages));
    let [_, once] = right(&answers, &normalized(&["--single-pass"], &pages));
    let [alone, _] = right(&answers, &alone(&values(&fs::read(pages).unwrap())));
    [twice, once, alone]
}

#[test]
fn what_other_pages_show_makes_nearly_all_blocks_right() {
    let Some(corpora) = corpora() else { return };
    for (corpus, [twice, once]) in
        [("saudinewsnet-ar", [0.975, 0.968]), ("antcorpus-ar", [0.996, 0.996])]
    {
        let found = figures(&corpora, &corpora.join(format!("{corpus}.jsonl.gz")));
        println!("{corpus}: in two passes {}, in one {}, alone {}", found[0], found[1], found[2]);
        assert!(found[0] >= twice && found[1] >= once, "{corpus}: {found:?}, was {twice}, {once}");
        assert!(found[2] < found[1], "{corpus}: {found:?}");
    }
}

#[test]
fn stories_with_a_caption_or_byline_below_the_headline_come_out_right() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (corpus, twice) in [("saudinewsnet-ar", 0.975), ("antcorpus-ar", 0.99)] {
        let from = folder.path().join(format!("{corpus}.jsonl"));
        fs::write(&from, captioned(&articles(&corpora, corpus))).unwrap();
        let found = figures(&corpora, &from);
        println!(
            "{corpus}, captions: in two passes {}, in one {}, alone {}",
            found[0], found[1], found[2]
        );
        assert!(found[0] >= twice, "{corpus}: {found:?}, was {twice}");
    }
}

/// Every article with a line below its headline: a caption, some words of its own; or a byline, which others have too.
fn captioned(articles: &[Value]) -> String {
    const NAMES: [&str; 8] = ["أحمد", "سارة", "خالد", "ليلى", "يوسف", "مريم", "حسن", "نورة"];
    const PLACES: [&str; 6] = ["القاهرة", "الرياض", "دبي", "بيروت", "تونس", "عمان"];
    const AGENCIES: [&str; 3] = ["رويترز", "واس", "الأناضول"];
    let below = |number: usize, body: &[String]| match number % 4 {
        0 => format!("كتب: {} {}", NAMES[number / 4 % 8], NAMES[number / 32 % 8]),
        1 => format!("{} - {}", PLACES[number / 4 % 6], AGENCIES[number / 24 % 3]),
        _ => {
            let words: Vec<&str> = body.iter().flat_map(|line| line.split(' ')).collect();
            let from = words.len() / 3;
            let words = &words[from..words.len().min(from + 5 + number % 7)];
            let words = words.join(" ");
            words.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect()
        }
    };
    let mut out = String::new();
    for (number, article) in articles.iter().enumerate() {
        let body = paragraphs(article);
        let mut article = article.clone();
        article["text"] = json!(format!("{}\n{}", below(number, &body), body.join("\n")));
        out += &format!("{article}\n");
    }
    out
}

/// A page of an article with stories appended: a headline and its paragraphs each.
fn page(id: usize, own: &[String], appended: &[&[String]]) -> Value {
    let mut lines = own.to_vec();
    lines.insert(1, "تاريخ النشر: 20th, September 2023 GMT".to_owned());
    lines.extend(["المصدر: وكالات", "إقرأ أيضاً:"].map(str::to_owned));
    lines.extend(appended.iter().flat_map(|story| story.iter().cloned()));
    let url = format!("https://news.example/{id}");
    let headlines: Vec<&String> = appended.iter().map(|story| &story[0]).collect();
    json!({ "id": id.to_string(), "url": url, "text": lines.join("\n"), "headlines": headlines })
}

/// Headline and paragraphs of every article that has two paragraphs or more.
fn stories(corpora: &Path, corpus: &str) -> Vec<Vec<String>> {
    let story = |article: &Value| {
        let title = tidy(article["title"].as_str()?);
        let lines: Vec<String> = [title].into_iter().chain(paragraphs(article)).collect();
        (lines.len() > 2 && !lines[0].is_empty()).then_some(lines)
    };
    articles(corpora, corpus).iter().filter_map(story).collect()
}

/// Runs the pages together and each by itself: none that is right by itself is wrong among others. How many are right by
/// themselves.
fn right_by_themselves_and_together(pages: &[Value]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pages.jsonl");
    let lines: String = pages.iter().map(|page| format!("{page}\n")).collect();
    fs::write(&file, lines).unwrap();
    let runs = [alone(pages), normalized(&[], &file), normalized(&["--single-pass"], &file)];
    let mut right = 0;
    for page in pages {
        let wanted = page["headlines"].as_array().unwrap().iter();
        let wanted: Headlines = wanted.map(|headline| tidy(headline.as_str().unwrap())).collect();
        let id = page["id"].as_str().unwrap();
        let [alone, twice, once] = runs.each_ref().map(|run| run[id] == wanted);
        assert!(!alone || (twice && once), "page {id}: {:#?}", runs.each_ref().map(|run| &run[id]));
        right += usize::from(alone);
    }
    right
}

#[test]
fn where_no_story_comes_twice_not_one_block_is_worse_than_by_the_page_alone() {
    let Some(corpora) = corpora() else { return };
    for corpus in ["saudinewsnet-ar", "antcorpus-ar"] {
        let stories = stories(&corpora, corpus);
        let pages: Vec<Value> = stories
            .chunks(4)
            .enumerate()
            .map(|(id, stories)| {
                let appended: Vec<&[String]> = stories[1..].iter().map(Vec::as_slice).collect();
                page(id, &stories[0], &appended)
            })
            .collect();
        assert!(pages.len() > 200);
        assert!(right_by_themselves_and_together(&pages) > 100);
    }
}

#[test]
fn five_stories_in_one_order_on_every_page_teach_no_false_boundary_and_take_none_away() {
    let Some(corpora) = corpora() else { return };
    for corpus in ["saudinewsnet-ar", "antcorpus-ar"] {
        let stories = stories(&corpora, corpus);
        // A day is fifty pages; each has five stories that no other day has.
        for (day, stories) in stories.chunks_exact(55).take(10).enumerate() {
            let (appended, own) = stories.split_at(5);
            let appended: Vec<&[String]> = appended.iter().map(Vec::as_slice).collect();
            let own = own.iter().enumerate();
            let pages: Vec<Value> =
                own.map(|(id, own)| page(1_000 * day + id, own, &appended)).collect();
            let _right = right_by_themselves_and_together(&pages);
        }
    }
}

#[test]
fn a_sub_heading_inside_a_much_repeated_story_is_never_taken_for_a_start() {
    const SUB_HEADING: &str = "Orchard growers wait for rain";
    const REPEATED: [&str; 6] = [
        "Harbour town counts its boats again",
        "The harbour master of the town counts the boats every spring, and this spring there are ninety.",
        "Boats that nobody claims are sold, said the harbour master on Monday.",
        SUB_HEADING,
        "In the orchards growers wait for rain, and the growers of the valley have lost all hope of rain.",
        "Rain fell in the orchards two years ago, said the growers.",
    ];
    const FIRST: [&str; 8] =
        ["amber", "birch", "cedar", "delta", "ember", "flint", "grove", "hazel"];
    const SECOND: [&str; 5] = ["field", "gate", "mill", "tower", "quay"];
    let told = |of: &str, number: usize| -> Vec<String> {
        let subject = format!("{of}{}{}", FIRST[number % 8], SECOND[number / 8]);
        let line =
            |n| format!("The {subject} of line {n} was spoken of by those who know {subject}s.");
        let headline = format!("What became of the {subject} in the end");
        [headline].into_iter().chain((0..3).map(line)).collect()
    };
    let repeated = REPEATED.map(str::to_owned);
    let pages: Vec<Value> = (0..40)
        .map(|n| {
            let [own, before, behind] = ["old", "new", "red"].map(|of| told(of, n));
            page(n, &own, &[&before, &repeated, &behind])
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pages.jsonl");
    let lines: String = pages.iter().map(|page| format!("{page}\n")).collect();
    fs::write(&file, lines).unwrap();
    let is_taken = |headlines: &Headlines| headlines.iter().any(|headline| headline == SUB_HEADING);
    assert!(alone(&pages).values().all(is_taken), "each page alone is wrong");
    assert!(!normalized(&[], &file).values().any(is_taken));
}

#[test]
fn any_number_of_threads_learns_the_same() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().unwrap();
    let from = corpora.join("antcorpus-ar.jsonl.gz");
    let (pages, _) = made(&corpora, &from, &["--pages", "3000"], folder.path());
    for pass in [&[][..], &["--single-pass"]] {
        let runs = ["1", "5"].map(|threads| {
            let options: Vec<&str> = pass.iter().copied().chain(["--threads", threads]).collect();
            normalize(&options, &[&pages], b"").bytes("articles")
        });
        assert!(!runs[0].is_empty());
        assert!(runs[0] == runs[1], "{pass:?}");
    }
}

#[test]
fn what_can_be_read_only_once_is_read_twice_all_the_same() {
    let Some(corpora) = corpora() else { return };
    let folder = tempfile::tempdir().unwrap();
    let from = corpora.join("antcorpus-ar.jsonl.gz");
    let (pages, _) = made(&corpora, &from, &["--pages", "500"], folder.path());
    let strip = |bytes: Vec<u8>| -> Vec<Value> {
        let mut articles = values(&bytes);
        articles.iter_mut().for_each(|article| article["origin"] = Value::Null);
        articles
    };
    let of_file = strip(normalize(&[], &[&pages], b"").bytes("articles"));
    let of_pipe = strip(normalize(&[], &[], &fs::read(&pages).unwrap()).bytes("articles"));
    assert!(of_file == of_pipe);
}

#[test]
fn what_a_page_shows_takes_500_bytes_on_the_wire_at_most() {
    let Some(corpora) = corpora() else { return };
    let starts = Arc::new(Starts::with_room(1));
    let parse = erase(Parse { learns: Some(Learns { starts, tells: true }), ..Parse::default() });
    for corpus in ["saudinewsnet-ar", "antcorpus-ar"] {
        let folder = tempfile::tempdir().unwrap();
        let from = corpora.join(format!("{corpus}.jsonl.gz"));
        let (pages, _) = made(&corpora, &from, &["--pages", "1000"], folder.path());
        let (mut bytes, mut messages) = (0, 0);
        for page in
            fs::read(pages).unwrap().split(|byte| *byte == b'\n').filter(|page| !page.is_empty())
        {
            let record = Record {
                topic: "articles.raw",
                partition: 12,
                offset: 1_000_000,
                timestamp: Some(1_700_000_000_000),
                key: None,
                value: Some(page),
                headers: &[],
            };
            let mut outbox = Outbox::default();
            Arc::clone(&parse).open(1).apply(parse.prepare(&record).unwrap(), &mut outbox);
            for output in
                outbox.outputs.iter().filter(|output| output.target == Target::Inbox(lines::NAME))
            {
                // Lengths and deltas of a record in a batch take 8 bytes, those of a header 2 (Kafka's record format).
                bytes += 8 + output.key.len() + output.value.as_ref().unwrap().len();
                output.headers(&mut |name, value| bytes += 2 + name.len() + value.unwrap().len());
                messages += 1;
            }
        }
        let (a_page, messages) = (bytes / 1_000, f64::from(messages) / 1_000.0);
        println!("{corpus}: {messages} messages and {a_page} bytes a page before compression");
        assert!(a_page <= 500, "{corpus}: {a_page}");
    }
}
