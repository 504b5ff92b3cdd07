//! The rows of `near`: one for each story under each routing key.
//!
//! The key of a row: 9 routing key, 16 story id. On the changelog (after the version byte), whole numbers big-endian:
//! 1 flags, 8 age, 4 hour of the last match, where the story follows another 26 the lead (13 or 39 bytes); the
//! sketch (story/wire.rs); for each story that it was alike when it came, or would have been but for numbers, 16 its id, 1
//! likeness, 1 score.

use std::array::TryFromSliceError;
use std::cmp::Ordering;
use std::sync::Arc;

use crate::record::StoryId;
use crate::stage::lead::{Age, Lead, likeness_byte, likeness_of};
use crate::stage::{Key, Row};
use crate::story::{Likeness, RoutingKey, Sketch};

const CANONICAL: u8 = 1;
const FOLLOWS: u8 = 2;

/// Stands in the place of a likeness where numbers forbid it.
const OTHER_NUMBERS: u8 = 3;

/// The key of a row. Tables ask for the order of two at every step: it is that of the bytes, told by the first eight of them
/// but within a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NearKey([u8; RoutingKey::BYTES + 16]);

impl Ord for NearKey {
    fn cmp(&self, other: &Self) -> Ordering {
        let first = |key: &Self| key.0.first_chunk().map(|first| u64::from_be_bytes(*first));
        first(self).cmp(&first(other)).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for NearKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl AsRef<[u8]> for NearKey {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for NearKey {
    type Error = TryFromSliceError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

impl Key for NearKey {}

/// A story under a routing key.
#[derive(Debug, Clone, PartialEq)]
pub struct NearRow {
    /// How things stand with it: this changes.
    pub entry: Entry,
    /// What is compared of it: this does not.
    pub compared: Arc<Compared>,
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

/// A sketch, and the stories that it was found alike: no comparison is made twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The sketch: the rows that a story has under other keys may share it.
    pub sketch: Arc<Sketch>,
    /// The stories that were there when it came and are alike, or would be but for their numbers, in the order of their ids.
    /// What two texts are to each other never changes.
    pub alike: Vec<Alike>,
}

/// A story that another is alike, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alike {
    /// The story.
    pub story_id: StoryId,
    /// What the two are to each other; `None` where they would be alike, were it not for their numbers.
    pub likeness: Option<Likeness>,
    /// How alike they are, in per cent.
    pub score: u8,
}

/// The key of a story's row.
#[must_use]
pub fn row_key(bucket: RoutingKey, story_id: StoryId) -> NearKey {
    let mut key = [0; RoutingKey::BYTES + 16];
    let bytes = bucket.to_bytes().into_iter().chain(story_id.0);
    key.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    NearKey(key)
}

/// The story of a row, where the row is of that bucket.
#[must_use]
pub fn story_in(bucket: RoutingKey, key: &NearKey) -> Option<StoryId> {
    key.0.strip_prefix(&bucket.to_bytes())?.try_into().ok().map(StoryId)
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

impl Compared {
    fn encode(&self, into: &mut Vec<u8>) {
        self.sketch.encode(into);
        for Alike { story_id, likeness, score } in &self.alike {
            into.extend_from_slice(&story_id.0);
            into.extend_from_slice(&[likeness.map_or(OTHER_NUMBERS, likeness_byte), *score]);
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (sketch, mut bytes) = Sketch::decode(bytes)?;
        let mut alike = Vec::new();
        while !bytes.is_empty() {
            let (story_id, behind) = bytes.split_first_chunk()?;
            let ([likeness, score], behind) = behind.split_first_chunk()?;
            let likeness = match *likeness {
                OTHER_NUMBERS => None,
                byte => Some(likeness_of(byte)?),
            };
            alike.push(Alike { story_id: StoryId(*story_id), likeness, score: *score });
            bytes = behind;
        }
        alike.shrink_to_fit();
        let in_order = alike.is_sorted_by(|a, b| a.story_id < b.story_id);
        in_order.then_some(Self { sketch: Arc::new(sketch), alike })
    }
}

impl Row for NearRow {
    type Key = NearKey;

    const IN_ORDER: bool = true;

    fn encode(&self, into: &mut Vec<u8>) {
        self.entry.encode(into);
        self.compared.encode(into);
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (entry, bytes) = Entry::decode(bytes)?;
        Some(Self { entry, compared: Arc::new(Compared::decode(bytes)?) })
    }

    fn last_seen_hour(&self) -> u32 {
        self.entry.last_matched_hour
    }

    fn heap_bytes(&self) -> usize {
        size_of::<Compared>()
            + size_of::<Sketch>()
            + self.compared.sketch.heap_bytes()
            + self.compared.alike.capacity() * size_of::<Alike>()
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
    fn the_bytes_of_a_row_and_of_its_key_stand_for_ever() {
        let entry = Entry { oldest: 0x0a, is_canonical: true, best: None, last_matched_hour: 0x0b };
        let sketch = Sketch::new(20, vec![1], Vec::new()).unwrap();
        let story_id = StoryId([0xcc; 16]);
        let likeness = Some(Likeness::Loose);
        let alike = vec![Alike { story_id, likeness, score: 55 }];
        let compared = Arc::new(Compared { sketch: Arc::new(sketch), alike });
        let times = [0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 11];
        let behind = [&[20, 1, 0, 0, 0, 1, 0][..], &[0xcc; 16], &[0, 55]].concat();
        let row = NearRow { entry, compared };
        assert_eq!(bytes(&row), [&[1][..], &times, &behind].concat());
        let entry = Entry { is_canonical: false, best: Some(lead()), ..entry };
        let best = [&[0, 0, 0, 0, 0, 0, 0, 2][..], &[0xbb; 16], &[1, 70]].concat();
        let row = NearRow { entry, ..row };
        assert_eq!(bytes(&row), [&[2][..], &times, &best, &behind].concat());

        let expected = [&[3, 1, 2, 3, 4, 5, 6, 7, 8][..], &[0xcc; 16]].concat();
        assert_eq!(row_key(BUCKET, story_id).as_ref(), expected);
    }

    #[test]
    fn a_key_says_whose_row_it_is_and_in_which_bucket() {
        let story_id = StoryId([7; 16]);
        assert_eq!(story_in(BUCKET, &row_key(BUCKET, story_id)), Some(story_id));
        let other = RoutingKey { slot: 4, ..BUCKET };
        assert_eq!(story_in(other, &row_key(BUCKET, story_id)), None);
    }

    proptest! {
        #[test]
        fn keys_stand_in_the_order_of_their_bytes(
            keys in prop::collection::vec((0..2_u8, prop::sample::select(vec![1, 256, u64::MAX]), 0..3_u8), 2),
        ) {
            let keys: Vec<NearKey> = keys
                .into_iter()
                .map(|(slot, value, story)| row_key(RoutingKey { slot, value }, StoryId([story; 16])))
                .collect();
            prop_assert_eq!(keys[0].cmp(&keys[1]), keys[0].as_ref().cmp(keys[1].as_ref()));
        }

        #[test]
        fn a_row_reads_back_and_no_shorter_one_is_the_same(
            oldest in any::<i64>(),
            last_matched_hour in any::<u32>(),
            is_canonical in any::<bool>(),
            follows in any::<bool>(),
            alike in 0..4_usize,
            cut in any::<prop::sample::Index>(),
        ) {
            let best = follows.then(lead);
            let entry = Entry { oldest, is_canonical, best, last_matched_hour };
            let sketch = Sketch::new(30, vec![4, 5, 6], Vec::new()).unwrap();
            let alike = (0..alike).map(|n| {
                let story_id = StoryId([u8::try_from(n).unwrap(); 16]);
                Alike { story_id, likeness: (n > 0).then_some(Likeness::Near), score: 60 }
            });
            let alike = alike.collect();
            let row = NearRow { entry, compared: Arc::new(Compared { sketch: Arc::new(sketch), alike }) };
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
