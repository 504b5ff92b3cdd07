//! Where on its line a form stands, and which rules may count there.

use std::ops::Range;

use super::marking::{MarkKind, Marking, Rank};
use super::name;
use super::topic::{self, Topic};
use super::whole;
use crate::page::layout::{Field, Furniture, Hit, Label, Marker, Need, Rule, RuleKind};
use crate::page::text::shape::{self, Stop};
use crate::page::text::spelling::raw_offset;

/// What of the page's fields stands before a form on its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behind {
    /// The value of a label of this field.
    pub label: Option<Field>,
    /// A date or a byline, near the top of the page.
    pub head: bool,
}

impl Behind {
    fn is_field(self) -> bool {
        self.label.is_some() || self.head
    }
}

/// Where on its line a form stands.
pub(super) struct Place {
    /// Of what closes the form, the spaces round it included.
    closing_bytes: usize,
    pub at_start: bool,
    at_end: bool,
    /// It has the line for itself, but for a number: "12 comments".
    is_whole: bool,
    /// It is two words or more.
    several_words: bool,
    /// What is behind it has the shape of a headline.
    before_headline: bool,
    /// What is behind it is a headline, and the break between them is lost.
    lost_break: bool,
    /// A comma closes it, and a name is behind that.
    before_name: bool,
    /// A comma closes it.
    comma: bool,
    /// The line, by its place among the page's.
    line: usize,
    /// A number stands beside it, where it has the line for itself.
    numbered: bool,
    /// What is behind it is a few words and no sentence.
    is_pitch: bool,
    /// The line is no paragraph by its length.
    is_short: bool,
    pub colon: bool,
    bar: bool,
    free_left: bool,
    /// No letter stands right behind it.
    free_right: bool,
    /// A digit does: "Published12 May".
    digit_right: bool,
    /// How the text before it ends.
    after_stop: Stop,
    /// How the text before it, and before a bracket that it stands in, ends.
    label_stop: Stop,
    /// Nothing but dots and other signs.
    after_dots: bool,
    /// What stands before it on the line.
    behind: Behind,
    /// Of what parts a label from the text before it, the spaces round it included: a bracket, or what stands behind
    /// the value of another label.
    parting_bytes: usize,
    /// Of the bracket that it stands in.
    bracket_bytes: usize,
    /// By more than spaces.
    parted: bool,
}

/// What parts the values of labels in one line: "Published: 14 March | Updated: 15 March".
const PARTING: [char; 12] = [' ', '|', '-', '•', '·', ',', '،', ';', '/', '(', '[', '【'];

/// A label may stand in brackets.
const OPENING: [char; 4] = [' ', '(', '[', '【'];

/// A line that ends in furniture has no more bytes.
const SHORT_BYTES: usize = 300;

/// Behind the words that open a pitch stand no more bytes.
const PITCH_BYTES: usize = 48;

impl Place {
    /// `None` where the form is no part of the line.
    pub(super) fn of(
        page: &Marking<'_, '_>,
        index: usize,
        hit: Hit,
        behind: Behind,
    ) -> Option<Self> {
        let (from, line) = (page.matching.start(index), page.matching.line(index));
        let (before, rest) = line.split_at_checked(hit.start.checked_sub(from)?)?;
        let (form, after) = rest.split_at_checked(hit.end - hit.start)?;
        // A visarga is a sign of its word, and is printed for the colon too.
        let free_right = !form.ends_with(shape::is_word_char)
            || !after.starts_with(shape::is_word_char)
            || after.starts_with('ः')
            // A credit that is run together with its marker: the scripts part them.
            || form.ends_with(is_arabic) && after.starts_with(|c: char| c.is_ascii_alphabetic());
        let closed = shape::terminator(after);
        let at_start = !shape::has_words(before);
        let opened = before.trim_end_matches(OPENING);
        let parted = if behind.is_field() { before.trim_end_matches(PARTING) } else { opened };
        let is_whole = !shape::has_letters(before) && !shape::has_letters(after);
        let at_end = !shape::has_words(after.get(closed.bytes..).unwrap_or_default());
        let leads = at_start && !at_end;
        Some(Self {
            closing_bytes: closed.bytes,
            at_start,
            is_whole,
            several_words: form.contains(' '),
            before_headline: leads && is_before_headline(page, index, hit.end - from),
            lost_break: leads && !free_right && index > 0 && is_run_together(page, index, hit),
            before_name: leads && is_before_name(page, index, hit),
            comma: after.starts_with(','),
            line: index,
            numbered: is_whole && (shape::has_words(before) || shape::has_words(after)),
            is_pitch: after.len() <= PITCH_BYTES
                && matches!(shape::stop(after), Stop::None | Stop::Question),
            is_short: line.len() <= SHORT_BYTES,
            at_end,
            colon: closed.colon,
            bar: closed.bar,
            free_left: !before.ends_with(shape::is_word_char),
            free_right,
            digit_right: after.starts_with(|c: char| c.is_ascii_digit()),
            after_stop: shape::stop(before),
            label_stop: shape::stop(opened),
            after_dots: at_start && before.contains(['.', '…']),
            behind,
            bracket_bytes: usize::from(before.ends_with(['(', '['])),
            parting_bytes: before.len() - parted.len(),
            parted: before.trim_end().len() > parted.len(),
        })
    }

