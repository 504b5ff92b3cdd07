//! A line of a block: what it looks like, and what is asked of it beside.

use crate::page::layout::Opening;
use crate::page::text::shape::{self, Stop};

/// A line of a block.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlockLine {
    /// The stems of its words, in their order.
    pub stems: Vec<u32>,
    pub shape: LineShape,
    /// The hash of its match form: equal lines have equal keys.
    pub key: u64,
    /// What its first word says.
    pub opening: Opening,
    /// A label line stands right before it: a story has ended there, or the line before is the headline of one.
    pub behind_label: bool,
    /// The line before it is a title on its marker's line, which can be a link's: a headline may follow.
    pub behind_title: bool,
    /// The hash of the agency that signs its dateline.
    pub agency: Option<u64>,
}

/// What a line looks like.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LineShape {
    pub chars: usize,
    pub words: usize,
    pub stop: Stop,
    /// A sentence ends within it.
    pub stop_inside: bool,
    pub colon_inside: bool,
    pub dots_inside: bool,
    pub question_inside: bool,
    pub begins_with: BeginsWith,
    pub capital: bool,
    /// A sign of a list stands before it.
    pub item: bool,
    pub dateline: bool,
    /// It can be a credit below a headline.
    pub credit: bool,
    /// It signs a story.
    pub signature: bool,
    /// It ends as a caption does, with whose picture it is.
    pub caption: bool,
}

/// What a line begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum BeginsWith {
    #[default]
    Letter,
    /// A letter of a script without capitals.
    Caseless,
    Digit,
    Quote,
    Other,
}

/// Longer lines are no headlines: how many characters they have beyond does not matter.
const MAX_CHARS: usize = 400;

/// Signs before the items of a list, and the spaces behind them.
const BULLETS: [char; 8] = ['•', '·', '▪', '●', '■', '►', '▶', ' '];

impl LineShape {
    /// The shape of a cleaned line.
    pub(crate) fn of(text: &str) -> Self {
        let chars = shape::chars_to(text, MAX_CHARS);
        let inner =
            if chars < MAX_CHARS { text.trim_end_matches(|c| !shape::is_word_char(c)) } else { "" };
        let bytes = inner.as_bytes();
        let mut shape = Self {
            chars,
            words: memchr::memchr_iter(b' ', bytes).count() + 1,
            stop: shape::stop(text),
            colon_inside: memchr::memchr(b':', bytes).is_some(),
            dots_inside: memchr::memchr(0xe2, bytes).is_some() && inner.contains('…'),
            begins_with: match text.trim_start_matches(BULLETS).chars().next() {
                Some(c) if c.is_uppercase() || c.is_lowercase() => BeginsWith::Letter,
                Some(c) if shape::is_letter(c) => BeginsWith::Caseless,
                Some(c) if c.is_numeric() => BeginsWith::Digit,
                Some('"' | '«' | '“' | '\'' | '‘' | '”' | '’' | '„') => {
                    BeginsWith::Quote
                }
                _ => BeginsWith::Other,
            },
            capital: text.trim_start_matches(BULLETS).starts_with(char::is_uppercase),
            item: text.starts_with(|c| c != ' ' && BULLETS.contains(&c)),
            dateline: shape::is_dateline(text),
            ..Self::default()
        };
        shape.signs_inside(bytes);
        shape.credit = is_credit(text, &shape);
        shape.signature = is_signature(text, &shape);
        shape.caption = is_caption(text, &shape);
        shape
    }

    /// Notes the signs of sentences in the bytes of a line.
    fn signs_inside(&mut self, bytes: &[u8]) {
        let next = |at: usize| bytes.get(at + 1).copied();
        for at in memchr::memchr3_iter(b'.', b'!', b'?', bytes) {
            let is_dot = bytes.get(at) == Some(&b'.');
            self.stop_inside |= next(at) == Some(b' ');
            self.dots_inside |= is_dot && next(at) == Some(b'.');
            self.question_inside |= !is_dot;
        }
        // U+061F and U+06D4 are D8 9F and DB 94: their second bytes are the rare ones.
        for at in memchr::memchr2_iter(0x9f, 0x94, bytes) {
            let sign = at.checked_sub(1).and_then(|before| bytes.get(before..=at));
            self.question_inside |= sign == Some(&[0xd8, 0x9f]);
            let stops = matches!(sign, Some([0xd8, 0x9f] | [0xdb, 0x94]));
            self.stop_inside |= stops && next(at) == Some(b' ');
        }
    }

    pub(super) fn stops(&self) -> bool {
        self.stop != Stop::None
    }
}

/// A credit has no more words, nor characters; without a sign between them so many words.
pub(super) const CREDIT_WORDS: usize = 4;
const CREDIT_CHARS: usize = 40;
const CREDIT_BARE_WORDS: usize = 2;

/// Whether a line has the shape of a credit: "Cairo: Harbour Post", "#harbour", "agencies".
fn is_credit(text: &str, shape: &LineShape) -> bool {
    shape.chars <= CREDIT_CHARS
        && shape.words <= CREDIT_WORDS
        && (shape.words <= CREDIT_BARE_WORDS || text.contains([':', '/', '-', '–', '#', '|', '(']))
        && matches!(shape.stop, Stop::None | Stop::Colon)
}

/// A caption has no more characters, and names whose picture it is in so many words.
const CAPTION_CHARS: usize = 120;
const PICTURE_WORDS: usize = 3;

/// Whether a line ends in a few words in brackets: "Ships in the harbour (Harbour Post)". A headline ends in "(+ photos)".
fn is_caption(text: &str, shape: &LineShape) -> bool {
    let of = || text.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map(|(_, of)| of);
    shape.chars <= CAPTION_CHARS
        && of().is_some_and(|of| {
            of.starts_with(shape::is_letter) && shape::fits_words(of, PICTURE_WORDS)
        })
}

/// Whether a line is an agency's name in brackets, as it signs a story: "(Reuters)", "--(Petra)".
fn is_signature(text: &str, shape: &LineShape) -> bool {
    shape.chars <= CREDIT_CHARS && shape.words <= CREDIT_BARE_WORDS && text.ends_with(')') && {
        let text = text.trim_start_matches(['-', '–', '—', ' ']);
        text.starts_with('(') && text.matches('(').count() == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caption_names_whose_picture_it_is_and_a_headline_promises_one() {
        assert!(LineShape::of("Ships in the harbour (Harbour Post)").caption);
        assert!(!LineShape::of("Ferry comes back to the harbour (+ photos)").caption);
        assert!(!LineShape::of("زلزله آلبانی؛ 30 کشته، صدها زخمی(+عکس)").caption);
    }
}
