//! The marks of one line, and the line cut at them.

use std::cell::Cell;
use std::ops::Range;

use super::judge::{self, Judged};
use super::marking::{Mark, MarkKind, Marking};
use super::place::Behind;
use super::trailing::{without_bar, without_bracket, without_date, without_sign};
use super::value;
use super::whole;
use crate::page::layout::{Field, Hit, Label, Marker, RuleKind};
use crate::page::piece::{Part, Piece, RunnerUp};
use crate::page::text::lines::Line;
use crate::page::text::shape;
use crate::page::text::spelling::{folded_len, raw_offset};

/// So many words behind a label that could be labels, and are none, may be part of its value.
const LOOKAHEAD: usize = 4;

/// What was found on a line, in bytes of the whole match form.
pub(super) struct LineMarks<'l, 'a> {
    index: usize,
    line: &'l Line<'a>,
    marks: Vec<Mark>,
    /// The rule that made nothing of its form here, or came second.
    runner_up: Option<RunnerUp>,
    /// A place in the match form and the same place in the line: pieces follow one another, so that a line of many is
    /// walked once.
    cursor: Cell<(usize, usize)>,
}

impl<'l, 'a> LineMarks<'l, 'a> {
    pub(super) fn of(
        page: &Marking<'_, 'a>,
        index: usize,
        line: &'l Line<'a>,
        hits: &[Hit],
    ) -> Self {
        let (mut marks, mut second) = (Vec::new(), None);
        let row = whole::furniture_row(page, index, hits).or_else(|| whole::counted(page, index));
        if let Some(row) = row {
            return Self {
                index,
                line,
                marks: vec![row],
                runner_up: None,
                cursor: Cell::default(),
            };
        }
        for hit in value::glued_label(page, index).into_iter().chain(hits.iter().copied()) {
            let label = marks.last().and_then(Mark::label).map(|label| label.field);
            let head = marks.is_empty() && value::is_in_head(page, index, hit);
            let Judged { mark, runner_up } = judge::judge(page, index, hit, Behind { label, head });
            second = second.or(runner_up);
            if let Some(mut mark) = mark {
                mark.needs_label &= !head;
                let whole = mark.kind == MarkKind::Furniture;
                marks.push(mark);
                if whole {
                    break;
                }
            }
        }
        Self { index, line, marks, runner_up: second, cursor: Cell::default() }
    }

