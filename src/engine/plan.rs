//! From the configuration and the brokers' topics to engines: what there must be before anything runs.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError;

use super::budget::Lane;
use super::cadence::CommitLimits;
use super::client::{Clients, Isolation, Tuning};
use super::end::{End, ExitKind};
use super::outlet::{Destination, Destinations};
use super::run::{EngineSpec, StageSpec};
use super::supervisor::Stop;
use crate::config::Config;
use crate::stage::{DynStage, Target};

/// How long one question to the brokers may take before it is asked again.
const ASK: Duration = Duration::from_secs(5);
/// The largest record that the producer takes; topics have limits of their own, which are checked before.
const MESSAGE_MAX_BYTES: u64 = 1_000_000_000;

/// Plans the engines of this process. The first stage reads the pages; every other one has an inbox of its own.
///
/// # Errors
/// [`End`]: a topic is missing, or has other partitions than the state that goes with it; or told to stop.
pub fn engines(
    config: &Config,
    stages: &[Arc<dyn DynStage>],
    stop: &Stop,
) -> Result<Vec<EngineSpec>, End> {
    let clients = clients(config);
    let partitions = topic_partitions(config, &clients, stop)?;
    let destination = |topic: String| {
        let partitions = partitions.get(&topic).copied().unwrap_or(NonZeroU32::MIN);
        Destination { topic: topic.into(), partitions }
    };
    let stages: Vec<StageSpec> = stages
        .iter()
        .enumerate()
        .map(|(index, stage)| stage_spec(config, &partitions, index, stage))
        .collect::<Result<_, _>>()?;
    let topics = &config.topics;
    let mut targets = BTreeMap::from([
        (Target::Articles, destination(topics.articles.clone())),
        (Target::Stories, destination(topics.stories.clone())),
        (Target::Canonical, destination(topics.canonical.clone())),
        (Target::Sightings, destination(topics.sightings.clone())),
    ]);
    for stage in stages.iter().skip(1) {
        targets.insert(Target::Inbox(stage.stage.name()), destination(stage.inbox.to_string()));
    }
    let dead_letter = destination(topics.dead_letter.clone());
    let spec = EngineSpec {
        number: 0,
        transactional_id: String::new(),
        stages,
        destinations: Destinations { targets, dead_letter },
        clients,
        workers: config.engine.workers.get(),
        budget_bytes: config.engine.budget_of_an_engine() as u64,
        commit: CommitLimits {
            interval_min: config.engine.commit_interval_min,
            interval_max: config.engine.commit_interval_max,
            max_records: config.engine.transaction_max_records.get() as u64,
            max_bytes: config.engine.transaction_max_bytes as u64,
        },
        drain_timeout: config.engine.drain_timeout,
        instance: config.instance.clone(),
    };
    Ok((0..config.engine.engines.get())
        .map(|number| EngineSpec {
            number,
            transactional_id: format!("newsmill.{}.{}.{number}", config.app, config.instance),
            ..spec.clone()
        })
        .collect())
}

fn stage_spec(
    config: &Config,
    partitions: &BTreeMap<String, NonZeroU32>,
    index: usize,
    stage: &Arc<dyn DynStage>,
) -> Result<StageSpec, End> {
    let name = stage.name().0;
    let (lane, inbox) = if index == 0 {
        (Lane::Pages, config.topics.raw.clone())
    } else {
        (Lane::Inbox, config.inbox(name))
    };
    let count = |topic: &str| partitions.get(topic).map_or(0, |count| count.get());
    let changelog = stage.is_stateful().then(|| config.changelog(name));
    if let Some(changelog) = &changelog
        && count(changelog) != count(&inbox)
    {
        return Err(End::Exit {
            kind: ExitKind::Config,
            why: format!(
                "{inbox} has {} partitions and {changelog} {}: they must have the same number, for ever. \
                 Choose a new `app` name, `newsmill topics create`, and replay the pages",
                count(&inbox),
                count(changelog)
            ),
        });
    }
    Ok(StageSpec {
        stage: Arc::clone(stage),
        inbox_partitions: count(&inbox),
        inbox: inbox.into(),
        group: format!("newsmill.{}.{name}", config.app),
        changelog,
        lane,
    })
}

fn clients(config: &Config) -> Clients {
    let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let engine = &config.engine;
    Clients {
        common: config.kafka.common_client_settings(),
        consumer: config.kafka.consumer_settings(),
        producer: config.kafka.producer_settings(),
        tuning: Tuning {
            session_timeout_ms: ms(engine.session_timeout),
            max_poll_interval_ms: ms(engine.max_poll_interval),
            transaction_timeout_ms: ms(engine.transaction_timeout),
            prefetch_kbytes: (engine.prefetch_bytes / 1024) as u64,
            fetch_max_bytes: engine.fetch_bytes as u64,
            message_max_bytes: MESSAGE_MAX_BYTES,
            producer_queue_kbytes: (engine.budget_of_an_engine() as u64 * 4 / 1024).max(65_536),
        },
    }
}

/// The partitions of every topic that we need. Brokers that are away are waited for: a restart would not bring them.
fn topic_partitions(
    config: &Config,
    clients: &Clients,
    stop: &Stop,
) -> Result<BTreeMap<String, NonZeroU32>, End> {
    let client = clients
        .asking("newsmill", Isolation::ReadUncommitted)
        .map_err(|error| End::config(&error))?;
    let metadata = loop {
        match client.fetch_metadata(None, ASK) {
            Ok(metadata) => break metadata,
            Err(error) => wait_for_brokers(stop, &error)?,
        }
    };
    let partitions: BTreeMap<String, NonZeroU32> = metadata
        .topics()
        .iter()
        .filter_map(|topic| {
            let count = u32::try_from(topic.partitions().len()).ok()?;
            Some((topic.name().to_owned(), NonZeroU32::new(count)?))
        })
        .collect();
    let missing: Vec<String> = config
        .topic_specs()
        .into_iter()
        .map(|spec| spec.name)
        .filter(|name| !partitions.contains_key(name))
        .collect();
    if missing.is_empty() {
        return Ok(partitions);
    }
    Err(End::Exit {
        kind: ExitKind::Config,
        why: format!(
            "these topics are not there (or not ours to see): {}. `newsmill topics create` makes them",
            missing.join(", ")
        ),
    })
}

fn wait_for_brokers(stop: &Stop, error: &KafkaError) -> Result<(), End> {
    tracing::warn!(event = "brokers_unreachable", %error, "waiting for the brokers");
    stop.wait(Duration::from_secs(1));
    if stop.is_draining() { Err(End::Stopped) } else { Ok(()) }
}
