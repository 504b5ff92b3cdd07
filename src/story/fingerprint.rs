//! Fingerprints: what is kept of a story to know it again in other words.
//!
//! research/near-duplicates b3: routing keys bring two stories together, sketches say how alike they are. Integers
//! only; every constant is part of `fp_version`. XXH3 is a frozen format, so its hashes may be kept.

use xxhash_rust::xxh3::xxh3_64;

use super::Folded;
use super::shingle_index::{SHINGLES, ShingleIndex};
use super::vocabulary::KeyWords;

/// A story of fewer words has no fingerprint: only its exact text is known again.
pub const MIN_WORDS: u32 = 18;

/// How many routing keys there are; the first two or four of them serve a cheaper mode.
pub const ROUTING_KEYS: usize = 6;

/// The most numbers that a sketch keeps.
pub const NUMBERS: usize = 32;

/// What is mixed into the words of a shingle, so that their order counts: the first five numbers of SplitMix64, seeded
/// with the bytes `newsmill`.
const MIX: [u64; 5] = [
    0x3cd0_b3ee_2595_9000,
    0xa21d_e73b_6200_3043,
    0x2906_9138_d1bc_2bc9,
    0x1b17_a3dc_f50b_9def,
    0xfd30_a7b6_9515_577f,
];

/// The routing keys in their order, one of the lead and one of the body by turns. The first two alone found 91 % of near-duplicates, four 95.1 %, six 95.8 %
/// (near-duplicates b7). Their numbers are the next twelve of the same SplitMix64, the factors made odd.
const KEYS: [(Key, Key); ROUTING_KEYS / 2] = [
    (
        Key::of(LEAD, 0xc52f_2467_d0b4_498b, 0xf0c7_a5c4_4b83_00af),
        Key::of(ALL, 0x1892_c639_d0ce_0e33, 0xc6ce_4904_49fe_1eeb),
    ),
    (
        Key::of(24, 0x953f_99f4_89f5_0e09, 0x642e_c76a_2d28_3868),
        Key::of(ALL, 0x729a_4eb0_a07b_5999, 0xcec0_e3b1_1bf0_d767),
    ),
    (
        Key::of(LEAD, 0x26c9_e61d_aa67_8be7, 0x5c5a_044e_2f4d_fe32),
        Key::of(ALL, 0x0ced_5520_7753_616d, 0xe6aa_598c_33d9_6dcd),
    ),
];

/// Behind so many tokens there is no lead.
const LEAD: u32 = 48;

/// The whole body.
const ALL: u32 = u32::MAX;

/// One routing key: the least 4-gram of the first tokens, in an order of its own.
struct Key {
    /// How many tokens from the first.
    within: u32,
    factor: u64,
    summand: u64,
}

impl Key {
    const fn of(within: u32, factor: u64, summand: u64) -> Self {
        Self { within, factor, summand }
    }

    /// Where a 4-gram stands in the order of this key.
    fn rank(&self, gram: u64) -> u64 {
        let rank = gram.wrapping_mul(self.factor).wrapping_add(self.summand);
        rank ^ rank >> 29
    }
}

/// The 4-gram that is least in the order of a key, so far.
#[derive(Debug, Clone, Copy)]
struct Least {
    rank: u64,
    /// Where in the text it ends.
    end: usize,
}

impl Least {
    const NONE: Self = Self { rank: u64::MAX, end: 0 };

    #[inline]
    fn take(&mut self, key: &Key, gram: u64, end: usize) {
        let rank = key.rank(gram);
        if rank < self.rank {
            *self = Self { rank, end };
        }
    }
}

/// How many of its routing keys a story is compared under: fewer cost less and find less (near-duplicates b7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoutingKeys {
    /// 91 of 100 near-duplicates are found.
    Two,
    /// 95 of 100.
    Four,
    /// 96 of 100.
    Six,
}

impl RoutingKeys {
    /// How many.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Two => 2,
            Self::Four => 4,
            Self::Six => 6,
        }
    }
}

/// A key under which near-duplicates meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoutingKey {
    /// Which of the keys it is, from 0.
    pub slot: u8,
    /// Its value.
    pub value: u64,
}

impl RoutingKey {
    /// Bytes of the key on the wire.
    pub const BYTES: usize = 9;

