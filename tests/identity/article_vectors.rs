//! Article ids against vectors that were computed by another program.

use newsmill::record::{ArticleId, canonical_url};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    url: Vec<OfUrl>,
    id: Vec<OfId>,
    origin: Vec<OfOrigin>,
}

#[derive(Deserialize)]
struct OfUrl {
    name: String,
    url: String,
    canonical: String,
    article_id: String,
}

#[derive(Deserialize)]
struct OfId {
    id: String,
    article_id: String,
}

#[derive(Deserialize)]
struct OfOrigin {
    topic: String,
    partition: i32,
    offset: i64,
    article_id: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors/article-ids.json")).unwrap()
}

#[test]
fn every_url_keeps_its_canonical_form_and_its_article_id() {
    for OfUrl { name, url, canonical, article_id } in vectors().url {
        assert_eq!(canonical_url(&url), canonical, "{name}");
        assert_eq!(ArticleId::of_url(&url).unwrap().to_string(), article_id, "{name}");
    }
}

#[test]
fn every_id_of_a_source_keeps_its_article_id() {
    for OfId { id, article_id } in vectors().id {
        assert_eq!(ArticleId::of_id(id.as_bytes()).unwrap().to_string(), article_id, "{id}");
    }
}

#[test]
fn every_origin_keeps_its_article_id() {
    for OfOrigin { topic, partition, offset, article_id } in vectors().origin {
        let id = ArticleId::of_origin(&topic, partition, offset);
        assert_eq!(id.to_string(), article_id, "{topic}/{partition}/{offset}");
    }
}

#[test]
fn a_url_an_id_and_an_origin_with_the_same_text_name_three_articles() {
    let url = ArticleId::of_url("t\u{0}1\u{0}2").unwrap();
    let id = ArticleId::of_id(b"t\x001\x002").unwrap();
    let origin = ArticleId::of_origin("t", 1, 2);
    assert!(url != id && id != origin && url != origin);
}

#[test]
fn nothing_names_no_article() {
    assert_eq!(ArticleId::of_url(" \t\n"), None);
    assert_eq!(ArticleId::of_id(b""), None);
}