    /// A line in one piece.
    pub(super) fn whole(page: &Marking<'_, 'a>, index: usize, line: &'l Line<'a>) -> Piece<'a> {
        let from = page.matching.start(index);
        let folded = from..from + page.matching.line(index).len();
        Piece::whole(line, index, folded)
    }

    /// Cuts the line at its marks. Returns the label whose value is to follow on the next line.
    pub(super) fn emit(
        mut self,
        page: &Marking<'_, 'a>,
        waiting: Option<(u32, Label)>,
        pieces: &mut Vec<Piece<'a>>,
    ) -> Option<(u32, Label)> {
        let from = page.matching.start(self.index);
        let to = from + page.matching.line(self.index).len();
        if from == to {
            // Marks alone, which the match form drops: a line that nothing can match, and still a line of the page.
            pieces.push(Piece::whole(self.line, self.index, from..to));
            return waiting;
        }
        let (mut at, mut open) = (from, waiting);
        let marks = self.counting(page, to);
        for mark in &marks {
            self.text(page, at..mark.start, open.take(), pieces);
            let part = match mark.kind {
                MarkKind::Marker => Part::Marker,
                MarkKind::Label(label) => {
                    open = Some((mark.rule, label));
                    Part::Label
                }
                MarkKind::Furniture => Part::Furniture,
            };
            pieces.push(self.piece(page, mark.start..mark.end).by_rule(part, mark.rule));
            at = mark.end;
        }
        let open = self.rest(page, at..to, (open, marks.last()), pieces);
        open.filter(|_| marks.last().is_some_and(|last| last.label().is_some()))
    }

    /// The marks that count on a line that ends at `to`: of labels, those with a value behind them.
    fn counting(&mut self, page: &Marking<'_, 'a>, to: usize) -> Vec<Mark> {
        let all = std::mem::take(&mut self.marks);
        let mut labelled = false;
        let mut marks = Vec::with_capacity(all.len());
        for (nth, mark) in all.iter().enumerate() {
            if mark.needs_label && !labelled {
                continue;
            }
            if let MarkKind::Label(label) = mark.kind {
                let until = self.value_end(page, &all, (nth, to));
                let value = page.matching.text().get(mark.end..until).unwrap_or_default();
                if !value::is_value(page, self.index, mark, (label, labelled), value) {
                    let reason = "what is behind it is no value of the field";
                    let (part, rule) = (Part::Label, Some(mark.rule));
                    self.runner_up = self.runner_up.or(Some(RunnerUp { part, rule, reason }));
                    continue;
                }
                labelled = true;
            }
            marks.push(*mark);
        }
        marks
    }

    /// What stands behind the last mark of a line: the open label's value, the text behind the last marker. Returns the label if it
    /// is still open.
    fn rest(
        &self,
        page: &Marking<'_, 'a>,
        place: Range<usize>,
        (mut open, last): (Option<(u32, Label)>, Option<&Mark>),
        pieces: &mut Vec<Piece<'a>>,
    ) -> Option<(u32, Label)> {
        if place.is_empty() {
            return open;
        }
        let Range { start: at, end: to } = place;
        let has_words = page.matching.text().get(at..to).is_some_and(shape::has_words);
        match pieces.last_mut().filter(|last| last.line == self.index) {
            // Nothing but punctuation is left: it goes with what it stands behind.
            Some(before) if !has_words => {
                let whole = self.piece(page, before.folded.start..to);
                before.text = whole.text;
                before.folded = whole.folded;
            }
            Some(_) | None if has_words => {
                let cut = self.glued_end(page, last, at).unwrap_or(to);
                self.text(page, at..cut, open.take(), pieces);
                self.text(page, cut..to, None, pieces);
            }
            Some(_) | None => self.text(page, at..to, None, pieces),
        }
        open
    }

    /// Where the value of the mark `nth` ends: where the next one begins that is one, or its line does.
    fn value_end(
        &self,
        page: &Marking<'_, 'a>,
        marks: &[Mark],
        (nth, to): (usize, usize),
    ) -> usize {
        for (at, next) in marks.iter().enumerate().skip(nth + 1).take(LOOKAHEAD) {
            let Some(label) = next.label() else {
                return next.start;
            };
            let until = marks.get(at + 1).map_or(to, |behind| behind.start);
            let value = page.matching.text().get(next.end..until).unwrap_or_default();
            if value::is_value(page, self.index, next, (label, true), value) {
                return next.start;
            }
        }
        marks.get(nth + 1 + LOOKAHEAD).map_or(to, |next| next.start)
    }

    /// Where the headline behind a marker ends that a scraper has glued to the next sentence; a place in the match form.
    fn glued_end(&self, page: &Marking<'_, 'a>, last: Option<&Mark>, at: usize) -> Option<usize> {
        let last = last.filter(|mark| mark.kind == MarkKind::Marker && mark.end == at)?;
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

    /// The byte of the line at which the byte `at` of its match form stands.
    fn raw(&self, at: usize) -> usize {
        let (form, raw) = self.cursor.get();
        if at == form {
            return raw;
        }
        let found = match (at.checked_sub(form), self.line.text.get(raw..)) {
            (Some(at), Some(rest)) => raw + raw_offset(rest, at),
            (None, _) | (_, None) => raw_offset(&self.line.text, at),
        };
        self.cursor.set((at, found));
        found
    }

    fn piece(&self, page: &Marking<'_, 'a>, folded: Range<usize>) -> Piece<'a> {
        let from = page.matching.start(self.index);
        let to = from + page.matching.line(self.index).len();
        let mut piece = if (from..to) == folded {
            Piece::whole(self.line, self.index, folded)
        } else {
            let raw = |at: usize| match at {
                at if at <= from => 0,
                at if at >= to => self.line.text.len(),
                at => self.raw(at - from),
            };
            Piece::of(self.line, self.index, raw(folded.start)..raw(folded.end), folded)
        };
        piece.why.runner_up = self.runner_up;
        piece
    }

    /// Text, and where a label is open the value that it begins with.
    fn text(
        &self,
        page: &Marking<'_, 'a>,
        folded: Range<usize>,
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
        if let Some((rule, label)) = label.filter(|(_, label)| label.field.is_date())
            && let Some(end) = value::leading_date(page, form)
            && let lead = form.len() - form.trim_start().len()
            && let Some((date, behind)) = piece.split_at(raw_offset(&piece.text, end - lead), end)
        {
            let (date, colon) = without_sign(date);
            pieces.push(date.by_rule(Part::Value(label.field), rule));
            pieces.extend(colon.map(|colon| colon.by_rule(Part::Label, rule)));
            pieces.push(behind);
            return;
        }
        match label {
            Some((rule, label)) if value::fits(page, label, form) => {
                push_value(page, piece, (rule, label.field), pieces);
            }
            _ => pieces.push(piece),
        }
    }
}

/// The value of a field, without what stands behind it on its line and is no part of it.
fn push_value<'a>(
    page: &Marking<'_, 'a>,
    piece: Piece<'a>,
    (rule, field): (u32, Field),
    pieces: &mut Vec<Piece<'a>>,
) {
    let (piece, date) = match field {
        Field::Author => without_date(piece, page),
        Field::Published | Field::Updated | Field::Source | Field::Keywords => (piece, None),
    };
    let (value, bracket) = without_bracket(piece);
    let (value, sign) = match field {
        Field::Source | Field::Author => without_sign(value),
        Field::Published | Field::Updated => without_bar(value),
        Field::Keywords => (value, None),
    };
    pieces.push(value.by_rule(Part::Value(field), rule));
    let behind = sign.into_iter().chain(bracket);
    pieces.extend(behind.map(|behind| behind.by_rule(Part::Label, rule)));
    pieces.extend(date);
}