    /// The key on the wire: the slot, then the value, big-endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; 9];
        let [slot, value @ ..] = &mut bytes;
        *slot = self.slot;
        *value = self.value.to_be_bytes();
        bytes
    }

    /// The key of those bytes; `None` where they are none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (slot, value) = bytes.split_first()?;
        let value = u64::from_be_bytes(value.try_into().ok()?);
        (usize::from(*slot) < ROUTING_KEYS).then_some(Self { slot: *slot, value })
    }
}

/// A number in a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number {
    /// Which token it is, from 0.
    pub at: u32,
    /// Its hash.
    pub hash: u32,
}

/// What is compared of a story: its 3-grams and its numbers, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sketch {
    words: u32,
    shingles: Vec<u32>,
    numbers: Vec<Number>,
}

impl Sketch {
    /// A sketch from its parts. `None` where they are none: more than 512 shingles or 32 numbers, a shingle twice, or
    /// numbers out of order.
    #[must_use]
    pub fn new(words: u32, shingles: Vec<u32>, numbers: Vec<Number>) -> Option<Self> {
        let mut distinct = Vec::with_capacity(shingles.len());
        let mut index = ShingleIndex::new();
        for shingle in &shingles {
            index.append(&mut distinct, *shingle);
        }
        let in_order = numbers.is_sorted_by(|a, b| a.at < b.at);
        let whole = distinct == shingles && numbers.len() <= NUMBERS && in_order;
        whole.then_some(Self { words, shingles, numbers })
    }

    /// A sketch from parts that were one: of bytes that newsmill has written. That no shingle stands twice is not looked at,
    /// which would cost more than all the rest of reading it; twice, it would count twice. `None` as in [`Self::new`] else.
    pub(super) fn written(words: u32, shingles: Vec<u32>, numbers: Vec<Number>) -> Option<Self> {
        let in_order = numbers.is_sorted_by(|a, b| a.at < b.at);
        let whole = shingles.len() <= SHINGLES && numbers.len() <= NUMBERS && in_order;
        whole.then_some(Self { words, shingles, numbers })
    }

    /// How many words the whole story has.
    #[must_use]
    pub fn words(&self) -> u32 {
        self.words
    }

    /// The distinct 3-grams, each where it first stands: the first 512.
    #[must_use]
    pub fn shingles(&self) -> &[u32] {
        &self.shingles
    }

    /// Bytes that it holds beside itself.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.shingles.capacity() * size_of::<u32>() + self.numbers.capacity() * size_of::<Number>()
    }

    /// The first 32 numbers of the part of the text that the shingles are of.
    #[must_use]
    pub fn numbers(&self) -> &[Number] {
        &self.numbers
    }
}

/// What is kept of a story to know it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    keys: [u64; ROUTING_KEYS],
    key_words: KeyWords,
    sketch: Sketch,
}

impl Fingerprint {
    /// Of a folded story; `None` where it has fewer than [`MIN_WORDS`] words. Linear in its length.
    #[must_use]
    pub fn of(folded: &Folded<'_>) -> Option<Self> {
        if folded.words() < MIN_WORDS {
            return None;
        }
        let mut reading = Reading::new(folded.words());
        for (token, end) in folded.tokens_to() {
            reading.take(token, end);
        }
        let least = reading.least();
        let key_words = KeyWords::ending_at(folded.as_bytes(), least.map(|least| least.end));
        Some(Self { keys: least.map(|least| least.rank), key_words, sketch: reading.sketch })
    }

    /// The routing keys, in their order.
    pub fn routing_keys(&self) -> impl Iterator<Item = RoutingKey> + use<> {
        (0..).zip(self.keys).map(|(slot, value)| RoutingKey { slot, value })
    }

    /// The words that the routing keys are made of.
    #[must_use]
    pub fn key_words(&self) -> &KeyWords {
        &self.key_words
    }

    /// What is compared.
    #[must_use]
    pub fn sketch(&self) -> &Sketch {
        &self.sketch
    }

    /// What is compared, without the keys.
    #[must_use]
    pub fn into_sketch(self) -> Sketch {
        self.sketch
    }
}

