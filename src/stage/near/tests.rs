//! `home` and `near` together, over queues: whatever the order in which their messages meet, the answer is the batch
//! answer. Crashes and transactions are tests/simulation's.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::record::{ArticleId, Origin, StoryId, partition_for};
use crate::stage::home::message::{Observe, Place, Text};
use crate::stage::home::{Compare, Home, HomeRow};
use crate::story::{Fingerprint, Folder, Likeness, Overlap, RoutingKeys};

const HOUR: i64 = 3_600_000;
const PARTITIONS: u32 = 3;
const TTL_HOURS: u32 = 24 * 365;

/// A story as a test knows it.
#[derive(Debug, Clone)]
struct Tale {
    id: StoryId,
    text: String,
}

impl Tale {
    fn new(text: String) -> Self {
        let id = Folder::new().fold([&text]).story_id().unwrap();
        Self { id, text }
    }

    /// Words of one text that no other text has, with some of them changed.
    fn told(subject: usize, words: usize, changed: impl Fn(usize) -> Option<usize>) -> Self {
        let word = |n: usize| match changed(n) {
            Some(edit) => format!("{}x{}", letters(subject), letters(1_000 * (edit + 1) + n)),
            None => format!("{}{}", letters(subject), letters(n)),
        };
        Self::new((0..words).map(word).collect::<Vec<_>>().join(" "))
    }

    fn fingerprint(&self) -> Option<Fingerprint> {
        Fingerprint::of(&Folder::new().fold([&self.text]))
    }

    fn observe(&self, timestamp: i64, article: u8) -> Vec<u8> {
        let words = Folder::new().fold([&self.text]).words();
        let text = Text {
            url: None,
            headline: None,
            language: "und",
            words,
            body: vec![&self.text],
            published_raw: None,
            source: None,
            keywords_raw: None,
        };
        let topic = "articles.raw".into();
        let origin =
            Origin { topic, partition: 0, offset: i64::from(article), timestamp: Some(timestamp) };
        let article_id = ArticleId([article; 16]);
        let place = Place::Related(0, Some(text));
        Observe { story_id: self.id, timestamp, origin, article_id, place }.encode()
    }
}

fn letters(mut n: usize) -> String {
    let mut word = String::from("w");
    loop {
        word.push(char::from(b'a' + u8::try_from(n % 26).unwrap()));
        n /= 26;
        if n == 0 {
            return word;
        }
    }
}

#[derive(Debug, Clone)]
struct Message {
    key: Vec<u8>,
    value: Vec<u8>,
    headers: Vec<(String, Option<Vec<u8>>)>,
}

/// The two stages, their tables and their inboxes.
struct World {
    home: Home,
    near: Near,
    homes: Vec<Table<HomeRow>>,
    nears: Vec<Table<NearRow>>,
    /// Inboxes: those of home, then those of near.
    inboxes: Vec<VecDeque<Message>>,
    append_time: i64,
    /// `stories.canonical`, whole.
    canonical: Vec<(StoryId, StoryId)>,
    counted: crate::stage::Tally,
}

impl World {
    fn new() -> Self {
        Self::with(RoutingKeys::Six, TTL_HOURS)
    }

    fn with(keys: RoutingKeys, ttl_hours: u32) -> Self {
        let partitions = || 0..PARTITIONS;
        Self {
            home: Home::comparing(ttl_hours, Compare { own: false, keys }),
            near: Near { ttl_hours, thresholds: Thresholds::default(), keys },
            homes: partitions().map(|_| Table::new(ttl_hours)).collect(),
            nears: partitions().map(|_| Table::new(ttl_hours)).collect(),
            inboxes: (0..2 * PARTITIONS).map(|_| VecDeque::new()).collect(),
            append_time: i64::MAX / 2,
            canonical: Vec::new(),
            counted: crate::stage::Tally::default(),
        }
    }

    fn see(&mut self, tale: &Tale, timestamp: i64) {
        let (key, value) = (tale.id.0.to_vec(), tale.observe(timestamp, 1));
        let place = partition(&key);
        self.inboxes[place].push_back(Message { key, value, headers: Vec::new() });
    }

