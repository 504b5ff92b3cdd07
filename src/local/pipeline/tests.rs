//! The driver, over two stages that are as small as stages can be.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::*;
use crate::record::{Origin, Reason};
use crate::stage::{Cause, Count, Keeping, NoRow, Outcome, Row, Stage, Table, erase};

const COUNTER: StageName = StageName("counter");

/// Passes a page on, whole and word by word to the counter; refuses `bad`, panics at `panic`, stops at `stop`.
struct Words;

impl Stage for Words {
    type Row = NoRow;
    type Prepared = Vec<Output>;

    fn name(&self) -> StageName {
        StageName("words")
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Vec<Output>, Refusal> {
        let text = std::str::from_utf8(record.value.unwrap()).unwrap();
        match text {
            "bad" => return Err(Reject::new(Reason::TextMissing, "bad").into()),
            "panic" => panic!("a bug"),
            "stop" => return Err(Refusal::Stop("no further".to_owned())),
            _ => {}
        }
        let cause = Arc::new(Cause::new(&Origin::of(record), record.headers));
        let output = |target, word: &str| Output {
            target,
            key: word.into(),
            value: Some(word.into()),
            cause: Arc::clone(&cause),
            version: None,
            kept: None,
        };
        let whole = output(Target::Articles, text);
        let words = text.split_whitespace().map(|word| output(Target::Inbox(COUNTER), word));
        Ok([whole].into_iter().chain(words).collect())
    }

    fn apply(&self, _: &mut Table<NoRow>, outputs: Vec<Output>, outbox: &mut Outbox) {
        outbox.outputs.extend(outputs);
        outbox.tally.add(Count::Page(Outcome::Emitted));
    }
}

/// Says how often each word has come.
struct Counter;

#[derive(Debug, Clone)]
struct Seen(u32);

impl Row for Seen {
    type Key = [u8; 16];
    type Place = ();

    fn encode(&self, _: &mut Vec<u8>) {}

    fn decode(_: &[u8]) -> Option<Self> {
        None
    }

    fn last_seen_hour(&self) -> u32 {
        0
    }
}

impl Stage for Counter {
    type Row = Seen;
    type Prepared = (String, Arc<Cause>);

    fn name(&self) -> StageName {
        COUNTER
    }

    fn keeps(&self) -> Option<Keeping> {
        Some(Keeping { meta: Vec::new(), ttl_hours: 1 })
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Self::Prepared, Refusal> {
        let word = String::from_utf8(record.value.unwrap().to_vec()).unwrap();
        Ok((word, Arc::new(Cause::new(&Origin::of(record), record.headers))))
    }

    fn apply(&self, table: &mut Table<Seen>, (word, cause): Self::Prepared, outbox: &mut Outbox) {
        let mut key = [0; 16];
        key.iter_mut().zip(word.bytes()).for_each(|(to, byte)| *to = byte);
        let seen = table.get(&key).map_or(0, |row| row.0) + 1;
        table.put(key, Seen(seen));
        let value = Some(format!("{word} {seen}").into_bytes());
        let (target, key) = (Target::Sightings, word.into_bytes());
        outbox.outputs.push(Output { target, key, value, cause, version: None, kept: None });
    }
}

fn pipeline() -> Pipeline {
    Pipeline { first: erase(Words), inboxes: vec![erase(Counter)], in_rounds: false }
}

/// Writes down what it gets, and fails when it has got so much.
struct Lines {
    lines: Vec<String>,
    room: usize,
}

impl Lines {
    fn new() -> Self {
        Self { lines: Vec::new(), room: usize::MAX }
    }

    fn push(&mut self, line: String) -> Result<(), &'static str> {
        if self.lines.len() == self.room {
            return Err("full");
        }
        self.lines.push(line);
        Ok(())
    }
}

impl Sink for Lines {
    type Error = &'static str;

    fn output(&mut self, output: &Output) -> Result<(), &'static str> {
        let value = String::from_utf8(output.value.clone().unwrap()).unwrap();
        self.push(format!("{:?} {value}", output.target))
    }

    fn reject(
        &mut self,
        input: &Input,
        stage: StageName,
        reject: &Reject,
    ) -> Result<(), &'static str> {
        self.push(format!("{} {} {}", input.offset, stage.0, reject.reason.name()))
    }
}

