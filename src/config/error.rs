//! What is wrong with a configuration: everything at once, each with its place and the way out.

use std::fmt;

use thiserror::Error;

/// Where a value was set; in the order in which errors are said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Nowhere: it is the default.
    Default,
    /// In the file.
    File {
        /// Its path, as given.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// The file itself.
    WholeFile(
        /// Its path, as given.
        String,
    ),
    /// In the environment.
    Env(
        /// The name of the variable.
        String,
    ),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::WholeFile(path) => f.write_str(path),
            Self::Env(name) => f.write_str(name),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// Where.
    pub place: Place,
    /// What, and how to put it right.
    pub message: String,
}

/// Everything that is wrong: exit code 78.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct ConfigErrors(
    /// At least one.
    pub Vec<ConfigError>,
);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.0.len() == 1 { "error" } else { "errors" };
        write!(f, "{} {noun} in the configuration", self.0.len())?;
        for error in &self.0 {
            write!(f, "\n  {}: {}", error.place, error.message)?;
        }
        Ok(())
    }
}
