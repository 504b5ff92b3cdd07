//! Which story stands for which: whatever the order in which messages meet, the batch answer.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::batch::Told;
use super::world::{HOUR, TTL_HOURS, Tale, World, edited, tale};
use crate::record::StoryId;
use crate::story::RoutingKeys;

#[test]
fn an_edited_story_follows_the_older_one() {
    let (old, new, other) = (tale(1), edited(1, 20, 0), tale(2));
    let mut world = World::new();
    for (tale, hour) in [(&old, 1), (&other, 2), (&new, 3)] {
        world.see(tale, hour * HOUR);
        world.rest();
    }
    let expected = [(old.id, old.id), (other.id, other.id), (new.id, new.id), (new.id, old.id)];
    assert_eq!(world.canonical, expected);
}

#[test]
fn an_older_story_that_comes_late_takes_over() {
    let (old, new) = (tale(1), edited(1, 20, 0));
    let mut world = World::new();
    world.see(&new, 3 * HOUR);
    world.rest();
    world.see(&old, HOUR);
    world.rest();
    assert_eq!(world.canonical, [(new.id, new.id), (old.id, old.id), (new.id, old.id)]);
    // A still older page with the younger text turns it round.
    world.see(&new, 0);
    world.rest();
    let answer = world.answer();
    assert_eq!(answer, BTreeMap::from([(new.id, new.id), (old.id, new.id)]));
}

#[test]
fn a_story_follows_the_one_that_it_is_most_alike() {
    // The older one has the first half of the copy, more or less; the younger one has all of it.
    let whole = tale(1);
    let other = Tale::told(1, 80, |n| (n >= 40 || n % 15 == 7).then_some(3));
    let copy = whole.opening(40);
    let mut world = World::new();
    for (tale, hour) in [(&other, 1), (&whole, 2), (&copy, 3)] {
        world.see(tale, hour * HOUR);
        world.rest();
    }
    let answer = world.answer();
    assert_eq!((answer[&whole.id], answer[&copy.id]), (whole.id, whole.id));
}

#[test]
fn two_templates_that_grow_out_of_one_opening_do_not_both_follow_it_where_all_meet() {
    let stories = |subject: usize| {
        let opening = tale(subject).opening(35);
        let edited = edited(subject, 20, 0).opening(35).with_numbers(2);
        [opening.clone(), opening.with_numbers(1), opening.with_numbers(2), edited]
    };
    let keys = |tale: &Tale| tale.fingerprint().unwrap().routing_keys().take(2).collect::<Vec<_>>();
    let meet = |stories: &[Tale; 4]| stories.iter().all(|tale| keys(tale) == keys(&stories[0]));
    let stories = (0..).map(stories).find(meet).unwrap();
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let mut world = World::with(RoutingKeys::Two, TTL_HOURS);
        for n in order {
            world.see(&stories[n], i64::try_from(n).unwrap() * HOUR);
            world.rest();
        }
        let [opening, first, second, edited] = stories.each_ref().map(|tale| tale.id);
        let leads = [opening, first, second, edited].map(|id| world.answer()[&id]);
        assert_eq!(leads, [opening, opening, second, second], "{order:?}");
    }
}

#[test]
fn a_scrap_of_two_stories_does_not_bring_them_together_and_a_whole_copy_does() {
    let whole = tale(1);
    // It has the first 40 of 60 words, as a follow-up has that quotes the story.
    let quoting = Tale::told(1, 70, |n| (n >= 40).then_some(1));
    let scrap = whole.opening(40);
    let between = Tale::told(1, 60, |n| (n >= 50).then_some(1));
    let answer = |third: &Tale| {
        let mut world = World::new();
        for (tale, hour) in [(&whole, 1), (&quoting, 2), (third, 3)] {
            world.see(tale, hour * HOUR);
            world.rest();
        }
        world.answer()[&quoting.id]
    };
    assert_eq!(answer(&scrap), quoting.id);
    assert_eq!(answer(&between), whole.id);
}

#[test]
fn a_short_story_is_never_compared() {
    let (old, new) = (Tale::told(1, 17, |_| None), Tale::told(1, 17, |n| (n == 16).then_some(0)));
    let mut world = World::new();
    for tale in [&old, &new] {
        world.see(tale, HOUR);
        world.rest();
    }
    assert_eq!(world.canonical, [(old.id, old.id), (new.id, new.id)]);
    assert!(world.nears.iter().all(|table| table.stats().rows == 0));
}

