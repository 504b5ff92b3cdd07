//! The value of an output record.

use std::cell::RefCell;

use serde::Serialize;

/// The buffer is kept up to this size: a page of megabytes must not stay in memory for ever.
const KEPT_BYTES: usize = 1 << 20;

thread_local! {
    /// Where a record is written before its size is known: one a thread, so that the record itself is one allocation
    /// of just its size.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The record as JSON. Every record type has text for keys and no `Serialize` of its own that fails, so this cannot
/// fail; were it to, the empty value would break every reader's test.
pub(crate) fn to_json<T: Serialize>(record: &T) -> Vec<u8> {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        // Byte for byte what serde_json writes, at a tenth of its cost: it looks for characters to escape by the vector.
        let written = sonic_rs::to_writer(&mut *buffer, record);
        debug_assert!(written.is_ok(), "a record that is no JSON");
        let json = if written.is_ok() { buffer.to_vec() } else { Vec::new() };
        buffer.shrink_to(KEPT_BYTES);
        json
    })
}
