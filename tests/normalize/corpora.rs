//! Pages made of real news, with known answers: what needs them is skipped, and says so, where ../shared/corpora is not
//! there.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::MultiGzDecoder;
use serde_json::Value;

pub fn corpora() -> Option<PathBuf> {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let is_there = corpora.join("make_pages.py").exists();
    if !is_there {
        println!("SKIPPED: ../shared/corpora is not there");
    }
    is_there.then_some(corpora)
}

/// Pages that make_pages.py makes of a corpus, and their answers.
pub fn made(corpora: &Path, from: &Path, options: &[&str], folder: &Path) -> (PathBuf, PathBuf) {
    let (raw, gold) = (folder.join("pages.jsonl"), folder.join("gold.jsonl"));
    let made = Command::new("python3")
        .arg(corpora.join("make_pages.py"))
        .args(options)
        .arg("--out")
        .arg(&raw)
        .arg("--gold")
        .arg(&gold)
        .arg(from)
        .status();
    assert!(made.unwrap().success());
    (raw, gold)
}

/// The articles of a corpus.
pub fn articles(corpora: &Path, corpus: &str) -> Vec<Value> {
    let file = File::open(corpora.join(format!("{corpus}.jsonl.gz"))).unwrap();
    let lines = BufReader::new(MultiGzDecoder::new(file)).lines();
    lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

/// The lines of an article; sentences by twos where it has only one line, as make_pages.py takes them by one to three.
pub fn paragraphs(article: &Value) -> Vec<String> {
    let text = article["text"].as_str().unwrap();
    let mut lines: Vec<String> = text.lines().map(tidy).filter(|line| !line.is_empty()).collect();
    if let [line] = &lines[..] {
        let sentences: Vec<&str> = line.split_inclusive(['.', '!', '?', '؟']).collect();
        lines = sentences.chunks(2).map(|sentences| sentences.concat().trim().to_owned()).collect();
        lines.retain(|line| !line.is_empty());
    }
    lines
}

/// A line without what newsmill takes out of it: entities, control characters, directional marks.
pub fn tidy(line: impl AsRef<str>) -> String {
    let line = html_escape::decode_html_entities(line.as_ref());
    let kept = line.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let kept: String = kept
        .filter(|c| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}
