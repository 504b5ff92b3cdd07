//! Readers of topics that join no group: the changelog of a partition's table (`restore`), a compacted topic that everybody
//! follows (`follow`), and a topic up to where it ends now (`topic_reader`).

pub(super) mod follow;
pub(super) mod restore;
pub(super) mod topic_reader;
