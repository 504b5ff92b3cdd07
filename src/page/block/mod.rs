//! What follows a marker: appended stories, links, or the article again.
//!
//! `attached` cuts a headline off that stands behind a marker on its own line, where there is `evidence` of its end on the page,
//! and `known` where other pages have shown it. `lay_out` gives what follows each marker its
//! entries: by whether the article had ended there (`ending`) and what it had said (`told`) it is clear how far the block goes
//! (`extent`); its `lines` are a `list` of links, or `stories` that `split` cuts. `beside` is what stands beside headlines,
//! `titles` what stands round those of links. Rests on `split`, and on all that came before.

pub(super) mod attached;
pub(super) mod beside;
mod ending;
mod evidence;
mod extent;
pub(super) mod known;
pub(super) mod lay_out;
mod lines;
pub(super) mod list;
mod stories;
pub(super) mod titles;
mod told;
