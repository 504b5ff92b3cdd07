//! What pages teach, and what they do not. Crashes and transactions are tests/simulation's.

use proptest::prelude::*;

use super::message::{line_of, read_start};
use super::*;
use crate::page::{LineKey, Neighbours, Stands, StartKind, is_looked_at};
use crate::record::StoryId;
use crate::stage::{DynPartition, DynStage, erase};

const LINE: LineKey = LineKey(7);
const HOUR: u32 = 470_000;
const TTL_HOURS: u32 = 48;

fn appended(page: u32, before: u32, behind: u32, around: u32) -> Candidate {
    let stands = Stands::Appended(Neighbours { before, behind, around });
    Candidate { page, hour: HOUR, stands, story_id: None }
}

fn own(page: u32, story: u8) -> Candidate {
    let story_id = Some(StoryId([story; 16]));
    Candidate { page, hour: HOUR, stands: Stands::Own, story_id }
}

/// The stage over one partition, and what it has published.
struct World {
    stage: Arc<dyn DynStage>,
    partition: Box<dyn DynPartition>,
    published: Vec<(LineKey, Option<Start>)>,
}

impl World {
    fn new() -> Self {
        Self::with_rule(Rule::builtin())
    }

    /// Of a table with room for so many lines.
    fn with_room(lines: usize) -> Self {
        let builtin = include_str!("../../../config/lines.toml");
        let rule = builtin.replace("a_partition = 100000", &format!("a_partition = {lines}"));
        Self::with_rule(toml::from_str(&rule).unwrap())
    }

    fn with_rule(rule: Rule) -> Self {
        let stage = erase(Lines { ttl_hours: TTL_HOURS, rule });
        Self { partition: Arc::clone(&stage).open(1), stage, published: Vec::new() }
    }

    fn hear(&mut self, line: LineKey, candidate: &Candidate) {
        let (key, value) = (message::key_of(line), candidate.encode());
        let record = Record {
            topic: "inbox",
            partition: 0,
            offset: 0,
            timestamp: None,
            key: Some(&key),
            value: Some(&value),
            headers: &[],
        };
        let mut outbox = Outbox::default();
        self.partition.apply(self.stage.prepare(&record).unwrap(), &mut outbox);
        for output in outbox.outputs {
            assert_eq!(output.target, Target::Starts);
            self.published.push(read_start(&output.key, output.value.as_deref()).unwrap());
        }
    }

    fn told(candidates: impl IntoIterator<Item = Candidate>) -> Self {
        let mut world = Self::new();
        candidates.into_iter().for_each(|candidate| world.hear(LINE, &candidate));
        world
    }

    /// The changelog, never committed: every row.
    fn rows(&self) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        let mut rows = Vec::new();
        let mut keep = |key: &[u8], row: Option<&[u8]>| {
            rows.push((key.to_vec(), row.map(<[u8]>::to_vec)));
        };
        self.partition.changes(&mut keep);
        rows.sort();
        rows
    }

    /// What was published of the line, one after the other.
    fn said(&self) -> Vec<Option<StartKind>> {
        self.published.iter().map(|(_, start)| start.map(|start| start.kind)).collect()
    }
}

const HEADLINE: Option<StartKind> = Some(StartKind::Headline);
const BODY: Option<StartKind> = Some(StartKind::Body);

#[test]
fn a_line_begins_a_story_where_what_stands_before_it_changes_and_what_stands_behind_it_does_not() {
    let world = World::told((1..=40).map(|page| appended(page, 100 + page, 9, page)));
    assert_eq!(world.said(), [HEADLINE; 2], "once, and once more when twelve pages have shown it");
    let [decided, settled] = [0, 1].map(|at| world.published[at]);
    for ((line, start), pages) in [(decided, 4), (settled, 12)] {
        let start = start.unwrap();
        assert_eq!((line, start.pages, start.before, start.behind), (LINE, pages, pages, 1));
        assert_eq!((start.own, start.story_id, start.hour), (false, None, HOUR));
    }
}

#[test]
fn a_page_that_nobody_would_look_at_changes_nothing_when_it_is_told_after_all() {
    let begins = |pages: &mut dyn Iterator<Item = u32>| {
        let candidates: Vec<_> =
            pages.map(|page| appended(page, 100 + page, 9 + page / 300, page)).collect();
        World::told(candidates)
    };
    let all = begins(&mut (1..=400));
    let looked_at = begins(&mut (1..=400).filter(|page| *page <= 12 || is_looked_at(*page)));
    assert_eq!(all.published, looked_at.published);
    assert_eq!(all.rows(), looked_at.rows());
}