/// A fingerprint in the making, token by token.
struct Reading {
    /// Of the keys of the lead and of those of the body.
    least: [(Least, Least); ROUTING_KEYS / 2],
    sketch: Sketch,
    index: ShingleIndex,
    /// How many tokens were taken.
    taken: u32,
    /// The hashes of the last two tokens, the older first.
    last: [u64; 2],
    /// The 3-gram that ends with the last token.
    gram: u64,
}

impl Reading {
    fn new(words: u32) -> Self {
        let room = usize::try_from(words).map_or(SHINGLES, |words| words.min(SHINGLES));
        Self {
            least: [(Least::NONE, Least::NONE); ROUTING_KEYS / 2],
            sketch: Sketch { words, shingles: Vec::with_capacity(room), numbers: Vec::new() },
            index: ShingleIndex::new(),
            taken: 0,
            last: [0; 2],
            gram: 0,
        }
    }

    /// Takes the next token, which ends there in the text.
    fn take(&mut self, token: &[u8], end: usize) {
        let word = xxh3_64(token);
        let at = self.taken;
        self.taken = at.saturating_add(1);
        if self.sketch.shingles.len() < SHINGLES
            && self.sketch.numbers.len() < NUMBERS
            && is_number(token)
        {
            self.sketch.numbers.push(Number { at, hash: high_half(word) });
        }
        if at >= 3 {
            self.take_4_gram(fold_product(self.gram ^ MIX[3], word ^ MIX[4]), end);
        }
        let [older, newer] = self.last;
        self.gram = fold_product(fold_product(older ^ MIX[0], newer ^ MIX[1]), word ^ MIX[2]);
        self.last = [newer, word];
        if at >= 2 {
            self.index.append(&mut self.sketch.shingles, high_half(self.gram));
        }
    }

    /// Takes the 4-gram that ends with the last token taken, there in the text.
    #[inline]
    fn take_4_gram(&mut self, gram: u64, end: usize) {
        for ((_, body), (_, key)) in self.least.iter_mut().zip(&KEYS) {
            body.take(key, gram, end);
        }
        if self.taken <= LEAD {
            for ((lead, _), (key, _)) in self.least.iter_mut().zip(&KEYS) {
                if self.taken <= key.within {
                    lead.take(key, gram, end);
                }
            }
        }
    }

    /// The least of each key, in the order of the keys.
    fn least(&self) -> [Least; ROUTING_KEYS] {
        let [(a, b), (c, d), (e, f)] = self.least;
        [a, b, c, d, e, f]
    }
}

/// The two halves of a 128-bit product, laid over each other.
#[inline]
fn fold_product(a: u64, b: u64) -> u64 {
    let [low, high] = halves(u128::from(a) * u128::from(b));
    low ^ high
}

#[expect(clippy::cast_possible_truncation, reason = "each half is meant")]
fn halves(product: u128) -> [u64; 2] {
    [product as u64, (product >> 64) as u64]
}

fn high_half(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// Whether a token is a run of digits; one that begins with a number of another kind (〇, ↀ) counts as a word.
fn is_number(token: &[u8]) -> bool {
    token.first().is_some_and(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SplitMix64, as its authors publish it.
    fn split_mix_64(state: &mut u64) -> u64 {
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (*state ^ *state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    #[test]
    fn the_constants_are_the_stream_that_their_comment_names() {
        let mut state = u64::from_be_bytes(*b"newsmill");
        for mix in MIX {
            assert_eq!(mix, split_mix_64(&mut state));
        }
        for key in KEYS.iter().flat_map(|(lead, body)| [lead, body]) {
            assert_eq!(key.factor, split_mix_64(&mut state) | 1);
            assert_eq!(key.summand, split_mix_64(&mut state));
        }
    }

    #[test]
    fn the_order_of_words_counts() {
        let gram = |words: [u64; 3]| {
            let mut reading = Reading::new(18);
            words.iter().for_each(|word| reading.take(&word.to_le_bytes(), 0));
            reading.gram
        };
        assert_ne!(gram([1, 2, 3]), gram([2, 1, 3]));
        assert_ne!(gram([1, 2, 3]), gram([3, 2, 1]));
        assert_ne!(gram([1, 2, 3]), gram([1, 3, 2]));
    }
}
