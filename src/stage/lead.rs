//! Who is older, and which story a story may follow: what `home` and `near` tell each other.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::record::{CanonicalKind, StoryId};
use crate::story::Likeness;

/// The age of a story; of two the lesser is the older one. It does not depend on the order in which pages arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Age {
    /// The least page time of its occurrences, in milliseconds since 1970.
    pub timestamp: i64,
    /// The story: of two that are as old the smaller id is the older one.
    pub story_id: StoryId,
}

/// An older story that a story may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The older story.
    pub age: Age,
    /// What the two are to each other.
    pub likeness: Likeness,
    /// How alike they are, in per cent.
    pub score: u8,
}

impl Lead {
    /// Bytes of a lead in a row.
    pub const BYTES: usize = 26;

    /// Of two leads that a story may follow it follows the one with the lesser rank: the one that it is more alike, of two that
    /// it is as alike the older. The oldest of all would part a copy from its story where it opens as an older one does.
    #[must_use]
    pub fn rank(&self) -> impl Ord + use<> {
        (Reverse((self.likeness, self.score)), self.age)
    }

    /// The word of the canonical record. What is only loosely alike follows because a third story stands between: near.
    #[must_use]
    pub fn kind(&self) -> CanonicalKind {
        match self.likeness {
            Likeness::Duplicate => CanonicalKind::Duplicate,
            Likeness::Near | Likeness::Loose => CanonicalKind::Near,
        }
    }

    /// Writes it into a row: 8 page time, 16 story id, 1 likeness, 1 score; whole numbers big-endian.
    pub fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.age.timestamp.to_be_bytes());
        into.extend_from_slice(&self.age.story_id.0);
        into.extend_from_slice(&[likeness_byte(self.likeness), self.score]);
    }

    /// Reads it from the beginning of the bytes; returns what stands behind it. `None` where they are no lead.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (timestamp, bytes) = bytes.split_first_chunk()?;
        let (story_id, bytes) = bytes.split_first_chunk()?;
        let ([likeness, score], bytes) = bytes.split_first_chunk()?;
        let age = Age { timestamp: i64::from_be_bytes(*timestamp), story_id: StoryId(*story_id) };
        Some((Self { age, likeness: likeness_of(*likeness)?, score: *score }, bytes))
    }
}

/// A likeness in a row.
#[must_use]
pub fn likeness_byte(likeness: Likeness) -> u8 {
    match likeness {
        Likeness::Loose => 0,
        Likeness::Near => 1,
        Likeness::Duplicate => 2,
    }
}

/// The likeness of that byte; `None` where it is none.
#[must_use]
pub fn likeness_of(byte: u8) -> Option<Likeness> {
    [Likeness::Loose, Likeness::Near, Likeness::Duplicate].get(usize::from(byte)).copied()
}
