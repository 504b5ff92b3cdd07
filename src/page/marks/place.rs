//! Where on its line a form stands, and which rules may count there.

use std::ops::Range;

use super::behind;
use super::marking::{MarkKind, Marking, Rank};
use super::topic::{self, Topic};
use super::whole;
use crate::page::layout::{Field, Furniture, Hit, Label, Marker, Need, Rule, RuleKind};
use crate::page::text::shape::{self, Stop};

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

/// Where on its line a form stands. What few rules ask is found when they ask.
pub(super) struct Place<'p> {
    page: &'p Marking<'p, 'p>,
    /// The line, by its place among the page's.
    line: usize,
    hit: Hit,
    /// What stands before it and behind it on its line.
    before: &'p str,
    after: &'p str,
    /// Of what closes the form, the spaces round it included.
    closing_bytes: usize,
    pub at_start: bool,
    at_end: bool,
    pub colon: bool,
    bar: bool,
    /// No letter stands right behind it.
    free_right: bool,
    /// What of the page's fields stands before it on the line.
    behind: Behind,
}

/// What parts the values of labels in one line: "Published: 14 March | Updated: 15 March".
const PARTING: [char; 12] = [' ', '|', '-', '•', '·', ',', '،', ';', '/', '(', '[', '【'];

/// A label may stand in brackets.
const OPENING: [char; 4] = [' ', '(', '[', '【'];

/// A line that ends in furniture has no more bytes.
const SHORT_BYTES: usize = 300;

/// Behind the words that open a pitch stand no more bytes.
const PITCH_BYTES: usize = 48;

impl<'p> Place<'p> {
    /// `None` where the form is no part of the line.
    pub(super) fn of(
        page: &'p Marking<'p, 'p>,
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
        Some(Self {
            page,
            line: index,
            hit,
            before,
            after,
            closing_bytes: closed.bytes,
            at_start: !shape::has_words(before),
            at_end: !shape::has_words(after.get(closed.bytes..).unwrap_or_default()),
            colon: closed.colon,
            bar: closed.bar,
            free_right,
            behind,
        })
    }

    fn leads(&self) -> bool {
        self.at_start && !self.at_end
    }

    /// Within a sentence few rules make anything of a form, and no other is a near miss.
    pub(super) fn is_within(&self) -> bool {
        !self.at_start && !self.at_end && !self.colon && !self.behind.is_field() && !self.is_whole()
    }

    /// Whether a rule may make something of a form within a sentence.
    pub(super) fn may_be_within(kind: &RuleKind) -> bool {
        match kind {
            RuleKind::Plain => true,
            RuleKind::Marker(marker) => matches!(marker.inside, Need::Sentence | Need::Always),
            RuleKind::Label(_) | RuleKind::Furniture(_) => false,
        }
    }

    /// Whether it has the line for itself, but for a number: "12 comments".
    fn is_whole(&self) -> bool {
        !shape::has_letters(self.before) && !shape::has_letters(self.after)
    }

    /// Whether a number stands beside it, where it has the line for itself.
    fn is_numbered(&self) -> bool {
        shape::has_words(self.before) || shape::has_words(self.after)
    }

    /// Whether what is behind it is a few words and no sentence.
    fn is_pitch(&self) -> bool {
        self.after.len() <= PITCH_BYTES
            && matches!(shape::stop(self.after), Stop::None | Stop::Question)
    }

    fn free_left(&self) -> bool {
        !self.before.ends_with(shape::is_word_char)
    }

    /// Whether nothing but dots and other signs stands before it.
    fn is_after_dots(&self) -> bool {
        !shape::has_words(self.before) && self.before.contains(['.', '…'])
    }

    /// Whether what is behind it is a headline, and the break between them is lost.
    fn has_lost_break(&self) -> bool {
        self.leads() && self.line > 0 && behind::is_run_together(self.page, self.line, self.hit)
    }

    /// Whether what is behind it has the shape of a headline.
    fn is_before_headline(&self) -> bool {
        let from = self.page.matching.start(self.line);
        self.leads() && behind::is_before_headline(self.page, self.line, self.hit.end - from)
    }

