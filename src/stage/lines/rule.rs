//! What the pages that show a line say of it. Pure; thresholds are data: config/lines.toml.

use std::sync::LazyLock;

use super::row::{LineRow, Occurrence};
use crate::page::{PAGES, StartKind};

/// When other pages have shown what a line is. All are counts of pages or lines, or per cent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    begins: Begins,
    goes_on: GoesOn,
    own: Own,
    taken_back: TakenBack,
    rows: Rows,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Begins {
    pages: u8,
    same_before_at_most: u8,
    same_behind_at_least: u8,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct GoesOn {
    same_before_at_least: u8,
    stories_before: u8,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    same_behind_at_least: u8,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TakenBack {
    by: u8,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    a_partition: u32,
}

impl Rule {
    /// The thresholds that come with newsmill; a test reads them.
    #[must_use]
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<Rule> = LazyLock::new(|| {
            let read = toml::from_str(include_str!("../../../config/lines.toml"));
            debug_assert!(read.is_ok(), "{read:?}");
            read.unwrap_or_default()
        });
        *BUILTIN
    }

    /// For the `meta` record.
    #[must_use]
    pub(super) fn bytes(&self) -> [u8; 11] {
        let Self { begins, goes_on, own, taken_back, rows } = self;
        let [a, b, c, d] = rows.a_partition.to_be_bytes();
        [
            begins.pages,
            begins.same_before_at_most,
            begins.same_behind_at_least,
            goes_on.same_before_at_least,
            goes_on.stories_before,
            own.same_behind_at_least,
            taken_back.by,
            a,
            b,
            c,
            d,
        ]
    }

    /// For how many lines there is room in a partition of the table.
    pub(super) fn room(&self) -> usize {
        usize::try_from(self.rows.a_partition).unwrap_or(usize::MAX)
    }

    /// What a line is shown to be, if its pages agree. What was said of it already stands while it is nearly so.
    pub(super) fn judge(&self, row: &LineRow) -> Option<StartKind> {
        let shown = Shown::of(&row.occurrences);
        let said = row.said.map(|said| said.kind);
        let is_met = !row.occurrences.is_empty() || row.is_linked;
        if row.own.is_some() && self.is_headline_of_its_own(&shown, said) {
            is_met.then_some(StartKind::Headline)
        } else if self.goes_on(&shown, said) {
            Some(StartKind::Body)
        } else {
            self.begins(&shown, said).then_some(StartKind::Headline)
        }
    }

    fn is_headline_of_its_own(&self, shown: &Shown, said: Option<StartKind>) -> bool {
        let least = self.at_least(self.own.same_behind_at_least, said == Some(StartKind::Headline));
        shown.pages < usize::from(self.begins.pages)
            || shown.of_pages(shown.same_behind) >= usize::from(least)
    }

    fn goes_on(&self, shown: &Shown, said: Option<StartKind>) -> bool {
        let least = self.at_least(self.goes_on.same_before_at_least, said == Some(StartKind::Body));
        shown.pages > 0
            && !shown.began_a_block
            && shown.stories_before >= usize::from(self.goes_on.stories_before)
            && shown.of_pages(shown.same_before) >= usize::from(least)
    }

    fn begins(&self, shown: &Shown, said: Option<StartKind>) -> bool {
        let is_said = said == Some(StartKind::Headline);
        let by = if is_said { self.taken_back.by } else { 0 };
        let most = self.begins.same_before_at_most.saturating_add(by);
        let least = self.at_least(self.begins.same_behind_at_least, is_said);
        shown.pages >= usize::from(self.begins.pages)
            && shown.of_pages(shown.same_before) <= usize::from(most)
            && shown.of_pages(shown.same_behind) >= usize::from(least)
    }

    fn at_least(&self, per_cent: u8, is_said: bool) -> u8 {
        per_cent.saturating_sub(if is_said { self.taken_back.by } else { 0 })
    }
}

/// What the pages that show a line have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// Pages that show it among appended stories.
    pub pages: usize,
    /// Lines that stood before it, each beginning of a block counted as one.
    pub before: usize,
    /// Lines that stood behind it.
    pub behind: usize,
    /// Pages with the most frequent line before it.
    same_before: usize,
    /// Pages with the most frequent line behind it.
    same_behind: usize,
    /// Lines that stood before the story that it would stand in.
    stories_before: usize,
    /// It has begun a block.
    began_a_block: bool,
}

impl Shown {
    pub(super) fn of(occurrences: &[Occurrence]) -> Self {
        let begins = |occurrence: &&Occurrence| occurrence.before == 0;
        let beginnings = occurrences.iter().filter(begins).count();
        let inner = || occurrences.iter().filter(|occurrence| !begins(occurrence));
        let before = counts(inner().map(|occurrence| occurrence.before));
        let behind = counts(occurrences.iter().map(|occurrence| occurrence.behind));
        let around = counts(inner().map(|occurrence| occurrence.around));
        Self {
            pages: occurrences.len(),
            before: before.distinct + beginnings,
            behind: behind.distinct,
            same_before: before.most,
            same_behind: behind.most,
            stories_before: around.distinct,
            began_a_block: beginnings > 0,
        }
    }

    /// In per cent of the pages.
    fn of_pages(&self, count: usize) -> usize {
        (count * 100).checked_div(self.pages).unwrap_or(0)
    }
}

struct Counts {
    distinct: usize,
    /// Of the most frequent one.
    most: usize,
}

/// Of the pages of a row: there are [`PAGES`] of them at most.
fn counts(hashes: impl Iterator<Item = u32>) -> Counts {
    let mut room = [0; PAGES];
    let places = room.iter_mut().zip(hashes);
    let count = places.map(|(place, hash)| *place = hash).count();
    let hashes = room.get_mut(..count).unwrap_or_default();
    hashes.sort_unstable();
    let runs = hashes.chunk_by(|a, b| a == b);
    runs.fold(Counts { distinct: 0, most: 0 }, |counts, run| Counts {
        distinct: counts.distinct + 1,
        most: counts.most.max(run.len()),
    })
}
