//! The rules of `home`, one by one, and all of them against a model that keeps every occurrence.

use std::collections::HashMap;
use std::num::NonZeroU32;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::message::{Observe, Place, Register, Text};
use super::*;
use crate::record::{ArticleId, Origin, partition_for};
use crate::stage::{Age, near};
use crate::story::{Fingerprint, Folder, Likeness, RoutingKey, RoutingKeys, Written};

const HOUR: i64 = 3_600_000;
const TTL_HOURS: u32 = 48;

/// An occurrence as a test says it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    story: u8,
    article: u8,
    position: Option<u32>,
    page_time: i64,
    append_time: i64,
}

impl Seen {
    fn own(story: u8, article: u8, page_time: i64) -> Self {
        Self { story, article, position: None, page_time, append_time: page_time }
    }

    fn related(story: u8, article: u8, position: u32, page_time: i64) -> Self {
        Self { position: Some(position), ..Self::own(story, article, page_time) }
    }

    fn message(self) -> Vec<u8> {
        let text = Text {
            url: Some("https://a.example/page"),
            headline: Some("Headline"),
            language: "en",
            words: 4,
            body: vec!["One two.", "Three \"four\"."],
            published_raw: None,
            source: None,
            keywords_raw: Some("k"),
            fingerprint: None,
        };
        let observe = Observe {
            story_id: StoryId([self.story; 16]),
            timestamp: self.page_time,
            origin: Origin {
                topic: "articles.raw".into(),
                partition: 0,
                offset: i64::from(self.article),
                timestamp: Some(self.page_time),
            },
            article_id: ArticleId([self.article; 16]),
            place: self
                .position
                .map_or(Place::Own, |position| Place::Related(position, Some(Box::new(text)))),
        };
        observe.encode()
    }
}

struct World {
    home: Home,
    table: Table<HomeRow>,
}

/// A story of forty words.
fn fingerprint() -> Fingerprint {
    let words: Vec<_> = (0..40).map(|n| format!("w{}", "x".repeat(n))).collect();
    Fingerprint::of(&Folder::new().fold([words.join(" ")])).unwrap()
}

fn own_told(story: u8, page_time: i64) -> Vec<u8> {
    let topic = "articles.raw".into();
    Observe {
        story_id: StoryId([story; 16]),
        timestamp: page_time,
        origin: Origin { topic, partition: 0, offset: 1, timestamp: None },
        article_id: ArticleId([9; 16]),
        place: Place::OwnTold(Written::of(&fingerprint())),
    }
    .encode()
}

impl World {
    fn new() -> Self {
        Self { home: Home::new(TTL_HOURS), table: Table::new(TTL_HOURS) }
    }

    fn see(&mut self, seen: Seen) -> Outbox {
        let message = seen.message();
        let trace = [("traceparent".to_owned(), Some(b"00-1".to_vec()))];
        let record = record(&message, Some(seen.append_time), &trace);
        let prepared = self.home.prepare(&record).unwrap();
        let mut outbox = Outbox::default();
        self.home.apply(&mut self.table, prepared, &mut outbox);
        outbox
    }
}

fn record<'a>(
    value: &'a [u8],
    timestamp: Option<i64>,
    headers: &'a [(String, Option<Vec<u8>>)],
) -> Record<'a> {
    let topic = "newsmill.app.home";
    Record { topic, partition: 1, offset: 2, timestamp, key: None, value: Some(value), headers }
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(output.value.as_deref().unwrap()).unwrap()
}

fn targets(outbox: &Outbox) -> Vec<Target> {
    outbox.outputs.iter().map(|output| output.target).collect()
}

const PUBLISHED: [Target; 3] = [Target::Stories, Target::Canonical, Target::Sightings];

