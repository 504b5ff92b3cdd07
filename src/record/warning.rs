//! The closed list of what a page can leave in doubt.

use schemars::JsonSchema;
use serde::Serialize;

/// A doubt that the page left: the record says what it could, and this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// No line could be taken for the headline.
    HeadlineMissing,
    /// No date line.
    DateMissing,
    /// A date line that no rule reads.
    DateUnparsed,
    /// Day and month could be either way round.
    DateAmbiguous,
    /// A Hijri date, converted by the Umm al-Qura calendar.
    DateConverted,
    /// A date after the page time.
    DateInFuture,
    /// A date before any that the layout expects: 1990 where it says nothing else.
    DateTooEarly,
    /// No paragraph of its own.
    BodyEmpty,
    /// A block of appended stories that could not be split safely stands whole.
    RelatedUnsplit,
    /// The article id follows from the record's place: the same page sent again gets another id.
    IdFromOrigin,
}
