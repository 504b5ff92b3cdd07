//! The pure parts that every page goes through, one after another: `cargo bench --bench pure`.
//!
//! Figures are times a call and bytes a second; µs a KB = 1000 / (MB a second) * 1.024.

use divan::Bencher;
use divan::counter::BytesCount;
use newsmill::page::envelope::{EnvelopeFields, Limits, decode};
use newsmill::page::{self, Context, Layouts};
use newsmill::record::{ArticleId, partition_for};
use newsmill::story::{Fingerprint, Folder, Overlap, Sketch};

/// A short piece of news, of our own writing.
#[derive(Debug, Clone, Copy)]
enum News {
    Arabic,
    English,
}

impl News {
    const ALL: [Self; 2] = [Self::Arabic, Self::English];

    fn text(self) -> &'static str {
        match self {
            Self::Arabic => include_str!("text/arabic.txt"),
            Self::English => include_str!("text/english.txt"),
        }
    }
}

const PAGE: &str = include_str!("../tests/pages/seed.txt");

fn main() {
    divan::main();
}

/// How much of the page of 5 KB is there: the differences are what labels and an appended story cost.
#[derive(Debug, Clone, Copy)]
enum Extent {
    Paragraphs,
    PlusLabels,
    Whole,
}

impl Extent {
    const ALL: [Self; 3] = [Self::Paragraphs, Self::PlusLabels, Self::Whole];

    fn text(self) -> String {
        let is_marker = |line: &str| line.starts_with("إقرأ");
        let labels = ["تاريخ النشر:", "المصدر:", "كلمات دلالية:"];
        let is_label = |line: &str| labels.iter().any(|label| line.starts_with(label));
        let lines = PAGE.lines().filter(|line| match self {
            Self::Paragraphs => !is_marker(line) && !is_label(line),
            Self::PlusLabels => !is_marker(line),
            Self::Whole => true,
        });
        lines.map(|line| format!("{line}\n")).collect()
    }
}

fn context() -> Context<'static> {
    Context { page_time_ms: 1_767_225_600_000, ..Context::default() }
}

/// A page cut into its parts.
#[divan::bench(args = Extent::ALL)]
fn page_read(bencher: Bencher<'_, '_>, extent: Extent) {
    let (text, layouts, context) = (extent.text(), Layouts::builtin(), context());
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| page::read(divan::black_box(&text), layouts, &context));
}

/// Five megabytes of nothing but markers and labels: what a page costs that is made to be slow.
#[divan::bench(sample_count = 3, sample_size = 1, args = [
    "إقرأ أيضاً:\n",
    "Read also: ",
    "Leia mais. ",
    "Published: 12 March 2024 a b c d e f g h i j k l m ",
    "Tags:\na\nb\n",
])]
fn markers_5_mb(bencher: Bencher<'_, '_>, unit: &str) {
    let text = format!("A headline\n{}", unit.repeat(5_000_000 / unit.len()));
    let (layouts, context) = (Layouts::builtin(), context());
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| page::read(divan::black_box(&text), layouts, &context));
}

/// The text out of its envelope.
#[divan::bench]
fn envelope(bencher: Bencher<'_, '_>) {
    let value = serde_json::json!({ "url": "https://news.example/1", "text": PAGE }).to_string();
    let (fields, limits) = (EnvelopeFields::default(), Limits::default());
    bencher
        .counter(BytesCount::of_str(&value))
        .bench(|| decode(divan::black_box(value.as_bytes()), None, &fields, &limits));
}

/// The stories of the page folded and hashed.
#[divan::bench]
fn page_stories(bencher: Bencher<'_, '_>) {
    let (layouts, context) = (Layouts::builtin(), context());
    let page = page::read(PAGE, layouts, &context);
    let mut folder = Folder::new();
    let bodies: Vec<_> = page.related.iter().map(|story| &story.body).chain([&page.body]).collect();
    bencher
        .counter(BytesCount::of_str(PAGE))
        .bench_local(|| bodies.iter().filter_map(|body| folder.fold(*body).story_id()).count());
}

/// A body folded to its tokens.
#[divan::bench(args = News::ALL)]
fn fold(bencher: Bencher<'_, '_>, news: News) {
    let paragraphs: Vec<&str> = news.text().lines().collect();
    let mut folder = Folder::new();
    bencher
        .counter(BytesCount::of_str(news.text()))
        .bench_local(|| folder.fold(divan::black_box(&paragraphs)).words());
}

/// A body folded and hashed.
#[divan::bench(args = News::ALL)]
fn story_id(bencher: Bencher<'_, '_>, news: News) {
    let paragraphs: Vec<&str> = news.text().lines().collect();
    let mut folder = Folder::new();
    bencher
        .counter(BytesCount::of_str(news.text()))
        .bench_local(|| folder.fold(divan::black_box(&paragraphs)).story_id());
}

/// What is kept of a folded body to know it again.
#[divan::bench(args = News::ALL)]
fn fingerprint(bencher: Bencher<'_, '_>, news: News) {
    let mut folder = Folder::new();
    let folded = folder.fold(news.text().lines());
    bencher
        .counter(BytesCount::of_str(news.text()))
        .bench_local(|| Fingerprint::of(divan::black_box(&folded)));
}

/// A story compared with itself cut in half: some 200 shingles and 100.
#[divan::bench(args = News::ALL)]
fn overlap(bencher: Bencher<'_, '_>, news: News) {
    let sketch = |lines: usize| -> Option<Sketch> {
        let mut folder = Folder::new();
        Fingerprint::of(&folder.fold(news.text().lines().take(lines))).map(Fingerprint::into_sketch)
    };
    if let (Some(whole), Some(half)) = (sketch(usize::MAX), sketch(5)) {
        bencher.bench_local(|| Overlap::of(divan::black_box(&whole), divan::black_box(&half)));
    }
}

/// The id of an article from its URL.
#[divan::bench]
fn article_id() -> Option<ArticleId> {
    let url =
        "https://WWW.example.com/news/2023/09/20/12345?id=7&utm_source=feed&fbclid=abc#comments";
    ArticleId::of_url(divan::black_box(url))
}

/// The partition of a key of an output topic.
#[divan::bench]
fn partition() -> i32 {
    let key = b"0f1e2d3c4b5a69788796a5b4c3d2e1f0";
    let partitions =
        std::num::NonZeroU32::new(divan::black_box(12)).unwrap_or(std::num::NonZeroU32::MIN);
    partition_for(divan::black_box(key), partitions)
}