    /// Judges one message of an inbox.
    fn step(&mut self, inbox: usize) {
        let Some(message) = self.inboxes[inbox].pop_front() else { return };
        let record = Record {
            topic: "inbox",
            partition: 0,
            offset: 0,
            timestamp: Some(self.append_time),
            key: Some(&message.key),
            value: Some(&message.value),
            headers: &message.headers,
        };
        let mut outbox = Outbox::default();
        if let Some(table) = self.homes.get_mut(inbox) {
            self.home.apply(table, self.home.prepare(&record).unwrap(), &mut outbox);
        } else {
            let table = &mut self.nears[inbox - PARTITIONS as usize];
            self.near.apply(table, self.near.prepare(&record).unwrap(), &mut outbox);
        }
        self.counted.merge(&outbox.tally);
        for output in outbox.outputs {
            let mut headers = Vec::new();
            output.headers(&mut |name, value| {
                headers.push((name.to_owned(), value.map(<[u8]>::to_vec)));
            });
            assert!(
                headers[0].1.as_ref().is_some_and(|origin| origin.starts_with(b"articles.raw/0/"))
            );
            let place = partition(&output.key);
            let value = output.value.unwrap();
            let message = Message { key: output.key, value, headers };
            match output.target {
                Target::Inbox(home::NAME) => self.inboxes[place].push_back(message),
                Target::Inbox(_) => {
                    self.inboxes[place + PARTITIONS as usize].push_back(message);
                }
                Target::Canonical => {
                    let record: Value = serde_json::from_slice(&message.value).unwrap();
                    let id = |field: &str| {
                        let hex = record[field].as_str().unwrap();
                        StoryId(u128::from_str_radix(hex, 16).unwrap().to_be_bytes())
                    };
                    let (story, canonical) = (id("story_id"), id("canonical_id"));
                    assert_eq!(record["kind"] == "self", story == canonical);
                    self.canonical.push((story, canonical));
                }
                Target::Articles | Target::Stories | Target::Sightings | Target::Starts => {}
            }
        }
    }

    fn rest(&mut self) {
        while let Some(inbox) = self.inboxes.iter().position(|inbox| !inbox.is_empty()) {
            self.step(inbox);
        }
    }

    /// What a reader of the compacted topic has in the end.
    fn answer(&self) -> BTreeMap<StoryId, StoryId> {
        self.canonical.iter().copied().collect()
    }
}

fn partition(key: &[u8]) -> usize {
    usize::try_from(partition_for(key, PARTITIONS.try_into().unwrap())).unwrap()
}

/// From the oldest on, a story joins the oldest canonical one that it matches in a bucket of both.
fn batch_answer(tales: &[(&Tale, i64)], keys: RoutingKeys) -> BTreeMap<StoryId, StoryId> {
    let thresholds = Thresholds::default();
    let mut ages: BTreeMap<StoryId, i64> = BTreeMap::new();
    let mut told = BTreeMap::new();
    for (tale, timestamp) in tales {
        let age = ages.entry(tale.id).or_insert(*timestamp);
        *age = (*age).min(*timestamp);
        told.insert(tale.id, tale.fingerprint());
    }
    let buckets = |id: &StoryId| -> BTreeSet<RoutingKey> {
        told[id].iter().flat_map(Fingerprint::routing_keys).take(keys.count()).collect()
    };
    let likeness = |a: &StoryId, b: &StoryId| {
        Overlap::of(told[a].as_ref()?.sketch(), told[b].as_ref()?.sketch()).likeness(&thresholds)
    };
    let is_near = |a: &StoryId, b: &StoryId| likeness(a, b) >= Some(Likeness::Near);
    let matches = |a: &StoryId, b: &StoryId| {
        let shared: Vec<_> = buckets(a).intersection(&buckets(b)).copied().collect();
        let has_witness = |bucket| {
            told.keys().any(|w| {
                w != a && w != b && buckets(w).contains(bucket) && is_near(a, w) && is_near(b, w)
            })
        };
        match likeness(a, b) {
            Some(Likeness::Loose) => shared.iter().any(has_witness),
            Some(_) => !shared.is_empty(),
            None => false,
        }
    };
    let mut by_age: Vec<_> = ages.iter().map(|(id, timestamp)| (*timestamp, *id)).collect();
    by_age.sort_unstable();
    let mut canonical: Vec<StoryId> = Vec::new();
    let mut answer = BTreeMap::new();
    for (_, id) in by_age {
        let leader = canonical.iter().find(|leader| matches(&id, leader)).copied();
        answer.insert(id, leader.unwrap_or(id));
        if leader.is_none() {
            canonical.push(id);
        }
    }
    answer
}

