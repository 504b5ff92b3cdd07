//! The row of a story, keyed by its id.
//!
//! On the changelog (after the version byte): 1 flags, 16 article id, 8 page time of the first occurrence, 4 hour of
//! the last one; where the first occurrence was a related one, 4 its position; where the story is older than its first
//! occurrence (a page came late), 8 its age; where it is compared with others, six routing keys of 8, and for each
//! register that is not empty 1 its slot and 26 the lead. Whole numbers are big-endian: 29 to 97 bytes without
//! registers, 27 a register. The key is 16 more.

use crate::record::{ArticleId, FirstSeen, StoryId};
use crate::stage::Row;
use crate::stage::lead::{Age, Lead};
use crate::story::{ROUTING_KEYS, RoutingKey};

const PUBLISHED: u8 = 1;
const HAS_POSITION: u8 = 2;
const OLDER: u8 = 4;
const COMPARED: u8 = 8;

/// What `home` knows of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeRow {
    /// The first occurrence of this life.
    pub first_seen: FirstSeen,
    /// The hour of stream time at which it was last seen, in hours since 1970.
    pub last_seen_hour: u32,
    /// Its text has gone out in this life.
    pub published: bool,
    /// The least page time of its occurrences, in milliseconds since 1970; that of the first one where no stories are
    /// compared.
    pub oldest: i64,
    /// Its place among near-duplicates, once it is compared with others.
    pub compared: Option<Box<Compared>>,
}

/// A story that is compared with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The values of its routing keys, by slot.
    keys: [u64; ROUTING_KEYS],
    /// For each routing key, in the order of slots: the canonical story that `near` has found there.
    registers: Vec<(u8, Lead)>,
}

impl HomeRow {
    /// The story that stands for this one; `None` where it stands for itself. It is the one of the registers that this one is
    /// most alike; what they say of younger stories was true once, and is no longer.
    #[must_use]
    pub fn lead(&self, story_id: StoryId) -> Option<Lead> {
        let age = self.age(story_id);
        let registers = self.compared.as_ref()?.registers.iter().map(|(_, lead)| *lead);
        registers.filter(|lead| lead.age < age).min_by_key(Lead::rank)
    }

    /// How old the story is.
    #[must_use]
    pub fn age(&self, story_id: StoryId) -> Age {
        Age { timestamp: self.oldest, story_id }
    }
}

impl Compared {
    /// A story that has just been given to `near`.
    #[must_use]
    pub fn new(keys: impl Iterator<Item = RoutingKey>) -> Self {
        let mut compared = Self { keys: [0; ROUTING_KEYS], registers: Vec::new() };
        for (place, key) in compared.keys.iter_mut().zip(keys) {
            *place = key.value;
        }
        compared
    }

    /// The first so many of its routing keys.
    pub fn routing_keys(&self, count: usize) -> impl Iterator<Item = RoutingKey> + use<> {
        (0..).zip(self.keys).take(count).map(|(slot, value)| RoutingKey { slot, value })
    }

    /// Whether `near` has found an older story under that key.
    #[must_use]
    pub fn has_register(&self, slot: u8) -> bool {
        self.registers.iter().any(|(filled, _)| *filled == slot)
    }

    /// Replaces a register; says whether that changes anything.
    pub fn set(&mut self, slot: u8, best: Option<Lead>) -> bool {
        let place = self.registers.binary_search_by_key(&slot, |(slot, _)| *slot);
        match (place, best) {
            (Ok(place), None) => drop(self.registers.remove(place)),
            (Err(_), None) => return false,
            (Ok(place), Some(lead)) => {
                if let Some(register) = self.registers.get_mut(place) {
                    return std::mem::replace(&mut register.1, lead) != lead;
                }
            }
            (Err(place), Some(lead)) => self.registers.insert(place, (slot, lead)),
        }
        true
    }

    fn encode(&self, into: &mut Vec<u8>) {
        for key in self.keys {
            into.extend_from_slice(&key.to_be_bytes());
        }
        for (slot, lead) in &self.registers {
            into.push(*slot);
            lead.encode(into);
        }
    }

    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut compared = Self { keys: [0; ROUTING_KEYS], registers: Vec::new() };
        for key in &mut compared.keys {
            let (value, behind) = bytes.split_first_chunk()?;
            *key = u64::from_be_bytes(*value);
            bytes = behind;
        }
        while let Some((slot, behind)) = bytes.split_first() {
            let (lead, behind) = Lead::decode(behind)?;
            compared.registers.push((*slot, lead));
            bytes = behind;
        }
        compared.registers.is_sorted_by(|(a, _), (b, _)| a < b).then_some(compared)
    }
}

