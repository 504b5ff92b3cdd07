//! What `lines` publishes, taken to the known starts.

use std::sync::Arc;

use crate::page::{LineKey, Start, Starts};
use crate::stage::lines::message::read_start;
use crate::stage::{Output, Target};

/// Hears what is published of lines, and teaches it when it is told to.
#[derive(Debug)]
pub struct Teacher {
    starts: Arc<Starts>,
    heard: Vec<(LineKey, Option<Start>)>,
}

impl Teacher {
    /// A teacher of that table.
    #[must_use]
    pub fn new(starts: Arc<Starts>) -> Self {
        Self { starts, heard: Vec::new() }
    }

    /// Hears an output, if it is of a line.
    pub fn hear(&mut self, output: &Output) {
        if output.target == Target::Starts {
            let heard = read_start(&output.key, output.value.as_deref());
            debug_assert!(heard.is_ok(), "{heard:?}");
            self.heard.extend(heard);
        }
    }

    /// Teaches what was heard, in its order.
    pub fn teach(&mut self) {
        for (line, start) in self.heard.drain(..) {
            self.starts.learn(line, start);
        }
    }
}
