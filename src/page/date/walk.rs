//! Takes a printed date apart: numbers, names and signs, from left to right.

use super::calendar::Calendar;
use super::parts::{Clock, Parts, Ymd};
use super::tokens::{Token, tokens};
use crate::page::layout::{DateWord, DateWords, HalfDay};

/// Takes `text`, a match form, apart.
pub(super) fn parts_of(text: &str, words: &DateWords, language: &str) -> Parts {
    let tokens = tokens(text);
    let mut walk = Walk {
        words,
        language,
        parts: Parts::default(),
        lone: None,
        month_open: None,
        half_day: None,
        lone_year: None,
    };
    let mut rest = tokens.as_slice();
    while let Some(used) = walk.step(rest) {
        rest = rest.get(used..).unwrap_or_default();
    }
    walk.finish()
}

struct Walk<'w> {
    words: &'w DateWords,
    language: &'w str,
    parts: Parts,
    /// A number of one or two digits that waits for the word that says what it is.
    lone: Option<u8>,
    /// The calendar of the last month name: its month waits for the numbers round it.
    month_open: Option<Calendar>,
    half_day: Option<HalfDay>,
    /// A year of the fourteenth or fifteenth century that waits for the month that names its calendar.
    lone_year: Option<i16>,
}

impl Walk<'_> {
    /// Reads what the tokens begin with; how many of them that was.
    fn step(&mut self, tokens: &[Token<'_>]) -> Option<usize> {
        let first = *tokens.first()?;
        let known = self.day(tokens).or_else(|| self.time(tokens));
        let known = known.or_else(|| self.east(tokens));
        Some(known.unwrap_or_else(|| match first {
            Token::Number(n, digits) => {
                self.number(n, digits);
                1 + self.era(tokens.get(1), digits)
            }
            Token::Sign(_) => 1,
            Token::Word(_) => {
                let (used, means) = self.named(tokens);
                self.means(means);
                used
            }
        }))
    }

    /// A date in numbers.
    fn day(&mut self, tokens: &[Token<'_>]) -> Option<usize> {
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
    fn time(&mut self, tokens: &[Token<'_>]) -> Option<usize> {
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
    fn east(&mut self, tokens: &[Token<'_>]) -> Option<usize> {
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

    fn whole_hour(&mut self, hour: u32) -> bool {
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

    /// Behind a year the letter "م" is its era, not the afternoon: how many tokens that is.
    fn era(&self, behind: Option<&Token<'_>>, digits: usize) -> usize {
        let Some(Token::Word(word)) = behind.filter(|_| digits == 4) else {
            return 0;
        };
        let is_letter = word.chars().nth(1).is_none();
        let half_day = || self.words.get(word, self.language).is_some_and(is_half_day);
        usize::from(is_letter && half_day())
    }

    fn number(&mut self, n: u32, digits: usize) {
        match (u8::try_from(n), i16::try_from(n)) {
            (_, Ok(year)) if digits == 4 && (1300..2200).contains(&year) => self.year(year),
            (Ok(small), _) if digits <= 2 => {
                let open = self.month_open;
                match open.and_then(|calendar| self.parts.of_calendar(calendar).as_mut()) {
                    Some(ymd) if ymd.day.is_none() && (1..=31).contains(&small) => {
                        ymd.day = Some(small)
                    }
                    _ => self.lone = Some(small),
                }
            }
            _ => self.parts.unknown += 1,
        }
    }

    fn year(&mut self, year: i16) {
        let mut calendar = self.calendar_of(year);
        if let Some(open) = self.month_open.filter(|_| calendar != Calendar::Gregorian) {
            calendar = if open == Calendar::Gregorian { calendar } else { open };
        }
        match self.parts.of_calendar(calendar) {
            Some(ymd) if ymd.year.is_none() => ymd.year = Some(year),
            Some(_) => self.parts.unknown += 1,
            None if calendar == Calendar::Gregorian => {
                self.parts.gregorian = Some(Ymd { year: Some(year), ..Ymd::default() });
            }
            None => self.lone_year = Some(year),
        }
    }

    /// The years 1300 to 1499 are Hijri ones (1882 to 2077), or Persian ones (1921 to 2120) where papers print those: no
    /// news page has a Gregorian date of the Middle Ages.
    fn calendar_of(&self, year: i16) -> Calendar {
        match (1300..1500).contains(&year) {
            false => Calendar::Gregorian,
            true if self.words.has_persian_months(self.language) => Calendar::Persian,
            true => Calendar::Hijri,
        }
    }

    /// A name of up to three words: how many tokens it takes, and what it says. A dot or dash between them says nothing
    /// ("p. m."), and a number may end it ("tháng 9").
    fn named(&self, tokens: &[Token<'_>]) -> (usize, Option<DateWord>) {
        let mut name = String::with_capacity(NAME_BYTES);
        let (mut words, mut found) = (0, (1, None));
        for (used, token) in (1..).zip(tokens) {
            let before = name.len();
            match token {
                Token::Word(word) if words < 3 => name.push_str(word),
                Token::Number(number, 1..=2) if words > 0 => name.push_str(&number.to_string()),
                Token::Sign('.' | '-') => continue,
                Token::Word(_) | Token::Number(..) | Token::Sign(_) => break,
            }
            if before > 0 {
                name.insert(before, ' ');
            }
            words += 1;
            if let Some(means) = self.words.get(&name, self.language) {
                found = (used, Some(means));
            }
            if matches!(token, Token::Number(..)) {
                break;
            }
        }
        found
    }

    fn means(&mut self, word: Option<DateWord>) {
        match word {
            Some(DateWord::Month(month)) => self.month(Calendar::Gregorian, month),
            Some(DateWord::HijriMonth(month)) => self.month(Calendar::Hijri, month),
            Some(DateWord::PersianMonth(month)) => self.month(Calendar::Persian, month),
            Some(DateWord::Day(day)) => self.lone = Some(day),
            Some(DateWord::HalfDay(half)) => self.half_day(half),
            Some(DateWord::Zone(minutes)) => {
                if self.parts.offset.is_none_or(|offset| offset == 0) {
                    self.parts.offset = Some(minutes);
                }
            }
            Some(DateWord::Local(zone)) => self.parts.local = Some(zone),
            Some(DateWord::Weekday | DateWord::Hijri | DateWord::Hour | DateWord::Filler) => {}
            None => self.parts.unknown += 1,
        }
    }

    fn month(&mut self, calendar: Calendar, month: u8) {
        let day = self.lone.take().filter(|day| (1..=31).contains(day));
        let ymd = self.parts.of_calendar(calendar).get_or_insert_default();
        let known = *ymd.month.get_or_insert(month);
        ymd.day = ymd.day.or(day);
        // The same month in its other name is none of another date: تموز/يوليو.
        self.parts.unknown += usize::from(known != month);
        self.month_open = Some(calendar);
    }

    /// "pm" behind a lone number makes that number the hour.
    fn half_day(&mut self, half: HalfDay) {
        if self.parts.clock.is_none()
            && let Some(hour) = self.lone.take_if(|hour| (1..=12).contains(hour))
        {
            self.whole_hour(u32::from(hour));
        }
        self.half_day.get_or_insert(half);
    }

    fn finish(mut self) -> Parts {
        if let (Some(clock), Some(half)) = (self.parts.clock.as_mut(), self.half_day) {
            clock.hour = match (half, clock.hour) {
                (HalfDay::Afternoon, 1..=11) | (HalfDay::Night, 6..=11) => clock.hour + 12,
                (HalfDay::Morning | HalfDay::Night, 12) => 0,
                (_, hour) => hour,
            };
        }
        if let Some(year) = self.lone_year {
            let dates = [&mut self.parts.hijri, &mut self.parts.persian];
            match dates.into_iter().flatten().find(|ymd| ymd.year.is_none()) {
                Some(ymd) => ymd.year = Some(year),
                None => self.parts.unknown += 1,
            }
        }
        self.parts
    }
}

fn is_half_day(word: DateWord) -> bool {
    matches!(word, DateWord::HalfDay(_))
}

/// The names of months and days in three words have no more bytes, but for rare ones.
const NAME_BYTES: usize = 48;

/// The year of which only the last two digits are printed: 1970 to 2069.
fn of_short_year(year: u32) -> u32 {
    if year < 70 { 2000 + year } else { 1900 + year }
}