impl Row for HomeRow {
    type Key = [u8; 16];
    type Place = ();

    fn encode(&self, into: &mut Vec<u8>) {
        let FirstSeen { article_id, position, timestamp } = self.first_seen;
        let is_older = self.oldest != timestamp;
        let flag = |is_set: bool, flag| if is_set { flag } else { 0 };
        into.push(
            flag(self.published, PUBLISHED)
                | flag(position.is_some(), HAS_POSITION)
                | flag(is_older, OLDER)
                | flag(self.compared.is_some(), COMPARED),
        );
        into.extend_from_slice(&article_id.0);
        into.extend_from_slice(&timestamp.to_be_bytes());
        into.extend_from_slice(&self.last_seen_hour.to_be_bytes());
        if let Some(position) = position {
            into.extend_from_slice(&position.to_be_bytes());
        }
        if is_older {
            into.extend_from_slice(&self.oldest.to_be_bytes());
        }
        if let Some(compared) = &self.compared {
            compared.encode(into);
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (flags, bytes) = bytes.split_first()?;
        let (article_id, bytes) = bytes.split_first_chunk()?;
        let (timestamp, bytes) = bytes.split_first_chunk()?;
        let (last_seen_hour, mut bytes) = bytes.split_first_chunk()?;
        let timestamp = i64::from_be_bytes(*timestamp);
        let (mut position, mut oldest) = (None, timestamp);
        if flags & HAS_POSITION != 0 {
            let (found, behind) = bytes.split_first_chunk()?;
            (position, bytes) = (Some(u32::from_be_bytes(*found)), behind);
        }
        if flags & OLDER != 0 {
            let (found, behind) = bytes.split_first_chunk()?;
            (oldest, bytes) = (i64::from_be_bytes(*found), behind);
        }
        let compared = match (flags & COMPARED != 0, bytes) {
            (true, bytes) => Some(Box::new(Compared::decode(bytes)?)),
            (false, []) => None,
            (false, _) => return None,
        };
        if flags & !(PUBLISHED | HAS_POSITION | OLDER | COMPARED) != 0 {
            return None;
        }
        Some(Self {
            first_seen: FirstSeen { article_id: ArticleId(*article_id), position, timestamp },
            last_seen_hour: u32::from_be_bytes(*last_seen_hour),
            published: flags & PUBLISHED != 0,
            oldest,
            compared,
        })
    }

    fn last_seen_hour(&self) -> u32 {
        self.last_seen_hour
    }

    fn heap_bytes(&self) -> usize {
        self.compared.as_ref().map_or(0, |compared| {
            size_of::<Compared>() + compared.registers.capacity() * size_of::<(u8, Lead)>()
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::story::Likeness;

    fn bytes(row: &HomeRow) -> Vec<u8> {
        let mut bytes = Vec::new();
        row.encode(&mut bytes);
        bytes
    }

    fn lead(timestamp: i64) -> Lead {
        let age = Age { timestamp, story_id: StoryId([0xbb; 16]) };
        Lead { age, likeness: Likeness::Duplicate, score: 99 }
    }

    #[test]
    fn the_bytes_of_a_row_stand_for_ever() {
        let mut row = HomeRow {
            first_seen: FirstSeen {
                article_id: ArticleId([0xaa; 16]),
                position: Some(7),
                timestamp: 0x0102_0304_0506_0708,
            },
            last_seen_hour: 0x0009_0a0b,
            published: true,
            oldest: 0x0102_0304_0506_0708,
            compared: None,
        };
        let expected = [&[3][..], &[0xaa; 16], &[1, 2, 3, 4, 5, 6, 7, 8], &[0, 9, 10, 11]].concat();
        let position = [0, 0, 0, 7];
        assert_eq!(bytes(&row), [&expected[..], &position].concat());

        row.oldest = 0x0102_0304_0506_0700;
        let keys = (0..6).map(|slot| RoutingKey { slot, value: 0x10 + u64::from(slot) });
        let mut compared = Compared::new(keys);
        assert!(compared.set(5, Some(lead(5))) && compared.set(1, Some(lead(2))));
        assert!(!compared.set(1, Some(lead(2))) && !compared.set(0, None));
        row.compared = Some(Box::new(compared));
        let keys: Vec<u8> = (0x10..0x16_u64).flat_map(u64::to_be_bytes).collect();
        let register = |slot: u8, timestamp: u8| {
            [&[slot, 0, 0, 0, 0, 0, 0, 0, timestamp][..], &[0xbb; 16], &[2, 99]].concat()
        };
        let parts = [
            &[15][..],
            &expected[1..],
            &position,
            &[1, 2, 3, 4, 5, 6, 7, 0],
            &keys,
            &register(1, 2),
            &register(5, 5),
        ];
        assert_eq!(bytes(&row), parts.concat());

        row.first_seen.position = None;
        row.published = false;
        row.oldest = row.first_seen.timestamp;
        row.compared = None;
        assert_eq!(bytes(&row), [&[0], &expected[1..]].concat());
    }

    #[test]
    fn a_story_follows_the_register_that_it_is_most_alike_then_the_oldest() {
        let first_seen =
            FirstSeen { article_id: ArticleId([1; 16]), position: None, timestamp: 10 };
        let mut compared = Compared::new(std::iter::empty());
        let near = Lead { likeness: Likeness::Near, ..lead(1) };
        let less = Lead { score: 98, ..lead(2) };
        for (slot, lead) in (0..).zip([near, less, lead(4), lead(3)]) {
            assert!(compared.set(slot, Some(lead)));
        }
        let compared = Some(Box::new(compared));
        let row = HomeRow { first_seen, last_seen_hour: 0, published: true, oldest: 10, compared };
        assert_eq!(row.lead(StoryId([0xcc; 16])), Some(lead(3)));
    }

    #[test]
    fn a_story_follows_no_register_that_is_younger() {
        let first_seen =
            FirstSeen { article_id: ArticleId([1; 16]), position: None, timestamp: 10 };
        let mut compared = Compared::new(std::iter::empty());
        for (slot, timestamp) in [(0, 9), (3, 7), (4, 11)] {
            assert!(compared.set(slot, Some(lead(timestamp))));
        }
        let compared = Some(Box::new(compared));
        let row = HomeRow { first_seen, last_seen_hour: 0, published: true, oldest: 10, compared };
        let story_id = StoryId([0xaa; 16]);
        assert_eq!(row.lead(story_id), Some(lead(7)));
        let row = HomeRow { oldest: 7, ..row };
        assert_eq!(row.lead(story_id), None, "of two that are as old the smaller id is the older");
        assert_eq!(row.lead(StoryId([0xcc; 16])), Some(lead(7)));
    }

    proptest! {
        #[test]
        fn a_row_reads_back_and_no_other_length_does(
            position in any::<Option<u32>>(),
            timestamp in any::<i64>(),
            late in prop::option::of(any::<i64>()),
            last_seen_hour in any::<u32>(),
            published in any::<bool>(),
            registers in prop::option::of(prop::collection::btree_map(0..6_u8, any::<i64>(), 0..6)),
            cut in any::<prop::sample::Index>(),
        ) {
            let article_id = ArticleId([5; 16]);
            let first_seen = FirstSeen { article_id, position, timestamp };
            let oldest = late.unwrap_or(timestamp);
            let compared = registers.map(|registers| {
                let mut compared = Compared::new(std::iter::empty());
                for (slot, timestamp) in registers.into_iter().rev() {
                    assert!(compared.set(slot, Some(lead(timestamp))));
                }
                Box::new(compared)
            });
            let is_compared = compared.is_some();
            let row = HomeRow { first_seen, last_seen_hour, published, oldest, compared };
            let mut bytes = bytes(&row);
            prop_assert_eq!(HomeRow::decode(&bytes), Some(row.clone()));
            // Registers stand at the end, and a row with fewer of them is a row as well.
            let cut = cut.index(bytes.len());
            prop_assert_ne!(HomeRow::decode(&bytes[..cut]), Some(row));
            if !is_compared {
                prop_assert_eq!(HomeRow::decode(&bytes[..cut]), None);
            }
            bytes.push(0);
            prop_assert_eq!(HomeRow::decode(&bytes), None);
        }
    }
}
