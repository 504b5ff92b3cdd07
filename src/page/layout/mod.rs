//! Layouts: what the sites print round an article, as data.
//!
//! One TOML file a language, in config/layouts; the built-in ones are compiled in, a user's folder adds to them or
//! replaces one by a file of the same name. All forms of all languages are looked for at once in the match form of the
//! page, so that the cost does not grow with their number, and no order of files or rules changes a result.

mod compile;
mod dates;
mod error;
mod file;
mod file_words;
mod forms;
mod openings;
mod raw;
mod sites;
mod small_words;
mod source;

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use forms::Forms;
use sites::Sites;
use source::Source;

use crate::page::text::matching::Matching;
use crate::page::text::words::Word;
pub use error::LayoutError;
pub use raw::Field;

pub(crate) use dates::{DateWord, DateWords, HalfDay};
pub(crate) use openings::{Opening, Openings};
pub(crate) use raw::{Need, Order};
pub(crate) use sites::Site;
pub(crate) use small_words::SmallWords;

/// The built-in files, by name.
const BUILTIN: &[(&str, &str)] = &[
    ("ar.toml", include_str!("../../../config/layouts/ar.toml")),
    ("de.toml", include_str!("../../../config/layouts/de.toml")),
    ("en.toml", include_str!("../../../config/layouts/en.toml")),
    ("es.toml", include_str!("../../../config/layouts/es.toml")),
    ("fa.toml", include_str!("../../../config/layouts/fa.toml")),
    ("fi.toml", include_str!("../../../config/layouts/fi.toml")),
    ("fr.toml", include_str!("../../../config/layouts/fr.toml")),
    ("hi.toml", include_str!("../../../config/layouts/hi.toml")),
    ("id.toml", include_str!("../../../config/layouts/id.toml")),
    ("it.toml", include_str!("../../../config/layouts/it.toml")),
    ("nb.toml", include_str!("../../../config/layouts/nb.toml")),
    ("nl.toml", include_str!("../../../config/layouts/nl.toml")),
    ("pl.toml", include_str!("../../../config/layouts/pl.toml")),
    ("pt.toml", include_str!("../../../config/layouts/pt.toml")),
    ("ro.toml", include_str!("../../../config/layouts/ro.toml")),
    ("ru.toml", include_str!("../../../config/layouts/ru.toml")),
    ("scripts.toml", include_str!("../../../config/layouts/scripts.toml")),
    ("sites.toml", include_str!("../../../config/layouts/sites.toml")),
    ("sq.toml", include_str!("../../../config/layouts/sq.toml")),
    ("sw.toml", include_str!("../../../config/layouts/sw.toml")),
    ("tr.toml", include_str!("../../../config/layouts/tr.toml")),
    ("ur.toml", include_str!("../../../config/layouts/ur.toml")),
    ("vi.toml", include_str!("../../../config/layouts/vi.toml")),
];

/// Every layout that is loaded, ready to match.
#[derive(Debug)]
pub struct Layouts {
    rules: Vec<Rule>,
    /// For each form the rules that have it, in their order.
    patterns: Vec<Vec<u32>>,
    /// For each form the longest other one that it begins with, and that one's bytes.
    shorter: Vec<Option<(u32, usize)>>,
    forms: Forms,
    dates: DateWords,
    openings: Openings,
    words: SmallWords,
    /// Common words and their language, sorted.
    common: Vec<(Box<str>, Box<str>)>,
    sites: Sites,
    files: Vec<LayoutFile>,
}

/// One loaded file, for `newsmill check`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LayoutFile {
    /// Its name.
    pub name: String,
    /// The language it is for, BCP 47; empty where it is for sites only.
    pub language: String,
    /// The sites that it has rules for.
    pub hosts: Vec<String>,
    /// What it calls itself.
    pub title: Option<String>,
    /// Whether it is one of ours.
    pub builtin: bool,
    /// How many markers, labels and furniture rules it has.
    pub rules: usize,
    /// How many spellings they have together.
    pub forms: usize,
}

