//! `check`: the configuration and the layouts, without a broker.

use std::io::Write as _;

use anyhow::anyhow;
use clap::Args;

use super::{ConfigArgs, Exit, Failure};
use crate::config::{Config, Setting};
use crate::page::Layouts;

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill check                              check defaults and environment, show what is in effect
  newsmill check --config newsmill.toml       check a file: everything that is wrong, with its line
  NEWSMILL__ENGINE__WORKERS=6 newsmill check  a variable wins over the file

What it prints is a configuration itself, with secrets left out. Exit code 78 where something is wrong.";

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    config: ConfigArgs,
}

impl Check {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let (config, settings) = self.config.load_with_settings()?;
        let layouts = layouts_of(&config)?;
        let mut out = std::io::stdout().lock();
        out.write_all(effective(&settings).as_bytes())?;
        writeln!(out, "\n# Layouts:")?;
        for file in layouts.files() {
            let title = file.title.as_deref().unwrap_or_default();
            let whose = if file.builtin { "built in" } else { "yours" };
            let of = match file.language.as_str() {
                "" => format!("for {}", file.hosts.join(", ")),
                language => language.to_owned(),
            };
            writeln!(
                out,
                "#   {} {of} ({whose}): {} rules, {} spellings {title}",
                file.name, file.rules, file.forms
            )?;
        }
        Ok(())
    }
}

/// The layouts of a configuration.
///
/// # Errors
/// Everything that is wrong in any file: exit code 78.
pub(super) fn layouts_of(config: &Config) -> Result<&'static Layouts, Failure> {
    let Some(dir) = &config.layouts.dir else { return Ok(Layouts::builtin()) };
    let loaded = Layouts::load(dir).map_err(|errors| {
        let lines: String = errors.iter().map(|error| format!("\n  {error}")).collect();
        let errors = match errors.len() {
            1 => "1 error".to_owned(),
            count => format!("{count} errors"),
        };
        Exit::Config.because(anyhow!("{errors} in the layouts{lines}"))
    })?;
    // Used by every thread until the process ends.
    Ok(Box::leak(Box::new(loaded)))
}

/// The effective configuration as TOML.
fn effective(settings: &[Setting]) -> String {
    let line = |setting: &Setting| {
        let Setting { key, value, place } = setting;
        match value.as_deref() {
            None => format!("# {key} is not set\n"),
            Some("\"***\"") => format!("# {key} is set ({place})\n"),
            Some(value) => format!("{:<60} # {place}\n", format!("{key} = {value}")),
        }
    };
    settings.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    #[test]
    fn what_is_shown_is_the_same_configuration_again() {
        let environment =
            [("NEWSMILL__ENGINE__WORKERS", "7"), ("NEWSMILL__KAFKA__CLIENT__CLIENT_RACK", "a")];
        let environment: Environment = environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        let (config, settings) = Config::load_with_settings(None, &environment).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), effective(&settings)).unwrap();
        let again = Config::load(Some(file.path()), &Environment::default()).unwrap();
        assert_eq!(format!("{config:?}"), format!("{again:?}"));
    }
}
