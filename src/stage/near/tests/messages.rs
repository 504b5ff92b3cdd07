//! Messages that cannot be read.

use super::super::*;
use super::world::World;
use crate::record::StoryId;

#[test]
fn what_is_no_message_of_ours_stops_the_process() {
    let near = World::new().near;
    let status = message::Status {
        age: Age { timestamp: 0, story_id: StoryId([1; 16]) },
        is_canonical: true,
    };
    let status = Word::Status(status).encode(&[]);
    let key = RoutingKey { slot: 5, value: 1 }.to_bytes();
    let record = |key, value| Record {
        topic: "newsmill.app.near",
        partition: 1,
        offset: 2,
        timestamp: None,
        key,
        value,
        headers: &[],
    };
    assert!(near.prepare(&record(Some(&key[..]), Some(&status[..]))).is_ok());
    let mut bad_slot = key;
    bad_slot[0] = 6;
    type Bytes<'b> = Option<&'b [u8]>;
    let probe =
        Probe { age: Age { timestamp: 0, story_id: StoryId([1; 16]) }, seen: 0, sketch: &[] };
    let [no_sketch, long_sketch] =
        [&[][..], &[20, 0, 0, 7]].map(|sketch| Word::Probe(Probe { sketch, ..probe }).encode(&[]));
    let bad: [(Bytes<'_>, Bytes<'_>); 7] = [
        (Some(&key), Some(&no_sketch)),
        (Some(&key), Some(&long_sketch)),
        (None, Some(&status)),
        (Some(&key[1..]), Some(&status)),
        (Some(&bad_slot), Some(&status)),
        (Some(&key), Some(&[2, 0])),
        (Some(&key), None),
    ];
    for (key, value) in bad {
        let Err(Refusal::Stop(message)) = near.prepare(&record(key, value)) else {
            panic!("{key:?} {value:?} was taken");
        };
        assert!(message.starts_with("newsmill.app.near/1/2 cannot be read: "), "{message}");
    }
}
