//! Messages of one transaction that go to one partition of an inbox, in one record.
//!
//! A record costs the client library and the broker some microseconds on its way out and again on its way in, however
//! little is in it, and most messages have a hundred bytes. The first one of a transaction goes as it is, with its key,
//! and so does a large one. Invariant: the messages of a partition are read in the order in which they were put in.

use serde::{Deserialize, Serialize};

use crate::stage::message::MessageError;
use crate::stage::{Headers, Record};

/// The first byte of a bundle; that of a message is its version, which is far below.
const MARK: u8 = 0xb1;

/// A bundle grows no further: its record stays far below what any topic takes.
const BYTES: usize = 32 * 1024;

/// What stands before each message. Behind it stand the headers, a [`HeaderHead`] each, then the bytes of the key, of the
/// value and of the headers' values.
#[derive(Serialize, Deserialize)]
struct Head {
    key: u32,
    /// `None` is a message without a value.
    value: Option<u32>,
    headers: u32,
}

#[derive(Serialize, Deserialize)]
struct HeaderHead<'a> {
    name: &'a str,
    value: Option<u32>,
}

/// Messages on their way out, to one partition.
#[derive(Debug, Default)]
pub struct Bundle {
    bytes: Vec<u8>,
    messages: usize,
}

/// Takes the name and the value of a header.
pub type TakeHeader<'a> = dyn FnMut(&str, Option<&[u8]>) + 'a;

/// A message on its way out.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// Its key.
    pub key: &'a [u8],
    /// Its value.
    pub value: Option<&'a [u8]>,
    /// Hands over its headers, in their order.
    pub headers: &'a dyn Fn(&mut TakeHeader<'_>),
}

impl Bundle {
    /// Whether it should go before this message is added.
    #[must_use]
    pub fn is_full_for(&self, message: &Outgoing<'_>) -> bool {
        let more = message.key.len() + message.value.map_or(0, <[u8]>::len);
        self.messages > 0 && self.bytes.len() + more > BYTES
    }

    /// Adds a message.
    pub fn add(&mut self, message: &Outgoing<'_>) {
        let Outgoing { key, value, headers } = *message;
        if self.messages == 0 {
            self.bytes.push(MARK);
        }
        self.messages += 1;
        let mut count = 0;
        headers(&mut |_, _| count += 1);
        self.part(&Head { key: len(key), value: value.map(len), headers: count });
        headers(&mut |name, value| self.part(&HeaderHead { name, value: value.map(len) }));
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value.unwrap_or_default());
        headers(&mut |_, value| self.bytes.extend_from_slice(value.unwrap_or_default()));
    }

    /// How many messages are in it.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.messages
    }

    /// The value of its record.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.bytes
    }

    /// Forgets its messages, and gives back what a large one took.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(BYTES);
        self.messages = 0;
    }

    /// Appends a part, of types whose `Serialize` never fails.
    fn part<T: Serialize>(&mut self, part: &T) {
        let bytes = postcard::to_extend(part, std::mem::take(&mut self.bytes));
        debug_assert!(bytes.is_ok(), "a part that is no postcard");
        self.bytes = bytes.unwrap_or_default();
    }
}

/// Lengths are those of records, which are smaller than this.
fn len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// Hands over each message of an inbox's record, in their order: those of a bundle, or the record itself. Each stands
/// where its record does.
///
/// # Errors
/// The record is no bundle, though it begins as one; messages before the fault have been handed over.
pub fn open(record: &Record<'_>, each: &mut dyn FnMut(&Record<'_>)) -> Result<(), MessageError> {
    let Some((&MARK, mut rest)) = record.value.and_then(<[u8]>::split_first) else {
        each(record);
        return Ok(());
    };
    let (mut headers, mut values) = (Headers::new(), Vec::new());
    while !rest.is_empty() {
        let head: Head = take_part(&mut rest)?;
        values.clear();
        for at in 0..head.headers {
            let HeaderHead { name, value } = take_part(&mut rest)?;
            rename(&mut headers, at, name);
            values.push(value);
        }
        headers.truncate(values.len());
        let key = take(&mut rest, head.key)?;
        let value = head.value.map(|bytes| take(&mut rest, bytes)).transpose()?;
        for ((_, value), bytes) in headers.iter_mut().zip(&values) {
            let bytes = bytes.map(|bytes| take(&mut rest, bytes)).transpose()?;
            replace(value, bytes);
        }
        each(&Record { key: Some(key), value, headers: &headers, ..*record });
    }
    Ok(())
}

/// Gives the header at a place this name, in the memory of the one before.
fn rename(headers: &mut Headers, at: u32, name: &str) {
    match usize::try_from(at).ok().and_then(|at| headers.get_mut(at)) {
        Some((before, _)) => {
            before.clear();
            before.push_str(name);
        }
        None => headers.push((name.to_owned(), None)),
    }
}

