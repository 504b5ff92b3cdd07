//! Finds markers, labels and furniture, line by line, and cuts the lines at them.

use super::clean::Line;
use super::date;
use super::layout::{Field, Hit, Label, Layouts, Marker, Need, RuleKind};
use super::matching::{Matching, folded_len, raw_offset};
use super::piece::{Part, Piece};
use super::shape;

/// What marking needs to know of the page.
pub(super) struct Marking<'m, 'a> {
    pub lines: &'m [Line<'a>],
    pub matching: &'m Matching,
    pub layouts: &'a Layouts,
    pub language: &'m str,
    pub page_time_ms: i64,
}

/// The pieces of all lines, in their order.
pub(super) fn mark<'a>(page: &Marking<'_, 'a>) -> Vec<Piece<'a>> {
    let mut pieces = Vec::with_capacity(page.lines.len() + 8);
    let mut hits = page.layouts.hits(page.matching.text()).peekable();
    let mut on_line = Vec::new();
    // The label whose value stands on the next line.
    let mut waiting = None;
    for (index, line) in page.lines.iter().enumerate() {
        let end = page.matching.start(index + 1);
        on_line.clear();
        while let Some(hit) = hits.next_if(|hit| hit.start < end) {
            on_line.push(hit);
        }
        let marked = if shape::is_markup(&line.text) {
            pieces.push(LineMarks::rest_of_markup(page, index, line));
            continue;
        } else {
            LineMarks::of(page, index, line, &on_line)
        };
        waiting = marked.emit(page, waiting, &mut pieces);
    }
    pieces
}

/// What was found on a line, in bytes of the whole match form.
struct LineMarks<'l, 'a> {
    index: usize,
    line: &'l Line<'a>,
    marks: Vec<Mark>,
}

/// A marker or label: its words and what closes them.
#[derive(Debug, Clone, Copy)]
struct Mark {
    rule: u32,
    start: usize,
    end: usize,
    kind: MarkKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MarkKind {
    Marker,
    Label(Label),
    Furniture,
}

impl<'l, 'a> LineMarks<'l, 'a> {
    fn of(page: &Marking<'_, 'a>, index: usize, line: &'l Line<'a>, hits: &[Hit]) -> Self {
        let mut marks = Vec::new();
        for &hit in hits {
            if let Some(mark) = judge(page, index, hit) {
                let whole = mark.kind == MarkKind::Furniture;
                marks.push(mark);
                if whole {
                    break;
                }
            }
        }
        Self { index, line, marks }
    }

    /// A line that is a tag, or ends as one does.
    fn rest_of_markup(page: &Marking<'_, 'a>, index: usize, line: &'l Line<'a>) -> Piece<'a> {
        let from = page.matching.start(index);
        let folded = from..from + page.matching.line(index).len();
        let mut piece = Piece::of(line, index, 0..line.text.len(), folded);
        piece.take(Part::Furniture, None, "the rest of a tag");
        piece
    }

    /// Cuts the line at its marks. Returns the label whose value is to follow on the next line.
    fn emit(
        self,
        page: &Marking<'_, 'a>,
        waiting: Option<(u32, Label)>,
        pieces: &mut Vec<Piece<'a>>,
    ) -> Option<(u32, Label)> {
        let from = page.matching.start(self.index);
        let to = from + page.matching.line(self.index).len();
        if from == to {
            // Marks alone, which the match form drops: a line that nothing can match, and still a line of the page.
            let whole = 0..self.line.text.len();
            pieces.push(Piece::of(self.line, self.index, whole, from..to));
            return waiting;
        }
        let mut at = from;
        let mut open = waiting;
        for (nth, mark) in self.marks.iter().enumerate() {
            let until = self.marks.get(nth + 1).map_or(to, |next| next.start);
            let value = page.matching.text().get(mark.end..until).unwrap_or_default();
            if let MarkKind::Label(label) = mark.kind
                && !is_value(page, self.index, mark, label, value)
            {
                continue;
            }
            self.text(page, at..mark.start, open.take(), pieces);
            let part = match mark.kind {
                MarkKind::Marker => Part::Marker,
                MarkKind::Label(_) => Part::Label,
                MarkKind::Furniture => Part::Furniture,
            };
            pieces.push(self.piece(page, mark.start..mark.end).by_rule(part, mark.rule));
            at = mark.end;
            if let MarkKind::Label(label) = mark.kind {
                open = Some((mark.rule, label));
            }
        }
        let rest = page.matching.text().get(at..to).unwrap_or_default();
        if shape::has_words(rest) {
            let cut = self.glued_end(page, at).unwrap_or(to);
            self.text(page, at..cut, open.take(), pieces);
            self.text(page, cut..to, None, pieces);
        } else if let Some(last) =
            pieces.last_mut().filter(|last| last.line == self.index && at < to)
        {
            // Nothing but punctuation is left: it goes with what it stands behind.
            let start = last.folded.start;
            let whole = self.piece(page, start..to);
            last.text = whole.text;
            last.folded = whole.folded;
        } else if at < to {
            self.text(page, at..to, None, pieces);
        }
        open.filter(|_| {
            self.marks.last().is_some_and(|mark| matches!(mark.kind, MarkKind::Label(_)))
        })
    }

