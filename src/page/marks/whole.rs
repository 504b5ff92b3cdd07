//! Lines that layouts know whole: one form of furniture, a row of them, one with numbers in it.

use super::marking::{Mark, MarkKind, Marking};
use crate::page::layout::{Furniture, Hit, Layouts, Rule, RuleKind, SmallWords};
use crate::page::text::lines::Line;
use crate::page::text::shape;

/// A line of nothing but furniture, one piece of it behind the other: "Facebook Twitter WhatsApp".
pub(super) fn furniture_row(page: &Marking<'_, '_>, index: usize, hits: &[Hit]) -> Option<Mark> {
    let ([first, _, ..], from) = (hits, page.matching.start(index)) else {
        return None;
    };
    let end = from + page.matching.line(index).len();
    let between = |from: usize, to: usize| page.matching.text().get(from..to).unwrap_or_default();
    let is_menu = hits.len() >= MENU && index == 0 && has_headline_below(page);
    let whole = |hit: Hit| {
        let mut rules = page.layouts.rules_of(hit);
        let here = |rule: &Rule| match rule.kind {
            RuleKind::Furniture(Furniture::Whole) => true,
            RuleKind::Furniture(Furniture::Head) => {
                is_menu || index > 0 && is_above_text(page, index)
            }
            RuleKind::Furniture(_) | RuleKind::Marker(_) | RuleKind::Label(_) | RuleKind::Plain => {
                false
            }
        };
        rules.find(|(_, rule)| here(rule) && page.rank_of(rule).is_some())
    };
    let (rule, _) = whole(*first)?;
    let mut at = from;
    for hit in hits {
        if shape::has_letters(between(at, hit.start)) || whole(*hit).is_none() {
            return None;
        }
        at = hit.end;
    }
    let kind = MarkKind::Furniture;
    (!shape::has_letters(between(at, end))).then_some(Mark {
        rule,
        start: from,
        end,
        kind,
        needs_label: false,
    })
}

/// The first line is the menu of the site, and no headline, where it is so many names of sections or buttons.
const MENU: usize = 4;

/// The headline stands on one of so many lines below a menu.
const BELOW_MENU: usize = 16;

/// Whether a line below the first one can be the headline.
fn has_headline_below(page: &Marking<'_, '_>) -> bool {
    page.lines.iter().skip(1).take(BELOW_MENU).any(|line| {
        let words = line.text.split(' ').take(BELOW_SECTION.end() + 1).count();
        BELOW_SECTION.contains(&words) && !shape::ends_in_stop(&line.text)
    })
}

/// So many lines stand above the first paragraph at most.
const LINES_ABOVE: usize = 20;

/// The headline below the name of a section has so many words: fewer are another section's name, or an author's.
const BELOW_SECTION: std::ops::RangeInclusive<usize> = 4..=24;

/// Whether a line stands above the first paragraph, and the page has another headline.
pub(super) fn is_above_text(page: &Marking<'_, '_>, index: usize) -> bool {
    let is_paragraph = |line: &Line<'_>| shape::is_paragraph(&line.text);
    let words = |line: &Line<'_>| line.text.split(' ').take(BELOW_SECTION.end() + 1).count();
    match index {
        0 => {
            let mut below = page.lines.iter().skip(1).take(3);
            let headline = below.find(|line| words(line) >= *BELOW_SECTION.start());
            headline.is_some_and(|line| {
                BELOW_SECTION.contains(&words(line)) && !shape::ends_in_stop(&line.text)
            })
        }
        1..LINES_ABOVE => !page.lines.iter().take(index).skip(1).any(is_paragraph),
        _ => false,
    }
}

/// A line that is a whole one of furniture but for the numbers within it: "il y a 2 heures", "Lu 3 214 fois".
pub(super) fn counted(page: &Marking<'_, '_>, index: usize) -> Option<Mark> {
    let (from, line) = (page.matching.start(index), page.matching.line(index));
    let words = without_numbers(line, page.layouts.words())?;
    let mut rules = page.layouts.rules_of(page.layouts.whole(&words)?);
    // With a number beside it the name of a section is an item of a list.
    let is_whole = |kind: &RuleKind| matches!(kind, RuleKind::Furniture(Furniture::Whole));
    let is_here = |rule: &Rule| is_whole(&rule.kind) && page.rank_of(rule).is_some();
    let (rule, _) = rules.find(|(_, rule)| is_here(rule))?;
    let (end, kind) = (from + line.len(), MarkKind::Furniture);
    Some(Mark { rule, start: from, end, kind, needs_label: false })
}

/// Whether a text is a whole line of furniture but for its numbers, or a number: "2 hours ago", "12 comments".
pub(crate) fn is_counted(layouts: &Layouts, form: &str) -> bool {
    let words = without_numbers(form, layouts.words());
    let hit = layouts.whole(words.as_deref().unwrap_or(form));
    let is_whole = |rule: &Rule| {
        rule.site.is_none() && matches!(rule.kind, RuleKind::Furniture(Furniture::Whole))
    };
    hit.is_some_and(|hit| layouts.rules_of(hit).any(|(_, rule)| is_whole(rule)))
        || form.bytes().all(|byte| byte.is_ascii_digit())
}

/// A line that only counts something has no more bytes.
const COUNTED_BYTES: usize = 48;

/// The words of a short line without its numbers, one space between: "lu 1.2k fois" says "lu fois". `None` of a line that
/// has no number or says nothing else.
fn without_numbers(line: &str, words: &SmallWords) -> Option<String> {
    if line.len() > COUNTED_BYTES || !shape::has_digit(line) {
        return None;
    }
    let mut said = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(shape::is_word_char) {
        rest = rest.get(at..)?;
        let digits = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
        let is_number = rest.starts_with(|c: char| c.is_ascii_digit());
        let ends = |c: char| if is_number { !digits(c) } else { !is_word(c) };
        let (token, behind) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        rest = behind;
        if is_number {
            let behind = behind.trim_start();
            let next = behind.split(|c| !shape::is_word_char(c)).next().unwrap_or_default();
            rest = if words.is_thousands(next) { behind.get(next.len()..)? } else { behind };
        } else {
            said.extend((!said.is_empty()).then_some(' '));
            said.push_str(token);
        }
    }
    (!said.is_empty()).then_some(said)
}

/// Whether a character stands in a word and is no digit.
fn is_word(c: char) -> bool {
    (shape::is_word_char(c) || matches!(c, '\'' | '’')) && !c.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_line_that_counts_stand_without_their_numbers() {
        let small = Layouts::builtin().words();
        for (line, words) in [
            ("il y a 2 heures", Some("il y a heures")),
            ("lu 3 214 fois", Some("lu fois")),
            ("dilihat 1,2 rb kali", Some("dilihat kali")),
            ("published2 days ago", Some("published days ago")),
            ("1.2k views", Some("views")),
            ("vor 3 stunden", Some("vor stunden")),
            ("il y a heures", None),
            ("14:05", None),
        ] {
            assert_eq!(without_numbers(line, small).as_deref(), words, "{line}");
        }
    }
}