#[test]
fn an_articles_own_story_is_seen_but_not_published() {
    let outbox = World::new().see(Seen::own(1, 9, 5 * HOUR));
    assert_eq!(targets(&outbox), [Target::Sightings]);
    let sighting = json_of(&outbox.outputs[0]);
    assert_eq!(sighting["decision"], "new");
    assert_eq!(sighting["role"], "own");
    assert_eq!(sighting["position"], Value::Null);
}

#[test]
fn the_first_related_sighting_publishes_the_text_and_its_canonical_record() {
    let mut world = World::new();
    world.see(Seen::own(1, 9, 5 * HOUR));
    let outbox = world.see(Seen::related(1, 8, 3, 6 * HOUR));
    assert_eq!(targets(&outbox), PUBLISHED);
    let id = "01".repeat(16);
    assert!(outbox.outputs.iter().all(|output| output.key == id.as_bytes()));
    let expected = json!({
        "schema": "newsmill.story/1", "story_id": id, "headline": "Headline",
        "body": ["One two.", "Three \"four\"."], "published_raw": null, "source": null,
        "keywords_raw": "k", "language": "en", "words": 4,
        "first_seen": {
            "article_id": "08".repeat(16), "position": 3, "timestamp": 6 * HOUR,
            "url": "https://a.example/page",
        },
    });
    assert_eq!(json_of(&outbox.outputs[0]), expected);
    let expected = json!({
        "schema": "newsmill.canonical/1", "story_id": id, "canonical_id": id, "kind": "self",
        "score": 100,
    });
    assert_eq!(json_of(&outbox.outputs[1]), expected);
    let expected = json!({
        "schema": "newsmill.sighting/1", "story_id": id, "canonical_id": id,
        "decision": "exact", "role": "related", "article_id": "08".repeat(16), "position": 3,
        "origin": {
            "topic": "articles.raw", "partition": 0, "offset": 8, "timestamp": 6 * HOUR,
        },
        "first_seen": { "article_id": "09".repeat(16), "position": null, "timestamp": 5 * HOUR },
        "timestamp": 6 * HOUR,
    });
    assert_eq!(json_of(&outbox.outputs[2]), expected);
}

#[test]
fn a_story_goes_out_once_however_often_it_is_appended() {
    let mut world = World::new();
    assert_eq!(targets(&world.see(Seen::related(1, 1, 0, HOUR))), PUBLISHED);
    for article in 2..50 {
        let outbox = world.see(Seen::related(1, article, 0, HOUR));
        assert_eq!(targets(&outbox), [Target::Sightings]);
    }
    assert_eq!(world.table.changes().count(), 1);
}

#[test]
fn a_repetition_in_the_same_hour_changes_no_row() {
    let mut world = World::new();
    world.see(Seen::related(1, 1, 0, HOUR));
    world.table.commit();
    world.see(Seen::related(1, 2, 0, HOUR + 1));
    assert_eq!(world.table.changes().count(), 0);
    world.see(Seen::related(1, 3, 0, 2 * HOUR));
    assert_eq!(world.table.changes().count(), 1);
}

#[test]
fn a_story_that_comes_back_after_its_time_to_live_begins_a_new_life() {
    let mut world = World::new();
    world.see(Seen::related(1, 1, 0, 0));
    let outbox = world.see(Seen::related(1, 2, 0, 49 * HOUR));
    assert_eq!(targets(&outbox), PUBLISHED);
    let sighting = json_of(&outbox.outputs[2]);
    assert_eq!(sighting["decision"], "new");
    assert_eq!(sighting["first_seen"]["article_id"], "02".repeat(16));
}

#[test]
fn a_story_that_is_seen_again_and_again_lives_on() {
    let mut world = World::new();
    world.see(Seen::related(1, 1, 0, 0));
    for day in 1..40 {
        let outbox = world.see(Seen::related(1, 2, 0, day * 24 * HOUR));
        assert_eq!(targets(&outbox), [Target::Sightings], "day {day}");
    }
}

