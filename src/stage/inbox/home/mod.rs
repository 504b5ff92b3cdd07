//! What reaches `home`: occurrences from `parse`, verdicts from `near`.
//!
//! The head of an occurrence says which one this is. Only a related one carries the text, after the head: an article's
//! own text is in its article record. Where stories are compared, the fingerprint stands behind the text of a related one, and
//! behind the head of an own one where own stories are. Text and fingerprint may be left out where they went before (see the
//! engine's `SentOnce`).

mod text;
mod verdict;

use serde::{Deserialize, Serialize};

use crate::record::{ArticleId, Origin, Role, StoryId};
use crate::stage::StageName;
use crate::stage::message::{self, MessageError};
use crate::story::Written;

pub use text::Text;
pub use verdict::{Register, Verdict};

/// The name of the stage that it reaches.
pub const NAME: StageName = StageName("home");

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
    OwnTold(Written<'a>),
    /// Appended: its position, and its text, which `home` may have to publish; `None` where an earlier message brought
    /// it, not long ago.
    Related(u32, Option<Box<Text<'a>>>),
}

/// Every kind of message; a kind's number is its place here, so new ones come last.
#[derive(Debug, Serialize, Deserialize)]
enum Head<'a> {
    #[serde(borrow)]
    Observe(ObserveHead<'a>),
    /// Of one register.
    Verdict(StoryId, Register),
    /// An own occurrence with its fingerprint behind the head.
    ObserveTold(ObserveHead<'a>),
    /// Of several registers.
    Verdicts(StoryId, Vec<Register>),
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

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub enum Message<'a> {
    /// From `parse`.
    Observe(Observe<'a>),
    /// From `near`.
    Verdict(Verdict),
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
                let fingerprint = fingerprint.bytes();
                let head = Head::ObserveTold(head);
                let mut bytes = message::begin_with_room(&head, fingerprint.len());
                bytes.extend_from_slice(fingerprint);
                (bytes, None)
            }
            Place::Related(_, Some(text)) => {
                let bytes = message::begin_with_room(&Head::Observe(head), text.room());
                let from = bytes.len();
                (text.append(bytes), Some(from))
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
            Head::Verdict(story_id, register) => {
                (Self::Verdict(Verdict { story_id, registers: vec![register] }), rest)
            }
            Head::Verdicts(story_id, registers) => {
                (Self::Verdict(Verdict { story_id, registers }), rest)
            }
            Head::ObserveTold(head) => {
                let (fingerprint, rest) = Written::take(rest).ok_or(MessageError::NoSketch)?;
                (head.observe(Place::OwnTold(fingerprint)), rest)
            }
            Head::Observe(head) => match head.position {
                None => (head.observe(Place::Own), rest),
                Some(position) if rest.is_empty() => {
                    (head.observe(Place::Related(position, None)), rest)
                }
                Some(position) => {
                    let (text, rest) = Text::take(rest)?;
                    (head.observe(Place::Related(position, Some(Box::new(text)))), rest)
                }
            },
        };
        message::end(rest)?;
        Ok(message)
    }
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
mod tests;
