//! `run`: the service.

use anyhow::anyhow;
use clap::Args;
use jiff::Timestamp;

use super::check::layouts_of;
use super::{ConfigArgs, Exit, Failure, explain, time};
use crate::engine::{End, Window};
use crate::service;
use crate::telemetry::logging;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill run --config newsmill.toml                           run beside your Kafka
  NEWSMILL__KAFKA__BOOTSTRAP_SERVERS=kafka:9092 newsmill run    defaults and the environment
  NEWSMILL__APP=again newsmill run --from 2026-03-01T00:00:00Z --to 2026-03-08T00:00:00Z

--from and --to, as in the last one, are for an application of its own that reads a part of the pages again: another `app`, other output topics. \
Times are those of the input's records.

Topics are never made here: `newsmill topics create` makes them. SIGTERM or Ctrl-C finishes what was read, commits and leaves; \
a second one leaves at once, and what was not committed is done again. Exit codes: 0 stopped, 75 try again later, \
77 the brokers refuse us, 78 the configuration, the topics or the state do not fit, 70 a bug.";

#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    config: ConfigArgs,
    /// Begin at the first page of this time (2026-03-01T12:00:00Z, or so long ago: 2h), where the application has not begun
    /// yet
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<Timestamp>,
    /// Read no page of this time or later, nor any that comes after the start; when all of it is through, end with 0
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<Timestamp>,
}

impl Run {
    pub(super) fn run(&self) -> Result<(), Failure> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from >= to
        {
            return Err(Exit::Usage.because(anyhow!("--from {from} is not before --to {to}")));
        }
        let config = self.config.load()?;
        let layouts = layouts_of(&config)?;
        logging::start(&config.log).map_err(anyhow::Error::from)?;
        let window = Window {
            from: self.from.map(Timestamp::as_millisecond),
            to: self.to.map(Timestamp::as_millisecond),
        };
        let explain = explain::explainer(&config, layouts)?;
        service::run(&config, layouts, window, explain).map_err(|error| {
            match error.downcast::<End>() {
                Ok(end) => end.into(),
                Err(error) => error.into(),
            }
        })
    }
}