#[test]
fn old_pages_beside_live_ones_do_not_end_at_birth() {
    let mut world = World::new();
    world.see(Seen::own(7, 7, 1_000 * HOUR));
    world.see(Seen::related(1, 1, 0, HOUR));
    let outbox = world.see(Seen::related(1, 2, 0, 1_010 * HOUR));
    assert_eq!(targets(&outbox), [Target::Sightings]);
}

#[test]
fn a_page_from_the_future_ends_nobody_elses_rows() {
    let mut world = World::new();
    world.see(Seen::related(1, 1, 0, HOUR));
    let future = Seen { append_time: 2 * HOUR, ..Seen::own(7, 7, 1_000_000 * HOUR) };
    let outbox = world.see(future);
    assert_eq!(world.table.hour(), 2, "append time and five minutes");
    assert_eq!(json_of(&outbox.outputs[0])["timestamp"], 1_000_000 * HOUR, "said as it was");
    let outbox = world.see(Seen::related(1, 2, 0, 3 * HOUR));
    assert_eq!(targets(&outbox), [Target::Sightings]);
}

#[test]
fn every_output_names_the_page_and_passes_its_trace_on() {
    let outbox = World::new().see(Seen::related(1, 4, 0, HOUR));
    for output in &outbox.outputs {
        let mut headers = Vec::new();
        output.headers(&mut |name, value| headers.push((name, value.unwrap().to_vec())));
        let expected =
            [("newsmill.origin", b"articles.raw/0/4".to_vec()), ("traceparent", b"00-1".to_vec())];
        assert_eq!(headers, expected);
    }
}

#[test]
fn what_is_no_message_of_ours_stops_the_process() {
    let home = Home::new(TTL_HOURS);
    for value in [&[][..], &[2, 0], &[1, 0, 7]] {
        let Err(Refusal::Stop(message)) = home.prepare(&record(value, None, &[])) else {
            panic!("{value:?} was taken");
        };
        assert!(message.starts_with("newsmill.app.home/1/2 cannot be read: "), "{message}");
    }
}

const PROBE: Target = Target::Inbox(near::NAME);

impl World {
    /// No two keys live on one partition.
    fn comparing(own: bool, keys: RoutingKeys) -> Self {
        Self::comparing_over(own, keys, NonZeroU32::MAX)
    }

    fn comparing_over(own: bool, keys: RoutingKeys, partitions: NonZeroU32) -> Self {
        let home = Home::comparing(TTL_HOURS, Compare { own, keys, partitions });
        Self { home, ..Self::new() }
    }

    fn hear(&mut self, message: &[u8]) -> Outbox {
        let headers = [("newsmill.origin".to_owned(), Some(b"articles.raw/0/77".to_vec()))];
        let prepared = self.home.prepare(&record(message, None, &headers)).unwrap();
        let mut outbox = Outbox::default();
        self.home.apply(&mut self.table, prepared, &mut outbox);
        outbox
    }

    /// What `near` says of story 1.
    fn verdict(&mut self, slot: u8, best: Option<(u8, i64)>) -> Outbox {
        self.verdicts(&[(slot, best)])
    }

    fn verdicts(&mut self, registers: &[(u8, Option<(u8, i64)>)]) -> Outbox {
        let lead = |(story, timestamp)| Lead {
            age: Age { timestamp, story_id: StoryId([story; 16]) },
            likeness: Likeness::Near,
            score: 70,
        };
        let register =
            |(slot, best): &(u8, Option<_>)| Register { slot: *slot, best: best.map(lead) };
        let registers = registers.iter().map(register).collect();
        self.hear(&Verdict { story_id: StoryId([1; 16]), registers }.encode())
    }
}

/// Of each message to `near`, under which keys it is.
fn under(outbox: &Outbox) -> Vec<Vec<RoutingKey>> {
    let to_near = outbox.outputs.iter().filter(|output| output.target == PROBE);
    to_near
        .map(|output| {
            let message =
                near::message::Message::decode(Some(&output.key), output.value.as_deref());
            message.unwrap().keys.to_vec()
        })
        .collect()
}

