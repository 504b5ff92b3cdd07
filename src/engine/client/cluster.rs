//! What a cluster says about topics, and making them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::metadata::{Metadata, MetadataTopic};

use super::reach::{reach, unanswered};
use super::token;
use crate::config::topics::{Purpose, Standing, TopicSpec};
use crate::config::{Config, Kafka};
use crate::engine::end::{End, ExitKind};

/// How long a cluster has to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// When to look again for what was made.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The cluster refuses us.
const DENIED: [RDKafkaErrorCode; 3] = [
    RDKafkaErrorCode::TopicAuthorizationFailed,
    RDKafkaErrorCode::ClusterAuthorizationFailed,
    RDKafkaErrorCode::SaslAuthenticationFailed,
];

/// Trying again later may help.
const PASSING: [RDKafkaErrorCode; 3] = [
    RDKafkaErrorCode::RequestTimedOut,
    RDKafkaErrorCode::OperationTimedOut,
    RDKafkaErrorCode::NotController,
];

/// A connection to a cluster.
pub struct Cluster {
    admin: AdminClient<DefaultClientContext>,
    runtime: tokio::runtime::Runtime,
    settings: Vec<(String, String)>,
}

/// A topic to be made.
pub struct Wanted<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its partitions.
    pub partitions: usize,
    /// Copies of each partition; `None` takes the broker's default.
    pub replication: Option<u16>,
    /// Settings that differ from the broker's.
    pub settings: Vec<(&'a str, String)>,
}

impl Cluster {
    /// A connection; nothing is asked yet.
    ///
    /// # Errors
    /// [`End::Exit`]: the client library refuses a setting.
    pub fn connect(kafka: &Kafka) -> Result<Self, End> {
        let mut config = ClientConfig::new();
        let settings = kafka.common_client_settings();
        for (key, value) in &settings {
            config.set(key, value);
        }
        let admin: AdminClient<DefaultClientContext> =
            config.create().map_err(|error| End::config(&error))?;
        token::log_in(admin.inner(), &settings);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .map_err(|error| exit(ExitKind::Temporary, format!("no runtime: {error}")))?;
        Ok(Self { admin, runtime, settings })
    }

    /// Those of the topics that exist.
    ///
    /// # Errors
    /// [`End::Exit`]: no answer, or refused: one that may not be seen is not one that is missing.
    pub fn look(&self, specs: &[TopicSpec]) -> Result<BTreeMap<String, Standing>, End> {
        let names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        let metadata = self
            .admin
            .inner()
            .fetch_metadata(None, PATIENCE)
            .map_err(|error| self.unanswered(&error))?;
        let mut found: BTreeMap<String, Standing> = metadata
            .topics()
            .iter()
            .filter(|topic| names.contains(&topic.name()) && topic.error().is_none())
            .map(|topic| {
                let standing =
                    Standing { partitions: topic.partitions().len(), settings: BTreeMap::new() };
                (topic.name().to_owned(), standing)
            })
            .collect();
        let missing: Vec<&str> =
            names.into_iter().filter(|name| !found.contains_key(*name)).collect();
        if !missing.is_empty() {
            self.refuse_hidden(&missing)?;
        }
        let resources: Vec<String> = found.keys().cloned().collect();
        if resources.is_empty() {
            return Ok(found);
        }
        let resources: Vec<_> =
            resources.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
        let answers = self
            .runtime
            .block_on(self.admin.describe_configs(&resources, &options()))
            .map_err(|error| self.unanswered(&error))?;
        for answer in answers {
            let resource = answer.map_err(|code| refused("describing topics", code))?;
            let rdkafka::admin::OwnedResourceSpecifier::Topic(name) = &resource.specifier else {
                continue;
            };
            // The client passes over what the cluster says of one resource: that we may not know its settings.
            if resource.entries.is_empty() {
                let code = RDKafkaErrorCode::TopicAuthorizationFailed;
                return Err(refused(&format!("asking for the settings of {name}"), code));
            }
            if let Some(standing) = found.get_mut(name) {
                let entries = resource.entries.iter();
                standing.settings = entries
                    .filter_map(|entry| Some((entry.name.clone(), entry.value.clone()?)))
                    .collect();
            }
        }
        Ok(found)
    }

    /// Fails where one of these topics is hidden from us: not in the cluster's list, and refused by its name.
    fn refuse_hidden(&self, missing: &[&str]) -> Result<(), End> {
        let mut config = ClientConfig::new();
        config.extend(self.settings.iter().cloned());
        // A consumer: where brokers make topics by themselves, they do not for one that asks.
        let client: BaseConsumer = config.create().map_err(|error| End::config(&error))?;
        token::log_in(client.client(), &self.settings);
        let mut hidden = Vec::new();
        for name in missing {
            let metadata = client.fetch_metadata(Some(name), PATIENCE);
            let metadata = metadata.map_err(|error| self.unanswered(&error))?;
            if is_hidden(&metadata, name) {
                hidden.push(*name);
            }
        }
        if hidden.is_empty() {
            return Ok(());
        }
        let (names, code) = (hidden.join(", "), RDKafkaErrorCode::TopicAuthorizationFailed);
        Err(refused(&format!("asking about {names}"), code))
    }

