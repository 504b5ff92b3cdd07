//! Dates as pages print them, in any language that has its words in a layout file.

mod calendar;
mod parts;
mod tokens;
mod walk;

use jiff::civil::DateTime;

use crate::page::layout::{DateWord, DateWords, Layouts, Order};
use crate::page::text::language_tag::primary;
use crate::record::{Precision, Warning};
use calendar::{Calendar, to_gregorian};
use parts::Ymd;
use walk::parts_of;

/// What a printed date says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// When: as it is printed.
    local: DateTime,
    /// Minutes east of Greenwich, where that is printed.
    offset: Option<i16>,
    /// How much of it was printed.
    pub precision: Precision,
    /// What it leaves in doubt.
    pub warnings: Vec<Warning>,
    /// Whether every word of the text belongs to the date.
    pub whole: bool,
    /// How many words do not.
    pub others: usize,
    /// Whether two calendars say it.
    pub is_told_twice: bool,
}

impl Reading {
    /// When, by RFC 3339: the printed offset, else Z.
    pub(super) fn at(&self) -> String {
        format!("{}T{}{}", self.local.date(), self.local.time(), printed(self.offset))
    }

    /// Whether the time of day was printed.
    pub(super) fn has_clock(&self) -> bool {
        matches!(self.precision, Precision::Hour | Precision::Minute | Precision::Second)
    }

    /// Whether it is printed in another calendar than the Gregorian one alone.
    pub(super) fn is_converted(&self) -> bool {
        self.warnings.contains(&Warning::DateConverted)
    }

    /// Whether the day was printed.
    pub(super) fn has_day(&self) -> bool {
        !matches!(self.precision, Precision::Year | Precision::Month)
    }
}

/// Hours by which a date without an offset may lie after the page time: at noon in Greenwich the islands at +14:00 already
/// print tomorrow's date.
const OFFSET_SLACK_MS: i64 = 14 * 3_600_000;

/// What the reading of dates needs to know of their page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dates<'d> {
    words: &'d DateWords,
    /// Its primary subtag.
    language: &'d str,
    order: Order,
    earliest_year: i16,
    page_time_ms: i64,
}

impl<'d> Dates<'d> {
    /// The site's word stands before its language's.
    pub(super) fn of(
        layouts: &'d Layouts,
        site: Option<u32>,
        language: &'d str,
        page_time_ms: i64,
    ) -> Self {
        let (words, site) = (layouts.dates(), layouts.site(site));
        let order = site.and_then(|site| site.order);
        let earliest_year = site.and_then(|site| site.earliest_year);
        Self {
            words,
            language: primary(language),
            order: order.unwrap_or_else(|| words.order(language)),
            earliest_year: earliest_year.unwrap_or_else(|| words.earliest_year(language)),
            page_time_ms,
        }
    }
}

/// Whether `text` (match form) is nothing but a day and its month, of a year that it does not say.
pub(super) fn is_day_of_a_year(text: &str, dates: &Dates<'_>) -> bool {
    let parts = parts_of(text, dates.words, dates.language);
    let is_day = |ymd: Ymd| ymd.year.is_none() && ymd.month.is_some() && ymd.day.is_some();
    parts.unknown == 0 && parts.gregorian.is_some_and(is_day)
}

/// Whether `text` (match form) is nothing but a time of day.
pub(super) fn is_clock(text: &str, dates: &Dates<'_>) -> bool {
    // Few short lines have a number.
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let parts = parts_of(text, dates.words, dates.language);
    parts.clock.is_some()
        && parts.unknown == 0
        && [parts.gregorian, parts.hijri, parts.persian].iter().all(Option::is_none)
}

/// Whether `text` (match form) has a time of day and no day, with no more than a place beside it.
pub(super) fn has_clock_alone(text: &str, dates: &Dates<'_>) -> bool {
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let parts = parts_of(text, dates.words, dates.language);
    parts.clock.is_some()
        && parts.unknown <= BESIDE_CLOCK
        && [parts.gregorian, parts.hijri, parts.persian].iter().all(Option::is_none)
}

/// A place has so many words.
const BESIDE_CLOCK: usize = 2;

/// Reads `text` (match form), a time of day alone, on the day of another date.
pub(super) fn read_on(text: &str, day: &Reading, dates: &Dates<'_>) -> Option<Reading> {
    has_clock_alone(text, dates).then_some(())?;
    let parts = parts_of(text, dates.words, dates.language);
    let clock = parts.clock?;
    let time = jiff::civil::Time::new(clock.hour, clock.minute, clock.second.unwrap_or(0), 0);
    let local = day.local.date().to_datetime(time.ok()?);
    let offset = parts.offset.or_else(|| dates.words.local(parts.local?, local)).or(day.offset);
    let precision = if clock.second.is_some() { Precision::Second } else { Precision::Minute };
    Some(Reading { local, offset, precision, warnings: Vec::new(), ..day.clone() })
}

/// A date that text follows with nothing between begins within so many words, and so many behind it do not go on with it.
const LEADING_WORDS: usize = 8;
const BEHIND_DATE: usize = 3;

