//! Lines between the headline and the first paragraph that only their neighbours tell: fields in a row with bars between
//! them, a name beside a date, short lines of the site between fields and buttons.

use std::ops::Range;

use crate::page::date;
use crate::page::layout::{Field, RuleKind};
use crate::page::marks::marking::Marking;
use crate::page::marks::name;
use crate::page::marks::whole;
use crate::page::piece::{Part, Piece};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::{folded_len, raw_offset};
use crate::page::text::stems::{Stems, stems_of};

/// So many pieces stand between a headline and the first paragraph at most.
const PIECES: usize = 16;

/// A row of fields has no more bytes.
const ROW_BYTES: usize = 200;

/// Signs between the fields of one line.
const BARS: [char; 3] = ['|', '•', '·'];

/// A part of a row that no rule knows has no more words.
const ROW_WORDS: usize = 3;

/// What a part of a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Date,
    /// A time of day: it goes with the date beside it, and the row stays whole.
    Clock,
    /// A label of so many bytes of the match form, by this rule, and its value.
    Labelled(Field, u32, usize),
    Name,
    Furniture,
    Other,
}

/// Takes lines below the first one apart that are fields with bars between them: "Nora Field | 14 March 2024 | 12 comments".
pub(crate) fn rows<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) {
    let mut texts = pieces.iter().enumerate().filter(|(_, piece)| piece.part == Part::Body).skip(1);
    let is_short = |piece: &Piece<'_>| piece.text.len() <= ROW_BYTES;
    let is_head = |piece: &Piece<'_>| !shape::is_paragraph(&piece.text);
    let found = texts
        .by_ref()
        .take(PIECES)
        .take_while(|(_, piece)| is_head(piece))
        .filter(|(_, piece)| is_short(piece))
        .find_map(|(at, piece)| match piece.text.contains(BARS) {
            true => Some((at, row(piece, page)?)),
            false => Some((at, dated_byline(piece, page)?)),
        });
    if let Some((at, row)) = found {
        drop(pieces.splice(at..=at, row));
    }
}

/// The parts of a row, if it is one.
fn row<'a>(piece: &Piece<'a>, page: &Marking<'_, 'a>) -> Option<Vec<Piece<'a>>> {
    let parts = cut_at_bars(piece, page);
    let told: Vec<Told> = parts.iter().map(|part| told(part, page)).collect();
    // A place or a name and a day alone are the date as it is printed.
    let is_sure = |told: &&Told| matches!(told, Told::Labelled(..) | Told::Furniture);
    let fields = told.iter().filter(is_sure).count();
    let others = told.iter().filter(|told| **told == Told::Other).count();
    // The name of a paper or a place behind an author goes with the author.
    let is_author = |told: &Told| matches!(told, Told::Labelled(Field::Author, ..));
    let goes_on =
        |pair: &[Told]| matches!(pair, [first, Told::Name | Told::Other] if is_author(first));
    if told.windows(2).any(goes_on) || told.contains(&Told::Clock) {
        return None;
    }
    let is_date = |told: &Told| matches!(told, Told::Date | Told::Labelled(..));
    if fields == 0 || others > 1 || parts.len() < 2 || !told.iter().any(is_date) {
        return None;
    }
    let words = |text: &str| text.split(' ').filter(|word| shape::has_words(word)).count();
    let is_long =
        |(part, told): (&Piece<'_>, &Told)| *told == Told::Other && words(&part.text) > ROW_WORDS;
    if parts.iter().zip(&told).any(is_long) {
        return None;
    }
    let mut row = Vec::with_capacity(2 * parts.len());
    for (part, told) in parts.into_iter().zip(told) {
        named(part, told, page, &mut row);
    }
    Some(row)
}

/// A date with a byline behind it has no more bytes.
const BYLINE_BYTES: usize = 120;

