//! The program: reads the command line, runs one command, and says once what went wrong.

use std::panic::catch_unwind;
use std::process::ExitCode;

use newsmill::cli::{self, Exit};
use tikv_jemallocator::Jemalloc;

/// What one thread allocates another one frees, page after page: this allocator takes a tenth less of a worker's CPU for it than
/// the C library's, and less memory (docs/performance.md).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    // What a panic says has been printed by then.
    let exit = catch_unwind(cli::run).unwrap_or(Exit::Bug);
    ExitCode::from(exit.code())
}