#[test]
fn the_first_line_of_blocks_begins_a_story() {
    assert_eq!(World::told((1..=4).map(|page| appended(page, 0, 9, 0))).said(), [HEADLINE]);
}

#[test]
fn a_line_goes_on_with_a_story_where_one_line_stands_before_it_and_the_story_behind_many() {
    let world = World::told((1..=40).map(|page| appended(page, 5, 9, 100 + page)));
    assert_eq!(world.said(), [BODY; 2], "once, and once more when twelve pages have shown it");
    let mostly = (1..=10).map(|page| appended(page, if page == 4 { 6 } else { 5 }, 9, page));
    assert_eq!(World::told(mostly).said(), [BODY], "an edited copy changes nothing");
}

#[test]
fn stories_that_are_always_printed_one_behind_the_other_teach_nothing() {
    // Of five stories in one order: of each but the first what stands before it, behind it and before the story before.
    let mut world = World::new();
    for page in 1..=200 {
        for story in 1..5 {
            let line =
                appended(page, 10 + story, 20 + story, if story == 1 { 0 } else { 9 + story });
            world.hear(LineKey(u64::from(story)), &line);
        }
    }
    assert_eq!(world.published, []);
}

#[test]
fn a_byline_that_stands_in_many_stories_is_neither() {
    // What stands behind it changes with what stands before it.
    let bylines = (1..=40).map(|page| appended(page, 10 + page % 5, 20 + page % 5, page));
    assert_eq!(World::told(bylines).said(), []);
}

#[test]
fn the_headline_of_an_article_begins_a_story_as_soon_as_it_is_met_elsewhere() {
    let mut world = World::told([own(1, 0x11)]);
    assert_eq!(world.said(), [], "nobody asks");
    world.hear(LINE, &appended(2, 5, 9, 5));
    assert_eq!(world.said(), [HEADLINE]);
    let start = world.published[0].1.unwrap();
    assert_eq!((start.own, start.story_id), (true, Some(StoryId([0x11; 16]))));
}

#[test]
fn a_link_names_the_story_of_the_one_article_with_its_words() {
    let link = Candidate { stands: Stands::Link, ..appended(2, 0, 0, 0) };
    let mut world = World::told([link, own(1, 0x11)]);
    let names = |world: &World| world.published.last().unwrap().1.unwrap().story_id;
    assert_eq!(names(&world), Some(StoryId([0x11; 16])));
    world.hear(LINE, &own(1, 0x22));
    assert_eq!(names(&world), Some(StoryId([0x22; 16])), "its article has been crawled again");
    world.hear(LINE, &own(3, 0x33));
    assert_eq!(names(&world), None, "two articles have these words");
    assert_eq!(world.said(), [HEADLINE; 3]);
}

#[test]
fn a_headline_that_stands_over_anything_is_shown_to_be_nothing() {
    let anything = (2..=40).map(|page| appended(page, page, 1_000 + page, page));
    let world = World::told([own(1, 0x11)].into_iter().chain(anything));
    assert_eq!(world.said(), [HEADLINE, None]);
}

#[test]
fn a_page_counts_once_however_often_it_is_crawled() {
    let again = (1..=100).map(|_| appended(1, 5, 9, 0));
    let others = (2..=4).map(|page| appended(page, 5 + page, 9, page));
    let world = World::told(again.chain(others));
    assert_eq!(world.said(), [HEADLINE]);
    assert_eq!(world.published[0].1.unwrap().pages, 4);
}

#[test]
fn what_was_said_is_taken_back_when_the_pages_say_otherwise() {
    let begins = (1..=12).map(|page| appended(page, 100 + page, 9, page));
    let goes_on = (13..=400).map(|page| appended(page, 5, 9, page));
    let world = World::told(begins.clone().chain(goes_on));
    assert_eq!(world.said(), [HEADLINE, HEADLINE, None, BODY]);
    let nearly =
        (13..=400).map(|page| appended(page, if page % 5 < 2 { 5 } else { page }, 9, page));
    assert_eq!(World::told(begins.chain(nearly)).said(), [HEADLINE; 2], "nearly so is still so");
}

