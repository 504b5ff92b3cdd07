//! The match form in the making: every character in its one `spelling`, and the words found on the way.

use std::sync::LazyLock;

use super::clean;
use super::matching::{Made, Matching};
use super::shape;
use super::spelling::fold;
use super::words::Word;
use crate::letters::LetterPairs;

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
        made.words.reserve(bytes / 8);
        Self { made, len: 0 }
    }

    /// Folds a clean line.
    pub(super) fn line(&mut self, line: &str) {
        self.fold(line, Text::Clean);
        self.made.starts.push(self.len);
    }

    /// Folds a line that has nothing to be cleaned; returns whether it is one, and else takes nothing of it.
    pub(super) fn plain_line(&mut self, line: &str) -> bool {
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
    pub(super) fn made(mut self) -> Matching {
        self.made.take_text(self.len);
        self.made.into()
    }

    /// Folds one line and ends it, in one pass over its bytes. `None` as soon as a raw one has what may have to be cleaned.
    fn fold(&mut self, line: &str, text: Text) -> Option<()> {
        let (tables, source): (&Tables, _) = (&TABLES, line.as_bytes());
        let (Made { bytes, words, .. }, len) = (&mut self.made, &mut self.len);
        if bytes.len() < *len + room(source.len()) {
            bytes.resize(*len + room(source.len()), 0);
        }
        let (bytes, mut rest, mut end) = (bytes.as_mut_slice(), source, *len);
        // Where the word begins that is being written, if one is.
        let mut start = end;
        loop {
            while let Some(block) = rest.first_chunk() {
                let (folded, letters) = tables.pairs.block(*block);
                write(bytes, end, folded);
                end += letters;
                rest = rest.get(letters..).unwrap_or_default();
                if letters < block.len() {
                    break;
                }
            }
            let Some(&next) = rest.first() else { break };
            let at = source.len() - rest.len();
            if next == b' ' {
                if end > start {
                    words.push(Word::of(bytes, start..end));
                } else if text == Text::Raw && at > 0 && source.get(at - 1) == Some(&b' ') {
                    return None;
                }
                write(bytes, end, *b" ");
                end += 1;
                rest = rest.get(1..).unwrap_or_default();
                start = end;
                continue;
            }
            let (taken, folded) = tables.character(line, at, text)?;
            rest = rest.get(taken..).unwrap_or_default();
            let Some(folded) = folded else { continue };
            write(bytes, end, folded.utf8);
            let before = end;
            end += usize::from(folded.len);
            if folded.kind == Kind::Sign {
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

#[cfg(test)]
impl Matching {
    /// The match form of clean lines.
    pub(crate) fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        let mut form = Form::of(0);
        lines.for_each(|line| form.line(line));
        form.made()
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
