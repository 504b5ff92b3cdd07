//! Dates as pages print them, in any language that has its words in a layout file.

mod calendar;
mod numbers;
mod parts;
mod reading;
mod tokens;
mod walk;

use crate::page::layout::{DateWord, DateWords, Layouts, Order};
use crate::page::text::language_tag::primary;
use crate::page::text::shape;
use parts::Ymd;
use walk::parts_of;

pub(super) use reading::{Reading, read, read_on};

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

/// Whether `text` (match form) is nothing but a day told from the page's own, with its time of day or without one.
pub(super) fn is_relative_day(text: &str, dates: &Dates<'_>) -> bool {
    parts_of(text, dates.words, dates.language).are_relative_alone()
}

/// Whether `text` (match form) is nothing but a time of day.
pub(super) fn is_clock(text: &str, dates: &Dates<'_>) -> bool {
    // Few short lines have a number.
    if !shape::has_digit(text) {
        return false;
    }
    let parts = parts_of(text, dates.words, dates.language);
    parts.unknown == 0 && parts.are_clock_alone()
}

/// Whether `text` (match form) has a time of day and no day, with no more than a place beside it.
pub(super) fn has_clock_alone(text: &str, dates: &Dates<'_>) -> bool {
    if !shape::has_digit(text) {
        return false;
    }
    let parts = parts_of(text, dates.words, dates.language);
    parts.unknown <= BESIDE_CLOCK && parts.are_clock_alone()
}

/// A place has so many words.
const BESIDE_CLOCK: usize = 2;

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
        shape::has_digit(text)
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