    /// The rule of a marker that may stand here with what its links are about beside it: the topic is part of the marker
    /// then, and of the place.
    pub(super) fn beside_topic(&mut self, page: &Marking<'_, '_>, hit: Hit) -> Option<u32> {
        let is_topical =
            |rule: &Rule| topic::marker(&rule.kind).is_some() && page.rank_of(rule).is_some();
        let (id, rule) = page.layouts.rules_of(hit).find(|(_, rule)| is_topical(rule))?;
        let marker = topic::marker(&rule.kind).filter(|_| self.free_right && !self.colon)?;
        let (from, line) = (page.matching.start(self.line), page.matching.line(self.line));
        let (before, after) = (line.get(..hit.start - from)?, line.get(hit.end - from..)?);
        match Topic::of(before, after)? {
            Topic::Before => self.at_start = true,
            Topic::Behind(bytes) => {
                self.closing_bytes = bytes;
                self.colon = true;
                self.at_end = !shape::has_words(after.get(bytes..)?);
            }
        }
        self.admits_marker(marker).then_some(id)
    }

    /// From where to where a mark of this kind takes its line; `whole` is all of it.
    pub(super) fn extent(&self, kind: MarkKind, hit: Hit, whole: Range<usize>) -> Range<usize> {
        if kind == MarkKind::Furniture {
            return whole;
        }
        let start = match kind {
            _ if self.at_start => whole.start,
            MarkKind::Label(_) => hit.start - self.parting_bytes,
            MarkKind::Marker | MarkKind::Furniture => hit.start - self.bracket_bytes,
        };
        let end = match self.at_end {
            true => whole.end,
            false if self.before_name || self.comma && is_date_label(kind) => hit.end + 1,
            false => hit.end + self.closing_bytes,
        };
        start..end
    }

