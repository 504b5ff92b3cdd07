//! Nothing of a page is ever said: not in the log at its most talkative, not on any path of the HTTP port.

use std::collections::BTreeSet;
use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};

use super::broker::shared;
use super::client::{self, Feed};
use super::fleet::Fleet;
use super::wait::wait_until;

/// In the value of every page, and in its key and its header after a letter that says which.
const CANARY: &str = "canary-of-a-page";

/// Values that become records, or dead letters of every reason that a page can be given.
fn pages() -> Vec<(Option<&'static str>, Vec<u8>)> {
    let story = format!(
        "A headline of {CANARY}\nPublished: 3 {CANARY} 2026\n\nThe paragraph of {CANARY}.\nSource: {CANARY}"
    );
    let appended = format!(
        "{story}\nRead also:\nAnother headline of {CANARY}\nAnd what became of {CANARY}, told at some length."
    );
    let envelope =
        |more: &str| format!("{{\"id\": \"{CANARY}\", \"section\": \"{CANARY}\", {more}}}");
    let long = |words: usize| format!("{CANARY} goes on and on. ").repeat(words);
    vec![
        (None, story.into_bytes()),
        (None, appended.clone().into_bytes()),
        (None, appended.into_bytes()),
        (
            None,
            envelope(&format!(
                "\"text\": \"{CANARY}\\n\\nA paragraph.\", \"url\": \"https://{CANARY}.example/\""
            ))
            .into_bytes(),
        ),
        (
            None,
            envelope(&format!(
                "\"text\": \"{CANARY}\\n\\nA paragraph.\", \"fetched_at\": \"{CANARY}\""
            ))
            .into_bytes(),
        ),
        (Some("not_utf8"), [CANARY.as_bytes(), b"\xff\xfe"].concat()),
        (Some("json_syntax"), format!("{{\"text\": \"{CANARY}").into_bytes()),
        (Some("json_syntax"), envelope(&format!("\"text\": {CANARY}")).into_bytes()),
        (Some("text_missing"), envelope(&format!("\"texts\": \"{CANARY}\"")).into_bytes()),
        (
            Some("json_too_deep"),
            format!("{{\"text\": \"{CANARY}\", \"x\": {}", "[".repeat(5_000)).into_bytes(),
        ),
        (Some("record_too_large"), long(3_000).into_bytes()),
        (Some("page_too_large"), long(20_000).into_bytes()),
    ]
}

/// A dead letter because it has no value.
const TAKEDOWN: &str = "takedown_unresolvable";

fn says_nothing(what: &str, text: &str) {
    assert!(!text.is_empty(), "{what} says something");
    let line = text.lines().find(|line| line.contains("canary"));
    assert_eq!(line, None, "{what} has something of a page");
}

#[test]
fn nothing_of_a_page_its_key_or_its_headers_is_in_the_log_the_metrics_the_health_or_the_status() {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::with(
        &bootstrap,
        "secrecy",
        vec![
            ("NEWSMILL__DEDUPE__NEAR", "all"),
            ("NEWSMILL__LINES__STARTS", "on"),
            ("NEWSMILL__INPUT__MAX_PAGE_BYTES", "200 KiB"),
            ("NEWSMILL__DEAD_LETTER__MAX_CONSECUTIVE", "1000000"),
            ("NEWSMILL__DEAD_LETTER__MAX_RATIO", "100"),
            ("NEWSMILL__LOG__LEVEL", "trace"),
        ],
    );
    let (raw, dead) = (fleet.names.topic("raw"), fleet.names.topic("dead-letter"));
    client::set_topic(&bootstrap, &fleet.names.topic("articles"), "max.message.bytes", "50000");
    let feed = Feed::new(&bootstrap);
    let pages = pages();
    let key = format!("key-{CANARY}");
    let header = |key| Header { key, value: Some(CANARY) };
    let values = pages.iter().map(|(_, value)| Some(&value[..])).chain([None]);
    for value in values.clone() {
        let headers = OwnedHeaders::new().insert(header("own")).insert(header("content-type"));
        let headers = headers.insert(header("traceparent")).insert(header("tracestate"));
        feed.send_with(&raw, 0, Some(key.as_bytes()), value, headers);
        feed.send_with(
            &raw,
            1,
            Some(key.as_bytes()),
            value,
            OwnedHeaders::new().insert(header("own")),
        );
    }
    feed.flush();
    fleet.grow(1);
    wait_until("every page", Duration::from_secs(60), || {
        fleet.tend();
        let read = |topic: &str| client::read_committed(&bootstrap, topic).len();
        read(&fleet.names.topic("articles")) + read(&dead) == 2 * values.clone().count()
    });
    let letters = client::read_committed(&bootstrap, &dead);
    let reasons: BTreeSet<_> =
        letters.iter().filter_map(|letter| letter.header("newsmill.dlq.reason")).collect();
    let expected = pages.iter().filter_map(|(reason, _)| *reason).chain([TAKEDOWN]).collect();
    assert_eq!(reasons, expected, "each was met");

    let paths =
        ["/metrics", "/healthz?verbose", "/livez", "/readyz", "/startupz", "/", "/status.json"];
    for path in paths {
        says_nothing(path, &fleet.get(0, path).expect("it serves"));
    }
    assert_eq!(fleet.terminate(0), 0);
    let log = fleet.log_of(0);
    assert!(log.contains(" TRACE ") && log.contains("dead_letter"), "it says all");
    says_nothing("the log", &log);
}
