//! A cluster that wants TLS and a user: the right password is let in, a wrong one ends it with 77, and neither is ever said.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::broker::{Broker, scratch};
use super::client::{self, Feed};
use super::fleet::{Fleet, Variable};
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);
const RIGHT: &str = "canary-of-the-right-password";
const WRONG: &str = "canary-of-a-wrong-password";

/// The environment of one that logs in with the password in this file.
fn environment(broker: &Broker, password: &Path) -> Vec<Variable> {
    // For as long as the test runs.
    let kept =
        |path: &Path| -> &'static str { Box::leak(path.display().to_string().into_boxed_str()) };
    vec![
        ("NEWSMILL__KAFKA__SECURITY_PROTOCOL", "SASL_SSL"),
        ("NEWSMILL__KAFKA__SASL__USERNAME", "newsmill"),
        ("NEWSMILL__KAFKA__SASL__PASSWORD_FILE", kept(password)),
        ("NEWSMILL__KAFKA__TLS__CA_FILE", kept(&broker.certificate())),
    ]
}

fn no_secret(what: &str, text: &str) {
    assert!(!text.is_empty(), "{what} says something");
    for secret in [RIGHT, WRONG] {
        assert!(!text.contains(secret), "{what} has a password: {text}");
    }
}

#[test]
fn tls_and_scram_let_the_right_password_in_and_a_wrong_one_ends_with_77_and_none_is_ever_said() {
    let broker = Broker::start_secure("newsmill", RIGHT);
    let folder = scratch("passwords");
    let [right, wrong] = [("right", RIGHT), ("wrong", WRONG)].map(|(name, password)| {
        let file = folder.join(name);
        fs::write(&file, password).expect("our own folder");
        file
    });
    let secure = broker.secure_bootstrap();
    let mut fleet = Fleet::with(&secure, "secret", environment(&broker, &right));
    fleet.environment.push(("NEWSMILL__LOG__LEVEL", "debug"));
    let feed = Feed::new(&broker.bootstrap());
    for number in 0..20 {
        let page = format!("A headline {number}\n\nA paragraph that says more.");
        feed.send("secret.raw", 0, None, Some(page.as_bytes()));
    }
    feed.flush();
    fleet.grow(1);
    wait_until("its pages", LIMIT, || {
        client::read_committed(&broker.bootstrap(), "secret.articles").len() == 20
    });
    let end = "newsmill_tls_certificate_not_after_timestamp_seconds{kind=\"ca\"}";
    assert!(fleet.metric(0, end) > Some(jiff::Timestamp::now().as_second() as f64));
    for path in ["/metrics", "/healthz?verbose"] {
        no_secret(path, &fleet.get(0, path).expect("it serves"));
    }
    for args in [&["check"][..], &["doctor", "--write"]] {
        let output = fleet.newsmill(args, 0).output().expect("the program starts");
        assert!(output.status.success(), "{args:?}: {}", output.stderr.escape_ascii());
        no_secret(args[0], &output.stdout.escape_ascii().to_string());
    }
    assert_eq!(fleet.terminate(0), 0);
    no_secret("the log", &fleet.log_of(0));

    fleet.environment = environment(&broker, &wrong);
    fleet.environment.push(("NEWSMILL__LOG__LEVEL", "debug"));
    fleet.start(0);
    assert_eq!(fleet.end(0), 77);
    no_secret("the log", &fleet.log_of(0));
    let commands = [&["doctor"][..], &["topics", "create"], &["dead-letter", "list"]];
    // Each takes as long as it waits for an answer: at the same time, and each with a configuration file of its own.
    let mut number = 0;
    let running = commands.map(|args| {
        number += 1;
        let mut command = fleet.newsmill(args, number);
        (args, std::thread::spawn(move || command.output().expect("the program starts")))
    });
    for (args, output) in running {
        let output = output.join().expect("it ends");
        assert_eq!(output.status.code(), Some(77), "{args:?}: {}", output.stderr.escape_ascii());
        no_secret(args[0], &output.stderr.escape_ascii().to_string());
    }
    fs::remove_dir_all(folder).expect("ours to remove");
}
