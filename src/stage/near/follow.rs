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

use super::member::{Member, place_of};
use super::row::Entry;
use crate::record::StoryId;
use crate::stage::lead::{Age, Lead};
use crate::story::Likeness;

/// Of each member, whom it follows: from the oldest on, since what stands for a story is older.
pub fn leads(members: &[Member]) -> Vec<Option<Lead>> {
    let stands_alone =
        |member: &Member| member.compared.alike.is_empty() && member.entry.best.is_none();
    if members.iter().all(stands_alone) {
        return vec![None; members.len()];
    }
    let mut by_age: Vec<(Age, usize)> =
        (0..).zip(members).map(|(place, member)| (member.age(), place)).collect();
    by_age.sort_unstable();
    let mut scan = Scan { members, leaders: Vec::new(), longer: Vec::new() };
    let mut leads = vec![None; members.len()];
    for (_, place) in by_age {
        if let (Some(member), Some(lead)) = (members.get(place), leads.get_mut(place)) {
            *lead = scan.lead(member);
            scan.pass(member, *lead);
        }
    }
    leads
}

/// What is known of the stories that are older than the one that is looked at.
struct Scan<'a> {
    /// All of the bucket.
    members: &'a [Member],
    /// Those that lead, in the order of their age.
    leaders: Vec<&'a Member>,
    /// Those that speak for the one that they follow.
    longer: Vec<Longer<'a>>,
}

struct Longer<'a> {
    leader: StoryId,
    member: &'a Member,
}

impl<'a> Scan<'a> {
    fn pass(&mut self, member: &'a Member, lead: Option<Lead>) {
        let entry = Entry { best: lead, ..member.entry };
        if entry.leads() {
            self.leaders.push(member);
        }
        if let Some(leader) = lead.and_then(|lead| self.leader(lead.age.story_id))
            && is_quarter_longer(member, leader)
            && member.near(leader).is_some()
        {
            self.longer.push(Longer { leader: leader.story_id, member });
        }
    }

    fn leader(&self, story_id: StoryId) -> Option<&'a Member> {
        self.leaders.iter().find(|leader| leader.story_id == story_id).copied()
    }

    fn lead(&self, member: &Member) -> Option<Lead> {
        let kept = member.entry.best.and_then(|best| self.kept(member, best));
        let found = self.leaders.iter().filter_map(|leader| self.joins(member, leader));
        found.chain(kept).min_by_key(Lead::rank)
    }

    /// Whom a story follows already: gone from here it leads on; here it must lead, and is as old as it is now.
    fn kept(&self, member: &Member, best: Lead) -> Option<Lead> {
        let lead = match self.leader(best.age.story_id) {
            Some(leader) => Lead { age: leader.age(), ..best },
            None if place_of(best.age.story_id, self.members).is_none() => best,
            None => return None,
        };
        (lead.age < member.age() && !self.is_forbidden(member, lead.age.story_id)).then_some(lead)
    }

    /// Whether a member matches an older one that leads.
    fn joins(&self, member: &Member, leader: &Member) -> Option<Lead> {
        let alike = member.pair(leader)?;
        let likeness = alike.likeness?;
        let matches = likeness >= Likeness::Near || self.has_witness(member, leader);
        let lead = Lead { age: leader.age(), likeness, score: alike.score };
        (matches && !self.is_forbidden(member, leader.story_id)).then_some(lead)
    }

    /// Whether a third story is NEAR to both. A text that is much shorter than both is in both and says nothing of the rest:
    /// every follow-up shares such a one with the story that it quotes.
    fn has_witness(&self, member: &Member, leader: &Member) -> bool {
        let shorter = member.size().min(leader.size());
        self.members.iter().any(|third| {
            10 * third.size() >= 9 * shorter
                && member.near(third).is_some()
                && leader.near(third).is_some()
        })
    }

    /// Whether the numbers of one that speaks for the leader forbid it.
    fn is_forbidden(&self, member: &Member, leader: StoryId) -> bool {
        let mut longer = self.longer.iter().filter(|longer| longer.leader == leader);
        longer
            .any(|longer| member.pair(longer.member).is_some_and(|alike| alike.likeness.is_none()))
    }
}

/// By a quarter at least (state-protocol).
fn is_quarter_longer(member: &Member, leader: &Member) -> bool {
    4 * member.size() >= 5 * leader.size()
}
