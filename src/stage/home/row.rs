//! The row of a story, keyed by its id.
//!
//! On the changelog (after the version byte): 1 flags, 16 article id, 8 page time of the first occurrence, 4 hour of
//! the last one, and, where the first occurrence was a related one, 4 its position; whole numbers big-endian: 29 or 33
//! bytes. The key is 16 more.

use crate::record::{ArticleId, FirstSeen};
use crate::stage::Row;

const PUBLISHED: u8 = 1;
const HAS_POSITION: u8 = 2;

/// What `home` knows of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeRow {
    /// The first occurrence of this life.
    pub first_seen: FirstSeen,
    /// The hour of stream time at which it was last seen, in hours since 1970.
    pub last_seen_hour: u32,
    /// Its text has gone out in this life.
    pub published: bool,
}

impl Row for HomeRow {
    fn encode(&self, into: &mut Vec<u8>) {
        let FirstSeen { article_id, position, timestamp } = self.first_seen;
        let published = if self.published { PUBLISHED } else { 0 };
        let has_position = if position.is_some() { HAS_POSITION } else { 0 };
        into.push(published | has_position);
        into.extend_from_slice(&article_id.0);
        into.extend_from_slice(&timestamp.to_be_bytes());
        into.extend_from_slice(&self.last_seen_hour.to_be_bytes());
        if let Some(position) = position {
            into.extend_from_slice(&position.to_be_bytes());
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (flags, bytes) = bytes.split_first()?;
        let (article_id, bytes) = bytes.split_first_chunk()?;
        let (timestamp, bytes) = bytes.split_first_chunk()?;
        let (last_seen_hour, bytes) = bytes.split_first_chunk()?;
        let position = match (flags & HAS_POSITION != 0, bytes) {
            (true, bytes) => Some(u32::from_be_bytes(bytes.try_into().ok()?)),
            (false, []) => None,
            (false, _) => return None,
        };
        if flags & !(PUBLISHED | HAS_POSITION) != 0 {
            return None;
        }
        let timestamp = i64::from_be_bytes(*timestamp);
        Some(Self {
            first_seen: FirstSeen { article_id: ArticleId(*article_id), position, timestamp },
            last_seen_hour: u32::from_be_bytes(*last_seen_hour),
            published: flags & PUBLISHED != 0,
        })
    }

    fn last_seen_hour(&self) -> u32 {
        self.last_seen_hour
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(row: &HomeRow) -> Vec<u8> {
        let mut bytes = Vec::new();
        row.encode(&mut bytes);
        bytes
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
        };
        let expected = [&[3][..], &[0xaa; 16], &[1, 2, 3, 4, 5, 6, 7, 8], &[0, 9, 10, 11]].concat();
        assert_eq!(bytes(&row), [&expected[..], &[0, 0, 0, 7]].concat());
        row.first_seen.position = None;
        row.published = false;
        assert_eq!(bytes(&row), [&[0], &expected[1..]].concat());
    }

    proptest! {
        #[test]
        fn a_row_reads_back_and_no_other_length_does(
            position in any::<Option<u32>>(),
            timestamp in any::<i64>(),
            last_seen_hour in any::<u32>(),
            published in any::<bool>(),
            cut in 0..33_usize,
        ) {
            let article_id = ArticleId([5; 16]);
            let first_seen = FirstSeen { article_id, position, timestamp };
            let row = HomeRow { first_seen, last_seen_hour, published };
            let mut bytes = bytes(&row);
            prop_assert_eq!(HomeRow::decode(&bytes), Some(row));
            if cut < bytes.len() {
                prop_assert_eq!(HomeRow::decode(&bytes[..cut]), None);
            }
            bytes.push(0);
            prop_assert_eq!(HomeRow::decode(&bytes), None);
        }
    }
}
