//! The match form of a page: what markers, labels and phrases are compared in.
//!
//! Every character in its one `spelling`. The words are found on the way: they tell where a form can stand, and what a
//! text speaks of.

use std::cell::Cell;
use std::mem::take;
use std::ops::Range;
use std::slice::Iter;
use std::sync::LazyLock;

use super::clean;
use super::shape;
use super::spelling::fold;
use super::words::Word;
use crate::letters::LetterPairs;

/// The match form of all lines, in one string so that a form that is looked for has one place on the page.
#[derive(Debug)]
pub(crate) struct Matching(Made);

/// A word behind a proclitic has so many letters.
const WORD_LETTERS: usize = 3;

/// What is made of a page.
#[derive(Debug, Default)]
struct Made {
    /// The lines, each ended by a line feed.
    text: String,
    /// Where each line begins; one more entry than there are lines.
    starts: Vec<usize>,
    /// The words of all lines.
    words: Vec<Word>,
    /// Where the text is written, with room behind it.
    bytes: Vec<u8>,
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
    /// Folds clean lines and finds their words.
    #[cfg(test)]
    pub(crate) fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        let mut form = Form::of(0);
        lines.for_each(|line| form.line(line));
        form.made()
    }

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
        let (start, end) = (self.start(index), self.start(index + 1));
        self.0.text.get(start..end).map_or("", |line| line.strip_suffix('\n').unwrap_or(line))
    }

    /// What stands at a place of [`Self::text`], without what stands round it.
    pub(crate) fn form(&self, place: Range<usize>) -> &str {
        self.0.text.get(place).unwrap_or_default().trim()
    }

    /// All words, in their order.
    pub(crate) fn words(&self) -> &[Word] {
        &self.0.words
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

    /// A word of this page without the letter before it that is a word by itself in Arabic: "and", "with", "for".
    pub(crate) fn without_proclitic(&self, word: Word) -> Option<Word> {
        let rest = self.word(word).strip_prefix(['و', 'ف', 'ب', 'ل', 'ك'])?;
        let range = word.range();
        let least = rest.chars().nth(WORD_LETTERS - 1);
        least.map(|_| Word::of(self.0.text.as_bytes(), range.end - rest.len()..range.end))
    }
}

impl Made {
    /// Makes the first bytes that were written the text.
    fn take_text(&mut self, len: usize) {
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

/// A match form in the making.
pub(crate) struct Form {
    made: Made,
    /// So many bytes of [`Made::bytes`] are written. Behind them is room: a character is written without asking for more.
    len: usize,
}

/// What a line may have in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// Anything that cleaning leaves.
    Clean,
    /// Anything.
    Raw,
}

impl Form {
    /// For a page of so many bytes.
    pub(crate) fn of(bytes: usize) -> Self {
        let mut made = SPARE.take();
        let Made { bytes: form, starts, words, .. } = &mut made;
        form.resize(form.len().max(room(bytes) + 256), 0);
        starts.clear();
        starts.push(0);
        words.clear();
        words.reserve(bytes / 8);
        Self { made, len: 0 }
    }

    /// Folds a clean line.
    pub(crate) fn line(&mut self, line: &str) {
        self.fold(line, Text::Clean);
        self.made.starts.push(self.len);
    }

    /// Folds a line that has nothing to be cleaned; returns whether it is one, and else takes nothing of it.
    pub(crate) fn plain_line(&mut self, line: &str) -> bool {
        let (len, words) = (self.len, self.made.words.len());
        let is_plain =
            !line.starts_with(' ') && !line.ends_with(' ') && self.fold(line, Text::Raw).is_some();
        if is_plain {
            self.made.starts.push(self.len);
        } else {
            self.len = len;
            self.made.words.truncate(words);
        }
        is_plain
    }

    /// The whole of it.
    pub(crate) fn made(mut self) -> Matching {
        self.made.take_text(self.len);
        Matching(self.made)
    }

