//! The batch answer: from the oldest on, a story joins the oldest canonical one that it matches in a bucket of both.

use std::collections::{BTreeMap, BTreeSet};

use newsmill::story::{Fingerprint, Folder, Likeness, Overlap, RoutingKey, Thresholds};
use serde_json::Value;

/// What is known of the stories once all has come.
#[derive(Default)]
pub struct Told {
    /// The least page time of each.
    oldest: BTreeMap<String, i64>,
    published: BTreeMap<String, Fingerprint>,
}

impl Told {
    pub fn seen(&mut self, story: String, page_time: i64) {
        let oldest = self.oldest.entry(story).or_insert(page_time);
        *oldest = (*oldest).min(page_time);
    }

    pub fn published(&mut self, story: String, body: &Value) {
        let body = body.as_array().unwrap().iter().map(|paragraph| paragraph.as_str().unwrap());
        let fingerprint = Fingerprint::of(&Folder::new().fold(body)).expect("a long text");
        drop(self.published.insert(story, fingerprint));
    }

    /// Which story stands for each, compared under so many keys.
    pub fn answer(&self, keys: usize) -> BTreeMap<String, String> {
        // An id in hexadecimal has the order of its bytes.
        let mut by_age: Vec<_> =
            self.published.keys().map(|story| (self.oldest[story], story)).collect();
        by_age.sort_unstable();
        let (mut canonical, mut answer) = (Vec::<&String>::new(), BTreeMap::new());
        for (_, story) in by_age {
            let leader = canonical.iter().find(|leader| self.match_each_other(story, leader, keys));
            let _new = answer.insert(story.clone(), leader.map_or(story, |leader| *leader).clone());
            if leader.is_none() {
                canonical.push(story);
            }
        }
        answer
    }

    fn match_each_other(&self, a: &str, b: &str, keys: usize) -> bool {
        let shared: Vec<_> =
            self.buckets(a, keys).intersection(&self.buckets(b, keys)).copied().collect();
        let has_witness = |bucket: &RoutingKey| {
            self.published.keys().any(|witness| {
                witness != a
                    && witness != b
                    && self.buckets(witness, keys).contains(bucket)
                    && self.likeness(a, witness) >= Some(Likeness::Near)
                    && self.likeness(b, witness) >= Some(Likeness::Near)
            })
        };
        match self.likeness(a, b) {
            Some(Likeness::Loose) => shared.iter().any(has_witness),
            Some(Likeness::Near | Likeness::Duplicate) => !shared.is_empty(),
            None => false,
        }
    }

    fn buckets(&self, story: &str, keys: usize) -> BTreeSet<RoutingKey> {
        self.published[story].routing_keys().take(keys).collect()
    }

    fn likeness(&self, a: &str, b: &str) -> Option<Likeness> {
        let overlap = Overlap::of(self.published[a].sketch(), self.published[b].sketch());
        overlap.likeness(&Thresholds::default())
    }
}
