//! Why the brokers do not answer, in their own words. A question that times out says nothing but that: the reason (a wrong
//! password, a certificate, a name that is not known) comes as an event, which only a client that is polled hears.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, DeliveryResult, Producer as _, ProducerContext};

use super::end::{End, ExitKind};
use super::token;

/// How long a client is listened to.
const LISTEN: Duration = Duration::from_secs(3);

/// How a command ends whose question was not answered: 77 where the brokers refuse us, else 75.
pub(super) fn unanswered(settings: &[(String, String)], error: &KafkaError) -> End {
    let brokers = settings.iter().find(|(key, _)| key == "bootstrap.servers");
    let brokers = brokers.map_or("the brokers", |(_, brokers)| brokers.as_str());
    let complaint = complaint(settings);
    let said =
        complaint.as_ref().map_or_else(String::new, |complaint| format!(": {}", complaint.said));
    let denied = complaint.is_some_and(|complaint| complaint.is_denied);
    let kind = if denied { ExitKind::Denied } else { ExitKind::Temporary };
    End::Exit { kind, why: format!("no answer from {brokers}: {error}{said}") }
}

/// What a client complained of.
#[derive(Debug, Clone)]
struct Complaint {
    said: String,
    /// Whether the brokers do not believe who we are.
    is_denied: bool,
}

/// Keeps the first complaint that says more than that no broker is there.
#[derive(Default)]
struct Listener(Mutex<Option<Complaint>>);

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
        kept.get_or_insert(Complaint { said: reason.to_owned(), is_denied });
    }
}

impl ProducerContext for Listener {
    type DeliveryOpaque = ();

    fn delivery(&self, _: &DeliveryResult<'_>, (): ()) {}
}

fn complaint(settings: &[(String, String)]) -> Option<Complaint> {
    let mut config = ClientConfig::new();
    for (key, value) in settings {
        config.set(key, value);
    }
    let client: BaseProducer<Listener> = config.create_with_context(Listener::default()).ok()?;
    token::log_in(client.client(), settings);
    // Asking is what makes it connect; whether there is an answer is not the question.
    drop(client.client().fetch_metadata(None, LISTEN));
    let deadline = Instant::now() + LISTEN;
    loop {
        client.poll(Duration::from_millis(50));
        let kept = client.context().0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if kept.is_some() || Instant::now() >= deadline {
            return kept;
        }
    }
}
