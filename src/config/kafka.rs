//! How to reach Kafka, and which settings of the client library are the user's and which are ours.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::certificate::{CertificateKind, not_after};
use super::reader::Reader;
use super::value::{Secret, quote, words};

/// The section `[kafka]`.
#[derive(Debug, Clone)]
pub struct Kafka {
    /// `host:port`, separated by commas.
    pub bootstrap_servers: String,
    /// `newsmill-<instance>`: how brokers name this process in their logs and quotas.
    pub client_id: String,
    /// How connections are protected.
    pub security_protocol: SecurityProtocol,
    /// The user, where the protocol asks for one.
    pub sasl: Option<Sasl>,
    /// Certificates.
    pub tls: Tls,
    /// Settings passed through to the client library, from the table of those that are the user's.
    pub client: BTreeMap<String, String>,
}

words! {
    /// How connections are protected: Kafka's own names.
    SecurityProtocol {
        /// Not at all.
        Plaintext = "PLAINTEXT",
        /// TLS.
        Ssl = "SSL",
        /// A user, in the clear.
        SaslPlaintext = "SASL_PLAINTEXT",
        /// A user over TLS.
        SaslSsl = "SASL_SSL",
    }
}

words! {
    /// How a user is proved.
    Mechanism {
        /// The password itself: over TLS only.
        Plain = "PLAIN",
        /// Salted challenge and response, SHA-256.
        ScramSha256 = "SCRAM-SHA-256",
        /// Salted challenge and response, SHA-512.
        ScramSha512 = "SCRAM-SHA-512",
        /// A token of an identity provider.
        OauthBearer = "OAUTHBEARER",
    }
}

/// The section `[kafka.sasl]`.
#[derive(Debug, Clone)]
pub struct Sasl {
    /// How the user is proved.
    pub mechanism: Mechanism,
    /// By what.
    pub proof: Proof,
}

/// What proves a user.
#[derive(Debug, Clone)]
pub enum Proof {
    /// A password.
    Password {
        /// The name.
        username: String,
        /// The password.
        password: Secret,
    },
    /// A token, in a file that somebody keeps fresh.
    TokenFile(PathBuf),
}

impl Sasl {
    /// The name that brokers know, as far as it is ours to say.
    #[must_use]
    pub fn user(&self) -> &str {
        match &self.proof {
            Proof::Password { username, .. } => username,
            Proof::TokenFile(_) => "OWNER-OF-THE-TOKEN",
        }
    }

    /// As the client library takes it; where tokens are, it hands on to us when it wants one.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let mechanism = ("sasl.mechanism", self.mechanism.word().to_owned());
        match &self.proof {
            Proof::Password { username, password } => vec![
                mechanism,
                ("sasl.username", username.clone()),
                ("sasl.password", password.reveal().to_owned()),
            ],
            Proof::TokenFile(file) => {
                vec![mechanism, ("sasl.oauthbearer.config", file.display().to_string())]
            }
        }
    }
}

/// The section `[kafka.tls]`; what is absent is the system's.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// PEM file of the authorities to trust.
    pub ca_file: Option<PathBuf>,
    /// PEM file of the client's certificate.
    pub cert_file: Option<PathBuf>,
    /// PEM file of the client's key.
    pub key_file: Option<PathBuf>,
}

impl Tls {
    /// The files that hold certificates.
    #[must_use]
    pub fn certificates(&self) -> Vec<(CertificateKind, PathBuf)> {
        let files = [
            (CertificateKind::Client, &self.cert_file),
            (CertificateKind::Authorities, &self.ca_file),
        ];
        files.into_iter().filter_map(|(kind, file)| Some((kind, file.clone()?))).collect()
    }
}

/// What a client of the library is for: some settings make sense for one only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Any,
    Consumer,
    Producer,
}

/// Settings that are the user's: what depends on the network, the brokers and the hardware.
#[rustfmt::skip]
const PASSED_THROUGH: [(&str, Scope); 34] = [
    ("broker.address.family", Scope::Any),
    ("broker.address.ttl", Scope::Any),
    ("client.dns.lookup", Scope::Any),
    ("client.rack", Scope::Any),
    ("connections.max.idle.ms", Scope::Any),
    ("debug", Scope::Any),
    ("enable.ssl.certificate.verification", Scope::Any),
    ("log.connection.close", Scope::Any),
    ("metadata.max.age.ms", Scope::Any),
    ("reconnect.backoff.max.ms", Scope::Any),
    ("reconnect.backoff.ms", Scope::Any),
    ("retry.backoff.max.ms", Scope::Any),
    ("retry.backoff.ms", Scope::Any),
    ("socket.connection.setup.timeout.ms", Scope::Any),
    ("socket.keepalive.enable", Scope::Any),
    ("socket.max.fails", Scope::Any),
    ("socket.nagle.disable", Scope::Any),
    ("socket.receive.buffer.bytes", Scope::Any),
    ("socket.send.buffer.bytes", Scope::Any),
    ("socket.timeout.ms", Scope::Any),
    ("ssl.cipher.suites", Scope::Any),
    ("ssl.crl.location", Scope::Any),
    ("ssl.endpoint.identification.algorithm", Scope::Any),
    ("topic.metadata.refresh.interval.ms", Scope::Any),
    ("check.crcs", Scope::Consumer),
    ("fetch.error.backoff.ms", Scope::Consumer),
    ("fetch.message.max.bytes", Scope::Consumer),
    ("fetch.min.bytes", Scope::Consumer),
    ("fetch.wait.max.ms", Scope::Consumer),
    ("heartbeat.interval.ms", Scope::Consumer),
    ("batch.size", Scope::Producer),
    ("compression.codec", Scope::Producer),
    ("compression.level", Scope::Producer),
    ("linger.ms", Scope::Producer),
];

