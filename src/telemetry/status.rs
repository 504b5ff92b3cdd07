//! What the status page says that is no metric: who this process is, and its last dead letters. Places, never payloads.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use crate::engine::DeadLettered;

/// So many dead letters are remembered.
const REMEMBERED: usize = 50;

/// Who a process is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// The application.
    pub app: String,
    /// The name among the replicas.
    pub instance: String,
    /// The hash of the configuration: replicas that do the same have the same.
    pub config_hash: String,
}

/// Who a process is, and what it dead-lettered last.
#[derive(Debug)]
pub struct Status {
    identity: Identity,
    dead_letters: Mutex<VecDeque<DeadLettered>>,
}

/// As the status page reads it.
#[derive(Serialize)]
struct Told<'a> {
    version: &'static str,
    #[serde(flatten)]
    identity: &'a Identity,
    /// The last one first.
    dead_letters: Vec<ToldDeadLetter<'a>>,
}

#[derive(Serialize)]
struct ToldDeadLetter<'a> {
    at_ms: i64,
    stage: &'static str,
    reason: &'static str,
    topic: &'a str,
    partition: i32,
    offset: i64,
}

impl Status {
    /// Of a process that has dead-lettered nothing yet.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self { identity, dead_letters: Mutex::default() }
    }

    /// These are committed.
    pub fn dead_lettered(&self, committed: &[DeadLettered]) {
        if committed.is_empty() {
            return;
        }
        let mut last = self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner);
        last.extend(committed.iter().cloned());
        let too_many = last.len().saturating_sub(REMEMBERED);
        drop(last.drain(..too_many));
    }

    /// All of it as JSON.
    ///
    /// # Errors
    /// It cannot be written: a bug of ours.
    pub fn json(&self) -> serde_json::Result<String> {
        let last = self.dead_letters.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::to_string(&Told {
            version: env!("CARGO_PKG_VERSION"),
            identity: &self.identity,
            dead_letters: last.iter().rev().map(ToldDeadLetter::of).collect(),
        })
    }
}

impl<'a> ToldDeadLetter<'a> {
    fn of(letter: &'a DeadLettered) -> Self {
        let DeadLettered { at_ms, stage, reason, topic, partition, offset } = letter;
        Self {
            at_ms: *at_ms,
            stage: stage.0,
            reason: reason.name(),
            topic,
            partition: *partition,
            offset: *offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::record::Reason;
    use crate::stage::StageName;

    #[test]
    fn the_last_dead_letters_are_remembered_by_their_places() {
        let status = Status::new(Identity { app: "news".to_owned(), ..Identity::default() });
        let letter = |offset| DeadLettered {
            at_ms: 1_000 + offset,
            stage: StageName("parse"),
            reason: Reason::NotUtf8,
            topic: "articles.raw".into(),
            partition: 3,
            offset,
        };
        status.dead_lettered(&(0..60).map(letter).collect::<Vec<_>>());
        status.dead_lettered(&[letter(60)]);
        let told: Value = serde_json::from_str(&status.json().unwrap()).unwrap();
        assert_eq!(told["app"], "news");
        let letters = told["dead_letters"].as_array().unwrap();
        assert_eq!(letters.len(), REMEMBERED);
        let last = json!({"at_ms": 1_060, "stage": "parse", "reason": "not_utf8", "topic": "articles.raw",
            "partition": 3, "offset": 60});
        assert_eq!(letters[0], last);
        assert_eq!(letters[REMEMBERED - 1]["offset"], 11);
    }
}
