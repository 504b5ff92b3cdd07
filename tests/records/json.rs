//! The records as JSON: spelling and order of what DESIGN §2 promises.

use std::borrow::Cow;

use newsmill::record::schema_name::{ArticleSchema, CanonicalSchema, SightingSchema, StorySchema};
use newsmill::record::{
    Article, ArticleId, ArticleWord, Canonical, CanonicalKind, Decision, FirstSeen, Origin,
    Precision, PublishedFrom, Related, RelatedKind, Role, SameAs, Sighting, Story, StoryId,
    Warning,
};
use serde_json::{Value, json};

use crate::validate::{assert_valid, faults};

const ARTICLE: ArticleId = ArticleId([0xA0; 16]);
const STORY: StoryId = StoryId([0x0B; 16]);

fn origin() -> Origin<'static> {
    Origin {
        topic: Cow::Borrowed("articles.raw"),
        partition: 3,
        offset: 7,
        timestamp: Some(1_695_168_000_000),
    }
}

fn article() -> Article<'static> {
    let story = Related {
        position: 0,
        headline: Some("عنوان".into()),
        teaser: None,
        story_id: Some(STORY),
        kind: RelatedKind::Story,
        same_as: Some(SameAs::Article(ArticleWord::Article)),
        similarity: Some(100),
    };
    let repeated = Related { position: 1, same_as: Some(SameAs::Position(0)), ..story.clone() };
    let link = Related {
        position: 2,
        teaser: Some("قال …".into()),
        story_id: None,
        kind: RelatedKind::Link,
        same_as: None,
        similarity: None,
        ..story.clone()
    };
    Article {
        schema: ArticleSchema::V1,
        article_id: ARTICLE,
        version: 1_695_168_000_000,
        story_id: Some(STORY),
        url: Some("http://example.com/1".into()),
        headline: Some("عنوان".into()),
        published_at: Some("2023-09-20T00:00:00Z".to_owned()),
        published_precision: Some(Precision::Day),
        published_raw: Some("20th, September 2023 GMT".into()),
        updated_at: None,
        updated_raw: None,
        source: Some("صدى البلد".into()),
        author: None,
        keywords: vec!["روسيا".into()],
        keywords_raw: Some("روسيا".into()),
        language: "ar".into(),
        body: vec!["فقرة".into()],
        related: vec![story, repeated, link],
        furniture: vec![],
        fetched_at: None,
        input_id: None,
        extra: serde_json::Map::from_iter([("crawler".to_owned(), json!({"depth": 2}))]),
        origin: origin(),
        warnings: vec![Warning::DateInFuture, Warning::IdFromOrigin],
        layout: Some("ar-default".into()),
    }
}

