//! Boards and alerts over a real run: every query answers, the books balance, and the alerts that a test can provoke fire
//! while no other page does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::broker::{Broker, shared};
use super::client::{self, Feed};
use super::feeding::Feeding;
use super::fleet::Fleet;
use super::prometheus::{Prometheus, deploy};
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(90);

fn files(folder: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(deploy().join(folder)).expect("a folder of the repository");
    files.map(|entry| entry.expect("a file").path()).collect()
}

/// Every query of every board, as Grafana would ask it.
fn queries() -> BTreeMap<String, String> {
    let mut queries = BTreeMap::new();
    for file in files("grafana/dashboards") {
        let board: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for panel in board["panels"].as_array().unwrap() {
            for target in panel["targets"].as_array().into_iter().flatten() {
                let query = target["expr"].as_str().unwrap();
                let query = query.replace("$job", ".*").replace("$instance", ".*");
                let place = format!("{} {} {}", board["uid"], panel["title"], target["refId"]);
                queries.insert(place, query.replace("$__rate_interval", "20s"));
            }
        }
    }
    queries
}

fn wait_for_addresses(fleet: &Fleet) {
    wait_until("every replica to serve", LIMIT, || {
        (0..fleet.len()).all(|number| fleet.get(number, "/livez").is_some())
    });
}

/// The value of a query with one series.
fn figure(prometheus: &Prometheus, query: &str) -> Option<f64> {
    prometheus.query(query).first()?["value"][1].as_str()?.parse().ok()
}

#[test]
fn every_query_of_every_board_answers_the_books_balance_and_nobody_is_paged() {
    let rules = files("prometheus/rules");
    let Some(prometheus) = Prometheus::start(&rules) else { return };
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::comparing(&bootstrap, "watched");
    let feeding = Feeding::start(&bootstrap, &fleet.names.topic("raw"), 7, 200);
    fleet.grow(3);
    wait_for_addresses(&fleet);
    prometheus.scrape(&fleet);

    let queries = queries();
    assert!(queries.len() > 60, "{}", queries.len());
    let mut silent: BTreeSet<&String> = queries.keys().collect();
    wait_until("every query to answer", LIMIT, || {
        silent.retain(|place| prometheus.query(&queries[*place]).is_empty());
        println!("{} queries have no answer yet: {silent:?}", silent.len());
        silent.is_empty()
    });

    let fed = feeding.stop();
    let all = "sum(newsmill_records_total)";
    wait_until("every page to end", LIMIT, || {
        fleet.tend();
        figure(&prometheus, all) == Some(fed as f64)
    });
    wait_until("the lag to be nought", LIMIT, || {
        figure(&prometheus, "max(newsmill_consumer_lag_records)") == Some(0.0)
            && figure(&prometheus, "max(newsmill_consumer_lag_seconds)") == Some(0.0)
    });
    balanced(&prometheus, fed);
    for (name, health) in prometheus.rules() {
        assert_eq!(health, "ok", "{name}");
    }
    assert_eq!(prometheus.firing("page"), Vec::<String>::new());
    assert_eq!(prometheus.firing("none"), ["NewsmillWatchdog"], "rules are evaluated");
}

/// What was counted is what there is, and of each process records add up.
fn balanced(prometheus: &Prometheus, fed: u64) {
    let residue = "sum by (instance) (newsmill_consumer_records_total) \
                   - sum by (instance) (newsmill_batch_records_sum) \
                   - sum by (instance) (newsmill_records_reprocessed_total) \
                   - sum by (instance) (newsmill_inflight_records)";
    let residues = prometheus.query(residue);
    assert_eq!(residues.len(), 3, "a sum for each process");
    for series in residues {
        assert_eq!(series["value"][1], "0", "{series}");
    }
    let ended = "sum(newsmill_record_e2e_latency_seconds_count)";
    assert_eq!(figure(prometheus, ended), Some(fed as f64));
    let letters = "sum(newsmill_dead_letter_records_total)";
    let dead = "sum(newsmill_records_total{outcome=\"dead_lettered\"})";
    assert_eq!(figure(prometheus, letters), figure(prometheus, dead));
    let written = "sum(newsmill_producer_records_total{topic=\"watched.articles\"})";
    let emitted = "sum(newsmill_records_total{outcome=\"emitted\"})";
    assert_eq!(figure(prometheus, written), figure(prometheus, emitted));
}

/// The alerts with a second for each half a minute that they wait: a test has no quarter of an hour.
fn hasty(folder: &std::path::Path) -> Vec<PathBuf> {
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
        fs::write(&hasty, lines.collect::<Vec<_>>().join("\n")).unwrap();
        hasty
    };
    files("prometheus/rules").into_iter().map(hurried).collect()
}

