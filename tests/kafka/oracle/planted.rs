//! The judge judged: what it passes is altered on purpose, and it must find that and name it.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::producer::{BaseRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;

use super::standing::Standing;
use super::{json, verdict};
use crate::broker::shared;
use crate::chaos::scene::settle;
use crate::client::{self, Feed, Seen};
use crate::feeding::feed_pages;
use crate::fleet::Fleet;

const LIMIT: Duration = Duration::from_secs(30);
const SEED: u64 = 11;
const PAGES: u64 = 300;

/// What is altered; how, which gives the place that the judge has to name; and what it has to say of it.
type Planted = (&'static str, fn(&mut Standing) -> String, &'static str);

const PLANTED: &[Planted] = &[
    ("an article is lost", |s| origin(&s.articles.remove(7)), "0 articles"),
    ("an article is doubled", |s| origin(double(&mut s.articles)), "2 articles"),
    (
        "an article has the text of another",
        |s| swap_values(&mut s.articles),
        "an article of another page",
    ),
    ("an article is said to come of another page", |s| move_to(&mut s.articles, 1), "2 articles"),
    ("an article comes of no page", |s| move_elsewhere(&mut s.articles), "article of no page"),
    ("a dead letter is lost", |s| origin(&s.dead_letters.remove(0)), "0 dead letters"),
    ("a dead letter is doubled", |s| origin(double(&mut s.dead_letters)), "2 dead letters"),
    ("a dead letter has the bytes of another", |s| swap_values(&mut s.dead_letters), "altered"),
    ("a good page is dead-lettered as well", dead_letter_a_good_page, "dead-lettered"),
    ("a sighting is lost", |s| origin(&s.sightings.remove(7)), "no sighting at "),
    ("a sighting is doubled", |s| origin(double(&mut s.sightings)), "one sighting too many at "),
    (
        "a sighting is said to come of another page",
        |s| move_to(&mut s.sightings, 9),
        "a sighting of another page",
    ),
    ("a sighting comes of no page", |s| move_elsewhere(&mut s.sightings), "sighting of no page"),
    ("a sighting has the id of another story", mistake_a_story, "story "),
    ("a story is new twice", |s| decide(s, "exact", "new"), "new 2 times"),
    ("a story is never new", |s| decide(s, "new", "exact"), "new 0 times"),
    ("a story is lost", |s| id(&s.stories.remove(3)), "never published"),
    ("a story is doubled", |s| id(double(&mut s.stories)), "published 2 times"),
    ("a story has the text of another", swap_texts, "not the text of story "),
    ("a story has the key of another", |s| swap_keys(&mut s.stories), "key is not the id"),
    ("a canonical record is lost", |s| id(&s.canonical.remove(3)), "never canonical"),
    ("a canonical record is doubled", |s| id(double(&mut s.canonical)), "canonical 2 times"),
    ("a story stands for another", stand_for_another, "does not stand for itself"),
    ("a page is not there", |s| lose_page(s), "299 of 300 pages"),
    ("an offset is short of the last record", |s| commit(s, |inbox| inbox.0 - 1), "committed "),
    ("an offset is beyond the end", |s| commit(s, |inbox| inbox.1 + 1), "committed "),
    ("an offset was never committed", |s| commit(s, |_| 0), "committed 0, not between "),
];

fn finds(standing: &Standing, place: &str, what: &str) -> Result<(), Vec<String>> {
    let (_, wrong) = verdict(standing, SEED, PAGES);
    let begin = format!("{place}: {what}");
    if wrong.iter().any(|line| line.starts_with(&begin)) { Ok(()) } else { Err(wrong) }
}

/// An application of this name with all pages done, and nobody running.
fn finished(app: &str) -> Fleet {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, app);
    let feed = Feed::new(&bootstrap);
    feed_pages(&feed, &fleet.names.topic("raw"), SEED, 0..PAGES);
    feed.flush();
    fleet.grow(1);
    settle(&mut fleet, &bootstrap);
    assert_eq!(fleet.terminate(0), 0);
    fleet
}

#[test]
fn the_judge_passes_what_is_right_and_finds_and_names_every_bug_that_is_planted() {
    let bootstrap = shared().bootstrap();
    let fleet = finished("planted");
    let standing = Standing::read(&bootstrap, &fleet);
    let (found, wrong) = verdict(&standing, SEED, PAGES);
    assert_eq!(wrong, Vec::<String>::new());
    assert!(found.dead_letters > 1 && found.stories > 50, "{found:?}");
    for (bug, plant, what) in PLANTED {
        let mut standing = standing.clone();
        let place = plant(&mut standing);
        finds(&standing, &place, what)
            .unwrap_or_else(|wrong| panic!("{bug}: not found, {place}: {what}\n{wrong:#?}"));
    }

    // And on the topics themselves, as a reader meets them.
    let finds = |place: &str, what: &str| {
        let found = finds(&Standing::read(&bootstrap, &fleet), place, what);
        found.unwrap_or_else(|wrong| panic!("not found, {place}: {what}\n{wrong:#?}"));
    };
    let articles = fleet.names.topic("articles");
    let left = client::transactional(&bootstrap, "left-open");
    left.begin_transaction().expect("initialised");
    let record = BaseRecord::to(&articles).partition(2).key("left").payload("open");
    left.send(record).map_err(|(error, _)| error).expect("room in the queue");
    left.flush(LIMIT).expect("the broker takes it");
    finds(&format!("{articles}/2"), "an open transaction");
    left.abort_transaction(LIMIT).expect("it is open");
    let sighting = &standing.sightings[5];
    let feed = Feed::new(&bootstrap);
    feed.send_as(&fleet.names.topic("sightings"), sighting);
    feed.flush();
    finds(&origin(sighting), "one sighting too many at ");
    go_back(&bootstrap, &fleet);
    finds(&format!("{}/3", fleet.names.inbox("home")), "committed 1, not between ");
}

