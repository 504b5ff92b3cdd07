//! The one table of topics: what `topics create` makes, `run` checks and `demo` sets up.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use super::reader::Reader;
use super::value::{Value, quote};
use super::{AppName, Config, Near, Starts};

/// Kafka's name for the largest batch that a topic takes.
pub const MAX_MESSAGE_BYTES: &str = "max.message.bytes";

/// Bytes that our headers and the record's own frame may add to a dead-lettered record.
pub const DEAD_LETTER_ROOM: usize = 64 << 10;

const INTERNAL_KEY: &str = "topics.partitions_internal";
const NEAR_KEY: &str = "topics.partitions_near";

/// For so many partitions of the others one of `near` is enough (docs/capacity.md, "Partitions of near").
const INTERNAL_A_NEAR: usize = 8;

/// The section `[topics]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// Raw pages: the input.
    pub raw: String,
    /// Article records.
    pub articles: String,
    /// Texts of distinct related stories.
    pub stories: String,
    /// Which story stands for which.
    pub canonical: String,
    /// One decision an occurrence.
    pub sightings: String,
    /// Input records that could not become records.
    pub dead_letter: String,
    /// Partitions of every inbox and changelog, but for those of `near`.
    pub partitions_internal: NonZeroUsize,
    /// Partitions of the inbox and of the changelog of `near`.
    pub partitions_near: NonZeroUsize,
}

/// A name that Kafka takes.
struct TopicName(String);

/// What a topic is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Raw pages.
    Input,
    /// Records for others.
    Output,
    /// Dead letters: takes whatever the input takes, and our headers.
    DeadLetter,
    /// The inbox of a stage.
    Inbox,
    /// The changelog of a stage's table.
    Changelog,
    /// What is known of lines: read whole by every process.
    Starts,
}

/// How many partitions a topic must have, for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partitions {
    /// So many.
    pub count: NonZeroUsize,
    /// The key that says so.
    pub key: &'static str,
}

/// A topic as newsmill needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSpec {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// How many partitions it must have; `None` where any number will do.
    pub partitions: Option<Partitions>,
    /// Settings that it must have, whatever the broker's defaults.
    pub settings: Vec<(&'static str, &'static str)>,
}

/// A topic as a cluster has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its partitions.
    pub partitions: usize,
    /// Its settings by name, the broker's defaults included.
    pub settings: BTreeMap<String, String>,
}

impl Standing {
    /// The largest batch that it takes, in bytes.
    #[must_use]
    pub fn max_message_bytes(&self) -> Option<usize> {
        self.settings.get(MAX_MESSAGE_BYTES)?.parse().ok()
    }

    /// How long it keeps records at least; `None` where for ever, or where that is not known.
    #[must_use]
    pub fn retention(&self) -> Option<Duration> {
        let is_deleted = self.settings.get("cleanup.policy")?.contains("delete");
        let ms = self.settings.get("retention.ms")?.parse().ok()?;
        is_deleted.then_some(Duration::from_millis(ms))
    }
}

impl TopicSpec {
    /// What must be changed on the topic, in words; `raw` is what the input topic takes at most.
    #[must_use]
    pub fn differences(&self, standing: &Standing, raw: Option<usize>) -> Vec<String> {
        let mut differences = Vec::new();
        if let Some(Partitions { count, key }) = self.partitions
            && standing.partitions != count.get()
        {
            let found = standing.partitions;
            differences.push(format!("has {found} partitions, should have {count} ({key})"));
        }
        for (name, wanted) in &self.settings {
            let found = standing.settings.get(*name).map_or("not known", String::as_str);
            if found != *wanted {
                differences.push(format!("{name} is {found}, should be {wanted}"));
            }
        }
        if let (Purpose::DeadLetter, Some(raw), Some(found)) =
            (self.purpose, raw, standing.max_message_bytes())
            && found < raw + DEAD_LETTER_ROOM
        {
            let wanted = raw + DEAD_LETTER_ROOM;
            differences.push(format!("{MAX_MESSAGE_BYTES} is {found}, should be {wanted} or more"));
        }
        differences
    }
}

/// Partitions of the topics of `near` where nothing says otherwise.
fn enough_for_near(internal: NonZeroUsize) -> NonZeroUsize {
    NonZeroUsize::new(internal.get().div_ceil(INTERNAL_A_NEAR)).unwrap_or(NonZeroUsize::MIN)
}

