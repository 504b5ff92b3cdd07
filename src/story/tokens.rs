//! Tokens in the making: runs of letters and of digits, thousands put together, a proclitic joined to its word.
//!
//! Rules 4 (its second half), 6 and 7 of research/near-duplicates b2. What a rule can only know later is written as if
//! it held, and put right at the end of the token.

use super::fold_table::Symbol;

/// و ف ب ل ك: one letter that Arabic writes at the head of the next word, and some sites do not.
const PROCLITICS: [&[u8]; 5] =
    ["و".as_bytes(), "ف".as_bytes(), "ب".as_bytes(), "ل".as_bytes(), "ك".as_bytes()];

/// How many bytes of letters are taken at once.
pub(super) const LETTERS: usize = 32;

/// The digits of a group of thousands.
const GROUP: usize = 3;

/// Writes tokens joined by 0x20 into a buffer that it keeps, behind one byte that stays.
pub(super) struct TokenWriter {
    out: Vec<u8>,
    tokens: u32,
    run: Run,
    /// Where the token now written begins.
    start: usize,
    /// Where a comma stood in this number that holds only if a group of thousands follows.
    comma: Option<usize>,
    /// The last token is a proclitic that is to be joined to a word; its end.
    joinable: Option<usize>,
    /// The last token was one letter.
    after_one_letter: bool,
}

/// What is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// Nothing: between tokens.
    None,
    Letters,
    Number,
}

impl TokenWriter {
    /// A writer whose bytes begin with this one.
    pub(super) fn after(version: u8) -> Self {
        Self {
            out: vec![version],
            tokens: 0,
            run: Run::None,
            start: 1,
            comma: None,
            joinable: None,
            after_one_letter: false,
        }
    }

    /// Forgets all tokens.
    pub(super) fn clear(&mut self) {
        self.out.truncate(1);
        self.tokens = 0;
        self.run = Run::None;
        self.comma = None;
        self.joinable = None;
        self.after_one_letter = false;
    }

    /// The first byte, and the tokens joined by 0x20. Complete after a [`Self::border`].
    pub(super) fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// How many tokens there are. Complete after a [`Self::border`].
    pub(super) fn count(&self) -> u32 {
        self.tokens
    }

    /// Any symbol.
    pub(super) fn write(&mut self, symbol: Symbol) {
        let mut utf8 = [0; 4];
        match symbol {
            Symbol::Nothing => {}
            Symbol::Space => self.border(),
            Symbol::Comma => self.comma(),
            Symbol::Letter(c) => self.letter(c),
            Symbol::Number(c) => match c.encode_utf8(&mut utf8).as_bytes() {
                [digit @ b'0'..=b'9'] => self.digit(*digit),
                number => self.number(number),
            },
        }
    }

    /// Letters with which a token ends, folded: the first `len` bytes; perhaps none. Of most words nothing is written that
    /// has to be put right.
    #[inline]
    pub(super) fn last_letters<const N: usize>(&mut self, utf8: &[u8; N], len: usize) {
        // It is more than one letter: those that come by the run have two bytes at most.
        if len > 2 && self.run == Run::None && self.joinable.is_none() {
            self.part();
            self.append(utf8, len);
            self.tokens = self.tokens.saturating_add(1);
            self.after_one_letter = false;
        } else {
            self.letters(utf8, len);
        }
    }

    /// Parts a token from the one before it.
    #[inline]
    fn part(&mut self) {
        if self.tokens > 0 {
            self.out.push(b' ');
        }
    }

    /// Letters of one token, folded: the first `len` bytes; perhaps none.
    pub(super) fn letters<const N: usize>(&mut self, utf8: &[u8; N], len: usize) {
        if len == 0 {
            return;
        }
        if self.run != Run::Letters {
            self.begin(Run::Letters);
        }
        self.append(utf8, len);
    }

    /// A copy of known length is a few instructions; one of unknown length costs more than the word's folding.
    #[inline]
    fn append<const N: usize>(&mut self, utf8: &[u8; N], len: usize) {
        let end = self.out.len() + len;
        self.out.extend_from_slice(utf8);
        self.out.truncate(end);
    }

    /// One letter, folded.
    fn letter(&mut self, c: char) {
        let mut utf8 = [0; 4];
        if self.run != Run::Letters {
            self.begin(Run::Letters);
        }
        self.out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
    }

    /// A decimal digit, in ASCII.
    #[inline]
    pub(super) fn digit(&mut self, ascii: u8) {
        if self.run != Run::Number {
            self.begin(Run::Number);
        }
        self.out.push(ascii);
    }

    /// A number that is no decimal digit: it belongs to a run of digits, but never to a group of thousands.
    pub(super) fn number(&mut self, utf8: &[u8]) {
        match self.comma {
            Some(comma) if comma == self.out.len() => self.border(),
            Some(_) => self.settle_comma(),
            None => {}
        }
        if self.run != Run::Number {
            self.begin(Run::Number);
        }
        self.out.extend_from_slice(utf8);
    }

    /// A comma of any script: part of a number where a digit stands before it and exactly three behind.
    pub(super) fn comma(&mut self) {
        let after_digit = self.out.last().is_some_and(u8::is_ascii_digit);
        if self.run != Run::Number || !after_digit || self.comma == Some(self.out.len()) {
            self.border();
            return;
        }
        self.settle_comma();
        self.comma = Some(self.out.len());
    }

    /// Anything that is neither a letter nor a number.
    #[inline]
    pub(super) fn border(&mut self) {
        if self.run != Run::None {
            self.end();
        }
    }

    fn begin(&mut self, run: Run) {
        self.border();
        self.part();
        self.start = self.out.len();
        self.run = run;
    }

    fn end(&mut self) {
        self.settle_comma();
        let token = self.out.get(self.start..).unwrap_or_default();
        let is_word = self.run == Run::Letters;
        let is_one_letter = is_word && is_one_character(token);
        let is_proclitic = is_one_letter && !self.after_one_letter && PROCLITICS.contains(&token);
        match self.joinable.take() {
            Some(space) if is_word && !is_one_letter => {
                self.out.remove(space);
            }
            _ => self.tokens = self.tokens.saturating_add(1),
        }
        self.joinable = is_proclitic.then_some(self.out.len());
        self.after_one_letter = is_one_letter;
        self.run = Run::None;
    }

    /// The digits behind the comma are known: were they no group of thousands, two numbers stood there.
    fn settle_comma(&mut self) {
        let Some(comma) = self.comma.take() else { return };
        let digits = self.out.len() - comma;
        if digits != 0 && digits != GROUP {
            self.out.insert(comma, b' ');
            self.start = comma + 1;
            self.tokens = self.tokens.saturating_add(1);
            self.joinable = None;
            self.after_one_letter = false;
        }
    }
}

fn is_one_character(utf8: &[u8]) -> bool {
    matches!(utf8, [_] | [0xC0..0xE0, _] | [0xE0..0xF0, _, _] | [0xF0..=0xFF, _, _, _])
}