/// Settings that are ours, with the reason. A name that ends in a dot stands for all that begin so.
#[rustfmt::skip]
const OURS: [(&str, &str); 35] = [
    ("acks", "a transaction needs all"),
    ("allow.auto.create.topics", "`newsmill topics create` makes topics, with the right settings"),
    ("auto.commit.", "offsets are committed by the transaction"),
    ("auto.offset.reset", "partitions are assigned with explicit offsets"),
    ("bootstrap.servers", "it is kafka.bootstrap_servers"),
    ("client.id", "it is made from `instance`"),
    ("compression.type", "it is called compression.codec here"),
    ("delivery.timeout.ms", "it follows from engine.transaction_timeout"),
    ("enable.auto.commit", "offsets are committed by the transaction"),
    ("enable.auto.offset.store", "offsets are committed by the transaction"),
    ("enable.idempotence", "a transaction needs it"),
    ("enable.partition.eof", "the engine compares offsets"),
    ("fetch.max.bytes", "it is engine.fetch_bytes"),
    ("fetch.queue.backoff.ms", "a bounded queue is slow by a factor of 30 with any other"),
    ("group.", "the group is made from `app`"),
    ("isolation.level", "read_uncommitted would take in what was aborted"),
    ("max.poll.interval.ms", "it is engine.max_poll_interval"),
    ("message.max.bytes", "it follows from what the topics take"),
    ("message.timeout.ms", "it follows from engine.transaction_timeout"),
    ("metadata.broker.list", "it is kafka.bootstrap_servers"),
    ("partition.assignment.strategy", "the engine hands over partitions step by step: cooperative-sticky"),
    ("partitioner", "every record names its partition"),
    ("plugin.", "nothing is loaded into the process"),
    ("queue.buffering.", "the engine bounds what waits"),
    ("queued.", "it is engine.prefetch_bytes"),
    ("sasl.", "it is the section kafka.sasl"),
    ("security.protocol", "it is kafka.security_protocol"),
    ("session.timeout.ms", "it is engine.session_timeout"),
    ("ssl.ca.", "it is kafka.tls.ca_file"),
    ("ssl.certificate.", "it is kafka.tls.cert_file"),
    ("ssl.key.", "it is kafka.tls.key_file"),
    ("statistics.interval.ms", "metrics depend on it"),
    ("test.", "it is for librdkafka's own tests"),
    ("transaction.timeout.ms", "it is engine.transaction_timeout"),
    ("transactional.id", "it is made from `app`, `instance` and the engine, so that a successor fences this process"),
];

impl Kafka {
    pub(super) fn read(keys: &mut Reader<'_>, instance: &str) -> Self {
        let bootstrap_servers = keys.key("kafka.bootstrap_servers", "localhost:9092".to_owned());
        if let Some(bad) =
            bootstrap_servers.split(',').map(str::trim).find(|server| !is_host_port(server))
        {
            keys.refuse(
                "kafka.bootstrap_servers",
                format!("has {bad:?}; write host:port,host:port"),
            );
        }
        let security_protocol = keys.key("kafka.security_protocol", SecurityProtocol::Plaintext);
        let sasl = read_sasl(keys, security_protocol);
        let tls = read_tls(keys, security_protocol);
        let mut client = BTreeMap::new();
        for (name, text, place) in keys.map("kafka.client") {
            match refusal(&name) {
                Some(reason) => keys.refuse_at(place, format!("kafka.client.\"{name}\" {reason}")),
                None => {
                    keys.note(format!("kafka.client.{}", quote(&name)), quote(&text), place);
                    client.insert(name, text);
                }
            }
        }
        let client_id = format!("newsmill-{instance}");
        Self { bootstrap_servers, client_id, security_protocol, sasl, tls, client }
    }

