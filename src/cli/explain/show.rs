//! What `explain` prints for a person.

use std::io::{self, Write};

use anstyle::{AnsiColor, Color, Effects, Style};
use serde_json::Value;

use super::{Report, Sent};
use crate::cli::explained;
use crate::page::{ExplainedPiece, Part, Start};
use crate::stage::Target;
use crate::stage::parse::NamedBy;

/// Words are cut after so many characters; `--json` has all of them.
const WIDTH: usize = 100;

/// Sets words apart from the line that they stand in, so that a terminal orders right-to-left words by themselves
/// (FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE, Unicode UAX #9).
const ISOLATE: (char, char) = ('\u{2068}', '\u{2069}');

pub(super) fn text(out: &mut impl Write, report: &Report<'_>, coloured: bool) -> io::Result<()> {
    let mut show = Show { out, coloured };
    show.line(AnsiColor::White, "page", &report.origin.to_string())?;
    if let Some(dead) = &report.dead_letter {
        let line = format!("{} ({}): {}", dead.reason, dead.stage, dead.message);
        show.line(AnsiColor::Red, "dead letter", &line)?;
    }
    let of = |target| report.outputs.iter().filter(move |sent| sent.target == target);
    if let Some(article) = of(Target::Articles).next() {
        show.article(article, report.explained.as_ref().map(|explained| explained.named_by))?;
        let sightings: Vec<&Value> = of(Target::Sightings).map(|sent| &sent.value).collect();
        for related in list(&article.value, "related") {
            show.related(related, &sightings)?;
        }
    }
    if let Some(explained) = &report.explained {
        writeln!(show.out, "\nlines")?;
        for piece in &explained.lines {
            show.piece(piece)?;
        }
    }
    if !report.outputs.is_empty() {
        writeln!(show.out, "\nwould be written (the page judged alone)")?;
        for sent in &report.outputs {
            show.sent(sent)?;
        }
    }
    Ok(())
}

struct Show<'w, W> {
    out: &'w mut W,
    coloured: bool,
}

