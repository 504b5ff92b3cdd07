//! The known starts: what other pages have shown of lines, for all workers to ask while one thread writes.
//!
//! A fixed table of atomics, so that asking takes no lock: a bucket is named by the line's key, and a line stands in one
//! of its sixteen slots. A full bucket gives up the line that was decided longest ago, and counts it. Each bucket has a
//! count of its changes, odd while one is under way: a reader that sees it move asks again.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::record::StoryId;

/// Sites are told apart in a line's key by so many bits.
const OWNER_BITS: u32 = 10;

/// A line of a site: a hash of its match form and the site's name, so that no site teaches another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey(pub u64);

impl LineKey {
    /// The line of that match form (its hash) on that site (a hash of its name). Its first bits are the site's, so that
    /// a line says whose it is.
    pub(crate) fn of(site: u64, form: u64) -> Self {
        let mut both = [0; 16];
        let bytes = site.to_le_bytes().into_iter().chain(form.to_le_bytes());
        both.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        let of_site = !(u64::MAX >> OWNER_BITS);
        // Nought is an empty slot.
        Self((site & of_site | xxh3_64(&both) & !of_site).max(1))
    }

    /// Whose line it is: a site, or one of some that share the number.
    #[must_use]
    pub fn owner(self) -> u16 {
        u16::try_from(self.0 >> (u64::BITS - OWNER_BITS)).unwrap_or_default()
    }
}

/// What is known of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartKind {
    /// It begins a story.
    Headline,
    /// It stands inside one.
    Body,
}

/// A line of which other pages have shown what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// What it is.
    pub kind: StartKind,
    /// It is the headline of an article of its own.
    pub own: bool,
    /// On how many pages it had stood among appended stories when that was decided; the last dozen are counted.
    pub pages: u8,
    /// How many lines had stood before it there.
    pub before: u8,
    /// How many had stood behind it.
    pub behind: u8,
    /// When that was decided, in hours of stream time since 1970.
    pub hour: u32,
    /// The story that it names, where only one article has it for its headline.
    pub story_id: Option<StoryId>,
}

/// Lines of a bucket.
const SLOTS: usize = 16;

/// A bucket is full long before all are: where the lines that a table is made for take two slots of three, one in a
/// hundred of them finds no room.
const LINES_A_BUCKET: usize = SLOTS * 2 / 3;

/// A reader that meets a writer looks so many times, then takes the line for unknown.
const TURNS: usize = 1_000;

/// The known starts.
#[derive(Debug)]
pub struct Starts {
    buckets: Box<[Bucket]>,
    /// Writers take turns. Readers do not look at it.
    writing: Mutex<Tally>,
}

/// How many lines are known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines that are in the table.
    pub known: u64,
    /// Lines that had to leave a full bucket, ever.
    pub evicted: u64,
}

#[derive(Debug, Default)]
struct Bucket {
    changes: AtomicU64,
    lines: [AtomicU64; SLOTS],
    facts: [[AtomicU64; 3]; SLOTS],
}

impl Starts {
    /// Bytes for each line that a table is made for.
    pub const BYTES_A_LINE: usize = size_of::<Bucket>().div_ceil(LINES_A_BUCKET);

    /// An empty table that finds room for about so many lines.
    #[must_use]
    pub fn with_room(lines: usize) -> Self {
        let buckets = lines.div_ceil(LINES_A_BUCKET).max(1);
        Self {
            buckets: (0..buckets).map(|_| Bucket::default()).collect(),
            writing: Mutex::default(),
        }
    }

    /// What is known of a line.
    #[must_use]
    pub fn get(&self, line: LineKey) -> Option<Start> {
        let bucket = self.bucket(line)?;
        for _ in 0..TURNS {
            let before = bucket.changes.load(Ordering::Acquire);
            let found = bucket.slot(line.0).and_then(|slot| Start::from_facts(bucket.facts(slot)));
            fence(Ordering::Acquire);
            if before.is_multiple_of(2) && before == bucket.changes.load(Ordering::Relaxed) {
                return found;
            }
            std::hint::spin_loop();
        }
        None
    }

    /// Learns what a line is; `None` forgets it.
    pub fn learn(&self, line: LineKey, start: Option<Start>) {
        let Some(bucket) = self.bucket(line) else { return };
        // A writer that panicked left counts that are whole: there is no step between them.
        let mut tally = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match (bucket.slot(line.0), start) {
            (Some(slot), Some(start)) => bucket.write(slot, line.0, start.facts()),
            (Some(slot), None) => {
                bucket.write(slot, 0, [0; 3]);
                tally.known -= 1;
            }
            (None, Some(start)) => {
                let room = bucket.slot(0);
                if room.is_some() {
                    tally.known += 1
                } else {
                    tally.evicted += 1
                }
                bucket.write(room.unwrap_or_else(|| bucket.oldest()), line.0, start.facts());
            }
            (None, None) => {}
        }
    }

    /// How many lines are known.
    #[must_use]
    pub fn tally(&self) -> Tally {
        *self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn bucket(&self, line: LineKey) -> Option<&Bucket> {
        let bucket = line.0 % u64::try_from(self.buckets.len()).ok()?;
        self.buckets.get(usize::try_from(bucket).ok()?)
    }
}

impl Bucket {
    fn slot(&self, line: u64) -> Option<usize> {
        self.lines.iter().position(|slot| slot.load(Ordering::Relaxed) == line)
    }

    fn facts(&self, slot: usize) -> [u64; 3] {
        let facts = self.facts.get(slot);
        facts.map_or([0; 3], |facts| facts.each_ref().map(|fact| fact.load(Ordering::Relaxed)))
    }

