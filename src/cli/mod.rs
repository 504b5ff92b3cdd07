//! The command line: a file a command. Commands write to the standard output; logs and failures go to the standard error.

mod check;
mod completions;
mod dead_letter;
mod demo;
mod doctor;
mod exit;
mod explain;
mod healthcheck;
mod interrupt;
mod normalize;
mod part;
mod place;
mod run;
mod schema;
mod topics;
mod twice;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand};
use jiff::{Span, SpanRelativeTo, Timestamp};

pub use exit::{Exit, Failure};

use crate::config::{Config, Environment, Setting};
use crate::engine;
use crate::record::Warning;
use crate::telemetry::logging;

/// Raw article pages in, clean records out, exactly once.
#[derive(Debug, Parser)]
#[command(name = "newsmill", version = version(), propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service beside a Kafka
    #[command(after_help = run::EXAMPLES)]
    Run(run::Run),
    /// Normalize pages from files, without a broker
    #[command(after_help = normalize::EXAMPLES)]
    Normalize(normalize::Normalize),
    /// Show the whole path on sample pages, over a broker that is played in this process
    #[command(after_help = demo::EXAMPLES)]
    Demo(demo::Demo),
    /// Show every decision on one page, line by line
    #[command(after_help = explain::EXAMPLES)]
    Explain(explain::Explain),
    /// Check a configuration without a broker, and show what is in effect
    #[command(after_help = check::EXAMPLES)]
    Check(check::Check),
    /// Make topics, or say how they differ from what is needed
    #[command(subcommand)]
    Topics(topics::Topics),
    /// Find out whether it can run on a cluster, and what to do if not
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(doctor::Doctor),
    /// Look into the dead letters, take them out, and send them again
    #[command(subcommand)]
    DeadLetter(dead_letter::DeadLetter),
    /// Ask a running process whether it is alive
    #[command(after_help = healthcheck::EXAMPLES)]
    Healthcheck(healthcheck::Healthcheck),
    /// Print the JSON Schemas of the records
    #[command(after_help = schema::EXAMPLES)]
    Schema(schema::Schema),
    /// Print a completion script for a shell
    #[command(after_help = completions::EXAMPLES)]
    Completions(completions::Completions),
}

/// Where the configuration comes from; flattened into every command that needs one.
#[derive(Debug, Args)]
struct ConfigArgs {
    /// The configuration file; without one, defaults and the environment
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the log is written, whatever the configuration says
    #[arg(long, value_name = "FORMAT", value_parser = ["human", "json"])]
    log_format: Option<String>,
}

impl ConfigArgs {
    fn load(&self) -> Result<Config, Failure> {
        Ok(Config::load(self.config.as_deref(), &self.environment())?)
    }

    /// For a command that asks brokers: once its log has begun, and one of them has answered.
    fn load_and_reach(&self) -> Result<Config, Failure> {
        let config = self.load()?;
        // Nothing else logs in this process.
        drop(logging::start(&config.log));
        engine::reach(&config.kafka.common_client_settings())?;
        Ok(config)
    }

    fn load_with_settings(&self) -> Result<(Config, Vec<Setting>), Failure> {
        Ok(Config::load_with_settings(self.config.as_deref(), &self.environment())?)
    }

    /// What wins over the file; the command line wins over all.
    fn environment(&self) -> Environment {
        let environment = Environment::of_process();
        match &self.log_format {
            Some(format) => environment.with("log.format", format),
            None => environment,
        }
    }
}

/// Runs the command that the process was started with.
#[must_use]
pub fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Where the standard error is gone there is nobody to tell.
            drop(error.print());
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok };
        }
    };
    match dispatch(cli.command) {
        Ok(()) => Exit::Ok,
        Err(Failure { exit, error }) => {
            if let Some(error) = error {
                drop(writeln!(std::io::stderr().lock(), "newsmill: {error:#}"));
            }
            exit
        }
    }
}

fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run(run) => run.run(),
        Command::Normalize(normalize) => normalize.run(),
        Command::Demo(demo) => demo.run(),
        Command::Explain(explain) => explain.run(),
        Command::Check(check) => check.run(),
        Command::Topics(topics) => topics.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::DeadLetter(dead_letter) => dead_letter.run(),
        Command::Healthcheck(healthcheck) => healthcheck.run(),
        Command::Schema(schema) => schema.run(),
        Command::Completions(completions) => completions.run(),
    }
}

/// Whether what goes to the standard output may be coloured: on a terminal, unless NO_COLOR says otherwise.
fn on_coloured_stdout() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty())
}

/// On a terminal nobody else says that pages are waited for.
fn say_that_a_person_is_read() -> std::io::Result<()> {
    if std::io::stdin().is_terminal() {
        writeln!(std::io::stderr(), "reading from the terminal: Ctrl-D ends the page")?;
    }
    Ok(())
}

/// A time as people write it: by the calendar, or how long ago; a day has 24 hours.
fn time(text: &str) -> Result<Timestamp, String> {
    let ago = text.parse::<Span>().ok();
    let ago = ago.and_then(|ago| ago.abs().to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    text.parse()
        .ok()
        .or_else(|| Timestamp::now().checked_sub(ago?).ok())
        .ok_or_else(|| "write 2026-03-01T12:00:00Z, or how long ago: 2h, 3d".to_owned())
}

/// `1 thing`, `2 things`.
fn counted(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// A warning of a record with what it means: the word alone explains nothing.
fn explained(warning: &str) -> String {
    let meaning = Warning::named(warning).map(Warning::meaning);
    meaning.map_or_else(|| warning.to_owned(), |meaning| format!("{warning}: {meaning}"))
}

/// Ours and librdkafka's: what a bug report needs.
fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let (_, librdkafka) = rdkafka::util::get_rdkafka_version();
        format!("{} (librdkafka {librdkafka})", env!("CARGO_PKG_VERSION"))
    });
    &VERSION
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::config::LogFormat;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_command_line_says_how_the_log_is_written() {
        let args = |format: Option<&str>| ConfigArgs {
            config: None,
            log_format: format.map(str::to_owned),
        };
        assert_eq!(args(None).load().unwrap().log.format, LogFormat::Human);
        assert_eq!(args(Some("json")).load().unwrap().log.format, LogFormat::Json);
        assert!(Cli::try_parse_from(["newsmill", "run", "--log-format", "xml"]).is_err());
    }

    fn leaves(command: &clap::Command) -> Vec<&clap::Command> {
        if command.has_subcommands() {
            command.get_subcommands().flat_map(leaves).collect()
        } else {
            vec![command]
        }
    }

    #[test]
    fn every_command_shows_examples_and_breaks_no_line_where_a_terminal_breaks_another() {
        let cli = Cli::command();
        for command in leaves(&cli) {
            let name = command.get_name();
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("newsmill "), "{name} has no examples");
            let is_example = |line: &&str| line.starts_with("  ");
            let long = help.lines().filter(is_example).find(|line| line.chars().count() > 100);
            assert_eq!(long, None, "an example of {name} does not fit on a line");
            let paragraphs = help.split("\n\n").filter(|it| !it.starts_with("Examples:"));
            for paragraph in paragraphs {
                assert_eq!(paragraph.lines().count(), 1, "{name}: {paragraph}");
            }
        }
    }
}