fn inputs(pages: &[String]) -> impl Iterator<Item = Result<Input, &'static str>> + Send + use<> {
    let pages: Vec<_> = (0..)
        .zip(pages)
        .map(|(n, page)| Ok(Input::page("f".into(), n, None, page.clone().into_bytes())))
        .collect();
    pages.into_iter()
}

fn lines(pages: &[String], threads: usize) -> (Vec<String>, Tally) {
    let mut sink = Lines::new();
    let tally = run(&pipeline(), threads, inputs(pages), &mut sink).unwrap();
    (sink.lines, tally)
}

#[test]
fn what_a_page_caused_stands_behind_it_in_input_order() {
    let pages = ["a b a", "bad", "b", "panic", "a"].map(str::to_owned);
    let (lines, tally) = lines(&pages, 3);
    let expected = [
        "Articles a b a",
        "Sightings a 1",
        "Sightings b 1",
        "Sightings a 2",
        "1 words text_missing",
        "Articles b",
        "Sightings b 2",
        "3 words panic",
        "Articles a",
        "Sightings a 3",
    ];
    assert_eq!(lines, expected);
    let expected = [
        (Count::Page(Outcome::Emitted), 3),
        (Count::Page(Outcome::DeadLettered), 2),
        (Count::DeadLetter(Reason::TextMissing, StageName("words")), 1),
        (Count::DeadLetter(Reason::Panic, StageName("words")), 1),
    ];
    assert_eq!(tally.iter().collect::<Vec<_>>(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_number_of_threads_changes_nothing(
        pages in prop::collection::vec("([a-c] ?){1,6}|bad", 0..400),
        threads in 2..9_usize,
    ) {
        prop_assert_eq!(lines(&pages, 1), lines(&pages, threads));
    }
}

#[test]
fn a_stage_that_refuses_to_go_on_ends_the_run() {
    let mut sink = Lines::new();
    let pages = ["a", "stop", "b"].map(str::to_owned);
    let error = run(&pipeline(), 2, inputs(&pages), &mut sink).unwrap_err();
    assert_eq!(error, RunError::Bug("stage words: no further".to_owned()));
    assert_eq!(sink.lines, ["Articles a", "Sightings a 1"]);
}

#[test]
fn an_input_that_breaks_off_ends_the_run_after_what_it_gave() {
    let mut sink = Lines::new();
    let input = inputs(&["a".to_owned()]).chain([Err("torn")]);
    assert_eq!(run(&pipeline(), 2, input, &mut sink), Err(RunError::Read("torn")));
    assert_eq!(sink.lines, ["Articles a", "Sightings a 1"]);
}

#[test]
fn a_sink_that_is_full_stops_the_reader_of_an_endless_input() {
    let mut sink = Lines { room: 1_000, ..Lines::new() };
    let endless = std::iter::repeat_with(|| {
        Ok::<_, &'static str>(Input::page("f".into(), 0, None, b"a".to_vec()))
    });
    assert_eq!(run(&pipeline(), 3, endless, &mut sink), Err(RunError::Write("full")));
    assert_eq!(sink.lines.len(), 1_000);
}

#[test]
fn no_more_than_a_few_chunks_are_in_flight() {
    struct Slow<'c> {
        read: &'c AtomicUsize,
        written: usize,
        ahead_most: usize,
    }

    impl Sink for Slow<'_> {
        type Error = ();

        fn output(&mut self, output: &Output) -> Result<(), ()> {
            self.written += usize::from(output.target == Target::Articles);
            let ahead = self.read.load(Ordering::SeqCst).saturating_sub(self.written);
            self.ahead_most = self.ahead_most.max(ahead);
            Ok(())
        }

        fn reject(&mut self, _: &Input, _: StageName, _: &Reject) -> Result<(), ()> {
            Err(())
        }
    }

    let read = AtomicUsize::new(0);
    let input = (0..20_000).map(|n| {
        let _ = read.fetch_add(1, Ordering::SeqCst);
        Ok::<_, ()>(Input::page("f".into(), n, None, b"a".to_vec()))
    });
    let mut sink = Slow { read: &read, written: 0, ahead_most: 0 };
    run(&pipeline(), 2, input, &mut sink).unwrap();
    assert_eq!(sink.written, 20_000);
    // Two threads: four promised chunks, one being read, one being sent, one being applied.
    assert!(sink.ahead_most <= 7 * 64, "{} records ahead", sink.ahead_most);
}
