//! `doctor` on a real cluster: what is well, what is not, and the fix of each.

use std::fs;
use std::process::Output;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use super::broker::{Broker, scratch, shared};
use super::client;
use super::fleet::Fleet;
use super::proxy::Proxy;
use super::tether::Tethered;
use super::wait::wait_until;
use super::wire::PRODUCE;

fn run(fleet: &Fleet, args: &[&str]) -> (Output, Vec<Value>) {
    let output = fleet.newsmill(&[&["doctor", "--json"], args].concat(), 0).output();
    let output = output.expect("the program starts");
    let lines = String::from_utf8(output.stdout.clone()).expect("text");
    let findings = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (output, findings)
}

fn of_level<'a>(findings: &'a [Value], level: &str) -> Vec<&'a Value> {
    findings.iter().filter(|finding| finding["level"] == level).collect()
}

#[test]
fn a_cluster_that_is_as_it_should_be_has_no_findings_but_good_ones() {
    let fleet = Fleet::comparing(&shared().bootstrap(), "healthy");
    let (output, findings) = run(&fleet, &["--write"]);
    assert_eq!(output.status.code(), Some(0), "{}", output.stderr.escape_ascii());
    assert!(findings.len() > 15, "{findings:#?}");
    assert_eq!(of_level(&findings, "ok").len(), findings.len(), "{findings:#?}");
    let subjects = [
        "clock",
        "transactions",
        "state of home",
        "group newsmill.healthy.parse",
        "protocol of broker 1",
    ];
    for subject in subjects {
        assert!(findings.iter().any(|finding| finding["subject"] == subject), "{subject}");
    }
    let of = |findings: &[Value], subject: &str| {
        let found = findings.iter().find(|finding| finding["subject"] == subject);
        found.unwrap_or_else(|| panic!("{subject}: {findings:#?}"))["said"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(of(&findings, "protocol of broker 1").contains("TxnOffsetCommit"), "{findings:#?}");
    let (_, unwritten) = run(&fleet, &[]);
    assert!(of(&unwritten, "clock").contains("--write"), "{unwritten:#?}");
    let seen = client::read_committed(&shared().bootstrap(), "healthy.articles");
    assert!(seen.is_empty(), "what was tried is never seen");
}

#[test]
fn what_is_missing_or_different_is_told_with_its_fix() {
    let bootstrap = shared().bootstrap();
    client::create_topic(&bootstrap, "ill.sightings", 6, &[("cleanup.policy", "compact")]);
    client::create_topic(&bootstrap, "newsmill.ill.home", 3, &[]);
    let mut fleet = Fleet::new(&bootstrap, "well");
    fleet.names.app = "ill".to_owned();
    let (output, findings) = run(&fleet, &[]);
    assert_eq!(output.status.code(), Some(78));
    let wrong = of_level(&findings, "wrong");
    let fix = |subject: &str, said: &str| {
        let of = wrong.iter().find(|finding| {
            finding["subject"] == subject && finding["said"].as_str().unwrap().contains(said)
        });
        of.unwrap_or_else(|| panic!("{subject} {said}: {wrong:#?}"))["fix"].as_str().unwrap()
    };
    assert_eq!(fix("ill.raw", "missing"), "newsmill topics create");
    assert!(fix("ill.sightings", "cleanup.policy").ends_with("cleanup.policy=delete"));
    assert!(fix("newsmill.ill.home", "partitions").contains("another `app` name"));
    assert!(fix("newsmill.ill.home", "timestamp").contains("LogAppendTime"));
}

#[test]
fn a_trial_that_ctrl_c_cuts_short_is_aborted_and_holds_no_reader_back() {
    const LIMIT: Duration = Duration::from_secs(30);
    let proxy = Proxy::new();
    let broker = Broker::start_behind(&proxy);
    let mut fleet = Fleet::new(&broker.bootstrap(), "curious");
    // Left open, it would hold readers back for longer than the test waits.
    fleet.environment = vec![
        ("NEWSMILL__ENGINE__TRANSACTION_TIMEOUT", "80s"),
        ("NEWSMILL__ENGINE__WATCHDOG_TIMEOUT", "85s"),
    ];
    let articles = fleet.names.topic("articles");
    let open = || !client::open_transactions(&broker.bootstrap(), &articles).is_empty();
    let folder = scratch("curious");
    let output = folder.join("output");
    let mut doctor = fleet.newsmill(&["doctor", "--write"], 0);
    doctor.env("NEWSMILL__KAFKA__BOOTSTRAP_SERVERS", proxy.bootstrap());
    // The records are written, and for a while nobody tells it.
    proxy.delay(PRODUCE, Duration::from_secs(8), u32::MAX);
    let mut running = Tethered::start(doctor, &output, None);
    wait_until("the trial", LIMIT, open);
    assert!(running.signal(Signal::SIGINT), "it runs");
    let code = running.wait(LIMIT);
    let said = fs::read_to_string(&output).expect("our own folder");
    assert_eq!(code, 130, "{said}");
    assert!(said.ends_with("newsmill: stopped; what was tried is aborted\n"), "{said}");
    wait_until("its end", LIMIT, || !open());
    fs::remove_dir_all(folder).expect("ours to remove");
}
