//! Lines of a block that are nothing but the date, the time, the byline, a name or the section of the headline beside them. They
//! are no line of a story, and differ from page to page: "Yesterday at 14:05".

use crate::page::date;
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::{name, whole};
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::raw_offset;
use crate::page::unmarked::{byline, clock, dates, tags};

/// What a line beside a headline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aside {
    Date,
    /// A time of day, a day told from the page's own, or a row of such things.
    Time,
    Byline,
    /// Who wrote the story, or for which paper, with no label before it.
    Name,
    /// A word or two that are no name by themselves: an agency, a place, a section.
    Tag,
    Section,
}

impl Aside {
    /// Takes a piece for what it is, of an entry where that is known.
    pub(super) fn take(self, piece: &mut Piece<'_>, entry: Option<u32>) {
        match self {
            Self::Date => {
                piece.take(Part::Value(Field::Published), entry, "the date beside a headline");
            }
            Self::Time => piece.take(Part::Furniture, None, "the time beside a headline"),
            Self::Section => {
                piece.take(Part::Furniture, None, "a section of the site beside a headline");
            }
            Self::Name => piece.take(Part::Furniture, None, "a name below a headline"),
            Self::Tag => piece.take(Part::Furniture, None, "a few words below every headline"),
            Self::Byline => piece.take(Part::Furniture, None, "a byline below a headline"),
        }
    }
}

