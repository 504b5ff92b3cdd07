//! What marking works with: the page before it is cut, and what is found on a line of it.

use std::cell::Cell;

use crate::page::date::{self, Dates};
use crate::page::layout::{Label, Layouts, Rule};
use crate::page::text::lines::Line;
use crate::page::text::matching::Matching;
use crate::page::text::shape;

/// The page before it is cut: what marking, and each step behind it, needs to know of it.
pub(crate) struct Marking<'m, 'a> {
    pub lines: &'m [Line<'a>],
    pub matching: &'m Matching,
    pub layouts: &'a Layouts,
    pub language: &'m str,
    /// The site that the page is from, where a layout has rules for it.
    pub site: Option<u32>,
    pub dates: Dates<'m>,
    /// How many labels without a colon were looked up on the page.
    pub asked: Cell<u8>,
}

impl Marking<'_, '_> {
    /// What a text with a digit says as a date, in its match form.
    pub(crate) fn date_in(&self, form: &str) -> Option<date::Reading> {
        shape::has_digit(form).then(|| date::read(form, &self.dates))?
    }

    /// `None` of a rule for another site.
    pub(super) fn rank_of(&self, rule: &Rule) -> Option<Rank> {
        match rule.site {
            Some(site) => (self.site == Some(site)).then_some(Rank::Site),
            None if *rule.language == *self.language => Some(Rank::Language),
            None => Some(Rank::OtherLanguage),
        }
    }
}

/// Whose rules are asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    Site,
    Language,
    OtherLanguage,
}

impl Rank {
    pub(super) const ALL: [Self; 3] = [Self::Site, Self::Language, Self::OtherLanguage];
}

/// A marker or label: its words and what closes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub rule: u32,
    pub start: usize,
    pub end: usize,
    pub kind: MarkKind,
    /// It counts only where the label before it does.
    pub needs_label: bool,
}

impl Mark {
    pub(super) fn label(&self) -> Option<Label> {
        match self.kind {
            MarkKind::Label(label) => Some(label),
            MarkKind::Marker | MarkKind::Furniture => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkKind {
    Marker,
    Label(Label),
    Furniture,
}