#[test]
fn what_is_known_of_a_line_ends_with_its_time_to_live() {
    let begins = || (1..=4).map(|page| appended(page, 100 + page, 9, page));
    let mut world = World::told(begins());
    let later = Candidate { hour: HOUR + TTL_HOURS + 1, ..appended(5, 1, 2, 3) };
    world.hear(LineKey(8), &later);
    assert_eq!(world.published[1..], [(LINE, None)]);

    // Even where the first page to come is one that shows the same line.
    let mut world = World::told(begins());
    world.hear(LINE, &later);
    assert_eq!(world.said(), [HEADLINE, None]);
}

/// A line of one of a few sites.
fn line(site: u64, number: u64) -> LineKey {
    LineKey(site << 54 | number)
}

#[test]
fn a_flood_of_lines_of_one_site_drives_out_lines_of_that_site_and_of_no_other() {
    let mut world = World::with_room(10);
    for number in 1..=3 {
        (1..=4).for_each(|page| world.hear(line(1, number), &appended(page, 100 + page, 9, page)));
    }
    world.hear(line(1, 4), &own(1, 1));
    let before = world.rows();
    assert_eq!(world.said(), [HEADLINE; 3]);
    for number in 0..1_000_u32 {
        world.hear(line(2, number.into()), &own(number, 2));
        assert!(world.partition.stats().rows <= 10);
    }
    let of_first_site = |(key, _): &(Vec<u8>, _)| line_of(key).is_some_and(|key| key.owner() == 1);
    let rows = world.rows();
    let kept: Vec<_> = rows.iter().filter(|row| of_first_site(row)).collect();
    assert!(kept.into_iter().eq(before.iter().filter(|row| of_first_site(row))));
    assert_eq!(world.said(), [HEADLINE; 3], "and what is known of them stands");
}

#[test]
fn the_lines_that_most_pages_have_shown_stay_and_what_was_said_of_one_that_leaves_is_taken_back() {
    let mut world = World::with_room(2);
    for (number, pages) in [(1, 7), (2, 4)] {
        (1..=pages).for_each(|page| {
            world.hear(line(1, number), &appended(page, 100 + page, 9, page));
        });
    }
    world.hear(line(1, 3), &own(7, 1));
    assert_eq!(world.said(), [HEADLINE; 2], "what one page has shown leaves first");
    world.hear(line(2, 4), &own(7, 1));
    assert_eq!(world.partition.stats().rows, 2);
    assert_eq!(world.published.last(), Some(&(line(1, 2), None)), "the site with most gives way");
}

#[test]
fn a_message_without_a_line_stops_the_process() {
    let stage = Lines { ttl_hours: TTL_HOURS, rule: Rule::builtin() };
    let value = own(1, 1).encode();
    let record = Record {
        topic: "inbox",
        partition: 0,
        offset: 3,
        timestamp: None,
        key: Some(b"no line"),
        value: Some(&value),
        headers: &[],
    };
    assert!(matches!(stage.prepare(&record), Err(Refusal::Stop(why)) if why.contains("no line")));
}

#[test]
fn the_thresholds_that_come_with_newsmill_are_read() {
    assert_eq!(Rule::builtin().bytes(), [4, 30, 70, 70, 3, 40, 20, 0, 1, 134, 160]);
}

proptest! {
    #[test]
    fn a_page_that_is_told_twice_is_counted_once(
        pages in prop::collection::vec((0..40_u32, 0..4_u32, 0..3_u32, 0..4_u32, 0..8_u32), 1..60),
    ) {
        // A page is always told as it was the first time.
        let of_page = |page: u32, (before, behind, around, kind): (u32, u32, u32, u32)| match kind {
            0 => own(page, 1),
            1 => Candidate { stands: Stands::Link, ..appended(page, 0, 0, 0) },
            _ => appended(page, before, behind, around),
        };
        let mut told = std::collections::BTreeMap::new();
        let candidates: Vec<_> = pages
            .iter()
            .map(|(page, before, behind, around, kind)| {
                let first = *told.entry(page).or_insert((*before, *behind, *around, *kind));
                of_page(*page, first)
            })
            .collect();
        let once = World::told(candidates.iter().copied());
        let twice = World::told(candidates.iter().flat_map(|candidate| [*candidate, *candidate]));
        prop_assert_eq!(once.published, twice.published);
    }
}
