//! Cuts a page into lines and takes out what no reader sees.
//!
//! Removed: control, zero-width and directional characters, soft hyphens. Made a plain space: every kind of white space,
//! runs of it too (a page without any line break has runs of three spaces and more for them). Decoded: HTML entities, once. Nothing else changes: tatweel, joiners and every letter stay as they are
//! (DESIGN §2), and a directional mark inside a number too, which says how to read it. A line that needs none of this is borrowed.

use std::borrow::Cow;

/// One line of a page that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its cleaned text, never empty.
    pub text: Cow<'a, str>,
    /// Its number on the page, from 1, empty lines counted.
    pub number: u32,
    /// Whether an empty line stands before it.
    pub after_blank: bool,
}

/// The lines of a page, empty ones left out.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    if is_flat(text) {
        return flat_lines(text);
    }
    let mut out = Vec::with_capacity(text.len() / 256 + 4);
    let mut number = 0;
    let mut after_blank = false;
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let raw = text.get(start..end).unwrap_or_default();
        start = end + 1;
        let raw = raw.strip_suffix('\r').unwrap_or(raw);
        if is_plain(raw) {
            number += 1;
            push(&mut out, Cow::Borrowed(raw), number, &mut after_blank);
        } else {
            for part in raw.split(is_line_break) {
                number += 1;
                push(&mut out, line(part), number, &mut after_blank);
            }
        }
    }
    out
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

fn flat_lines(text: &str) -> Vec<Line<'_>> {
    let texts = text.split(FLAT_BREAK).map(line).filter(|text| !text.is_empty());
    (1..).zip(texts).map(|(number, text)| Line { text, number, after_blank: false }).collect()
}

fn push<'a>(out: &mut Vec<Line<'a>>, text: Cow<'a, str>, number: u32, after_blank: &mut bool) {
    if text.is_empty() {
        *after_blank = true;
    } else {
        out.push(Line { text, number, after_blank: std::mem::take(after_blank) });
    }
}

