//! What a page becomes, and what happens where it cannot.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::record::{ArticleId, Reason};
use crate::stage::home::message::{Message, Observe, Place};
use crate::story::{Threshold, Thresholds};

const PAGE: &str = "\
Harbour bridge opens to walkers
Published: 20th, September 2023 GMT
The bridge over the harbour opened to walkers on Wednesday after two years of work.
The mayor said that \"the town has waited long enough\".
Source: Harbour Post
Keywords: harbour bridge mayor
Read also:
Ferry line to the islands is back
The ferry line to the islands runs again from Monday, the company said.
It had stood still since the storm of last winter.
";

fn record<'a>(value: Option<&'a [u8]>, key: Option<&'a [u8]>) -> Record<'a> {
    Record {
        topic: "articles.raw",
        partition: 2,
        offset: 41,
        timestamp: Some(1_700_000_000_000),
        key,
        value,
        headers: &[],
    }
}

fn parsed(parse: &Parse, record: &Record<'_>) -> Outbox {
    let prepared = parse.prepare(record).unwrap();
    let mut outbox = Outbox::default();
    parse.apply(&mut Table::new(0), prepared, &mut outbox);
    outbox
}

fn outputs(text: &str) -> Vec<Output> {
    parsed(&Parse::default(), &record(Some(text.as_bytes()), None)).outputs
}

fn article(outputs: &[Output]) -> Value {
    assert_eq!(outputs[0].target, Target::Articles);
    serde_json::from_slice(outputs[0].value.as_deref().unwrap()).unwrap()
}

fn value_of(output: &Output) -> Option<&[u8]> {
    output.value.as_deref()
}

fn observes(outputs: &[Output]) -> Vec<Observe<'_>> {
    let observe = |output| match Message::decode(value_of(output)).unwrap() {
        Message::Observe(observe) => observe,
        Message::Verdict(verdict) => panic!("{verdict:?}"),
    };
    outputs[1..].iter().map(observe).collect()
}

fn refused(parse: &Parse, record: &Record<'_>) -> Reason {
    match parse.prepare(record) {
        Err(Refusal::DeadLetter(reject)) => reject.reason,
        other => panic!("{other:?}"),
    }
}

/// A page in an envelope.
fn envelope(fields: &Value) -> String {
    let mut envelope = json!({ "text": PAGE });
    envelope.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    envelope.to_string()
}

#[test]
fn a_page_becomes_its_article_and_a_message_for_each_occurrence() {
    let outputs = outputs(PAGE);
    let article = article(&outputs);
    assert_eq!(article["headline"], "Harbour bridge opens to walkers");
    assert_eq!(article["source"], "Harbour Post");
    assert_eq!(article["body"].as_array().unwrap().len(), 2);
    assert_eq!(article["related"][0]["headline"], "Ferry line to the islands is back");
    assert_eq!(article["version"], 1_700_000_000_000_i64);
    let origin = json!({
        "topic": "articles.raw", "partition": 2, "offset": 41, "timestamp": 1_700_000_000_000_i64,
    });
    assert_eq!(article["origin"], origin);

    let [own, related] = &observes(&outputs)[..] else { panic!("two occurrences") };
    assert_eq!(own.place, Place::Own);
    assert_eq!(article["story_id"], own.story_id.to_string());
    assert_eq!(article["related"][0]["story_id"], related.story_id.to_string());
    assert_eq!(article["article_id"], related.article_id.to_string());
    let Place::Related(0, Some(text)) = &related.place else { panic!("{related:?}") };
    assert_eq!(text.headline, Some("Ferry line to the islands is back"));
    let body = [
        "The ferry line to the islands runs again from Monday, the company said.",
        "It had stood still since the storm of last winter.",
    ];
    assert_eq!(text.body, body);
    assert_eq!(text.words, 23);
    assert_eq!(outputs[2].key, related.story_id.0);
}