/// One rule of a file.
#[derive(Debug)]
pub(crate) struct Rule {
    pub file: Box<str>,
    pub name: Box<str>,
    pub language: Box<str>,
    /// The only site on whose pages it counts; `None` for all.
    pub site: Option<u32>,
    pub kind: RuleKind,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuleKind {
    Marker(Marker),
    Label(Label),
    /// A line that the site puts there.
    Furniture(Furniture),
    /// A phrase that hides the markers and labels in it.
    Plain,
}

/// Where the words of furniture stand on its line, and what else it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Furniture {
    /// The line is nothing else.
    Whole,
    /// The line begins so.
    Start,
    /// The line ends so.
    End,
    /// The line is nothing else, and ends the links behind a marker.
    EndOfList,
    /// The line is nothing else, and stands above the first paragraph.
    Head,
    /// A short line begins so, no sentence, and opens a small box of the site.
    Opener,
    /// The line is nothing else, and opens a box of the site.
    BoxStart,
    /// The line is nothing else, and closes it.
    BoxEnd,
}

/// Where a marker may stand and what must follow it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub alone: bool,
    pub start: Need,
    pub end: Need,
    pub inside: Need,
    pub glued: bool,
    pub topic: bool,
}

/// Which field a label names and where it may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    pub field: Field,
    pub colon: bool,
    pub alone: bool,
    pub inside: bool,
    pub byline: bool,
    pub max_words: usize,
}

/// One place where a form stands in the match form of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    pub pattern: u32,
    pub start: usize,
    pub end: usize,
}

