//! The Kafka driver: runs any stages over a consumer group each, with everything of a batch in one transaction.
//!
//! One engine is one OS thread. It owns a consumer for each stage, one transactional producer and the tables of its
//! partitions; its worker threads do the stateless part. The loop reads downwards:
//!
//! 1. what the group says (`assignment`): assign, revoke, lost; tables are restored beside the loop (`restore`),
//! 2. read (`intake`): inboxes before pages, into chunks of one partition, within one byte `budget`,
//! 3. prepare (`workers`): anywhere, in any order; the `sequencer` restores the order,
//! 4. apply (`apply`): in partition order, into the open transaction (`outlet`, `transaction`), messages to one partition of
//!    an inbox in one record (`bundle`),
//! 5. commit (`settle`): by `cadence`; or abort, and back to the last commit.
//!
//! Anything indeterminate ends the engine ([`End::Restart`]); the supervisor starts it again with fresh clients, and
//! what the brokers say is the truth. No stage is known by name here.

mod apply;
mod assignment;
mod breaker;
mod budget;
pub mod bundle;
mod cadence;
mod chunk;
mod client;
mod client_context;
mod client_view;
mod cluster;
mod end;
pub mod examine;
pub mod ffi;
mod follow;
mod intake;
mod observe;
mod observer;
mod once;
mod outlet;
mod partition;
mod plan;
mod position;
mod reach;
mod replay;
mod restore;
mod run;
mod sequencer;
mod settle;
mod state;
mod stop;
mod supervisor;
mod token;
mod topic_reader;
mod transaction;
mod watchdog;
mod workers;

pub use breaker::{BreakerLimits, Trip};
pub use budget::Lane;
pub use cadence::CommitLimits;
pub use client::{Clients, Isolation, Tuning};
pub use client_view::{BrokerView, ClientKind, ClientView};
pub use cluster::{Cluster, Wanted, max_of_input, require_topics};
pub use end::{End, ExitKind};
pub use follow::{Follower, Progress, Take};
pub use observer::{
    Committed, DeadLettered, Observer, PartitionView, PauseReason, RebalanceKind, Rework, Step,
    TransactionEnd, TransactionPhases, Unobserved, Written,
};
pub use once::SentOnce;
pub use outlet::{Destination, Destinations};
pub use plan::{engines, partitions};
pub use reach::reach;
pub use replay::{Again, places_of, replay};
pub use restore::Window;
pub use run::{EngineSpec, StageSpec};
pub use sequencer::Sequencer;
pub use state::EngineState;
pub use stop::Stop;
pub use supervisor::run;
pub use topic_reader::{Event, Found, TopicReader};