fn tale(subject: usize) -> Tale {
    Tale::told(subject, 60, |_| None)
}

/// One word in so many is another.
fn edited(subject: usize, every: usize, edit: usize) -> Tale {
    Tale::told(subject, 60, |n| (n % every == every / 2).then_some(edit))
}

#[test]
fn an_edited_story_follows_the_older_one() {
    let (old, new, other) = (tale(1), edited(1, 20, 0), tale(2));
    let mut world = World::new();
    for (tale, hour) in [(&old, 1), (&other, 2), (&new, 3)] {
        world.see(tale, hour * HOUR);
        world.rest();
    }
    let expected = [(old.id, old.id), (other.id, other.id), (new.id, new.id), (new.id, old.id)];
    assert_eq!(world.canonical, expected);
}

#[test]
fn an_older_story_that_comes_late_takes_over() {
    let (old, new) = (tale(1), edited(1, 20, 0));
    let mut world = World::new();
    world.see(&new, 3 * HOUR);
    world.rest();
    world.see(&old, HOUR);
    world.rest();
    assert_eq!(world.canonical, [(new.id, new.id), (old.id, old.id), (new.id, old.id)]);
    // A still older page with the younger text turns it round.
    world.see(&new, 0);
    world.rest();
    let answer = world.answer();
    assert_eq!(answer, BTreeMap::from([(new.id, new.id), (old.id, new.id)]));
}

#[test]
fn a_short_story_is_never_compared() {
    let (old, new) = (Tale::told(1, 17, |_| None), Tale::told(1, 17, |n| (n == 16).then_some(0)));
    let mut world = World::new();
    for tale in [&old, &new] {
        world.see(tale, HOUR);
        world.rest();
    }
    assert_eq!(world.canonical, [(old.id, old.id), (new.id, new.id)]);
    assert!(world.nears.iter().all(|table| table.stats().rows == 0));
}

#[test]
fn a_story_costs_one_message_a_key_and_one_back_only_where_it_is_alike_another() {
    let mut world = World::new();
    let waiting = |world: &World| world.inboxes.iter().map(VecDeque::len).sum::<usize>();
    let mut judge_all = |tale: &Tale, hour: i64| {
        world.see(tale, hour * HOUR);
        let inbox = world.inboxes.iter().position(|inbox| !inbox.is_empty()).unwrap();
        world.step(inbox);
        assert_eq!(waiting(&world), 6, "probes");
        let nears = PARTITIONS as usize..2 * PARTITIONS as usize;
        for inbox in nears {
            while !world.inboxes[inbox].is_empty() {
                world.step(inbox);
            }
        }
        let verdicts = waiting(&world);
        world.rest();
        let rows: u64 = world.nears.iter().map(|table| table.stats().rows).sum();
        (verdicts, rows)
    };
    assert_eq!(judge_all(&tale(1), 1), (0, 6), "empty registers are not told");
    // It ends otherwise: the keys of the lead stay.
    let tail = Tale::told(1, 60, |n| (n >= 57).then_some(0));
    let (verdicts, rows) = judge_all(&tail, 2);
    assert!((3..=6).contains(&verdicts), "{verdicts}");
    assert_eq!(rows, 12);
}

