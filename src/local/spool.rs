//! Pages that can be read only once, copied so that they can be read again.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

use super::source::STDIN;

/// A copy of a pipe or of the standard input, in a temporary file that has no name: it goes with the process.
#[derive(Debug)]
pub struct Spool {
    file: File,
    /// When what was copied was last changed; `None` where nobody knows.
    pub changed: Option<SystemTime>,
    /// Its bytes.
    pub bytes: u64,
}

impl Spool {
    /// A copy of what can be read only once; `None` of a file.
    ///
    /// # Errors
    /// It cannot be read, or there is no room for temporary files.
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        if path == Path::new(STDIN) {
            return Ok(Some(Self::copy(&mut io::stdin().lock(), None)?));
        }
        let mut opened = File::open(path)?;
        let data = opened.metadata()?;
        if data.is_file() || data.is_dir() {
            return Ok(None);
        }
        Ok(Some(Self::copy(&mut opened, data.modified().ok())?))
    }

    fn copy(from: &mut impl Read, changed: Option<SystemTime>) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        let bytes = io::copy(from, &mut file)?;
        Ok(Self { file, changed, bytes })
    }

    /// Reads it from its beginning. One reader at a time: they share a place.
    ///
    /// # Errors
    /// The file's own.
    pub fn open(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        let _beginning = file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}
