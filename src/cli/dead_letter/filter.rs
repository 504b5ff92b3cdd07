//! Which dead letters a command is about.

use std::fmt::Write as _;
use std::ops::Range;

use clap::Args;
use jiff::Timestamp;

use crate::cli::time;
use crate::record::Reason;
use crate::stage::dead_letter::Letter;

/// A dead letter passes where it fits every one of these that is given.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Filter {
    /// Why they were dead-lettered; may be given several times
    #[arg(long, value_name = "REASON", value_parser = reasons())]
    reason: Vec<String>,
    /// Partitions that the records stood on; may be given several times
    #[arg(long, value_name = "N")]
    partition: Vec<i32>,
    /// Offsets that the records stood at: 100..200 (200 not included), 100.. or ..200
    #[arg(long, value_name = "FROM..TO", value_parser = offsets)]
    offsets: Option<Range<i64>>,
    /// Dead-lettered at this time or later: 2026-03-01T12:00:00Z, or so long ago: 2h
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<Timestamp>,
    /// Dead-lettered before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<Timestamp>,
}

impl Filter {
    /// Whether it is about this one.
    pub(super) fn passes(&self, letter: &Letter) -> bool {
        let since = self.since.is_none_or(|since| letter.failed_at.is_some_and(|at| at >= since));
        let until = self.until.is_none_or(|until| letter.failed_at.is_some_and(|at| at < until));
        let offsets = self.offsets.as_ref().is_none_or(|range| range.contains(&letter.offset));
        (self.reason.is_empty() || self.reason.contains(&letter.reason))
            && (self.partition.is_empty() || self.partition.contains(&letter.partition))
            && offsets
            && since
            && until
    }

    /// What it says, for a name: the same filter has the same, in whatever order it was written. Times are left out: a
    /// job that is run again every hour for the last two is one job.
    pub(super) fn signature(&self) -> String {
        let mut text = String::new();
        let mut reasons = self.reason.clone();
        reasons.sort();
        let mut partitions = self.partition.clone();
        partitions.sort_unstable();
        let offsets = self.offsets.as_ref();
        // A string takes whatever is written to it.
        write!(text, "{reasons:?}{partitions:?}{offsets:?}").ok();
        text
    }
}

fn reasons() -> clap::builder::PossibleValuesParser {
    Reason::ALL.map(Reason::name).into()
}

fn offsets(text: &str) -> Result<Range<i64>, String> {
    let parse = |number: &str, default| match number {
        "" => Ok(default),
        number => number.parse().map_err(|_| format!("{number:?} is no offset")),
    };
    let (from, to) = text.split_once("..").ok_or("write FROM..TO")?;
    let range = parse(from, 0)?..parse(to, i64::MAX)?;
    if range.is_empty() { Err("there is no offset in it".to_owned()) } else { Ok(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            reason: "not_utf8".to_owned(),
            stage: "parse".to_owned(),
            message: String::new(),
            topic: "articles.raw".to_owned(),
            partition: 3,
            offset: 100,
            timestamp: None,
            group: String::new(),
            instance: String::new(),
            app_version: String::new(),
            failed_at: "2026-03-01T12:00:00Z".parse().ok(),
            replays: 0,
            own: Vec::new(),
        }
    }

    #[test]
    fn a_letter_passes_where_it_fits_everything_that_is_given() {
        let none = Filter::default();
        assert!(none.passes(&letter()));
        let reason = |words: &[&str]| Filter {
            reason: words.iter().map(|word| (*word).to_owned()).collect(),
            ..Filter::default()
        };
        assert!(reason(&["panic", "not_utf8"]).passes(&letter()));
        assert!(!reason(&["panic"]).passes(&letter()));
        for (range, passes) in [("100..", true), ("..100", false), ("99..101", true), ("..", true)]
        {
            let offsets = Some(offsets(range).unwrap());
            assert_eq!(
                Filter { offsets, ..Filter::default() }.passes(&letter()),
                passes,
                "{range}"
            );
        }
        assert!(!Filter { partition: vec![2], ..Filter::default() }.passes(&letter()));
    }

    #[test]
    fn times_bound_from_the_first_to_before_the_last() {
        let at = |text: &str| Some(time(text).unwrap());
        let noon = "2026-03-01T12:00:00Z";
        assert!(Filter { since: at(noon), ..Filter::default() }.passes(&letter()));
        assert!(!Filter { until: at(noon), ..Filter::default() }.passes(&letter()));
        assert!(
            Filter { until: at("2026-03-01T12:00:01Z"), ..Filter::default() }.passes(&letter())
        );
        let ago = |text: &str| {
            let then = time(text).unwrap();
            Timestamp::now().duration_since(then).as_hours()
        };
        assert_eq!((ago("2h"), ago("1d"), ago("1w")), (2, 24, 168));
        let unknown = Letter { failed_at: None, ..letter() };
        assert!(!Filter { since: at(noon), ..Filter::default() }.passes(&unknown));
    }

    #[test]
    fn what_is_no_range_and_no_time_is_refused() {
        for text in ["7", "a..b", "5..5", "9..3"] {
            assert!(offsets(text).is_err(), "{text}");
        }
        assert!(time("yesterday").is_err());
    }

    #[test]
    fn the_signature_knows_no_order() {
        let filter = |reasons: [&str; 2], partition: Vec<i32>| Filter {
            reason: reasons.map(str::to_owned).to_vec(),
            partition,
            ..Filter::default()
        };
        let one = filter(["panic", "not_utf8"], vec![2, 1]).signature();
        assert_eq!(one, filter(["not_utf8", "panic"], vec![1, 2]).signature());
        assert_ne!(one, Filter::default().signature());
    }
}
