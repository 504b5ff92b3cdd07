//! Judgements by several signs of which none decides alone: signals with their weights, summed.
//!
//! A signal is a whole number under a name, mostly 0 or 100 or a share in hundredths. What each counts is data, learned by
//! the scripts in tools from the very numbers that `explain` shows.

use std::collections::HashMap;

/// The signals of a judgement by name: `NAMES` in the order of their values, `COUNT` of them, and `Signals` itself.
macro_rules! signals {
    ($($name:ident),* $(,)?) => {
        /// How many signals there are.
        pub(crate) const COUNT: usize = [$(stringify!($name)),*].len();

        /// The names of the signals, in the order of their values.
        pub(crate) const NAMES: [&str; COUNT] = [$(stringify!($name)),*];

        /// What a signal is called.
        #[expect(non_camel_case_types, reason = "the names are those of the data file")]
        #[derive(Clone, Copy)]
        pub(crate) enum Signal { $($name),* }

        /// The signals of one judgement.
        pub(crate) type Signals = [i16; COUNT];
    };
}
pub(crate) use signals;

/// The weights of signals, in the order of their `names`.
///
/// # Errors
/// A signal without a weight, and a weight without a signal, by their names.
pub(crate) fn by_name<const N: usize>(
    weights: &HashMap<String, i32>,
    names: &[&str; N],
) -> Result<[i32; N], String> {
    let mut ordered = [0; N];
    for (slot, name) in ordered.iter_mut().zip(names) {
        *slot = *weights.get(*name).ok_or_else(|| format!("no weight for {name}"))?;
    }
    match weights.keys().find(|name| !names.contains(&name.as_str())) {
        Some(unknown) => Err(format!("no signal is called {unknown}")),
        None => Ok(ordered),
    }
}

/// The sum of weight times signal, in hundredths.
pub(crate) fn score<const N: usize>(weights: &[i32; N], signals: &[i16; N]) -> i32 {
    let sum: i32 =
        weights.iter().zip(signals).map(|(weight, signal)| weight * i32::from(*signal)).sum();
    sum / 100
}

/// The signals that are not nought, with their names.
pub(crate) fn named<const N: usize>(
    names: &[&'static str; N],
    signals: &[i16; N],
) -> Box<[(&'static str, i16)]> {
    let all = names.iter().copied().zip(signals.iter().copied());
    all.filter(|(_, value)| *value != 0).collect()
}
