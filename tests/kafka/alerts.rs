//! Alerts over real processes under a real Prometheus and a real Alertmanager: each that a test can provoke fires, and from
//! its beginning to the end of its cause nothing else pages.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::broker::{Broker, shared};
use super::client::{self, Feed};
use super::fleet::{Fleet, PARTITIONS};
use super::pager::Pager;
use super::prometheus::{Prometheus, files};
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(240);

const REPLICAS: usize = 3;

/// What an alert says, and what it says in haste.
type Haste = (&'static str, &'static str);

/// What alerts hold beside the times that they wait.
const HASTE: [Haste; 3] = [
    // A machine that builds beside the test may answer no scrape for some seconds.
    (
        "absent(up{job=~\".*newsmill.*\"} == 1)\n        for: 6s",
        "absent(up{job=~\".*newsmill.*\"} == 1)\n        for: 30s",
    ),
    // How far back is looked for an engine that starts again and again.
    ("[2m]", "[30s]"),
    // How long after an outage nothing pages for what it has caused. That takes clients a minute, who are in no haste.
    (
        "keep_firing_for: 20s\n        labels: { severity: ticket, component: kafka }",
        "keep_firing_for: 90s\n        labels: { severity: ticket, component: kafka }",
    ),
];

/// How long a committed offset stands still, where records wait, until it is a stall.
const STALL: &str = "timestamp_seconds[30s])) > 300";
const HASTY_STALL: Haste = (STALL, "timestamp_seconds[30s])) > 10");
/// Clients are in no haste to say that brokers are away: it takes them some twenty seconds, of the five minutes after which
/// either of these pages.
const IN_AN_OUTAGE: [Haste; 2] = [
    (STALL, "timestamp_seconds[30s])) > 40"),
    (
        "(newsmill_topic_partitions)\n        for: 10s",
        "(newsmill_topic_partitions)\n        for: 40s",
    ),
];

/// The alerts with a second for each half a minute that they wait: a test has no quarter of an hour.
fn hasty(folder: &std::path::Path, more: &[Haste]) -> Vec<PathBuf> {
    let haste = [&HASTE[..], more].concat();
    let seconds = |time: &str| {
        let (number, unit) = time.split_at(time.len() - 1);
        let unit = if unit == "h" { 120 } else { 2 };
        number.parse::<u32>().expect("5m or 1h") * unit
    };
    let hurried = |file: PathBuf| {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().map(|line| match line.split_once("for: ") {
            Some((head, time)) if head.trim().is_empty() || head.trim() == "keep_firing_" => {
                format!("{head}for: {}s", seconds(time))
            }
            Some(_) | None => line.to_owned(),
        });
        let hasty = folder.join(file.file_name().unwrap());
        let mut text = lines.collect::<Vec<_>>().join("\n");
        for (patient, hasty) in &haste {
            text = text.replace(patient, hasty);
        }
        fs::write(&hasty, text).unwrap();
        hasty
    };
    let hasty: Vec<PathBuf> = files("prometheus/rules").into_iter().map(hurried).collect();
    for (_, part) in haste {
        let holds = |file: &PathBuf| fs::read_to_string(file).unwrap().contains(part);
        assert!(hasty.iter().any(holds), "no alert is in such haste: {part}");
    }
    hasty
}

/// A fleet, and who watches it.
struct Watched {
    fleet: Fleet,
    prometheus: Prometheus,
    pager: Pager,
}

impl Watched {
    /// Waits until it is so, and sees every page until then.
    fn until(&mut self, what: &str, mut is_so: impl FnMut(&mut Fleet, &Prometheus) -> bool) {
        wait_until(what, LIMIT, || {
            self.pager.look();
            is_so(&mut self.fleet, &self.prometheus)
        });
    }

    /// Waits until this pages.
    fn until_paged(&mut self, alert: &str) {
        wait_until(alert, LIMIT, || {
            tend(&mut self.fleet, &self.prometheus);
            self.pager.look();
            self.pager.paged().iter().any(|paged| paged == alert)
        });
    }
}

impl Drop for Watched {
    /// Says what a test that fails cannot see any more.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for query in
                ["ALERTS", "newsmill_consumer_lag_records > 0", "newsmill_group_state == 1"]
            {
                println!("== {query}: {}", self.prometheus.raw(query).unwrap_or_default());
            }
        }
    }
}

