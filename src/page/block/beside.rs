//! What stands beside the headlines of links and stories, and is none: their dates, bylines, the names of sections.

use crate::page::date;
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::marks::trailing;
use crate::page::marks::whole;
use crate::page::piece::{Part, Piece};
use crate::page::text::spelling::raw_offset;
use crate::page::unmarked::{byline, dates, tags};

/// Takes what stands below headlines and behind them for what it is. Behind the laying out of blocks.
pub(super) fn take(pieces: &mut Vec<Piece<'_>>, page: &Marking<'_, '_>) {
    below_headlines(pieces, page);
    behind_headlines(pieces, page);
}

/// Takes a line of a list of links that is nothing but a day for the date of the link above it, one that is a byline or the
/// name of a section for furniture.
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
        let of = above.filter(|_| is_headline && piece.text.len() <= dates::MAX_BYTES);
        if of.is_some() && dates::is_day_of_any_year(piece, page) {
            taken.extend(entry);
            piece.take(Part::Value(Field::Published), of, "the day below a headline");
        } else if of.is_some() && is_link_byline(piece, page) {
            taken.extend(entry);
            piece.take(Part::Furniture, None, "a byline below a headline");
        } else if of.is_some()
            && tags::is_section(page.matching.form(piece.folded.clone()), page.layouts)
        {
            taken.extend(entry);
            piece.take(Part::Furniture, None, "a section of the site below a headline");
        }
        above = piece.entry.filter(|_| piece.part == Part::Headline);
    }
}

/// Whether a piece is a byline, with how long ago behind it as often as not: "By Nora Field 2 hrs ago".
fn is_link_byline(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let Some((_, bytes)) = byline::label(piece, page) else {
        return false;
    };
    let form = page.matching.form(piece.folded.clone());
    let digit = form.find(|c: char| c.is_ascii_digit()).unwrap_or(form.len());
    let (raw, end) = (raw_offset(&piece.text, bytes), raw_offset(&piece.text, digit));
    let name = piece.text.get(raw..end).unwrap_or_default().trim_matches(byline::SIGNS);
    let ago = form.get(digit..).unwrap_or_default();
    name::is_name(name)
        && name.contains(' ')
        && (ago.is_empty() || whole::is_counted(page.layouts, ago))
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
