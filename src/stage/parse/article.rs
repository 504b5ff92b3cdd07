//! The article record of a page.

use serde_json::Value;

use super::identity::{Identity, NamedBy};
use super::tales::Tales;
use crate::page::envelope::Envelope;
use crate::page::{Page, RelatedText};
use crate::record::schema_name::ArticleSchema;
use crate::record::{Article, Origin, Related, Warning};
use crate::stage::Record;

/// Puts together what the envelope, the page and the ids say.
pub(super) fn article<'a>(
    record: &Record<'a>,
    mut envelope: Envelope<'a>,
    page: Page<'a>,
    identity: &Identity,
    tales: &Tales,
    page_time: i64,
) -> Article<'a> {
    keep_other_source(&page, &mut envelope);
    let mut warnings = page.warnings;
    if identity.named_by == NamedBy::Origin {
        warnings.push(Warning::IdFromOrigin);
    }
    let (published_at, published_precision, published_raw) = match page.published {
        Some(date) => (date.at, date.precision, Some(date.raw)),
        None => (None, None, None),
    };
    let (updated_at, updated_raw) = match page.updated {
        Some(date) => (date.at, Some(date.raw)),
        None => (None, None),
    };
    Article {
        schema: ArticleSchema::V1,
        article_id: identity.article_id,
        version: page_time,
        story_id: tales.own_story(),
        url: envelope.url,
        headline: page.headline,
        published_at,
        published_precision,
        published_raw,
        updated_at,
        updated_raw,
        source: page.source.or(envelope.source),
        author: page.author,
        keywords: page.keywords,
        keywords_raw: page.keywords_raw,
        language: page.language,
        body: page.body,
        related: related(page.related, tales),
        furniture: page.furniture,
        fetched_at: envelope.fetched_at,
        input_id: envelope.id,
        extra: envelope.extra,
        origin: Origin::of(record),
        warnings,
        layout: page.layout,
    }
}

/// The page's own word comes first; what the envelope says beside it is kept.
fn keep_other_source(page: &Page<'_>, envelope: &mut Envelope<'_>) {
    if let (Some(on_page), Some(given)) = (&page.source, &envelope.source)
        && on_page != given
    {
        let given = Value::String(given.to_string());
        let _kept = envelope.extra.entry("source").or_insert(given);
    }
}

fn related<'a>(texts: Vec<RelatedText<'a>>, tales: &Tales) -> Vec<Related<'a>> {
    let told = tales.related.iter().zip(&tales.same);
    let numbered = (0..).zip(texts).zip(told);
    numbered
        .map(|((position, text), (tale, same))| Related {
            position,
            headline: text.headline,
            teaser: text.teaser,
            story_id: tale.as_ref().map(|tale| tale.story_id).or(text.names),
            kind: text.kind,
            same_as: same.map(|same| same.same_as),
            similarity: same.map(|same| same.similarity),
        })
        .collect()
}
