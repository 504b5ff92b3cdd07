//! The reading of a page, from its text to its pieces and from the pieces to what the page says.

use std::borrow::Cow;
use std::cell::Cell;

use xxhash_rust::xxh3::xxh3_64;

use crate::page::block::attached::{self, Left};
use crate::page::block::{beside, known, lay_out, list, titles};
use crate::page::date::{self, Dates};
use crate::page::layout::{Field, Layouts};
use crate::page::marks::keywords;
use crate::page::marks::mark::mark;
use crate::page::marks::marking::Marking;
use crate::page::piece::{Part, Piece};
use crate::page::split::learning::Lesson;
use crate::page::text::clean::{self, Line};
use crate::page::text::language_tag;
use crate::page::text::matching::Matching;
use crate::page::unmarked::{
    above, author, buttons, byline, clock, dates, head, headline, row, tags,
};
use crate::page::{Context, Date, Page, RelatedText, language};
use crate::record::{RelatedKind, StoryId, Warning};

/// A page, read.
pub(super) struct Reading<'a> {
    pub lines: Vec<Line<'a>>,
    pub matching: Matching,
    pub pieces: Vec<Piece<'a>>,
    pub language: Cow<'a, str>,
    pub warnings: Vec<Warning>,
    lesson: Lesson<'a>,
    layouts: &'a Layouts,
    site: Option<u32>,
    page_time_ms: i64,
}

impl<'a> Reading<'a> {
    /// Reads a page: gives every piece of it its part. With `trace` the pieces keep what their scores are made of.
    pub(super) fn of(
        text: &'a str,
        layouts: &'a Layouts,
        context: &Context<'a>,
        trace: bool,
    ) -> Self {
        let (lines, matching) = clean::lines(text);
        let site = layouts.site_of(context.host);
        let named =
            context.language.or(layouts.site(site).and_then(|site| site.language.as_deref()));
        let language = language::of(named, &lines, layouts);
        let dates = Dates::of(layouts, site, &language, context.page_time_ms);
        let marking = Marking {
            lines: &lines,
            matching: &matching,
            layouts,
            language: language_tag::primary(&language),
            site,
            dates,
            asked: Cell::default(),
        };
        let mut pieces = mark(&marking);
        buttons::boxes(&mut pieces, layouts);
        dates::above(&mut pieces, &marking);
        row::take(&mut pieces, &marking);
        dates::below(&mut pieces, &marking);
        clock::take(&mut pieces, &marking);
        above::take(&mut pieces, &marking);
        let mut warnings = headline::choose(&mut pieces, &marking);
        headline::without_site_name(&mut pieces, &marking);
        byline::take(&mut pieces, &marking);
        tags::hashtags(&mut pieces);
        buttons::take(&mut pieces, &marking);
        head::take(&mut pieces, &marking);
        author::behind_body(&mut pieces, &marking);
        author::without_paper(&mut pieces);
        tags::below_markers(&mut pieces, &matching, layouts);
        let mut lesson = Lesson::of(context.learning);
        let Left { unseen, whole } = attached::settle(&mut pieces, &marking);
        if let Some(headline) = headline::over_a_body(&pieces) {
            lesson.own(matching.form(headline.folded.clone()));
        }
        warnings.extend(lay_out::lay_out(&mut pieces, &matching, layouts, &mut lesson, trace));
        headline::repeated(&mut pieces);
        beside::take(&mut pieces, &marking);
        if known::cut(&mut pieces, &unseen, &matching, &lesson) || whole {
            warnings.push(Warning::RelatedUnsplit);
        }
        tags::at_end(&mut pieces, &matching, layouts);
        titles::trim(&mut pieces);
        let entries =
            pieces.iter().filter_map(|piece| piece.entry).max().map_or(0, |last| last as usize + 1);
        list::teasers(&mut pieces, entries);
        Self {
            lines,
            matching,
            pieces,
            language,
            warnings,
            lesson,
            layouts,
            site,
            page_time_ms: context.page_time_ms,
        }
    }

    /// Puts the pieces where they belong.
    pub(super) fn into_page(mut self) -> Page<'a> {
        let mut page = Page { language: self.language.clone(), ..Page::default() };
        page.layout = self.layout();
        let (mut keyword_lines, mut own_places, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let (mut published, mut updated) = (Vec::new(), Vec::new());
        for piece in std::mem::take(&mut self.pieces) {
            match (piece.entry, piece.part) {
                (_, Part::Marker | Part::Label) => {}
                (_, Part::Furniture) => page.furniture.push(piece.text),
                (Some(entry), Part::Headline) => {
                    let form = xxh3_64(self.matching.form(piece.folded).as_bytes());
                    related(&mut page, entry, Part::Headline, piece.text);
                    names.push((entry, self.lesson.named(form)));
                }
                (Some(entry), part) => related(&mut page, entry, part, piece.text),
                (None, Part::Headline) => {
                    page.headline = Some(piece.text);
                    own_places.push(piece.folded);
                }
                (None, Part::Body | Part::Teaser) => {
                    page.body.push(piece.text);
                    own_places.push(piece.folded);
                }
                (None, Part::Value(Field::Keywords)) => keyword_lines.push(piece),
                (None, Part::Value(Field::Published)) => published.push(piece),
                (None, Part::Value(Field::Updated)) => updated.push(piece),
                (None, Part::Value(Field::Source)) => {
                    first(piece.text, &mut page.source, &mut page.furniture)
                }
                (None, Part::Value(Field::Author)) => {
                    first(piece.text, &mut page.author, &mut page.furniture)
                }
            }
        }
        let published = clock::joined(published, &self.matching, &self.read_by());
        let day = published.first().filter(|_| !updated.is_empty());
        let day = day.and_then(|piece| self.read(piece));
        for piece in published {
            self.date(piece, None, &mut page.published, &mut page.furniture);
        }
        for piece in updated {
            self.date(piece, day.as_ref(), &mut page.updated, &mut page.furniture);
        }
        page.keywords = keywords::split(&keyword_lines, &own_places, &self.matching);
        page.keywords_raw = joined(keyword_lines.into_iter().map(|piece| piece.text));
        links(&mut page.related, &names);
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
