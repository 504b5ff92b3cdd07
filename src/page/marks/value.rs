//! Whether what stands behind a label can be its value, and what may stand before a label in the head of a page.

use std::ops::Range;

use foldhash::HashSet;

use super::keywords;
use super::marking::{Mark, Marking};
use super::name;
use crate::page::date;
use crate::page::layout::{Field, Hit, Label, RuleKind};
use crate::page::text::shape::{self, Stop};
use crate::page::text::words::Word;

/// Whether what follows a label can be its value. `labelled`: the value of another one stands before it on the line.
pub(super) fn is_value(
    page: &Marking<'_, '_>,
    index: usize,
    mark: &Mark,
    (label, labelled): (Label, bool),
    value: &str,
) -> bool {
    if !shape::has_words(value) {
        return index > 0 && is_next_line(page, index, mark, label);
    }
    // The first line is the headline, where there are others: "Source: the government is in talks".
    if index == 0 && page.lines.len() > 1 && label.field == Field::Source && !labelled {
        return false;
    }
    if label.field.is_date() && leading_date(page, value).is_some() {
        return true;
    }
    let inside = mark.start > page.matching.start(index);
    let is_plain = match label.field {
        Field::Published => begins_with_day(page, value),
        // "Updated 09:12 pm", on the day that is named before.
        Field::Updated => {
            begins_with_day(page, value) || labelled && date::has_clock_alone(value, &page.dates)
        }
        Field::Source | Field::Author => !is_longer(value, INSIDE_WORDS),
        Field::Keywords => true,
    };
    if inside && !is_plain {
        return false;
    }
    // A label that needs no colon needs a day behind it, or what the page says elsewhere.
    let speaks = || match label.field {
        Field::Keywords => {
            is_closed(page, mark) || is_told(page, index, mark.end..mark.end + value.len())
        }
        Field::Updated if inside => is_plain,
        Field::Published | Field::Updated | Field::Source | Field::Author => {
            begins_with_day(page, value)
        }
    };
    (label.colon || speaks()) && fits(page, label, value)
}

/// Whether a colon or the like closes the label.
fn is_closed(page: &Marking<'_, '_>, mark: &Mark) -> bool {
    let words = page.matching.text().get(mark.start..mark.end).unwrap_or_default();
    !words.trim_end().ends_with(shape::is_word_char)
}

/// Of so many labels of keywords without a colon it is asked whether the page says what is behind them: no honest page
/// has more, and each takes a pass over the page.
const ASKED: u8 = 4;

/// Whether the page says most words of a value on other lines, and the value is no sentence.
fn is_told(page: &Marking<'_, '_>, index: usize, value: Range<usize>) -> bool {
    let asked = page.asked.get();
    if asked >= ASKED || index == 0 || shape::ends_in_stop(page.matching.form(value.clone())) {
        return false;
    }
    page.asked.set(asked + 1);
    let line = page.matching.start(index)..page.matching.start(index + 1);
    let wanted: HashSet<u32> = page.matching.words_in(value).map(Word::hash).collect();
    let others = page.matching.words().iter().filter(|word| !line.contains(&word.range().start));
    let told: HashSet<u32> =
        others.map(|word| word.hash()).filter(|hash| wanted.contains(hash)).collect();
    wanted.len() >= 2 && told.len() * 3 >= wanted.len() * 2
}

/// Where the date ends that text follows on its line: a place in `value`. A few words are a part of what is printed, but
/// for a sentence behind a colon: "Update, 3 December 2014: This story is false."
pub(super) fn leading_date(page: &Marking<'_, '_>, value: &str) -> Option<usize> {
    let may_be_note = value.contains(": ") && shape::ends_in_stop(value);
    if !may_be_note && !is_longer(value, DATE_WORDS) {
        return None;
    }
    let lead = value.len() - value.trim_start().len();
    let end = lead + date::leading(value.get(lead..)?, &page.dates)?;
    let (date, behind) = value.split_at_checked(end)?;
    let is_note = may_be_note && (date.ends_with(':') || behind.starts_with(" :"));
    is_longer(behind, if is_note { BESIDE } else { DATE_WORDS }).then_some(end)
}

/// Whether the value of a label that ends line `index` stands on the next one. Where no colon says that something is to
/// follow, the next line has to be a name: "By", "المصدر" and the like are words and headings too.
fn is_next_line(page: &Marking<'_, '_>, index: usize, mark: &Mark, label: Label) -> bool {
    let next = page.matching.line(index + 1);
    let words_of_label = page.matching.text().get(mark.start..mark.end).unwrap_or_default();
    let is_open = words_of_label.trim_end().ends_with(shape::is_word_char);
    let needs_name = is_open && matches!(label.field, Field::Source | Field::Author);
    let is_name = || {
        let text = page.lines.get(index + 1).map_or("", |line| line.text.as_ref());
        !is_longer(text, INSIDE_WORDS) && name::is_name(text)
    };
    fits(page, label, next) && (!needs_name || is_name())
}

/// A line that is a label and a date has no more bytes.
const DATE_BYTES: usize = 64;

/// The form that begins a line with a digit right behind it, for the space between is lost: "Published12 May 2024".
pub(super) fn glued_label(page: &Marking<'_, '_>, index: usize) -> Option<Hit> {
    let (start, line) = (page.matching.start(index), page.matching.line(index));
    if line.len() > DATE_BYTES {
        return None;
    }
    let digit = line.find(|c: char| c.is_ascii_digit())?;
    let words = line.get(..digit).filter(|words| words.ends_with(shape::is_letter))?;
    let hit = page.layouts.whole(words)?;
    Some(Hit { start, end: start + hit.end, ..hit })
}

