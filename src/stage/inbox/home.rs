//! What reaches `home`: occurrences from `parse`, verdicts from `near`.
//!
//! The head of an occurrence says which one this is. Only a related one carries the text, after the head: an article's
//! own text is in its article record. Where stories are compared, the fingerprint stands behind the text of a related one, and
//! behind the head of an own one where own stories are. Text and fingerprint may be left out where they went before (see the
//! engine's `SentOnce`).

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::record::{ArticleId, Origin, Role, StoryId};
use crate::stage::StageName;
use crate::stage::lead::Lead;
use crate::stage::message::{self, MessageError};
use crate::story::Fingerprint;

/// The name of the stage that it reaches.
pub const NAME: StageName = StageName("home");

/// More than the length of a string takes, on the average of a text's.
const LENGTH_BYTES: usize = 3;

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
    /// The article's own body, with what is compared of it.
    OwnTold(Box<Fingerprint>),
    /// Appended: its position, and its text, which `home` may have to publish; `None` where an earlier message brought
    /// it, not long ago.
    Related(u32, Option<Box<Text<'a>>>),
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
    #[serde(borrow, deserialize_with = "paragraphs")]
    pub body: Vec<&'a str>,
    /// A date line inside it.
    pub published_raw: Option<&'a str>,
    /// A source line inside it.
    pub source: Option<&'a str>,
    /// Its keyword lines, joined by a line feed.
    pub keywords_raw: Option<&'a str>,
    /// What is compared of it: behind all else, in bytes of its own. `None` of a short one, and where no stories are compared.
    #[serde(skip)]
    pub fingerprint: Option<Cow<'a, Fingerprint>>,
}

impl Text<'_> {
    /// About how many bytes it takes on the wire.
    fn bytes(&self) -> usize {
        let lines = [self.url, self.headline, self.published_raw, self.source, self.keywords_raw];
        let strings = lines.into_iter().flatten().chain([self.language]).map(str::len);
        let paragraphs = self.body.iter().copied().map(str::len);
        let fingerprint = self.fingerprint.as_ref().map_or(0, |told| told.room());
        strings.chain(paragraphs).map(|bytes| bytes + LENGTH_BYTES).sum::<usize>() + fingerprint
    }
}

/// Paragraphs are nearly all of a message. postcard writes bytes as it writes a string: read as bytes, they can be
/// checked by the vector.
fn paragraphs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<&'de str>, D::Error> {
    let paragraphs = Vec::<Paragraph<'de>>::deserialize(deserializer)?;
    Ok(paragraphs.into_iter().map(|paragraph| paragraph.0).collect())
}

struct Paragraph<'a>(&'a str);

impl<'de> Deserialize<'de> for Paragraph<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfBytes;

        impl<'de> Visitor<'de> for OfBytes {
            type Value = Paragraph<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E: serde::de::Error>(
                self,
                bytes: &'de [u8],
            ) -> Result<Self::Value, E> {
                let text = simdutf8::basic::from_utf8(bytes);
                text.map(Paragraph).map_err(|_| E::invalid_value(Unexpected::Bytes(bytes), &self))
            }
        }

        deserializer.deserialize_bytes(OfBytes)
    }
}

