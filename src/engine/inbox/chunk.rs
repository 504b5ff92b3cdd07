//! Records of one partition on their way to a worker, in a buffer of their own.
//!
//! A message of librdkafka pins its whole fetched batch for as long as it is held (kafka-client §0): its bytes are
//! copied once, so that the byte budget is what is really held. The thread that fills chunks is the one that is done with
//! them last, so that the next ones stand in their memory: to grow anew each time was a tenth of an engine's work.

use std::cell::RefCell;
use std::mem;
use std::ops::Range;
use std::sync::Arc;

use rdkafka::message::{BorrowedMessage, Headers as _, Message as _, Timestamp};

use crate::stage::{Headers, Record};

/// A chunk is full at so many records …
const MAX_RECORDS: usize = 64;
/// … or so many bytes.
const MAX_BYTES: usize = 256 * 1024;
/// A thread keeps the memory of so many chunks at most, of those that no large record has stretched: 8 MB beside the budget.
const SPARES: usize = 16;

thread_local! {
    static SPARE: RefCell<Vec<Buffers>> = const { RefCell::new(Vec::new()) };
}

/// Some records of one partition, in offset order.
#[derive(Debug)]
pub struct Chunk {
    topic: Arc<str>,
    partition: i32,
    buffers: Buffers,
}

/// The memory of a chunk.
#[derive(Debug, Default)]
struct Buffers {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    offset: i64,
    timestamp: Option<i64>,
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    headers: Headers,
}

impl Chunk {
    /// An empty chunk.
    #[must_use]
    pub fn new(topic: Arc<str>, partition: i32) -> Self {
        let buffers = SPARE.with_borrow_mut(Vec::pop).unwrap_or_default();
        Self { topic, partition, buffers }
    }

    /// Takes a copy of a message; says how many bytes it holds.
    pub fn push(&mut self, message: &BorrowedMessage<'_>) -> u64 {
        let before = self.buffers.bytes.len();
        let key = message.key().map(|key| self.store(key));
        let value = message.payload().map(|value| self.store(value));
        let headers: Headers = message.headers().map_or_else(Vec::new, |headers| {
            headers
                .iter()
                .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)))
                .collect()
        });
        let headers_bytes: usize = headers
            .iter()
            .map(|header| {
                let (name, value) = header;
                size_of_val(header) + name.len() + value.as_ref().map_or(0, Vec::len)
            })
            .sum();
        let timestamp = match message.timestamp() {
            Timestamp::NotAvailable => None,
            Timestamp::CreateTime(ms) | Timestamp::LogAppendTime(ms) => Some(ms),
        };
        self.buffers.slots.push(Slot { offset: message.offset(), timestamp, key, value, headers });
        (self.buffers.bytes.len() - before + headers_bytes + size_of::<Slot>()) as u64
    }

    /// Whether it should go to a worker before it grows.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.buffers.slots.len() >= MAX_RECORDS || self.buffers.bytes.len() >= MAX_BYTES
    }

    /// Records in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buffers.slots.len()
    }

    /// The records, in offset order.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        self.buffers.slots.iter().map(|slot| self.record_of(slot))
    }

    /// The record at a place.
    #[must_use]
    pub fn record(&self, at: usize) -> Option<Record<'_>> {
        self.buffers.slots.get(at).map(|slot| self.record_of(slot))
    }

    fn record_of<'a>(&'a self, slot: &'a Slot) -> Record<'a> {
        Record {
            topic: &self.topic,
            partition: self.partition,
            offset: slot.offset,
            timestamp: slot.timestamp,
            key: slot.key.clone().and_then(|range| self.buffers.bytes.get(range)),
            value: slot.value.clone().and_then(|range| self.buffers.bytes.get(range)),
            headers: &slot.headers,
        }
    }

    fn store(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.buffers.bytes.len();
        self.buffers.bytes.extend_from_slice(bytes);
        start..self.buffers.bytes.len()
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let Buffers { mut bytes, mut slots } = mem::take(&mut self.buffers);
        if bytes.capacity() > 2 * MAX_BYTES {
            return;
        }
        bytes.clear();
        slots.clear();
        // A thread that ends has nowhere to keep it.
        SPARE
            .try_with(|spare| {
                let mut spare = spare.borrow_mut();
                if spare.len() < SPARES {
                    spare.push(Buffers { bytes, slots });
                }
            })
            .ok();
    }
}
