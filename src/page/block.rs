//! What follows a marker: appended stories, links, or the article again.

use xxhash_rust::xxh3::xxh3_64;

use super::layout::{Field, Layouts};
use super::matching::Matching;
use super::piece::{Part, Piece};
use super::shape::{self, Stop};
use super::signals::{self, BlockLine, LineShape};
use super::split::{self, Verdict};
use super::weights::Weights;
use super::words::Stems;
use crate::record::Warning;

/// Gives the pieces behind each marker their entries. Returns the warnings.
pub(super) fn lay_out(
    pieces: &mut [Piece<'_>],
    matching: &Matching,
    layouts: &Layouts,
    trace: bool,
) -> Vec<Warning> {
    let article = ArticleWords::default();
    let mut blocks = Blocks { layouts, trace, matching, article, entries: 0, warnings: Vec::new() };
    let mut ended = false;
    let mut rest = pieces;
    while let Some(at) = rest.iter().position(|piece| piece.part == Part::Marker) {
        let (own, behind) = rest.split_at_mut(at);
        ended |= has_end(own);
        blocks.article.add(own, matching);
        let Some((marker, behind)) = behind.split_first_mut() else { break };
        let end =
            behind.iter().position(|piece| piece.part == Part::Marker).unwrap_or(behind.len());
        let (block, tail) = behind.split_at_mut(end);
        blocks.block(marker.line, block, ended);
        rest = tail;
    }
    blocks.warnings
}

/// A source or keywords: an article that has printed them has ended.
fn has_end(pieces: &[Piece<'_>]) -> bool {
    pieces.iter().any(|piece| matches!(piece.part, Part::Value(Field::Source | Field::Keywords)))
}

/// What the article says before the marker.
#[derive(Default)]
struct ArticleWords<'m> {
    /// The match forms that say what it is about.
    told: Vec<&'m str>,
    /// The keys of its lines.
    keys: Vec<u64>,
}

impl<'m> ArticleWords<'m> {
    /// The headline and the last paragraphs before a marker say enough of what the article is about.
    fn add(&mut self, pieces: &[Piece<'_>], matching: &'m Matching) {
        let told = |piece: &&Piece<'_>| {
            matches!(piece.part, Part::Headline | Part::Body) && piece.entry.is_none()
        };
        let texts: Vec<_> = pieces.iter().filter(told).collect();
        self.keys.extend(texts.iter().map(|piece| xxh3_64(form(piece, matching).as_bytes())));
        let telling = texts.iter().take(2).chain(texts.iter().rev().take(4));
        self.told.extend(telling.map(|piece| form(piece, matching)));
    }

    /// Its words. Only a block that may go on with the article asks.
    fn stems(&self) -> Stems {
        Stems::of_all(self.told.iter().copied())
    }
}

/// The match form of a piece, without what stands round it.
fn form<'m>(piece: &Piece<'_>, matching: &'m Matching) -> &'m str {
    matching.text().get(piece.folded.clone()).unwrap_or_default().trim()
}

/// Behind a marker on the same line stands a headline of at most so many characters: a longer text is a headline and
/// the article again with nothing between them (page-shapes §6, 7 and 8), which stays whole in the body.
const ATTACHED_CHARS: usize = 200;

/// A block in the middle of an article has at most so many lines (page-shapes §6, 2 and 3: one to five headlines, one
/// teaser each at most).
const LINKS: usize = 10;

/// A longer line is no headline of a link.
const LINK_CHARS: usize = 160;

/// A longer line that ends in dots is no teaser.
const TEASER_CHARS: usize = 300;

/// A block of nothing but lines that are no longer and do not stop is a list of links: a story has a paragraph.
const BARE_CHARS: usize = 110;

fn is_bare_headline(line: &BlockLine) -> bool {
    line.shape.stop == Stop::None && line.shape.chars <= BARE_CHARS
}

/// The lines before the article goes on: each a headline, or the teaser of the one before it.
fn links(lines: &[BlockLine]) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(lines.len());
    for line in lines {
        let teaser = line.shape.stop == Stop::Dots
            && verdicts.last().is_some_and(|verdict| verdict.headline);
        verdicts.push(Verdict { headline: !teaser, score: 0, signals: [0; signals::COUNT] });
    }
    verdicts
}

struct Blocks<'b> {
    layouts: &'b Layouts,
    /// Whether the signals of each line are kept.
    trace: bool,
    matching: &'b Matching,
    article: ArticleWords<'b>,
    entries: u32,
    warnings: Vec<Warning>,
}

