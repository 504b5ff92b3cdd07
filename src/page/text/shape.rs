//! The shape of a text: where words end, where sentences end, how a marker is closed.

use super::spelling;

/// Whether a character belongs to a word: a letter, a digit or a vowel sign of an Indic script.
pub(crate) fn is_word_char(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        // Arabic letters; the Arabic comma, semicolon and question mark; quotation marks.
        '\u{620}'..='\u{657}' | '\u{66e}'..='\u{6d3}' => true,
        '\u{60c}' | '\u{61b}' | '\u{61f}' | '\u{ab}' | '\u{bb}' => false,
        // A visarga is printed for the colon too.
        '\u{903}' => false,
        '\u{900}'..='\u{97f}' | '\u{200c}' | '\u{200d}' => true,
        '\u{2010}'..='\u{206f}' => false,
        _ => is_letter(c) || c.is_numeric(),
    }
}

/// `char::is_alphabetic`, whose table is slow beyond ASCII: asked of every character, it took half of a page's time.
pub(crate) fn is_letter(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphabetic(),
        // Arabic, Persian and Urdu letters and their vowel signs.
        '\u{620}'..='\u{657}' | '\u{66e}'..='\u{6d3}' => true,
        // General punctuation.
        '\u{2010}'..='\u{2070}' => false,
        _ => c.is_alphabetic(),
    }
}

/// Whether a text says anything.
pub(crate) fn has_words(text: &str) -> bool {
    text.contains(is_word_char)
}

/// Whether a text says anything but numbers.
pub(crate) fn has_letters(text: &str) -> bool {
    text.contains(is_letter)
}

/// Whether a text has no more than so many words and characters.
pub(crate) fn fits(text: &str, words: usize, chars: usize) -> bool {
    fits_chars(text, chars) && fits_words(text, words)
}

/// Whether a text has no more than so many words, each of which ends at a space.
pub(crate) fn fits_words(text: &str, most: usize) -> bool {
    let mut spaces = 0;
    // A line of megabytes is not counted to its end, nor is each space a find of its own.
    !text.as_bytes().chunks(COUNTED).any(|some| {
        spaces += usize::from(some.iter().map(|byte| u8::from(*byte == b' ')).sum::<u8>());
        spaces >= most
    })
}

/// So many bytes are looked at at once for spaces.
const COUNTED: usize = 64;

/// Whether a text has a digit of ASCII, as all are in a match form. Asked of every byte, without leaving early, it is a few
/// instructions for many of them.
pub(crate) fn has_digit(text: &str) -> bool {
    text.bytes().fold(false, |any, byte| any | byte.is_ascii_digit())
}

/// Whether a text has no more than so many characters.
pub(crate) fn fits_chars(text: &str, most: usize) -> bool {
    // A character has one to four bytes: most texts need not be counted.
    text.len() <= most || text.len() <= 4 * most && text.chars().count() <= most
}

/// How many characters a text has, counted up to so many.
pub(crate) fn chars_to(text: &str, most: usize) -> usize {
    if text.len() >= 4 * most { most } else { text.chars().count().min(most) }
}

/// What closes a marker or label.
pub(crate) struct Terminator {
    /// Its bytes, the spaces round it included.
    pub bytes: usize,
    /// Whether there is one, spaces apart.
    pub colon: bool,
    /// Whether it is a bar: titles of videos have one ("Watch || …").
    pub bar: bool,
}

/// The colon, dots, dash or mark that `after`, the text behind a form, begins with.
pub(crate) fn terminator(after: &str) -> Terminator {
    let trimmed = after.trim_start();
    let signs =
        trimmed.trim_start_matches([':', '.', '-', '…', '!', '»', '>', '|', '*', '؛', 'ः', '/']);
    let taken = trimmed.len() - signs.len();
    let colon = trimmed.get(..taken).is_some_and(|signs| {
        signs.starts_with([':', '…', '!', '|', '»', '>', '؛', 'ः'])
            || signs.starts_with("..")
            // A dash or slash with a space behind it; without one it is part of a word: "source-based".
            || signs.starts_with(['-', '/']) && matches!(trimmed.get(taken..).and_then(|rest| rest.chars().next()), None | Some(' '))
    });
    if colon {
        // One space only: a second one stands behind something that the match form has left out.
        let value = signs.strip_prefix(' ').unwrap_or(signs);
        Terminator { bytes: after.len() - value.len(), colon, bar: trimmed.starts_with('|') }
    } else {
        Terminator { bytes: 0, colon, bar: false }
    }
}

/// Signs that may stand behind a sentence's last stop.
const CLOSERS: [char; 14] = ['"', '\'', '”', '’', '»', ')', ']', '“', '‘', '«', '›', '}', ' ', '*'];

