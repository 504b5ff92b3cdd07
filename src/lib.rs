//! newsmill: a stream processor for news data. Raw article pages in, clean records out, exactly once.
//!
//! The modules stand in the order in which data flows: [`page`] reads a page, [`story`] says what makes two stories the
//! same ([`letters`] folds for both, [`recent`] spares what was done for the same text), [`record`] is what goes on the wire, [`stage`] decides; [`engine`] and [`local`] drive the stages, [`telemetry`]
//! watches, [`service`] and [`cli`] run it all as [`config`] says. ARCHITECTURE.md has the map.

// So that a test in here and one beside the crate can share what they hold it to.
#[cfg(test)]
extern crate self as newsmill;

pub mod page;
pub mod story;

pub mod letters;
pub mod recent;

pub mod record;
pub mod stage;

pub mod engine;
pub mod local;

pub mod config;
pub mod telemetry;

pub mod cli;
pub mod service;