#[test]
fn every_output_names_its_page_and_passes_the_trace_on() {
    let headers = [
        ("traceparent".to_owned(), Some(b"00-ab".to_vec())),
        ("other".to_owned(), Some(b"x".to_vec())),
        ("baggage".to_owned(), None),
    ];
    let record = Record { headers: &headers, ..record(Some(PAGE.as_bytes()), None) };
    for output in parsed(&Parse::default(), &record).outputs {
        let mut names = Vec::new();
        output.headers(&mut |name, value| {
            names.push(format!(
                "{name}={}",
                value.map_or("null", |value| std::str::from_utf8(value).unwrap())
            ));
        });
        let version = output.version.map(|version| format!("newsmill.version={version}"));
        let expected: Vec<_> = ["newsmill.origin=articles.raw/2/41".to_owned()]
            .into_iter()
            .chain(version)
            .chain(["traceparent=00-ab".to_owned(), "baggage=null".to_owned()])
            .collect();
        assert_eq!(names, expected);
        assert_eq!(output.version.is_some(), output.target == Target::Articles);
    }
}

#[test]
fn a_story_told_twice_on_a_page_points_back_and_has_two_messages() {
    let body = "The bridge over the harbour opened to walkers on Wednesday after two years of work.\n\
        The mayor said that the town has waited long enough.";
    let page = format!(
        "First\nPublished: 20 September 2023\n{body}\nSource: X\nRead also:\nSecond headline\n{body}\n"
    );
    let outputs = outputs(&page);
    let article = article(&outputs);
    assert_eq!(article["related"][0]["same_as"], "article");
    assert_eq!(article["related"][0]["similarity"], 100);
    let [own, related] = &observes(&outputs)[..] else { panic!("two occurrences") };
    assert_eq!(own.story_id, related.story_id);
}

/// A page that appends its own article, with another word and a tail.
const EDITED: &str = "\
First headline of the page
Published: 20 September 2023
The bridge over the harbour opened to walkers on Wednesday after two years of work.
The mayor said that the town has waited long enough for it.
The old crossing was shut when a storm took away one of its four towers.
Source: X
Read also:
Second headline of another site
The bridge over the harbour opened to walkers on Thursday after two years of work.
The mayor said that the town has waited long enough for it.
The old crossing was shut when a storm took away one of its four towers.
";

#[test]
fn an_edited_copy_on_the_page_points_back_where_stories_are_compared() {
    let mut parse = Parse::default();
    let record = record(Some(EDITED.as_bytes()), None);
    assert_eq!(article(&parsed(&parse, &record).outputs)["related"][0]["same_as"], Value::Null);
    let comparing = Comparing { thresholds: Thresholds::default(), own: false };
    parse.comparing = Some(comparing);
    let outputs = parsed(&parse, &record).outputs;
    let related = &article(&outputs)["related"][0];
    assert_eq!(related["same_as"], "article");
    let similarity = related["similarity"].as_u64().unwrap();
    assert!((80..100).contains(&similarity), "{similarity}");
    let [own, related] = &observes(&outputs)[..] else { panic!("two occurrences") };
    assert_ne!(own.story_id, related.story_id, "an edited text is another story all the same");

    let strict = Threshold { jaccard: 100, containment: 100 };
    let thresholds = Thresholds { duplicate: strict, near: strict, loose: strict };
    parse.comparing = Some(Comparing { thresholds, ..comparing });
    assert_eq!(article(&parsed(&parse, &record).outputs)["related"][0]["same_as"], Value::Null);
}

#[test]
fn an_own_story_goes_out_with_its_fingerprint_only_where_it_is_wanted() {
    let record = record(Some(EDITED.as_bytes()), None);
    for own in [false, true] {
        let comparing = Some(Comparing { thresholds: Thresholds::default(), own });
        let outputs = parsed(&Parse { comparing, ..Parse::default() }, &record).outputs;
        let place = &observes(&outputs)[0].place;
        assert_eq!(matches!(place, Place::OwnTold(_)), own, "{place:?}");
    }
}

#[test]
fn what_a_page_repeats_does_not_hang_on_whether_its_own_story_goes_out_with_its_fingerprint() {
    let words: Vec<&str> = EDITED.lines().skip(2).take(3).flat_map(str::split_whitespace).collect();
    let page: String = EDITED.split_inclusive('\n').take(8).collect();
    let mut repeats = BTreeSet::new();
    for from in 0..words.len() - 10 {
        let copy = words.get(from..).unwrap_or_default().join(" ");
        let page = format!("{page}{copy}\n");
        let record = record(Some(page.as_bytes()), None);
        let [apart, together] = [false, true].map(|own| {
            let comparing = Some(Comparing { thresholds: Thresholds::default(), own });
            let outputs = parsed(&Parse { comparing, ..Parse::default() }, &record).outputs;
            article(&outputs)["related"].to_string()
        });
        assert_eq!(apart, together);
        repeats.insert(apart.contains("\"same_as\":\"article\""));
    }
    assert_eq!(
        repeats.len(),
        2,
        "the longer ones are near to the article, the shorter ones are not"
    );
}

