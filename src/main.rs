//! The program: reads the command line, runs one command, and says once what went wrong.

use std::panic::catch_unwind;
use std::process::ExitCode;

use newsmill::cli::{self, Exit};
use tikv_jemallocator::Jemalloc;

/// A page's reading allocates some two hundred times, and another thread frees what comes of it, as it does what the Kafka client
/// allocates for each record: this allocator stands under both, and takes a tenth less CPU than the C library's
/// (docs/performance.md).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    // What a panic says has been printed by then.
    let exit = catch_unwind(cli::run).unwrap_or(Exit::Bug);
    ExitCode::from(exit.code())
}
