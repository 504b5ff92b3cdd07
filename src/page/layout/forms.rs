//! Finds the forms of markers, labels and furniture on a page.
//!
//! A form begins where a word begins (but for a glued marker, which can stand behind other letters), and its first word
//! is a whole word of the page. So few places of a page are worth a look: those whose word is the first of some form. Which
//! forms can stand there the word tells with the bytes behind it, by its hash.

use std::cmp::Reverse;
use std::ops::Range;

use foldhash::HashMap;

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
    /// The hashes in `openings`.
    opened: Hashes,
    /// The first words of all forms, and the second words of glued markers.
    tells: Hashes,
    /// The second words of glued markers alone.
    seconds: Hashes,
    /// Glued markers by the hash of their second word.
    glued: HashMap<u32, Vec<Glued>>,
    /// Glued markers of a single word: any word may begin with it or end in it.
    single: Vec<Box<str>>,
}

/// How a glued marker begins, which a scraper has glued to what stands before it: its second word is a word of the page.
#[derive(Debug)]
struct Glued {
    /// All before its second word.
    lead: Box<str>,
    /// So many bytes of it are its first word.
    first: usize,
}

impl Forms {
    /// Of `forms`, whose places are their pattern numbers; `glued` are those that may follow a letter.
    pub(super) fn new<'f>(
        forms: impl Iterator<Item = &'f str>,
        glued: impl Iterator<Item = &'f str>,
    ) -> Self {
        let mut all = Self { forms: forms.map(Into::into).collect(), ..Self::default() };
        for (pattern, form) in (0..).zip(&all.forms) {
            let word = first_word(form);
            let head = hash(form.as_bytes(), word.clone());
            let opening = opening(form, word).unwrap_or(head);
            all.tells.add(head);
            all.opened.add(opening);
            all.openings.entry(opening).or_default().push(pattern);
        }
        let bytes = |pattern: &u32| form_of(&all.forms, *pattern).map_or(0, str::len);
        for patterns in all.openings.values_mut() {
            patterns.sort_by_key(|pattern| Reverse(bytes(pattern)));
        }
        glued.for_each(|form| all.add_glued(form));
        all
    }

    fn add_glued(&mut self, form: &str) {
        let first = first_word(form);
        let behind = form.get(first.end..).unwrap_or_default();
        let (lead, second) = form.split_at(first.end + first_word(behind).start);
        if second.is_empty() {
            self.single.push(form.get(first).unwrap_or_default().into());
        } else {
            let second = hash(second.as_bytes(), first_word(second));
            self.tells.add(second);
            self.seconds.add(second);
            let glued = Glued { lead: lead.into(), first: first.end };
            self.glued.entry(second).or_default().push(glued);
        }
    }

    /// Every place where a form begins within `place`, from left to right, the longest first, none over another.
    pub(super) fn hits<'h>(
        &'h self,
        page: &'h Matching,
        place: Range<usize>,
    ) -> impl Iterator<Item = Hit> + 'h {
        let mut free_from = place.start;
        let any = !self.single.is_empty();
        let words = page.words_from(place).iter();
        words.filter(move |word| any || self.may_begin(**word)).filter_map(move |word| {
            let glued = self.glued(page, *word, free_from);
            let hit = glued.or_else(|| self.at_word(page, *word, free_from))?;
            free_from = hit.end;
            Some(hit)
        })
    }

    /// Whether a form, or the second word of a glued one, may begin with a word.
    #[inline]
    pub(super) fn may_begin(&self, word: Word) -> bool {
        self.tells.may_have(word.hash())
    }

    /// The form that is all of `text`.
    pub(super) fn whole(&self, text: &str) -> Option<Hit> {
        let word = first_word(text);
        let head = hash(text.as_bytes(), word.clone());
        let (pattern, _) = self.opened(text, (word, head), |form| form == text)?;
        Some(Hit { pattern, start: 0, end: text.len() })
    }

    /// The longest glued marker whose second word this word is.
    fn glued(&self, page: &Matching, word: Word, free_from: usize) -> Option<Hit> {
        let leads = self.seconds.may_have(word.hash()).then(|| self.glued.get(&word.hash()))??;
        let before = page.text().get(free_from..word.range().start)?;
        let leads = leads.iter().filter(|glued| before.ends_with(&*glued.lead));
        let lead = leads.max_by_key(|glued| glued.lead.len())?;
        let start = word.range().start - lead.lead.len();
        self.longest(page, Self::head(page, start..start + lead.first))
    }

    /// The longest form that begins with this word, or within it.
    fn at_word(&self, page: &Matching, word: Word, free_from: usize) -> Option<Hit> {
        let Range { start, end } = word.range();
        let head = (start..end, word.hash());
        let whole = (start >= free_from).then(|| self.longest(page, head)).flatten();
        whole.or_else(|| {
            let (at, form) = self.single.iter().find_map(|form| {
                let letters = page.text().get(start.max(free_from)..end)?;
                let begins = letters.starts_with(&**form).then_some(end - letters.len());
                let ends = || letters.ends_with(&**form).then(|| end - form.len());
                Some((begins.or_else(ends)?, form))
            })?;
            self.longest(page, Self::head(page, at..at + form.len()))
        })
    }

    /// A first word at this place, and its hash.
    fn head(page: &Matching, place: Range<usize>) -> (Range<usize>, u32) {
        let hash = hash(page.text().as_bytes(), place.clone());
        (place, hash)
    }

    /// The longest form with this first word.
    fn longest(&self, page: &Matching, head: (Range<usize>, u32)) -> Option<Hit> {
        let (start, text) = (head.0.start, page.text());
        let begins =
            |form: &str| text.as_bytes().get(start..start + form.len()) == Some(form.as_bytes());
        let (pattern, form) = self.opened(text, head, begins)?;
        Some(Hit { pattern, start, end: start + form.len() })
    }

    /// The longest form that opens as `text` does with the word at `word`, whose hash is `head`, and is the one asked for.
    fn opened(
        &self,
        text: &str,
        (word, head): (Range<usize>, u32),
        is_it: impl Fn(&str) -> bool,
    ) -> Option<(u32, &str)> {
        let is_opened = |opening: &u32| self.opened.may_have(*opening);
        let long = opening(text, word).filter(is_opened);
        long.and_then(|long| self.first(long, &is_it)).or_else(|| {
            let short = Some(head).filter(is_opened)?;
            self.first(short, &is_it)
        })
    }

    /// The first form with an opening of that hash that is the one asked for.
    fn first(&self, opening: u32, is_it: impl Fn(&str) -> bool) -> Option<(u32, &str)> {
        let patterns = self.openings.get(&opening)?;
        let mut forms = patterns.iter().map(|pattern| (*pattern, form_of(&self.forms, *pattern)));
        forms.find_map(|(pattern, form)| Some((pattern, form.filter(|form| is_it(form))?)))
    }
}

fn form_of(forms: &[Box<str>], pattern: u32) -> Option<&str> {
    forms.get(usize::try_from(pattern).ok()?).map(|form| &**form)
}

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
