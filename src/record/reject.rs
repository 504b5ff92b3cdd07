//! Why an input record could not become a record: the closed list of dead letters.

use serde::Serialize;

/// The reason of a dead letter; the value of the header `newsmill.dlq.reason` and of the metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// The envelope is not JSON, or not an object of the expected shape.
    JsonSyntax,
    /// The envelope is nested deeper than the limit.
    JsonTooDeep,
    /// No text: absent, empty, or white space and control characters only.
    TextMissing,
    /// The page is larger than the limit.
    PageTooLarge,
    /// A record of the page would be larger than its topic takes.
    RecordTooLarge,
    /// A take-down whose article id does not follow from the key.
    TakedownUnresolvable,
    /// A bug of ours, caught.
    Panic,
}

impl Reason {
    /// Every reason, for series that begin at nought.
    pub const ALL: [Self; 8] = [
        Self::NotUtf8,
        Self::JsonSyntax,
        Self::JsonTooDeep,
        Self::TextMissing,
        Self::PageTooLarge,
        Self::RecordTooLarge,
        Self::TakedownUnresolvable,
        Self::Panic,
    ];

    /// The word in headers, labels and rejects.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::JsonSyntax => "json_syntax",
            Self::JsonTooDeep => "json_too_deep",
            Self::TextMissing => "text_missing",
            Self::PageTooLarge => "page_too_large",
            Self::RecordTooLarge => "record_too_large",
            Self::TakedownUnresolvable => "takedown_unresolvable",
            Self::Panic => "panic",
        }
    }
}

/// An input record that is dead-lettered: expected bad input is a value, not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Its reason.
    pub reason: Reason,
    /// For a person: at most 1 KiB, never text of the page.
    pub message: String,
}

impl Reject {
    /// A reject with its message.
    #[must_use]
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}
