//! The match form of a page: what markers, labels and phrases are compared in.
//!
//! `form` makes it. Its words tell where a form of a layout can stand, and what a text speaks of.

use std::cell::Cell;
use std::mem::take;
use std::ops::Range;
use std::slice::Iter;

use super::words::Word;

/// The match form of all lines, in one string so that a form that is looked for has one place on the page.
#[derive(Debug)]
pub(crate) struct Matching(Made);

impl From<Made> for Matching {
    fn from(made: Made) -> Self {
        Self(made)
    }
}

/// A word behind a proclitic has so many letters.
const WORD_LETTERS: usize = 3;

/// What is made of a page.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// The lines, each ended by a line feed.
    text: String,
    /// Where each line begins; one more entry than there are lines.
    pub starts: Vec<usize>,
    /// The words of all lines.
    pub words: Vec<Word>,
    /// So many words stand before each line; one more entry than there are lines.
    pub words_before: Vec<usize>,
    /// Where the text is written, with room behind it.
    pub bytes: Vec<u8>,
}

thread_local! {
    /// What was made of the last page of this thread, for its memory: so much of it, asked for and given back page after
    /// page, is dear.
    static SPARE: Cell<Made> = Cell::default();
}

/// Memory of a page of more bytes than this is given back.
const SPARE_BYTES: usize = 256 * 1024;

impl Drop for Matching {
    fn drop(&mut self) {
        let made = take(&mut self.0);
        if made.bytes.len() <= SPARE_BYTES {
            // Where the thread is ending there is no next page.
            SPARE.try_with(|spare| spare.set(made)).ok();
        }
    }
}

impl Matching {
    /// The whole page.
    pub(crate) fn text(&self) -> &str {
        &self.0.text
    }

    /// Where line `index` begins in [`Self::text`].
    pub(crate) fn start(&self, index: usize) -> usize {
        self.0.starts.get(index).copied().unwrap_or(self.0.text.len())
    }

    /// Line `index`, without its line feed.
    pub(crate) fn line(&self, index: usize) -> &str {
        let (start, next) = (self.start(index), self.start(index + 1));
        self.0.text.get(start..next.saturating_sub(1)).unwrap_or_default()
    }

    /// What stands at a place of [`Self::text`], without the spaces round it: a match form has no others than those of ASCII.
    pub(crate) fn form(&self, place: Range<usize>) -> &str {
        self.0.text.get(place).unwrap_or_default().trim_ascii()
    }

    /// All words, in their order.
    pub(crate) fn words(&self) -> &[Word] {
        &self.0.words
    }

    /// The words of line `index`.
    pub(crate) fn words_of(&self, index: usize) -> &[Word] {
        let before = |index: usize| self.0.words_before.get(index).copied().unwrap_or_default();
        self.0.words.get(before(index)..before(index + 1)).unwrap_or_default()
    }

    /// The words that begin between two places of [`Self::text`].
    pub(crate) fn words_from(&self, range: Range<usize>) -> &[Word] {
        let words = &self.0.words;
        let from = words.partition_point(|word| word.range().start < range.start);
        let behind = words.get(from..).unwrap_or_default();
        let count = behind.partition_point(|word| word.range().start < range.end);
        behind.get(..count).unwrap_or_default()
    }

    /// The words between two places of [`Self::text`]; of one that stands across a border, what is inside.
    pub(crate) fn words_in(&self, range: Range<usize>) -> Words<'_> {
        let words = if range.is_empty() { &[][..] } else { &self.0.words };
        let from = words.partition_point(|word| word.range().end <= range.start);
        let behind = words.get(from..).unwrap_or_default();
        let count = behind.partition_point(|word| word.range().start < range.end);
        let mut whole = behind.get(..count).unwrap_or_default();
        let inside =
            |word: Word| word.range().start.max(range.start)..word.range().end.min(range.end);
        let cut = |word: &&Word| inside(**word) != word.range();
        let (mut first, mut last) = (None, None);
        if let Some(word) = whole.first().filter(cut) {
            first = Some(Word::of(self.0.text.as_bytes(), inside(*word)));
            whole = whole.get(1..).unwrap_or_default();
        }
        if let Some(word) = whole.last().filter(cut) {
            last = Some(Word::of(self.0.text.as_bytes(), inside(*word)));
            whole = whole.get(..whole.len() - 1).unwrap_or_default();
        }
        Words { first, whole: whole.iter(), last }
    }

    /// The stem of a word of this page; `None` of a word that says little.
    pub(crate) fn stem(&self, word: Word) -> Option<u32> {
        word.stem(self.0.text.as_bytes())
    }

    /// The letters of a word of this page.
    pub(crate) fn word(&self, word: Word) -> &str {
        self.0.text.get(word.range()).unwrap_or_default()
    }

    /// The bytes of a word of this page.
    pub(crate) fn letters(&self, word: Word) -> &[u8] {
        self.0.text.as_bytes().get(word.range()).unwrap_or_default()
    }

    /// Whether a word of this page begins with a letter that is a word by itself in Arabic.
    pub(crate) fn has_proclitic(&self, word: Word) -> bool {
        word.has_proclitic(self.0.text.as_bytes())
    }

    /// A word of this page without the letter before it that is a word by itself in Arabic: "and", "with", "for".
    pub(crate) fn without_proclitic(&self, word: Word) -> Option<Word> {
        let rest = self.word(word).strip_prefix(['و', 'ف', 'ب', 'ل', 'ك'])?;
        let range = word.range();
        let least = rest.chars().nth(WORD_LETTERS - 1);
        least.map(|_| Word::of(self.0.text.as_bytes(), range.end - rest.len()..range.end))
    }
}

