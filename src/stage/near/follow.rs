//! Whom each story of a bucket follows: of the older canonical stories that it matches here, the one that it is most alike.
//!
//! Two stories match where they are NEAR, or where they are LOOSE and some third story of the bucket stands between them: it
//! is NEAR to both, and no scrap of them. So texts that drift apart step by step stay together, and the half of one paper's
//! version follows another's.
//!
//! A short text leads what grows out of it, and two templates may grow out of one: who follows the short one first and is a
//! quarter longer speaks for it as well. What this longer one's numbers forbid does not follow the short one.
//!
//! Whom a story follows it keeps for as long as that one is canonical and older, unless numbers forbid it: what once stood
//! between the two may end before them.

use super::member::{Ask, Member, place_of};
use super::memo::Found;
use super::row::Entry;
use crate::stage::lead::{Age, Lead};
use crate::story::{Likeness, may_conflict_in_numbers};

/// Of each member, whom it follows: from the oldest on, since what stands for a story is older.
pub fn leads(members: &[Member<'_>], ask: &Ask<'_>) -> Vec<Option<Lead>> {
    let mut leads = vec![None; members.len()];
    let mut by_age: Vec<(Age, usize)> =
        (0..).zip(members).map(|(place, member)| (member.age(), place)).collect();
    by_age.sort_unstable();
    let mut scan = Scan { members, ask, leaders: Vec::new(), longer: Vec::new() };
    for (_, place) in by_age {
        if let (Some(member), Some(lead)) = (members.get(place), leads.get_mut(place)) {
            *lead = scan.lead(member);
            scan.pass(member, *lead);
        }
    }
    leads
}

/// Whom a story follows that has come into a bucket in which all others follow whom they should, where nothing changes for
/// these; `None` where it may. So it is with most stories that come: they are alike nobody, or one more of those that follow
/// one leader. Then those that follow it already are not asked.
pub fn lead_of_newcomer(
    newcomer: &Member<'_>,
    members: &[Member<'_>],
    ask: &Ask<'_>,
) -> Option<Option<Lead>> {
    let newcomer = Newcomer { newcomer, members, ask };
    let leaders = newcomer.leaders()?;
    let mut near = leaders.iter().filter(|(_, lead)| lead.likeness >= Likeness::Near);
    match (near.next(), near.next()) {
        (Some((leader, lead)), None) => newcomer.follows(leader).then_some(Some(*lead)),
        (None, _) => newcomer.follows_loosely(&leaders),
        // It may stand between the two.
        (Some(_), Some(_)) => None,
    }
}

/// A story that has come, and those that were there.
struct Newcomer<'a> {
    newcomer: &'a Member<'a>,
    members: &'a [Member<'a>],
    ask: &'a Ask<'a>,
}

impl<'a> Newcomer<'a> {
    fn others(&self) -> impl Iterator<Item = &'a Member<'a>> {
        let story_id = self.newcomer.story_id;
        self.members.iter().filter(move |other| other.story_id != story_id)
    }

    /// Those that lead and that it is alike; `None` where it is older than one of them and may take over.
    fn leaders(&self) -> Option<Vec<(&'a Member<'a>, Lead)>> {
        let mut leaders = Vec::new();
        for leader in self.others().filter(|other| other.entry.leads()) {
            if let Found::Alike(likeness, score) = (self.ask)(self.newcomer, leader) {
                if self.newcomer.age() < leader.age() {
                    return None;
                }
                leaders.push((leader, Lead { age: leader.age(), likeness, score }));
            }
        }
        Some(leaders)
    }

    /// Whether it follows the one leader that it is NEAR, and nothing changes for others. It leads nobody then, but it may
    /// stand between the leader and one that is not NEAR enough by itself.
    fn follows(&self, leader: &Member<'_>) -> bool {
        let strangers = self.others().filter(|other| !other.entry.leads());
        let mut strangers = strangers.filter(|other| !other.follows(leader.story_id));
        strangers.all(|other| !self.is_near(other) || !is_loose((self.ask)(other, leader)))
            && self.forbids_nothing(leader)
    }

