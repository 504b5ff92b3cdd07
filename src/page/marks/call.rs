//! Calls to the reader: a word that asks for something, and another that is said of the site or of where it is followed.
//!
//! "Follow us on WhatsApp", "Get our newsletter": no layout can list what a site asks for, and few sentences of an
//! article ask their reader to follow, join or load anything.

use super::marking::Marking;
use crate::page::layout::{Layouts, SmallWords};
use crate::page::text::matching::Matching;
use crate::page::text::shape::{self, Stop};

/// A longer line, in bytes, is a paragraph.
const BYTES: usize = 400;

/// Whether a line below the first calls the reader to follow, join or load something of the site.
pub(super) fn is_call(page: &Marking<'_, '_>, index: usize) -> bool {
    let (matching, layouts) = (page.matching, page.layouts);
    let form = matching.line(index);
    let may_ask = || may_ask(matching, index, layouts.words());
    index > 0 && form.len() <= BYTES && may_ask() && asks(form, layouts)
}

/// Whether a word that asks may stand where one can on a line, by the hashes of its words: most lines have none.
fn may_ask(matching: &Matching, index: usize, small: &SmallWords) -> bool {
    let (form, words) = (matching.line(index), matching.words_of(index));
    let space = memchr::memchr(b' ', form.as_bytes()).map(|at| matching.start(index) + at);
    let second = words.iter().find(|word| space.is_some_and(|space| word.range().start > space));
    let asking = [words.first(), second, words.last()];
    asking.into_iter().flatten().any(|word| small.may_call(word.hash()))
}

/// A call asks in one of its first words, or in its last.
const ASKING_WORDS: usize = 2;

/// Whether a match form is such a call. Languages that put the verb last ask at the end, in no full sentence.
fn asks(form: &str, layouts: &Layouts) -> bool {
    let small = layouts.words();
    let mut words = form.split(' ').map(|word| word.trim_matches(|c| !shape::is_word_char(c)));
    // "Don't miss our letter": a word may stand before it.
    let mut first = words.by_ref().take(ASKING_WORDS);
    let is_asked = first.any(|word| small.is_call(word)) || {
        let last = words.clone().rfind(|word| !word.is_empty());
        last.is_some_and(|last| small.is_call(last)) && shape::stop(form) != Stop::Full
    };
    // A paragraph says more of it than a word.
    let least = || usize::from(shape::is_paragraph(form));
    is_asked && words.filter(|word| small.is_channel(word)).nth(least()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::text::spelling::folded;

    #[test]
    fn a_call_asks_for_something_of_the_site() {
        let asks = |line: &str| asks(&folded(line), Layouts::builtin());
        for line in [
            "Follow the Valley Gazette on Facebook, X and Instagram.",
            "Sign up here for our Friday newsletter",
            "تابعوا أخبار الوادي عبر قناتنا على واتساب",
            "Suivez toute l'actualité sur WhatsApp",
            "Ikuti berita pilihan lewat WhatsApp Channel",
        ] {
            assert!(asks(line), "{line}");
        }
        for line in [
            "Follow the harbour road to the old mill, then turn left.",
            "The newsletter of the growers was printed for forty years.",
            "وتابع المتحدث أن الصقيع جاء متأخرا",
            "He asked them to subscribe.",
        ] {
            assert!(!asks(line), "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_line_that_asks_may_ask(
            words in "((follow|“Follow”|تابعوا|-|don't|us|follow-us|newsletter|على|واتساب|the) ?){0,8}",
        ) {
            let matching = Matching::of([&*words, "the", &*words].into_iter());
            let small = Layouts::builtin().words();
            for index in [0, 2] {
                let asks = asks(matching.line(index), Layouts::builtin());
                proptest::prop_assert!(!asks || may_ask(&matching, index, small));
            }
        }
    }
}