    /// Where the headline behind a marker ends that a scraper has glued to the next sentence; a place in the match form.
    fn glued_end(&self, page: &Marking<'_, 'a>, at: usize) -> Option<usize> {
        let last =
            self.marks.last().filter(|mark| mark.kind == MarkKind::Marker && mark.end == at)?;
        let RuleKind::Marker(Marker { glued: true, .. }) = page.layouts.rule(last.rule)?.kind
        else {
            return None;
        };
        let from = page.matching.start(self.index);
        let (before, headline) =
            self.line.text.split_at_checked(raw_offset(&self.line.text, at - from))?;
        let end = before.len() + shape::glued_end(headline)?;
        Some(from + folded_len(self.line.text.get(..end)?))
    }

    fn piece(&self, page: &Marking<'_, 'a>, folded: std::ops::Range<usize>) -> Piece<'a> {
        let from = page.matching.start(self.index);
        let line_end = page.matching.line(self.index).len();
        let raw = |at: usize| match at.saturating_sub(from) {
            0 => 0,
            at if at >= line_end => self.line.text.len(),
            at => raw_offset(&self.line.text, at),
        };
        Piece::of(self.line, self.index, raw(folded.start)..raw(folded.end), folded)
    }

    fn text(
        &self,
        page: &Marking<'_, 'a>,
        folded: std::ops::Range<usize>,
        label: Option<(u32, Label)>,
        pieces: &mut Vec<Piece<'a>>,
    ) {
        if folded.is_empty() {
            return;
        }
        let piece = self.piece(page, folded);
        if piece.text.is_empty() {
            return;
        }
        let form = page.matching.text().get(piece.folded.clone()).unwrap_or_default();
        pieces.push(match label {
            Some((rule, label)) if fits(page, label, form) => {
                piece.by_rule(Part::Value(label.field), rule)
            }
            _ => piece,
        });
    }
}

/// Takes a hit for a mark, or leaves it as words of the text.
fn judge(page: &Marking<'_, '_>, index: usize, hit: Hit) -> Option<Mark> {
    let from = page.matching.start(index);
    let line = page.matching.line(index);
    let (before, rest) = line.split_at_checked(hit.start.checked_sub(from)?)?;
    let (form, after) = rest.split_at_checked(hit.end - hit.start)?;
    let free_left = !before.ends_with(shape::is_word_char);
    // A visarga is a sign of its word, and is printed for the colon too.
    if form.ends_with(shape::is_word_char)
        && after.starts_with(shape::is_word_char)
        && !after.starts_with('ः')
    {
        return None;
    }
    let closed = shape::terminator(after);
    let at_start = !shape::has_words(before);
    let place = Place {
        at_start,
        at_end: !shape::has_words(after.get(closed.bytes..).unwrap_or_default()),
        colon: closed.colon,
        bar: closed.bar,
        free_left,
        after_sentence: shape::ends_in_stop(before),
        after_dots: at_start && before.contains(['.', '…']),
    };
    let own = page.layouts.rules_of(hit).filter(|(_, rule)| *rule.language == *page.language);
    let others = page.layouts.rules_of(hit).filter(|(_, rule)| *rule.language != *page.language);
    for (rule, found) in own.chain(others) {
        let kind = match &found.kind {
            RuleKind::Plain => return None,
            RuleKind::Marker(marker)
                if place.admits_marker(*marker)
                    && (*found.language == *page.language || place.admits_foreign()) =>
            {
                MarkKind::Marker
            }
            RuleKind::Label(label) if place.admits_label(*label) => MarkKind::Label(*label),
            RuleKind::WholeFurniture if place.at_start && place.at_end => MarkKind::Furniture,
            RuleKind::StartFurniture if place.at_start => MarkKind::Furniture,
            RuleKind::Marker(_)
            | RuleKind::Label(_)
            | RuleKind::WholeFurniture
            | RuleKind::StartFurniture => continue,
        };
        let whole = from..from + line.len();
        let (start, end) = match kind {
            MarkKind::Furniture => (whole.start, whole.end),
            MarkKind::Marker | MarkKind::Label(_) => {
                let start = if place.at_start { from } else { hit.start };
                let end = if place.at_end { whole.end } else { hit.end + closed.bytes };
                (start, end)
            }
        };
        return Some(Mark { rule, start, end, kind });
    }
    None
}

