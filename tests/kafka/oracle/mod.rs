//! What must stand on the output topics, judged by a reader that knows the pages and nothing else.

mod page;
mod planted;
mod standing;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::client::Seen;
use super::fleet::Fleet;
use super::pages::{Fate, appended, page};
use super::validate::faults;
use page::Records;
use standing::{Inbox, Standing};

/// What was found right.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Article records, one a page.
    pub articles: usize,
    /// Dead letters, one a poisoned page.
    pub dead_letters: usize,
    /// Sightings, one an occurrence.
    pub sightings: usize,
    /// Distinct stories published.
    pub stories: usize,
}

/// Reads everything and fails the test where anything is wrong; `pages` were fed.
pub fn judge(bootstrap: &str, fleet: &Fleet, seed: u64, pages: u64) -> Verdict {
    let (verdict, wrong) = verdict(&Standing::read(bootstrap, fleet), seed, pages);
    let first = wrong.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} things are wrong, the first:\n{first}", wrong.len());
    verdict
}

/// What stands there, judged; and everything that is wrong, so that one run shows the pattern and not one case.
fn verdict(standing: &Standing, seed: u64, pages: u64) -> (Verdict, Vec<String>) {
    let mut wrong = Wrong::default();
    let input = Input::of(standing, seed);
    wrong.unless(
        input.fates.len() as u64 == pages,
        "input",
        &format!("{} of {pages} pages", input.fates.len()),
    );
    let [articles, letters, sightings] =
        [&standing.articles, &standing.dead_letters, &standing.sightings]
            .map(|seen| by_origin(seen));
    let mut verdict = Verdict::default();
    let mut told = Told::default();
    for (origin, (raw, fate)) in &input.fates {
        let records = Records {
            origin,
            articles: of(&articles, origin),
            letters: of(&letters, origin),
            sightings: of(&sightings, origin),
        };
        match fate {
            Fate::DeadLetter(reason) => {
                records.are_of_poison(raw, reason, &mut wrong);
                verdict.dead_letters += 1;
            }
            Fate::Article { own, text, related } => {
                records.are_of_article(text, related, &mut wrong);
                told.page(records.sightings, *own, related, origin, &mut wrong);
                verdict.articles += 1;
                verdict.sightings += records.sightings.len();
            }
        }
    }
    for (what, records) in
        [("article", &articles), ("dead letter", &letters), ("sighting", &sightings)]
    {
        for origin in records.keys().filter(|origin| !input.fates.contains_key(*origin)) {
            wrong.unless(false, origin, &format!("{what} of no page"));
        }
    }
    verdict.stories = told.published(standing, &mut wrong);
    standing.inboxes.iter().for_each(|inbox| at_its_end(inbox, &mut wrong));
    for partition in &standing.open {
        wrong.unless(false, partition, "an open transaction");
    }
    (verdict, wrong.0)
}

/// The pages that were fed, by where they stand.
struct Input {
    fates: BTreeMap<String, (Seen, Fate)>,
}

impl Input {
    fn of(standing: &Standing, seed: u64) -> Self {
        let [Inbox { topic, .. }, ..] = &standing.inboxes[..] else { panic!("parse has an inbox") };
        let fate = |seen: &Seen| {
            let key = std::str::from_utf8(seen.key.as_deref().expect("a key")).expect("text");
            let number = key.strip_prefix("page-").expect("our key").parse().expect("a number");
            let page = page(seed, number);
            assert_eq!(seen.value.as_ref(), Some(&page.value), "the seed makes the same page");
            (format!("{topic}/{}/{}", seen.partition, seen.offset), (seen.clone(), page.fate))
        };
        Self { fates: standing.raw.iter().map(fate).collect() }
    }
}

/// What the sightings say of the stories.
#[derive(Default)]
struct Told {
    /// The id of each story that pages append, by its number.
    ids: BTreeMap<u64, String>,
    /// The ids that were appended at least once.
    related: BTreeSet<String>,
    /// How often each id was called new.
    new: BTreeMap<String, u32>,
}

