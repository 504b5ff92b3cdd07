//! `demo`: the whole path, with nothing to install. Two engines run over a broker that librdkafka plays; sample pages are
//! fed one by one, and what comes out is read back as any other reader would, and shown.

mod playground;
mod show;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use clap::Args;
use serde_json::Value;

use super::{Exit, Failure};
use crate::engine::Stop;
use crate::service;
use crate::telemetry::logging;
use playground::{Out, Playground};
use show::Show;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill demo           feed the sample pages, show what comes out, and end
  newsmill demo --keep    stay afterwards: look at the metrics, feed pages of your own to the broker

Needs nothing: broker, pages and layouts are in the program. For the same on a real Kafka: docker compose up.";

/// One page through both stages takes a fraction of a second; so much means that something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Stay after the last page, until Ctrl-C
    #[arg(long)]
    keep: bool,
    /// Show the service's own log as well
    #[arg(long, short)]
    verbose: bool,
}

/// A raw page as the crawler drops it.
struct Page {
    key: &'static str,
    value: Option<&'static [u8]>,
}

/// What became of a page.
#[derive(Default)]
struct Became {
    end: Option<Out>,
    sightings: Vec<Value>,
}

impl Became {
    /// Whether every record that the page causes is there: its end, and a sighting for each occurrence of a story.
    fn is_whole(&self) -> bool {
        match &self.end {
            None => false,
            Some(Out::Article(article)) => self.sightings.len() >= occurrences(article),
            Some(_) => true,
        }
    }

    fn take(&mut self, out: Out) {
        match out {
            Out::Article(_) | Out::Tombstone | Out::DeadLetter { .. } => self.end = Some(out),
            Out::Sighting(sighting) => self.sightings.push(sighting),
            Out::Story => {}
        }
    }
}

impl Demo {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let level = if self.verbose { "info" } else { "error" };
        let playground = Playground::start(level)?;
        logging::start(&playground.config.log).map_err(anyhow::Error::from)?;
        let stop = Arc::new(Stop::default());
        service::stop_on_signals(Arc::clone(&stop))?;
        let mut show = Show::on_stdout();
        show.opening(&playground)?;
        let engines = playground.run_engines(&stop)?;
        let told = self.feed_and_show(&playground, &engines, &stop, &mut show);
        stop.drain();
        let ended = engines.join();
        told?;
        ended
    }

    fn feed_and_show(
        &self,
        playground: &Playground,
        engines: &playground::Engines,
        stop: &Stop,
        show: &mut Show,
    ) -> Result<(), Failure> {
        let wait = Wait { engines, stop };
        wait.until("the engines to get their partitions", || Ok(engines.are_ready()))?;
        let reader = playground.reader()?;
        let feeder = playground.feeder()?;
        let mut stories: u64 = 0;
        let mut occurrences: u64 = 0;
        let pages = pages();
        for (number, page) in (1..).zip(&pages) {
            feeder.send(page.key, page.value)?;
            let mut became = Became::default();
            wait.until("the records of a page", || {
                if let Some(out) = reader.next()? {
                    stories += u64::from(matches!(out, Out::Story));
                    became.take(out);
                }
                Ok(became.is_whole())
            })?;
            occurrences += became.sightings.len() as u64;
            show.page(number, page, &became)?;
        }
        wait.until("the last stories", || {
            stories += u64::from(matches!(reader.next()?, Some(Out::Story)));
            Ok(stories >= engines.figure("newsmill_stories_published_total").unwrap_or(0))
        })?;
        show.closing(playground, engines, pages.len(), stories, occurrences)?;
        if self.keep {
            show.kept(playground)?;
            while !stop.is_draining() && !engines.have_ended() {
                stop.wait(Duration::from_secs(1));
            }
        }
        Ok(())
    }
}

/// Waits while the engines run.
struct Wait<'a> {
    engines: &'a playground::Engines,
    stop: &'a Stop,
}

impl Wait<'_> {
    fn until(
        &self,
        what: &str,
        mut is_so: impl FnMut() -> anyhow::Result<bool>,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        while !is_so()? {
            if self.stop.is_draining() {
                return Err(Exit::Interrupted.because(anyhow!("stopped before the last page")));
            }
            if self.engines.have_ended() {
                return Err(
                    Exit::Bug.because(anyhow!("an engine ended while the demo waited for {what}"))
                );
            }
            if began.elapsed() > PATIENCE {
                return Err(
                    Exit::Runtime.because(anyhow!("waited {PATIENCE:?} for {what}, in vain"))
                );
            }
            self.stop.wait(Duration::from_millis(5));
        }
        Ok(())
    }
}

/// Occurrences of stories on a page: its own body and each appended story, where they have a text.
fn occurrences(article: &Value) -> usize {
    let has_text = |value: &&Value| value.get("story_id").is_some_and(Value::is_string);
    let related = article.get("related").and_then(Value::as_array).into_iter().flatten();
    let stories = related.filter(|related| related.get("kind") == Some(&Value::from("story")));
    usize::from(has_text(&article)) + stories.filter(has_text).count()
}

/// The sample pages, a take-down of the last of them, and two that are broken.
fn pages() -> Vec<Page> {
    let good = include_bytes!("../../../examples/pages/pages.jsonl").split(|byte| *byte == b'\n');
    let bad = include_bytes!("../../../examples/pages/broken.jsonl").split(|byte| *byte == b'\n');
    let page = |line: &'static [u8]| Page { key: url_of(line), value: Some(line) };
    let mut pages: Vec<Page> = good.filter(|line| !line.is_empty()).map(page).collect();
    let last = pages.last().map(|page| Page { key: page.key, value: None });
    pages.extend(last);
    pages.extend(bad.filter(|line| !line.is_empty()).map(page));
    pages
}

/// The URL with which each sample envelope begins, broken ones too: the key of its record.
fn url_of(line: &'static [u8]) -> &'static str {
    let url = line.split(|byte| *byte == b'"').nth(3);
    url.and_then(|url| std::str::from_utf8(url).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_page_has_its_url_as_key() {
        let pages = pages();
        assert!(pages.len() >= 15, "{}", pages.len());
        assert_eq!(pages.iter().filter(|page| page.value.is_none()).count(), 1);
        for page in pages {
            assert!(
                page.key.starts_with("https://") && page.key.contains(".example/"),
                "{}",
                page.key
            );
        }
    }
}
