//! `explain` of a page that stands on a topic.

use serde_json::Value;

use crate::broker::shared;
use crate::client::Feed;
use crate::fleet::Fleet;
use crate::pages::page_appending;

#[test]
fn a_page_is_explained_by_its_place_on_the_topic_and_a_place_without_a_page_is_65() {
    let bootstrap = shared().bootstrap();
    let fleet = Fleet::new(&bootstrap, "explained");
    let feed = Feed::new(&bootstrap);
    for number in 0..3 {
        let page = page_appending(number, 7);
        feed.send(&fleet.names.topic("raw"), 2, None, Some(page.as_bytes()));
    }
    feed.flush();
    let explain = |place: &str| {
        fleet.newsmill(&["explain", "--json", place], 0).output().expect("the program starts")
    };

    let output = explain("explained.raw:2:1");
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["origin"]["offset"], 1);
    // A line that a label begins comes in two pieces.
    let pieces = told["lines"].as_array().expect("lines").iter().map(|line| line["text"].as_str());
    let words: Vec<&str> = pieces.flat_map(|text| text.expect("text").split(' ')).collect();
    let page = page_appending(1, 7);
    assert_eq!(words, page.split_whitespace().collect::<Vec<_>>());

    for place in ["explained.raw:2:3", "explained.raw:9:0"] {
        let output = explain(place);
        assert_eq!(output.status.code(), Some(65), "{place}: {}", output.stderr.escape_ascii());
    }
}
