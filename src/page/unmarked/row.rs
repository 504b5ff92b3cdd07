//! Fields of one line below the headline, with bars between them: "Nora Field | 14 March 2024 | 12 comments"; and a date with a
//! byline behind it.

use super::dated_name;
use crate::page::date;
use crate::page::layout::{Field, RuleKind};
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::marks::trailing::without_sign;
use crate::page::marks::whole;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape;
use crate::page::text::spelling::{folded_len, raw_offset};

/// The row stands on one of so many lines below the first.
const LINES: usize = 16;

/// A row of fields has no more bytes.
const ROW_BYTES: usize = 200;

/// Signs between the fields of one line.
const BARS: [char; 3] = ['|', '•', '·'];

/// A part of a row that no rule knows has no more words.
const ROW_WORDS: usize = 3;

/// What a part of a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Date,
    /// A time of day: it goes with the date beside it, and the row stays whole.
    Clock,
    /// A label of so many bytes of the match form, by this rule, and its value.
    Labelled(Field, u32, usize),
    Name,
    Furniture,
    Other,
}

/// Takes a line below the first one apart that is fields with bars between them: "Nora Field | 14 March 2024 | 12 comments".
pub(super) fn take<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) {
    let dated = pieces.iter().enumerate().take(LINES).find_map(|(at, piece)| {
        let is_field = matches!(piece.part, Part::Body | Part::Value(Field::Published));
        Some((at, is_field.then(|| dated_byline(piece, page))??))
    });
    if let Some((at, row)) = dated {
        drop(pieces.splice(at..=at, row));
    }
    let named = head(pieces).find_map(|(at, piece)| Some((at, dated_name::parts(piece, page)?)));
    if let Some((at, row)) = named {
        drop(pieces.splice(at..=at, row));
    }
    let found = head(pieces)
        .filter(|(_, piece)| piece.text.len() <= ROW_BYTES && piece.text.contains(BARS))
        .find_map(|(at, piece)| Some((at, row(piece, page)?)));
    if let Some((at, row)) = found {
        drop(pieces.splice(at..=at, row));
    }
}

/// The texts between the first one and the first paragraph.
fn head<'p, 'a>(pieces: &'p [Piece<'a>]) -> impl Iterator<Item = (usize, &'p Piece<'a>)> {
    let texts = pieces.iter().enumerate().filter(|(_, piece)| piece.part == Part::Body);
    texts.skip(1).take(LINES).take_while(|(_, piece)| !shape::is_paragraph(&piece.text))
}

/// The parts of a row, if it is one.
fn row<'a>(piece: &Piece<'a>, page: &Marking<'_, 'a>) -> Option<Vec<Piece<'a>>> {
    let parts = cut_at_bars(piece, page);
    let told: Vec<Told> = parts.iter().map(|part| told(part, page)).collect();
    // A place or a name and a day alone are the date as it is printed.
    let is_sure = |told: &&Told| matches!(told, Told::Labelled(..) | Told::Furniture);
    // In a script without capitals a given name shows that it is none of a place.
    let is_latin = |text: &str| text.contains(|c: char| c.is_ascii_alphabetic());
    // Nor do places have other letters than their page.
    let is_foreign = |part: &Piece<'_>| {
        is_latin(&part.text) && page.lines.first().is_some_and(|line| !is_latin(&line.text))
    };
    let is_given = |(part, told): (&Piece<'_>, &Told)| {
        let form = page.matching.form(part.folded.clone());
        *told == Told::Name
            && (name::begins_with_given_name(form, page.layouts) || is_foreign(part))
    };
    let given = parts.iter().zip(&told).filter(|pair| is_given(*pair)).count();
    let fields = told.iter().filter(is_sure).count() + given;
    let others = told.iter().filter(|told| **told == Told::Other).count();
    // The name of a paper or a place behind an author goes with the author.
    let is_author = |told: &Told| matches!(told, Told::Labelled(Field::Author, ..));
    let goes_on =
        |pair: &[Told]| matches!(pair, [first, Told::Name | Told::Other] if is_author(first));
    if told.windows(2).any(goes_on) || told.contains(&Told::Clock) {
        return None;
    }
    let is_date = |told: &Told| matches!(told, Told::Date | Told::Labelled(..));
    if fields == 0 || others > 1 || parts.len() < 2 || !told.iter().any(is_date) {
        return None;
    }
    let words = |text: &str| text.split(' ').filter(|word| shape::has_words(word)).count();
    let is_long =
        |(part, told): (&Piece<'_>, &Told)| *told == Told::Other && words(&part.text) > ROW_WORDS;
    if parts.iter().zip(&told).any(is_long) {
        return None;
    }
    let mut row = Vec::with_capacity(2 * parts.len());
    for (part, told) in parts.into_iter().zip(told) {
        named(part, told, page, &mut row);
    }
    Some(row)
}

