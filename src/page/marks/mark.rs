//! Goes through the lines of a page: finds their markers, labels and furniture, and cuts them there.

use super::keywords;
use super::line::LineMarks;
use super::marking::Marking;
use super::unwritten;
use crate::page::layout::{Field, Label, RuleKind};
use crate::page::piece::{Part, Piece};

/// The pieces of all lines, in their order.
pub(crate) fn mark<'a>(page: &Marking<'_, 'a>) -> Vec<Piece<'a>> {
    let mut pieces = Vec::with_capacity(page.lines.len() + 8);
    let mut hits = page.layouts.hits(page.matching, 0..page.matching.text().len()).peekable();
    let mut on_line = Vec::new();
    // The label whose value stands on the next line.
    let mut waiting: Option<(u32, Label)> = None;
    // The same, where a button stands between.
    let mut passed: Option<(u32, Label)> = None;
    let mut list = List::default();
    for (index, line) in page.lines.iter().enumerate() {
        let end = page.matching.start(index + 1);
        on_line.clear();
        while let Some(hit) = hits.next_if(|hit| hit.start < end) {
            on_line.push(hit);
        }
        if let Some(reason) = unwritten::reason(&line.text) {
            let mut piece = LineMarks::whole(page, index, line);
            piece.take(Part::Furniture, None, reason);
            pieces.push(piece);
            continue;
        }
        if let Some((rule, label)) = waiting
            && label.field == Field::Keywords
            && keywords::is_parting(&line.text)
        {
            let sign = LineMarks::whole(page, index, line);
            pieces.push(sign.by_rule(Part::Label, rule));
            continue;
        }
        let marked = LineMarks::of(page, index, line, &on_line);
        let before = pieces.len();
        let open = marked.emit(page, waiting, &mut pieces);
        let emitted = pieces.get(before..).unwrap_or_default();
        passed = waiting.filter(|_| passed.is_none() && keywords::is_button(page, index, emitted));
        passed = passed.filter(|(_, label)| label.field == Field::Keywords);
        let open = open.or(passed);
        list.add(emitted, open.is_some());
        waiting = open.or_else(|| list.goes_on(page, index));
    }
    pieces
}

/// A list of keywords that may have a line for each of them.
#[derive(Default)]
struct List {
    /// Its label, where the last line is a value of one.
    label: Option<u32>,
    /// Its label stands alone on a line.
    alone: bool,
    /// A marker stands before it on the page.
    in_block: bool,
}

impl List {
    /// Takes the pieces of the next line; `open`: they end with a label.
    fn add(&mut self, line: &[Piece<'_>], open: bool) {
        self.in_block |= line.iter().any(|piece| piece.part == Part::Marker);
        let last = line.last().filter(|last| last.part == Part::Value(Field::Keywords));
        self.label = last.and_then(|last| last.why.rule);
        self.alone = open || self.alone && self.label.is_some();
    }

    /// The label again, where the next line has more keywords.
    fn goes_on(&self, page: &Marking<'_, '_>, index: usize) -> Option<(u32, Label)> {
        let id = self.label?;
        let RuleKind::Label(label) = page.layouts.rule(id)?.kind else {
            return None;
        };
        let more = keywords::ends_open(page.lines, index)
            || self.alone && keywords::go_on(page.lines, index, self.in_block);
        more.then_some((id, label))
    }
}
