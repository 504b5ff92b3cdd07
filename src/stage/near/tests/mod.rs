//! `home` and `near` together, over queues. Crashes and transactions are tests/simulation's.

mod answer;
#[path = "../../../../tests/simulation/batch.rs"]
mod batch;
mod bounds;
mod messages;
mod world;
