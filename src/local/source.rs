//! The pages of a file, one after the other: text, JSON lines or NUL-separated pieces, plain or packed.
//!
//! Nothing is read ahead of need, and a page that is longer than the limit is held only as far as it takes to say so.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use flate2::bufread::MultiGzDecoder;
use thiserror::Error;

use super::{Input, Spool};

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// The path that stands for the standard input.
pub const STDIN: &str = "-";

/// Bytes that a file is read in.
const BUFFER: usize = 64 * 1024;

/// How a file is cut into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// JSON lines where the first byte that is no white space is `{`, but one page where that is all of its line (an
    /// envelope printed for the eye); else the file is one page.
    ByFirstByte,
    /// At each NUL.
    AtNul,
}

/// How pages are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// How a file is cut.
    pub cut: Cut,
    /// Of a page longer than this, in bytes, only one byte more is kept: enough for the stage to refuse it.
    pub page_bytes: usize,
    /// The time of pages that say none and come from no file, in milliseconds since 1970.
    pub now: i64,
}

/// A file that cannot be read, or not to its end.
#[derive(Debug, Error)]
#[error("{path}: {error}")]
pub struct SourceError {
    /// The path, `-` for the standard input.
    pub path: Arc<str>,
    /// Why.
    pub error: io::Error,
}

/// An open file, and how it is cut into pages.
pub struct Source {
    path: Arc<str>,
    timestamp: i64,
    reader: Box<dyn BufRead + Send>,
    separator: Option<u8>,
    page_bytes: usize,
    next_index: i64,
    ended: bool,
}

impl Source {
    /// Opens a file; its pages have its time of change. `read` counts the bytes as they leave the disk.
    ///
    /// # Errors
    /// The file cannot be opened, or its first bytes cannot be unpacked.
    pub fn open(
        path: &Path,
        reading: &Reading,
        read: &Arc<AtomicU64>,
    ) -> Result<Self, SourceError> {
        let name: Arc<str> = path.to_string_lossy().into();
        let failed = |error| SourceError { path: Arc::clone(&name), error };
        let file = File::open(path).map_err(failed)?;
        let changed = file.metadata().and_then(|data| data.modified()).map_err(failed)?;
        Self::new(Arc::clone(&name), Box::new(file), milliseconds(changed), reading, read)
    }

    /// Reads the standard input, whose path is `-`.
    ///
    /// # Errors
    /// Its first bytes cannot be read or unpacked.
    pub fn stdin(reading: &Reading, read: &Arc<AtomicU64>) -> Result<Self, SourceError> {
        Self::new(STDIN.into(), Box::new(io::stdin()), reading.now, reading, read)
    }

    /// Reads the copy of what can be read only once.
    ///
    /// # Errors
    /// Its first bytes cannot be read or unpacked.
    pub fn spooled(
        path: &Path,
        spool: &Spool,
        reading: &Reading,
        read: &Arc<AtomicU64>,
    ) -> Result<Self, SourceError> {
        let name: Arc<str> = path.to_string_lossy().into();
        let file = spool.open().map_err(|error| SourceError { path: Arc::clone(&name), error })?;
        let timestamp = spool.changed.map_or(reading.now, milliseconds);
        Self::new(name, Box::new(file), timestamp, reading, read)
    }

    /// Reads anything.
    ///
    /// # Errors
    /// Its first bytes cannot be read or unpacked.
    pub fn new(
        path: Arc<str>,
        from: Box<dyn Read + Send>,
        timestamp: i64,
        reading: &Reading,
        read: &Arc<AtomicU64>,
    ) -> Result<Self, SourceError> {
        let counted = Counted { from, read: Arc::clone(read) };
        let opened = unpacked(BufReader::with_capacity(BUFFER, counted)).and_then(|mut reader| {
            let separator = match reading.cut {
                Cut::AtNul => Some(0),
                Cut::ByFirstByte => has_json_lines(&mut *reader)?.then_some(b'\n'),
            };
            Ok((reader, separator))
        });
        let (reader, separator) =
            opened.map_err(|error| SourceError { path: Arc::clone(&path), error })?;
        let page_bytes = reading.page_bytes;
        Ok(Self { path, timestamp, reader, separator, page_bytes, next_index: 0, ended: false })
    }

    /// The next piece between two separators, white space alone being none; `None` at the end.
    fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let (piece, ended) =
                read_piece(&mut *self.reader, self.separator, self.page_bytes.saturating_add(1))?;
            self.ended = ended;
            let blank = match self.separator {
                Some(b'\n') => piece.iter().all(u8::is_ascii_whitespace),
                _ => piece.is_empty(),
            };
            if !blank {
                return Ok(Some(piece));
            }
            if ended {
                return Ok(None);
            }
        }
    }
}

