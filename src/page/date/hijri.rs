//! The Umm al-Qura calendar of Saudi Arabia, by the tables of ICU4X.

use icu_calendar::Date;
use icu_calendar::cal::{Gregorian, Hijri};

use super::parts::Ymd;

/// The Gregorian day of a Hijri date; month and day as far as they are printed (of a month or year alone, its first day's).
pub(super) fn to_gregorian(year: i16, month: Option<u8>, day: Option<u8>) -> Option<Ymd> {
    let umm_al_qura = Hijri::new_umm_al_qura();
    let date = Date::try_new_hijri_with_calendar(
        i32::from(year),
        month.unwrap_or(1),
        day.unwrap_or(1),
        umm_al_qura,
    )
    .ok()?;
    let date = date.to_calendar(Gregorian);
    Some(Ymd {
        year: Some(i16::try_from(date.era_year().year).ok()?),
        month: month.map(|_| date.month().number()),
        day: day.map(|_| date.day_of_month().0),
        small: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hijri_days_fall_on_the_days_that_saudi_papers_printed_beside_them() {
        for ((year, month, day), gregorian) in [
            ((1445, 10, 25), (2024, 5, 4)),
            ((1436, 10, 4), (2015, 7, 20)),
            ((1436, 10, 10), (2015, 7, 26)),
            ((1445, 3, 5), (2023, 9, 20)),
        ] {
            let ymd = to_gregorian(year, Some(month), Some(day)).unwrap();
            assert_eq!(
                (ymd.year, ymd.month, ymd.day),
                (Some(gregorian.0), Some(gregorian.1), Some(gregorian.2))
            );
        }
    }

    #[test]
    fn a_hijri_day_that_does_not_exist_is_none() {
        assert_eq!(to_gregorian(1445, Some(13), Some(1)), None);
        assert_eq!(to_gregorian(1445, Some(1), Some(31)), None);
    }
}
