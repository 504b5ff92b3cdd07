//! From when on a partition is held rather than emptied into the dead letters.

use std::num::NonZeroU32;

use super::reader::Reader;
use super::value::Percent;

/// The section `[dead_letter]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Per cent of a partition's last 1,000 records that may be dead-lettered; at 100 the ratio holds nothing.
    pub max_ratio: u8,
    /// Records of a partition that are dead-lettered in a row before it is held.
    pub max_consecutive: NonZeroU32,
}

/// A scraper's bad day spoils some pages; half of a thousand is a fault of something else.
const MAX_RATIO: Percent = Percent(50);

/// More than a site with a broken template sends in one go, few enough to look through.
const MAX_CONSECUTIVE: NonZeroU32 = NonZeroU32::MIN.saturating_add(199);

impl DeadLetter {
    pub(super) fn read(keys: &mut Reader<'_>) -> Self {
        Self {
            max_ratio: keys.key("dead_letter.max_ratio", MAX_RATIO).0,
            max_consecutive: keys.key("dead_letter.max_consecutive", MAX_CONSECUTIVE),
        }
    }
}
