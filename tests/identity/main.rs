//! The promises of years: folding, story ids, article ids, fingerprints, held to golden vectors and to a slow reading of the rules.

#[cfg(test)]
mod article_vectors;
#[cfg(test)]
mod fingerprint_vectors;
#[cfg(test)]
mod fold_reference;
#[cfg(test)]
mod fold_table;
#[cfg(test)]
mod similarity;
#[cfg(test)]
mod story_vectors;