/// Carriage return, vertical tab, form feed, next line, line and paragraph separator.
fn is_line_break(c: char) -> bool {
    matches!(c, '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a line says itself already; the common line does. What this calls plain is: it may doubt a line that is.
fn is_plain(line: &str) -> bool {
    let bytes = line.as_bytes();
    let is_edged = line.starts_with(' ') || line.ends_with(' ');
    !is_edged && (0..bytes.len()).step_by(BLOCK).all(|at| is_plain_block(bytes, at))
}

/// So many bytes are looked at together. Asked of every byte of them, without leaving early, a question is a few instructions for
/// many bytes.
const BLOCK: usize = 64;

/// Whether no character of the block that begins at `at` needs a second look.
#[inline]
fn is_plain_block(bytes: &[u8], at: usize) -> bool {
    let behind = |by: usize| {
        let block = at + by..bytes.len().min(at + by + BLOCK);
        bytes.get(block).unwrap_or_default()
    };
    // Behind the last byte of a line stands nothing: it is asked by itself.
    let last = bytes.last().is_some_and(|last| is_suspect(*last, 0));
    let pairs = behind(0).iter().zip(behind(1));
    let is_suspect = pairs.fold(last, |suspect, (&a, &b)| suspect | is_suspect(a, b));
    !is_suspect || {
        let padded = |by: usize| behind(by).iter().copied().chain([0; 2]);
        let mut triples = behind(0).iter().zip(padded(1)).zip(padded(2));
        !triples.any(|((&a, b), c)| is_doubtful(a, b, c))
    }
}

/// Whether [`is_doubtful`] may be true of a character that begins with these bytes: the quick question, to which letters of most
/// scripts say no.
#[inline]
fn is_suspect(a: u8, b: u8) -> bool {
    (a < 0x20)
        | (a == b'&')
        | (a == 0x7f)
        | (a == 0xc2)
        | (a == 0xcd)
        | (a > 0xe0)
        | (a == b' ') & (b == b' ')
        | (a == 0xd8) & (b == 0x9c)
}

/// Whether a character that needs a second look, in UTF-8, begins with these bytes: a control, the ampersand, two spaces, any
/// space but the plain one, a mark that no reader sees. All that [`is_invisible`] or `char::is_whitespace` knows is among
/// them (a test asks every character).
fn is_doubtful(a: u8, b: u8, c: u8) -> bool {
    match a {
        0..0x20 | b'&' | 0x7f => true,
        b' ' => b == b' ',
        // Controls, the no-break space, the soft hyphen.
        0xc2 => b < 0xa1 || b == 0xad,
        // U+034F, U+061C, U+1680, U+180E.
        0xcd => b == 0x8f,
        0xd8 => b == 0x9c,
        0xe1 => matches!(b, 0x9a | 0xa0),
        // U+2000 to U+200F but the joiners, U+2028 to U+202F, U+2040 to U+207F.
        0xe2 => b == 0x81 || b == 0x80 && matches!(c, 0..0x8c | 0x8e | 0x8f | 0xa8..0xb0),
        // U+3000, U+FEFF, U+FFF9 and behind it.
        0xe3 => b == 0x80 && c == 0x80,
        0xef => b == 0xbb && c == 0xbf || b == 0xbf && c >= 0xb9,
        _ => false,
    }
}

/// Cleans one line.
pub(super) fn line(raw: &str) -> Cow<'_, str> {
    if raw.contains('&')
        && let Cow::Owned(decoded) = html_escape::decode_html_entities(raw)
    {
        return Cow::Owned(rewritten(&decoded));
    }
    let trimmed = raw.trim();
    if needs_rewriting(trimmed) { Cow::Owned(rewritten(trimmed)) } else { Cow::Borrowed(trimmed) }
}

fn needs_rewriting(trimmed: &str) -> bool {
    let mut before = ' ';
    for c in trimmed.chars() {
        if c == ' ' && before == ' ' || c != ' ' && c.is_whitespace() || is_invisible(c) {
            return true;
        }
        before = c;
    }
    false
}

fn rewritten(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    // A directional mark that waits for what stands behind it.
    let mut mark = None;
    for c in raw.chars() {
        if matches!(c, '\u{200e}' | '\u{200f}') {
            mark = Some(c);
        } else if c.is_whitespace() {
            mark = None;
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_invisible(c) {
            // Between the parts of a number a mark says which comes first: 50.\u{200f}11 reads as 11.50.
            if let Some(mark) =
                mark.take().filter(|_| is_of_number(c) && out.ends_with(is_of_number))
            {
                out.push(mark);
            }
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn is_of_number(c: char) -> bool {
    c.is_numeric() || matches!(c, '.' | ',' | '/' | ':' | '-' | '٫' | '٬' | '،')
}

/// Control characters, directional marks, zero-width spaces, the soft hyphen and their like (page-shapes §10).
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(page: &str) -> Vec<String> {
        lines(page).into_iter().map(|line| line.text.into_owned()).collect()
    }

    #[test]
    fn a_clean_line_is_borrowed() {
        let page = "عنوان الخبر\nفقرة أولى، وفيها 3+3.";
        assert!(lines(page).iter().all(|line| matches!(line.text, Cow::Borrowed(_))));
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
    fn what_no_reader_sees_goes_and_every_letter_stays() {
        for (raw, clean) in [
            ("\u{feff}العنوان", "العنوان"),
            ("\u{202d}BBC Arabic\u{202c} - \u{200f}الشرق\u{200e}", "BBC Arabic - الشرق"),
            ("لـ\u{a0}إيران", "لـ إيران"),
            ("  two   spaces\t ", "two spaces"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("50.\u{200f}11 مليون\u{200f}", "50.\u{200f}11 مليون"),
            ("Kran\u{ad}ken\u{ad}haus", "Krankenhaus"),
            ("a\0b\u{1}c", "abc"),
            ("عربي\u{61c}", "عربي"),
            ("Tom &amp; Jerry&nbsp;&quot;x&quot; &#1571;", "Tom & Jerry \"x\" أ"),
            ("AT&T stays", "AT&T stays"),
            ("&amp;quot; once", "&quot; once"),
            ("مـــهم أيضًا", "مـــهم أيضًا"),
        ] {
            assert_eq!(texts(raw), [clean], "{raw:?}");
        }
    }

    #[test]
    fn lines_keep_their_numbers_and_know_of_the_gap_before_them() {
        let lines = lines("a\n\n \nb\nc");
        let seen: Vec<_> = lines.iter().map(|l| (l.number, l.after_blank)).collect();
        assert_eq!(seen, [(1, false), (4, true), (5, false)]);
    }

    #[test]
    fn every_character_that_is_taken_out_or_made_a_space_is_doubted() {
        for c in '\0'..=char::MAX {
            for text in [format!("a{c}b"), format!("{c}"), format!("{c}b"), format!("a{c}")] {
                let cleaned = line(&text);
                assert!(!is_plain(&text) || cleaned == text, "{c:?} in {text:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn the_fast_path_says_what_the_slow_one_says(raw in "[ a&\u{a0}\u{61c}\u{200b}\u{200c}\u{ad}ع“\u{1}]{0,12}") {
            let slow = line(&raw);
            if is_plain(&raw) {
                proptest::prop_assert_eq!(slow.as_ref(), raw.as_str());
            }
        }

        #[test]
        fn cleaning_twice_changes_nothing_more(raw in "\\PC{0,40}") {
            let once = line(&raw).replace('&', "+");
            let twice = line(&once);
            proptest::prop_assert_eq!(twice.as_ref(), once.as_str());
        }
    }
}
