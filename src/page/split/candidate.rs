//! What a page shows of its lines: those that could begin a story, each with what stands before and behind it.
//!
//! Where a line is told depends on the line alone, never on what stands round it: a line that was told only where its
//! neighbours are odd would seem to have odd neighbours everywhere. Of a line that enough pages have shown, those pages
//! are told that will be looked at: which ones is a matter of the page alone.

use xxhash_rust::xxh3::xxh3_64;

use super::line::{BlockLine, LineShape};
use super::sequence::Split;
use super::starts::LineKey;
use crate::page::text::shape::Stop;

/// A line that could begin a story, as its page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The line.
    pub line: LineKey,
    /// Where it stands.
    pub stands: Stands,
    /// Enough pages have shown what it is.
    pub settled: bool,
}

impl Candidate {
    /// Whether anybody looks at what this page (a hash of its name) shows of the line.
    #[must_use]
    pub fn is_looked_at(&self, page: u32) -> bool {
        !self.settled || is_looked_at(page)
    }
}

/// Where on its page a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// Over the article.
    Own,
    /// Among appended stories.
    Appended(Neighbours),
    /// In a list of links.
    Link,
}

/// What stands round a line of a block of appended stories, as hashes; nought where nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbours {
    /// The end of the line before it; nought where the block begins with it.
    pub before: u32,
    /// The beginning of the line behind it.
    pub behind: u32,
    /// The end of the line before the story that it stands in, if it does not begin one: as the page alone is read.
    pub around: u32,
}

/// The last so many pages that show a line count.
pub const PAGES: usize = 12;

/// Once there are so many, one page of eight takes the place of the oldest: which ones is a matter of the page alone, and
/// what is met on every page is not sent and written again for every page.
const ONE_PAGE_OF: u32 = 8;

/// Whether this page (a hash of its name) is looked at for a line that as many pages have shown as count.
#[must_use]
pub fn is_looked_at(page: u32) -> bool {
    page.is_multiple_of(ONE_PAGE_OF)
}

/// A page tells of so many lines at most: a longer block is a list, or an attack.
const LINES_A_PAGE: usize = 64;

/// A shorter line says too little, a longer one is a paragraph, in characters: 999 of 1,000 headlines of the corpora
/// lie between, and end neither in a full stop nor in a comma, colon or dots.
const CHARS: std::ops::RangeInclusive<usize> = 15..=200;

/// So many words of a neighbour count: an edited copy of a line mostly begins and ends as the line does.
const STEMS: usize = 3;

/// The candidates of a page.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    site: u64,
    all: Vec<Candidate>,
}

impl Candidates {
    /// Of a page of that site (a hash of its name).
    pub(super) fn of(site: u64) -> Self {
        Self { site, all: Vec::new() }
    }

    pub(super) fn own(&mut self, form: &str) {
        self.add(LineKey::of(self.site, xxh3_64(form.as_bytes())), Stands::Own, false);
    }

    /// Tells a line of a list; whatever other pages have shown of it, that it stands in lists adds nothing.
    pub(super) fn link(&mut self, line: &BlockLine, is_known: bool) {
        if could_begin(&line.shape) {
            self.add(LineKey::of(self.site, line.key), Stands::Link, is_known);
        }
    }

    /// Tells the lines of a block; `split` says of each line whether it begins a story, as the page alone is read.
    pub(super) fn block(&mut self, lines: &[BlockLine], split: &Split) {
        let mut around = 0;
        let mut before = 0;
        for (at, ((line, begins), verdict)) in
            lines.iter().zip(&split.alone).zip(&split.verdicts).enumerate()
        {
            if at == 0 || could_begin(&line.shape) {
                let behind = lines.get(at + 1).map_or(0, beginning);
                let neighbours = Neighbours { before, behind, around };
                let settled = verdict.known.is_some_and(|start| usize::from(start.pages) >= PAGES);
                self.add(LineKey::of(self.site, line.key), Stands::Appended(neighbours), settled);
            }
            if *begins {
                around = before;
            }
            before = end(line);
        }
    }

    pub(super) fn into_vec(self) -> Vec<Candidate> {
        self.all
    }

    /// Only the first place of a line on its page counts.
    fn add(&mut self, line: LineKey, stands: Stands, settled: bool) {
        if self.all.len() < LINES_A_PAGE && self.all.iter().all(|told| told.line != line) {
            self.all.push(Candidate { line, stands, settled });
        }
    }
}

fn could_begin(shape: &LineShape) -> bool {
    CHARS.contains(&shape.chars) && matches!(shape.stop, Stop::None | Stop::Question)
}

fn beginning(line: &BlockLine) -> u32 {
    hash(line, line.stems.iter().take(STEMS))
}

fn end(line: &BlockLine) -> u32 {
    hash(line, line.stems.iter().rev().take(STEMS))
}

/// Never nought.
fn hash<'s>(line: &BlockLine, stems: impl ExactSizeIterator<Item = &'s u32>) -> u32 {
    let whole = if stems.len() == 0 {
        line.key
    } else {
        let mut some = [[0; 4]; STEMS];
        some.iter_mut().zip(stems).for_each(|(place, stem)| *place = stem.to_le_bytes());
        xxh3_64(some.as_flattened())
    };
    let [a, b, c, d, ..] = whole.to_le_bytes();
    u32::from_le_bytes([a, b, c, d]).max(1)
}
