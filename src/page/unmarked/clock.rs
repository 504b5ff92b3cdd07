//! A time of day that has a line for itself, above or below the line of its day: "10:22" and "Thursday, 14 March 2024".

use std::borrow::Cow;

use crate::page::date::{self, Dates};
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::text::matching::Matching;

/// A longer line, in bytes, is no time of day.
const CLOCK_BYTES: usize = 48;

/// Whether a piece is nothing but a time of day.
pub(crate) fn is_clock(piece: &Piece<'_>, matching: &Matching, dates: &Dates<'_>) -> bool {
    piece.text.len() <= CLOCK_BYTES && date::is_clock(matching.form(piece.folded.clone()), dates)
}

/// Whether a piece is nothing but a day told from the page's own, with its time of day or without one: "Yesterday at 14:05".
pub(crate) fn is_relative_day(piece: &Piece<'_>, matching: &Matching, dates: &Dates<'_>) -> bool {
    piece.text.len() <= CLOCK_BYTES
        && date::is_relative_day(matching.form(piece.folded.clone()), dates)
}

/// Gives a time of day that has a line for itself to the article's day on the line above or below.
pub(crate) fn take(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let is_day = |piece: &Piece<'_>| {
        piece.part == Part::Value(Field::Published)
            && date::read(page.matching.form(piece.folded.clone()), &page.dates)
                .is_some_and(|read| read.has_day() && !read.has_clock())
    };
    let Some(day) = pieces.iter().position(is_day) else {
        return;
    };
    let line = pieces.get(day).map_or(0, |piece| piece.line);
    let near = day.saturating_sub(1)..pieces.len().min(day + 2);
    let clock = pieces.get_mut(near).into_iter().flatten().find(|piece| {
        piece.part == Part::Body
            && piece.line.abs_diff(line) == 1
            && is_clock(piece, page.matching, &page.dates)
    });
    if let Some(clock) = clock {
        clock.take(Part::Value(Field::Published), None, "a time of day beside its day");
    }
}

/// The article's dates, a day and its time of day that have a line each made one.
pub(crate) fn joined<'a>(
    mut dates: Vec<Piece<'a>>,
    matching: &Matching,
    read_by: &Dates<'_>,
) -> Vec<Piece<'a>> {
    if let [first, second, ..] = dates.as_slice()
        && first.line + 1 == second.line
        && is_clock(first, matching, read_by) != is_clock(second, matching, read_by)
    {
        let mut both = first.clone();
        both.text = Cow::Owned(format!("{}\n{}", first.text, second.text));
        both.folded = first.folded.start..second.folded.end;
        drop(dates.splice(..2, [both]));
    }
    dates
}
