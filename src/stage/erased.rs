//! A stage as the drivers see it: its types rubbed out, so that a driver holds a list of any stages.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use thiserror::Error;

use super::{Keeping, Outbox, Record, Refusal, Row, Stage, StageName, Table, TableStats};
use crate::record::{Reason, Reject};

/// The version byte of changelog values. A reader takes this one and the one before.
const STATE_VERSION: u8 = 1;

/// Changelog key of the `meta` record; every other key is longer or greater. It is the first record of the first
/// transaction and never written again, so that a reader finds it before every row.
const META_KEY: &[u8] = &[0x00];

/// Changelog key of stream time.
const CLOCK_KEY: &[u8] = &[0x01];

/// What `prepare` gave, for the `apply` of the same stage.
pub type Prepared = Box<dyn Any + Send>;

/// A stage, by its behaviour only.
pub trait DynStage: Send + Sync {
    /// Its name.
    fn name(&self) -> StageName;

    /// Whether it has a table and a changelog.
    fn is_stateful(&self) -> bool;

    /// [`Stage::is_of_hashes`].
    fn is_of_hashes(&self) -> bool;

    /// [`Stage::prepare`].
    ///
    /// # Errors
    /// As there.
    fn prepare(&self, record: &Record<'_>) -> Result<Prepared, Refusal>;

    /// An empty table for one partition of an inbox with so many partitions.
    fn open(self: Arc<Self>, partitions: u32) -> Box<dyn DynPartition>;
}

/// Takes one changelog record: key and value, `None` a tombstone.
pub type ChangelogWrite<'a> = dyn FnMut(&[u8], Option<&[u8]>) + 'a;

/// One partition of a stage: its table and what is done to it.
pub trait DynPartition: Send {
    /// [`Stage::apply`]. What another stage prepared is not applied; that would be a bug of the driver.
    fn apply(&mut self, prepared: Prepared, outbox: &mut Outbox);

    /// Takes one record of the changelog.
    ///
    /// # Errors
    /// The record cannot be read, or was written under other settings: the state must not be used.
    fn restore(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), RestoreError>;

    /// Hands over each changelog record that the open transaction owes: key and value, `None` a tombstone.
    fn changes(&self, write: &mut ChangelogWrite<'_>);

    /// The transaction committed.
    fn commit(&mut self);

    /// The transaction was aborted.
    fn rollback(&mut self);

    /// How full the table is.
    fn stats(&self) -> TableStats;
}

/// The changelog cannot be used: exit 78.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum RestoreError {
    /// Written by a newer binary, or not by newsmill.
    #[error(
        "changelog record with key {key} has state version {version:?}; this binary reads {STATE_VERSION}"
    )]
    Version {
        /// Hex of the key.
        key: String,
        /// The version byte, where there is one.
        version: Option<u8>,
    },
    /// The bytes are no row.
    #[error("changelog record with key {key} cannot be read")]
    Corrupt {
        /// Hex of the key.
        key: String,
    },
    /// Other partition count, fold version or thresholds than today's.
    #[error(
        "the state was written under other settings: it says {found}, this process {expected}; use a new `app` name and replay, or the old settings"
    )]
    Meta {
        /// What the changelog says.
        found: String,
        /// What this process would write.
        expected: String,
    },
}

/// Rubs out the types of a stage.
pub fn erase<S: Stage>(stage: S) -> Arc<dyn DynStage> {
    Arc::new(Erased(stage))
}

/// [`DynStage::prepare`], with a panic caught: a bug of ours costs one record its place, not the process its life. What
/// the panic says stays out of the dead letter, since it may quote the page.
///
/// # Errors
/// As there, and [`Reason::Panic`].
pub fn prepare_caught(stage: &dyn DynStage, record: &Record<'_>) -> Result<Prepared, Refusal> {
    // No state outlives a panic: `prepare` sees the stage and the record, and changes neither.
    let outcome = catch_unwind(AssertUnwindSafe(|| stage.prepare(record)));
    outcome.unwrap_or_else(|_| {
        let message = "newsmill failed on this record: a bug, please report it";
        Err(Reject::new(Reason::Panic, message).into())
    })
}

struct Erased<S>(S);

/// What names a row of a stage.
type RowKey<S> = <<S as Stage>::Row as Row>::Key;

