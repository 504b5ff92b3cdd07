//! Stages and transactions in memory, under thousands of schedules: crashes between any two steps, aborts, timeouts,
//! late markers, lost and regained partitions, zombies, lost answers, pages out of order.
//!
//! `NEWSMILL_TEST_SIM_SCHEDULES` sets how many schedules run, `NEWSMILL_TEST_SIM_SEED` runs one alone.

#[cfg(test)]
mod batch;
#[cfg(test)]
mod bug;
#[cfg(test)]
mod engine;
#[cfg(test)]
mod group;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod kafka;
#[cfg(test)]
mod program;
#[cfg(test)]
mod rng;
#[cfg(test)]
mod schedules;
#[cfg(test)]
mod world;