/// The keys of these slots.
fn keys_of(slots: &[u8]) -> Vec<RoutingKey> {
    fingerprint().routing_keys().filter(|key| slots.contains(&key.slot)).collect()
}

#[test]
fn what_concerns_the_keys_on_one_partition_goes_there_in_one_message() {
    let mut world = World::comparing_over(true, RoutingKeys::Six, NonZeroU32::MIN);
    assert_eq!(under(&world.hear(&own_told(1, 10 * HOUR))), [keys_of(&[0, 1, 2, 3, 4, 5])]);
    let outbox = world.verdicts(&[(1, Some((5, 0))), (4, Some((5, 0)))]);
    assert_eq!(targets(&outbox), [Target::Canonical, PROBE], "one correction");
    assert_eq!(under(&outbox), [keys_of(&[0, 2, 3, 5])], "where it is not found to follow");
    let outbox = world.verdicts(&[(1, None), (2, Some((5, 0))), (3, None)]);
    assert_eq!(under(&outbox), [keys_of(&[1])], "there it was taken for a follower until now");
    let outbox = world.verdicts(&[(2, None), (4, None)]);
    assert_eq!(under(&outbox), [keys_of(&[0, 1, 2, 3, 4, 5])]);

    let partitions = NonZeroU32::new(3).unwrap();
    let mut world = World::comparing_over(true, RoutingKeys::Six, partitions);
    let asked = under(&world.hear(&own_told(1, 10 * HOUR)));
    let partition = |key: &RoutingKey| partition_for(&key.to_bytes(), partitions);
    for together in &asked {
        assert!(together.iter().all(|key| partition(key) == partition(&together[0])));
    }
    let mut asked = asked.concat();
    asked.sort();
    assert_eq!(asked, keys_of(&[0, 1, 2, 3, 4, 5]));
}

#[test]
fn an_own_story_is_compared_only_where_own_stories_are() {
    let mut world = World::comparing(false, RoutingKeys::Six);
    assert_eq!(targets(&world.hear(&own_told(1, HOUR))), [Target::Sightings]);
    let mut world = World::comparing(true, RoutingKeys::Two);
    let outbox = world.hear(&own_told(1, HOUR));
    assert_eq!(targets(&outbox), [Target::Canonical, Target::Sightings, PROBE, PROBE]);
    assert_eq!(json_of(&outbox.outputs[0])["kind"], "self");
    let mut asked = under(&outbox).concat();
    asked.sort();
    assert_eq!(asked, keys_of(&[0, 1]));
    // Its text goes out when it is appended somewhere; whom it follows has been said.
    let outbox = world.see(Seen::related(1, 2, 0, HOUR));
    assert_eq!(targets(&outbox), [Target::Stories, Target::Sightings]);
}

#[test]
fn of_registers_that_are_as_alike_the_oldest_stands_for_a_story_and_a_change_is_said_once() {
    let mut world = World::comparing(true, RoutingKeys::Two);
    world.hear(&own_told(1, 10 * HOUR));
    let outbox = world.verdict(0, Some((5, 6 * HOUR)));
    assert_eq!(targets(&outbox), [Target::Canonical, PROBE], "it is no leader any more");
    assert_eq!(under(&outbox), [keys_of(&[1])], "where it is found to follow, near knows");
    let expected = json!({
        "schema": "newsmill.canonical/1", "story_id": "01".repeat(16),
        "canonical_id": "05".repeat(16), "kind": "near", "score": 70,
    });
    assert_eq!(json_of(&outbox.outputs[0]), expected);
    assert_eq!(outbox.outputs[0].cause.origin, "articles.raw/0/77");
    let sighting = world.see(Seen::own(1, 3, 11 * HOUR));
    assert_eq!(json_of(&sighting.outputs[0])["canonical_id"], "05".repeat(16));

    assert_eq!(targets(&world.verdict(1, Some((6, 7 * HOUR)))), [], "a younger one");
    let outbox = world.verdict(0, None);
    assert_eq!(targets(&outbox), [Target::Canonical, PROBE], "6 is left: it does not lead there");
    assert_eq!(under(&outbox), [keys_of(&[0])]);
    let outbox = world.verdict(1, None);
    assert_eq!(targets(&outbox), [Target::Canonical, PROBE, PROBE], "it stands for itself again");
    assert_eq!(json_of(&outbox.outputs[0])["kind"], "self");
}

