//! What a cluster says about topics, and making them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::cli::{Exit, Failure};
use crate::config::Kafka;
use crate::config::topics::Standing;

/// How long a cluster has to answer.
const PATIENCE: Duration = Duration::from_secs(15);

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
pub(in crate::cli) struct Cluster {
    admin: AdminClient<Listener>,
    runtime: tokio::runtime::Runtime,
    brokers: String,
}

/// Keeps the last thing that the client complained of: it says more than the time-out that follows.
#[derive(Default)]
struct Listener(Mutex<Option<String>>);

impl ClientContext for Listener {
    fn log(&self, _: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(target: "librdkafka", facility, "{message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(event = "kafka_error", client = "admin", %error, reason);
        // "All brokers down" follows every other reason and says less.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
        }
    }
}

/// A topic to be made.
pub(in crate::cli) struct Wanted<'a> {
    pub name: &'a str,
    pub partitions: usize,
    /// `None` takes the broker's default.
    pub replication: Option<u16>,
    pub settings: Vec<(&'a str, String)>,
}

impl Cluster {
    /// A connection; nothing is asked yet.
    pub fn connect(kafka: &Kafka) -> Result<Self, Failure> {
        let mut config = ClientConfig::new();
        for (key, value) in kafka.common_client_settings() {
            config.set(key, value);
        }
        let admin = config
            .create_with_context(Listener::default())
            .context("the client library refuses the settings")
            .map_err(|error| Exit::Config.because(error))?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { admin, runtime, brokers: kafka.bootstrap_servers.clone() })
    }

    /// The topics of these names that exist.
    pub fn look(&self, names: &[&str]) -> Result<BTreeMap<String, Standing>, Failure> {
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
            if let Some(standing) = found.get_mut(name) {
                let entries = resource.entries.iter();
                standing.settings = entries
                    .filter_map(|entry| Some((entry.name.clone(), entry.value.clone()?)))
                    .collect();
            }
        }
        Ok(found)
    }

    /// Makes a topic. One that somebody else made meanwhile is as good.
    pub fn create(&self, wanted: &Wanted<'_>) -> Result<(), Failure> {
        let too_many =
            || Exit::Usage.because(anyhow!("{} partitions are too many", wanted.partitions));
        let partitions = i32::try_from(wanted.partitions).map_err(|_| too_many())?;
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

    fn unanswered(&self, error: &KafkaError) -> Failure {
        let last =
            self.admin.inner().context().0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let reason = last.map_or_else(|| error.to_string(), |last| format!("{error}: {last}"));
        let authentication = reason.contains("Authentication") || reason.contains("authentication");
        let exit = if authentication { Exit::Denied } else { Exit::Temporary };
        exit.because(anyhow!("no answer from {}: {reason}", self.brokers))
    }
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE))
}

fn refused(what: &str, code: RDKafkaErrorCode) -> Failure {
    let exit = if DENIED.contains(&code) {
        Exit::Denied
    } else if PASSING.contains(&code) {
        Exit::Temporary
    } else {
        Exit::Runtime
    };
    exit.because(anyhow!("{what}: {code}"))
}
