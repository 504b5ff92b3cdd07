//! The code that every engine runs: the real stages, and what is deliberately wrong with it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use newsmill::stage::{
    Count, DynPartition, DynStage, Headers, KeptPart, Outbox, Output, Record, Target, home, lines,
    near,
};

use crate::bug::Bug;
use crate::kafka::{Message, Side, Topic, Tp};

/// Partitions of every topic.
pub const PARTITIONS: usize = 3;

/// What is written, and where.
type Writes = Vec<(Tp, Message)>;

/// What `parse` writes, and the part of it that may stay away.
pub type Parsed = Vec<(Tp, Message, Option<KeptPart>)>;

/// How much may be known of lines when a page is read: nothing, or that each begins a story.
pub const KNOWN: usize = 2;

/// A call fails, or its answer is lost, about once in so many.
const FAULTS: usize = 12;

/// What all engines share: the code that they run.
pub struct Program {
    /// As it reads where nothing is known of lines, and where much is.
    parse: [Arc<dyn DynStage>; KNOWN],
    home: Arc<dyn DynStage>,
    near: Arc<dyn DynStage>,
    lines: Arc<dyn DynStage>,
    bug: Option<Bug>,
    /// Flush only after the offsets: allowed as long as offsets are fetched before the restore.
    pub late_flush: bool,
    /// How often a call fails: once in so many; `None` is never.
    pub faults: Option<usize>,
    /// A restore was refused: the process would end with 78.
    pub refused: Cell<bool>,
    /// `home` had to publish a story whose text had not come.
    pub text_missing: Cell<bool>,
    parsed: RefCell<BTreeMap<(Tp, usize, usize), Parsed>>,
}

impl Program {
    pub fn new(
        parse: [Arc<dyn DynStage>; KNOWN],
        [home, near, lines]: [Arc<dyn DynStage>; 3],
        bug: Option<Bug>,
        late_flush: bool,
    ) -> Self {
        Self {
            parse,
            home,
            near,
            lines,
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
    fn inbox_of(&self, output: &Output, own: bool) -> usize {
        // Two topics in one group do not co-locate: the other one's partition is at another owner.
        let elsewhere = self.has(Bug::TwoInboxes) && !own;
        (partition(&output.key) + usize::from(elsewhere)) % PARTITIONS
    }

    /// What a record of the raw topic becomes by what is known: always the same, so that it is made once.
    pub fn parsed(&self, tp: Tp, offset: usize, message: &Message, known: usize) -> Parsed {
        let mut parsed = self.parsed.borrow_mut();
        let made = parsed.entry((tp, offset, known));
        made.or_insert_with(|| self.parse(tp, offset, message, known)).clone()
    }

    fn parse(&self, tp: Tp, offset: usize, message: &Message, known: usize) -> Parsed {
        let mut outbox = Outbox::default();
        let parse = &self.parse[known];
        let prepared = parse.prepare(&record("articles.raw", tp, offset, message)).unwrap();
        Arc::clone(parse).open(1).apply(prepared, &mut outbox);
        let mut occurrences = 0;
        let to = |output: Output| {
            let tp = match output.target {
                Target::Articles => Tp(Topic::Articles, 0),
                Target::Inbox(lines::NAME) => Tp(Topic::Inbox(Side::Lines), partition(&output.key)),
                Target::Inbox(_) => {
                    occurrences += 1;
                    Tp(Topic::Inbox(Side::Home), self.inbox_of(&output, occurrences == 1))
                }
                Target::Stories | Target::Canonical | Target::Sightings | Target::Starts => {
                    panic!("parse writes to {:?}", output.target)
                }
            };
            let kept = output.kept;
            (tp, message_of(output), kept)
        };
        outbox.outputs.into_iter().map(to).collect()
    }

    /// What a stage makes of a message of its inbox.
    pub fn judged(
        &self,
        table: &mut dyn DynPartition,
        side: Side,
        p: usize,
        offset: usize,
        message: &Message,
    ) -> Writes {
        let tp = Tp(Topic::Inbox(side), p);
        let record = record("newsmill.sim.inbox", tp, offset, message);
        let prepared = self.stage(side).prepare(&record).unwrap();
        let mut outbox = Outbox::default();
        table.apply(prepared, &mut outbox);
        let missing = |(count, _): (Count, u64)| count == Count::StoryTextMissing;
        self.text_missing.set(self.text_missing.get() || outbox.tally.iter().any(missing));
        let kept = outbox.outputs.into_iter().filter(|output| !self.is_lost(output));
        let to = |output: Output| {
            let tp = match output.target {
                Target::Inbox(home::NAME) => Tp(Topic::Inbox(Side::Home), partition(&output.key)),
                Target::Inbox(near::NAME) => Tp(Topic::Inbox(Side::Near), partition(&output.key)),
                Target::Inbox(stage) => panic!("nobody reads {stage:?}"),
                Target::Articles | Target::Stories | Target::Canonical | Target::Sightings => {
                    Tp(Topic::Out, p)
                }
                Target::Starts => Tp(Topic::Starts, p),
            };
            (tp, message_of(output))
        };
        kept.map(to).collect()
    }

    /// Messages that a deliberate bug does not send.
    fn is_lost(&self, output: &Output) -> bool {
        let value = output.value.as_deref();
        let is_status = || {
            let message = near::message::Message::decode(Some(&output.key), value);
            matches!(message.unwrap().word, near::message::Word::Status(_))
        };
        let is_empty_verdict = || match home::message::Message::decode(value) {
            Ok(home::message::Message::Verdict(verdict)) => {
                verdict.registers.iter().all(|register| register.best.is_none())
            }
            Ok(home::message::Message::Observe(_)) | Err(_) => false,
        };
        match output.target {
            Target::Inbox(near::NAME) => self.has(Bug::NoStatus) && is_status(),
            Target::Inbox(home::NAME) => self.has(Bug::NoEmptyVerdict) && is_empty_verdict(),
            Target::Inbox(_)
            | Target::Articles
            | Target::Stories
            | Target::Canonical
            | Target::Sightings
            | Target::Starts => false,
        }
    }

    pub fn open_table(&self, side: Side) -> Box<dyn DynPartition> {
        Arc::clone(self.stage(side)).open(count().get())
    }

    fn stage(&self, side: Side) -> &Arc<dyn DynStage> {
        match side {
            Side::Home => &self.home,
            Side::Near => &self.near,
            Side::Lines => &self.lines,
        }
    }
}

/// The partition of a key on every topic.
fn partition(key: &[u8]) -> usize {
    let partition = newsmill::record::partition_for(key, count());
    usize::try_from(partition).unwrap()
}

/// How many partitions every topic has.
pub fn count() -> NonZeroU32 {
    u32::try_from(PARTITIONS).unwrap().try_into().unwrap()
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
