//! A client that says all that it does, as somebody asks it to who looks for a fault: the work goes on.

use std::time::Duration;

use super::broker::shared;
use super::client::{self, Feed};
use super::fleet::Fleet;
use super::wait::wait_until;

const PAGES: i32 = 200;

#[test]
fn a_client_that_logs_thousands_of_lines_a_second_reads_its_pages_all_the_same() {
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::new(&bootstrap, "talkative");
    fleet.environment = vec![
        ("NEWSMILL__KAFKA__CLIENT__DEBUG", "all"),
        ("NEWSMILL__LOG__LEVEL", "warn,librdkafka=debug"),
    ];
    fleet.grow(1);
    let feed = Feed::new(&bootstrap);
    for page in 0..PAGES {
        let text = format!("Headline of page {page}\n\nA paragraph that says more.");
        feed.send("talkative.raw", 0, None, Some(text.as_bytes()));
    }
    feed.flush();
    wait_until("every page", Duration::from_secs(60), || {
        client::read_committed(&bootstrap, "talkative.articles").len() == PAGES as usize
    });
}
