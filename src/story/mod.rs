//! What makes two stories the same: folding, ids, fingerprints. Pure, and bit-stable for years.

mod fold;
mod fold_table;
mod tokens;

pub use fold::{FP_VERSION, Folded, Folder};
