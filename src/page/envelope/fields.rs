//! Where in an envelope each field stands.

use serde_json::Value;

/// Where in an envelope each field stands, as JSON pointers (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeFields {
    pointers: [Pointer; FIELDS],
}

pub(super) const FIELDS: usize = 6;

/// One field of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Text,
    Id,
    Url,
    FetchedAt,
    Language,
    Source,
}

impl Field {
    pub(super) const ALL: [Self; FIELDS] =
        [Self::Text, Self::Id, Self::Url, Self::FetchedAt, Self::Language, Self::Source];

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Id => "id",
            Self::Url => "url",
            Self::FetchedAt => "fetched_at",
            Self::Language => "language",
            Self::Source => "source",
        }
    }
}

/// A JSON pointer, taken apart: its reference tokens, unescaped; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer {
    pub first: String,
    pub rest: Vec<String>,
}

/// A pointer that names no place in an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("envelope field {field}: {pointer:?} is no JSON pointer: {reason}")]
pub struct PointerError {
    /// The field's name.
    pub field: &'static str,
    /// What was given.
    pub pointer: String,
    /// What is wrong with it, and what would be right.
    pub reason: &'static str,
}

/// The pointers as a user writes them; a field left out keeps its default, `/` and its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldPointers<'p> {
    /// Where the page's text stands.
    pub text: Option<&'p str>,
    /// Where its id stands.
    pub id: Option<&'p str>,
    /// Where its URL stands.
    pub url: Option<&'p str>,
    /// Where the time of the crawl stands.
    pub fetched_at: Option<&'p str>,
    /// Where its language stands.
    pub language: Option<&'p str>,
    /// Where its source stands.
    pub source: Option<&'p str>,
}

impl Default for EnvelopeFields {
    fn default() -> Self {
        Self {
            pointers: Field::ALL
                .map(|field| Pointer { first: field.name().to_owned(), rest: Vec::new() }),
        }
    }
}

impl EnvelopeFields {
    /// Checks the pointers.
    ///
    /// # Errors
    /// Every pointer that is none, all at once.
    pub fn new(given: &FieldPointers<'_>) -> Result<Self, Vec<PointerError>> {
        let given =
            [given.text, given.id, given.url, given.fetched_at, given.language, given.source];
        let mut fields = Self::default();
        let mut errors = Vec::new();
        for ((slot, field), pointer) in fields.pointers.iter_mut().zip(Field::ALL).zip(given) {
            let Some(pointer) = pointer else { continue };
            match Pointer::parse(pointer) {
                Ok(parsed) => *slot = parsed,
                Err(reason) => errors.push(PointerError {
                    field: field.name(),
                    pointer: pointer.to_owned(),
                    reason,
                }),
            }
        }
        if errors.is_empty() { Ok(fields) } else { Err(errors) }
    }

    /// The field that is the value of that name at the top of an envelope.
    pub(super) fn flat(&self, name: &str) -> Option<Field> {
        let mut pointers = self.pointers();
        let is_it = |pointer: &Pointer| pointer.rest.is_empty() && pointer.first == name;
        pointers.find_map(|(field, pointer)| is_it(pointer).then_some(field))
    }

    pub(super) fn pointers(&self) -> impl Iterator<Item = (Field, &Pointer)> {
        Field::ALL.into_iter().zip(&self.pointers)
    }
}

impl Pointer {
    fn parse(pointer: &str) -> Result<Self, &'static str> {
        let Some(tokens) = pointer.strip_prefix('/') else {
            return Err("it must begin with a slash, as in \"/text\"");
        };
        let mut tokens =
            tokens.split('/').map(unescape).collect::<Result<Vec<_>, _>>()?.into_iter();
        let first = tokens.next().unwrap_or_default();
        Ok(Self { first, rest: tokens.collect() })
    }

    /// Takes the value that the rest of the pointer names out of `value`; its containers stay.
    pub(super) fn take_from(&self, value: &mut Value) -> Option<Value> {
        let (last, path) = self.rest.split_last()?;
        let mut parent = value;
        for token in path {
            parent = step(parent, token)?;
        }
        if let Value::Object(map) = parent {
            return map.shift_remove(last);
        }
        step(parent, last).map(Value::take)
    }
}

fn unescape(token: &str) -> Result<String, &'static str> {
    let mut rest = token.split('~');
    let mut out = rest.next().unwrap_or_default().to_owned();
    for part in rest {
        let (escaped, tail) = match part.split_at_checked(1) {
            Some(("0", tail)) => ('~', tail),
            Some(("1", tail)) => ('/', tail),
            _ => return Err("a tilde must be written ~0 and a slash inside a name ~1"),
        };
        out.push(escaped);
        out.push_str(tail);
    }
    Ok(out)
}

fn step<'v>(value: &'v mut Value, token: &str) -> Option<&'v mut Value> {
    match value {
        Value::Object(map) => map.get_mut(token),
        Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
