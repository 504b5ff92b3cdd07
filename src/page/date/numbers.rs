//! What a printed date says in numbers: a day, a time of day, a distance from Greenwich.

use super::parts::{Calendar, Clock, Ymd};
use super::tokens::Token;
use super::walk::Walk;
use crate::page::layout::DateWord;

impl Walk<'_> {
    /// A date in numbers.
    pub(super) fn day(&mut self, tokens: &[Token<'_>]) -> Option<usize> {
        use Token::{Number, Sign, Word};
        match *tokens {
            [
                Number(a, la),
                Sign(x @ ('/' | '-' | '.')),
                Number(b, lb),
                Sign(y),
                Number(c, lc),
                ..,
            ] if x == y
                && lb <= 2
                && (self.numeric((a, la), b, (c, lc)) || self.another(la, lc)) =>
            {
                Some(5 + self.era(tokens.get(5), lc))
            }
            [Number(date, 8), ..] if self.compact(date) => Some(1),
            [
                Number(d, 1..=2),
                Sign(x @ ('/' | '-' | '.')),
                Word(_),
                Sign(y),
                Number(year, 2),
                ..,
            ] if x == y && self.with_short_year(tokens, d, year) => Some(5),
            _ => None,
        }
    }

    /// A time of day.
    pub(super) fn time(&mut self, tokens: &[Token<'_>]) -> Option<usize> {
        use Token::{Number, Sign, Word};
        match *tokens {
            [
                Number(h, 1..=2),
                Sign(':'),
                Number(m, 2),
                Sign(':'),
                Number(s, 2),
                ref behind @ ..,
            ] if self.clock(h, m, Some(s)) => {
                // Parts of a second are passed over.
                let is_part = matches!(behind, [Sign('.'), Number(..), ..]);
                Some(if is_part { 7 } else { 5 })
            }
            [Number(h, 1..=2), Sign(':' | '.'), Number(m, 2), ..] if self.clock(h, m, None) => {
                Some(3)
            }
            [Number(h, 1..=2), Word(hour), ref behind @ ..] if self.is(hour, DateWord::Hour) => {
                match *behind {
                    [Number(m, 2), ..] if self.clock(h, m, None) => Some(3),
                    _ => self.whole_hour(h).then_some(2),
                }
            }
            // "1300 (GMT+04:00)".
            [Number(hm, 4), Sign('('), Word(zone), ..]
                if self.month_open.is_none()
                    && self.is_zone(zone)
                    && self.clock(hm / 100, hm % 100, None) =>
            {
                Some(1)
            }
            [Word("t"), Number(hms, 6), ..]
                if self.clock(hms / 10_000, hms / 100 % 100, Some(hms % 100)) =>
            {
                Some(2)
            }
            [Word("t"), Number(_, 2), Sign(':'), ..] => Some(1),
            _ => None,
        }
    }

    /// A distance from Greenwich.
    pub(super) fn east(&mut self, tokens: &[Token<'_>]) -> Option<usize> {
        use Token::{Number, Sign};
        let [Sign(sign @ ('+' | '-')), Number(n, digits), ref behind @ ..] = *tokens else {
            return None;
        };
        match (digits, behind) {
            (1..=2, [Sign(':'), Number(m, 2), ..]) => self.offset(sign, n, *m).then_some(4),
            (4, _) => self.offset(sign, n / 100, n % 100).then_some(2),
            (1..=2, _) if self.parts.offset.is_some() => self.offset(sign, n, 0).then_some(2),
            _ => None,
        }
    }

    fn numeric(
        &mut self,
        (a, a_digits): (u32, usize),
        b: u32,
        (c, c_digits): (u32, usize),
    ) -> bool {
        let small = |n: u32| u8::try_from(n).ok().filter(|n| (1..=31).contains(n));
        let (year, ymd) = if a_digits == 4 && c_digits <= 2 {
            let (Some(month), Some(day)) = (small(b).filter(|&month| month <= 12), small(c)) else {
                return false;
            };
            (a, Ymd { month: Some(month), day: Some(day), ..Ymd::default() })
        } else if a_digits <= 2 && (c_digits == 4 || c_digits == 2) {
            let (Some(first), Some(second)) = (small(a), small(b)) else {
                return false;
            };
            let year = if c_digits == 4 { c } else { of_short_year(c) };
            (year, Ymd { small: Some((first, second)), ..Ymd::default() })
        } else {
            return false;
        };
        let Ok(year) = i16::try_from(year) else {
            return false;
        };
        let calendar = self.calendar_of(year);
        let (day, month, small) = match (ymd.small, calendar) {
            // The other calendars are printed day first.
            (Some((day, month)), Calendar::Hijri | Calendar::Persian) => {
                (Some(day), Some(month), None)
            }
            (small, _) => (ymd.day, ymd.month, small),
        };
        let slot = self.parts.of_calendar(calendar);
        if slot.is_some() {
            return false;
        }
        *slot = Some(Ymd { year: Some(year), month, day, small });
        true
    }

    /// A second date in numbers, with a year of four digits, says nothing of this one, and none of its numbers is a time
    /// of day.
    fn another(&mut self, first_digits: usize, last_digits: usize) -> bool {
        let is_date = first_digits == 4 || last_digits == 4;
        self.parts.unknown += usize::from(is_date);
        is_date
    }

    /// "20230920", as feeds print it.
    fn compact(&mut self, date: u32) -> bool {
        let part = |n: u32, range: std::ops::RangeInclusive<u32>| {
            range.contains(&n).then(|| u8::try_from(n).ok()).flatten()
        };
        let year = i16::try_from(date / 10_000).ok().filter(|year| (1900..2200).contains(year));
        let (month, day) = (part(date / 100 % 100, 1..=12), part(date % 100, 1..=31));
        if year.is_none() || month.is_none() || day.is_none() || self.parts.gregorian.is_some() {
            return false;
        }
        self.parts.gregorian = Some(Ymd { year, month, day, small: None });
        true
    }

    /// "20-Sep-23".
    fn with_short_year(&mut self, tokens: &[Token<'_>], day: u32, year: u32) -> bool {
        let (_, Some(DateWord::Month(month))) = self.named(tokens.get(2..3).unwrap_or_default())
        else {
            return false;
        };
        let day = u8::try_from(day).ok().filter(|day| (1..=31).contains(day));
        let year = i16::try_from(of_short_year(year)).ok();
        if day.is_none() || self.parts.gregorian.is_some() {
            return false;
        }
        self.parts.gregorian = Some(Ymd { year, month: Some(month), day, small: None });
        true
    }

    fn clock(&mut self, hour: u32, minute: u32, second: Option<u32>) -> bool {
        let (Ok(hour), Ok(minute)) = (i8::try_from(hour), i8::try_from(minute)) else {
            return false;
        };
        let second = second.and_then(|second| i8::try_from(second.min(59)).ok());
        if hour > 23 || minute > 59 || self.parts.clock.is_some() {
            return false;
        }
        self.parts.clock = Some(Clock { hour, minute, second, whole_hour: false });
        true
    }

    pub(super) fn whole_hour(&mut self, hour: u32) -> bool {
        let is_clock = self.clock(hour, 0, None);
        if let Some(clock) = self.parts.clock.as_mut().filter(|_| is_clock) {
            clock.whole_hour = true;
        }
        is_clock
    }

    fn offset(&mut self, sign: char, hours: u32, minutes: u32) -> bool {
        // A dash before a number is an offset only where a time or a zone stands before it, and where some clocks are
        // so far off: "14:30 - 1402" is none.
        let furthest = if sign == '-' { 12 * 60 } else { 14 * 60 };
        let east = hours * 60 + minutes;
        if self.parts.clock.is_none() && self.parts.offset.is_none()
            || east > furthest
            || !minutes.is_multiple_of(15)
            || minutes > 59
        {
            return false;
        }
        let Ok(east) = i16::try_from(east) else {
            return false;
        };
        self.parts.offset = Some(if sign == '-' { -east } else { east });
        true
    }

    fn is(&self, word: &str, means: DateWord) -> bool {
        self.words.get(word, self.language) == Some(means)
    }

    fn is_zone(&self, word: &str) -> bool {
        matches!(self.words.get(word, self.language), Some(DateWord::Zone(_) | DateWord::Local(_)))
    }
}

/// The year of which only the last two digits are printed: 1970 to 2069.
fn of_short_year(year: u32) -> u32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}
