//! What newsmill tells about itself: metrics, health and logs. It watches; nothing depends on it.

pub mod health;
pub mod http;
pub mod logging;
pub mod metrics;

pub use health::Health;
pub use metrics::Metrics;
