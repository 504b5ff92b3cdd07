//! The code that every engine runs: the real stages, and what is deliberately wrong with it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use newsmill::stage::{
    Count, DynPartition, DynStage, Headers, KeptPart, Outbox, Output, Record, Target,
};

use crate::bug::Bug;
use crate::kafka::{Message, Topic, Tp};

/// Partitions of every topic.
pub const PARTITIONS: usize = 3;

/// What is written, and where, and the part of it that may stay away.
type Writes = Vec<(Tp, Message, Option<KeptPart>)>;

/// A call fails, or its answer is lost, about once in so many.
const FAULTS: usize = 12;

/// What all engines share: the code that they run.
pub struct Program {
    parse: Arc<dyn DynStage>,
    home: Arc<dyn DynStage>,
    bug: Option<Bug>,
    /// Flush only after the offsets: allowed as long as offsets are fetched before the restore.
    pub late_flush: bool,
    /// How often a call fails: once in so many; `None` is never.
    pub faults: Option<usize>,
    /// A restore was refused: the process would end with 78.
    pub refused: Cell<bool>,
    /// `home` had to publish a story whose text had not come.
    pub text_missing: Cell<bool>,
    parsed: RefCell<BTreeMap<(Tp, usize), Writes>>,
}

impl Program {
    pub fn new(
        parse: Arc<dyn DynStage>,
        home: Arc<dyn DynStage>,
        bug: Option<Bug>,
        late_flush: bool,
    ) -> Self {
        Self {
            parse,
            home,
            bug,
            late_flush,
            faults: Some(FAULTS),
            refused: Cell::default(),
            text_missing: Cell::default(),
            parsed: RefCell::default(),
        }
    }

    pub fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// The partition of home's inbox for an occurrence.
    pub fn inbox_of(&self, output: &Output, own: bool) -> usize {
        let partition = newsmill::record::partition_for(&output.key, count().try_into().unwrap());
        let partition = usize::try_from(partition).unwrap();
        // Two topics in one group do not co-locate: the other one's partition is at another owner.
        let elsewhere = self.has(Bug::TwoInboxes) && !own;
        (partition + usize::from(elsewhere)) % PARTITIONS
    }

    /// What a record of the raw topic becomes: always the same, so that it is made once.
    pub fn parsed(&self, tp: Tp, offset: usize, message: &Message) -> Writes {
        let mut parsed = self.parsed.borrow_mut();
        parsed.entry((tp, offset)).or_insert_with(|| self.parse(tp, offset, message)).clone()
    }

    fn parse(&self, tp: Tp, offset: usize, message: &Message) -> Writes {
        let mut outbox = Outbox::default();
        let prepared = self.parse.prepare(&record("articles.raw", tp, offset, message)).unwrap();
        Arc::clone(&self.parse).open(1).apply(prepared, &mut outbox);
        let mut occurrences = 0;
        let to = |output: Output| {
            let tp = match output.target {
                Target::Articles => Tp(Topic::Articles, 0),
                Target::Inbox(_) => {
                    occurrences += 1;
                    Tp(Topic::Home, self.inbox_of(&output, occurrences == 1))
                }
                Target::Stories | Target::Canonical | Target::Sightings => {
                    panic!("parse writes to {:?}", output.target)
                }
            };
            let kept = output.kept;
            (tp, message_of(output), kept)
        };
        outbox.outputs.into_iter().map(to).collect()
    }

    /// What home makes of a message of its inbox.
    pub fn judged(
        &self,
        table: &mut dyn DynPartition,
        tp: Tp,
        offset: usize,
        message: &Message,
    ) -> Vec<Message> {
        let prepared =
            self.home.prepare(&record("newsmill.sim.home", tp, offset, message)).unwrap();
        let mut outbox = Outbox::default();
        table.apply(prepared, &mut outbox);
        let missing = |(count, _): &(Count, u64)| *count == Count::StoryTextMissing;
        self.text_missing.set(self.text_missing.get() || outbox.tally.iter().any(|n| missing(&n)));
        outbox.outputs.into_iter().map(message_of).collect()
    }

    pub fn open_table(&self) -> Box<dyn DynPartition> {
        Arc::clone(&self.home).open(count())
    }
}

fn count() -> u32 {
    u32::try_from(PARTITIONS).unwrap()
}

fn record<'m>(topic: &'m str, tp: Tp, offset: usize, message: &'m Message) -> Record<'m> {
    Record {
        topic,
        partition: i32::try_from(tp.1).unwrap(),
        offset: i64::try_from(offset).unwrap(),
        timestamp: Some(message.timestamp),
        key: message.key.as_deref(),
        value: message.value.as_deref(),
        headers: &message.headers,
    }
}

fn message_of(output: Output) -> Message {
    let mut headers = Headers::new();
    output.headers(&mut |name, value| headers.push((name.to_owned(), value.map(Vec::from))));
    let (target, key) = (Some(output.target), Some(output.key));
    Message { target, key, value: output.value, headers, timestamp: 0 }
}

/// The changelog records that a table owes.
pub fn owed(table: &dyn DynPartition) -> Vec<Message> {
    let mut rows = Vec::new();
    table.changes(&mut |key, value| {
        let (key, value) = (Some(key.to_vec()), value.map(Vec::from));
        rows.push(Message { target: None, key, value, headers: Headers::new(), timestamp: 0 });
    });
    rows
}
