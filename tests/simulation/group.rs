//! The group coordinator: who owns which partition, and whose offsets it takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::kafka::Tp;
use crate::rng::Rng;

pub type MemberId = usize;

/// What a member has been told last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    pub generation: u32,
    /// Partitions that are its own, those that it must give back included.
    pub owned: BTreeSet<Tp>,
    /// Partitions that it must give back.
    pub revoking: BTreeSet<Tp>,
}

#[derive(Debug, Default)]
pub struct Group {
    generation: u32,
    members: BTreeMap<MemberId, View>,
    next_member: MemberId,
    partitions: Vec<Tp>,
}

impl Group {
    pub fn new(partitions: Vec<Tp>) -> Self {
        Self { partitions, ..Self::default() }
    }

    pub fn join(&mut self) -> MemberId {
        let id = self.next_member;
        self.next_member += 1;
        self.members.insert(id, View::default());
        id
    }

    /// The member has not been heard of for a session: its partitions are free at once.
    pub fn expel(&mut self, member: MemberId) {
        let _view = self.members.remove(&member);
    }

    pub fn members(&self) -> Vec<MemberId> {
        self.members.keys().copied().collect()
    }

    /// What a member is told; `None` where it is none any more.
    pub fn view(&self, member: MemberId) -> Option<&View> {
        self.members.get(&member)
    }

    /// A new generation. `target` says who should have a partition, given who has it; a partition that moves is first
    /// given back by its owner, and goes to the other in a later generation.
    pub fn rebalance(&mut self, target: &mut dyn FnMut(Option<MemberId>) -> MemberId) {
        if self.members.is_empty() {
            return;
        }
        self.generation += 1;
        for tp in &self.partitions {
            let owner = self.owner(*tp);
            let target = target(owner);
            match owner {
                Some(owner) if owner == target => {
                    let _was = self.members.get_mut(&owner).unwrap().revoking.remove(tp);
                }
                Some(owner) => {
                    self.members.get_mut(&owner).unwrap().revoking.insert(*tp);
                }
                None => {
                    self.members.get_mut(&target).unwrap().owned.insert(*tp);
                }
            }
        }
        for view in self.members.values_mut() {
            view.generation = self.generation;
        }
    }

    /// Partitions go to anybody, most of them staying where they are.
    pub fn shuffle(&mut self, rng: &mut Rng) {
        let members = self.members();
        self.rebalance(&mut |owner| match owner {
            Some(owner) if !rng.once_in(3) => owner,
            _ => *rng.pick(&members),
        });
    }

    /// Only partitions without an owner go to anybody.
    pub fn spread(&mut self, rng: &mut Rng) {
        let members = self.members();
        self.rebalance(&mut |owner| owner.unwrap_or_else(|| *rng.pick(&members)));
    }

    fn owner(&self, tp: Tp) -> Option<MemberId> {
        let owner = self.members.iter().find(|(_, view)| view.owned.contains(&tp));
        owner.map(|(member, _)| *member)
    }

    /// Whether every partition has an owner who may keep it.
    pub fn settled(&self) -> bool {
        self.partitions.iter().all(|tp| self.owner(*tp).is_some())
            && self.members.values().all(|view| view.revoking.is_empty())
    }

    /// The owner has given a partition back.
    pub fn give_back(&mut self, member: MemberId, tp: Tp) {
        if let Some(view) = self.members.get_mut(&member) {
            let _was = (view.owned.remove(&tp), view.revoking.remove(&tp));
        }
    }

    /// Whether offsets are taken from this member, of this generation.
    pub fn takes_offsets(&self, member: MemberId, generation: u32) -> bool {
        self.members.contains_key(&member) && generation == self.generation
    }
}
