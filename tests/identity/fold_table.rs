//! The fold table is frozen: its hash, and where it came from.

#[path = "../../examples/fold_table.rs"]
#[expect(dead_code, reason = "its main writes the file")]
pub mod generator;

pub const FILE: &str = include_str!("../../src/story/fold-v1.tsv");

/// Whether the Unicode crates of this build are those that the table was made with; says so where they are not.
pub fn unicode_is_as_recorded() -> bool {
    let recorded = FILE.lines().nth(1) == Some(generator::versions().as_str());
    if !recorded {
        eprintln!("SKIPPED: the table was made with other versions than {}", generator::versions());
    }
    recorded
}

#[test]
fn the_fold_table_of_version_1_never_changes() {
    let hash = blake3::hash(FILE.as_bytes()).to_hex();
    assert_eq!(hash.as_str(), "48304bc3869568066a1466efb41120184a7c6379a5e8fab83da732ca620ce193");
}

#[test]
fn the_fold_table_is_what_the_rules_say() {
    if unicode_is_as_recorded() {
        assert!(
            generator::table() == FILE,
            "`cargo run --example fold_table` writes another table"
        );
    }
}

#[test]
fn what_a_code_point_becomes_stays_as_it_is() {
    for c in '\0'..=char::MAX {
        let generator::Fate::To(parts) = generator::fate(c) else { continue };
        for part in parts {
            let fate = generator::fate(part);
            let stays = matches!(
                fate,
                generator::Fate::Letter
                    | generator::Fate::Number
                    | generator::Fate::Space
                    | generator::Fate::Comma
            );
            assert!(stays, "{c:?} becomes {part:?}, which becomes {fate:?}");
        }
    }
}
