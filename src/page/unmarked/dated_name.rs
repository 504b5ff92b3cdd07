//! A name and the date on one line, with a sign or the label of the date between them: "Nora Field / 14 March 2024".

use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::marks::trailing::trailing_date;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape;
use crate::page::text::spelling::{folded_len, raw_offset};

use super::byline;
use super::paper;
use super::row;

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
    let date = trailing_date(page, form, WORDS)?;
    // A sign before a date may be read with it.
    let behind = form.get(date..)?.trim_start_matches(|c| SIGNS.contains(&c) || c == ' ');
    let date = form.len() - behind.len();
    let before = form.get(..date)?;
    let (name, label) = without_label(before, page);
    let named = name.trim_end_matches(|c| SIGNS.contains(&c) || c == ' ');
    let is_parted = label.is_some() || named.len() < name.trim_end().len();
    let part = whose(piece, named, is_parted, page)?;
    // Whom the article speaks of is not who wrote it.
    if page.matching.text().matches(named).nth(1).is_some() {
        return None;
    }
    let lead = page
        .matching
        .text()
        .get(piece.folded.clone())
        .map_or(0, |text| text.len() - text.trim_start().len());
    let at = |bytes: usize| raw_offset(&piece.text, bytes);
    let (name_of, rest) = piece.split_at(at(named.len()), lead + named.len())?;
    let sign = piece.text.get(at(named.len())..at(date))?;
    let (mut sign_of, mut date_of) = rest.split_at(sign.len(), folded_len(sign))?;
    let mut name_of = name_of;
    name_of.take(part, None, "a name before a date");
    let field = label.unwrap_or(Field::Published);
    sign_of.take(Part::Label, None, "what stands between a name and a date");
    date_of.take(Part::Value(field), None, "a date behind a name");
    Some([name_of, sign_of, date_of].into_iter().filter(|part| !part.text.is_empty()).collect())
}

/// What stands before a date without the label that ends it, and of which date that is.
fn without_label<'f>(before: &'f str, page: &Marking<'_, '_>) -> (&'f str, Option<Field>) {
    let begins = before.match_indices(' ').map(|(at, _)| at + 1);
    let label = begins.filter_map(|at| {
        let (field, _, bytes) = row::label(before.get(at..)?, page)?;
        (field.is_date() && at + bytes >= before.trim_end().len()).then_some((at, field))
    });
    match label.into_iter().next() {
        Some((at, field)) => (before.get(..at).unwrap_or_default(), Some(field)),
        None => (before, None),
    }
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
