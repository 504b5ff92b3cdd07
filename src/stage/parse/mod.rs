//! `parse` makes records of a page: its article, and one message to `home` for each occurrence of a story on it.
//!
//! All of it is `prepare`, on any worker: the stage has no table, and what it puts out is a function of the page and its
//! place. Nothing of a page goes out unless all of it can: a record that its topic would refuse sends the page to the
//! dead letters whole.

mod article;
mod candidates;
mod identity;
mod learn;
mod observe;
mod opened;
mod size;
mod takedown;
mod tales;

use std::cell::RefCell;
use std::sync::Arc;

use serde::Serialize;

use super::json::to_json;
use super::{
    Cause, Count, NoRow, Outbox, Outcome, Output, Record, Refusal, Stage, StageName, Table, Target,
};
use crate::page::envelope::{self, EnvelopeFields};
use crate::page::{self, ExplainedPiece, Layouts, Learning, Starts};
use crate::record::{Origin, Reason, Reject};
use crate::story::Thresholds;
use observe::Occurrences;
use opened::Opened;
use tales::{Tales, Teller};

pub use identity::{InputKey, NamedBy};
pub use learn::Learn;
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
    /// Whether `home` keeps a story for two days at least, so that its text need not travel with each mention.
    pub home_keeps_texts: bool,
    /// How stories are compared; `None`: two are one where their folded text is the same.
    pub comparing: Option<Comparing>,
    /// What pages learn from each other; `None`: each is read by itself.
    pub learns: Option<Learns>,
}

/// How pages learn from each other.
#[derive(Debug, Clone)]
pub struct Learns {
    /// What is known of lines.
    pub starts: Arc<Starts>,
    /// Whether `lines` is told what each page shows.
    pub tells: bool,
}

/// How stories are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparing {
    /// From which overlap on two are alike.
    pub thresholds: Thresholds,
    /// Whether `near` wants articles' own stories: then they are told with what is compared of them.
    pub own: bool,
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
            home_keeps_texts: false,
            comparing: None,
            learns: None,
        }
    }
}

/// How a page is read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// What named the article.
    pub named_by: NamedBy,
    /// The page time in milliseconds since 1970.
    pub page_time: i64,
    /// The page from its first line to its last, empty lines left out.
    pub lines: Vec<ExplainedPiece>,
}

/// What a page gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The article record or its tombstone first, then the messages to `home` in the order of the page, then those to
    /// `lines`.
    outputs: Vec<Output>,
    counts: Vec<(Count, u64)>,
}

thread_local! {
    /// It keeps its buffers, and what it was told lately: one a worker thread.
    static TELLER: RefCell<Teller> = RefCell::default();
}

impl Stage for Parse {
    type Row = NoRow;
    type Prepared = Parsed;

    fn name(&self) -> StageName {
        NAME
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Parsed, Refusal> {
        check_headers(record)?;
        let cause = Arc::new(Cause::new(&Origin::of(record), record.headers));
        match record.value {
            Some(value) => self.read(record, value, &cause),
            None => Ok(takedown::tombstone(self.key, record, &cause)?),
        }
    }

    fn apply(&self, _: &mut Table<NoRow>, parsed: Parsed, outbox: &mut Outbox) {
        outbox.outputs.extend(parsed.outputs);
        for (count, n) in parsed.counts {
            outbox.tally.add_n(count, n);
        }
    }
}

/// Nobody sends a page with more, and each is copied as often as the page is.
const MAX_HEADERS: usize = 1_000;

fn check_headers(record: &Record<'_>) -> Result<(), Reject> {
    let count = record.headers.len();
    if count > MAX_HEADERS {
        let message = format!("{count} headers, the limit is {MAX_HEADERS}");
        return Err(Reject::new(Reason::PageTooLarge, message));
    }
    Ok(())
}

impl Parse {
    /// What each line of a page is taken for, and what names its article. It is the reading of `prepare`; a take-down
    /// has no lines.
    ///
    /// # Errors
    /// The page is dead-lettered before a line of it is read.
    pub fn explain(&self, record: &Record<'_>) -> Result<Option<Explained>, Reject> {
        check_headers(record)?;
        let Some(value) = record.value else { return Ok(None) };
        let Opened { identity, text, .. } = Opened::of(self, record, value)?;
        let context = text.context(self.learning(&text));
        let lines = page::explain(&text.text, self.layouts, &context).lines;
        Ok(Some(Explained { named_by: identity.named_by, page_time: text.page_time, lines }))
    }

    fn learning<'s>(&'s self, text: &opened::Text<'_>) -> Option<Learning<'s>> {
        let starts = &self.learns.as_ref()?.starts;
        Some(Learning { site: text.site(), starts: Some(starts) })
    }

    fn tells(&self) -> bool {
        self.learns.as_ref().is_some_and(|learns| learns.tells)
    }

    fn read(
        &self,
        record: &Record<'_>,
        value: &[u8],
        cause: &Arc<Cause>,
    ) -> Result<Parsed, Refusal> {
        let Opened { envelope, identity, text } = Opened::of(self, record, value)?;
        let page_time = text.page_time;
        let context = text.context(self.learning(&text));
        let page = page::read(&text.text, self.layouts, &context);
        let comparing = self.comparing.as_ref();
        let tales = TELLER.with_borrow_mut(|teller| Tales::of(teller, &page, comparing));

        let occurrences = Occurrences {
            page: &page,
            tales: &tales,
            tells_own: comparing.is_some_and(|comparing| comparing.own),
            article_id: identity.article_id,
            timestamp: page_time,
            url: envelope.url.as_deref(),
            origin: Origin::of(record),
            home_keeps_texts: self.home_keeps_texts,
        };
        let observes = occurrences.outputs(cause, &self.sizes)?;
        let candidates = if self.tells() {
            candidates::outputs(&page, &identity, tales.own_story(), page_time, cause)
        } else {
            Vec::new()
        };
        let site = self.layouts.site_named(context.host);
        let boundaries = candidates::boundaries(page.boundaries, site);
        let article = article::article(record, envelope, page, &identity, &tales, page_time);
        let warned = article.warnings.iter().map(|warning| Count::Warned(*warning));
        let counts = [(Count::Page(Outcome::Emitted), 1)].into_iter();
        let counts = counts.chain(warned.map(|count| (count, 1))).chain(boundaries).collect();
        let article = Output {
            target: Target::Articles,
            key: identity.article_id.hex().as_bytes().to_vec(),
            value: Some(to_json(&article)),
            cause: Arc::clone(cause),
            version: Some(page_time),
            kept: None,
        };
        let outputs: Vec<_> = [article].into_iter().chain(observes).chain(candidates).collect();
        self.sizes.check(&outputs)?;
        Ok(Parsed { outputs, counts })
    }
}

#[cfg(test)]
mod tests;
