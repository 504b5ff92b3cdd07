//! A printed date in tokens, from left to right.

/// A part of a printed date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A run of digits: its value and how many digits it has.
    Number(u32, usize),
    Word(&'t str),
    Sign(char),
}

/// A date has no more tokens than this: a longer text is none, and is not looked at further.
const MAX_TOKENS: usize = 64;

/// The tokens of `text`, a match form; spaces are none.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::with_capacity(24);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if out.len() >= MAX_TOKENS {
            break;
        }
        let is_digit = |c: char| c.is_ascii_digit();
        let run = if is_digit(c) {
            rest.find(|c| !is_digit(c))
        } else if c.is_alphabetic() {
            rest.find(|c: char| !c.is_alphabetic() && !is_mark(c))
        } else {
            Some(c.len_utf8())
        };
        let (token, tail) = rest.split_at_checked(run.unwrap_or(rest.len())).unwrap_or((rest, ""));
        rest = tail;
        if is_digit(c) {
            out.push(Token::Number(token.parse().unwrap_or(u32::MAX), token.len()));
        } else if c.is_alphabetic() {
            out.push(Token::Word(token));
        } else if c != ' ' {
            out.push(Token::Sign(c));
        }
    }
    out
}

/// Vowel signs of Indic scripts belong to their word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{97f}' | '\u{980}'..='\u{dff}')
}
