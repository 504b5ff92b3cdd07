//! Takes a printed date apart: numbers, names and signs, from left to right.

use crate::page::layout::{DateWord, DateWords};

/// What a date says, before anything is settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub gregorian: Option<Ymd>,
    pub hijri: Option<Ymd>,
    pub clock: Option<Clock>,
    /// Minutes east of Greenwich.
    pub offset: Option<i16>,
    /// Words and numbers that say nothing about a date.
    pub unknown: usize,
}

/// Year, month and day as far as they are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ymd {
    pub year: Option<i16>,
    pub month: Option<u8>,
    pub day: Option<u8>,
    /// Day and month in the order in which they are printed, where the form does not say which is which.
    pub small: Option<(u8, u8)>,
}

/// A time of day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Clock {
    pub hour: i8,
    pub minute: i8,
    pub second: Option<i8>,
    /// Only the hour is printed.
    pub whole_hour: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    /// A run of digits: its value and how many digits it has.
    Number(u32, usize),
    Word(&'t str),
    Sign(char),
}

/// A date has no more tokens than this: a longer text is none, and is not looked at further.
const MAX_TOKENS: usize = 64;

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::with_capacity(24);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if out.len() >= MAX_TOKENS {
            break;
        }
        let is_digit = |c: char| c.is_ascii_digit();
        let run = if is_digit(c) {
            rest.find(|c| !is_digit(c))
        } else if c.is_alphabetic() {
            rest.find(|c: char| !c.is_alphabetic() && !is_mark(c))
        } else {
            Some(c.len_utf8())
        };
        let (token, tail) = rest.split_at_checked(run.unwrap_or(rest.len())).unwrap_or((rest, ""));
        rest = tail;
        if is_digit(c) {
            out.push(Token::Number(token.parse().unwrap_or(u32::MAX), token.len()));
        } else if c.is_alphabetic() {
            out.push(Token::Word(token));
        } else if c != ' ' {
            out.push(Token::Sign(c));
        }
    }
    out
}

/// Vowel signs of Indic scripts and joiners belong to their word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{97f}' | '\u{980}'..='\u{dff}' | '\u{300}'..='\u{36f}')
}

impl Parts {
    /// Takes `text`, a match form, apart.
    pub(super) fn of(text: &str, words: &DateWords, language: &str) -> Self {
        let tokens = tokens(text);
        let mut walk = Walk {
            words,
            language,
            parts: Self::default(),
            lone: None,
            month_open: None,
            pm: None,
            hijri_year: None,
        };
        let mut rest = tokens.as_slice();
        while let Some(used) = walk.step(rest) {
            rest = rest.get(used..).unwrap_or_default();
        }
        walk.finish()
    }
}

/// Which calendar's month waits for the numbers round it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Calendar {
    Gregorian,
    Hijri,
}

struct Walk<'w> {
    words: &'w DateWords,
    language: &'w str,
    parts: Parts,
    /// A number of one or two digits that waits for the word that says what it is.
    lone: Option<u8>,
    /// The calendar of the last month name.
    month_open: Option<Calendar>,
    pm: Option<bool>,
    /// A year that a word after it calls Hijri.
    hijri_year: Option<i16>,
}

