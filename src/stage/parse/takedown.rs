//! A null value takes an article down.

use std::sync::Arc;

use super::Parsed;
use super::identity::{self, InputKey};
use crate::record::{Reason, Reject};
use crate::stage::{Cause, Count, Outcome, Output, Record, Target};

/// The tombstone of the article that the key names. Its version is the time of the take-down.
///
/// # Errors
/// `takedown_unresolvable` where no article id follows from the key alone.
pub(super) fn tombstone(
    key: InputKey,
    record: &Record<'_>,
    cause: &Arc<Cause>,
) -> Result<Parsed, Reject> {
    let article_id = identity::of_key(key, record.key).ok_or_else(|| {
        let message = match (key, record.key) {
            (InputKey::None, _) => "input.key is \"none\": no article id follows from a key",
            (_, None) => "it has no key",
            (_, Some(_)) => "the key is empty, or no UTF-8 text",
        };
        Reject::new(Reason::TakedownUnresolvable, message)
    })?;
    let output = Output {
        target: Target::Articles,
        key: article_id.hex().as_bytes().to_vec(),
        value: None,
        cause: Arc::clone(cause),
        version: Some(record.timestamp.unwrap_or(0)),
        kept: None,
    };
    Ok(Parsed { outputs: vec![output], counts: vec![(Count::Page(Outcome::TakenDown), 1)] })
}
