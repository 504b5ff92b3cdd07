//! What it says of a page, as text and as JSON.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::validate;

const SEED: &str = include_str!("../pages/seed.txt");

pub fn explain(arguments: &[&str], stdin: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsmill"));
    command.arg("explain").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin).ok();
    child.wait_with_output().unwrap()
}

fn json(arguments: &[&str], stdin: &[u8]) -> Value {
    let output = explain(&[&["--json"], arguments].concat(), stdin);
    assert!(output.status.success(), "{:?}", str::from_utf8(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(arguments: &[&str], stdin: &[u8]) -> String {
    let output = explain(arguments, stdin);
    assert!(output.status.success(), "{:?}", str::from_utf8(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_line_of_the_page_and_every_record_is_told() {
    let report = json(&[], SEED.as_bytes());
    let mut lines: Vec<u64> = report["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["line"].as_u64().unwrap())
        .collect();
    lines.dedup();
    assert_eq!(lines, (1..=21).collect::<Vec<u64>>());
    assert_eq!(report["named_by"], "origin");
    assert_eq!(report["dead_letter"], Value::Null);
    let outputs = report["outputs"].as_array().unwrap();
    outputs.iter().for_each(|output| validate::assert_valid(&output["value"]));
    let topics: Vec<_> = outputs.iter().map(|output| output["topic"].as_str().unwrap()).collect();
    assert_eq!(topics.iter().filter(|topic| **topic == "articles.normalized").count(), 1);
    assert_eq!(topics.iter().filter(|topic| **topic == "stories.normalized").count(), 1);
    assert_eq!(topics.iter().filter(|topic| **topic == "stories.sightings").count(), 2);
}

#[test]
fn the_records_are_those_of_normalize() {
    let envelope =
        json!({ "text": SEED, "url": "https://a.example/1", "fetched_at": "2026-01-01T00:00:00Z" });
    let report = json(&[], envelope.to_string().as_bytes());
    assert_eq!(report["named_by"], "url");
    let mut folder = tempfile::NamedTempFile::new().unwrap();
    folder.write_all(envelope.to_string().as_bytes()).unwrap();
    let report = json(&[folder.path().to_str().unwrap()], b"");
    let normalized = Command::new(env!("CARGO_BIN_EXE_newsmill"))
        .arg("normalize")
        .arg(folder.path())
        .output()
        .unwrap();
    let article: Value = serde_json::from_slice(&normalized.stdout).unwrap();
    assert_eq!(report["outputs"][0]["value"], article);
}

#[test]
fn text_without_a_terminal_has_no_colour_and_sets_right_to_left_words_apart() {
    let report = text(&[], SEED.as_bytes());
    assert!(!report.contains('\u{1b}'));
    let headline = SEED.lines().next().unwrap();
    assert!(report.contains(&format!("\u{2068}{headline}\u{2069}")), "{report}");
    for word in ["headline", "marker", "ar.toml ·", "named by its place", "stories.sightings"] {
        assert!(report.contains(word), "{word} is missing in\n{report}");
    }
}

#[test]
fn a_repetition_on_the_page_is_told() {
    let body = "The bridge over the harbour opened to walkers on Wednesday after two years of work.\n\
        The mayor said that the town has waited long enough.";
    let page = format!(
        "First\nPublished: 20 September 2023\n{body}\nSource: X\nRead also:\nSecond headline\n{body}\n"
    );
    let report = text(&[], page.as_bytes());
    assert!(report.contains("the article's own text again"), "{report}");
}

#[test]
fn a_page_that_is_none_says_why() {
    let report = json(&[], b"\xff\xfe");
    assert_eq!(report["dead_letter"]["reason"], "not_utf8");
    assert_eq!(report["outputs"], json!([]));
    assert!(text(&[], b"\xff\xfe").contains("not_utf8 (parse)"));
}

#[test]
fn one_page_of_many_is_chosen_by_its_index() {
    let pages = "{\"text\":\"One\\nThe first text.\"}\n{\"text\":\"Two\\nThe second text.\"}\n";
    let report = json(&["--page", "1"], pages.as_bytes());
    assert_eq!(report["lines"][0]["text"], "Two");
    assert_eq!(report["origin"]["offset"], 1);
    let output = explain(&["--page", "2"], pages.as_bytes());
    assert_eq!(output.status.code(), Some(65));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("there is no page 2: the standard input holds the pages 0 to 1"),
        "{said}"
    );
}

#[test]
fn what_is_no_page_is_told_with_how_it_is_done_right() {
    let complaint = |arguments: &[&str], stdin: &[u8]| {
        let output = explain(arguments, stdin);
        assert_eq!(output.status.code(), Some(65), "{arguments:?}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let empty = complaint(&[], b"");
    assert!(empty.contains("the standard input holds no page; write one to it"), "{empty}");
    let one = complaint(&["--page", "7"], b"A headline");
    assert!(one.contains("holds one page, which is page 0"), "{one}");
    let place = complaint(&["a:b:c"], b"");
    assert!(
        place.contains("a:b:c: there is no such file; a record is named TOPIC:PARTITION:OFFSET"),
        "{place}"
    );
}

#[test]
fn a_file_that_is_not_there_is_bad_input() {
    let output = explain(&["not/there.txt"], b"");
    assert_eq!(output.status.code(), Some(65));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not/there.txt"));
}

#[test]
fn what_other_pages_of_the_file_have_shown_is_said_of_each_line() {
    // A headline that the page alone does not show: its words stand nowhere, its paragraph's do.
    const STORY: &str = "Ferry waits for better weather\n\
        The captain said on Tuesday evening that the weather in the valley is to blame.";
    let page = |n: usize, subject: &str| {
        let text = format!(
            "The {subject} of the town closes until spring\n\
             The {subject} will be closed from Monday, the council of the town said.\n\
             Source: Harbour Post\nRead also:\nGrowers of the {subject} valley fear late frost\n\
             Growers in the valley fear that a late frost will take half of the harvest of {subject}.\n{STORY}"
        );
        json!({ "id": n.to_string(), "text": text }).to_string()
    };
    let subjects = ["bridge", "market", "library", "harbour", "station", "orchard"];
    let pages: Vec<String> = subjects.iter().enumerate().map(|(n, it)| page(n, it)).collect();
    let file = pages.join("\n");
    let report = json(&["--page", "1"], file.as_bytes());
    let line = |line: &&Value| line["text"] == "Ferry waits for better weather";
    let known = &report["lines"].as_array().unwrap().iter().find(line).unwrap()["known"];
    assert_eq!((&known["kind"], &known["behind"]), (&json!("headline"), &json!(1)));
    let text = text(&["--page", "1"], file.as_bytes());
    assert!(text.contains("begins a story, as other pages show"), "{text}");
    let seen = "seen on 4 pages with 4 different lines before it and 1 line behind it";
    assert!(text.contains(seen), "{text}");
}
