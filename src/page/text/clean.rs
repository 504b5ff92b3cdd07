//! Takes out of a line what no reader sees.
//!
//! Removed: control, zero-width and directional characters, soft hyphens. Made a plain space: every kind of white space, runs
//! of it too. Decoded: HTML entities, once. Nothing else changes: tatweel, joiners and every letter stay as they are
//! (DESIGN §2), and a directional mark inside a number too, which says how to read it. A line that needs none of this is
//! borrowed.

use std::borrow::Cow;

/// Whether a character may have to be taken out, decoded, made a space or a line break: a line without any, without two spaces
/// in a row and without one at its ends is clean.
pub(super) fn is_doubtful(c: char) -> bool {
    c == '&' || c != ' ' && c.is_whitespace() || is_invisible(c)
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
        if c == ' ' && before == ' ' || c != '&' && is_doubtful(c) {
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
            assert_eq!(line(raw), clean, "{raw:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(raw in "\\PC{0,40}") {
            let once = line(&raw).replace('&', "+");
            let twice = line(&once);
            proptest::prop_assert_eq!(twice.as_ref(), once.as_str());
        }
    }
}
