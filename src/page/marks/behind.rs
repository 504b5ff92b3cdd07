//! What stands behind a form on its line, and below it: a headline, a name, the end of the article.

use super::marking::Marking;
use super::name;
use crate::page::layout::{Hit, RuleKind};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::raw_offset;

/// Whether the text behind so many bytes of the match form of line `index` has the shape of a headline: no sentence, and
/// no small letter where it begins.
pub(super) fn is_before_headline(page: &Marking<'_, '_>, index: usize, bytes: usize) -> bool {
    let line = page.lines.get(index).map_or("", |line| line.text.as_ref());
    let text = line.get(raw_offset(line, bytes)..).unwrap_or_default();
    let first = text.chars().find(|c| shape::is_word_char(*c));
    text.starts_with(' ') && first.is_some_and(|c| !c.is_lowercase()) && shape::is_title(text)
}

/// Whether the headline behind a form of two words or more is run together with it, for the line break between them was
/// lost: "Read alsoThe ferry comes back". A name that is written so is one word.
pub(super) fn is_run_together(page: &Marking<'_, '_>, index: usize, hit: Hit) -> bool {
    let form = page.matching.text().get(hit.start..hit.end).unwrap_or_default();
    let line = page.lines.get(index).map_or("", |line| line.text.as_ref());
    let cut = raw_offset(line, hit.end - page.matching.start(index));
    let Some((before, headline)) = line.split_at_checked(cut) else {
        return false;
    };
    form.contains(' ')
        && before.ends_with(char::is_lowercase)
        && headline.starts_with(char::is_uppercase)
        && shape::is_title(headline)
}

/// A byline that a comma closes stands on one of so many first lines.
const NAMED_LINES: usize = 8;

/// Whether a comma and a name stand behind a form in the head of the page, as some print a byline: "Author, Nora Field".
pub(super) fn is_before_name(page: &Marking<'_, '_>, index: usize, hit: Hit) -> bool {
    let end = page.matching.start(index + 1);
    let behind = page.matching.text().get(hit.end..end).unwrap_or_default();
    if index == 0 || index > NAMED_LINES || !behind.starts_with(',') {
        return false;
    }
    let line = page.lines.get(index).map_or("", |line| line.text.as_ref());
    let name = line.split_once(',').map_or("", |(_, name)| name.trim());
    !name.is_empty() && name::is_name(name)
}

/// A text that lost the stop before its source has so many words or more, and the source no more than so many.
const TEXT_WORDS: usize = 6;
const SOURCE_WORDS: usize = 4;

/// Whether a text stands before a label and a name behind it, and no speech: "... said the growers Source: Harbour Post".
pub(super) fn is_long_before_name(before: &str, name: &str) -> bool {
    !shape::fits_words(before.trim(), TEXT_WORDS - 1)
        && shape::fits_words(name.trim(), SOURCE_WORDS)
        && shape::has_letters(name)
        && matches!(shape::stop(name), Stop::None)
        && !name.contains(['"', '«', '“', '\''])
}

/// Whether the text of the article ends with a line: nothing stands below it, or a marker or a label that has its line for
/// itself or for its value.
pub(super) fn is_last(page: &Marking<'_, '_>, index: usize) -> bool {
    if index + 1 >= page.lines.len() {
        return true;
    }
    let below = page.matching.line(index + 1);
    let words = below.split_once(':').map_or(below, |(label, _)| label).trim();
    let hit = page.layouts.whole(words.trim_end_matches(|c| !shape::is_word_char(c)));
    let ends = |kind: &RuleKind| matches!(kind, RuleKind::Marker(_) | RuleKind::Label(_));
    hit.is_some_and(|hit| {
        page.layouts.rules_of(hit).any(|(_, rule)| ends(&rule.kind) && page.rank_of(rule).is_some())
    })
}
