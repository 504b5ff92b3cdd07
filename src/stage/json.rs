//! The value of an output record.

use serde::Serialize;

/// The record as JSON. Every record type has text for keys and no `Serialize` of its own that fails, so this cannot
/// fail; were it to, the empty value would break every reader's test.
pub(crate) fn to_json<T: Serialize>(record: &T) -> Vec<u8> {
    let json = serde_json::to_vec(record);
    debug_assert!(json.is_ok(), "a record that is no JSON");
    json.unwrap_or_default()
}
