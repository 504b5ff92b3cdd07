//! `newsmill normalize`: the same stages over files, with no broker.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::check::layouts_of;
use super::part::{Part, left};
use super::twice::{Pages, failure, learn};
use super::{ConfigArgs, Exit, Failure, interrupt, say_that_a_person_is_read};
use crate::config::Config;
use crate::local::source::{Cut, Reading, STDIN};
use crate::local::{Input, Lines, Pipeline, Sink, Teacher, run};
use crate::page::{Layouts, Starts};
use crate::record::Reject;
use crate::service;
use crate::stage::parse::Learns;
use crate::stage::{Count, Outcome, Output, StageName, Tally, Target};

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill normalize page.txt                          one page, its article on the standard output
  newsmill normalize pages.jsonl.zst --articles articles.jsonl --stories stories.jsonl
  zcat pages.gz | newsmill normalize --rejects rejects.jsonl > articles.jsonl

A file that begins with { holds a page a line, any other is one page. Everything is read twice: first to learn from all \
pages where the stories begin that sites append to them. What was made, and what became no record, is counted on the standard error. \
A file that is written has its name once it is whole; until then, or where Ctrl-C or a failure ends it, it is FILE.part. With \
--single-pass it has its name at once. Exit codes: 65 where a file cannot be read, 130 after Ctrl-C.";

#[derive(Debug, Args)]
pub(super) struct Normalize {
    #[command(flatten)]
    config: ConfigArgs,
    /// Files to read; `-`, or none at all, is the standard input. A file that begins with `{` holds a page a line, any
    /// other is one page.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Article records go here instead of the standard output.
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
    /// The text of each distinct related story goes here.
    #[arg(long, value_name = "FILE")]
    stories: Option<PathBuf>,
    /// Which story stands for which goes here.
    #[arg(long, value_name = "FILE")]
    canonical: Option<PathBuf>,
    /// One decision for each occurrence of a story goes here.
    #[arg(long, value_name = "FILE")]
    sightings: Option<PathBuf>,
    /// Pages that became no record go here, with the reason and their bytes in base64.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Pages are separated by NUL bytes.
    #[arg(long)]
    nul: bool,
    /// Read the pages once, and learn from them as they come: for input without an end. Otherwise they are read twice; the
    /// standard input and pipes are kept in a temporary file until then.
    #[arg(long)]
    single_pass: bool,
    /// Worker threads; by default as many as there are cores. Any number gives the same bytes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 * 1024;

impl Normalize {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load()?;
        let layouts = layouts_of(&config)?;
        self.refuse_to_overwrite()?;
        let pages = self.pages(&config)?;
        let parts = self.parts();
        let lines = self.lines()?;
        let left = left(&parts).unwrap_or_else(|| "what was written is not whole".to_owned());
        interrupt::end_with(format!("stopped; {left}"))?;
        let counted = self
            .write(&config, layouts, &pages, lines)
            .map_err(|failure| failure.leaving(&left))?;
        for part in &parts {
            part.finish().with_context(|| part.path().display().to_string())?;
        }
        Ok(report(&counted, self.rejects.is_some())?)
    }

    /// What is read; all of it is there.
    fn pages(&self, config: &Config) -> Result<Pages, Failure> {
        let reading = Reading {
            cut: if self.nul { Cut::AtNul } else { Cut::ByFirstByte },
            page_bytes: config.input.max_page_bytes,
            now: Timestamp::now().as_millisecond(),
        };
        let paths = if self.files.is_empty() { vec![STDIN.into()] } else { self.files.clone() };
        if paths.iter().any(|path| path == Path::new(STDIN)) {
            say_that_a_person_is_read()?;
        }
        if self.single_pass {
            Pages::to_be_read_once(paths, reading)
        } else {
            Pages::to_be_read_twice(paths, reading)
        }
    }

    /// Makes the records.
    fn write(
        &self,
        config: &Config,
        layouts: &'static Layouts,
        pages: &Pages,
        lines: Lines<'static>,
    ) -> Result<Tally, Failure> {
        let threads = self.threads.map_or_else(cores, usize::from);
        let starts = Arc::new(Starts::with_room(config.lines.known));
        if !self.single_pass {
            learn(config, layouts, pages, threads, &starts, &bar(pages.total))?;
        }
        let learns = Learns { starts: Arc::clone(&starts), tells: self.single_pass };
        let pipeline = pipeline(config, layouts, Some(learns))?;
        let (read, articles) = (Arc::clone(&pages.read), 0);
        let teacher = Teacher::new(starts);
        let mut sink = Watched { lines, teacher, bar: bar(pages.total), read, articles };
        let counted = run(&pipeline, threads, pages.sources(), &mut sink);
        sink.bar.finish_and_clear();
        let flushed = sink.lines.flush();
        let counted = counted.map_err(failure)?;
        flushed?;
        Ok(counted)
    }

    /// The files that have another name until they are whole.
    fn parts(&self) -> Vec<Part> {
        self.written().filter_map(|path| self.part(path)).collect()
    }

    /// Input without an end is never whole.
    fn part(&self, path: &Path) -> Option<Part> {
        if self.single_pass || path == Path::new(STDIN) { None } else { Part::of(path) }
    }

    /// The files that are to be written.
    fn written(&self) -> impl Iterator<Item = &Path> {
        let given =
            [&self.articles, &self.stories, &self.canonical, &self.sightings, &self.rejects];
        given.into_iter().flatten().map(PathBuf::as_path)
    }

    /// A file that is read is not written, and one that is written holds one kind of record.
    fn refuse_to_overwrite(&self) -> Result<(), Failure> {
        let usage = |error| Err(Exit::Usage.because(error));
        let read: Vec<FileId> = self.files.iter().map(|path| FileId::of(path)).collect();
        for part in self.parts() {
            if read.contains(&FileId::of(part.path())) {
                let name = part.path().display();
                return usage(anyhow!("{name} is to be read: choose another file to write"));
            }
        }
        let mut written = Vec::new();
        for path in self.written() {
            let (file, name) = (FileId::of(path), path.display());
            if path == Path::new(STDIN) {
                if written.contains(&file) {
                    return usage(anyhow!("only one kind of record can go to the standard output"));
                }
            } else if read.contains(&file) {
                return usage(anyhow!("{name} is to be read: choose another file to write"));
            } else if written.contains(&file) {
                return usage(anyhow!(
                    "{name} is to hold two kinds of records: choose another file"
                ));
            }
            if file != FileId::Endless {
                written.push(file);
            }
        }
        Ok(())
    }

    /// Where the records go: articles to the standard output, where nothing else is sent there.
    fn lines(&self) -> Result<Lines<'static>, Failure> {
        let is_taken = self.written().any(|path| path == Path::new(STDIN));
        let by_default = (!is_taken).then(|| STDIN.into());
        Ok(Lines {
            articles: self.writer(self.articles.clone().or(by_default).as_deref())?,
            stories: self.writer(self.stories.as_deref())?,
            canonical: self.writer(self.canonical.as_deref())?,
            sightings: self.writer(self.sightings.as_deref())?,
            rejects: self.writer(self.rejects.as_deref())?,
        })
    }

    fn writer(&self, path: Option<&Path>) -> Result<Option<Box<dyn Write>>, Failure> {
        let Some(path) = path else { return Ok(None) };
        if path == Path::new(STDIN) {
            return Ok(Some(Box::new(BufWriter::with_capacity(BUFFER, io::stdout()))));
        }
        let part = self.part(path);
        let path = part.as_ref().map_or(path, Part::path);
        let file = File::create(path).with_context(|| path.display().to_string())?;
        Ok(Some(Box::new(BufWriter::with_capacity(BUFFER, file))))
    }
}

