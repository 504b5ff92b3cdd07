//! What no form marks: the headline, dates, names, tags and small lines of the site, told by their shape and by what stands
//! round them.
//!
//! Each file takes pieces that marking has left as text and gives them their part. Rests on `marks`, and on all that `marks`
//! rests on.

mod above;
mod article;
pub(super) mod author;
mod buttons;
pub(super) mod byline;
pub(super) mod clock;
mod dated_name;
pub(super) mod dates;
mod head;
pub(super) mod headline;
mod paper;
mod row;
pub(super) mod tags;
pub(super) mod tail;

use crate::page::marks::marking::Marking;
use crate::page::piece::Piece;
use crate::record::Warning;

/// Gives pieces that marking has left as text their part in the article, each step by what those before it have told.
pub(super) fn tell<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) -> Vec<Warning> {
    buttons::boxes(pieces, page.layouts);
    paper::of_pictures(pieces, page);
    above::marker_in_head(pieces, page);
    dates::above(pieces, page);
    row::take(pieces, page);
    dates::below(pieces, page);
    clock::take(pieces, page);
    above::take(pieces, page);
    let warnings = headline::choose(pieces, page);
    headline::without_site_name(pieces, page);
    byline::take(pieces, page);
    tags::hashtags(pieces);
    buttons::take(pieces, page);
    head::take(pieces, page);
    tags::below_markers(pieces, page.matching, page.layouts);
    warnings
}
