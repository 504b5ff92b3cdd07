//! The service: engines, what watches them, and the signals that stop them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use crossbeam_channel::RecvTimeoutError;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::topics::{Purpose, Standing, TopicSpec};
use crate::config::{self, CertificateKind, Config};
use crate::engine::{
    self, Clients, End, Event, ExitKind, Follower, Found, Stop, TopicReader, Window,
};
use crate::page::envelope;
use crate::page::{Layouts, Starts, StartsTally};
use crate::stage::home::{self, Compare, Home};
use crate::stage::lines::message::read_start;
use crate::stage::lines::{self, Lines, Rule};
use crate::stage::near::{self, Near};
use crate::stage::parse::{self, Comparing, InputKey, Learns, Parse, RecordSizes};
use crate::stage::{DynStage, erase};
use crate::telemetry::spans::{self, Spans};
use crate::telemetry::status::Identity;
use crate::telemetry::{Health, Metrics, Status, Watcher, health, http, metrics};

/// After a rebalance began, and while no broker can be reached, so long the process counts as ready still.
const REBALANCE_GRACE: Duration = Duration::from_secs(60);
const BROKER_GRACE: Duration = Duration::from_secs(60);

/// How often who waits for an answer looks whether the process is to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Runs until a signal stops it, an engine cannot go on, or a part of the pages that was to be read is. Blocks.
///
/// # Errors
/// [`End`] of the engine that could not go on; or what else stood in the way, in the same terms.
pub fn run(
    config: &Config,
    layouts: &'static Layouts,
    window: Window,
    explain: http::Explainer,
) -> anyhow::Result<()> {
    let stop = Arc::new(Stop::default());
    stop_on_signals(Arc::clone(&stop))?;
    let (watcher, server) = watch(config, layouts, explain)?;
    if let Some(server) = &server {
        tracing::info!(event = "http", address = %server.address(), "metrics and health");
    }
    let ended = wait_for_topics(config, &watcher.health, &stop)
        .and_then(|topics| run_engines(config, &topics, layouts, watcher, window, &stop));
    match ended {
        Ok(()) | Err(End::Stopped) => Ok(()),
        Err(end) => Err(end.into()),
    }
}

/// What watches the engines, and the server that tells it.
///
/// # Errors
/// The address is taken or not ours.
pub fn watch(
    config: &Config,
    layouts: &Layouts,
    explain: http::Explainer,
) -> anyhow::Result<(Watcher, Option<http::Server>)> {
    let engines = config.engine.engines.get();
    let limits = health::Limits {
        poll_stall: config.engine.max_poll_interval / 2,
        rebalance_grace: REBALANCE_GRACE,
        broker_grace: BROKER_GRACE,
    };
    let health = Arc::new(Health::new(engines, limits));
    let metrics = Arc::new(Metrics::new(&watching(config, layouts))?);
    let status = Arc::new(Status::new(Identity {
        app: config.app.to_string(),
        instance: config.instance.clone(),
        config_hash: config.hash.clone(),
    }));
    let spans = spans(config).context("no thread for spans")?;
    let watcher = Watcher { metrics, health, status, spans };
    let server = match config.http.listen.0 {
        Some(address) => Some(
            http::Server::start(address, served(&watcher, explain))
                .with_context(|| format!("cannot listen on {address} (http.listen)"))?,
        ),
        None => None,
    };
    Ok((watcher, server))
}

fn spans(config: &Config) -> std::io::Result<Option<Spans>> {
    let Some(collector) = config.traces.endpoint.0.clone() else { return Ok(None) };
    let source = spans::Source {
        app: config.app.to_string(),
        instance: config.instance.clone(),
        topic: config.topics.raw.clone(),
        group: format!("newsmill.{}.{}", config.app, parse::NAME.0),
    };
    Spans::start(collector, source).map(Some)
}

fn served(watcher: &Watcher, explain: http::Explainer) -> http::Served {
    let Watcher { metrics, health, status, .. } = watcher.clone();
    http::Served { metrics, health, status, explain }
}

/// Runs the engines over topics that are there. Blocks.
///
/// # Errors
/// [`End`] of the engine that could not go on.
pub fn run_engines(
    config: &Config,
    topics: &BTreeMap<String, Standing>,
    layouts: &'static Layouts,
    watcher: Watcher,
    window: Window,
    stop: &Arc<Stop>,
) -> Result<(), End> {
    let learns = learns(config);
    if let Some(learns) = &learns {
        follow_starts(config, topics, &learns.starts, &watcher, stop)?;
    }
    let stages = stages(config, topics, layouts, learns);
    let specs = engine::engines(config, topics, &stages, window)?;
    for watched in watched(config) {
        if let Some(standing) = topics.get(&watched.topic) {
            let kept = standing.retention();
            watcher.metrics.consumer.inbox(&watched, standing.partitions, kept);
        }
    }
    engine::run(specs, config.engine.watchdog_timeout, Arc::new(watcher), stop)
}