/// What tells files apart, whatever they are called.
#[derive(Debug, PartialEq, Eq)]
enum FileId {
    /// Its device and its number there.
    Known(u64, u64),
    /// Not there yet; or the standard output.
    Named(PathBuf),
    /// A device, a pipe: it takes everything.
    Endless,
}

impl FileId {
    fn of(path: &Path) -> Self {
        match std::fs::metadata(path) {
            Ok(data) if data.is_file() => Self::Known(data.dev(), data.ino()),
            Ok(_) => Self::Endless,
            Err(_) => Self::Named(path.to_owned()),
        }
    }
}

/// The service's own stages. A file takes records of any size.
pub(super) fn pipeline(
    config: &Config,
    layouts: &'static Layouts,
    learns: Option<Learns>,
) -> Result<Pipeline, Failure> {
    let in_rounds = learns.as_ref().is_some_and(|learns| learns.tells);
    let stages = service::stages(config, &BTreeMap::new(), layouts, learns);
    let mut stages = stages.into_iter();
    let first = stages.next().ok_or_else(|| Exit::Bug.because(anyhow!("there is no stage")))?;
    Ok(Pipeline { first, inboxes: stages.collect(), in_rounds })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// On a terminal only.
fn bar(total: Option<u64>) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{wide_bar} {bytes}/{total_bytes}  {binary_bytes_per_sec}  {msg} pages  {eta} left",
        ),
        None => {
            (ProgressBar::new_spinner(), "{spinner} {bytes}  {binary_bytes_per_sec}  {msg} pages")
        }
    };
    bar.enable_steady_tick(Duration::from_millis(100));
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The files, and a bar that moves with them.
struct Watched {
    lines: Lines<'static>,
    teacher: Teacher,
    bar: ProgressBar,
    read: Arc<AtomicU64>,
    articles: u64,
}

