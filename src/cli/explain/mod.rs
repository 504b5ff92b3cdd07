//! `explain`: every decision on one page, line by line.

mod compare;
mod fetch;
mod show;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use clap::Args;
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::check::layouts_of;
use super::normalize::pipeline;
use super::place::Place;
use super::twice::{Pages, learn};
use super::{ConfigArgs, Exit, Failure, on_coloured_stdout, say_that_a_person_is_read};
use crate::config::Config;
use crate::local::source::{Cut, Reading, STDIN};
use crate::local::{self, Input, Pipeline, RunError, Sink, Sources};
use crate::page::{Layouts, Starts};
use crate::record::{Origin, Reject};
use crate::service;
use crate::stage::parse::{Explained, Learns, Parse};
use crate::stage::{Output, StageName, Target};
use crate::telemetry::http;
use compare::{Comparison, Named, Story};

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill explain page.txt                             a page in a file
  newsmill explain pages.jsonl --page 3                 the fourth page of JSON lines
  newsmill explain articles.raw:7:1042 -c newsmill.toml the record that a dead letter names
  newsmill explain --json < page.txt | jq .lines
  newsmill explain one.txt other.txt                    are the articles of two pages one story?
  newsmill explain one.txt 'other.txt#2'                the same of what is appended at position 2

The stories of the page are judged alone: one that the service knows already would have a sighting there, and no new \
record. Where they begin is judged by what all pages of the file show, as normalize does; of a record of a topic, by what the \
service knows now (the topic newsmill.<app>.starts, if lines.starts is on). Exit code 65 where there is no such page.";

#[derive(Debug, Args)]
pub(super) struct Explain {
    #[command(flatten)]
    config: ConfigArgs,
    /// A file, `-` or nothing for the standard input, or topic:partition:offset
    #[arg(value_name = "FILE|TOPIC:PARTITION:OFFSET", default_value = STDIN)]
    page: PathBuf,
    /// Another page: the two articles' stories are compared, or with #POSITION behind a page what is appended there
    #[arg(value_name = "OTHER")]
    other: Option<PathBuf>,
    /// Which page of a file that holds several, from 0
    #[arg(long = "page", value_name = "INDEX", default_value = "0")]
    index: usize,
    /// The same for the other page
    #[arg(long, value_name = "INDEX", default_value = "0", requires = "other")]
    other_page: usize,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// All that is said of a page.
#[derive(Debug, Serialize)]
struct Report<'a> {
    origin: Origin<'a>,
    /// Null where the page is dead-lettered before its lines are read, and of a take-down.
    #[serde(flatten)]
    explained: Option<Explained>,
    outputs: Vec<Sent>,
    dead_letter: Option<DeadLetter>,
}

/// A record that would be written.
#[derive(Debug, Serialize)]
struct Sent {
    #[serde(skip)]
    target: Target,
    topic: String,
    key: String,
    /// Null is a tombstone.
    value: Value,
}

#[derive(Debug, Serialize)]
struct DeadLetter {
    reason: &'static str,
    stage: &'static str,
    message: String,
}

impl Explain {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load()?;
        if let Some(other) = &self.other {
            return self.compare(other, &config);
        }
        let layouts = layouts_of(&config)?;
        let (input, learns) = learned(&self.page, self.index, &config, layouts)?;
        let judge = Judge::new(&config, layouts, learns)?;
        let report = judge.report(&input)?;
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            show::text(&mut out, &report, on_coloured_stdout())?;
        }
        Ok(out.flush()?)
    }

    fn compare(&self, other: &Path, config: &Config) -> Result<(), Failure> {
        let layouts = layouts_of(config)?;
        let story = |named: &Path, index| {
            let named = Named::parse(named);
            let (input, learns) = learned(&named.page, index, config, layouts)?;
            let judge = Judge::new(config, layouts, learns)?;
            Story::of(&named, &Origin::of(&input.record()), &judge.made(&input)?)
        };
        let (a, b) = (story(&self.page, self.index)?, story(other, self.other_page)?);
        let comparison = Comparison::of(a, b, config);
        let mut out = io::BufWriter::new(io::stdout().lock());
        if self.json {
            serde_json::to_writer_pretty(&mut out, &comparison).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            comparison.text(&mut out)?;
        }
        Ok(out.flush()?)
    }
}

/// A page of a file, or a record of a topic; a file wins where both could be meant. With a file comes what all of its
/// pages show, as `normalize` would know it; with a record what the service knows now, where it learns.
fn learned(
    page: &Path,
    index: usize,
    config: &Config,
    layouts: &'static Layouts,
) -> Result<(Input, Option<Learns>), Failure> {
    if page != Path::new(STDIN) && is_nowhere(page) {
        let input = fetch::record(config, &place_of(page)?)?;
        let known = service::known_now(config)?;
        return Ok((input, known.map(|learns| Learns { tells: false, ..learns })));
    }
    if page == Path::new(STDIN) {
        say_that_a_person_is_read()?;
    }
    let reading = Reading {
        cut: Cut::ByFirstByte,
        page_bytes: config.input.max_page_bytes,
        now: Timestamp::now().as_millisecond(),
    };
    let pages = Pages::to_be_read_twice(vec![page.to_owned()], reading)?;
    let starts = Arc::new(Starts::with_room(config.lines.known));
    learn(config, layouts, &pages, 1, &starts, &ProgressBar::hidden())?;
    let input = page_at(pages.sources(), page, index)?;
    Ok((input, Some(Learns { starts, tells: false })))
}

