//! Boards over a real run: every query answers, the books balance, and nobody is paged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use serde_json::Value;

use super::broker::shared;
use super::feeding::Feeding;
use super::fleet::Fleet;
use super::prometheus::{Prometheus, files};
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(90);

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

#[test]
fn every_query_of_every_board_answers_the_books_balance_and_nobody_is_paged() {
    let rules = files("prometheus/rules");
    let Some(prometheus) = Prometheus::start(&rules, None) else { return };
    let bootstrap = shared().bootstrap();
    let mut fleet = Fleet::comparing(&bootstrap, "watched");
    let feeding = Feeding::start(&bootstrap, &fleet.names.topic("raw"), 7, 200);
    fleet.grow(3);
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
        prometheus.figure(all) == Some(fed as f64)
    });
    wait_until("the lag to be nought", LIMIT, || {
        prometheus.figure("max(newsmill_consumer_lag_records)") == Some(0.0)
            && prometheus.figure("max(newsmill_consumer_lag_seconds)") == Some(0.0)
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
    assert_eq!(prometheus.figure(ended), Some(fed as f64));
    let letters = "sum(newsmill_dead_letter_records_total)";
    let dead = "sum(newsmill_records_total{outcome=\"dead_lettered\"})";
    assert_eq!(prometheus.figure(letters), prometheus.figure(dead));
    let written = "sum(newsmill_producer_records_total{topic=\"watched.articles\"})";
    let emitted = "sum(newsmill_records_total{outcome=\"emitted\"})";
    assert_eq!(prometheus.figure(written), prometheus.figure(emitted));
}
