//! JSON lines: where records go that go to no topic.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::{Input, Sink};
use crate::record::{Origin, Reason, Reject};
use crate::stage::{Output, StageName, Target};

/// A writer a kind of record; what has none is not written.
#[derive(Default)]
pub struct Lines<'w> {
    /// `newsmill.article/1`.
    pub articles: Option<Box<dyn Write + 'w>>,
    /// `newsmill.story/1`.
    pub stories: Option<Box<dyn Write + 'w>>,
    /// `newsmill.canonical/1`.
    pub canonical: Option<Box<dyn Write + 'w>>,
    /// `newsmill.sighting/1`.
    pub sightings: Option<Box<dyn Write + 'w>>,
    /// [`RejectLine`]s.
    pub rejects: Option<Box<dyn Write + 'w>>,
}

/// A page that became no record: what a dead letter is on Kafka.
#[derive(Debug, Serialize)]
pub struct RejectLine<'a> {
    /// One of DESIGN's closed list.
    pub reason: Reason,
    /// The stage that refused it.
    pub stage: &'a str,
    /// For a person.
    pub message: &'a str,
    /// Where it stood.
    pub origin: Origin<'a>,
    /// Its bytes.
    pub base64: Option<String>,
}

impl Lines<'_> {
    /// Hands everything on to where it is written.
    ///
    /// # Errors
    /// A writer's own.
    pub fn flush(&mut self) -> io::Result<()> {
        let Self { articles, stories, canonical, sightings, rejects } = self;
        for writer in [articles, stories, canonical, sightings, rejects].into_iter().flatten() {
            writer.flush()?;
        }
        Ok(())
    }
}

impl Sink for Lines<'_> {
    type Error = io::Error;

    fn output(&mut self, output: &Output) -> io::Result<()> {
        let writer = match output.target {
            Target::Articles => &mut self.articles,
            Target::Stories => &mut self.stories,
            Target::Canonical => &mut self.canonical,
            Target::Sightings => &mut self.sightings,
            Target::Starts | Target::Inbox(_) => return Ok(()),
        };
        // A tombstone is no line: a file has nothing to take down.
        let (Some(writer), Some(value)) = (writer, &output.value) else { return Ok(()) };
        writer.write_all(value)?;
        writer.write_all(b"\n")
    }

    fn reject(&mut self, input: &Input, stage: StageName, reject: &Reject) -> io::Result<()> {
        let Some(writer) = &mut self.rejects else { return Ok(()) };
        let line = RejectLine {
            reason: reject.reason,
            stage: stage.0,
            message: &reject.message,
            origin: Origin::of(&input.record()),
            base64: input.value.as_ref().map(|value| STANDARD.encode(value)),
        };
        serde_json::to_writer(&mut *writer, &line)?;
        writer.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reject_holds_the_bytes_of_its_page() {
        let mut written = Vec::new();
        let mut lines = Lines { rejects: Some(Box::new(&mut written)), ..Lines::default() };
        let input = Input::page("a.txt".into(), 3, Some(9), b"\xff\x00".to_vec());
        let reject = Reject::new(Reason::NotUtf8, "byte 0");
        lines.reject(&input, StageName("parse"), &reject).unwrap();
        drop(lines);
        let expected = concat!(
            r#"{"reason":"not_utf8","stage":"parse","message":"byte 0","#,
            r#""origin":{"topic":"a.txt","partition":0,"offset":3,"timestamp":9},"#,
            r#""base64":"/wA="}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(written).unwrap(), expected);
    }
}