fn is_nowhere(path: &Path) -> bool {
    std::fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// What is no file is the place of a record.
fn place_of(page: &Path) -> Result<Place, Failure> {
    let name = page.to_string_lossy();
    Place::parse(&name).ok_or_else(|| {
        let hint = if name.contains(':') {
            "; a record is named TOPIC:PARTITION:OFFSET, the last two as numbers: articles.raw:7:1042"
        } else {
            ""
        };
        Exit::BadInput.because(anyhow!("{name}: there is no such file{hint}"))
    })
}

/// The page of this index of a file.
fn page_at(pages: Sources<'_>, file: &Path, index: usize) -> Result<Input, Failure> {
    let mut held = 0;
    for page in pages {
        let page = page.map_err(|error| Exit::BadInput.because(error))?;
        if held == index {
            return Ok(page);
        }
        held += 1;
    }
    let name =
        if file == Path::new(STDIN) { "the standard input".into() } else { file.to_string_lossy() };
    Err(Exit::BadInput.because(match held {
        0 => anyhow!(
            "{name} holds no page; write one to it, or name a file: newsmill explain page.txt"
        ),
        1 => anyhow!("there is no page {index}: {name} holds one page, which is page 0"),
        _ => anyhow!("there is no page {index}: {name} holds the pages 0 to {}", held - 1),
    }))
}

/// Explains pages that somebody pastes into the status page: what `explain --json` says of them.
///
/// # Errors
/// A bug of ours.
pub(super) fn explainer(
    config: &Config,
    layouts: &'static Layouts,
) -> Result<http::Explainer, Failure> {
    let judge = Judge::new(config, layouts, None)?;
    Ok(Arc::new(move |page| {
        let now = Timestamp::now().as_millisecond();
        let input = Input::page("pasted".into(), 0, Some(now), page.to_vec());
        let report = judge.report(&input).map_err(|Failure { error, .. }| {
            error.map_or_else(String::new, |error| format!("{error:#}"))
        })?;
        serde_json::to_string(&report).map_err(|error| error.to_string())
    }))
}

/// What judges pages: the service's own stages.
struct Judge {
    config: Config,
    parse: Parse,
    pipeline: Pipeline,
}

impl Judge {
    /// A judge who knows what pages have shown of lines.
    fn new(
        config: &Config,
        layouts: &'static Layouts,
        learns: Option<Learns>,
    ) -> Result<Self, Failure> {
        let parse = service::parse(config, &BTreeMap::new(), layouts);
        Ok(Self {
            config: config.clone(),
            parse: Parse { learns: learns.clone(), ..parse },
            pipeline: pipeline(config, layouts, learns)?,
        })
    }

    fn report<'i>(&self, input: &'i Input) -> Result<Report<'i>, Failure> {
        let record = input.record();
        let made = self.made(input)?;
        Ok(Report {
            origin: Origin::of(&record),
            // Why not stands in the dead letter.
            explained: self.parse.explain(&record).ok().flatten(),
            outputs: made.outputs,
            dead_letter: made.dead_letter,
        })
    }

    fn made(&self, input: &Input) -> Result<Made<'_>, Failure> {
        let mut made = Made { config: &self.config, outputs: Vec::new(), dead_letter: None };
        let page = [Ok::<_, Infallible>(input.clone())].into_iter();
        let _counted =
            local::run(&self.pipeline, 1, page, &mut made).map_err(|error| match error {
                RunError::Read(never) => match never {},
                RunError::Write(error) => Exit::Bug.because(error),
                RunError::Bug(message) => Exit::Bug.because(anyhow!(message)),
            })?;
        Ok(made)
    }
}

/// What the stages made of the page.
struct Made<'c> {
    config: &'c Config,
    outputs: Vec<Sent>,
    dead_letter: Option<DeadLetter>,
}

impl Sink for Made<'_> {
    type Error = anyhow::Error;

    fn output(&mut self, output: &Output) -> anyhow::Result<()> {
        let topics = &self.config.topics;
        let topic = match output.target {
            Target::Articles => &topics.articles,
            Target::Stories => &topics.stories,
            Target::Canonical => &topics.canonical,
            Target::Sightings => &topics.sightings,
            Target::Starts | Target::Inbox(_) => return Ok(()),
        };
        let value = match &output.value {
            Some(value) => serde_json::from_slice(value).context("a record of ours is no JSON")?,
            None => Value::Null,
        };
        let key = String::from_utf8(output.key.clone()).context("a key of ours is no text")?;
        self.outputs.push(Sent { target: output.target, topic: topic.clone(), key, value });
        Ok(())
    }

    fn reject(&mut self, _: &Input, stage: StageName, reject: &Reject) -> anyhow::Result<()> {
        let (reason, message) = (reject.reason.name(), reject.message.clone());
        self.dead_letter = Some(DeadLetter { reason, stage: stage.0, message });
        Ok(())
    }
}