/// The parts of a line that is a date with a byline behind it: "Thursday 31 August 2023 by Nora Field".
fn dated_byline<'a>(piece: &Piece<'a>, page: &Marking<'_, 'a>) -> Option<Vec<Piece<'a>>> {
    let form = page.matching.form(piece.folded.clone());
    if form.len() > BYLINE_BYTES || !form.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let end = date::leading(form, &page.dates)?;
    let behind = form.get(end..)?;
    let byline = end + behind.len() - behind.trim_start_matches([' ', '-', '–', ',']).len();
    let (field, rule, bytes) = label(form.get(byline..)?, page)?;
    let at = |bytes: usize| raw_offset(&piece.text, bytes);
    let name = piece.text.get(at(byline + bytes)..)?.trim();
    if field != Field::Author || !name::is_full_name(name, page.layouts) {
        return None;
    }
    let lead = lead(piece, page);
    let (mut date, rest) = piece.split_at(at(byline), lead + byline)?;
    let label_bytes = at(byline + bytes) - at(byline);
    let (label, name) = rest.split_at(label_bytes, bytes)?;
    date.take(Part::Value(Field::Published), None, "a date before a byline");
    let name = name.by_rule(Part::Value(Field::Author), rule);
    Some(vec![date, label.by_rule(Part::Label, rule), name])
}

/// Gives a part of a row its part in the page.
fn named<'a>(mut piece: Piece<'a>, told: Told, page: &Marking<'_, 'a>, row: &mut Vec<Piece<'a>>) {
    let bar = piece.text.trim_end_matches(|c| BARS.contains(&c) || c == ' ').len();
    let sign = piece.text.get(bar..).map_or(0, folded_len);
    let bar = piece.split_at(bar, piece.folded.len().saturating_sub(sign));
    let bar = bar.filter(|(_, bar)| !bar.text.is_empty()).map(|(part, mut bar)| {
        piece = part;
        bar.take(Part::Label, None, "a sign between fields");
        bar
    });
    let field = match told {
        Told::Date => Part::Value(Field::Published),
        Told::Name => Part::Value(Field::Author),
        Told::Furniture | Told::Other | Told::Clock => Part::Furniture,
        Told::Labelled(field, rule, bytes) => {
            let folded = lead(&piece, page) + bytes;
            if let Some((label, value)) = piece.split_at(raw_offset(&piece.text, bytes), folded) {
                row.push(label.by_rule(Part::Label, rule));
                piece = value;
            }
            Part::Value(field)
        }
    };
    piece.take(field, None, "a field in a row of some");
    row.push(piece);
    row.extend(bar);
}

/// The parts of a line, each with the bar behind it.
fn cut_at_bars<'a>(piece: &Piece<'a>, page: &Marking<'_, 'a>) -> Vec<Piece<'a>> {
    let (mut parts, mut rest) = (Vec::new(), piece.clone());
    while let Some(at) = rest.text.find(BARS) {
        let bar = rest.text.get(at..).and_then(|bar| bar.chars().next()).map_or(1, char::len_utf8);
        let raw = rest.text.get(..at + bar).unwrap_or_default();
        let Some((part, behind)) = rest.split_at(raw.len(), lead(&rest, page) + folded_len(raw))
        else {
            break;
        };
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    parts.retain(|part| !part.text.is_empty());
    parts
}

/// The bytes of the spaces that the match form of a piece begins with.
fn lead(piece: &Piece<'_>, page: &Marking<'_, '_>) -> usize {
    let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
    form.len() - form.trim_start().len()
}