/// Every kind of message; a kind's number is its place here, so new ones come last.
#[derive(Debug, Serialize, Deserialize)]
enum Head<'a> {
    #[serde(borrow)]
    Observe(ObserveHead<'a>),
    Verdict(Verdict),
    /// An own occurrence with its fingerprint behind the head.
    ObserveTold(ObserveHead<'a>),
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

/// What `near` has found under one routing key of a story: the register of that key, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The story: the key of the message, too.
    pub story_id: StoryId,
    /// Which of its routing keys.
    pub slot: u8,
    /// The canonical story there that it follows; `None` where there is none.
    pub best: Option<Lead>,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message<'a> {
    /// From `parse`.
    Observe(Observe<'a>),
    /// From `near`.
    Verdict(Verdict),
}

impl Verdict {
    /// The bytes of the message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        message::begin(&Head::Verdict(*self))
    }
}

impl Observe<'_> {
    /// The role of the occurrence.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.place {
            Place::Own | Place::OwnTold(_) => Role::Own,
            Place::Related(..) => Role::Related,
        }
    }

    /// The position of the occurrence; `None` is the article's own body.
    #[must_use]
    pub fn position(&self) -> Option<u32> {
        match self.place {
            Place::Own | Place::OwnTold(_) => None,
            Place::Related(position, _) => Some(position),
        }
    }

    /// The bytes of the message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encode_parts().0
    }

    /// The bytes of the message, and where in them its text begins.
    #[must_use]
    pub fn encode_parts(&self) -> (Vec<u8>, Option<usize>) {
        let head = ObserveHead {
            story_id: self.story_id,
            timestamp: self.timestamp,
            topic: &self.origin.topic,
            partition: self.origin.partition,
            offset: self.origin.offset,
            record_timestamp: self.origin.timestamp,
            article_id: self.article_id,
            position: self.position(),
        };
        match &self.place {
            Place::Own | Place::Related(_, None) => (message::begin(&Head::Observe(head)), None),
            Place::OwnTold(fingerprint) => {
                let mut bytes = message::begin(&Head::ObserveTold(head));
                fingerprint.encode(&mut bytes);
                (bytes, None)
            }
            Place::Related(_, Some(text)) => {
                let bytes = message::begin_with_room(&Head::Observe(head), text.bytes());
                let from = bytes.len();
                let mut bytes = message::append(text.as_ref(), bytes);
                if let Some(fingerprint) = &text.fingerprint {
                    fingerprint.encode(&mut bytes);
                }
                (bytes, Some(from))
            }
        }
    }
}

impl<'a> Message<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// See [`MessageError`]; each of them means that the process must not go on.
    pub fn decode(value: Option<&'a [u8]>) -> Result<Self, MessageError> {
        let (head, rest) = message::take::<Head<'a>>(message::behind_version(value)?)?;
        let (message, rest) = match head {
            Head::Verdict(verdict) => (Self::Verdict(verdict), rest),
            Head::ObserveTold(head) => {
                let (fingerprint, rest) =
                    Fingerprint::decode(rest).ok_or(MessageError::NoSketch)?;
                (head.observe(Place::OwnTold(Box::new(fingerprint))), rest)
            }
            Head::Observe(head) => match head.position {
                None => (head.observe(Place::Own), rest),
                Some(position) if rest.is_empty() => {
                    (head.observe(Place::Related(position, None)), rest)
                }
                Some(position) => {
                    let (text, rest) = take_text(rest)?;
                    (head.observe(Place::Related(position, Some(Box::new(text)))), rest)
                }
            },
        };
        message::end(rest)?;
        Ok(message)
    }
}

/// A text, and the fingerprint where one stands behind it.
fn take_text(bytes: &[u8]) -> Result<(Text<'_>, &[u8]), MessageError> {
    let (text, rest) = message::take::<Text<'_>>(bytes)?;
    if rest.is_empty() {
        return Ok((text, rest));
    }
    let (fingerprint, rest) = Fingerprint::decode(rest).ok_or(MessageError::NoSketch)?;
    Ok((Text { fingerprint: Some(Cow::Owned(fingerprint)), ..text }, rest))
}

