//! Finds the forms of markers, labels and furniture on a page.
//!
//! A form begins where a word begins (but for a glued marker, which can stand behind other letters), and its first word
//! is a whole word of the page. So few places of a page are worth a look: those whose word is the first of some form. Which
//! forms can stand there the word tells with the bytes behind it, by its hash.

use std::ops::Range;

use foldhash::{HashMap, HashMapExt};
use memchr::memmem::Finder;

use super::Hit;
use crate::page::text::matching::Matching;
use crate::page::text::shape;
use crate::page::text::words::{Word, hash};

/// All forms, ready to be looked for.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// The forms, at their pattern numbers.
    forms: Vec<Box<str>>,
    /// The pattern numbers by how the forms open, the longest first: of a form that is longer than its first word by
    /// [`BEHIND`] bytes or more, the hash of both together, else that of its first word.
    openings: HashMap<u32, Vec<u32>>,
    /// The first words of all forms.
    heads: Hashes,
    /// The hashes in `openings`.
    opened: Hashes,
    /// The first words of glued markers.
    glued: Vec<Box<str>>,
    /// What words end in within which a form may begin or end.
    ends: Vec<Finder<'static>>,
    /// Glued markers of one word: other letters may follow them.
    glued_words: Vec<Box<str>>,
}

impl Forms {
    /// Of `forms`, whose places are their pattern numbers; `glued` are those that may follow a letter.
    pub(super) fn new<'f>(
        forms: impl Iterator<Item = &'f str>,
        glued: impl Iterator<Item = &'f str> + Clone,
    ) -> Self {
        let forms: Vec<Box<str>> = forms.map(Into::into).collect();
        let mut openings: HashMap<u32, Vec<u32>> = HashMap::new();
        let [mut heads, mut opened] = <[Hashes; 2]>::default();
        for (pattern, form) in (0..).zip(&forms) {
            let word = first_word(form);
            let head = hash(form.as_bytes(), word.clone());
            heads.add(head);
            let opening = opening(form, word).unwrap_or(head);
            opened.add(opening);
            openings.entry(opening).or_default().push(pattern);
        }
        let bytes = |pattern: &u32| form_of(&forms, *pattern).map_or(0, str::len);
        for patterns in openings.values_mut() {
            patterns.sort_by_key(|pattern| std::cmp::Reverse(bytes(pattern)));
        }
        let first = |form: &'f str| form.get(first_word(form)).unwrap_or_default();
        let one_word = glued.clone().filter(|form| first(form) == *form);
        let glued_words = one_word.map(Into::into).collect();
        let mut glued: Vec<Box<str>> = glued.map(|form| first(form).into()).collect();
        glued.sort();
        glued.dedup();
        let ends = glued.iter().map(|head| &**head).chain([VISARGA]);
        let ends = ends.map(|end| Finder::new(end).into_owned()).collect();
        Self { forms, openings, heads, opened, glued, ends, glued_words }
    }

    /// Every place where a form begins within `place`, from left to right, the longest first, none over another.
    pub(super) fn hits<'h>(
        &'h self,
        page: &'h Matching,
        place: Range<usize>,
    ) -> impl Iterator<Item = Hit> + 'h {
        let mut free_from = place.start;
        let text = page.text().as_bytes().get(place.clone()).unwrap_or_default();
        // Most pages have none of them.
        let ends = self.ends.iter().filter(|end| end.find(text).is_some());
        let ends: Vec<&[u8]> = ends.map(Finder::needle).collect();
        let words = page.words_from(place.clone());
        words.iter().filter_map(move |word| {
            // Quickly told, and sometimes wrongly yes.
            let is_worth_a_look = self.heads.may_have(word.hash())
                || !self.glued_words.is_empty()
                || ends.iter().any(|end| page.word(*word).as_bytes().ends_with(end));
            if !is_worth_a_look {
                return None;
            }
            let is_free = word.range().start >= free_from;
            let hit = is_free.then(|| self.at_word(page, *word)).flatten();
            let hit = hit.or_else(|| self.within_word(page, *word, free_from))?;
            free_from = hit.end;
            Some(hit)
        })
    }

    /// The form that is all of `text`.
    pub(super) fn whole(&self, text: &str) -> Option<Hit> {
        let hit = |pattern| Hit { pattern, start: 0, end: text.len() };
        self.opened(text, first_word(text)).find(|(_, form)| *form == text).map(|(id, _)| hit(id))
    }

    /// The longest form that begins with this word.
    fn at_word(&self, page: &Matching, word: Word) -> Option<Hit> {
        let (Range { start, end }, letters) = (word.range(), page.word(word));
        let longest = |bytes: usize| self.longest(page, start..start + bytes);
        let is_head = self.heads.may_have(word.hash());
        let whole = || is_head.then(|| self.longest(page, start..end)).flatten();
        // A visarga is a sign of its word, and is printed for the colon too.
        let colon = || longest(letters.strip_suffix(VISARGA)?.len());
        let mut begun = self.glued_words.iter().filter(|form| letters.starts_with(&***form));
        whole().or_else(colon).or_else(|| begun.find_map(|form| longest(form.len())))
    }

    /// The longest form that begins within this word: of a glued marker.
    fn within_word(&self, page: &Matching, word: Word, free_from: usize) -> Option<Hit> {
        let (Range { start, end }, letters) = (word.range(), page.word(word));
        let heads = self.glued.iter().filter(|head| letters.ends_with(&***head));
        let places = heads.map(|head| end - head.len());
        let at = places.filter(|at| *at > start && *at >= free_from).min()?;
        self.longest(page, at..end)
    }

    /// The longest form that begins with the word at this place.
    fn longest(&self, page: &Matching, head: Range<usize>) -> Option<Hit> {
        let start = head.start;
        let behind = page.text().get(start..)?;
        let mut opened = self.opened(page.text(), head);
        let (pattern, form) = opened.find(|(_, form)| behind.starts_with(form))?;
        Some(Hit { pattern, start, end: start + form.len() })
    }

    /// The forms that open as `text` does with the word at `head`, the longest first.
    fn opened(&self, text: &str, head: Range<usize>) -> impl Iterator<Item = (u32, &str)> {
        let long = opening(text, head.clone());
        let short = hash(text.as_bytes(), head);
        let hashes = long.into_iter().chain([short]).filter(|hash| self.opened.may_have(*hash));
        let patterns = hashes.filter_map(|hash| self.openings.get(&hash)).flatten();
        patterns.filter_map(|&pattern| Some((pattern, form_of(&self.forms, pattern)?)))
    }
}

