//! What reaches `near`, all of it from `home`. The key of a message is the routing key under which stories meet.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::stage::StageName;
use crate::stage::lead::Age;
use crate::stage::message::{self, MessageError};
use crate::story::Sketch;

/// The name of the stage that it reaches.
pub const NAME: StageName = StageName("near");

/// A story that is to be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe<'a> {
    /// How old it is.
    pub age: Age,
    /// The page time that brought it, as `home` capped it, in milliseconds since 1970: what moves stream time.
    pub seen: i64,
    /// What is compared.
    pub sketch: Cow<'a, Sketch>,
}

/// How things stand with a story that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// How old it is.
    pub age: Age,
    /// Whether it stands for itself: only such a story may stand for another.
    pub is_canonical: bool,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// A story that is to be compared.
    Probe(Probe<'static>),
    /// How things stand with one that was.
    Status(Status),
}

/// Every kind of message; a kind's number is its place here, so new ones come last.
#[derive(Debug, Serialize, Deserialize)]
enum Head {
    /// The sketch stands behind it.
    Probe(ProbeHead),
    Status(Status),
}

#[derive(Debug, Serialize, Deserialize)]
struct ProbeHead {
    age: Age,
    seen: i64,
}

impl Probe<'_> {
    /// The bytes of the message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let Self { age, seen, .. } = *self;
        let head = Head::Probe(ProbeHead { age, seen });
        let mut bytes = message::begin_with_room(&head, self.sketch.room());
        self.sketch.encode(&mut bytes);
        bytes
    }
}

impl Status {
    /// The bytes of the message.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        message::begin(&Head::Status(self))
    }
}

impl Message {
    /// Reads a message.
    ///
    /// # Errors
    /// See [`MessageError`]; each of them means that the process must not go on.
    pub fn decode(value: Option<&[u8]>) -> Result<Self, MessageError> {
        let (head, rest) = message::take::<Head>(message::behind_version(value)?)?;
        let (message, rest) = match head {
            Head::Status(status) => (Self::Status(status), rest),
            Head::Probe(ProbeHead { age, seen }) => {
                let (sketch, rest) = Sketch::decode(rest).ok_or(MessageError::NoSketch)?;
                (Self::Probe(Probe { age, seen, sketch: Cow::Owned(sketch) }), rest)
            }
        };
        message::end(rest)?;
        Ok(message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::StoryId;
    use crate::story::Number;

    const AGE: Age = Age { timestamp: 1_695_168_000_123, story_id: StoryId([0x11; 16]) };

    fn probe() -> Probe<'static> {
        let numbers = vec![Number { at: 3, hash: 9 }];
        let sketch = Sketch::new(20, vec![0x0102_0304], numbers).unwrap();
        Probe { age: AGE, seen: 300, sketch: Cow::Owned(sketch) }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_bytes_of_version_1_stand_for_ever() {
        let age = format!("f6c197fed562{}", "11".repeat(16));
        let sketch = "14010102030401030000".to_owned() + "0009";
        assert_eq!(hex(&probe().encode()), format!("0100{age}d804{sketch}"));
        let status = Status { age: AGE, is_canonical: true };
        assert_eq!(hex(&status.encode()), format!("0101{age}01"));
    }

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        let bytes = probe().encode();
        assert_eq!(Message::decode(Some(&bytes)), Ok(Message::Probe(probe())));
        for is_canonical in [false, true] {
            let status = Status { age: AGE, is_canonical };
            let bytes = status.encode();
            assert_eq!(Message::decode(Some(&bytes)), Ok(Message::Status(status)));
        }
    }

    #[test]
    fn a_message_of_another_version_and_one_with_a_tail_are_refused() {
        let mut bytes = probe().encode();
        bytes.push(0);
        assert_eq!(Message::decode(Some(&bytes)), Err(MessageError::Trailing(1)));
        bytes[0] = 2;
        assert_eq!(Message::decode(Some(&bytes)), Err(MessageError::Version(2)));
        assert_eq!(Message::decode(None), Err(MessageError::Empty));
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_never_a_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..80),
            cut in any::<prop::sample::Index>(),
        ) {
            bytes.insert(0, message::VERSION);
            drop(Message::decode(Some(&bytes)));
            let whole = probe().encode();
            prop_assert!(Message::decode(Some(&whole[..cut.index(whole.len())])).is_err());
        }
    }
}
