//! The first of two passes: `lines` is told what each page shows, and nothing else comes of it.

use std::sync::Arc;

use super::opened::Opened;
use super::{NAME, Parse, TELLER, candidates};
use crate::page::{self, Learning};
use crate::record::Origin;
use crate::stage::{Cause, NoRow, Outbox, Output, Record, Refusal, Stage, StageName, Table};

/// The stage: [`Parse`] without the records.
#[derive(Debug, Clone)]
pub struct Learn(pub Parse);

impl Stage for Learn {
    type Row = NoRow;
    type Prepared = Vec<Output>;

    fn name(&self) -> StageName {
        NAME
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Vec<Output>, Refusal> {
        let Some(value) = record.value else { return Ok(Vec::new()) };
        let Opened { identity, text, .. } = Opened::of(&self.0, record, value)?;
        let learning = Learning { site: text.site(), starts: None };
        let page = page::read(&text.text, self.0.layouts, &text.context(Some(learning)));
        let story_id = TELLER.with_borrow_mut(|teller| teller.story_of(&page.body));
        let cause = Arc::new(Cause::new(&Origin::of(record), record.headers));
        Ok(candidates::outputs(&page, &identity, story_id, text.page_time, &cause))
    }

    fn apply(&self, _: &mut Table<NoRow>, outputs: Vec<Output>, outbox: &mut Outbox) {
        outbox.outputs.extend(outputs);
    }
}