fn keys(record: &Value) -> Vec<&str> {
    record.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn an_article_has_its_fields_in_the_order_of_the_contract() {
    let record = serde_json::to_value(article()).unwrap();
    assert_valid(&record);
    let expected = "schema article_id version story_id url headline published_at published_precision published_raw \
                    updated_at updated_raw source author keywords keywords_raw language body related furniture \
                    fetched_at input_id extra origin warnings layout";
    assert_eq!(keys(&record), expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(record["article_id"], json!("a0".repeat(16)));
    assert_eq!(record["published_precision"], json!("day"));
    assert_eq!(record["warnings"], json!(["date_in_future", "id_from_origin"]));
}

#[test]
fn same_as_is_the_word_article_or_a_position_or_null() {
    let record = serde_json::to_value(article()).unwrap();
    let same_as = |at: usize| record["related"][at]["same_as"].clone();
    assert_eq!((same_as(0), same_as(1), same_as(2)), (json!("article"), json!(0), Value::Null));
    assert_eq!(
        keys(&record["related"][0]),
        ["position", "headline", "teaser", "story_id", "kind", "same_as", "similarity"]
    );
}

#[test]
fn an_article_of_nothing_but_its_origin_is_valid() {
    let bare = Article {
        story_id: None,
        url: None,
        headline: None,
        published_at: None,
        published_precision: None,
        published_raw: None,
        source: None,
        keywords: vec![],
        keywords_raw: None,
        language: "und".into(),
        body: vec![],
        related: vec![],
        extra: serde_json::Map::new(),
        origin: Origin { timestamp: None, ..origin() },
        warnings: vec![],
        layout: None,
        ..article()
    };
    assert_valid(&serde_json::to_value(bare).unwrap());
}

#[test]
fn a_story_has_its_fields_in_the_order_of_the_contract() {
    let story = Story {
        schema: StorySchema::V1,
        story_id: STORY,
        headline: Some("عنوان".into()),
        body: vec!["فقرة".into()],
        published_raw: None,
        source: None,
        keywords_raw: None,
        language: "ar".into(),
        words: 1,
        first_seen: PublishedFrom {
            article_id: ARTICLE,
            position: 0,
            timestamp: 1,
            url: Some("http://example.com/1".into()),
        },
    };
    let record = serde_json::to_value(story).unwrap();
    assert_valid(&record);
    let expected =
        "schema story_id headline body published_raw source keywords_raw language words first_seen";
    assert_eq!(keys(&record), expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!(keys(&record["first_seen"]), ["article_id", "position", "timestamp", "url"]);
}

#[test]
fn a_canonical_record_says_self_duplicate_or_near() {
    let spelt = |kind| {
        let canonical = Canonical {
            schema: CanonicalSchema::V1,
            story_id: STORY,
            canonical_id: STORY,
            kind,
            score: 100,
        };
        let record = serde_json::to_value(canonical).unwrap();
        assert_valid(&record);
        assert_eq!(keys(&record), ["schema", "story_id", "canonical_id", "kind", "score"]);
        record["kind"].clone()
    };
    assert_eq!(spelt(CanonicalKind::Itself), "self");
    assert_eq!(spelt(CanonicalKind::Duplicate), "duplicate");
    assert_eq!(spelt(CanonicalKind::Near), "near");
}

#[test]
fn a_sighting_has_its_fields_in_the_order_of_the_contract() {
    let sighting = Sighting {
        schema: SightingSchema::V1,
        story_id: STORY,
        canonical_id: STORY,
        decision: Decision::New,
        role: Role::Own,
        article_id: ARTICLE,
        position: None,
        origin: origin(),
        first_seen: FirstSeen { article_id: ARTICLE, position: Some(2), timestamp: -1 },
        timestamp: 0,
    };
    let record = serde_json::to_value(&sighting).unwrap();
    assert_valid(&record);
    let expected = "schema story_id canonical_id decision role article_id position origin first_seen timestamp";
    assert_eq!(keys(&record), expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!((&record["decision"], &record["role"]), (&json!("new"), &json!("own")));
    let exact =
        Sighting { decision: Decision::Exact, role: Role::Related, position: Some(0), ..sighting };
    let record = serde_json::to_value(exact).unwrap();
    assert_valid(&record);
    assert_eq!((&record["decision"], &record["role"]), (&json!("exact"), &json!("related")));
}

#[test]
fn precisions_are_spelt_as_the_contract_says() {
    let precisions = [
        Precision::Second,
        Precision::Minute,
        Precision::Hour,
        Precision::Day,
        Precision::Month,
        Precision::Year,
    ];
    assert_eq!(
        serde_json::to_value(precisions).unwrap(),
        json!(["second", "minute", "hour", "day", "month", "year"])
    );
}

#[test]
fn a_faulty_record_does_not_pass() {
    let good = serde_json::to_value(article()).unwrap();
    let spoilt: [(&str, Value); 9] = [
        ("schema", json!("newsmill.article/2")),
        ("article_id", json!("A0".repeat(16))),
        ("version", json!("1695168000000")),
        ("published_at", json!("20 September 2023")),
        ("published_precision", json!("week")),
        ("body", json!("one string")),
        ("warnings", json!(["unheard_of"])),
        ("extra", Value::Null),
        ("origin", json!({"topic": "t", "partition": 0})),
    ];
    for (field, value) in spoilt {
        let mut record = good.clone();
        record[field] = value;
        assert!(!faults(&record).is_empty(), "a spoilt {field} passed");
    }
    let mut more = good.clone();
    more["unknown"] = json!(1);
    assert!(!faults(&more).is_empty(), "an unknown field passed");
    let mut less = good.clone();
    less.as_object_mut().unwrap().remove("layout");
    assert!(!faults(&less).is_empty(), "a missing field passed");
    let mut same_as = good;
    same_as["related"][0]["same_as"] = json!("Article");
    assert!(!faults(&same_as).is_empty(), "another word than article passed");
    same_as["related"][0]["same_as"] = json!(-1);
    assert!(!faults(&same_as).is_empty(), "a negative position passed");
}
