//! How an article gets its name: the first 16 bytes of BLAKE3 over a word, a zero byte, and what names the page.

use super::{ArticleId, canonical_url};

impl ArticleId {
    /// Of a page with a URL: the bytes `url`, 0, the canonical URL. `None` where nothing but white space is given.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        let canonical = canonical_url(url);
        (!canonical.is_empty()).then(|| Self::hash(&[b"url\0", canonical.as_bytes()]))
    }

    /// Of a page with an id of its source: the bytes `id`, 0, the id as it stands. `None` where it is empty.
    #[must_use]
    pub fn of_id(id: &[u8]) -> Option<Self> {
        (!id.is_empty()).then(|| Self::hash(&[b"id\0", id]))
    }

    /// Of a page without either: the bytes `origin`, 0, topic, 0, partition, 0, offset, both numbers in decimal.
    #[must_use]
    pub fn of_origin(topic: &str, partition: i32, offset: i64) -> Self {
        let place = format!("{topic}\0{partition}\0{offset}");
        Self::hash(&[b"origin\0", place.as_bytes()])
    }

    fn hash(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part);
        }
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        Self(id)
    }
}
