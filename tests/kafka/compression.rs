//! What stands compressed on the broker, and what does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::broker::shared;
use crate::client::{self, Feed};
use crate::fleet::Fleet;
use crate::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);

const NONE: u8 = 0;
const LZ4: u8 = 3;

#[test]
fn what_goes_to_near_is_hashes_and_not_compressed_and_texts_are() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pages/pages.jsonl");
    let pages = fs::read_to_string(samples).expect("the sample pages");
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::comparing(&bootstrap, "codecs");
    let names = fleet.names.clone();
    let raw = names.topic("raw");
    let feed = Feed::new(&bootstrap);
    pages.lines().for_each(|line| feed.send(&raw, 0, None, Some(line.as_bytes())));
    feed.flush();
    fleet.grow(1);
    let changelog = names.inbox("near.state");
    wait_until("stories are compared", LIMIT, || {
        fleet.tend();
        !client::read_committed(&bootstrap, &changelog).is_empty()
    });
    for topic in [names.inbox("near"), changelog] {
        assert_eq!(shared().codecs(&topic), BTreeSet::from([NONE]), "{topic}");
    }
    for topic in [names.inbox("home"), names.topic("articles")] {
        assert!(shared().codecs(&topic).contains(&LZ4), "{topic}");
    }
}
