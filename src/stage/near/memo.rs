//! What is remembered of the stories that came lately. A story comes under several routing keys: its sketch stands in memory
//! once for all of them, and a pair that meets under several, or of which is asked again, is compared once.
//!
//! A sketch follows from the text that its story's id names, and what two sketches are to each other from the two alone: no
//! result depends on what is remembered.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::record::StoryId;
use crate::story::{Likeness, Sketch};

/// So many pairs are remembered, of 36 bytes each; a new one takes the place of an older. Of a quarter as many the stories of
/// make_pages.py, which come a little out of order, are compared half as often again; four times as many save a sixth of the
/// comparisons and no time.
const PAIRS: usize = 64 * 1024;

/// The sketches of so many stories are at hand for the next of their keys, of 1 KB each.
const SKETCHES: usize = 2 * 1024;

/// What two stories are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// One story, or so alike that a third may make them one; how alike they are, in per cent.
    Alike(Likeness, u8),
    /// They would be, were it not for their numbers.
    OtherNumbers,
    /// Nothing.
    Unlike,
}

/// What a process remembers: its engines share it.
#[derive(Debug, Default)]
pub struct Memo {
    pairs: Slots<Pair>,
    sketches: Slots<(StoryId, Arc<Sketch>)>,
}

type Slots<T> = Mutex<Vec<Option<T>>>;

#[derive(Debug, Clone, Copy)]
struct Pair {
    /// The lesser id first.
    ids: [StoryId; 2],
    found: Found,
}

impl Memo {
    /// What two stories are to each other, as it was found lately, or else as it is found now.
    pub fn found(&self, one: StoryId, other: StoryId, find: impl FnOnce() -> Found) -> Found {
        let ids = if one < other { [one, other] } else { [other, one] };
        let [lesser, greater] = ids.map(number);
        let slot = (lesser ^ greater.rotate_left(7)) % PAIRS;
        let known = lock(&self.pairs).get(slot).copied().flatten();
        if let Some(known) = known.filter(|known| known.ids == ids) {
            return known.found;
        }
        let found = find();
        put(&mut lock(&self.pairs), PAIRS, slot, Pair { ids, found });
        found
    }

    /// The sketch of a story, in the memory of the one that came with another of its keys; else as it is read.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn shared<E>(
        &self,
        story_id: StoryId,
        read: impl FnOnce() -> Result<Sketch, E>,
    ) -> Result<Arc<Sketch>, E> {
        let slot = number(story_id) % SKETCHES;
        if let Some(Some((known, shared))) = lock(&self.sketches).get(slot)
            && *known == story_id
        {
            return Ok(Arc::clone(shared));
        }
        let shared = Arc::new(read()?);
        put(&mut lock(&self.sketches), SKETCHES, slot, (story_id, Arc::clone(&shared)));
        Ok(shared)
    }
}

/// A panic leaves nothing half written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first value of all makes the room.
fn put<T: Clone>(slots: &mut Vec<Option<T>>, room: usize, slot: usize, value: T) {
    if slots.is_empty() {
        slots.resize(room, None);
    }
    if let Some(place) = slots.get_mut(slot) {
        *place = Some(value);
    }
}

/// Ids are digests: any of their bits are spread evenly.
fn number(StoryId([a, b, c, d, ..]): StoryId) -> usize {
    usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_compared_once_whichever_comes_first_until_another_takes_its_place() {
        let memo = Memo::default();
        let [a, b, c] = [1, 2, 3].map(|byte| StoryId([byte; 16]));
        let found = |one, other, now| memo.found(one, other, || now);
        let near = Found::Alike(Likeness::Near, 70);
        assert_eq!(found(a, b, near), near);
        assert_eq!(found(b, a, Found::Unlike), near);
        assert_eq!(found(a, c, Found::OtherNumbers), Found::OtherNumbers);
        let mut same_slot = b;
        same_slot.0[15] = 9;
        assert_eq!(found(a, same_slot, Found::Unlike), Found::Unlike);
        assert_eq!(found(a, b, Found::Unlike), Found::Unlike, "its place was taken");
        assert_eq!(found(c, a, near), Found::OtherNumbers);
    }

    #[test]
    fn a_sketch_stands_in_memory_once_until_another_story_takes_its_place() {
        let memo = Memo::default();
        let sketch = |shingle| Sketch::new(20, vec![shingle], Vec::new()).ok_or(());
        let story = |last| {
            let mut id = [7; 16];
            id[15] = last;
            StoryId(id)
        };
        let first = memo.shared(story(1), || sketch(1)).unwrap();
        assert!(Arc::ptr_eq(&first, &memo.shared(story(1), || Err(())).unwrap()), "not read again");
        assert_eq!(*memo.shared(story(2), || sketch(2)).unwrap(), sketch(2).unwrap());
        assert!(!Arc::ptr_eq(&first, &memo.shared(story(1), || sketch(1)).unwrap()));
        assert_eq!(memo.shared(story(3), || Err(())), Err(()));
    }
}