/// A fleet of two under the eye of a Prometheus, once both run and share all partitions. Where there is no Prometheus it
/// says so and there is none.
fn watched_fleet(
    bootstrap: &str,
    app: &str,
    folder: &std::path::Path,
) -> Option<(Fleet, Prometheus)> {
    let prometheus = Prometheus::start(&hasty(folder))?;
    let mut fleet = Fleet::new(bootstrap, app);
    fleet.environment = vec![("NEWSMILL__DEAD_LETTER__MAX_CONSECUTIVE", "20")];
    fleet.grow(2);
    wait_for_addresses(&fleet);
    prometheus.scrape(&fleet);
    wait_until("both run, and share all partitions", LIMIT, || {
        is_at_work(&prometheus) && {
            let owned = "sum(newsmill_assigned_partitions) == 2 * 6";
            figure(&prometheus, owned).is_some()
        }
    });
    Some((fleet, prometheus))
}

fn is_at_work(prometheus: &Prometheus) -> bool {
    figure(prometheus, "sum(newsmill_group_state{state=\"running\"})") == Some(2.0)
}

fn fires(prometheus: &Prometheus, severity: &str, alert: &str) -> bool {
    prometheus.firing(severity).iter().any(|name| name == alert)
}

#[test]
fn an_outage_of_the_brokers_is_a_ticket_and_no_page_and_ends_by_itself() {
    let folder = super::broker::scratch("hasty");
    let mut broker = Broker::start_mortal();
    let Some((mut fleet, prometheus)) = watched_fleet(&broker.bootstrap(), "outage", &folder)
    else {
        return;
    };
    broker.kill();
    let ticket = || fires(&prometheus, "ticket", "NewsmillBrokersUnreachable");
    wait_until("the ticket of the outage", LIMIT, ticket);
    assert_eq!(prometheus.firing("page"), Vec::<String>::new(), "it passes by itself");
    for number in 0..2 {
        let said = fleet.get(number, "/livez").expect("it serves");
        assert!(said.starts_with("HTTP/1.0 200"), "a restart would not help: {said}");
    }
    broker.restart();
    wait_until("the end of the outage", LIMIT, || {
        fleet.tend();
        is_at_work(&prometheus) && !ticket()
    });
    drop(prometheus);
    fs::remove_dir_all(folder).expect("ours to remove");
}

#[test]
fn a_flood_of_bad_pages_and_a_crash_loop_page_and_nothing_else_does() {
    let folder = super::broker::scratch("hasty");
    let bootstrap = shared().bootstrap();
    client::create_topic(&bootstrap, "paged.raw", 6, &[("retention.ms", "600000")]);
    let Some((mut fleet, prometheus)) = watched_fleet(&bootstrap, "paged", &folder) else { return };
    let feed = Feed::new(&bootstrap);
    // Written nine of the ten minutes ago for which the topic keeps records.
    let written = jiff::Timestamp::now().as_millisecond() - 540_000;
    for _ in 0..200 {
        feed.send_at("paged.raw", 0, b"\xff no text at all", written);
    }
    feed.flush();
    for alert in ["NewsmillDeadLetterBreakerOpen", "NewsmillRetentionLossRisk"] {
        wait_until(alert, LIMIT, || fires(&prometheus, "page", alert));
    }
    // The replica that does not hold the flooded partition starts again and again.
    let held = "newsmill_consumer_paused_partitions{reason=\"breaker\"}";
    let victim = usize::from(fleet.metric(0, held) == Some(1.0));
    crash_loop(&mut fleet, victim, &prometheus);
    wait_until("the crash loop", LIMIT, || fires(&prometheus, "page", "NewsmillCrashLooping"));
    let expected = [
        "NewsmillCrashLooping",
        "NewsmillDeadLetterBreakerOpen",
        // Every page of that time came late and was dead-lettered.
        "NewsmillFreshnessBudgetBurn",
        "NewsmillQualityBudgetBurn",
        "NewsmillRetentionLossRisk",
        // A replica that dies every few seconds does not get to work on its partitions.
        "NewsmillUnassignedPartitions",
    ];
    let pages = prometheus.firing("page");
    let unexpected: Vec<_> =
        pages.iter().filter(|page| !expected.contains(&page.as_str())).collect();
    assert_eq!(unexpected, Vec::<&String>::new());
    drop(prometheus);
    fs::remove_dir_all(folder).expect("ours to remove");
}

fn crash_loop(fleet: &mut Fleet, victim: usize, prometheus: &Prometheus) {
    let started = format!("process_start_time_seconds{{instance=\"replica-{victim}\"}}");
    for _ in 0..5 {
        let before = figure(prometheus, &started);
        fleet.kill(victim);
        fleet.start(victim);
        wait_for_addresses(fleet);
        prometheus.scrape(fleet);
        wait_until("a scrape of the fresh process, a second old", LIMIT, || {
            let now = figure(prometheus, &started);
            now != before && figure(prometheus, &format!("time() - {started} > 2")).is_some()
        });
    }
}
