//! The text that travels with a related occurrence.

use std::fmt;

use serde::de::{Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::stage::message::{self, MessageError};
use crate::story::Written;

/// More than the length of a string takes, on the average of a text's.
const LENGTH_BYTES: usize = 3;

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
    pub fingerprint: Option<Written<'a>>,
}

impl<'a> Text<'a> {
    /// Appends it to a message.
    pub(super) fn append(&self, message: Vec<u8>) -> Vec<u8> {
        let mut message = message::append(self, message);
        if let Some(fingerprint) = &self.fingerprint {
            message.extend_from_slice(fingerprint.bytes());
        }
        message
    }

    /// Reads it from the beginning of the bytes; returns what stands behind it and its fingerprint.
    pub(super) fn take(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), MessageError> {
        let (text, rest) = message::take::<Text<'_>>(bytes)?;
        if rest.is_empty() {
            return Ok((text, rest));
        }
        let (fingerprint, rest) = Written::take(rest).ok_or(MessageError::NoSketch)?;
        Ok((Text { fingerprint: Some(fingerprint), ..text }, rest))
    }

    /// About how many bytes it takes on the wire.
    pub(super) fn room(&self) -> usize {
        let lines = [self.url, self.headline, self.published_raw, self.source, self.keywords_raw];
        let strings = lines.into_iter().flatten().chain([self.language]).map(str::len);
        let paragraphs = self.body.iter().copied().map(str::len);
        let fingerprint = self.fingerprint.as_ref().map_or(0, |written| written.bytes().len());
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
