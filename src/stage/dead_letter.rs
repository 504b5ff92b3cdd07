//! A dead letter: the record as it was, and in headers after its own why it could not become one of ours.
//!
//! [`Undertaker`] writes those headers and [`Letter`] reads them: each undoes the other.

use jiff::Timestamp;

use super::{Headers, ORIGIN_HEADER, Record, StageName};
use crate::record::{Origin, Reject};

/// The version of the header contract.
const CONTRACT: &str = "1";

/// The header that names it: the first of ours but for the origin, which stands before it.
const VERSION: &str = "newsmill.dlq.version";

/// How often a record was replayed, and by which job last: on the replayed record and so, among its own headers, on a dead
/// letter that it becomes again.
const REPLAY_COUNT: &str = "newsmill.dlq.replay-count";
const REPLAY_ID: &str = "newsmill.dlq.replay-id";

/// The message says no more than this, in bytes.
const MESSAGE_BYTES: usize = 1_024;

/// Who gives up on a record: the same for every dead letter of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undertaker {
    /// The consumer group.
    pub group: String,
    /// The process.
    pub instance: String,
}

impl Undertaker {
    /// The headers of the dead letter of a record; its key and value are the record's own. `failed_at` is the time of
    /// writing, in milliseconds since 1970.
    #[must_use]
    pub fn headers(
        &self,
        record: &Record<'_>,
        stage: StageName,
        reject: &Reject,
        failed_at: i64,
    ) -> Headers {
        let mut headers = record.headers.to_vec();
        let mut add = |name: &str, value: Option<&str>| {
            headers.push((name.to_owned(), value.map(|value| value.as_bytes().to_vec())));
        };
        let timestamp = record.timestamp.map(|ms| ms.to_string());
        let failed_at = Timestamp::from_millisecond(failed_at).ok().map(|at| at.to_string());
        add(ORIGIN_HEADER, Some(&Origin::of(record).to_string()));
        add(VERSION, Some(CONTRACT));
        add("newsmill.dlq.reason", Some(reject.reason.name()));
        add("newsmill.dlq.stage", Some(stage.0));
        add("newsmill.dlq.message", Some(cut(&reject.message)));
        add("newsmill.dlq.topic", Some(record.topic));
        add("newsmill.dlq.partition", Some(&record.partition.to_string()));
        add("newsmill.dlq.offset", Some(&record.offset.to_string()));
        add("newsmill.dlq.timestamp", timestamp.as_deref());
        add("newsmill.dlq.group", Some(&self.group));
        add("newsmill.dlq.instance", Some(&self.instance));
        add("newsmill.dlq.app-version", Some(env!("CARGO_PKG_VERSION")));
        add("newsmill.dlq.failed-at", failed_at.as_deref());
        headers
    }
}

/// A dead letter as its headers tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Why: a word of the closed list, or of a later version's.
    pub reason: String,
    /// The stage that gave up.
    pub stage: String,
    /// For a person.
    pub message: String,
    /// Where the record stood.
    pub topic: String,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// The record's own timestamp, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// The consumer group that gave up.
    pub group: String,
    /// The process.
    pub instance: String,
    /// Its version.
    pub app_version: String,
    /// When.
    pub failed_at: Option<Timestamp>,
    /// How often the record had been replayed before.
    pub replays: u32,
    /// The headers that the record came with, in their order.
    pub own: Headers,
}

impl Letter {
    /// Reads the headers of a dead letter; `None` where they are not ours.
    #[must_use]
    pub fn read(headers: &[(String, Option<Vec<u8>>)]) -> Option<Self> {
        // The last block of them: a record may have been a dead letter of somebody before.
        let version = headers.iter().rposition(|(name, _)| name == VERSION)?;
        let begin = version.checked_sub(1)?;
        let (own, ours) = headers.split_at_checked(begin)?;
        let text = |headers: &[(String, Option<Vec<u8>>)], name: &str| {
            let value = headers.iter().rev().find(|(known, _)| known == name)?.1.as_deref()?;
            Some(std::str::from_utf8(value).ok()?.to_owned())
        };
        let said = |name: &str| text(ours, name);
        Some(Self {
            reason: said("newsmill.dlq.reason")?,
            stage: said("newsmill.dlq.stage")?,
            message: said("newsmill.dlq.message").unwrap_or_default(),
            topic: said("newsmill.dlq.topic")?,
            partition: said("newsmill.dlq.partition")?.parse().ok()?,
            offset: said("newsmill.dlq.offset")?.parse().ok()?,
            timestamp: said("newsmill.dlq.timestamp").and_then(|ms| ms.parse().ok()),
            group: said("newsmill.dlq.group").unwrap_or_default(),
            instance: said("newsmill.dlq.instance").unwrap_or_default(),
            app_version: said("newsmill.dlq.app-version").unwrap_or_default(),
            failed_at: said("newsmill.dlq.failed-at").and_then(|at| at.parse().ok()),
            replays: text(own, REPLAY_COUNT).and_then(|count| count.parse().ok()).unwrap_or(0),
            own: own.to_vec(),
        })
    }

