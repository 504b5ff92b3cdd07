//! A cluster where nobody may do what nobody has allowed: without rights newsmill says which it lacks, and with those of
//! deploy/kafka/acls.sh it runs.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::broker::{Broker, scratch};
use super::client::{self, Feed};
use super::fleet::Fleet;
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);

/// For as long as the test runs.
fn kept(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// What doctor finds, and how it ends.
fn examined(fleet: &Fleet) -> (Option<i32>, Vec<Value>) {
    let output = fleet.newsmill(&["doctor", "--write", "--json"], 0).output();
    let output = output.expect("the program starts");
    let lines = String::from_utf8(output.stdout).expect("text");
    let findings = lines.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    (output.status.code(), findings.collect())
}

#[test]
fn a_user_without_rights_is_told_which_are_missing_and_those_of_acls_sh_are_enough() {
    let broker = Broker::start_guarded("newsmill", "secret");
    let folder = scratch("rights");
    let password = folder.join("password");
    fs::write(&password, "secret").expect("our own folder");
    // The topics of deploy/kafka.
    let topics = vec![
        ("NEWSMILL__TOPICS__RAW", "articles.raw"),
        ("NEWSMILL__TOPICS__ARTICLES", "articles.normalized"),
        ("NEWSMILL__TOPICS__STORIES", "stories.normalized"),
        ("NEWSMILL__TOPICS__CANONICAL", "stories.canonical"),
        ("NEWSMILL__TOPICS__SIGHTINGS", "stories.sightings"),
        ("NEWSMILL__TOPICS__DEAD_LETTER", "articles.dead-letter"),
        ("NEWSMILL__LINES__STARTS", "on"),
        ("NEWSMILL__DEDUPE__NEAR", "related"),
    ];
    let mut fleet = Fleet::with(&broker.bootstrap(), "guarded", topics);
    fleet.environment.extend([
        ("NEWSMILL__KAFKA__BOOTSTRAP_SERVERS", kept(&broker.secure_bootstrap())),
        ("NEWSMILL__KAFKA__SECURITY_PROTOCOL", "SASL_SSL"),
        ("NEWSMILL__KAFKA__SASL__USERNAME", "newsmill"),
        ("NEWSMILL__KAFKA__SASL__PASSWORD_FILE", kept(password.to_str().expect("ours"))),
        ("NEWSMILL__KAFKA__TLS__CA_FILE", kept(broker.certificate().to_str().expect("ours"))),
    ]);
    fleet.grow(1);
    assert_eq!(fleet.end(0), 77, "{}", fleet.tail(0));
    let (code, findings) = examined(&fleet);
    assert_eq!(code, Some(77), "{findings:#?}");
    let of_level = |level: &str| {
        let found = findings.iter().filter(|finding| finding["level"] == level);
        found.collect::<Vec<_>>()
    };
    assert_eq!(of_level("wrong"), Vec::<&Value>::new(), "nothing is wrong but the rights");
    let subjects: Vec<_> = of_level("denied").iter().map(|finding| &finding["subject"]).collect();
    for subject in
        ["topics", "group newsmill.guarded.parse", "reading articles.raw", "transactions"]
    {
        assert!(subjects.contains(&&Value::from(subject)), "{subject}: {subjects:?}");
    }
    for finding in of_level("denied") {
        let fix = finding["fix"].as_str().expect("a fix");
        assert!(fix.starts_with("kafka-acls.sh --add --allow-principal User:newsmill "), "{fix}");
    }

    allow(&broker);
    let feed = Feed::new(&broker.bootstrap());
    feed.send("articles.raw", 0, None, Some(b"A headline\n\nA paragraph that says more."));
    feed.send("articles.raw", 0, None, Some(b"\xff no text"));
    feed.flush();
    fleet.start(0);
    for topic in ["articles.normalized", "articles.dead-letter"] {
        wait_until(topic, LIMIT, || client::read_committed(&broker.bootstrap(), topic).len() == 1);
    }
    assert_eq!(fleet.terminate(0), 0);
    let (code, findings) = examined(&fleet);
    assert_eq!(code, Some(0), "{findings:#?}");
    let less = findings.iter().filter(|finding| finding["level"] != "ok");
    let less: Vec<_> = less.map(|finding| finding["subject"].as_str().expect("text")).collect();
    // The certificate of a test ends soon, and the settings of brokers are for doctor alone.
    assert_eq!(less, ["the authorities", "settings of brokers"], "{findings:#?}");
    fs::remove_dir_all(folder).expect("ours to remove");
}

/// The rights that the script prints.
fn allow(broker: &Broker) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/kafka/acls.sh");
    let mut command = Command::new("sh");
    command.arg(script).args([&broker.bootstrap(), "newsmill", "guarded"]);
    let output = command.output().expect("sh starts");
    assert!(output.status.success(), "{}", output.stderr.escape_ascii());
    for line in String::from_utf8(output.stdout).expect("text").lines() {
        let args: Vec<&str> = line.split(' ').skip(1).collect();
        broker.acls(&args);
    }
}
