//! The bytes of fingerprints, on the wire and in state: part of what `fp_version` promises.
//!
//! A sketch: its words; how many shingles, and each; how many numbers, and of each how many tokens it stands behind the
//! one before it (the first: behind the beginning) and its hash. A fingerprint: its six routing keys, then the sketch.
//! Hashes and keys are big-endian, of four and eight bytes; everything else is a count in LEB128 (seven bits a byte, the
//! low ones first, the eighth says that another byte follows).

use std::borrow::Cow;

use super::fingerprint::{Fingerprint, Number, ROUTING_KEYS, RoutingKey, Sketch};

/// A count of 32 bits takes at most so many bytes.
const COUNT_BYTES: usize = 5;

impl Sketch {
    /// So many bytes at most it is written in.
    #[must_use]
    pub fn room(&self) -> usize {
        let numbers = self.numbers().len() * (COUNT_BYTES + size_of::<u32>());
        3 * COUNT_BYTES + size_of_val(self.shingles()) + numbers
    }

    /// Writes the sketch: some 900 bytes for a story of 250 words, 2.5 KB at most.
    pub fn encode(&self, into: &mut Vec<u8>) {
        write_count(self.words(), into);
        write_count(length(self.shingles()), into);
        append_hashes(self.shingles(), into);
        write_count(length(self.numbers()), into);
        let mut last = 0;
        for Number { at, hash } in self.numbers() {
            write_count(at - last, into);
            into.extend_from_slice(&hash.to_be_bytes());
            last = *at;
        }
    }

    /// Reads a sketch from the beginning of the bytes; returns what stands behind it. `None` where they are none.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (words, bytes) = read_count(bytes)?;
        let (count, rest) = read_length(bytes)?;
        let (bytes, rest) = rest.split_at_checked(count.checked_mul(size_of::<u32>())?)?;
        let shingles = bytes.as_chunks().0.iter().map(|shingle| u32::from_be_bytes(*shingle));
        let shingles = shingles.collect();
        let (count, mut rest) = read_length(rest)?;
        let (mut numbers, mut last) = (Vec::new(), 0_u32);
        for _ in 0..count {
            let (distance, behind) = read_count(rest)?;
            let (hash, behind) = behind.split_first_chunk()?;
            last = last.checked_add(distance)?;
            numbers.push(Number { at: last, hash: u32::from_be_bytes(*hash) });
            rest = behind;
        }
        numbers.shrink_to_fit();
        Some((Self::written(words, shingles, numbers)?, rest))
    }
}

impl Fingerprint {
    /// So many bytes at most it is written in.
    #[must_use]
    pub fn room(&self) -> usize {
        ROUTING_KEYS * size_of::<u64>() + self.sketch().room()
    }

    /// Writes the fingerprint.
    pub fn encode(&self, into: &mut Vec<u8>) {
        for key in self.routing_keys() {
            into.extend_from_slice(&key.value.to_be_bytes());
        }
        self.sketch().encode(into);
    }
}

/// A fingerprint in the bytes that it is written in. Whoever only passes it on has no need to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<'a>(Cow<'a, [u8]>);

/// Bytes of the routing keys at the beginning of a fingerprint.
const KEY_BYTES: usize = ROUTING_KEYS * size_of::<u64>();

impl Written<'_> {
    /// The bytes of a fingerprint.
    #[must_use]
    pub fn of(fingerprint: &Fingerprint) -> Self {
        let mut bytes = Vec::with_capacity(fingerprint.room());
        fingerprint.encode(&mut bytes);
        Self(Cow::Owned(bytes))
    }

    /// All of it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The routing keys, in their order.
    pub fn routing_keys(&self) -> impl Iterator<Item = RoutingKey> + use<> {
        let mut keys = [0; ROUTING_KEYS];
        for (key, bytes) in keys.iter_mut().zip(self.0.as_chunks().0) {
            *key = u64::from_be_bytes(*bytes);
        }
        (0..).zip(keys).map(|(slot, value)| RoutingKey { slot, value })
    }

    /// What is compared, as [`Sketch::encode`] writes it.
    #[must_use]
    pub fn sketch(&self) -> &[u8] {
        self.0.get(KEY_BYTES..).unwrap_or_default()
    }

    /// The same, in bytes that somebody else keeps.
    #[must_use]
    pub fn borrowed(&self) -> Written<'_> {
        Written(Cow::Borrowed(&self.0))
    }

    /// The same, with bytes of its own.
    #[must_use]
    pub fn into_owned(self) -> Written<'static> {
        Written(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a> Written<'a> {
    /// The fingerprint at the beginning of the bytes, and what stands behind it. `None` where there is none.
    #[must_use]
    pub fn take(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (_, behind_keys) = bytes.split_at_checked(KEY_BYTES)?;
        let rest = behind_sketch(behind_keys)?;
        let (taken, rest) = bytes.split_at_checked(bytes.len() - rest.len())?;
        Some((Self(Cow::Borrowed(taken)), rest))
    }
}

