//! The stories that a page tells, by their ids; and which of them tell the same.

use std::rc::Rc;

use super::Comparing;
use crate::page::Page;
use crate::recent::Recent;
use crate::record::{ArticleWord, RelatedKind, SameAs, StoryId};
use crate::story::{
    Fingerprint, Folded, Folder, KeyWords, Likeness, Overlap, Sketch, Vocabulary, Written,
};

/// A body that folds to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tale {
    pub story_id: StoryId,
    /// Folded words of the body.
    pub words: u32,
    /// What is compared; `None` of a short one, and where nothing that it is compared with can be near to it.
    pub fingerprint: Option<Rc<Told>>,
}

/// The fingerprint of a tale as it goes out: few are read on their own page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub written: Written<'static>,
    key_words: KeyWords,
}

impl Told {
    fn of(folded: &Folded<'_>) -> Option<Self> {
        let fingerprint = Fingerprint::of(folded)?;
        Some(Self { written: Written::of(&fingerprint), key_words: *fingerprint.key_words() })
    }

    fn shares_a_key_with(&self, other: &Self) -> bool {
        let mut keys = self.written.routing_keys().zip(other.written.routing_keys());
        keys.any(|(one, other)| one == other)
    }

    fn overlap(&self, other: &Self) -> Option<Overlap> {
        let [one, other] = [self, other].map(|told| Sketch::decode(told.written.sketch()));
        Some(Overlap::of(&one?.0, &other?.0))
    }
}

/// The tales of a page; `None` stands for a link and for a body that folds to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tales {
    /// Of the article's own body.
    pub own: Option<Tale>,
    /// Of what is appended, by position.
    pub related: Vec<Option<Tale>>,
    /// For each appended thing: what tells the same tale before it on this page, the article first. The same text comes
    /// before an edited one.
    pub same: Vec<Option<Same>>,
}

/// An earlier tale of the same page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Same {
    pub same_as: SameAs,
    /// How alike the two are, in per cent.
    pub similarity: u8,
}

/// The same folded text, word for word.
const ALIKE: u8 = 100;

impl Tales {
    /// The story of the article's own body.
    pub(super) fn own_story(&self) -> Option<StoryId> {
        self.own.as_ref().map(|tale| tale.story_id)
    }

    pub(super) fn of(teller: &mut Teller, page: &Page<'_>, comparing: Option<&Comparing>) -> Self {
        let against = comparing.map_or(Against::Nobody, |_| Against::Anybody);
        let related = page.related.iter().map(|related| match related.kind {
            RelatedKind::Story => teller.tale(&related.body, against),
            RelatedKind::Link => None,
        });
        let related: Vec<_> = related.collect();
        // Unless `near` wants the page's own story, only what the page appends is compared with it.
        let own_against = match comparing {
            Some(comparing) if comparing.own => Against::Anybody,
            Some(_) if related.iter().any(Option::is_some) => Against::These(&related),
            Some(_) | None => Against::Nobody,
        };
        let own = teller.tale(&page.body, own_against);
        let same = same(own.as_ref(), &related, comparing);
        Self { own, related, same }
    }
}

fn same(
    own: Option<&Tale>,
    related: &[Option<Tale>],
    comparing: Option<&Comparing>,
) -> Vec<Option<Same>> {
    let mut told: Vec<_> =
        own.map(|tale| (tale, SameAs::Article(ArticleWord::Article))).into_iter().collect();
    let mut all = Vec::with_capacity(related.len());
    for (position, tale) in (0..).zip(related) {
        let before = tale.as_ref().and_then(|tale| {
            let same = told.iter().find(|(other, _)| other.story_id == tale.story_id);
            let same = same.map(|(_, same_as)| Same { same_as: *same_as, similarity: ALIKE });
            let before = same.or_else(|| comparing?.earlier(&told, tale));
            if before.is_none() {
                told.push((tale, SameAs::Position(position)));
            }
            before
        });
        all.push(before);
    }
    all
}

impl Comparing {
    /// The first tale that another is near to. Those that share no routing key are not looked at.
    fn earlier(&self, told: &[(&Tale, SameAs)], tale: &Tale) -> Option<Same> {
        let new = tale.fingerprint.as_deref()?;
        told.iter().find_map(|(earlier, same_as)| {
            let earlier = earlier.fingerprint.as_deref()?;
            if !new.shares_a_key_with(earlier) {
                return None;
            }
            let overlap = new.overlap(earlier)?;
            let is_near = overlap.likeness(&self.thresholds)? >= Likeness::Near;
            is_near.then(|| Same { same_as: *same_as, similarity: overlap.score() })
        })
    }
}

