//! Whether a form that stands on a line is a marker, a label or furniture there, or words of the text.

use super::date;
use super::layout::{Field, Hit, Label, Marker, Need, Rule, RuleKind};
use super::mark::{Mark, MarkKind, Marking};
use super::piece::{Part, RunnerUp};
use super::shape::{self, Stop};

/// What a hit was taken for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judged {
    /// `None` leaves it to the text.
    pub mark: Option<Mark>,
    /// The rule that came next.
    pub runner_up: Option<RunnerUp>,
}

/// Takes a hit for a mark, or leaves it as words of the text. Where no rule of its form may stand here, the longest
/// shorter form is asked. `behind_label`: a label stands before it on the line.
pub(super) fn judge(page: &Marking<'_, '_>, index: usize, hit: Hit, behind_label: bool) -> Judged {
    let mut runner_up = None;
    let mut asked = Some(hit);
    while let Some(hit) = asked {
        match judge_form(page, index, (hit, behind_label), &mut runner_up) {
            Verdict::Mark(mark) => {
                return Judged { mark: Some(mark), runner_up };
            }
            Verdict::Plain => break,
            Verdict::Words => asked = page.layouts.shorter(hit),
        }
    }
    Judged { mark: None, runner_up }
}

/// A line of nothing but furniture, one piece of it behind the other: "Facebook Twitter WhatsApp".
pub(super) fn furniture_row(page: &Marking<'_, '_>, index: usize, hits: &[Hit]) -> Option<Mark> {
    let ([first, _, ..], from) = (hits, page.matching.start(index)) else {
        return None;
    };
    let end = from + page.matching.line(index).len();
    let between = |from: usize, to: usize| page.matching.text().get(from..to).unwrap_or_default();
    let whole = |hit: Hit| {
        let mut rules = page.layouts.rules_of(hit);
        let here = |rule: &Rule| rank_of(rule, page).is_some();
        rules.find(|(_, rule)| rule.kind == RuleKind::WholeFurniture && here(rule))
    };
    let (rule, _) = whole(*first)?;
    let mut at = from;
    for hit in hits {
        if shape::has_words(between(at, hit.start)) || whole(*hit).is_none() {
            return None;
        }
        at = hit.end;
    }
    let kind = MarkKind::Furniture;
    (!shape::has_words(between(at, end))).then_some(Mark {
        rule,
        start: from,
        end,
        kind,
        needs_label: false,
    })
}

enum Verdict {
    Mark(Mark),
    /// A phrase that is no mark says so.
    Plain,
    Words,
}

fn judge_form(
    page: &Marking<'_, '_>,
    index: usize,
    (hit, behind_label): (Hit, bool),
    runner_up: &mut Option<RunnerUp>,
) -> Verdict {
    let from = page.matching.start(index);
    let line = page.matching.line(index);
    let place = Place::of(line, from, hit, behind_label);
    let Some(place) = place.map(|place| Place { on_first_line: index == 0, ..place }) else {
        return Verdict::Words;
    };
    let (mut found, mut marker_file) = (None, None);
    let ranked = |rank| {
        page.layouts.rules_of(hit).filter(move |(_, rule)| rank_of(rule, page) == Some(rank))
    };
    for (id, rule) in Rank::ALL.into_iter().flat_map(ranked) {
        // Another rule of its file for the same marker is no other reading.
        if marker_file == Some(&rule.file) && part_of(&rule.kind) == Part::Marker {
            continue;
        }
        let next = match place.admits(rule, page) {
            Ok(MarkKind::Plain) if found.is_none() => {
                *runner_up = None;
                return Verdict::Plain;
            }
            Ok(kind) if found.is_none() => {
                found = Some((id, kind));
                marker_file = (kind == MarkKind::Marker).then_some(&rule.file);
                continue;
            }
            Ok(_) => RunnerUp { part: part_of(&rule.kind), rule: Some(id), reason: "would do too" },
            // A word within a sentence is no near miss.
            Err(_) if !place.at_start && !place.colon => continue,
            Err(reason) => RunnerUp { part: part_of(&rule.kind), rule: Some(id), reason },
        };
        runner_up.get_or_insert(next);
    }
    let Some((rule, kind)) = found else {
        return Verdict::Words;
    };
    let whole = from..from + line.len();
    let (start, end) = match kind {
        MarkKind::Furniture => (whole.start, whole.end),
        MarkKind::Marker | MarkKind::Label(_) | MarkKind::Plain => (
            match place.at_start {
                true => whole.start,
                false if matches!(kind, MarkKind::Label(_)) => hit.start - place.parting_bytes,
                false => hit.start,
            },
            if place.at_end { whole.end } else { hit.end + place.closing_bytes },
        ),
    };
    let needs_label = matches!(kind, MarkKind::Label(label) if !place.admits_alone(label));
    Verdict::Mark(Mark { rule, start, end, kind, needs_label })
}

