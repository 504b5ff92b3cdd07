//! `doctor` on a real cluster: what is well, what is not, and the fix of each.

use std::process::Output;

use serde_json::Value;

use super::broker::shared;
use super::client;
use super::fleet::Fleet;

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
