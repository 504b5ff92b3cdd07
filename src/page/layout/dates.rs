//! The words of dates of all languages, by their match form.

use std::collections::HashMap;

use super::raw::Order;

/// What a word in a date says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateWord {
    /// A month, 1 to 12.
    Month(u8),
    /// A month of the Hijri year, 1 to 12.
    HijriMonth(u8),
    /// A day of the week: says nothing that counts.
    Weekday,
    /// A day of the month, written as a word.
    Day(u8),
    /// The hours before noon.
    Morning,
    /// The hours after noon.
    Afternoon,
    /// The year is one of the Hijri calendar.
    Hijri,
    /// A word that may stand in a date and says nothing.
    Filler,
    /// A time zone, in minutes east of Greenwich.
    Zone(i16),
}

/// All words of dates. A name of up to three words is found by its words joined by a space.
#[derive(Debug, Default)]
pub(crate) struct DateWords {
    /// What a word means in each language that has it.
    words: HashMap<Box<str>, Vec<(Box<str>, DateWord)>>,
    orders: HashMap<Box<str>, Order>,
    earliest: HashMap<Box<str>, i16>,
}

/// No page of a news site is older, where no layout says otherwise.
const EARLIEST_YEAR: i16 = 1990;

impl DateWords {
    /// What `word` (a match form) says, in `language` if it says something there.
    pub(crate) fn get(&self, word: &str, language: &str) -> Option<DateWord> {
        let meanings = self.words.get(word)?;
        let own = meanings.iter().find(|(of, _)| **of == *language);
        own.or(meanings.first()).map(|(_, word)| *word)
    }

    /// Which of two small numbers is the day in `language`.
    pub(crate) fn order(&self, language: &str) -> Order {
        self.orders.get(language).copied().unwrap_or_default()
    }

    /// The first year that a date of a page in `language` can have.
    pub(crate) fn earliest_year(&self, language: &str) -> i16 {
        self.earliest.get(language).copied().unwrap_or(EARLIEST_YEAR)
    }

    pub(super) fn set_earliest(&mut self, language: &str, year: i16) {
        self.earliest.insert(language.into(), year);
    }

    pub(super) fn add(&mut self, language: &str, word: &str, means: DateWord) {
        let meanings = self.words.entry(word.into()).or_default();
        let new = (language.into(), means);
        if let Err(at) = meanings.binary_search_by(|(of, _)| of.as_ref().cmp(language)) {
            meanings.insert(at, new);
        }
    }

    pub(super) fn set_order(&mut self, language: &str, order: Order) {
        if order != Order::Unknown {
            self.orders.insert(language.into(), order);
        }
    }
}

/// Minutes east of Greenwich of `+03:00`, `-0330` or `+3`.
pub(crate) fn minutes(offset: &str) -> Option<i16> {
    let (sign, digits) = match offset.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let (hours, minutes) = (hours.parse::<u8>().ok()?, minutes.parse::<u8>().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (i16::from(hours) * 60 + i16::from(minutes)))
}