/// How the pages of the service learn from each other, if they do.
#[must_use]
pub fn learns(config: &Config) -> Option<Learns> {
    match config.lines.starts {
        config::Starts::Off => None,
        config::Starts::On => {
            let starts = Arc::new(Starts::with_room(config.lines.known));
            Some(Learns { starts, tells: true })
        }
    }
}

/// Reads what is known of lines, all of it, and follows it from then on.
fn follow_starts(
    config: &Config,
    topics: &BTreeMap<String, Standing>,
    starts: &Arc<Starts>,
    watcher: &Watcher,
    stop: &Arc<Stop>,
) -> Result<(), End> {
    let topic = config.starts_topic();
    let partitions = topics.get(&topic).map_or(1, |standing| standing.partitions);
    let (learned, metrics) = (Arc::clone(starts), Arc::clone(&watcher.metrics));
    let take = move |key: &[u8], value: Option<&[u8]>| {
        let (line, start) = read_start(key, value).map_err(|error| error.to_string())?;
        learned.learn(line, start);
        let StartsTally { known, evicted } = learned.tally();
        metrics.pipeline.lines(known, evicted);
        Ok(())
    };
    let progress = watcher.health.starts();
    let group = config.starts_topic();
    let clients = Clients::of(config);
    let follower = Follower::read_whole(
        &clients,
        &group,
        (&topic, partitions),
        Box::new(take),
        progress,
        stop,
    )?;
    let StartsTally { known, evicted } = starts.tally();
    tracing::info!(event = "starts_read", known, evicted);
    follower.follow(Arc::clone(stop)).map_err(|error| End::bug(format!("no thread: {error}")))
}

/// What the service knows of lines now, where it learns. For a command: it waits for no topic and for no broker.
///
/// # Errors
/// [`End`]: it cannot be read.
pub fn known_now(config: &Config) -> Result<Option<Learns>, End> {
    let Some(learns) = learns(config) else { return Ok(None) };
    let topic = config.starts_topic();
    let reader = TopicReader::open(&Clients::of_command(config), &topic, &topic)?;
    reader.read(&reader.beginnings(), |event| {
        let Event::Record(found) = event else { return Ok(ControlFlow::Continue(())) };
        let Found { partition, offset, key, value, .. } = *found;
        let (line, start) =
            read_start(&key.unwrap_or_default(), value.as_deref()).map_err(|error| {
                let why = format!("{topic}/{partition}/{offset} cannot be read: {error}");
                End::Exit { kind: ExitKind::Config, why }
            })?;
        learns.starts.learn(line, start);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Some(learns))
}

/// The topics, once there is a broker to ask: a restart would not bring one that is away.
fn wait_for_topics(
    config: &Config,
    health: &Health,
    stop: &Stop,
) -> Result<BTreeMap<String, Standing>, End> {
    loop {
        match required_topics(config, stop) {
            Err(End::Exit { kind: ExitKind::Temporary, why }) => {
                health.no_broker();
                tracing::warn!(event = "brokers_unreachable", why, "waiting for the brokers");
                stop.wait(Duration::from_secs(1));
                if stop.is_draining() {
                    return Err(End::Stopped);
                }
            }
            result => return result,
        }
    }
}

/// The topics, or why not. Brokers that are silent are not waited for when the process is to stop.
fn required_topics(config: &Config, stop: &Stop) -> Result<BTreeMap<String, Standing>, End> {
    let (answer, answered) = crossbeam_channel::bounded(1);
    let config = config.clone();
    let ask = move || drop(answer.send(engine::require_topics(&config)));
    let no_thread = |error| End::bug(format!("no thread: {error}"));
    std::thread::Builder::new().name("topics".to_owned()).spawn(ask).map_err(no_thread)?;
    loop {
        match answered.recv_timeout(LOOK) {
            Ok(topics) => return topics,
            Err(RecvTimeoutError::Timeout) if stop.is_draining() => return Err(End::Stopped),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(End::bug("a look at the topics panicked".to_owned()));
            }
        }
    }
}

