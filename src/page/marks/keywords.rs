//! Keyword lines, cut into phrases.

use std::borrow::Cow;
use std::iter::successors;
use std::ops::Range;

use foldhash::{HashSet, HashSetExt};

use crate::page::piece::Piece;
use crate::page::text::matching::{Matching, Words};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling;
use crate::page::text::words::{Word, hash};

/// The most words of a phrase that only the article's own text holds together.
const LONGEST: usize = 3;

/// So many lines, and so many places of their words in the article, are looked at to see what the article says: no list
/// of an honest page has more.
const TOLD_LINES: usize = 8;
const TOLD_PLACES: usize = 2048;

/// So many proclitics stand before an Arabic word: "and for the ferry".
const PROCLITICS: usize = 2;

/// Cuts the keyword lines: at commas, bars, hash signs and line ends; at capitals that a scraper has glued; where only
/// spaces stand between the words, at the longest runs that the article's headline and paragraphs say too. `places` are
/// theirs in the match form of the page.
pub(crate) fn split<'a>(
    lines: &[Piece<'a>],
    places: &[Range<usize>],
    form: &Matching,
) -> Vec<Cow<'a, str>> {
    let mut phrases: Vec<Cow<'a, str>> = Vec::new();
    for (nth, line) in lines.iter().enumerate() {
        let places = if nth < TOLD_LINES { places } else { &[] };
        if let Some(parts) = cut_at_signs(&line.text) {
            phrases.extend(parts);
        } else if let Some(glued) = cut_at_capitals(&line.text, places, form) {
            phrases.extend(glued);
        } else if lines.len() > 1 && is_item(&line.text) {
            phrases.extend(trimmed(&line.text));
        } else {
            phrases.extend(cut_as_told(&line.text, places, form));
        }
    }
    let mut seen = HashSet::new();
    let firsts: Vec<_> = phrases.iter().map(|phrase| seen.insert(phrase.as_ref())).collect();
    let mut firsts = firsts.into_iter();
    phrases.retain(|_| firsts.next() == Some(true));
    phrases
}

/// A keyword on a line of its own has no more words, nor characters.
const ITEM_WORDS: usize = 5;
const ITEM_CHARS: usize = 60;

/// Whether a text can be one keyword on a line of its own.
pub(super) fn is_item(text: &str) -> bool {
    let text = text.trim_start_matches(BULLETS);
    shape::has_words(text)
        && shape::fits(text, ITEM_WORDS, ITEM_CHARS)
        && shape::stop(text) == Stop::None
        && !text.contains(is_separator)
}

/// Signs before a keyword on a line of its own.
const BULLETS: [char; 9] = ['#', '•', '·', '-', '–', '—', '*', '▪', ' '];

/// It separates keywords and stands in none.
pub(super) fn is_separator(c: char) -> bool {
    matches!(c, ',' | '،' | ';' | '؛' | '|' | '#' | '•' | '·' | '、' | '，' | '\\' | '۔' | '▪')
}

/// The parts of a text between separators. Slashes and dashes separate where nothing better does: dashes with spaces
/// round them only.
fn cut_at_signs<'a>(text: &str) -> Option<Vec<Cow<'a, str>>> {
    let parts: Vec<&str> = if text.contains(is_separator) {
        text.split(is_separator).collect()
    } else if text.contains('/') {
        text.split('/').collect()
    } else {
        let dash = [" - ", " – ", " — "].into_iter().find(|dash| text.contains(dash))?;
        text.split(dash).collect()
    };
    Some(parts.into_iter().filter_map(trimmed).collect())
}

/// A phrase without the signs round it; a hashtag's underscores are its spaces.
fn trimmed<'a>(part: &str) -> Option<Cow<'a, str>> {
    let part = part.trim_start_matches(BULLETS).trim_end_matches([' ', '.', '-', '–', '—', '*']);
    let phrase = part.replace('_', " ");
    let phrase = phrase.trim();
    (!phrase.is_empty()).then(|| Cow::Owned(phrase.to_owned()))
}

/// Phrases that a scraper has glued, each with a capital: "SchweizGenfEuropa". A capital inside a word can be a name's
/// ("McDonald"): there are more of them than spaces in a list, or the article says the parts and never the whole. A
/// script without capitals has none.
fn cut_at_capitals<'a>(
    text: &str,
    places: &[Range<usize>],
    form: &Matching,
) -> Option<Vec<Cow<'a, str>>> {
    let caseless = |c: char| shape::is_letter(c) && !c.is_uppercase() && !c.is_lowercase();
    if text.contains(caseless) {
        return None;
    }
    let parts = glued_parts(text);
    if parts.len() < 2 {
        return None;
    }
    let is_list = parts.len() - 1 > text.matches(' ').count() || are_told(text, places, form);
    is_list.then(|| parts.into_iter().filter_map(trimmed).collect())
}

