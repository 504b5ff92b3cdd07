//! A partition that is nearly all bad pages is held, not emptied into the dead letters.

use std::collections::BTreeMap;
use std::time::Duration;

use super::broker::shared;
use super::client::{self, Feed};
use super::fleet::Fleet;
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);

/// Bad in a row until a partition is held; and how many more may slip through, for a chunk is applied whole.
const IN_A_ROW: usize = 20;
const CHUNK: usize = 64;
const FLOOD: usize = 600;

/// How many dead letters there are of each partition of the pages.
fn dead_letters(bootstrap: &str, fleet: &Fleet) -> BTreeMap<String, usize> {
    let mut letters = BTreeMap::new();
    for letter in client::read_committed(bootstrap, &fleet.names.topic("dead-letter")) {
        let partition = letter.header("newsmill.dlq.partition").expect("a header").to_owned();
        *letters.entry(partition).or_default() += 1;
    }
    letters
}

#[test]
fn a_flood_of_bad_pages_holds_its_partition_while_the_others_go_on_and_a_restart_reads_on() {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, "flooded");
    let raw = fleet.names.topic("raw");
    let feed = Feed::new(&bootstrap);
    for number in 0..FLOOD {
        feed.send(&raw, 0, None, Some(b"\xff no text at all"));
        let page = format!("A headline of its own {number}\n\nAnd a paragraph that says more.");
        feed.send(&raw, 1, None, Some(page.as_bytes()));
    }
    feed.flush();
    fleet.environment = vec![("NEWSMILL__DEAD_LETTER__MAX_CONSECUTIVE", "20")];
    fleet.grow(1);
    wait_until("the flooded partition is held", LIMIT, || {
        fleet.tend();
        fleet.has_said(0, &["partition_held", "partition=0", "limit=\"consecutive\""])
    });
    wait_until("the other one is through", LIMIT, || {
        client::group_offsets(&bootstrap, &fleet.names.group("parse"), &raw)[1]
            >= Some(FLOOD as i64)
    });
    let open = format!("newsmill_dead_letter_breaker_open{{partition=\"0\",topic=\"{raw}\"}}");
    wait_until("the metric says so", LIMIT, || fleet.metric(0, &open) == Some(1.0));
    let paused = "newsmill_consumer_paused_partitions{reason=\"breaker\"}";
    assert_eq!(fleet.metric(0, paused), Some(1.0));
    for probe in ["/livez", "/readyz"] {
        // Neither a restart nor other traffic would help.
        wait_until(&format!("{probe} is well as soon as all is restored"), LIMIT, || {
            fleet.get(0, probe).is_some_and(|said| said.starts_with("HTTP/1.0 200"))
        });
    }
    let asked = fleet
        .newsmill(&["healthcheck"], 0)
        .env("NEWSMILL__HTTP__LISTEN", fleet.address(0).unwrap())
        .status();
    assert!(asked.expect("the program starts").success());
    let letters = dead_letters(&bootstrap, &fleet)["0"];
    assert!((IN_A_ROW..IN_A_ROW + CHUNK).contains(&letters), "{letters} dead letters");

    assert_eq!(fleet.terminate(0), 0);
    fleet.environment = vec![("NEWSMILL__DEAD_LETTER__MAX_CONSECUTIVE", "1000000")];
    fleet.start(0);
    wait_until("the flood is through", LIMIT, || {
        fleet.tend();
        client::group_offsets(&bootstrap, &fleet.names.group("parse"), &raw)[0]
            >= Some(FLOOD as i64)
    });
    assert_eq!(dead_letters(&bootstrap, &fleet), BTreeMap::from([("0".to_owned(), FLOOD)]));
}
