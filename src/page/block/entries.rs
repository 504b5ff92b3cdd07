//! The entries of what follows markers: which pieces are an appended story or a link together.

use super::asides::{self, Aside};
use super::ending::{End, Ending};
use super::extent::Extent;
use super::resumption::{Attached, Resumption, Weighed};
use super::told::ArticleWords;
use super::{lines, list, stories};
use crate::page::layout::Field;
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::split::learning::Lesson;
use crate::page::split::line::BlockLine;
use crate::page::split::sequence::Verdict;
use crate::page::split::signal::NAMES;
use crate::page::split::starts::StartKind;
use crate::page::text::shape;
use crate::page::weighing;

/// Gives the pieces behind each marker their entries, by what the page says and what other pages have shown. Whether a cut
/// is in doubt.
pub(super) fn give(
    pieces: &mut [Piece<'_>],
    page: &Marking<'_, '_>,
    lesson: &mut Lesson<'_>,
    trace: bool,
) -> bool {
    let (matching, layouts) = (page.matching, page.layouts);
    let article = ArticleWords::default();
    let (entries, in_doubt) = (0, false);
    let mut blocks = Blocks { page, trace, article, lesson, entries, in_doubt };
    let mut ending = Ending::default();
    // The words of a marker behind which stories stand for certain.
    let mut over_stories = None;
    let mut rest = pieces;
    while let Some(at) = rest.iter().position(|piece| piece.part == Part::Marker) {
        let (own, behind) = rest.split_at_mut(at);
        ending.add(own);
        blocks.article.add(own, matching);
        let Some((marker, behind)) = behind.split_first_mut() else {
            break;
        };
        pass_lost_headlines(behind);
        let form = matching.form(marker.folded.clone());
        // Behind stories the article does not go on: what the same words stand over are more of them.
        if over_stories == Some(form) {
            ending.end();
        }
        let end = ending.at_marker();
        let extent = Extent::of((marker, behind), end, &blocks.article, (matching, layouts));
        let (block, tail) = behind.split_at_mut(extent.pieces);
        let within = own.last().is_some_and(|before| before.line == marker.line);
        let over = blocks.block((marker, within), block, (end, extent.closed, tail.is_empty()));
        match end {
            End::Unsure if over != Over::No => ending.end(),
            End::Open if over == Over::Surely && has_story(block) => over_stories = Some(form),
            End::Open | End::Unsure | End::Ended => {}
        }
        ending.add(block);
        blocks.article.add(block, matching);
        rest = tail;
    }
    blocks.in_doubt
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

/// Whether the pieces of a block have a paragraph of something appended.
fn has_story(block: &[Piece<'_>]) -> bool {
    block.iter().any(|piece| piece.part == Part::Body && piece.entry.is_some())
}

/// Whether the article is over before a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    No,
    /// By words that could as well be the article's.
    Probably,
    Surely,
}

struct Blocks<'b, 's> {
    page: &'b Marking<'b, 'b>,
    /// Whether the signals of each line are kept.
    trace: bool,
    article: ArticleWords,
    lesson: &'b mut Lesson<'s>,
    entries: u32,
    /// A cut into stories is in doubt.
    in_doubt: bool,
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
    /// Lays out the pieces between a marker and what ends the block. Whether the article has ended before them.
    fn block(
        &mut self,
        (marker, within): (&mut Piece<'_>, bool),
        block: &mut [Piece<'_>],
        (end, closed, is_last): (End, bool, bool),
    ) -> Over {
        let is_attached = block
            .first()
            .is_some_and(|piece| piece.line == marker.line && piece.part == Part::Body);
        let asides = asides::of(block, self.page);
        let mut lines = lines::of((block, &asides), self.page.matching, self.page.layouts);
        if lines.is_empty() {
            return if end == End::Ended { Over::Surely } else { Over::No };
        }
        if let Some(second) = lines.get_mut(1) {
            second.behind_title = is_attached;
        }
        let attached = match (is_attached, within) {
            (true, true) => Attached::Within,
            (true, false) => Attached::OnLine,
            (false, _) => Attached::No,
        };
        let (resumed, is_doubt) = match end {
            End::Ended => (lines.len(), false),
            End::Open | End::Unsure if closed => (lines.len(), false),
            End::Open | End::Unsure => self.resumed(marker, &lines, (end, attached)),
        };
        // Behind the last links of a page the site goes on, and not the article.
        let is_end = resumed == lines.len() && (is_last || end == End::Ended);
        let links = is_end.then(|| list::before_site(&lines, block)).flatten();
        let (block_lines, rest) = lines.split_at(links.unwrap_or(resumed));
        let are_links = closed
            || !rest.is_empty()
            || list::is_list(block_lines)
            || list::are_teased(block_lines);
        let verdicts = if are_links {
            let verdicts = list::links(block_lines);
            self.lesson.links(block_lines, &verdicts);
            verdicts
        } else {
            let (verdicts, in_doubt) = stories::of(block_lines, &self.article.keys, self.lesson);
            self.in_doubt |= in_doubt;
            verdicts
        };
        // Behind its marker on the line stands a headline, however short.
        let first = usize::from(is_attached);
        let are_titles = are_links && list::have_titles(block_lines);
        let judged = block_lines.iter().zip(verdicts).enumerate();
        let judged = judged.map(|(at, (line, verdict))| {
            let is_site = are_titles && at >= first && list::is_short(line);
            (line, Some(verdict).filter(|_| !is_site))
        });
        let behind = rest.iter().filter(|_| links.is_some()).map(|line| (line, None));
        self.give_entries((block, &asides), judged.chain(behind).collect(), end);
        match (end, are_links) {
            (End::Ended, _) => Over::Surely,
            (End::Open | End::Unsure, true) => Over::No,
            (End::Open | End::Unsure, false) if is_doubt => Over::Probably,
            (End::Open | End::Unsure, false) => Over::Surely,
        }
    }

    /// At which of the lines behind a marker the article goes on, and whether that is in doubt.
    fn resumed(
        &mut self,
        marker: &mut Piece<'_>,
        lines: &[BlockLine],
        stands: (End, Attached),
    ) -> (usize, bool) {
        let Resumption { at, weighed } =
            Resumption::of(lines, stands, &self.article, self.page.matching);
        let is_doubt = weighed.as_ref().is_some_and(Weighed::is_doubt);
        self.in_doubt |= is_doubt;
        if let Some(weighed) = weighed {
            marker.why.score = Some(weighed.score);
            marker.why.signals = self.trace.then(|| weighed.named());
        }
        (at, is_doubt)
    }

    /// Gives the pieces of a block their entries. `judged` are its lines, up to where the article goes on; those without a
    /// verdict are the site's.
    fn give_entries(
        &mut self,
        (block, asides): (&mut [Piece<'_>], &[Option<Aside>]),
        judged: Vec<(&BlockLine, Option<Verdict>)>,
        end: End,
    ) {
        let mut judged = judged.into_iter();
        let mut open = Open::default();
        let mut aside = None;
        for (piece, of_headline) in block.iter_mut().zip(asides) {
            match piece.part {
                Part::Marker => aside = Some(piece.line),
                Part::Body if let Some(of_headline) = of_headline => {
                    let next = judged.as_slice().first();
                    let begins = next
                        .and_then(|(_, verdict)| verdict.as_ref())
                        .is_some_and(|next| next.headline);
                    let above = begins && (open.has_body || open.entry.is_none());
                    of_headline.take(piece, if above { Some(self.entries) } else { open.entry });
                }
                Part::Body if aside == Some(piece.line) => {
                    aside = None;
                    let entry = Some(self.next_entry());
                    piece.take(Part::Headline, entry, "a link inside an appended story");
                }
                Part::Body => match judged.next() {
                    Some((line, Some(verdict))) => self.line(piece, line, verdict, &mut open),
                    Some((_, None)) => {
                        piece.take(Part::Furniture, None, "a line of the site among links");
                    }
                    None => break,
                },
                Part::Label | Part::Value(_) => {
                    if judged.len() > 0 || open.takes(piece.part, end) {
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
            piece.why.signals = Some(weighing::named(&NAMES, &verdict.signals));
            piece.why.known = verdict.known.map(Box::new);
        }
    }

    fn next_entry(&mut self) -> u32 {
        self.entries += 1;
        self.entries - 1
    }
}
