//! The in-memory driver: the same stages without Kafka, over files, pages and tests.
//!
//! One thread reads, a pool of workers prepares, and the calling thread applies in input order: what comes out is the
//! same, byte for byte, at any number of threads. Memory is bounded by the chunks in flight and the stages' tables,
//! whatever the length of the input.

mod chunk;
mod lines;
mod pipeline;
pub mod source;
mod spool;
mod teacher;

pub use lines::{Lines, RejectLine};
pub use pipeline::{Input, Pipeline, RunError, Sink, run};
pub use source::Sources;
pub use spool::Spool;
pub use teacher::Teacher;
