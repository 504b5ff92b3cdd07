//! From the pieces of a page to what the page says.

use std::borrow::Cow;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::page::date::{self, Dates};
use crate::page::layout::Field;
use crate::page::marks::keywords;
use crate::page::piece::{Part, Piece};
use crate::page::reading::Reading;
use crate::page::unmarked::clock;
use crate::page::{Date, Page, RelatedText};
use crate::record::{RelatedKind, StoryId, Warning};

/// Pieces that say more together than each by itself.
#[derive(Default)]
struct Sorted<'a> {
    published: Vec<Piece<'a>>,
    updated: Vec<Piece<'a>>,
    keywords: Vec<Piece<'a>>,
    /// Where in the match form stands what the article says.
    told: Vec<Range<usize>>,
    /// The stories that the headlines of entries name.
    names: Vec<(u32, Option<StoryId>)>,
}

impl<'a> Reading<'a> {
    /// Puts the pieces where they belong.
    pub(super) fn into_page(mut self) -> Page<'a> {
        let mut page = Page { language: self.language.clone(), ..Page::default() };
        page.layout = self.layout();
        let sorted = self.sort(&mut page);
        self.dates(sorted.published, sorted.updated, &mut page);
        page.keywords = keywords::split(&sorted.keywords, &sorted.told, &self.matching);
        page.keywords_raw = joined(sorted.keywords.into_iter().map(|piece| piece.text));
        links(&mut page.related, &sorted.names);
        (page.candidates, page.boundaries) = self.lesson.ended();
        page.warnings = self.warnings;
        if page.published.is_none() && page.updated.is_none() {
            page.warnings.push(Warning::DateMissing);
        }
        if page.body.is_empty() {
            page.warnings.push(Warning::BodyEmpty);
        }
        page.warnings.sort_unstable();
        page.warnings.dedup();
        page
    }

    /// Gives the page each piece that says by itself where it belongs; keeps the others.
    fn sort(&mut self, page: &mut Page<'a>) -> Sorted<'a> {
        let mut sorted = Sorted::default();
        let pieces = std::mem::take(&mut self.pieces);
        let own = pieces.iter().filter(|piece| piece.entry.is_none()).count();
        page.body.reserve_exact(own);
        sorted.told.reserve_exact(own);
        for piece in pieces {
            match (piece.entry, piece.part) {
                (_, Part::Marker | Part::Label) => {}
                (_, Part::Furniture) => page.furniture.push(piece.text),
                (Some(entry), Part::Headline) => {
                    let form = xxh3_64(self.matching.form(piece.folded).as_bytes());
                    related(page, entry, Part::Headline, piece.text);
                    sorted.names.push((entry, self.lesson.named(form)));
                }
                (Some(entry), part) => related(page, entry, part, piece.text),
                (None, Part::Headline) => {
                    page.headline = Some(piece.text);
                    sorted.told.push(piece.folded);
                }
                (None, Part::Body | Part::Teaser) => {
                    page.body.push(piece.text);
                    sorted.told.push(piece.folded);
                }
                (None, Part::Value(Field::Keywords)) => sorted.keywords.push(piece),
                (None, Part::Value(Field::Published)) => sorted.published.push(piece),
                (None, Part::Value(Field::Updated)) => sorted.updated.push(piece),
                (None, Part::Value(Field::Source)) => {
                    first(piece.text, &mut page.source, &mut page.furniture)
                }
                (None, Part::Value(Field::Author)) => {
                    first(piece.text, &mut page.author, &mut page.furniture)
                }
            }
        }
        sorted
    }

    /// The first date of each kind is the page's. That of a change can be a time of day alone, on the day of publication.
    fn dates(&mut self, published: Vec<Piece<'a>>, updated: Vec<Piece<'a>>, page: &mut Page<'a>) {
        let published = clock::joined(published, &self.matching, &self.read_by());
        let day = published.first().filter(|_| !updated.is_empty());
        let day = day.and_then(|piece| self.read(piece));
        for piece in published {
            self.date(piece, None, &mut page.published, &mut page.furniture);
        }
        for piece in updated {
            self.date(piece, day.as_ref(), &mut page.updated, &mut page.furniture);
        }
    }

    fn read_by(&self) -> Dates<'_> {
        Dates::of(self.layouts, self.site, &self.language, self.page_time_ms)
    }

    fn read(&self, piece: &Piece<'a>) -> Option<date::Reading> {
        let form = self.matching.text().get(piece.folded.clone()).unwrap_or_default();
        date::read(form, &self.read_by())
    }

    /// `day`: of what a time of day alone is.
    fn date(
        &mut self,
        piece: Piece<'a>,
        day: Option<&date::Reading>,
        slot: &mut Option<Date<'a>>,
        furniture: &mut Vec<Cow<'a, str>>,
    ) {
        if slot.is_some() {
            furniture.push(piece.text);
            return;
        }
        let form = self.matching.text().get(piece.folded.clone()).unwrap_or_default();
        let on_day = || date::read_on(form, day?, &self.read_by());
        let read = self.read(&piece).or_else(on_day);
        let (at, precision) = match read {
            Some(read) => {
                self.warnings.extend_from_slice(&read.warnings);
                (Some(read.at()), Some(read.precision))
            }
            None => {
                self.warnings.push(Warning::DateUnparsed);
                (None, None)
            }
        };
        *slot = Some(Date { at, precision, raw: piece.text });
    }

    /// The layout file, or the site, of most of the rules that matched.
    fn layout(&self) -> Option<Cow<'a, str>> {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for rule in self.pieces.iter().filter_map(|piece| self.layouts.rule(piece.why.rule?)) {
            let file = rule.file.strip_suffix(".toml").unwrap_or(&rule.file);
            let name = self.layouts.site(rule.site).map_or(file, |site| &site.name);
            match counts.iter_mut().find(|(file, _)| *file == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
        let most = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)));
        most.map(|(name, _)| Cow::Borrowed(name))
    }
}

