//! Near-duplicates at once on every partition, and replicas that die: in the end each family has one canonical story,
//! the one that `normalize` names.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::broker::{Broker, scratch};
use crate::client::{self, Feed};
use crate::dice::Dice;
use crate::fleet::{Fleet, PARTITIONS};

use super::scene::{kill_in_turn, rounds, settle};

const FAMILIES: u64 = 25;
const VARIANTS: u64 = 6;

const WORDS: [&str; 20] = [
    "harbour", "bridge", "ferry", "market", "school", "library", "visitors", "winter", "storm",
    "council", "quarter", "workers", "towers", "evening", "families", "garden", "station",
    "village", "doctors", "building",
];

/// A variant of a family: as it was, with a byline, cut short, with words changed, with a tail; and a template of which
/// only the numbers are the family's, which is a story of its own.
fn story(family: u64, variant: u64) -> String {
    let mut dice = Dice::new(family, 3);
    let mut words: Vec<String> = (0..70)
        .map(|n| {
            let word: &&str = dice.one_of(&WORDS);
            if n % 9 == 8 { format!("{word} of quarter {family}.") } else { (*word).to_owned() }
        })
        .collect();
    let end = |words: Vec<String>| words.join(" ");
    match variant {
        0 => end(words),
        1 => format!("By our man on the quay of the old town. {}", end(words)),
        2 => end(words.split_off(0).into_iter().take(45).collect()),
        3 => {
            words[20] = "copper".to_owned();
            words[50] = "lantern".to_owned();
            end(words)
        }
        4 => format!("{} More of this on our pages in the evening.", end(words)),
        _ => format!(
            "The rate stood at {family}31 to the dollar, {family}42 to the pound and {family}53 to the franc, said \
             the bank. On the day before it had stood at {family}64, {family}75 and {family}86 after a week of \
             {family}97 and {family}08, it said."
        ),
    }
}

/// A page whose own story is told nowhere else. The time of its crawl says how old the story is.
fn page(number: u64, story: &str) -> String {
    let text = format!(
        "The page number {number} of the test\nPublished: 20 September 2023\n\
         A sentence that only page {number} has, so that no two pages tell the same story here.\n\
         Source: Post\nRead also:\nA story that the site has appended\n{story}\n"
    );
    let minute = Dice::new(number, 4).below(60 * 24 * 5);
    let (day, hour, minute) = (minute / 1_440 + 21, minute / 60 % 24, minute % 60);
    let fetched_at = format!("2023-09-{day:02}T{hour:02}:{minute:02}:00Z");
    json!({ "text": text, "id": number.to_string(), "fetched_at": fetched_at }).to_string()
}

/// The last canonical record of each story stands.
fn answer(records: impl Iterator<Item = Value>) -> BTreeMap<String, String> {
    let text = |record: &Value, field: &str| record[field].as_str().expect("an id").to_owned();
    records.map(|record| (text(&record, "story_id"), text(&record, "canonical_id"))).collect()
}

fn normalized(pages: &[String]) -> BTreeMap<String, String> {
    let folder = scratch("near");
    let (file, canonical) = (folder.join("pages.jsonl"), folder.join("canonical.jsonl"));
    fs::write(&file, pages.join("\n")).expect("our own folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsmill"));
    command.env("NEWSMILL__DEDUPE__NEAR", "related").arg("normalize").arg(&file);
    command.arg("--canonical").arg(&canonical).arg("--articles").arg(folder.join("articles"));
    assert!(command.status().expect("the program starts").success());
    let text = fs::read_to_string(canonical).expect("written");
    fs::remove_dir_all(folder).expect("ours to remove");
    answer(text.lines().map(|line| serde_json::from_str(line).expect("JSON")))
}

#[test]
fn near_duplicates_at_once_on_every_partition_come_under_one_story_though_replicas_die() {
    let broker = Broker::start();
    let bootstrap = broker.bootstrap();
    let mut fleet = Fleet::comparing(&bootstrap, "alike");
    let feed = Feed::new(&bootstrap);
    let raw = fleet.names.topic("raw");
    let mut pages = Vec::new();
    let mut dice = Dice::new(17, 5);
    let mut feed_some = |pages: &mut Vec<String>, count: u64| {
        for _ in 0..count {
            let number = pages.len() as u64;
            let page = page(number, &story(dice.below(FAMILIES), dice.below(VARIANTS)));
            let partition = i32::try_from(number).expect("few") % PARTITIONS;
            feed.send(&raw, partition, None, Some(page.as_bytes()));
            pages.push(page);
        }
        feed.flush();
    };
    feed_some(&mut pages, 100);
    fleet.grow(3);
    kill_in_turn(&mut fleet, &bootstrap, "near", rounds(10), || feed_some(&mut pages, 60));
    settle(&mut fleet, &bootstrap);

    let seen = client::read_committed(&bootstrap, &fleet.names.topic("canonical")).into_iter();
    let found = answer(seen.map(|seen| {
        serde_json::from_slice(seen.value.as_deref().expect("a record")).expect("JSON")
    }));
    let expected = normalized(&pages);
    assert!(expected.len() > 100, "{} stories", expected.len());
    let followers = expected.iter().filter(|(story, canonical)| story != canonical).count();
    assert!(followers > 60, "{followers} stories follow another");
    assert_eq!(found, expected);
}
