//! What must stand on the output topics, judged by a reader that knows the pages and nothing else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::client::{self, Seen};
use super::fleet::Names;
use super::pages::{Fate, page};
use super::validate::faults;

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

/// Reads everything and fails the test on the first kind of thing that is wrong; `pages` were fed.
pub fn judge(bootstrap: &str, names: &Names, seed: u64, pages: u64) -> Verdict {
    let read = |topic: &str| client::read_committed(bootstrap, &names.topic(topic));
    let input = Input::of(&read("raw"), &names.topic("raw"), seed);
    assert_eq!(input.fates.len() as u64, pages, "the input holds every page once");

    let mut wrong = Wrong::default();
    let articles = by_origin(&read("articles"));
    let letters = by_origin(&read("dead-letter"));
    let sightings = by_origin(&read("sightings"));
    let mut verdict = Verdict::default();
    let mut told = Told::default();
    for (origin, (raw, fate)) in &input.fates {
        let none = Vec::new();
        let of =
            |records: &'_ HashMap<String, Vec<Seen>>| records.get(origin).unwrap_or(&none).clone();
        let (articles, letters, sightings) = (of(&articles), of(&letters), of(&sightings));
        match fate {
            Fate::DeadLetter(reason) => {
                wrong.unless(articles.is_empty() && sightings.is_empty(), origin, "poison passed");
                wrong.unless(
                    letters.len() == 1,
                    origin,
                    &format!("{} dead letters", letters.len()),
                );
                wrong.unless(
                    letters.iter().all(|letter| is_of(letter, raw, reason)),
                    origin,
                    "altered",
                );
                verdict.dead_letters += 1;
            }
            Fate::Article { own, related } => {
                wrong.unless(letters.is_empty(), origin, "dead-lettered");
                wrong.unless(articles.len() == 1, origin, &format!("{} articles", articles.len()));
                wrong.records(&articles);
                wrong.records(&sightings);
                told.page(&sightings, *own, related, origin, &mut wrong);
                verdict.articles += 1;
                verdict.sightings += sightings.len();
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
    verdict.stories = told.published(&read("stories"), &read("canonical"), &mut wrong);
    wrong.assert_none();
    verdict
}

/// The pages that were fed, by where they stand.
struct Input {
    fates: BTreeMap<String, (Seen, Fate)>,
}

impl Input {
    fn of(raw: &[Seen], topic: &str, seed: u64) -> Self {
        let fate = |seen: &Seen| {
            let key = std::str::from_utf8(seen.key.as_deref().expect("a key")).expect("text");
            let number = key.strip_prefix("page-").expect("our key").parse().expect("a number");
            let page = page(seed, number);
            assert_eq!(seen.value.as_ref(), Some(&page.value), "the seed makes the same page");
            (format!("{topic}/{}/{}", seen.partition, seen.offset), (seen.clone(), page.fate))
        };
        Self { fates: raw.iter().map(fate).collect() }
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
            if value["decision"] == "new" {
                *self.new.entry(id.clone()).or_default() += 1;
            } else {
                self.new.entry(id.clone()).or_default();
            }
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

    /// Every story that was appended is published once, stands for itself once, and was new once.
    fn published(&self, stories: &[Seen], canonical: &[Seen], wrong: &mut Wrong) -> usize {
        let distinct: BTreeSet<_> = self.ids.values().collect();
        wrong.unless(distinct.len() == self.ids.len(), "stories", "two stories share an id");
        for (what, records) in [("published", stories), ("canonical", canonical)] {
            wrong.records(records);
            let mut times: BTreeMap<String, u32> = BTreeMap::new();
            for record in records {
                let id = json(record)["story_id"].as_str().unwrap_or_default().to_owned();
                wrong.unless(
                    record.key.as_deref() == Some(id.as_bytes()),
                    &id,
                    "key is not the id",
                );
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
        for (id, times) in &self.new {
            wrong.unless(*times == 1, id, &format!("new {times} times"));
        }
        self.related.len()
    }
}

fn is_of(letter: &Seen, raw: &Seen, reason: &str) -> bool {
    letter.key == raw.key
        && letter.value == raw.value
        && letter.header("newsmill.dlq.reason") == Some(reason)
        && letter.header("newsmill.dlq.offset") == Some(raw.offset.to_string().as_str())
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

/// Everything that is wrong, so that one run shows the pattern and not one case.
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

    fn assert_none(&self) {
        let first = self.0.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
        assert!(self.0.is_empty(), "{} things are wrong, the first:\n{first}", self.0.len());
    }
}
