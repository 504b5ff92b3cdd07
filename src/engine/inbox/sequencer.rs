//! Restores order: chunks of one partition are prepared on any worker and applied in the order in which they were read.
//!
//! Invariant: `release` gives out what was filled in under the numbers 0, 1, 2, … and never skips one.

use std::collections::BTreeMap;

/// The chunks of one partition between dispatch and apply.
#[derive(Debug)]
pub struct Sequencer<T> {
    reserved: u64,
    released: u64,
    waiting: BTreeMap<u64, T>,
}

impl<T> Default for Sequencer<T> {
    fn default() -> Self {
        Self { reserved: 0, released: 0, waiting: BTreeMap::new() }
    }
}

impl<T> Sequencer<T> {
    /// The number of the next chunk in reading order.
    pub fn reserve(&mut self) -> u64 {
        let number = self.reserved;
        self.reserved += 1;
        number
    }

    /// Fills in what a worker made of the chunk with that number.
    pub fn fill(&mut self, number: u64, value: T) {
        debug_assert!(number >= self.released && number < self.reserved, "never reserved");
        self.waiting.insert(number, value);
    }

    /// The next chunk in reading order, once it is there.
    pub fn release(&mut self) -> Option<T> {
        let value = self.waiting.remove(&self.released)?;
        self.released += 1;
        Some(value)
    }

    /// Chunks reserved and not given out yet.
    #[must_use]
    pub fn in_flight(&self) -> u64 {
        self.reserved - self.released
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Sequencer;

    proptest! {
        #[test]
        fn whatever_the_order_of_the_workers_chunks_come_out_in_reading_order(
            order in Just((0_u64..40).collect::<Vec<_>>()).prop_shuffle()
        ) {
            let mut sequencer = Sequencer::default();
            let numbers: Vec<u64> = order.iter().map(|_| sequencer.reserve()).collect();
            let mut out = Vec::new();
            for number in &order {
                sequencer.fill(*number, *number);
                while let Some(value) = sequencer.release() {
                    out.push(value);
                }
            }
            prop_assert_eq!(out, numbers);
            prop_assert_eq!(sequencer.in_flight(), 0);
        }
    }

    #[test]
    fn a_missing_chunk_holds_back_all_that_follow() {
        let mut sequencer = Sequencer::default();
        let (first, second) = (sequencer.reserve(), sequencer.reserve());
        sequencer.fill(second, "second");
        assert_eq!(sequencer.release(), None);
        sequencer.fill(first, "first");
        assert_eq!((sequencer.release(), sequencer.release()), (Some("first"), Some("second")));
    }
}
