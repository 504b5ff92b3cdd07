//! From the bytes of a record to the text of a page and what came with it.
//!
//! A record is plain UTF-8 text or a JSON object (DESIGN "Envelope"). The common object is flat: its text is borrowed
//! from the record's bytes where it holds no escape. Whatever no field claims is kept under `extra`.

mod fetched;
mod fields;
mod scalar;
mod strings;

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::record::{Reason, Reject};
use fetched::fetched_at_ms;
use fields::{FIELDS, Field};
use scalar::{Scalar, ScalarSeed, TextSeed};

pub use fields::{EnvelopeFields, FieldPointers, PointerError};

/// How large a page may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The greatest size of a record's value, and of the text in it, in bytes.
    pub page_bytes: usize,
}

impl Default for Limits {
    /// Eight MiB: research/operations counts with records of that size, and no article comes near it.
    fn default() -> Self {
        Self { page_bytes: 8 * 1024 * 1024 }
    }
}

/// A page and what came with it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Envelope<'a> {
    /// The text of the page; it has at least one character that is neither white space nor control.
    pub text: Cow<'a, str>,
    /// The id that the sender gave; a number is written out.
    pub id: Option<Cow<'a, str>>,
    /// The page's URL.
    pub url: Option<Cow<'a, str>>,
    /// The time of the crawl as the sender wrote it.
    pub fetched_at: Option<Cow<'a, str>>,
    /// The same in milliseconds since 1970; `None` where it is absent or unreadable.
    pub fetched_at_ms: Option<i64>,
    /// The language that the sender named.
    pub language: Option<Cow<'a, str>>,
    /// The source that the sender named.
    pub source: Option<Cow<'a, str>>,
    /// Everything else.
    pub extra: Map<String, Value>,
}

/// Reads a record's value.
///
/// `content_type` decides between text and JSON; without it (or with one that says neither) a first non-space byte `{`
/// means JSON. A byte order mark is passed over.
///
/// # Errors
/// [`Reject`] with `page_too_large`, `not_utf8`, `json_syntax` (a lone surrogate escape is one), `json_too_deep` (more
/// than 127 levels, serde_json's own limit) or `text_missing`.
pub fn decode<'a>(
    value: &'a [u8],
    content_type: Option<&[u8]>,
    fields: &EnvelopeFields,
    limits: &Limits,
) -> Result<Envelope<'a>, Reject> {
    if value.len() > limits.page_bytes {
        return Err(Reject::new(
            Reason::PageTooLarge,
            format!("{} bytes, the limit is {}", value.len(), limits.page_bytes),
        ));
    }
    let value = value.strip_prefix(b"\xef\xbb\xbf").unwrap_or(value);
    let text = simdutf8::basic::from_utf8(value).map_err(|_| not_utf8(value))?;
    let envelope = if is_json(text, content_type) {
        decode_json(text, fields)?
    } else {
        Envelope { text: Cow::Borrowed(text), ..Envelope::default() }
    };
    if envelope.text.chars().all(|c| c.is_whitespace() || c.is_control()) {
        return Err(Reject::new(
            Reason::TextMissing,
            "nothing but white space and control characters",
        ));
    }
    Ok(envelope)
}

fn not_utf8(value: &[u8]) -> Reject {
    let valid = simdutf8::compat::from_utf8(value).map_or_else(|e| e.valid_up_to(), str::len);
    Reject::new(Reason::NotUtf8, format!("not UTF-8 from byte {valid} on"))
}

fn is_json(text: &str, content_type: Option<&[u8]>) -> bool {
    let media_type = content_type
        .and_then(|header| std::str::from_utf8(header).ok())
        .and_then(|header| header.split(';').next())
        .map(|media_type| media_type.trim().to_ascii_lowercase());
    match media_type.as_deref() {
        Some("application/json" | "text/json") => true,
        Some(other) if other.ends_with("+json") => true,
        Some("text/plain") => false,
        _ => text.trim_start().starts_with('{'),
    }
}

