//! Where a headline ends that stands behind a marker on its own line.
//!
//! Flattened text prints a marker, a headline and the article again with nothing between them (page-shapes §6, 7 and 8).
//! Where the page or other pages show where the headline ends, the line is cut there; where nothing does, its words stay
//! in the paragraph that they stand in, the marker's too: a wrong cut would make a link of a sentence.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use super::ending::{End as ArticleEnd, Ending};
use crate::page::layout::{Marker, Opening, RuleKind};
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece, RunnerUp};
use crate::page::split::learning::Lesson;
use crate::page::text::clean::Line;
use crate::page::text::matching::Matching;
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::{folded_len, raw_offset};

/// A headline has at most so many characters: a longer text is a headline and something behind it.
const CHARS: usize = 200;

/// A line that ends in a full stop behind its marker is a headline up to so many characters, and a sentence beyond.
const SENTENCE_CHARS: usize = 120;

/// A headline that a sentence is run together with has at least so many characters.
const LEAST_CHARS: usize = 15;

/// Neither a headline nor a sentence ends with a shorter word: it is an article, with a name behind it, or is cut short.
const LAST_WORD: usize = 4;

/// Of so many markers of a page it is asked whether other pages have shown the headline behind them: no honest page has
/// more, and each is asked about every place where a headline can end.
const ASKED: usize = 128;

/// Where the headline behind a marker ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// With the text.
    Whole,
    /// Behind so many bytes of its words and of their match form.
    At(usize, usize),
    /// Nothing shows it.
    Unseen,
}

/// A marker that was left in its paragraph, for nothing on the page shows where the headline behind it ends.
#[derive(Debug)]
pub(crate) struct Unseen {
    line: usize,
    rule: Option<u32>,
    /// Where the marker begins, and the text behind it: in its line, and in the match form.
    marker: (usize, usize),
    text: (usize, usize),
}

/// What [`settle`] could not cut.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// The markers that stay in their paragraphs.
    pub unseen: Vec<Unseen>,
    /// A block begins with a headline and a story in one line.
    pub whole: bool,
}