#[test]
fn a_full_bucket_takes_in_no_more_of_those_that_follow_its_oldest_leader_but_says_whom() {
    let mut world = World::new();
    let end = |edit: usize| Tale::told(1, 60, |n| (n >= 57).then_some(edit));
    world.see(&tale(1), 0);
    world.rest();
    for edit in 0..2 * bucket::CAP {
        world.see(&end(edit), HOUR + i64::try_from(edit).unwrap());
        world.rest();
    }
    world.nears.iter_mut().for_each(Table::commit);
    let last = end(1_000);
    world.see(&last, 2 * HOUR - 1);
    world.rest();
    let changed = world.nears.iter().flat_map(Table::changes);
    let changed = changed.filter(|(key, _)| key[0] % 2 == 0).count();
    assert_eq!(changed, 0, "the buckets of the lead are full");
    assert_eq!(world.answer()[&last.id], tale(1).id);
    // An older one comes in, and leads.
    let older = Tale::told(1, 60, |n| (n == 57).then_some(7));
    world.see(&older, -HOUR);
    world.rest();
    assert_eq!(world.answer()[&older.id], older.id);
    assert_eq!(world.answer()[&tale(1).id], older.id);
}

#[test]
fn a_story_that_many_follow_is_written_once_an_hour_at_most() {
    let mut world = World::new();
    let leader = tale(1);
    world.see(&leader, 0);
    world.rest();
    world.nears.iter_mut().for_each(Table::commit);
    for minute in 1..40 {
        let end = usize::try_from(minute).unwrap();
        world.see(&Tale::told(1, 60, |n| (n >= 57).then_some(end)), minute * 60_000);
        world.rest();
    }
    let changed = |world: &World| {
        let rows = world.nears.iter().flat_map(Table::changes);
        rows.filter(|(key, _)| key.ends_with(&leader.id.0)).count()
    };
    assert_eq!(changed(&world), 0);
    world.see(&Tale::told(1, 60, |n| (n >= 57).then_some(50)), 2 * HOUR);
    world.rest();
    assert!((3..=6).contains(&changed(&world)), "{}", changed(&world));
}

#[test]
fn stories_that_follow_leave_a_full_bucket_before_those_that_lead() {
    let mut world = World::new();
    // It begins as they do, so that it is the oldest that leads in a bucket of theirs, and none of them follows it.
    world.see(&Tale::told(1, 160, |n| (n >= 24).then_some(5)), 0);
    let leader = tale(1);
    world.see(&leader, 1);
    world.rest();
    // The end of the story changes each time: the lead keys stay the same.
    let count = i64::try_from(2 * bucket::CAP).unwrap();
    for edit in 0..count {
        let end = usize::try_from(edit).unwrap();
        let new = Tale::told(1, 60, |n| (n >= 57).then_some(end));
        world.see(&new, HOUR + edit);
        world.rest();
        assert_eq!(world.answer()[&new.id], leader.id, "story {edit}");
    }
    let evicted = world.counted.iter().find(|(count, _)| *count == Count::Evicted(NAME));
    assert!(evicted.is_some_and(|(_, n)| n + 14 >= u64::try_from(count).unwrap()), "{evicted:?}");
    let rows: u64 = world.nears.iter().map(|table| table.stats().rows).sum();
    let full = 6 * u64::try_from(bucket::CAP).unwrap();
    assert!(rows <= full + 3 * u64::try_from(count).unwrap(), "{rows} rows");
}

#[test]
fn a_follower_keeps_its_canonical_story_when_that_one_ends_in_near() {
    let (old, new) = (tale(1), edited(1, 20, 0));
    let mut world = World::with(RoutingKeys::Six, 48);
    world.see(&old, 0);
    world.see(&new, HOUR);
    world.rest();
    // Time goes on in every partition; only the younger one is matched again.
    for day in 1..10 {
        for subject in 10..40 {
            world.see(&tale(100 * usize::try_from(day).unwrap() + subject), day * 24 * HOUR);
        }
        world.see(&new, day * 24 * HOUR);
        world.see(&old, day * 24 * HOUR);
        world.rest();
    }
    assert_eq!(world.answer()[&new.id], old.id);
    let stats: u64 = world.nears.iter().map(|table| table.stats().rows).sum();
    assert!(stats < 12 * 30 * 5, "{stats} rows: the sketches of what has ended are gone");
}