fn first<'a>(
    text: Cow<'a, str>,
    slot: &mut Option<Cow<'a, str>>,
    furniture: &mut Vec<Cow<'a, str>>,
) {
    match slot {
        None => *slot = Some(text),
        Some(_) => furniture.push(text),
    }
}

fn joined<'a>(mut lines: impl Iterator<Item = Cow<'a, str>>) -> Option<Cow<'a, str>> {
    let mut all = lines.next()?;
    for line in lines {
        let all = all.to_mut();
        all.push('\n');
        all.push_str(&line);
    }
    Some(all)
}

/// Gives links the stories that their headlines name.
fn links(related: &mut [RelatedText<'_>], names: &[(u32, Option<StoryId>)]) {
    for (entry, names) in names {
        let link = usize::try_from(*entry).ok().and_then(|at| related.get_mut(at));
        if let Some(link) = link.filter(|link| link.kind == RelatedKind::Link) {
            link.names = *names;
        }
    }
}

/// Puts a piece of an appended story where it belongs.
fn related<'a>(page: &mut Page<'a>, entry: u32, part: Part, text: Cow<'a, str>) {
    let at = usize::try_from(entry).unwrap_or(usize::MAX);
    while page.related.len() <= at {
        page.related.push(RelatedText::default());
    }
    let Some(story) = page.related.get_mut(at) else {
        return;
    };
    let furniture = &mut page.furniture;
    match part {
        Part::Headline => story.headline = Some(text),
        Part::Teaser => story.teaser = Some(text),
        Part::Value(Field::Published | Field::Updated) => {
            first(text, &mut story.published_raw, furniture)
        }
        Part::Value(Field::Source) => first(text, &mut story.source, furniture),
        // A story's record has no author.
        Part::Value(Field::Author) => furniture.push(text),
        Part::Value(Field::Keywords) => {
            story.keywords_raw = joined(story.keywords_raw.take().into_iter().chain([text]));
        }
        Part::Body | Part::Marker | Part::Label | Part::Furniture => {
            story.kind = RelatedKind::Story;
            story.body.push(text);
        }
    }
}
