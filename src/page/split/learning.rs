//! What a page learns from others, and others from it, while it is read.

use super::candidate::{Candidate, Candidates};
use super::line::BlockLine;
use super::sequence::{Split, Verdict};
use super::starts::{LineKey, Start, StartKind, Starts};
use crate::record::StoryId;

/// What a page is read with, where pages learn from each other.
#[derive(Debug, Clone, Copy)]
pub struct Learning<'a> {
    /// A hash of the site's name: pages of a site learn from each other.
    pub site: u64,
    /// What is known; `None` while it is only gathered.
    pub starts: Option<&'a Starts>,
}

/// What decided where the stories of a page's blocks begin, the first of each block left aside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Boundaries {
    /// Boundaries by the score of the page alone.
    pub scored: u32,
    /// Boundaries that other pages have shown, and the page alone says so too.
    pub shown: u32,
    /// Boundaries that other pages have shown, against the page alone.
    pub added: u32,
    /// Lines that other pages have shown to be none, against the page alone.
    pub removed: u32,
}

/// The learning of one page.
#[derive(Debug, Default)]
pub(crate) struct Lesson<'s> {
    learning: Option<Learning<'s>>,
    candidates: Candidates,
    boundaries: Boundaries,
}

impl<'s> Lesson<'s> {
    pub(crate) fn of(learning: Option<Learning<'s>>) -> Self {
        let candidates = Candidates::of(learning.map_or(0, |learning| learning.site));
        Self { learning, candidates, boundaries: Boundaries::default() }
    }

    /// The headline of an article that has a body, in its match form.
    pub(crate) fn own(&mut self, form: &str) {
        if self.learning.is_some() {
            self.candidates.own(form);
        }
    }

    /// What other pages have shown of the lines of a block; empty where nothing is.
    pub(crate) fn known(&self, lines: &[BlockLine]) -> Vec<Option<Start>> {
        if !self.has_learned() {
            return Vec::new();
        }
        lines.iter().map(|line| self.start(line.key)).collect()
    }

    /// What other pages have shown of a line of that match form (its hash).
    fn start(&self, form: u64) -> Option<Start> {
        let Learning { site, starts } = self.learning?;
        starts?.get(LineKey::of(site, form))
    }

    /// Whether anything may be known of lines.
    pub(crate) fn has_learned(&self) -> bool {
        self.learning.is_some_and(|learning| learning.starts.is_some())
    }

    /// Whether other pages have shown that a line of that match form (its hash) begins a story.
    pub(crate) fn is_headline(&self, form: u64) -> bool {
        self.start(form).is_some_and(|start| start.kind == StartKind::Headline)
    }

    /// The story that a link of that match form (its hash) names.
    pub(crate) fn named(&self, form: u64) -> Option<StoryId> {
        self.start(form)?.story_id
    }

    /// Hears of a list of links.
    pub(crate) fn links(&mut self, lines: &[BlockLine], verdicts: &[Verdict]) {
        if self.learning.is_none() {
            return;
        }
        for (line, verdict) in lines.iter().zip(verdicts) {
            if verdict.headline {
                self.candidates.link(line, self.start(line.key).is_some());
            }
        }
    }

    /// Hears of a block and how it was cut.
    pub(crate) fn block(&mut self, lines: &[BlockLine], split: &Split) {
        for (verdict, alone) in split.verdicts.iter().zip(&split.alone).skip(1) {
            let boundaries = &mut self.boundaries;
            let shown = verdict.known.map(|start| start.kind);
            let count = match (verdict.headline, alone, shown) {
                (true, false, Some(StartKind::Headline)) => &mut boundaries.added,
                (true, true, Some(StartKind::Headline)) => &mut boundaries.shown,
                (true, _, _) => &mut boundaries.scored,
                (false, true, Some(StartKind::Body)) => &mut boundaries.removed,
                (false, _, _) => continue,
            };
            *count += 1;
        }
        if self.learning.is_some() {
            self.candidates.block(lines, split);
        }
    }

    pub(crate) fn ended(self) -> (Vec<Candidate>, Boundaries) {
        (self.candidates.into_vec(), self.boundaries)
    }
}