/// How a text ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Stop {
    #[default]
    None,
    Full,
    Question,
    Dots,
    Comma,
    Colon,
}

/// How a text ends: quotes and brackets behind the stop are passed over (research/splitting).
pub(crate) fn stop(text: &str) -> Stop {
    let text = text.trim_end_matches(CLOSERS);
    match text.chars().next_back() {
        Some('.' | '۔') if text.ends_with("..") || text.ends_with("۔۔") => Stop::Dots,
        Some('.' | '۔' | '।' | '。') => Stop::Full,
        Some('!' | '?' | '؟') => Stop::Question,
        Some('…') => Stop::Dots,
        Some(',' | '،' | ';' | '؛') => Stop::Comma,
        Some(':') => Stop::Colon,
        _ => Stop::None,
    }
}

/// Whether a text ends as a sentence does, or stops short within one.
pub(crate) fn ends_in_stop(text: &str) -> bool {
    stop(text) != Stop::None
}

/// Whether a sentence ends within a text and another begins behind it.
pub(crate) fn holds_sentence(text: &str) -> bool {
    text.match_indices(['.', '۔', '।', '؟', '?', '!']).any(|(at, sign)| {
        let (before, behind) = (text.get(..at), text.get(at + sign.len()..));
        let word = before.and_then(|text| text.rsplit(' ').next()).unwrap_or_default();
        let next = behind.and_then(|text| text.strip_prefix(' '));
        !fits_chars(word, SENTENCE_WORD)
            && next.is_some_and(|next| !next.starts_with(|c: char| c.is_lowercase()))
    })
}

/// A shorter word before a stop, in characters, can be short for another: "Gov."
const SENTENCE_WORD: usize = 3;

/// A paragraph has more characters.
pub(crate) const PARAGRAPH_CHARS: usize = 60;

/// Whether a line is a paragraph for certain, by its length and its full stop.
pub(crate) fn is_paragraph(text: &str) -> bool {
    stop(text) == Stop::Full && !fits_chars(text, PARAGRAPH_CHARS)
}

/// The number before an item of a list, if a sign closes it, and its bytes with the space behind it: "2. ", "٢- ".
pub(crate) fn item_number(text: &str) -> Option<(u32, usize)> {
    if text.starts_with(is_letter) {
        return None;
    }
    let digits = text.len() - text.trim_start_matches(char::is_numeric).len();
    let digit = |c: char| spelling::fold(c)?.to_digit(10);
    let (number, behind) = text.split_at_checked(digits).filter(|_| (1..=4).contains(&digits))?;
    let number = number.chars().try_fold(0, |number, c| Some(10 * number + digit(c)?))?;
    let item = behind.strip_prefix(['.', ')', '-', '/'])?.strip_prefix(' ')?;
    has_words(item).then_some((number, text.len() - item.len()))
}

/// A headline behind a marker that no colon closes has so many words, and no more characters.
const TITLE_WORDS: usize = 3;
const TITLE_CHARS: usize = 160;

/// Whether a text has the length of a headline, and does not stop.
pub(crate) fn is_title(text: &str) -> bool {
    matches!(stop(text), Stop::None | Stop::Question)
        && text
            .split_ascii_whitespace()
            .filter(|word| has_words(word))
            .nth(TITLE_WORDS - 1)
            .is_some()
        && fits_chars(text, TITLE_CHARS)
}

/// Whether a paragraph ends with a colon: the day on the next line is what it announces, that of a match.
pub(crate) fn announces(text: &str) -> bool {
    stop(text) == Stop::Colon && !fits_chars(text, PARAGRAPH_CHARS)
}

/// A dateline or byline stands within so many characters.
const DATELINE_CHARS: usize = 48;

/// Where a dateline or byline can stand in a text, if any of the signs is there that close one.
fn dateline_head(text: &str) -> Option<&str> {
    let longest = text.len().min(DATELINE_CHARS * char::MAX.len_utf8());
    // Each of the signs has one of these bytes; few lines have any.
    let closes = |byte: &u8| matches!(byte, b'-' | b')' | b'/' | 0xe2);
    let bytes = text.as_bytes().get(..longest)?;
    if !bytes.iter().fold(false, |any, byte| any | closes(byte)) {
        return None;
    }
    text.get(..text.char_indices().nth(DATELINE_CHARS).map_or(text.len(), |(at, _)| at))
}

/// Whether a text begins with a dateline or byline, closed by a dash or a bracket: "Cairo - Reuters:", "دبي (CNN)--".
pub(crate) fn is_dateline(text: &str) -> bool {
    let closes = |pair: &[u8]| matches!(pair, [b'-', b'-' | b' '] | [b')' | b'/', b' ']);
    let has_dash = |head: &str| {
        head.as_bytes().contains(&0xe2) && [" – ", " — "].iter().any(|dash| head.contains(dash))
    };
    dateline_head(text).is_some_and(|head| head.as_bytes().windows(2).any(closes) || has_dash(head))
}

