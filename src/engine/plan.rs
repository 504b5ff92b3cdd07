//! From the configuration and the brokers' topics to engines: what there must be before anything runs.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::config::topics::Standing;
use crate::config::{Config, Starts};
use crate::engine::client::Clients;
use crate::engine::end::{End, ExitKind};
use crate::engine::inbox::breaker::BreakerLimits;
use crate::engine::inbox::budget::Lane;
use crate::engine::outlet::cadence::CommitLimits;
use crate::engine::outlet::{Destination, Destinations};
use crate::engine::readers::restore::Window;
use crate::engine::turn::run::{EngineSpec, StageSpec};
use crate::stage::{DynStage, Target};

/// Plans the engines of this process. The first stage reads the pages; every other one has an inbox of its own.
///
/// # Errors
/// [`End`]: a changelog has other partitions than the inbox that it goes with.
pub fn engines(
    config: &Config,
    topics: &BTreeMap<String, Standing>,
    stages: &[Arc<dyn DynStage>],
    window: Window,
) -> Result<Vec<EngineSpec>, End> {
    let stages: Vec<StageSpec> = stages
        .iter()
        .enumerate()
        .map(|(index, stage)| stage_spec(config, topics, index, stage))
        .collect::<Result<_, _>>()?;
    let spec = EngineSpec {
        number: 0,
        transactional_id: String::new(),
        destinations: destinations(config, topics, &stages),
        stages,
        clients: Clients::of(config),
        workers: config.engine.workers.get(),
        budget_bytes: config.engine.budget_of_an_engine() as u64,
        commit: CommitLimits {
            interval_min: config.engine.commit_interval_min,
            interval_max: config.engine.commit_interval_max,
            max_records: config.engine.transaction_max_records.get() as u64,
            max_bytes: config.engine.transaction_max_bytes as u64,
        },
        window,
        breaker: BreakerLimits {
            max_ratio: config.dead_letter.max_ratio,
            max_consecutive: config.dead_letter.max_consecutive,
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

/// Where everything goes that these stages put out.
fn destinations(
    config: &Config,
    topics: &BTreeMap<String, Standing>,
    stages: &[StageSpec],
) -> Destinations {
    let names = &config.topics;
    let destination =
        |topic: &str| Destination { topic: topic.into(), partitions: partitions(topics, topic) };
    let mut targets = BTreeMap::from([
        (Target::Articles, destination(&names.articles)),
        (Target::Stories, destination(&names.stories)),
        (Target::Canonical, destination(&names.canonical)),
        (Target::Sightings, destination(&names.sightings)),
    ]);
    if config.lines.starts == Starts::On {
        targets.insert(Target::Starts, destination(&config.starts_topic()));
    }
    for stage in stages.iter().skip(1) {
        targets.insert(Target::Inbox(stage.stage.name()), destination(&stage.inbox));
    }
    let of_hashes = stages.iter().filter(|spec| spec.stage.is_of_hashes()).flat_map(|spec| {
        [Arc::clone(&spec.inbox)].into_iter().chain(spec.changelog.as_deref().map(Arc::from))
    });
    Destinations {
        of_hashes: of_hashes.collect(),
        dead_letter: destination(&names.dead_letter),
        targets,
    }
}

fn stage_spec(
    config: &Config,
    topics: &BTreeMap<String, Standing>,
    index: usize,
    stage: &Arc<dyn DynStage>,
) -> Result<StageSpec, End> {
    let name = stage.name().0;
    let (lane, inbox) = if index == 0 {
        (Lane::Pages, config.topics.raw.clone())
    } else {
        (Lane::Inbox, config.inbox(name))
    };
    let count = |topic: &str| partitions(topics, topic).get();
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

/// The partitions of a topic; its being there has been required. One, where there are no topics.
#[must_use]
pub fn partitions(topics: &BTreeMap<String, Standing>, topic: &str) -> NonZeroU32 {
    let count = topics.get(topic).map_or(1, |standing| standing.partitions);
    u32::try_from(count).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN)
}
