//! The overlap of two sketches against a slow count, and what must hold of it whatever the sketches are.

use std::collections::BTreeSet;

use newsmill::story::{
    Fingerprint, Folder, Likeness, Missing, Number, Overlap, Probe, Sketch, Threshold, Thresholds,
};
use proptest::prelude::*;

/// A sketch of a few different shingles, some of which fall on one another in a table of 1,024.
fn sketch() -> impl Strategy<Value = Sketch> {
    let shingle = (0..40_u32, 0..3_u32).prop_map(|(low, high)| low + 1024 * high);
    let shingles = prop::collection::vec(shingle, 0..120);
    let numbers = prop::collection::btree_map(0..100_u32, 0..8_u32, 0..32);
    (shingles, numbers, 0..4_u32).prop_map(|(shingles, numbers, more)| {
        let mut seen = BTreeSet::new();
        let shingles: Vec<u32> =
            shingles.into_iter().filter(|shingle| seen.insert(*shingle)).collect();
        let words = count(shingles.len()) + 2 + more;
        let numbers = numbers.into_iter().map(|(at, hash)| Number { at, hash }).collect();
        Sketch::new(words, shingles, numbers).unwrap()
    })
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap()
}

/// Of these numbers those that are left when each of the others has taken one like itself away.
fn left(numbers: &[Number], others: &[Number]) -> Missing {
    let mut rest: Vec<u32> = numbers.iter().map(|number| number.hash).collect();
    for other in others {
        if let Some(at) = rest.iter().position(|hash| *hash == other.hash) {
            rest.swap_remove(at);
        }
    }
    Missing { missing: count(rest.len()), of: count(numbers.len()) }
}

