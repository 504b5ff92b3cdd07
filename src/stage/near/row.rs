//! The rows of `near`: two for each story under each routing key. What changes is small and stands apart from the
//! sketch, which is written once.
//!
//! The key of a row: 9 routing key, 1 which of the two rows it is, 16 story id. On the changelog (after the version
//! byte), whole numbers big-endian: of an entry 1 flags, 8 age, 8 time of the last match, and where the story follows
//! another 26 the lead (17 or 43 bytes); of a sketch its bytes (story/wire.rs), then for each story that it was alike
//! when it came 16 its id, 1 likeness, 1 score.

use crate::record::StoryId;
use crate::stage::lead::{Age, Lead, likeness_byte, likeness_of};
use crate::stage::{NEVER, Row};
use crate::story::{Likeness, RoutingKey, Sketch};

const CANONICAL: u8 = 1;
const FOLLOWS: u8 = 2;

const ENTRY: u8 = 0;
const SKETCH: u8 = 1;

const MS_AN_HOUR: i64 = 3_600_000;

/// The key of a row.
pub type NearKey = [u8; RoutingKey::BYTES + 1 + 16];

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub enum NearRow {
    /// How things stand with a story under a routing key.
    Entry(Entry),
    /// What is compared of it, for as long as it has an entry.
    Sketch(Box<Compared>),
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
    /// The stream time at which it came or another story last matched it, in milliseconds since 1970: what its time to
    /// live runs from.
    pub last_matched: i64,
}

/// A sketch, and the stories that it was found alike: no comparison is made twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The sketch.
    pub sketch: Sketch,
    /// The stories that were there when it came and are alike, in the order of their ids. What two texts are to each other never changes.
    pub alike: Vec<Alike>,
}

/// A story that another is alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alike {
    /// The story.
    pub story_id: StoryId,
    /// What the two are to each other.
    pub likeness: Likeness,
    /// How alike they are, in per cent.
    pub score: u8,
}

/// The key of a story's entry.
#[must_use]
pub fn entry_key(bucket: RoutingKey, story_id: StoryId) -> NearKey {
    key(bucket, ENTRY, story_id)
}

/// The key of a story's sketch.
#[must_use]
pub fn sketch_key(bucket: RoutingKey, story_id: StoryId) -> NearKey {
    key(bucket, SKETCH, story_id)
}

/// The key of the sketch that goes with an entry.
#[must_use]
pub fn sketch_of(mut entry: NearKey) -> NearKey {
    if let Some(which) = entry.get_mut(RoutingKey::BYTES) {
        *which = SKETCH;
    }
    entry
}

/// The story of a row, where the row is an entry of that bucket.
#[must_use]
pub fn entry_in(bucket: RoutingKey, key: &NearKey) -> Option<StoryId> {
    let id = key.strip_prefix(&bucket.to_bytes())?.strip_prefix(&[ENTRY])?;
    id.try_into().ok().map(StoryId)
}

fn key(bucket: RoutingKey, which: u8, story_id: StoryId) -> NearKey {
    let mut key = [0; RoutingKey::BYTES + 1 + 16];
    let bytes = bucket.to_bytes().into_iter().chain([which]).chain(story_id.0);
    key.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    key
}

impl Entry {
    /// How old the story is.
    #[must_use]
    pub fn age(&self, story_id: StoryId) -> Age {
        Age { timestamp: self.oldest, story_id }
    }

    fn encode(&self, into: &mut Vec<u8>) {
        let canonical = if self.is_canonical { CANONICAL } else { 0 };
        let follows = if self.best.is_some() { FOLLOWS } else { 0 };
        into.push(canonical | follows);
        into.extend_from_slice(&self.oldest.to_be_bytes());
        into.extend_from_slice(&self.last_matched.to_be_bytes());
        if let Some(best) = &self.best {
            best.encode(into);
        }
    }

    fn decode(flags: u8, bytes: &[u8]) -> Option<Self> {
        let (oldest, bytes) = bytes.split_first_chunk()?;
        let (last_matched, mut bytes) = bytes.split_first_chunk()?;
        let mut best = None;
        if flags & FOLLOWS != 0 {
            let (lead, behind) = Lead::decode(bytes)?;
            (best, bytes) = (Some(lead), behind);
        }
        bytes.is_empty().then_some(Self {
            oldest: i64::from_be_bytes(*oldest),
            is_canonical: flags & CANONICAL != 0,
            best,
            last_matched: i64::from_be_bytes(*last_matched),
        })
    }
}

impl Compared {
    fn encode(&self, into: &mut Vec<u8>) {
        self.sketch.encode(into);
        for Alike { story_id, likeness, score } in &self.alike {
            into.extend_from_slice(&story_id.0);
            into.extend_from_slice(&[likeness_byte(*likeness), *score]);
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (sketch, mut bytes) = Sketch::decode(bytes)?;
        let mut alike = Vec::new();
        while !bytes.is_empty() {
            let (story_id, behind) = bytes.split_first_chunk()?;
            let ([likeness, score], behind) = behind.split_first_chunk()?;
            let likeness = likeness_of(*likeness)?;
            alike.push(Alike { story_id: StoryId(*story_id), likeness, score: *score });
            bytes = behind;
        }
        alike.shrink_to_fit();
        let in_order = alike.is_sorted_by(|a, b| a.story_id < b.story_id);
        in_order.then_some(Self { sketch, alike })
    }
}

/// The first byte of a sketch row's value; those of an entry are less.
const SKETCH_FLAG: u8 = 0x80;

impl Row for NearRow {
    type Key = NearKey;

