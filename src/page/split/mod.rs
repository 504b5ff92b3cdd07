//! Where one appended story ends and the next begins, in a block of lines with nothing between them.
//!
//! In the order of the data: `signals` puts into numbers what speaks for and against a `line` being a headline, each by the
//! name in `signal` (`links`, which lines speak of the same things; `repeats`, which stand on the page twice; `credit`, which
//! belong to no paragraph), `weights` says what they count, `starts` what other pages have shown of a line, and `sequence`
//! cuts. `candidate` is what the page shows of its own lines, and `learning` both directions together. Rests on `text` and
//! `layout`, and knows lines alone: no pieces, no markers.

pub(super) mod candidate;
pub(super) mod credit;
pub(super) mod learning;
pub(super) mod line;
mod links;
mod repeats;
pub(super) mod sequence;
pub(super) mod signal;
mod signals;
pub(super) mod starts;
pub(super) mod weights;