/// The parts of a text, each but the first with a capital right behind a small letter.
fn glued_parts(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut before) = (Vec::new(), 0, ' ');
    for (at, c) in text.char_indices() {
        if c.is_uppercase() && before.is_lowercase() {
            parts.extend(text.get(start..at));
            start = at;
        }
        before = c;
    }
    parts.extend(text.get(start..));
    parts
}

/// Whether the article says a part of a glued word, and no such word whole.
fn are_told(text: &str, places: &[Range<usize>], form: &Matching) -> bool {
    let (mut wholes, mut all) = (Vec::new(), Vec::new());
    for word in text.split(' ') {
        let parts = glued_parts(word);
        if parts.len() > 1 {
            wholes.push(spelling::folded(word));
            all.extend(parts.into_iter().map(spelling::folded));
        }
    }
    let parts = all.len();
    all.extend(wholes);
    let told = Told::of(places, form, &all);
    let (parts, wholes) = all.split_at_checked(parts).unwrap_or_default();
    parts.iter().any(|part| told.says(part)) && !wholes.iter().any(|word| told.says(word))
}

/// Cuts a line at its spaces. From left to right, the longest run of at most three words that the article says, else
/// one word.
fn cut_as_told<'a>(line: &str, places: &[Range<usize>], form: &Matching) -> Vec<Cow<'a, str>> {
    let words: Vec<_> = line.split(' ').filter(|word| !word.is_empty()).collect();
    let folded: Vec<_> = words.iter().map(|word| spelling::folded(word)).collect();
    let told = Told::of(places, form, &folded);
    let mut phrases = Vec::new();
    let mut at = 0;
    while let Some(run) = folded.get(at..).filter(|run| !run.is_empty()) {
        let length = told.longest(run.get(..LONGEST).unwrap_or(run));
        let phrase = words.get(at..at + length).unwrap_or_default();
        phrases.push(Cow::Owned(phrase.join(" ")));
        at += length;
    }
    phrases
}

/// Where the article says the words of a keyword line.
struct Told<'f> {
    /// Each occurrence of one of them, and what follows it in its paragraph: over its end no phrase runs.
    words: Vec<(Word, Words<'f>)>,
    form: &'f Matching,
}

impl<'f> Told<'f> {
    fn of(places: &[Range<usize>], form: &'f Matching, line: &[String]) -> Self {
        let mut hashes: Vec<u32> =
            line.iter().map(|word| hash(word.as_bytes(), 0..word.len())).collect();
        hashes.sort_unstable();
        // Most words of an article are none of them: a bit for each tells it at once.
        let bit = |hash: u32| 1_u64 << (hash % 64);
        let bits = hashes.iter().fold(0, |bits, hash| bits | bit(*hash));
        let is_of_line = |word: &Word| {
            bits & bit(word.hash()) != 0 && hashes.binary_search(&word.hash()).is_ok()
        };
        let ends = line.iter().fold(0, |ends, word| ends | end_bit(word.as_bytes()));
        // "For the ferry" is one word in Arabic, and says "the ferry".
        let behind_proclitic = |word: Word| {
            let shorter = successors(Some(word), |word| form.without_proclitic(*word)).skip(1);
            let may_be_said = ends & end_bit(form.letters(word)) != 0 && form.has_proclitic(word);
            may_be_said.then(|| shorter.take(PROCLITICS).find(is_of_line)).flatten()
        };
        let mut told = Vec::with_capacity(line.len());
        for place in places {
            let mut words = form.words_in(place.clone());
            while let Some(word) = words.next().filter(|_| told.len() < TOLD_PLACES) {
                if let Some(said) = Some(word).filter(is_of_line).or_else(|| behind_proclitic(word))
                {
                    told.push((said, words.clone()));
                }
            }
        }
        Self { words: told, form }
    }

    /// Whether the article says the word.
    fn says(&self, word: &str) -> bool {
        let hash = hash(word.as_bytes(), 0..word.len());
        self.words.iter().any(|(said, _)| said.hash() == hash && self.form.word(*said) == word)
    }

    /// How many words of `run` the article says in a row, at least one.
    fn longest(&self, run: &[String]) -> usize {
        let Some((first, behind)) = run.split_first() else { return 1 };
        let hash = hash(first.as_bytes(), 0..first.len());
        let is = |word: Word, letters: &String| self.form.word(word) == letters;
        let said = self.words.iter().filter(|(word, _)| word.hash() == hash && is(*word, first));
        let runs = said.map(|(_, next)| {
            let same = next.clone().zip(behind).take_while(|(word, letters)| is(*word, letters));
            1 + same.count()
        });
        runs.max().unwrap_or(1)
    }
}

/// A bit for the last letters of a word: those of a word with a proclitic are those of the word behind it. None of a word too short to
/// have one.
fn end_bit(word: &[u8]) -> u64 {
    // The golden ratio: letters differ in low bits, and a product has them in its high ones.
    let bit = |end: &[u8; 4]| u32::from_le_bytes(*end).wrapping_mul(0x9e37_79b1) >> 26;
    word.last_chunk().map_or(0, |end| 1 << bit(end))
}
