//! What it says of two stories.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::page::explain;

const BODY: &str = "\
The bridge over the harbour opened to walkers on Wednesday after two years of work.
The mayor said that the town has waited long enough for it, and thanked the builders.
The old crossing was shut when a storm took away one of its four towers in the winter.
";

/// A page of this article, and of one story that is appended.
fn page(folder: &TempDir, name: &str, article: &str, appended: &str) -> PathBuf {
    let text = format!(
        "The headline of {name}\nPublished: 20 September 2023\n{article}Source: Post\nRead also:\n\
         What is appended to {name}\n{appended}"
    );
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn compared(a: &str, b: &str) -> Value {
    let output = explain(&["--json", a, b], b"");
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn an_edited_story_is_near_and_the_keys_that_bring_the_two_together_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let edited = BODY.replace("Wednesday", "Thursday").replace("builders", "workers");
    let a = page(&folder, "a", BODY, "A story of its own that has nothing to do with it.\n");
    let b = page(&folder, "b", &edited, BODY);
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    let report = compared(a, b);
    assert!(["near", "duplicate"].contains(&report["decision"].as_str().unwrap()), "{report}");
    assert!(!report["common"]["common_keys"].as_array().unwrap().is_empty(), "{report}");
    assert_eq!(report["common"]["number_conflict"], false);
    assert_eq!(report["near"], "off");
    // What is appended to b is the article of a, word for word.
    let report = compared(a, &format!("{b}#0"));
    assert_eq!(report["decision"], "same");
    assert_eq!(report["common"]["jaccard"], 100);

    let output = explain(&[a, b], b"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("the younger one follows the older"), "{text}");
    assert!(text.contains("dedupe.near is \"off\""), "{text}");
}

#[test]
fn a_template_with_other_numbers_is_told_by_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let rates = |day: u32| -> String {
        (1..7)
            .map(|n| format!("The rate of bank number {n} stood at {day}{n}5 on that day.\n"))
            .collect()
    };
    let a = page(&folder, "a", &rates(4), BODY);
    let b = page(&folder, "b", &rates(8), BODY);
    let report = compared(a.to_str().unwrap(), b.to_str().unwrap());
    assert_eq!(report["decision"], "other_numbers", "{report}");
    let own = &report["stories"][0]["numbers_of_its_own"];
    assert_eq!(*own, json!(["415", "425", "435", "445", "455", "465"]));
}

#[test]
fn a_short_story_is_not_compared_and_one_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let a = page(&folder, "a", BODY, "A story of its own that has nothing to do with it.\n");
    let a = a.to_str().unwrap();
    assert_eq!(compared(a, &format!("{a}#0"))["decision"], "too_short");
    let output = explain(&[a, &format!("{a}#7")], b"");
    assert_eq!(output.status.code(), Some(65));
    assert!(String::from_utf8(output.stderr).unwrap().contains("nothing is appended there"));
}
