//! What is wrong with a layout file, where, and what would be right.

use std::fmt;
use std::path::PathBuf;

/// One error in a layout file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutError {
    /// The file.
    pub file: PathBuf,
    /// The line in it, from 1; `None` where the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: String,
    /// What would be right.
    pub fix: String,
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {} ({})", self.problem, self.fix)
    }
}

impl std::error::Error for LayoutError {}

/// The line in which the byte `at` of `text` stands.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}