/// A fleet under the eye of a Prometheus and a pager, once all run and share all partitions. Where there is none of these
/// it says so and there is no fleet.
fn watched_fleet(
    bootstrap: &str,
    app: &str,
    folder: &std::path::Path,
    haste: &[Haste],
) -> Option<Watched> {
    let pager = Pager::start()?;
    let prometheus = Prometheus::start(&hasty(folder, haste), Some(&pager))?;
    let mut fleet = Fleet::new(bootstrap, app);
    fleet.environment = vec![
        ("NEWSMILL__DEAD_LETTER__MAX_CONSECUTIVE", "20"),
        // In haste as the alerts are.
        ("NEWSMILL__ENGINE__SESSION_TIMEOUT", "3s"),
        ("NEWSMILL__ENGINE__DRAIN_TIMEOUT", "2s"),
        // The default: a client's call blocks for a minute in an outage, and that is no stall.
        ("NEWSMILL__ENGINE__WATCHDOG_TIMEOUT", "2m"),
        ("NEWSMILL__ENGINE__MAX_POLL_INTERVAL", "5m"),
    ];
    fleet.grow(REPLICAS);
    prometheus.scrape(&fleet);
    wait_until("all run, and share all partitions", LIMIT, || {
        is_at_work(&prometheus) && shares_all(&prometheus)
    });
    Some(Watched { fleet, prometheus, pager })
}

/// What a keeper does. Whoever is started again serves at another port.
fn tend(fleet: &mut Fleet, prometheus: &Prometheus) {
    let before = fleet.ended_by_itself;
    fleet.tend();
    if fleet.ended_by_itself > before {
        prometheus.scrape(fleet);
    }
}

fn is_at_work(prometheus: &Prometheus) -> bool {
    prometheus.figure("sum(newsmill_group_state{state=\"running\"})") == Some(REPLICAS as f64)
}

fn shares_all(prometheus: &Prometheus) -> bool {
    prometheus.figure("sum(newsmill_assigned_partitions) == 2 * 6").is_some()
}

fn fires(prometheus: &Prometheus, severity: &str, alert: &str) -> bool {
    prometheus.firing(severity).iter().any(|name| name == alert)
}

#[test]
fn an_outage_of_the_brokers_is_a_ticket_and_no_page_and_ends_by_itself() {
    let folder = super::broker::scratch("hasty");
    let mut broker = Broker::start_mortal();
    let Some(mut watched) = watched_fleet(&broker.bootstrap(), "outage", &folder, &IN_AN_OUTAGE)
    else {
        return;
    };
    let pages = feed(&watched.fleet, &broker.bootstrap());
    broker.kill();
    watched.until("an outage that outlasts every alert's patience", |_, prometheus| {
        prometheus.figure(OUTLASTED).is_some()
    });
    for number in 0..REPLICAS {
        let said = watched.fleet.get(number, "/livez").expect("it serves");
        assert!(said.starts_with("HTTP/1.0 200"), "a restart would not help: {said}");
    }
    broker.restart();
    let articles = watched.fleet.names.topic("articles");
    watched.until("the end of the outage, and of whatever it has caused", |fleet, prometheus| {
        tend(fleet, prometheus);
        is_at_work(prometheus)
            && !fires(prometheus, "ticket", "NewsmillBrokersUnreachable")
            && prometheus.firing("page").is_empty()
            && client::read_committed(&broker.bootstrap(), &articles).len() == pages
    });
    assert_eq!(watched.pager.paged(), Vec::<String>::new(), "it passes by itself");
    drop(watched);
    fs::remove_dir_all(folder).expect("ours to remove");
}

/// The ticket of the outage has been open for longer than the most patient page of what an outage could cause takes,
/// NewsmillNotRunning: half an hour, a minute in haste. A figure each second.
const OUTLASTED: &str = "count_over_time(ALERTS{alertname=\"NewsmillBrokersUnreachable\",scope=\"all\",alertstate=\"firing\"}[5m]) > 70";

/// Feeds a page after the other to each partition in turn; says how many.
fn feed(fleet: &Fleet, bootstrap: &str) -> usize {
    const PAGES: usize = 120;
    let feed = Feed::new(bootstrap);
    for (number, partition) in (0..PAGES).zip((0..PARTITIONS).cycle()) {
        let page = format!("A headline {number}\n\nA paragraph that says more.");
        feed.send(&fleet.names.topic("raw"), partition, None, Some(page.as_bytes()));
    }
    feed.flush();
    PAGES
}

/// The largest batch that a topic takes, by Kafka's default; and one that no record of ours fits into.
const MAX_MESSAGE: &str = "1048588";
const TOO_SMALL: &str = "100";

/// Without the alerts of budgets. Pages that have waited for more than a minute are a breach of the objectives, rightly told
/// for half an hour; whether these do depends on how fast the machine is.
fn beside_budgets(mut alerts: Vec<String>) -> Vec<String> {
    alerts.retain(|alert| !alert.ends_with("BudgetBurn"));
    alerts
}