    /// Whom it follows where no leader is NEAR. It stands between no two, since one of them would lead.
    fn follows_loosely(&self, leaders: &[(&Member<'_>, Lead)]) -> Option<Option<Lead>> {
        let mut younger = self.others().filter(|other| self.newcomer.age() < other.age());
        if younger.any(|other| matches!((self.ask)(self.newcomer, other), Found::Alike(..))) {
            return None;
        }
        let witnessed = leaders
            .iter()
            .filter(|(leader, _)| has_witness(self.newcomer, leader, self.members, self.ask));
        let Some((leader, lead)) = witnessed.min_by_key(|(_, lead)| lead.rank()) else {
            return Some(None);
        };
        self.forbids_nothing(leader).then_some(Some(*lead))
    }

    /// Whether its numbers and those of all that follow the leader go together: one of two may speak for the leader, and
    /// forbid the other to follow it.
    fn forbids_nothing(&self, leader: &Member<'_>) -> bool {
        let mut following = self.others().filter(|other| other.follows(leader.story_id));
        following.all(|other| {
            let older = if other.age() < self.newcomer.age() { other } else { self.newcomer };
            !is_quarter_longer(older, leader) || self.may_be_one_with(other)
        })
    }

    /// Whether their numbers let the two be one story.
    fn may_be_one_with(&self, other: &Member<'_>) -> bool {
        !may_conflict_in_numbers(self.newcomer.sketch, other.sketch)
            || (self.ask)(self.newcomer, other) != Found::OtherNumbers
    }

    fn is_near(&self, other: &Member<'_>) -> bool {
        is_near((self.ask)(self.newcomer, other))
    }
}

/// What is known of the stories that are older than the one that is looked at.
struct Scan<'a> {
    /// All of the bucket.
    members: &'a [Member<'a>],
    ask: &'a Ask<'a>,
    /// Those that lead, in the order of their age.
    leaders: Vec<&'a Member<'a>>,
    /// Those that speak for the one that they follow.
    longer: Vec<Longer<'a>>,
}

struct Longer<'a> {
    leader: &'a Member<'a>,
    member: &'a Member<'a>,
}

impl<'a> Scan<'a> {
    fn pass(&mut self, member: &'a Member<'a>, lead: Option<Lead>) {
        let entry = Entry { best: lead, ..member.entry };
        if entry.leads() {
            self.leaders.push(member);
        }
        if let Some(leader) = lead.and_then(|lead| self.leader(lead.age))
            && is_quarter_longer(member, leader)
            && is_near((self.ask)(leader, member))
        {
            self.longer.push(Longer { leader, member });
        }
    }

    fn leader(&self, age: Age) -> Option<&'a Member<'a>> {
        self.leaders.iter().find(|leader| leader.story_id == age.story_id).copied()
    }

    fn lead(&self, member: &Member<'_>) -> Option<Lead> {
        let kept = member.entry.best.and_then(|best| self.kept(member, best));
        let found = self.leaders.iter().filter_map(|leader| self.joins(member, leader));
        found.chain(kept).min_by_key(Lead::rank)
    }

    /// Whom a story follows already: gone from here it leads on; here it must lead, and is as old as it is now.
    fn kept(&self, member: &Member<'_>, best: Lead) -> Option<Lead> {
        let (lead, leader) = match self.leader(best.age) {
            Some(leader) => (Lead { age: leader.age(), ..best }, Some(leader)),
            None if place_of(best.age.story_id, self.members).is_none() => (best, None),
            None => return None,
        };
        let is_forbidden = leader.is_some_and(|leader| self.is_forbidden(member, leader));
        (lead.age < member.age() && !is_forbidden).then_some(lead)
    }

    /// Whether a member matches an older one that leads.
    fn joins(&self, member: &Member<'_>, leader: &Member<'_>) -> Option<Lead> {
        let Found::Alike(likeness, score) = (self.ask)(leader, member) else { return None };
        let matches =
            likeness >= Likeness::Near || has_witness(member, leader, self.members, self.ask);
        let lead = Lead { age: leader.age(), likeness, score };
        (matches && !self.is_forbidden(member, leader)).then_some(lead)
    }

    /// Whether the numbers of one that speaks for the leader forbid it.
    fn is_forbidden(&self, member: &Member<'_>, leader: &Member<'_>) -> bool {
        let mut longer =
            self.longer.iter().filter(|longer| longer.leader.story_id == leader.story_id);
        longer.any(|longer| (self.ask)(longer.member, member) == Found::OtherNumbers)
    }
}

