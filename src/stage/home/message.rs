//! What reaches `home`: a version byte, then postcard. The bytes are held by a golden test: a rolling upgrade has
//! writers and readers of two versions side by side.
//!
//! The head says which occurrence this is. Only a related one carries the text, after the head: an article's own text
//! is in its article record.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::record::{ArticleId, Origin, Role, StoryId};

/// The version that this binary writes. A reader takes this one and, from 2 on, the one before.
pub const VERSION: u8 = 1;

/// One occurrence of a story on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Observe<'a> {
    /// The story: the key of the message, too.
    pub story_id: StoryId,
    /// The page time in milliseconds since 1970.
    pub timestamp: i64,
    /// Where the page stood.
    pub origin: Origin<'a>,
    /// The article on whose page it occurred.
    pub article_id: ArticleId,
    /// Where on the page.
    pub place: Place<'a>,
}

/// Where on its page a story stood.
#[derive(Debug, Clone, PartialEq)]
pub enum Place<'a> {
    /// The article's own body.
    Own,
    /// Appended: its position, and its text, which `home` may have to publish.
    Related(u32, Text<'a>),
}

/// The text of a related story, and what its record says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text<'a> {
    /// The page's URL.
    pub url: Option<&'a str>,
    /// The headline over it.
    pub headline: Option<&'a str>,
    /// BCP 47; `und` where unsure.
    pub language: &'a str,
    /// Folded words of the body.
    pub words: u32,
    /// Its paragraphs.
    #[serde(borrow)]
    pub body: Vec<&'a str>,
    /// A date line inside it.
    pub published_raw: Option<&'a str>,
    /// A source line inside it.
    pub source: Option<&'a str>,
    /// Its keyword lines, joined by a line feed.
    pub keywords_raw: Option<&'a str>,
}

/// Every kind of message; a kind's number is its place here, so new ones come last.
#[derive(Debug, Serialize, Deserialize)]
enum Head<'a> {
    #[serde(borrow)]
    Observe(ObserveHead<'a>),
}

#[derive(Debug, Serialize, Deserialize)]
struct ObserveHead<'a> {
    story_id: StoryId,
    timestamp: i64,
    topic: &'a str,
    partition: i32,
    offset: i64,
    record_timestamp: Option<i64>,
    article_id: ArticleId,
    /// `None` is the article's own body.
    position: Option<u32>,
}

/// An inbox is written by newsmill alone: what cannot be read is no bad input but another version, or another writer.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum MessageError {
    /// No value: nobody writes tombstones to an inbox.
    #[error("it has no value")]
    Empty,
    /// Written by another binary.
    #[error("it has version {0}; this binary reads {VERSION}")]
    Version(u8),
    /// Not what this binary writes under that version.
    #[error("its bytes are no message of version {VERSION}: {0}")]
    Corrupt(postcard::Error),
    /// Something stands after the message.
    #[error("{0} bytes stand after the message")]
    Trailing(usize),
}

impl Observe<'_> {
    /// The role of the occurrence.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.place {
            Place::Own => Role::Own,
            Place::Related(..) => Role::Related,
        }
    }

    /// The position of the occurrence; `None` is the article's own body.
    #[must_use]
    pub fn position(&self) -> Option<u32> {
        match self.place {
            Place::Own => None,
            Place::Related(position, _) => Some(position),
        }
    }

    /// The bytes of the message.
    ///
    /// # Errors
    /// Only where memory ends.
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        let head = Head::Observe(ObserveHead {
            story_id: self.story_id,
            timestamp: self.timestamp,
            topic: &self.origin.topic,
            partition: self.origin.partition,
            offset: self.origin.offset,
            record_timestamp: self.origin.timestamp,
            article_id: self.article_id,
            position: self.position(),
        });
        let bytes = postcard::to_extend(&head, vec![VERSION])?;
        match &self.place {
            Place::Own => Ok(bytes),
            Place::Related(_, text) => postcard::to_extend(text, bytes),
        }
    }
}

