//! What this engine has sent already, so that a text goes to its receiver once an hour and not with every mention.
//!
//! An [`Output`](crate::stage::Output) may end in a part that its receiver keeps for two days at least. It is left out
//! where the same key went to the same target with it earlier: in the open transaction, or in one that committed.
//! Whoever reads the shorter value has read the longer one before, since a partition is read in its order. What an abort
//! takes back was never sent, and a fresh engine has sent nothing.
//!
//! Why an hour and a day: the receiver counts its two days in stream time, which no page can move beyond the brokers'
//! clock (state-protocol, rule 5). The longer value was sent less than an hour ago, for a page that was less than a day
//! old then, so that less than two days of stream time lie between the two.

use std::collections::HashSet;
use std::mem::take;

use crate::stage::{KeptPart, Target};

/// A generation of keys ends after so many milliseconds; the one before it is forgotten with it.
const GENERATION_MS: i64 = 30 * 60 * 1_000;

/// … or when it has so many keys. Two generations of 17 bytes a key are 4 MB at most, an engine.
const GENERATION_KEYS: usize = 65_536;

/// An older page's text is sent every time.
const PAGE_AGE_MS: i64 = 24 * 60 * 60 * 1_000;

type Key = (Target, [u8; 16]);

/// The keys of which the kept part was sent not long ago.
#[derive(Debug, Default)]
pub struct SentOnce {
    /// In the open transaction.
    open: HashSet<Key>,
    young: HashSet<Key>,
    old: HashSet<Key>,
    /// When the young generation began, in milliseconds since 1970.
    began: i64,
}

impl SentOnce {
    /// How much of a value is to be sent in the transaction that began `now` (milliseconds since 1970): `None` is all of
    /// it, and from then on it counts as sent. Keys that are no 16 bytes are not kept in mind.
    pub fn short(
        &mut self,
        target: Target,
        key: &[u8],
        kept: Option<KeptPart>,
        now: i64,
    ) -> Option<usize> {
        let kept = kept?;
        let key = (target, <[u8; 16]>::try_from(key).ok()?);
        self.age(now);
        if [&self.open, &self.young, &self.old].into_iter().any(|sent| sent.contains(&key)) {
            return Some(kept.from);
        }
        if now.saturating_sub(kept.page_time) < PAGE_AGE_MS {
            self.open.insert(key);
        }
        None
    }

    /// The open transaction committed.
    pub fn commit(&mut self) {
        self.young.extend(self.open.drain());
    }

    /// The open transaction was aborted.
    pub fn roll_back(&mut self) {
        self.open.clear();
    }

    fn age(&mut self, now: i64) {
        let age = now.saturating_sub(self.began);
        if !(0..2 * GENERATION_MS).contains(&age) {
            // A clock that jumps says nothing of how long ago anything was.
            *self = Self { began: now, ..Self::default() };
        } else if age >= GENERATION_MS {
            self.old = take(&mut self.young);
            self.began += GENERATION_MS;
        } else if self.young.len() >= GENERATION_KEYS {
            self.old = take(&mut self.young);
            self.began = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stage::StageName;

    const INBOX: Target = Target::Inbox(StageName("home"));
    const HOUR: i64 = 3_600_000;

    fn key(n: u8) -> [u8; 16] {
        [n; 16]
    }

    fn kept(page_time: i64) -> Option<KeptPart> {
        Some(KeptPart { from: 7, page_time })
    }

    #[test]
    fn a_key_that_was_sent_goes_short_in_the_same_transaction_and_after_its_commit() {
        let mut sent = SentOnce::default();
        assert_eq!(sent.short(INBOX, &key(1), kept(0), 0), None);
        assert_eq!(sent.short(INBOX, &key(1), kept(0), 0), Some(7));
        sent.commit();
        assert_eq!(sent.short(INBOX, &key(1), kept(0), 1), Some(7));
        assert_eq!(sent.short(INBOX, &key(2), kept(0), 1), None, "another story");
        assert_eq!(sent.short(Target::Articles, &key(1), kept(0), 1), None, "another topic");
    }

    #[test]
    fn what_an_abort_takes_back_was_never_sent() {
        let mut sent = SentOnce::default();
        assert_eq!(sent.short(INBOX, &key(1), kept(0), 0), None);
        sent.roll_back();
        sent.commit();
        assert_eq!(sent.short(INBOX, &key(1), kept(0), 0), None);
    }

    #[test]
    fn the_text_of_an_old_page_is_no_promise_for_later_ones() {
        let mut sent = SentOnce::default();
        for _ in 0..2 {
            assert_eq!(sent.short(INBOX, &key(1), kept(0), 24 * HOUR), None);
            sent.commit();
        }
    }

    #[test]
    fn a_value_without_a_kept_part_or_under_another_kind_of_key_is_sent_whole() {
        let mut sent = SentOnce::default();
        for _ in 0..2 {
            assert_eq!(sent.short(INBOX, &key(1), None, 0), None);
            assert_eq!(sent.short(INBOX, b"short", kept(0), 0), None);
            sent.commit();
        }
    }

    #[test]
    fn memory_ends_at_two_generations() {
        let mut sent = SentOnce::default();
        for n in 0..4 * GENERATION_KEYS as u128 {
            sent.short(INBOX, &n.to_be_bytes(), kept(0), 0);
            sent.commit();
        }
        assert!(sent.young.len() + sent.old.len() <= 2 * GENERATION_KEYS);
    }

    #[derive(Debug, Clone)]
    enum Step {
        Send { key: u8, age: i64 },
        Commit,
        RollBack,
        Pass(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0..4_u8, 0..48 * HOUR).prop_map(|(key, age)| Step::Send { key, age }),
            2 => Just(Step::Commit),
            1 => Just(Step::RollBack),
            2 => (-HOUR / 2..HOUR).prop_map(Step::Pass),
        ]
    }

    proptest! {
        #[test]
        fn nothing_goes_short_unless_a_model_that_keeps_everything_has_sent_it_within_the_hour(
            steps in prop::collection::vec(step(), 0..60),
        ) {
            let mut sent = SentOnce::default();
            let [mut committed, mut open] = [Vec::<(u8, i64)>::new(), Vec::new()];
            let mut now = 1_000 * HOUR;
            for step in steps {
                match step {
                    Step::Send { key: n, age } => {
                        let short = sent.short(INBOX, &key(n), kept(now - age), now);
                        if short.is_some() {
                            let within_the_hour = |(key, at): &(u8, i64)| *key == n && now - at < HOUR;
                            prop_assert!(committed.iter().chain(&open).any(within_the_hour));
                        } else if age < 24 * HOUR {
                            open.push((n, now));
                        }
                    }
                    Step::Commit => {
                        sent.commit();
                        committed.append(&mut open);
                    }
                    Step::RollBack => {
                        sent.roll_back();
                        open.clear();
                    }
                    Step::Pass(time) => {
                        sent.commit();
                        committed.append(&mut open);
                        now += time;
                    }
                }
            }
        }
    }
}