/// What stands behind the sketch at the beginning of the bytes.
fn behind_sketch(bytes: &[u8]) -> Option<&[u8]> {
    let (_words, bytes) = read_count(bytes)?;
    let (shingles, bytes) = read_length(bytes)?;
    let (_, bytes) = bytes.split_at_checked(shingles.checked_mul(size_of::<u32>())?)?;
    let (numbers, mut bytes) = read_length(bytes)?;
    for _ in 0..numbers {
        let (_distance, behind) = read_count(bytes)?;
        (_, bytes) = behind.split_at_checked(size_of::<u32>())?;
    }
    Some(bytes)
}

/// In one go: a sketch is written once for each of its keys and again for each of its rows.
fn append_hashes(hashes: &[u32], into: &mut Vec<u8>) {
    let from = into.len();
    into.resize(from + size_of_val(hashes), 0);
    let behind = into.get_mut(from..).unwrap_or_default();
    for (place, hash) in behind.as_chunks_mut().0.iter_mut().zip(hashes) {
        *place = hash.to_be_bytes();
    }
}

fn write_count(mut count: u32, into: &mut Vec<u8>) {
    while count >= 0x80 {
        into.push(0x80 | low_bits(count));
        count >>= 7;
    }
    into.push(low_bits(count));
}

fn low_bits(count: u32) -> u8 {
    let [low, ..] = count.to_le_bytes();
    low & 0x7f
}

/// One spelling of each count only: no byte of nought at its end.
fn read_count(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (mut count, mut rest) = (0_u64, bytes);
    for nth in 0..COUNT_BYTES {
        let (byte, behind) = rest.split_first()?;
        rest = behind;
        count |= u64::from(byte & 0x7f) << (7 * nth);
        if byte & 0x80 == 0 {
            let is_shortest = *byte != 0 || nth == 0;
            return is_shortest.then_some((u32::try_from(count).ok()?, rest));
        }
    }
    None
}

fn read_length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (count, rest) = read_count(bytes)?;
    Some((usize::try_from(count).ok()?, rest))
}

/// The length of a list of a sketch: 512 at most.
fn length<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::story::Folder;

    fn bytes(sketch: &Sketch) -> Vec<u8> {
        let mut bytes = Vec::new();
        sketch.encode(&mut bytes);
        bytes
    }

    #[test]
    fn the_bytes_of_a_sketch_stand_for_ever() {
        let numbers = vec![Number { at: 3, hash: 0xa1a2_a3a4 }, Number { at: 300, hash: 5 }];
        let sketch = Sketch::new(200, vec![0x0102_0304, 0xffff_fffe], numbers).unwrap();
        let expected = [
            &[0xc8, 0x01][..],
            &[2, 1, 2, 3, 4, 0xff, 0xff, 0xff, 0xfe],
            &[2, 3, 0xa1, 0xa2, 0xa3, 0xa4, 0xa9, 0x02, 0, 0, 0, 5],
        ];
        assert_eq!(bytes(&sketch), expected.concat());
    }

    #[test]
    fn a_count_has_one_spelling() {
        assert_eq!(read_count(&[0x80, 0x01]), Some((128, &[][..])));
        assert_eq!(read_count(&[0x81, 0x00]), None, "1 in two bytes");
        assert_eq!(read_count(&[0xff, 0xff, 0xff, 0xff, 0x0f]), Some((u32::MAX, &[][..])));
        assert_eq!(read_count(&[0xff, 0xff, 0xff, 0xff, 0x1f]), None, "33 bits");
        assert_eq!(read_count(&[0x80; 9]), None);
    }

    proptest! {
        #[test]
        fn a_fingerprint_reads_back_and_no_other_length_does(
            words in prop::collection::vec("[a-z]{1,3}|[0-9]{1,4}", 18..700),
            behind in prop::collection::vec(any::<u8>(), 0..9),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut folder = Folder::new();
            let fingerprint = Fingerprint::of(&folder.fold([words.join(" ")]));
            prop_assume!(fingerprint.is_some());
            let fingerprint = fingerprint.unwrap();
            let mut bytes = Vec::new();
            fingerprint.encode(&mut bytes);
            let cut = &bytes[..cut.index(bytes.len())];
            prop_assert!(Written::take(cut).is_none());
            bytes.extend_from_slice(&behind);
            let written = Written::of(&fingerprint);
            prop_assert!(written.routing_keys().eq(fingerprint.routing_keys()));
            prop_assert_eq!(Sketch::decode(written.sketch()), Some((fingerprint.sketch().clone(), &[][..])));
            prop_assert_eq!(Written::take(&bytes), Some((written, &behind[..])));
        }

        #[test]
        fn garbage_is_none_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some((sketch, rest)) = Sketch::decode(&bytes) {
                let read = bytes.len() - rest.len();
                prop_assert_eq!(super::tests::bytes(&sketch), &bytes[..read]);
                prop_assert_eq!(behind_sketch(&bytes), Some(rest));
            }
        }
    }
}
