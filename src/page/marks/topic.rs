//! What links are about, said beside their marker in a few words: "More on the harbour bridge:", "Lire plus sur le pont :".

use crate::page::layout::{Marker, RuleKind};
use crate::page::text::shape::{self, Stop};

/// A topic has no more words, nor bytes.
const WORDS: usize = 8;
const BYTES: usize = 80;

/// Where the topic stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Before the form, which ends the line.
    Before,
    /// Between the form and its colon: of both so many bytes, the space behind them included.
    Behind(usize),
}

impl Topic {
    /// The topic of a marker between what stands before and behind its form on the line, if a few words are there.
    pub(super) fn of(before: &str, after: &str) -> Option<Self> {
        if !shape::has_words(after) {
            return is_topic(before).then_some(Self::Before);
        }
        let colon = after.bytes().take(BYTES).position(|byte| byte == b':')?;
        let (topic, behind) = after.split_at_checked(colon)?;
        let closed = shape::terminator(behind).bytes.max(1);
        // "14:30", "https://": a colon within a word.
        let is_closed =
            behind.get(1..).is_some_and(|behind| behind.is_empty() || behind.starts_with(' '));
        (is_closed && topic.starts_with(' ') && is_topic(topic))
            .then_some(Self::Behind(colon + closed))
    }
}

/// A section of the site has a name of so many words, and a headline so many or more.
const SECTION_WORDS: usize = 3;
const HEADLINE_WORDS: usize = 4;

/// Whether a line behind a form is the name of a section and nothing else, and a headline stands on the next line: "More from
/// Africa".
pub(super) fn is_section(after: &str, next: &str) -> bool {
    let after = after.trim_end();
    after.starts_with(' ')
        && shape::fits_words(after.trim(), SECTION_WORDS)
        && is_topic(after)
        && !shape::has_digit(after)
        && matches!(shape::stop(next), Stop::None | Stop::Question)
        && !shape::fits_words(next, HEADLINE_WORDS - 1)
        && !shape::is_paragraph(next)
}

fn is_topic(text: &str) -> bool {
    let text = text.trim();
    text.len() <= BYTES
        && shape::fits_words(text, WORDS)
        && shape::has_words(text)
        && shape::stop(text) == Stop::None
        && !text.contains(". ")
}

/// The rules of a form that say that a topic may stand beside it.
pub(super) fn marker(kind: &RuleKind) -> Option<Marker> {
    match kind {
        RuleKind::Marker(marker) if marker.topic => Some(*marker),
        RuleKind::Marker(_) | RuleKind::Label(_) | RuleKind::Furniture(_) | RuleKind::Plain => None,
    }
}