fn told(part: &Piece<'_>, page: &Marking<'_, '_>) -> Told {
    let form = page.matching.form(part.folded.clone());
    let form = form.trim_end_matches(|c| BARS.contains(&c) || c == ' ');
    let text = part.text.trim_end_matches(|c| BARS.contains(&c) || c == ' ');
    let is_date =
        |text: &str| date::read(text, &page.dates).is_some_and(|read| read.whole && read.has_day());
    if is_date(form) {
        return Told::Date;
    }
    if date::is_clock(form, &page.dates) {
        return Told::Clock;
    }
    if whole::is_counted(page.layouts, form) {
        return Told::Furniture;
    }
    if let Some((field, rule, bytes)) = label(form, page) {
        let value = form.get(bytes..).unwrap_or_default();
        let name = text.get(raw_offset(text, bytes)..).unwrap_or_default().trim();
        return match field {
            Field::Author if name::is_name(name) => Told::Labelled(field, rule, bytes),
            Field::Published | Field::Updated if is_date(value) => {
                Told::Labelled(field, rule, bytes)
            }
            // "Updated 09:12 pm", on the day that is named before.
            Field::Updated if date::has_clock_alone(value, &page.dates) => {
                Told::Labelled(field, rule, bytes)
            }
            Field::Published | Field::Updated | Field::Source | Field::Keywords | Field::Author => {
                Told::Other
            }
        };
    }
    let is_name = name::is_full_name(text, page.layouts)
        || name::is_name_without_capitals(form, page.layouts);
    if is_name { Told::Name } else { Told::Other }
}

/// A label has no more words.
const LABEL_WORDS: usize = 4;

/// The label that a form begins with: its field, its rule and its bytes with what closes it.
fn label(form: &str, page: &Marking<'_, '_>) -> Option<(Field, u32, usize)> {
    let ends = form.char_indices().filter(|(_, c)| !shape::is_word_char(*c)).map(|(at, _)| at);
    ends.take(LABEL_WORDS)
        .filter_map(|end| {
            let hit = page.layouts.whole(form.get(..end)?)?;
            let mut rules = page.layouts.rules_of(hit).filter(|(_, rule)| rule.site.is_none());
            rules.find_map(|(id, rule)| {
                let RuleKind::Label(label) = &rule.kind else {
                    return None;
                };
                let behind = form.get(end..)?;
                let closed = behind.len() - behind.trim_start_matches([' ', ':', '-', '–']).len();
                let is_own = *rule.language == *page.language || behind.starts_with(':');
                is_own.then_some((label.field, id, end + closed))
            })
        })
        .last()
}

/// Takes a name beside the date for the author, where no label names one, and short lines between fields and buttons that
/// say nothing of what the article says for furniture. Behind everything else that is told of a head.
pub(crate) fn take(pieces: &mut [Piece<'_>], page: &Marking<'_, '_>) {
    let Some(headline) = pieces.iter().position(|piece| piece.part == Part::Headline) else {
        return;
    };
    let is_text = |piece: &Piece<'_>| piece.part == Part::Body;
    let below = pieces.get(headline + 1..).unwrap_or_default().iter().take(PIECES);
    let below = below.take_while(|piece| piece.part != Part::Marker).enumerate();
    let is_paragraph = |piece: &Piece<'_>| is_text(piece) && shape::is_paragraph(&piece.text);
    let mut paragraphs = below.clone().filter(|(_, piece)| is_paragraph(piece)).map(|(at, _)| at);
    let Some(first) = paragraphs.next() else {
        return;
    };
    // A standfirst stands above the date.
    let second = paragraphs.next().unwrap_or(first);
    let is_below = below.take(second).skip(first).any(|(_, piece)| is_date(piece));
    let lines = if is_below { second } else { first };
    let head = headline + 1..headline + 1 + lines;
    if pieces.get(head.clone()).unwrap_or_default().iter().any(is_text) {
        let article = Article::of(pieces, headline, head.end, page);
        author(pieces, head.clone(), &article, page);
        between(pieces, head.clone(), &article, page);
    }
    again(pieces, head.end);
}

/// So many paragraphs say what the article is about.
const PARAGRAPHS: usize = 8;

/// What the article says.
struct Article<'p> {
    headline: &'p str,
    /// The match forms of its first paragraphs.
    paragraphs: Vec<&'p str>,
    stems: Stems,
}

