//! What `home` asks and tells `near`.

use std::num::NonZeroU32;
use std::sync::Arc;

use arrayvec::ArrayVec;

use super::row::Compared;
use crate::record::partition_for;
use crate::stage::inbox::near::{self, Probe, Status, StoryKeys, Word};
use crate::stage::lead::Age;
use crate::stage::{Cause, Outbox, Output, Target};
use crate::story::{ROUTING_KEYS, RoutingKey, RoutingKeys, Written};

/// Which stories are compared, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compare {
    /// Articles' own stories as well, not only appended ones.
    pub own: bool,
    /// Under how many routing keys.
    pub keys: RoutingKeys,
    /// How many partitions the inbox of `near` has: what concerns several keys of a story that live on one of them goes there
    /// in one message.
    pub partitions: NonZeroU32,
}

/// Under which keys of a story something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys<'a> {
    /// All.
    All,
    /// Those under which `near` has found nobody whom it follows. Where it has, it knows itself that the story does not lead.
    WithoutRegister,
    /// Those of these slots.
    Slots(&'a [u8]),
}

impl Compare {
    /// Asks, under each key, which story stands for this one.
    pub(super) fn probe(
        self,
        age: Age,
        seen: i64,
        fingerprint: &Written<'_>,
        cause: &Arc<Cause>,
        outbox: &mut Outbox,
    ) {
        let probe = Word::Probe(Probe { age, seen, sketch: fingerprint.sketch() });
        self.say(&probe, fingerprint.routing_keys().take(self.keys.count()), cause, outbox);
    }

    /// Says, under these of a story's keys, how old it is and whether it stands for itself.
    pub(super) fn tell(
        self,
        keys: Keys<'_>,
        compared: &Compared,
        status: Status,
        cause: &Arc<Cause>,
        outbox: &mut Outbox,
    ) {
        let is_meant = |key: &RoutingKey| match keys {
            Keys::All => true,
            Keys::WithoutRegister => !compared.has_register(key.slot),
            Keys::Slots(slots) => slots.contains(&key.slot),
        };
        let keys = compared.routing_keys(self.keys.count()).filter(is_meant);
        self.say(&Word::Status(status), keys, cause, outbox);
    }

    /// One message to each partition on which some of the keys live.
    fn say(
        self,
        word: &Word<'_>,
        keys: impl Iterator<Item = RoutingKey>,
        cause: &Arc<Cause>,
        outbox: &mut Outbox,
    ) {
        let mut keys: ArrayVec<(i32, RoutingKey), ROUTING_KEYS> = keys
            .take(ROUTING_KEYS)
            .map(|key| (partition_for(&key.to_bytes(), self.partitions), key))
            .collect();
        keys.sort_unstable();
        for together in keys.chunk_by(|(one, _), (other, _)| one == other) {
            let together: StoryKeys = together.iter().map(|(_, key)| *key).collect();
            if let [first, more @ ..] = together.as_slice() {
                outbox.outputs.push(to_near(*first, word.encode(more), cause));
            }
        }
    }
}

fn to_near(key: RoutingKey, value: Vec<u8>, cause: &Arc<Cause>) -> Output {
    Output {
        target: Target::Inbox(near::NAME),
        key: key.to_bytes().to_vec(),
        value: Some(value),
        cause: Arc::clone(cause),
        version: None,
        kept: None,
    }
}
