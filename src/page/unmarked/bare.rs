//! Lines that say what they are without a label and its colon: a date above or below the headline, a byline.

use std::ops::Range;

use super::clock;
use super::tags;
use crate::page::date;
use crate::page::layout::{Field, Hit, Rule, RuleKind};
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::marks::trailing::{without_date, without_sign, without_time};
use crate::page::marks::whole;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::raw_offset;

/// A date or a byline stands on one of so many lines below the headline that say nothing else of the page's fields; on
/// one of some more above its second paragraph.
const LINES: usize = 4;
const MORE_LINES: usize = 8;

/// The lines below a headline among which a date or a byline stands.
#[derive(Default)]
struct Head {
    lines: usize,
    paragraphs: usize,
}

impl Head {
    /// Whether the next line of text is one of them.
    fn goes_on(&mut self, piece: &Piece<'_>) -> bool {
        self.lines += 1;
        let here = self.lines <= LINES || self.paragraphs <= 1 && self.lines <= MORE_LINES;
        self.paragraphs += usize::from(shape::is_paragraph(&piece.text));
        here
    }
}

/// A longer line, in bytes, is a sentence.
const MAX_BYTES: usize = 120;

/// Takes the first line for the date where it is nothing else and no label names one: the headline stands below it.
pub(crate) fn date_above(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let is_text = |piece: &Piece<'_>| {
        piece.part == Part::Body && !clock::is_clock(piece, page.matching, &page.dates)
    };
    let mut texts = pieces.iter().enumerate().filter(|(_, piece)| is_text(piece));
    let (Some((at, first)), Some(_)) = (texts.next(), texts.next()) else {
        return;
    };
    if first.text.len() > MAX_BYTES || !is_date(first, page) || pieces.iter().any(is_named) {
        return;
    }
    if let Some(first) = pieces.get_mut(at) {
        first.take(Part::Value(Field::Published), None, "a line that is nothing but a date");
    }
}

/// Signs between the label of a byline and the name.
const SIGNS: [char; 5] = ['-', '/', '|', '•', ' '];

/// Takes a line below the article's headline, if it has one, that is an author's label and a name, with no colon between, for the author.
pub(crate) fn byline<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    if pieces.iter().any(is_author) {
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
        let label = byline_label(piece, page).or_else(|| foreign_label(piece, top?, page))?;
        Some((at, label.0, Byline::of(piece, label, page)?))
    });
    let Some((at, rule, Byline { label, name, sign, mut date })) = found else {
        return;
    };
    let dated = pieces.iter().any(is_named);
    let label = label.by_rule(Part::Label, rule);
    let name = name.by_rule(Part::Value(Field::Author), rule);
    let sign = sign.map(|sign| sign.by_rule(Part::Label, rule));
    if let Some(date) = date.as_mut().filter(|_| !dated) {
        date.take(Part::Value(Field::Published), None, "a date behind a byline");
    }
    drop(pieces.splice(at..=at, [label, name].into_iter().chain(sign).chain(date)));
}

/// "By Nora Field, 14 March 2024", taken apart.
struct Byline<'a> {
    label: Piece<'a>,
    name: Piece<'a>,
    sign: Option<Piece<'a>>,
    date: Option<Piece<'a>>,
}

impl<'a> Byline<'a> {
    /// `None` where no name is behind the label, a rule and the bytes of its form.
    fn of(piece: &Piece<'a>, (_, bytes): (u32, usize), page: &Marking<'_, 'a>) -> Option<Self> {
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
    let has_latin = headline.text.contains(|c: char| c.is_ascii_alphabetic());
    if has_latin || !piece.text.is_ascii() {
        return None;
    }
    label_where(piece, page, |_| true)
}

/// The rule of a label that may begin a byline and begins the piece, and the bytes of its form.
fn byline_label(piece: &Piece<'_>, page: &Marking<'_, '_>) -> Option<(u32, usize)> {
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
pub(crate) fn is_byline(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    byline_label(piece, page)
        .and_then(|(_, bytes)| piece.split_at(raw_offset(&piece.text, bytes), bytes))
        .is_some_and(|(_, name)| name::is_name(&name.text))
}

/// Whether a piece is a date of the page by a label.
fn is_named(piece: &Piece<'_>) -> bool {
    matches!(piece.part, Part::Value(Field::Published | Field::Updated))
}

/// So many words that say something else may stand beside a date on its line.
const BESIDE: usize = 3;

/// Whether a piece is nothing but a date, to the day: a year alone can be the rest of a sentence.
fn is_date(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    // "On 20 November 2022," goes on with a sentence.
    let goes_on = matches!(shape::stop(&piece.text), Stop::Comma | Stop::Colon);
    // A place or an agency stands beside a time of day, beside a day in two calendars, or in one that few sentences use,
    // or behind a bar.
    let is_whole = |read: &date::Reading| {
        let is_plain = read.has_clock() || read.is_told_twice || read.is_converted();
        let is_plain = is_plain || piece.text.contains(['|', '•']);
        read.whole || is_plain && read.others <= BESIDE
    };
    !goes_on
        && form.contains(|c: char| c.is_ascii_digit())
        && date::read(form, &page.dates).is_some_and(|read| read.has_day() && is_whole(&read))
}

/// Whether a piece is a day with no more than a place before it: "New Delhi, 12 March 2024 (Updated …)".
fn is_beside(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    form.contains(|c: char| c.is_ascii_digit())
        && date::read(form, &page.dates).is_some_and(|read| read.has_day() && read.others <= BESIDE)
}

/// Takes a line below the first one that is nothing but a date for the article's date (page-shapes §9: header dates of
/// whole pages), where no label names one.
pub(crate) fn dates<'a>(pieces: &mut [Piece<'a>], page: &Marking<'_, 'a>) {
    let own = pieces.iter().position(|piece| piece.part == Part::Marker).unwrap_or(pieces.len());
    let (own, block) = pieces.split_at_mut(own);
    below_links(own, block, page);
    let Some(first) = own.iter().position(|piece| piece.part == Part::Body) else {
        return;
    };
    let is = |piece: &Piece<'_>, field| piece.part == Part::Value(field);
    if own.iter().any(|piece| is(piece, Field::Published)) {
        return;
    }
    // Where the last change has a label, the date before it, on its line or on one above, needs none.
    let updated = own.iter().find(|piece| is(piece, Field::Updated)).map(|piece| piece.line);
    let mut head = Head::default();
    let below = own.iter_mut().skip(first + 1).filter(|piece| piece.part == Part::Body);
    let below = below.take_while(|piece| head.goes_on(piece));
    let below = below
        .filter(|piece| updated.is_none_or(|line| (piece.line..=piece.line + 2).contains(&line)));
    let mut announces = false;
    for piece in below {
        let is_announced = std::mem::replace(&mut announces, shape::announces(&piece.text));
        if is_announced || piece.text.len() > MAX_BYTES {
            continue;
        }
        let byline = byline_label(piece, page).and_then(|label| Byline::of(piece, label, page));
        if byline.is_some_and(|byline| byline.date.is_some()) {
            return;
        }
        let beside = updated == Some(piece.line) && is_beside(piece, page);
        if beside || is_date(piece, page) {
            let field = if updated.is_none() && speaks_of_change(&piece.folded, page) {
                Field::Updated
            } else {
                Field::Published
            };
            piece.take(Part::Value(field), None, "a line that is nothing but a date");
            return;
        }
    }
}

