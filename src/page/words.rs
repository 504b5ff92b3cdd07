//! The words of a text as numbers, to see which texts speak of the same things.

use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// So many words of a line count: headlines are shorter, and a line of megabytes costs no more than this.
pub(super) const MAX_WORDS: usize = 96;

/// Letters of a stem: five were the best of research/splitting.
const STEM: usize = 5;

/// Letters of the longest article with its proclitic.
const LONGEST_PREFIX: usize = 3;

/// So many bytes of a word are looked at at once: as many as the head of an Arabic word that its stem is cut of.
const HEAD: usize = 2 * (LONGEST_PREFIX + STEM);

/// A word in the match form of a page: where it stands, and a hash of its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    start: u32,
    end: u32,
    hash: u32,
}

impl Word {
    /// The word that stands in `form` at `range`.
    #[inline]
    pub(super) fn of(form: &[u8], range: Range<usize>) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: place(range.start), end: place(range.end), hash: hash(form, range) }
    }

    /// Where it stands.
    #[inline]
    pub(super) fn range(self) -> Range<usize> {
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        place(self.start)..place(self.end)
    }

    /// Equal words have equal hashes.
    #[inline]
    pub(super) fn hash(self) -> u32 {
        self.hash
    }

    /// The hash of the word without its article and proclitics, cut to five letters; `None` of a word that says little.
    /// `form` is the match form that the word stands in.
    #[inline]
    pub(super) fn stem(self, form: &[u8]) -> Option<u32> {
        let range = self.range();
        let bytes = range.len();
        let [low, high] = head(form, range.clone());
        let ascii = low & first_bytes(STEM);
        if ascii & repeated(0x8080) == 0 {
            let counts = bytes >= 3 || low.to_le_bytes().first().is_some_and(u8::is_ascii_digit);
            return counts.then(|| mixed([ascii, 0], 0));
        }
        // Letters of two bytes, all of them: a lead byte and a tail byte by turns.
        let is_pairs = |half: u64, bytes: usize| {
            half & repeated(0xc0e0) == repeated(0x80c0) & first_bytes(bytes)
        };
        if !is_pairs(low, bytes) || !is_pairs(high, bytes.saturating_sub(HALF)) {
            return stem_of_letters(form, range);
        }
        let letters = bytes / 2;
        let prefix = proclitics(low, letters);
        // What is shifted out of the high half, in two steps: a shift by all 64 bits is none.
        let [low, high] =
            [low >> (16 * prefix) | high << 1 << (63 - 16 * prefix), high >> (16 * prefix)];
        (letters - prefix >= 3).then(|| mixed([low, high & first_bytes(2 * STEM - HALF)], 0))
    }
}

/// The stem of a word whose letters are of several lengths, or of three bytes and more. None of them has a proclitic
/// but with an Arabic head.
fn stem_of_letters(form: &[u8], range: Range<usize>) -> Option<u32> {
    let word = std::str::from_utf8(form.get(range.clone())?).ok()?;
    let letters = word.chars().take(LONGEST_PREFIX + STEM).count();
    let [low, _] = head(form, range.clone());
    let prefix = proclitics(low, letters);
    let mut ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
    let start = range.start + 2 * prefix;
    let stem = ends.clone().take(prefix + STEM).last().map_or(start, |end| range.start + end);
    let is_number = ends.next() == Some(1) && form.get(range.start).is_some_and(u8::is_ascii_digit);
    (letters - prefix >= 3 || is_number).then(|| hash(form, start..stem))
}

/// How many letters و ف ب ك ل and ال are of an Arabic word that stays three letters long or more without them.
#[inline]
fn proclitics(head: u64, letters: usize) -> usize {
    const WAW: u16 = u16::from_le_bytes([0xd9, 0x88]);
    const BEH: u16 = u16::from_le_bytes([0xd8, 0xa8]);
    const FEH: u16 = u16::from_le_bytes([0xd9, 0x81]);
    const KAF: u16 = u16::from_le_bytes([0xd9, 0x83]);
    const LAM: u16 = u16::from_le_bytes([0xd9, 0x84]);
    const ALEF: u16 = u16::from_le_bytes([0xd8, 0xa7]);
    let [a, b, c, d, e, f, ..] = head.to_le_bytes();
    let [first, second, third] = [[a, b], [c, d], [e, f]].map(u16::from_le_bytes);
    match (first, second, third) {
        (WAW | BEH | FEH | KAF, ALEF, LAM) if letters >= 6 => 3,
        (ALEF | LAM, LAM, _) if letters >= 5 => 2,
        (WAW | FEH | BEH | KAF | LAM, _, _) if letters >= 5 => 1,
        _ => 0,
    }
}

/// Half of a [`HEAD`].
const HALF: usize = 8;

/// The first bytes of a word, the first one lowest, and zeros behind its end.
#[inline]
fn head(form: &[u8], range: Range<usize>) -> [u64; 2] {
    let half = |at: usize| {
        let behind = form.get(at..).unwrap_or_default();
        let half = match behind.first_chunk::<HALF>() {
            Some(half) => u64::from_le_bytes(*half),
            None => behind.iter().rev().fold(0, |half, byte| half << 8 | u64::from(*byte)),
        };
        half & first_bytes(range.end.saturating_sub(at))
    };
    let low = half(range.start);
    [low, if range.len() > HALF { half(range.start + HALF) } else { 0 }]
}