#[test]
fn the_page_time_is_the_crawls_else_the_records() {
    let page = envelope(&json!({ "fetched_at": "2023-09-21T00:00:00Z" }));
    let outputs = parsed(&Parse::default(), &record(Some(page.as_bytes()), None)).outputs;
    assert_eq!(article(&outputs)["version"], 1_695_254_400_000_i64);
    assert_eq!(outputs[0].version, Some(1_695_254_400_000));
    assert!(observes(&outputs).iter().all(|observe| observe.timestamp == 1_695_254_400_000));
}

#[test]
fn an_article_is_named_by_its_url_else_its_id_else_its_place() {
    let id = |fields: &Value| {
        let page = envelope(fields);
        let article =
            article(&parsed(&Parse::default(), &record(Some(page.as_bytes()), None)).outputs);
        let warned = article["warnings"].as_array().unwrap().contains(&json!("id_from_origin"));
        (article["article_id"].as_str().unwrap().to_owned(), warned)
    };
    let named = |id: ArticleId, warned| (id.to_string(), warned);
    let url = "https://a.example/1?utm_source=x#top";
    let of_url = ArticleId::of_url("https://a.example/1").unwrap();
    assert_eq!(id(&json!({ "url": url, "id": "7" })), named(of_url, false));
    let of_id = ArticleId::of_id(b"7").unwrap();
    assert_eq!(id(&json!({ "id": "7" })), named(of_id, false));
    assert_eq!(id(&json!({ "id": 7, "url": " " })), named(of_id, false));
    let of_origin = ArticleId::of_origin("articles.raw", 2, 41);
    assert_eq!(id(&json!({})), named(of_origin, true));
}

#[test]
fn where_the_key_names_articles_it_alone_does() {
    let page = envelope(&json!({ "url": "https://a.example/other", "id": "other" }));
    let by_key = |key, bytes: Option<&[u8]>| {
        let parse = Parse { key, ..Parse::default() };
        article(&parsed(&parse, &record(Some(page.as_bytes()), bytes)).outputs)["article_id"]
            .clone()
    };
    let of_url = ArticleId::of_url("https://a.example/1").unwrap().to_string();
    assert_eq!(by_key(InputKey::Url, Some(b"https://a.example/1#x")), of_url);
    let of_id = ArticleId::of_id(b"k").unwrap().to_string();
    assert_eq!(by_key(InputKey::Id, Some(b"k")), of_id);
    let of_origin = ArticleId::of_origin("articles.raw", 2, 41).to_string();
    assert_eq!(by_key(InputKey::Id, None), of_origin);
}

#[test]
fn a_null_value_takes_the_article_of_its_key_down() {
    let parse = Parse { key: InputKey::Url, ..Parse::default() };
    let outbox = parsed(&parse, &record(None, Some(b"https://a.example/1")));
    let [tombstone] = &outbox.outputs[..] else { panic!("{:?}", outbox.outputs) };
    let id = ArticleId::of_url("https://a.example/1").unwrap();
    assert_eq!(tombstone.key, id.hex().as_bytes());
    assert_eq!((&tombstone.value, tombstone.version), (&None, Some(1_700_000_000_000)));
    assert_eq!(outbox.tally.iter().next(), Some((Count::Page(Outcome::TakenDown), 1)));
}

#[test]
fn a_take_down_that_names_no_article_is_dead_lettered() {
    let unresolvable =
        |key, bytes| refused(&Parse { key, ..Parse::default() }, &record(None, bytes));
    for (key, bytes) in [
        (InputKey::None, Some(&b"https://a.example/1"[..])),
        (InputKey::Url, None),
        (InputKey::Url, Some(b"\xff")),
        (InputKey::Id, Some(b"")),
    ] {
        assert_eq!(unresolvable(key, bytes), Reason::TakedownUnresolvable);
    }
}

