//! `dead-letter show`: all that is known of one.

use std::io::Write as _;
use std::ops::ControlFlow;

use anyhow::anyhow;
use clap::Args;

use super::filter::Filter;
use super::{each_letter, origin, place};
use crate::cli::place::Place;
use crate::cli::{ConfigArgs, Exit, Failure};
use crate::engine::Found;
use crate::stage::dead_letter::Letter;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill dead-letter show articles.dead-letter:3:17          what its headers say
  newsmill dead-letter show articles.raw:3:1042                by where the record stood
  newsmill dead-letter show articles.raw:3:1042 --payload | newsmill explain

Exit code 65 where there is no such dead letter.";

#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    #[command(flatten)]
    config: ConfigArgs,
    /// Where the dead letter stands, or where the record stood
    #[arg(value_name = "TOPIC:PARTITION:OFFSET", value_parser = a_place)]
    place: Place,
    /// Write the record's value, byte for byte, and nothing else
    #[arg(long)]
    payload: bool,
}

impl Show {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load_and_reach()?;
        let mut shown = None;
        each_letter(&config, &Filter::default(), |found, letter| {
            let stands = place(&config, found);
            if self.place == stands || self.place == origin(letter) {
                shown = Some((stands, found.clone(), letter.clone()));
                return Ok(ControlFlow::Break(()));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let Some((place, found, letter)) = shown else {
            let topic = &config.topics.dead_letter;
            return Err(
                Exit::BadInput.because(anyhow!("{topic} has no dead letter {}", self.place))
            );
        };
        let mut out = std::io::stdout().lock();
        if self.payload {
            out.write_all(found.value.as_deref().unwrap_or_default())?;
        } else {
            out.write_all(text(&place, &found, &letter).as_bytes())?;
        }
        Ok(out.flush()?)
    }
}

fn a_place(text: &str) -> Result<Place, &'static str> {
    Place::parse(text)
        .ok_or("write TOPIC:PARTITION:OFFSET, the last two as numbers: articles.raw:7:1042")
}

fn text(place: &Place, found: &Found, letter: &Letter) -> String {
    let size = |bytes: &Option<Vec<u8>>| {
        bytes.as_ref().map_or("null".to_owned(), |bytes| format!("{} bytes", bytes.len()))
    };
    let rows = [
        ("place", place.to_string()),
        ("reason", letter.reason.clone()),
        ("message", letter.message.clone()),
        ("stage", letter.stage.clone()),
        ("origin", origin(letter).to_string()),
        ("timestamp", letter.timestamp.map_or("-".to_owned(), |ms| ms.to_string())),
        ("failed at", letter.failed_at.map_or("-".to_owned(), |at| at.to_string())),
        ("group", letter.group.clone()),
        ("instance", letter.instance.clone()),
        ("version", letter.app_version.clone()),
        ("replays", letter.replays.to_string()),
        ("key", size(&found.key)),
        ("value", size(&found.value)),
    ];
    let rows = rows.iter().map(|(name, value)| format!("{name:<10} {value}\n"));
    let own = letter
        .own
        .iter()
        .map(|(name, value)| format!("{:<10} {name}: {}\n", "header", size(value)));
    rows.chain(own).collect()
}
