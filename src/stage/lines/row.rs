//! The row of a line, keyed by the line.
//!
//! On the changelog (after the version byte): 1 flags, 4 hour of the last page that showed it; where it is an article's
//! headline 4 the article, and where one story alone has it 16 the story; where something was said of it, and a story
//! named, 16 that story; for each of the last twelve pages that show it among appended stories 16: page, before, behind,
//! around. Whole numbers are big-endian: 5 to 233 bytes.

use crate::page::{LineKey, Neighbours, PAGES, Stands, StartKind, is_looked_at};
use crate::record::StoryId;
use crate::stage::Row;

use super::message::{Candidate, line_of};

const LINKED: u8 = 1;
const OWN: u8 = 2;
const OWN_STORY: u8 = 4;
const OTHERS: u8 = 8;
const SAID: u8 = 16;
const SAID_BODY: u8 = 32;
const SAID_STORY: u8 = 64;

/// What pages have shown of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineRow {
    /// The last pages that show it among appended stories, each once, the one that came first before the others.
    pub(super) occurrences: Vec<Occurrence>,
    /// The article whose headline it is.
    pub(super) own: Option<OwnHeadline>,
    /// It stands in a list of links.
    pub(super) is_linked: bool,
    /// What was published of it.
    pub(super) said: Option<Said>,
    /// The hour of stream time at which a page last showed it, in hours since 1970.
    pub(super) last_seen_hour: u32,
}

/// A page that shows a line among appended stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub page: u32,
    pub before: u32,
    pub behind: u32,
    pub around: u32,
}

/// A line that is the headline of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OwnHeadline {
    pub page: u32,
    pub story_id: Option<StoryId>,
    /// More than one article has it.
    pub others: bool,
}

/// What was published of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Said {
    pub kind: StartKind,
    pub story_id: Option<StoryId>,
    /// As many pages had shown it as count; it follows from the row, in which it is not written.
    pub settled: bool,
}

impl LineRow {
    /// Whether what a page shows changes nothing.
    pub(super) fn passes_over(&self, candidate: &Candidate) -> bool {
        match candidate.stands {
            Stands::Own => false,
            Stands::Link => self.is_linked,
            Stands::Appended(_) => {
                self.is_full()
                    && !is_looked_at(candidate.page)
                    && self.occurrences.iter().all(|known| known.page != candidate.page)
            }
        }
    }

    /// Whether as many pages have shown it as count.
    pub(super) fn is_full(&self) -> bool {
        self.occurrences.len() >= PAGES
    }

    /// Takes in what a page shows. A page that was seen says the same again, or what it says now.
    pub(super) fn see(&mut self, candidate: &Candidate) {
        let Candidate { page, story_id, .. } = *candidate;
        match candidate.stands {
            Stands::Own => {
                let others = self.own.is_some_and(|own| own.others || own.page != page);
                self.own = Some(OwnHeadline { page, story_id, others });
            }
            Stands::Link => self.is_linked = true,
            Stands::Appended(Neighbours { before, behind, around }) => {
                let occurrence = Occurrence { page, before, behind, around };
                let known = self.occurrences.iter_mut().find(|known| known.page == page);
                if let Some(known) = known {
                    *known = occurrence;
                    return;
                }
                if !self.is_full() {
                    self.occurrences.push(occurrence);
                } else if is_looked_at(page) {
                    let _oldest = self.occurrences.remove(0);
                    self.occurrences.push(occurrence);
                }
            }
        }
    }

    /// The story that a link with these words names.
    pub(super) fn names(&self) -> Option<StoryId> {
        self.own.filter(|own| !own.others)?.story_id
    }
}

impl Row for LineRow {
    type Key = [u8; 8];
    type Place = ();
    const IS_BOUNDED: bool = true;

