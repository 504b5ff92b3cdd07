//! The weights of a split, as data.

use std::sync::LazyLock;

use super::signal::{COUNT, NAMES, Signals};
use crate::page::weighing;

/// What each signal counts, and what a headline near another one costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Weights {
    /// A line begins a story where its score lies above this.
    pub cut: i32,
    /// A line whose score lies within this of the cut is a doubt.
    pub doubt: i32,
    /// Added to a headline that stands right behind another.
    pub next_line: i32,
    /// Added to a headline with one line between it and the one before.
    pub two_lines: i32,
    /// Added to a headline with nothing behind it.
    pub at_end: i32,
    weights: [i32; COUNT],
}

/// The file.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWeights {
    cut: i32,
    doubt: i32,
    next_line: i32,
    two_lines: i32,
    at_end: i32,
    weights: std::collections::HashMap<String, i32>,
}

impl Weights {
    /// The weights that come with newsmill; a test holds them to name every signal.
    pub(crate) fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Weights> = LazyLock::new(|| {
            let read = Weights::read(include_str!("../../../config/split.toml"));
            debug_assert!(read.is_ok(), "{read:?}");
            // Without weights nothing scores above nought: every block stands whole.
            read.unwrap_or(Weights {
                cut: 0,
                doubt: 0,
                next_line: 0,
                two_lines: 0,
                at_end: 0,
                weights: [0; COUNT],
            })
        });
        &BUILTIN
    }

    fn read(text: &str) -> Result<Self, String> {
        let raw: RawWeights = toml::from_str(text).map_err(|error| error.to_string())?;
        let weights = weighing::by_name(&raw.weights, &NAMES)?;
        let RawWeights { cut, doubt, next_line, two_lines, at_end, .. } = raw;
        Ok(Self { cut, doubt, next_line, two_lines, at_end, weights })
    }

    /// The score of a line as a headline, near others left aside.
    pub(crate) fn score(&self, signals: &Signals) -> i32 {
        weighing::score(&self.weights, signals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_weights_name_every_signal_and_no_other() {
        Weights::read(include_str!("../../../config/split.toml")).unwrap();
    }
}
