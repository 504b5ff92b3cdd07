//! What a printed date says, before anything is settled.

use jiff::civil::Time;

/// A calendar that papers print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    Gregorian,
    Hijri,
    Persian,
}

/// What a date says, before anything is settled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub gregorian: Option<Ymd>,
    pub hijri: Option<Ymd>,
    pub persian: Option<Ymd>,
    pub clock: Option<Clock>,
    /// Minutes east of Greenwich.
    pub offset: Option<i16>,
    /// A zone whose distance from Greenwich depends on the day, by its number.
    pub local: Option<u8>,
    /// Words and numbers that say nothing about a date.
    pub unknown: usize,
    /// Those of them that tell a day from the page's own.
    pub relative: usize,
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

impl Parts {
    pub(super) fn of_calendar(&mut self, calendar: Calendar) -> &mut Option<Ymd> {
        match calendar {
            Calendar::Gregorian => &mut self.gregorian,
            Calendar::Hijri => &mut self.hijri,
            Calendar::Persian => &mut self.persian,
        }
    }

    /// Whether they are a time of day and of no date.
    pub(super) fn are_clock_alone(&self) -> bool {
        self.clock.is_some() && self.are_no_date()
    }

    /// Whether they are a day told from the page's own and nothing else but its time of day.
    pub(super) fn are_relative_alone(&self) -> bool {
        self.relative > 0 && self.unknown == self.relative && self.are_no_date()
    }

    fn are_no_date(&self) -> bool {
        [self.gregorian, self.hijri, self.persian].iter().all(Option::is_none)
    }
}

impl Clock {
    /// `None` where there is no such time.
    pub(super) fn time(self) -> Option<Time> {
        Time::new(self.hour, self.minute, self.second.unwrap_or(0), 0).ok()
    }
}
