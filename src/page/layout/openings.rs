//! What the first word of a paragraph says: it goes on with a story, or it begins one.

use foldhash::HashMap;

use crate::page::text::shape;

/// What a first word says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Opening {
    /// Nothing.
    #[default]
    Neither,
    /// The paragraph goes on with a story: "He added".
    Continues,
    /// The paragraph is the first of a story: "The ministry announced" in languages that put the verb first.
    Leads,
}

/// The first words of all languages, by their match form.
#[derive(Debug, Default)]
pub(crate) struct Openings {
    words: HashMap<Box<str>, Opening>,
    prefixes: Vec<char>,
}

/// A word that a prefix makes continue has at least so many letters besides.
const PREFIXED_LETTERS: usize = 3;

impl Openings {
    /// What the first word of `form`, a match form, says.
    pub(crate) fn of(&self, form: &str) -> Opening {
        let form = form.trim_start_matches(|c| !shape::is_word_char(c));
        let end = form.find(|c| !shape::is_word_char(c)).unwrap_or(form.len());
        self.of_word(form.get(..end).unwrap_or_default())
    }

    /// What a first word says, in its match form.
    pub(crate) fn of_word(&self, word: &str) -> Opening {
        if let Some(opening) = self.words.get(word) {
            return *opening;
        }
        let prefixed = word.starts_with(|c| self.prefixes.contains(&c));
        if prefixed && !shape::fits_chars(word, PREFIXED_LETTERS) {
            Opening::Continues
        } else {
            Opening::Neither
        }
    }

    pub(super) fn add(&mut self, word: String, opening: Opening) {
        // A word that two languages read in two ways says nothing.
        let known = self.words.entry(word.into_boxed_str()).or_insert(opening);
        if *known != opening {
            *known = Opening::Neither;
        }
    }

    pub(super) fn add_prefix(&mut self, prefix: char) {
        if !self.prefixes.contains(&prefix) {
            self.prefixes.push(prefix);
        }
    }
}
