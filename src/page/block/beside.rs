//! What stands behind the headlines of links and stories on their line, and the names of sections below them.

use crate::page::date;
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::trailing;
use crate::page::piece::{Part, Piece};
use crate::page::text::spelling::raw_offset;
use crate::page::unmarked::tags;

/// Takes what stands below headlines and behind them for what it is. Behind the laying out of blocks.
pub(super) fn take(pieces: &mut Vec<Piece<'_>>, page: &Marking<'_, '_>) {
    below_headlines(pieces, page);
    behind_headlines(pieces, page);
}

/// Takes a line of a list of links that is the name of a section for furniture.
fn below_headlines(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    // The entries that are none, and the link on the line above.
    let (mut taken, mut above): (Vec<u32>, Option<u32>) = (Vec::new(), None);
    for piece in pieces.iter_mut() {
        let entry = piece.entry;
        piece.entry = entry.map(|entry| {
            let before = taken.partition_point(|taken| *taken < entry);
            entry.saturating_sub(u32::try_from(before).unwrap_or(u32::MAX))
        });
        let is_headline = piece.part == Part::Headline && entry.is_some();
        let is_below = is_headline && above.is_some();
        if is_below && tags::is_section(page.matching.form(piece.folded.clone()), page.layouts) {
            taken.extend(entry);
            piece.take(Part::Furniture, None, "a section of the site below a headline");
        }
        above = piece.entry.filter(|_| piece.part == Part::Headline);
    }
}

/// Takes a day with its time behind a headline for the date of its story.
fn behind_headlines(pieces: &mut Vec<Piece<'_>>, page: &Marking<'_, '_>) {
    let Some(first) = pieces.iter().position(|piece| without_time(piece, page).is_some()) else {
        return;
    };
    for piece in pieces.split_off(first) {
        let Some((headline, mut date)) = without_time(&piece, page) else {
            pieces.push(piece);
            continue;
        };
        date.take(Part::Value(Field::Published), headline.entry, "a time behind a headline");
        pieces.extend([headline, date]);
    }
}

/// The headline of something appended, and the day and time of day behind it. A day alone can be the headline's.
fn without_time<'a>(piece: &Piece<'a>, page: &Marking<'_, '_>) -> Option<(Piece<'a>, Piece<'a>)> {
    let is_headline = piece.part == Part::Headline && piece.entry.is_some();
    if !is_headline || !piece.text.contains(':') || piece.text.len() > DATED_BYTES {
        return None;
    }
    let form = page.matching.text().get(piece.folded.clone())?;
    let lead = form.len() - form.trim_start().len();
    let cut = trailing::trailing_date(page, form, HEADLINE_WORDS)?;
    let has_clock = date::read(form.get(cut..)?, &page.dates)?.has_clock();
    let (mut headline, date) = piece.split_at(raw_offset(&piece.text, cut - lead), cut)?;
    headline.why = piece.why.clone();
    has_clock.then_some((headline, date))
}

/// A headline has no more words before its date, nor bytes with it.
const HEADLINE_WORDS: usize = 30;
const DATED_BYTES: usize = 400;