impl Iterator for Source {
    type Item = Result<Input, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.piece() {
            Ok(piece) => {
                let value = piece?;
                let index = self.next_index;
                self.next_index += 1;
                Some(Ok(Input::page(Arc::clone(&self.path), index, Some(self.timestamp), value)))
            }
            Err(error) => {
                self.ended = true;
                Some(Err(SourceError { path: Arc::clone(&self.path), error }))
            }
        }
    }
}

/// The pages of several files, one file after the other; each is opened when its turn comes.
pub struct Sources<'s> {
    paths: std::iter::Enumerate<std::vec::IntoIter<PathBuf>>,
    spools: &'s [Option<Spool>],
    current: Option<Source>,
    reading: Reading,
    read: Arc<AtomicU64>,
}

impl<'s> Sources<'s> {
    /// The pages of these files; `-` is the standard input. A path that has a spool at its place is read from there.
    /// `read` counts bytes as they leave the disk.
    #[must_use]
    pub fn new(
        paths: Vec<PathBuf>,
        spools: &'s [Option<Spool>],
        reading: Reading,
        read: &Arc<AtomicU64>,
    ) -> Self {
        let (paths, read) = (paths.into_iter().enumerate(), Arc::clone(read));
        Self { paths, spools, current: None, reading, read }
    }

    fn open(&self, at: usize, path: &Path) -> Result<Source, SourceError> {
        if let Some(spool) = self.spools.get(at).and_then(Option::as_ref) {
            Source::spooled(path, spool, &self.reading, &self.read)
        } else if path == Path::new(STDIN) {
            Source::stdin(&self.reading, &self.read)
        } else {
            Source::open(path, &self.reading, &self.read)
        }
    }
}

impl Iterator for Sources<'_> {
    type Item = Result<Input, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(input) = self.current.as_mut().and_then(Iterator::next) {
                return Some(input);
            }
            let (at, path) = self.paths.next()?;
            match self.open(at, &path) {
                Ok(source) => self.current = Some(source),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// A reader that says how far it is.
struct Counted {
    from: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(into)?;
        let _before = self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Unpacks gzip (of any number of members) and zstd, by their first bytes.
fn unpacked(mut reader: BufReader<Counted>) -> io::Result<Box<dyn BufRead + Send>> {
    let start = reader.fill_buf()?;
    if start.starts_with(GZIP) {
        return Ok(Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(reader))));
    }
    if start.starts_with(ZSTD) {
        let decoder = zstd::stream::read::Decoder::with_buffer(reader)?;
        return Ok(Box::new(BufReader::with_capacity(BUFFER, decoder)));
    }
    Ok(Box::new(reader))
}

/// White space that fills a whole buffer counts as text: no JSON begins like that.
fn has_json_lines(reader: &mut dyn BufRead) -> io::Result<bool> {
    let start = reader.fill_buf()?;
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    let Some(object) = start.trim_ascii_start().strip_prefix(b"{") else { return Ok(false) };
    let line = object.split(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(!(line.len() < object.len() && line.trim_ascii().is_empty()))
}

/// Reads to the separator (which is passed over) or to the end, keeping at most `keep` bytes; says whether it was the
/// end.
fn read_piece(
    reader: &mut dyn BufRead,
    separator: Option<u8>,
    keep: usize,
) -> io::Result<(Vec<u8>, bool)> {
    let mut piece = Vec::new();
    loop {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            return Ok((piece, true));
        }
        let found = separator.and_then(|separator| memchr::memchr(separator, buffer));
        let part = found.and_then(|at| buffer.get(..at)).unwrap_or(buffer);
        let room = keep.saturating_sub(piece.len()).min(part.len());
        piece.extend_from_slice(part.get(..room).unwrap_or_default());
        let passed = part.len() + usize::from(found.is_some());
        reader.consume(passed);
        if found.is_some() {
            return Ok((piece, false));
        }
    }
}

