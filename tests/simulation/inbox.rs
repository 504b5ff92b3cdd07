//! A partition of an inbox on its way to being judged.

use newsmill::stage::DynPartition;

use crate::bug::Bug;
use crate::kafka::{Fetched, Kafka, Side, Topic, Tp};
use crate::program::Program;

/// Changelog key of stream time.
const CLOCK_KEY: &[u8] = &[0x01];

/// A partition of the inbox on its way to being judged.
pub enum Inbox {
    FetchOffset { restored: Option<Box<dyn DynPartition>> },
    AskMark { offset: Option<usize> },
    Restore { offset: Option<usize>, mark: usize, position: usize, table: Box<dyn DynPartition> },
    Live { position: usize, table: Box<dyn DynPartition> },
}

impl Program {
    pub fn first_step(&self) -> Inbox {
        if self.has(Bug::OffsetAfterRestore) {
            Inbox::AskMark { offset: None }
        } else {
            Inbox::FetchOffset { restored: None }
        }
    }
}

impl Inbox {
    /// Where it stands, once it is judged.
    pub fn position(&self) -> Option<usize> {
        if let Self::Live { position, .. } = self { Some(*position) } else { None }
    }

    /// Stable committed offset, then the mark, then the changelog up to the mark, then judge.
    pub fn advanced(self, program: &Program, kafka: &Kafka, side: Side, p: usize) -> Self {
        let (inbox, state) = (Tp(Topic::Inbox(side), p), Tp(Topic::State(side), p));
        match self {
            Self::FetchOffset { restored } => match (kafka.stable_offset(inbox), restored) {
                (Some(position), Some(table)) => Self::Live { position, table },
                (offset @ Some(_), None) => Self::AskMark { offset },
                (None, restored) => Self::FetchOffset { restored },
            },
            Self::AskMark { offset } => {
                let mark = if program.has(Bug::RestoreToLso) {
                    kafka.last_stable_offset(state)
                } else {
                    kafka.high_watermark(state)
                };
                Self::Restore { offset, mark, position: 0, table: program.open_table(side) }
            }
            Self::Restore { offset, mark, position, mut table } => {
                match kafka.fetch(state, position) {
                    Fetched::Message(at, row) if at < mark => {
                        let key = row.key.as_deref().unwrap();
                        let skip = key == CLOCK_KEY && program.has(Bug::ClockOutsideChangelog);
                        if !skip && table.restore(key, row.value.as_deref()).is_err() {
                            program.refused.set(true);
                        }
                        Self::Restore { offset, mark, position: at + 1, table }
                    }
                    Fetched::Message(..) => Self::after_restore(offset, table),
                    Fetched::End(stable) if stable >= mark => Self::after_restore(offset, table),
                    Fetched::End(_) => Self::Restore { offset, mark, position, table },
                }
            }
            live @ Self::Live { .. } => live,
        }
    }

    fn after_restore(offset: Option<usize>, table: Box<dyn DynPartition>) -> Self {
        match offset {
            Some(position) => Self::Live { position, table },
            None => Self::FetchOffset { restored: Some(table) },
        }
    }
}
