//! What `demo` prints: a few lines a page, for somebody who has never heard of newsmill.

use std::collections::HashMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use super::playground::{Engines, Out, Playground};
use super::{Became, Page};
use crate::cli::{explained, on_coloured_stdout};

/// Headlines are cut after so many characters.
const HEADLINE: usize = 64;

/// Prints, and remembers which page was which.
pub(super) struct Show {
    coloured: bool,
    /// Page numbers by article id, each the first of its article.
    pages: HashMap<String, usize>,
}

impl Show {
    pub fn on_stdout() -> Self {
        Self { coloured: on_coloured_stdout(), pages: HashMap::new() }
    }

    pub fn opening(&self, playground: &Playground) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "newsmill turns raw news pages into clean records. A page is one article, followed by whole other stories\n\
             that the site has appended: each comes out once, every repetition is recorded as a sighting.\n\n\
             Two engines start, over a broker that is played in this process ({}).",
            playground.config.kafka.bootstrap_servers
        )?;
        if let Some(url) = playground.status_url() {
            writeln!(out, "Status page: {url} (metrics: {url}metrics)")?;
        }
        writeln!(out)
    }

    pub fn page(&mut self, number: usize, page: &Page, became: &Became) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let what = if page.value.is_none() { "take-down of " } else { "" };
        let address = page.key.strip_prefix("https://").unwrap_or(page.key);
        writeln!(out, "page {number:<3} {what}{address}")?;
        match &became.end {
            Some(Out::Article(article)) => {
                self.article(&mut out, number, article, &became.sightings)
            }
            Some(Out::Tombstone) => self.line(
                &mut out,
                AnsiColor::Yellow,
                "taken down",
                "a tombstone on articles.normalized",
            ),
            Some(Out::DeadLetter { reason, message }) => {
                self.line(&mut out, AnsiColor::Red, "dead letter", &format!("{reason}: {message}"))
            }
            Some(Out::Story | Out::Sighting(_)) | None => Ok(()),
        }
    }

    pub fn closing(
        &self,
        playground: &Playground,
        engines: &Engines,
        pages: usize,
        stories: u64,
        occurrences: u64,
    ) -> io::Result<()> {
        let count = |outcome| {
            engines.figure(&format!("newsmill_records_total{{outcome=\"{outcome}\"}}")).unwrap_or(0)
        };
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "\n{pages} pages in: {} articles, {} take-down, {} dead letters with their bytes and the reason.\n\
             {occurrences} occurrences of stories; {stories} distinct appended stories, each published once.",
            count("emitted"),
            count("taken_down"),
            count("dead_lettered")
        )?;
        writeln!(
            out,
            "\nWhat this does not show: the played broker keeps no transactions. That nothing is lost or doubled when\n\
             processes and brokers die is tested on a real Kafka; `docker compose up` runs this on one."
        )?;
        if let Some(url) = playground.status_url() {
            writeln!(
                out,
                "The status page was at {url}, metrics at {url}metrics; `newsmill demo --keep` stays."
            )?;
        }
        Ok(())
    }

    pub fn kept(&self, playground: &Playground) -> io::Result<()> {
        let servers = &playground.config.kafka.bootstrap_servers;
        let raw = &playground.config.topics.raw;
        writeln!(
            io::stdout().lock(),
            "\nStays until Ctrl-C. Broker: {servers}; feed pages to {raw}, with their URL as key."
        )
    }

    fn article(
        &mut self,
        out: &mut impl Write,
        number: usize,
        article: &Value,
        sightings: &[Value],
    ) -> io::Result<()> {
        let id = text(article, "article_id");
        let first = *self.pages.entry(id.to_owned()).or_insert(number);
        let word = if first == number { "article" } else { "new version" };
        let paragraphs = list(article, "body").len();
        let published = text(article, "published_at").get(..10).unwrap_or("undated");
        let headline = cut(text(article, "headline"));
        let whose = if first == number { String::new() } else { format!("of page {first} · ") };
        let line = format!("{whose}{published} · {paragraphs} paragraphs · {headline}");
        self.line(out, AnsiColor::Green, word, &line)?;
        for warning in list(article, "warnings").iter().filter_map(Value::as_str) {
            self.line(out, AnsiColor::Yellow, "  warning", &explained(warning))?;
        }
        let own = sightings.iter().find(|sighting| text(sighting, "role") == "own");
        if let Some(own) = own.filter(|own| text(own, "decision") == "exact") {
            let line = format!("its text is known already, from page {}", self.first_page(own));
            self.line(out, AnsiColor::Cyan, "  seen", &line)?;
        }
        for related in list(article, "related") {
            self.related(out, number, related, sightings)?;
        }
        Ok(())
    }

    fn related(
        &mut self,
        out: &mut impl Write,
        number: usize,
        related: &Value,
        sightings: &[Value],
    ) -> io::Result<()> {
        let headline = cut(text(related, "headline"));
        let position = related.get("position");
        let is_this = |sighting: &&Value| {
            text(sighting, "role") == "related" && sighting.get("position") == position
        };
        let Some(sighting) = sightings.iter().find(is_this) else {
            return self.line(out, AnsiColor::White, "  link", &headline);
        };
        if text(sighting, "decision") == "new" {
            return self.line(out, AnsiColor::Blue, "  new story", &headline);
        }
        let first = self.first_page(sighting);
        let place =
            if first == number { "on this page".to_owned() } else { format!("on page {first}") };
        self.line(out, AnsiColor::Cyan, "  seen", &format!("first {place}: {headline}"))
    }

    fn first_page(&self, sighting: &Value) -> usize {
        let article =
            sighting.get("first_seen").map(|first| text(first, "article_id")).unwrap_or_default();
        self.pages.get(article).copied().unwrap_or_default()
    }

    fn line(
        &self,
        out: &mut impl Write,
        colour: AnsiColor,
        word: &str,
        rest: &str,
    ) -> io::Result<()> {
        let style =
            if self.coloured { Style::new().fg_color(Some(colour.into())) } else { Style::new() };
        writeln!(out, "  {style}{word:<13}{style:#}{rest}")
    }
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn cut(headline: &str) -> String {
    match headline.char_indices().nth(HEADLINE).and_then(|(at, _)| headline.split_at_checked(at)) {
        Some((head, _)) => format!("{head}…"),
        None => headline.to_owned(),
    }
}
