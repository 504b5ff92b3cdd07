//! Files in, records out: what a user is promised of the command.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::command::{lines, normalize, plain};
use crate::validate::assert_valid;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pages").join(name)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn every_page_gives_one_article_or_one_reject_and_every_occurrence_one_sighting() {
    let run = normalize(&[], &[&sample("pages.jsonl"), &sample("broken.jsonl")], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let said =
        "13 articles, 7 stories, 34 sightings\n2 pages rejected: not_utf8 1, json_syntax 1\n";
    assert_eq!(run.stderr, said);
    let articles = run.records("articles");
    let pages = fs::read_to_string(sample("pages.jsonl")).unwrap();
    assert_eq!(articles.len(), pages.lines().count());

    let mut expected = BTreeMap::new();
    for article in &articles {
        let own = article["story_id"].as_str().map(|id| (Value::Null, id));
        let related = article["related"].as_array().unwrap().iter();
        let related = related.filter(|related| related["kind"] == "story");
        let related = related.map(|story| (story["position"].clone(), text(&story["story_id"])));
        for (position, story) in own.into_iter().chain(related) {
            let occurrence = format!("{} {position} {story}", article["origin"]);
            *expected.entry(occurrence).or_insert(0) += 1;
        }
    }
    let mut found = BTreeMap::new();
    for sighting in run.records("sightings") {
        let story = text(&sighting["story_id"]);
        let occurrence = format!("{} {} {story}", sighting["origin"], sighting["position"]);
        *found.entry(occurrence).or_insert(0) += 1;
    }
    assert_eq!(found, expected);
}

#[test]
fn each_distinct_appended_story_is_published_once_and_stands_for_itself() {
    let run = normalize(&[], &[&sample("pages.jsonl")], b"");
    let appended: BTreeSet<String> = run
        .records("articles")
        .iter()
        .flat_map(|article| article["related"].as_array().unwrap().clone())
        .filter(|related| related["kind"] == "story")
        .map(|related| text(&related["story_id"]).to_owned())
        .collect();
    let ids = |kind| -> Vec<String> {
        run.records(kind).iter().map(|record| text(&record["story_id"]).to_owned()).collect()
    };
    let stories = ids("stories");
    assert_eq!(stories.len(), appended.len());
    assert_eq!(stories.iter().cloned().collect::<BTreeSet<_>>(), appended);
    assert_eq!(ids("canonical"), stories);
    for canonical in run.records("canonical") {
        assert_eq!(canonical["canonical_id"], canonical["story_id"]);
        assert_eq!(canonical["kind"], "self");
    }
}

#[test]
fn every_record_is_what_its_schema_says() {
    let run = normalize(&[], &[&sample("pages.jsonl")], b"");
    for kind in ["articles", "stories", "canonical", "sightings"] {
        let records = run.records(kind);
        assert!(!records.is_empty());
        records.iter().for_each(assert_valid);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let pages = fs::read(sample("pages.jsonl")).unwrap().repeat(40);
    let runs = ["1", "2", "7"].map(|threads| normalize(&["--threads", threads], &[], &pages));
    for kind in ["articles", "stories", "canonical", "sightings"] {
        assert!(!runs[0].bytes(kind).is_empty());
        let strip = |bytes: Vec<u8>| -> Vec<Value> {
            let mut records = lines(&bytes);
            // The standard input has no time of its own: the moment of the run stands there.
            for record in &mut records {
                if let Some(origin) = record.get_mut("origin") {
                    origin["timestamp"] = Value::Null;
                }
            }
            records
        };
        let one = strip(runs[0].bytes(kind));
        assert!(runs.iter().all(|run| strip(run.bytes(kind)) == one), "{kind}");
    }
}

#[test]
fn a_reject_holds_its_bytes_and_its_reason() {
    let bytes = b"{\"text\": \"caf\xe9\"}";
    let run = normalize(&[], &[], bytes);
    assert_eq!(run.code, 0);
    let rejects = run.records("rejects");
    assert_eq!(rejects[0]["reason"], "not_utf8");
    assert_eq!(rejects[0]["base64"], "eyJ0ZXh0IjogImNhZukifQ==");
    assert_eq!(rejects[0]["origin"]["offset"], 0);
}

#[test]
fn gzip_and_zstd_are_known_by_their_first_bytes() {
    let pages = fs::read(sample("pages.jsonl")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (gzip, zst) = (folder.path().join("a"), folder.path().join("b"));
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&pages).unwrap();
    fs::write(&gzip, encoder.finish().unwrap()).unwrap();
    fs::write(&zst, zstd::encode_all(&pages[..], 1).unwrap()).unwrap();
    let ids = |path: &Path| -> Vec<Value> {
        let articles = normalize(&[], &[path], b"").records("articles");
        articles.iter().map(|article| article["article_id"].clone()).collect()
    };
    let expected = ids(&sample("pages.jsonl"));
    assert_eq!(ids(&gzip), expected);
    assert_eq!(ids(&zst), expected);
}

#[test]
fn text_is_one_page_and_nul_separates_pages() {
    let page = "A headline of the page\nThe first paragraph of it.\nThe second paragraph.";
    let whole = plain(&[], page.as_bytes());
    assert_eq!(lines(&whole.stdout).len(), 1);
    assert_eq!(lines(&whole.stdout)[0]["headline"], "A headline of the page");
    let two = plain(&["--nul"], format!("{page}\0{page}\0").as_bytes());
    let offsets: Vec<Value> =
        lines(&two.stdout).iter().map(|article| article["origin"]["offset"].clone()).collect();
    assert_eq!(offsets, [json!(0), json!(1)]);
}

#[test]
fn a_file_that_cannot_be_read_ends_with_65_and_its_name() {
    let run = plain(&["no/such/file"], b"");
    assert_eq!(run.code, 65);
    assert!(run.stderr.contains("no/such/file"), "{}", run.stderr);
    assert!(run.stdout.is_empty());
}
