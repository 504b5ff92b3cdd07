//! What has the shape of a name.

use crate::page::layout::{Layouts, Opening};
use crate::page::text::shape::{self, Stop};

/// A byline names no more words: two authors, or one and a paper.
const BYLINE_WORDS: usize = 6;

/// What its author is stands behind a name in no more words: "transport correspondent".
const OFFICE_WORDS: usize = 4;

/// Whether a text is one name or a few, or one and what its bearer is.
pub(crate) fn is_name(text: &str) -> bool {
    // "Nora Field - special envoy": what its bearer is stands behind a dash too.
    let parts = text.split([',', '،', '|']).flat_map(|part| {
        match DASHES.iter().find_map(|dash| part.split_once(dash)) {
            Some((name, office)) => [Some(name), Some(office)],
            None => [Some(part), None],
        }
    });
    let mut parts = parts.flatten().map(str::trim).filter(|part| !part.is_empty());
    let is_office = |part: &str| shape::fits_words(part, OFFICE_WORDS);
    // "A.K." is no sentence.
    let ends = text.rsplit(' ').next().is_none_or(|last| last.trim_end_matches('.').contains('.'));
    parts.next().is_some_and(is_one_name)
        && parts.all(is_office)
        && (ends || shape::stop(text) == Stop::None)
        && !text
            .split(' ')
            .any(|word| word.starts_with(|c: char| !shape::is_letter(c) && c.is_numeric()))
}

const DASHES: [&str; 4] = [" - ", " – ", " — ", " / "];

/// In scripts with capitals each word of a name has one, but for small words within it.
fn is_one_name(text: &str) -> bool {
    let is_small = |word: &str| {
        let first = word.chars().find(|c| c.is_alphabetic());
        // "g1" is a name.
        first.is_some_and(char::is_lowercase) && !word.contains(char::is_numeric)
    };
    let is_short = |word: &str| shape::fits_chars(word.trim_start_matches('('), 4);
    let mut words = text.split(' ');
    let ends = [words.clone().next(), words.clone().next_back()];
    shape::fits_words(text, BYLINE_WORDS)
        && ends.into_iter().flatten().all(|word| !is_small(word))
        && words.all(|word| !is_small(word) || is_short(word))
}

/// A name has so many words, with what its bearer is so many more.
const NAME_WORDS: std::ops::RangeInclusive<usize> = 2..=4;
const WITH_OFFICE_WORDS: usize = 6;

/// Whether a text is a name, each of its words with a capital but for the small words of names that layouts know, or two
/// names. A script without capitals shows none.
pub(crate) fn is_full_name(text: &str, layouts: &Layouts) -> bool {
    let name = text.split([',', '|']).next().unwrap_or_default();
    let name = name.split(" - ").next().unwrap_or_default();
    // What its bearer is stands in brackets behind it.
    let (name, whole) = match name.split_once(" (") {
        Some((name, office)) if shape::fits_words(office, WITH_OFFICE_WORDS) => (name, name),
        Some(_) | None => (name, text),
    };
    let small = layouts.words();
    let is_large = |word: &&str| !small.is_particle(word) && !small.is_conjunction(word);
    let words = || name.split(' ').filter(is_large);
    let count = words().take(NAMES_WORDS + 1).count();
    let is_long = if name.split(' ').any(|word| small.is_conjunction(word)) {
        // Two words with one of these between are a section as well: "Arts and Culture".
        (TWO_NAMES..=NAMES_WORDS).contains(&count) || words().any(is_letters)
    } else {
        NAME_WORDS.contains(&count)
    };
    let ends = [name.split(' ').next(), name.split(' ').next_back()];
    is_long
        && words().all(|word| word.starts_with(char::is_uppercase))
        && ends.iter().flatten().all(is_large)
        && shape::stop(text) == Stop::None
        && is_name(whole)
}

/// "AFP": the letters of an agency.
fn is_letters(word: &str) -> bool {
    !shape::fits_chars(word, 1) && word.chars().all(char::is_uppercase)
}

/// Two names have no fewer words.
const TWO_NAMES: usize = 3;

