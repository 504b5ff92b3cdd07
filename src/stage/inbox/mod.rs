//! What reaches the inboxes of the stages, a file an inbox. `home` and `near` tell each other, and neither imports the
//! other: both import this. `parse` tells `home` and `lines`.

pub mod home;
pub mod lines;
pub mod near;
