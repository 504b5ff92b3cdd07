//! As much of Kafka's wire format as the proxy has to read and forge.

/// `Produce`.
pub const PRODUCE: i16 = 0;
/// `Fetch`.
pub const FETCH: i16 = 1;
/// `AddPartitionsToTxn`.
pub const ADD_PARTITIONS_TO_TXN: i16 = 24;
/// `TxnOffsetCommit`.
pub const TXN_OFFSET_COMMIT: i16 = 28;
/// `EndTxn`.
pub const END_TXN: i16 = 26;
/// The error code `ILLEGAL_GENERATION`.
pub const ILLEGAL_GENERATION: i16 = 22;

/// What every request begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHeader {
    /// Which call.
    pub api_key: i16,
    /// In which version.
    pub version: i16,
    /// Which answer belongs to it.
    pub correlation: i32,
}

/// Who ends a transaction: a producer's epoch changes when its successor takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Producer {
    /// The producer id.
    pub id: i64,
    /// The epoch.
    pub epoch: i16,
}

/// The header of a request, without its length.
pub fn request_header(frame: &[u8]) -> Option<RequestHeader> {
    let mut read = Read(frame);
    Some(RequestHeader { api_key: read.i16()?, version: read.i16()?, correlation: read.i32()? })
}

/// The producer and whether it commits, of an `EndTxn` request of version 0 to 2.
pub fn end_txn(frame: &[u8]) -> Option<(Producer, bool)> {
    let mut read = Read(frame);
    let (_, version, _) = (read.i16()?, read.i16()?, read.i32()?);
    assert!(version < 3, "EndTxn {version} is written in another way: teach the proxy");
    read.string()?; // client id
    read.string()?; // transactional id
    let producer = Producer { id: read.i64()?, epoch: read.i16()? };
    Some((producer, read.take(1)? != [0]))
}

/// The answer to a `TxnOffsetCommit` request of version 3 that refuses every partition with `error`, without its length.
pub fn refuse_offsets(frame: &[u8], error: i16) -> Option<Vec<u8>> {
    let mut read = Read(frame);
    let (_, version, correlation) = (read.i16()?, read.i16()?, read.i32()?);
    assert_eq!(version, 3, "TxnOffsetCommit {version} is written in another way: teach the proxy");
    read.string()?; // client id
    read.tags()?;
    read.compact()?; // transactional id
    read.compact()?; // group id
    read.take(8 + 2 + 4)?; // producer id and epoch, generation
    read.compact()?; // member id
    read.compact()?; // group instance id

    let mut answer = correlation.to_be_bytes().to_vec();
    answer.push(0); // no tags in the header
    answer.extend(0_i32.to_be_bytes()); // no throttling
    let topics = read.uvarint()?;
    write_uvarint(&mut answer, topics);
    for _ in 1..topics {
        let name = read.compact()?;
        write_uvarint(&mut answer, u32::try_from(name.len()).ok()? + 1);
        answer.extend(name);
        let partitions = read.uvarint()?;
        write_uvarint(&mut answer, partitions);
        for _ in 1..partitions {
            answer.extend(read.take(4)?); // partition
            read.take(8 + 4)?; // offset, leader epoch
            read.compact()?; // metadata
            read.tags()?;
            answer.extend(error.to_be_bytes());
            answer.push(0);
        }
        read.tags()?;
        answer.push(0);
    }
    answer.push(0);
    Some(answer)
}

fn write_uvarint(to: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        to.push(u8::try_from(number & 0x7f).expect("seven bits") | 0x80);
        number >>= 7;
    }
    to.push(u8::try_from(number).expect("seven bits"));
}

/// What is left to read; every method gives `None` where it ends too soon.
struct Read<'a>(&'a [u8]);

impl<'a> Read<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn i16(&mut self) -> Option<i16> {
        Some(i16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn i32(&mut self) -> Option<i32> {
        Some(i32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn i64(&mut self) -> Option<i64> {
        Some(i64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    fn uvarint(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = u32::from(self.take(1)?[0]);
            number |= (byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A string with a length of two bytes; null is empty.
    fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.i16()?;
        self.take(usize::try_from(length).unwrap_or(0))
    }

    /// A string with a variable length, plus one; null is empty.
    fn compact(&mut self) -> Option<&'a [u8]> {
        let length = self.uvarint()?.saturating_sub(1);
        self.take(usize::try_from(length).ok()?)
    }

    /// Tagged fields, of which none is of interest.
    fn tags(&mut self) -> Option<()> {
        for _ in 0..self.uvarint()? {
            self.uvarint()?;
            let length = self.uvarint()?;
            self.take(usize::try_from(length).ok()?)?;
        }
        Some(())
    }
}
