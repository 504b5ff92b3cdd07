//! What is found, how bad it is, and what to do about it.

use std::fmt::Write as _;

use serde::Serialize;

use crate::engine::{End, ExitKind};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Level {
    /// As it should be.
    Ok,
    /// It runs, and somebody should look.
    Doubt,
    /// It will not run, or not as promised.
    Wrong,
    /// The brokers do not let us.
    Denied,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) level: Level,
    /// What was looked at.
    pub(super) subject: String,
    /// What was found.
    pub(super) said: String,
    /// What to do, where there is something to do.
    pub(super) fix: Option<String>,
}

impl Finding {
    pub(super) fn ok(subject: impl Into<String>, said: impl Into<String>) -> Self {
        Self { level: Level::Ok, subject: subject.into(), said: said.into(), fix: None }
    }

    pub(super) fn doubt(
        subject: impl Into<String>,
        said: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let (subject, said) = (subject.into(), said.into());
        Self { level: Level::Doubt, subject, said, fix: Some(fix.into()) }
    }

    pub(super) fn wrong(
        subject: impl Into<String>,
        said: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { level: Level::Wrong, ..Self::doubt(subject, said, fix) }
    }

    /// Of a question that was not answered: refused with the right that is missing, else with what was said.
    pub(super) fn failed(subject: impl Into<String>, end: &End, right: impl Into<String>) -> Self {
        let level = match end {
            End::Exit { kind: ExitKind::Denied, .. } => Level::Denied,
            End::Exit { .. } | End::Restart { .. } | End::Aborted | End::Stopped => Level::Wrong,
        };
        let fix = match level {
            Level::Denied => right.into(),
            Level::Ok | Level::Doubt | Level::Wrong => "look at the brokers' logs".to_owned(),
        };
        Self { level, subject: subject.into(), said: end.to_string(), fix: Some(fix) }
    }

    /// A line, and another one for the fix.
    pub(super) fn text(&self) -> String {
        let word = match self.level {
            Level::Ok => "ok    ",
            Level::Doubt => "doubt ",
            Level::Wrong => "WRONG ",
            Level::Denied => "DENIED",
        };
        let mut text = format!("{word}  {}: {}\n", self.subject, self.said);
        if let Some(fix) = &self.fix {
            // A string takes whatever is written to it.
            writeln!(text, "        fix: {fix}").ok();
        }
        text
    }
}
