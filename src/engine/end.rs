//! How an engine ends.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use thiserror::Error;

use crate::engine::ffi::TransactionFailure;

/// Why an engine no longer runs.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum End {
    /// It was told to stop, and everything finished is committed.
    #[error("stopped")]
    Stopped,
    /// It was told to stop at once: the open transaction was aborted.
    #[error("stopped at once; what was not committed is done again")]
    Aborted,
    /// It must start again with fresh clients: what the brokers know is the truth.
    #[error("{why}")]
    Restart {
        /// Why, for the log.
        why: String,
        /// Another producer with the same `transactional.id` has taken over, or this one slept past its time.
        fenced: bool,
    },
    /// Starting again would not help: the process ends.
    #[error("{why}")]
    Exit {
        /// With which code.
        kind: ExitKind,
        /// Why and what to do, for a person.
        why: String,
    },
}

/// The exit codes that an engine can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// 70: a bug of ours.
    Bug,
    /// 75: try again later.
    Temporary,
    /// 77: the brokers refuse us.
    Denied,
    /// 78: settings, topics or state do not fit.
    Config,
}

impl End {
    /// A setting that librdkafka refuses.
    #[must_use]
    pub fn config(error: &KafkaError) -> Self {
        Self::Exit { kind: ExitKind::Config, why: error.to_string() }
    }

    /// A bug of ours.
    #[must_use]
    pub fn bug(why: String) -> Self {
        Self::Exit { kind: ExitKind::Bug, why }
    }

    /// A transaction call after which the producer is of no more use.
    #[must_use]
    pub fn restart(failure: &TransactionFailure) -> Self {
        Self::Restart { why: failure.to_string(), fenced: failure.fenced }
    }

    /// A client call that failed in a way that fresh clients may mend.
    #[must_use]
    pub fn client(call: &str, error: &KafkaError) -> Self {
        match error.rdkafka_error_code() {
            Some(
                RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::GroupAuthorizationFailed
                | RDKafkaErrorCode::ClusterAuthorizationFailed
                | RDKafkaErrorCode::TransactionalIdAuthorizationFailed
                | RDKafkaErrorCode::Authentication
                | RDKafkaErrorCode::SaslAuthenticationFailed,
            ) => Self::Exit { kind: ExitKind::Denied, why: format!("{call}: {error}") },
            _ => Self::Restart { why: format!("{call}: {error}"), fenced: false },
        }
    }

    /// A client call that failed for a command, which nobody starts again.
    #[must_use]
    pub fn of_command(call: &str, error: &KafkaError) -> Self {
        match Self::client(call, error) {
            Self::Restart { why, .. } => Self::Exit { kind: ExitKind::Temporary, why },
            end @ (Self::Exit { .. } | Self::Stopped | Self::Aborted) => end,
        }
    }

    /// A record that the producer refuses.
    #[must_use]
    pub fn produce(topic: &str, error: &KafkaError) -> Self {
        Self::client(&format!("produce to {topic}"), error)
    }
}
