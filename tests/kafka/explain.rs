//! `explain` of a page that stands on a topic.

use std::fs;
use std::time::Duration;

use serde_json::Value;

use crate::broker::{scratch, shared};
use crate::client::Feed;
use crate::fleet::{Fleet, LEARNS};
use crate::pages::page_appending;
use crate::tether::Tethered;

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

#[test]
fn where_what_is_known_of_lines_has_no_topic_that_is_said_once_with_the_way_out() {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, "unlearned");
    let feed = Feed::new(&bootstrap);
    let page = page_appending(0, 7);
    feed.send(&fleet.names.topic("raw"), 2, None, Some(page.as_bytes()));
    feed.flush();
    // Its topics were made without.
    fleet.environment.push(LEARNS);
    let folder = scratch("unlearned");
    let output = folder.join("output");
    let explain = fleet.newsmill(&["explain", "unlearned.raw:2:0"], 0);
    let code = Tethered::start(explain, &output, None).wait(Duration::from_secs(60));
    let said = fs::read_to_string(&output).expect("our own folder");
    assert_eq!(code, 78, "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let missing = "there is no topic newsmill.unlearned.starts; `newsmill topics create` makes it";
    assert!(said.contains(missing), "{said}");
    fs::remove_dir_all(folder).expect("ours to remove");
}
