//! Whether a form that stands on a line is a marker, a label or furniture there, or words of the text.

use std::ops::Range;

use super::marking::{Mark, MarkKind, Marking, Rank};
use super::place::{Behind, Place};
use crate::page::layout::{Field, Hit, RuleKind};
use crate::page::piece::{Part, RunnerUp};

/// What a hit was taken for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    /// `None` leaves it to the text.
    pub mark: Option<Mark>,
    /// The rule that came next.
    pub runner_up: Option<RunnerUp>,
}

/// Takes a hit for a mark, or leaves it as words of the text. Where no rule of its form may stand here, the longest
/// shorter form is asked.
pub(super) fn judge(page: &Marking<'_, '_>, index: usize, hit: Hit, behind: Behind) -> Judged {
    let mut runner_up = None;
    let mut asked = Some(hit);
    while let Some(hit) = asked {
        match judge_form(page, index, (hit, behind), &mut runner_up) {
            Verdict::Mark(mark) => {
                return Judged { mark: Some(mark), runner_up };
            }
            Verdict::Plain => break,
            Verdict::Words => asked = page.layouts.shorter(hit),
        }
    }
    Judged { mark: None, runner_up }
}

enum Verdict {
    Mark(Mark),
    /// A phrase that is no mark says so.
    Plain,
    Words,
}

fn judge_form(
    page: &Marking<'_, '_>,
    index: usize,
    (hit, behind): (Hit, Behind),
    runner_up: &mut Option<RunnerUp>,
) -> Verdict {
    let Some(mut place) = Place::of(page, index, hit, behind) else {
        return Verdict::Words;
    };
    let (rule, kind) = match rule_of(page, &place, hit, runner_up) {
        Some((rule, Some(kind))) => (rule, kind),
        Some((_, None)) => match place.before_section() {
            Some(rule) => (rule, MarkKind::Marker),
            None => return Verdict::Plain,
        },
        None => match place.beside_topic().or_else(|| place.before_section()) {
            Some(rule) => (rule, MarkKind::Marker),
            None => return Verdict::Words,
        },
    };
    let from = page.matching.start(index);
    let whole = from..from + page.matching.line(index).len();
    let Range { start, end } = place.extent(kind, whole);
    let needs_label = matches!(kind, MarkKind::Label(label) if !place.admits_alone(label));
    Verdict::Mark(Mark { rule, start, end, kind, needs_label })
}

/// The rule that makes something of the form here, and what; `None` for what says that it is no mark. `runner_up` is told which
/// one came next.
fn rule_of(
    page: &Marking<'_, '_>,
    place: &Place<'_>,
    hit: Hit,
    runner_up: &mut Option<RunnerUp>,
) -> Option<(u32, Option<MarkKind>)> {
    let mut rules = page.layouts.rules_of(hit);
    if place.is_within() && !rules.any(|(_, rule)| Place::may_be_within(&rule.kind)) {
        return None;
    }
    let (mut found, mut reading) = (None, None);
    let ranked =
        |rank| page.layouts.rules_of(hit).filter(move |(_, rule)| page.rank_of(rule) == Some(rank));
    for (id, rule) in Rank::ALL.into_iter().flat_map(ranked) {
        // Another rule of its file that says the same is no other reading.
        if reading == Some((&rule.file, says(&rule.kind))) {
            continue;
        }
        let next = match place.admits(rule) {
            Ok(None) if found.is_none() => {
                *runner_up = None;
                return Some((id, None));
            }
            Ok(kind) if found.is_none() => {
                found = Some((id, kind));
                reading = Some((&rule.file, says(&rule.kind)));
                continue;
            }
            Ok(_) => RunnerUp { part: part_of(&rule.kind), rule: Some(id), reason: "would do too" },
            // A word within a sentence is no near miss.
            Err(_) if !place.at_start && !place.colon => continue,
            Err(reason) => RunnerUp { part: part_of(&rule.kind), rule: Some(id), reason },
        };
        runner_up.get_or_insert(next);
    }
    found
}

fn part_of(kind: &RuleKind) -> Part {
    match kind {
        RuleKind::Marker(_) => Part::Marker,
        RuleKind::Label(_) => Part::Label,
        RuleKind::Plain => Part::Body,
        RuleKind::Furniture(_) => Part::Furniture,
    }
}

/// What a rule says of its form: a marker, the label of a field, furniture.
fn says(kind: &RuleKind) -> (Part, Option<Field>) {
    let field = match kind {
        RuleKind::Label(label) => Some(label.field),
        RuleKind::Marker(_) | RuleKind::Furniture(_) | RuleKind::Plain => None,
    };
    (part_of(kind), field)
}