    /// What every client of the library is made with: address, protection, and the user's own settings.
    #[must_use]
    pub fn common_client_settings(&self) -> Vec<(String, String)> {
        let mut settings: Vec<(String, String)> = [
            ("bootstrap.servers", self.bootstrap_servers.as_str()),
            ("client.id", &self.client_id),
            ("security.protocol", self.security_protocol.word()),
            ("allow.auto.create.topics", "false"),
            ("socket.keepalive.enable", "true"),
            ("log.connection.close", "false"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let sasl = self.sasl.iter().flat_map(Sasl::settings);
        settings.extend(sasl.map(|(key, value)| (key.to_owned(), value)));
        let files = [
            ("ssl.ca.location", &self.tls.ca_file),
            ("ssl.certificate.location", &self.tls.cert_file),
            ("ssl.key.location", &self.tls.key_file),
        ];
        let files = files.into_iter().filter_map(|(key, file)| Some((key, file.as_ref()?)));
        settings.extend(files.map(|(key, file)| (key.to_owned(), file.display().to_string())));
        settings.extend(self.passed_through(Scope::Any));
        settings
    }

    /// The user's own settings that only a consumer takes.
    #[must_use]
    pub fn consumer_settings(&self) -> Vec<(String, String)> {
        self.passed_through(Scope::Consumer)
    }

    /// The user's own settings that only a producer takes.
    #[must_use]
    pub fn producer_settings(&self) -> Vec<(String, String)> {
        self.passed_through(Scope::Producer)
    }

    fn passed_through(&self, scope: Scope) -> Vec<(String, String)> {
        let own = self.client.iter().filter(|(key, _)| scope_of(key) == Some(scope));
        own.map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

fn read_sasl(keys: &mut Reader<'_>, protocol: SecurityProtocol) -> Option<Sasl> {
    let mechanism = keys.key("kafka.sasl.mechanism", Mechanism::ScramSha512);
    let username: Option<String> = keys.optional("kafka.sasl.username");
    let password = keys.secret("kafka.sasl.password", "kafka.sasl.password_file");
    let token_file: Option<PathBuf> = keys.optional("kafka.sasl.token_file");
    let wanted = matches!(protocol, SecurityProtocol::SaslPlaintext | SecurityProtocol::SaslSsl);
    let by_token = mechanism == Mechanism::OauthBearer;
    for (key, is_set, has_use) in [
        ("kafka.sasl.username", username.is_some(), !by_token),
        ("kafka.sasl.token_file", token_file.is_some(), by_token),
    ] {
        if is_set && !wanted {
            keys.refuse(key, "has no use unless kafka.security_protocol is SASL_SSL");
        } else if is_set && !has_use {
            let word = mechanism.word();
            keys.refuse(key, format!("has no use where kafka.sasl.mechanism is {word}"));
        }
    }
    if !wanted {
        return None;
    }
    let (proof, missing) = if by_token {
        (token_file.map(Proof::TokenFile), "kafka.sasl.token_file")
    } else {
        let missing =
            if username.is_none() { "kafka.sasl.username" } else { "kafka.sasl.password_file" };
        let proof = username.zip(password);
        (proof.map(|(username, password)| Proof::Password { username, password }), missing)
    };
    if proof.is_none() {
        keys.refuse("kafka.security_protocol", format!("asks for a user; set {missing}"));
    }
    proof.map(|proof| Sasl { mechanism, proof })
}

fn read_tls(keys: &mut Reader<'_>, protocol: SecurityProtocol) -> Tls {
    let tls = Tls {
        ca_file: keys.optional("kafka.tls.ca_file"),
        cert_file: keys.optional("kafka.tls.cert_file"),
        key_file: keys.optional("kafka.tls.key_file"),
    };
    let files = [
        ("kafka.tls.ca_file", &tls.ca_file),
        ("kafka.tls.cert_file", &tls.cert_file),
        ("kafka.tls.key_file", &tls.key_file),
    ];
    let without_tls =
        matches!(protocol, SecurityProtocol::Plaintext | SecurityProtocol::SaslPlaintext);
    for (key, file) in files.into_iter().filter_map(|(key, file)| Some((key, file.as_ref()?))) {
        if without_tls {
            keys.refuse(key, "has no use unless kafka.security_protocol is SSL or SASL_SSL");
        } else if let Err(error) = std::fs::File::open(file) {
            keys.refuse(key, format!("cannot be read: {error}"));
        }
    }
    for (kind, file) in tls.certificates() {
        let key = match kind {
            CertificateKind::Client => "kafka.tls.cert_file",
            CertificateKind::Authorities => "kafka.tls.ca_file",
        };
        if file.is_file()
            && let Err(why) = not_after(&file, kind)
        {
            keys.refuse(key, why);
        }
    }
    if tls.cert_file.is_some() != tls.key_file.is_some() {
        keys.refuse(
            "kafka.tls.cert_file",
            "and kafka.tls.key_file go together; set both or neither",
        );
    }
    tls
}

fn is_host_port(server: &str) -> bool {
    server
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn scope_of(name: &str) -> Option<Scope> {
    PASSED_THROUGH.iter().find(|(known, _)| *known == name).map(|(_, scope)| *scope)
}

fn refusal(name: &str) -> Option<String> {
    if scope_of(name).is_some() {
        return None;
    }
    let ours =
        |known: &str| if known.ends_with('.') { name.starts_with(known) } else { name == known };
    if let Some((_, reason)) = OURS.iter().find(|(known, _)| ours(known)) {
        return Some(format!("is not yours to set: {reason}"));
    }
    let nearest = PASSED_THROUGH
        .iter()
        .map(|(known, _)| *known)
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    Some(format!(
        "is none of the settings that are passed through; did you mean {}?",
        nearest.unwrap_or_default()
    ))
}
