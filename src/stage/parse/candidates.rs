//! The messages to `lines`: what the page shows of its lines. They follow from the page alone, but that nothing is said
//! that `lines` would not look at: of a line that enough pages have shown.

use std::sync::Arc;

use super::identity::Identity;
use crate::page::{Boundaries, Page, Stands};
use crate::record::StoryId;
use crate::stage::inbox::lines::{self, Candidate, key_of};
use crate::stage::{Cause, Count, Decided, Output, Target};

const MS_AN_HOUR: i64 = 3_600_000;

/// The messages of a page of an article with that story.
pub(super) fn outputs(
    page: &Page<'_>,
    article: &Identity,
    story_id: Option<StoryId>,
    page_time: i64,
    cause: &Arc<Cause>,
) -> Vec<Output> {
    let [a, b, c, d, ..] = article.article_id.0;
    let hour = u32::try_from(page_time.div_euclid(MS_AN_HOUR)).unwrap_or(0);
    let hash = u32::from_le_bytes([a, b, c, d]);
    let output = |candidate: &crate::page::Candidate| {
        let stands = candidate.stands;
        let story_id = story_id.filter(|_| stands == Stands::Own);
        let message = Candidate { page: hash, hour, stands, story_id };
        Output {
            target: Target::Inbox(lines::NAME),
            key: key_of(candidate.line).to_vec(),
            value: Some(message.encode()),
            cause: Arc::clone(cause),
            version: None,
            kept: None,
        }
    };
    let is_looked_at = |candidate: &&crate::page::Candidate| candidate.is_looked_at(hash);
    page.candidates.iter().filter(is_looked_at).map(output).collect()
}

/// What decided where the appended stories of a page begin, to be counted; `site` as in [`Count::Boundary`].
pub(super) fn boundaries(
    boundaries: Boundaries,
    site: Option<&'static str>,
) -> impl Iterator<Item = (Count, u64)> {
    let Boundaries { scored, shown, added, removed } = boundaries;
    let counts = [
        (Decided::Score, scored),
        (Decided::Pages, shown),
        (Decided::PagesAdd, added),
        (Decided::PagesRemove, removed),
    ];
    counts.into_iter().map(move |(decided, n)| (Count::Boundary(decided, site), u64::from(n)))
}
