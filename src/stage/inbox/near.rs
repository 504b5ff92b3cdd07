//! What reaches `near`, all of it from `home`. A message is under one or more routing keys of its story, under which stories
//! meet: all that live on one partition. The key of its record is the first of them.

use arrayvec::ArrayVec;
use serde::{Deserialize, Serialize};

use crate::stage::StageName;
use crate::stage::lead::Age;
use crate::stage::message::{self, MessageError};
use crate::story::{ROUTING_KEYS, RoutingKey};

/// The name of the stage that it reaches.
pub const NAME: StageName = StageName("near");

/// Routing keys of one story.
pub type StoryKeys = ArrayVec<RoutingKey, ROUTING_KEYS>;

/// A message, and under which keys it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<'a> {
    /// At least one; all of a story's that live on the partition, or those of them that it is about.
    pub keys: StoryKeys,
    /// What is said.
    pub word: Word<'a>,
}

/// What is said of a story.
#[derive(Debug, Clone, PartialEq)]
pub enum Word<'a> {
    /// It is to be compared.
    Probe(Probe<'a>),
    /// How things stand with it.
    Status(Status),
}

/// A story that is to be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Probe<'a> {
    /// How old it is.
    pub age: Age,
    /// The page time that brought it, as `home` capped it, in milliseconds since 1970: what moves stream time.
    pub seen: i64,
    /// What is compared: a [`Sketch`](crate::story::Sketch), as it is written.
    pub sketch: &'a [u8],
}

/// How things stand with a story that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// How old it is.
    pub age: Age,
    /// Whether it stands for itself: only such a story may stand for another.
    pub is_canonical: bool,
}

/// Every kind of message; a kind's number is its place here, so new ones come last.
#[derive(Debug, Serialize, Deserialize)]
enum Head {
    /// Under the record's key. The sketch stands behind it.
    Probe(ProbeHead),
    /// Under the record's key.
    Status(Status),
    /// Under the record's key and these. The sketch stands behind it.
    ProbeOfMore(ProbeHead, Keys),
    /// Under the record's key and these.
    StatusOfMore(Status, Keys),
}

#[derive(Debug, Serialize, Deserialize)]
struct ProbeHead {
    age: Age,
    seen: i64,
}

/// Routing keys on the wire.
type Keys = ArrayVec<[u8; RoutingKey::BYTES], ROUTING_KEYS>;

impl Word<'_> {
    /// The bytes of the message that says it under a record's key and these.
    #[must_use]
    pub fn encode(&self, more: &[RoutingKey]) -> Vec<u8> {
        let keys = || more.iter().take(ROUTING_KEYS).map(|key| key.to_bytes()).collect();
        match *self {
            Self::Probe(Probe { age, seen, sketch }) => {
                let head = ProbeHead { age, seen };
                let head = match more {
                    [] => Head::Probe(head),
                    _ => Head::ProbeOfMore(head, keys()),
                };
                let room = size_of_val(more) + sketch.len();
                let mut bytes = message::begin_with_room(&head, room);
                bytes.extend_from_slice(sketch);
                bytes
            }
            Self::Status(status) => message::begin(&match more {
                [] => Head::Status(status),
                _ => Head::StatusOfMore(status, keys()),
            }),
        }
    }
}

impl<'a> Message<'a> {
    /// Reads a message: its record's key and value. The bytes of a sketch are not looked at.
    ///
    /// # Errors
    /// See [`MessageError`]; each of them means that the process must not go on.
    pub fn decode(key: Option<&[u8]>, value: Option<&'a [u8]>) -> Result<Self, MessageError> {
        let (head, rest) = message::take::<Head>(message::behind_version(value)?)?;
        let (word, more) = match head {
            Head::Probe(head) => (head.probe(rest), Keys::new()),
            Head::ProbeOfMore(head, more) => (head.probe(rest), more),
            Head::Status(status) => (Word::Status(status), Keys::new()),
            Head::StatusOfMore(status, more) => (Word::Status(status), more),
        };
        if let Word::Status(_) = word {
            message::end(rest)?;
        }
        let mut keys = StoryKeys::new();
        for key in key.into_iter().chain(more.iter().map(<[u8; RoutingKey::BYTES]>::as_slice)) {
            let key = RoutingKey::from_bytes(key).ok_or(MessageError::NoRoutingKey)?;
            keys.try_push(key).map_err(|_| MessageError::NoRoutingKey)?;
        }
        if key.is_some() { Ok(Self { keys, word }) } else { Err(MessageError::NoRoutingKey) }
    }
}

