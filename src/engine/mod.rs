//! The Kafka driver: runs any stages over a consumer group each, with everything of a batch in one transaction.
//!
//! One engine is one OS thread. It owns a consumer for each stage, one transactional producer and the tables of its
//! partitions; its worker threads do the stateless part. The loop is in `turn`, and reads downwards:
//!
//! 1. what the group says (`turn::assignment`): assign, revoke, lost; tables are restored beside the loop
//!    (`readers::restore`),
//! 2. read (`turn::intake`): inboxes before pages, into chunks of one partition, within one byte budget,
//! 3. prepare (`inbox::workers`): anywhere, in any order; the `inbox::sequencer` restores the order,
//! 4. apply (`turn::apply`): in partition order, into the open transaction (`outlet`), messages to one partition of an
//!    inbox in one record (`bundle`),
//! 5. commit (`turn::settle`): by `outlet::cadence`; or abort, and back to the last commit.
//!
//! Anything indeterminate ends the engine ([`End::Restart`]); the `supervisor` starts it again with fresh clients, and
//! what the brokers say is the truth. No stage is known by name here. Which folder rests on which stands in
//! ARCHITECTURE.md, and is tested.

pub mod bundle;
mod client;
mod command;
mod end;
pub mod ffi;
mod inbox;
mod observer;
mod outlet;
mod plan;
mod readers;
mod stop;
mod supervisor;
mod turn;
mod watchdog;

pub use client::cluster::{Cluster, Wanted, max_of_input, require_topics};
pub use client::reach::reach;
pub use client::{Clients, Isolation, Tuning};
pub use command::examine;
pub use command::replay::{Again, places_of, replay};
pub use end::{End, ExitKind};
pub use inbox::breaker::{BreakerLimits, Trip};
pub use inbox::budget::Lane;
pub use inbox::sequencer::Sequencer;
pub use observer::client_view::{BrokerView, ClientKind, ClientView};
pub use observer::state::EngineState;
pub use observer::{
    Committed, DeadLettered, Observer, PartitionView, PauseReason, RebalanceKind, Rework, Step,
    TransactionEnd, TransactionPhases, Unobserved, Written,
};
pub use outlet::cadence::CommitLimits;
pub use outlet::once::SentOnce;
pub use outlet::{Destination, Destinations};
pub use plan::{engines, partitions};
pub use readers::follow::{Follower, Progress, Take};
pub use readers::restore::Window;
pub use readers::topic_reader::{Event, Found, TopicReader};
pub use stop::Stop;
pub use supervisor::run;
pub use turn::run::{EngineSpec, StageSpec};
