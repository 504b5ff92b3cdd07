//! Which article a page is.

use serde::Serialize;
use url::Url;

use crate::page::envelope::Envelope;
use crate::record::ArticleId;
use crate::stage::Record;

/// What names an article: the config's `input.key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKey {
    /// The envelope's URL, else its id, else the page's place.
    None,
    /// The record's key, a URL.
    Url,
    /// The record's key, an id.
    Id,
}

/// What named an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedBy {
    /// The record's key.
    Key,
    /// The envelope's URL.
    Url,
    /// The envelope's id.
    Id,
    /// Nothing, so its place does: sent again, it is another article.
    Origin,
}

/// An article's id and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub article_id: ArticleId,
    pub named_by: NamedBy,
}

impl Identity {
    pub(super) fn of(key: InputKey, record: &Record<'_>, envelope: &Envelope<'_>) -> Self {
        let by_key = || Some((of_key(key, record.key)?, NamedBy::Key));
        let by_url = || Some((ArticleId::of_url(envelope.url.as_deref()?)?, NamedBy::Url));
        let by_id = || {
            let id = envelope.id.as_deref()?.trim();
            Some((ArticleId::of_id(id.as_bytes())?, NamedBy::Id))
        };
        let named = match key {
            InputKey::Url | InputKey::Id => by_key(),
            InputKey::None => by_url().or_else(by_id),
        };
        let (article_id, named_by) = named.unwrap_or_else(|| {
            let place = ArticleId::of_origin(record.topic, record.partition, record.offset);
            (place, NamedBy::Origin)
        });
        Self { article_id, named_by }
    }
}

/// The article that a record's key names by itself.
pub(super) fn of_key(key: InputKey, bytes: Option<&[u8]>) -> Option<ArticleId> {
    match key {
        InputKey::None => None,
        InputKey::Url => ArticleId::of_url(std::str::from_utf8(bytes?).ok()?),
        InputKey::Id => ArticleId::of_id(bytes?),
    }
}

/// The host of a page's URL, for layouts of one site.
pub(super) fn host(url: &str) -> Option<String> {
    Some(Url::parse(url.trim()).ok()?.host_str()?.to_owned())
}
