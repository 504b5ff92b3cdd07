//! The rows of `near`: one for each story, keyed by its id, whatever routing keys of it live on the partition.
//!
//! On the changelog (after the version byte), whole numbers big-endian: 1 how many of these; for each routing key 9 the key,
//! 1 flags, 8 age, 4 hour of the last match, where the story follows another there 26 the lead (22 or 48 bytes); the
//! sketch (story/wire.rs).

use std::sync::Arc;

use crate::record::StoryId;
use crate::stage::Row;
use crate::stage::lead::{Age, Lead};
use crate::story::{ROUTING_KEYS, RoutingKey, Sketch};

const CANONICAL: u8 = 1;
const FOLLOWS: u8 = 2;

/// What a partition knows of a story.
#[derive(Debug, Clone, PartialEq)]
pub struct NearRow {
    /// How things stand with it under each of its routing keys that live on the partition, in the order of the keys: this
    /// changes.
    pub entries: Vec<(RoutingKey, Entry)>,
    /// What is compared of it, which does not change: the rows that it has on other partitions may share it.
    pub sketch: Arc<Sketch>,
    /// How many shingles that has, so that whoever asks need not fetch it.
    size: u16,
}

/// How things stand with a story under a routing key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The least page time of its occurrences, in milliseconds since 1970, as `home` said last.
    pub oldest: i64,
    /// Whether it stands for itself, as `home` said last.
    pub is_canonical: bool,
    /// What `home` was told last.
    pub best: Option<Lead>,
    /// The hour of stream time at which it came or another story last came to follow it, in hours since 1970: what its time
    /// to live runs from. No finer, so that a story that many follow is not written to the changelog for each of them.
    pub last_matched_hour: u32,
}

impl NearRow {
    /// Of a story with this sketch.
    #[must_use]
    pub fn new(entries: Vec<(RoutingKey, Entry)>, sketch: Arc<Sketch>) -> Self {
        let size = size_of_sketch(&sketch);
        Self { entries, sketch, size }
    }

    /// How many shingles its sketch has.
    #[must_use]
    pub fn size(&self) -> u16 {
        self.size
    }

    /// How things stand with it under a key.
    #[must_use]
    pub fn entry(&self, key: RoutingKey) -> Option<&Entry> {
        let place = self.place_of(key).ok()?;
        self.entries.get(place).map(|(_, entry)| entry)
    }

    /// Says how things stand with it under a key; `None` is no longer there.
    pub fn set(&mut self, key: RoutingKey, entry: Option<Entry>) {
        match (self.place_of(key), entry) {
            (Ok(place), Some(entry)) => {
                if let Some((_, before)) = self.entries.get_mut(place) {
                    *before = entry;
                }
            }
            (Ok(place), None) => drop(self.entries.remove(place)),
            (Err(place), Some(entry)) => self.entries.insert(place, (key, entry)),
            (Err(_), None) => {}
        }
    }

    /// Where the entry of a key stands, or where it would. A story has one key a slot, in the order of slots: on most rows it
    /// stands at its slot or just before, and the others need not be fetched from memory.
    fn place_of(&self, key: RoutingKey) -> Result<usize, usize> {
        let end = self.entries.len().min(usize::from(key.slot) + 1);
        let known = self.entries.get(..end).unwrap_or_default();
        let before = known.iter().rposition(|(other, _)| *other <= key);
        match before.and_then(|place| Some((place, self.entries.get(place)?))) {
            Some((place, (other, _))) if *other == key => Ok(place),
            Some((place, _)) => Err(place + 1),
            None => Err(0),
        }
    }
}

impl Entry {
    /// How old the story is.
    #[must_use]
    pub fn age(&self, story_id: StoryId) -> Age {
        Age { timestamp: self.oldest, story_id }
    }

    /// Whether it may stand for others here: it stands for itself, and follows nobody here.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.is_canonical && self.best.is_none()
    }

    fn encode(&self, into: &mut Vec<u8>) {
        let canonical = if self.is_canonical { CANONICAL } else { 0 };
        let follows = if self.best.is_some() { FOLLOWS } else { 0 };
        into.push(canonical | follows);
        into.extend_from_slice(&self.oldest.to_be_bytes());
        into.extend_from_slice(&self.last_matched_hour.to_be_bytes());
        if let Some(best) = &self.best {
            best.encode(into);
        }
    }

    fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (flags, bytes) = bytes.split_first()?;
        let (oldest, bytes) = bytes.split_first_chunk()?;
        let (hour, mut bytes) = bytes.split_first_chunk()?;
        let mut best = None;
        if flags & FOLLOWS != 0 {
            let (lead, behind) = Lead::decode(bytes)?;
            (best, bytes) = (Some(lead), behind);
        }
        if flags & !(CANONICAL | FOLLOWS) != 0 {
            return None;
        }
        let entry = Self {
            oldest: i64::from_be_bytes(*oldest),
            is_canonical: flags & CANONICAL != 0,
            best,
            last_matched_hour: u32::from_be_bytes(*hour),
        };
        Some((entry, bytes))
    }
}

/// How many shingles a sketch has: 512 at most.
#[must_use]
pub fn size_of_sketch(sketch: &Sketch) -> u16 {
    u16::try_from(sketch.shingles().len()).unwrap_or(u16::MAX)
}

impl Row for NearRow {
    type Key = [u8; 16];
    type Place = RoutingKey;

