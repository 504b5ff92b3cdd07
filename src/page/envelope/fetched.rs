//! The time of the crawl: RFC 3339, the same without an offset (UTC), or an epoch number in seconds or milliseconds.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Below this, an epoch number counts seconds (until the year 5138), above it milliseconds (since March 1973).
const SECONDS_BELOW: f64 = 100_000_000_000.0;

/// Milliseconds since 1970, or `None` where no rule reads it.
pub(super) fn fetched_at_ms(raw: &str) -> Option<i64> {
    let raw = raw.trim();
    if let Ok(at) = raw.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    if raw.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
        && let Some(ms) = epoch_ms(raw)
    {
        return Some(ms);
    }
    let at = raw.parse::<DateTime>().ok()?;
    Some(TimeZone::UTC.to_timestamp(at).ok()?.as_millisecond())
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
        for raw in ["", "yesterday", "1e999", "-", "99999999999999999999", "2025-13-01", "12:00"] {
            assert_eq!(fetched_at_ms(raw), None, "{raw}");
        }
    }
}