/// Cuts what stands behind markers on their lines where the page shows that its headline ends. Returns what was left.
pub(crate) fn settle<'a>(pieces: &mut Vec<Piece<'a>>, page: &Marking<'_, 'a>) -> Left {
    let mut left = Left::default();
    let attached =
        |pair: &[Piece<'_>]| matches!(pair, [marker, behind] if is_behind(marker, behind));
    if !pieces.windows(2).any(attached) {
        return left;
    }
    let mut evidence = Evidence { page, small_words: None };
    let (mut ending, mut in_block) = (Ending::default(), false);
    let mut settled: Vec<Piece<'a>> = Vec::with_capacity(pieces.len() + 2);
    let mut rest = std::mem::take(pieces).into_iter().peekable();
    while let Some(piece) = rest.next() {
        let ended = piece.part == Part::Marker && ending.at_marker() == ArticleEnd::Ended;
        let Some(text) = rest.next_if(|next| is_behind(&piece, next)) else {
            in_block |= ended;
            ending.add(std::slice::from_ref(&piece));
            settled.push(piece);
            continue;
        };
        ending.add(std::slice::from_ref(&text));
        let on_line = |other: &Piece<'_>| other.line == piece.line && other.part == Part::Body;
        let inside = is_glued(&piece, page)
            || settled.last().is_some_and(|before| before.line == piece.line);
        let end = if rest.peek().is_some_and(on_line) {
            // It was cut already.
            End::Whole
        } else if let Some(end) = evidence.bracket_end(&piece, &text) {
            end
        } else {
            evidence.end(&text, inside)
        };
        match end {
            // Behind the article its first marker begins the block, whatever stands there.
            End::Unseen if in_block || !ended => {
                left.unseen.push(Unseen {
                    line: piece.line,
                    rule: piece.why.rule,
                    marker: (piece.raw, piece.folded.start),
                    text: (text.raw, text.folded.start),
                });
                let before = settled.pop_if(|before| on_line(before));
                let line = page.lines.get(piece.line);
                settled.extend(line.map(|line| joined(line, before, piece, text)));
                continue;
            }
            End::At(bytes, folded) if let Some((title, behind)) = text.split_at(bytes, folded) => {
                settled.extend([piece, title, behind]);
            }
            End::At(..) | End::Whole | End::Unseen => {
                left.whole |= end == End::Unseen;
                settled.extend([piece, text]);
            }
        }
        in_block |= ended;
    }
    *pieces = settled;
    left
}

/// Cuts the paragraphs that markers were left in where other pages have shown the headline behind the marker: a link more.
/// Behind the laying out of blocks, for what a page shows other pages is never a matter of what they have shown. Whether
/// a marker is left all the same.
pub(crate) fn cut_known(
    pieces: &mut Vec<Piece<'_>>,
    unseen: &[Unseen],
    matching: &Matching,
    lesson: &Lesson<'_>,
) -> bool {
    if unseen.is_empty() || !lesson.has_learned() {
        return !unseen.is_empty();
    }
    let mut left = unseen.len() > ASKED;
    let mut unseen = unseen.iter().take(ASKED).peekable();
    // The last entry before each link that is put in between.
    let mut put_in: Vec<u32> = Vec::new();
    let mut entries = 0;
    let mut cut = Vec::with_capacity(pieces.len() + 4);
    for mut piece in std::mem::take(pieces) {
        let shift = put_in.partition_point(|last| piece.entry.is_some_and(|entry| entry >= *last));
        entries = entries.max(piece.entry.map_or(0, |entry| entry + 1));
        piece.entry = piece.entry.map(|entry| entry + count(shift));
        while let Some(marker) = unseen.next_if(|marker| piece.folded.contains(&marker.marker.1)) {
            let parts = known_parts(&piece, marker, matching, lesson);
            let Some([before, mut words, mut title, behind]) = parts else {
                left = true;
                continue;
            };
            if let Some(rule) = marker.rule {
                words = words.by_rule(Part::Marker, rule);
            }
            let link = entries + count(put_in.len());
            title.take(Part::Headline, Some(link), "a headline, as other pages show");
            put_in.push(entries);
            let before = Some(before).filter(|before| !before.text.is_empty());
            cut.extend(before.into_iter().chain([words, title]));
            piece = behind;
        }
        if !piece.text.is_empty() {
            cut.push(piece);
        }
    }
    *pieces = cut;
    left
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// What stands before a marker in a paragraph, the marker, the headline behind it that other pages have shown, and the
/// rest of the paragraph.
fn known_parts<'a>(
    piece: &Piece<'a>,
    marker: &Unseen,
    matching: &Matching,
    lesson: &Lesson<'_>,
) -> Option<[Piece<'a>; 4]> {
    if piece.part != Part::Body || piece.line != marker.line {
        return None;
    }
    let behind = |piece: &Piece<'a>, (raw, folded): (usize, usize)| {
        piece.split_at(raw.checked_sub(piece.raw)?, folded.checked_sub(piece.folded.start)?)
    };
    let (before, rest) = behind(piece, marker.marker)?;
    let (words, text) = behind(&rest, marker.text)?;
    let form = matching.text().get(text.folded.clone())?;
    let lead = form.len() - form.trim_start().len();
    let ends = form.char_indices().map(|(at, _)| at).chain([form.len()]);
    let ends: Vec<usize> = ends.skip_while(|at| *at < lead).skip(LEAST_CHARS).take(CHARS).collect();
    let end = ends.into_iter().rev().find(|end| {
        let beginning = form.get(lead..*end).unwrap_or_default();
        // One that ends in a space is asked about without it.
        !beginning.ends_with(' ') && lesson.is_headline(xxh3_64(beginning.as_bytes()))
    })?;
    let (title, behind) = text.split_at(raw_offset(&text.text, end - lead), end)?;
    Some([before, words, title, behind])
}

