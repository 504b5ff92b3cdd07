//! The same reading with its trace: what each line was taken for, and why.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::page::layout::Layouts;
use crate::page::piece::{Part, Piece};
use crate::page::reading::Reading;
use crate::page::split::starts::Start;
use crate::page::{Context, Page};

/// A page with every decision on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation<'a> {
    /// What the page says: the same value that [`super::read`] gives.
    pub page: Page<'a>,
    /// The page from its first line to its last, empty lines left out.
    pub lines: Vec<ExplainedPiece>,
}

/// A line, or a part of one, and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedPiece {
    /// The number of the line on the page, from 1, empty lines counted.
    pub line: u32,
    /// Its words, cleaned.
    pub text: String,
    /// What it was taken for.
    pub part: Part,
    /// The position of the appended story or link that it belongs to; null for the article.
    pub position: Option<u32>,
    /// The rule that said so, where a layout has one.
    pub rule: Option<ExplainedRule>,
    /// How sure the judgement is, where it was weighed: above nought for a headline, below for a paragraph.
    pub score: Option<i32>,
    /// The signals that the score is made of, those that are nought left out.
    pub signals: BTreeMap<&'static str, i16>,
    /// What other pages have shown of the line.
    pub known: Option<Start>,
    /// In words, where no layout rule says it.
    pub reason: &'static str,
    /// What came second, where something did; a score says by how much.
    pub runner_up: Option<ExplainedRunnerUp>,
}

/// What a line was nearly taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedRunnerUp {
    /// What it would have been.
    pub part: Part,
    /// The rule that says so, where a layout has one.
    pub rule: Option<ExplainedRule>,
    /// Why it came second.
    pub reason: &'static str,
}

/// A rule of a layout file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedRule {
    /// The file.
    pub file: String,
    /// The rule's name in it.
    pub name: String,
}

/// Reads a page and says how. It is [`super::read`] itself: the page is assembled from these pieces.
#[must_use]
pub fn explain<'a>(text: &'a str, layouts: &'a Layouts, context: &Context<'a>) -> Explanation<'a> {
    let reading = Reading::of(text, layouts, context, true);
    let lines = reading
        .pieces
        .iter()
        .map(|piece| ExplainedPiece {
            line: reading.lines.get(piece.line).map_or(0, |line| line.number),
            text: piece.text.to_string(),
            part: piece.part,
            position: piece.entry,
            rule: rule(piece.why.rule, layouts),
            score: piece.why.score,
            signals: signals(piece),
            known: piece.why.known.as_deref().copied(),
            reason: piece.why.reason,
            runner_up: runner_up(piece, layouts),
        })
        .collect();
    Explanation { page: reading.into_page(), lines }
}

fn rule(id: Option<u32>, layouts: &Layouts) -> Option<ExplainedRule> {
    let rule = layouts.rule(id?)?;
    let name = match layouts.site(rule.site) {
        Some(site) => format!("{}: {}", site.name, rule.name),
        None => rule.name.to_string(),
    };
    Some(ExplainedRule { file: rule.file.to_string(), name })
}

fn runner_up(piece: &Piece<'_>, layouts: &Layouts) -> Option<ExplainedRunnerUp> {
    // Of a list of links nothing is weighed.
    let is_weighed = piece.why.signals.as_ref().is_some_and(|signals| !signals.is_empty());
    let (part, id, reason) = match (piece.why.runner_up, piece.part) {
        (Some(second), _) => (second.part, second.rule, second.reason),
        (None, Part::Headline) if is_weighed => {
            (Part::Body, None, "it would go on with the story before it")
        }
        (None, Part::Body) if is_weighed => (Part::Headline, None, "it would begin a story"),
        (None, _) => return None,
    };
    Some(ExplainedRunnerUp { part, rule: rule(id, layouts), reason })
}

fn signals(piece: &Piece<'_>) -> BTreeMap<&'static str, i16> {
    piece.why.signals.iter().flat_map(|signals| signals.iter().copied()).collect()
}
