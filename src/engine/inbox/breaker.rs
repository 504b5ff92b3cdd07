//! When dead letters are no longer the single page's fault.
//!
//! One bad page is dead-lettered and its neighbours go on. A partition whose pages are nearly all bad has another cause:
//! a writer that has changed, an encoding, a wrong topic. To go on would empty the partition into the dead letters, so
//! it is held instead: nothing more of it is read until it is assigned anew. Pure: no clock, no Kafka.

use std::num::NonZeroU32;

/// The ratio is taken over so many records, and not before so many were seen.
const WINDOW: usize = 1_000;
const WORDS: usize = WINDOW.div_ceil(64);

/// From when on a partition is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerLimits {
    /// More than so many per cent of the last 1,000 records were dead-lettered; 100 never is.
    pub max_ratio: u8,
    /// So many records in a row were dead-lettered.
    pub max_consecutive: NonZeroU32,
}

/// Which limit was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trip {
    /// Too many of the last records.
    Ratio,
    /// Too many in a row.
    Consecutive,
}

impl Trip {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Ratio, Self::Consecutive];

    /// The word in logs and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Consecutive => "consecutive",
        }
    }
}

/// How the last records of one partition ended. A copy is the state at a commit: an abort takes it back.
#[derive(Debug, Clone, Copy)]
pub struct Breaker {
    limits: BreakerLimits,
    /// A bit for each of the last records, set where it was dead-lettered; `next` is overwritten next.
    bad: [u64; WORDS],
    next: usize,
    seen: usize,
    bad_count: usize,
    consecutive: u32,
}

impl Breaker {
    /// Of a partition of which nothing was seen.
    #[must_use]
    pub fn new(limits: BreakerLimits) -> Self {
        Self { limits, bad: [0; WORDS], next: 0, seen: 0, bad_count: 0, consecutive: 0 }
    }

    /// A record ended.
    pub fn record(&mut self, is_bad: bool) {
        let (word, bit) = (self.next / 64, 1_u64 << (self.next % 64));
        if let Some(word) = self.bad.get_mut(word) {
            self.bad_count -= usize::from(*word & bit != 0);
            *word = if is_bad { *word | bit } else { *word & !bit };
        }
        self.bad_count += usize::from(is_bad);
        self.next = (self.next + 1) % WINDOW;
        self.seen = (self.seen + 1).min(WINDOW);
        self.consecutive = if is_bad { self.consecutive.saturating_add(1) } else { 0 };
    }

    /// The limit that is passed, if one is.
    #[must_use]
    pub fn trip(&self) -> Option<Trip> {
        if self.consecutive >= self.limits.max_consecutive.get() {
            Some(Trip::Consecutive)
        } else if self.seen == WINDOW
            && self.bad_count * 100 > usize::from(self.limits.max_ratio) * WINDOW
        {
            Some(Trip::Ratio)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker(max_ratio: u8, max_consecutive: u32) -> Breaker {
        let max_consecutive = NonZeroU32::new(max_consecutive).unwrap();
        Breaker::new(BreakerLimits { max_ratio, max_consecutive })
    }

    /// After how many records it trips, and by which limit.
    fn trips(
        mut breaker: Breaker,
        records: impl IntoIterator<Item = bool>,
    ) -> Option<(usize, Trip)> {
        records.into_iter().enumerate().find_map(|(index, is_bad)| {
            breaker.record(is_bad);
            breaker.trip().map(|trip| (index + 1, trip))
        })
    }

    #[test]
    fn so_many_bad_records_in_a_row_trip_it_and_one_good_one_begins_anew() {
        let bad = |n| std::iter::repeat_n(true, n);
        assert_eq!(trips(breaker(100, 50), bad(60)), Some((50, Trip::Consecutive)));
        let with_a_good_one = bad(49).chain([false]).chain(bad(49));
        assert_eq!(trips(breaker(100, 50), with_a_good_one), None);
    }

    #[test]
    fn the_ratio_counts_only_once_the_window_is_full() {
        let every = |n: usize| (0..5_000).map(move |index| index % n == 0);
        assert_eq!(trips(breaker(50, 9_999), every(2)), None, "half is not more than half");
        assert_eq!(trips(breaker(49, 9_999), every(2)), Some((WINDOW, Trip::Ratio)));
        assert_eq!(trips(breaker(1, 9_999), (0..WINDOW - 1).map(|_| true)), None);
    }

    #[test]
    fn what_has_left_the_window_counts_no_more() {
        let records = (0..WINDOW).map(|index| index < 400).chain((0..400).map(|_| false));
        let mut breaker = breaker(50, 9_999);
        records.for_each(|is_bad| breaker.record(is_bad));
        // The 400 bad ones are gone: 500 more are just half, and one more is too many.
        for index in 0..501 {
            assert_eq!(breaker.trip(), None, "{index}");
            breaker.record(true);
        }
        assert_eq!(breaker.trip(), Some(Trip::Ratio));
    }

    #[test]
    fn at_a_hundred_per_cent_the_ratio_never_trips() {
        assert_eq!(trips(breaker(100, u32::MAX), (0..5_000).map(|_| true)), None);
    }

    #[test]
    fn a_copy_takes_back_what_was_aborted() {
        let mut now = breaker(100, 3);
        now.record(true);
        let committed = now;
        now.record(true);
        now.record(true);
        assert_eq!(now.trip(), Some(Trip::Consecutive));
        now = committed;
        assert_eq!(now.trip(), None);
    }
}