/// Where on its line a form stands.
struct Place {
    at_start: bool,
    at_end: bool,
    colon: bool,
    bar: bool,
    free_left: bool,
    after_sentence: bool,
    /// Nothing but dots and other signs.
    after_dots: bool,
}

impl Place {
    fn admits_marker(&self, marker: Marker) -> bool {
        let allowed = |need| match need {
            Need::Never => false,
            Need::Colon => self.colon,
            Need::Always => true,
        };
        let here = match (self.at_start, self.at_end) {
            (true, true) => marker.alone,
            (true, false) => allowed(marker.start),
            (false, true) => allowed(marker.end),
            (false, false) => allowed(marker.inside),
        };
        // Dots before it: a text that was cut off goes on elsewhere ("...المزيد"), and nothing is appended.
        here && (self.free_left || marker.glued) && !self.after_dots
    }

    /// A marker of another language than the page's is an ordinary word more often: a bar behind it is not enough.
    fn admits_foreign(&self) -> bool {
        !self.bar
    }

    fn admits_label(&self, label: Label) -> bool {
        if !self.free_left {
            return false;
        }
        match (self.at_start, self.at_end) {
            (true, true) => {
                label.alone
                    && (self.colon
                        || matches!(
                            label.field,
                            Field::Updated | Field::Published | Field::Keywords
                        ))
            }
            (true, false) => self.colon || !label.colon,
            (false, _) => label.inside && self.colon && self.after_sentence,
        }
    }
}

/// Whether what follows a label can be its value.
fn is_value(page: &Marking<'_, '_>, index: usize, mark: &Mark, label: Label, value: &str) -> bool {
    if !shape::has_words(value) {
        let next = page.matching.line(index + 1);
        return index > 0 && fits(page, label, next);
    }
    // The first line is the headline: "Source: the government is in talks".
    if index == 0 && label.field == Field::Source {
        return false;
    }
    let inside = mark.start > page.matching.start(index);
    if inside && label.field != Field::Keywords && words(value) > INSIDE_WORDS {
        return false;
    }
    // A label that needs no colon needs a date behind it.
    (label.colon || is_date(page, value)) && fits(page, label, value)
}

/// A value glued to the last sentence of a paragraph has no more words: longer ones are speech.
const INSIDE_WORDS: usize = 4;

fn words(text: &str) -> usize {
    text.split(' ').filter(|word| shape::has_words(word)).count()
}

fn is_date(page: &Marking<'_, '_>, value: &str) -> bool {
    date::read(value, page.layouts.dates(), page.language, page.page_time_ms).is_some()
}

/// Whether a text has the shape of the field's values.
fn fits(page: &Marking<'_, '_>, label: Label, value: &str) -> bool {
    let value = value.trim();
    let words = words(value);
    if words == 0 || words > label.max_words {
        return false;
    }
    match label.field {
        Field::Published | Field::Updated => {
            value.contains(|c: char| c.is_ascii_digit()) && (words <= 8 || is_date(page, value))
        }
        Field::Source | Field::Author => {
            !value.starts_with(['«', '"', '“', '(']) && (words <= 3 || !shape::ends_in_stop(value))
        }
        Field::Keywords => words <= 12 || !value.ends_with('.'),
    }
}