impl Told {
    fn page(
        &mut self,
        sightings: &[Seen],
        own: Option<u64>,
        related: &[u64],
        origin: &str,
        wrong: &mut Wrong,
    ) {
        let positions =
            (0..).zip(related).map(|(position, number)| (Some(position), Some(*number)));
        let mut expected: BTreeMap<Option<u64>, Option<u64>> = positions.collect();
        expected.insert(None, own);
        for sighting in sightings {
            let value = json(sighting);
            let position = value["position"].as_u64();
            let id = value["story_id"].as_str().unwrap_or_default().to_owned();
            let role = if position.is_none() { "own" } else { "related" };
            wrong.unless(value["role"] == role, origin, "the role does not fit the position");
            *self.new.entry(id.clone()).or_default() += u32::from(value["decision"] == "new");
            let Some(number) = expected.remove(&position) else {
                wrong.unless(false, origin, &format!("one sighting too many at {position:?}"));
                continue;
            };
            if position.is_some() {
                self.related.insert(id.clone());
            }
            if let Some(number) = number {
                let known = self.ids.entry(number).or_insert_with(|| id.clone());
                wrong.unless(*known == id, origin, &format!("story {number} has two ids"));
            }
        }
        for position in expected.keys() {
            wrong.unless(false, origin, &format!("no sighting at {position:?}"));
        }
    }

    /// Every story that was appended is published once, with its text, stands for itself once, and was new once.
    fn published(&self, standing: &Standing, wrong: &mut Wrong) -> usize {
        let distinct: BTreeSet<_> = self.ids.values().collect();
        wrong.unless(distinct.len() == self.ids.len(), "stories", "two stories share an id");
        self.once("published", &standing.stories, wrong);
        self.once("canonical", &standing.canonical, wrong);
        let numbers: HashMap<&str, u64> =
            self.ids.iter().map(|(number, id)| (id.as_str(), *number)).collect();
        for story in standing.stories.iter().map(json) {
            let id = story["story_id"].as_str().unwrap_or_default();
            let Some(number) = numbers.get(id) else { continue };
            wrong.unless(
                lines(&story) == appended(*number),
                id,
                &format!("not the text of story {number}"),
            );
        }
        for record in standing.canonical.iter().map(json) {
            let id = record["story_id"].as_str().unwrap_or_default();
            let stands = record["kind"] == "self" && record["canonical_id"] == id;
            wrong.unless(stands, id, "does not stand for itself");
        }
        for (id, times) in &self.new {
            wrong.unless(*times == 1, id, &format!("new {times} times"));
        }
        self.related.len()
    }

    /// One record of each story that was appended, under its key, and none of any other.
    fn once(&self, what: &str, records: &[Seen], wrong: &mut Wrong) {
        wrong.records(records);
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for record in records {
            let id = json(record)["story_id"].as_str().unwrap_or_default().to_owned();
            wrong.unless(record.key.as_deref() == Some(id.as_bytes()), &id, "key is not the id");
            *times.entry(id).or_default() += 1;
        }
        for (id, times) in &times {
            wrong.unless(*times == 1, id, &format!("{what} {times} times"));
            wrong.unless(self.related.contains(id), id, &format!("{what}, and never appended"));
        }
        for id in self.related.iter().filter(|id| !times.contains_key(*id)) {
            wrong.unless(false, id, &format!("never {what}"));
        }
    }
}

/// A group has committed what its stage has read, all of it and no more.
fn at_its_end(inbox: &Inbox, wrong: &mut Wrong) {
    let Inbox { topic, behind_last, ends, committed } = inbox;
    for (partition, committed) in committed.iter().enumerate() {
        let (committed, last, end) =
            (committed.unwrap_or_default(), behind_last[partition], ends[partition]);
        let place = format!("{topic}/{partition}");
        let said = format!("committed {committed}, not between {last} and {end}");
        wrong.unless((last..=end).contains(&committed), &place, &said);
    }
}

fn of<'r>(records: &'r HashMap<String, Vec<Seen>>, origin: &str) -> &'r [Seen] {
    records.get(origin).map_or(&[], Vec::as_slice)
}

fn by_origin(records: &[Seen]) -> HashMap<String, Vec<Seen>> {
    let mut by_origin: HashMap<String, Vec<Seen>> = HashMap::new();
    for record in records {
        let origin = record.header("newsmill.origin").unwrap_or("no origin").to_owned();
        by_origin.entry(origin).or_default().push(record.clone());
    }
    by_origin
}

fn json(record: &Seen) -> Value {
    serde_json::from_slice(record.value.as_deref().unwrap_or_default()).unwrap_or_default()
}

/// The headline of a record and its paragraphs.
fn lines(record: &Value) -> Vec<String> {
    let paragraphs = record["body"].as_array().into_iter().flatten();
    let lines = [&record["headline"]].into_iter().chain(paragraphs);
    lines.map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}

/// Everything that is wrong: where, and what.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn unless(&mut self, right: bool, where_: &str, what: &str) {
        if !right {
            self.0.push(format!("{where_}: {what}"));
        }
    }

    fn records(&mut self, records: &[Seen]) {
        self.0.extend(records.iter().flat_map(|record| faults(&json(record))));
    }
}