/// Links above the first paragraph take no more lines.
const LINK_LINES: usize = 8;

/// Takes a date behind links that stand above the article's first paragraph for the article's, where it has none above
/// them: a paragraph stands below it.
fn below_links(own: &[Piece<'_>], block: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let mut texts = own.iter().filter(|piece| piece.part == Part::Body);
    if texts.nth(1).is_some() || own.iter().any(is_named) {
        return;
    }
    let is_body = |piece: &Piece<'_>| piece.part == Part::Body;
    let at = block
        .iter()
        .take(LINK_LINES)
        .position(|piece| is_body(piece) && piece.text.len() <= MAX_BYTES && is_date(piece, page));
    let Some((date, below)) = at.and_then(|at| block.get_mut(at..)?.split_first_mut()) else {
        return;
    };
    let mut below = below.iter().filter(|piece| is_body(piece)).take(LINES);
    if below.any(|piece| shape::is_paragraph(&piece.text)) {
        date.take(Part::Value(Field::Published), None, "a line that is nothing but a date");
    }
}

/// Whether a piece is a byline, with how long ago behind it as often as not: "By Nora Field 2 hrs ago".
fn is_link_byline(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let Some((_, bytes)) = byline_label(piece, page) else {
        return false;
    };
    let form = page.matching.form(piece.folded.clone());
    let digit = form.find(|c: char| c.is_ascii_digit()).unwrap_or(form.len());
    let (raw, end) = (raw_offset(&piece.text, bytes), raw_offset(&piece.text, digit));
    let name = piece.text.get(raw..end).unwrap_or_default().trim_matches(SIGNS);
    let ago = form.get(digit..).unwrap_or_default();
    name::is_name(name)
        && name.contains(' ')
        && (ago.is_empty() || whole::is_counted(page.layouts, ago))
}

/// Takes a line of a list of links that is nothing but a day for the date of the link above it, one that is a byline or the
/// name of a section for furniture, and a day with its time behind a headline for the date of its story. Behind the laying out of blocks.
pub(crate) fn link_dates(pieces: &mut Vec<Piece<'_>>, page: &Marking<'_, '_>) {
    // The entries that are none, and the link on the line above.
    let (mut dates, mut above): (Vec<u32>, Option<u32>) = (Vec::new(), None);
    for piece in pieces.iter_mut() {
        let entry = piece.entry;
        piece.entry = entry.map(|entry| {
            let before = dates.partition_point(|date| *date < entry);
            entry.saturating_sub(u32::try_from(before).unwrap_or(u32::MAX))
        });
        let is_headline = piece.part == Part::Headline && entry.is_some();
        let of = above.filter(|_| is_headline && piece.text.len() <= MAX_BYTES);
        if of.is_some() && is_day(piece, page) {
            dates.extend(entry);
            piece.take(Part::Value(Field::Published), of, "the day below a headline");
        } else if of.is_some() && is_link_byline(piece, page) {
            dates.extend(entry);
            piece.take(Part::Furniture, None, "a byline below a headline");
        } else if of.is_some()
            && tags::is_section(page.matching.form(piece.folded.clone()), page.layouts)
        {
            dates.extend(entry);
            piece.take(Part::Furniture, None, "a section of the site below a headline");
        }
        above = piece.entry.filter(|_| piece.part == Part::Headline);
    }
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

/// Whether a piece is nothing but a day, of a year that it need not say.
fn is_day(piece: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    is_date(piece, page)
        || form.contains(|c: char| c.is_ascii_digit()) && date::is_day_of_a_year(form, &page.dates)
}

/// Whether the line has the words of a label of the last change in it: "Tuesday, 12 January 2010, last update 11:00".
fn speaks_of_change(line: &Range<usize>, page: &Marking<'_, '_>) -> bool {
    let hits = page.layouts.hits(page.matching, line.clone());
    hits.flat_map(|hit| page.layouts.rules_of(hit))
        .map(|(_, rule)| &rule.kind)
        .any(|kind| matches!(kind, RuleKind::Label(label) if label.field == Field::Updated))
}
