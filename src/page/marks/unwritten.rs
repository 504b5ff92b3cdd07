//! Lines that no editor wrote, as their signs alone show.

use crate::page::text::shape;

/// Why a line is none that an editor wrote, where its signs show it.
pub(super) fn reason(line: &str) -> Option<&'static str> {
    if is_markup(line) {
        Some("the rest of a tag")
    } else if is_mail(line) {
        Some("an address for mail")
    } else if is_signature(line) {
        Some("a name between slashes")
    } else if are_initials(line) {
        Some("the initials of its editors")
    } else if is_rule(line) {
        Some("a line drawn across the page")
    } else {
        line.starts_with('©').then_some("a note of copyright")
    }
}

/// Whether a line is a tag, or ends as one does: `content="…" />` (page-shapes §10).
fn is_markup(text: &str) -> bool {
    text.ends_with('>') && (text.starts_with('<') || text.ends_with("/>") || text.ends_with("\">"))
}

/// Whether a line is drawn of the sign that makes Arabic letters longer: "ــــــ".
fn is_rule(text: &str) -> bool {
    text.starts_with('\u{640}') && text.chars().all(|c| matches!(c, '\u{640}' | ' '))
}

/// "/GazetaExample/": a word with slashes round it.
fn is_signature(line: &str) -> bool {
    let name = line.strip_prefix('/').and_then(|line| line.strip_suffix('/'));
    name.is_some_and(|name| !name.contains([' ', '/']) && !shape::fits_chars(name, 2))
}

/// "(abc/de)", "ab/cde": how the editors of a text sign it, small letters with no space between.
fn are_initials(line: &str) -> bool {
    let inside = line.strip_prefix('(').and_then(|line| line.strip_suffix(')'));
    let letters = inside.unwrap_or(line);
    line.len() <= INITIALS_BYTES
        && (inside.is_some() || letters.contains('/'))
        && letters.starts_with(|c: char| c.is_ascii_lowercase())
        && letters.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '/' | '.' | ','))
}

/// Initials have no more bytes with their brackets.
const INITIALS_BYTES: usize = 14;

/// Beside an address for mail stand no more words on a line that is one.
const MAIL_WORDS: usize = 3;
const MAIL_CHARS: usize = 100;

/// Whether a line is an address for mail behind a word for it: "Contact: desk@paper.example". One alone is its author's.
fn is_mail(line: &str) -> bool {
    let is_address = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let parts = word.split_once('@');
        parts.is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@')
        })
    };
    if line.len() > MAIL_CHARS || !line.contains('@') {
        return false;
    }
    let beside = line.split(' ').filter(|word| shape::has_words(word) && !is_address(word));
    let beside = beside.count();
    line.contains(':') && line.split(' ').any(is_address) && (1..=MAIL_WORDS).contains(&beside)
}
