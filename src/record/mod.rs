//! What goes on the wire: the records of DESIGN §2, their ids, and their JSON Schemas.
//!
//! Only types, ids and encodings live here; what becomes a record is decided elsewhere. Field names and their order are
//! a contract.

mod article;
mod article_id;
mod canonical;
mod canonical_url;
mod id;
mod origin;
mod partition;
mod reject;
mod schemas;
mod sighting;
mod story;
mod warning;

pub use article::{Article, ArticleWord, Precision, Related, RelatedKind, SameAs};
pub use canonical::{Canonical, CanonicalKind};
pub use canonical_url::canonical_url;
pub use id::{ArticleId, Hex, StoryId};
pub use origin::Origin;
pub use partition::{murmur2, partition_for};
pub use reject::{Reason, Reject};
pub use schemas::schemas;
pub use sighting::{Decision, FirstSeen, Role, Sighting};
pub use story::{PublishedFrom, Story};
pub use warning::Warning;

/// The `schema` constants of the records.
pub mod schema_name {
    pub use super::article::Schema as ArticleSchema;
    pub use super::canonical::Schema as CanonicalSchema;
    pub use super::sighting::Schema as SightingSchema;
    pub use super::story::Schema as StorySchema;
}
