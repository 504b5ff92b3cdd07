//! What follows a marker: appended stories, links, or the article again.

use xxhash_rust::xxh3::xxh3_64;

use super::ending::{End, Ending};
use super::list::{TEASER_CHARS, headlines, is_list, is_sentence};
use super::told::{ArticleWords, agency, is_own_date};
use crate::page::layout::{Field, Furniture, Layouts, RuleKind};
use crate::page::piece::{Part, Piece};
use crate::page::split::credit;
use crate::page::split::learning::Lesson;
use crate::page::split::sequence::{self, Split, Verdict};
use crate::page::split::signals::{self, BlockLine, LineShape};
use crate::page::split::starts::{Start, StartKind};
use crate::page::split::weights::Weights;
use crate::page::text::matching::Matching;
use crate::page::text::shape::{self, Stop};
use crate::page::text::stems::{Stems, add_stems, stems_of};
use crate::record::Warning;

/// Gives the pieces behind each marker their entries, by what the page says and what other pages have shown. Returns the
/// warnings.
pub(crate) fn lay_out(
    pieces: &mut [Piece<'_>],
    matching: &Matching,
    layouts: &Layouts,
    lesson: &mut Lesson<'_>,
    trace: bool,
) -> Vec<Warning> {
    let article = ArticleWords::default();
    let (entries, warnings) = (0, Vec::new());
    let mut blocks = Blocks { layouts, trace, matching, article, lesson, entries, warnings };
    let mut ending = Ending::default();
    let mut rest = pieces;
    while let Some(at) = rest.iter().position(|piece| piece.part == Part::Marker) {
        let (own, behind) = rest.split_at_mut(at);
        ending.add(own);
        blocks.article.add(own, matching);
        let Some((marker, behind)) = behind.split_first_mut() else {
            break;
        };
        pass_lost_headlines(behind);
        let end = ending.at_marker();
        let extent = blocks.extent(behind, end);
        let (block, tail) = behind.split_at_mut(extent.pieces);
        if blocks.block(marker.line, block, (end, extent.closed)) && end == End::Unsure {
            ending.end();
        }
        ending.add(block);
        blocks.article.add(block, matching);
        rest = tail;
    }
    blocks.warnings
}

/// Passes over the dates of links that have lost their headlines (page-shapes §6, 9).
fn pass_lost_headlines(behind: &mut [Piece<'_>]) {
    let first = behind.first_mut().filter(|first| first.part == Part::Body);
    if let Some(first) = first.filter(|first| is_digits(&first.text)) {
        first.take(Part::Furniture, None, "dates of links that have lost their headlines");
    }
}

fn is_digits(text: &str) -> bool {
    !text.contains(shape::is_letter) && text.contains(char::is_numeric)
}

/// How far a block goes.
struct Extent {
    pieces: usize,
    /// The page says that it ends there: what is before it are links.
    closed: bool,
}

/// Whether an article goes on behind headlines is seen in so many lines.
const REST: usize = 12;

/// The lines before the article goes on: each a headline, or the teaser of the one before it.
fn links(lines: &[BlockLine]) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(lines.len());
    for line in lines {
        let teaser = line.shape.stop == Stop::Dots
            && verdicts.last().is_some_and(|verdict| verdict.headline);
        let signals = [0; signals::COUNT];
        verdicts.push(Verdict { headline: !teaser, score: 0, signals, known: None });
    }
    verdicts
}

/// In a block whose paragraphs do not stop all lines but one of so many do not; where it has so many lines and stays whole, it may
/// be more than one story.
const UNSTOPPED: usize = 5;
const UNSTOPPED_LINES: usize = 6;

/// So many pieces round a marker inside an appended story say whether the story goes on behind it.
const ASIDE_PIECES: usize = 12;

/// Whether the marker at `at` and the headline on its line stand in the middle of an appended story: what is behind
/// them speaks of what was before them, not of that headline.
fn is_aside(pieces: &[Piece<'_>], at: usize, matching: &Matching) -> bool {
    let Some((before, [marker, title, behind @ ..])) = pieces.split_at_checked(at) else {
        return false;
    };
    if title.line != marker.line || title.part != Part::Body {
        return false;
    }
    let told = |pieces: &mut dyn Iterator<Item = &Piece<'_>>| -> Stems {
        let paragraphs = pieces.take(ASIDE_PIECES).filter(|piece| piece.part == Part::Body);
        stems_of(paragraphs.take(3).map(|piece| piece.folded.clone()), matching)
    };
    let inside =
        before.last().is_some_and(|before| before.line == marker.line && before.part == Part::Body);
    let before = told(&mut before.iter().rev());
    let behind = told(&mut behind.iter());
    let of_title = stems_of(std::iter::once(title.folded.clone()), matching).share_in(&behind);
    let of_story = behind.share_in(&before);
    // A marker within a line mostly stands in a paragraph.
    if inside {
        return of_title < 40 || of_title <= 2 * of_story;
    }
    !before.is_empty() && !behind.is_empty() && (of_title < 25 || of_title <= of_story)
}

struct Blocks<'b, 's> {
    layouts: &'b Layouts,
    /// Whether the signals of each line are kept.
    trace: bool,
    matching: &'b Matching,
    article: ArticleWords,
    lesson: &'b mut Lesson<'s>,
    entries: u32,
    warnings: Vec<Warning>,
}

/// The entry that pieces are given to.
#[derive(Default)]
struct Open {
    entry: Option<u32>,
    has_body: bool,
    /// The fields that its label lines have given.
    fields: Vec<Field>,
    /// Those that the label lines of entries before it have given.
    given: Vec<Field>,
    /// An entry before it had label lines of its own.
    labelled: bool,
}

impl Open {
    /// Whether a label line behind the last line of the block is the open story's. Labels at the end of the page are the
    /// article's where it has not printed its own before and the stories before have none.
    fn takes(&self, part: Part, end: End) -> bool {
        let again = matches!(part, Part::Value(field) if self.fields.contains(&field));
        let as_before = matches!(part, Part::Value(field) if self.given.contains(&field));
        as_before && !again || self.has_body && (end != End::Open || self.labelled && !again)
    }
}

impl Blocks<'_, '_> {
    /// How far the block at the beginning of `pieces` goes: to the next marker, but for those inside an appended story that
    /// goes on behind them; behind a line that ends its list; to the date of an article that has not begun.
    fn extent(&self, pieces: &[Piece<'_>], end: End) -> Extent {
        let awaits_date = !self.article.begun && !self.article.dated;
        let ends_list = |piece: &Piece<'_>| {
            let rule = piece.why.rule.filter(|_| piece.part == Part::Furniture);
            let rule = rule.and_then(|rule| self.layouts.rule(rule));
            rule.is_some_and(|rule| rule.kind == RuleKind::Furniture(Furniture::EndOfList))
        };
        for (at, piece) in pieces.iter().enumerate() {
            if ends_list(piece) {
                return Extent { pieces: at + 1, closed: true };
            }
            if awaits_date && is_own_date(piece) {
                return Extent { pieces: at, closed: true };
            }
            let aside = || end == End::Ended && is_aside(pieces, at, self.matching);
            if piece.part == Part::Marker && !aside() {
                return Extent { pieces: at, closed: false };
            }
        }
        Extent { pieces: pieces.len(), closed: false }
    }

    /// Lays out the pieces between a marker and what ends the block. Whether the article has ended before them.
    fn block(
        &mut self,
        marker_line: usize,
        block: &mut [Piece<'_>],
        (end, closed): (End, bool),
    ) -> bool {
        let attached = block
            .first()
            .is_some_and(|piece| piece.line == marker_line && piece.part == Part::Body);
        let mut lines = self.lines(block);
        if lines.is_empty() {
            return end == End::Ended;
        }
        if let Some(second) = lines.get_mut(1) {
            second.behind_title = attached;
        }
        let resumed = match end {
            End::Ended => lines.len(),
            End::Open | End::Unsure if closed => lines.len(),
            End::Open | End::Unsure => self.resumes_at(&lines, attached, end),
        };
        let block_lines = lines.get(..resumed).unwrap_or_default();
        let are_links = closed || resumed < lines.len() || is_list(block_lines);
        let verdicts = if are_links {
            let verdicts = links(block_lines);
            self.lesson.links(block_lines, &verdicts);
            verdicts
        } else {
            self.stories(block_lines)
        };
        let mut verdicts = block_lines.iter().zip(verdicts);
        let mut open = Open::default();
        let mut aside = None;
        for piece in block.iter_mut() {
            match piece.part {
                Part::Marker => aside = Some(piece.line),
                Part::Body if aside == Some(piece.line) => {
                    aside = None;
                    let entry = Some(self.next_entry());
                    piece.take(Part::Headline, entry, "a link inside an appended story");
                }
                Part::Body => {
                    let Some((line, verdict)) = verdicts.next() else {
                        break;
                    };
                    self.line(piece, line, verdict, &mut open);
                }
                Part::Label | Part::Value(_) => {
                    if verdicts.len() > 0 || open.takes(piece.part, end) {
                        piece.entry = open.entry;
                    }
                    if let (Part::Value(field), Some(_)) = (piece.part, piece.entry) {
                        open.fields.push(field);
                        open.labelled = true;
                    }
                }
                Part::Headline | Part::Teaser | Part::Furniture => {}
            }
        }
        end == End::Ended || !are_links
    }

    fn line(&mut self, piece: &mut Piece<'_>, line: &BlockLine, verdict: Verdict, open: &mut Open) {
        let shown = verdict.known.map(|start| start.kind);
        let (part, reason) = match (verdict.headline, line.behind_label, shown) {
            (true, _, Some(StartKind::Headline)) => {
                (Part::Headline, "begins a story, as other pages show")
            }
            (true, true, _) => (Part::Headline, "begins a story: the one before has ended"),
            (true, false, _) => (Part::Headline, "begins a story"),
            (false, _, Some(StartKind::Body)) => {
                (Part::Body, "goes on with a story, as other pages show")
            }
            (false, _, _) => (Part::Body, "goes on with a story"),
        };
        if verdict.headline && !piece.text.contains(shape::is_letter) {
            piece.take(Part::Furniture, None, "no headline has no letter");
            return;
        }
        if verdict.headline && shape::is_web_address(&piece.text) {
            piece.take(Part::Furniture, None, "an address of the web is no headline");
            return;
        }
        if verdict.headline {
            open.entry = Some(self.next_entry());
            open.given.append(&mut open.fields);
        }
        open.has_body = !verdict.headline;
        piece.take(part, open.entry, reason);
        piece.why.score = Some(verdict.score);
        if self.trace {
            piece.why.signals = Some(Box::new(verdict.signals));
            piece.why.known = verdict.known.map(Box::new);
        }
    }

    fn next_entry(&mut self) -> u32 {
        self.entries += 1;
        self.entries - 1
    }

    /// Cuts lines into stories, with a warning where a cut is in doubt.
    fn stories(&mut self, lines: &[BlockLine]) -> Vec<Verdict> {
        let credits = credit::of_block(lines);
        if credits.is_empty() {
            return self.cut(lines);
        }
        let is_credit = |at: &usize| credits.binary_search(at).is_ok();
        let (mut told, mut behind_label) = (Vec::with_capacity(lines.len()), false);
        for (at, line) in lines.iter().enumerate() {
            behind_label |= line.behind_label;
            if !is_credit(&at) {
                let behind_label = std::mem::take(&mut behind_label);
                told.push(BlockLine { behind_label, ..line.clone() });
            }
        }
        let mut verdicts = self.cut(&told).into_iter();
        let of_credit =
            || Verdict { headline: false, score: 0, signals: [0; signals::COUNT], known: None };
        let verdict = |at| if is_credit(&at) { Some(of_credit()) } else { verdicts.next() };
        (0..lines.len()).filter_map(verdict).collect()
    }

    fn cut(&mut self, lines: &[BlockLine]) -> Vec<Verdict> {
        let weights = Weights::builtin();
        let known: Vec<Option<Start>> = self.lesson.known(lines);
        let split = sequence::split(lines, &self.article.keys, weights, &known);
        self.lesson.block(lines, &split);
        let Split { verdicts, .. } = split;
        // Where paragraphs do not stop, what tells them from headlines is less.
        let unstopped = lines.iter().filter(|line| line.shape.stop == Stop::None).count();
        let is_unstopped = UNSTOPPED * unstopped > (UNSTOPPED - 1) * lines.len();
        let doubt = if is_unstopped { 2 * weights.doubt } else { weights.doubt };
        let is_open = |verdict: &Verdict| (verdict.score - weights.cut).abs() < doubt;
        let is_whole = is_unstopped
            && lines.len() >= UNSTOPPED_LINES
            && verdicts.iter().skip(1).all(|verdict| !verdict.headline);
        if is_whole || verdicts.iter().skip(1).any(is_open) {
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
        let (mut behind_label, mut aside, mut last) = (false, None, None);
        for piece in block {
            match piece.part {
                Part::Marker => aside = Some(piece.line),
                // The headline of a link, alone: what stands behind it on its line is the story's again.
                Part::Body if aside == Some(piece.line) => aside = None,
                Part::Body => {
                    last = Some(piece.line);
                    let form = self.matching.form(piece.folded.clone());
                    let mut stems = Vec::new();
                    add_stems(piece.folded.clone(), self.matching, &mut stems);
                    let shape = LineShape::of(&piece.text);
                    let agency = shape.dateline.then(|| agency(&piece.text)).flatten();
                    lines.push(BlockLine {
                        stems,
                        shape,
                        agency,
                        behind_title: false,
                        key: xxh3_64(form.as_bytes()),
                        opening: self.layouts.openings().of(form),
                        behind_label: std::mem::take(&mut behind_label),
                    });
                }
                Part::Value(Field::Source | Field::Keywords) => behind_label = true,
                // A date within a line is a sentence's; one that no label names stands below a headline.
                Part::Value(Field::Published | Field::Updated) => {
                    behind_label |= last != Some(piece.line) && piece.why.rule.is_some();
                }
                Part::Value(Field::Author)
                | Part::Headline
                | Part::Teaser
                | Part::Label
                | Part::Furniture => {}
            }
        }
        lines
    }

    /// At which line of the block the article goes on, where it had not ended before the marker.
    fn resumes_at(&self, lines: &[BlockLine], attached: bool, end: End) -> usize {
        if attached && end == End::Open {
            return 1;
        }
        if is_list(lines) {
            return lines.len();
        }
        let headlines = headlines(lines, self.article.asks);
        if headlines == 0 && lines.first().is_some_and(is_sentence) {
            return 0;
        }
        let headlines = if attached { 1 } else { headlines.max(1) };
        // A dateline stands where a story begins, and an article has one.
        let begins = lines.get(headlines).and_then(|line| line.agency);
        if begins.is_some_and(|agency| self.article.agencies.contains(&agency)) {
            return lines.len();
        }
        let of_lines = |from, count| {
            let lines = lines.iter().skip(from).take(count);
            Stems::of(lines.flat_map(|line| &line.stems).copied().collect())
        };
        let (titles, behind) = (of_lines(0, headlines), of_lines(headlines, 3));
        let (of_titles, of_article) =
            (titles.share_in(&behind), behind.share_in(&self.article.stems(self.matching)));
        // An article that goes on comes back to what its beginning speaks of.
        let rest = of_lines(headlines, REST);
        let comes_back = self.article.beginning(self.matching).share_in(&rest);
        let of_rest = titles.share_in(&rest);
        if end == End::Unsure && !attached {
            // Links and stories are as likely.
            let is_article = of_article + comes_back > of_titles + of_rest;
            return if is_article { headlines } else { lines.len() };
        }
        if of_titles < 40 || of_titles <= of_article {
            return headlines;
        }
        if of_rest < 2 * comes_back { headlines } else { lines.len() }
    }
}

/// Cut with an ellipsis, and no longer than teasers are: else it is a story that was cut.
fn is_teaser(text: &str) -> bool {
    shape::is_cut(text) && text.chars().nth(TEASER_CHARS).is_none()
}

/// Turns entries without paragraphs into links, and cut paragraphs that are all of an entry into teasers.
pub(crate) fn teasers(pieces: &mut [Piece<'_>], entries: usize) {
    let mut paragraphs = vec![0_u32; entries];
    let slot = |entry: Option<u32>| entry.and_then(|entry| usize::try_from(entry).ok());
    for piece in pieces.iter().filter(|piece| piece.part == Part::Body) {
        if let Some(count) = slot(piece.entry).and_then(|entry| paragraphs.get_mut(entry)) {
            *count += 1;
        }
    }
    for piece in
        pieces.iter_mut().filter(|piece| piece.part == Part::Body && is_teaser(&piece.text))
    {
        if slot(piece.entry).and_then(|entry| paragraphs.get(entry)) == Some(&1) {
            piece.part = Part::Teaser;
            piece.why.reason = "a single paragraph, cut with an ellipsis";
        }
    }
}
