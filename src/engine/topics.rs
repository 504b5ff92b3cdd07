//! What the brokers say of our topics: asked once, before anything runs.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;

use super::client::{Clients, Isolation};
use super::end::{End, ExitKind};
use super::supervisor::Stop;
use crate::config::Config;

/// How long one question to the brokers may take before it is asked again.
const ASK: Duration = Duration::from_secs(5);
/// Kafka's default of `max.message.bytes`, taken where we may not look.
const DEFAULT_MAX_MESSAGE_BYTES: usize = 1_048_588;

/// A topic as the brokers describe it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicFacts {
    /// Its partitions.
    pub partitions: NonZeroU32,
    /// The greatest record batch that it takes, in bytes.
    pub max_message_bytes: usize,
}

/// Every topic of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics(BTreeMap<String, TopicFacts>);

impl Topics {
    /// Asks the brokers; those that are away are waited for, since a restart would not bring them.
    ///
    /// # Errors
    /// [`End`]: a topic is missing; or told to stop.
    pub fn ask(config: &Config, stop: &Stop) -> Result<Self, End> {
        let clients = Clients::of(config);
        let client = clients
            .asking("newsmill", Isolation::ReadUncommitted)
            .map_err(|error| End::config(&error))?;
        let metadata = loop {
            match client.fetch_metadata(None, ASK) {
                Ok(metadata) => break metadata,
                Err(error) => wait_for_brokers(stop, &error)?,
            }
        };
        let mut there: BTreeMap<&str, NonZeroU32> = BTreeMap::new();
        for topic in metadata.topics() {
            let count = u32::try_from(topic.partitions().len()).unwrap_or(u32::MAX);
            there.extend(NonZeroU32::new(count).map(|count| (topic.name(), count)));
        }
        let names: Vec<String> = config.topic_specs().into_iter().map(|spec| spec.name).collect();
        let missing: Vec<&str> =
            names.iter().map(String::as_str).filter(|name| !there.contains_key(name)).collect();
        if !missing.is_empty() {
            return Err(End::Exit {
                kind: ExitKind::Config,
                why: format!(
                    "these topics are not there (or not ours to see): {}. `newsmill topics create` makes them",
                    missing.join(", ")
                ),
            });
        }
        let sizes = max_message_bytes(config, &names);
        let facts = names.into_iter().filter_map(|name| {
            let partitions = *there.get(name.as_str())?;
            let max_message_bytes = *sizes.get(&name).unwrap_or(&DEFAULT_MAX_MESSAGE_BYTES);
            Some((name, TopicFacts { partitions, max_message_bytes }))
        });
        Ok(Self(facts.collect()))
    }

    /// The topic of that name; `None` where the configuration names none such.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<TopicFacts> {
        self.0.get(name).copied()
    }

    /// The greatest record batch that a topic takes, in bytes.
    #[must_use]
    pub fn max_message_bytes(&self, name: &str) -> usize {
        self.get(name).map_or(DEFAULT_MAX_MESSAGE_BYTES, |facts| facts.max_message_bytes)
    }
}

/// What each topic takes, as far as we may look.
fn max_message_bytes(config: &Config, names: &[String]) -> BTreeMap<String, usize> {
    let mut settings = ClientConfig::new();
    for (key, value) in config.kafka.common_client_settings() {
        settings.set(key, value);
    }
    describe(&settings, names).unwrap_or_else(|why| {
        tracing::warn!(
            event = "topic_sizes_unknown",
            why,
            "may not look at max.message.bytes of the topics: Kafka's default of 1 MiB is taken"
        );
        BTreeMap::new()
    })
}

fn describe(settings: &ClientConfig, names: &[String]) -> Result<BTreeMap<String, usize>, String> {
    let admin: AdminClient<DefaultClientContext> =
        settings.create().map_err(|error: KafkaError| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| error.to_string())?;
    let wanted: Vec<ResourceSpecifier<'_>> =
        names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
    let options = AdminOptions::new().request_timeout(Some(ASK));
    let described = runtime
        .block_on(admin.describe_configs(&wanted, &options))
        .map_err(|error| error.to_string())?;
    let mut sizes = BTreeMap::new();
    for (name, resource) in names.iter().zip(described) {
        let resource = resource.map_err(|error| format!("{name}: {error}"))?;
        let size = resource.get("max.message.bytes").and_then(|entry| entry.value.as_ref());
        sizes.extend(size.and_then(|size| size.parse().ok()).map(|size| (name.clone(), size)));
    }
    Ok(sizes)
}

fn wait_for_brokers(stop: &Stop, error: &KafkaError) -> Result<(), End> {
    tracing::warn!(event = "brokers_unreachable", %error, "waiting for the brokers");
    stop.wait(Duration::from_secs(1));
    if stop.is_draining() { Err(End::Stopped) } else { Ok(()) }
}
