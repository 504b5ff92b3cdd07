//! Keyword lines, cut into phrases.

use std::borrow::Cow;
use std::ops::Range;

use super::matching::{self, Matching, Words};
use super::piece::Piece;
use super::words::{Word, hash};

/// The most words of a phrase that only the article's own text holds together.
const LONGEST: usize = 3;

/// Cuts the keyword lines: at commas, bars, hash signs and line ends; where only spaces stand between the words, at the
/// longest runs that the article's headline and paragraphs say too. `places` are theirs in the match form of the page.
pub(super) fn split<'a>(
    lines: &[Piece<'a>],
    places: &[Range<usize>],
    form: &Matching,
) -> Vec<Cow<'a, str>> {
    let mut phrases: Vec<Cow<'a, str>> = Vec::new();
    for line in lines {
        if line.text.contains(is_separator) {
            phrases.extend(cut_at_signs(&line.text));
        } else if let Some(glued) = cut_at_capitals(&line.text) {
            phrases.extend(glued);
        } else if lines.len() > 1 {
            phrases.push(line.text.clone());
        } else {
            phrases.extend(cut_as_told(&line.text, places, form));
        }
    }
    let mut seen = Vec::new();
    phrases.retain(|phrase| {
        let new = !seen.contains(phrase);
        if new {
            seen.push(phrase.clone());
        }
        new
    });
    phrases
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | '،' | ';' | '؛' | '|' | '#' | '•' | '·' | '/' | '\\' | '、' | '۔')
}

/// Parts of the text between separators; a hashtag's underscores are its spaces.
fn cut_at_signs<'a>(text: &Cow<'a, str>) -> Vec<Cow<'a, str>> {
    let clean = |part: &str| part.trim_matches(|c: char| c.is_whitespace() || c == '.').to_owned();
    text.split(is_separator)
        .map(clean)
        .filter(|part| !part.is_empty())
        .map(|part| Cow::Owned(part.replace('_', " ").trim().to_owned()))
        .collect()
}

/// Phrases that a scraper has glued, each with a capital: "SchweizGenfEuropa". A capital inside a word can be a name's
/// ("McDonald"), so a list has more of them than spaces; a script without capitals has none.
fn cut_at_capitals<'a>(text: &str) -> Option<Vec<Cow<'a, str>>> {
    let mut starts = vec![0];
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c.is_uppercase() && before.is_lowercase() {
            starts.push(at);
        }
        before = c;
    }
    let caseless = |c: char| c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase();
    let spaces = text.matches(' ').count();
    let glued = starts.len() > 1 && starts.len() - 1 > spaces && !text.contains(caseless);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let phrase =
        |(start, end): (usize, usize)| Some(Cow::Owned(text.get(start..end)?.trim().to_owned()));
    glued.then(|| starts.iter().copied().zip(ends).filter_map(phrase).collect())
}

/// Cuts a line at its spaces. From left to right, the longest run of at most three words that the article says, else
/// one word.
fn cut_as_told<'a>(line: &str, places: &[Range<usize>], form: &Matching) -> Vec<Cow<'a, str>> {
    let words: Vec<_> = line.split(' ').filter(|word| !word.is_empty()).collect();
    let folded: Vec<_> = words.iter().map(|word| matching::folded(word)).collect();
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
        let mut told = Vec::new();
        for place in places {
            let mut words = form.words_in(place.clone());
            while let Some(word) = words.next() {
                if hashes.binary_search(&word.hash()).is_ok() {
                    told.push((word, words.clone()));
                }
            }
        }
        Self { words: told, form }
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