fn form_of(forms: &[Box<str>], pattern: u32) -> Option<&str> {
    forms.get(usize::try_from(pattern).ok()?).map(|form| &**form)
}

/// A sign of Indic scripts that stands at the end of a word.
const VISARGA: &str = "ः";

/// Where the first word of a form stands, behind its signs.
fn first_word(form: &str) -> Range<usize> {
    let start = form.find(shape::is_word_char).unwrap_or(form.len());
    let behind = form.get(start..).unwrap_or_default();
    let letters = behind.find(|c| !shape::is_word_char(c)).unwrap_or(behind.len());
    start..start + letters
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

/// Words of 64 bits: of some 2,500 first words and 5,000 openings one other in fifty and in twenty-five is looked up in vain.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn found(glued: &[&str], line: &str) -> Vec<String> {
        let all = ["a lire aussi", "lire aussi", "lexo edhe", "window."];
        let forms = Forms::new(all.into_iter(), glued.iter().copied());
        let page = Matching::of(std::iter::once(line));
        let text = |hit: Hit| page.text().get(hit.start..hit.end).unwrap().to_owned();
        forms.hits(&page, 0..page.text().len()).map(text).collect()
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
            let stands = |form: &&&str| {
                form.get(first_word(form)) == Some(word) && behind.starts_with(**form)
            };
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
            let forms = Forms::new(FORMS.into_iter(), std::iter::empty());
            let page = Matching::of(std::iter::once(line.as_str()));
            let hits: Vec<_> = forms.hits(&page, 0..page.text().len()).map(|hit| FORMS[hit.pattern as usize]).collect();
            proptest::prop_assert_eq!(hits, plainly_found(&line));
        }
    }
}