#[test]
fn a_page_that_is_none_is_dead_lettered_with_its_reason() {
    let parse = Parse { limits: envelope::Limits { page_bytes: 2_000 }, ..Parse::default() };
    let long = "x".repeat(2_001);
    for (value, reason) in [
        (&b"\xff\xfe"[..], Reason::NotUtf8),
        (b"{\"text\":", Reason::JsonSyntax),
        (b"", Reason::TextMissing),
        (b" \n\x00", Reason::TextMissing),
        (b"{\"id\":1}", Reason::TextMissing),
        (long.as_bytes(), Reason::PageTooLarge),
    ] {
        assert_eq!(refused(&parse, &record(Some(value), None)), reason, "{value:?}");
    }
}

#[test]
fn a_page_with_a_thousand_headers_is_read_and_one_with_more_is_dead_lettered() {
    let headers = vec![("h".to_owned(), None); 1_001];
    let page = record(Some(PAGE.as_bytes()), None);
    let many = Record { headers: &headers, ..page };
    assert_eq!(refused(&Parse::default(), &many), Reason::PageTooLarge);
    let headers = headers.get(1..).unwrap();
    let page = record(Some(PAGE.as_bytes()), None);
    assert_eq!(parsed(&Parse::default(), &Record { headers, ..page }).outputs, outputs(PAGE));
}

#[test]
fn the_content_type_decides_whether_a_brace_is_json() {
    let headers = [("Content-Type".to_owned(), Some(b"text/plain".to_vec()))];
    let record = Record { headers: &headers, ..record(Some(b"{a story\nof braces}"), None) };
    let outputs = parsed(&Parse::default(), &record).outputs;
    assert_eq!(article(&outputs)["headline"], "{a story");
}

#[test]
fn a_record_that_its_topic_would_refuse_dead_letters_its_page_whole() {
    let outputs = outputs(PAGE);
    let size = |n: usize| outputs[n].value.as_ref().unwrap().len();
    let unlimited = RecordSizes::UNLIMITED;
    for sizes in [
        RecordSizes { articles: size(0), ..unlimited },
        RecordSizes { home: size(2), ..unlimited },
        RecordSizes { stories: 600, ..unlimited },
    ] {
        let parse = Parse { sizes, ..Parse::default() };
        let page = record(Some(PAGE.as_bytes()), None);
        assert_eq!(refused(&parse, &page), Reason::RecordTooLarge, "{sizes:?}");
    }
    let sizes = RecordSizes { articles: size(0) + 400, stories: 1_000, home: size(2) + 400 };
    let parse = Parse { sizes, ..Parse::default() };
    assert_eq!(parsed(&parse, &record(Some(PAGE.as_bytes()), None)).outputs, outputs);
}

#[test]
fn a_source_beside_the_pages_own_is_kept() {
    let source = |fields: &Value| {
        let page = envelope(fields);
        article(&parsed(&Parse::default(), &record(Some(page.as_bytes()), None)).outputs)
    };
    let article = source(&json!({ "source": "Feed" }));
    assert_eq!(
        (&article["source"], &article["extra"]),
        (&json!("Harbour Post"), &json!({ "source": "Feed" }))
    );
    let article = source(&json!({ "source": "Harbour Post" }));
    assert_eq!(article["extra"], json!({}));
}

proptest! {
    #[test]
    fn any_bytes_become_records_or_a_dead_letter_and_twice_the_same(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "[ -~\\n\u{600}-\u{6ff}:]{0,300}".prop_map(String::into_bytes),
        ],
    ) {
        let parse = Parse::default();
        let record = record(Some(&bytes), None);
        let first = parse.prepare(&record);
        prop_assert_eq!(&first, &parse.prepare(&record));
        match first {
            Ok(parsed) => {
                prop_assert_eq!(parsed.outputs[0].target, Target::Articles);
                let observes = observes(&parsed.outputs).len();
                let article = article(&parsed.outputs);
                let related = article["related"].as_array().unwrap().iter();
                let told = related.filter(|related| !related["story_id"].is_null()).count();
                let own = usize::from(!article["story_id"].is_null());
                prop_assert_eq!(observes, own + told);
            }
            Err(Refusal::DeadLetter(_)) => {}
            Err(Refusal::Stop(message)) => prop_assert!(false, "{}", message),
        }
    }
}