/// The bar need not know of each article.
const ARTICLES_A_MOVE: u64 = 256;

impl Sink for Watched {
    type Error = io::Error;

    fn output(&mut self, output: &Output) -> io::Result<()> {
        if output.target == Target::Articles {
            self.articles += 1;
            if self.articles.is_multiple_of(ARTICLES_A_MOVE) {
                self.bar.set_position(self.read.load(Ordering::Relaxed));
                self.bar.set_message(self.articles.to_string());
            }
        }
        self.teacher.hear(output);
        self.lines.output(output)
    }

    fn round_ended(&mut self) {
        self.teacher.teach();
    }

    fn reject(&mut self, input: &Input, stage: StageName, reject: &Reject) -> io::Result<()> {
        self.lines.reject(input, stage, reject)
    }
}

/// Says what was made, and what was rejected.
fn report(counted: &Tally, rejects_are_written: bool) -> io::Result<()> {
    let mut err = io::stderr().lock();
    let of = |wanted: &dyn Fn(Count) -> bool| -> u64 {
        counted.iter().filter(|(count, _)| wanted(*count)).map(|(_, n)| n).sum()
    };
    let articles = of(&|count| count == Count::Page(Outcome::Emitted));
    let stories = of(&|count| count == Count::StoryPublished);
    let sightings = of(&|count| matches!(count, Count::Occurrence(_)));
    let made = [
        plural(articles, "article", "articles"),
        plural(stories, "story", "stories"),
        plural(sightings, "sighting", "sightings"),
    ];
    writeln!(err, "{}", made.join(", "))?;
    let rejects: Vec<_> = counted
        .iter()
        .filter_map(|(count, n)| match count {
            Count::DeadLetter(reason, _) => Some(format!("{} {n}", reason.name())),
            Count::Page(_)
            | Count::Occurrence(_)
            | Count::StoryPublished
            | Count::StoryTextMissing
            | Count::Warned(_)
            | Count::Expired(_)
            | Count::Settled(_)
            | Count::Compared
            | Count::Evicted(_)
            | Count::LineShown
            | Count::LineForgotten
            | Count::Boundary(..) => None,
        })
        .collect();
    if !rejects.is_empty() {
        let n = of(&|count| count == Count::Page(Outcome::DeadLettered));
        let pages = plural(n, "page", "pages");
        let hint = if rejects_are_written { "" } else { "; --rejects FILE says which, and why" };
        writeln!(err, "{pages} rejected: {}{hint}", rejects.join(", "))?;
    }
    Ok(())
}

fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
