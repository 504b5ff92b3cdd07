//! What `home` asks and tells `near`.

use std::borrow::Cow;
use std::sync::Arc;

use super::row::Compared;
use crate::stage::inbox::near::{self, Probe, Status};
use crate::stage::lead::Age;
use crate::stage::{Cause, Outbox, Output, Target};
use crate::story::{Fingerprint, RoutingKey, RoutingKeys};

/// Which stories are compared, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compare {
    /// Articles' own stories as well, not only appended ones.
    pub own: bool,
    /// Under how many routing keys.
    pub keys: RoutingKeys,
}

/// Under which keys of a story something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// All.
    All,
    /// Those under which `near` has found nobody whom it follows. Where it has, it knows itself that the story does not lead.
    WithoutRegister,
    /// One.
    Slot(u8),
}

impl Compare {
    /// Asks, under each key, which story stands for this one.
    pub(super) fn probe(
        self,
        age: Age,
        seen: i64,
        fingerprint: &Fingerprint,
        cause: &Arc<Cause>,
        outbox: &mut Outbox,
    ) {
        let probe = Probe { age, seen, sketch: Cow::Borrowed(fingerprint.sketch()) }.encode();
        for key in fingerprint.routing_keys().take(self.keys.count()) {
            outbox.outputs.push(to_near(key, probe.clone(), cause));
        }
    }

    /// Says, under these of a story's keys, how old it is and whether it stands for itself.
    pub(super) fn tell(
        self,
        keys: Keys,
        compared: &Compared,
        status: Status,
        cause: &Arc<Cause>,
        outbox: &mut Outbox,
    ) {
        let status = status.encode();
        for key in compared.routing_keys(self.keys.count()) {
            let is_meant = match keys {
                Keys::All => true,
                Keys::WithoutRegister => !compared.has_register(key.slot),
                Keys::Slot(slot) => key.slot == slot,
            };
            if is_meant {
                outbox.outputs.push(to_near(key, status.clone(), cause));
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