/// The word before the dash that closes a dateline, the agency or paper that signs it: "وفا" of "نابلس 14-3-2024 وفا- ".
pub(crate) fn agency(text: &str) -> Option<&str> {
    let head = dateline_head(text)?;
    let closed = head.match_indices(['-', '–', '—']).find(|(at, sign)| {
        let (before, behind) = (head.get(..*at), head.get(at + sign.len()..));
        behind.is_some_and(|behind| behind.starts_with([' ', '-']))
            && before.is_some_and(|before| !before.trim_end().ends_with(|c: char| c.is_numeric()))
    });
    let word = head.get(..closed?.0)?.trim_end().rsplit(' ').next()?;
    Some(word.trim_matches(|c| !is_word_char(c))).filter(|word| has_letters(word))
}

/// Whether a text is cut with an ellipsis.
pub(crate) fn is_cut(text: &str) -> bool {
    let text = text.trim_end_matches([' ', ')', ']', '»', '>']).trim_end_matches("[");
    text.ends_with('…') || text.ends_with("...") || text.ends_with("..")
}

/// The fewest and the most characters of a headline that is glued to the sentence behind it.
const GLUED: std::ops::Range<usize> = 20..200;

/// Where a headline ends to which the next sentence is glued: at the first capital, or quote with a capital or a number, that stands
/// right behind a small letter, a digit or a sign that closes; or at a number with a point right behind a small letter.
pub(crate) fn glued_end(text: &str) -> Option<usize> {
    let (mut before, mut closed, mut quoted) = (' ', false, false);
    let mut rest = text.char_indices().take(GLUED.end).enumerate().peekable();
    while let Some((nth, (at, c))) = rest.next() {
        let next = rest.peek().map(|(_, (_, next))| *next);
        let opens = match c {
            '“' | '„' | '«' => next.is_some_and(|c| c.is_uppercase() || c.is_numeric()),
            '"' | '”' => next.is_some_and(char::is_uppercase),
            '0'..='9' => before.is_lowercase() && is_numbered(text.get(at..).unwrap_or_default()),
            _ => c.is_uppercase(),
        };
        if nth >= GLUED.start && opens && closed {
            return Some(at);
        }
        closed = match c {
            '…' | ')' | '?' | '!' | '»' => true,
            '”' | '"' => is_word_char(before),
            // Elsewhere it is an apostrophe.
            '\'' | '’' => quoted && is_word_char(before),
            _ => c.is_lowercase() || c.is_numeric(),
        };
        quoted |= matches!(c, '\'' | '‘' | '’') && !is_word_char(before);
        before = c;
    }
    None
}

/// "8. The fields": a text that begins with a number and a point.
fn is_numbered(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('.')
}

/// Whether a line is an address of the web and nothing else.
pub(crate) fn is_web_address(line: &str) -> bool {
    (line.starts_with("http://") || line.starts_with("https://")) && !line.contains(' ')
}

/// Whether a text says all words of a name or a tag, one behind the other; both are match forms.
pub(crate) fn says(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (text.get(..at), text.get(at + name.len()..));
        !before.is_some_and(|text| text.ends_with(is_word_char))
            && !behind.is_some_and(|text| text.starts_with(is_word_char))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_ends_where_the_next_sentence_is_glued_to_it() {
        for (headline, sentence) in [
            ("Orchard growers fear the frost", "The frost came late."),
            ("Orchard growers fear the frost (Video)", "“The frost came late.”"),
            ("Orchard growers sing 'Frost in May'", "The song came late."),
            ("What do the orchard growers fear?", "“The frost”, they said."),
            ("Orchard growers fear the frost", "8. The frost came late."),
        ] {
            let text = format!("{headline}{sentence}");
            assert_eq!(glued_end(&text), Some(headline.len()), "{text}");
        }
        let text = "The growers of the valley met O'Neill: 5,000 trees";
        assert_eq!(glued_end(text), None, "an apostrophe closes nothing");
    }

    #[test]
    fn a_letter_is_what_unicode_calls_alphabetic() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_letter(c), c.is_alphabetic(), "U+{:04X}", u32::from(c));
            let indic = matches!(c, '\u{900}'..='\u{97f}' | '\u{200c}' | '\u{200d}');
            let word = (c.is_alphanumeric() || indic) && c != '\u{903}';
            assert_eq!(is_word_char(c), word, "U+{:04X}", u32::from(c));
        }
    }
}
