//! Whether the topics would take the records of a page. A record that the broker refuses aborts its transaction, and
//! would abort it for ever: it is found here, before anything of its page goes out.

use std::io;

use serde::Serialize;

use crate::record::{Reason, Reject, Story};
use crate::stage::home;
use crate::stage::home::message::Text;
use crate::stage::{Cause, Output, Target};

/// The greatest record that each topic takes, in bytes: its `max.message.bytes`, or the client's `message.max.bytes`
/// where that is less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordSizes {
    /// `articles.normalized`.
    pub articles: usize,
    /// `stories.normalized`.
    pub stories: usize,
    /// The inbox of `home`.
    pub home: usize,
}

/// What a batch of one record adds to its key, value and headers: 61 bytes of batch header and at most 40 of lengths and
/// deltas (Kafka's record batch, version 2), rounded up.
const BATCH: usize = 128;

/// Two lengths of a header, and a margin.
const HEADER: usize = 12;

/// JSON makes at most six bytes of one (`\u001f`).
const ESCAPED: usize = 6;

/// The fields of a story record that are not its text: names, ids and numbers.
const STORY_FRAME: usize = 1_024;

/// The key of an output topic: 32 hex digits.
const KEY: usize = 32;

impl RecordSizes {
    /// Files take anything.
    pub const UNLIMITED: Self =
        Self { articles: usize::MAX, stories: usize::MAX, home: usize::MAX };

    /// Checks the records of a page.
    ///
    /// # Errors
    /// `record_too_large` for the first that its topic would refuse.
    pub(super) fn check(&self, outputs: &[Output]) -> Result<(), Reject> {
        for output in outputs {
            let (what, limit) = match output.target {
                Target::Articles => ("article record", self.articles),
                Target::Inbox(home::NAME) => ("message about a story", self.home),
                Target::Stories
                | Target::Canonical
                | Target::Sightings
                | Target::Starts
                | Target::Inbox(_) => continue,
            };
            let mut bytes = BATCH + output.key.len() + output.value.as_ref().map_or(0, Vec::len);
            output.headers(&mut |name, value| {
                bytes += HEADER + name.len() + value.map_or(0, <[u8]>::len);
            });
            within(what, bytes, limit)?;
        }
        Ok(())
    }

    /// Checks the record that `home` would write for a related story; it is made only where a bound is not enough.
    ///
    /// # Errors
    /// `record_too_large`.
    pub(super) fn check_story<'t>(
        &self,
        text: &Text<'_>,
        cause: &Cause,
        record: impl FnOnce() -> Story<'t>,
    ) -> Result<(), Reject> {
        let headers = cause.header_bytes() + HEADER * (1 + cause.trace.len());
        let frame = BATCH + KEY + headers;
        let lines = [text.url, text.headline, text.published_raw, text.source, text.keywords_raw];
        // Three bytes of a paragraph are its quotes and comma.
        let raw = text.body.iter().map(|paragraph| paragraph.len() + 3).sum::<usize>()
            + lines.into_iter().flatten().map(str::len).sum::<usize>();
        let most = raw.saturating_mul(ESCAPED).saturating_add(STORY_FRAME + frame);
        if most <= self.stories {
            return Ok(());
        }
        within("record of a related story", frame + json_bytes(&record()), self.stories)
    }
}

fn within(what: &str, bytes: usize, limit: usize) -> Result<(), Reject> {
    if bytes <= limit {
        return Ok(());
    }
    let message = format!("the {what} takes {bytes} bytes, its topic at most {limit}");
    Err(Reject::new(Reason::RecordTooLarge, message))
}

/// Bytes of a record as JSON, without making it.
fn json_bytes<T: Serialize>(record: &T) -> usize {
    struct Counter(usize);

    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut counter = Counter(0);
    match serde_json::to_writer(&mut counter, record) {
        Ok(()) => counter.0,
        Err(_) => usize::MAX / 2,
    }
}