impl ProbeHead {
    fn probe(self, sketch: &[u8]) -> Word<'_> {
        let Self { age, seen } = self;
        Word::Probe(Probe { age, seen, sketch })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::StoryId;

    const AGE: Age = Age { timestamp: 1_695_168_000_123, story_id: StoryId([0x11; 16]) };

    const PROBE: Word<'static> = Word::Probe(Probe { age: AGE, seen: 300, sketch: b"sketch" });

    const KEYS: [RoutingKey; 3] = [
        RoutingKey { slot: 0, value: 0x0102_0304_0506_0708 },
        RoutingKey { slot: 2, value: 2 },
        RoutingKey { slot: 5, value: u64::MAX },
    ];

    fn status(is_canonical: bool) -> Word<'static> {
        Word::Status(Status { age: AGE, is_canonical })
    }

    fn decode<'v>(key: RoutingKey, value: &'v [u8]) -> Result<Message<'v>, MessageError> {
        Message::decode(Some(&key.to_bytes()), Some(value))
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_bytes_of_version_1_stand_for_ever() {
        let age = format!("f6c197fed562{}", "11".repeat(16));
        let sketch = hex(b"sketch");
        assert_eq!(hex(&PROBE.encode(&[])), format!("0100{age}d804{sketch}"));
        assert_eq!(hex(&status(true).encode(&[])), format!("0101{age}01"));
        let more = "02".to_owned() + "020000000000000002" + "05ffffffffffffffff";
        assert_eq!(hex(&PROBE.encode(&KEYS[1..])), format!("0102{age}d804{more}{sketch}"));
        assert_eq!(hex(&status(true).encode(&KEYS[1..])), format!("0103{age}01{more}"));
    }

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        for word in [PROBE, status(false), status(true)] {
            for more in 1..=KEYS.len() {
                let keys: StoryKeys = KEYS[..more].iter().copied().collect();
                let bytes = word.encode(&keys[1..]);
                let word = word.clone();
                assert_eq!(decode(KEYS[0], &bytes), Ok(Message { keys, word }));
            }
        }
    }

    #[test]
    fn a_message_of_another_version_one_with_a_tail_and_one_under_no_key_or_too_many_are_refused() {
        let mut bytes = status(true).encode(&KEYS[1..]);
        bytes.push(0);
        assert_eq!(decode(KEYS[0], &bytes), Err(MessageError::Trailing(1)));
        bytes[0] = 2;
        assert_eq!(decode(KEYS[0], &bytes), Err(MessageError::Version(2)));
        assert_eq!(Message::decode(None, None), Err(MessageError::Empty));
        let all = [KEYS[0]; ROUTING_KEYS];
        assert_eq!(decode(KEYS[0], &PROBE.encode(&all)), Err(MessageError::NoRoutingKey));
        let bytes = PROBE.encode(&[]);
        for key in [None, Some(&[6; 9][..]), Some(&[0; 8])] {
            assert_eq!(Message::decode(key, Some(&bytes)), Err(MessageError::NoRoutingKey));
        }
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_never_a_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..80),
            cut in any::<prop::sample::Index>(),
        ) {
            bytes.insert(0, message::VERSION);
            drop(decode(KEYS[0], &bytes));
            let whole = status(true).encode(&KEYS[1..]);
            prop_assert!(decode(KEYS[0], &whole[..cut.index(whole.len())]).is_err());
        }
    }
}