/// Puts a header's value in the memory of the one before.
fn replace(before: &mut Option<Vec<u8>>, value: Option<&[u8]>) {
    match (before.as_mut(), value) {
        (Some(before), Some(value)) => {
            before.clear();
            before.extend_from_slice(value);
        }
        (_, value) => *before = value.map(<[u8]>::to_vec),
    }
}

fn take_part<'a, T: Deserialize<'a>>(rest: &mut &'a [u8]) -> Result<T, MessageError> {
    let (part, behind) = postcard::take_from_bytes(rest).map_err(MessageError::Corrupt)?;
    *rest = behind;
    Ok(part)
}

fn take<'a>(rest: &mut &'a [u8], bytes: u32) -> Result<&'a [u8], MessageError> {
    let parts = usize::try_from(bytes).ok().and_then(|bytes| rest.split_at_checked(bytes));
    let (taken, behind) =
        parts.ok_or(MessageError::Corrupt(postcard::Error::DeserializeUnexpectedEnd))?;
    *rest = behind;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Message = (Vec<u8>, Option<Vec<u8>>, Headers);

    fn record(value: Option<&[u8]>) -> Record<'_> {
        Record {
            topic: "newsmill.app.home",
            partition: 3,
            offset: 77,
            timestamp: Some(5),
            key: None,
            value,
            headers: &[],
        }
    }

    fn bundle(messages: &[Message]) -> Bundle {
        let mut bundle = Bundle::default();
        for (key, value, headers) in messages {
            let headers = |each: &mut TakeHeader<'_>| {
                headers.iter().for_each(|(name, value)| each(name, value.as_deref()));
            };
            bundle.add(&Outgoing { key, value: value.as_deref(), headers: &headers });
        }
        bundle
    }

    fn opened(value: Option<&[u8]>) -> (Vec<Message>, Result<(), MessageError>) {
        let mut messages = Vec::new();
        let result = open(&record(value), &mut |message| {
            assert_eq!((message.partition, message.offset, message.timestamp), (3, 77, Some(5)));
            let key = message.key.unwrap_or_default().to_vec();
            let value = message.value.map(<[u8]>::to_vec);
            messages.push((key, value, message.headers.to_vec()));
        });
        (messages, result)
    }

    fn message() -> impl Strategy<Value = Message> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..40);
        let header = ("[a-z.]{0,12}", prop::option::of(bytes()));
        (bytes(), prop::option::of(bytes()), prop::collection::vec(header, 0..4))
    }

    #[test]
    fn the_bytes_of_a_bundle_stand_for_ever() {
        let headers = vec![("o".to_owned(), Some(b"r/0/7".to_vec())), ("t".to_owned(), None)];
        let first = (b"key".to_vec(), Some(vec![1, 0xff]), headers);
        let bundle = bundle(&[first, (Vec::new(), None, Headers::new())]);
        let hex: String = bundle.value().iter().map(|byte| format!("{byte:02x}")).collect();
        let parts = [
            "b1",         // a bundle
            "03010202",   // a key of three bytes, a value of two, two headers
            "016f0105",   // o, five bytes
            "017400",     // t, without a value
            "6b6579",     // key
            "01ff",       // value
            "722f302f37", // r/0/7
            "000000",     // an empty key, no value, no headers
        ];
        assert_eq!(hex, parts.concat());
    }

    #[test]
    fn a_record_that_is_no_bundle_is_its_own_message() {
        for value in [None, Some(&[][..]), Some(&[1, MARK])] {
            let (messages, result) = opened(value);
            assert_eq!(result, Ok(()));
            assert_eq!(messages, [(Vec::new(), value.map(<[u8]>::to_vec), Headers::new())]);
        }
    }

    #[test]
    fn a_bundle_takes_any_first_message_and_later_ones_while_there_is_room() {
        let large = vec![0; BYTES];
        let message = Outgoing { key: b"k", value: Some(&large), headers: &|_| () };
        let mut bundle = Bundle::default();
        assert!(!bundle.is_full_for(&message));
        bundle.add(&message);
        assert!(bundle.is_full_for(&Outgoing { value: None, ..message }));
        bundle.clear();
        assert!(!bundle.is_full_for(&message));
        assert_eq!((bundle.messages(), bundle.value()), (0, &[][..]));
    }

    proptest! {
        #[test]
        fn what_goes_into_a_bundle_comes_out_of_it_in_order(
            messages in prop::collection::vec(message(), 1..20),
        ) {
            let bundle = bundle(&messages);
            prop_assert_eq!(bundle.messages(), messages.len());
            prop_assert_eq!(opened(Some(bundle.value())), (messages, Ok(())));
        }

        #[test]
        fn a_bundle_that_is_cut_or_changed_is_an_error_or_other_messages_and_never_a_panic(
            messages in prop::collection::vec(message(), 1..4),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            cut in any::<bool>(),
        ) {
            let mut bytes = bundle(&messages).value().to_vec();
            let at = at.index(bytes.len() - 1) + 1;
            if cut {
                bytes.truncate(at);
            } else {
                bytes[at] = byte;
            }
            drop(opened(Some(&bytes)));
        }
    }
}
