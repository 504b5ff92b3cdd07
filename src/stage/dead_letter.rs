//! A dead letter: the record as it was, and in headers after its own why it could not become one of ours.

use jiff::Timestamp;

use super::{Headers, ORIGIN_HEADER, Record, StageName};
use crate::record::{Origin, Reject};

/// The version of the header contract.
const CONTRACT: &str = "1";

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
        add("newsmill.dlq.version", Some(CONTRACT));
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
    fn a_long_message_is_cut_between_two_characters() {
        let message = format!("a{}", "ش".repeat(600));
        assert_eq!(cut(&message).len(), 1_023);
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(""), "");
    }
}
