//! Finds a shingle among those of one story: a small table of places, without an allocation.

/// The most shingles that a sketch keeps.
pub(super) const SHINGLES: usize = 512;

/// Twice as many as shingles, so that a search ends soon; shingles are hashes, their low bits spread by themselves.
const SLOTS: usize = 2 * SHINGLES;

const FREE: u16 = u16::MAX;

/// Where each shingle of a list stands in it.
pub(super) struct ShingleIndex {
    places: [u16; SLOTS],
}

impl ShingleIndex {
    /// Of no shingle.
    pub(super) fn new() -> Self {
        Self { places: [FREE; SLOTS] }
    }

    /// Of a list without repetitions; what stands behind the first [`SHINGLES`] of it is not found.
    pub(super) fn of(shingles: &[u32]) -> Self {
        let mut index = Self::new();
        for (place, shingle) in (0..).zip(shingles.iter().take(SHINGLES)) {
            let mut slot = slot_of(*shingle);
            while index.places.get(slot).is_some_and(|taken| *taken != FREE) {
                slot = (slot + 1) % SLOTS;
            }
            index.put(slot, place);
        }
        index
    }

    /// The place of a shingle in the list that the index is of.
    #[inline]
    pub(super) fn place(&self, shingles: &[u32], shingle: u32) -> Option<u16> {
        self.find(shingles, shingle).ok()
    }

    /// How many of these shingles, from the first on, are surely not in the list that the index is of.
    #[inline]
    pub(super) fn strangers(&self, shingles: &[u32]) -> usize {
        let is_free = |shingle: &&u32| self.places.get(slot_of(**shingle)) == Some(&FREE);
        shingles.iter().take_while(is_free).count()
    }

    /// Appends a shingle to the list, unless it is there or the list is full.
    #[inline]
    pub(super) fn append(&mut self, shingles: &mut Vec<u32>, shingle: u32) {
        let place = shingles.len();
        if place >= SHINGLES {
            return;
        }
        if let (Err(slot), Ok(place)) = (self.find(shingles, shingle), u16::try_from(place)) {
            shingles.push(shingle);
            self.put(slot, place);
        }
    }

    /// The place of a shingle, or the free slot where a search for it ends. At least half of the slots are free.
    #[inline]
    fn find(&self, shingles: &[u32], shingle: u32) -> Result<u16, usize> {
        let mut slot = slot_of(shingle);
        loop {
            match self.places.get(slot) {
                None | Some(&FREE) => return Err(slot),
                Some(place) if shingles.get(usize::from(*place)) == Some(&shingle) => {
                    return Ok(*place);
                }
                Some(_) => slot = (slot + 1) % SLOTS,
            }
        }
    }

    fn put(&mut self, slot: usize, place: u16) {
        if let Some(free) = self.places.get_mut(slot) {
            *free = place;
        }
    }
}

/// Where a search for a shingle begins.
fn slot_of(shingle: u32) -> usize {
    usize::try_from(shingle).unwrap_or_default() % SLOTS
}
