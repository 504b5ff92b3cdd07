//! Where rows stand: by the hash of their keys or, where the row type asks for that, in the order of them.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

use super::Row;

/// Rows by key: one of the two maps is used.
#[derive(Debug)]
pub(super) struct Rows<R: Row> {
    /// By a quick hash with a seed of the process's own: keys are digests, and each message asks for some.
    hashed: HashMap<R::Key, R, RandomState>,
    /// All rows of a type that is [`Row::IN_ORDER`].
    pub(super) in_order: BTreeMap<R::Key, R>,
}

impl<R: Row> Default for Rows<R> {
    fn default() -> Self {
        Self { hashed: HashMap::default(), in_order: BTreeMap::new() }
    }
}

impl<R: Row> Rows<R> {
    pub(super) fn get(&self, key: &R::Key) -> Option<&R> {
        if R::IN_ORDER { self.in_order.get(key) } else { self.hashed.get(key) }
    }

    pub(super) fn contains(&self, key: &R::Key) -> bool {
        self.get(key).is_some()
    }

    pub(super) fn len(&self) -> usize {
        self.hashed.len() + self.in_order.len()
    }

    /// Puts a row in, or in another's place; says what was there.
    pub(super) fn insert(&mut self, key: R::Key, row: R) -> Option<R> {
        if R::IN_ORDER { self.in_order.insert(key, row) } else { self.hashed.insert(key, row) }
    }

    pub(super) fn remove(&mut self, key: &R::Key) -> Option<R> {
        if R::IN_ORDER { self.in_order.remove(key) } else { self.hashed.remove(key) }
    }
}
