//! How far a block goes.

use super::ending::End;
use super::told::{ArticleWords, is_own_date};
use crate::page::layout::{Furniture, Layouts, RuleKind};
use crate::page::piece::{Part, Piece};
use crate::page::text::matching::Matching;
use crate::page::text::stems::{Stems, stems_of};

/// How far a block goes.
pub(super) struct Extent {
    pub pieces: usize,
    /// The page says that it ends there: what is before it are links.
    pub closed: bool,
}

impl Extent {
    /// How far the block at the beginning of `pieces` goes: to the next marker, but for those inside an appended story that
    /// goes on behind them, if they are not printed as the block's own; behind a line that ends its list; to the date of an
    /// article that has not begun.
    pub(super) fn of(
        (marker, pieces): (&Piece<'_>, &[Piece<'_>]),
        end: End,
        article: &ArticleWords,
        (matching, layouts): (&Matching, &Layouts),
    ) -> Self {
        let awaits_date = !article.begun && !article.dated;
        let ends_list = |piece: &Piece<'_>| {
            let rule = piece.why.rule.filter(|_| piece.part == Part::Furniture);
            let rule = rule.and_then(|rule| layouts.rule(rule));
            rule.is_some_and(|rule| rule.kind == RuleKind::Furniture(Furniture::EndOfList))
        };
        let is_attached = pieces.first().is_some_and(|first| first.line == marker.line);
        for (at, piece) in pieces.iter().enumerate() {
            if ends_list(piece) {
                return Self { pieces: at + 1, closed: true };
            }
            if awaits_date && is_own_date(piece) {
                return Self { pieces: at, closed: true };
            }
            let aside = || {
                end == End::Ended
                    && !(is_attached && begins_again(pieces, at, marker, matching))
                    && is_aside(pieces, at, matching)
            };
            if piece.part == Part::Marker && !aside() {
                return Self { pieces: at, closed: false };
            }
        }
        Self { pieces: pieces.len(), closed: false }
    }
}

/// Whether the marker at `at` begins its line with the words of `marker`: a site that prints them before each headline begins
/// another story.
fn begins_again(pieces: &[Piece<'_>], at: usize, marker: &Piece<'_>, matching: &Matching) -> bool {
    let form = |piece: &Piece<'_>| matching.form(piece.folded.clone());
    let begins = at.checked_sub(1).and_then(|before| pieces.get(before));
    pieces.get(at).is_some_and(|again| {
        begins.is_none_or(|before| before.line < again.line) && form(again) == form(marker)
    })
}

/// So many pieces round a marker inside an appended story say whether the story goes on behind it.
const ASIDE_PIECES: usize = 12;

/// Whether the marker at `at` and the headline on its line stand in the middle of an appended story: what is behind
/// them speaks of what was before them, not of that headline.
fn is_aside(pieces: &[Piece<'_>], at: usize, matching: &Matching) -> bool {
    let Some((before, [marker, title, behind @ ..])) = pieces.split_at_checked(at) else {
        return false;
    };
    if title.line != marker.line || title.part != Part::Body {
        return false;
    }
    let told = |pieces: &mut dyn Iterator<Item = &Piece<'_>>| -> Stems {
        let paragraphs = pieces.take(ASIDE_PIECES).filter(|piece| piece.part == Part::Body);
        stems_of(paragraphs.take(3).map(|piece| piece.folded.clone()), matching)
    };
    let inside =
        before.last().is_some_and(|before| before.line == marker.line && before.part == Part::Body);
    let before = told(&mut before.iter().rev());
    let behind = told(&mut behind.iter());
    let of_title = stems_of(std::iter::once(title.folded.clone()), matching).share_in(&behind);
    let of_story = behind.share_in(&before);
    // A marker within a line mostly stands in a paragraph.
    if inside {
        return of_title < 40 || of_title <= 2 * of_story;
    }
    !before.is_empty() && !behind.is_empty() && (of_title < 25 || of_title <= of_story)
}