/// A name glued to the last sentence of a paragraph has no more words: longer ones are speech.
const INSIDE_WORDS: usize = 4;

/// Whether a text has more words than so many.
fn is_longer(text: &str, words: usize) -> bool {
    !shape::fits_words(text, words)
        && text.split(' ').filter(|word| shape::has_words(word)).nth(words).is_some()
}

/// So many lines may stand above a date that no label names, and so many bytes before a label behind it.
const HEAD_LINES: usize = 8;
const HEAD_BYTES: usize = 80;

/// So many words that say something else, a place, may stand beside a date before a label.
const BESIDE: usize = 3;

/// Whether a label may follow what stands before the form on its line, near the top of the page: that of a date behind
/// another date ("14/03/2024 09h58  Atualizado 14/03/2024 11h20"), that of a date or an author behind a bar ("By Nora
/// Field | Updated: 14 March 2024").
pub(super) fn is_in_head(page: &Marking<'_, '_>, index: usize, hit: Hit) -> bool {
    let Some(before) = page.matching.text().get(page.matching.start(index)..hit.start) else {
        return false;
    };
    if index > HEAD_LINES || before.len() > HEAD_BYTES {
        return false;
    }
    let names = |fields: &[Field]| {
        page.layouts.rules_of(hit).any(|(_, rule)| {
            matches!(rule.kind, RuleKind::Label(label) if fields.contains(&label.field))
        })
    };
    if before.trim_end().ends_with(['|', '•', '·']) {
        return names(&[Field::Published, Field::Updated, Field::Author]);
    }
    let is_name = |before: &str| index > 0 && !is_longer(before, INSIDE_WORDS);
    if [" -", " –", " /"]
        .iter()
        .any(|sign| before.trim_end().strip_suffix(sign).is_some_and(is_name))
    {
        return names(&[Field::Published, Field::Updated]);
    }
    let is_date =
        || page.date_in(before).is_some_and(|read| read.has_day() && read.others <= BESIDE);
    names(&[Field::Published, Field::Updated]) && is_date()
}

/// Behind a date that a label without a colon has before it stand no more words than a byline: "by Nora Field".
const DATE_WORDS: usize = 10;

/// Whether a text is a day, or begins as a line about one does: "Published on 14 March 2024 by Nora Field". A sentence
/// with a year in it is none.
fn begins_with_day(page: &Marking<'_, '_>, value: &str) -> bool {
    let is_read = date::read(value, &page.dates).is_some_and(|read| {
        read.has_day()
            && (read.whole || !is_longer(value, DATE_WORDS) && !shape::ends_in_stop(value))
    });
    is_read || date::is_day_of_a_year(value, &page.dates)
}

/// Whether a text has the shape of the field's values.
pub(super) fn fits(page: &Marking<'_, '_>, label: Label, value: &str) -> bool {
    let value = value.trim();
    if !shape::has_words(value) || !is_short_enough(label, value) {
        return false;
    }
    match label.field {
        Field::Published | Field::Updated => {
            shape::has_digit(value)
                && (!is_longer(value, 8) || date::read(value, &page.dates).is_some())
                && !is_sentence(page, value)
        }
        Field::Source | Field::Author => {
            value.contains(shape::is_letter)
                && (!value.starts_with(OPENING_QUOTES) || is_quoted_name(value))
                && (!is_longer(value, 3) || !shape::ends_in_stop(value))
        }
        Field::Keywords => !value.ends_with('.') || !is_longer(value, 12),
    }
}

/// Whether the value of a date's label says something else in a sentence: "Update: we found it, it is from 2 October."
fn is_sentence(page: &Marking<'_, '_>, value: &str) -> bool {
    shape::stop(value) == Stop::Full
        && is_longer(value, BESIDE)
        && date::read(value, &page.dates).is_none_or(|read| read.others > BESIDE)
}

/// Whether a value is no longer than its label allows; of keywords, whether none of them is.
fn is_short_enough(label: Label, value: &str) -> bool {
    match label.field {
        Field::Keywords => {
            let mut phrases = value.split(keywords::is_separator);
            !is_longer(value, KEYWORDS_WORDS)
                && phrases.all(|phrase| !is_longer(phrase, label.max_words))
        }
        Field::Published | Field::Updated | Field::Source | Field::Author => {
            !is_longer(value, label.max_words)
        }
    }
}

/// A list of keywords has no more words.
const KEYWORDS_WORDS: usize = 200;

/// What a speaker's words begin with.
const OPENING_QUOTES: [char; 4] = ['«', '"', '“', '('];

/// A paper's name in quotation marks has no more words.
const QUOTED_WORDS: usize = 3;

/// Whether a value is a name in quotation marks and nothing else: «رويترز».
fn is_quoted_name(value: &str) -> bool {
    let mut inside = value.chars();
    let quoted = matches!(
        (inside.next(), inside.next_back()),
        (Some('«'), Some('»')) | (Some('"'), Some('"')) | (Some('“'), Some('”'))
    );
    let inside = inside.as_str();
    quoted
        && !is_longer(inside, QUOTED_WORDS)
        && shape::stop(inside) == Stop::None
        && !inside.contains(['«', '»', '"', '“', '”'])
}