impl Layouts {
    /// The layouts that come with newsmill; a test holds them to be without error.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILT: LazyLock<Layouts> = LazyLock::new(|| {
            let (layouts, errors) = compile::compile(BUILTIN.iter().map(|&(name, text)| Source {
                name: name.into(),
                path: name.into(),
                text: text.into(),
                builtin: true,
            }));
            debug_assert!(errors.is_empty(), "{errors:?}");
            layouts
        });
        &BUILT
    }

    /// The built-in layouts and those of `dir`: a file there with a built-in name replaces that file.
    ///
    /// # Errors
    /// Everything that is wrong in any file, at once.
    pub fn load(dir: &Path) -> Result<Self, Vec<LayoutError>> {
        let (users, mut errors) = source::read_dir(dir);
        let builtin = BUILTIN
            .iter()
            .filter(|(name, _)| users.iter().all(|user| *user.name != **name))
            .map(|&(name, text)| Source {
                name: name.into(),
                path: name.into(),
                text: text.into(),
                builtin: true,
            });
        let (layouts, wrong) = compile::compile(builtin.chain(users.iter().cloned()));
        errors.extend(wrong);
        if errors.is_empty() { Ok(layouts) } else { Err(errors) }
    }

    /// What is loaded, by file name.
    #[must_use]
    pub fn files(&self) -> &[LayoutFile] {
        &self.files
    }

    /// Every place where a form begins within `place`, from left to right, the longest first, none over another.
    pub(crate) fn hits<'h>(
        &'h self,
        page: &'h Matching,
        place: Range<usize>,
    ) -> impl Iterator<Item = Hit> + 'h {
        self.forms.hits(page, place)
    }

    /// Whether a form may begin with one of these words: most have none.
    pub(crate) fn may_begin(&self, words: &[Word]) -> bool {
        words.iter().any(|word| self.forms.may_begin(*word))
    }

    /// The form that is all of `text`, a match form.
    pub(crate) fn whole(&self, text: &str) -> Option<Hit> {
        self.forms.whole(text)
    }

    /// The rules that have the form of `hit`.
    pub(crate) fn rules_of(&self, hit: Hit) -> impl Iterator<Item = (u32, &Rule)> {
        let pattern = usize::try_from(hit.pattern).unwrap_or(usize::MAX);
        let ids = self.patterns.get(pattern).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|&id| Some((id, self.rule(id)?)))
    }

    /// The place of the longest other form that the form of `hit` begins with.
    pub(crate) fn shorter(&self, hit: Hit) -> Option<Hit> {
        let (pattern, bytes) = (*self.shorter.get(usize::try_from(hit.pattern).ok()?)?)?;
        Some(Hit { pattern, start: hit.start, end: hit.start + bytes })
    }

    /// The names of the sites that have rules of their own.
    pub fn sites(&self) -> impl Iterator<Item = &str> {
        self.sites.all().map(|site| site.name.as_ref())
    }

    /// The name of the site of a host, where it has rules of its own.
    #[must_use]
    pub fn site_named(&self, host: Option<&str>) -> Option<&str> {
        self.site(self.site_of(host)).map(|site| site.name.as_ref())
    }

    /// The site of a host, by number.
    pub(crate) fn site_of(&self, host: Option<&str>) -> Option<u32> {
        self.sites.of_host(host?)
    }

    /// The site of that number.
    pub(crate) fn site(&self, id: Option<u32>) -> Option<&Site> {
        self.sites.get(id?)
    }

    /// The rule of that number.
    pub(crate) fn rule(&self, id: u32) -> Option<&Rule> {
        self.rules.get(usize::try_from(id).ok()?)
    }

    /// The language that `word`, in small letters, is common in, where a layout says so.
    pub(crate) fn common_in(&self, word: &str) -> Option<&str> {
        let at = self.common.binary_search_by(|(common, _)| common.as_ref().cmp(word)).ok()?;
        self.common.get(at).map(|(_, language)| language.as_ref())
    }

    /// The first words of paragraphs, of all languages.
    pub(crate) fn openings(&self) -> &Openings {
        &self.openings
    }

    /// Small words that say what stands beside them, of all languages.
    pub(crate) fn words(&self) -> &SmallWords {
        &self.words
    }

    /// The words of dates, of all languages.
    pub(crate) fn dates(&self) -> &DateWords {
        &self.dates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_layouts_are_good() {
        let layouts = Layouts::builtin();
        assert_eq!(layouts.files().len(), BUILTIN.len());
        assert!(
            layouts.files().iter().all(|file| file.builtin && file.rules + file.hosts.len() > 0)
        );
    }

    #[test]
    fn every_error_of_every_file_is_told_at_once_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join("a.toml"),
            "language = \"ar\"\n[[marker]]\nname = \"m\"\nforms = [\"\"]\n",
        )
        .unwrap();
        std::fs::write(dir.path().join("b.toml"), "language = \"ar\"\nmarkers = 1\n").unwrap();
        std::fs::write(dir.path().join("c.toml"), "language = \"ar\"\n[[label]]\nfield = \"source\"\nforms = [\"Source\"]\nmax_words = 0\n").unwrap();
        let errors = Layouts::load(dir.path()).unwrap_err();
        let told: Vec<_> = errors
            .iter()
            .map(|e| (e.file.file_name().unwrap().to_str().unwrap().to_owned(), e.line))
            .collect();
        assert_eq!(
            told,
            [
                ("a.toml".to_owned(), Some(4)),
                ("b.toml".to_owned(), Some(2)),
                ("c.toml".to_owned(), Some(5))
            ]
        );
    }

    #[test]
    fn a_user_file_with_a_built_in_name_replaces_it_and_another_adds() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("en.toml"), "language = \"en\"\n").unwrap();
        std::fs::write(dir.path().join("mine.toml"), "language = \"en\"\n").unwrap();
        let layouts = Layouts::load(dir.path()).unwrap();
        let mine: Vec<_> =
            layouts.files().iter().filter(|f| !f.builtin).map(|f| f.name.as_str()).collect();
        assert_eq!(mine, ["en.toml", "mine.toml"]);
        assert_eq!(layouts.files().len(), BUILTIN.len() + 1);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error_with_its_name() {
        let errors = Layouts::load(Path::new("no-such-folder")).unwrap_err();
        assert!(errors[0].to_string().starts_with("no-such-folder: "), "{}", errors[0]);
    }
}
