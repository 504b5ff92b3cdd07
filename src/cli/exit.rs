//! How a command ends: the exit codes of DESIGN §2, and a failure on its way to one.

use std::io;

use crate::config::ConfigErrors;
use crate::engine::{End, ExitKind};

/// The exit codes. Scripts and supervisors depend on them: 64, 77 and 78 are not worth a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is well.
    Ok = 0,
    /// It failed while it ran.
    Runtime = 1,
    /// The command line is wrong.
    Usage = 64,
    /// The input cannot be read.
    BadInput = 65,
    /// A bug of ours.
    Bug = 70,
    /// It may work later: brokers are away.
    Temporary = 75,
    /// The brokers refuse us.
    Denied = 77,
    /// The configuration, the topics or the state do not fit.
    Config = 78,
    /// Ctrl-C ended it before its time; as a shell says it.
    Interrupted = 130,
}

/// Why a command failed, and how the process ends.
#[derive(Debug)]
pub struct Failure {
    /// How.
    pub exit: Exit,
    /// Why; `None` where nothing needs to be said.
    pub error: Option<anyhow::Error>,
}

impl Exit {
    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// A failure with this end.
    #[must_use]
    pub fn because(self, error: impl Into<anyhow::Error>) -> Failure {
        Failure { exit: self, error: Some(error.into()) }
    }
}

impl Failure {
    /// With what it leaves behind.
    #[must_use]
    pub fn leaving(self, left: &str) -> Self {
        Self { error: self.error.map(|error| error.context(left.to_owned())), ..self }
    }
}

impl From<anyhow::Error> for Failure {
    /// A reader of our output that went away is no failure: `newsmill schema | head` ends quietly.
    fn from(error: anyhow::Error) -> Self {
        let is_broken_pipe = error.chain().any(|cause| {
            cause
                .downcast_ref::<io::Error>()
                .is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
        });
        if is_broken_pipe {
            Self { exit: Exit::Ok, error: None }
        } else {
            Exit::Runtime.because(error)
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        anyhow::Error::from(error).into()
    }
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Exit::Config.because(errors)
    }
}

impl From<End> for Failure {
    fn from(end: End) -> Self {
        let exit = match &end {
            End::Exit { kind: ExitKind::Bug, .. } => Exit::Bug,
            End::Exit { kind: ExitKind::Denied, .. } => Exit::Denied,
            End::Exit { kind: ExitKind::Config, .. } => Exit::Config,
            End::Exit { kind: ExitKind::Temporary, .. }
            | End::Aborted
            | End::Restart { .. }
            | End::Stopped => Exit::Temporary,
        };
        exit.because(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let broken = io::Error::from(io::ErrorKind::BrokenPipe);
        let failure = Failure::from(anyhow::Error::from(broken).context("writing records"));
        assert_eq!(failure.exit, Exit::Ok);
        assert!(failure.error.is_none());
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::StorageFull)).exit, Exit::Runtime);
    }
}