    /// Folds one line and ends it, in one pass over its bytes. `None` as soon as a raw one has what may have to be cleaned.
    fn fold(&mut self, line: &str, text: Text) -> Option<()> {
        let tables: &Tables = &TABLES;
        let source = line.as_bytes();
        let (Made { bytes, words, .. }, len) = (&mut self.made, &mut self.len);
        if bytes.len() < *len + room(source.len()) {
            bytes.resize(*len + room(source.len()), 0);
        }
        let (mut at, mut end) = (0, *len);
        // Where the word begins that is being written, if one is.
        let mut start = end;
        while at < source.len() {
            if let Some(block) = source.get(at..).and_then(<[u8]>::first_chunk) {
                let (folded, letters) = tables.pairs.block(*block);
                write(bytes, end, folded);
                (at, end) = (at + letters, end + letters);
                if letters == block.len() {
                    continue;
                }
            }
            // A character of any kind.
            let (code, taken) = match (source.get(at), source.get(at + 1)) {
                (Some(b' '), _) => {
                    if end > start {
                        words.push(Word::of(bytes, start..end));
                    } else if text == Text::Raw && at > 0 && source.get(at - 1) == Some(&b' ') {
                        return None;
                    }
                    write(bytes, end, *b" ");
                    (at, end) = (at + 1, end + 1);
                    start = end;
                    continue;
                }
                (Some(&first @ 0..=0x7f), _) => (usize::from(first), 1),
                (Some(first @ 0xc2..=0xdf), Some(second)) => {
                    (usize::from(first & 0x1f) << 6 | usize::from(second & 0x3f), 2)
                }
                (Some(_), _) => (SHORT, 0),
                (None, _) => break,
            };
            let mut short = tables.shorts.get(code).copied().unwrap_or(Short::LONG);
            let mut utf8 = [0; 4];
            if short.kind == Kind::Long {
                let Some(c) = line.get(at..).and_then(|rest| rest.chars().next()) else { break };
                if text == Text::Raw && clean::is_doubtful(c) {
                    return None;
                }
                at += c.len_utf8();
                let Some(folded) = fold(c) else { continue };
                short = Short::of(folded, &mut utf8);
                write(bytes, end, utf8);
            } else {
                at += taken;
                write(bytes, end, short.utf8);
            }
            let before = end;
            end += usize::from(short.len);
            if short.kind == Kind::Sign {
                if before > start {
                    words.push(Word::of(bytes, start..before));
                }
                start = end;
            }
        }
        if end > start {
            words.push(Word::of(bytes, start..end));
        }
        write(bytes, end, *b"\n");
        *len = end + 1;
        Some(())
    }
}

/// Room for the match form of so many bytes, its line feed, and one character written in full: Ⱥ, of two bytes, folds
/// to three, and nothing grows by more (a test asks every character).
fn room(bytes: usize) -> usize {
    bytes + bytes / 2 + 8
}

#[inline]
fn write<const N: usize>(bytes: &mut [u8], at: usize, utf8: [u8; N]) {
    if let Some(slot) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *slot = utf8;
    }
}

/// How many code points take one or two bytes in UTF-8.
const SHORT: usize = 0x800;

/// What is written for one character.
#[derive(Clone, Copy)]
struct Short {
    utf8: [u8; 2],
    len: u8,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Sign,
    /// It may have to be cleaned, is removed, or takes more than two bytes: [`fold`] knows.
    Long,
}

impl Short {
    const LONG: Self = Self { utf8: [0; 2], len: 0, kind: Kind::Long };

    /// Of a folded character, which is written to `utf8`.
    fn of(folded: char, utf8: &mut [u8; 4]) -> Self {
        let len = folded.encode_utf8(utf8).len();
        let [first, second, ..] = *utf8;
        let kind = if shape::is_word_char(folded) { Kind::Letter } else { Kind::Sign };
        Self { utf8: [first, second], len: u8::try_from(len).unwrap_or_default(), kind }
    }
}

/// What is written for characters, spread out for look-ups.
struct Tables {
    pairs: LetterPairs,
    /// For each code point of one or two bytes.
    shorts: Box<[Short; SHORT]>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

impl Tables {
    fn new() -> Self {
        let mut shorts = Box::new([Short::LONG; SHORT]);
        for (short, c) in shorts.iter_mut().zip('\0'..) {
            let folded = fold(c).filter(|folded| folded.len_utf8() <= 2 && !clean::is_doubtful(c));
            *short = folded.map_or(Short::LONG, |folded| Short::of(folded, &mut [0; 4]));
        }
        let pairs = LetterPairs::new(|code| {
            let short = shorts.get(usize::from(code))?;
            (short.kind == Kind::Letter).then_some(short.utf8)
        });
        Self { pairs, shorts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::text::spelling::folded;

    #[test]
    fn no_character_outgrows_the_room_for_its_match_form() {
        for c in '\0'..=char::MAX {
            assert!(fold(c).map_or(0, char::len_utf8) <= c.len_utf8() + c.len_utf8() / 2, "{c:?}");
        }
    }

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
        ) {
            let matching = Matching::of(std::iter::once(line.as_str()));
            let places: Vec<_> = matching.text().char_indices().map(|(at, _)| at).collect();
            let place = |nth: usize| places.get(nth).or(places.last()).copied().unwrap_or_default();
            let part = place(from)..place(to.max(from));
            let words = matching.words_in(part.clone());
            let words: Vec<_> = words.map(|word| matching.word(word)).collect();
            proptest::prop_assert_eq!(words, plain_words(matching.text().get(part).unwrap()));
        }
    }
}