    /// Whether a comma closes it, and a name is behind that.
    fn is_before_name(&self) -> bool {
        self.leads() && behind::is_before_name(self.page, self.line, self.hit)
    }

    /// Whether a text and a name stand round it, and the text of the article ends with its line.
    fn is_last_word(&self) -> bool {
        let name = self.after.get(self.closing_bytes..).unwrap_or_default();
        behind::is_long_before_name(self.before, name) && behind::is_last(self.page, self.line)
    }

    /// The text before it, and before a bracket that it stands in.
    fn opened(&self) -> &'p str {
        self.before.trim_end_matches(OPENING)
    }

    /// The text before it, and before what parts a label from it: a bracket, or what stands behind the value of another label.
    fn parted(&self) -> &'p str {
        match self.behind.is_field() {
            true => self.before.trim_end_matches(PARTING),
            false => self.opened(),
        }
    }

    /// Whether more than spaces part it from that text.
    fn is_parted(&self) -> bool {
        self.before.trim_end().len() > self.parted().len()
    }

    /// The rule of a marker that may stand here with what its links are about beside it: the topic is part of the marker
    /// then, and of the place.
    pub(super) fn beside_topic(&mut self) -> Option<u32> {
        let is_topical =
            |rule: &Rule| topic::marker(&rule.kind).is_some() && self.page.rank_of(rule).is_some();
        let mut rules = self.page.layouts.rules_of(self.hit);
        let (id, rule) = rules.find(|(_, rule)| is_topical(rule))?;
        let marker = topic::marker(&rule.kind).filter(|_| self.free_right && !self.colon)?;
        match Topic::of(self.before, self.after)? {
            Topic::Before => self.at_start = true,
            Topic::Behind(bytes) => {
                self.closing_bytes = bytes;
                self.colon = true;
                self.at_end = !shape::has_words(self.after.get(bytes..)?);
            }
        }
        self.admits_marker(marker).then_some(id)
    }

    /// The rule of a marker that has the line for itself but for the name of a section behind it: the name is part of the
    /// marker then, and of the place.
    pub(super) fn before_section(&mut self) -> Option<u32> {
        let next = self.page.lines.get(self.line + 1)?.text.as_ref();
        let is_here = self.at_start && self.line > 0 && self.free_right;
        if !is_here || !topic::is_section(self.after, next) {
            return None;
        }
        let mut rules = self.page.layouts.rules_of(self.hit);
        let is_topical =
            |rule: &Rule| topic::marker(&rule.kind).is_some() && self.page.rank_of(rule).is_some();
        let (id, _) = rules.find(|(_, rule)| is_topical(rule))?;
        self.at_end = true;
        Some(id)
    }

    /// From where to where a mark of this kind takes its line; `whole` is all of it.
    pub(super) fn extent(&self, kind: MarkKind, whole: Range<usize>) -> Range<usize> {
        if kind == MarkKind::Furniture {
            return whole;
        }
        let (hit, is_before_comma) = (self.hit, self.after.starts_with(','));
        let start = match kind {
            _ if self.at_start => whole.start,
            MarkKind::Label(_) => hit.start - (self.before.len() - self.parted().len()),
            MarkKind::Marker | MarkKind::Furniture => {
                hit.start - usize::from(self.before.ends_with(['(', '[']))
            }
        };
        let end = match self.at_end {
            true => whole.end,
            false if is_before_comma && is_date_label(kind) || self.is_before_name() => hit.end + 1,
            false => hit.end + self.closing_bytes,
        };
        start..end
    }

    /// What a rule makes of the form here, or why it makes nothing of it; `None` for what is no mark, whatever other rules say.
    pub(super) fn admits(&self, rule: &Rule) -> Result<Option<MarkKind>, &'static str> {
        if !self.free_right {
            return self.admits_part_of_word(rule).ok_or("it is a part of a longer word").map(Some);
        }
        let foreign = self.page.rank_of(rule) == Some(Rank::OtherLanguage);
        match &rule.kind {
            RuleKind::Plain => Ok(None),
            RuleKind::Marker(_) if foreign && self.bar => {
                Err("a bar behind words of another language")
            }
            RuleKind::Marker(marker) if self.admits_marker(*marker) => Ok(Some(MarkKind::Marker)),
            RuleKind::Label(label) if self.admits_label(*label, foreign) => {
                Ok(Some(MarkKind::Label(*label)))
            }
            RuleKind::Furniture(furniture) if self.admits_furniture(*furniture) => {
                Ok(Some(MarkKind::Furniture))
            }
            RuleKind::Furniture(_) => Err("the line says something else too"),
            RuleKind::Marker(_) | RuleKind::Label(_) if !self.free_left() => {
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
                if marker.glued && self.at_start || marker.alone && self.has_lost_break() =>
            {
                Some(MarkKind::Marker)
            }
            // "Published12 May".
            RuleKind::Label(label)
                if self.at_start
                    && !label.colon
                    && self.after.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                Some(MarkKind::Label(*label))
            }
            RuleKind::Marker(_) | RuleKind::Label(_) | RuleKind::Furniture(_) | RuleKind::Plain => {
                None
            }
        }
    }

    fn admits_furniture(&self, furniture: Furniture) -> bool {
        match furniture {
            Furniture::Whole | Furniture::EndOfList | Furniture::BoxStart | Furniture::BoxEnd => {
                self.is_whole()
            }
            // With a number beside it a country's name is an item of a list.
            Furniture::Head => {
                self.is_whole() && !self.is_numbered() && whole::is_above_text(self.page, self.line)
            }
            Furniture::Start => self.at_start,
            Furniture::Opener => self.at_start && self.is_pitch(),
            Furniture::End => {
                self.at_end && self.page.matching.line(self.line).len() <= SHORT_BYTES
            }
        }
    }

    fn admits_marker(&self, marker: Marker) -> bool {
        let allowed = |need| match need {
            Need::Never => false,
            Need::Colon => self.colon,
            Need::Sentence => self.colon || self.follows_sentence(),
            Need::Headline => self.colon || self.is_before_headline(),
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
        here && (self.free_left() || marker.glued) && !self.is_after_dots()
    }

    fn follows_sentence(&self) -> bool {
        matches!(shape::stop(self.before), Stop::Full | Stop::Question | Stop::Dots)
    }

    /// Whether two words or more and a colon stand behind a sentence or a field: there the line break before a marker was lost.
    fn follows_text(&self) -> bool {
        let has_several_words = || {
            let form = self.page.matching.text().get(self.hit.start..self.hit.end);
            form.is_some_and(|form| form.contains(' '))
        };
        self.colon
            && has_several_words()
            && (self.behind.label.is_some() || self.follows_sentence())
    }

    fn admits_label(&self, label: Label, foreign: bool) -> bool {
        let is_date = label.field.is_date();
        let is_other =
            self.behind.label.is_some_and(|field| field != label.field || field == Field::Author);
        let is_parted = || is_date || self.colon && is_other && !foreign || self.is_parted();
        // Among keywords any word is one, "published" too.
        let needs_colon = label.colon || self.behind.label == Some(Field::Keywords);
        let in_row = || !self.at_start && (self.colon || !needs_colon) && is_parted();
        self.behind.is_field() && in_row() && self.free_left() || self.admits_alone(label)
    }

    /// Whether the label may stand here, whatever stands before it.
    pub(super) fn admits_alone(&self, label: Label) -> bool {
        if !self.free_left() {
            return false;
        }
        match (self.at_start, self.at_end) {
            (true, true) => label.alone,
            (true, false) => {
                self.colon || !label.colon || label.field == Field::Author && self.is_before_name()
            }
            // A date says by itself that its label is one.
            (false, _) => {
                let is_date = label.field.is_date();
                let is_last = || {
                    label.field == Field::Source && !self.behind.is_field() && self.is_last_word()
                };
                label.inside
                    && self.colon
                    && (is_date || shape::ends_in_stop(self.opened()) || is_last())
            }
        }
    }
}

fn is_arabic(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{6d3}')
}

fn is_date_label(kind: MarkKind) -> bool {
    matches!(kind, MarkKind::Label(label) if label.field.is_date())
}
