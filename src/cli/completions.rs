//! `completions`: a script that makes a shell complete newsmill's commands.

use std::io::Write as _;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Failure};

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill completions bash > /etc/bash_completion.d/newsmill
  newsmill completions zsh > ~/.zfunc/_newsmill
  newsmill completions fish > ~/.config/fish/completions/newsmill.fish";

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self) -> Result<(), Failure> {
        // Into memory first: the generator panics where the reader of our output has gone away.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "newsmill", &mut script);
        std::io::stdout().lock().write_all(&script)?;
        Ok(())
    }
}