/// Two names have so many words together.
const NAMES_WORDS: usize = 6;

/// Whether a text that has its line for itself is a name, or a name with its bearer's office.
pub(crate) fn stands_alone(text: &str, layouts: &Layouts) -> bool {
    is_full_name(text, layouts) || is_name_with_office(text)
}

/// "Nora Field Transport correspondent": what the bearer of a name is stands behind it with nothing between.
fn is_name_with_office(text: &str) -> bool {
    let mut words = text.split(' ');
    let is_name = words.by_ref().take(2).all(|word| word.starts_with(char::is_uppercase));
    let is_office =
        |word: &str| !shape::fits_chars(word, SHORT_WORD) && word.chars().all(shape::is_letter);
    is_name
        && shape::fits_words(text, WITH_OFFICE_WORDS)
        && text.split(' ').next_back().is_some_and(|last| last.starts_with(char::is_lowercase))
        && words.all(is_office)
}

/// A shorter word is no office.
const SHORT_WORD: usize = 3;

/// Whether a match form in a script without capitals is a name, with a place or a paper beside it as often as not: a given name
/// begins it, or a word of it is an outlet's. A place and an agency alone are a dateline.
pub(crate) fn is_name_without_capitals(form: &str, layouts: &Layouts) -> bool {
    let small = layouts.words();
    // "ن. حمزة": an initial stands for the given name.
    let (initial, form) = (without_title(form).len() < form.len(), without_title(form));
    let parts = || form.split(['|', ',', '/', '-']).map(str::trim);
    let words = || parts().flat_map(|part| part.split(' ')).filter(|word| shape::has_words(word));
    let is_caseless = |c: char| shape::is_word_char(c) && !c.is_numeric() && !c.is_ascii();
    let is_plain = |word: &str| {
        word.trim_matches(QUOTES).chars().all(is_caseless) && layouts.common_in(word).is_none()
    };
    // "ابن" and the like stand before the word that counts.
    let is_part = |part: &str| {
        let words = part.split(' ').filter(|word| !small.is_particle(word));
        words.count() <= CASELESS_WORDS
    };
    let is_given = || {
        let mut firsts = parts().filter_map(|part| part.split(' ').next());
        firsts.any(|first| small.is_given_name(first))
    };
    let fewest = if initial { 1 } else { *NAME_WORDS.start() };
    (fewest..=WITH_OFFICE_WORDS).contains(&words().count())
        && (initial || is_given() || words().any(|word| small.is_outlet(word)))
        && words().all(is_plain)
        && parts().all(is_part)
        && !parts().all(|part| layouts.whole(part).is_some())
        && words().all(|word| layouts.openings().of(word) == Opening::Neither)
}

/// Whether a given name begins a match form in a script without capitals.
pub(crate) fn begins_with_given_name(form: &str, layouts: &Layouts) -> bool {
    let first = without_title(form).split([' ', ',', '|']).next();
    first.is_some_and(|first| layouts.words().is_given_name(first))
}

/// A name without the letter and point that stand for a title: "د. سميرة الخطيب".
fn without_title(form: &str) -> &str {
    let name = form.split_once(". ").filter(|(title, _)| shape::fits_chars(title, TITLE_LETTERS));
    name.map_or(form, |(_, name)| name)
}

const TITLE_LETTERS: usize = 2;

/// A name in a script without capitals, or a place beside it, has no more words.
const CASELESS_WORDS: usize = 3;

/// Quotation marks round the name of a paper.
const QUOTES: [char; 8] = ['"', '«', '»', '“', '”', '\'', '(', ')'];

/// An agency's letters, each by itself, or its name in brackets: "و م ع", "(Reuters)".
pub(crate) fn is_agency(text: &str) -> bool {
    let is_sign = |word: &str| shape::fits_chars(word.trim_matches(|c| !shape::is_word_char(c)), 1);
    let in_brackets = text.starts_with('(') && text.ends_with(')');
    shape::fits_words(text, AGENCY_WORDS) && (in_brackets || text.split(' ').all(is_sign))
}

const AGENCY_WORDS: usize = 4;
