//! The batch answer: from the oldest on, a story follows, of the older canonical ones that it matches in a bucket of both, the
//! one that it is most alike; else it is canonical.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use newsmill::story::{Fingerprint, Likeness, Overlap, RoutingKey, Thresholds};

/// What is known of the stories once all has come.
#[derive(Default)]
pub struct Told {
    /// The least page time of each.
    oldest: BTreeMap<String, i64>,
    published: BTreeMap<String, Fingerprint>,
}

/// A story as it is compared: its number is its place among all of them, from the oldest on.
struct Story<'a> {
    id: &'a str,
    /// How many different runs of three words are kept of it.
    size: usize,
    buckets: BTreeSet<RoutingKey>,
    /// What it is to each other one, and how alike they are; no likeness where numbers alone tell them apart.
    pairs: Vec<Option<(Option<Likeness>, u8)>>,
    /// Whom it follows in each bucket.
    registers: BTreeMap<RoutingKey, usize>,
    canonical: bool,
}

impl Told {
    pub fn seen(&mut self, story: String, page_time: i64) {
        let oldest = self.oldest.entry(story).or_insert(page_time);
        *oldest = (*oldest).min(page_time);
    }

    pub fn published(&mut self, story: String, fingerprint: Fingerprint) {
        drop(self.published.insert(story, fingerprint));
    }

    /// Which story stands for each, compared under so many keys.
    pub fn answer(&self, keys: usize) -> BTreeMap<String, String> {
        let mut stories = self.stories(keys);
        let mut answer = BTreeMap::new();
        for n in 0..stories.len() {
            let buckets: Vec<_> = stories[n].buckets.iter().copied().collect();
            let follows = |bucket| Some((bucket, follows(n, bucket, &stories)?));
            let registers: BTreeMap<_, _> = buckets.into_iter().filter_map(follows).collect();
            let lead = registers.values().min_by_key(|lead| rank(n, **lead, &stories)).copied();
            stories[n].canonical = lead.is_none();
            stories[n].registers = registers;
            let lead = stories[lead.unwrap_or(n)].id.to_owned();
            drop(answer.insert(stories[n].id.to_owned(), lead));
        }
        answer
    }

    fn stories<'a>(&'a self, keys: usize) -> Vec<Story<'a>> {
        // An id in hexadecimal has the order of its bytes.
        let mut by_age: Vec<_> = self.published.iter().collect();
        by_age.sort_unstable_by_key(|(id, _)| (self.oldest[*id], *id));
        let story = |(id, told): &(&'a String, &Fingerprint)| Story {
            id: id.as_str(),
            size: told.sketch().shingles().len(),
            buckets: told.routing_keys().take(keys).collect(),
            pairs: by_age.iter().map(|(_, other)| pair(told, other)).collect(),
            registers: BTreeMap::new(),
            canonical: false,
        };
        by_age.iter().map(story).collect()
    }
}

fn pair(a: &Fingerprint, b: &Fingerprint) -> Option<(Option<Likeness>, u8)> {
    let (overlap, thresholds) = (Overlap::of(a.sketch(), b.sketch()), Thresholds::default());
    let likeness = overlap.likeness(&thresholds);
    let is_told = likeness.is_some() || overlap.differs_in_numbers_only(&thresholds);
    is_told.then(|| (likeness, overlap.score()))
}

/// The better a lead the less.
fn rank(n: usize, lead: usize, stories: &[Story<'_>]) -> impl Ord + use<> {
    (Reverse(stories[n].pairs[lead]), lead)
}

fn follows(n: usize, bucket: RoutingKey, stories: &[Story<'_>]) -> Option<usize> {
    let older = (0..n).filter(|lead| stories[*lead].canonical);
    let here = older.filter(|lead| stories[*lead].buckets.contains(&bucket));
    here.filter(|lead| joins(n, *lead, bucket, stories)).min_by_key(|lead| rank(n, *lead, stories))
}

fn joins(n: usize, lead: usize, bucket: RoutingKey, stories: &[Story<'_>]) -> bool {
    let is_near = |a: usize, b: usize| {
        stories[a].pairs[b].is_some_and(|(likeness, _)| likeness >= Some(Likeness::Near))
    };
    let shorter = stories[n].size.min(stories[lead].size);
    let here = || (0..stories.len()).filter(|third| stories[*third].buckets.contains(&bucket));
    let has_witness = || {
        here().any(|third| {
            third != n
                && third != lead
                && 10 * stories[third].size >= 9 * shorter
                && is_near(n, third)
                && is_near(lead, third)
        })
    };
    let matches = match stories[n].pairs[lead] {
        Some((Some(Likeness::Loose), _)) => has_witness(),
        Some((Some(Likeness::Near | Likeness::Duplicate), _)) => true,
        Some((None, _)) | None => false,
    };
    let forbids = |third: usize| {
        stories[third].registers.get(&bucket) == Some(&lead)
            && is_near(third, lead)
            && 4 * stories[third].size >= 5 * stories[lead].size
            && matches!(stories[n].pairs[third], Some((None, _)))
    };
    matches && !here().filter(|third| *third < n).any(forbids)
}
