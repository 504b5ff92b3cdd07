//! The time of the crawl: RFC 3339, the same without an offset (UTC), as web servers print it (RFC 2822), in digits alone as
//! web archives do (20250701123000), or an epoch number in seconds or milliseconds.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// Below this, an epoch number counts seconds (until the year 5138), above it milliseconds (since March 1973).
const SECONDS_BELOW: f64 = 100_000_000_000.0;

/// Milliseconds since 1970, or `None` where no rule reads it.
pub(super) fn fetched_at_ms(raw: &str) -> Option<i64> {
    let raw = raw.trim();
    if let Ok(at) = raw.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    if let Some(at) = in_digits(raw) {
        return Some(TimeZone::UTC.to_timestamp(at).ok()?.as_millisecond());
    }
    if raw.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
        && let Some(ms) = epoch_ms(raw)
    {
        return Some(ms);
    }
    if let Ok(at) = jiff::fmt::rfc2822::parse(raw) {
        return Some(at.timestamp().as_millisecond());
    }
    let at = raw.parse::<DateTime>().ok()?;
    Some(TimeZone::UTC.to_timestamp(at).ok()?.as_millisecond())
}

/// A day, or a day and a time, in digits alone. As an epoch number it would be one of 1970, or of the far future.
fn in_digits(raw: &str) -> Option<DateTime> {
    let is_year = raw.starts_with("19") || raw.starts_with("20");
    match raw.len() {
        8 if is_year => Some(Date::strptime("%Y%m%d", raw).ok()?.to_datetime(Time::midnight())),
        14 if is_year => DateTime::strptime("%Y%m%d%H%M%S", raw).ok(),
        _ => None,
    }
}

fn epoch_ms(raw: &str) -> Option<i64> {
    if let Ok(number) = raw.parse::<i64>() {
        let seconds = (number.unsigned_abs() as f64) < SECONDS_BELOW;
        let ms = if seconds { number.checked_mul(1000)? } else { number };
        return Timestamp::from_millisecond(ms).ok().map(|at| at.as_millisecond());
    }
    let number = raw.parse::<f64>().ok().filter(|number| number.is_finite())?;
    let ms = if number.abs() < SECONDS_BELOW { number * 1000.0 } else { number };
    let span = jiff::SignedDuration::try_from_secs_f64(ms / 1000.0).ok()?;
    Timestamp::from_duration(span).ok().map(|at| at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crawl_time_is_read_in_every_form_that_occurs() {
        for (raw, ms) in [
            ("2025-07-01T00:00:00Z", 1_751_328_000_000),
            ("2025-07-01T03:00:00+03:00", 1_751_328_000_000),
            ("2025-07-01 00:00:00", 1_751_328_000_000),
            ("2025-07-01", 1_751_328_000_000),
            ("20250701", 1_751_328_000_000),
            ("20250701000000", 1_751_328_000_000),
            ("Tue, 01 Jul 2025 00:00:00 GMT", 1_751_328_000_000),
            ("Tue, 1 Jul 2025 03:00:00 +0300", 1_751_328_000_000),
            ("1751328000", 1_751_328_000_000),
            ("1751328000.5", 1_751_328_000_500),
            ("1751328000000", 1_751_328_000_000),
            ("0", 0),
        ] {
            assert_eq!(fetched_at_ms(raw), Some(ms), "{raw}");
        }
    }

    #[test]
    fn an_unreadable_crawl_time_is_none() {
        for raw in [
            "",
            "yesterday",
            "1e999",
            "-",
            "99999999999999999999",
            "2025-13-01",
            "12:00",
            "2025-02-30",
        ] {
            assert_eq!(fetched_at_ms(raw), None, "{raw}");
        }
    }
}
