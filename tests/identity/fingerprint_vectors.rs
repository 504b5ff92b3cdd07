//! Fingerprints and overlaps against vectors that were computed by another program.

use std::collections::BTreeMap;

use newsmill::story::{Fingerprint, Folder, Likeness, Missing, Overlap, Thresholds};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    stories: Vec<Story>,
    pairs: Vec<Pair>,
}

#[derive(Deserialize)]
struct Story {
    name: String,
    paragraphs: Vec<String>,
    fingerprint: Option<Expected>,
}

/// Hashes in hexadecimal; numbers as `place:hash`.
#[derive(Debug, PartialEq, Deserialize)]
struct Expected {
    words: u32,
    keys: Vec<String>,
    shingles: String,
    numbers: String,
}

#[derive(Deserialize)]
struct Pair {
    a: String,
    b: String,
    smaller: u32,
    larger: u32,
    shared: u32,
    shared_lead: u32,
    shared_opening: u32,
    larger_rest: u32,
    first_in_smaller: u32,
    first_in_larger: u32,
    smaller_numbers: (u32, u32),
    larger_numbers: (u32, u32),
    likeness: Option<String>,
    score: u8,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors/fingerprints.json")).unwrap()
}

fn spelt(fingerprint: &Fingerprint) -> Expected {
    let sketch = fingerprint.sketch();
    let joined = |words: Vec<String>| words.join(" ");
    Expected {
        words: sketch.words(),
        keys: fingerprint.routing_keys().map(|key| format!("{:016x}", key.value)).collect(),
        shingles: joined(sketch.shingles().iter().map(|hash| format!("{hash:08x}")).collect()),
        numbers: joined(
            sketch
                .numbers()
                .iter()
                .map(|number| format!("{}:{:08x}", number.at, number.hash))
                .collect(),
        ),
    }
}

#[test]
fn every_story_keeps_the_fingerprint_of_the_vectors() {
    let mut folder = Folder::new();
    for Story { name, paragraphs, fingerprint } in vectors().stories {
        let found = Fingerprint::of(&folder.fold(&paragraphs));
        assert_eq!(found.as_ref().map(spelt), fingerprint, "{name}");
    }
}

#[test]
fn every_pair_keeps_the_overlap_and_the_likeness_of_the_vectors() {
    let mut folder = Folder::new();
    let mut fingerprints = BTreeMap::new();
    let Vectors { stories, pairs } = vectors();
    for Story { name, paragraphs, .. } in stories {
        fingerprints.insert(name, Fingerprint::of(&folder.fold(&paragraphs)));
    }
    assert!(pairs.len() >= 20);
    for pair in pairs {
        let sketch = |name: &str| fingerprints[name].as_ref().unwrap().sketch();
        let overlap = Overlap::of(sketch(&pair.a), sketch(&pair.b));
        let numbers = |(missing, of)| Missing { missing, of };
        let expected = Overlap {
            smaller: pair.smaller,
            larger: pair.larger,
            shared: pair.shared,
            shared_lead: pair.shared_lead,
            shared_opening: pair.shared_opening,
            larger_rest: pair.larger_rest,
            first_in_smaller: pair.first_in_smaller,
            first_in_larger: pair.first_in_larger,
            smaller_numbers: numbers(pair.smaller_numbers),
            larger_numbers: numbers(pair.larger_numbers),
        };
        let name = format!("{} | {}", pair.a, pair.b);
        assert_eq!(overlap, expected, "{name}");
        assert_eq!(overlap.score(), pair.score, "{name}");
        let likeness = overlap.likeness(&Thresholds::default()).map(|likeness| match likeness {
            Likeness::Duplicate => "duplicate",
            Likeness::Near => "near",
            Likeness::Loose => "loose",
        });
        assert_eq!(likeness, pair.likeness.as_deref(), "{name}");
    }
}

#[test]
fn a_routing_key_on_the_wire_is_its_slot_and_its_value() {
    let mut folder = Folder::new();
    let words = vectors().stories.into_iter().find(|story| story.name == "arabic").unwrap();
    let fingerprint = Fingerprint::of(&folder.fold(&words.paragraphs)).unwrap();
    for (slot, key) in (0..).zip(fingerprint.routing_keys()) {
        let bytes = key.to_bytes();
        assert_eq!(bytes[0], slot);
        assert_eq!(bytes[1..], key.value.to_be_bytes());
    }
    assert_eq!(fingerprint.routing_keys().count(), 6);
}