fn milliseconds(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn pages_with(cut: Cut, page_bytes: usize, bytes: &[u8]) -> Vec<Result<Vec<u8>, String>> {
        let reading = Reading { cut, page_bytes, now: 5 };
        let from = Box::new(io::Cursor::new(bytes.to_vec()));
        let source = Source::new("f".into(), from, 5, &reading, &Arc::default()).unwrap();
        let mut index = 0;
        source
            .map(|input| {
                let input = input.map_err(|error| error.to_string())?;
                assert_eq!((input.offset, input.timestamp), (index, Some(5)));
                index += 1;
                Ok(input.value.unwrap())
            })
            .collect()
    }

    fn pages(cut: Cut, bytes: &[u8]) -> Vec<Vec<u8>> {
        pages_with(cut, 1_000_000, bytes).into_iter().map(Result::unwrap).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_text_file_is_one_page() {
        assert_eq!(pages(Cut::ByFirstByte, b"Headline\nText\0\n"), [b"Headline\nText\0\n"]);
    }

    #[test]
    fn a_file_that_begins_with_a_brace_is_json_lines() {
        let lines = b"\xef\xbb\xbf{\"a\":1}\r\n\n  \n{\"b\":2}";
        let expected = [b"\xef\xbb\xbf{\"a\":1}\r".to_vec(), b"{\"b\":2}".to_vec()];
        assert_eq!(pages(Cut::ByFirstByte, lines), expected);
        assert_eq!(pages(Cut::ByFirstByte, b"{}\n[]\n{}\n"), [b"{}", b"[]", b"{}"]);
    }

    #[test]
    fn an_envelope_that_is_printed_for_the_eye_is_one_page() {
        for envelope in [&b"{\n  \"text\": \"a\"\n}\n"[..], b"\xef\xbb\xbf { \r\n\"a\":1}"] {
            assert_eq!(pages(Cut::ByFirstByte, envelope), [envelope]);
        }
        assert_eq!(pages(Cut::ByFirstByte, b"{"), [b"{"]);
    }

    #[test]
    fn nul_splits_pages_and_an_empty_piece_is_none() {
        assert_eq!(
            pages(Cut::AtNul, b"a\nb\0{}\0\0c\0"),
            [b"a\nb".to_vec(), b"{}".to_vec(), b"c".to_vec()]
        );
    }

    #[test]
    fn an_empty_file_holds_no_page() {
        assert!(pages(Cut::ByFirstByte, b"").is_empty());
        assert!(pages(Cut::AtNul, b"\0").is_empty());
    }

    #[test]
    fn gzip_and_zstd_are_known_by_their_first_bytes() {
        let lines = b"{\"a\":1}\n{\"b\":2}\n";
        let members = [gzip(b"{\"a\":1}\n"), gzip(b"{\"b\":2}\n")].concat();
        assert_eq!(pages(Cut::ByFirstByte, &members), pages(Cut::ByFirstByte, lines));
        let packed = zstd::encode_all(&lines[..], 1).unwrap();
        assert_eq!(pages(Cut::ByFirstByte, &packed), pages(Cut::ByFirstByte, lines));
    }

    #[test]
    fn a_page_past_the_limit_is_held_to_one_byte_more_and_the_next_one_is_whole() {
        let lines = [&b"{"[..], &[b'x'; 200_000], b"\n{}\n"].concat();
        let pages = pages_with(Cut::ByFirstByte, 10, &lines);
        assert_eq!(pages, [Ok(b"{xxxxxxxxxx".to_vec()), Ok(b"{}".to_vec())]);
    }

    #[test]
    fn a_torn_file_is_an_error_after_its_whole_pages() {
        let mut text = Vec::new();
        for n in 0..50_000_u32 {
            text.extend_from_slice(
                format!("{{\"n\":{}}}\n", n.wrapping_mul(2_654_435_761)).as_bytes(),
            );
        }
        let packed = gzip(&text);
        let pages = pages_with(Cut::ByFirstByte, 1_000, &packed[..packed.len() - 40]);
        let (last, before) = pages.split_last().unwrap();
        assert!(before.len() > 10_000 && before.iter().all(Result::is_ok));
        assert!(last.as_ref().unwrap_err().starts_with("f: "), "{last:?}");
    }

    #[test]
    fn files_are_read_one_after_the_other_each_from_its_own_index_0() {
        let dir = tempfile::tempdir().unwrap();
        let paths: Vec<_> = ["a", "b"].map(|name| dir.path().join(name)).into();
        std::fs::write(&paths[0], "{}\n{}\n").unwrap();
        std::fs::write(&paths[1], "text").unwrap();
        let reading = Reading { cut: Cut::ByFirstByte, page_bytes: 100, now: 5 };
        let read = Arc::default();
        let pages: Vec<_> = Sources::new(paths.clone(), &[], reading, &read)
            .map(|input| input.unwrap())
            .map(|input| (PathBuf::from(&*input.topic), input.offset))
            .collect();
        let [a, b] = &paths[..] else { panic!() };
        assert_eq!(pages, [(a.clone(), 0), (a.clone(), 1), (b.clone(), 0)]);
        assert_eq!(read.load(Ordering::Relaxed), 10);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let reading = Reading { cut: Cut::AtNul, page_bytes: 10, now: 5 };
        let opened = Source::open(Path::new("not/there"), &reading, &Arc::default());
        assert!(opened.err().unwrap().to_string().starts_with("not/there: "));
    }
}
