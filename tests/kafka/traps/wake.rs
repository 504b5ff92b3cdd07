//! Whether a thread may sleep until the consumer has something, instead of polling by the clock.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rdkafka::Offset;
use rdkafka::consumer::Consumer;

use super::member::{self, Event, Member, assigned, at, next_event, poll};
use crate::broker::shared;
use crate::client::{self, Feed};

const LIMIT: Duration = Duration::from_secs(20);

fn with_bell(name: &str) -> (Member, Receiver<()>) {
    let (ring, bell) = channel();
    let mut member = member::join(&shared().bootstrap(), name, name);
    member.on_nonempty(move || ring.send(()).unwrap_or(()));
    (member, bell)
}

#[test]
fn the_nonempty_callback_rings_for_a_rebalance_and_for_records_as_long_as_one_polls_until_none() {
    let bootstrap = shared().bootstrap();
    client::create_topic(&bootstrap, "wake", 1, &[]);
    let (member, bell) = with_bell("wake");
    bell.recv_timeout(LIMIT).expect("it rings for the assignment, though nobody polls");
    let list = assigned(&member);
    member.incremental_assign(&at("wake", 0, Offset::Offset(0))).unwrap();
    assert_eq!(list.count(), 1);

    let feed = Feed::new(&bootstrap);
    for number in 0..200 {
        feed.send("wake", 0, None, Some(b"a record"));
        let record = loop {
            // The bell may ring for what was polled already, never too seldom.
            bell.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("no ring for record {number}"));
            if let Some(record) = poll(&member, Duration::ZERO) {
                break record;
            }
        };
        assert_eq!(record, (0, number));
        assert_eq!(poll(&member, Duration::ZERO), None);
    }

    while bell.try_recv().is_ok() {}
    let _second = member::join(&bootstrap, "wake", "wake");
    member.unsubscribe();
    bell.recv_timeout(LIMIT).expect("it rings for the revocation");
    let Event::Revoke(list, false) = next_event(&member) else { panic!("not a revocation") };
    member.incremental_unassign(&list).unwrap();
}