/// How many bytes of `text` (match form) are a date, to the day, before something else begins; the longest beginning that
/// is one.
pub(super) fn leading(text: &str, dates: &Dates<'_>) -> Option<usize> {
    // "The" may stand in a date, and begins the text behind it.
    let is_filler = |text: &str| {
        let last = text.rsplit(' ').next().unwrap_or_default();
        dates.words.get(last, dates.language) == Some(DateWord::Filler)
    };
    let is_date = |text: &str| {
        text.contains(|c: char| c.is_ascii_digit())
            && !is_filler(text)
            && read(text, dates).is_some_and(|read| read.whole && read.has_day())
    };
    let (mut found, mut others) = (None, 0);
    for (end, _) in text.match_indices(' ') {
        let others_at_most = if found.is_some() { BEHIND_DATE } else { LEADING_WORDS };
        if is_date(text.get(..end)?) {
            (found, others) = (Some(end), 0);
        } else {
            others += 1;
        }
        if others >= others_at_most {
            break;
        }
    }
    found
}

/// Reads the date in `text` (match form). `None` where it has no year, or no rule reads it.
pub(super) fn read(text: &str, dates: &Dates<'_>) -> Option<Reading> {
    let Dates { words, language, order, earliest_year, page_time_ms } = *dates;
    let parts = parts_of(text, words, language);
    let mut warnings = Vec::new();
    let other = [(Calendar::Persian, parts.persian), (Calendar::Hijri, parts.hijri)];
    let mut converted = other.into_iter().filter_map(|(of, date)| to_gregorian(of, date?));
    let day = match parts.gregorian {
        Some(ymd) if ymd.year.is_some() => {
            let day = resolve(ymd, order, &mut warnings)?;
            if converted.any(|other| contradict(day, other)) {
                warnings.push(Warning::DateAmbiguous);
            }
            day
        }
        _ => {
            warnings.push(Warning::DateConverted);
            converted.next()?
        }
    };
    let date = civil(day)?;
    let clock = parts.clock.filter(|_| day.day.is_some());
    let time = match clock {
        Some(clock) => {
            jiff::civil::Time::new(clock.hour, clock.minute, clock.second.unwrap_or(0), 0).ok()?
        }
        None => jiff::civil::Time::midnight(),
    };
    let precision = match (day.month, day.day, clock) {
        (None, ..) => Precision::Year,
        (_, None, _) => Precision::Month,
        (_, _, None) => Precision::Day,
        (_, _, Some(clock)) if clock.second.is_some() => Precision::Second,
        (_, _, Some(clock)) if clock.whole_hour => Precision::Hour,
        _ => Precision::Minute,
    };
    let local = date.to_datetime(time);
    let zone = || words.local(parts.local?, local);
    let offset = clock.and_then(|_| parts.offset.or_else(zone));
    let timestamp = jiff::tz::Offset::from_seconds(i32::from(offset.unwrap_or(0)) * 60)
        .ok()?
        .to_timestamp(local)
        .ok()?;
    let slack = if offset.is_some() { 0 } else { OFFSET_SLACK_MS };
    if timestamp.as_millisecond() > page_time_ms.saturating_add(slack) {
        warnings.push(Warning::DateInFuture);
    }
    if date.year() < earliest_year {
        warnings.push(Warning::DateTooEarly);
    }
    Some(Reading {
        local,
        offset,
        precision,
        warnings,
        whole: parts.unknown == 0,
        others: parts.unknown,
        is_told_twice: parts.gregorian.is_some()
            && (parts.hijri.is_some() || parts.persian.is_some()),
    })
}

/// The first day of what is printed.
fn civil(day: Ymd) -> Option<jiff::civil::Date> {
    let (month, day_of_month) = (day.month.unwrap_or(1), day.day.unwrap_or(1));
    let (month, day_of_month) = (i8::try_from(month).ok()?, i8::try_from(day_of_month).ok()?);
    jiff::civil::Date::new(day.year?, month, day_of_month).ok()
}

/// The Hijri month begins when the moon is seen, so two calendars of one day may differ by so many days.
const MOON_DAYS: i32 = 2;

/// Whether two calendars on one line name two days.
fn contradict(day: Ymd, other: Ymd) -> bool {
    let whole = |date: Ymd| civil(date.day.and(Some(date))?);
    let (Some(day), Some(other)) = (whole(day), whole(other)) else {
        return false;
    };
    (day - other).get_days().abs() > MOON_DAYS
}

fn printed(offset: Option<i16>) -> String {
    match offset {
        None | Some(0) => "Z".to_owned(),
        Some(minutes) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    }
}

/// Settles which of two small numbers is the day: the impossible value, else the order of the site or of the language,
/// else the first and a warning.
fn resolve(ymd: Ymd, order: Order, warnings: &mut Vec<Warning>) -> Option<Ymd> {
    let Some((first, second)) = ymd.small else {
        return Some(ymd);
    };
    let (day, month) = match (first > 12, second > 12) {
        (true, true) => return None,
        (true, false) => (first, second),
        (false, true) => (second, first),
        (false, false) if first == second || order == Order::DayFirst => (first, second),
        (false, false) if order == Order::MonthFirst => (second, first),
        (false, false) => {
            warnings.push(Warning::DateAmbiguous);
            (first, second)
        }
    };
    Some(Ymd { month: Some(month), day: Some(day), ..ymd })
}
