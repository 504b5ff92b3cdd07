//! The text of a page: its lines without what no reader sees, their match form, the words in it, and the shape of a text.
//!
//! Rests on nothing of a page: no layout, no language.

mod clean;
mod form;
pub(super) mod language_tag;
pub(super) mod lines;
pub(super) mod matching;
pub(super) mod shape;
pub(super) mod spelling;
pub(super) mod stems;
pub(super) mod words;
