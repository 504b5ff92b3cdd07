//! The table against a model that is too simple to be wrong: a map, copied whole at each commit.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{EXPIRED_A_RECORD, MS_AN_HOUR, Row, Table};

type Key = [u8; 16];

const TTL_HOURS: u32 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Note {
    hour: u32,
    value: u8,
}

impl Row for Note {
    type Key = Key;
    type Place = u8;
    const IS_BOUNDED: bool = true;

    fn encode(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.hour.to_be_bytes());
        into.push(self.value);
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (hour, rest) = bytes.split_first_chunk()?;
        let &[value] = rest else { return None };
        Some(Self { hour: u32::from_be_bytes(*hour), value })
    }

    fn last_seen_hour(&self) -> u32 {
        self.hour
    }

    /// At up to two of four places.
    fn places(&self) -> impl Iterator<Item = u8> {
        [self.value % 4, self.value / 4 % 4]
            .into_iter()
            .filter(|place| *place > 0)
            .collect::<BTreeSet<_>>()
            .into_iter()
    }

    /// Three owners.
    fn owner(key: &Key) -> u16 {
        u16::from(key[0] % 3)
    }

    fn worth(&self) -> u8 {
        self.value % 4
    }

    fn heap_bytes(&self) -> usize {
        usize::from(self.value)
    }
}

#[derive(Debug, Clone)]
enum Step {
    /// Put a row that was seen so many hours before stream time.
    Put {
        key: u8,
        age: u32,
        value: u8,
    },
    Advance {
        ms: i64,
    },
    Expire,
    /// There is room for so many rows.
    CrowdOut(usize),
    Commit,
    Rollback,
    /// The owner dies and another one restores the changelog.
    Restore,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..8_u8, 0..5_u32, any::<u8>())
            .prop_map(|(key, age, value)| Step::Put { key, age, value }),
        3 => (0..12 * MS_AN_HOUR).prop_map(|ms| Step::Advance { ms }),
        3 => Just(Step::Expire),
        2 => (0..7_usize).prop_map(Step::CrowdOut),
        2 => Just(Step::Commit),
        2 => Just(Step::Rollback),
        1 => Just(Step::Restore),
    ];
    prop::collection::vec(step, 0..60)
}

fn key(n: u8) -> Key {
    [n; 16]
}

/// Rows and stream time, nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model {
    rows: BTreeMap<Key, Note>,
    clock: Option<i64>,
}

impl Model {
    fn hour(&self) -> u32 {
        self.clock.map_or(0, |ms| u32::try_from(ms / MS_AN_HOUR).unwrap())
    }

    /// The row that leaves next, by the rule said plainly.
    fn next_to_leave(&self) -> Option<Key> {
        let of = |owner: u16| self.rows.keys().filter(move |key| Note::owner(key) == owner).count();
        let most = (0..3).max_by_key(|owner| (of(*owner), std::cmp::Reverse(*owner)))?;
        let its = self.rows.iter().filter(|(key, _)| Note::owner(key) == most);
        its.min_by_key(|(key, row)| (row.worth(), row.hour, **key)).map(|(key, _)| *key)
    }

    fn dead(&self, row: Note) -> bool {
        row.hour + TTL_HOURS < self.hour()
    }
}

/// What stands on the changelog, compacted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changelog {
    rows: BTreeMap<Key, Vec<u8>>,
    clock: Option<i64>,
}

impl Changelog {
    fn write(&mut self, table: &Table<Note>) {
        if let Some(ms) = table.moved_clock() {
            self.clock = Some(ms);
        }
        for (key, row) in table.changes() {
            match row {
                Some(row) => {
                    let mut bytes = Vec::new();
                    row.encode(&mut bytes);
                    drop(self.rows.insert(*key, bytes));
                }
                None => assert!(self.rows.remove(key).is_some(), "a tombstone for nothing"),
            }
        }
    }

    fn replay(&self) -> Table<Note> {
        let mut table = Table::new(TTL_HOURS);
        for (key, bytes) in &self.rows {
            table.restore(*key, Note::decode(bytes));
        }
        if let Some(ms) = self.clock {
            table.restore_clock(ms);
        }
        table
    }
}

