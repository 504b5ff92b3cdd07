//! A byline: a line below the headline that is an author's label and a name, with no colon between.

use super::author;
use crate::page::layout::{Field, Rule, RuleKind};
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::marks::trailing::{without_date, without_sign};
use crate::page::piece::{Part, Piece};
use crate::page::text::shape;
use crate::page::text::spelling::raw_offset;

/// A date or a byline stands on one of so many lines below the headline that say nothing else of the page's fields; on
/// one of some more above its second paragraph.
pub(super) const LINES: usize = 4;
const MORE_LINES: usize = 8;

/// The lines below a headline among which a date or a byline stands.
#[derive(Default)]
pub(super) struct Head {
    lines: usize,
    paragraphs: usize,
}

impl Head {
    /// Whether the next line of text is one of them.
    pub(super) fn goes_on(&mut self, piece: &Piece<'_>) -> bool {
        self.lines += 1;
        let here = self.lines <= LINES || self.paragraphs <= 1 && self.lines <= MORE_LINES;
        self.paragraphs += usize::from(shape::is_paragraph(&piece.text));
        here
    }
}

/// Takes a line below the article's headline, if it has one, that is an author's label and a name, with no colon between, for the author.
pub(crate) fn take<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) {
    if author::is_named(pieces) {
        return;
    }
    // Where there is no headline, it stands among the first lines.
    let headline = pieces.iter().position(|piece| piece.part == Part::Headline);
    let from = headline.map_or(0, |headline| headline + 1);
    let top = headline.and_then(|headline| pieces.get(headline));
    let below = pieces.iter().enumerate().skip(from);
    let below = below.take_while(|(_, piece)| piece.part != Part::Marker);
    let mut head = Head::default();
    let below = below.filter(|(_, piece)| piece.part == Part::Body);
    let found = below.take_while(|(_, piece)| head.goes_on(piece)).find_map(|(at, piece)| {
        let found = label(piece, page).or_else(|| foreign_label(piece, top?, page))?;
        Some((at, found.0, Byline::of(piece, found, page)?))
    });
    let Some((at, rule, Byline { label, name, sign, mut date })) = found else {
        return;
    };
    let dated = pieces.iter().any(|piece| piece.part.is_date());
    let label = label.by_rule(Part::Label, rule);
    let name = name.by_rule(Part::Value(Field::Author), rule);
    let sign = sign.map(|sign| sign.by_rule(Part::Label, rule));
    if let Some(date) = date.as_mut().filter(|_| !dated) {
        date.take(Part::Value(Field::Published), None, "a date behind a byline");
    }
    drop(pieces.splice(at..=at, [label, name].into_iter().chain(sign).chain(date)));
}

/// Signs between the label of a byline and the name.
pub(crate) const SIGNS: [char; 5] = ['-', '/', '|', '•', ' '];

/// "By Nora Field, 14 March 2024", taken apart.
pub(super) struct Byline<'a> {
    pub label: Piece<'a>,
    pub name: Piece<'a>,
    pub sign: Option<Piece<'a>>,
    pub date: Option<Piece<'a>>,
}

impl<'a> Byline<'a> {
    /// `None` where no name is behind the label, a rule and the bytes of its form.
    pub(super) fn of(
        piece: &Piece<'a>,
        (_, bytes): (u32, usize),
        page: &Marking<'_, 'a>,
    ) -> Option<Self> {
        // "كتب- أحمد السيد": the sign goes with the label.
        let behind = page.matching.text().get(piece.folded.start + bytes..piece.folded.end)?;
        let bytes = bytes + behind.len() - behind.trim_start_matches(SIGNS).len();
        let (label, name) = piece.split_at(raw_offset(&piece.text, bytes), bytes)?;
        let (name, date) = without_date(name, page);
        let (name, sign) = without_sign(name);
        name::is_name(&name.text).then_some(Self { label, name, sign, date })
    }
}

/// The same in Latin letters below a headline of another script: Hindi papers print "By".
fn foreign_label(
    piece: &Piece<'_>,
    headline: &Piece<'_>,
    page: &Marking<'_, '_>,
) -> Option<(u32, usize)> {
    let is_latin = |c: char| c.is_ascii_alphabetic();
    if !piece.text.is_ascii() || headline.text.contains(is_latin) {
        return None;
    }
    label_where(piece, page, |_| true)
}

/// The rule of a label that may begin a byline and begins the piece, and the bytes of its form.
pub(crate) fn label(piece: &Piece<'_>, page: &Marking<'_, '_>) -> Option<(u32, usize)> {
    label_where(piece, page, |rule| *rule.language == *page.language)
}

fn label_where(
    piece: &Piece<'_>,
    page: &Marking<'_, '_>,
    counts: impl Fn(&Rule) -> bool,
) -> Option<(u32, usize)> {
    // What marking has made nothing of is the runner-up of its line: few lines have one.
    piece.why.runner_up?.rule?;
    let hit = page.layouts.hits(page.matching, piece.folded.clone()).next()?;
    let is_byline = |kind: &RuleKind| matches!(kind, RuleKind::Label(label) if label.byline);
    let mut rules = page.layouts.rules_of(hit);
    let (id, _) = rules.find(|(_, rule)| counts(rule) && is_byline(&rule.kind))?;
    (hit.start == piece.folded.start).then_some((id, hit.end - hit.start))
}

/// Whether a line is an author's label and a name, with no colon between.
pub(super) fn is_byline(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    label(piece, page)
        .and_then(|(_, bytes)| piece.split_at(raw_offset(&piece.text, bytes), bytes))
        .is_some_and(|(_, name)| name::is_name(&name.text))
}
