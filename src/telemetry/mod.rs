//! What newsmill tells about itself: metrics, health and logs. It watches engines; no engine knows it.

pub mod health;
pub mod http;
pub mod logging;
pub mod metrics;
mod panics;
pub mod spans;
pub mod status;
mod watcher;

pub use health::Health;
pub use metrics::Metrics;
pub use status::Status;
pub use watcher::Watcher;