/// Whose rules are asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Site,
    Language,
    OtherLanguage,
}

impl Rank {
    const ALL: [Self; 3] = [Self::Site, Self::Language, Self::OtherLanguage];
}

/// `None` of a rule for another site.
fn rank_of(rule: &Rule, page: &Marking<'_, '_>) -> Option<Rank> {
    match rule.site {
        Some(site) => (page.site == Some(site)).then_some(Rank::Site),
        None if *rule.language == *page.language => Some(Rank::Language),
        None => Some(Rank::OtherLanguage),
    }
}

fn part_of(kind: &RuleKind) -> Part {
    match kind {
        RuleKind::Marker(_) => Part::Marker,
        RuleKind::Label(_) => Part::Label,
        RuleKind::WholeFurniture | RuleKind::StartFurniture => Part::Furniture,
        RuleKind::Plain => Part::Body,
    }
}

/// What parts the values of labels in one line: "Published: 14 March | Updated: 15 March".
const PARTING: [char; 12] = [' ', '|', '-', '•', '·', ',', '،', ';', '/', '(', '[', '【'];

/// A label may stand in brackets.
const OPENING: [char; 4] = [' ', '(', '[', '【'];

/// Where on its line a form stands.
struct Place {
    /// Of what closes the form, the spaces round it included.
    closing_bytes: usize,
    at_start: bool,
    at_end: bool,
    on_first_line: bool,
    colon: bool,
    bar: bool,
    free_left: bool,
    /// No letter stands right behind it.
    free_right: bool,
    /// How the text before it ends.
    after_stop: Stop,
    /// How the text before it, and before a bracket that it stands in, ends.
    label_stop: Stop,
    /// Nothing but dots and other signs.
    after_dots: bool,
    /// A label stands before it on the line.
    behind_label: bool,
    /// Of what parts a label from the text before it, the spaces round it included: a bracket, or what stands behind
    /// the value of another label.
    parting_bytes: usize,
    /// By more than spaces.
    parted: bool,
}

impl Place {
    /// `None` where the form is no part of the line.
    fn of(line: &str, from: usize, hit: Hit, behind_label: bool) -> Option<Self> {
        let (before, rest) = line.split_at_checked(hit.start.checked_sub(from)?)?;
        let (form, after) = rest.split_at_checked(hit.end - hit.start)?;
        // A visarga is a sign of its word, and is printed for the colon too.
        let free_right = !form.ends_with(shape::is_word_char)
            || !after.starts_with(shape::is_word_char)
            || after.starts_with('ः');
        let closed = shape::terminator(after);
        let at_start = !shape::has_words(before);
        let opened = before.trim_end_matches(OPENING);
        let parted = if behind_label { before.trim_end_matches(PARTING) } else { opened };
        Some(Self {
            closing_bytes: closed.bytes,
            at_start,
            on_first_line: false,
            at_end: !shape::has_words(after.get(closed.bytes..).unwrap_or_default()),
            colon: closed.colon,
            bar: closed.bar,
            free_left: !before.ends_with(shape::is_word_char),
            free_right,
            after_stop: shape::stop(before),
            label_stop: shape::stop(opened),
            after_dots: at_start && before.contains(['.', '…']),
            behind_label,
            parting_bytes: before.len() - parted.len(),
            parted: before.trim_end().len() > parted.len(),
        })
    }