/// With whom a tale is compared.
#[derive(Clone, Copy)]
enum Against<'t> {
    Nobody,
    Anybody,
    These(&'t [Option<Tale>]),
}

impl Against<'_> {
    /// Whether the tale of that text needs a fingerprint: it may share a routing key with one that it is compared with.
    fn asks_for(self, story_id: StoryId, folded: &Folded<'_>) -> bool {
        let others = match self {
            Self::Nobody => return false,
            Self::Anybody => return true,
            Self::These(others) => others,
        };
        let vocabulary = Vocabulary::of(folded);
        others.iter().flatten().filter(|other| other.story_id != story_id).any(|other| {
            let fingerprint = other.fingerprint.as_ref();
            fingerprint.is_some_and(|other| vocabulary.has_a_key_of(&other.key_words))
        })
    }
}

/// So many stories are remembered: about 3 KB each, of news, and 1 KB more where they are compared.
const RECENT_STORIES: usize = 2 * 1024;

/// No story of so many bytes is remembered.
const RECENT_BYTES: usize = 8 * 1024;

/// Says which story a body is. It remembers those that it has met lately.
pub(super) struct Teller {
    folder: Folder,
    /// Tales by their paragraphs, each ended by a line feed, which none of them has.
    told: Recent<Tale>,
    /// Those with fingerprints.
    compared: Recent<Tale>,
    fingerprints: Fingerprints,
    text: String,
}

impl Default for Teller {
    fn default() -> Self {
        let [told, compared] = [(); 2].map(|()| Recent::new(RECENT_STORIES, RECENT_BYTES));
        let fingerprints = Fingerprints(Vec::new());
        Self { folder: Folder::new(), told, compared, fingerprints, text: String::new() }
    }
}

impl Teller {
    /// The story of a body, where nothing else of its page is asked.
    pub(super) fn story_of<S: AsRef<str>>(&mut self, body: &[S]) -> Option<StoryId> {
        self.tale(body, Against::Nobody).map(|tale| tale.story_id)
    }

    fn tale<S: AsRef<str>>(&mut self, body: &[S], against: Against<'_>) -> Option<Tale> {
        let recent = match against {
            Against::Nobody => &mut self.told,
            Against::Anybody | Against::These(_) => &mut self.compared,
        };
        self.text.clear();
        for paragraph in body {
            self.text.push_str(paragraph.as_ref());
            self.text.push('\n');
        }
        let vacancy = match recent.find(&self.text) {
            Ok(tale) => return Some(tale.clone()),
            Err(vacancy) => vacancy,
        };
        let folded = self.folder.fold(body);
        let story_id = folded.story_id()?;
        let mut fingerprint = || self.fingerprints.of(story_id, &folded);
        let asked = against.asks_for(story_id, &folded).then(&mut fingerprint);
        let tale = |fingerprint| Tale { story_id, words: folded.words(), fingerprint };
        recent.fill(&vacancy, &self.text, || {
            // On another page it may be compared with others.
            let is_compared = !matches!(against, Against::Nobody);
            tale(asked.clone().unwrap_or_else(|| if is_compared { fingerprint() } else { None }))
        });
        Some(tale(asked.flatten()))
    }
}

/// The fingerprints of stories that were met lately, under whichever text. Most that come again do so before their text is
/// remembered, or with another one that folds to the same.
struct Fingerprints(Vec<Option<(StoryId, Option<Rc<Told>>)>>);

impl Fingerprints {
    fn of(&mut self, story_id: StoryId, folded: &Folded<'_>) -> Option<Rc<Told>> {
        self.0.resize(RECENT_STORIES, None);
        let StoryId([first, second, ..]) = story_id;
        let slot =
            self.0.get_mut(usize::from(u16::from_le_bytes([first, second])) % RECENT_STORIES)?;
        match slot {
            Some((known, fingerprint)) if *known == story_id => fingerprint.clone(),
            _ => {
                let fingerprint = Told::of(folded).map(Rc::new);
                *slot = Some((story_id, fingerprint.clone()));
                fingerprint
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_that_of_its_story_though_others_have_taken_its_place() {
        let (mut folder, mut fingerprints) = (Folder::new(), Fingerprints(Vec::new()));
        for story in (0..3 * RECENT_STORIES).chain(0..RECENT_STORIES) {
            let text = (0..20).map(|word| format!("{story}w{word} ")).collect::<String>();
            let folded = folder.fold([&text]);
            let found = fingerprints.of(folded.story_id().unwrap(), &folded);
            assert_eq!(found.as_deref(), Told::of(&folded).as_ref());
            assert!(found.is_some());
        }
    }
}
