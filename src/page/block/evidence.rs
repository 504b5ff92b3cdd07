//! What shows where a headline ends that other text is run together with.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::page::layout::{Marker, Opening, RuleKind};
use crate::page::marks::marking::Marking;
use crate::page::piece::Piece;
use crate::page::text::lines::Line;
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::folded_len;

/// A headline has at most so many characters: a longer text is a headline and something behind it.
pub(super) const CHARS: usize = 200;

/// A headline that a sentence is run together with has at least so many characters.
pub(super) const LEAST_CHARS: usize = 15;

/// A line that ends in a full stop behind its marker is a headline up to so many characters, and a sentence beyond.
const SENTENCE_CHARS: usize = 120;

/// Neither a headline nor a sentence ends with a shorter word: it is an article, with a name behind it, or is cut short.
const LAST_WORD: usize = 4;

/// Where the headline behind a marker ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With the text.
    Whole,
    /// Behind so many bytes of its words and of their match form.
    At(usize, usize),
    /// Nothing shows it.
    Unseen,
}

/// What shows where a headline ends.
pub(super) struct Evidence<'e, 'a> {
    page: &'e Marking<'e, 'a>,
    /// Of the words that the page prints with a small letter, how often; counted when first asked for.
    small_words: Option<HashMap<u64, u32>>,
}

impl<'e, 'a> Evidence<'e, 'a> {
    pub(super) fn of(page: &'e Marking<'e, 'a>) -> Self {
        Self { page, small_words: None }
    }

    /// Where the headline behind `marker` ends, at the beginning of `text`. `within`: text stands before the marker.
    pub(super) fn end(&mut self, marker: &Piece<'_>, text: &Piece<'_>, within: bool) -> End {
        if let Some(end) = self.bracket_end(marker, text) {
            return end;
        }
        // It need not have the line for itself.
        let inside = within || self.is_glued(marker);
        // A headline does not go on with what stands before its marker: "More: a tale of two sisters."
        if text.text.starts_with(char::is_lowercase) && shape::stop(&text.text) == Stop::Full {
            return End::Unseen;
        }
        if inside && shape::stop(&text.text) == Stop::Dots && self.goes_on(text) {
            return End::Unseen;
        }
        let chars = text.text.chars().take(CHARS + 1).count();
        let more = chars > CHARS || holds_more(&text.text, inside, chars);
        let glued = self.question_end(text);
        if !inside && !more {
            return glued.unwrap_or(End::Whole);
        }
        let shown = glued.or_else(|| self.small_letters_end(text));
        shown.unwrap_or(if more { End::Unseen } else { End::Whole })
    }

    /// Whether the scraper of the marker's site loses line breaks: what stands behind it need not be one line either.
    fn is_glued(&self, marker: &Piece<'_>) -> bool {
        let rule = marker.why.rule.and_then(|rule| self.page.layouts.rule(rule));
        rule.is_some_and(|rule| matches!(rule.kind, RuleKind::Marker(Marker { glued: true, .. })))
    }

    /// Whether a text begins as the article goes on: "But while they wait…" behind a marker that has lost its headline.
    fn goes_on(&self, text: &Piece<'_>) -> bool {
        let form = self.page.matching.form(text.folded.clone());
        self.page.layouts.openings().of(form) == Opening::Continues
    }

    /// Behind the bracket that closes one before the marker: "(Read also: The ferry comes back)".
    fn bracket_end(&self, marker: &Piece<'_>, text: &Piece<'_>) -> Option<End> {
        marker.text.starts_with(['(', '[']).then_some(())?;
        let mut open = 0;
        let closed = text.text.char_indices().take(CHARS).find(|(_, c)| {
            open += match c {
                '(' | '[' => 1,
                ')' | ']' => -1,
                _ => 0,
            };
            open < 0
        });
        let end = closed.map(|(at, bracket)| at + bracket.len_utf8())?;
        let (title, behind) = text.text.split_at_checked(end)?;
        if !shape::has_words(behind) {
            return Some(End::Whole);
        }
        Some(End::At(end, self.folded_bytes(text, title)))
    }

