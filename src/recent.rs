//! What followed from a text lately, so that it need not be found again: a site appends the same story to thousands of
//! pages.
//!
//! Only what follows from the text alone may be kept: then no result depends on what is remembered. A text is remembered
//! when it comes for the second time, since most come once. Memory is bounded by the number of texts and their length.

use xxhash_rust::xxh3::xxh3_64;

/// Values by the text that each follows from; a new one takes the place of an older.
pub struct Recent<V> {
    slots: Vec<Slot<V>>,
    texts: usize,
    longest: usize,
}

struct Slot<V> {
    /// The hash of the last text that was looked for here in vain.
    asked: u64,
    known: Option<(Box<str>, V)>,
}

/// Where the value of a text that is not there may be put.
pub struct Vacancy {
    hash: u64,
    slot: usize,
}

impl<V> Recent<V> {
    /// Remembers at most so many texts, and none that is longer than so many bytes.
    #[must_use]
    pub fn new(texts: usize, longest: usize) -> Self {
        Self { slots: Vec::new(), texts, longest }
    }

    /// The value of a text.
    ///
    /// # Errors
    /// It is not there; [`Self::fill`] may put it there.
    #[inline]
    pub fn find(&self, text: &str) -> Result<&V, Vacancy> {
        if text.len() > self.longest {
            return Err(Vacancy { hash: 0, slot: usize::MAX });
        }
        let hash = xxh3_64(text.as_bytes());
        let slot = usize::try_from(hash >> 32).unwrap_or_default() % self.texts.max(1);
        match self.slots.get(slot).and_then(|slot| slot.known.as_ref()) {
            Some((known, value)) if **known == *text => Ok(value),
            Some(_) | None => Err(Vacancy { hash, slot }),
        }
    }

    /// Remembers the value of a text that was not found, if it has come before and is short enough.
    pub fn fill(&mut self, vacancy: &Vacancy, text: &str, value: impl FnOnce() -> V) {
        let Vacancy { hash, slot } = *vacancy;
        if slot < self.texts {
            self.slots.resize_with(self.texts, || Slot { asked: 0, known: None });
        }
        let Some(slot) = self.slots.get_mut(slot) else { return };
        if slot.asked == hash {
            slot.known = Some((text.into(), value()));
        } else {
            slot.asked = hash;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks for a text as those do who go on to fill its place.
    fn ask(recent: &mut Recent<usize>, text: &str) -> Option<usize> {
        let vacancy = match recent.find(text) {
            Ok(value) => return Some(*value),
            Err(vacancy) => vacancy,
        };
        recent.fill(&vacancy, text, || text.len());
        None
    }

    #[test]
    fn a_text_is_known_from_its_third_time_on_until_another_takes_its_place() {
        let mut recent = Recent::new(1, 10);
        assert_eq!(["one"; 4].map(|text| ask(&mut recent, text)), [None, None, Some(3), Some(3)]);
        assert_eq!(ask(&mut recent, "other"), None);
        assert_eq!(ask(&mut recent, "one"), Some(3), "a text that comes once takes no place");
        assert_eq!(["other"; 2].map(|text| ask(&mut recent, text)), [None, Some(5)]);
        assert_eq!(ask(&mut recent, "one"), None);
    }

    #[test]
    fn no_more_texts_and_none_that_is_longer_are_remembered() {
        let mut recent = Recent::new(4, 3);
        for text in (0..100).flat_map(|n| [n.to_string(), n.to_string()]) {
            ask(&mut recent, &text);
        }
        assert_eq!(recent.slots.iter().filter(|slot| slot.known.is_some()).count(), 4);
        assert_eq!(["long"; 3].map(|text| ask(&mut recent, text)), [None; 3]);
    }
}