impl<S: Stage> DynStage for Erased<S> {
    fn name(&self) -> StageName {
        self.0.name()
    }

    fn is_stateful(&self) -> bool {
        self.0.keeps().is_some()
    }

    fn is_of_hashes(&self) -> bool {
        self.0.is_of_hashes()
    }

    fn prepare(&self, record: &Record<'_>) -> Result<Prepared, Refusal> {
        self.0.prepare(record).map(|prepared| Box::new(prepared) as Prepared)
    }

    fn open(self: Arc<Self>, partitions: u32) -> Box<dyn DynPartition> {
        let keeping = self.0.keeps();
        let is_stateful = keeping.is_some();
        let Keeping { meta: terms, ttl_hours } = keeping.unwrap_or_default();
        let mut meta = vec![STATE_VERSION];
        meta.extend_from_slice(&partitions.to_be_bytes());
        meta.extend(terms);
        Box::new(Partition {
            stage: self,
            table: Table::new(ttl_hours),
            is_stateful,
            meta,
            meta_stands: false,
            meta_pending: false,
        })
    }
}

struct Partition<S: Stage> {
    stage: Arc<Erased<S>>,
    table: Table<S::Row>,
    is_stateful: bool,
    meta: Vec<u8>,
    meta_stands: bool,
    /// The open transaction has changed something, so that it must write the `meta` record as well.
    meta_pending: bool,
}

impl<S: Stage> DynPartition for Partition<S> {
    fn apply(&mut self, prepared: Prepared, outbox: &mut Outbox) {
        match prepared.downcast::<S::Prepared>() {
            Ok(prepared) => self.stage.0.apply(&mut self.table, *prepared, outbox),
            Err(_) => debug_assert!(false, "prepared by another stage"),
        }
        self.meta_pending = self.is_stateful && !self.meta_stands;
    }

    fn restore(&mut self, key: &[u8], value: Option<&[u8]>) -> Result<(), RestoreError> {
        if key == META_KEY {
            return self.restore_meta(value);
        }
        let Some(value) = value else {
            if let Ok(key) = RowKey::<S>::try_from(key) {
                self.table.restore(key, None);
            }
            return Ok(());
        };
        if !self.meta_stands {
            return self.restore_meta(None);
        }
        let corrupt = || RestoreError::Corrupt { key: hex(key) };
        let Some((&STATE_VERSION, bytes)) = value.split_first() else {
            return Err(RestoreError::Version { key: hex(key), version: value.first().copied() });
        };
        if key == CLOCK_KEY {
            let ms = <[u8; 8]>::try_from(bytes).map_err(|_| corrupt())?;
            self.table.restore_clock(i64::from_be_bytes(ms));
            return Ok(());
        }
        let key = RowKey::<S>::try_from(key).map_err(|_| corrupt())?;
        let row = S::Row::decode(bytes).ok_or_else(corrupt)?;
        self.table.restore(key, Some(row));
        Ok(())
    }

    fn changes(&self, write: &mut ChangelogWrite<'_>) {
        if self.meta_pending {
            write(META_KEY, Some(&self.meta));
        }
        let mut value = vec![STATE_VERSION];
        if let Some(ms) = self.table.moved_clock() {
            value.extend_from_slice(&ms.to_be_bytes());
            write(CLOCK_KEY, Some(&value));
        }
        for (key, row) in self.table.changes() {
            value.truncate(1);
            let value = row.map(|row| {
                row.encode(&mut value);
                value.as_slice()
            });
            write(key.as_ref(), value);
        }
    }

    fn commit(&mut self) {
        self.meta_stands |= std::mem::take(&mut self.meta_pending);
        self.table.commit();
    }

    fn rollback(&mut self) {
        self.meta_pending = false;
        self.table.rollback();
    }

    fn stats(&self) -> TableStats {
        self.table.stats()
    }
}

impl<S: Stage> Partition<S> {
    fn restore_meta(&mut self, value: Option<&[u8]>) -> Result<(), RestoreError> {
        if value != Some(&self.meta) {
            let found = value.map_or_else(|| "nothing".to_owned(), hex);
            return Err(RestoreError::Meta { found, expected: hex(&self.meta) });
        }
        self.meta_stands = true;
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
