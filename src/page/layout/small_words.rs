//! Small words that say what stands beside them: a name goes on, a number counts thousands.

use std::collections::HashSet;

/// The small words of all languages, by their match form.
#[derive(Debug, Default)]
pub(crate) struct SmallWords {
    pub(super) particles: HashSet<Box<str>>,
    pub(super) conjunctions: HashSet<Box<str>>,
    pub(super) thousands: HashSet<Box<str>>,
    /// The languages whose papers print the author's name behind the article.
    pub(super) names_behind: HashSet<Box<str>>,
}

impl SmallWords {
    /// Whether a word stands in small letters within names: "von", "de".
    pub(crate) fn is_particle(&self, word: &str) -> bool {
        self.particles.contains(word)
    }

    /// Whether a word stands between two names: "and", "with".
    pub(crate) fn is_conjunction(&self, word: &str) -> bool {
        self.conjunctions.contains(word)
    }

    /// Whether papers of a language print the author's name behind the article.
    pub(crate) fn has_names_behind(&self, language: &str) -> bool {
        self.names_behind.contains(language)
    }

    /// Whether a word behind a number stands for thousands or millions: "1.2k", "3 mil".
    pub(crate) fn is_thousands(&self, word: &str) -> bool {
        self.thousands.contains(word)
    }
}
