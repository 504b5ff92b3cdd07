//! Names of authors: what has the shape of one, where a language prints it behind the article, what stands behind it.

use crate::page::layout::{Field, Layouts, Opening};
use crate::page::marks::mark::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::folded_len;

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
    let is_office = |part: &str| part.split(' ').nth(OFFICE_WORDS).is_none();
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
    let is_short = |word: &str| word.trim_start_matches('(').chars().nth(4).is_none();
    let mut words = text.split(' ');
    let ends = [words.clone().next(), words.clone().next_back()];
    text.split(' ').nth(BYLINE_WORDS).is_none()
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
        Some((name, office)) if office.split(' ').nth(WITH_OFFICE_WORDS).is_none() => (name, name),
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
    word.chars().nth(1).is_some() && word.chars().all(char::is_uppercase)
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
        |word: &str| word.chars().nth(SHORT_WORD).is_some() && word.chars().all(shape::is_letter);
    is_name
        && text.split(' ').nth(WITH_OFFICE_WORDS).is_none()
        && text.split(' ').next_back().is_some_and(|last| last.starts_with(char::is_lowercase))
        && words.all(is_office)
}

/// A shorter word is no office.
const SHORT_WORD: usize = 3;

/// Takes the last line of the article for its author where papers of the language print the name there, no other line names
/// one and the article says no such name.
pub(crate) fn behind_body(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    if !page.layouts.words().has_names_behind(page.language) || pieces.iter().any(is_author) {
        return;
    }
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let own = pieces.get(..own).unwrap_or_default().iter().enumerate();
    let mut texts = own.filter(|(_, piece)| piece.part == Part::Body).rev();
    let (Some((at, name)), Some((_, above))) = (texts.next(), texts.next()) else {
        return;
    };
    let mut is_said = || texts.any(|(_, piece)| piece.text.contains(name.text.as_ref()));
    if shape::is_paragraph(&above.text)
        && !above.text.contains(name.text.as_ref())
        && is_full_name(&name.text, page.layouts)
        && !is_said()
        && let Some(name) = pieces.get_mut(at)
    {
        name.take(Part::Value(Field::Author), None, "a name behind the article");
    }
}

/// Takes the site that stands behind the author's name for the source: "Nora Field - paper.example".
pub(crate) fn without_paper(pieces: &mut Vec<Piece<'_>>) {
    let is_value = |piece: &Piece<'_>, field| piece.part == Part::Value(field);
    let Some(at) = pieces.iter().position(|piece| is_value(piece, Field::Author)) else {
        return;
    };
    let cut = pieces.get(at).and_then(|author| {
        let (name, paper) = author.text.rsplit_once([' ', '-', '|', '/'])?;
        let bytes = name.trim_end_matches([' ', '-', '–', '|', '/', ',']).len();
        let is_paper = is_host(paper) && bytes + 1 < name.len();
        let name = author.text.get(..bytes).filter(|name| is_paper && !name.is_empty())?;
        let (author_of, rest) = author.split_at(name.len(), folded_len(name))?;
        let sign = rest.text.len() - paper.len();
        let (sign, paper) = rest.split_at(sign, folded_len(rest.text.get(..sign)?))?;
        Some([author_of, sign, paper])
    });
    let Some([mut name, mut sign, mut paper]) = cut else {
        return;
    };
    let named = pieces.iter().any(|piece| is_value(piece, Field::Source));
    let rule = pieces.get(at).and_then(|author| author.why.rule);
    name.why.rule = rule;
    name.take(Part::Value(Field::Author), None, "a name before its paper");
    sign.take(Part::Label, None, "a sign between a name and its paper");
    let part = if named { Part::Furniture } else { Part::Value(Field::Source) };
    paper.take(part, None, "the paper behind its author's name");
    drop(pieces.splice(at..=at, [name, sign, paper]));
}

/// "paper.example": a name, a point and letters.
fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        part.chars().nth(1).is_some() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let last = text.rsplit('.').next().unwrap_or_default();
    text.contains('.')
        && text.split('.').all(is_part)
        && last.chars().all(|c| c.is_ascii_lowercase())
}

/// Whether a match form in a script without capitals is a name, with a place or a paper beside it as often as not: a given name
/// begins it, or a word of it is an outlet's. A place and an agency alone are a dateline.
pub(crate) fn is_name_without_capitals(form: &str, layouts: &Layouts) -> bool {
    let small = layouts.words();
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
    (*NAME_WORDS.start()..=WITH_OFFICE_WORDS).contains(&words().count())
        && words().all(is_plain)
        && parts().all(is_part)
        && !parts().all(|part| layouts.whole(part).is_some())
        && words().all(|word| layouts.openings().of(word) == Opening::Neither)
        && (is_given() || words().any(|word| small.is_outlet(word)))
}

/// A name in a script without capitals, or a place beside it, has no more words.
const CASELESS_WORDS: usize = 3;

/// Quotation marks round the name of a paper.
const QUOTES: [char; 8] = ['"', '«', '»', '“', '”', '\'', '(', ')'];
