//! Files that commands write: each has the name that was given only once it is whole, so that nothing half-written is taken
//! for what it was to be, whatever ended the command.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file that is being written, under a name of its own.
#[derive(Debug)]
pub(super) struct Part {
    whole: PathBuf,
    part: PathBuf,
}

impl Part {
    /// The part of a file; `None` where it is a device or a pipe, which takes everything as it comes.
    pub(super) fn of(path: &Path) -> Option<Self> {
        if fs::metadata(path).is_ok_and(|data| !data.is_file()) {
            return None;
        }
        // What a link points to is written, not the link.
        let whole = if path.is_symlink() { fs::canonicalize(path).ok() } else { None };
        let whole = whole.unwrap_or_else(|| path.to_owned());
        let mut part = whole.clone().into_os_string();
        part.push(".part");
        Some(Self { whole, part: part.into() })
    }

    /// Its name until it is whole.
    pub(super) fn path(&self) -> &Path {
        &self.part
    }

    /// It is whole: what had its name is gone.
    ///
    /// # Errors
    /// The file system's.
    pub(super) fn finish(&self) -> io::Result<()> {
        fs::rename(&self.part, &self.whole)
    }
}

/// What is left where a command ends before its time; `None` where nothing is.
pub(super) fn left(parts: &[Part]) -> Option<String> {
    let names: Vec<String> = parts.iter().map(|part| part.part.display().to_string()).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is not whole")),
        [first @ .., last] => Some(format!("{} and {last} are not whole", first.join(", "))),
    }
}
