//! Cuts a page into lines, cleans them, and folds them for matching on the way.
//!
//! A page without any line break has runs of three spaces and more for them.

use std::borrow::Cow;

use super::clean;
use super::form::Form;
use super::matching::Matching;

/// One line of a page that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Its cleaned text, never empty.
    pub text: Cow<'a, str>,
    /// Its number on the page, from 1, empty lines counted.
    pub number: u32,
    /// Whether an empty line stands before it.
    pub after_blank: bool,
}

/// The lines of a page, empty ones left out, and their match form: what folding meets on a line tells whether it says
/// itself already, as the common line does.
pub(crate) fn cut(text: &str) -> (Vec<Line<'_>>, Matching) {
    let mut cut = Cut::of(text);
    if is_flat(text) {
        cut.flat(text);
    } else {
        cut.lines(text);
    }
    (cut.lines, cut.form.made())
}

/// A page while it is cut.
struct Cut<'a> {
    lines: Vec<Line<'a>>,
    form: Form,
    number: u32,
    after_blank: bool,
}

impl<'a> Cut<'a> {
    fn of(text: &str) -> Self {
        let lines = Vec::with_capacity(text.len() / 256 + 4);
        Self { lines, form: Form::of(text.len()), number: 0, after_blank: false }
    }

    fn lines(&mut self, text: &'a str) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
            let raw = text.get(start..end).unwrap_or_default();
            start = end + 1;
            let raw = raw.strip_suffix('\r').unwrap_or(raw);
            if raw.is_empty() || self.form.plain_line(raw) {
                self.push(Cow::Borrowed(raw));
            } else {
                raw.split(is_line_break).for_each(|part| self.take(clean::line(part)));
            }
        }
    }

    fn flat(&mut self, text: &'a str) {
        let texts = text.split(FLAT_BREAK).map(clean::line).filter(|text| !text.is_empty());
        texts.for_each(|text| self.take(text));
    }

    fn take(&mut self, text: Cow<'a, str>) {
        if !text.is_empty() {
            self.form.line(&text);
        }
        self.push(text);
    }

    /// Takes a line whose match form is made; an empty one has none.
    fn push(&mut self, text: Cow<'a, str>) {
        self.number += 1;
        if text.is_empty() {
            self.after_blank = true;
        } else {
            let after_blank = std::mem::take(&mut self.after_blank);
            self.lines.push(Line { text, number: self.number, after_blank });
        }
    }
}

/// How some scrapers write a line break (page-shapes §10).
const FLAT_BREAK: &str = "   ";

/// Whether a page has no line break but those, and two of them or more: one alone can be a slip.
fn is_flat(text: &str) -> bool {
    let text = text.trim();
    memchr::memchr(b'\n', text.as_bytes()).is_none()
        && text.split(FLAT_BREAK).filter(|part| !part.trim().is_empty()).nth(2).is_some()
        && !text.contains(is_line_break)
}

/// Carriage return, vertical tab, form feed, next line, line and paragraph separator.
fn is_line_break(c: char) -> bool {
    matches!(c, '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::text::spelling::folded;

    fn texts(page: &str) -> Vec<String> {
        cut(page).0.into_iter().map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn a_clean_line_is_borrowed() {
        let page = "عنوان الخبر\nفقرة أولى، وفيها 3+3.";
        assert!(cut(page).0.iter().all(|line| matches!(line.text, Cow::Borrowed(_))));
    }

    #[test]
    fn every_line_break_of_real_pages_breaks_a_line() {
        assert_eq!(
            texts("a\r\nb\rc\u{85}d\u{2028}e\u{2029}f\u{b}g"),
            ["a", "b", "c", "d", "e", "f", "g"]
        );
    }

    #[test]
    fn three_spaces_break_a_line_where_nothing_else_does() {
        assert_eq!(
            texts("  headline   first one.    second  one.\n"),
            ["headline", "first one.", "second one."]
        );
        assert_eq!(texts("a headline   and more"), ["a headline and more"]);
        assert_eq!(texts("a   b   c\nd"), ["a b c", "d"]);
    }

    #[test]
    fn lines_keep_their_numbers_and_know_of_the_gap_before_them() {
        let (lines, _) = cut("a\n\n \nb\nc");
        let seen: Vec<_> = lines.iter().map(|l| (l.number, l.after_blank)).collect();
        assert_eq!(seen, [(1, false), (4, true), (5, false)]);
    }

    /// The lines of a page that is not flat, and their match form, by the rule.
    fn plainly(page: &str) -> (Vec<String>, String) {
        let parts = page.split('\n').map(|raw| raw.strip_suffix('\r').unwrap_or(raw));
        let texts = parts.flat_map(|raw| raw.split(is_line_break)).map(clean::line);
        let texts: Vec<_> = texts.map(Cow::into_owned).filter(|text| !text.is_empty()).collect();
        let form = texts.iter().map(|text| folded(text) + "\n").collect();
        (texts, form)
    }

    #[test]
    fn a_line_with_any_character_is_read_as_the_rule_reads_it() {
        for c in '\0'..=char::MAX {
            for page in [format!("a{c}b"), format!("{c}"), format!("{c}b"), format!("a{c}\nb")] {
                let form = cut(&page).1.text().to_owned();
                assert_eq!((texts(&page), form), plainly(&page), "{c:?} in {page:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_page_is_read_as_the_rule_reads_it(
            page in "a\n([ a&\u{a0}\u{61c}\u{200b}\u{200c}\u{ad}ع“\u{1}\r]{0,9}|[a-z ا-ي]{0,30})\n(\\PC{0,9}\n){0,3}",
        ) {
            let form = cut(&page).1.text().to_owned();
            proptest::prop_assert_eq!((texts(&page), form), plainly(&page));
        }

    }
}