impl Walk<'_> {
    /// Reads what the tokens begin with; how many of them that was.
    fn step(&mut self, tokens: &[Token<'_>]) -> Option<usize> {
        use Token::{Number, Sign, Word};
        Some(match *tokens {
            [] => return None,
            [
                Number(a, la),
                Sign(x @ ('/' | '-' | '.')),
                Number(b, lb),
                Sign(y),
                Number(c, lc),
                ..,
            ] if x == y && lb <= 2 && self.numeric((a, la), b, (c, lc)) => 5,
            [
                Number(h, 1..=2),
                Sign(':'),
                Number(m, 2),
                Sign(':'),
                Number(s, 2),
                Sign('.'),
                Number(..),
                ..,
            ] if self.clock(h, m, Some(s)) => 7,
            [Number(h, 1..=2), Sign(':'), Number(m, 2), Sign(':'), Number(s, 2), ..]
                if self.clock(h, m, Some(s)) =>
            {
                5
            }
            [Number(h, 1..=2), Sign(':' | '.'), Number(m, 2), ..] if self.clock(h, m, None) => 3,
            [Number(h, 1..=2), Word("h"), Number(m, 2), ..] if self.clock(h, m, None) => 3,
            [Number(hm, 4), Sign('('), Word(zone), ..]
                if self.is_zone(zone) && self.clock(hm / 100, hm % 100, None) =>
            {
                1
            }
            [Word("t"), Number(hms, 6), ..]
                if self.clock(hms / 10_000, hms / 100 % 100, Some(hms % 100)) =>
            {
                2
            }
            [Word("t"), Number(_, 2), Sign(':'), ..] => 1,
            [Sign(sign @ ('+' | '-')), Number(h, 1..=2), Sign(':'), Number(m, 2), ..]
                if self.offset(sign, h, m) =>
            {
                4
            }
            [Sign(sign @ ('+' | '-')), Number(hm, 4), ..]
                if self.offset(sign, hm / 100, hm % 100) =>
            {
                2
            }
            [Sign(sign @ ('+' | '-')), Number(h, 1..=2), ..]
                if self.parts.offset.is_some() && self.offset(sign, h, 0) =>
            {
                2
            }
            [Number(n, digits), ..] => {
                self.number(n, digits);
                1
            }
            [Sign(_), ..] => 1,
            [Word(_), ..] => self.named(tokens),
        })
    }

    fn numeric(
        &mut self,
        (a, a_digits): (u32, usize),
        b: u32,
        (c, c_digits): (u32, usize),
    ) -> bool {
        if self.parts.gregorian.is_some_and(|ymd| ymd.year.is_some()) && self.parts.hijri.is_some()
        {
            return false;
        }
        let small = |n: u32| u8::try_from(n).ok().filter(|n| (1..=31).contains(n));
        let (year, ymd) = if a_digits == 4 && c_digits <= 2 {
            let (Some(month), Some(day)) = (small(b).filter(|&month| month <= 12), small(c)) else {
                return false;
            };
            (a, Ymd { month: Some(month), day: Some(day), ..Ymd::default() })
        } else if a_digits <= 2 && (c_digits == 4 || c_digits == 2) {
            let (Some(first), Some(second)) = (small(a), small(b)) else { return false };
            let year = if c_digits == 4 {
                c
            } else if c < 70 {
                2000 + c
            } else {
                1900 + c
            };
            (year, Ymd { small: Some((first, second)), ..Ymd::default() })
        } else {
            return false;
        };
        let Ok(year) = i16::try_from(year) else { return false };
        let ymd = Ymd { year: Some(year), ..ymd };
        if is_hijri_year(year) {
            // Hijri dates are printed day first.
            let (day, month) =
                ymd.small.map_or((ymd.day, ymd.month), |(day, month)| (Some(day), Some(month)));
            self.parts.hijri = Some(Ymd { day, month, small: None, ..ymd });
        } else if self.parts.gregorian.is_none() {
            self.parts.gregorian = Some(ymd);
        } else {
            return false;
        }
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

    fn offset(&mut self, sign: char, hours: u32, minutes: u32) -> bool {
        // A dash before a number is an offset only where a time or a zone stands before it.
        if self.parts.clock.is_none() && self.parts.offset.is_none() || hours > 14 || minutes > 59 {
            return false;
        }
        let Ok(east) = i16::try_from(hours * 60 + minutes) else { return false };
        self.parts.offset = Some(if sign == '-' { -east } else { east });
        true
    }

    fn is_zone(&self, word: &str) -> bool {
        matches!(self.words.get(word, self.language), Some(DateWord::Zone(_)))
    }

    fn number(&mut self, n: u32, digits: usize) {
        match (u8::try_from(n), i16::try_from(n)) {
            (_, Ok(year)) if digits == 4 && (1300..2200).contains(&year) => self.year(year),
            (Ok(small), _) if digits <= 2 => {
                match self.month_open.and_then(|calendar| self.open(calendar)) {
                    Some(ymd) if ymd.day.is_none() && (1..=31).contains(&small) => {
                        ymd.day = Some(small)
                    }
                    _ => self.lone = Some(small),
                }
            }
            _ => self.parts.unknown += 1,
        }
    }

    fn open(&mut self, calendar: Calendar) -> Option<&mut Ymd> {
        match calendar {
            Calendar::Gregorian => self.parts.gregorian.as_mut(),
            Calendar::Hijri => self.parts.hijri.as_mut(),
        }
    }

    fn year(&mut self, year: i16) {
        let calendar = if is_hijri_year(year) { Calendar::Hijri } else { Calendar::Gregorian };
        match self.open(calendar) {
            Some(ymd) if ymd.year.is_none() => ymd.year = Some(year),
            Some(_) => self.parts.unknown += 1,
            None if calendar == Calendar::Gregorian => {
                self.parts.gregorian = Some(Ymd { year: Some(year), ..Ymd::default() });
            }
            None => self.hijri_year = Some(year),
        }
    }

    /// Reads a name of up to three words.
    fn named(&mut self, tokens: &[Token<'_>]) -> usize {
        let mut name = String::new();
        let mut found = None;
        for (used, token) in (1..=3).zip(tokens) {
            let Token::Word(word) = token else { break };
            if used > 1 {
                name.push(' ');
            }
            name.push_str(word);
            if let Some(means) = self.words.get(&name, self.language) {
                found = Some((used, means));
            }
        }
        let Some((used, means)) = found else {
            self.parts.unknown += 1;
            return 1;
        };
        self.means(means);
        used
    }

    fn means(&mut self, word: DateWord) {
        match word {
            DateWord::Month(month) => self.month(Calendar::Gregorian, month),
            DateWord::HijriMonth(month) => self.month(Calendar::Hijri, month),
            DateWord::Day(day) => self.lone = Some(day),
            DateWord::Morning => self.half_day(false),
            DateWord::Afternoon => self.half_day(true),
            DateWord::Zone(minutes) => {
                if self.parts.offset.is_none_or(|offset| offset == 0) {
                    self.parts.offset = Some(minutes);
                }
            }
            DateWord::Weekday | DateWord::Hijri | DateWord::Filler => {}
        }
    }

    fn month(&mut self, calendar: Calendar, month: u8) {
        let day = self.lone.take().filter(|day| (1..=31).contains(day));
        let slot = match calendar {
            Calendar::Gregorian => &mut self.parts.gregorian,
            Calendar::Hijri => &mut self.parts.hijri,
        };
        let ymd = slot.get_or_insert_default();
        match ymd.month {
            // The same month in its other name: تموز/يوليو.
            Some(known) if known == month => {}
            Some(_) => self.parts.unknown += 1,
            None => ymd.month = Some(month),
        }
        ymd.day = ymd.day.or(day);
        self.month_open = Some(calendar);
    }

    /// "pm" after a time moves it; after a lone number it makes that number the hour.
    fn half_day(&mut self, pm: bool) {
        if self.parts.clock.is_none()
            && let Some(hour) = self.lone.take_if(|hour| (1..=12).contains(hour))
        {
            let hour = i8::try_from(hour).unwrap_or(0);
            self.parts.clock = Some(Clock { hour, whole_hour: true, ..Clock::default() });
        }
        if self.parts.clock.is_some() && self.pm.is_none() {
            self.pm = Some(pm);
        }
    }

    fn finish(mut self) -> Parts {
        if let (Some(clock), Some(pm)) = (self.parts.clock.as_mut(), self.pm) {
            match (pm, clock.hour) {
                (true, 1..=11) => clock.hour += 12,
                (false, 12) => clock.hour = 0,
                _ => {}
            }
        }
        if let (Some(hijri), Some(year)) = (self.parts.hijri.as_mut(), self.hijri_year) {
            hijri.year = hijri.year.or(Some(year));
        } else if self.hijri_year.is_some() {
            self.parts.unknown += 1;
        }
        self.parts
    }
}

/// The years 1300 to 1499 are Hijri ones (1882 to 2077): no news page has a Gregorian date of the Middle Ages.
fn is_hijri_year(year: i16) -> bool {
    (1300..1500).contains(&year)
}
