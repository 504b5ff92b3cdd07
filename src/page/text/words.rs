//! The words of a text as numbers: a hash of each, and of its stem.

use std::ops::Range;

/// Letters of a stem: five were the best of research/splitting.
const STEM: usize = 5;

/// A word that has an article or a proclitic has so many letters.
const PREFIXED: usize = 5;

/// Letters of the longest article with its proclitic.
const LONGEST_PREFIX: usize = 3;

/// So many bytes of a word are looked at at once: as many as the head of an Arabic word that its stem is cut of.
const HEAD: usize = 2 * (LONGEST_PREFIX + STEM);

/// A word in the match form of a page: where it stands, and a hash of its letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    start: u32,
    end: u32,
    hash: u32,
}

impl Word {
    /// The word that stands in `form` at `range`.
    #[inline]
    pub(crate) fn of(form: &[u8], range: Range<usize>) -> Self {
        let head = head(form, range.clone());
        // No page has four gigabytes.
        let [start, end] = [range.start, range.end].map(|at| {
            let [a, b, c, d, ..] = at.to_le_bytes();
            u32::from_le_bytes([a, b, c, d])
        });
        Self { start, end, hash: hash_behind(form, range, head) }
    }

    /// Where it stands.
    #[inline]
    pub(crate) fn range(self) -> Range<usize> {
        place(self.start)..place(self.end)
    }

    /// Equal words have equal hashes.
    #[inline]
    pub(crate) fn hash(self) -> u32 {
        self.hash
    }

    /// The hash of the word of `form` without its article and proclitics, cut to five letters; `None` of a word that says
    /// little. Found when it is asked for: only blocks of appended stories ask.
    #[inline]
    pub(crate) fn stem(self, form: &[u8]) -> Option<u32> {
        let bytes = place(self.end - self.start);
        let (first, end) = (first_bytes(form, place(self.start)), ends(bytes));
        let [low, high] = within(first, end);
        let ascii = low & ends(STEM)[0];
        if ascii & repeated(0x8080) == 0 {
            let counts = bytes >= 3 || low.to_le_bytes().first().is_some_and(u8::is_ascii_digit);
            return counts.then(|| mixed([ascii, 0], 0));
        }
        if !are_pairs([low, high], end) {
            return stem_of_letters(form, self.range());
        }
        let letters = bytes / 2;
        if letters < PREFIXED {
            // Nothing is cut of it.
            return (letters >= 3).then_some(self.hash);
        }
        let prefix = proclitics(low, letters);
        // What is shifted out of the high half, in two steps: a shift by all 64 bits is none.
        let [low, high] =
            [low >> (16 * prefix) | high << 1 << (63 - 16 * prefix), high >> (16 * prefix)];
        (letters - prefix >= 3).then(|| mixed([low, high & ends(2 * STEM)[1]], 0))
    }

    /// Whether it begins with a letter that is a word by itself in Arabic: "and", "with", "for".
    #[inline]
    pub(crate) fn has_proclitic(self, form: &[u8]) -> bool {
        let first = form.get(self.range()).and_then(<[u8]>::first_chunk);
        let first = first.map_or(0, |utf8| letter(*utf8));
        is_joined(first) | (first == LAM)
    }
}

