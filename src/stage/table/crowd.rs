//! Who leaves where a table has room for so many rows only: of the owner that has most of them a row of the least worth,
//! the oldest of these. So an owner's flood drives out its own rows, and nobody else's.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Key, Row};

/// Every row of a type that is [`Row::IS_BOUNDED`]: of each owner by worth and hour, what leaves next first.
#[derive(Debug)]
pub(super) struct Crowd<K> {
    owners: BTreeMap<u16, BTreeSet<(u8, u32, K)>>,
}

impl<K> Default for Crowd<K> {
    fn default() -> Self {
        Self { owners: BTreeMap::new() }
    }
}

impl<K: Key> Crowd<K> {
    /// A row has come, gone or taken the place of another.
    pub(super) fn replace<R: Row<Key = K>>(&mut self, key: K, before: Option<&R>, now: Option<&R>) {
        let place = |row: &R| (row.worth(), row.last_seen_hour(), key);
        let (before, now) = (before.map(place), now.map(place));
        if before == now {
            return;
        }
        let rows = self.owners.entry(R::owner(&key)).or_default();
        if let Some(before) = before {
            let _ = rows.remove(&before);
        }
        if let Some(now) = now {
            let _ = rows.insert(now);
        }
        if rows.is_empty() {
            drop(self.owners.remove(&R::owner(&key)));
        }
    }

    /// The row that leaves next. It is a function of the rows alone: of owners with equally many the first.
    pub(super) fn next(&self) -> Option<K> {
        let most = self.owners.iter().max_by_key(|(owner, rows)| (rows.len(), Reverse(**owner)));
        most.and_then(|(_, rows)| rows.first()).map(|(_, _, key)| *key)
    }

    /// How many rows it knows of.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.owners.values().map(BTreeSet::len).sum()
    }
}
