//! What follows a marker: appended stories, links, or the article again.
//!
//! `attached` cuts a headline off that stands behind a marker on its own line, where there is `evidence` of its end on the
//! page, and `known` where other pages have shown it. `entries` are given to what follows each marker: by whether the article
//! had ended there (`ending`) and what it had said (`told`) it is clear how far the block goes (`extent`), and whether the article
//! goes on within it (`resumption`); its `asides` left out, its `lines` are a `list` of links, or `stories` that `split` cuts. `beside` is what stands beside headlines, `titles` what stands round those
//! of links. Rests on `split`, and on all that came before.

mod asides;
mod attached;
mod beside;
mod ending;
mod entries;
mod evidence;
mod extent;
mod known;
mod lines;
mod list;
mod resumption;
mod stories;
mod titles;
mod told;

use crate::page::marks::marking::Marking;
use crate::page::piece::Piece;
use crate::page::split::learning::Lesson;
use crate::page::unmarked::{author, headline, tail};
use crate::record::Warning;
use attached::Left;

/// Lays out what follows the markers of a page, each step behind those before it. With `trace` the pieces keep what their
/// scores are made of. Returns the warning of a block that cannot be split for certain.
pub(super) fn lay_out<'a>(
    pieces: &mut Vec<Piece<'a>>,
    page: &Marking<'_, 'a>,
    lesson: &mut Lesson<'_>,
    trace: bool,
) -> Option<Warning> {
    let Left { unseen, whole } = attached::settle(pieces, page);
    if let Some(headline) = headline::over_a_body(pieces) {
        lesson.own(page.matching.form(headline.folded.clone()));
    }
    let in_doubt = entries::give(pieces, page, lesson, trace);
    headline::repeated(pieces);
    beside::take(pieces, page);
    let is_left = known::cut(pieces, &unseen, page.matching, lesson);
    author::behind_body(pieces, page);
    author::without_paper(pieces);
    tail::take(pieces, page);
    titles::trim(pieces);
    list::teasers(pieces);
    (in_doubt || is_left || whole).then_some(Warning::RelatedUnsplit)
}
