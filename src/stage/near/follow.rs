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

use super::member::{Member, Pairs, place_of};
use super::row::Entry;
use crate::stage::lead::{Age, Lead};
use crate::story::Likeness;

/// Of each member, whom it follows: from the oldest on, since what stands for a story is older.
pub fn leads(members: &[Member<'_>]) -> Vec<Option<Lead>> {
    let stands_alone =
        |member: &Member<'_>| member.entry.best.is_none() && member.compared.alike.is_empty();
    let mut leads = vec![None; members.len()];
    if members.iter().all(stands_alone) {
        return leads;
    }
    let mut by_age: Vec<(Age, usize)> =
        (0..).zip(members).map(|(place, member)| (member.age(), place)).collect();
    by_age.sort_unstable();
    let pairs = Pairs::of(members);
    let mut scan = Scan { members, pairs, leaders: Vec::new(), longer: Vec::new() };
    for (_, place) in by_age {
        if let (Some(member), Some(lead)) = (members.get(place), leads.get_mut(place)) {
            *lead = scan.lead(place, member);
            scan.pass(place, member, *lead);
        }
    }
    leads
}

/// What is known of the stories that are older than the one that is looked at. Members go by their places.
struct Scan<'a> {
    /// All of the bucket.
    members: &'a [Member<'a>],
    pairs: Pairs,
    /// Those that lead, in the order of their age.
    leaders: Vec<(usize, &'a Member<'a>)>,
    /// Those that speak for the one that they follow.
    longer: Vec<Longer>,
}

struct Longer {
    leader: usize,
    member: usize,
}

impl<'a> Scan<'a> {
    fn pass(&mut self, place: usize, member: &'a Member<'a>, lead: Option<Lead>) {
        let entry = Entry { best: lead, ..member.entry };
        if entry.leads() {
            self.leaders.push((place, member));
        }
        if let Some((leader, leading)) = lead.and_then(|lead| self.leader(lead.age))
            && is_quarter_longer(member, leading)
            && self.pairs.are_near(place, leader)
        {
            self.longer.push(Longer { leader, member: place });
        }
    }

    fn leader(&self, age: Age) -> Option<(usize, &'a Member<'a>)> {
        self.leaders.iter().find(|(_, leader)| leader.story_id == age.story_id).copied()
    }

    fn lead(&self, place: usize, member: &Member<'_>) -> Option<Lead> {
        let kept = member.entry.best.and_then(|best| self.kept(place, member, best));
        let found = self
            .leaders
            .iter()
            .filter_map(|(there, leader)| self.joins(place, member, *there, leader));
        found.chain(kept).min_by_key(Lead::rank)
    }

    /// Whom a story follows already: gone from here it leads on; here it must lead, and is as old as it is now.
    fn kept(&self, place: usize, member: &Member<'_>, best: Lead) -> Option<Lead> {
        let (lead, leader) = match self.leader(best.age) {
            Some((there, leader)) => (Lead { age: leader.age(), ..best }, Some(there)),
            None if place_of(best.age.story_id, self.members).is_none() => (best, None),
            None => return None,
        };
        let is_forbidden = leader.is_some_and(|leader| self.is_forbidden(place, leader));
        (lead.age < member.age() && !is_forbidden).then_some(lead)
    }

    /// Whether a member matches an older one that leads.
    fn joins(
        &self,
        place: usize,
        member: &Member<'_>,
        there: usize,
        leader: &Member<'_>,
    ) -> Option<Lead> {
        let pair = self.pairs.pair(place, there)?;
        let likeness = pair.likeness?;
        let size = member.size().min(leader.size());
        let matches = likeness >= Likeness::Near || self.has_witness(place, there, size);
        let lead = Lead { age: leader.age(), likeness, score: pair.score };
        (matches && !self.is_forbidden(place, there)).then_some(lead)
    }

    /// Whether a third story is NEAR to both, of which the shorter one is of that size. A text that is much shorter than both
    /// is in both and says nothing of the rest: every follow-up shares such a one with the story that it quotes.
    fn has_witness(&self, a: usize, b: usize, shorter: usize) -> bool {
        let mut thirds = self.pairs.near_both(a, b).filter_map(|third| self.members.get(third));
        thirds.any(|third| 10 * third.size() >= 9 * shorter)
    }

    /// Whether the numbers of one that speaks for the leader forbid it.
    fn is_forbidden(&self, place: usize, leader: usize) -> bool {
        let mut longer = self.longer.iter().filter(|longer| longer.leader == leader);
        longer.any(|longer| {
            self.pairs.pair(place, longer.member).is_some_and(|pair| pair.likeness.is_none())
        })
    }
}

/// By a quarter at least (state-protocol).
fn is_quarter_longer(member: &Member<'_>, leader: &Member<'_>) -> bool {
    4 * member.size() >= 5 * leader.size()
}
