//! A page out of its envelope: what naming and reading it need.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use super::Parse;
use super::identity::{self, Identity};
use crate::page::envelope::{self, Envelope};
use crate::page::{Context, Learning};
use crate::record::Reject;
use crate::stage::Record;

/// A page and what came with it.
pub(super) struct Opened<'v> {
    /// Without its text, which is [`Text`]'s.
    pub envelope: Envelope<'v>,
    pub identity: Identity,
    pub text: Text<'v>,
}

/// The text, and what its reading depends on.
pub(super) struct Text<'v> {
    pub text: Cow<'v, str>,
    /// Milliseconds since 1970.
    pub page_time: i64,
    language: Option<Cow<'v, str>>,
    host: Option<String>,
}

impl<'v> Opened<'v> {
    /// Opens the value of a record.
    ///
    /// # Errors
    /// The envelope is none, or holds no text.
    pub(super) fn of(parse: &Parse, record: &Record<'v>, value: &'v [u8]) -> Result<Self, Reject> {
        let mut envelope =
            envelope::decode(value, content_type(record), &parse.fields, &parse.limits)?;
        let identity = Identity::of(parse.key, record, &envelope);
        let text = Text {
            text: std::mem::take(&mut envelope.text),
            page_time: envelope.fetched_at_ms.or(record.timestamp).unwrap_or(0),
            language: envelope.language.clone(),
            host: envelope.url.as_deref().and_then(identity::host),
        };
        Ok(Self { envelope, identity, text })
    }
}

impl Text<'_> {
    /// The pages of a site learn from each other: a hash of its name, nought where the page names none.
    pub(super) fn site(&self) -> u64 {
        let host = self.host.as_deref().unwrap_or_default();
        xxh3_64(host.strip_prefix("www.").unwrap_or(host).as_bytes())
    }

    pub(super) fn context<'s>(&'s self, learning: Option<Learning<'s>>) -> Context<'s> {
        Context {
            learning,
            page_time_ms: self.page_time,
            language: self.language.as_deref(),
            host: self.host.as_deref(),
        }
    }
}

/// The header that says whether the value is text or JSON.
fn content_type<'r>(record: &Record<'r>) -> Option<&'r [u8]> {
    let mut headers = record.headers.iter();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    value.as_deref()
}
