//! What reaches `lines`, all of it from `parse`: a line and where it stands on its page. The key is the line's. And what
//! `lines` publishes: what a line is.

use serde::{Deserialize, Serialize};

use crate::page::{LineKey, Neighbours, Stands, Start};
use crate::record::StoryId;
use crate::stage::StageName;
use crate::stage::message::{self, MessageError};

/// The name of the stage that it reaches.
pub const NAME: StageName = StageName("lines");

/// A line that could begin a story, as a page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The page: a hash of its article's id.
    pub page: u32,
    /// The hour of the page time, in hours since 1970.
    pub hour: u32,
    /// Where on the page it stands.
    pub stands: Stands,
    /// Where it stands over the article: the story of the article's body.
    pub story_id: Option<StoryId>,
}

/// Every kind of message; a kind's number is its place here, so new ones come last. Hashes are spread evenly, so they
/// stand as they are.
#[derive(Debug, Serialize, Deserialize)]
enum Message {
    Own { page: [u8; 4], hour: u32, story_id: Option<StoryId> },
    Appended { page: [u8; 4], hour: u32, before: [u8; 4], behind: [u8; 4], around: [u8; 4] },
    Link { page: [u8; 4], hour: u32 },
}

impl Candidate {
    /// The bytes of the message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (page, hour) = (self.page.to_le_bytes(), self.hour);
        message::begin(&match self.stands {
            Stands::Own => Message::Own { page, hour, story_id: self.story_id },
            Stands::Appended(Neighbours { before, behind, around }) => {
                let [before, behind, around] = [before, behind, around].map(u32::to_le_bytes);
                Message::Appended { page, hour, before, behind, around }
            }
            Stands::Link => Message::Link { page, hour },
        })
    }

    /// Reads a message.
    ///
    /// # Errors
    /// See [`MessageError`]; each of them means that the process must not go on.
    pub fn decode(value: Option<&[u8]>) -> Result<Self, MessageError> {
        let (read, rest) = message::take::<Message>(message::behind_version(value)?)?;
        message::end(rest)?;
        let (page, hour, stands, story_id) = match read {
            Message::Own { page, hour, story_id } => (page, hour, Stands::Own, story_id),
            Message::Appended { page, hour, before, behind, around } => {
                let [before, behind, around] = [before, behind, around].map(u32::from_le_bytes);
                let neighbours = Neighbours { before, behind, around };
                (page, hour, Stands::Appended(neighbours), None)
            }
            Message::Link { page, hour } => (page, hour, Stands::Link, None),
        };
        Ok(Self { page: u32::from_le_bytes(page), hour, stands, story_id })
    }
}

/// The key of a line on topics and in the table.
#[must_use]
pub fn key_of(line: LineKey) -> [u8; 8] {
    line.0.to_be_bytes()
}

/// The line that a key names.
#[must_use]
pub fn line_of(key: &[u8]) -> Option<LineKey> {
    Some(LineKey(u64::from_be_bytes(key.try_into().ok()?)))
}

/// The value of what is published of a line.
#[must_use]
pub fn encode_start(start: &Start) -> Vec<u8> {
    message::begin(start)
}

/// Reads what was published of a line.
///
/// # Errors
/// It was written by another version, or not by newsmill.
pub fn decode_start(value: &[u8]) -> Result<Start, MessageError> {
    let (start, rest) = message::take(message::behind_version(Some(value))?)?;
    message::end(rest)?;
    Ok(start)
}

/// Reads a record of the topic: the line, and what it is; `None` where that is no longer known.
///
/// # Errors
/// It was written by another version, or not by newsmill.
pub fn read_start(
    key: &[u8],
    value: Option<&[u8]>,
) -> Result<(LineKey, Option<Start>), MessageError> {
    let line = line_of(key).ok_or(MessageError::NoLine)?;
    Ok((line, value.map(decode_start).transpose()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::page::StartKind;

    const HOUR: u32 = 470_881;

    fn candidates() -> [Candidate; 4] {
        let neighbours = Neighbours { before: 0, behind: 0x0403_0201, around: u32::MAX };
        let story_id = Some(StoryId([0x11; 16]));
        [
            (Stands::Own, story_id),
            (Stands::Own, None),
            (Stands::Appended(neighbours), None),
            (Stands::Link, None),
        ]
        .map(|(stands, story_id)| Candidate {
            page: 0x0d0c_0b0a,
            hour: HOUR,
            stands,
            story_id,
        })
    }

    fn start() -> Start {
        Start {
            kind: StartKind::Body,
            own: true,
            pages: 12,
            before: 9,
            behind: 200,
            hour: HOUR,
            story_id: Some(StoryId([0x22; 16])),
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_bytes_of_version_1_stand_for_ever() {
        let bytes = candidates().map(|candidate| hex(&candidate.encode()));
        let (page, hour) = ("0a0b0c0d", "e1de1c");
        assert_eq!(bytes[0], format!("0100{page}{hour}01{}", "11".repeat(16)));
        assert_eq!(bytes[1], format!("0100{page}{hour}00"));
        assert_eq!(bytes[2], format!("0101{page}{hour}0000000001020304ffffffff"));
        assert_eq!(bytes[3], format!("0102{page}{hour}"));
        let bytes = hex(&encode_start(&start()));
        assert_eq!(bytes, format!("0101010c09c8{hour}01{}", "22".repeat(16)));
        assert_eq!(hex(&key_of(LineKey(0x0102))), "0000000000000102");
    }

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        for candidate in candidates() {
            assert_eq!(Candidate::decode(Some(&candidate.encode())), Ok(candidate));
        }
        assert_eq!(decode_start(&encode_start(&start())), Ok(start()));
        assert_eq!(line_of(&key_of(LineKey(7))), Some(LineKey(7)));
        assert_eq!(line_of(&[0; 7]), None);
    }

    #[test]
    fn a_message_of_another_version_and_one_with_a_tail_are_refused() {
        let mut bytes = candidates()[2].encode();
        bytes.push(0);
        assert_eq!(Candidate::decode(Some(&bytes)), Err(MessageError::Trailing(1)));
        bytes[0] = 2;
        assert_eq!(Candidate::decode(Some(&bytes)), Err(MessageError::Version(2)));
        assert_eq!(Candidate::decode(None), Err(MessageError::Empty));
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_never_a_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..40),
            cut in any::<prop::sample::Index>(),
        ) {
            bytes.insert(0, message::VERSION);
            drop(Candidate::decode(Some(&bytes)));
            drop(decode_start(&bytes));
            let whole = candidates()[2].encode();
            prop_assert!(Candidate::decode(Some(&whole[..cut.index(whole.len())])).is_err());
        }
    }
}
