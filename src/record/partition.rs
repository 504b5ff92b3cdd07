//! Where a key goes: the same partition as Kafka's default partitioner, so that Streams and Connect co-partition.

use std::num::NonZeroU32;

/// MurmurHash2 as Kafka's Java client has it (`org.apache.kafka.common.utils.Utils.murmur2`): 32 bits, its fixed seed.
#[must_use]
pub fn murmur2(key: &[u8]) -> i32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;

    let (words, rest) = key.as_chunks::<4>();
    // Java's length is an int: the low 32 bits are what it would mix in, were a longer array possible there.
    let length = u32::try_from(key.len() & 0xffff_ffff).unwrap_or_default();
    let mut hash = SEED ^ length;
    for word in words {
        let mut k = u32::from_le_bytes(*word).wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    if !rest.is_empty() {
        let tail = rest.iter().rev().fold(0, |tail, byte| tail << 8 | u32::from(*byte));
        hash = (hash ^ tail).wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^= hash >> 15;
    hash.cast_signed()
}

/// The partition of a key on a topic with so many partitions.
#[must_use]
pub fn partition_for(key: &[u8], partitions: NonZeroU32) -> i32 {
    let hash = murmur2(key).cast_unsigned() & 0x7fff_ffff;
    (hash % partitions).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of Kafka's own `UtilsTest.testMurmur2`, and the empty key.
    const VECTORS: [(&str, i32); 8] = [
        ("21", -973_932_308),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ("abc", 479_470_107),
        ("", 275_646_681),
        ("a", -1_563_381_124),
    ];

    #[test]
    fn murmur2_gives_the_values_of_the_java_client() {
        for (key, hash) in VECTORS {
            assert_eq!(murmur2(key.as_bytes()), hash, "{key:?}");
        }
    }

    #[test]
    fn a_negative_hash_still_names_a_partition_of_the_topic() {
        let twelve = NonZeroU32::new(12).unwrap();
        assert_eq!(partition_for(b"21", twelve), ((-973_932_308_i32) & 0x7fff_ffff) % 12);
        for key in 0..1_000_u32 {
            let partition = partition_for(&key.to_le_bytes(), twelve);
            assert!((0..12).contains(&partition), "{key} went to {partition}");
        }
    }

    #[test]
    fn one_partition_takes_every_key() {
        assert_eq!(partition_for(b"foobar", NonZeroU32::MIN), 0);
    }
}
