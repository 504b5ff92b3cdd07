//! What pages learn from each other.

use std::num::{NonZeroU32, NonZeroUsize};

use super::dedupe::TTL_HOURS_MAX;
use super::reader::Reader;
use super::value::words;

/// The section `[lines]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lines {
    /// Whether the service learns.
    pub starts: Starts,
    /// Hours of stream time that a line is remembered after a page last showed it.
    pub ttl_hours: u32,
    /// For how many lines a process finds room that it knows to begin a story, or to stand inside one.
    pub known: usize,
}

words! {
    /// Whether the pages of a service learn from each other.
    Starts {
        /// Each page is read by itself.
        Off = "off",
        /// What pages show is told to the stage `lines`, and every process follows what it says.
        On = "on",
    }
}

/// Two weeks: a story that hangs on no page for so long hangs on none any more (near-duplicates has the distribution).
const TTL_HOURS: NonZeroU32 = NonZeroU32::MIN.saturating_add(335);

/// 26 MB: some 200,000 stories.
const KNOWN: NonZeroUsize = NonZeroUsize::MIN.saturating_add(499_999);

/// Five gigabytes: more is a slip of the pen.
const KNOWN_MAX: usize = 100_000_000;

impl Lines {
    pub(super) fn read(keys: &mut Reader<'_>) -> Self {
        let starts = keys.key("lines.starts", Starts::On);
        let ttl_hours = keys.key("lines.ttl_hours", TTL_HOURS).get();
        if ttl_hours > TTL_HOURS_MAX {
            let complaint = format!("is more than {TTL_HOURS_MAX}, ten years; lower it");
            keys.refuse("lines.ttl_hours", complaint);
        }
        let known = keys.key("lines.known", KNOWN).get();
        if known > KNOWN_MAX {
            keys.refuse("lines.known", format!("is more than {KNOWN_MAX}; lower it"));
        }
        Self { starts, ttl_hours, known }
    }
}
