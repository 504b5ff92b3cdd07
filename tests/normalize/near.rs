//! Near-duplicates in files: off by default, and where they are on the answer is one, whatever the order of the pages.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::command::{Run, normalize_with};

const ON: [(&str, &str); 1] = [("NEWSMILL__DEDUPE__NEAR", "related")];

/// A page with a story of its own that appends another one.
fn page(n: usize, story: &str) -> Value {
    let text = format!(
        "The page number {n} of the test\nPublished: 20 September 2023\n\
         A sentence that only page {n} has, so that no two pages tell the same story here.\n\
         Source: Post\nRead also:\nA story that the site has appended\n{story}\n"
    );
    let fetched_at = format!("2023-09-{:02}T00:00:00Z", n + 1);
    json!({ "text": text, "id": format!("page-{n}"), "fetched_at": fetched_at })
}

/// The same story: as it was first, with a byline, cut short, with words changed; and one with other numbers.
fn stories() -> [String; 5] {
    let sentence = |n: usize| {
        format!(
            "The {n} ferries to the island of Hvar carried {} guests in week {n}, said the harbour.\n",
            3 * n
        )
    };
    let whole: String = (11..23).map(sentence).collect();
    let half: String = (11..17).map(sentence).collect();
    let other: String = (31..43).map(sentence).collect();
    [
        whole.clone(),
        format!("By our man on the quay of the old town.\n{whole}"),
        half,
        whole.replace("week 15", "the week 15").replace("guests in week 20", "people in week 20"),
        other,
    ]
}

fn lines(pages: &[Value]) -> Vec<u8> {
    pages.iter().map(|page| format!("{page}\n")).collect::<String>().into_bytes()
}

/// The last canonical record of each story stands.
fn canonical(run: &Run) -> BTreeMap<String, String> {
    let text = |record: &Value, field: &str| record[field].as_str().unwrap().to_owned();
    let records = run.records("canonical");
    records.iter().map(|record| (text(record, "story_id"), text(record, "canonical_id"))).collect()
}

fn pages() -> Vec<Value> {
    stories().iter().enumerate().map(|(n, story)| page(n, story)).collect()
}

#[test]
fn edited_stories_follow_the_oldest_one_and_a_template_with_other_numbers_does_not() {
    let pages = pages();
    let run = normalize_with(&ON, &[], &lines(&pages));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let ids: Vec<_> = run
        .records("stories")
        .iter()
        .map(|story| story["story_id"].as_str().unwrap().to_owned())
        .collect();
    let answer = canonical(&run);
    let [first, byline, half, words, other] = &ids[..] else { panic!("{ids:?}") };
    for follower in [byline, half, words] {
        assert_eq!(&answer[follower], first);
    }
    assert_eq!((&answer[first], &answer[other]), (first, other));
}

#[test]
fn the_order_of_the_pages_and_the_number_of_threads_change_nothing_of_the_answer() {
    let mut pages = pages();
    let expected = canonical(&normalize_with(&ON, &[], &lines(&pages)));
    for _ in 0..pages.len() {
        pages.rotate_left(1);
        let one = normalize_with(&ON, &["--threads", "1"], &lines(&pages));
        assert_eq!(canonical(&one), expected);
        let many = normalize_with(&ON, &["--threads", "3"], &lines(&pages));
        assert!(many.bytes("canonical") == one.bytes("canonical"), "other bytes");
    }
    pages.reverse();
    assert_eq!(canonical(&normalize_with(&ON, &[], &lines(&pages))), expected);
}

#[test]
fn without_near_each_story_stands_for_itself_and_nothing_else_changes() {
    // The time of a record is that of its file: both runs read the same one.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines(&pages())).unwrap();
    let path = file.path().to_str().unwrap();
    let (off, on) = (normalize_with(&[], &[path], b""), normalize_with(&ON, &[path], b""));
    assert!(canonical(&off).iter().all(|(story, canonical)| story == canonical));
    for kind in ["articles", "stories"] {
        assert!(!off.bytes(kind).is_empty() && off.bytes(kind) == on.bytes(kind), "{kind}");
    }
    let without_canonical = |run: &Run| -> Vec<Value> {
        let mut sightings = run.records("sightings");
        sightings.iter_mut().for_each(|sighting| sighting["canonical_id"] = Value::Null);
        sightings
    };
    assert_eq!(without_canonical(&off), without_canonical(&on));
}