/// Whether a third story is NEAR to both a story and one that leads. A text that is much shorter than both is in both and says
/// nothing of the rest: every follow-up shares such a one with the story that it quotes. What others are to one that leads has
/// mostly been asked before, so it is asked first.
fn has_witness(
    member: &Member<'_>,
    leader: &Member<'_>,
    members: &[Member<'_>],
    ask: &Ask<'_>,
) -> bool {
    let is_third =
        |third: &Member<'_>| ![member.story_id, leader.story_id].contains(&third.story_id);
    let shorter = u32::from(member.size.min(leader.size));
    let is_whole = |third: &Member<'_>| 10 * u32::from(third.size) >= 9 * shorter;
    let mut thirds = members.iter().filter(|third| is_third(third) && is_whole(third));
    thirds.any(|third| is_near(ask(leader, third)) && is_near(ask(member, third)))
}

fn is_near(found: Found) -> bool {
    matches!(found, Found::Alike(likeness, _) if likeness >= Likeness::Near)
}

fn is_loose(found: Found) -> bool {
    matches!(found, Found::Alike(Likeness::Loose, _))
}

/// By a quarter at least (state-protocol).
pub fn is_quarter_longer(member: &Member<'_>, leader: &Member<'_>) -> bool {
    4 * u32::from(member.size) >= 5 * u32::from(leader.size)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::{Arc, LazyLock};

    use proptest::prelude::*;

    use super::*;
    use crate::record::StoryId;
    use crate::story::{Number, Probe, Sketch};

    /// Numbers that may be in conflict with others.
    fn numbers() -> Vec<Number> {
        [0, 1].map(|at| Number { at, hash: at }).to_vec()
    }

    /// No comparison is made: what two are to each other is drawn.
    static SKETCH: LazyLock<Arc<Sketch>> =
        LazyLock::new(|| Arc::new(Sketch::new(20, vec![1], numbers()).unwrap()));

    const ROOM: usize = 7;

    /// A bucket: how old and long its stories are and whether they stand for themselves, and what each two are to each other.
    #[derive(Debug, Clone)]
    struct Drawn {
        stories: Vec<(i64, u16, bool)>,
        found: Vec<Found>,
    }

    impl Drawn {
        fn members(&self) -> Vec<Member<'static>> {
            let member = |(n, &(oldest, size, is_canonical)): (u8, &(i64, u16, bool))| Member {
                story_id: StoryId([n; 16]),
                entry: Entry { oldest, is_canonical, best: None, last_matched_hour: 0 },
                before: None,
                told: None,
                size,
                sketch: &SKETCH,
                probe: Probe::of(&SKETCH),
            };
            (0..).zip(&self.stories).map(member).collect()
        }

        fn found(&self, a: &Member<'_>, b: &Member<'_>) -> Found {
            let [a, b] = [a, b].map(|member| usize::from(member.story_id.0[0]));
            self.found[a.min(b) * ROOM + a.max(b)]
        }
    }

    fn drawn() -> impl Strategy<Value = Drawn> {
        let found = prop_oneof![
            6 => Just(Found::Unlike),
            1 => Just(Found::OtherNumbers),
            1 => Just(Found::Alike(Likeness::Loose, 50)),
            4 => (60..63_u8).prop_map(|score| Found::Alike(Likeness::Near, score)),
        ];
        let size = prop_oneof![3 => Just(100_u16), 1 => Just(130)];
        let story = (0..9_i64, size, prop::bool::weighted(0.9));
        let stories = prop::collection::vec(story, 1..=ROOM);
        (stories, prop::collection::vec(found, ROOM * ROOM))
            .prop_map(|(stories, found)| Drawn { stories, found })
    }

    /// Lets each story follow whom it should until nothing changes; `false` where there is no end of it.
    fn settle(members: &mut [Member<'_>], ask: &Ask<'_>) -> bool {
        for _ in 0..8 {
            let found = leads(members, ask);
            let is_settled =
                members.iter().zip(&found).all(|(member, lead)| member.entry.best == *lead);
            if is_settled {
                return true;
            }
            members.iter_mut().zip(found).for_each(|(member, lead)| member.entry.best = lead);
        }
        false
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn what_is_said_of_a_newcomer_by_itself_is_what_a_look_at_all_says(
            drawn in drawn(),
            leaving in prop::option::of(0..ROOM),
        ) {
            let ask = |a: &Member<'_>, b: &Member<'_>| drawn.found(a, b);
            let mut members = drawn.members();
            let Some(mut newcomer) = members.pop() else { return Ok(()) };
            if !settle(&mut members, &ask) {
                return Ok(());
            }
            // A full bucket has made room for it.
            if let Some(leaving) = leaving.filter(|place| *place < members.len()) {
                let left = members.remove(leaving);
                let leader = left.entry.best.and_then(|best| place_of(best.age.story_id, &members));
                if leader.is_some_and(|leader| is_quarter_longer(&left, &members[leader])) {
                    return Ok(());
                }
            }
            newcomer.entry.is_canonical = true;
            members.push(newcomer);
            let newcomer = members.last().unwrap();
            if let Some(lead) = lead_of_newcomer(newcomer, &members, &ask) {
                let before = members.iter().map(|member| member.entry.best);
                let expected: Vec<_> = before.take(members.len() - 1).chain([lead]).collect();
                prop_assert_eq!(leads(&members, &ask), expected);
            }
        }
    }

    #[test]
    fn one_more_that_follows_a_leader_is_compared_with_the_leader_alone() {
        let asked = Cell::new(0);
        let near = Found::Alike(Likeness::Near, 70);
        let drawn = Drawn {
            stories: (0..7).map(|n| (n, 100, true)).collect(),
            found: vec![near; ROOM * ROOM],
        };
        let ask = |a: &Member<'_>, b: &Member<'_>| {
            asked.set(asked.get() + 1);
            drawn.found(a, b)
        };
        let mut members = drawn.members();
        let newcomer = members.pop().unwrap();
        assert!(settle(&mut members, &ask));
        members.push(newcomer);
        asked.set(0);
        let lead = lead_of_newcomer(&members[6], &members, &ask).unwrap().unwrap();
        assert_eq!((lead.age.story_id, lead.score, asked.get()), (StoryId([0; 16]), 70, 1));
    }
}
