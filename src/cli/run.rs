//! `run`: the service.

use clap::Args;

use super::check::layouts_of;
use super::{ConfigArgs, Failure, explain};
use crate::engine::End;
use crate::service;
use crate::telemetry::logging;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill run --config newsmill.toml                           run beside your Kafka
  NEWSMILL__KAFKA__BOOTSTRAP_SERVERS=kafka:9092 newsmill run    defaults and the environment

Topics are never made here: `newsmill topics create` makes them. SIGTERM finishes what was read, commits and leaves;
a second one leaves at once, and what was not committed is done again. Exit codes: 0 stopped, 75 try again later,
77 the brokers refuse us, 78 the configuration, the topics or the state do not fit, 70 a bug.";

#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Run {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load()?;
        let layouts = layouts_of(&config)?;
        logging::start(&config.log).map_err(anyhow::Error::from)?;
        service::run(&config, layouts, explain::explainer(&config, layouts)?).map_err(|error| {
            match error.downcast::<End>() {
                Ok(end) => end.into(),
                Err(error) => error.into(),
            }
        })
    }
}
