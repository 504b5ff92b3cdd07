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
    /// Day and month could be either way round, or two calendars name days that lie apart.
    DateAmbiguous,
    /// A Hijri date, converted by the Umm al-Qura calendar, or a Persian one.
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

impl Warning {
    /// Every warning, for series that begin at nought.
    pub const ALL: [Self; 10] = [
        Self::HeadlineMissing,
        Self::DateMissing,
        Self::DateUnparsed,
        Self::DateAmbiguous,
        Self::DateConverted,
        Self::DateInFuture,
        Self::DateTooEarly,
        Self::BodyEmpty,
        Self::RelatedUnsplit,
        Self::IdFromOrigin,
    ];

    /// What it means, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::HeadlineMissing => "no line could be taken for the headline",
            Self::DateMissing => "there is no date line",
            Self::DateUnparsed => "no rule reads the date line",
            Self::DateAmbiguous => "the date can be read in two ways",
            Self::DateConverted => "a Hijri or Persian date was converted",
            Self::DateInFuture => "the date is later than the page",
            Self::DateTooEarly => "the date is earlier than any page of this layout",
            Self::BodyEmpty => "the article has no paragraph of its own",
            Self::RelatedUnsplit => "what is appended could not be split safely and stands whole",
            Self::IdFromOrigin => "no URL and no id: sent again, the page gets another article_id",
        }
    }

    /// The warning of this name, as records have it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|warning| warning.name() == name)
    }

    /// The word in records and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HeadlineMissing => "headline_missing",
            Self::DateMissing => "date_missing",
            Self::DateUnparsed => "date_unparsed",
            Self::DateAmbiguous => "date_ambiguous",
            Self::DateConverted => "date_converted",
            Self::DateInFuture => "date_in_future",
            Self::DateTooEarly => "date_too_early",
            Self::BodyEmpty => "body_empty",
            Self::RelatedUnsplit => "related_unsplit",
            Self::IdFromOrigin => "id_from_origin",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_labels_is_the_word_in_records() {
        for warning in Warning::ALL {
            assert_eq!(serde_json::to_value(warning).unwrap(), warning.name());
            assert_eq!(Warning::named(warning.name()), Some(warning));
        }
    }
}
