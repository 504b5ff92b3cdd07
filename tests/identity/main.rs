//! The promises of years: folding, story ids, article ids, held to golden vectors and to a slow reading of the rules.

#[cfg(test)]
mod article_vectors;
#[cfg(test)]
mod fold_reference;
#[cfg(test)]
mod fold_table;
#[cfg(test)]
mod story_vectors;
