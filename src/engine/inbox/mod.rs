//! What is read and not applied yet: a `partition` and its `chunk`s of records, which `workers` prepare and the `sequencer` puts
//! back into order, within one byte `budget`; and the `breaker`, which holds a partition of bad pages. Asks no broker anything.

pub(super) mod breaker;
pub(super) mod budget;
pub(super) mod chunk;
pub(super) mod partition;
pub(super) mod sequencer;
pub(super) mod workers;
