//! What makes two stories the same: folding, ids, fingerprints. Pure, and bit-stable for years.
