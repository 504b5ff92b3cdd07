//! What `near` tells `home`.

use serde::{Deserialize, Serialize};

use super::Head;
use crate::record::StoryId;
use crate::stage::lead::Lead;
use crate::stage::message;

/// What `near` has found under some of a story's routing keys: the registers of those keys, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The story: the key of the message, too.
    pub story_id: StoryId,
    /// At least one, in the order of their slots.
    pub registers: Vec<Register>,
}

/// What `near` has found under one routing key of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// Which of its routing keys.
    pub slot: u8,
    /// The canonical story there that it follows; `None` where there is none.
    pub best: Option<Lead>,
}

impl Verdict {
    /// The bytes of the message.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        let Self { story_id, registers } = self;
        message::begin(&match registers.as_slice() {
            [register] => Head::Verdict(story_id, *register),
            _ => Head::Verdicts(story_id, registers),
        })
    }
}
