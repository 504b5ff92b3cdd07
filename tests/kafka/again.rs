//! A part of the pages read again: an application of its own, from one time to another, that ends by itself.

use std::collections::BTreeSet;
use std::time::Duration;

use super::broker::shared;
use super::client::{self, Feed};
use super::fleet::{Fleet, PARTITIONS};
use super::wait::wait_until;

/// 2026-03-01T00:00:00Z, in milliseconds since 1970; a page an hour from then on.
const BEGIN: i64 = 1_772_323_200_000;
const HOUR: i64 = 3_600_000;
const PAGES: i64 = 240;

/// The hours of the pages whose articles there are.
fn hours(fleet: &Fleet) -> BTreeSet<i64> {
    let seen = client::read_committed(&shared().bootstrap(), &fleet.names.topic("articles"));
    let hours: Vec<i64> = seen
        .iter()
        .map(|record| {
            let article: serde_json::Value =
                serde_json::from_slice(record.value.as_deref().unwrap()).unwrap();
            (article["origin"]["timestamp"].as_i64().unwrap() - BEGIN) / HOUR
        })
        .collect();
    let distinct: BTreeSet<i64> = hours.iter().copied().collect();
    assert_eq!(hours.len(), distinct.len(), "each once");
    distinct
}

#[test]
fn pages_of_a_span_of_time_are_read_once_by_two_replicas_that_end_by_themselves() {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, "again");
    let feed = Feed::new(&bootstrap);
    for hour in 0..PAGES {
        let partition = i32::try_from(hour).unwrap() % PARTITIONS;
        let page = format!("A headline of hour {hour}\n\nA paragraph of its own says what it was.");
        feed.send_at("again.raw", partition, page.as_bytes(), BEGIN + hour * HOUR);
    }
    feed.flush();
    fleet.arguments = vec!["run", "--from", "2026-03-02T00:00:00Z", "--to", "2026-03-08T12:00:00Z"];
    fleet.grow(2);
    wait_until("both to be at it", Duration::from_secs(60), || {
        (0..2).all(|number| fleet.has_said(number, &["state=Running"]))
    });
    assert_eq!((fleet.end(0), fleet.end(1)), (0, 0));
    assert_eq!(hours(&fleet), (24..180).collect());
    let sightings = client::read_committed(&bootstrap, "again.sightings");
    assert_eq!(sightings.len(), 156, "what came of them is judged too");

    // The same again goes on where it was: there is nothing left to do.
    fleet.start(0);
    assert_eq!(fleet.end(0), 0);
    assert_eq!(hours(&fleet), (24..180).collect());
}
