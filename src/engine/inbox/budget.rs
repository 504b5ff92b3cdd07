//! The one byte budget from poll to commit, and the gate that it works.
//!
//! Every polled byte is charged once and refunded once: at the commit that covers it, or when its chunk is dropped.
//! Pages stop at half of the budget and inboxes at the whole, so that a backlog of pages never starves an inbox: only
//! what is in the inboxes can make room again downstream. A gate opens again at half of where it shut (hysteresis:
//! shutting throws the prefetch away, kafka-client §11).

/// What is between poll and commit.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    used: u64,
}

/// Which side of the gate an input is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// The pages: what comes from outside.
    Pages,
    /// An inbox of our own.
    Inbox,
}

impl Budget {
    /// A budget of so many bytes.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { limit, used: 0 }
    }

    /// Bytes were polled.
    pub fn charge(&mut self, bytes: u64) {
        self.used += bytes;
    }

    /// Bytes were committed or dropped.
    pub fn refund(&mut self, bytes: u64) {
        debug_assert!(bytes <= self.used, "refunded twice");
        self.used = self.used.saturating_sub(bytes);
    }

    /// Bytes between poll and commit.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used
    }

    /// Whether a lane may be read from, given whether it was so far.
    #[must_use]
    pub fn is_open(&self, lane: Lane, was_open: bool) -> bool {
        let shuts_at = match lane {
            Lane::Pages => self.limit / 2,
            Lane::Inbox => self.limit,
        };
        self.used < if was_open { shuts_at } else { shuts_at / 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_stop_at_half_of_the_budget_and_inboxes_at_the_whole() {
        let mut budget = Budget::new(100);
        budget.charge(50);
        assert!(!budget.is_open(Lane::Pages, true));
        assert!(budget.is_open(Lane::Inbox, true));
        budget.charge(50);
        assert!(!budget.is_open(Lane::Inbox, true));
    }

    #[test]
    fn a_shut_gate_opens_again_at_half_of_where_it_shut() {
        let mut budget = Budget::new(100);
        budget.charge(60);
        budget.refund(34);
        assert!(!budget.is_open(Lane::Pages, false));
        budget.refund(2);
        assert!(budget.is_open(Lane::Pages, false));
    }
}
