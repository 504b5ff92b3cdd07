//! The stories that a page tells, by their ids.

use crate::page::Page;
use crate::record::{ArticleWord, RelatedKind, SameAs, StoryId};
use crate::story::Folder;

/// A body that folds to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tale {
    pub story_id: StoryId,
    /// Folded words of the body.
    pub words: u32,
}

/// The tales of a page; `None` stands for a link and for a body that folds to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tales {
    /// Of the article's own body.
    pub own: Option<Tale>,
    /// Of what is appended, by position.
    pub related: Vec<Option<Tale>>,
}

impl Tales {
    pub(super) fn of(folder: &mut Folder, page: &Page<'_>) -> Self {
        let own = tale(folder, &page.body);
        let related = page.related.iter().map(|related| match related.kind {
            RelatedKind::Story => tale(folder, &related.body),
            RelatedKind::Link => None,
        });
        Self { own, related: related.collect() }
    }

    /// For each appended thing: what tells the same tale before it on this page, the article first.
    pub(super) fn same_as(&self) -> Vec<Option<SameAs>> {
        let own = self.own.map(|tale| (tale.story_id, SameAs::Article(ArticleWord::Article)));
        let mut told: Vec<_> = own.into_iter().collect();
        let mut same_as = Vec::with_capacity(self.related.len());
        for (position, tale) in (0..).zip(&self.related) {
            let before = tale.and_then(|tale| {
                let before = told.iter().find(|(story_id, _)| *story_id == tale.story_id).copied();
                if before.is_none() {
                    told.push((tale.story_id, SameAs::Position(position)));
                }
                before
            });
            same_as.push(before.map(|(_, same_as)| same_as));
        }
        same_as
    }
}

fn tale<S: AsRef<str>>(folder: &mut Folder, body: &[S]) -> Option<Tale> {
    let folded = folder.fold(body);
    Some(Tale { story_id: folded.story_id()?, words: folded.words() })
}