/// A place in a match form.
#[inline]
pub(super) fn place(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// Whether a head is letters of two bytes, so far as the word goes: a lead byte and a tail byte by turns.
#[inline]
fn are_pairs([low, high]: [u64; 2], [low_end, high_end]: [u64; 2]) -> bool {
    let others = |half: u64, end: u64| half & repeated(0xc0e0) ^ repeated(0x80c0) & end;
    others(low, low_end) | others(high, high_end) == 0
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
    let (first, two, behind) = (head & 0xffff, head & 0xffff_ffff, head >> 16 & 0xffff_ffff);
    // All of it asked without leaving early: which letter a word begins with is nothing that a processor can guess.
    let is_joined = is_joined(first);
    let joins_article = is_joined & (behind == AL) & (letters >= 6);
    let prefix = usize::from(is_joined | (first == LAM))
        + usize::from(two == LIL)
        + 2 * usize::from((two == AL) | joins_article);
    if letters >= PREFIXED { prefix } else { 0 }
}

/// Whether a letter is و ف ب or ك.
#[inline]
fn is_joined(letter: u64) -> bool {
    (letter == WAW) | (letter == BEH) | (letter == FEH) | (letter == KAF)
}

const WAW: u64 = letter([0xd9, 0x88]);
const BEH: u64 = letter([0xd8, 0xa8]);
const FEH: u64 = letter([0xd9, 0x81]);
const KAF: u64 = letter([0xd9, 0x83]);
const LAM: u64 = letter([0xd9, 0x84]);
const AL: u64 = letter([0xd8, 0xa7]) | LAM << 16;
const LIL: u64 = LAM | LAM << 16;

/// A letter of two bytes as it stands lowest in a head.
const fn letter(utf8: [u8; 2]) -> u64 {
    u16::from_le_bytes(utf8) as u64
}

/// The first bytes of a word in two halves, the first one lowest, and zeros behind its end.
#[inline]
fn head(form: &[u8], range: Range<usize>) -> [u64; 2] {
    let first = first_bytes(form, range.start);
    within(first, ends(range.end - range.start))
}

#[inline]
fn first_bytes(form: &[u8], start: usize) -> [u64; 2] {
    let whole = form.get(start..start + HEAD).and_then(<[u8]>::first_chunk);
    halves(whole.map_or_else(|| last_head(form, start), |head| u128::from_le_bytes(*head)))
}

#[inline]
fn within([low, high]: [u64; 2], [low_end, high_end]: [u64; 2]) -> [u64; 2] {
    [low & low_end, high & high_end]
}

/// The last bytes of a page.
#[cold]
fn last_head(form: &[u8], start: usize) -> u128 {
    let bytes = form.get(start..).unwrap_or_default();
    bytes.iter().rev().fold(0, |head, byte| head << 8 | u128::from(*byte))
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "each half is meant")]
const fn halves(head: u128) -> [u64; 2] {
    [head as u64, (head >> 64) as u64]
}

/// Ones where the first bytes of a head stand, so many of them.
#[inline]
fn ends(bytes: usize) -> [u64; 2] {
    const ENDS: [[u8; HEAD]; 2] = [[u8::MAX; HEAD], [0; HEAD]];
    let behind = HEAD.checked_sub(bytes).and_then(|at| ENDS.as_flattened().get(at..at + HEAD));
    let ends = behind.and_then(<[u8]>::first_chunk);
    ends.map_or([u64::MAX; 2], |ends| halves(u128::from_le_bytes(*ends)))
}

const fn repeated(pair: u16) -> u64 {
    u64::MAX / 0xffff * pair as u64
}

/// A hash of the bytes at `range`, [`HEAD`] of them at a time.
#[inline]
pub(crate) fn hash(form: &[u8], range: Range<usize>) -> u32 {
    hash_behind(form, range.clone(), head(form, range))
}

#[inline]
fn hash_behind(form: &[u8], range: Range<usize>, first: [u64; 2]) -> u32 {
    let mut hash = mixed(first, 0);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::text::matching::Matching;

    fn stems(form: &str) -> Vec<Option<u32>> {
        let matching = Matching::of(std::iter::once(form));
        matching.words().iter().map(|word| matching.stem(*word)).collect()
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
            let matching = Matching::of(std::iter::once(text.as_str()));
            for word in matching.words() {
                let plain = plain_stem(matching.word(*word));
                let hashed = plain.map(|stem| hash(stem.as_bytes(), 0..stem.len()));
                proptest::prop_assert_eq!(matching.stem(*word), hashed);
            }
        }
    }
}