/// A date with a byline behind it has no more bytes.
const BYLINE_BYTES: usize = 120;

/// The parts of a line that is a date with a byline behind it: "Thursday 31 August 2023 by Nora Field".
fn dated_byline<'a>(piece: &Piece<'a>, page: &Marking<'_, 'a>) -> Option<Vec<Piece<'a>>> {
    let form = page.matching.form(piece.folded.clone());
    let may_be_labelled = || page.layouts.may_begin(page.matching.words_from(piece.folded.clone()));
    if form.len() > BYLINE_BYTES || !shape::has_digit(form) || !may_be_labelled() {
        return None;
    }
    let end = date::leading(form, &page.dates)?;
    let behind = form.get(end..)?;
    let byline = end + behind.len() - behind.trim_start_matches(BEFORE_NAME).len();
    let (field, rule, bytes) = label(form.get(byline..)?, page)?;
    let at = |bytes: usize| raw_offset(&piece.text, bytes);
    let name = piece.text.get(at(byline + bytes)..)?.trim();
    let is_name = name::is_full_name(name, page.layouts)
        || name::is_name_without_capitals(form.get(byline + bytes..)?, page.layouts);
    if field != Field::Author || !is_name {
        return None;
    }
    let lead = lead(piece, page);
    let (date, rest) = piece.split_at(at(byline), lead + byline)?;
    let label_bytes = at(byline + bytes) - at(byline);
    let (label, name) = rest.split_at(label_bytes, bytes)?;
    let (mut date, sign) = without_sign(date);
    date.why.rule = piece.why.rule;
    date.take(Part::Value(Field::Published), None, "a date before a byline");
    let sign = sign.map(|sign| sign.by_rule(Part::Label, rule));
    let name = name.by_rule(Part::Value(Field::Author), rule);
    let byline = [label.by_rule(Part::Label, rule), name];
    Some(std::iter::once(date).chain(sign).chain(byline).collect())
}

/// Signs between a date and a byline.
const BEFORE_NAME: [char; 7] = [' ', '-', '–', ',', '/', '|', '•'];

/// Gives a part of a row its part in the page.
fn named<'a>(mut piece: Piece<'a>, told: Told, page: &Marking<'_, 'a>, row: &mut Vec<Piece<'a>>) {
    let bar = piece.text.trim_end_matches(|c| BARS.contains(&c) || c == ' ').len();
    let sign = piece.text.get(bar..).map_or(0, folded_len);
    let bar = piece.split_at(bar, piece.folded.len().saturating_sub(sign));
    let bar = bar.filter(|(_, bar)| !bar.text.is_empty()).map(|(part, mut bar)| {
        piece = part;
        bar.take(Part::Label, None, "a sign between fields");
        bar
    });
    let field = match told {
        Told::Date => Part::Value(Field::Published),
        Told::Name => Part::Value(Field::Author),
        Told::Furniture | Told::Other | Told::Clock => Part::Furniture,
        Told::Labelled(field, rule, bytes) => {
            let folded = lead(&piece, page) + bytes;
            if let Some((label, value)) = piece.split_at(raw_offset(&piece.text, bytes), folded) {
                row.push(label.by_rule(Part::Label, rule));
                piece = value;
            }
            Part::Value(field)
        }
    };
    piece.take(field, None, "a field in a row of some");
    row.push(piece);
    row.extend(bar);
}

