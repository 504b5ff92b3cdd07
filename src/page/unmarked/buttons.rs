//! Lines of the site that only their neighbours, or their few signs, tell: counts beside buttons, signs between them, the
//! buttons for the size of letters, what stands in a box.

use super::dates;
use crate::page::layout::{Field, Furniture, Layouts, RuleKind};
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};

/// Takes small lines beside furniture for furniture: a number that says how often something was done ("Comments", "0"),
/// beside a date or another value too, a sign between buttons, a letter for its size, the page's address; and a
/// label with nothing but a number behind it, wherever it stands.
pub(super) fn take(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    for piece in pieces.iter_mut().filter(|piece| piece.part == Part::Body) {
        if is_sizing(&piece.text) {
            piece.take(Part::Furniture, None, "a button for the size of letters");
        } else if let Some(reason) = labelled(piece) {
            piece.take(Part::Furniture, None, reason);
        } else if are_caseless_initials(&piece.text) {
            piece.take(Part::Furniture, None, "the initials of who wrote it");
        } else if is_picture_credit(piece, page) {
            piece.take(Part::Furniture, None, "who took the picture");
        }
    }
    letters(pieces);
    shares(pieces);
    let mut beside = Beside::Text;
    for piece in pieces.iter_mut() {
        beside = take_small(piece, beside, page);
    }
    beside = Beside::Text;
    for piece in pieces.iter_mut().rev() {
        beside = take_small(piece, beside, page);
    }
    empty_labels(pieces, page);
}

/// Takes lines of one letter each, or of nothing but a number, two or more of them, for buttons and what they count: "f", "t".
fn letters(pieces: &mut [Piece<'_>]) {
    let is_letter = |piece: &Piece<'_>| {
        shape::fits_chars(&piece.text, 1) && piece.text.starts_with(shape::is_letter)
    };
    let is_small = |piece: &Piece<'_>| {
        matches!(piece.part, Part::Body | Part::Value(Field::Keywords))
            && (is_letter(piece) || is_count(&piece.text))
    };
    for run in pieces.chunk_by_mut(|one, next| is_small(one) && is_small(next)) {
        if run.len() > 1 {
            for piece in run {
                piece.take(Part::Furniture, None, "buttons of one letter, or what they count");
            }
        }
    }
}

/// Takes labels that have their lines for themselves, with no value behind them but what the site puts there, for what
/// they are: "Tags:", and the page ends.
fn empty_labels(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let mut rest = pieces;
    while let Some((piece, behind)) = rest.split_first_mut() {
        let is_text = |piece: &Piece<'_>| matches!(piece.part, Part::Body | Part::Headline);
        let rule = piece.why.runner_up.filter(|second| second.part == Part::Label);
        if let Some(rule) = rule.and_then(|second| second.rule)
            && piece.part == Part::Body
            && !behind.first().is_some_and(is_text)
            && is_label(piece, page)
        {
            piece.part = Part::Label;
            piece.why.rule = Some(rule);
        }
        rest = behind;
    }
}

/// Whether a piece is the words of a label that may stand alone, and what closes them.
fn is_label(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    let words = form.trim_end_matches(|c| !shape::is_word_char(c));
    let alone = |kind: &RuleKind| matches!(kind, RuleKind::Label(label) if label.alone);
    let hit = page.layouts.whole(words);
    hit.is_some_and(|hit| page.layouts.rules_of(hit).any(|(_, rule)| alone(&rule.kind)))
}

/// A line that says who took a picture has no more bytes, a name on it no more words, the letters of an agency no more
/// of them.
const CREDIT_BYTES: usize = 100;
const CREDIT_WORDS: usize = 3;
const AGENCY_LETTERS: usize = 6;

/// "Photo: Nora Field / dpa": whether a piece says who took a picture, and nothing of what it shows.
fn is_picture_credit(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    if piece.text.len() > CREDIT_BYTES {
        return false;
    }
    let form = page.matching.form(piece.folded.clone()).trim_start_matches('(');
    let word = form.split([':', ' ', '.']).next().unwrap_or_default();
    // "Fot. Jan Nowak": the word is short for another.
    let names = || {
        let behind = piece.text.split_once([':', '：', '©']);
        let short = || piece.text.split_once(". ").filter(|(word, _)| !word.contains(' '));
        behind.or_else(short).map_or("", |(_, names)| names)
    };
    page.layouts.words().is_picture(word) && are_names(names(), page.layouts)
}

