//! A printed date, read.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::calendar::to_gregorian;
use super::parts::{Calendar, Clock, Parts, Ymd};
use super::walk::parts_of;
use super::{Dates, has_clock_alone};
use crate::page::layout::Order;
use crate::record::{Precision, Warning};

/// What a printed date says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
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
    pub(crate) fn at(&self) -> String {
        format!("{}T{}{}", self.local.date(), self.local.time(), printed(self.offset))
    }

    /// Whether the time of day was printed.
    pub(crate) fn has_clock(&self) -> bool {
        matches!(self.precision, Precision::Hour | Precision::Minute | Precision::Second)
    }

    /// Whether it is printed in another calendar than the Gregorian one alone.
    pub(crate) fn is_converted(&self) -> bool {
        self.warnings.contains(&Warning::DateConverted)
    }

    /// Whether the day was printed.
    pub(crate) fn has_day(&self) -> bool {
        !matches!(self.precision, Precision::Year | Precision::Month)
    }
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

/// Reads the date in `text` (match form). `None` where it has no year, or no rule reads it.
pub(crate) fn read(text: &str, dates: &Dates<'_>) -> Option<Reading> {
    let parts = parts_of(text, dates.words, dates.language);
    let mut warnings = Vec::new();
    let day = day_of(&parts, dates.order, &mut warnings)?;
    let date = civil(day)?;
    let clock = parts.clock.filter(|_| day.day.is_some());
    let local = date.to_datetime(clock.map_or(Some(Time::midnight()), Clock::time)?);
    let zone = || dates.words.local(parts.local?, local);
    let offset = clock.and_then(|_| parts.offset.or_else(zone));
    if earliest_ms(local, offset)? > dates.page_time_ms {
        warnings.push(Warning::DateInFuture);
    }
    if date.year() < dates.earliest_year {
        warnings.push(Warning::DateTooEarly);
    }
    Some(Reading {
        local,
        offset,
        precision: precision_of(day, clock),
        warnings,
        whole: parts.unknown == 0,
        others: parts.unknown,
        is_told_twice: parts.gregorian.is_some()
            && (parts.hijri.is_some() || parts.persian.is_some()),
    })
}

/// The day that the parts say, in the Gregorian calendar where it is printed, else converted.
fn day_of(parts: &Parts, order: Order, warnings: &mut Vec<Warning>) -> Option<Ymd> {
    let other = [(Calendar::Persian, parts.persian), (Calendar::Hijri, parts.hijri)];
    let mut converted = other.into_iter().filter_map(|(of, date)| to_gregorian(of, date?));
    let Some(ymd) = parts.gregorian.filter(|ymd| ymd.year.is_some()) else {
        warnings.push(Warning::DateConverted);
        return converted.next();
    };
    let day = resolve(ymd, order, warnings)?;
    if converted.any(|other| contradict(day, other)) {
        warnings.push(Warning::DateAmbiguous);
    }
    Some(day)
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

/// The first day of what is printed.
fn civil(day: Ymd) -> Option<Date> {
    let (month, day_of_month) = (day.month.unwrap_or(1), day.day.unwrap_or(1));
    let (month, day_of_month) = (i8::try_from(month).ok()?, i8::try_from(day_of_month).ok()?);
    Date::new(day.year?, month, day_of_month).ok()
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

fn precision_of(day: Ymd, clock: Option<Clock>) -> Precision {
    match (day.month, day.day, clock) {
        (None, ..) => Precision::Year,
        (_, None, _) => Precision::Month,
        (_, _, None) => Precision::Day,
        (_, _, Some(clock)) if clock.second.is_some() => Precision::Second,
        (_, _, Some(clock)) if clock.whole_hour => Precision::Hour,
        _ => Precision::Minute,
    }
}

/// Hours by which a date without an offset may lie after the page time: at noon in Greenwich the islands at +14:00 already
/// print tomorrow's date.
const OFFSET_SLACK_MS: i64 = 14 * 3_600_000;

/// The earliest time that a date can mean, in milliseconds since 1970.
fn earliest_ms(local: DateTime, offset: Option<i16>) -> Option<i64> {
    let seconds = i32::from(offset.unwrap_or(0)) * 60;
    let timestamp = Offset::from_seconds(seconds).ok()?.to_timestamp(local).ok()?;
    let slack = if offset.is_some() { 0 } else { OFFSET_SLACK_MS };
    Some(timestamp.as_millisecond() - slack)
}

/// Reads `text` (match form), a time of day alone, on the day of another date.
pub(crate) fn read_on(text: &str, day: &Reading, dates: &Dates<'_>) -> Option<Reading> {
    has_clock_alone(text, dates).then_some(())?;
    let parts = parts_of(text, dates.words, dates.language);
    let clock = parts.clock?;
    let local = day.local.date().to_datetime(clock.time()?);
    let offset = parts.offset.or_else(|| dates.words.local(parts.local?, local)).or(day.offset);
    let precision = if clock.second.is_some() { Precision::Second } else { Precision::Minute };
    Some(Reading { local, offset, precision, warnings: Vec::new(), ..day.clone() })
}