impl Blocks<'_> {
    /// Lays out the pieces between a marker and the next one.
    fn block(&mut self, marker_line: usize, block: &mut [Piece<'_>], ended: bool) {
        let attached = block
            .first()
            .is_some_and(|piece| piece.line == marker_line && piece.part == Part::Body);
        let lines = self.lines(block);
        if lines.is_empty() {
            return;
        }
        let resumed = if ended { lines.len() } else { self.resumes_at(&lines, attached) };
        let block_lines = lines.get(..resumed).unwrap_or_default();
        let verdicts = if resumed < lines.len() || block_lines.iter().all(is_bare_headline) {
            links(block_lines)
        } else {
            self.stories(block_lines)
        };
        let mut more = verdicts.len();
        let mut verdicts = verdicts.into_iter();
        let (mut entry, mut has_body) = (None, false);
        for piece in block.iter_mut() {
            if piece.part == Part::Body {
                let Some(verdict) = verdicts.next() else { break };
                more -= 1;
                has_body |= !verdict.headline;
                if verdict.headline {
                    has_body = false;
                    entry = Some(self.entries);
                    self.entries += 1;
                }
                let part = if verdict.headline { Part::Headline } else { Part::Body };
                piece.take(
                    part,
                    entry,
                    if verdict.headline { "begins a story" } else { "goes on with a story" },
                );
                piece.why.score = Some(verdict.score);
                if self.trace {
                    piece.why.signals = Some(Box::new(verdict.signals));
                }
            } else if matches!(piece.part, Part::Label | Part::Value(_))
                && (more > 0 || ended && has_body)
            {
                // Labels at the end of the page are the article's where it has not printed its own before.
                piece.entry = entry;
            }
        }
    }

    /// Cuts lines into stories, with a warning where a cut is in doubt.
    fn stories(&mut self, lines: &[BlockLine]) -> Vec<Verdict> {
        let weights = Weights::builtin();
        let verdicts = split::split(lines, &self.article.keys, weights);
        if verdicts.iter().skip(1).any(|verdict| verdict.score.abs() < weights.doubt) {
            self.doubt();
        }
        verdicts
    }

    fn doubt(&mut self) {
        if !self.warnings.contains(&Warning::RelatedUnsplit) {
            self.warnings.push(Warning::RelatedUnsplit);
        }
    }

    fn lines(&self, block: &[Piece<'_>]) -> Vec<BlockLine> {
        let mut lines: Vec<BlockLine> = Vec::new();
        let mut after_end = false;
        for piece in block {
            match piece.part {
                Part::Body => {
                    let form = form(piece, self.matching);
                    lines.push(BlockLine {
                        stems: Stems::of(form),
                        shape: LineShape::of(&piece.text),
                        key: xxh3_64(form.as_bytes()),
                        opening: self.layouts.openings().of(form),
                        after_end: std::mem::take(&mut after_end),
                        before_date: false,
                    });
                }
                Part::Value(Field::Published | Field::Updated) => {
                    if let Some(last) = lines.last_mut() {
                        last.before_date = true;
                    }
                }
                Part::Value(Field::Source | Field::Keywords) => after_end = true,
                Part::Value(Field::Author)
                | Part::Headline
                | Part::Teaser
                | Part::Marker
                | Part::Label
                | Part::Furniture => {}
            }
        }
        lines
    }

    /// At which line of the block the article goes on, where it had not ended before the marker.
    fn resumes_at(&mut self, lines: &[BlockLine], attached: bool) -> usize {
        if attached {
            let one = lines.first().is_none_or(|line| line.shape.chars <= ATTACHED_CHARS);
            if !one {
                self.doubt();
            }
            return usize::from(one);
        }
        let headlines = lines
            .iter()
            .take(LINKS)
            .enumerate()
            .take_while(|(at, line)| {
                line.shape.stop == Stop::None && line.shape.chars <= LINK_CHARS
                    || *at > 0 && line.shape.stop == Stop::Dots && line.shape.chars <= TEASER_CHARS
            })
            .count()
            .max(1);
        let mut titles = Stems::default();
        for line in lines.iter().take(headlines) {
            titles.add(&line.stems);
        }
        let mut behind = Stems::default();
        for line in lines.iter().skip(headlines).take(3) {
            behind.add(&line.stems);
        }
        let (of_titles, of_article) =
            (titles.share_in(&behind), behind.share_in(&self.article.stems()));
        if of_titles >= 40 && of_titles > of_article { lines.len() } else { headlines }
    }
}

/// Turns entries without paragraphs into links, and cut paragraphs that are all of an entry into teasers.
pub(super) fn teasers(pieces: &mut [Piece<'_>], entries: usize) {
    let mut paragraphs = vec![0_u32; entries];
    let slot = |entry: Option<u32>| entry.and_then(|entry| usize::try_from(entry).ok());
    for piece in pieces.iter().filter(|piece| piece.part == Part::Body) {
        if let Some(count) = slot(piece.entry).and_then(|entry| paragraphs.get_mut(entry)) {
            *count += 1;
        }
    }
    for piece in
        pieces.iter_mut().filter(|piece| piece.part == Part::Body && shape::is_cut(&piece.text))
    {
        if slot(piece.entry).and_then(|entry| paragraphs.get(entry)) == Some(&1) {
            piece.part = Part::Teaser;
            piece.why.reason = "a single paragraph, cut with an ellipsis";
        }
    }
}
