//! The match form in the making: every character in its one `spelling`, and the words found on the way.

use std::sync::LazyLock;

use super::clean;
use super::matching::{Made, Matching};
use super::shape;
use super::spelling::fold;
use super::words::{Word, place};
use crate::letters::{BLOCK, LetterPairs};

/// A match form in the making.
pub(super) struct Form {
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
    pub(super) fn of(bytes: usize) -> Self {
        let mut made = Made::spare();
        made.bytes.resize(made.bytes.len().max(room(bytes) + 256), 0);
        made.starts.push(0);
        made.words_before.push(0);
        made.words.reserve(bytes / 8);
        Self { made, len: 0 }
    }

    /// Folds a clean line.
    pub(super) fn line(&mut self, line: &str) {
        self.fold(line, Text::Clean);
        self.end_line();
    }

    fn end_line(&mut self) {
        self.made.starts.push(self.len);
        self.made.words_before.push(self.made.words.len());
    }

    /// Folds a line that has nothing to be cleaned; returns whether it is one, and else takes nothing of it.
    pub(super) fn plain_line(&mut self, line: &str) -> bool {
        let (len, words) = (self.len, self.made.words.len());
        let is_plain =
            !line.starts_with(' ') && !line.ends_with(' ') && self.fold(line, Text::Raw).is_some();
        if is_plain {
            self.end_line();
        } else {
            self.len = len;
            self.made.words.truncate(words);
        }
        is_plain
    }

    /// The whole of it.
    pub(super) fn made(mut self) -> Matching {
        self.made.take_text(self.len);
        self.made.into()
    }

    /// Folds one line and ends it, in one pass over its bytes. `None` as soon as a raw one has what may have to be cleaned.
    fn fold(&mut self, line: &str, text: Text) -> Option<()> {
        let (tables, source): (&Tables, _) = (&TABLES, line.as_bytes());
        let mut written = self.written(source.len());
        let mut rest = source;
        loop {
            let (folded, letters) = tables.pairs.fold(rest);
            written.letters(folded, letters);
            let Some([next, behind @ ..]) = rest.get(letters..) else { break };
            if *next == b' ' {
                if written.has_word() {
                    written.end_word();
                } else if text == Text::Raw && is_behind_space(source, behind) {
                    return None;
                }
                written.sign([b' '], 1);
                rest = behind;
            } else if letters < BLOCK {
                let at = source.len() - behind.len() - 1;
                let (taken, folded) = tables.character(line, at, text)?;
                rest = source.get(at + taken..).unwrap_or_default();
                written.character(folded);
            } else {
                rest = rest.get(letters..).unwrap_or_default();
            }
        }
        if written.has_word() {
            written.end_word();
        }
        written.sign([b'\n'], 1);
        self.len = place(written.end);
        Some(())
    }

    /// Behind what is written, with room for so many bytes more.
    fn written(&mut self, bytes: usize) -> Written<'_> {
        let (made, end) = (&mut self.made, self.len);
        if made.bytes.len() < end + room(bytes) {
            made.bytes.resize(end + room(bytes), 0);
        }
        // No page has four gigabytes.
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Written { bytes: &mut made.bytes, words: &mut made.words, start: end, end }
    }
}

/// What is written of a line.
struct Written<'f> {
    bytes: &'f mut [u8],
    words: &'f mut Vec<Word>,
    /// Where the word begins that is being written, if one is. Places are numbers of four bytes, as words have them: to
    /// add to one needs no look whether it is too large.
    start: u32,
    end: u32,
}

