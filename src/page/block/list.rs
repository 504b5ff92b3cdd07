//! The shape of lines behind a marker that are headlines of links, and no stories.

use crate::page::layout::Opening;
use crate::page::piece::{Part, Piece};
use crate::page::split::line::{BeginsWith, BlockLine, LineShape};
use crate::page::split::sequence::Verdict;
use crate::page::text::shape::{self, Stop};

/// A block in the middle of an article has at most so many lines (page-shapes §6, 2 and 3: one to five headlines, one
/// teaser each at most).
const LINKS: usize = 10;

/// A longer line is no headline of a link.
const LINK_CHARS: usize = 160;

/// A longer line that ends in a full stop is no headline of a link: the block is empty, its headline stood elsewhere.
const SENTENCE_CHARS: usize = 60;

pub(super) fn is_sentence(line: &BlockLine) -> bool {
    line.shape.stop == Stop::Full && line.shape.chars > SENTENCE_CHARS
}

/// A longer line that ends in dots is no teaser.
const TEASER_CHARS: usize = 300;

/// A block of nothing but lines that are no longer and have no full stop is a list of links: a story has a paragraph.
const BARE_CHARS: usize = 110;

/// A single line of so many may be longer, up to what a headline is.
const BARE_LINES: usize = 3;

fn is_bare_headline(line: &BlockLine) -> bool {
    match line.shape.stop {
        Stop::None | Stop::Question => line.shape.chars <= LINK_CHARS,
        Stop::Dots => line.shape.chars <= BARE_CHARS,
        Stop::Full | Stop::Comma | Stop::Colon => false,
    }
}

/// Whether lines are nothing but headlines.
pub(super) fn is_list(lines: &[BlockLine]) -> bool {
    // Where there are capitals, headlines begin with articles as paragraphs do.
    let goes_on = |line: &&BlockLine| {
        line.opening == Opening::Continues && line.shape.begins_with == BeginsWith::Caseless
    };
    let continues = lines.iter().filter(goes_on).count();
    let long = lines.iter().filter(|line| line.shape.chars > BARE_CHARS).count();
    lines.iter().all(is_bare_headline)
        && long <= usize::from(lines.len() >= BARE_LINES)
        && !is_wrapped(lines)
        && (continues < 2 || GOING_ON * continues < lines.len())
}

/// Whether lines are headlines, two or more, each with its teaser below it.
pub(super) fn are_teased(lines: &[BlockLine]) -> bool {
    let is_pair = |pair: &[BlockLine]| {
        matches!(pair, [title, teaser] if title.shape.stop == Stop::None
            && title.shape.chars <= LINK_CHARS
            && teaser.shape.stop == Stop::Dots
            && teaser.shape.chars <= TEASER_CHARS)
    };
    lines.len() >= TEASED_LINES && lines.chunks(2).all(is_pair)
}

const TEASED_LINES: usize = 4;

/// Of headlines one in twenty begins as a paragraph that goes on does, of paragraphs most; where more than one in so many lines
/// does, they are the paragraphs of stories that print no full stops.
const GOING_ON: usize = 4;

/// Whether the lines behind the first are those of a text that was broken at a certain width: headlines differ more in
/// length. The last line of a text is as long as it happens to be.
fn is_wrapped(lines: &[BlockLine]) -> bool {
    let [_, wrapped @ .., _] = lines else {
        return false;
    };
    let chars = || wrapped.iter().map(|line| line.shape.chars);
    let (shortest, longest) = (chars().min().unwrap_or(0), chars().max().unwrap_or(0));
    // Where there are capitals, most lines of a broken text begin with none.
    let is_capital = |line: &&BlockLine| line.shape.capital;
    let capitals = wrapped.iter().filter(is_capital).count();
    wrapped.len() >= 3 && shortest >= 60 && longest - shortest <= 15 && capitals < wrapped.len()
}

/// A shorter question behind links is the article's: a heading within it.
const QUESTION_CHARS: usize = 25;

/// How many lines look like headlines of links or their teasers. Questions can be either: behind the last other headline
/// they are the article's, where it asks some itself.
pub(super) fn headlines(lines: &[BlockLine], article_asks: bool) -> usize {
    let mut count = 0;
    let are_items = lines.first().is_some_and(|first| first.shape.item);
    for (at, line) in lines.iter().take(LINKS).enumerate() {
        let LineShape { chars, stop, item, .. } = line.shape;
        let is_teaser = stop == Stop::Dots && at > 0 && chars <= TEASER_CHARS;
        let is_question = stop == Stop::Question
            && (QUESTION_CHARS..=BARE_CHARS).contains(&chars)
            && (!article_asks || are_items && item);
        if is_teaser || is_question || stop == Stop::None && chars <= LINK_CHARS {
            count = at + 1;
        } else if stop != Stop::Question || chars > LINK_CHARS {
            break;
        }
    }
    if has_heading(lines, count) { count - 1 } else { count }
}

