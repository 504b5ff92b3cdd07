//! The words of a text as numbers, to see which texts speak of the same things.

use std::hash::{BuildHasherDefault, Hasher};

use super::shape;

/// So many words of a line count: headlines are shorter, and a line of megabytes costs no more than this.
const MAX_WORDS: usize = 96;

/// Letters of a stem: five were the best of research/splitting.
const STEM: usize = 5;

/// The stems of a text, sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stems(Vec<u32>);

impl Stems {
    /// The stems of a text in its match form.
    pub(super) fn of(form: &str) -> Self {
        let mut stems: Vec<u32> = form
            .split(|c| !shape::is_word_char(c))
            .filter(|word| !word.is_empty())
            .take(MAX_WORDS)
            .filter_map(stem)
            .collect();
        stems.sort_unstable();
        stems.dedup();
        Self(stems)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The stems, each once.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }

    /// Adds the stems of another text.
    pub(super) fn add(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// How many stems the two share.
    pub(super) fn shared(&self, other: &Self) -> usize {
        let (mut ours, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut shared = 0;
        while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
            match a.cmp(b) {
                std::cmp::Ordering::Less => ours.next(),
                std::cmp::Ordering::Greater => theirs.next(),
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    ours.next();
                    theirs.next()
                }
            };
        }
        shared
    }

    /// The share of these stems, in hundredths, that the other text has too.
    pub(super) fn share_in(&self, other: &Self) -> i32 {
        if self.0.is_empty() {
            return 0;
        }
        i32::try_from(self.shared(other) * 100 / self.len()).unwrap_or(100)
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

/// The hash of a word without its article and proclitics, cut to five letters; `None` of a word that says little.
fn stem(word: &str) -> Option<u32> {
    let word = strip_proclitics(word);
    let mut hash: u32 = 0x811c_9dc5;
    let mut letters = 0;
    for c in word.chars().take(STEM) {
        hash = (hash ^ u32::from(c)).wrapping_mul(0x0100_0193);
        letters += 1;
    }
    (letters >= 3 || word.starts_with(|c: char| c.is_ascii_digit())).then_some(hash)
}

/// Takes و ف ب ك ل and ال off an Arabic word that stays three letters long or more.
fn strip_proclitics(word: &str) -> &str {
    if !word.starts_with(['و', 'ف', 'ب', 'ك', 'ل', 'ا']) {
        return word;
    }
    let letters = word.chars().count();
    for (prefix, length) in [("وال", 3), ("بال", 3), ("فال", 3), ("كال", 3), ("ال", 2), ("لل", 2)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_its_article_has_the_stem_of_the_bare_word() {
        for (a, b) in [
            ("والقوقاز", "القوقاز"),
            ("بالمنطقه", "منطقه"),
            ("للمدنيين", "المدنيين"),
            ("minister", "ministers"),
        ] {
            assert_eq!(Stems::of(a), Stems::of(b), "{a} {b}");
        }
    }

    #[test]
    fn the_share_is_of_the_first_texts_words() {
        let headline = Stems::of("war talks in geneva");
        let paragraph = Stems::of("the talks about the war were held in geneva on monday");
        assert_eq!(headline.share_in(&paragraph), 100);
        assert!(paragraph.share_in(&headline) < 50);
        assert_eq!(Stems::default().share_in(&headline), 0);
    }
}
