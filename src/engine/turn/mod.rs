//! One engine: its loop (`run`), and what it does at each turn, in this order: what the group says (`assignment`), reading
//! (`intake`), applying (`apply`), committing or going back (`settle`), and telling how it stands (`observe`).

mod apply;
mod assignment;
mod intake;
pub(super) mod observe;
pub(super) mod run;
mod settle;
