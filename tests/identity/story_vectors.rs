//! Story ids against vectors that were computed by other programs.

use newsmill::story::Folder;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    name: String,
    paragraphs: Vec<String>,
    folded: String,
    story_id: Option<String>,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../vectors/story-ids.json")).unwrap()
}

#[test]
fn every_story_keeps_the_id_of_the_vectors() {
    let mut folder = Folder::new();
    for vector in vectors() {
        let folded = folder.fold(&vector.paragraphs);
        assert_eq!(folded.as_str(), vector.folded, "{}", vector.name);
        assert_eq!(folded.story_id().map(|id| id.to_string()), vector.story_id, "{}", vector.name);
    }
}

#[test]
fn the_vectors_are_many() {
    assert!(vectors().len() >= 40);
}
