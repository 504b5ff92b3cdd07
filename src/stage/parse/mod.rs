//! `parse` makes records of a page: its article, and one message to `home` for each occurrence of a story on it.
//!
//! All of it is `prepare`, on any worker: the stage has no table, and what it puts out is a function of the page and its
//! place. Nothing of a page goes out unless all of it can: a record that its topic would refuse sends the page to the
//! dead letters whole.

mod article;
mod identity;
mod observe;
mod size;
mod takedown;
mod tales;

use std::cell::RefCell;
use std::sync::Arc;

use super::json::to_json;
use super::{
    Cause, Count, NoRow, Outbox, Outcome, Output, Record, Refusal, Stage, StageName, Table, Target,
};
use crate::page::envelope::{self, EnvelopeFields};
use crate::page::{self, Context, Layouts};
use crate::record::Origin;
use crate::story::Folder;
use identity::Identity;
use observe::Occurrences;
use tales::Tales;

pub use identity::InputKey;
pub use size::RecordSizes;

/// The name of the stage.
pub const NAME: StageName = StageName("parse");

/// The stage, and what it is told.
#[derive(Debug, Clone)]
pub struct Parse {
    /// Labels, markers and month names; loaded once a process.
    pub layouts: &'static Layouts,
    /// Where the envelope has what.
    pub fields: EnvelopeFields,
    /// How large a page may be.
    pub limits: envelope::Limits,
    /// What names an article.
    pub key: InputKey,
    /// How large a record may be.
    pub sizes: RecordSizes,
}

impl Default for Parse {
    /// The built-in layouts, the default fields, and topics that take anything.
    fn default() -> Self {
        Self {
            layouts: Layouts::builtin(),
            fields: EnvelopeFields::default(),
            limits: envelope::Limits::default(),
            key: InputKey::None,
            sizes: RecordSizes::UNLIMITED,
        }
    }
}

/// What a page gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The article record or its tombstone first, then the messages to `home` in the order of the page.
    outputs: Vec<Output>,
    counts: Vec<Count>,
}

thread_local! {
    /// A folder keeps its buffers: one a worker thread.
    static FOLDER: RefCell<Folder> = RefCell::new(Folder::new());
}

impl Stage for Parse {
    type Row = NoRow;
    type Prepared = Parsed;

    fn name(&self) -> StageName {
        NAME
    }

    fn is_stateful(&self) -> bool {
        false
    }

    fn meta(&self) -> Vec<u8> {
        Vec::new()
    }

    fn ttl_hours(&self) -> u32 {
        0
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Parsed, Refusal> {
        let cause = Arc::new(Cause::new(&Origin::of(record), record.headers));
        match record.value {
            Some(value) => self.read(record, value, &cause),
            None => Ok(takedown::tombstone(self.key, record, &cause)?),
        }
    }

    fn apply(&self, _: &mut Table<NoRow>, parsed: Parsed, outbox: &mut Outbox) {
        outbox.outputs.extend(parsed.outputs);
        for count in parsed.counts {
            outbox.tally.add(count);
        }
    }
}

impl Parse {
    fn read(
        &self,
        record: &Record<'_>,
        value: &[u8],
        cause: &Arc<Cause>,
    ) -> Result<Parsed, Refusal> {
        let mut envelope =
            envelope::decode(value, content_type(record), &self.fields, &self.limits)?;
        let text = std::mem::take(&mut envelope.text);
        let identity = Identity::of(self.key, record, &envelope);
        let page_time = envelope.fetched_at_ms.or(record.timestamp).unwrap_or(0);
        let (language, url) = (envelope.language.clone(), envelope.url.clone());
        let host = url.as_deref().and_then(identity::host);
        let context = Context {
            page_time_ms: page_time,
            language: language.as_deref(),
            host: host.as_deref(),
        };
        let page = page::read(&text, self.layouts, &context);
        let tales = FOLDER.with_borrow_mut(|folder| Tales::of(folder, &page));

        let occurrences = Occurrences {
            page: &page,
            tales: &tales,
            article_id: identity.article_id,
            timestamp: page_time,
            url: url.as_deref(),
            origin: Origin::of(record),
        };
        let observes = occurrences.outputs(cause, &self.sizes)?;
        let article = article::article(record, envelope, page, &identity, &tales, page_time);
        let warned = article.warnings.iter().map(|warning| Count::Warned(*warning));
        let counts = [Count::Page(Outcome::Emitted)].into_iter().chain(warned).collect();
        let article = Output {
            target: Target::Articles,
            key: identity.article_id.hex().as_bytes().to_vec(),
            value: Some(to_json(&article)),
            cause: Arc::clone(cause),
            version: Some(page_time),
        };
        let outputs: Vec<_> = [article].into_iter().chain(observes).collect();
        self.sizes.check(&outputs)?;
        Ok(Parsed { outputs, counts })
    }
}

/// The header that says whether the value is text or JSON.
fn content_type<'r>(record: &Record<'r>) -> Option<&'r [u8]> {
    let mut headers = record.headers.iter();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?;
    value.as_deref()
}

#[cfg(test)]
mod tests;