impl Written<'_> {
    /// The letters that `utf8` begins with, so many bytes of them.
    #[inline]
    fn letters<const N: usize>(&mut self, utf8: [u8; N], bytes: usize) {
        let at = place(self.end);
        if let Some(slot) = self.bytes.get_mut(at..at + N).and_then(<[u8]>::first_chunk_mut) {
            *slot = utf8;
        }
        self.end += u32::try_from(bytes).unwrap_or_default();
    }

    /// Whether a word is being written.
    #[inline]
    fn has_word(&self) -> bool {
        self.end > self.start
    }

    /// Ends the word that is being written.
    #[inline]
    fn end_word(&mut self) {
        self.words.push(Word::of(self.bytes, place(self.start)..place(self.end)));
    }

    /// What is written for one character, if anything.
    fn character(&mut self, folded: Option<Folded>) {
        match folded {
            Some(Folded { utf8, len, kind: Kind::Letter }) => self.letters(utf8, usize::from(len)),
            Some(Folded { utf8, len, kind: Kind::Sign }) => {
                if self.has_word() {
                    self.end_word();
                }
                self.sign(utf8, usize::from(len));
            }
            None => {}
        }
    }

    /// A sign, behind which a word may begin.
    #[inline]
    fn sign<const N: usize>(&mut self, utf8: [u8; N], bytes: usize) {
        self.letters(utf8, bytes);
        self.start = self.end;
    }
}

/// Whether the space before `behind`, the rest of a line, stands right behind another one.
fn is_behind_space(line: &[u8], behind: &[u8]) -> bool {
    let before = line.len().checked_sub(behind.len() + 2);
    before.and_then(|before| line.get(before)) == Some(&b' ')
}

#[cfg(test)]
impl Matching {
    /// The match form of clean lines.
    pub(crate) fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        let mut form = Form::of(0);
        lines.for_each(|line| form.line(line));
        form.made()
    }
}

/// Room for the match form of so many bytes, its line feed, and one block written in full: Ⱥ, of two bytes, folds
/// to three, and nothing grows by more (a test asks every character).
fn room(bytes: usize) -> usize {
    bytes + bytes / 2 + BLOCK
}

/// How many code points take one or two bytes in UTF-8.
const SHORT: usize = 0x800;

/// What is written for one character.
#[derive(Debug, Clone, Copy)]
struct Folded {
    utf8: [u8; 4],
    len: u8,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Sign,
}

impl Folded {
    fn of(folded: char) -> Self {
        let mut utf8 = [0; 4];
        let len = u8::try_from(folded.encode_utf8(&mut utf8).len()).unwrap_or_default();
        let kind = if shape::is_word_char(folded) { Kind::Letter } else { Kind::Sign };
        Self { utf8, len, kind }
    }
}

/// What is written for characters, spread out for look-ups.
struct Tables {
    pairs: LetterPairs,
    /// For each code point of one or two bytes; `None` where it may have to be cleaned, or is removed.
    shorts: Box<[Option<Folded>; SHORT]>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::new);

impl Tables {
    fn new() -> Self {
        let mut shorts = Box::new([None; SHORT]);
        for (short, c) in shorts.iter_mut().zip('\0'..) {
            *short = fold(c).filter(|_| !clean::is_doubtful(c)).map(Folded::of);
        }
        let pairs = LetterPairs::new(|code| {
            let Folded { utf8: [first, second, rest @ ..], kind, .. } =
                (*shorts.get(usize::from(code))?)?;
            (kind == Kind::Letter && rest == [0; 2]).then_some([first, second])
        });
        Self { pairs, shorts }
    }

    /// The character at byte `at` of a line: how many bytes it has, and what is written for it, if anything. `None` where a
    /// raw line may have to be cleaned.
    #[inline]
    fn character(&self, line: &str, at: usize, text: Text) -> Option<(usize, Option<Folded>)> {
        let bytes = line.as_bytes();
        let (code, taken) = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(&first @ 0..=0x7f), _) => (usize::from(first), 1),
            (Some(first @ 0xc2..=0xdf), Some(second)) => {
                (usize::from(first & 0x1f) << 6 | usize::from(second & 0x3f), 2)
            }
            _ => (SHORT, 0),
        };
        if let Some(short) = self.shorts.get(code).copied().flatten() {
            return Some((taken, Some(short)));
        }
        let c = line.get(at..)?.chars().next()?;
        let may_stay = text == Text::Clean || !clean::is_doubtful(c);
        may_stay.then(|| (c.len_utf8(), fold(c).map(Folded::of)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_outgrows_the_room_for_its_match_form() {
        for c in '\0'..=char::MAX {
            assert!(fold(c).map_or(0, char::len_utf8) <= c.len_utf8() + c.len_utf8() / 2, "{c:?}");
        }
    }
}
