//! Finds the forms of markers, labels and furniture on a page.
//!
//! A form begins where a word begins (but for a glued marker, which can stand behind other letters), and its first word
//! is a whole word of the page. So few places of a page are worth a look: those whose word is the first of some form, and
//! is followed by what follows it there.

use std::ops::Range;

use aho_corasick::{
    AhoCorasick, AhoCorasickKind, Anchored, BuildError, Input, MatchKind, StartKind,
};

use super::Hit;
use crate::page::matching::Matching;
use crate::page::shape;
use crate::page::words::{Word, hash};

/// All forms, ready to be looked for.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// `None` where there is no form.
    automaton: Option<AhoCorasick>,
    /// The first words of all forms.
    heads: Hashes,
    /// The first words of forms that have hardly more.
    short: Hashes,
    /// The first words of the others, each with the bytes behind it.
    long: Hashes,
    /// The first words of glued markers.
    glued: Vec<Box<str>>,
    /// The last bytes of words within which a form may begin or end.
    ends: Ends,
    /// Glued markers of one word: other letters may follow them.
    glued_words: Vec<Box<str>>,
}

impl Forms {
    /// Compiles `forms`, whose places are their pattern numbers; `glued` are those that may follow a letter.
    ///
    /// # Errors
    /// They are too many.
    pub(super) fn new<'f>(
        forms: impl Iterator<Item = &'f str> + Clone,
        glued: impl Iterator<Item = &'f str> + Clone,
    ) -> Result<Self, BuildError> {
        // A DFA of some 6,000 forms takes 55 MB, more than caches hold, and three times as long to build; this takes 1 MB,
        // and finds forms as fast.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .start_kind(StartKind::Anchored)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(forms.clone())?;
        let [mut heads, mut short, mut long] = <[Hashes; 3]>::default();
        for form in forms {
            let form = form.trim_start_matches(|c| !shape::is_word_char(c));
            let word = first_word(form).len();
            let head = hash(form.as_bytes(), 0..word);
            heads.add(head);
            match opening(form, 0..word) {
                Some(opening) => long.add(opening),
                None => short.add(head),
            }
        }
        let one_word = glued.clone().filter(|form| first_word(form) == *form);
        let glued_words = one_word.map(Into::into).collect();
        let mut glued: Vec<Box<str>> = glued.map(|form| first_word(form).into()).collect();
        glued.sort();
        glued.dedup();
        let mut ends = Ends::default();
        glued.iter().map(|head| &**head).chain([VISARGA]).for_each(|word| ends.add(word));
        Ok(Self { automaton: Some(automaton), heads, short, long, glued, ends, glued_words })
    }

    /// Every place where a form stands behind `from`, from left to right, the longest first, none over another.
    pub(super) fn hits<'h>(
        &'h self,
        page: &'h Matching,
        from: usize,
    ) -> impl Iterator<Item = Hit> + 'h {
        let mut free_from = from;
        let before = page.words().partition_point(|word| word.range().start < from);
        let words = page.words().get(before..).unwrap_or_default();
        let words = words.iter().filter(|word| self.is_worth_a_look(page, **word));
        words.filter_map(move |word| {
            let whole = word.range().start;
            let start = self.begins(page, *word).then_some(whole).filter(|at| *at >= free_from);
            let hit = start.and_then(|at| self.hit(page, at));
            let hit = hit.or_else(|| self.hit(page, self.glued_at(page, *word, free_from)?))?;
            free_from = hit.end;
            Some(hit)
        })
    }

    /// The form that is all of `text`.
    pub(super) fn whole(&self, text: &str) -> Option<Hit> {
        let found = self.automaton.as_ref()?.find(Input::new(text).anchored(Anchored::Yes))?;
        let hit = Hit { pattern: found.pattern().as_u32(), start: 0, end: found.end() };
        (hit.end == text.len()).then_some(hit)
    }

    /// Whether a form can begin with this word or within it: quickly told, and sometimes wrongly yes.
    #[inline]
    fn is_worth_a_look(&self, page: &Matching, word: Word) -> bool {
        self.heads.may_have(word.hash())
            || self.ends.may_be_of(page.text(), word)
            || !self.glued_words.is_empty()
    }

    /// Whether a form may begin with this word.
    fn begins(&self, page: &Matching, word: Word) -> bool {
        let opens = || {
            self.short.may_have(word.hash())
                || opening(page.text(), word.range()).is_some_and(|hash| self.long.may_have(hash))
        };
        // A visarga is a sign of its word, and is printed for the colon too.
        let colon = |letters: &str| {
            let bare = letters.strip_suffix(VISARGA)?;
            Some(hash(bare.as_bytes(), 0..bare.len()))
        };
        self.heads.may_have(word.hash()) && opens()
            || self.ends.may_be_of(page.text(), word)
                && colon(page.word(word)).is_some_and(|hash| self.heads.may_have(hash))
            || self.glued_words.iter().any(|form| page.word(word).starts_with(&**form))
    }

    /// Where in a word the first word of a glued marker begins.
    fn glued_at(&self, page: &Matching, word: Word, free_from: usize) -> Option<usize> {
        if !self.ends.may_be_of(page.text(), word) {
            return None;
        }
        let Range { start, end } = word.range();
        let letters = page.word(word);
        let at = self
            .glued
            .iter()
            .filter(|head| letters.ends_with(&***head))
            .map(|head| end - head.len());
        at.filter(|at| *at > start && *at >= free_from).min()
    }

    /// The longest form that begins at this place.
    fn hit(&self, page: &Matching, at: usize) -> Option<Hit> {
        let behind = Input::new(page.text()).range(at..).anchored(Anchored::Yes);
        let found = self.automaton.as_ref()?.find(behind)?;
        Some(Hit { pattern: found.pattern().as_u32(), start: found.start(), end: found.end() })
    }
}