/// Names and the letters of agencies, with signs between.
fn are_names(text: &str, layouts: &Layouts) -> bool {
    let is_letters = |name: &str| shape::fits_chars(name, AGENCY_LETTERS);
    let is_name = |name: &str| {
        let is_large =
            |word: &str| !word.starts_with(char::is_lowercase) || layouts.words().is_particle(word);
        shape::fits_words(name, CREDIT_WORDS)
            && (name.split(' ').all(is_large) || !name.contains(' ') && is_letters(name))
    };
    let signs = ['/', '|', ',', '،', '(', ')', '-', '—', '–'];
    let mut names = text.split(signs).map(str::trim).filter(|name| !name.is_empty());
    shape::has_letters(text) && shape::stop(text) == Stop::None && names.all(is_name)
}

/// What a small line stands beside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Text,
    /// A value of a label, the author.
    Field,
    /// A date.
    Date,
    Furniture,
}

/// Takes a small line for furniture if its neighbour shows that it is some. What it is to its neighbour now.
fn take_small(piece: &mut Piece<'_>, beside: Beside, page: &Marking<'_, '_>) -> Beside {
    if piece.part == Part::Body
        && let Some(reason) = small(piece, beside, page)
    {
        piece.take(Part::Furniture, None, reason);
    }
    match piece.part {
        Part::Furniture => Beside::Furniture,
        Part::Value(field) if field.is_date() => Beside::Date,
        Part::Value(_) => Beside::Field,
        // The bracket behind a value goes with it.
        Part::Label if !shape::has_words(&piece.text) => beside,
        Part::Headline | Part::Body | Part::Teaser | Part::Marker | Part::Label => Beside::Text,
    }
}

/// Why a line is a small one of the site, if it is.
fn small(piece: &Piece<'_>, beside: Beside, page: &Marking<'_, '_>) -> Option<&'static str> {
    let text = piece.text.as_ref();
    match beside {
        Beside::Text => None,
        _ if is_count(text) || is_fraction(text) => Some("a number beside furniture or a field"),
        Beside::Date if dates::is_day_alone(piece, page) => Some("the date again"),
        _ if is_sign(text) => Some("a sign beside furniture or a field"),
        Beside::Furniture if is_player_time(text) => Some("a number beside furniture or a field"),
        Beside::Furniture if is_letter_size(text) => Some("a sign beside furniture or a field"),
        Beside::Furniture => shape::is_web_address(text).then_some("an address beside furniture"),
        Beside::Date | Beside::Field => {
            matches!(text, "-" | "–" | "—" | "::").then_some("a sign beside furniture or a field")
        }
    }
}

/// A number of more digits counts nothing that readers do.
const COUNT_DIGITS: usize = 8;

fn is_count(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_numeric) && shape::fits_chars(text, COUNT_DIGITS)
}

/// "00:00/00:00", of a player.
fn is_player_time(text: &str) -> bool {
    text.matches(':').count() >= 2
        && text.chars().all(|c| c.is_numeric() || matches!(c, ':' | '/' | ' '))
}

/// "1 / 12", of pictures.
fn is_fraction(text: &str) -> bool {
    let parts = text.split_once('/').map(|(of, all)| (of.trim(), all.trim()));
    parts.is_some_and(|(of, all)| is_count(of) && is_count(all))
}

/// A longer text before a colon, in bytes, is no label.
const LABEL_BYTES: usize = 40;

