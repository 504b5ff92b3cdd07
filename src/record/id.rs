//! The two 128-bit ids that the outside world holds us to.

use std::cmp::Ordering;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
        pub struct $name(pub [u8; 16]);

        impl Ord for $name {
            /// The order of the bytes: as numbers they are compared in a few instructions.
            fn cmp(&self, other: &Self) -> Ordering {
                u128::from_be_bytes(self.0).cmp(&u128::from_be_bytes(other.0))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl $name {
            /// The id as it stands in records and as a key on output topics: 32 lower-case hex digits.
            #[must_use]
            pub fn hex(&self) -> Hex {
                Hex::of(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.hex().as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            /// Hex digits where a person reads, the raw bytes on the internal wire.
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.serialize_str(self.hex().as_str())
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": "^[0-9a-f]{32}$" })
            }
        }
    };
}

id! {
    /// Names one article: BLAKE3-128 of its URL, id or origin (DESIGN §2, small print).
    ArticleId
}

id! {
    /// Names one story by its folded body: BLAKE3-128 (DESIGN §2, near-duplicates b2 and b3).
    StoryId
}

/// Thirty-two lower-case hex digits, without an allocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hex([u8; 32]);

impl Hex {
    fn of(bytes: &[u8; 16]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; 32];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(bytes) {
            for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *digit = DIGITS.get(usize::from(nibble)).copied().unwrap_or_default();
            }
        }
        Self(hex)
    }

    /// The digits as ASCII bytes: the key on an output topic.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_as_32_lower_case_hex_digits() {
        let id = StoryId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xab, 0xcd, 0xef, 0xf0, 0xff]);
        assert_eq!(id.to_string(), "000102030405060708090aabcdeff0ff");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"000102030405060708090aabcdeff0ff\"");
    }
}