#[test]
fn partitions_whose_commits_do_not_come_through_page_as_stalled_and_nothing_else_does() {
    let folder = super::broker::scratch("hasty");
    let bootstrap = shared().bootstrap();
    let Some(mut watched) = watched_fleet(&bootstrap, "stalled", &folder, &[HASTY_STALL]) else {
        return;
    };
    let articles = watched.fleet.names.topic("articles");
    client::set_topic(&bootstrap, &articles, "max.message.bytes", TOO_SMALL);
    let pages = feed(&watched.fleet, &bootstrap);
    watched.until_paged("NewsmillPartitionStalled");
    let unreachable = "NewsmillBrokersUnreachable";
    assert!(
        !fires(&watched.prometheus, "ticket", unreachable),
        "the brokers are there, and refuse"
    );
    client::set_topic(&bootstrap, &articles, "max.message.bytes", MAX_MESSAGE);
    watched.until("every page, once, and the end of the stall", |fleet, prometheus| {
        tend(fleet, prometheus);
        client::read_committed(&bootstrap, &articles).len() == pages
            && prometheus.figure("max(newsmill_consumer_lag_records)") == Some(0.0)
            && beside_budgets(prometheus.firing("page")).is_empty()
    });
    assert_eq!(beside_budgets(watched.pager.paged()), ["NewsmillPartitionStalled"]);
    drop(watched);
    fs::remove_dir_all(folder).expect("ours to remove");
}

#[test]
fn a_replica_without_brokers_silences_what_is_its_own_and_all_of_them_silence_everything() {
    let Some(pager) = Pager::start() else { return };
    let pages = |expected: &[&str]| {
        wait_until(&format!("{expected:?}"), LIMIT, || {
            let pages = pager.pages().unwrap_or_default();
            pages.iter().eq(expected)
        });
    };
    let of = |severity: &str, more: [&str; 2]| {
        let mut labels = serde_json::json!({ "job": "newsmill", "severity": severity });
        labels[more[0]] = more[1].into();
        labels
    };
    pager.tell(&[
        ("NewsmillBrokersUnreachable", of("ticket", ["instance", "a"])),
        ("NewsmillPartitionStalled", of("page", ["instance", "a"])),
        ("NewsmillRestoreStuck", of("page", ["instance", "b"])),
        ("NewsmillUnassignedPartitions", of("page", ["stage", "parse"])),
    ]);
    pages(&["NewsmillRestoreStuck", "NewsmillUnassignedPartitions"]);
    pager.tell(&[("NewsmillBrokersUnreachable", of("ticket", ["scope", "all"]))]);
    pages(&[]);
}

/// Enough good pages for a hundred bad ones to be no breach of the objective.
const GOOD: usize = 9_000;

#[test]
fn a_flood_of_bad_pages_pages_as_held_and_soon_to_be_deleted_and_nothing_else_does() {
    let folder = super::broker::scratch("hasty");
    let bootstrap = shared().bootstrap();
    // Brokers look for what is too old every five minutes: nothing is deleted in the time of this test.
    client::create_topic(&bootstrap, "paged.raw", 6, &[("retention.ms", "40000")]);
    let Some(mut watched) = watched_fleet(&bootstrap, "paged", &folder, &[HASTY_STALL]) else {
        return;
    };
    let feed = Feed::new(&bootstrap);
    let good = b"A headline\n\nA paragraph that says more.";
    for partition in (0..PARTITIONS).cycle().take(GOOD) {
        feed.send("paged.raw", partition, None, Some(good));
    }
    feed.flush();
    let emitted = "sum(newsmill_records_total{outcome=\"emitted\"})";
    watched.until("the good pages", |fleet, prometheus| {
        tend(fleet, prometheus);
        prometheus.figure(emitted) == Some(GOOD as f64)
    });
    for _ in 0..200 {
        feed.send("paged.raw", 0, None, Some(b"\xff no text at all"));
    }
    feed.flush();
    let expected = ["NewsmillDeadLetterBreakerOpen", "NewsmillRetentionLossRisk"];
    for alert in expected {
        watched.until_paged(alert);
    }
    assert_eq!(watched.pager.paged(), expected);
    drop(watched);
    fs::remove_dir_all(folder).expect("ours to remove");
}

#[test]
fn a_replica_that_starts_again_and_again_pages_as_a_crash_loop_and_nothing_else_does() {
    let folder = super::broker::scratch("hasty");
    let bootstrap = shared().bootstrap();
    let Some(mut watched) = watched_fleet(&bootstrap, "looping", &folder, &[HASTY_STALL]) else {
        return;
    };
    crash_loop(&mut watched, 1);
    watched.until_paged("NewsmillCrashLooping");
    assert_eq!(watched.pager.paged(), ["NewsmillCrashLooping"]);
    drop(watched);
    fs::remove_dir_all(folder).expect("ours to remove");
}

/// Kills a replica and starts it again, as often as makes a loop; each time it gets to work on its partitions. One that
/// does not for five minutes is another alert's business, ten seconds in haste.
fn crash_loop(watched: &mut Watched, victim: usize) {
    let started = format!("process_start_time_seconds{{instance=\"replica-{victim}\"}}");
    for _ in 0..5 {
        let before = watched.prometheus.figure(&started);
        watched.fleet.kill(victim);
        watched.fleet.start(victim);
        watched.prometheus.scrape(&watched.fleet);
        watched.until("the fresh process at work", |_, prometheus| {
            let now = prometheus.figure(&started);
            now.is_some() && now != before && shares_all(prometheus)
        });
    }
}
