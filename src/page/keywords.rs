//! Keyword lines, cut into phrases.

use std::borrow::Cow;
use std::ops::Range;

use super::matching::{self, Matching};
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
            phrases.extend(Told::of(places, form).cut(&line.text));
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

/// What the article says: its words, `None` between two paragraphs, over which no phrase runs.
struct Told<'f> {
    words: Vec<Option<Word>>,
    form: &'f Matching,
}

impl<'f> Told<'f> {
    fn of(places: &[Range<usize>], form: &'f Matching) -> Self {
        let mut words = Vec::with_capacity(512);
        for place in places {
            words.extend(form.words_in(place.clone()).map(Some));
            words.push(None);
        }
        Self { words, form }
    }

    /// From left to right, the longest run of at most three words that the article says, else one word.
    fn cut<'a>(&self, line: &str) -> Vec<Cow<'a, str>> {
        let words: Vec<_> = line.split(' ').filter(|word| !word.is_empty()).collect();
        let folded: Vec<_> = words.iter().map(|word| matching::folded(word)).collect();
        let mut phrases = Vec::new();
        let mut at = 0;
        while let Some(run) = folded.get(at..).filter(|run| !run.is_empty()) {
            let length = self.longest(run.get(..LONGEST).unwrap_or(run));
            let phrase = words.get(at..at + length).unwrap_or_default();
            phrases.push(Cow::Owned(phrase.join(" ")));
            at += length;
        }
        phrases
    }

    /// How many words of `run` the article says in a row, at least one.
    fn longest(&self, run: &[String]) -> usize {
        let Some((first, behind)) = run.split_first() else { return 1 };
        let hash = hash(first.as_bytes(), 0..first.len());
        let is = |word: &Option<Word>, letters: &String| {
            word.is_some_and(|word| self.form.word(word) == letters)
        };
        let mut longest = 1;
        for (at, word) in self.words.iter().enumerate() {
            if word.is_some_and(|word| word.hash() == hash) && is(word, first) {
                let next = self.words.get(at + 1..).unwrap_or_default();
                let same = next.iter().zip(behind).take_while(|(word, letters)| is(word, letters));
                longest = longest.max(1 + same.count());
            }
        }
        longest
    }
}
