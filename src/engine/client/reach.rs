//! Whether brokers answer, and why they do not, in their own words. A question that times out says nothing but that: the
//! reason (nobody listens there, a wrong password, a certificate, a name that is not known) comes as an event, which only
//! a client that is polled hears.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, DeliveryResult, Producer as _, ProducerContext};

use super::token;
use crate::engine::end::{End, ExitKind};

/// How long a broker has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long after the first complaint: a name can have another address, and another broker can answer.
const ANOTHER_TRY: Duration = Duration::from_secs(2);

/// How long a client is listened to whose question was not answered.
const LISTEN: Duration = Duration::from_secs(3);

const POLL: Duration = Duration::from_millis(50);

/// Waits until a broker answers: 10 s at most, and 2 s once it is known why none does.
///
/// # Errors
/// [`End::Exit`]: 77 where the brokers refuse us, else 75, and what to do; 78 where the client library refuses a setting.
pub fn reach(settings: &[(String, String)]) -> Result<(), End> {
    let client = client(settings).map_err(|error| End::config(&error))?;
    let begun = Instant::now();
    let mut complained = None;
    loop {
        client.poll(POLL);
        // It stands in the first answer of any broker.
        if client.client().fetch_cluster_id(Duration::ZERO).is_some() {
            return Ok(());
        }
        let complaint = client.context().complaint();
        if complaint.is_some() {
            complained.get_or_insert_with(Instant::now);
        }
        let is_denied = complaint.as_ref().is_some_and(|complaint| complaint.is_denied);
        if is_denied
            || begun.elapsed() >= PATIENCE
            || complained.is_some_and(|at| at.elapsed() >= ANOTHER_TRY)
        {
            let silence = format!("not a word in {} s", PATIENCE.as_secs());
            return Err(away(settings, &silence, complaint));
        }
    }
}

/// How a command ends whose question was not answered by brokers that had been reached: refused, or one that other
/// brokers name as theirs, and where it cannot be reached.
pub(in crate::engine) fn unanswered(
    settings: &[(String, String)],
    call: &str,
    error: &KafkaError,
) -> End {
    let end = End::of_command(call, error);
    if !matches!(end, End::Exit { kind: ExitKind::Temporary, .. }) {
        return end;
    }
    let Ok(client) = client(settings) else { return end };
    let deadline = Instant::now() + LISTEN;
    while client.context().complaint().is_none() && Instant::now() < deadline {
        client.poll(POLL);
    }
    away(settings, &end.to_string(), client.context().complaint())
}

/// The end of a command that nobody answers. Where nothing is known but the silence, that is said.
fn away(settings: &[(String, String)], silence: &str, complaint: Option<Complaint>) -> End {
    let brokers = settings.iter().find(|(key, _)| key == "bootstrap.servers");
    let brokers = brokers.map_or("the brokers", |(_, brokers)| brokers.as_str());
    let denied = complaint.as_ref().is_some_and(|complaint| complaint.is_denied);
    let why = complaint.map_or_else(|| silence.to_owned(), |complaint| complaint.said);
    let (kind, fix) = if denied {
        (ExitKind::Denied, "kafka.security_protocol and kafka.sasl.* say who we are")
    } else {
        let fix = "is Kafka running there? kafka.bootstrap_servers (NEWSMILL__KAFKA__BOOTSTRAP_SERVERS) names its brokers";
        (ExitKind::Temporary, fix)
    };
    End::Exit { kind, why: format!("no answer from {brokers}: {why}; {fix}") }
}

/// What a client complained of.
#[derive(Debug, Clone)]
struct Complaint {
    said: String,
    /// Whether the brokers do not believe who we are.
    is_denied: bool,
}

/// Keeps the first complaint that says more than that no broker is there; being refused is worse than any other.
#[derive(Default)]
struct Listener(Mutex<Option<Complaint>>);

impl Listener {
    fn complaint(&self) -> Option<Complaint> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ClientContext for Listener {
    fn log(&self, _: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(target: "librdkafka", event = "client_library", facility, "{message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        let code = error.rdkafka_error_code();
        // It follows every other reason and says less.
        if code == Some(RDKafkaErrorCode::AllBrokersDown) {
            return;
        }
        let denied = [RDKafkaErrorCode::Authentication, RDKafkaErrorCode::SaslAuthenticationFailed];
        let is_denied = code.is_some_and(|code| denied.contains(&code));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_ref().is_none_or(|before| is_denied && !before.is_denied) {
            *kept = Some(Complaint { said: words(reason).to_owned(), is_denied });
        }
    }
}

impl ProducerContext for Listener {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

/// A client that connects to every broker that it is told of, so that each can be complained of.
fn client(settings: &[(String, String)]) -> Result<BaseProducer<Listener>, KafkaError> {
    let mut config = ClientConfig::new();
    for (key, value) in settings {
        config.set(key, value);
    }
    config.set("enable.sparse.connections", "false");
    let client: BaseProducer<Listener> = config.create_with_context(Listener::default())?;
    token::log_in(client.client(), settings);
    Ok(client)
}

/// What the client library says, without how long it was in which of its states.
fn words(reason: &str) -> &str {
    reason.split_once(" (after ").map_or(reason, |(words, _)| words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_at_an_address_is_said_with_the_reason_and_the_way_out() {
        // A port that only the system may give away, and of a service that nobody runs.
        let address = "127.0.0.1:1";
        let settings = [("bootstrap.servers".to_owned(), address.to_owned())];
        let Err(End::Exit { kind: ExitKind::Temporary, why }) = reach(&settings) else { panic!() };
        assert!(why.starts_with(&format!("no answer from {address}: ")), "{why}");
        assert!(why.contains("Connection refused; is Kafka running there?"), "{why}");
    }

    #[test]
    fn a_broker_that_answers_is_reached() {
        let cluster = rdkafka::mocking::MockCluster::new(1).unwrap();
        let settings = [("bootstrap.servers".to_owned(), cluster.bootstrap_servers())];
        assert_eq!(reach(&settings), Ok(()));
    }

    #[test]
    fn how_long_the_client_was_in_which_state_is_not_said() {
        let said = "a:1/bootstrap: Connect failed: Connection refused (after 0ms in state CONNECT)";
        assert_eq!(words(said), "a:1/bootstrap: Connect failed: Connection refused");
        assert_eq!(words("SSL handshake failed"), "SSL handshake failed");
    }
}
