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
use crate::story::Likeness;

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
    let others = || members.iter().filter(|other| other.story_id != newcomer.story_id);
    let mut leader: Option<(&Member<'_>, Lead)> = None;
    for other in others().filter(|other| other.entry.leads()) {
        if let Found::Alike(likeness, score) = ask(newcomer, other) {
            let may_follow = likeness >= Likeness::Near && other.age() < newcomer.age();
            if !may_follow || leader.is_some() {
                return None;
            }
            leader = Some((other, Lead { age: other.age(), likeness, score }));
        }
    }
    let is_of_the_leader =
        |other: &Member<'_>| leader.is_some_and(|(leader, _)| other.follows(leader.story_id));
    let strangers = others().filter(|other| !other.entry.leads() && !is_of_the_leader(other));
    for other in strangers {
        if let Found::Alike(..) = ask(newcomer, other) {
            return None;
        }
    }
    let Some((leader, lead)) = leader else { return Some(None) };
    let mut following = others().filter(|other| is_of_the_leader(other));
    let is_free = following.all(|other| {
        // One of the two may speak for the leader, and forbid the other to follow it.
        let [older, younger] =
            if other.age() < newcomer.age() { [other, newcomer] } else { [newcomer, other] };
        !is_quarter_longer(older, leader) || ask(younger, older) != Found::OtherNumbers
    });
    is_free.then_some(Some(lead))
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
            && self.are_near(member, leader)
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
        let Found::Alike(likeness, score) = (self.ask)(member, leader) else { return None };
        let matches = likeness >= Likeness::Near || self.has_witness(member, leader);
        let lead = Lead { age: leader.age(), likeness, score };
        (matches && !self.is_forbidden(member, leader)).then_some(lead)
    }

    /// Whether a third story is NEAR to both. A text that is much shorter than both is in both and says nothing of the rest:
    /// every follow-up shares such a one with the story that it quotes.
    fn has_witness(&self, a: &Member<'_>, b: &Member<'_>) -> bool {
        let is_third = |third: &Member<'_>| ![a.story_id, b.story_id].contains(&third.story_id);
        let is_whole =
            |third: &Member<'_>| 10 * u32::from(third.size) >= 9 * u32::from(a.size.min(b.size));
        let mut thirds = self.members.iter().filter(|third| is_third(third) && is_whole(third));
        thirds.any(|third| self.are_near(third, a) && self.are_near(third, b))
    }

    /// Whether the numbers of one that speaks for the leader forbid it.
    fn is_forbidden(&self, member: &Member<'_>, leader: &Member<'_>) -> bool {
        let mut longer =
            self.longer.iter().filter(|longer| longer.leader.story_id == leader.story_id);
        longer.any(|longer| (self.ask)(member, longer.member) == Found::OtherNumbers)
    }

    /// Whether two members are one story.
    fn are_near(&self, a: &Member<'_>, b: &Member<'_>) -> bool {
        matches!((self.ask)(a, b), Found::Alike(likeness, _) if likeness >= Likeness::Near)
    }
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
    use crate::story::Sketch;

    /// No comparison is made: what two are to each other is drawn.
    static SKETCH: LazyLock<Arc<Sketch>> =
        LazyLock::new(|| Arc::new(Sketch::new(20, vec![1], Vec::new()).unwrap()));

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
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_is_said_of_a_newcomer_by_itself_is_what_a_look_at_all_says(
            drawn in drawn(),
            leaving in prop::option::of(0..ROOM),
        ) {
            let ask = |a: &Member<'_>, b: &Member<'_>| drawn.found(a, b);
            let mut members = drawn.members();
            let Some(mut newcomer) = members.pop() else { return Ok(()) };
            prop_assume!(settle(&mut members, &ask));
            // A full bucket has made room for it.
            if let Some(leaving) = leaving.filter(|place| *place < members.len()) {
                let left = members.remove(leaving);
                let leader = left.entry.best.and_then(|best| place_of(best.age.story_id, &members));
                prop_assume!(!leader.is_some_and(|leader| is_quarter_longer(&left, &members[leader])));
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
