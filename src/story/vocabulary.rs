//! The words of a story, and whether it can share a routing key with another: that is known of most stories that share none
//! before they have a fingerprint, for a fourth of what one costs.
//!
//! A routing key is a run of four words of its story. So two stories that share one both have these four words.

use super::fingerprint::ROUTING_KEYS;
use super::fold::Folded;

/// How many words the run of a routing key has.
const RUN: usize = 4;

/// A story of 300 words has some 200 different ones: each of a key's four is found by chance one time in twenty.
const PLACES: usize = 4096;

/// The words of a story. What is not there is surely not; what is there may be another word.
pub struct Vocabulary([u64; PLACES / 64]);

/// The words of each routing key of a story, by their places in a [`Vocabulary`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyWords([[u16; RUN]; ROUTING_KEYS]);

impl Vocabulary {
    /// The words of a folded story.
    #[must_use]
    pub fn of(folded: &Folded<'_>) -> Self {
        let mut words = [0; PLACES / 64];
        for token in folded.tokens() {
            let (word, bit) = split(place(token));
            if let Some(word) = words.get_mut(word) {
                *word |= bit;
            }
        }
        Self(words)
    }

    /// Whether the story has all words of one of these keys. Where it has not, it shares none of them.
    #[must_use]
    pub fn has_a_key_of(&self, other: &KeyWords) -> bool {
        other.0.iter().any(|run| run.iter().all(|place| self.has(*place)))
    }

    fn has(&self, place: u16) -> bool {
        let (word, bit) = split(place);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

impl KeyWords {
    /// Of keys whose runs end there in a folded text.
    pub(super) fn ending_at(folded: &[u8], ends: [usize; ROUTING_KEYS]) -> Self {
        Self(ends.map(|end| {
            let mut words = folded.get(..end).unwrap_or_default().rsplit(|byte| *byte == b' ');
            [(); RUN].map(|()| place(words.next().unwrap_or_default()))
        }))
    }
}

/// By the first and the last eight bytes of a word, of a short one by all of them.
fn place(word: &[u8]) -> u16 {
    let [first, last] = match (word.first_chunk(), word.last_chunk()) {
        (Some(first), Some(last)) => [*first, *last].map(u64::from_le_bytes),
        _ => [word.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)), 0],
    };
    // The factor is that of splitmix64's first step: any odd one with bits all over would do.
    let mixed = (first ^ last.rotate_left(29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let [high, low, ..] = mixed.to_be_bytes();
    u16::from_be_bytes([high, low]) % 4096
}

/// In which word the bit of a place stands, and the bit.
fn split(place: u16) -> (usize, u64) {
    (usize::from(place / 64), 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::story::{Fingerprint, Folder};

    proptest! {
        #[test]
        fn stories_that_share_a_routing_key_have_its_words(
            words in prop::collection::vec("[a-f]{1,12}|[0-9]{1,3}|و", 30..90),
            cut in 0..60_usize,
            insert in "[a-f]{1,2}",
        ) {
            let whole = words.join(" ");
            let mut edited: Vec<&str> = words.iter().skip(cut.min(words.len() - 20)).map(String::as_str).collect();
            edited.insert(9, &insert);
            let edited = edited.join(" ");
            let mut folder = Folder::new();
            let [one, other] = [&whole, &edited].map(|text| {
                let folded = folder.fold([text]);
                (Fingerprint::of(&folded), Vocabulary::of(&folded))
            });
            let ((Some(one), ones), (Some(other), others)) = (one, other) else { return Ok(()) };
            let share = one.routing_keys().zip(other.routing_keys()).any(|(one, other)| one == other);
            prop_assert!(ones.has_a_key_of(one.key_words()));
            prop_assert!(!share || ones.has_a_key_of(other.key_words()));
            prop_assert!(!share || others.has_a_key_of(one.key_words()));
        }
    }

    #[test]
    fn of_a_story_that_lacks_a_word_of_each_key_it_is_known_that_it_shares_none() {
        let text = |from: u32| {
            (from..from + 40).map(|n| format!("word{n}x")).collect::<Vec<_>>().join(" ")
        };
        let mut folder = Folder::new();
        let one = Fingerprint::of(&folder.fold([text(0)])).unwrap();
        let [same, other] = [0, 1000].map(|from| Vocabulary::of(&folder.fold([text(from)])));
        assert!(same.has_a_key_of(one.key_words()));
        assert!(!other.has_a_key_of(one.key_words()));
    }

    #[test]
    fn words_of_any_length_have_places() {
        let words = ["", "a", "b", "ab", "ba", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijk"];
        let places: std::collections::BTreeSet<u16> =
            words.iter().map(|word| place(word.as_bytes())).collect();
        assert_eq!(places.len(), words.len());
    }
}