    /// The line that was decided longest ago.
    fn oldest(&self) -> usize {
        let hour =
            |slot: &usize| Start::from_facts(self.facts(*slot)).map_or(0, |start| start.hour);
        (0..SLOTS).min_by_key(hour).unwrap_or(0)
    }

    fn write(&self, slot: usize, line: u64, facts: [u64; 3]) {
        let (Some(place), Some(places)) = (self.lines.get(slot), self.facts.get(slot)) else {
            return;
        };
        let changes = self.changes.load(Ordering::Relaxed);
        self.changes.store(changes + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        place.store(line, Ordering::Relaxed);
        for (place, fact) in places.iter().zip(facts) {
            place.store(fact, Ordering::Relaxed);
        }
        self.changes.store(changes + 2, Ordering::Release);
    }
}

const KNOWN: u8 = 1;
const BODY: u8 = 2;
const OWN: u8 = 4;
const NAMES: u8 = 8;

impl Start {
    /// Of the first number the bytes, the lowest first: flags, pages, before, behind, hour; then the story's id.
    fn facts(&self) -> [u64; 3] {
        let flag = |holds, flag| if holds { flag } else { 0 };
        let flags = KNOWN
            | flag(self.kind == StartKind::Body, BODY)
            | flag(self.own, OWN)
            | flag(self.story_id.is_some(), NAMES);
        let [a, b, c, d] = self.hour.to_le_bytes();
        let counts = [flags, self.pages, self.before, self.behind, a, b, c, d];
        let [low, high] = halves(self.story_id);
        [u64::from_le_bytes(counts), low, high]
    }

    fn from_facts([counts, low, high]: [u64; 3]) -> Option<Self> {
        let [flags, pages, before, behind, a, b, c, d] = counts.to_le_bytes();
        let has = |flag| flags & flag != 0;
        let id = u128::from(high) << 64 | u128::from(low);
        has(KNOWN).then(|| Self {
            kind: if has(BODY) { StartKind::Body } else { StartKind::Headline },
            own: has(OWN),
            pages,
            before,
            behind,
            hour: u32::from_le_bytes([a, b, c, d]),
            story_id: has(NAMES).then(|| StoryId(id.to_le_bytes())),
        })
    }
}

fn halves(story_id: Option<StoryId>) -> [u64; 2] {
    match story_id.map_or([0; 16], |id| id.0).as_chunks() {
        ([low, high], _) => [u64::from_le_bytes(*low), u64::from_le_bytes(*high)],
        _ => [0; 2],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(hour: u32, story: Option<u8>) -> Start {
        Start {
            kind: StartKind::Headline,
            own: false,
            pages: 12,
            before: 9,
            behind: 1,
            hour,
            story_id: story
                .map(|byte| StoryId(std::array::from_fn(|at| byte ^ u8::try_from(at).unwrap()))),
        }
    }

    #[test]
    fn what_was_learned_is_known_until_it_is_forgotten() {
        let starts = Starts::with_room(100);
        let (one, other) = (LineKey(7), LineKey(8));
        let body = Start { kind: StartKind::Body, own: true, ..start(u32::MAX, None) };
        starts.learn(one, Some(start(3, Some(0xf0))));
        starts.learn(other, Some(body));
        assert_eq!(starts.get(one), Some(start(3, Some(0xf0))));
        assert_eq!(starts.get(other), Some(body));
        starts.learn(one, Some(start(4, None)));
        assert_eq!(starts.get(one), Some(start(4, None)));
        assert_eq!(starts.tally(), Tally { known: 2, evicted: 0 });
        starts.learn(one, None);
        starts.learn(one, None);
        assert_eq!(starts.get(one), None);
        assert_eq!(starts.tally(), Tally { known: 1, evicted: 0 });
    }

    #[test]
    fn a_full_table_gives_up_what_was_decided_longest_ago_and_counts_it() {
        let starts = Starts::with_room(1);
        for hour in 1..=30 {
            starts.learn(LineKey(u64::from(hour)), Some(start(hour, None)));
        }
        let known: Vec<u64> = (1..=30).filter(|key| starts.get(LineKey(*key)).is_some()).collect();
        assert_eq!(known, (15..=30).collect::<Vec<_>>());
        assert_eq!(starts.tally(), Tally { known: 16, evicted: 14 });
    }

    #[test]
    fn as_many_lines_as_a_table_is_made_for_find_room_but_a_few_in_64_bytes_each() {
        let lines: u64 = 50_000;
        let starts = Starts::with_room(50_000);
        for line in 0..lines {
            starts.learn(LineKey::of(1, line), Some(start(1, None)));
        }
        assert!(starts.tally().evicted < lines / 100, "{:?}", starts.tally());
        const { assert!(Starts::BYTES_A_LINE <= 64) }
    }

    #[test]
    fn a_reader_never_sees_half_a_change() {
        let starts = Starts::with_room(1);
        // Two lines take turns in one slot; every other slot is taken.
        for line in 10..25 {
            starts.learn(LineKey(line), Some(start(u32::MAX, None)));
        }
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for turn in 0..200_000_u32 {
                    let line = turn % 2 + 1;
                    let story = if line == 1 { 0x11 } else { 0x77 };
                    starts.learn(LineKey(u64::from(line)), Some(start(line, Some(story))));
                }
            });
            let mut seen = 0;
            while !writer.is_finished() {
                for (line, story) in [(1, 0x11), (2, 0x77)] {
                    if let Some(found) = starts.get(LineKey(u64::from(line))) {
                        assert_eq!(found, start(line, Some(story)));
                        seen += 1;
                    }
                }
            }
            assert!(seen > 0);
        });
    }
}
