//! Which article a page is.

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

/// An article's id and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity {
    pub article_id: ArticleId,
    /// Nothing named the page, so its place does: sent again, it is another article.
    pub from_origin: bool,
}

impl Identity {
    pub(super) fn of(key: InputKey, record: &Record<'_>, envelope: &Envelope<'_>) -> Self {
        let named = match key {
            InputKey::Url | InputKey::Id => of_key(key, record.key),
            InputKey::None => envelope.url.as_deref().and_then(ArticleId::of_url).or_else(|| {
                let id = envelope.id.as_deref()?.trim();
                ArticleId::of_id(id.as_bytes())
            }),
        };
        let article_id = named
            .unwrap_or_else(|| ArticleId::of_origin(record.topic, record.partition, record.offset));
        Self { article_id, from_origin: named.is_none() }
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
