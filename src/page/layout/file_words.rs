//! The words of a layout file that are no rules: those of dates, those that begin a line, small ones.

use toml::Spanned;

use super::dates::{DateWord, HalfDay};
use super::error::LayoutError;
use super::file::FileBuild;
use super::openings::Opening;
use super::raw::{RawDates, RawOpenings, RawWords};
use crate::page::text::spelling::folded;

impl FileBuild<'_> {
    pub(super) fn dates(&mut self, raw: &RawDates) {
        self.months(&raw.months, DateWord::Month);
        self.months(&raw.hijri_months, DateWord::HijriMonth);
        self.months(&raw.persian_months, DateWord::PersianMonth);
        for (words, means) in [
            (&raw.weekdays, DateWord::Weekday),
            (&raw.morning, DateWord::HalfDay(HalfDay::Morning)),
            (&raw.afternoon, DateWord::HalfDay(HalfDay::Afternoon)),
            (&raw.night, DateWord::HalfDay(HalfDay::Night)),
            (&raw.hour, DateWord::Hour),
            (&raw.hijri, DateWord::Hijri),
            (&raw.filler, DateWord::Filler),
            (&raw.relative, DateWord::Relative),
        ] {
            for word in words {
                self.word(word, means);
            }
        }
        for (word, day) in &raw.days {
            self.build.dates.add(self.language, &date_word(word), DateWord::Day(*day));
        }
        for (word, offset) in &raw.zones {
            match self.build.dates.zone_of(offset) {
                Some(zone) => self.build.dates.add(self.language, &date_word(word), zone),
                None => self.build.errors.push(LayoutError {
                    file: self.source.path.clone(),
                    line: None,
                    problem: format!("zone {word:?}: {offset:?} is no offset"),
                    fix: "write it as \"+03:00\", or as \"EST5EDT,M3.2.0,M11.1.0\" where clocks change"
                        .to_owned(),
                }),
            }
        }
        self.build.dates.set_order(self.tag, raw.order);
        for (tag, order) in &raw.order_in {
            self.build.dates.set_order(tag, *order);
        }
        if let Some(year) = raw.earliest_year {
            self.build.dates.set_earliest(self.language, year);
        }
    }

    pub(super) fn openings(&mut self, raw: &RawOpenings) {
        for (words, opening) in [
            (&raw.continues, Opening::Continues),
            (&raw.leads, Opening::Leads),
            (&raw.neither, Opening::Neither),
        ] {
            for word in words {
                if let Some(form) = self.form(word) {
                    self.build.openings.add(form, opening);
                }
            }
        }
        for prefix in &raw.continues_prefix {
            let mut letters = prefix.get_ref().chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) if letter.is_alphabetic() => {
                    self.build.openings.add_prefix(letter)
                }
                _ => self.error(
                    prefix,
                    "a prefix is one letter",
                    "write it as continues_prefix = [\"و\"]",
                ),
            }
        }
    }

    pub(super) fn words(&mut self, raw: &RawWords) {
        let lists = [
            &raw.particles,
            &raw.conjunctions,
            &raw.thousands,
            &raw.given_names,
            &raw.outlets,
            &raw.desks,
            &raw.agencies,
            &raw.calls,
            &raw.channels,
            &raw.pictures,
            &raw.picture_houses,
            &raw.comments,
        ];
        let lists = lists.map(|words| {
            let forms = words.iter().filter_map(|word| self.form(word));
            forms.map(String::into_boxed_str).collect::<Vec<_>>()
        });
        self.build.words.add(lists);
        let names_behind = raw.names_behind.then(|| self.language.into());
        self.build.words.names_behind.extend(names_behind);
    }

    fn months(&mut self, months: &[Vec<Spanned<String>>], means: fn(u8) -> DateWord) {
        if let Some(thirteenth) = months.get(12).and_then(|names| names.first()) {
            self.error(
                thirteenth,
                "a thirteenth month",
                "give twelve lists of names, the first month's first",
            );
        }
        for (month, names) in (1..=12).zip(months) {
            for name in names {
                self.word(name, means(month));
            }
        }
    }

    fn word(&mut self, word: &Spanned<String>, means: DateWord) {
        if self.form(word).is_some() {
            self.build.dates.add(self.language, &date_word(word.get_ref()), means);
        }
    }
}

/// The words of a name in a date: dots and dashes say nothing there ("a.m.", "segunda-feira").
fn date_word(name: &str) -> String {
    let form = folded(name);
    let words = form.split([' ', '.', '-']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