/// near-duplicates b4, counted with sets.
fn slow_overlap(x: &Sketch, y: &Sketch) -> Overlap {
    let by_size = |sketch: &Sketch| (sketch.shingles().len(), sketch.clone());
    let (a, b) = if by_size(x) <= by_size(y) { (x, y) } else { (y, x) };
    let lead = a.shingles().len() + 24;
    let of = |shingles: &[u32]| shingles.iter().copied().collect::<BTreeSet<u32>>();
    let common = &of(a.shingles()) & &of(b.shingles());
    let in_lead = &of(a.shingles()) & &of(&b.shingles()[..lead.min(b.shingles().len())]);
    let first = |shingles: &[u32]| shingles.iter().position(|shingle| common.contains(shingle));
    let lead_numbers: Vec<Number> =
        b.numbers().iter().copied().filter(|number| (number.at as usize) < lead).collect();
    let counted = !common.is_empty();
    Overlap {
        smaller: count(a.shingles().len()),
        larger: count(b.shingles().len()),
        shared: count(common.len()),
        shared_lead: count(in_lead.len()),
        shared_opening: count(a.shingles().iter().take(24).filter(|s| common.contains(s)).count()),
        larger_rest: 0,
        first_in_smaller: count(first(a.shingles()).unwrap_or(0)),
        first_in_larger: count(first(b.shingles()).unwrap_or(0)),
        smaller_numbers: if counted { left(a.numbers(), b.numbers()) } else { Missing::default() },
        larger_numbers: if counted { left(&lead_numbers, a.numbers()) } else { Missing::default() },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_overlap_is_what_a_slow_count_says(a in sketch(), b in sketch()) {
        prop_assert_eq!(Overlap::of(&a, &b), slow_overlap(&a, &b));
    }

    #[test]
    fn the_order_of_two_stories_does_not_matter(a in sketch(), b in sketch()) {
        prop_assert_eq!(Overlap::of(&a, &b), Overlap::of(&b, &a));
    }

    #[test]
    fn a_story_is_a_duplicate_of_itself(a in sketch()) {
        let overlap = Overlap::of(&a, &a);
        let expected = (!a.shingles().is_empty()).then_some(Likeness::Duplicate);
        prop_assert_eq!(overlap.likeness(&Thresholds::default()), expected);
    }

    #[test]
    fn a_probe_compares_with_one_story_after_another(a in sketch(), others in prop::collection::vec(sketch(), 0..5)) {
        let probe = Probe::of(&a);
        for other in &others {
            prop_assert_eq!(probe.overlap(other), Overlap::of(&a, other));
        }
    }

    #[test]
    fn lower_thresholds_never_take_a_likeness_away(a in sketch(), b in sketch()) {
        let all = |percent| {
            let threshold = Threshold { jaccard: percent, containment: percent };
            Thresholds { duplicate: threshold, near: threshold, loose: threshold }
        };
        let overlap = Overlap::of(&a, &b);
        let likenesses: Vec<_> = (0..=100).map(|percent| overlap.likeness(&all(percent))).collect();
        prop_assert!(likenesses.is_sorted_by(|low, high| low >= high));
    }

    #[test]
    fn any_text_has_a_fingerprint_or_is_short(words in prop::collection::vec("[ab1-3]{1,2}", 0..80)) {
        let mut folder = Folder::new();
        let folded = folder.fold([words.join(" ")]);
        let fingerprint = Fingerprint::of(&folded);
        prop_assert_eq!(fingerprint.is_some(), folded.words() >= 18);
        if let Some(fingerprint) = fingerprint {
            let sketch = fingerprint.sketch();
            let again = Sketch::new(sketch.words(), sketch.shingles().to_vec(), sketch.numbers().to_vec());
            prop_assert_eq!(again.as_ref(), Some(sketch));
            prop_assert!(fingerprint.routing_keys().all(|key| key.value != u64::MAX));
        }
    }
}

fn overlap(smaller: u32, larger: u32, shared: u32) -> Overlap {
    let shared_opening = shared.min(24);
    Overlap { smaller, larger, shared, shared_lead: shared, shared_opening, ..Overlap::default() }
}

fn likeness(overlap: Overlap) -> Option<Likeness> {
    overlap.likeness(&Thresholds::default())
}

#[test]
fn each_threshold_of_the_overlap_is_reached_exactly() {
    // The union is 1,000 each time, and containment says nothing: the first shared shingle stands too far behind.
    let of_thousand = |shared| Overlap { first_in_larger: 25, ..overlap(shared, 1000, shared) };
    assert_eq!(likeness(of_thousand(800)), Some(Likeness::Duplicate));
    assert_eq!(likeness(of_thousand(799)), Some(Likeness::Near));
    assert_eq!(likeness(of_thousand(600)), Some(Likeness::Near));
    assert_eq!(likeness(of_thousand(599)), Some(Likeness::Loose));
    assert_eq!(likeness(of_thousand(300)), Some(Likeness::Loose));
    assert_eq!(likeness(of_thousand(299)), None);
}

#[test]
fn each_threshold_of_the_containment_is_reached_exactly() {
    let of_hundred = |shared| overlap(100, 500, shared);
    assert_eq!(likeness(of_hundred(90)), Some(Likeness::Duplicate));
    assert_eq!(likeness(of_hundred(89)), Some(Likeness::Near));
    assert_eq!(likeness(of_hundred(75)), Some(Likeness::Near));
    assert_eq!(likeness(of_hundred(74)), Some(Likeness::Loose));
    assert_eq!(likeness(of_hundred(40)), Some(Likeness::Loose));
    assert_eq!(likeness(of_hundred(39)), None);
}

#[test]
fn containment_counts_only_where_both_begin_alike_and_are_long_enough() {
    let anchored = Overlap { shared_opening: 12, first_in_larger: 24, ..overlap(100, 500, 100) };
    assert_eq!(likeness(anchored), Some(Likeness::Duplicate));
    assert_eq!(likeness(Overlap { shared_opening: 11, ..anchored }), None);
    assert_eq!(likeness(Overlap { first_in_larger: 25, ..anchored }), None);
    assert_eq!(likeness(overlap(16, 500, 16)), Some(Likeness::Duplicate));
    assert_eq!(likeness(overlap(15, 500, 15)), None);
}

/// A story of words that each number names.
fn story(words: impl Iterator<Item = u32>) -> Sketch {
    let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).unwrap());
    let word = |n: u32| -> String { [n / 676, n / 26, n].map(letter).iter().collect() };
    let text: Vec<String> = words.map(word).collect();
    Fingerprint::of(&Folder::new().fold([text.join(" ")])).unwrap().into_sketch()
}

#[test]
fn a_follow_up_that_begins_with_a_paragraph_of_its_own_is_another_story() {
    let old = story(0..500);
    let quoting = |own: u32| {
        let new = story((3_000..3_000 + own).chain(0..150));
        likeness(Overlap::of(&old, &new))
    };
    assert_eq!(quoting(10), Some(Likeness::Duplicate), "a byline");
    assert_eq!(quoting(16), None);
}

