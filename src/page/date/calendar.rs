//! The calendars beside the Gregorian one, by the tables of ICU4X: the Umm al-Qura calendar of Saudi Arabia for Hijri
//! dates, and the solar one of Iran and Afghanistan.

use icu_calendar::Date;
use icu_calendar::cal::{Gregorian, Hijri};

use super::parts::{Calendar, Ymd};

/// The Gregorian day of a date of another calendar; month and day as far as they are printed (of a month or year alone,
/// its first day's). `None` where there is no such day, or no year.
pub(super) fn to_gregorian(calendar: Calendar, date: Ymd) -> Option<Ymd> {
    let year = i32::from(date.year?);
    let (month, day) = (date.month.unwrap_or(1), date.day.unwrap_or(1));
    let gregorian = match calendar {
        Calendar::Gregorian => return Some(date),
        Calendar::Hijri => {
            let umm_al_qura = Hijri::new_umm_al_qura();
            let date = Date::try_new_hijri_with_calendar(year, month, day, umm_al_qura).ok()?;
            date.to_calendar(Gregorian)
        }
        Calendar::Persian => Date::try_new_persian(year, month, day).ok()?.to_calendar(Gregorian),
    };
    Some(Ymd {
        year: Some(i16::try_from(gregorian.era_year().year).ok()?),
        month: date.month.map(|_| gregorian.month().number()),
        day: date.day.map(|_| gregorian.day_of_month().0),
        small: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(calendar: Calendar, (year, month, day): (i16, u8, u8)) -> Option<(i16, u8, u8)> {
        let date = Ymd { year: Some(year), month: Some(month), day: Some(day), small: None };
        let found = to_gregorian(calendar, date)?;
        Some((found.year?, found.month?, found.day?))
    }

    #[test]
    fn hijri_days_fall_on_the_days_that_saudi_papers_printed_beside_them() {
        for (hijri, gregorian) in [
            ((1445, 10, 25), (2024, 5, 4)),
            ((1436, 10, 4), (2015, 7, 20)),
            ((1436, 10, 10), (2015, 7, 26)),
            ((1445, 3, 5), (2023, 9, 20)),
        ] {
            assert_eq!(converted(Calendar::Hijri, hijri), Some(gregorian));
        }
    }

    #[test]
    fn persian_days_fall_on_the_days_of_their_new_year_and_of_its_leap_day() {
        for (persian, gregorian) in [
            ((1402, 1, 1), (2023, 3, 21)),
            ((1402, 6, 29), (2023, 9, 20)),
            ((1399, 12, 30), (2021, 3, 20)),
            ((1403, 12, 30), (2025, 3, 20)),
        ] {
            assert_eq!(converted(Calendar::Persian, persian), Some(gregorian));
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_none() {
        assert_eq!(converted(Calendar::Hijri, (1445, 13, 1)), None);
        assert_eq!(converted(Calendar::Hijri, (1445, 1, 31)), None);
        assert_eq!(converted(Calendar::Persian, (1402, 12, 30)), None);
        assert_eq!(converted(Calendar::Persian, (1402, 7, 31)), None);
    }
}