#[test]
fn a_story_that_turns_out_older_stands_for_itself_and_says_so() {
    let mut world = World::comparing(true, RoutingKeys::Two);
    world.hear(&own_told(1, 10 * HOUR));
    world.verdict(0, Some((5, 6 * HOUR)));
    let outbox = world.see(Seen::own(1, 3, 5 * HOUR));
    assert_eq!(targets(&outbox), [Target::Canonical, Target::Sightings, PROBE, PROBE]);
    assert_eq!(json_of(&outbox.outputs[0])["kind"], "self");
    let outbox = world.see(Seen::own(1, 4, 7 * HOUR));
    assert_eq!(targets(&outbox), [Target::Sightings]);
}

#[test]
fn a_verdict_of_a_life_that_is_over_is_nothing() {
    let mut world = World::comparing(true, RoutingKeys::Two);
    assert_eq!(targets(&world.verdict(0, Some((5, 0)))), [], "never seen");
    world.hear(&own_told(1, 0));
    world.see(Seen::own(1, 1, 500 * HOUR));
    assert_eq!(targets(&world.verdict(0, Some((5, 0)))), [], "born again, and not compared yet");
    world.table.commit();
    assert_eq!(targets(&world.verdict(0, Some((5, 0)))), []);
    assert_eq!(world.table.changes().count(), 0);
}

/// A life of a story, as the model keeps it.
struct Life {
    first: Seen,
    last_hour: i64,
    published: bool,
}

fn seen() -> impl Strategy<Value = Seen> {
    let position = prop::option::of(0..3_u32);
    (0..6_u8, any::<u8>(), position, 0..100 * HOUR, -HOUR..30 * HOUR).prop_map(
        |(story, article, position, page_time, late)| Seen {
            story,
            article,
            position,
            page_time,
            append_time: page_time + late,
        },
    )
}

proptest! {
    #[test]
    fn home_decides_as_a_model_that_keeps_everything(
        pages in prop::collection::vec(seen(), 0..60),
    ) {
        let mut world = World::new();
        let mut lives: HashMap<u8, Life> = HashMap::new();
        let mut stream_time = 0;
        for seen in pages {
            stream_time = stream_time.max(seen.page_time.min(seen.append_time + 5 * 60_000));
            let hour = stream_time / HOUR;
            lives.retain(|_, life| hour - life.last_hour <= i64::from(TTL_HOURS));
            let known = lives.contains_key(&seen.story);
            let life = lives.entry(seen.story).or_insert(Life {
                first: seen,
                last_hour: hour,
                published: false,
            });
            life.last_hour = hour;
            let publish = seen.position.is_some() && !life.published;
            life.published |= publish;

            let outbox = world.see(seen);
            prop_assert_eq!(outbox.outputs.len(), if publish { 3 } else { 1 });
            let sighting = json_of(outbox.outputs.last().unwrap());
            prop_assert_eq!(&sighting["decision"], if known { "exact" } else { "new" });
            prop_assert_eq!(&sighting["first_seen"]["timestamp"], life.first.page_time);
            prop_assert_eq!(&sighting["first_seen"]["position"], &json!(life.first.position));
            prop_assert_eq!(world.table.stats().rows, lives.len() as u64);
        }
    }
}
