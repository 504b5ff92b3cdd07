//! Goes through the lines of a page: finds their markers, labels and furniture, and cuts them there.

use super::call;
use super::keyword_list::{self, List};
use super::line::LineMarks;
use super::marking::Marking;
use super::unwritten;
use crate::page::layout::{Field, Label};
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
            && keyword_list::is_parting(&line.text)
        {
            let sign = LineMarks::whole(page, index, line);
            pieces.push(sign.by_rule(Part::Label, rule));
            continue;
        }
        let marked = LineMarks::of(page, index, line, &on_line);
        let before = pieces.len();
        let mut open = marked.emit(page, waiting, &mut pieces);
        if let Some([piece]) = pieces.get_mut(before..)
            && matches!(piece.part, Part::Body | Part::Value(Field::Keywords))
            && call::is_call(page, index)
        {
            piece.take(Part::Furniture, None, "a call to the reader");
            (open, waiting) = (None, None);
        }
        let emitted = pieces.get(before..).unwrap_or_default();
        passed =
            waiting.filter(|_| passed.is_none() && keyword_list::is_button(page, index, emitted));
        passed = passed.filter(|(_, label)| label.field == Field::Keywords);
        let open = open.or(passed);
        list.add(emitted, open.is_some());
        waiting = open.or_else(|| list.goes_on(page, index));
    }
    pieces
}