/// Ones where the first bytes stand.
#[inline]
fn first_bytes(bytes: usize) -> u64 {
    if bytes >= HALF { u64::MAX } else { (1 << (8 * bytes)) - 1 }
}

const fn repeated(pair: u16) -> u64 {
    u64::MAX / 0xffff * pair as u64
}

/// A hash of the bytes at `range`, [`HEAD`] of them at a time.
#[inline]
pub(super) fn hash(form: &[u8], range: Range<usize>) -> u32 {
    let mut hash = mixed(head(form, range.clone()), 0);
    let mut start = range.start + HEAD;
    while start < range.end {
        hash = mixed(head(form, start..range.end), hash);
        start += HEAD;
    }
    hash
}

/// The halves of a head multiplied and laid over each other, with what was hashed before.
#[inline]
fn mixed([low, high]: [u64; 2], before: u32) -> u32 {
    let product = u128::from(low ^ 0x3cd0_b3ee_2595_9000 ^ u64::from(before))
        * u128::from(high ^ 0xa21d_e73b_6200_3043);
    let [a, b, c, d, ..] = (product ^ product >> 64).to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The stems of texts, sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stems(Vec<u32>);

impl FromIterator<u32> for Stems {
    fn from_iter<I: IntoIterator<Item = u32>>(stems: I) -> Self {
        let mut stems: Vec<u32> = stems.into_iter().collect();
        stems.sort_unstable();
        stems.dedup();
        Self(stems)
    }
}

impl Stems {
    /// Whether the texts say nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The share of these stems, in hundredths, that the other text has too.
    pub(super) fn share_in(&self, other: &Self) -> i32 {
        let shared = self.0.iter().filter(|stem| other.0.binary_search(stem).is_ok()).count();
        let share = (shared * 100).checked_div(self.0.len()).unwrap_or(0);
        i32::try_from(share).unwrap_or(100)
    }
}

/// Stems are hashes already: a table of them needs no other.
pub(super) type StemHasher = BuildHasherDefault<StemIsHash>;

/// See [`StemHasher`].
#[derive(Default)]
pub(super) struct StemIsHash(u64);

impl Hasher for StemIsHash {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u32(&mut self, stem: u32) {
        // Tables look at the high bits too.
        self.0 = u64::from(stem).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::matching::Matching;

    fn stems(form: &str) -> Vec<Option<u32>> {
        let matching = Matching::of(std::iter::once(form), form.len());
        let form = matching.text().as_bytes();
        matching.words().iter().map(|word| word.stem(form)).collect()
    }

    fn set(form: &str) -> Stems {
        stems(form).into_iter().flatten().collect()
    }

    #[test]
    fn a_word_with_its_article_has_the_stem_of_the_bare_word() {
        for (a, b) in [
            ("والقوقاز", "القوقاز"),
            ("بالمنطقه", "منطقه"),
            ("للمدنيين", "المدنيين"),
            ("minister", "ministers"),
        ] {
            assert_eq!(stems(a), stems(b), "{a} {b}");
        }
    }

    #[test]
    fn the_share_is_of_the_first_texts_words() {
        let headline = set("war talks in geneva");
        let paragraph = set("the talks about the war were held in geneva on monday");
        assert_eq!(headline.share_in(&paragraph), 100);
        assert!(paragraph.share_in(&headline) < 50);
        assert_eq!(Stems::default().share_in(&headline), 0);
    }

    /// The rule said plainly: a word without its article and proclitics, cut to five letters; `None` of a word that
    /// says little.
    fn plain_stem(word: &str) -> Option<String> {
        let word = strip_proclitics(word);
        let stem: String = word.chars().take(STEM).collect();
        let says = stem.chars().count() >= 3 || stem.starts_with(|c: char| c.is_ascii_digit());
        says.then_some(stem)
    }

    /// Takes و ف ب ك ل and ال off an Arabic word that stays three letters long or more.
    fn strip_proclitics(word: &str) -> &str {
        if !word.starts_with(['و', 'ف', 'ب', 'ك', 'ل', 'ا']) {
            return word;
        }
        let letters = word.chars().count();
        for (prefix, length) in
            [("وال", 3), ("بال", 3), ("فال", 3), ("كال", 3), ("ال", 2), ("لل", 2)]
        {
            if let Some(rest) = word.strip_prefix(prefix).filter(|_| letters >= length + 3) {
                return rest;
            }
        }
        match word.strip_prefix(['و', 'ف', 'ب', 'ك', 'ل']) {
            Some(rest) if letters >= 5 => rest,
            _ => word,
        }
    }

    proptest::proptest! {
        #[test]
        fn words_have_the_stems_of_the_plain_rule(
            text in "([وفبكلا]{0,3}[a-dا-ي٠-٩0-9]{0,7}[ ،.»\u{200c}]{0,2}){0,12}(\\PC|[𐐨-𐐯]{0,6}){0,20}",
        ) {
            let matching = Matching::of(std::iter::once(text.as_str()), 0);
            let form = matching.text().as_bytes();
            for word in matching.words() {
                let plain = plain_stem(matching.word(*word));
                let hashed = plain.map(|stem| hash(stem.as_bytes(), 0..stem.len()));
                proptest::prop_assert_eq!(word.stem(form), hashed);
            }
        }
    }
}
