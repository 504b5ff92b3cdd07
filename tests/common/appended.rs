//! An article, stories to append to it, and what was made of them.

use newsmill::page::RelatedText;
use newsmill::record::RelatedKind;

/// Each entry: its kind, its headline and how many paragraphs it has.
pub fn told<'p>(related: &'p [RelatedText<'_>]) -> Vec<(RelatedKind, &'p str, usize)> {
    let told = |entry: &'p RelatedText<'_>| {
        (entry.kind, entry.headline.as_deref().unwrap_or_default(), entry.body.len())
    };
    related.iter().map(told).collect()
}

/// A headline alone.
pub const LINK: RelatedKind = RelatedKind::Link;

/// An article to append two stories to.
pub const ARTICLE: &str = "Harbour bridge closes until spring\n\
    The harbour bridge will be closed to all traffic from Monday, the council of the town said.\n\
    Its bearings have to be replaced before the winter storms begin, the council said.";
/// One of them.
pub const FROST: [&str; 3] = [
    "Orchard growers fear late frost",
    "Growers in the orchard valley fear that a late frost will take half of the harvest this year.",
    "Frost in the valley took a third of the harvest two years ago, the growers said.",
];
/// The other one.
pub const FERRY: [&str; 3] = [
    "Island gets a new ferry with room for ninety cars",
    "A new ferry will serve the island from June, the shipping line said on Tuesday evening.",
    "The ferry carries ninety cars and sails six times a day, said the captain of the line.",
];

/// Lines, one below the other.
pub fn joined(lines: &[&str]) -> String {
    lines.join("\n")
}