    /// What a rule makes of the form here, or why it makes nothing of it; `None` for what is no mark, whatever other rules say.
    pub(super) fn admits(
        &self,
        rule: &Rule,
        page: &Marking<'_, '_>,
    ) -> Result<Option<MarkKind>, &'static str> {
        if !self.free_right {
            return self.admits_part_of_word(rule).ok_or("it is a part of a longer word").map(Some);
        }
        let foreign = page.rank_of(rule) == Some(Rank::OtherLanguage);
        match &rule.kind {
            RuleKind::Plain => Ok(None),
            RuleKind::Marker(_) if foreign && self.bar => {
                Err("a bar behind words of another language")
            }
            RuleKind::Marker(marker) if self.admits_marker(*marker) => Ok(Some(MarkKind::Marker)),
            RuleKind::Label(label) if self.admits_label(*label, foreign) => {
                Ok(Some(MarkKind::Label(*label)))
            }
            RuleKind::Furniture(furniture) if self.admits_furniture(*furniture, page) => {
                Ok(Some(MarkKind::Furniture))
            }
            RuleKind::Furniture(_) => Err("the line says something else too"),
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

    /// What a rule makes of a form with a letter right behind it.
    fn admits_part_of_word(&self, rule: &Rule) -> Option<MarkKind> {
        match &rule.kind {
            RuleKind::Marker(marker)
                if marker.glued && self.at_start || marker.alone && self.lost_break =>
            {
                Some(MarkKind::Marker)
            }
            RuleKind::Label(label) if self.at_start && self.digit_right && !label.colon => {
                Some(MarkKind::Label(*label))
            }
            RuleKind::Marker(_) | RuleKind::Label(_) | RuleKind::Furniture(_) | RuleKind::Plain => {
                None
            }
        }
    }

    fn admits_furniture(&self, furniture: Furniture, page: &Marking<'_, '_>) -> bool {
        match furniture {
            Furniture::Whole | Furniture::EndOfList | Furniture::BoxStart | Furniture::BoxEnd => {
                self.is_whole
            }
            // With a number beside it a country's name is an item of a list.
            Furniture::Head => {
                self.is_whole && !self.numbered && whole::is_above_text(page, self.line)
            }
            Furniture::Start => self.at_start,
            Furniture::Opener => self.at_start && self.is_pitch,
            Furniture::End => self.at_end && self.is_short,
        }
    }

    fn admits_marker(&self, marker: Marker) -> bool {
        let allowed = |need| match need {
            Need::Never => false,
            Need::Colon => self.colon,
            Need::Sentence => {
                self.colon || matches!(self.after_stop, Stop::Full | Stop::Question | Stop::Dots)
            }
            Need::Headline => self.colon || self.before_headline,
            Need::Always => true,
        };
        let here = match (self.at_start, self.at_end) {
            (true, true) => marker.alone,
            // The article's own headline: "Watch: …".
            (true, false) if self.line == 0 => false,
            (true, false) => allowed(marker.start),
            (false, true) => allowed(marker.end) || marker.alone && self.follows_text(),
            (false, false) => {
                allowed(marker.inside) || marker.start != Need::Never && self.follows_text()
            }
        };
        // Dots before it: a text that was cut off goes on elsewhere ("...المزيد"), and nothing is appended.
        here && (self.free_left || marker.glued) && !self.after_dots
    }

    /// Whether two words or more and a colon stand behind a sentence or a field: there the line break before a marker was lost.
    fn follows_text(&self) -> bool {
        let is_behind_text = matches!(self.after_stop, Stop::Full | Stop::Question | Stop::Dots)
            || self.behind.label.is_some();
        self.several_words && self.colon && is_behind_text
    }

    fn admits_label(&self, label: Label, foreign: bool) -> bool {
        let is_date = label.field.is_date();
        let is_other =
            self.behind.label.is_some_and(|field| field != label.field || field == Field::Author);
        let parted = self.parted || is_date || self.colon && is_other && !foreign;
        // Among keywords any word is one, "published" too.
        let needs_colon = label.colon || self.behind.label == Some(Field::Keywords);
        let in_row = !self.at_start && parted && (self.colon || !needs_colon);
        self.free_left && self.behind.is_field() && in_row || self.admits_alone(label)
    }

    /// Whether the label may stand here, whatever stands before it.
    pub(super) fn admits_alone(&self, label: Label) -> bool {
        if !self.free_left {
            return false;
        }
        match (self.at_start, self.at_end) {
            (true, true) => label.alone,
            (true, false) => {
                self.colon || !label.colon || self.before_name && label.field == Field::Author
            }
            // A date says by itself that its label is one.
            (false, _) => {
                let is_date = label.field.is_date();
                label.inside && self.colon && (is_date || self.label_stop != Stop::None)
            }
        }
    }
}

/// Whether the text behind so many bytes of the match form of line `index` has the shape of a headline: no sentence, and
/// no small letter where it begins.
fn is_before_headline(page: &Marking<'_, '_>, index: usize, bytes: usize) -> bool {
    let line = page.lines.get(index).map_or("", |line| line.text.as_ref());
    let text = line.get(raw_offset(line, bytes)..).unwrap_or_default();
    let first = text.chars().find(|c| shape::is_word_char(*c));
    text.starts_with(' ') && first.is_some_and(|c| !c.is_lowercase()) && shape::is_title(text)
}

/// Whether the headline behind a form of two words or more is run together with it, for the line break between them was
/// lost: "Read alsoThe ferry comes back". A name that is written so is one word.
fn is_run_together(page: &Marking<'_, '_>, index: usize, hit: Hit) -> bool {
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
fn is_before_name(page: &Marking<'_, '_>, index: usize, hit: Hit) -> bool {
    let end = page.matching.start(index + 1);
    let behind = page.matching.text().get(hit.end..end).unwrap_or_default();
    if index == 0 || index > NAMED_LINES || !behind.starts_with(',') {
        return false;
    }
    let line = page.lines.get(index).map_or("", |line| line.text.as_ref());
    let name = line.split_once(',').map_or("", |(_, name)| name.trim());
    !name.is_empty() && name::is_name(name)
}

fn is_arabic(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6d3}')
}

fn is_date_label(kind: MarkKind) -> bool {
    matches!(kind, MarkKind::Label(label) if label.field.is_date())
}