    fn encode(&self, into: &mut Vec<u8>) {
        // A story has six of them at most.
        into.push(u8::try_from(self.entries.len()).unwrap_or(u8::MAX));
        for (key, entry) in &self.entries {
            into.extend_from_slice(&key.to_bytes());
            entry.encode(into);
        }
        self.sketch.encode(into);
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (count, mut bytes) = bytes.split_first()?;
        let mut entries = Vec::new();
        for _ in 0..*count {
            let (key, behind) = bytes.split_at_checked(RoutingKey::BYTES)?;
            let (entry, behind) = Entry::decode(behind)?;
            entries.push((RoutingKey::from_bytes(key)?, entry));
            bytes = behind;
        }
        let in_order = entries.is_sorted_by(|(a, _), (b, _)| a.slot < b.slot);
        let whole = in_order && (1..=ROUTING_KEYS).contains(&entries.len());
        let (sketch, rest) = Sketch::decode(bytes)?;
        (whole && rest.is_empty()).then(|| Self::new(entries, Arc::new(sketch)))
    }

    fn places(&self) -> impl Iterator<Item = RoutingKey> {
        self.entries.iter().map(|(key, _)| *key)
    }

    /// That of the key under which it was matched last.
    fn last_seen_hour(&self) -> u32 {
        self.entries.iter().map(|(_, entry)| entry.last_matched_hour).max().unwrap_or(0)
    }

    /// Its places in the table's index included, of which a tree has room for half as many again.
    fn heap_bytes(&self) -> usize {
        let place = size_of::<(RoutingKey, Self::Key)>() * 3 / 2;
        self.entries.capacity() * (size_of::<(RoutingKey, Entry)>() + place)
            + size_of::<Sketch>()
            + self.sketch.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::story::Likeness;

    const KEYS: [RoutingKey; 2] =
        [RoutingKey { slot: 3, value: 0x0102_0304_0506_0708 }, RoutingKey { slot: 4, value: 1 }];

    fn bytes(row: &NearRow) -> Vec<u8> {
        let mut bytes = Vec::new();
        row.encode(&mut bytes);
        bytes
    }

    fn lead() -> Lead {
        let age = Age { timestamp: 2, story_id: StoryId([0xbb; 16]) };
        Lead { age, likeness: Likeness::Near, score: 70 }
    }

    #[test]
    fn the_bytes_of_a_row_and_of_its_key_stand_for_ever() {
        let entry = Entry { oldest: 0x0a, is_canonical: true, best: None, last_matched_hour: 0x0b };
        let sketch = Arc::new(Sketch::new(20, vec![1], Vec::new()).unwrap());
        let times = [0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 11];
        let behind = [20, 1, 0, 0, 0, 1, 0];
        let row = NearRow::new(vec![(KEYS[0], entry)], sketch);
        let key = [3, 1, 2, 3, 4, 5, 6, 7, 8];
        assert_eq!(bytes(&row), [&[1][..], &key, &[1], &times, &behind].concat());
        let follows = Entry { is_canonical: false, best: Some(lead()), ..entry };
        let best = [&[0, 0, 0, 0, 0, 0, 0, 2][..], &[0xbb; 16], &[1, 70]].concat();
        let row = NearRow { entries: vec![(KEYS[0], entry), (KEYS[1], follows)], ..row };
        let second = [4, 0, 0, 0, 0, 0, 0, 0, 1];
        let parts = [&[2][..], &key, &[1], &times, &second, &[2], &times, &best, &behind];
        assert_eq!(bytes(&row), parts.concat());
    }

    #[test]
    fn a_row_says_how_things_stand_under_each_of_its_keys() {
        let entry = |oldest| Entry { oldest, is_canonical: true, best: None, last_matched_hour: 1 };
        let sketch = Arc::new(Sketch::new(20, vec![1], Vec::new()).unwrap());
        let mut row = NearRow::new(Vec::new(), sketch);
        row.set(KEYS[1], Some(entry(1)));
        row.set(KEYS[0], Some(entry(2)));
        row.set(KEYS[1], Some(Entry { last_matched_hour: 3, ..entry(3) }));
        let oldest = |row: &NearRow| KEYS.map(|key| row.entry(key).map(|entry| entry.oldest));
        assert_eq!((oldest(&row), row.last_seen_hour()), ([Some(2), Some(3)], 3));
        assert_eq!(row.places().collect::<Vec<_>>(), KEYS);
        row.set(KEYS[1], None);
        row.set(KEYS[1], None);
        assert_eq!((oldest(&row), row.last_seen_hour()), ([Some(2), None], 1));
    }

    proptest! {
        #[test]
        fn a_row_reads_back_and_no_shorter_one_is_the_same(
            oldest in any::<i64>(),
            last_matched_hour in any::<u32>(),
            is_canonical in any::<bool>(),
            follows in any::<bool>(),
            keys in 1..=ROUTING_KEYS,
            cut in any::<prop::sample::Index>(),
        ) {
            let best = follows.then(lead);
            let entry = Entry { oldest, is_canonical, best, last_matched_hour };
            let sketch = Sketch::new(30, vec![4, 5, 6], Vec::new()).unwrap();
            let key = |slot: usize| RoutingKey { slot: u8::try_from(slot).unwrap(), value: 7 };
            let entries = (0..keys).map(|slot| (key(slot), Entry { oldest: oldest ^ slot as i64, ..entry }));
            let row = NearRow::new(entries.collect(), Arc::new(sketch));
            let mut bytes = bytes(&row);
            prop_assert_eq!(NearRow::decode(&bytes), Some(row.clone()));
            prop_assert_ne!(NearRow::decode(&bytes[..cut.index(bytes.len())]), Some(row));
            bytes.push(0);
            prop_assert_eq!(NearRow::decode(&bytes), None);
        }

        #[test]
        fn garbage_is_none_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..90)) {
            if let Some(row) = NearRow::decode(&bytes) {
                prop_assert_eq!(super::tests::bytes(&row), bytes);
            }
        }
    }
}
