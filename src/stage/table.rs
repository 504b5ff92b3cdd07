//! The table of one partition: rows, their ages, and the undo list that is also the changelog's dirty set.
//!
//! Invariant: between [`Table::commit`]s, `touched` holds for each key that changed its value before the first change.
//! A rollback puts those back; a commit writes one changelog row for each, however often it changed. Stream time is
//! part of the table and rolls back with it.

mod crowd;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::Hash;

use crowd::Crowd;
use rows::Rows;

/// What names a row: an array of bytes.
pub trait Key:
    Copy + Ord + Hash + AsRef<[u8]> + for<'a> TryFrom<&'a [u8]> + Send + 'static
{
    /// The one before all others.
    const LEAST: Self;
}

impl<const N: usize> Key for [u8; N] {
    const LEAST: Self = [0; N];
}

/// A row as it stands in memory and on the changelog.
pub trait Row: Clone + Send + 'static {
    /// What names it: on the changelog, more than one byte long.
    type Key: Key;

    /// Where rows meet: those of one place are asked for together ([`Table::at`]). `()` where none do.
    type Place: Copy + Ord + fmt::Debug + Send + 'static;

    /// Whether rows leave where a table has more than it has room for ([`Table::crowd_out`]).
    const IS_BOUNDED: bool = false;

    /// Its bytes on the changelog, without the version byte.
    fn encode(&self, into: &mut Vec<u8>);

    /// The row of those bytes; `None` where they are no row.
    fn decode(bytes: &[u8]) -> Option<Self>
    where
        Self: Sized;

    /// The hour of stream time (hours since 1970) at which it was last seen: what its time to live runs from.
    fn last_seen_hour(&self) -> u32;

    /// The places that it is at, each once.
    fn places(&self) -> impl Iterator<Item = Self::Place> {
        std::iter::empty()
    }

    /// Whose row it is: of a type that is bounded, the owner with most rows gives one up. There are few of them.
    fn owner(_: &Self::Key) -> u16 {
        0
    }

    /// What it is worth: of an owner's rows the one of the least worth leaves first, and of these the oldest.
    fn worth(&self) -> u8 {
        0
    }

    /// Bytes that it holds beside itself.
    fn heap_bytes(&self) -> usize {
        0
    }
}

/// How full a table is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TableStats {
    /// Rows.
    pub rows: u64,
    /// Bytes that they take: [`Table::ROW_BYTES`] each, and what each holds beside itself.
    pub bytes: u64,
}

/// At most so many rows end at one inbox record: a long silence does not stall the next record.
const EXPIRED_A_RECORD: usize = 1_000;

const MS_AN_HOUR: i64 = 3_600_000;

/// The rows of one partition.
#[derive(Debug)]
pub struct Table<R: Row> {
    rows: Rows<R>,
    /// Every row once, under the hour that its time to live runs from: what ends next stands first.
    hours: BTreeSet<(u32, R::Key)>,
    /// Every row of a type that is bounded, by who gives it up when.
    crowd: Crowd<R::Key>,
    /// Bytes that the rows hold beside themselves.
    heap_bytes: usize,
    ttl_hours: u32,
    /// Stream time: the greatest page time seen, in milliseconds since 1970.
    clock: i64,
    touched: BTreeMap<R::Key, Option<R>>,
    /// Stream time before the open transaction moved it.
    clock_before: Option<i64>,
}

impl<R: Row> Table<R> {
    /// Bytes a row takes in memory, index and hash table included (measured: docs/deduplication.md).
    pub const ROW_BYTES: usize = 2 * (size_of::<R::Key>() + size_of::<R>())
        + 2 * (size_of::<(u32, R::Key)>() + 4)
        + if R::IS_BOUNDED { 2 * size_of::<(u8, u32, R::Key)>() } else { 0 };

    /// An empty table whose rows live so many hours of stream time.
    #[must_use]
    pub fn new(ttl_hours: u32) -> Self {
        Self {
            rows: Rows::default(),
            hours: BTreeSet::new(),
            crowd: Crowd::default(),
            heap_bytes: 0,
            ttl_hours,
            clock: i64::MIN,
            touched: BTreeMap::new(),
            clock_before: None,
        }
    }

    /// The row, unless its time to live is over: from then on it reads as absent, swept or not.
    #[must_use]
    pub fn get(&self, key: &R::Key) -> Option<&R> {
        self.rows.get(key).filter(|row| self.is_living(row.last_seen_hour()))
    }

    /// The rows at a place, in the order of their keys. A row may be at places of different lives: whether it lives still there
    /// is for who asks to say ([`Self::is_living`]).
    pub fn at(&self, place: R::Place) -> impl Iterator<Item = (&R::Key, &R)> {
        self.rows.at(place)
    }

    /// Whether what was last seen in that hour of stream time lives still.
    #[must_use]
    pub fn is_living(&self, hour: u32) -> bool {
        hour >= self.oldest_living_hour()
    }

    /// Puts a row in, or in another's place.
    pub fn put(&mut self, key: R::Key, row: R) {
        self.set(key, Some(row));
    }

    /// Takes a row out.
    pub fn remove(&mut self, key: &R::Key) {
        if self.rows.contains(key) {
            self.set(*key, None);
        }
    }

