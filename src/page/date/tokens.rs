//! A printed date in tokens, from left to right.

use crate::page::text::shape;

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
            let digits = rest.find(|c| !is_digit(c));
            if is_year_and_hour(rest, digits) { Some(YEAR) } else { digits }
        } else if shape::is_letter(c) {
            rest.find(|c: char| !shape::is_letter(c) && !is_mark(c))
        } else {
            Some(c.len_utf8())
        };
        let (token, tail) = rest.split_at_checked(run.unwrap_or(rest.len())).unwrap_or((rest, ""));
        rest = tail;
        if is_digit(c) {
            out.push(Token::Number(token.parse().unwrap_or(u32::MAX), token.len()));
        } else if shape::is_letter(c) {
            out.push(Token::Word(token));
        } else if c != ' ' {
            out.push(Token::Sign(c));
        }
    }
    out
}

const YEAR: usize = 4;

/// "18/5/202412:10": an hour that a scraper has glued to the year.
fn is_year_and_hour(text: &str, digits: Option<usize>) -> bool {
    let Some(digits @ 5..=6) = digits else {
        return false;
    };
    let is_clock = |behind: &str| {
        let mut digits = behind.strip_prefix(':').unwrap_or_default().chars();
        digits.next().is_some_and(|c| c.is_ascii_digit())
            && digits.next().is_some_and(|c| c.is_ascii_digit())
    };
    (text.starts_with("19") || text.starts_with("20")) && text.get(digits..).is_some_and(is_clock)
}

/// Vowel signs of Indic scripts belong to their word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{97f}' | '\u{980}'..='\u{dff}')
}