/// The parts of a line, each with the bar behind it.
fn cut_at_bars<'a>(piece: &Piece<'a>, page: &Marking<'_, 'a>) -> Vec<Piece<'a>> {
    let (mut parts, mut rest) = (Vec::new(), piece.clone());
    while let Some(at) = rest.text.find(BARS) {
        let bar = rest.text.get(at..).and_then(|bar| bar.chars().next()).map_or(1, char::len_utf8);
        let raw = rest.text.get(..at + bar).unwrap_or_default();
        let Some((part, behind)) = rest.split_at(raw.len(), lead(&rest, page) + folded_len(raw))
        else {
            break;
        };
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    parts.retain(|part| !part.text.is_empty());
    parts
}

/// The bytes of the spaces that the match form of a piece begins with.
fn lead(piece: &Piece<'_>, page: &Marking<'_, '_>) -> usize {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    form.len() - form.trim_start().len()
}

fn told(part: &Piece<'_>, page: &Marking<'_, '_>) -> Told {
    let form = page.matching.form(part.folded.clone());
    let form = form.trim_end_matches(|c| BARS.contains(&c) || c == ' ');
    let text = part.text.trim_end_matches(|c| BARS.contains(&c) || c == ' ');
    let is_date =
        |text: &str| date::read(text, &page.dates).is_some_and(|read| read.whole && read.has_day());
    if is_date(form) {
        return Told::Date;
    }
    if date::is_clock(form, &page.dates) {
        return Told::Clock;
    }
    if whole::is_counted(page.layouts, form) {
        return Told::Furniture;
    }
    if let Some((field, rule, bytes)) = label(form, page) {
        let value = form.get(bytes..).unwrap_or_default();
        let name = text.get(raw_offset(text, bytes)..).unwrap_or_default().trim();
        return match field {
            Field::Author if name::is_name(name) => Told::Labelled(field, rule, bytes),
            Field::Published | Field::Updated if is_date(value) => {
                Told::Labelled(field, rule, bytes)
            }
            // "Updated 09:12 pm", on the day that is named before.
            Field::Updated if date::has_clock_alone(value, &page.dates) => {
                Told::Labelled(field, rule, bytes)
            }
            Field::Published | Field::Updated | Field::Source | Field::Keywords | Field::Author => {
                Told::Other
            }
        };
    }
    let is_name = name::is_full_name(text, page.layouts)
        || name::is_name_without_capitals(form, page.layouts);
    if is_name { Told::Name } else { Told::Other }
}

/// A label has no more words.
const LABEL_WORDS: usize = 4;

/// The label that a form begins with: its field, its rule and its bytes with what closes it.
pub(super) fn label(form: &str, page: &Marking<'_, '_>) -> Option<(Field, u32, usize)> {
    let ends = form.char_indices().filter(|(_, c)| !shape::is_word_char(*c)).map(|(at, _)| at);
    ends.take(LABEL_WORDS)
        .filter_map(|end| {
            let hit = page.layouts.whole(form.get(..end)?)?;
            let mut rules = page.layouts.rules_of(hit).filter(|(_, rule)| rule.site.is_none());
            rules.find_map(|(id, rule)| {
                let RuleKind::Label(label) = &rule.kind else {
                    return None;
                };
                let behind = form.get(end..)?;
                let closed = behind.len() - behind.trim_start_matches([' ', ':', '-', '–']).len();
                let is_own = *rule.language == *page.language || behind.starts_with(':');
                is_own.then_some((label.field, id, end + closed))
            })
        })
        .last()
}