impl Topics {
    pub(super) fn read(keys: &mut Reader<'_>, app: &AppName) -> Self {
        let partitions_internal = keys.key(INTERNAL_KEY, NonZeroUsize::MIN.saturating_add(23));
        let partitions_near = keys.optional(NEAR_KEY);
        for (key, partitions) in
            [(INTERNAL_KEY, Some(partitions_internal)), (NEAR_KEY, partitions_near)]
        {
            if partitions.is_some_and(|partitions| partitions.get() > 10_000) {
                keys.refuse(key, "is more than 10000; lower it");
            }
        }
        let mut name = |key, default: &str| keys.key(key, TopicName(default.to_owned())).0;
        let topics = Self {
            raw: name("topics.raw", "articles.raw"),
            articles: name("topics.articles", "articles.normalized"),
            stories: name("topics.stories", "stories.normalized"),
            canonical: name("topics.canonical", "stories.canonical"),
            sightings: name("topics.sightings", "stories.sightings"),
            dead_letter: name("topics.dead_letter", "articles.dead-letter"),
            partitions_internal,
            partitions_near: partitions_near
                .unwrap_or_else(|| enough_for_near(partitions_internal)),
        };
        topics.validate_names(keys, app);
        topics
    }

    fn validate_names(&self, keys: &mut Reader<'_>, app: &AppName) {
        let names = [
            ("topics.raw", &self.raw),
            ("topics.articles", &self.articles),
            ("topics.stories", &self.stories),
            ("topics.canonical", &self.canonical),
            ("topics.sightings", &self.sightings),
            ("topics.dead_letter", &self.dead_letter),
        ];
        let internal = format!("newsmill.{app}.");
        for (i, (key, name)) in names.iter().enumerate() {
            if let Some((other, _)) = names.iter().take(i).find(|(_, earlier)| earlier == name) {
                keys.refuse(
                    key,
                    format!(
                        "is {}, and so is {other}; each topic needs a name of its own",
                        quote(name)
                    ),
                );
            }
            if name.starts_with(&internal) {
                keys.refuse(
                    key,
                    format!(
                        "begins with {internal}, which is kept for internal topics; choose another"
                    ),
                );
            }
        }
    }
}

impl Config {
    /// The inbox of a stage.
    #[must_use]
    pub fn inbox(&self, stage: &str) -> String {
        format!("newsmill.{}.{stage}", self.app)
    }

    /// The changelog of a stage's table.
    #[must_use]
    pub fn changelog(&self, stage: &str) -> String {
        format!("newsmill.{}.{stage}.state", self.app)
    }

    /// The stages that have an inbox and a changelog, in the order in which data flows.
    fn stateful_stages(&self) -> Vec<&'static str> {
        let near = match self.dedupe.near {
            Near::Off => None,
            Near::Related | Near::All => Some("near"),
        };
        let lines = match self.lines.starts {
            Starts::Off => None,
            Starts::On => Some("lines"),
        };
        ["home"].into_iter().chain(near).chain(lines).collect()
    }

    /// What is known of lines.
    #[must_use]
    pub fn starts_topic(&self) -> String {
        self.inbox("starts")
    }

    /// Every topic, in the order in which data flows.
    #[must_use]
    pub fn topic_specs(&self) -> Vec<TopicSpec> {
        let spec = |name: &str, purpose, settings: &[(&'static str, &'static str)]| TopicSpec {
            name: name.to_owned(),
            purpose,
            partitions: None,
            settings: settings.to_vec(),
        };
        let topics = &self.topics;
        let internal = Partitions { count: topics.partitions_internal, key: INTERNAL_KEY };
        let kept = [("cleanup.policy", "delete")];
        let mut specs = vec![
            spec(&topics.raw, Purpose::Input, &[]),
            spec(&topics.articles, Purpose::Output, &[]),
            spec(&topics.stories, Purpose::Output, &[]),
            spec(&topics.canonical, Purpose::Output, &[("cleanup.policy", "compact")]),
            // Many records share a key here: compaction would lose all but the last.
            spec(&topics.sightings, Purpose::Output, &kept),
            spec(&topics.dead_letter, Purpose::DeadLetter, &kept),
        ];
        for stage in self.stateful_stages() {
            // The append time caps page times, so that one bad clock cannot expire the table.
            let inbox = [("cleanup.policy", "delete"), ("message.timestamp.type", "LogAppendTime")];
            let partitions = Some(match stage {
                "near" => Partitions { count: topics.partitions_near, key: NEAR_KEY },
                _ => internal,
            });
            specs
                .push(TopicSpec { partitions, ..spec(&self.inbox(stage), Purpose::Inbox, &inbox) });
            let changelog = [("cleanup.policy", "compact")];
            specs.push(TopicSpec {
                partitions,
                ..spec(&self.changelog(stage), Purpose::Changelog, &changelog)
            });
        }
        if self.lines.starts == Starts::On {
            let partitions = Some(internal);
            let compacted = [("cleanup.policy", "compact")];
            let starts = spec(&self.starts_topic(), Purpose::Starts, &compacted);
            specs.push(TopicSpec { partitions, ..starts });
        }
        specs
    }
}

impl Value for TopicName {
    fn parse(text: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if super::is_name(text, allowed, 249) && text != "." && text != ".." {
            Ok(Self(text.to_owned()))
        } else {
            Err("is no topic name; letters, digits, '.', '_' and '-', at most 249".to_owned())
        }
    }

    fn show(&self) -> String {
        quote(&self.0)
    }
}
