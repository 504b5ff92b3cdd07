//! The reading of a page, from its text to its pieces.

use std::borrow::Cow;
use std::cell::Cell;

use crate::page::date::Dates;
use crate::page::layout::Layouts;
use crate::page::marks::mark::mark;
use crate::page::marks::marking::Marking;
use crate::page::piece::Piece;
use crate::page::split::learning::Lesson;
use crate::page::text::language_tag;
use crate::page::text::lines::{self, Line};
use crate::page::text::matching::Matching;
use crate::page::{Context, block, language, unmarked};
use crate::record::Warning;

/// A page, read.
pub(super) struct Reading<'a> {
    pub lines: Vec<Line<'a>>,
    pub matching: Matching,
    pub pieces: Vec<Piece<'a>>,
    pub language: Cow<'a, str>,
    pub warnings: Vec<Warning>,
    pub lesson: Lesson<'a>,
    pub layouts: &'a Layouts,
    pub site: Option<u32>,
    pub page_time_ms: i64,
}

impl<'a> Reading<'a> {
    /// Reads a page: gives every piece of it its part. With `trace` the pieces keep what their scores are made of.
    pub(super) fn of(
        text: &'a str,
        layouts: &'a Layouts,
        context: &Context<'a>,
        trace: bool,
    ) -> Self {
        let (lines, matching) = lines::cut(text);
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
        let mut warnings = unmarked::tell(&mut pieces, &marking);
        let mut lesson = Lesson::of(context.learning);
        warnings.extend(block::lay_out(&mut pieces, &marking, &mut lesson, trace));
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
}
