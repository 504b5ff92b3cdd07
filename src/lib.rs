//! newsmill: a stream processor for news data. Raw article pages in, clean records out, exactly once.
//!
//! Data flows downwards: [`page`] reads a page, [`story`] says what makes two stories the same, [`record`] is what goes
//! on the wire, [`stage`] decides. ARCHITECTURE.md has the map.

pub mod cli;
pub mod config;
pub mod engine;
pub mod local;
pub mod page;
pub mod record;
pub mod service;
pub mod stage;
pub mod story;
pub mod telemetry;