impl<'a> Observe<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// See [`MessageError`]; each of them means that the process must not go on.
    pub fn decode(value: Option<&'a [u8]>) -> Result<Self, MessageError> {
        let (version, bytes) = value.and_then(<[u8]>::split_first).ok_or(MessageError::Empty)?;
        if *version != VERSION {
            return Err(MessageError::Version(*version));
        }
        let (Head::Observe(head), rest) =
            postcard::take_from_bytes::<Head<'a>>(bytes).map_err(MessageError::Corrupt)?;
        let (place, rest) = match head.position {
            None => (Place::Own, rest),
            Some(position) => {
                let (text, rest) =
                    postcard::take_from_bytes::<Text<'a>>(rest).map_err(MessageError::Corrupt)?;
                (Place::Related(position, text), rest)
            }
        };
        if !rest.is_empty() {
            return Err(MessageError::Trailing(rest.len()));
        }
        let origin = Origin {
            topic: head.topic.into(),
            partition: head.partition,
            offset: head.offset,
            timestamp: head.record_timestamp,
        };
        let (timestamp, article_id) = (head.timestamp, head.article_id);
        Ok(Self { story_id: head.story_id, timestamp, origin, article_id, place })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn related() -> Observe<'static> {
        Observe {
            story_id: StoryId([0x11; 16]),
            timestamp: 1_695_168_000_123,
            origin: Origin {
                topic: "articles.raw".into(),
                partition: 3,
                offset: 300,
                timestamp: Some(1_695_168_000_500),
            },
            article_id: ArticleId([0x22; 16]),
            place: Place::Related(
                2,
                Text {
                    url: Some("https://a.example/1"),
                    headline: Some("خبر"),
                    language: "ar",
                    words: 300,
                    body: vec!["واحد", "two"],
                    published_raw: None,
                    source: Some("S"),
                    keywords_raw: None,
                },
            ),
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_bytes_of_version_1_stand_for_ever() {
        let own = Observe { place: Place::Own, ..related() };
        let head = [
            "01", // version
            "00", // observe
            "11111111111111111111111111111111",
            "f6c197fed562",               // page time, zigzag varint
            "0c61727469636c65732e726177", // articles.raw
            "06d804",                     // partition 3, offset 300
            "01e8c797fed562",             // the record's timestamp
            "22222222222222222222222222222222",
        ]
        .concat();
        assert_eq!(hex(&own.encode().unwrap()), head.clone() + "00");
        let text = [
            "011368747470733a2f2f612e6578616d706c652f31", // URL
            "0106d8aed8a8d8b1",                           // headline
            "026172",                                     // language
            "ac02",                                       // words
            "0208d988d8a7d8add8af0374776f",               // body
            "00",
            "010153", // source
            "00",
        ]
        .concat();
        assert_eq!(hex(&related().encode().unwrap()), head + "0102" + &text);
    }

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        for observe in [related(), Observe { place: Place::Own, ..related() }] {
            let bytes = observe.encode().unwrap();
            assert_eq!(Observe::decode(Some(&bytes)), Ok(observe));
        }
    }

    #[test]
    fn an_unknown_version_is_named() {
        let mut bytes = related().encode().unwrap();
        bytes[0] = 9;
        let error = Observe::decode(Some(&bytes)).unwrap_err();
        assert_eq!(error, MessageError::Version(9));
        assert_eq!(error.to_string(), "it has version 9; this binary reads 1");
    }

    #[test]
    fn nothing_may_stand_after_a_message_nor_in_its_place() {
        let mut bytes = related().encode().unwrap();
        bytes.push(0);
        assert_eq!(Observe::decode(Some(&bytes)), Err(MessageError::Trailing(1)));
        assert_eq!(Observe::decode(Some(&[])), Err(MessageError::Empty));
        assert_eq!(Observe::decode(None), Err(MessageError::Empty));
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_never_a_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..80),
            cut in 0..120_usize,
        ) {
            bytes.insert(0, VERSION);
            drop(Observe::decode(Some(&bytes)));
            let whole = related().encode().unwrap();
            if let Some((head, _)) = whole.split_at_checked(cut) && cut < whole.len() {
                prop_assert!(Observe::decode(Some(head)).is_err());
            }
        }
    }
}
