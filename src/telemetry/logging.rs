//! Logs go to the standard error output, for people or for machines, through one filter; librdkafka's lines have the
//! target `librdkafka`.

use std::io::{IsTerminal as _, stderr};

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};
use tracing_subscriber::{Layer as _, fmt};

use crate::config::{Log, LogFormat};

/// Begins to log. Once a process.
///
/// # Errors
/// Something logs already.
pub fn start(log: &Log) -> Result<(), TryInitError> {
    let lines = match log.format {
        LogFormat::Human => {
            let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            fmt::layer().with_writer(stderr).with_ansi(colours).boxed()
        }
        LogFormat::Json => fmt::layer().json().flatten_event(true).with_writer(stderr).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(log.level.targets.clone())).try_init()
}
