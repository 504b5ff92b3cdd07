//! What each fuzz target does with its bytes. Shared by tests/page_properties.rs and by cargo-fuzz targets, which
//! include this file.

use std::collections::BTreeMap;

use newsmill::page::envelope::{EnvelopeFields, Limits, decode};
use newsmill::page::{Context, Explanation, Layouts, Page, Part, explain, read};

/// Envelopes: any bytes give an envelope with text, or a reject.
pub fn envelope(bytes: &[u8]) {
    let (fields, limits) = (EnvelopeFields::default(), Limits::default());
    for header in [None, Some(b"text/plain".as_slice()), Some(b"application/json")] {
        if let Ok(envelope) = decode(bytes, header, &fields, &limits) {
            assert!(envelope.text.chars().any(|c| !c.is_whitespace() && !c.is_control()));
        }
    }
}

/// Pages: any text gives a page, `explain` gives the same one, and no word of the text is lost or doubled.
pub fn page(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let context = Context { page_time_ms: 1_767_225_600_000, ..Context::default() };
    let explained = explain(text, Layouts::builtin(), &context);
    assert_eq!(explained.page, read(text, Layouts::builtin(), &context));
    conserved(text, &explained);
}

/// Every visible character of the text stands in the pieces, in order, and every piece but markers and labels in
/// exactly one place of the page.
fn conserved(text: &str, explained: &Explanation<'_>) {
    if !text.contains('&') {
        let pieces = explained.lines.iter().map(|piece| piece.text.as_str());
        assert_eq!(visible(&pieces.collect::<String>()), visible(text), "pieces of {text:?}");
    }
    let mut balance: BTreeMap<&str, i32> = BTreeMap::new();
    for piece in &explained.lines {
        if !matches!(piece.part, Part::Marker | Part::Label) {
            *balance.entry(&piece.text).or_default() += 1;
        }
    }
    for text in told(&explained.page) {
        *balance.entry(text).or_default() -= 1;
    }
    balance.retain(|_, count| *count != 0);
    assert!(balance.is_empty(), "not in exactly one place: {balance:?} of {text:?}");
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation()).collect()
}

fn told<'p>(page: &'p Page<'_>) -> Vec<&'p str> {
    let dates = page.published.iter().chain(&page.updated).map(|date| &date.raw);
    let lines =
        |joined: &'p Option<std::borrow::Cow<'_, str>>| joined.iter().flat_map(|text| text.lines());
    let mut told: Vec<&str> = lines(&page.keywords_raw).collect();
    told.extend(
        page.headline
            .iter()
            .chain(&page.source)
            .chain(&page.author)
            .chain(dates)
            .map(AsRef::as_ref),
    );
    told.extend(page.body.iter().chain(&page.furniture).map(AsRef::as_ref));
    for entry in &page.related {
        told.extend(
            entry.headline.iter().chain(&entry.teaser).chain(&entry.body).map(AsRef::as_ref),
        );
        told.extend(
            [&entry.published_raw, &entry.source, &entry.keywords_raw].into_iter().flat_map(lines),
        );
    }
    told
}
