//! Markers, labels and furniture: what the forms of the layouts say of a line, and how it is cut at them.
//!
//! `mark` goes through the lines, but for those that no editor wrote (`unwritten`), and `line` makes pieces of each. `judge`
//! says of each form whether it is meant there, by its `place` on the line and what stands `behind` it: of a marker beside its `topic`, of a label by the
//! `value` behind it (a `name` for a byline; `keywords`, which may have a line each in a `keyword_list`), of furniture where it is
//! the `whole` line. `trailing` cuts off what stands behind a value. Rests on `text`, `layout` and `date`, and makes the pieces.

mod behind;
mod call;
mod judge;
mod keyword_list;
pub(super) mod keywords;
mod line;
pub(super) mod mark;
pub(super) mod marking;
pub(super) mod name;
mod place;
mod topic;
pub(super) mod trailing;
mod unwritten;
mod value;
pub(super) mod whole;