#[test]
fn a_part_of_a_long_story_is_not_most_of_it_because_the_sketch_of_that_is_full() {
    let (whole, part) = (story(0..1_300), story(110..480));
    let overlap = Overlap::of(&whole, &part);
    assert_eq!((overlap.larger, overlap.larger_rest, overlap.shared), (512, 786, 368));
    assert_eq!(likeness(overlap), None);
    // Two that are as long are compared by what was kept of both.
    assert_eq!(Overlap::of(&whole, &story(0..1_200)).larger_rest, 0);
}

#[test]
fn numbers_that_differ_on_both_sides_forbid_a_match() {
    let missing = |missing, of| Missing { missing, of };
    let with = |smaller_numbers, larger_numbers| Overlap {
        smaller_numbers,
        larger_numbers,
        ..overlap(1000, 1000, 950)
    };
    assert_eq!(likeness(with(missing(3, 10), missing(3, 10))), None);
    assert_eq!(likeness(with(missing(2, 2), missing(2, 6))), None);
    assert_eq!(
        likeness(with(missing(3, 11), missing(3, 10))),
        Some(Likeness::Duplicate),
        "less than three in ten"
    );
    assert_eq!(
        likeness(with(missing(1, 1), missing(3, 10))),
        Some(Likeness::Duplicate),
        "one number only"
    );
    assert_eq!(
        likeness(with(missing(0, 0), missing(9, 9))),
        Some(Likeness::Duplicate),
        "on one side only"
    );
    let same = Overlap { shared: 985, shared_lead: 985, ..with(missing(5, 5), missing(5, 5)) };
    assert_eq!(likeness(same), Some(Likeness::Duplicate), "97 per cent the same");
}

#[test]
fn two_of_one_template_are_told_apart_by_their_numbers_and_two_stories_are_not() {
    let numbers = Missing { missing: 3, of: 3 };
    let with = |shared| Overlap {
        smaller_numbers: numbers,
        larger_numbers: numbers,
        ..overlap(100, 100, shared)
    };
    let only = |overlap: Overlap| overlap.differs_in_numbers_only(&Thresholds::default());
    assert!(only(with(90)));
    assert!(!only(with(20)), "two stories");
    assert!(!only(overlap(100, 100, 90)), "one story");
}

#[test]
fn a_score_is_rounded_down_and_takes_containment_where_it_counts() {
    assert_eq!(overlap(100, 300, 99).score(), 99);
    assert_eq!(Overlap { first_in_larger: 25, ..overlap(100, 300, 99) }.score(), 32);
    assert_eq!(overlap(300, 300, 299).score(), 99);
    assert_eq!(Overlap::default().score(), 0);
}

#[test]
fn what_is_no_sketch_is_refused() {
    let number = |at| Number { at, hash: 7 };
    assert!(Sketch::new(20, vec![1, 1], vec![]).is_none(), "a shingle twice");
    assert!(Sketch::new(20, (0..513).collect(), vec![]).is_none(), "too many shingles");
    assert!(Sketch::new(20, vec![], (0..33).map(number).collect()).is_none(), "too many numbers");
    assert!(Sketch::new(20, vec![], vec![number(3), number(3)]).is_none(), "numbers out of order");
    assert!(Sketch::new(20, (0..512).collect(), (0..32).map(number).collect()).is_some());
}

#[test]
fn five_megabytes_of_one_word_have_a_fingerprint_of_one_shingle() {
    let mut folder = Folder::new();
    let fingerprint = Fingerprint::of(&folder.fold(["نعم ".repeat(700_000)])).unwrap();
    assert_eq!(fingerprint.sketch().shingles().len(), 1);
    assert_eq!(fingerprint.sketch().words(), 700_000);
}

#[test]
fn five_megabytes_of_numbers_are_compared_by_the_first_of_them() {
    let sketch = |from: u32| {
        let text: String = (from..from + 700_000).map(|n| format!("{n} ")).collect();
        Fingerprint::of(&Folder::new().fold([text])).unwrap().into_sketch()
    };
    let (a, b) = (sketch(0), sketch(200));
    assert_eq!((a.words(), a.shingles().len(), a.numbers().len()), (700_000, 512, 32));
    assert_eq!(likeness(Overlap::of(&a, &a)), Some(Likeness::Duplicate));
    assert_eq!(likeness(Overlap::of(&a, &b)), None);
}