impl Made {
    /// Memory to make another in, of the last page of this thread where there was one.
    pub(super) fn spare() -> Self {
        let mut made = SPARE.take();
        made.starts.clear();
        made.words.clear();
        made.words_before.clear();
        made
    }

    /// Makes the first bytes that were written the text.
    pub(super) fn take_text(&mut self, len: usize) {
        let text = self.bytes.get(..len).map(simdutf8::basic::from_utf8);
        debug_assert!(matches!(text, Some(Ok(_))), "a match form that is no UTF-8");
        self.text.clear();
        self.text.push_str(text.and_then(Result::ok).unwrap_or_default());
    }
}

/// The words between two places of a match form.
#[derive(Debug, Clone)]
pub(crate) struct Words<'m> {
    /// What is inside of a word across the first border.
    first: Option<Word>,
    whole: Iter<'m, Word>,
    /// What is inside of a word across the last border.
    last: Option<Word>,
}

impl Words<'_> {
    /// The first of them, no more than so many.
    pub(crate) fn at_most(mut self, most: usize) -> Self {
        self.first = self.first.filter(|_| most > 0);
        let most = most.saturating_sub(usize::from(self.first.is_some()));
        self.last = self.last.filter(|_| self.whole.len() < most);
        let whole = self.whole.as_slice();
        self.whole = whole.get(..most).unwrap_or(whole).iter();
        self
    }

    /// All of them, for a loop that need not ask at each word which part it is of.
    pub(crate) fn parts(&self) -> [&[Word]; 3] {
        [self.first.as_slice(), self.whole.as_slice(), self.last.as_slice()]
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    #[inline]
    fn next(&mut self) -> Option<Word> {
        self.first.take().or_else(|| self.whole.next().copied()).or_else(|| self.last.take())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let ends = usize::from(self.first.is_some()) + usize::from(self.last.is_some());
        let words = self.whole.len() + ends;
        (words, Some(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::text::shape;
    use crate::page::text::spelling::folded;

    /// Words by the rule: runs of word characters.
    fn plain_words(form: &str) -> Vec<&str> {
        form.split(|c| !shape::is_word_char(c)).filter(|word| !word.is_empty()).collect()
    }

    proptest::proptest! {
        #[test]
        fn lines_fold_as_their_characters_do_and_their_words_are_found(
            lines in proptest::collection::vec("([a-cA-C ا-ي\u{640}-\u{670}٠-٩\u{6c0}-\u{6ff}ȺİéҐ]|\\PC){0,40}", 0..4),
        ) {
            let form: String = lines.iter().map(|line| folded(line) + "\n").collect();
            let matching = Matching::of(lines.iter().map(String::as_str));
            proptest::prop_assert_eq!(matching.text(), &form);
            for (index, line) in lines.iter().enumerate() {
                proptest::prop_assert_eq!(matching.line(index), folded(line));
            }
            let words: Vec<_> = matching.words().iter().map(|word| matching.word(*word)).collect();
            proptest::prop_assert_eq!(words, plain_words(&form));
        }

        #[test]
        fn the_words_of_a_part_are_those_that_its_text_has(
            line in "([a-c ا-ي.]|\\PC){0,20}",
            from in 0_usize..20,
            to in 0_usize..20,
            most in 0_usize..6,
        ) {
            let matching = Matching::of(std::iter::once(line.as_str()));
            let places: Vec<_> = matching.text().char_indices().map(|(at, _)| at).collect();
            let place = |nth: usize| places.get(nth).or(places.last()).copied().unwrap_or_default();
            let part = place(from)..place(to.max(from));
            let words = matching.words_in(part.clone());
            let first: Vec<_> = words.clone().take(most).collect();
            proptest::prop_assert_eq!(words.clone().at_most(most).parts().concat(), first);
            let words: Vec<_> = words.map(|word| matching.word(word)).collect();
            proptest::prop_assert_eq!(words, plain_words(matching.text().get(part).unwrap()));
        }
    }
}
