//! How the tests of pages read one.

use newsmill::page::{Context, Layouts, Page, read};

/// The page of a text that was met on the first of January 2026.
pub fn page(text: &str) -> Page<'_> {
    let context = Context { page_time_ms: 1_767_225_600_000, ..Context::default() };
    read(text, Layouts::builtin(), &context)
}