impl<'p> Article<'p> {
    fn of(pieces: &[Piece<'_>], headline: usize, end: usize, page: &'p Marking<'_, '_>) -> Self {
        let places = |from: usize, count: usize| {
            let text = pieces.iter().skip(from);
            let text = text.filter(|piece| matches!(piece.part, Part::Body | Part::Headline));
            text.take(count).map(|piece| piece.folded.clone())
        };
        let forms = |from: usize, count: usize| {
            places(from, count).map(|place| page.matching.form(place)).collect::<Vec<_>>()
        };
        let stems = stems_of(places(headline, 1).chain(places(end, PARAGRAPHS)), page.matching);
        let top = forms(headline, 1).first().copied().unwrap_or_default();
        Self { headline: top, paragraphs: forms(end, PARAGRAPHS), stems }
    }

    /// Whether the headline has a word of a name, or a paragraph that says more has all of it.
    fn says(&self, name: &str) -> bool {
        let mut words = name.split(' ').filter(|word| word.chars().nth(SHORT_WORD).is_some());
        let mut others = self.paragraphs.iter().filter(|text| **text != name);
        words.any(|word| self.headline.contains(word)) || others.any(|text| text.contains(name))
    }
}

/// A shorter word is no sign of a name.
const SHORT_WORD: usize = 3;

fn is_date(piece: &Piece<'_>) -> bool {
    matches!(piece.part, Part::Value(Field::Published | Field::Updated))
}

/// A name beside a date for the article's author.
fn author(
    pieces: &mut [Piece<'_>],
    head: Range<usize>,
    article: &Article<'_>,
    page: &Marking<'_, '_>,
) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    if pieces.iter().any(is_author) {
        return;
    }
    let is_text = |at: &usize| {
        let piece = pieces.get(*at);
        piece.is_some_and(|piece| !matches!(piece.part, Part::Furniture | Part::Label))
    };
    // Of a date above the headline its author stands below the headline.
    let is_near = |at: Option<usize>| {
        let piece = at.and_then(|at| pieces.get(at));
        piece.is_some_and(is_date)
    };
    let beside = |at: usize| {
        let above = (0..at).rev().find(is_text);
        let over_headline = above.filter(|above| *above + 1 == head.start);
        let over_headline = over_headline.and_then(|above| (0..above).rev().find(is_text));
        is_near(above) || is_near((at + 1..pieces.len()).find(is_text)) || is_near(over_headline)
    };
    let is_name = |piece: &Piece<'_>| {
        let form = page.matching.form(piece.folded.clone());
        let name = form.split(',').next().unwrap_or_default();
        piece.part == Part::Body
            && !is_nearly_label(piece)
            && name::stands_alone(&piece.text, page.layouts)
            && !article.says(name)
    };
    let mut places = head.clone();
    let found = places.find(|at| pieces.get(*at).is_some_and(is_name) && beside(*at));
    let found = found.or_else(|| {
        let is_name =
            |piece: &Piece<'_>| piece.part == Part::Body && is_caseless_name(piece, article, page);
        let mut places = head.clone();
        places.find(|at| pieces.get(*at).is_some_and(is_name) && is_near_date(pieces, *at))
    });
    if let Some(name) = found.and_then(|at| pieces.get_mut(at)) {
        name.take(Part::Value(Field::Author), None, "a name beside the date");
    }
}

/// So many lines of the site may stand between a name and the date: what its bearer is, a button.
const BETWEEN: usize = 3;