    /// The settings of every broker, by its number.
    ///
    /// # Errors
    /// [`End::Exit`]: no answer, or refused.
    pub fn broker_settings(&self) -> Result<BTreeMap<i32, BTreeMap<String, String>>, End> {
        let metadata = self
            .admin
            .inner()
            .fetch_metadata(None, PATIENCE)
            .map_err(|error| self.unanswered(&error))?;
        let brokers: Vec<ResourceSpecifier<'_>> =
            metadata.brokers().iter().map(|it| ResourceSpecifier::Broker(it.id())).collect();
        let answers = self
            .runtime
            .block_on(self.admin.describe_configs(&brokers, &options()))
            .map_err(|error| self.unanswered(&error))?;
        let mut settings = BTreeMap::new();
        for answer in answers {
            let resource = answer.map_err(|code| refused("describing brokers", code))?;
            // As above.
            if resource.entries.is_empty() {
                let code = RDKafkaErrorCode::ClusterAuthorizationFailed;
                return Err(refused("asking for the settings of brokers", code));
            }
            if let rdkafka::admin::OwnedResourceSpecifier::Broker(id) = resource.specifier {
                let entries = resource.entries.into_iter();
                let set = entries.filter_map(|entry| Some((entry.name, entry.value?))).collect();
                settings.insert(id, set);
            }
        }
        Ok(settings)
    }

    /// Makes a topic. One that somebody else made meanwhile is as good.
    ///
    /// # Errors
    /// [`End::Exit`]: no answer, or refused.
    pub fn create(&self, wanted: &Wanted<'_>) -> Result<(), End> {
        let too_many = || format!("{} partitions are too many", wanted.partitions);
        let partitions =
            i32::try_from(wanted.partitions).map_err(|_| exit(ExitKind::Config, too_many()))?;
        // -1 is the protocol's word for the broker's default.
        let replication = TopicReplication::Fixed(wanted.replication.map_or(-1, i32::from));
        let mut topic = NewTopic::new(wanted.name, partitions, replication);
        for (name, value) in &wanted.settings {
            topic = topic.set(name, value);
        }
        let answers = self
            .runtime
            .block_on(self.admin.create_topics([&topic], &options()))
            .map_err(|error| self.unanswered(&error))?;
        for answer in answers {
            match answer {
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((name, code)) => return Err(refused(&format!("making {name}"), code)),
            }
        }
        Ok(())
    }

    /// Waits until the cluster shows every one of the topics: it answers a creation before its metadata has it.
    ///
    /// # Errors
    /// [`End::Exit`]: no answer, or not within the patience that an answer has.
    pub fn wait_until_shown(&self, specs: &[TopicSpec]) -> Result<(), End> {
        let deadline = Instant::now() + PATIENCE;
        while self.look(specs)?.len() < specs.len() {
            if Instant::now() >= deadline {
                let why = "topics were made, and the cluster does not show them yet".to_owned();
                return Err(exit(ExitKind::Temporary, why));
            }
            crossbeam_channel::after(LOOK_AGAIN).recv().ok();
        }
        Ok(())
    }

    fn unanswered(&self, error: &KafkaError) -> End {
        unanswered(&self.settings, "asking about topics", error)
    }
}

/// Whether an answer about a topic says that we may not know of it.
pub(in crate::engine) fn is_hidden(metadata: &Metadata, topic: &str) -> bool {
    let about = metadata.topics().iter().find(|it| it.name() == topic);
    let error = about.and_then(MetadataTopic::error).map(RDKafkaErrorCode::from);
    error == Some(RDKafkaErrorCode::TopicAuthorizationFailed)
}

/// The topics of a configuration as the cluster has them, for a process that is about to depend on them.
///
/// # Errors
/// 78 where one is missing or differs, with the command that helps; 75 and 77 where the cluster does not answer or
/// refuses.
pub fn require_topics(config: &Config) -> Result<BTreeMap<String, Standing>, End> {
    let cluster = Cluster::connect(&config.kafka)?;
    reach(&cluster.settings)?;
    let specs = config.topic_specs();
    let standing = cluster.look(&specs)?;
    let raw = max_of_input(&specs, &standing);
    let complaints: String = specs
        .iter()
        .flat_map(|spec| match standing.get(&spec.name) {
            None => vec![format!("\n  {}: is missing", spec.name)],
            Some(found) => {
                let differences = spec.differences(found, raw).into_iter();
                differences.map(|difference| format!("\n  {}: {difference}", spec.name)).collect()
            }
        })
        .collect();
    if complaints.is_empty() {
        return Ok(standing);
    }
    let advice = "`newsmill topics create` makes what is missing and says what to change";
    let why = format!("the topics are not as needed:{complaints}\n{advice}");
    Err(exit(ExitKind::Config, why))
}

/// The largest batch that the input topic takes, in bytes.
#[must_use]
pub fn max_of_input(specs: &[TopicSpec], standing: &BTreeMap<String, Standing>) -> Option<usize> {
    let input = specs.iter().find(|spec| spec.purpose == Purpose::Input)?;
    standing.get(&input.name)?.max_message_bytes()
}

fn exit(kind: ExitKind, why: String) -> End {
    End::Exit { kind, why }
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE))
}

fn refused(what: &str, code: RDKafkaErrorCode) -> End {
    let kind = if DENIED.contains(&code) {
        ExitKind::Denied
    } else if PASSING.contains(&code) {
        ExitKind::Temporary
    } else {
        ExitKind::Config
    };
    exit(kind, format!("{what}: {code}"))
}
