//! `dead-letter`: looks into the dead letters, takes them out, and sends them again.

mod export;
mod filter;
mod list;
mod replay;
mod show;

use std::ops::ControlFlow;

use clap::Subcommand;

use super::Failure;
use super::place::Place;
use crate::config::Config;
use crate::engine::{Clients, Event, Found, TopicReader};
use crate::stage::dead_letter::Letter;
use filter::Filter;

#[derive(Debug, Subcommand)]
pub(super) enum DeadLetter {
    /// List dead letters, without what is in them
    #[command(after_help = list::EXAMPLES)]
    List(list::List),
    /// Show all that is known of one
    #[command(after_help = show::EXAMPLES)]
    Show(show::Show),
    /// Write dead letters as JSON lines, with their bytes
    #[command(after_help = export::EXAMPLES)]
    Export(export::Export),
    /// Send dead letters again, each once
    #[command(after_help = replay::EXAMPLES)]
    Replay(replay::Replay),
}

impl DeadLetter {
    pub(super) fn run(&self) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
            Self::Export(export) => export.run(),
            Self::Replay(replay) => replay.run(),
        }
    }
}

/// Hands over the dead letters that a filter lets pass, until one of them is enough; how many records were none of ours.
///
/// # Errors
/// The brokers do not answer or refuse; or what `each` has for an error.
fn each_letter(
    config: &Config,
    filter: &Filter,
    mut each: impl FnMut(&Found, &Letter) -> Result<ControlFlow<()>, Failure>,
) -> Result<u64, Failure> {
    let topic = &config.topics.dead_letter;
    let reader = TopicReader::open(&Clients::of_command(config), config.app.as_str(), topic)?;
    let (mut foreign, mut failure) = (0, None);
    reader.read(&reader.beginnings(), |event| {
        let Event::Record(found) = event else { return Ok(ControlFlow::Continue(())) };
        let Some(letter) = Letter::read(&found.headers) else {
            foreign += 1;
            return Ok(ControlFlow::Continue(()));
        };
        if !filter.passes(&letter) {
            return Ok(ControlFlow::Continue(()));
        }
        Ok(each(&found, &letter).unwrap_or_else(|error| {
            failure = Some(error);
            ControlFlow::Break(())
        }))
    })?;
    failure.map_or(Ok(foreign), Err)
}

/// `topic:partition:offset` of a dead letter.
fn place(config: &Config, found: &Found) -> Place {
    let topic = config.topics.dead_letter.clone();
    Place { topic, partition: found.partition, offset: found.offset }
}

/// `topic:partition:offset` of the record that it was.
fn origin(letter: &Letter) -> Place {
    let Letter { topic, partition, offset, .. } = letter;
    Place { topic: topic.clone(), partition: *partition, offset: *offset }
}
