//! Pages that print neither a source nor keywords behind their article: where it ends only the words tell. Skipped, and said so,
//! where ../shared/corpora is not there.

use std::path::Path;

use newsmill::page::{Context, Layouts, read};

use crate::corpora::{articles, corpora, paragraphs, tidy};

/// An article: its headline, and its paragraphs.
struct Article {
    headline: String,
    paragraphs: Vec<String>,
}

impl Article {
    fn paragraphs(&self) -> Vec<&str> {
        self.paragraphs.iter().map(String::as_str).collect()
    }
}

/// An article has so many paragraphs at most: longer ones are cut to them.
const PARAGRAPHS: usize = 8;

/// A longer title is no headline.
const HEADLINE_CHARS: usize = 140;

/// Articles of a corpus with three paragraphs or more and no marker of their own.
fn told(corpora: &Path, corpus: &str, own_marker: &str) -> Vec<Article> {
    let all = articles(corpora, corpus);
    let plain =
        all.iter().filter(|article| !article["text"].as_str().unwrap().contains(own_marker));
    let told = plain.filter_map(|article| {
        let headline = tidy(article["title"].as_str()?);
        let mut paragraphs = paragraphs(article);
        paragraphs.truncate(PARAGRAPHS);
        let is_headline = !headline.is_empty() && headline.chars().count() <= HEADLINE_CHARS;
        (is_headline && paragraphs.len() > 2).then_some(Article { headline, paragraphs })
    });
    told.take(900).collect()
}

/// The share of the articles of which a page says what it says of them alone.
fn kept<'a>(pages: impl Iterator<Item = (&'a Article, Vec<&'a str>)>) -> f64 {
    let (mut kept, mut all) = (0, 0);
    let context = Context { page_time_ms: i64::MAX / 2, ..Context::default() };
    let body = |lines: &[&str]| -> Vec<String> {
        let text = lines.join("\n");
        let page = read(&text, Layouts::builtin(), &context);
        page.body.iter().map(ToString::to_string).collect()
    };
    for (article, lines) in pages {
        let alone = [vec![&*article.headline], article.paragraphs()].concat();
        kept += u32::from(body(&lines) == body(&alone));
        all += 1;
    }
    assert!(all > 100);
    f64::from(kept) / f64::from(all)
}

#[test]
fn an_article_without_labels_keeps_its_paragraphs_and_none_of_what_is_appended() {
    let Some(corpora) = corpora() else { return };
    for (corpus, marker, own_marker, least) in [
        ("saudinewsnet-ar", "اقرأ أيضا", "قرأ أيض", [0.95, 0.95]),
        ("irnews-fa", "بیشتر بخوانید:", "بخوانید", [0.97, 0.94]),
        ("indonesian-id", "Baca juga:", "juga:", [0.92, 0.96]),
    ] {
        let told = told(&corpora, corpus, own_marker);
        // Each article with two others: their stories behind it, or their headlines within it.
        let pages = || {
            told.chunks_exact(3).filter_map(|chunk| match chunk {
                [article, others @ ..] => Some((article, others)),
                [] => None,
            })
        };
        let appended = kept(pages().map(|(article, others)| {
            let mut lines = [vec![&*article.headline], article.paragraphs(), vec![marker]].concat();
            for other in others {
                lines.push(&other.headline);
                lines.extend(other.paragraphs());
            }
            (article, lines)
        }));
        let linked = kept(pages().map(|(article, others)| {
            let paragraphs = article.paragraphs();
            let (before, behind) = paragraphs.split_at(paragraphs.len() / 2);
            let links: Vec<_> = others.iter().map(|other| &*other.headline).collect();
            (article, [&[&*article.headline], before, &[marker], &links, behind].concat())
        }));
        println!("{corpus}: stories behind it {appended:.3}, links within it {linked:.3}");
        for (figure, least) in [appended, linked].into_iter().zip(least) {
            assert!(figure >= least, "{corpus}: {figure:.3} is less than {least}");
        }
    }
}
