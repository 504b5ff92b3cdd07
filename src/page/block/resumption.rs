//! Whether the article goes on behind the headlines of a block, or stories follow that are none of its own.
//!
//! Where the article has printed its source or keywords behind its paragraphs, it has ended (`ending`). Elsewhere the words
//! tell: a story speaks of what its headline says, an article comes back to its own subject. They are weighed by
//! config/resumption.toml.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::ending::End;
use super::list::{headlines, is_list, is_sentence};
use super::told::ArticleWords;
use crate::page::layout::Opening;
use crate::page::split::line::BlockLine;
use crate::page::text::matching::Matching;
use crate::page::text::shape::Stop;
use crate::page::text::stems::Stems;
use crate::page::weighing;

/// How the headline behind a marker stands to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attached {
    /// On a line of its own.
    No,
    /// On the marker's line.
    OnLine,
    /// The same, and text stands before the marker on that line.
    Within,
}

/// Where the article goes on in a block.
pub(super) struct Resumption {
    /// At this line; there are no more where it does not.
    pub at: usize,
    /// What it was weighed by, where nothing shows it.
    pub weighed: Option<Weighed>,
}

/// A judgement by the words.
pub(super) struct Weighed {
    /// Above the cut stories follow, below it the article goes on.
    pub score: i32,
    pub signals: Signals,
}

impl Weighed {
    /// Whether it could as well be the other way round.
    pub(super) fn is_doubt(&self) -> bool {
        let Weights { cut, doubt, .. } = Weights::builtin();
        (self.score - cut).abs() < *doubt
    }