    /// Moves stream time forward; it never goes back.
    pub fn advance_clock(&mut self, ms: i64) {
        if ms > self.clock {
            let _ = self.clock_before.get_or_insert(self.clock);
            self.clock = ms;
        }
    }

    /// The hour of stream time, in hours since 1970.
    #[must_use]
    pub fn hour(&self) -> u32 {
        u32::try_from(self.clock.div_euclid(MS_AN_HOUR)).unwrap_or(0)
    }

    /// The greatest page time seen, in milliseconds since 1970.
    #[must_use]
    pub fn clock(&self) -> i64 {
        self.clock
    }

    /// Ends rows whose time to live is over, oldest first, at most a thousand; says which.
    pub fn expire(&mut self) -> Vec<R::Key> {
        let due: Vec<R::Key> = self.due().collect();
        for key in &due {
            self.set(*key, None);
        }
        due
    }

    /// Ends rows as [`Self::expire`] does, and that of `key` if its time is over: what is put there next is a new life.
    /// Says what they were.
    pub fn expire_with(&mut self, key: &R::Key) -> Vec<(R::Key, R)> {
        let is_due = self.rows.contains(key) && self.get(key).is_none();
        let mut due: Vec<R::Key> = self.due().collect();
        if is_due && !due.contains(key) {
            due.push(*key);
        }
        let ended = due.into_iter().filter_map(|key| Some((key, self.rows.get(&key)?.clone())));
        let ended: Vec<_> = ended.collect();
        for (key, _) in &ended {
            self.set(*key, None);
        }
        ended
    }

    /// Ends a row where there are more than so many: of the owner that has most the one that is worth least, the oldest
    /// first. Says what it was.
    pub fn crowd_out(&mut self, room: usize) -> Option<(R::Key, R)> {
        if self.rows.len() <= room {
            return None;
        }
        let key = self.crowd.next()?;
        let row = self.rows.get(&key)?.clone();
        self.set(key, None);
        Some((key, row))
    }

    /// Stream time, where it has moved since the last commit.
    #[must_use]
    pub fn moved_clock(&self) -> Option<i64> {
        self.clock_before.map(|_| self.clock)
    }

    /// Each row that has changed since the last commit, as it stands now, in key order. What came and went in between
    /// is none: the changelog never knew it.
    pub fn changes(&self) -> impl Iterator<Item = (&R::Key, Option<&R>)> {
        self.touched.iter().filter_map(|(key, before)| {
            let now = self.rows.get(key);
            (now.is_some() || before.is_some()).then_some((key, now))
        })
    }

    /// The changes stand: the transaction that wrote them has committed.
    pub fn commit(&mut self) {
        self.touched.clear();
        self.clock_before = None;
    }

    /// The changes never were: the transaction that wrote them was aborted.
    pub fn rollback(&mut self) {
        for (key, before) in std::mem::take(&mut self.touched) {
            drop(self.replace(key, before));
        }
        if let Some(before) = self.clock_before.take() {
            self.clock = before;
        }
    }

    /// A row read back from the changelog; `None` is a tombstone. It is no change: nothing is owed for it.
    pub fn restore(&mut self, key: R::Key, row: Option<R>) {
        drop(self.replace(key, row));
    }

    /// Stream time read back from the changelog: the last record of it stands.
    pub fn restore_clock(&mut self, ms: i64) {
        self.clock = ms;
    }

    /// How full it is.
    #[must_use]
    pub fn stats(&self) -> TableStats {
        let rows = self.rows.len() as u64;
        TableStats { rows, bytes: rows * Self::ROW_BYTES as u64 + self.heap_bytes as u64 }
    }

    /// The rows whose time to live is over, oldest first, at most a thousand.
    fn due(&self) -> impl Iterator<Item = R::Key> {
        let oldest = self.oldest_living_hour();
        let due = self.hours.iter().take_while(move |(hour, _)| *hour < oldest);
        due.take(EXPIRED_A_RECORD).map(|(_, key)| *key)
    }

    fn oldest_living_hour(&self) -> u32 {
        self.hour().saturating_sub(self.ttl_hours)
    }

    fn set(&mut self, key: R::Key, row: Option<R>) {
        let before = self.replace(key, row);
        let _ = self.touched.entry(key).or_insert(before);
    }

    fn replace(&mut self, key: R::Key, row: Option<R>) -> Option<R> {
        if R::IS_BOUNDED {
            self.crowd.replace(key, self.rows.get(&key), row.as_ref());
        }
        let hour = row.as_ref().map(Row::last_seen_hour);
        self.heap_bytes += row.as_ref().map_or(0, Row::heap_bytes);
        let before = match row {
            Some(row) => self.rows.insert(key, row),
            None => self.rows.remove(&key),
        };
        self.heap_bytes -= before.as_ref().map_or(0, Row::heap_bytes);
        let hour_before = before.as_ref().map(Row::last_seen_hour);
        if hour != hour_before {
            if let Some(hour) = hour_before {
                let _ = self.hours.remove(&(hour, key));
            }
            if let Some(hour) = hour {
                let _ = self.hours.insert((hour, key));
            }
        }
        before
    }
}

#[cfg(test)]
mod tests;
