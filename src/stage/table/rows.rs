//! Where rows stand: by the hash of their keys, and where a row type asks for that, under the places at which they meet.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;

use super::{Key, Row};

/// Rows by key and by place.
#[derive(Debug)]
pub(super) struct Rows<R: Row> {
    /// By a quick hash with a seed of the process's own: keys are digests, and each message asks for some.
    by_key: HashMap<R::Key, R, RandomState>,
    /// Every row once under each of its places.
    places: BTreeSet<(R::Place, R::Key)>,
}

impl<R: Row> Default for Rows<R> {
    fn default() -> Self {
        Self { by_key: HashMap::default(), places: BTreeSet::new() }
    }
}

impl<R: Row> Rows<R> {
    pub(super) fn get(&self, key: &R::Key) -> Option<&R> {
        self.by_key.get(key)
    }

    /// The rows at a place, in the order of their keys.
    pub(super) fn at(&self, place: R::Place) -> impl Iterator<Item = (&R::Key, &R)> {
        let here = self.places.range((place, R::Key::LEAST)..);
        let here = here.take_while(move |(other, _)| *other == place);
        here.filter_map(|(_, key)| Some((key, self.by_key.get(key)?)))
    }

    pub(super) fn contains(&self, key: &R::Key) -> bool {
        self.by_key.contains_key(key)
    }

    pub(super) fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Puts a row in, or in another's place; says what was there.
    pub(super) fn insert(&mut self, key: R::Key, row: R) -> Option<R> {
        let known = self.by_key.entry(key);
        let before = match &known {
            Entry::Occupied(known) => Some(known.get()),
            Entry::Vacant(_) => None,
        };
        let is_at =
            |row: Option<&R>, place| row.is_some_and(|row| row.places().any(|p| p == place));
        for place in row.places().filter(|place| !is_at(before, *place)) {
            let _ = self.places.insert((place, key));
        }
        for place in before.into_iter().flat_map(R::places) {
            if !is_at(Some(&row), place) {
                let _ = self.places.remove(&(place, key));
            }
        }
        match known {
            Entry::Occupied(mut known) => Some(known.insert(row)),
            Entry::Vacant(known) => {
                let _ = known.insert(row);
                None
            }
        }
    }

    pub(super) fn remove(&mut self, key: &R::Key) -> Option<R> {
        let row = self.by_key.remove(key)?;
        for place in row.places() {
            let _ = self.places.remove(&(place, *key));
        }
        Some(row)
    }
}
