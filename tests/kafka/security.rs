//! A cluster that wants TLS and a user: the right password, or a token, is let in, a wrong one ends it with 77, and none is
//! ever said.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::broker::{Broker, scratch};
use super::client::{self, Feed};
use super::fleet::{Fleet, Variable};
use super::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(60);
const RIGHT: &str = "canary-of-the-right-password";
const WRONG: &str = "canary-of-a-wrong-password";

/// For as long as the test runs.
fn kept(path: &Path) -> &'static str {
    Box::leak(path.display().to_string().into_boxed_str())
}

/// The environment of one that logs in with the password in this file.
fn environment(broker: &Broker, mechanism: &'static str, password: &Path) -> Vec<Variable> {
    vec![
        ("NEWSMILL__KAFKA__SASL__MECHANISM", mechanism),
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
    lets_only_the_right_password_in("SCRAM-SHA-512");
}

#[test]
fn tls_and_plain_let_the_right_password_in_and_a_wrong_one_ends_with_77_and_none_is_ever_said() {
    lets_only_the_right_password_in("PLAIN");
}

fn lets_only_the_right_password_in(mechanism: &'static str) {
    let broker = Broker::start_secure("newsmill", RIGHT);
    let folder = scratch("passwords");
    let [right, wrong] = [("right", RIGHT), ("wrong", WRONG)].map(|(name, password)| {
        let file = folder.join(name);
        fs::write(&file, password).expect("our own folder");
        file
    });
    let secure = broker.secure_bootstrap();
    let mut fleet = Fleet::with(&secure, "secret", environment(&broker, mechanism, &right));
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

    fleet.environment = environment(&broker, mechanism, &wrong);
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

/// A token that nobody signed, of this owner, which ends after so many seconds.
fn token(owner: &str, seconds: i64) -> String {
    let now = jiff::Timestamp::now().as_second();
    let claims = serde_json::json!({ "sub": owner, "iat": now - 60, "exp": now + seconds });
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.", part("{\"alg\":\"none\"}".to_owned()), part(claims.to_string()))
}

#[test]
fn a_token_in_a_file_lets_in_a_fresh_one_is_taken_before_it_ends_and_one_that_has_ended_is_77() {
    let broker = Broker::start_secure("newsmill", RIGHT);
    let folder = scratch("tokens");
    let file = folder.join("token");
    let first = token("first", 20);
    fs::write(&file, &first).expect("our own folder");
    let environment = vec![
        ("NEWSMILL__KAFKA__SECURITY_PROTOCOL", "SASL_SSL"),
        ("NEWSMILL__KAFKA__SASL__MECHANISM", "OAUTHBEARER"),
        ("NEWSMILL__KAFKA__SASL__TOKEN_FILE", kept(&file)),
        ("NEWSMILL__KAFKA__TLS__CA_FILE", kept(&broker.certificate())),
        ("NEWSMILL__LOG__LEVEL", "debug"),
    ];
    let mut fleet = Fleet::with(&broker.secure_bootstrap(), "token", environment);
    fleet.grow(1);
    let feed = Feed::new(&broker.bootstrap());
    let mut sent = 0;
    let mut send_and_wait = || {
        sent += 1;
        let page = format!("A headline {sent}\n\nA paragraph that says more.");
        feed.send("token.raw", 0, None, Some(page.as_bytes()));
        feed.flush();
        wait_until("its article", LIMIT, || {
            client::read_committed(&broker.bootstrap(), "token.articles").len() == sent
        });
    };
    send_and_wait();
    let fresh = token("fresh", 3_600);
    fs::write(&file, &fresh).expect("our own folder");
    let first_ended = Instant::now() + Duration::from_secs(20);
    wait_until("the end of the first token", LIMIT, || Instant::now() > first_ended);
    send_and_wait();
    assert_eq!(fleet.terminate(0), 0);
    fs::write(&file, token("ended", -5)).expect("our own folder");
    fleet.start(0);
    assert_eq!(fleet.end(0), 77);
    for token in [first, fresh] {
        assert!(!fleet.log_of(0).contains(&token), "a token is said");
    }
    fs::remove_dir_all(folder).expect("ours to remove");
}