    /// The signals that are not nought, by name.
    pub(super) fn named(&self) -> Box<[(&'static str, i16)]> {
        weighing::named(&NAMES, &self.signals)
    }
}

impl Resumption {
    /// In a block of these lines, where the article had not ended for certain before its marker.
    pub(super) fn of(
        lines: &[BlockLine],
        (end, attached): (End, Attached),
        article: &ArticleWords,
        matching: &Matching,
    ) -> Self {
        let shown = |at| Self { at, weighed: None };
        let is_open = end == End::Open;
        if attached == Attached::Within && is_open {
            return shown(1);
        }
        if is_list(lines) {
            return shown(if attached != Attached::No && is_open { 1 } else { lines.len() });
        }
        let titles = headlines(lines, article.asks);
        if titles == 0 && attached == Attached::No && lines.first().is_some_and(is_sentence) {
            return shown(0);
        }
        let titles = if attached == Attached::No { titles.max(1) } else { 1 };
        let Some((titles, rest)) = lines.split_at_checked(titles) else {
            return shown(lines.len());
        };
        // A dateline stands where a story begins, and an article has one.
        let begins = rest.first().and_then(|line| line.agency);
        if begins.is_some_and(|agency| article.agencies.contains(&agency)) {
            return shown(lines.len());
        }
        let signals = signals((titles, rest), (end, attached), article, matching);
        let Weights { cut, weights, .. } = Weights::builtin();
        let score = weighing::score(weights, &signals);
        let at = if score > *cut { lines.len() } else { titles.len() };
        Self { at, weighed: Some(Weighed { score, signals }) }
    }
}

weighing::signals! {
    bias, on_the_markers_line, source_stands_above, one_headline, three_headlines,
    headlines_in_next_three, headlines_in_rest, their_own_in_next_three, their_own_in_rest,
    rest_in_article_alone, beginning_in_rest, end_in_next_three, next_three_in_end,
    goes_on, leads, headline_behind,
}

/// So many lines behind the headlines are the next ones, and so many the rest: an article that goes on is back at its subject
/// within them.
const NEXT: usize = 3;
const REST: usize = 12;

/// What speaks for stories behind the headlines of a block, and what for the article: what the words of each share with what is
/// behind. Where links are on the article's subject, words that only the one of them has tell the most.
fn signals(
    (titles, behind): (&[BlockLine], &[BlockLine]),
    (end, attached): (End, Attached),
    article: &ArticleWords,
    matching: &Matching,
) -> Signals {
    let stems = |lines: &[BlockLine], most| {
        Stems::of(lines.iter().take(most).flat_map(|line| &line.stems).copied().collect())
    };
    let (headlines, next, rest) =
        (stems(titles, titles.len()), stems(behind, NEXT), stems(behind, REST));
    let told = article.stems(matching);
    let (own, article_alone) = (headlines.without(&told), told.without(&headlines));
    let (beginning, ending) = (article.beginning(matching), article.ending(matching));
    let share = |of: &Stems, within: &Stems| i16::try_from(of.share_in(within)).unwrap_or(100);
    let yes = |holds: bool| if holds { 100 } else { 0 };
    let opening = behind.first().map(|line| line.opening);
    let mut signals = [0; COUNT];
    for (signal, value) in [
        (Signal::bias, 100),
        (Signal::on_the_markers_line, yes(attached != Attached::No)),
        (Signal::source_stands_above, yes(end == End::Unsure)),
        (Signal::one_headline, yes(titles.len() == 1)),
        (Signal::three_headlines, yes(titles.len() >= 3)),
        (Signal::headlines_in_next_three, share(&headlines, &next)),
        (Signal::headlines_in_rest, share(&headlines, &rest)),
        (Signal::their_own_in_next_three, share(&own, &next)),
        (Signal::their_own_in_rest, share(&own, &rest)),
        (Signal::rest_in_article_alone, share(&rest, &article_alone)),
        (Signal::beginning_in_rest, share(&beginning, &rest)),
        (Signal::end_in_next_three, share(&ending, &next)),
        (Signal::next_three_in_end, share(&next, &ending)),
        (Signal::goes_on, yes(opening == Some(Opening::Continues))),
        (Signal::leads, yes(opening == Some(Opening::Leads))),
        (Signal::headline_behind, yes(has_headline(behind))),
    ] {
        if let Some(slot) = signals.get_mut(signal as usize) {
            *slot = value;
        }
    }
    signals
}

/// A headline within a block has so many words, and no more characters; a heading within an article fewer words.
const HEADLINE_WORDS: usize = 4;
const HEADLINE_CHARS: usize = 140;

/// Whether a line behind the first has the shape of a headline, and a longer one is behind it.
fn has_headline(lines: &[BlockLine]) -> bool {
    let pairs = lines.iter().skip(1).zip(lines.iter().skip(2));
    pairs.map(|(line, behind)| (line.shape, behind.shape)).any(|(line, behind)| {
        matches!(line.stop, Stop::None | Stop::Question)
            && line.words >= HEADLINE_WORDS
            && line.chars <= HEADLINE_CHARS
            && behind.chars > line.chars
    })
}

/// What each signal counts.
#[derive(Debug)]
struct Weights {
    /// Stories follow where the score lies above this.
    cut: i32,
    /// A score within this of the cut is a doubt.
    doubt: i32,
    weights: [i32; COUNT],
}

/// The file.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWeights {
    cut: i32,
    doubt: i32,
    weights: HashMap<String, i32>,
}

impl Weights {
    /// The weights that come with newsmill; a test holds them to name every signal.
    fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Weights> = LazyLock::new(|| {
            let read = Weights::read(include_str!("../../../config/resumption.toml"));
            debug_assert!(read.is_ok(), "{read:?}");
            // Without weights every article goes on: what is appended is told from it nowhere, and nothing is lost.
            read.unwrap_or(Weights { cut: 0, doubt: 0, weights: [0; COUNT] })
        });
        &BUILTIN
    }

    fn read(text: &str) -> Result<Self, String> {
        let RawWeights { cut, doubt, weights } =
            toml::from_str(text).map_err(|error| error.to_string())?;
        Ok(Self { cut, doubt, weights: weighing::by_name(&weights, &NAMES)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_weights_name_every_signal_and_no_other() {
        Weights::read(include_str!("../../../config/resumption.toml")).unwrap();
    }
}