#[test]
fn a_follower_keeps_its_canonical_story_when_that_one_ends_in_near() {
    let (old, new) = (tale(1), edited(1, 20, 0));
    let mut world = World::with(RoutingKeys::Six, 48);
    world.see(&old, 0);
    world.see(&new, HOUR);
    world.rest();
    // Time goes on in every partition; only the younger one is matched again.
    for day in 1..10 {
        for subject in 10..40 {
            world.see(&tale(100 * usize::try_from(day).unwrap() + subject), day * 24 * HOUR);
        }
        world.see(&new, day * 24 * HOUR);
        world.see(&old, day * 24 * HOUR);
        world.rest();
    }
    assert_eq!(world.answer()[&new.id], old.id);
    let stats: u64 = world.nears.iter().map(|table| table.stats().rows).sum();
    assert!(stats < 4 * 30 * 3, "{stats} rows: the sketches of what has ended are gone");
}

/// An occurrence: which story of which family, and when.
#[derive(Debug, Clone, Copy)]
struct Seen {
    subject: usize,
    variant: usize,
    hour: i64,
}

/// Up to 7 chains: each variant changes three more words than the one before, so that neighbours are alike and ends are not.
/// Then two openings of them, and two templates that grow out of the first.
fn variant(subject: usize, variant: usize) -> Tale {
    let chain = |links: usize| {
        Tale::told(subject, 70, |n| {
            let place = n % 23;
            (place % 2 == 1 && place / 2 < links).then_some(place / 2)
        })
    };
    match variant {
        0..8 => chain(variant),
        8 | 9 => chain(4 * (variant - 8)).opening(35),
        _ => chain(0).opening(35).with_numbers(variant),
    }
}

fn seen() -> impl Strategy<Value = Seen> {
    (0..3_usize, 0..12_usize, 0..40_i64).prop_map(|(subject, variant, hour)| Seen {
        subject,
        variant,
        hour,
    })
}

fn batch_answer(tales: &[(Tale, i64)], keys: RoutingKeys) -> BTreeMap<StoryId, StoryId> {
    let mut told = Told::default();
    for (tale, timestamp) in tales {
        told.seen(tale.id.to_string(), *timestamp);
        told.published(tale.id.to_string(), tale.fingerprint().unwrap());
    }
    let id = |hex: &str| StoryId(u128::from_str_radix(hex, 16).unwrap().to_be_bytes());
    told.answer(keys.count()).iter().map(|(story, lead)| (id(story), id(lead))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_meets_whatever_first_the_answer_is_the_batch_answer(
        pages in prop::collection::vec(seen(), 1..40),
        steps in prop::collection::vec(any::<u8>(), 0..400),
        keys in prop::sample::select(vec![RoutingKeys::Two, RoutingKeys::Four, RoutingKeys::Six]),
    ) {
        let mut world = World::with(keys, TTL_HOURS);
        let tales: Vec<_> =
            pages.iter().map(|seen| (variant(seen.subject, seen.variant), seen.hour * HOUR)).collect();
        let mut pages = tales.iter();
        for step in steps {
            match usize::from(step) % 8 {
                inbox @ 0..6 => world.step(inbox),
                _ => {
                    if let Some((tale, timestamp)) = pages.next() {
                        world.see(tale, *timestamp);
                    }
                }
            }
        }
        pages.for_each(|(tale, timestamp)| world.see(tale, *timestamp));
        world.rest();
        let expected = batch_answer(&tales, keys);
        let answer = world.answer();
        prop_assert_eq!(&answer, &expected);
        for canonical in answer.values() {
            prop_assert_eq!(answer[canonical], *canonical, "a chain");
        }
    }

    /// Where all that are alike are alike each other. Between two leaders a story may be corrected once for each.
    #[test]
    fn in_order_each_story_of_a_family_is_corrected_once_at_most(
        mut pages in prop::collection::vec(seen(), 1..40),
    ) {
        pages.sort_by_key(|seen| seen.hour);
        let mut world = World::new();
        let mut told: BTreeMap<StoryId, usize> = BTreeMap::new();
        for (n, seen) in (0..).zip(pages) {
            world.see(&edited(seen.subject, 20, seen.variant), seen.hour * HOUR + n);
            world.rest();
        }
        for (story, _) in &world.canonical {
            *told.entry(*story).or_default() += 1;
        }
        prop_assert!(told.values().all(|times| *times <= 2), "{told:?}");
    }
}
