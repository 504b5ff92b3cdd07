//! Which texts speak of the same things: the stems of their words, compared.

use std::ops::Range;

use super::matching::{Matching, Words};

/// So many words of a line count: headlines are shorter, and a line of megabytes costs no more than this.
const MAX_WORDS: usize = 96;

/// The stems of texts, sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stems(Vec<u32>);

impl Stems {
    /// Of stems in any order.
    pub(crate) fn of(mut stems: Vec<u32>) -> Self {
        stems.sort_unstable();
        stems.dedup();
        Self(stems)
    }

    /// Whether the texts say nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These stems without those that the other text has too.
    pub(crate) fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().copied().filter(|stem| other.0.binary_search(stem).is_err()).collect())
    }

    /// The share of these stems, in hundredths, that the other text has too.
    pub(crate) fn share_in(&self, other: &Self) -> i32 {
        let shared = self.0.iter().filter(|stem| other.0.binary_search(stem).is_ok()).count();
        let share = (shared * 100).checked_div(self.0.len()).unwrap_or(0);
        i32::try_from(share).unwrap_or(100)
    }
}

/// Adds the stems of the first of these words, in their order.
pub(crate) fn add_stems(words: Words<'_>, matching: &Matching, stems: &mut Vec<u32>) {
    let words = words.at_most(MAX_WORDS);
    stems.reserve(words.size_hint().0);
    for part in words.parts() {
        for word in part {
            if let Some(stem) = matching.stem(*word) {
                stems.push(stem);
            }
        }
    }
}

/// The stems at all of these places, sorted, each once.
pub(crate) fn stems_of(places: impl Iterator<Item = Range<usize>>, matching: &Matching) -> Stems {
    let mut stems = Vec::new();
    places.for_each(|place| add_stems(matching.words_in(place), matching, &mut stems));
    Stems::of(stems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(form: &str) -> Stems {
        let matching = Matching::of(std::iter::once(form));
        stems_of(std::iter::once(0..form.len()), &matching)
    }

    #[test]
    fn the_share_is_of_the_first_texts_words() {
        let headline = set("war talks in geneva");
        let paragraph = set("the talks about the war were held in geneva on monday");
        assert_eq!(headline.share_in(&paragraph), 100);
        assert!(paragraph.share_in(&headline) < 50);
        assert_eq!(Stems::default().share_in(&headline), 0);
    }
}
