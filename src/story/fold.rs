//! Folding: what is left of a text when spelling, marks, case and punctuation no longer count.
//!
//! The rules are those of research/near-duplicates b2, `fp_version` 1. Folded text is a key, never output. Paragraph
//! borders part tokens as any white space does: a story keeps its id where another scraper breaks its lines elsewhere.

use crate::letters::BLOCK;
use crate::record::StoryId;

use super::fold_table::{Fate, FoldTable, Short, Symbol};
use super::tokens::{LETTERS, TokenWriter};

/// The version of the folding rules: the first byte of what a story id is the hash of.
pub const FP_VERSION: u8 = 1;

/// Folds one story after another, in buffers that it keeps.
pub struct Folder {
    table: &'static FoldTable,
    tokens: TokenWriter,
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Folder {
    /// A folder; the first of a process reads the table (about a millisecond).
    #[must_use]
    pub fn new() -> Self {
        Self { table: FoldTable::v1(), tokens: TokenWriter::after(FP_VERSION) }
    }

    /// Folds the paragraphs of one story.
    pub fn fold(&mut self, paragraphs: impl IntoIterator<Item: AsRef<str>>) -> Folded<'_> {
        self.tokens.clear();
        for paragraph in paragraphs {
            self.fold_paragraph(paragraph.as_ref());
            self.tokens.border();
        }
        Folded { versioned: self.tokens.bytes(), words: self.tokens.count() }
    }

    fn fold_paragraph(&mut self, text: &str) {
        let (table, bytes) = (self.table, text.as_bytes());
        let mut letters = Letters::default();
        let mut at = 0;
        loop {
            let (folded, taken) = table.pairs().fold(bytes.get(at..).unwrap_or_default());
            at += taken;
            // Most words come whole, and end at a space.
            if bytes.get(at) == Some(&b' ') {
                if letters.is_empty() {
                    self.tokens.last_letters(&folded, taken);
                } else {
                    letters.add(&folded, taken, &mut self.tokens);
                    letters.end(&mut self.tokens);
                }
                self.tokens.border();
                at += 1;
                continue;
            }
            letters.add(&folded, taken, &mut self.tokens);
            if taken == BLOCK {
                continue;
            }
            let (code, taken) = match (bytes.get(at), bytes.get(at + 1)) {
                (Some(&first @ 0..=0x7f), _) => (usize::from(first), 1),
                (Some(first @ 0xc2..=0xdf), Some(second)) => {
                    (usize::from(first & 0x1f) << 6 | usize::from(second & 0x3f), 2)
                }
                (Some(_), _) => (usize::MAX, 0),
                (None, _) => break,
            };
            let short = table.short(code);
            at += taken;
            if short.is_letter() {
                if !letters.take(short) {
                    letters.drain(&mut self.tokens);
                    letters.take(short);
                }
                continue;
            }
            match short {
                Short::NOTHING => {}
                Short::LONG => {
                    // Perhaps a letter of the same word, or nothing: what follows may belong to it.
                    letters.drain(&mut self.tokens);
                    let at_long = at - taken;
                    let Some(c) = text.get(at_long..).and_then(|rest| rest.chars().next()) else {
                        break;
                    };
                    at = at_long + c.len_utf8();
                    self.fold_long(c);
                }
                Short([sign, _]) => {
                    letters.end(&mut self.tokens);
                    match sign {
                        b'0'..=b'9' => self.tokens.digit(sign),
                        b',' => self.tokens.comma(),
                        _ => self.tokens.border(),
                    }
                }
            }
        }
        letters.end(&mut self.tokens);
    }

    fn fold_long(&mut self, c: char) {
        match self.table.fate(c) {
            Fate::One(symbol) => self.tokens.write(symbol),
            Fate::Hangul => jamo(c).for_each(|jamo| self.tokens.write(Symbol::Letter(jamo))),
            Fate::Sequence(index) => {
                self.table.sequence(index).iter().for_each(|symbol| self.tokens.write(*symbol));
            }
        }
    }
}

/// Letters on their way to the tokens. They go there by the run, which is cheaper than one by one.
#[derive(Default)]
struct Letters {
    utf8: [u8; LETTERS],
    len: usize,
}

