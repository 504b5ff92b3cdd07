//! How long a story is remembered, and which stories count as one.

use std::num::NonZeroU32;

use super::reader::Reader;
use super::value::{Percent, Value, words};
use crate::story::{RoutingKeys, Threshold, Thresholds};

/// The section `[dedupe]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dedupe {
    /// Hours of stream time that a story is remembered after it was last seen.
    pub ttl_hours: u32,
    /// Which stories are compared for near-duplicates.
    pub near: Near,
    /// Under how many routing keys.
    pub near_keys: RoutingKeys,
    /// Hours of stream time that a story can be matched after it last was.
    pub near_ttl_hours: u32,
    /// From which overlap on two stories are alike.
    pub thresholds: Thresholds,
}

words! {
    /// Which stories are compared for near-duplicates.
    Near {
        /// None: two stories are one where their folded text is the same.
        Off = "off",
        /// Those that were appended to a page.
        Related = "related",
        /// Every story, articles' own bodies too.
        All = "all",
    }
}

/// A month: twice the age at which a story is still appended to pages (near-duplicates has the distribution).
const TTL_HOURS: NonZeroU32 = NonZeroU32::MIN.saturating_add(719);

/// Two weeks (state-protocol, rule 6).
const NEAR_TTL_HOURS: NonZeroU32 = NonZeroU32::MIN.saturating_add(335);

/// Ten years: more is a slip of the pen.
pub(super) const TTL_HOURS_MAX: u32 = 87_600;

impl Dedupe {
    pub(super) fn read(keys: &mut Reader<'_>) -> Self {
        let mut hours = |key, default: NonZeroU32| {
            let hours = keys.key(key, default).get();
            if hours > TTL_HOURS_MAX {
                keys.refuse(key, format!("is more than {TTL_HOURS_MAX}, ten years; lower it"));
            }
            hours
        };
        let ttl_hours = hours("dedupe.ttl_hours", TTL_HOURS);
        let near_ttl_hours = hours("dedupe.near_ttl_hours", NEAR_TTL_HOURS);
        let near = keys.key("dedupe.near", Near::Off);
        let near_keys = keys.key("dedupe.near_keys", RoutingKeys::Six);
        let thresholds = read_thresholds(keys);
        Self { ttl_hours, near, near_keys, near_ttl_hours, thresholds }
    }
}

fn read_thresholds(keys: &mut Reader<'_>) -> Thresholds {
    let default = Thresholds::default();
    let mut percent = |key, default| keys.key(key, Percent(default)).0;
    let mut threshold = |jaccard, containment, default: Threshold| Threshold {
        jaccard: percent(jaccard, default.jaccard),
        containment: percent(containment, default.containment),
    };
    let [duplicate, near, loose] = NAMES;
    let thresholds = Thresholds {
        duplicate: threshold(duplicate[0], duplicate[1], default.duplicate),
        near: threshold(near[0], near[1], default.near),
        loose: threshold(loose[0], loose[1], default.loose),
    };
    let values = [thresholds.duplicate, thresholds.near, thresholds.loose]
        .map(|threshold| [threshold.jaccard, threshold.containment]);
    for (names, values) in NAMES.windows(2).zip(values.windows(2)) {
        let ([greater, lesser], [above, below]) = (names, values) else { continue };
        let pairs = greater.iter().zip(lesser).zip(above.iter().zip(below));
        for ((greater, lesser), (above, below)) in pairs {
            if above < below {
                keys.refuse(lesser, format!("is {below}, more than {greater} ({above}); lower it"));
            }
        }
    }
    thresholds
}

/// Of each strength the keys of its two thresholds, the strongest first.
const NAMES: [[&str; 2]; 3] = [
    ["dedupe.thresholds.duplicate_jaccard", "dedupe.thresholds.duplicate_containment"],
    ["dedupe.thresholds.near_jaccard", "dedupe.thresholds.near_containment"],
    ["dedupe.thresholds.loose_jaccard", "dedupe.thresholds.loose_containment"],
];

impl Value for RoutingKeys {
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "2" => Ok(Self::Two),
            "4" => Ok(Self::Four),
            "6" => Ok(Self::Six),
            _ => Err("is none of 2, 4, 6".to_owned()),
        }
    }

    fn show(&self) -> String {
        self.count().to_string()
    }
}
