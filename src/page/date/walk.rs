//! Takes a printed date apart: numbers, names and signs, from left to right.

use std::borrow::Cow;

use super::parts::{Calendar, Parts, Ymd};
use super::tokens::{Token, tokens};
use crate::page::layout::{DateWord, DateWords, HalfDay};
use crate::page::text::shape;

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

/// A date while it is taken apart.
pub(super) struct Walk<'w> {
    pub words: &'w DateWords,
    pub language: &'w str,
    pub parts: Parts,
    /// A number of one or two digits that waits for the word that says what it is.
    lone: Option<u8>,
    /// The calendar of the last month name: its month waits for the numbers round it.
    pub month_open: Option<Calendar>,
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

    /// Behind a year the letter "م" is its era, not the afternoon: how many tokens that is.
    pub(super) fn era(&self, behind: Option<&Token<'_>>, digits: usize) -> usize {
        let Some(Token::Word(word)) = behind.filter(|_| digits == 4) else {
            return 0;
        };
        let is_letter = shape::fits_chars(word, 1);
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
    pub(super) fn calendar_of(&self, year: i16) -> Calendar {
        match (1300..1500).contains(&year) {
            false => Calendar::Gregorian,
            true if self.words.has_persian_months(self.language) => Calendar::Persian,
            true => Calendar::Hijri,
        }
    }

    /// A name of up to three words: how many tokens it takes, and what it says. A dot or dash between them says nothing
    /// ("p. m."), and a number may end it ("tháng 9").
    pub(super) fn named(&self, tokens: &[Token<'_>]) -> (usize, Option<DateWord>) {
        let mut name = Cow::Borrowed("");
        let (mut words, mut found) = (0, (1, None));
        for (used, token) in (1..).zip(tokens) {
            match token {
                Token::Word(word) if words < 3 => add_word(&mut name, (*word).into()),
                Token::Number(number, 1..=2) if words > 0 => {
                    add_word(&mut name, number.to_string().into());
                }
                Token::Sign('.' | '-') => continue,
                Token::Word(_) | Token::Number(..) | Token::Sign(_) => break,
            }
            words += 1;
            let Some(known) = self.words.find(&name) else { break };
            if let Some(means) = known.says(self.language) {
                found = (used, Some(means));
            }
            if matches!(token, Token::Number(..)) || !known.goes_on {
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
            // It says no day to a reader who does not know when it was printed.
            Some(DateWord::Relative) => {
                self.parts.relative += 1;
                self.parts.unknown += 1;
            }
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

/// Adds a word to a name: most have only one.
fn add_word<'w>(name: &mut Cow<'w, str>, word: Cow<'w, str>) {
    if name.is_empty() {
        *name = word;
    } else {
        let name = name.to_mut();
        name.push(' ');
        name.push_str(&word);
    }
}