/// The stages in the order in which data flows; `learns` is how pages learn from each other, if they do.
#[must_use]
pub fn stages(
    config: &Config,
    topics: &BTreeMap<String, Standing>,
    layouts: &'static Layouts,
    learns: Option<Learns>,
) -> Vec<Arc<dyn DynStage>> {
    let lines = learns.as_ref().is_some_and(|learns| learns.tells).then(|| lines(config));
    let parse = erase(Parse { learns, ..parse(config, topics, layouts) });
    let dedupe = &config.dedupe;
    let mut stages = vec![parse];
    match compare(config, topics) {
        None => stages.push(erase(Home::new(dedupe.ttl_hours))),
        Some(compare) => {
            stages.push(erase(Home::comparing(dedupe.ttl_hours, compare)));
            let near = Near::new(dedupe.near_ttl_hours, dedupe.thresholds, compare.keys);
            stages.push(erase(near));
        }
    }
    stages.extend(lines);
    stages
}

/// The stage that learns what lines are.
#[must_use]
pub fn lines(config: &Config) -> Arc<dyn DynStage> {
    erase(Lines { ttl_hours: config.lines.ttl_hours, rule: Rule::builtin() })
}

/// Which stories are compared; `None` where none are.
fn compare(config: &Config, topics: &BTreeMap<String, Standing>) -> Option<Compare> {
    let own = match config.dedupe.near {
        config::Near::Off => return None,
        config::Near::Related => false,
        config::Near::All => true,
    };
    let partitions = engine::partitions(topics, &config.inbox(near::NAME.0));
    Some(Compare { own, keys: config.dedupe.near_keys, partitions })
}

/// The stage that reads pages, each by itself. A topic that is not among these takes records of any size.
#[must_use]
pub fn parse(
    config: &Config,
    topics: &BTreeMap<String, Standing>,
    layouts: &'static Layouts,
) -> Parse {
    let room =
        |topic: &str| topics.get(topic).and_then(Standing::max_message_bytes).unwrap_or(usize::MAX);
    Parse {
        layouts,
        fields: config.input.fields.clone(),
        limits: envelope::Limits { page_bytes: config.input.max_page_bytes },
        key: match config.input.key {
            config::InputKey::None => InputKey::None,
            config::InputKey::Url => InputKey::Url,
            config::InputKey::Id => InputKey::Id,
        },
        sizes: RecordSizes {
            articles: room(&config.topics.articles),
            stories: room(&config.topics.stories),
            home: room(&config.inbox(home::NAME.0)),
        },
        comparing: compare(config, topics)
            .map(|Compare { own, .. }| Comparing { thresholds: config.dedupe.thresholds, own }),
        home_keeps_texts: config.dedupe.ttl_hours >= home::KEEPS_TEXTS_HOURS,
        learns: None,
    }
}

fn watching(config: &Config, layouts: &Layouts) -> metrics::Watching {
    let engine = &config.engine;
    let input = |spec: &TopicSpec| spec.purpose == Purpose::Input;
    let outputs = config.topic_specs().into_iter().filter(|spec| !input(spec));
    metrics::Watching {
        engines: engine.engines.get(),
        workers: (engine.engines.get() * engine.workers.get()) as u64,
        budget_bytes: engine.memory_budget as u64,
        transaction_timeout: engine.transaction_timeout,
        config_hash: config.hash.clone(),
        certificates: certificates(config),
        stages: watched(config),
        outputs: outputs.map(|spec| spec.name).collect(),
        sites: layouts.sites().map(str::to_owned).collect(),
    }
}

/// When our certificates end; that they can be read was checked with the configuration.
fn certificates(config: &Config) -> Vec<(CertificateKind, i64)> {
    let files = config.kafka.tls.certificates().into_iter();
    files.filter_map(|(kind, file)| Some((kind, config::not_after(&file, kind).ok()?))).collect()
}

fn watched(config: &Config) -> Vec<metrics::Watched> {
    let (stage, topic) = (parse::NAME, config.topics.raw.clone());
    let pages = metrics::Watched { stage, topic, is_stateful: false };
    let near = (config.dedupe.near != config::Near::Off).then_some(near::NAME);
    let lines = (config.lines.starts == config::Starts::On).then_some(lines::NAME);
    let inboxes = [home::NAME].into_iter().chain(near).chain(lines).map(|stage| {
        let topic = config.inbox(stage.0);
        metrics::Watched { stage, topic, is_stateful: true }
    });
    [pages].into_iter().chain(inboxes).collect()
}

/// The first SIGTERM or SIGINT drains, the second aborts. Signals have a thread of their own, so that they are heard
/// whatever the engines do.
///
/// # Errors
/// Signals cannot be listened to.
pub fn stop_on_signals(stop: Arc<Stop>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let (mut terminate, mut interrupt) = {
        let _entered = runtime.enter();
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
    };
    let listen = move || {
        runtime.block_on(async {
            for word in [Stop::drain, Stop::abort] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                tracing::info!(event = "stopping", "a signal came: once more to leave at once");
                word(&stop);
            }
        });
    };
    std::thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
    Ok(())
}
