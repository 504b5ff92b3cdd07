//! What the messages of all inboxes have in common: a version byte, then postcard.
//!
//! Their bytes are held by golden tests: a rolling upgrade has writers and readers of two versions side by side.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Record, Refusal};

/// The version that this binary writes. A reader takes this one and, from 2 on, the one before.
pub const VERSION: u8 = 1;

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
    /// A fingerprint or sketch that is none.
    #[error("its bytes are no message of version {VERSION}: no sketch")]
    NoSketch,
    /// The key of a message that names its bucket.
    #[error("its key is no routing key")]
    NoRoutingKey,
    /// The key of a message that names its line.
    #[error("its key is no line")]
    NoLine,
    /// Something stands after the message.
    #[error("{0} bytes stand after the message")]
    Trailing(usize),
}

impl MessageError {
    /// What a stage says of such a message: the process must not go on.
    #[must_use]
    pub fn stop(&self, record: &Record<'_>) -> Refusal {
        let Record { topic, partition, offset, .. } = record;
        Refusal::Stop(format!("{topic}/{partition}/{offset} cannot be read: {self}"))
    }
}

/// Bytes of most heads.
const HEAD_BYTES: usize = 96;

/// Begins a message with its version and its head.
pub(super) fn begin<T: Serialize>(head: &T) -> Vec<u8> {
    begin_with_room(head, 0)
}

/// Begins a message behind whose head so many bytes are to come.
pub(super) fn begin_with_room<T: Serialize>(head: &T, behind: usize) -> Vec<u8> {
    let mut message = Vec::with_capacity(HEAD_BYTES + behind);
    message.push(VERSION);
    append(head, message)
}

/// Appends a part to a message. Every part is of types whose `Serialize` never fails, and memory takes any bytes: were
/// it to fail, the message would be empty, which every reader refuses.
pub(super) fn append<T: Serialize>(part: &T, message: Vec<u8>) -> Vec<u8> {
    let message = postcard::to_extend(part, message);
    debug_assert!(message.is_ok(), "a part that is no postcard");
    message.unwrap_or_default()
}

/// What stands behind the version byte.
pub(super) fn behind_version(value: Option<&[u8]>) -> Result<&[u8], MessageError> {
    let (version, bytes) = value.and_then(<[u8]>::split_first).ok_or(MessageError::Empty)?;
    if *version == VERSION { Ok(bytes) } else { Err(MessageError::Version(*version)) }
}

/// Takes the next part of a message, and what stands behind it.
pub(super) fn take<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(T, &'a [u8]), MessageError> {
    postcard::take_from_bytes(bytes).map_err(MessageError::Corrupt)
}

/// Whether the message ends here.
pub(super) fn end(rest: &[u8]) -> Result<(), MessageError> {
    if rest.is_empty() { Ok(()) } else { Err(MessageError::Trailing(rest.len())) }
}
