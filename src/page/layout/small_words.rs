//! Words that say what stands beside them: a name begins or goes on, a number counts thousands.

use foldhash::HashSet;

use crate::page::text::shape;
use crate::page::text::words::hash;

/// These words of all languages, by their match form.
#[derive(Debug, Default)]
pub(crate) struct SmallWords {
    particles: HashSet<Box<str>>,
    conjunctions: HashSet<Box<str>>,
    thousands: HashSet<Box<str>>,
    given_names: HashSet<Box<str>>,
    outlets: HashSet<Box<str>>,
    desks: HashSet<Box<str>>,
    agencies: HashSet<Box<str>>,
    calls: HashSet<Box<str>>,
    channels: HashSet<Box<str>>,
    pictures: HashSet<Box<str>>,
    picture_houses: HashSet<Box<str>>,
    comments: HashSet<Box<str>>,
    /// The hashes of the words that calls are made of: "don't" of two.
    parts_of_calls: HashSet<u32>,
    /// The languages whose papers print the author's name behind the article.
    pub(super) names_behind: HashSet<Box<str>>,
}

impl SmallWords {
    /// The lists of words, in the order of the keys in a layout's table.
    fn lists(&mut self) -> [&mut HashSet<Box<str>>; 12] {
        [
            &mut self.particles,
            &mut self.conjunctions,
            &mut self.thousands,
            &mut self.given_names,
            &mut self.outlets,
            &mut self.desks,
            &mut self.agencies,
            &mut self.calls,
            &mut self.channels,
            &mut self.pictures,
            &mut self.picture_houses,
            &mut self.comments,
        ]
    }

    /// Adds to each list; `words` in the order of the lists.
    pub(super) fn add(&mut self, words: [Vec<Box<str>>; 12]) {
        for (list, words) in self.lists().into_iter().zip(words) {
            list.extend(words);
        }
        let parts = self.calls.iter().flat_map(|call| call.split(|c| !shape::is_word_char(c)));
        self.parts_of_calls = parts.map(|part| hash(part.as_bytes(), 0..part.len())).collect();
    }

    /// Whether a word stands in small letters within names: "von", "de".
    pub(crate) fn is_particle(&self, word: &str) -> bool {
        self.particles.contains(word)
    }

    /// Whether a word stands between two names: "and", "with".
    pub(crate) fn is_conjunction(&self, word: &str) -> bool {
        self.conjunctions.contains(word)
    }

    /// Whether papers of a language print the author's name behind the article.
    pub(crate) fn has_names_behind(&self, language: &str) -> bool {
        self.names_behind.contains(language)
    }

    /// Whether a word begins the names of people, in a script that has no capitals to show it.
    pub(crate) fn is_given_name(&self, word: &str) -> bool {
        self.given_names.contains(word)
    }

    /// Whether a word stands in the names of papers, agencies and channels.
    pub(crate) fn is_outlet(&self, word: &str) -> bool {
        self.outlets.contains(word) || self.desks.contains(word)
    }

    /// Whether such a word is said of who writes there, and not of the paper: "desk".
    pub(crate) fn is_desk(&self, word: &str) -> bool {
        self.desks.contains(word)
    }

    /// Whether a text is the name of a news agency, or of several.
    pub(crate) fn is_agency(&self, text: &str) -> bool {
        self.agencies.contains(text)
    }

    /// Whether a word asks the reader to do something: "follow", "subscribe".
    pub(crate) fn is_call(&self, word: &str) -> bool {
        self.calls.contains(word)
    }

    /// Whether a word of that hash may be one that asks the reader to do something, or a part of one.
    pub(crate) fn may_call(&self, word: u32) -> bool {
        self.parts_of_calls.contains(&word)
    }

    /// Whether a word is said of the site, or of where it is followed: "us", "newsletter", "WhatsApp".
    pub(crate) fn is_channel(&self, word: &str) -> bool {
        self.channels.contains(word)
    }

    /// Whether a word stands before the name of who took a picture: "photo".
    pub(crate) fn is_picture(&self, word: &str) -> bool {
        self.pictures.contains(word)
    }

    /// Whether a word stands in the names of those who sell pictures, and of no paper's source: "Getty".
    pub(crate) fn is_picture_house(&self, word: &str) -> bool {
        self.picture_houses.contains(word)
    }

    /// Whether a word is said of what readers write below an article.
    pub(crate) fn is_comment(&self, word: &str) -> bool {
        self.comments.contains(word)
    }

    /// Whether a word behind a number stands for thousands or millions: "1.2k", "3 mil".
    pub(crate) fn is_thousands(&self, word: &str) -> bool {
        self.thousands.contains(word)
    }
}
