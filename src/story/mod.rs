//! What makes two stories the same: folding, ids, fingerprints. Pure, and bit-stable for years.
//!
//! [`Folder`] leaves of a text what no spelling changes, and names it; [`Fingerprint`] is what is kept of it to know it
//! again in other words; [`Overlap`] says how alike two are.

mod fingerprint;
mod fold;
mod fold_table;
mod shingle_index;
mod similarity;
mod tokens;
mod vocabulary;
mod wire;

pub use fingerprint::{
    Fingerprint, MIN_WORDS, NUMBERS, Number, ROUTING_KEYS, RoutingKey, RoutingKeys, Sketch,
};
pub use fold::{FP_VERSION, Folded, Folder};
pub use similarity::{
    Likeness, Missing, Overlap, Probe, Threshold, Thresholds, may_conflict_in_numbers,
};
pub use vocabulary::{KeyWords, Vocabulary};
pub use wire::Written;