fn is_behind(marker: &Piece<'_>, next: &Piece<'_>) -> bool {
    marker.part == Part::Marker && next.part == Part::Body && next.line == marker.line
}

/// Whether the scraper of the marker's site loses line breaks: what stands behind it need not be one line either.
fn is_glued(marker: &Piece<'_>, page: &Marking<'_, '_>) -> bool {
    let rule = marker.why.rule.and_then(|rule| page.layouts.rule(rule));
    rule.is_some_and(|rule| matches!(rule.kind, RuleKind::Marker(Marker { glued: true, .. })))
}

/// The words of a marker with those before and behind it, as they stand on their line.
fn joined<'a>(
    line: &Line<'a>,
    before: Option<Piece<'a>>,
    marker: Piece<'a>,
    behind: Piece<'a>,
) -> Piece<'a> {
    let reason = "nothing shows where the headline behind it ends";
    let runner_up = RunnerUp { part: Part::Marker, rule: marker.why.rule, reason };
    let first = before.as_ref().unwrap_or(&marker);
    let (raw, folded) =
        (first.raw..behind.raw + behind.text.len(), first.folded.start..behind.folded.end);
    let mut whole = Piece::of(line, marker.line, raw, folded);
    whole.why.runner_up = Some(runner_up);
    whole
}

/// What shows where a headline ends.
struct Evidence<'e, 'a> {
    page: &'e Marking<'e, 'a>,
    /// Of the words that the page prints with a small letter, how often; counted when first asked for.
    small_words: Option<HashMap<u64, u32>>,
}

impl Evidence<'_, '_> {
    /// Where the headline at the beginning of `text` ends. `inside`: it need not have the line for itself.
    fn end(&mut self, text: &Piece<'_>, inside: bool) -> End {
        // A headline does not go on with what stands before its marker: "More: a tale of two sisters."
        if text.text.starts_with(char::is_lowercase) && shape::stop(&text.text) == Stop::Full {
            return End::Unseen;
        }
        if inside && shape::stop(&text.text) == Stop::Dots && self.goes_on(text) {
            return End::Unseen;
        }
        let chars = text.text.chars().take(CHARS + 1).count();
        let more = chars > CHARS || holds_more(&text.text, inside, chars);
        let glued = self.question_end(text);
        if !inside && !more {
            return glued.unwrap_or(End::Whole);
        }
        let shown = glued.or_else(|| self.small_letters_end(text));
        shown.unwrap_or(if more { End::Unseen } else { End::Whole })
    }

    /// Whether a text begins as the article goes on: "But while they wait…" behind a marker that has lost its headline.
    fn goes_on(&self, text: &Piece<'_>) -> bool {
        let form = self.page.matching.form(text.folded.clone());
        self.page.layouts.openings().of(form) == Opening::Continues
    }

    /// Behind the bracket that closes one before the marker: "(Read also: The ferry comes back)".
    fn bracket_end(&self, marker: &Piece<'_>, text: &Piece<'_>) -> Option<End> {
        marker.text.starts_with(['(', '[']).then_some(())?;
        let mut open = 0;
        let closed = text.text.char_indices().take(CHARS).find(|(_, c)| {
            open += match c {
                '(' | '[' => 1,
                ')' | ']' => -1,
                _ => 0,
            };
            open < 0
        });
        let end = closed.map(|(at, bracket)| at + bracket.len_utf8())?;
        let (title, behind) = text.text.split_at_checked(end)?;
        if !shape::has_words(behind) {
            return Some(End::Whole);
        }
        Some(End::At(end, self.folded_bytes(text, title)))
    }