/// The asides of a block: of each of its pieces, what it is if it is one.
pub(super) fn of(block: &[Piece<'_>], page: &Marking<'_, '_>) -> Vec<Option<Aside>> {
    let mut asides = vec![None; block.len()];
    let is_text = |piece: &Piece<'_>| piece.part == Part::Body;
    let mut above: Option<&Piece<'_>> = None;
    for (at, (piece, slot)) in block.iter().zip(&mut asides).enumerate() {
        if !is_text(piece) {
            continue;
        }
        let below = || block.iter().skip(at + 1).find(|piece| is_text(piece));
        let shares_line = |other: Option<usize>| {
            other.and_then(|other| block.get(other)).is_some_and(|other| other.line == piece.line)
        };
        let is_alone = || !shares_line(at.checked_sub(1)) && !shares_line(Some(at + 1));
        *slot = beside(piece, (above, below()), page).filter(|_| is_alone());
        if slot.is_none() {
            above = Some(piece);
        }
    }
    without_single_names(block, &mut asides);
    asides
}

/// What a piece is between the texts above and below it, if it is no more than an aside of a headline there.
fn beside(
    piece: &Piece<'_>,
    (above, below): (Option<&Piece<'_>>, Option<&Piece<'_>>),
    page: &Marking<'_, '_>,
) -> Option<Aside> {
    if piece.text.len() > dates::MAX_BYTES {
        return None;
    }
    let ends = |piece: &Piece<'_>| shape::ends_in_stop(&piece.text);
    let is_below = above.is_some_and(could_be_headline);
    if dates::is_day_alone_of_any_year(piece, page) {
        // What a paragraph with a colon announces is the day of a match.
        let is_announced = above.is_some_and(|above| shape::stop(&above.text) == Stop::Colon);
        let is_beside = is_below || below.is_some_and(could_be_headline);
        return (is_beside && !is_announced).then_some(Aside::Date);
    }
    let is_section = tags::is_section(page.matching.form(piece.folded.clone()), page.layouts);
    // Most short lines of a block are headlines, with a paragraph above: nothing else is asked of them.
    if !is_below && !is_section {
        return None;
    }
    if is_time(piece, page) {
        // An agency prints the time below its dateline, and behind its last paragraph.
        let is_line = |piece: &Piece<'_>| ends(piece) || is_dated(piece, page);
        let is_beside = is_below && !above.is_some_and(is_line) && below.is_some_and(ends);
        return is_beside.then_some(Aside::Time);
    }
    if is_section {
        let is_over = above.is_none_or(ends) && below.is_some_and(is_headline);
        let is_paragraph = |below: &Piece<'_>| shape::is_paragraph(&below.text);
        let is_under = above.is_some_and(is_headline) && below.is_some_and(is_paragraph);
        return (is_over || is_under).then_some(Aside::Section);
    }
    if is_byline(piece, page) {
        return Some(Aside::Byline);
    }
    if !is_between(piece, above, below, page) {
        return None;
    }
    if is_name(piece, page) {
        return Some(Aside::Name);
    }
    is_tag(&piece.text).then_some(Aside::Tag)
}

/// Whether a piece stands between a headline and its paragraph, neither of which says what it says.
fn is_between(
    piece: &Piece<'_>,
    above: Option<&Piece<'_>>,
    below: Option<&Piece<'_>>,
    page: &Marking<'_, '_>,
) -> bool {
    let says = |other: &Piece<'_>| says(other, piece, page);
    above.is_some_and(|above| is_headline(above) && !says(above))
        && below.is_some_and(|below| shape::is_paragraph(&below.text) && !says(below))
}

/// A site prints names below all its headlines: what looks like one below a single headline of some is a paragraph, as below a
/// question alone; and so is what stands there and looks like none, if not every headline has such a line.
fn without_single_names(block: &[Piece<'_>], asides: &mut [Option<Aside>]) {
    let count = |asides: &[Option<Aside>], of: Aside| {
        asides.iter().filter(|aside| **aside == Some(of)).count()
    };
    let (names, tags) = (count(asides, Aside::Name), count(asides, Aside::Tag));
    if names + tags == 0 {
        return;
    }
    let lines = block.iter().zip(asides.iter()).filter(|(_, aside)| aside.is_none());
    let headlines = lines.filter(|(piece, _)| piece.part == Part::Body && is_headline(piece));
    let headlines = headlines.count();
    let texts = block.iter().zip(asides.iter_mut());
    let mut above = Stop::None;
    for (piece, aside) in texts.filter(|(piece, _)| piece.part == Part::Body) {
        let below = std::mem::replace(&mut above, shape::stop(&piece.text));
        let is_sure = below == Stop::None && headlines <= names + tags;
        let is_single = match aside {
            Some(Aside::Name) => names + tags < NAMES && !is_sure,
            Some(Aside::Tag) => names + tags < NAMES || headlines > names + tags,
            Some(Aside::Date | Aside::Time | Aside::Byline | Aside::Section) | None => false,
        };
        if is_single {
            *aside = None;
        }
    }
}

/// So many names below headlines show that the site prints them there.
const NAMES: usize = 2;

/// Whether a piece is a time of day, a day told from the page's own, or a row of such things.
fn is_time(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    clock::is_clock(piece, page.matching, &page.dates)
        || clock::is_relative_day(piece, page.matching, &page.dates)
        || is_row(page.matching.form(piece.folded.clone()), page)
}

/// A few words below a headline have no more words and characters.
const TAG_WORDS: usize = 3;
const TAG_CHARS: usize = 28;

fn is_tag(text: &str) -> bool {
    shape::fits(text, TAG_WORDS, TAG_CHARS)
        && shape::stop(text) == Stop::None
        && text.starts_with(shape::is_letter)
        && !text.contains(DASHES)
        && !text.contains(char::is_numeric)
}

/// A name has no more characters.
const NAME_CHARS: usize = 40;

/// Whether a piece is a name, or that of a paper: in a script without capitals a given name or a word of an outlet shows it.
fn is_name(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    shape::fits_chars(&piece.text, NAME_CHARS)
        && shape::stop(&piece.text) == Stop::None
        // A name with a place behind it is a dateline.
        && !piece.text.contains(DASHES)
        && (name::is_full_name(&piece.text, page.layouts)
            || name::is_name_without_capitals(form, page.layouts))
}

/// What stands between a name and a place.
const DASHES: [char; 5] = ['-', '–', '—', '/', ':'];

/// Whether a line says all of another.
fn says(line: &Piece<'_>, other: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = |piece: &Piece<'_>| page.matching.form(piece.folded.clone());
    form(line).contains(form(other))
}

/// Whether a form is times, counts and sections with signs between, more than sections alone: "Politics | 3 hours ago".
fn is_row(form: &str, page: &Marking<'_, '_>) -> bool {
    // "2 - 1" is a score.
    if !form.contains(ROW_SIGNS) || !shape::has_letters(form) {
        return false;
    }
    let parts = || form.split(ROW_SIGNS).map(str::trim).filter(|part| shape::has_words(part));
    let is_section = |part: &str| tags::is_section(part, page.layouts);
    let is_day = |part: &str| page.date_in(part).is_some_and(|read| read.whole && read.has_day());
    let is_time = |part: &str| {
        whole::is_counted(page.layouts, part)
            || date::is_clock(part, &page.dates)
            || date::is_relative_day(part, &page.dates)
            || is_day(part)
    };
    parts().nth(1).is_some()
        && parts().all(|part| is_section(part) || is_time(part))
        && !parts().all(is_section)
}

/// Signs between what stands in a row.
const ROW_SIGNS: [char; 4] = ['|', '•', '·', '-'];

/// Whether a piece is a byline, with how long ago behind it as often as not: "By Nora Field 2 hrs ago".
fn is_byline(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let Some((_, bytes)) = byline::label(piece, page) else {
        return false;
    };
    let form = page.matching.form(piece.folded.clone());
    let digit = form.find(|c: char| c.is_ascii_digit()).unwrap_or(form.len());
    let (raw, end) = (raw_offset(&piece.text, bytes), raw_offset(&piece.text, digit));
    let name = piece.text.get(raw..end).unwrap_or_default().trim_matches(byline::SIGNS);
    let name = name.trim_end_matches(',');
    let ago = form.get(digit..).unwrap_or_default();
    name::is_name(name)
        && name.contains(' ')
        && (ago.is_empty() || whole::is_counted(page.layouts, ago))
}

/// Whether a piece has a day in it.
fn is_dated(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    page.date_in(form).is_some_and(|read| read.has_day())
}

/// A longer line is no headline.
const HEADLINE_CHARS: usize = 160;

/// Whether a line can be a headline, and does not end as a paragraph does.
fn is_headline(piece: &Piece<'_>) -> bool {
    could_be_headline(piece) && matches!(shape::stop(&piece.text), Stop::None | Stop::Question)
}

fn could_be_headline(piece: &Piece<'_>) -> bool {
    !shape::is_paragraph(&piece.text) && shape::fits_chars(&piece.text, HEADLINE_CHARS)
}
