//! What follows a marker: appended stories, links, or the article again.
//!
//! `attached` cuts a headline off that stands behind a marker on its own line. `lay_out` gives what follows each marker its
//! entries: by whether the article had ended there (`ending`) and what it had said (`told`), a block is a `list` of links, or it is cut
//! into stories by `split`. `beside` is what stands beside
//! headlines, `titles` what stands round those of links. Rests on `split`, and on all that came before.

pub(super) mod attached;
pub(super) mod beside;
mod ending;
pub(super) mod lay_out;
mod list;
pub(super) mod titles;
mod told;