impl<'a> ObserveHead<'a> {
    fn observe(self, place: Place<'a>) -> Message<'a> {
        let origin = Origin {
            topic: self.topic.into(),
            partition: self.partition,
            offset: self.offset,
            timestamp: self.record_timestamp,
        };
        let Self { story_id, timestamp, article_id, .. } = self;
        Message::Observe(Observe { story_id, timestamp, origin, article_id, place })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stage::lead::Age;
    use crate::stage::message::VERSION;
    use crate::story::{Likeness, Sketch};

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
                Some(Box::new(Text {
                    url: Some("https://a.example/1"),
                    headline: Some("خبر"),
                    language: "ar",
                    words: 300,
                    body: vec!["واحد", "two"],
                    published_raw: None,
                    source: Some("S"),
                    keywords_raw: None,
                    fingerprint: None,
                })),
            ),
        }
    }

    fn compared() -> Observe<'static> {
        let Place::Related(position, Some(mut text)) = related().place else { unreachable!() };
        text.fingerprint = Some(Cow::Owned(fingerprint()));
        Observe { place: Place::Related(position, Some(text)), ..related() }
    }

    fn fingerprint() -> Fingerprint {
        let sketch = Sketch::new(20, vec![7, 8], Vec::new()).unwrap();
        Fingerprint::new([1, 2, 3, 4, 5, 6], sketch)
    }

    fn lead() -> Lead {
        let age = Age { timestamp: 1_695_168_000_123, story_id: StoryId([0x22; 16]) };
        Lead { age, likeness: Likeness::Near, score: 87 }
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
        assert_eq!(hex(&own.encode()), head.clone() + "00");
        let brought_before = Observe { place: Place::Related(2, None), ..related() };
        assert_eq!(hex(&brought_before.encode()), head.clone() + "0102");
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
        let (bytes, from) = related().encode_parts();
        assert_eq!(hex(&bytes), head.clone() + "0102" + &text);
        assert_eq!(from, Some((head.len() + 4) / 2), "the text comes last");
    }

    #[test]
    fn a_message_reads_back_as_it_was_written() {
        for place in [related().place, compared().place, Place::Own, Place::Related(2, None)] {
            let observe = Observe { place, ..related() };
            let bytes = observe.encode();
            assert_eq!(Message::decode(Some(&bytes)), Ok(Message::Observe(observe)));
        }
        let told = Observe { place: Place::OwnTold(Box::new(fingerprint())), ..related() };
        let bytes = told.encode();
        assert_eq!(Message::decode(Some(&bytes)), Ok(Message::Observe(told)));
        for best in [None, Some(lead())] {
            let verdict = Verdict { story_id: StoryId([1; 16]), slot: 5, best };
            let bytes = verdict.encode();
            assert_eq!(Message::decode(Some(&bytes)), Ok(Message::Verdict(verdict)));
        }
    }

    #[test]
    fn the_bytes_of_a_verdict_stand_for_ever() {
        let verdict = Verdict { story_id: StoryId([0x11; 16]), slot: 4, best: Some(lead()) };
        let (story, leader) = ("11".repeat(16), "22".repeat(16));
        let expected = format!("0101{story}0401f6c197fed562{leader}0157");
        assert_eq!(hex(&verdict.encode()), expected);
        let nobody = Verdict { best: None, ..verdict };
        assert_eq!(hex(&nobody.encode()), format!("0101{story}0400"));
    }

    #[test]
    fn an_own_story_that_is_compared_carries_its_fingerprint_behind_the_head() {
        let own = Observe { place: Place::Own, ..related() }.encode();
        let told = Observe { place: Place::OwnTold(Box::new(fingerprint())), ..related() };
        let mut expected = own;
        expected[1] = 2;
        fingerprint().encode(&mut expected);
        assert_eq!(told.encode(), expected);
    }

    #[test]
    fn a_related_story_that_is_compared_carries_its_fingerprint_behind_the_text() {
        let (mut expected, from) = related().encode_parts();
        fingerprint().encode(&mut expected);
        assert_eq!(compared().encode_parts(), (expected, from));
    }

    #[test]
    fn an_unknown_version_is_named() {
        let mut bytes = related().encode();
        bytes[0] = 9;
        let error = Message::decode(Some(&bytes)).unwrap_err();
        assert_eq!(error, MessageError::Version(9));
        assert_eq!(error.to_string(), "it has version 9; this binary reads 1");
    }

    #[test]
    fn nothing_may_stand_after_a_message_nor_in_its_place() {
        for (observe, error) in
            [(related(), MessageError::NoSketch), (compared(), MessageError::Trailing(1))]
        {
            let mut bytes = observe.encode();
            bytes.push(0);
            assert_eq!(Message::decode(Some(&bytes)), Err(error));
        }
        assert_eq!(Message::decode(Some(&[])), Err(MessageError::Empty));
        assert_eq!(Message::decode(None), Err(MessageError::Empty));
    }

    proptest! {
        #[test]
        fn garbage_is_an_error_and_never_a_panic(
            mut bytes in prop::collection::vec(any::<u8>(), 0..80),
            cut in 0..120_usize,
        ) {
            bytes.insert(0, VERSION);
            drop(Message::decode(Some(&bytes)));
            let (whole, text) = related().encode_parts();
            if let Some((head, _)) = whole.split_at_checked(cut) && cut < whole.len() {
                prop_assert_eq!(Message::decode(Some(head)).is_ok(), Some(cut) == text);
            }
        }
    }
}
