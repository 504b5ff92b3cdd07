//! Where an engine, and the process, is.

/// Where an engine is; the process is where the least advanced of its engines is, or where the first failed one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum EngineState {
    /// Making clients, fencing predecessors.
    Starting,
    /// Waiting for the group.
    Joining,
    /// Bringing partitions to where they left off.
    Restoring,
    /// Reading and committing.
    Running,
    /// Finishing what was read.
    Draining,
    /// Ended because it was told to.
    Stopped,
    /// Ended because it could not go on.
    Failed,
}

impl EngineState {
    /// Every state, in the order in which they follow each other.
    pub const ALL: [Self; 7] = [
        Self::Starting,
        Self::Joining,
        Self::Restoring,
        Self::Running,
        Self::Draining,
        Self::Stopped,
        Self::Failed,
    ];

    /// The word in logs and labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Joining => "joining",
            Self::Restoring => "restoring",
            Self::Running => "running",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}
