//! The messages to `home`: one for each occurrence of a story on the page, in the page's order.

use std::sync::Arc;

use super::size::RecordSizes;
use super::tales::{Tale, Tales};
use crate::page::{Page, RelatedText};
use crate::record::{ArticleId, Origin, Reject};
use crate::stage::home::message::{Observe, Place, Text};
use crate::stage::home::{self, story_record};
use crate::stage::{Cause, KeptPart, Output, Target};

/// What the occurrences of stories on one page have in common.
pub(super) struct Occurrences<'p> {
    pub page: &'p Page<'p>,
    pub tales: &'p Tales,
    /// Whether the article's own story goes out with its fingerprint.
    pub tells_own: bool,
    pub article_id: ArticleId,
    /// The page time in milliseconds since 1970.
    pub timestamp: i64,
    pub url: Option<&'p str>,
    pub origin: Origin<'p>,
    pub home_keeps_texts: bool,
}

impl Occurrences<'_> {
    /// The messages.
    ///
    /// # Errors
    /// A story's own record, as `home` would write it, is larger than its topic takes.
    pub(super) fn outputs(
        &self,
        cause: &Arc<Cause>,
        sizes: &RecordSizes,
    ) -> Result<Vec<Output>, Reject> {
        let mut outputs = Vec::with_capacity(1 + self.tales.related.len());
        if let Some(tale) = &self.tales.own {
            let fingerprint = tale.fingerprint.as_deref().filter(|_| self.tells_own);
            let place =
                fingerprint.map_or(Place::Own, |told| Place::OwnTold(told.written.borrowed()));
            outputs.push(self.output(&self.observe(tale, place), cause));
        }
        for ((position, text), tale) in (0..).zip(&self.page.related).zip(&self.tales.related) {
            let Some(tale) = tale else { continue };
            let text = self.text(text, tale);
            let observe = self.observe(tale, Place::Own);
            sizes.check_story(&text, cause, || story_record(&observe, position, &text))?;
            let place = Place::Related(position, Some(Box::new(text)));
            let observe = Observe { place, ..observe };
            outputs.push(self.output(&observe, cause));
        }
        Ok(outputs)
    }

    fn observe<'o>(&'o self, tale: &Tale, place: Place<'o>) -> Observe<'o> {
        Observe {
            story_id: tale.story_id,
            timestamp: self.timestamp,
            origin: self.origin.borrowed(),
            article_id: self.article_id,
            place,
        }
    }

    fn text<'o>(&'o self, text: &'o RelatedText<'_>, tale: &'o Tale) -> Text<'o> {
        Text {
            url: self.url,
            headline: text.headline.as_deref(),
            language: &self.page.language,
            words: tale.words,
            body: text.body.iter().map(AsRef::as_ref).collect(),
            published_raw: text.published_raw.as_deref(),
            source: text.source.as_deref(),
            keywords_raw: text.keywords_raw.as_deref(),
            fingerprint: tale.fingerprint.as_deref().map(|told| told.written.borrowed()),
        }
    }

    fn output(&self, observe: &Observe<'_>, cause: &Arc<Cause>) -> Output {
        let (value, text) = observe.encode_parts();
        let kept = text.filter(|_| self.home_keeps_texts);
        Output {
            target: Target::Inbox(home::NAME),
            key: observe.story_id.0.to_vec(),
            value: Some(value),
            cause: Arc::clone(cause),
            version: None,
            kept: kept.map(|from| KeptPart { from, page_time: self.timestamp }),
        }
    }
}