/// The group of `home` goes back to its second message on partition 3.
fn go_back(bootstrap: &str, fleet: &Fleet) {
    let mut config = client::config(bootstrap);
    let group: BaseConsumer =
        config.set("group.id", fleet.names.group("home")).create().expect("a valid configuration");
    let mut offsets = TopicPartitionList::new();
    let inbox = fleet.names.inbox("home");
    offsets.add_partition_offset(&inbox, 3, Offset::Offset(1)).expect("a valid offset");
    group.commit(&offsets, CommitMode::Sync).expect("nobody is in the group");
}

fn origin(record: &Seen) -> String {
    record.header("newsmill.origin").expect("each has one").to_owned()
}

fn id(record: &Seen) -> String {
    json(record)["story_id"].as_str().expect("each has one").to_owned()
}

fn write(record: &mut Seen, field: &str, value: Value) {
    let mut json = json(record);
    json[field] = value;
    record.value = Some(json.to_string().into_bytes());
}

fn double(records: &mut Vec<Seen>) -> &Seen {
    let record = records[5 % records.len()].clone();
    records.push(record);
    &records[records.len() - 1]
}

/// Two records that came of two pages.
fn two_of(records: &[Seen]) -> (usize, usize) {
    let other = records.iter().position(|record| origin(record) != origin(&records[0]));
    (0, other.expect("of more than one page"))
}

fn swap_values(records: &mut [Seen]) -> String {
    let (one, other) = two_of(records);
    let value = records[one].value.clone();
    records[one].value = records[other].value.clone();
    records[other].value = value;
    origin(&records[other])
}

/// The first record with the headers of another one.
fn move_to(records: &mut [Seen], distance: usize) -> String {
    let (one, other) = two_of(records);
    records[one].headers = records[other + distance - 1].headers.clone();
    origin(&records[one])
}

fn move_elsewhere(records: &mut [Seen]) -> String {
    let nowhere = "planted.raw/0/999999";
    records[0].headers = vec![("newsmill.origin".to_owned(), Some(nowhere.into()))];
    nowhere.to_owned()
}

fn dead_letter_a_good_page(standing: &mut Standing) -> String {
    let mut letter = standing.dead_letters[0].clone();
    letter.headers = standing.articles[0].headers.clone();
    let page = origin(&letter);
    standing.dead_letters.push(letter);
    page
}

/// A sighting of an appended story that was seen before, with the id of another story.
fn mistake_a_story(standing: &mut Standing) -> String {
    let other = Value::from(id(&standing.stories[0]));
    let last = standing.sightings.iter_mut().rev().find(|sighting| {
        let value = json(sighting);
        value["role"] == "related" && value["decision"] == "exact" && value["story_id"] != other
    });
    let sighting = last.expect("stories come again");
    write(sighting, "story_id", other);
    origin(sighting)
}

fn decide(standing: &mut Standing, before: &str, after: &str) -> String {
    let of = |record: &&mut Seen| json(record)["decision"] == before;
    let sighting = standing.sightings.iter_mut().find(of).expect("there are both");
    write(sighting, "decision", Value::from(after));
    id(sighting)
}

fn swap_texts(standing: &mut Standing) -> String {
    let other = json(&standing.stories[1])["body"].clone();
    write(&mut standing.stories[0], "body", other);
    id(&standing.stories[0])
}

fn swap_keys(records: &mut [Seen]) -> String {
    records[0].key = records[1].key.clone();
    id(&records[0])
}

fn stand_for_another(standing: &mut Standing) -> String {
    let other = Value::from(id(&standing.canonical[1]));
    write(&mut standing.canonical[0], "canonical_id", other);
    id(&standing.canonical[0])
}

fn lose_page(standing: &mut Standing) -> String {
    standing.raw.remove(0);
    "input".to_owned()
}

/// The last inbox, of which a group has committed something else on partition 1: by where its last record and its end are.
fn commit(standing: &mut Standing, what: fn((i64, i64)) -> i64) -> String {
    let inbox = standing.inboxes.last_mut().expect("of home");
    inbox.committed[1] = Some(what((inbox.behind_last[1], inbox.ends[1])));
    format!("{}/1", inbox.topic)
}
