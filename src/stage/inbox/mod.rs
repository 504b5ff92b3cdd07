//! What reaches the inboxes of `home` and `near`, which tell each other: neither imports the other, both import this.

pub mod home;
pub mod near;
