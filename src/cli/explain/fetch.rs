//! One record of a topic, by its place.

use std::time::{Duration, Instant};

use anyhow::anyhow;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::{Offset, TopicPartitionList};

use crate::cli::place::Place;
use crate::cli::{Exit, Failure};
use crate::config::Config;
use crate::engine::{self, Clients, End, Found, Isolation};
use crate::local::Input;

/// How long brokers that were reached have to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Reads a record, by a client with the configuration's settings that joins no group and commits nothing.
///
/// # Errors
/// 65 where no record stands there, 75 where the brokers do not answer, 78 where the client refuses a setting.
pub(super) fn record(config: &Config, place: &Place) -> Result<Input, Failure> {
    engine::reach(&config.kafka.common_client_settings())?;
    let Place { topic, partition, offset } = place;
    let consumer = Clients::of_command(config)
        .asking(config.app.as_str(), Isolation::ReadUncommitted)
        .map_err(|error| Failure::from(End::config(&error)))?;
    let (low, high) = consumer
        .fetch_watermarks(topic, *partition, PATIENCE)
        .map_err(|error| failed(config, place, &error))?;
    if !(low..high).contains(offset) {
        let held = if low == high {
            "it is empty".to_owned()
        } else {
            format!("it holds {low} to {}", high - 1)
        };
        let error = anyhow!("partition {partition} of {topic} has no offset {offset}: {held}");
        return Err(Exit::BadInput.because(error));
    }
    let mut assignment = TopicPartitionList::new();
    assignment
        .add_partition_offset(topic, *partition, Offset::Offset(*offset))
        .and_then(|()| consumer.assign(&assignment))
        .map_err(|error| failed(config, place, &error))?;
    await_record(&consumer, config, place)
}

fn await_record(
    consumer: &BaseConsumer<impl rdkafka::consumer::ConsumerContext>,
    config: &Config,
    place: &Place,
) -> Result<Input, Failure> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match consumer.poll(left) {
            Some(Ok(message)) if message.offset() == place.offset => {
                return Ok(input(&place.topic, Found::of(&message)));
            }
            // A transaction's marker, or a record that compaction took.
            Some(Ok(_) | Err(KafkaError::PartitionEOF(_))) => {
                let Place { topic, partition, offset } = place;
                let error = anyhow!("{topic} has no record at {offset} of partition {partition}");
                return Err(Exit::BadInput.because(error));
            }
            Some(Err(error)) => return Err(failed(config, place, &error)),
            None if left.is_zero() => {
                let brokers = &config.kafka.bootstrap_servers;
                return Err(Exit::Temporary.because(anyhow!("no answer from {brokers}")));
            }
            None => {}
        }
    }
}

fn input(topic: &str, found: Found) -> Input {
    let Found { partition, offset, timestamp, key, value, headers } = found;
    Input { topic: topic.into(), partition, offset, timestamp, key, value, headers }
}

fn failed(config: &Config, place: &Place, error: &KafkaError) -> Failure {
    let exit = match error.rdkafka_error_code() {
        Some(
            RDKafkaErrorCode::UnknownTopic
            | RDKafkaErrorCode::UnknownPartition
            | RDKafkaErrorCode::UnknownTopicOrPartition
            | RDKafkaErrorCode::OffsetOutOfRange,
        ) => Exit::BadInput,
        Some(
            RDKafkaErrorCode::TopicAuthorizationFailed
            | RDKafkaErrorCode::SaslAuthenticationFailed
            | RDKafkaErrorCode::Authentication,
        ) => Exit::Denied,
        _ => Exit::Temporary,
    };
    let Place { topic, partition, .. } = place;
    let brokers = &config.kafka.bootstrap_servers;
    exit.because(anyhow!("partition {partition} of {topic} at {brokers}: {error}"))
}