    /// What a rule makes of the form here, or why it makes nothing of it.
    fn admits(&self, rule: &Rule, page: &Marking<'_, '_>) -> Result<MarkKind, &'static str> {
        if !self.free_right {
            return match &rule.kind {
                RuleKind::Marker(marker) if marker.glued && self.at_start => Ok(MarkKind::Marker),
                RuleKind::Marker(_)
                | RuleKind::Label(_)
                | RuleKind::WholeFurniture
                | RuleKind::StartFurniture
                | RuleKind::Plain => Err("it is a part of a longer word"),
            };
        }
        let foreign = rank_of(rule, page) == Some(Rank::OtherLanguage);
        match &rule.kind {
            RuleKind::Plain => Ok(MarkKind::Plain),
            RuleKind::Marker(_) if foreign && self.bar => {
                Err("a bar behind words of another language")
            }
            RuleKind::Marker(marker) if self.admits_marker(*marker) => Ok(MarkKind::Marker),
            RuleKind::Label(label) if self.admits_label(*label) => Ok(MarkKind::Label(*label)),
            RuleKind::WholeFurniture if self.at_start && self.at_end => Ok(MarkKind::Furniture),
            RuleKind::StartFurniture if self.at_start => Ok(MarkKind::Furniture),
            RuleKind::WholeFurniture | RuleKind::StartFurniture => {
                Err("the line says something else too")
            }
            RuleKind::Marker(_) | RuleKind::Label(_) if !self.free_left => {
                Err("it is glued to the word before it")
            }
            RuleKind::Marker(_) | RuleKind::Label(_) if self.colon => {
                Err("it may not stand at this place of a line")
            }
            RuleKind::Marker(_) | RuleKind::Label(_) => {
                Err("it needs a colon at this place of a line")
            }
        }
    }

    fn admits_marker(&self, marker: Marker) -> bool {
        let allowed = |need| match need {
            Need::Never => false,
            Need::Colon => self.colon,
            Need::Sentence => {
                self.colon || matches!(self.after_stop, Stop::Full | Stop::Question | Stop::Dots)
            }
            Need::Always => true,
        };
        let here = match (self.at_start, self.at_end) {
            (true, true) => marker.alone,
            // The article's own headline: "Watch: …".
            (true, false) if self.on_first_line => false,
            (true, false) => allowed(marker.start),
            (false, true) => allowed(marker.end),
            (false, false) => allowed(marker.inside),
        };
        // Dots before it: a text that was cut off goes on elsewhere ("...المزيد"), and nothing is appended.
        here && (self.free_left || marker.glued) && !self.after_dots
    }

    fn admits_label(&self, label: Label) -> bool {
        let is_date = matches!(label.field, Field::Published | Field::Updated);
        let in_row = !self.at_start && (self.parted || is_date) && (self.colon || !label.colon);
        self.free_left && self.behind_label && in_row || self.admits_alone(label)
    }

    /// Whether the label may stand here, whatever stands before it.
    fn admits_alone(&self, label: Label) -> bool {
        if !self.free_left {
            return false;
        }
        match (self.at_start, self.at_end) {
            (true, true) => {
                label.alone
                    && (self.colon
                        || matches!(
                            label.field,
                            Field::Updated | Field::Published | Field::Keywords
                        ))
            }
            (true, false) => self.colon || !label.colon,
            (false, _) => label.inside && self.colon && self.label_stop != Stop::None,
        }
    }
}