    fn encode(&self, into: &mut Vec<u8>) {
        let flag = |holds, flag| if holds { flag } else { 0 };
        let own_story = self.own.and_then(|own| own.story_id);
        let said_story = self.said.and_then(|said| said.story_id);
        into.push(
            flag(self.is_linked, LINKED)
                | flag(self.own.is_some(), OWN)
                | flag(own_story.is_some(), OWN_STORY)
                | flag(self.own.is_some_and(|own| own.others), OTHERS)
                | flag(self.said.is_some(), SAID)
                | flag(self.said.is_some_and(|said| said.kind == StartKind::Body), SAID_BODY)
                | flag(said_story.is_some(), SAID_STORY),
        );
        into.extend_from_slice(&self.last_seen_hour.to_be_bytes());
        if let Some(own) = self.own {
            into.extend_from_slice(&own.page.to_be_bytes());
        }
        for story in [own_story, said_story].into_iter().flatten() {
            into.extend_from_slice(&story.0);
        }
        for Occurrence { page, before, behind, around } in &self.occurrences {
            for number in [page, before, behind, around] {
                into.extend_from_slice(&number.to_be_bytes());
            }
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let [flags] = bytes.take()?;
        let has = |flag| flags & flag != 0;
        let last_seen_hour = bytes.number()?;
        let own_page = if has(OWN) { Some(bytes.number()?) } else { None };
        let own_story = if has(OWN_STORY) { Some(StoryId(bytes.take()?)) } else { None };
        let said_story = if has(SAID_STORY) { Some(StoryId(bytes.take()?)) } else { None };
        let others = has(OTHERS);
        let own = own_page.map(|page| OwnHeadline { page, story_id: own_story, others });
        let kind = if has(SAID_BODY) { StartKind::Body } else { StartKind::Headline };
        let mut occurrences = Vec::with_capacity(bytes.0.len() / size_of::<Occurrence>());
        while !bytes.0.is_empty() {
            let [page, before, behind, around] =
                [bytes.number()?, bytes.number()?, bytes.number()?, bytes.number()?];
            occurrences.push(Occurrence { page, before, behind, around });
        }
        let is_linked = has(LINKED);
        let settled = occurrences.len() >= PAGES;
        let said = has(SAID).then_some(Said { kind, story_id: said_story, settled });
        (occurrences.len() <= PAGES).then_some(Self {
            occurrences,
            own,
            is_linked,
            said,
            last_seen_hour,
        })
    }

    fn last_seen_hour(&self) -> u32 {
        self.last_seen_hour
    }

    fn owner(key: &Self::Key) -> u16 {
        line_of(key).map_or(0, LineKey::owner)
    }

    /// What nothing but its own page has shown is worth least; what readers know of, most.
    fn worth(&self) -> u8 {
        let pages = u8::try_from(self.occurrences.len()).unwrap_or(u8::MAX);
        let said = if self.said.is_some() { u8::MAX / 2 } else { 0 };
        pages.saturating_add(u8::from(self.is_linked)).saturating_add(said)
    }

    fn heap_bytes(&self) -> usize {
        self.occurrences.capacity() * size_of::<Occurrence>()
    }
}

struct Bytes<'b>(&'b [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows() -> impl Strategy<Value = LineRow> {
        let story = || prop::option::of(any::<[u8; 16]>().prop_map(StoryId));
        let own = (any::<u32>(), story(), any::<bool>());
        let own = own.prop_map(|(page, story_id, others)| OwnHeadline { page, story_id, others });
        let kind = prop_oneof![Just(StartKind::Headline), Just(StartKind::Body)];
        let said = (kind, story());
        let occurrence = any::<[u32; 4]>();
        let occurrence = occurrence.prop_map(|[page, before, behind, around]| Occurrence {
            page,
            before,
            behind,
            around,
        });
        let occurrences = prop::collection::vec(occurrence, 0..=PAGES);
        let (own, said) = (prop::option::of(own), prop::option::of(said));
        (occurrences, own, said, any::<bool>(), any::<u32>()).prop_map(
            |(occurrences, own, said, is_linked, last_seen_hour)| {
                let settled = occurrences.len() == PAGES;
                let said = said.map(|(kind, story_id)| Said { kind, story_id, settled });
                LineRow { occurrences, own, is_linked, said, last_seen_hour }
            },
        )
    }

    proptest! {
        #[test]
        fn a_row_reads_back_as_it_was_written(row in rows()) {
            let mut bytes = Vec::new();
            row.encode(&mut bytes);
            prop_assert_eq!(LineRow::decode(&bytes), Some(row));
        }

        #[test]
        fn garbage_is_no_row_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            drop(LineRow::decode(&bytes));
        }
    }

    #[test]
    fn the_bytes_of_a_row_stand_for_ever() {
        let own = Some(OwnHeadline { page: 1, story_id: Some(StoryId([0x11; 16])), others: true });
        let said = Some(Said { kind: StartKind::Body, story_id: None, settled: false });
        let occurrences = vec![Occurrence { page: 2, before: 3, behind: 4, around: 5 }];
        let row = LineRow { occurrences, own, is_linked: true, said, last_seen_hour: 6 };
        let mut bytes = Vec::new();
        row.encode(&mut bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let story = "11".repeat(16);
        assert_eq!(hex, format!("3f0000000600000001{story}00000002000000030000000400000005"));
    }
}