impl<W: Write> Show<'_, W> {
    fn article(&mut self, article: &Sent, named_by: Option<NamedBy>) -> io::Result<()> {
        let value = &article.value;
        if value.is_null() {
            return self.line(AnsiColor::Yellow, "take-down", &article.key);
        }
        let why = match named_by {
            Some(NamedBy::Key) => "named by the record's key",
            Some(NamedBy::Url) => "named by its URL",
            Some(NamedBy::Id) => "named by the sender's id",
            Some(NamedBy::Origin) | None => "named by its place: nothing else names it",
        };
        self.line(AnsiColor::Green, "article", &format!("{}  {why}", article.key))?;
        let story = text_of(value, "story_id").unwrap_or("none: the body folds to nothing");
        self.line(AnsiColor::Green, "story", story)?;
        for field in
            ["headline", "published_at", "updated_at", "source", "author", "language", "layout"]
        {
            let said = text_of(value, field).map_or_else(|| "none".to_owned(), words);
            self.line(AnsiColor::Green, field, &said)?;
        }
        let keywords: Vec<_> =
            list(value, "keywords").iter().filter_map(Value::as_str).map(words).collect();
        self.line(AnsiColor::Green, "keywords", &keywords.join(" | "))?;
        let size = format!(
            "{} paragraphs, {} lines of furniture",
            list(value, "body").len(),
            list(value, "furniture").len()
        );
        self.line(AnsiColor::Green, "body", &size)?;
        for warning in list(value, "warnings").iter().filter_map(Value::as_str) {
            self.line(AnsiColor::Yellow, "warning", &explained(warning))?;
        }
        Ok(())
    }

    fn related(&mut self, related: &Value, sightings: &[&Value]) -> io::Result<()> {
        let position = related.get("position");
        let number = position.map(ToString::to_string).unwrap_or_default();
        let headline = text_of(related, "headline").map_or_else(|| "no headline".to_owned(), words);
        let is_this = |sighting: &&&Value| {
            text_of(sighting, "role") == Some("related") && sighting.get("position") == position
        };
        let told = match related.get("same_as") {
            Some(Value::String(_)) => "the article's own text again, ".to_owned(),
            Some(Value::Number(earlier)) => format!("the same as related {earlier}, "),
            _ => String::new(),
        };
        let kind = text_of(related, "kind").unwrap_or_default();
        let decision = sightings.iter().find(is_this);
        let decision = decision.and_then(|sighting| text_of(sighting, "decision"));
        let id = text_of(related, "story_id").unwrap_or("no story id");
        let what = decision.map_or_else(|| kind.to_owned(), |word| format!("{kind}, {word}"));
        let colour = if decision.is_some() { AnsiColor::Blue } else { AnsiColor::Cyan };
        self.line(colour, &format!("related {number}"), &format!("{told}{what}  {id}  {headline}"))
    }

    /// The words come last, so that their direction moves nothing else.
    fn piece(&mut self, piece: &ExplainedPiece) -> io::Result<()> {
        let part = self.style(colour(piece.part), Effects::BOLD);
        let faint = self.style(AnsiColor::White, Effects::DIMMED);
        let whose = piece.position.map_or_else(String::new, |position| format!(" {position}"));
        let name = format!("{}{whose}", self::name(piece.part));
        let mut why = match &piece.rule {
            Some(rule) => format!("{} · {}", rule.file, rule.name),
            None => piece.reason.to_owned(),
        };
        if let Some(score) = piece.score {
            why = format!("{why} ({score:+})");
        }
        let (number, said) = (piece.line, words(&piece.text));
        writeln!(self.out, "{number:>5}  {part}{name:<14}{part:#} {said}")?;
        if !why.is_empty() {
            writeln!(self.out, "{:>7}{faint}{why}{faint:#}", "")?;
        }
        if let Some(known) = &piece.known {
            writeln!(self.out, "{:>7}{faint}{}{faint:#}", "", shown(known))?;
        }
        if let Some(second) = &piece.runner_up {
            let rule = second.rule.as_ref();
            let rule =
                rule.map_or_else(String::new, |rule| format!(" {} · {}", rule.file, rule.name));
            let part = self::name(second.part);
            writeln!(
                self.out,
                "{:>7}{faint}runner-up: {part}{rule}, {}{faint:#}",
                "", second.reason
            )?;
        }
        // Where a story begins is the judgement that people ask about; `--json` has the signals of every line.
        if piece.part == Part::Headline && !piece.signals.is_empty() {
            let signals: Vec<_> =
                piece.signals.iter().map(|(name, value)| format!("{name} {value}")).collect();
            writeln!(self.out, "{:>7}{faint}{}{faint:#}", "", signals.join(", "))?;
        }
        Ok(())
    }

    fn sent(&mut self, sent: &Sent) -> io::Result<()> {
        let field = |name| text_of(&sent.value, name).unwrap_or_default();
        let what = match sent.target {
            _ if sent.value.is_null() => "tombstone".to_owned(),
            Target::Articles | Target::Stories => words(field("headline")),
            Target::Canonical => field("kind").to_owned(),
            Target::Sightings => format!("{}, {}", field("role"), field("decision")),
            Target::Starts | Target::Inbox(_) => String::new(),
        };
        writeln!(self.out, "  {:<22} {}  {what}", sent.topic, sent.key)
    }

    fn line(&mut self, colour: AnsiColor, name: &str, rest: &str) -> io::Result<()> {
        let style = self.style(colour, Effects::BOLD);
        writeln!(self.out, "{style}{name:<13}{style:#} {rest}")
    }

    fn style(&self, colour: AnsiColor, effects: Effects) -> Style {
        if !self.coloured {
            return Style::new();
        }
        let style = Style::new().effects(effects);
        if colour == AnsiColor::White { style } else { style.fg_color(Some(Color::Ansi(colour))) }
    }
}

/// What other pages have shown of a line.
fn shown(known: &Start) -> String {
    let Start { own, pages, before, behind, .. } = *known;
    let lines = |n: u8| if n == 1 { "1 line".to_owned() } else { format!("{n} different lines") };
    let own = if own { "the headline of an article" } else { "" };
    let seen = match pages {
        0 => "",
        1 => {
            &format!("seen on 1 page, {} before it and {} behind it", lines(before), lines(behind))
        }
        _ => &format!(
            "seen on {pages} pages with {} before it and {} behind it",
            lines(before),
            lines(behind)
        ),
    };
    let both = [own, seen].into_iter().filter(|said| !said.is_empty());
    both.collect::<Vec<_>>().join("; ")
}

fn colour(part: Part) -> AnsiColor {
    match part {
        Part::Headline => AnsiColor::Green,
        Part::Body => AnsiColor::White,
        Part::Teaser => AnsiColor::Cyan,
        Part::Marker | Part::Label => AnsiColor::Magenta,
        Part::Furniture => AnsiColor::Yellow,
        Part::Value(_) => AnsiColor::Blue,
    }
}

/// As the JSON has it.
fn name(part: Part) -> String {
    match serde_json::to_value(part) {
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => format!("{part:?}"),
    }
}

fn words(text: impl AsRef<str>) -> String {
    let text = text.as_ref();
    let end = text.char_indices().nth(WIDTH).map(|(at, _)| at);
    let (head, dots) = match end.and_then(|at| text.split_at_checked(at)) {
        Some((head, _)) => (head, "…"),
        None => (text, ""),
    };
    let (open, close) = ISOLATE;
    if text.is_ascii() { format!("{head}{dots}") } else { format!("{open}{head}{dots}{close}") }
}

fn text_of<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field)?.as_str()
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
