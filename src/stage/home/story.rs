//! The story record of a related occurrence.

use std::borrow::Cow;

use super::message::{Observe, Text};
use crate::record::schema_name::StorySchema;
use crate::record::{PublishedFrom, Story};

/// The record that goes out if this occurrence is the one that publishes its story. `parse` uses it too, to see whether
/// the topic would take it.
#[must_use]
pub fn story_record<'a>(observe: &Observe<'_>, position: u32, text: &Text<'a>) -> Story<'a> {
    Story {
        schema: StorySchema::V1,
        story_id: observe.story_id,
        headline: text.headline.map(Cow::Borrowed),
        body: text.body.iter().map(|paragraph| Cow::Borrowed(*paragraph)).collect(),
        published_raw: text.published_raw.map(Cow::Borrowed),
        source: text.source.map(Cow::Borrowed),
        keywords_raw: text.keywords_raw.map(Cow::Borrowed),
        language: Cow::Borrowed(text.language),
        words: text.words,
        first_seen: PublishedFrom {
            article_id: observe.article_id,
            position,
            timestamp: observe.timestamp,
            url: text.url.map(Cow::Borrowed),
        },
    }
}
