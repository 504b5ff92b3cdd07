//! Letters folded by the pair of bytes: what the fold for matching (`page`) and the fold for ids (`story`) have in common.
//!
//! Each has rules of its own. Both meet the same texts, most of whose bytes are runs of letters that stay as long as they
//! are: two letters of ASCII, or one of two bytes. A table over all pairs of bytes says what becomes of those.

/// How many pairs of bytes there are.
const PAIRS: usize = 1 << 16;

/// So many bytes are folded at once: most words have fewer, and are folded in one go.
pub const BLOCK: usize = 16;

/// What stands for a pair that is no letter: no letter's second byte is one with its two highest bits.
const OTHER: u16 = 0xc000;

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

    /// Folds the letters that `source` begins with, up to [`BLOCK`] bytes of them; says how many bytes they are, of the one
    /// as of the other. Behind them may stand anything.
    #[inline]
    pub fn fold(&self, source: &[u8]) -> ([u8; BLOCK], usize) {
        let whole = source.first_chunk();
        whole.map_or_else(|| self.block(&last_block(source)), |block| self.block(block))
    }

    #[inline]
    fn block(&self, block: &[u8; BLOCK]) -> ([u8; BLOCK], usize) {
        let (mut folded, (pairs, _)) = ([[0; 2]; BLOCK / 2], block.as_chunks());
        for (folded, pair) in folded.iter_mut().zip(pairs) {
            let pair = self.0.get(usize::from(u16::from_le_bytes(*pair)));
            *folded = pair.copied().unwrap_or(OTHER).to_le_bytes();
        }
        let folded = folded.as_flattened().first_chunk().copied().unwrap_or_default();
        (folded, letters(folded))
    }
}

/// The last bytes of a text, and noughts behind them, which are no letters.
#[cold]
fn last_block(source: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block.iter_mut().zip(source).for_each(|(slot, byte)| *slot = *byte);
    block
}

/// How many bytes stand before the first pair of a block that is no letter.
#[inline]
fn letters(block: [u8; BLOCK]) -> usize {
    const OTHERS: u128 = u128::MAX / 0xffff * 0x8000;
    let block = u128::from_le_bytes(block);
    let others = block & block << 1 & OTHERS;
    usize::try_from(others.trailing_zeros() / 16 * 2).unwrap_or(BLOCK)
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

    fn folded(source: &str) -> String {
        let (folded, bytes) = LetterPairs::new(letter).fold(source.as_bytes());
        String::from_utf8(folded.get(..bytes).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn letters_are_folded_up_to_the_first_pair_that_is_something_else() {
        assert_eq!(folded("ABCDEFGHIJKL MNOP"), "abcdefghijkl");
        assert_eq!(folded("ABCDEFG HIJKLMNO"), "abcdef", "a pair of a letter and a space");
        assert_eq!(folded("اتثج حخد"), "بثجح");
        assert_eq!(folded("اتAثجحخد"), "بث", "a letter of one byte before one of two");
        assert_eq!(folded("تبتتتتتت"), "ث", "a letter that becomes shorter");
        assert_eq!(folded(" ABCDEFGH"), "");
    }

    #[test]
    fn neither_end_is_run_over() {
        assert_eq!(folded("ABCDEFGHIJKLMNOPQRST"), "abcdefghijklmnop");
        assert_eq!(folded("ABCDEFG"), "abcdef", "a letter without a second one");
        assert_eq!(folded("اتث"), "بثج");
        assert_eq!(folded(""), "");
    }
}