impl Letters {
    fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Takes the first `len` bytes of a block; where there is no room, those taken before are handed on.
    #[inline]
    fn add(&mut self, block: &[u8; BLOCK], len: usize, tokens: &mut TokenWriter) {
        if self.len > LETTERS - BLOCK {
            self.drain(tokens);
        }
        if let Some(room) = self.utf8.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut) {
            *room = *block;
        }
        self.len += len;
    }

    /// Takes one letter; false where there is no room.
    #[inline]
    fn take(&mut self, Short([first, second]): Short) -> bool {
        let Some([a, b]) = self.utf8.get_mut(self.len..).and_then(|room| room.first_chunk_mut())
        else {
            return false;
        };
        (*a, *b) = (first, second);
        self.len += if second == 0 { 1 } else { 2 };
        true
    }

    /// Hands on the letters taken since; more of the same word may follow.
    fn drain(&mut self, tokens: &mut TokenWriter) {
        tokens.letters(&self.utf8, std::mem::take(&mut self.len));
    }

    /// Hands on the letters taken since, with which their word ends.
    #[inline]
    fn end(&mut self, tokens: &mut TokenWriter) {
        tokens.last_letters(&self.utf8, std::mem::take(&mut self.len));
    }
}

/// The jamo of a Hangul syllable, by the arithmetic of the Unicode standard, section 3.12.
fn jamo(syllable: char) -> impl Iterator<Item = char> {
    let index = u32::from(syllable).saturating_sub(0xAC00);
    let trailing = index % 28;
    let jamo = [0x1100 + index / 588, 0x1161 + index % 588 / 28, 0x11A7 + trailing];
    jamo.into_iter().take(if trailing == 0 { 2 } else { 3 }).filter_map(char::from_u32)
}

/// What is left of a story: its tokens, each a run of letters or of digits.
#[derive(Clone, Copy)]
pub struct Folded<'a> {
    /// [`FP_VERSION`], then the tokens joined by 0x20: what the story id is the hash of.
    versioned: &'a [u8],
    words: u32,
}

impl<'a> Folded<'a> {
    /// The tokens of all paragraphs in their order, joined by 0x20: UTF-8.
    #[must_use]
    pub fn as_bytes(&self) -> &'a [u8] {
        self.versioned.split_first().map_or(&[], |(_, tokens)| tokens)
    }

    /// The tokens of all paragraphs in their order, joined by a space.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The tokens in their order, each UTF-8: numbers begin with an ASCII digit or another number, words with a letter.
    pub fn tokens(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.tokens_to().map(|(token, _)| token)
    }

    /// The same, each with where it ends.
    pub(super) fn tokens_to(&self) -> Tokens<'a> {
        Tokens { bytes: self.as_bytes(), from: 0 }
    }

    /// How many tokens there are, numbers included.
    #[must_use]
    pub fn words(&self) -> u32 {
        self.words
    }

    /// The id of the story: BLAKE3 of the byte [`FP_VERSION`] and the tokens joined by 0x20, its first 16 bytes.
    /// `None` where nothing is left of the text.
    #[must_use]
    pub fn story_id(&self) -> Option<StoryId> {
        if self.words == 0 {
            return None;
        }
        let hash = blake3::hash(self.versioned);
        hash.as_bytes().first_chunk().copied().map(StoryId)
    }
}

/// Tokens with where they end: what stands between spaces.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    /// Where the next one begins.
    from: usize,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (&'a [u8], usize);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(self.from..).filter(|rest| !rest.is_empty())?;
        let token = rest.get(..up_to_space(rest)).unwrap_or(rest);
        let end = self.from + token.len();
        self.from = end + 1;
        Some((token, end))
    }
}

/// How many bytes stand before the first space, found by words of eight bytes: tokens are so short that a search by the
/// vector costs more.
#[inline]
fn up_to_space(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let spaces = spaces(u64::from_le_bytes(*word));
        if spaces != 0 {
            return at + usize::try_from(spaces.trailing_zeros() / 8).unwrap_or_default();
        }
        at += 8;
    }
    let rest = bytes.iter().skip(at).take_while(|byte| **byte != b' ');
    at + rest.count()
}

/// The highest bit of each byte that is a space.
#[inline]
fn spaces(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let other = word ^ 0x2020_2020_2020_2020;
    !(((other & LOW) + LOW) | other | LOW)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_space_is_found_wherever_it_stands_and_nothing_else_is(
            bytes in prop::collection::vec(prop_oneof![Just(b' '), Just(0xa0), Just(0x21), Just(0), any::<u8>()], 0..40),
        ) {
            let expected = bytes.iter().position(|byte| *byte == b' ');
            prop_assert_eq!(up_to_space(&bytes), expected.unwrap_or(bytes.len()));
        }
    }
}
