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
        Self::of_all(std::iter::once(form))
    }

    /// The stems of several texts.
    pub(super) fn of_all<'f>(forms: impl Iterator<Item = &'f str>) -> Self {
        let mut stems = Vec::with_capacity(MAX_WORDS);
        for form in forms {
            push_stems(form, &mut stems);
        }
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

/// Adds the stem of each word of `form`, in one pass over its characters.
fn push_stems(form: &str, stems: &mut Vec<u32>) {
    let mut word = Word::default();
    let mut words = 0;
    for c in form.chars() {
        if shape::is_word_char(c) {
            word.push(c);
        } else if word.letters > 0 {
            stems.extend(word.stem());
            word.letters = 0;
            words += 1;
            if words == MAX_WORDS {
                return;
            }
        }
    }
    if word.letters > 0 {
        stems.extend(word.stem());
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

/// A word as it is read, letter by letter: so much of it as its stem needs.
#[derive(Default)]
struct Word {
    head: [char; LONGEST_PREFIX + STEM],
    letters: usize,
}

/// Letters of the longest article with its proclitic.
const LONGEST_PREFIX: usize = 3;

impl Word {
    fn push(&mut self, c: char) {
        if let Some(slot) = self.head.get_mut(self.letters) {
            *slot = c;
        }
        self.letters += 1;
    }

    /// The hash of a word without its article and proclitics, cut to five letters; `None` of a word that says little.
    fn stem(&self) -> Option<u32> {
        let prefix = self.proclitics();
        let letters = self.letters - prefix;
        let stem = self.head.get(prefix..prefix + letters.min(STEM))?;
        let hash = stem
            .iter()
            .fold(0x811c_9dc5, |hash: u32, &c| (hash ^ u32::from(c)).wrapping_mul(0x0100_0193));
        (letters >= 3 || stem.first().is_some_and(char::is_ascii_digit)).then_some(hash)
    }

    /// How many letters و ف ب ك ل and ال are of an Arabic word that stays three letters long or more without them.
    fn proclitics(&self) -> usize {
        let [first, second, third, ..] = self.head;
        match (first, second, third) {
            ('و' | 'ب' | 'ف' | 'ك', 'ا', 'ل') if self.letters >= 6 => 3,
            ('ا' | 'ل', 'ل', _) if self.letters >= 5 => 2,
            ('و' | 'ف' | 'ب' | 'ك' | 'ل', _, _) if self.letters >= 5 => 1,
            _ => 0,
        }
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

    /// The rule said plainly: the hash of a word without its article and proclitics, cut to five letters; `None` of a word that says little.
    fn plain_stem(word: &str) -> Option<u32> {
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
        fn one_pass_over_a_text_gives_the_stems_of_its_words(
            text in "([وفبكلا]{0,3}[a-dا-ي٠-٩0-9]{0,7}[ ،.»\u{200c}]{0,2}){0,12}\\PC{0,20}",
        ) {
            let mut stems: Vec<u32> = text
                .split(|c| !shape::is_word_char(c))
                .filter(|word| !word.is_empty())
                .filter_map(plain_stem)
                .collect();
            stems.sort_unstable();
            stems.dedup();
            proptest::prop_assert_eq!(Stems::of(&text), Stems(stems));
        }
    }
}