fn decode_json<'a>(text: &'a str, fields: &EnvelopeFields) -> Result<Envelope<'a>, Reject> {
    let mut parts = match strings::object(text) {
        Some(pairs) => Parts::of_strings(pairs, fields),
        None => of_any(text, fields).map_err(|e| syntax(&e))?,
    };
    for (field, pointer) in fields.pointers().filter(|(_, pointer)| !pointer.rest.is_empty()) {
        let taken = parts.extra.get_mut(&pointer.first).and_then(|top| pointer.take_from(top));
        if let Some(value) = taken {
            parts.set(field, Scalar::from(value));
        }
    }
    parts.into_envelope(fields)
}

fn of_any<'a>(text: &'a str, fields: &EnvelopeFields) -> Result<Parts<'a>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let parts = ObjectSeed { fields }.deserialize(&mut reader)?;
    reader.end().map(|()| parts)
}

fn syntax(error: &serde_json::Error) -> Reject {
    let message = error.to_string();
    if message.starts_with("recursion limit exceeded") {
        Reject::new(Reason::JsonTooDeep, message)
    } else if error.is_data() {
        // A message about data can quote the page: say only where.
        let place = format!("not a JSON object, line {} column {}", error.line(), error.column());
        Reject::new(Reason::JsonSyntax, place)
    } else {
        Reject::new(Reason::JsonSyntax, message)
    }
}

/// What the object held: the values of the fields, and the rest.
#[derive(Default)]
struct Parts<'a> {
    values: [Option<Scalar<'a>>; FIELDS],
    extra: Map<String, Value>,
}

impl<'a> Parts<'a> {
    fn of_strings(pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>, fields: &EnvelopeFields) -> Self {
        let mut parts = Self::default();
        for (name, value) in pairs {
            match fields.flat(&name) {
                Some(field) => parts.set(field, Scalar::Text(value)),
                None => {
                    parts.extra.insert(name.into_owned(), Value::String(value.into_owned()));
                }
            }
        }
        parts
    }

    fn set(&mut self, field: Field, scalar: Scalar<'a>) {
        for (slot, of) in self.values.iter_mut().zip(Field::ALL) {
            if of == field {
                *slot = Some(scalar);
                return;
            }
        }
    }

    fn into_envelope(self, fields: &EnvelopeFields) -> Result<Envelope<'a>, Reject> {
        let mut envelope = Envelope { extra: self.extra, ..Envelope::default() };
        for ((field, pointer), scalar) in fields.pointers().zip(self.values) {
            let Some(scalar) = scalar else { continue };
            match (field, scalar) {
                (Field::Text, Scalar::Text(text)) => envelope.text = text,
                (Field::Id, Scalar::Text(id)) => envelope.id = Some(id),
                (Field::Id, Scalar::Other(Value::Number(id))) => {
                    envelope.id = Some(Cow::Owned(id.to_string()));
                }
                (Field::Url, Scalar::Text(url)) => envelope.url = Some(url),
                (Field::FetchedAt, Scalar::Text(at)) => envelope.fetched_at = Some(at),
                (Field::FetchedAt, Scalar::Other(Value::Number(at))) => {
                    envelope.fetched_at = Some(Cow::Owned(at.to_string()));
                }
                (Field::Language, Scalar::Text(language)) => envelope.language = Some(language),
                (Field::Source, Scalar::Text(source)) => envelope.source = Some(source),
                (_, Scalar::Other(Value::Null)) => {}
                (_, other) => {
                    envelope.extra.insert(pointer.first.clone(), other.into());
                }
            }
        }
        envelope.fetched_at_ms = envelope.fetched_at.as_deref().and_then(fetched_at_ms);
        if envelope.text.is_empty() {
            return Err(Reject::new(Reason::TextMissing, "the envelope has no text"));
        }
        Ok(envelope)
    }
}

/// Reads the object's top level.
struct ObjectSeed<'f> {
    fields: &'f EnvelopeFields,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Parts<'de>;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Parts<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut parts = Parts::default();
        while let Some(key) = map.next_key_seed(TextSeed)? {
            if let Some(field) = self.fields.flat(&key) {
                let scalar = map.next_value_seed(ScalarSeed)?;
                parts.set(field, scalar);
            } else {
                parts.extra.insert(key.into_owned(), map.next_value()?);
            }
        }
        Ok(parts)
    }
}

#[cfg(test)]
mod tests;