    /// The headers of the record when it is sent again: its own, and how often and by which job that was.
    #[must_use]
    pub fn replayed(&self, job: &str) -> Headers {
        let ours = |name: &str| name == REPLAY_COUNT || name == REPLAY_ID;
        let mut headers: Headers =
            self.own.iter().filter(|(name, _)| !ours(name)).cloned().collect();
        let count = self.replays.saturating_add(1).to_string();
        headers.push((REPLAY_COUNT.to_owned(), Some(count.into_bytes())));
        headers.push((REPLAY_ID.to_owned(), Some(job.as_bytes().to_vec())));
        headers
    }
}

/// At most [`MESSAGE_BYTES`] of it, and no character in two.
fn cut(message: &str) -> &str {
    let end = (0..=MESSAGE_BYTES).rev().find_map(|end| message.split_at_checked(end));
    end.map_or(message, |(head, _)| head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Reason;

    fn undertaker() -> Undertaker {
        Undertaker { group: "newsmill".to_owned(), instance: "pod-1".to_owned() }
    }

    fn record(headers: &[(String, Option<Vec<u8>>)]) -> Record<'_> {
        Record {
            topic: "articles.raw",
            partition: 3,
            offset: 77,
            timestamp: Some(1_695_168_000_123),
            key: Some(b"k"),
            value: Some(b"\xff"),
            headers,
        }
    }

    #[test]
    fn the_headers_of_the_record_stand_first_and_ours_after_them() {
        let own = [("x".to_owned(), Some(vec![0xff])), ("x".to_owned(), None)];
        let reject = Reject::new(Reason::NotUtf8, "byte 0 is no UTF-8");
        let headers =
            undertaker().headers(&record(&own), StageName("parse"), &reject, 1_700_000_000_000);
        assert_eq!(headers[..2], own);
        let ours: Vec<_> = headers[2..]
            .iter()
            .map(|(name, value)| {
                (name.as_str(), std::str::from_utf8(value.as_ref().unwrap()).unwrap())
            })
            .collect();
        let expected = [
            ("newsmill.origin", "articles.raw/3/77"),
            ("newsmill.dlq.version", "1"),
            ("newsmill.dlq.reason", "not_utf8"),
            ("newsmill.dlq.stage", "parse"),
            ("newsmill.dlq.message", "byte 0 is no UTF-8"),
            ("newsmill.dlq.topic", "articles.raw"),
            ("newsmill.dlq.partition", "3"),
            ("newsmill.dlq.offset", "77"),
            ("newsmill.dlq.timestamp", "1695168000123"),
            ("newsmill.dlq.group", "newsmill"),
            ("newsmill.dlq.instance", "pod-1"),
            ("newsmill.dlq.app-version", env!("CARGO_PKG_VERSION")),
            ("newsmill.dlq.failed-at", "2023-11-14T22:13:20Z"),
        ];
        assert_eq!(ours, expected);
    }

    #[test]
    fn a_letter_is_read_back_as_it_was_written() {
        let own = [("x".to_owned(), Some(vec![0xff])), (ORIGIN_HEADER.to_owned(), None)];
        let reject = Reject::new(Reason::JsonSyntax, "line 1");
        let headers =
            undertaker().headers(&record(&own), StageName("home"), &reject, 1_700_000_000_000);
        let letter = Letter::read(&headers).unwrap();
        assert_eq!(letter.own, own, "an origin of its own stays with it");
        let at: Timestamp = "2023-11-14T22:13:20Z".parse().unwrap();
        assert_eq!((letter.reason.as_str(), letter.stage.as_str()), ("json_syntax", "home"));
        assert_eq!((letter.partition, letter.offset), (3, 77));
        assert_eq!((letter.timestamp, letter.failed_at), (Some(1_695_168_000_123), Some(at)));
        assert_eq!(letter.replays, 0);
        assert_eq!(Letter::read(&own), None);
    }

    #[test]
    fn each_replay_counts_one_more_and_adds_no_headers_but_its_own() {
        let own = [("x".to_owned(), Some(b"y".to_vec()))];
        let reject = Reject::new(Reason::Panic, "");
        let mut record_headers = own.to_vec();
        for round in 1..=3_u32 {
            let headers =
                undertaker().headers(&record(&record_headers), StageName("parse"), &reject, 0);
            let letter = Letter::read(&headers).unwrap();
            assert_eq!(letter.replays, round - 1);
            record_headers = letter.replayed("job");
            let count = round.to_string().into_bytes();
            let expected = [
                own[0].clone(),
                (REPLAY_COUNT.to_owned(), Some(count)),
                (REPLAY_ID.to_owned(), Some(b"job".to_vec())),
            ];
            assert_eq!(record_headers, expected);
        }
    }

    #[test]
    fn a_long_message_is_cut_between_two_characters() {
        let message = format!("a{}", "ش".repeat(600));
        assert_eq!(cut(&message).len(), 1_023);
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(""), "");
    }
}