/// Why a line is of the site that marking has made nothing of, for what is behind the colon is no value: "Reporter: 50112",
/// "Font size: A+ A-".
fn labelled(piece: &Piece<'_>) -> Option<&'static str> {
    let nearly = piece.why.runner_up?.part;
    let (label, behind) = piece.text.split_once(':')?;
    let is_label = || label.len() <= LABEL_BYTES && shape::has_letters(label);
    match nearly {
        Part::Label if is_count(behind.trim()) && is_label() => {
            Some("a label with a number behind it")
        }
        Part::Furniture if is_sizing(behind.trim()) => Some("buttons for the size of letters"),
        Part::Headline
        | Part::Body
        | Part::Teaser
        | Part::Marker
        | Part::Label
        | Part::Furniture
        | Part::Value(_) => None,
    }
}

/// "+", "|", "/": one sign that parts no sections of an article, as a star or a dash does.
fn is_sign(text: &str) -> bool {
    let mut chars = text.chars();
    matches!(
        (chars.next(), chars.next()),
        (Some('+' | '|' | '/' | '\\' | '•' | '·' | '×' | '›' | '»' | '>' | '<' | '«' | '‹'), None)
    )
}

/// "A+", "A- A A+", "T+", "A A": letters with signs behind them, or two letters, and nothing else.
fn is_sizing(text: &str) -> bool {
    let signs = |c: char| matches!(c, '+' | '-' | '–' | '−');
    let is_button = |word: &str| {
        let letter = word.trim_end_matches(signs);
        letter.len() < word.len() && matches!(letter, "A" | "a" | "Aa" | "T" | "أ" | "ع")
            || word.trim_start_matches(signs) != word
                && is_letter_size(word.trim_start_matches(signs))
    };
    let letters = || text.split(' ').filter(|word| is_letter_size(word)).count();
    // "+ Font -"
    let is_word = text.starts_with("+ ") && text.ends_with(" -") && text.matches(' ').count() == 2;
    let are_letters = || {
        (text.contains(signs) && text.split(' ').any(is_button) || letters() >= 2)
            && text.split(' ').all(|word| is_button(word) || is_letter_size(word) || is_sign(word))
    };
    text.len() <= SIZING_BYTES && (is_word || are_letters())
}

/// So many bytes have the buttons of one line together.
const SIZING_BYTES: usize = 16;

fn is_letter_size(text: &str) -> bool {
    matches!(text, "A" | "a" | "Aa" | "aA" | "AA" | "Aaa" | "AAA" | "T" | "ع")
}

/// A box has no more pieces; one that a line opens which is no more than the beginning of a pitch.
const BOX: usize = 16;
const PITCH: usize = 4;

/// Takes what stands between the lines that open and close a box, of a newsletter or the like, for furniture.
pub(super) fn boxes(pieces: &mut [Piece<'_>], layouts: &Layouts) {
    let kind_of = |piece: &Piece<'_>| {
        let rule = piece.why.rule.filter(|_| piece.part == Part::Furniture);
        rule.and_then(|rule| layouts.rule(rule)).map(|rule| &rule.kind)
    };
    let mut opened = None;
    for at in 0..pieces.len() {
        match pieces.get(at).and_then(kind_of) {
            Some(RuleKind::Furniture(Furniture::BoxStart)) => opened = Some((at, BOX)),
            Some(RuleKind::Furniture(Furniture::Opener))
                if opened.is_none_or(|(from, most)| at - from > most) =>
            {
                opened = Some((at, PITCH));
            }
            Some(RuleKind::Furniture(Furniture::BoxEnd)) => {
                let from = opened.take().filter(|(from, most)| at - from <= *most);
                let from = from.map_or(at, |(from, _)| from);
                let inside = pieces.get_mut(from..at).unwrap_or_default().iter_mut();
                for piece in inside.filter(|piece| piece.part != Part::Furniture) {
                    piece.take(Part::Furniture, None, "a line in a box of the site");
                }
            }
            Some(_) | None => {}
        }
    }
}

/// Initials in a script without capitals have no more bytes, nor with what stands in brackets behind them.
const CASELESS_BYTES: usize = 24;
const SIGNED_BYTES: usize = 80;

/// "ر.ح", "== م.ا/ب.م": letters of a script without capitals, one or two at a time, with points or strokes between.
fn are_caseless_initials(text: &str) -> bool {
    if text.len() > SIGNED_BYTES || !text.contains(['.', '/']) {
        return false;
    }
    // "ع ا / ر ب (dpa)": what they have made use of stands behind them.
    let text = text.split_once(" (").map_or(text, |(initials, _)| initials);
    let text = text.trim_matches([' ', '=', '-', '_', '/', '(', ')', '\u{640}']);
    let is_caseless = |c: char| shape::is_letter(c) && !c.is_lowercase() && !c.is_uppercase();
    let is_initial = |word: &str| {
        word.chars().next().is_some_and(is_caseless)
            && word.chars().all(shape::is_letter)
            && shape::fits_chars(word, 2)
    };
    let words = || text.split(['.', '/', ' ']).filter(|word| !word.is_empty());
    text.len() <= CASELESS_BYTES
        && text.contains(['.', '/'])
        && words().nth(1).is_some()
        && words().all(is_initial)
}

/// A share's price has no more bytes: "+0.45 (+1.20%)".
const PRICE_BYTES: usize = 32;

/// The name of a share at its exchange has no more bytes.
const SHARE_BYTES: usize = 10;

/// Takes a share's name and its price, each on a line of its own, for furniture.
fn shares(pieces: &mut [Piece<'_>]) {
    let is_price = |piece: &Piece<'_>| {
        let text = piece.text.as_ref();
        piece.part == Part::Body
            && text.len() <= PRICE_BYTES
            && text.ends_with(['%', ')'])
            && text.contains('%')
            && !shape::has_letters(text)
    };
    let is_share = |piece: &Piece<'_>| {
        let text = piece.text.as_ref();
        piece.part == Part::Body
            && text.len() <= SHARE_BYTES
            && text.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '.' | ':' | '^' | '='))
    };
    for at in 1..pieces.len() {
        if let Some([share, price]) = pieces.get_mut(at - 1..=at)
            && is_price(price)
            && is_share(share)
        {
            share.take(Part::Furniture, None, "a share beside its price");
            price.take(Part::Furniture, None, "the price of a share");
        }
    }
}
