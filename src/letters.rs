//! Letters folded by the pair of bytes: what the fold for matching (`page`) and the fold for ids (`story`) have in common.
//!
//! Each has rules of its own. Both meet the same texts, most of whose bytes are runs of letters that stay as long as they
//! are: two letters of ASCII, or one of two bytes. A table over all pairs of bytes says what becomes of those.

/// How many pairs of bytes there are.
const PAIRS: usize = 1 << 16;

/// So many bytes are folded at once.
const BLOCK: usize = 8;

/// What stands for a pair that is no letter: no letter begins with the byte of a tail.
const OTHER: u16 = 0x80;

/// What becomes of letters, spread out for look-ups.
pub struct LetterPairs(Box<[u16; PAIRS]>);

impl LetterPairs {
    /// The table of a fold. `letter` says what a code point of one or two bytes becomes in UTF-8, the second byte nought
    /// where there is none; `None` where that is no letter.
    #[must_use]
    pub fn new(letter: impl Fn(u16) -> Option<[u8; 2]>) -> Self {
        let mut pairs = Box::new([0; PAIRS]);
        for (pair, bytes) in pairs.iter_mut().zip(0..=u16::MAX) {
            let folded = match bytes.to_le_bytes().map(u16::from) {
                [first @ 0..=0x7f, second @ 0..=0x7f] => match (letter(first), letter(second)) {
                    (Some([first, 0]), Some([second, 0])) => Some([first, second]),
                    _ => None,
                },
                [first @ 0xc2..=0xdf, second @ 0x80..=0xbf] => {
                    letter((first & 0x1f) << 6 | second & 0x3f).filter(|[_, second]| *second != 0)
                }
                _ => None,
            };
            *pair = folded.map_or(OTHER, u16::from_le_bytes);
        }
        Self(pairs)
    }

    /// Folds letters from the beginning of `source` to the beginning of `folded`; returns how many bytes that was, of
    /// the one as of the other. It ends at anything else, before the last few bytes of either, and may leave anything in
    /// the few bytes of `folded` behind what it has folded.
    #[inline]
    pub fn fold(&self, source: &[u8], folded: &mut [u8]) -> usize {
        let (source, _) = source.as_chunks::<BLOCK>();
        let (folded, _) = folded.as_chunks_mut::<BLOCK>();
        let mut bytes = 0;
        for (source, folded) in source.iter().zip(folded) {
            let (block, letters) = self.block(*source);
            *folded = block;
            bytes += letters;
            if letters < BLOCK {
                break;
            }
        }
        bytes
    }

    /// Folds the letters that a block begins with; says how many bytes they are, of the one as of the other. Behind them
    /// may stand anything.
    #[inline]
    pub fn block(&self, block: [u8; BLOCK]) -> ([u8; BLOCK], usize) {
        let block = u64::from_le_bytes(block);
        let pair = |nth: u32| {
            let [first, second, ..] = (block >> (16 * nth)).to_le_bytes();
            let pair = usize::from(u16::from_le_bytes([first, second]));
            u64::from(self.0.get(pair).copied().unwrap_or(OTHER)) << (16 * nth)
        };
        let folded = pair(0) | pair(1) | pair(2) | pair(3);
        (folded.to_le_bytes(), letters(folded))
    }
}

/// How many bytes stand before the first pair of a block that is no letter: the one pair whose first byte has its highest bit
/// and not the next one.
#[inline]
fn letters(block: u64) -> usize {
    const OTHERS: u64 = u64::MAX / 0xffff * OTHER as u64;
    let others = block & !(block << 1) & OTHERS;
    usize::try_from(others.trailing_zeros() / 8).unwrap_or(BLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of ASCII become small, one of two bytes the next one, and one of two bytes becomes `x`.
    fn letter(code: u16) -> Option<[u8; 2]> {
        match code {
            0x41..=0x5a => Some([u8::try_from(code + 0x20).unwrap(), 0]),
            0x61..=0x7a => Some([u8::try_from(code).unwrap(), 0]),
            0x628 => Some([b'x', 0]),
            0x627..=0x64a => {
                let mut utf8 = [0; 2];
                char::from_u32(u32::from(code) + 1).unwrap().encode_utf8(&mut utf8);
                Some(utf8)
            }
            _ => None,
        }
    }

    fn folded(source: &str, room: usize) -> String {
        let mut folded = vec![0; room];
        let bytes = LetterPairs::new(letter).fold(source.as_bytes(), &mut folded);
        folded.truncate(bytes);
        String::from_utf8(folded).unwrap()
    }

    #[test]
    fn letters_are_folded_up_to_the_first_pair_that_is_something_else() {
        assert_eq!(folded("ABCDEFGHIJKL MNOP", 64), "abcdefghijkl");
        assert_eq!(folded("ABCDEFG HIJKLMNO", 64), "abcdef", "a pair of a letter and a space");
        assert_eq!(folded("اتثج حخد", 64), "بثجح");
        assert_eq!(folded("اتAثجحخد", 64), "بث", "a letter of one byte before one of two");
        assert_eq!(folded("تبتتتتتت", 64), "ث", "a letter that becomes shorter");
        assert_eq!(folded(" ABCDEFGH", 64), "");
    }

    #[test]
    fn neither_end_is_run_over() {
        assert_eq!(folded("ABCDEFGHIJ", 64), "abcdefgh");
        assert_eq!(folded("ABCDEFGHIJKLMNOP", 15), "abcdefgh");
        assert_eq!(folded("ABCDEFG", 64), "");
        assert_eq!(folded("", 0), "");
    }
}
