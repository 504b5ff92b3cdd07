//! What stands on the topics of an application, and where its groups are.

use crate::client::{self, Seen};
use crate::fleet::{Fleet, Names};

/// All of it, as a `read_committed` reader sees it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The input.
    pub raw: Vec<Seen>,
    /// The outputs.
    pub articles: Vec<Seen>,
    /// Of them the pages that were none.
    pub dead_letters: Vec<Seen>,
    /// One an occurrence.
    pub sightings: Vec<Seen>,
    /// One a distinct appended story.
    pub stories: Vec<Seen>,
    /// Who stands for whom.
    pub canonical: Vec<Seen>,
    /// How far each stage has come.
    pub inboxes: Vec<Inbox>,
    /// The partitions that an open transaction holds back: `topic/partition`.
    pub open: Vec<String>,
}

/// What a stage reads, and how far it has come; a partition each.
#[derive(Debug, Clone)]
pub struct Inbox {
    /// The topic.
    pub topic: String,
    /// The offset behind the last record; 0 where there is none.
    pub behind_last: Vec<i64>,
    /// Where readers come to a stop.
    pub ends: Vec<i64>,
    /// What the group has committed.
    pub committed: Vec<Option<i64>>,
}

impl Standing {
    /// Reads everything that concerns the application of this fleet.
    pub fn read(bootstrap: &str, fleet: &Fleet) -> Self {
        let names = &fleet.names;
        let read = |topic: &str| client::read_committed(bootstrap, &names.topic(topic));
        let outputs = ["articles", "stories", "canonical", "sightings", "dead-letter"];
        let mut topics: Vec<_> = outputs.map(|topic| names.topic(topic)).into();
        let mut inboxes = vec![Inbox::read(bootstrap, names, "parse", names.topic("raw"))];
        for stage in fleet.stateful_stages() {
            let inbox = names.inbox(stage);
            topics.extend([inbox.clone(), format!("{inbox}.state")]);
            inboxes.push(Inbox::read(bootstrap, names, stage, inbox));
        }
        Self {
            raw: read("raw"),
            articles: read("articles"),
            dead_letters: read("dead-letter"),
            sightings: read("sightings"),
            stories: read("stories"),
            canonical: read("canonical"),
            inboxes,
            open: topics.iter().flat_map(|topic| held_back(bootstrap, topic)).collect(),
        }
    }
}

impl Inbox {
    fn read(bootstrap: &str, names: &Names, stage: &str, topic: String) -> Self {
        let ends: Vec<i64> = client::ends(bootstrap, &topic).iter().map(|(end, _)| *end).collect();
        let mut behind_last = vec![0; ends.len()];
        for seen in client::read_committed(bootstrap, &topic) {
            behind_last[usize::try_from(seen.partition).expect("few")] = seen.offset + 1;
        }
        let committed = client::group_offsets(bootstrap, &names.group(stage), &topic);
        Self { topic, behind_last, ends, committed }
    }
}

fn held_back(bootstrap: &str, topic: &str) -> Vec<String> {
    let partitions = client::open_transactions(bootstrap, topic).into_iter();
    partitions.map(|partition| format!("{topic}/{partition}")).collect()
}
