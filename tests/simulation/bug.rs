//! Deliberate bugs: the simulation must find each, else it proves nothing.

/// What an engine does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Restores the changelog only to the last stable offset: commits whose markers are late are missed.
    RestoreToLso,
    /// Fetches the committed offset after the restore. It takes an engine that flushes after it has added its offsets
    /// to be harmful: rows may then come in between.
    OffsetAfterRestore,
    /// An abort leaves the tables as they are.
    NoRollback,
    /// Stream time is not restored.
    ClockOutsideChangelog,
    /// Own and related occurrences of a story reach two owners.
    TwoInboxes,
    /// A partition that was lost and came back within one transaction is kept as it is.
    RegainWithoutAbort,
    /// Texts of an aborted transaction count as sent.
    TextsSentThoughAborted,
    /// Offsets are added without member id and generation, and so taken from anybody.
    UnfencedOffsets,
    /// `near` is not told when a story grows older, or begins or ceases to stand for itself.
    NoStatus,
    /// `home` is not told when a story matches nobody any more.
    NoEmptyVerdict,
}