fn same(table: &Table<Note>, model: &Model) {
    assert_eq!(table.hour(), model.hour());
    assert_eq!(table.stats().rows, model.rows.len() as u64);
    for n in 0..8 {
        let expected = model.rows.get(&key(n)).copied().filter(|row| !model.dead(*row));
        assert_eq!(table.get(&key(n)).copied(), expected, "row {n}");
    }
    for place in 0..4 {
        let there: Vec<_> = table.at(place).map(|(key, row)| (*key, *row)).collect();
        let rows = model.rows.iter().filter(|(_, row)| row.places().any(|other| other == place));
        let rows: Vec<_> = rows.map(|(key, row)| (*key, *row)).collect();
        assert_eq!(there, rows, "at {place}");
    }
    let beside: usize = model.rows.values().map(Row::heap_bytes).sum();
    let bytes = model.rows.len() * Table::<Note>::ROW_BYTES + beside;
    assert_eq!(table.stats().bytes, bytes as u64);
    let index: Vec<_> = table.hours.iter().copied().collect();
    let mut rows: Vec<_> = model.rows.iter().map(|(key, row)| (row.hour, *key)).collect();
    rows.sort_unstable();
    assert_eq!(index, rows, "the hour index");
    assert_eq!(table.crowd.len(), model.rows.len(), "who leaves when");
}

fn run(steps: Vec<Step>) {
    let mut table = Table::new(TTL_HOURS);
    let (mut model, mut committed) = (Model::default(), Model::default());
    let mut changelog = Changelog::default();
    for step in steps {
        match step {
            Step::Put { key: n, age, value } => {
                let row = Note { hour: model.hour().saturating_sub(age), value };
                table.put(key(n), row);
                let _ = model.rows.insert(key(n), row);
            }
            Step::Advance { ms } => {
                table.advance_clock(ms);
                model.clock = model.clock.max(Some(ms));
            }
            Step::Expire => {
                let dead: Vec<_> = model
                    .rows
                    .iter()
                    .filter(|(_, row)| model.dead(**row))
                    .map(|(key, _)| *key)
                    .collect();
                let mut ended = table.expire();
                ended.sort_unstable();
                assert_eq!(ended, dead);
                model.rows.retain(|key, _| !dead.contains(key));
            }
            Step::CrowdOut(room) => {
                let leaves = model.next_to_leave().filter(|_| model.rows.len() > room);
                let left = table.crowd_out(room);
                assert_eq!(left, leaves.map(|key| (key, model.rows[&key])));
                let _ = leaves.and_then(|key| model.rows.remove(&key));
            }
            Step::Commit => {
                changelog.write(&table);
                table.commit();
                committed = model.clone();
            }
            Step::Rollback => {
                table.rollback();
                model = committed.clone();
            }
            Step::Restore => {
                table = changelog.replay();
                model = committed.clone();
            }
        }
        same(&table, &model);
        same(&changelog.replay(), &committed);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn the_table_and_the_replay_of_its_changelog_equal_the_model(steps in steps()) {
        run(steps);
    }
}

#[test]
fn a_row_that_changed_five_thousand_times_is_one_change() {
    let mut table = Table::new(TTL_HOURS);
    for n in 0..5_000_u32 {
        table.put(key(1), Note { hour: n, value: 0 });
    }
    assert_eq!(table.changes().count(), 1);
}

#[test]
fn at_most_a_thousand_rows_end_at_one_record_the_oldest_first() {
    let mut table = Table::new(TTL_HOURS);
    for n in 0..2_500_u32 {
        let mut key = [0; 16];
        key[..4].copy_from_slice(&n.to_be_bytes());
        table.put(key, Note { hour: 2_500 - n, value: 0 });
    }
    table.advance_clock(1_000_000 * MS_AN_HOUR);
    assert_eq!(table.expire().len(), EXPIRED_A_RECORD);
    assert_eq!(table.hours.first().map(|(hour, _)| *hour), Some(1_001));
    assert_eq!(
        [table.expire(), table.expire(), table.expire()].map(|ended| ended.len()),
        [1_000, 500, 0]
    );
}

#[test]
fn a_row_lives_to_the_end_of_its_last_hour() {
    let mut table = Table::new(TTL_HOURS);
    table.put(key(1), Note { hour: 10, value: 0 });
    table.advance_clock(14 * MS_AN_HOUR - 1);
    assert!(table.get(&key(1)).is_some());
    table.advance_clock(14 * MS_AN_HOUR);
    assert!(table.get(&key(1)).is_none(), "dead before it is swept");
}

#[test]
fn stream_time_never_goes_back() {
    let mut table: Table<Note> = Table::new(TTL_HOURS);
    table.advance_clock(9 * MS_AN_HOUR);
    table.commit();
    table.advance_clock(2 * MS_AN_HOUR);
    assert_eq!((table.hour(), table.moved_clock()), (9, None));
}