    /// Behind a question mark or the like to which the next word is glued: the line break between them was lost.
    fn question_end(&self, text: &Piece<'_>) -> Option<End> {
        let mut chars = text.text.char_indices().take(CHARS).skip(LEAST_CHARS).peekable();
        while let Some((_, c)) = chars.next() {
            if let Some((at, next)) = chars.peek()
                && matches!(c, '?' | '؟' | '!')
                && shape::is_letter(*next)
            {
                return Some(End::At(*at, self.folded_bytes(text, text.text.get(..*at)?)));
            }
        }
        None
    }

    /// Where a sentence begins: at the first word with a capital letter that the page often prints with a small one, as
    /// "les" and "the", if a word with a small letter stands behind it and nothing closes what stands before it. Headlines
    /// that print every word with a capital letter show nothing.
    fn small_letters_end(&mut self, text: &Piece<'_>) -> Option<End> {
        /// A word stands on the page so often with a small letter, if it is not a name that is a word as well.
        const OFTEN: u32 = 3;
        let lines = self.page.lines;
        let openings = self.page.layouts.openings();
        let small_words = self.small_words.get_or_insert_with(|| small_words(lines));
        let (mut chars, mut last_word) = (0, "");
        let mut words = text.text.split_inclusive(' ').peekable();
        let mut at = 0;
        while let Some(with_space) = words.next() {
            let word = with_space.trim_end();
            let first = leading_word(word);
            let is_capital = first.chars().next().is_some_and(char::is_uppercase);
            if at > 0 && is_capital && {
                let first = first.to_lowercase();
                openings.of(&first) == Opening::Continues
                    || small_words
                        .get(&xxh3_64(first.as_bytes()))
                        .is_some_and(|count| *count >= OFTEN)
            } {
                let closed = !last_word
                    .ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '»' | '”' | '"'));
                let follows = words.peek().is_some_and(|next| next.starts_with(char::is_lowercase))
                    || word.len() > first.len() && word.ends_with(char::is_lowercase);
                if closed
                    || !follows
                    || chars < LEAST_CHARS
                    || last_word.chars().count() < LAST_WORD
                {
                    return None;
                }
                let raw = text.text.get(..at)?;
                return Some(End::At(at, self.folded_bytes(text, raw)));
            }
            if shape::stop(word) == Stop::Full && word.chars().count() > LAST_WORD {
                return None;
            }
            chars += with_space.chars().count();
            if chars > CHARS {
                return None;
            }
            (at, last_word) = (at + with_space.len(), word);
        }
        None
    }

    /// How many bytes of the match form of `text` stand for its beginning `raw`.
    fn folded_bytes(&self, text: &Piece<'_>, raw: &str) -> usize {
        let form = self.page.matching.text().get(text.folded.clone()).unwrap_or_default();
        form.len() - form.trim_start().len() + folded_len(raw)
    }
}

/// Whether a text of so many characters is a sentence, or has one in it: a headline has no full stop. One that has the
/// line for itself may end in one.
fn holds_more(text: &str, inside: bool, chars: usize) -> bool {
    let is_stop = |word: &str| shape::stop(word) == Stop::Full && word.chars().count() > LAST_WORD;
    let mut words = text.trim_end().split(' ').rev();
    let ends = words.next().is_some_and(|last| shape::stop(last) == Stop::Full);
    let within = words.any(is_stop);
    if inside { ends || within } else { ends && (within || chars > SENTENCE_CHARS) }
}

/// The letters that a word begins with: "L" of "L'audit".
fn leading_word(word: &str) -> &str {
    let end = word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len());
    word.get(..end).unwrap_or_default()
}

/// How often the lines print each word with a small letter.
fn small_words(lines: &[Line<'_>]) -> HashMap<u64, u32> {
    let mut counts = HashMap::new();
    for word in lines.iter().flat_map(|line| line.text.split(' ')).map(leading_word) {
        if word.starts_with(char::is_lowercase) {
            *counts.entry(xxh3_64(word.as_bytes())).or_insert(0) += 1;
        }
    }
    counts
}