/// Whether what follows a label can be its value.
pub(super) fn is_value(
    page: &Marking<'_, '_>,
    index: usize,
    mark: &Mark,
    label: Label,
    value: &str,
) -> bool {
    if !shape::has_words(value) {
        let next = page.matching.line(index + 1);
        return index > 0 && fits(page, label, next);
    }
    // The first line is the headline: "Source: the government is in talks".
    if index == 0 && label.field == Field::Source {
        return false;
    }
    let inside = mark.start > page.matching.start(index);
    let is_plain = match label.field {
        Field::Published | Field::Updated => is_day(page, value),
        Field::Source | Field::Author => words(value) <= INSIDE_WORDS,
        Field::Keywords => true,
    };
    if inside && !is_plain {
        return false;
    }
    // A label that needs no colon needs a day behind it.
    (label.colon || is_day(page, value)) && fits(page, label, value)
}

/// A name glued to the last sentence of a paragraph has no more words: longer ones are speech.
const INSIDE_WORDS: usize = 4;

fn words(text: &str) -> usize {
    text.split(' ').filter(|word| shape::has_words(word)).count()
}

fn is_date(page: &Marking<'_, '_>, value: &str) -> bool {
    date::read(value, &page.dates).is_some()
}

/// So many lines may stand above a date that no label names, and so many bytes before a label behind it.
const HEAD_LINES: usize = 8;
const HEAD_BYTES: usize = 80;

/// Whether a date, with its label, may follow what stands before the form on its line, near the top of the page: a date
/// ("14/03/2024 09h58  Atualizado 14/03/2024 11h20") or what a bar ends ("By Nora Field | Updated: 14 March 2024").
pub(super) fn is_in_head(page: &Marking<'_, '_>, index: usize, hit: Hit) -> bool {
    let before = page.matching.text().get(page.matching.start(index)..hit.start);
    let names_date = |kind: &RuleKind| matches!(kind, RuleKind::Label(label) if matches!(label.field, Field::Published | Field::Updated));
    let is_whole_date = |text: &str| {
        text.contains(|c: char| c.is_ascii_digit())
            && date::read(text, &page.dates).is_some_and(|read| read.whole && read.has_day())
    };
    index <= HEAD_LINES
        && before.is_some_and(|before| {
            before.len() <= HEAD_BYTES
                && page.layouts.rules_of(hit).any(|(_, rule)| names_date(&rule.kind))
                && (before.trim_end().ends_with(['|', '•', '·']) || is_whole_date(before))
        })
}

/// Behind a date that a label without a colon has before it stand no more words than a byline: "by Nora Field".
const DATE_WORDS: usize = 10;

/// Whether a text is a day, or begins as a line about one does: "Published on 14 March 2024 by Nora Field". A sentence
/// with a year in it is none.
fn is_day(page: &Marking<'_, '_>, value: &str) -> bool {
    date::is_day_of_a_year(value, &page.dates)
        || date::read(value, &page.dates).is_some_and(|read| {
            read.has_day()
                && (read.whole || words(value) <= DATE_WORDS && !shape::ends_in_stop(value))
        })
}

/// Whether a text has the shape of the field's values.
pub(super) fn fits(page: &Marking<'_, '_>, label: Label, value: &str) -> bool {
    let value = value.trim();
    let words = words(value);
    if words == 0 || words > label.max_words {
        return false;
    }
    match label.field {
        Field::Published | Field::Updated => {
            value.contains(|c: char| c.is_ascii_digit()) && (words <= 8 || is_date(page, value))
        }
        Field::Source | Field::Author => {
            value.contains(shape::is_letter)
                && !value.starts_with(['«', '"', '“', '('])
                && (words <= 3 || !shape::ends_in_stop(value))
        }
        Field::Keywords => words <= 12 || !value.ends_with('.'),
    }
}