/// A headline has so many words or more; a short line among headlines that have them no more than the first number: the
/// name of a section, a tag, a button. A heading within the article has a word more.
const TITLE_WORDS: usize = 4;
const SHORT_WORDS: usize = 2;
const HEADING_WORDS: usize = 3;

/// Whether the last of so many lines is no headline of a link, but the heading of the paragraph behind it.
fn has_heading(lines: &[BlockLine], count: usize) -> bool {
    let Some(([links @ .., heading], [behind, ..])) = lines.split_at_checked(count) else {
        return false;
    };
    heading.shape.words <= HEADING_WORDS
        && heading.shape.stop == Stop::None
        && heading.shape.begins_with != BeginsWith::Digit
        && is_sentence(behind)
        && have_titles(links)
}

/// Whether headlines of links are among the lines that are long enough to be no section's name.
pub(super) fn have_titles(lines: &[BlockLine]) -> bool {
    lines.iter().any(|line| line.shape.words >= TITLE_WORDS)
}

/// Whether a line among links is too short for a headline.
pub(super) fn is_short(line: &BlockLine) -> bool {
    line.shape.words <= SHORT_WORDS && line.shape.stop == Stop::None
}

/// How many lines stand before the first line of the site in a block, if they are a list of links and what stands behind it is
/// no story: buttons, the box for comments.
pub(super) fn before_site(lines: &[BlockLine], block: &[Piece<'_>]) -> Option<usize> {
    let texts = block.iter().skip_while(|piece| piece.part != Part::Body);
    let texts = texts.take_while(|piece| piece.part != Part::Furniture);
    let count = texts.filter(|piece| piece.part == Part::Body).count();
    let (links, behind) = lines.split_at_checked(count)?;
    let is_closed = links.len() > 1 && !behind.is_empty();
    (is_closed && is_list(links) && !behind.iter().any(is_sentence)).then_some(count)
}

/// The lines before the article goes on: each a headline, or the teaser of the one before it.
pub(super) fn links(lines: &[BlockLine]) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(lines.len());
    for line in lines {
        let teaser = line.shape.stop == Stop::Dots
            && verdicts.last().is_some_and(|verdict| verdict.headline);
        verdicts.push(Verdict::unscored(!teaser));
    }
    verdicts
}

/// Cut with an ellipsis, and no longer than teasers are: else it is a story that was cut.
fn is_teaser(text: &str) -> bool {
    shape::is_cut(text) && shape::fits_chars(text, TEASER_CHARS)
}

/// A longer line is no line of the site behind a link.
const SCRAP_CHARS: usize = 40;

/// A few words that are no sentence: "Follow us on:".
fn is_scrap(text: &str) -> bool {
    matches!(shape::stop(text), Stop::None | Stop::Colon) && shape::fits_chars(text, SCRAP_CHARS)
}

/// Turns entries without paragraphs into links, and cut paragraphs that are all of an entry into teasers. A few words
/// are no paragraph.
pub(super) fn teasers(pieces: &mut [Piece<'_>]) {
    let last = pieces.iter().filter_map(|piece| piece.entry).max();
    let mut paragraphs = vec![0_u32; last.map_or(0, |last| last as usize + 1)];
    let slot = |entry: Option<u32>| entry.and_then(|entry| usize::try_from(entry).ok());
    for piece in pieces.iter().filter(|piece| piece.part == Part::Body) {
        if let Some(count) = slot(piece.entry).and_then(|entry| paragraphs.get_mut(entry)) {
            *count += 1;
        }
    }
    for piece in pieces.iter_mut().filter(|piece| piece.part == Part::Body) {
        if slot(piece.entry).and_then(|entry| paragraphs.get(entry)) != Some(&1) {
            continue;
        }
        if is_teaser(&piece.text) {
            piece.part = Part::Teaser;
            piece.why.reason = "a single paragraph, cut with an ellipsis";
        } else if is_scrap(&piece.text) {
            piece.take(Part::Furniture, None, "a few words behind a link");
        }
    }
}