/// Whether a date stands near the piece at `at`, with nothing but lines of the site between: below it, or above it where no
/// label names the date (a page that has a label for its date has one for its author too), or above the headline.
fn is_near_date(pieces: &[Piece<'_>], at: usize) -> bool {
    let (above, below) = pieces.split_at_checked(at).unwrap_or_default();
    let is_text = |piece: &&Piece<'_>| !matches!(piece.part, Part::Furniture | Part::Label);
    let next = below.iter().skip(1).take(BETWEEN + 1).find(is_text);
    let mut above = above.iter().rev().take(BETWEEN + 1).filter(is_text);
    let last = above.next();
    let last = last.filter(|piece| piece.part != Part::Headline).or_else(|| above.next());
    next.is_some_and(is_date) || last.is_some_and(|date| is_date(date) && date.why.rule.is_none())
}

/// Whether a piece is a name in a script without capitals, and the headline does not speak of its bearer.
fn is_caseless_name(piece: &Piece<'_>, article: &Article<'_>, page: &Marking<'_, '_>) -> bool {
    let form = page.matching.form(piece.folded.clone());
    let last = form.rsplit(' ').next().unwrap_or_default();
    piece.text.len() <= NAME_BYTES
        && shape::stop(&piece.text) == Stop::None
        && !is_nearly_label(piece)
        && name::is_name_without_capitals(form, page.layouts)
        && !article.headline.split(' ').any(|word| word == last)
}

/// A longer line, in bytes, is no name.
const NAME_BYTES: usize = 100;

/// Takes lines that say no more than the author's name and stand below the first paragraph for furniture: it is named again.
fn again(pieces: &mut [Piece<'_>], end: usize) {
    let is_author = |piece: &Piece<'_>| piece.part == Part::Value(Field::Author);
    let Some((head, below)) = pieces.split_at_mut_checked(end) else {
        return;
    };
    let Some(author) = head.iter().find(|piece| is_author(piece)) else {
        return;
    };
    for piece in below.iter_mut().filter(|piece| piece.part == Part::Body) {
        if piece.text == author.text {
            piece.take(Part::Furniture, None, "the author, named again");
        }
    }
}

/// A label of another language, or one that no name followed, begins it.
fn is_nearly_label(piece: &Piece<'_>) -> bool {
    piece.why.runner_up.is_some_and(|second| second.part == Part::Label)
}

/// A line of the site between two others has no more words and characters, and a run of them no more lines.
const SHORT_WORDS: usize = 4;
const SHORT_CHARS: usize = 32;
const SHORT_LINES: usize = 3;

/// Whether a text is of a script with capitals: elsewhere a line of two words can be the dateline of the paragraph below it.
fn has_capitals(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| shape::is_letter(*c));
    letters.all(|c| c.is_lowercase() || c.is_uppercase())
}

/// Short lines that stand between fields and buttons and say nothing of what the article says.
fn between(
    pieces: &mut [Piece<'_>],
    head: Range<usize>,
    article: &Article<'_>,
    page: &Marking<'_, '_>,
) {
    let is_short = |piece: &Piece<'_>| {
        let stems = || stems_of(std::iter::once(piece.folded.clone()), page.matching);
        piece.text.split(' ').nth(SHORT_WORDS).is_none()
            && piece.text.chars().nth(SHORT_CHARS).is_none()
            && shape::stop(&piece.text) == Stop::None
            && has_capitals(&piece.text)
            && stems().share_in(&article.stems) == 0
    };
    let mut at = head.start;
    while at < head.end {
        // What the bearer of a name is stands below it.
        let below_name = at.checked_sub(1).and_then(|above| pieces.get(above));
        let below_name = below_name.is_some_and(|name| name.part == Part::Value(Field::Author));
        let run = pieces.get(at..head.end).unwrap_or_default().iter();
        let lines = run.take_while(|piece| piece.part == Part::Body).count();
        let is_closed = at + lines < head.end || below_name && lines == 1;
        let lines_of = pieces.get_mut(at..at + lines).unwrap_or_default();
        if is_closed && lines <= SHORT_LINES && lines_of.iter().all(is_short) {
            for piece in lines_of {
                piece.take(Part::Furniture, None, "a line between fields and buttons");
            }
        }
        at += lines + 1;
    }
}
