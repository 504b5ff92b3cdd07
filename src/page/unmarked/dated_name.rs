//! A name and the date on one line, with a sign or the label of the date between them: "Nora Field / 14 March 2024".

use super::byline;
use super::paper;
use super::row;
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::marks::trailing::trailing_date;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape;
use crate::page::text::spelling::{folded_len, raw_offset};

/// The line has no more bytes, and the name and its label no more words.
const BYTES: usize = 120;
const WORDS: usize = 8;

/// Signs between a name and a date. A comma or a bar stands between a place and a date as well.
const SIGNS: [char; 4] = ['/', '-', '–', ':'];

/// The parts of a line that is the name of an author or a paper with a date behind it.
pub(super) fn parts<'a>(piece: &Piece<'a>, page: &Marking<'_, 'a>) -> Option<Vec<Piece<'a>>> {
    let form = page.matching.form(piece.folded.clone());
    let is_short = form.len() <= BYTES && !form.starts_with(|c: char| c.is_numeric());
    if !is_short || !shape::has_digit(form) || byline::label(piece, page).is_some() {
        return None;
    }
    let Cut { name, date, label } = labelled(form, page).or_else(|| parted(form, page))?;
    let named = name.trim_end_matches(|c| SIGNS.contains(&c) || c == ' ');
    let is_parted = label.is_some() || named.len() < name.trim_end().len();
    let part = whose(piece, named, is_parted, page)?;
    // Whom the article speaks of is not who wrote it.
    let is_author = part == Part::Value(Field::Author);
    if is_author && page.matching.text().matches(named).nth(1).is_some() {
        return None;
    }
    let lead = page
        .matching
        .text()
        .get(piece.folded.clone())
        .map_or(0, |text| text.len() - text.trim_start().len());
    let at = |bytes: usize| raw_offset(&piece.text, bytes);
    let (mut name_of, rest) = piece.split_at(at(named.len()), lead + named.len())?;
    let sign = piece.text.get(at(named.len())..at(date))?;
    let (mut sign_of, mut date_of) = rest.split_at(sign.trim_start().len(), folded_len(sign))?;
    name_of.take(part, None, "a name before a date");
    let field = label.unwrap_or(Field::Published);
    sign_of.take(Part::Label, None, "what stands between a name and a date");
    date_of.take(Part::Value(field), None, "a date behind a name");
    Some([name_of, sign_of, date_of].into_iter().filter(|part| !part.text.is_empty()).collect())
}

/// A line, cut into what may be a name and the date behind it.
struct Cut<'f> {
    name: &'f str,
    /// Where the date begins.
    date: usize,
    /// The field that a label before it names.
    label: Option<Field>,
}

/// The cut at the label of a date.
fn labelled<'f>(form: &'f str, page: &Marking<'_, '_>) -> Option<Cut<'f>> {
    let begins = form.match_indices(' ').map(|(at, _)| at + 1).take(WORDS);
    begins.filter_map(|at| Some((at, row::label(form.get(at..)?, page)?))).find_map(
        |(at, (field, _, bytes))| {
            let read = page.date_in(form.get(at + bytes..)?)?;
            let is_date = field.is_date() && read.whole && read.has_day();
            let (name, date) = (form.get(..at)?, at + bytes);
            is_date.then_some(Cut { name, date, label: Some(field) })
        },
    )
}

/// The cut where the date begins, behind the signs before it, which may be read with it.
fn parted<'f>(form: &'f str, page: &Marking<'_, '_>) -> Option<Cut<'f>> {
    let behind = form.get(trailing_date(page, form, WORDS)?..)?;
    let date = form.len() - behind.trim_start_matches(|c| SIGNS.contains(&c) || c == ' ').len();
    Some(Cut { name: form.get(..date)?, date, label: None })
}

/// What a name is to the article, if it is one: in a script without capitals a given name shows it, else what parts it from
/// the date.
fn whose(piece: &Piece<'_>, named: &str, is_parted: bool, page: &Marking<'_, '_>) -> Option<Part> {
    let layouts = page.layouts;
    let text = piece.text.get(..raw_offset(&piece.text, named.len()))?;
    let is_given = name::begins_with_given_name(named, layouts)
        && name::is_name_without_capitals(named, layouts);
    if is_given || is_parted && name::is_full_name(text, layouts) {
        return Some(Part::Value(Field::Author));
    }
    (is_parted && paper::paper(named, layouts).is_some()).then_some(Part::Value(Field::Source))
}