/// A sign of Indic scripts that stands at the end of a word.
const VISARGA: &str = "ः";

fn first_word(form: &str) -> &str {
    let form = form.trim_start_matches(|c| !shape::is_word_char(c));
    form.split(|c| !shape::is_word_char(c)).next().unwrap_or_default()
}

/// So many bytes are looked at behind a first word: a space, and two letters of two bytes.
const BEHIND: usize = 5;

/// The hash of a first word with the bytes behind it; `None` where there are fewer.
fn opening(text: &str, word: Range<usize>) -> Option<u32> {
    let opening = word.start..word.end + BEHIND;
    (opening.end <= text.len()).then(|| hash(text.as_bytes(), opening))
}

/// A set of hashes, in which a few others seem to be too.
#[derive(Debug)]
struct Hashes(Box<[u64; HASHES]>);

/// Words of 64 bits: for some 2,500 first words one other word in fifty is looked at in vain.
const HASHES: usize = 2048;

impl Default for Hashes {
    fn default() -> Self {
        Self(Box::new([0; HASHES]))
    }
}

impl Hashes {
    fn add(&mut self, hash: u32) {
        let (at, bit) = Self::place(hash);
        if let Some(bits) = self.0.get_mut(at) {
            *bits |= bit;
        }
    }

    #[inline]
    fn may_have(&self, hash: u32) -> bool {
        let (at, bit) = Self::place(hash);
        self.0.get(at).is_some_and(|bits| bits & bit != 0)
    }

    #[inline]
    fn place(hash: u32) -> (usize, u64) {
        let at = usize::try_from(hash >> 6).unwrap_or_default() % HASHES;
        (at, 1 << (hash & 63))
    }
}

/// A set of the last bytes of words, in which a few others seem to be too.
#[derive(Debug, Default)]
struct Ends {
    bits: [u64; ENDS],
    /// There is a word of fewer bytes: then any word may end in it.
    any: bool,
}

/// Words of 64 bits: there are some ten glued markers.
const ENDS: usize = 8;