    const IN_ORDER: bool = true;

    fn encode(&self, into: &mut Vec<u8>) {
        match self {
            Self::Entry(entry) => entry.encode(into),
            Self::Sketch(compared) => {
                into.push(SKETCH_FLAG);
                compared.encode(into);
            }
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (&SKETCH_FLAG, bytes) => Some(Self::Sketch(Box::new(Compared::decode(bytes)?))),
            (flags, bytes) if flags & !(CANONICAL | FOLLOWS) == 0 => {
                Entry::decode(*flags, bytes).map(Self::Entry)
            }
            _ => None,
        }
    }

    fn last_seen_hour(&self) -> u32 {
        match self {
            Self::Entry(entry) => {
                u32::try_from(entry.last_matched.div_euclid(MS_AN_HOUR)).unwrap_or(0)
            }
            Self::Sketch(_) => NEVER,
        }
    }

    fn heap_bytes(&self) -> usize {
        match self {
            Self::Entry(_) => 0,
            Self::Sketch(compared) => {
                size_of::<Compared>()
                    + compared.sketch.heap_bytes()
                    + compared.alike.capacity() * size_of::<Alike>()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BUCKET: RoutingKey = RoutingKey { slot: 3, value: 0x0102_0304_0506_0708 };

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
    fn the_bytes_of_the_rows_and_of_their_keys_stand_for_ever() {
        let entry = Entry { oldest: 0x0a, is_canonical: true, best: None, last_matched: 0x0b };
        let times = [0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 11];
        assert_eq!(bytes(&NearRow::Entry(entry)), [&[1][..], &times].concat());
        let follows = Entry { is_canonical: false, best: Some(lead()), ..entry };
        let best = [&[0, 0, 0, 0, 0, 0, 0, 2][..], &[0xbb; 16], &[1, 70]].concat();
        assert_eq!(bytes(&NearRow::Entry(follows)), [&[2][..], &times, &best].concat());

        let sketch = Sketch::new(20, vec![1], Vec::new()).unwrap();
        let story_id = StoryId([0xcc; 16]);
        let alike = vec![Alike { story_id, likeness: Likeness::Loose, score: 55 }];
        let row = NearRow::Sketch(Box::new(Compared { sketch, alike }));
        let expected = [&[0x80, 20, 1, 0, 0, 0, 1, 0][..], &[0xcc; 16], &[0, 55]].concat();
        assert_eq!(bytes(&row), expected);

        let expected = [&[3, 1, 2, 3, 4, 5, 6, 7, 8, 0][..], &[0xcc; 16]].concat();
        assert_eq!(entry_key(BUCKET, story_id)[..], expected);
        let expected = [&[3, 1, 2, 3, 4, 5, 6, 7, 8, 1][..], &[0xcc; 16]].concat();
        assert_eq!(sketch_key(BUCKET, story_id)[..], expected);
        assert_eq!(sketch_of(entry_key(BUCKET, story_id)), sketch_key(BUCKET, story_id));
    }

    #[test]
    fn a_key_says_whose_entry_it_is_and_in_which_bucket() {
        let story_id = StoryId([7; 16]);
        assert_eq!(entry_in(BUCKET, &entry_key(BUCKET, story_id)), Some(story_id));
        assert_eq!(entry_in(BUCKET, &sketch_key(BUCKET, story_id)), None);
        let other = RoutingKey { slot: 4, ..BUCKET };
        assert_eq!(entry_in(other, &entry_key(BUCKET, story_id)), None);
    }

    proptest! {
        #[test]
        fn a_row_reads_back_and_no_shorter_one_is_the_same(
            oldest in any::<i64>(),
            last_matched in any::<i64>(),
            is_canonical in any::<bool>(),
            follows in any::<bool>(),
            alike in 0..4_usize,
            cut in any::<prop::sample::Index>(),
        ) {
            let best = follows.then(lead);
            let entry = NearRow::Entry(Entry { oldest, is_canonical, best, last_matched });
            let sketch = Sketch::new(30, vec![4, 5, 6], Vec::new()).unwrap();
            let alike = (0..alike).map(|n| {
                let story_id = StoryId([u8::try_from(n).unwrap(); 16]);
                Alike { story_id, likeness: Likeness::Near, score: 60 }
            });
            let alike = alike.collect();
            let sketch = NearRow::Sketch(Box::new(Compared { sketch, alike }));
            for row in [entry, sketch] {
                let mut bytes = bytes(&row);
                prop_assert_eq!(NearRow::decode(&bytes), Some(row.clone()));
                prop_assert_ne!(NearRow::decode(&bytes[..cut.index(bytes.len())]), Some(row));
                bytes.push(0);
                prop_assert_eq!(NearRow::decode(&bytes), None);
            }
        }

        #[test]
        fn garbage_is_none_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..90)) {
            if let Some(row) = NearRow::decode(&bytes) {
                prop_assert_eq!(super::tests::bytes(&row), bytes);
            }
        }
    }
}
