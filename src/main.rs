//! The program: reads the command line, runs one command, and says once what went wrong.

use std::panic::catch_unwind;
use std::process::ExitCode;

use newsmill::cli::{self, Exit};

fn main() -> ExitCode {
    // What a panic says has been printed by then.
    let exit = catch_unwind(cli::run).unwrap_or(Exit::Bug);
    ExitCode::from(exit.code())
}
