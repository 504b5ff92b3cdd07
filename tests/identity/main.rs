//! The promises of years: folding, story ids, article ids, held to golden vectors and to a slow reading of the rules.

mod fold_reference;
mod fold_table;
mod story_vectors;
