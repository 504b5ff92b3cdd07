//! A stage behind its drivers' view: what the changelog holds, and when a restore refuses it.

use super::*;
use crate::record::Reason;
use crate::stage::{Count, NoRow, Output};

type Key = [u8; 16];

/// A stage that counts the records of a key.
struct Counter {
    meta: u8,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen(u32);

impl Row for Seen {
    type Key = Key;
    type Place = ();

    fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.0.to_be_bytes());
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        Some(Self(u32::from_be_bytes(bytes.try_into().ok()?)))
    }

    fn last_seen_hour(&self) -> u32 {
        0
    }
}

impl Stage for Counter {
    type Row = Seen;
    type Prepared = Key;

    fn name(&self) -> StageName {
        StageName("counter")
    }

    fn keeps(&self) -> Option<Keeping> {
        Some(Keeping { meta: vec![self.meta], ttl_hours: 1 })
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Key, Refusal> {
        match record.value {
            Some(&[n]) => Ok([n; 16]),
            Some(text) => panic!("not one byte: {text:?}"),
            None => Err(Refusal::Stop("no value".to_owned())),
        }
    }

    fn apply(&self, table: &mut Table<Seen>, key: Key, outbox: &mut Outbox) {
        let seen = table.get(&key).map_or(0, |row| row.0) + 1;
        table.advance_clock(i64::from(seen));
        table.put(key, Seen(seen));
        outbox.tally.add(Count::Expired(self.name()));
    }
}

/// A stage without a table.
struct Silent;

impl Stage for Silent {
    type Row = NoRow;
    type Prepared = ();

    fn name(&self) -> StageName {
        StageName("silent")
    }

    fn prepare(&self, _: &Record<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn apply(&self, _: &mut Table<NoRow>, (): (), _: &mut Outbox) {}
}

fn record(value: Option<&[u8]>) -> Record<'_> {
    let (topic, timestamp) = ("inbox", None);
    Record { topic, partition: 0, offset: 0, timestamp, key: None, value, headers: &[] }
}

fn apply(stage: &Arc<dyn DynStage>, partition: &mut dyn DynPartition, value: u8) {
    let prepared = prepare_caught(&**stage, &record(Some(&[value]))).unwrap();
    partition.apply(prepared, &mut Outbox::default());
}

type Changes = Vec<(Vec<u8>, Option<Vec<u8>>)>;

fn changes(partition: &dyn DynPartition) -> Changes {
    let mut changes = Vec::new();
    partition.changes(&mut |key, value| changes.push((key.to_vec(), value.map(<[u8]>::to_vec))));
    changes
}

fn restored(
    stage: &Arc<dyn DynStage>,
    changes: &Changes,
) -> Result<Box<dyn DynPartition>, RestoreError> {
    let mut partition = Arc::clone(stage).open(24);
    for (key, value) in changes {
        partition.restore(key, value.as_deref())?;
    }
    Ok(partition)
}

#[test]
fn the_first_transaction_that_commits_writes_meta_before_its_rows() {
    let stage = erase(Counter { meta: 7 });
    let mut partition = Arc::clone(&stage).open(24);
    assert!(changes(&*partition).is_empty());
    apply(&stage, &mut *partition, 1);
    partition.rollback();
    assert!(changes(&*partition).is_empty(), "rolled back");
    apply(&stage, &mut *partition, 1);
    let first = changes(&*partition);
    let expected = vec![
        (vec![0], Some(vec![STATE_VERSION, 0, 0, 0, 24, 7])),
        (vec![1], Some(vec![STATE_VERSION, 0, 0, 0, 0, 0, 0, 0, 1])),
        (vec![1; 16], Some(vec![STATE_VERSION, 0, 0, 0, 1])),
    ];
    assert_eq!(first, expected);
    partition.commit();
    apply(&stage, &mut *partition, 1);
    assert!(changes(&*partition).iter().all(|(key, _)| key != META_KEY), "once");

    let mut partition = restored(&stage, &first).unwrap();
    assert_eq!(partition.stats().rows, 1);
    apply(&stage, &mut *partition, 2);
    assert!(changes(&*partition).iter().all(|(key, _)| key != META_KEY), "it stands already");
}

#[test]
fn state_of_other_settings_is_refused() {
    let stage = erase(Counter { meta: 7 });
    let mut partition = Arc::clone(&stage).open(24);
    apply(&stage, &mut *partition, 1);
    let written = changes(&*partition);
    let other = erase(Counter { meta: 8 });
    assert!(matches!(restored(&other, &written).err(), Some(RestoreError::Meta { .. })));
    let mut fewer = Arc::clone(&stage).open(12);
    let (key, value) = &written[0];
    assert!(matches!(fewer.restore(key, value.as_deref()), Err(RestoreError::Meta { .. })));
}

#[test]
fn a_row_without_meta_before_it_is_refused() {
    let stage = erase(Counter { meta: 7 });
    let row = vec![(vec![1; 16], Some(vec![STATE_VERSION, 0, 0, 0, 1]))];
    assert!(matches!(restored(&stage, &row).err(), Some(RestoreError::Meta { .. })));
}

#[test]
fn what_is_no_row_of_ours_is_refused() {
    let stage = erase(Counter { meta: 7 });
    let mut partition = Arc::clone(&stage).open(24);
    apply(&stage, &mut *partition, 1);
    let meta = changes(&*partition).swap_remove(0);
    let with = |key: &[u8], value: &[u8]| {
        restored(&stage, &vec![meta.clone(), (key.to_vec(), Some(value.to_vec()))]).err()
    };
    let version = |version| Some(RestoreError::Version { key: hex(&[1; 16]), version });
    assert_eq!(with(&[1; 16], &[9, 0, 0, 0, 1]), version(Some(9)));
    assert_eq!(with(&[1; 16], &[]), version(None));
    let corrupt = |key: &[u8]| Some(RestoreError::Corrupt { key: hex(key) });
    assert_eq!(with(&[1; 16], &[STATE_VERSION, 0]), corrupt(&[1; 16]));
    assert_eq!(with(&[1; 15], &[STATE_VERSION, 0, 0, 0, 1]), corrupt(&[1; 15]));
    assert_eq!(with(CLOCK_KEY, &[STATE_VERSION, 0]), corrupt(CLOCK_KEY));
}

#[test]
fn a_stage_without_a_table_owes_its_changelog_nothing() {
    let stage = erase(Silent);
    let mut partition = Arc::clone(&stage).open(24);
    let prepared = stage.prepare(&record(None)).unwrap();
    partition.apply(prepared, &mut Outbox { outputs: Vec::<Output>::new(), ..Outbox::default() });
    assert!(changes(&*partition).is_empty());
}

#[test]
fn a_panic_is_a_dead_letter_that_does_not_quote_the_record() {
    let stage = erase(Counter { meta: 7 });
    let Err(Refusal::DeadLetter(reject)) = prepare_caught(&*stage, &record(Some(b"secret"))) else {
        panic!("it was taken");
    };
    assert_eq!(reject.reason, Reason::Panic);
    assert!(!reject.message.contains("115"), "{}", reject.message);
}
