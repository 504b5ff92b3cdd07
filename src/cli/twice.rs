//! Files of pages that are read twice: first to learn what lines are, then for good.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, anyhow};
use indicatif::ProgressBar;

use super::{Exit, Failure};
use crate::config::Config;
use crate::local::source::{Reading, STDIN, SourceError};
use crate::local::{Input, Pipeline, RunError, Sink, Sources, Spool, Teacher, run};
use crate::page::{Layouts, Starts};
use crate::record::Reject;
use crate::service;
use crate::stage::parse::Learn;
use crate::stage::{Output, StageName, erase};

/// What is read.
pub(super) struct Pages {
    paths: Vec<PathBuf>,
    /// Of each path its copy, where it can be read only once.
    spools: Vec<Option<Spool>>,
    reading: Reading,
    /// Bytes, where that is known.
    pub total: Option<u64>,
    /// Bytes that have left the disk.
    pub read: Arc<AtomicU64>,
}

impl Pages {
    /// Pages that are read once, as they come.
    ///
    /// # Errors
    /// 65: a file is not there.
    pub(super) fn to_be_read_once(paths: Vec<PathBuf>, reading: Reading) -> Result<Self, Failure> {
        let total = readable(&paths)?;
        Ok(Self { paths, spools: Vec::new(), reading, total, read: Arc::default() })
    }

    /// Pages that are read twice: what can be read only once is kept.
    ///
    /// # Errors
    /// 65: a file is not there. 1: there is no room to keep what can be read only once.
    pub(super) fn to_be_read_twice(paths: Vec<PathBuf>, reading: Reading) -> Result<Self, Failure> {
        let named = |path: &&PathBuf| path.as_path() != Path::new(STDIN);
        let named: Vec<PathBuf> = paths.iter().filter(named).cloned().collect();
        let files = readable(&named)?;
        let spool = |path: &PathBuf| {
            Spool::of(path).with_context(|| {
                format!("cannot keep {} to read it twice (--single-pass)", path.display())
            })
        };
        let spools = paths.iter().map(spool).collect::<Result<Vec<_>, _>>();
        let spools = spools.map_err(|error| Exit::Runtime.because(error))?;
        let spooled: u64 = spools.iter().flatten().map(|spool| spool.bytes).sum();
        let total = files.map(|bytes| 2 * (bytes + spooled));
        Ok(Self { paths, spools, reading, total, read: Arc::default() })
    }

    /// The pages from the first to the last.
    pub(super) fn sources(&self) -> Sources<'_> {
        Sources::new(self.paths.clone(), &self.spools, self.reading, &self.read)
    }
}

/// The first pass: what all pages show of their lines.
///
/// # Errors
/// As the second pass would have them.
pub(super) fn learn(
    config: &Config,
    layouts: &'static Layouts,
    pages: &Pages,
    threads: usize,
    starts: &Arc<Starts>,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let parse = service::parse(config, &BTreeMap::new(), layouts);
    let pipeline = Pipeline {
        first: erase(Learn(parse)),
        inboxes: vec![service::lines(config)],
        in_rounds: false,
    };
    let mut sink = Learning {
        teacher: Teacher::new(Arc::clone(starts)),
        bar: bar.clone(),
        read: Arc::clone(&pages.read),
    };
    let learned = run(&pipeline, threads, pages.sources(), &mut sink);
    bar.finish_and_clear();
    let _counted = learned.map_err(failure)?;
    Ok(())
}

/// Takes what is learned, and nothing else.
struct Learning {
    teacher: Teacher,
    bar: ProgressBar,
    read: Arc<AtomicU64>,
}

impl Sink for Learning {
    type Error = io::Error;

    fn output(&mut self, output: &Output) -> io::Result<()> {
        self.teacher.hear(output);
        self.teacher.teach();
        self.bar.set_position(self.read.load(Ordering::Relaxed));
        Ok(())
    }

    /// The second pass says it.
    fn reject(&mut self, _: &Input, _: StageName, _: &Reject) -> io::Result<()> {
        Ok(())
    }
}

/// How a run over files ends the process.
pub(super) fn failure<W: Into<Failure>>(error: RunError<SourceError, W>) -> Failure {
    match error {
        RunError::Read(error) => Exit::BadInput.because(error),
        RunError::Write(error) => error.into(),
        RunError::Bug(message) => Exit::Bug.because(anyhow!(message)),
    }
}

/// Whether every file is there, before anything is written; the bytes of all of them, where that is known.
fn readable(paths: &[PathBuf]) -> Result<Option<u64>, Failure> {
    let mut total = Some(0);
    for path in paths {
        if path == Path::new(STDIN) {
            total = None;
            continue;
        }
        let opened = File::open(path).and_then(|file| {
            let data = file.metadata()?;
            if data.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(data.len()) }
        });
        let bytes = opened
            .with_context(|| path.display().to_string())
            .map_err(|error| Exit::BadInput.because(error))?;
        total = total.map(|total: u64| total + bytes);
    }
    Ok(total)
}