#[test]
fn what_is_no_message_of_ours_stops_the_process() {
    let near = World::new().near;
    let status = message::Status {
        age: Age { timestamp: 0, story_id: StoryId([1; 16]) },
        is_canonical: true,
    };
    let status = status.encode();
    let key = RoutingKey { slot: 5, value: 1 }.to_bytes();
    let record = |key, value| Record {
        topic: "newsmill.app.near",
        partition: 1,
        offset: 2,
        timestamp: None,
        key,
        value,
        headers: &[],
    };
    assert!(near.prepare(&record(Some(&key[..]), Some(&status[..]))).is_ok());
    let mut bad_slot = key;
    bad_slot[0] = 6;
    type Bytes<'b> = Option<&'b [u8]>;
    let bad: [(Bytes<'_>, Bytes<'_>); 5] = [
        (None, Some(&status)),
        (Some(&key[1..]), Some(&status)),
        (Some(&bad_slot), Some(&status)),
        (Some(&key), Some(&[2, 0])),
        (Some(&key), None),
    ];
    for (key, value) in bad {
        let Err(Refusal::Stop(message)) = near.prepare(&record(key, value)) else {
            panic!("{key:?} {value:?} was taken");
        };
        assert!(message.starts_with("newsmill.app.near/1/2 cannot be read: "), "{message}");
    }
}

/// An occurrence: which story of which family, and when.
#[derive(Debug, Clone, Copy)]
struct Seen {
    subject: usize,
    variant: usize,
    hour: i64,
}

/// Chains: each variant changes three more words than the one before, so that neighbours are alike and ends are not.
fn variant(subject: usize, variant: usize) -> Tale {
    Tale::told(subject, 70, |n| {
        let place = n % 23;
        (place % 2 == 1 && place / 2 < variant).then_some(place / 2)
    })
}

fn seen() -> impl Strategy<Value = Seen> {
    (0..3_usize, 0..8_usize, 0..40_i64).prop_map(|(subject, variant, hour)| Seen {
        subject,
        variant,
        hour,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_meets_whatever_first_the_answer_is_the_batch_answer(
        pages in prop::collection::vec(seen(), 1..40),
        steps in prop::collection::vec(any::<u8>(), 0..400),
        keys in prop::sample::select(vec![RoutingKeys::Two, RoutingKeys::Four, RoutingKeys::Six]),
    ) {
        let mut world = World::with(keys, TTL_HOURS);
        let tales: Vec<_> =
            pages.iter().map(|seen| (variant(seen.subject, seen.variant), seen.hour * HOUR)).collect();
        let mut pages = tales.iter();
        for step in steps {
            match usize::from(step) % 8 {
                inbox @ 0..6 => world.step(inbox),
                _ => {
                    if let Some((tale, timestamp)) = pages.next() {
                        world.see(tale, *timestamp);
                    }
                }
            }
        }
        pages.for_each(|(tale, timestamp)| world.see(tale, *timestamp));
        world.rest();
        let tales: Vec<_> = tales.iter().map(|(tale, timestamp)| (tale, *timestamp)).collect();
        let expected = batch_answer(&tales, keys);
        let answer = world.answer();
        prop_assert_eq!(&answer, &expected);
        for canonical in answer.values() {
            prop_assert_eq!(answer[canonical], *canonical, "a chain");
        }
    }

    /// Where all that are alike are alike each other. Between two leaders a story may be corrected once for each.
    #[test]
    fn in_order_each_story_of_a_family_is_corrected_once_at_most(
        mut pages in prop::collection::vec(seen(), 1..40),
    ) {
        pages.sort_by_key(|seen| seen.hour);
        let mut world = World::new();
        let mut told: BTreeMap<StoryId, usize> = BTreeMap::new();
        for (n, seen) in (0..).zip(pages) {
            world.see(&edited(seen.subject, 20, seen.variant), seen.hour * HOUR + n);
            world.rest();
        }
        for (story, _) in &world.canonical {
            *told.entry(*story).or_default() += 1;
        }
        prop_assert!(told.values().all(|times| *times <= 2), "{told:?}");
    }
}
