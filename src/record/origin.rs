//! Where a page stood on the input.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The place of a page: topic, partition and offset; of a file: its path, 0 and the index in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Origin<'a> {
    /// The topic, or the path of the file.
    pub topic: Cow<'a, str>,
    /// The partition.
    pub partition: i32,
    /// The offset, or the index of the page in its file.
    pub offset: i64,
    /// The record's own timestamp, in milliseconds since 1970.
    pub timestamp: Option<i64>,
}

impl Origin<'_> {
    /// The same place, with a topic of its own.
    #[must_use]
    pub fn into_owned(self) -> Origin<'static> {
        let Self { topic, partition, offset, timestamp } = self;
        Origin { topic: Cow::Owned(topic.into_owned()), partition, offset, timestamp }
    }

    /// The same place, with the topic borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Origin<'_> {
        Origin { topic: Cow::Borrowed(&self.topic), ..*self }
    }
}

impl fmt::Display for Origin<'_> {
    /// The value of the header `newsmill.origin`: `topic/partition/offset`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.topic, self.partition, self.offset)
    }
}
