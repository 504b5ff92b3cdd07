//! The words of dates of all languages, by their match form.

use foldhash::HashMap;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::raw::Order;
use crate::page::text::language_tag::primary;

/// What a word in a date says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateWord {
    /// A month, 1 to 12.
    Month(u8),
    /// A month of the Hijri year, 1 to 12.
    HijriMonth(u8),
    /// A month of the solar year of Iran and Afghanistan, 1 to 12.
    PersianMonth(u8),
    /// A day of the week: says nothing that counts.
    Weekday,
    /// A day of the month, written as a word.
    Day(u8),
    /// "am", "pm" and the like.
    HalfDay(HalfDay),
    /// It makes the number before it an hour: "14h30", "20 Uhr".
    Hour,
    /// The year is one of the Hijri calendar.
    Hijri,
    /// A word that may stand in a date and says nothing.
    Filler,
    /// A day told from the page's own: "yesterday".
    Relative,
    /// A time zone, in minutes east of Greenwich.
    Zone(i16),
    /// A time zone with summer time, by its number.
    Local(u8),
}

/// Which hours of the clock are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HalfDay {
    /// Before noon.
    Morning,
    /// After noon.
    Afternoon,
    /// From six in the evening, past midnight.
    Night,
}

/// All words of dates. A name of up to three words is found by its words joined by a space.
#[derive(Debug, Default)]
pub(crate) struct DateWords {
    words: HashMap<Box<str>, Name>,
    orders: HashMap<Box<str>, Order>,
    earliest: HashMap<Box<str>, i16>,
    /// Languages with months of the Persian calendar.
    persian: Vec<Box<str>>,
    /// Time zones with summer time, by their rules.
    locals: Vec<(Box<str>, TimeZone)>,
}

/// The words of a name, or those that one begins with.
#[derive(Debug, Default)]
pub(crate) struct Name {
    /// What they mean in each language that has them.
    meanings: Vec<(Box<str>, DateWord)>,
    /// A longer name begins with them.
    pub goes_on: bool,
}

impl Name {
    /// What it says, in `language` if it says something there, else in the first language where it says something that
    /// counts.
    pub(crate) fn says(&self, language: &str) -> Option<DateWord> {
        let own = self.meanings.iter().find(|(of, _)| **of == *language);
        let counts = || self.meanings.iter().find(|(_, means)| *means != DateWord::Filler);
        own.or_else(counts).or(self.meanings.first()).map(|(_, word)| *word)
    }
}

/// No page of a news site is older, where no layout says otherwise.
const EARLIEST_YEAR: i16 = 1990;

impl DateWords {
    /// The name that `words` (a match form) are, or begin.
    pub(crate) fn find(&self, words: &str) -> Option<&Name> {
        self.words.get(words)
    }

    /// What `word` (a match form) says to readers of `language`.
    pub(crate) fn get(&self, word: &str, language: &str) -> Option<DateWord> {
        self.find(word)?.says(language)
    }

    /// Which of two small numbers is the day in a language, by its whole tag or the first part of it.
    pub(crate) fn order(&self, tag: &str) -> Order {
        let order = self.orders.get(tag).or_else(|| self.orders.get(primary(tag)));
        order.copied().unwrap_or_default()
    }

    /// The first year that a date of a page in a language can have.
    pub(crate) fn earliest_year(&self, tag: &str) -> i16 {
        self.earliest.get(primary(tag)).copied().unwrap_or(EARLIEST_YEAR)
    }

    /// Whether papers in `language` count the years of the Persian calendar.
    pub(crate) fn has_persian_months(&self, language: &str) -> bool {
        self.persian.iter().any(|of| **of == *language)
    }

    /// Minutes east of Greenwich of a zone with summer time, on that day and at that time there.
    pub(crate) fn local(&self, zone: u8, at: DateTime) -> Option<i16> {
        let (_, zone) = self.locals.get(usize::from(zone))?;
        let at = at.to_zoned_datetime(zone.clone()).ok()?;
        i16::try_from(at.offset().seconds() / 60).ok()
    }

    /// The zone of a POSIX rule ("EST5EDT,M3.2.0,M11.1.0"); `None` where it is none.
    pub(super) fn zone_of(&mut self, rule: &str) -> Option<DateWord> {
        if let Some(minutes) = minutes(rule) {
            return Some(DateWord::Zone(minutes));
        }
        let known = self.locals.iter().position(|(of, _)| **of == *rule);
        let at = match known {
            Some(at) => at,
            None => {
                self.locals.push((rule.into(), TimeZone::posix(rule).ok()?));
                self.locals.len() - 1
            }
        };
        u8::try_from(at).ok().map(DateWord::Local)
    }

    pub(super) fn set_earliest(&mut self, language: &str, year: i16) {
        self.earliest.insert(language.into(), year);
    }

    pub(super) fn add(&mut self, language: &str, word: &str, means: DateWord) {
        if matches!(means, DateWord::PersianMonth(_)) && !self.has_persian_months(language) {
            self.persian.push(language.into());
        }
        for (at, _) in word.match_indices(' ') {
            let beginning = word.get(..at).unwrap_or_default();
            self.words.entry(beginning.into()).or_default().goes_on = true;
        }
        let Name { meanings, .. } = self.words.entry(word.into()).or_default();
        let new = (language.into(), means);
        if let Err(at) = meanings.binary_search_by(|(of, _)| of.as_ref().cmp(language)) {
            meanings.insert(at, new);
        }
    }

    pub(super) fn set_order(&mut self, tag: &str, order: Order) {
        if order != Order::Unknown {
            self.orders.insert(tag.into(), order);
        }
    }
}

/// Minutes east of Greenwich of `+03:00`, `-0330` or `+3`.
fn minutes(offset: &str) -> Option<i16> {
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