    /// Behind a question mark or the like to which the next word is glued: the line break between them was lost.
    fn question_end(&self, text: &Piece<'_>) -> Option<End> {
        let mut chars = text.text.char_indices().take(CHARS).skip(LEAST_CHARS).peekable();
        while let Some((_, c)) = chars.next() {
            if let Some((at, next)) = chars.peek()
                && matches!(c, '?' | '؟' | '!')
                && shape::is_letter(*next)
            {
                return Some(End::At(*at, self.folded_bytes(text, text.text.get(..*at)?)));
            }
        }
        None
    }

    /// Where a sentence begins: at the first word with a capital letter that the page often prints with a small one, as
    /// "les" and "the", if a word with a small letter stands behind it and nothing closes what stands before it. Headlines
    /// that print every word with a capital letter show nothing.
    fn small_letters_end(&mut self, text: &Piece<'_>) -> Option<End> {
        /// A word stands on the page so often with a small letter, if it is not a name that is a word as well.
        const OFTEN: u32 = 3;
        let lines = self.page.lines;
        let openings = self.page.layouts.openings();
        let small_words = self.small_words.get_or_insert_with(|| small_words(lines));
        let (mut chars, mut last_word) = (0, "");
        let mut words = text.text.split_inclusive(' ').peekable();
        let mut at = 0;
        while let Some(with_space) = words.next() {
            let word = with_space.trim_end();
            let first = leading_word(word);
            let is_capital = first.chars().next().is_some_and(char::is_uppercase);
            if at > 0 && is_capital && {
                let first = first.to_lowercase();
                openings.of(&first) == Opening::Continues
                    || small_words
                        .get(&xxh3_64(first.as_bytes()))
                        .is_some_and(|count| *count >= OFTEN)
            } {
                let closed = !last_word
                    .ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '»' | '”' | '"'));
                let follows = words.peek().is_some_and(|next| next.starts_with(char::is_lowercase))
                    || word.len() > first.len() && word.ends_with(char::is_lowercase);
                if closed
                    || !follows
                    || chars < LEAST_CHARS
                    || last_word.chars().count() < LAST_WORD
                {
                    return None;
                }
                let raw = text.text.get(..at)?;
                return Some(End::At(at, self.folded_bytes(text, raw)));
            }
            if shape::stop(word) == Stop::Full && word.chars().count() > LAST_WORD {
                return None;
            }
            chars += with_space.chars().count();
            if chars > CHARS {
                return None;
            }
            (at, last_word) = (at + with_space.len(), word);
        }
        None
    }

    /// How many bytes of the match form of `text` stand for its beginning `raw`.
    fn folded_bytes(&self, text: &Piece<'_>, raw: &str) -> usize {
        let form = self.page.matching.text().get(text.folded.clone()).unwrap_or_default();
        form.len() - form.trim_start().len() + folded_len(raw)
    }
}

/// Whether a text of so many characters is a sentence, or has one in it: a headline has no full stop. One that has the
/// line for itself may end in one.
fn holds_more(text: &str, inside: bool, chars: usize) -> bool {
    let is_stop = |word: &str| shape::stop(word) == Stop::Full && word.chars().count() > LAST_WORD;
    let mut words = text.trim_end().split(' ').rev();
    let ends = words.next().is_some_and(|last| shape::stop(last) == Stop::Full);
    let within = words.any(is_stop);
    if inside { ends || within } else { ends && (within || chars > SENTENCE_CHARS) }
}

/// The letters that a word begins with: "L" of "L'audit".
fn leading_word(word: &str) -> &str {
    let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
    word.get(..end).unwrap_or_default()
}

/// How often the lines print each word with a small letter.
fn small_words(lines: &[Line<'_>]) -> HashMap<u64, u32> {
    let mut counts = HashMap::new();
    for word in lines.iter().flat_map(|line| line.text.split(' ')).map(leading_word) {
        if word.starts_with(char::is_lowercase) {
            *counts.entry(xxh3_64(word.as_bytes())).or_insert(0) += 1;
        }
    }
    counts
}