/// So many bytes of a word's end are looked at: what a visarga has.
const END_BYTES: usize = 3;

impl Ends {
    fn add(&mut self, word: &str) {
        let Some(end) = word.as_bytes().last_chunk() else {
            self.any = true;
            return;
        };
        let (at, bit) = Self::place(*end);
        if let Some(bits) = self.bits.get_mut(at) {
            *bits |= bit;
        }
    }

    /// Whether a word of `form` ends in one of them.
    #[inline]
    fn may_be_of(&self, form: &str, word: Word) -> bool {
        let end = form.as_bytes().get(..word.range().end).and_then(<[u8]>::last_chunk);
        let (at, bit) = end.map_or((0, 0), |end| Self::place(*end));
        self.any || self.bits.get(at).is_some_and(|bits| bits & bit != 0)
    }

    /// By the low bits of the last letters: they tell letters apart in every script.
    #[inline]
    fn place([first, second, third]: [u8; END_BYTES]) -> (usize, u64) {
        (usize::from(first ^ second) % ENDS, 1 << ((third ^ second << 3) & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(glued: &[&str], line: &str) -> Vec<String> {
        let all = ["a lire aussi", "lire aussi", "lexo edhe", "window."];
        let forms = Forms::new(all.into_iter(), glued.iter().copied()).unwrap();
        let page = Matching::of(std::iter::once(line), line.len());
        let text = |hit: Hit| page.text().get(hit.start..hit.end).unwrap().to_owned();
        forms.hits(&page, 0).map(text).collect()
    }

    #[test]
    fn the_longest_form_that_begins_with_a_word_is_found() {
        assert_eq!(found(&[], "A lire aussi: x. Lire aussi: y"), ["a lire aussi", "lire aussi"]);
        assert_eq!(found(&[], "window.x = 1"), ["window."]);
    }

    #[test]
    fn a_form_within_a_word_hides_none_behind_it() {
        assert_eq!(found(&[], "Alassane Dia Lire aussi: x"), ["lire aussi"]);
    }

    #[test]
    fn only_a_glued_marker_is_found_behind_other_letters() {
        assert_eq!(found(&["lexo edhe"], "TurqiLexo edhe:Shefat"), ["lexo edhe"]);
        assert!(found(&[], "TurqiLexo edhe:Shefat").is_empty());
        assert_eq!(found(&["window."], "thewindow.x"), ["window."]);
    }

    const FORMS: [&str; 7] = ["ab", "ab cd", "ab cdef gh", "ab: c", "b", "cd.ef", "ا بت"];

    /// The longest form at each word, from left to right, by the rule: its first word is that word.
    fn plainly_found(line: &str) -> Vec<&str> {
        let (mut all, mut free_from) = (Vec::new(), 0);
        let mut ends_word = true;
        for (at, c) in line.char_indices() {
            let begins = std::mem::replace(&mut ends_word, !shape::is_word_char(c));
            let behind = line.get(at..).unwrap();
            let word = behind.split(|c| !shape::is_word_char(c)).next().unwrap();
            let stands = |form: &&&str| first_word(form) == word && behind.starts_with(**form);
            let longest = FORMS.iter().filter(stands).max_by_key(|form| form.len());
            if let Some(form) = longest.filter(|_| begins && at >= free_from) {
                all.push(*form);
                free_from = at + form.len();
            }
        }
        all
    }

    proptest::proptest! {
        #[test]
        fn few_places_are_looked_at_and_no_form_is_missed(
            line in "((ab|cd|cdef|gh|b|c|ا|بت)[ :.,]{0,2}){0,12}",
        ) {
            let forms = Forms::new(FORMS.into_iter(), std::iter::empty()).unwrap();
            let page = Matching::of(std::iter::once(line.as_str()), line.len());
            let hits: Vec<_> = forms.hits(&page, 0).map(|hit| FORMS[hit.pattern as usize]).collect();
            proptest::prop_assert_eq!(hits, plainly_found(&line));
        }
    }
}
