//! Apache Kafka with one broker (KRaft), as production has it but small: with its controller in one process, or, where
//! the broker is to die, in two.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::JVM;
use super::client;
use super::jars::{KAFKA_VERSION, Runtime, runtime};
use super::proxy::Proxy;
use super::tether::Tethered;
use super::wait::wait_until;

/// A broker that dies with its value, files included.
pub struct Broker {
    folder: PathBuf,
    /// What clients connect to.
    port: u16,
    /// Where the proxy finds the listener that is advertised at the proxy's own port.
    behind_proxy: u16,
    process: Option<Tethered>,
    /// The listener with TLS and SCRAM, where there is one.
    secure: Option<u16>,
    /// Where it is a process of its own, and what the broker's administrators connect to.
    controller: Option<(Tethered, u16)>,
}

/// A new folder for one test, under cargo's own.
pub fn scratch(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{name}-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}

/// The one broker of the tests that neither kill nor restart it; each uses topics and groups of its own.
pub fn shared() -> &'static Broker {
    static SHARED: OnceLock<Broker> = OnceLock::new();
    SHARED.get_or_init(Broker::start)
}

impl Broker {
    /// Starts a broker with empty logs, and waits until it answers.
    pub fn start() -> Self {
        Self::start_advertising(None, Roles::Together)
    }

    /// The same, with a second listener that is reached through the proxy.
    pub fn start_behind(proxy: &Proxy) -> Self {
        let broker = Self::start_advertising(Some(proxy.port()), Roles::Together);
        proxy.aim(broker.behind_proxy);
        broker
    }

    /// The same, with a controller that outlives it: it can be killed and started again.
    pub fn start_mortal() -> Self {
        Self::start_advertising(None, Roles::Apart)
    }

    /// The same, with a second listener that wants TLS and this user by SCRAM or PLAIN, or a token.
    pub fn start_secure(user: &str, password: &str) -> Self {
        Self::start_asking(user, password, &[])
    }

    /// The same, where this user may do nothing yet, and whoever comes by the first listener everything.
    pub fn start_guarded(user: &str, password: &str) -> Self {
        Self::start_asking(user, password, &[GUARDED])
    }

    fn start_asking(user: &str, password: &str, more: &[&str]) -> Self {
        let folder = scratch("broker");
        let [port, controller, behind_proxy, secure] = free_ports();
        let mut broker = Self {
            folder,
            port,
            behind_proxy,
            process: None,
            secure: Some(secure),
            controller: None,
        };
        broker.make_certificate();
        let ports = [
            ("{port}", port),
            ("{controller}", controller),
            ("{behind_proxy}", behind_proxy),
            ("{proxy}", behind_proxy),
            ("{secure}", secure),
        ];
        let plain = PLAIN.replace("{user}", user).replace("{password}", password);
        let user = format!("SCRAM-SHA-512=[name={user},password={password}]");
        let parts = [&[TOGETHER, BROKER, COMMON, SECURE, &plain], more].concat();
        broker.format_with("server", &parts, &ports, &["--add-scram", &user]);
        broker.run();
        broker
    }

    /// `bootstrap.servers` of the listener with TLS.
    pub fn secure_bootstrap(&self) -> String {
        format!("localhost:{}", self.secure.expect("started as secure"))
    }

    /// The certificate that its clients trust.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// A key and a certificate for localhost, by the tool that comes with Java.
    fn make_certificate(&self) {
        let keytool = |args: &[&str]| {
            let mut command = Command::new("keytool");
            command.args(args).arg("-keystore").arg(self.folder.join("keys.p12"));
            command.args(["-storepass", "test-store", "-alias", "broker"]);
            command
        };
        let make =
            ["-genkeypair", "-keyalg", "EC", "-dname", "CN=localhost", "-storetype", "PKCS12"];
        let more = ["-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "2"];
        succeed("keytool", keytool(&[&make[..], &more[..]].concat()));
        let certificate = self.certificate();
        let certificate = certificate.to_str().expect("our own folder");
        succeed("keytool", keytool(&["-exportcert", "-rfc", "-file", certificate]));
    }

    fn start_advertising(proxy: Option<u16>, roles: Roles) -> Self {
        let folder = scratch("broker");
        let [port, controller, behind_proxy] = free_ports();
        let mut broker =
            Self { folder, port, behind_proxy, process: None, secure: None, controller: None };
        let ports = [
            ("{port}", port),
            ("{controller}", controller),
            ("{behind_proxy}", behind_proxy),
            ("{proxy}", proxy.unwrap_or(behind_proxy)),
        ];
        match roles {
            Roles::Together => broker.format("server", &[TOGETHER, BROKER, COMMON], &ports),
            Roles::Apart => {
                broker.format("controller", &[CONTROLLER, COMMON], &ports);
                broker.format("server", &[APART, BROKER, COMMON], &ports);
                let output = broker.folder.join("controller-output");
                let process =
                    Tethered::start(broker.kafka("controller"), &output, Some(&broker.folder));
                broker.controller = Some((process, controller));
            }
        }
        broker.run();
        broker
    }

    /// `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `kill -9`; its logs stay.
    pub fn kill(&mut self) {
        assert!(self.controller.is_some(), "started as mortal");
        let process = self.process.take().expect("it runs");
        match runtime() {
            Runtime::Java(_) => process.kill(),
            Runtime::Docker => drop(process),
        }
    }

    /// Starts it again on the logs that it left, and waits until it answers.
    ///
    /// The controller learns of the death first. A broker of Kafka 4.3.1 that comes back before that takes its
    /// partitions for still led, begins to end the transactions that it died with, and, once the controller notices,
    /// takes the partitions for deleted: such a transaction is recorded as committed, its markers are never written, and
    /// its readers wait for ever (KAFKA-20734).
    pub fn restart(&mut self) {
        let (_, controller) = self.controller.as_ref().expect("started as mortal");
        let address = format!("127.0.0.1:{controller}");
        let mut tool = self.java("org.apache.kafka.tools.ClusterTool");
        tool.args(["unregister", "--bootstrap-controller", &address, "--id", "1"]);
        succeed("unregister", tool);
        self.run();
    }

    /// Gives or takes rights, as `kafka-acls.sh` does.
    pub fn acls(&self, args: &[&str]) {
        let mut tool = self.java("org.apache.kafka.tools.AclCommand");
        tool.args(args);
        succeed("kafka-acls.sh", tool);
    }

    /// By which codecs batches of records stand in the files of a topic: 0 is none, 3 is LZ4. Markers are no records.
    pub fn codecs(&self, topic: &str) -> BTreeSet<u8> {
        let partitions = fs::read_dir(self.folder.join("server-logs")).expect("it has started");
        let of_topic = partitions.map(|entry| entry.expect("its own").path()).filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.rsplit_once('-').is_some_and(|(of, _)| of == topic)
        });
        let mut codecs = BTreeSet::new();
        for partition in of_topic {
            for file in fs::read_dir(partition).expect("a partition") {
                let path = file.expect("its own").path();
                if path.extension().is_some_and(|extension| extension == "log") {
                    codecs.extend(codecs_of(&fs::read(path).expect("a segment")));
                }
            }
        }
        codecs
    }

    fn run(&mut self) {
        assert!(self.process.is_none(), "it runs");
        let output = self.folder.join("output");
        let mut process = Tethered::start(self.kafka("server"), &output, Some(&self.folder));
        let probe: BaseConsumer =
            client::config(&self.bootstrap()).create().expect("a valid configuration");
        wait_until("the broker's first answer", Duration::from_secs(60), || {
            if let Some(status) = process.ended() {
                let said = fs::read_to_string(&output).unwrap_or_default();
                panic!("the broker ended with {status}:\n{said}");
            }
            probe
                .fetch_metadata(None, Duration::from_secs(2))
                .is_ok_and(|metadata| !metadata.brokers().is_empty())
        });
        self.process = Some(process);
    }

    /// Writes the properties of one process and formats its log folder.
    fn format(&self, name: &str, parts: &[&str], ports: &[(&str, u16)]) {
        self.format_with(name, parts, ports, &[]);
    }

    fn format_with(&self, name: &str, parts: &[&str], ports: &[(&str, u16)], more: &[&str]) {
        let logs = self.folder.join(format!("{name}-logs"));
        let mut properties = parts.concat().replace("{logs}", &logs.display().to_string());
        properties = properties.replace("{folder}", &self.folder.display().to_string());
        for (mark, port) in ports {
            properties = properties.replace(mark, &port.to_string());
        }
        fs::write(self.properties(name), properties).expect("a new folder");
        let mut tool = self.java("kafka.tools.StorageTool");
        tool.args(["format", "-t", "bmV3c21pbGwtdGVzdHMtMQ", "-c"]).arg(self.properties(name));
        tool.args(more);
        succeed("format", tool);
    }

    fn kafka(&self, name: &str) -> Command {
        let mut command = self.java("kafka.Kafka");
        command.arg(self.properties(name));
        command
    }

    fn properties(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.properties"))
    }

    /// A class of Kafka's.
    fn java(&self, class: &str) -> Command {
        let mut command = match runtime() {
            Runtime::Java(jars) => {
                let mut java = Command::new("java");
                java.args(JVM);
                java.arg("-cp").arg(jars.join("*"));
                java
            }
            Runtime::Docker => {
                let mut docker = Command::new("docker");
                docker.args(["run", "--rm", "--init", "--network=host"]);
                docker.arg(format!("--volume={0}:{0}", self.folder.display()));
                docker.arg(format!("apache/kafka:{KAFKA_VERSION}"));
                docker.arg("/opt/kafka/bin/kafka-run-class.sh");
                docker
            }
        };
        command.arg(class);
        command
    }
}

/// The codecs of the batches of a segment (Kafka's record batch, version 2: 8 offset, 4 length of what follows, 4 epoch, 1
/// magic, 4 checksum, 2 attributes, of which the low three bits are the codec and the sixth says that it is a marker).
fn codecs_of(mut segment: &[u8]) -> Vec<u8> {
    let mut codecs = Vec::new();
    while let Some((head, _)) = segment.split_first_chunk::<23>() {
        let length = u32::from_be_bytes(head[8..12].try_into().expect("four bytes"));
        let attributes = head[22];
        if attributes & 0x20 == 0 {
            codecs.push(attributes & 0x07);
        }
        let Some(rest) = segment.get(12 + length as usize..) else { break };
        segment = rest;
    }
    codecs
}

impl Drop for Broker {
    fn drop(&mut self) {
        drop(self.process.take());
        drop(self.controller.take());
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).expect("ours to remove");
        }
    }
}

/// Who runs in which process.
#[derive(Clone, Copy)]
enum Roles {
    /// Broker and controller in one.
    Together,
    /// The controller by itself.
    Apart,
}

fn succeed(what: &str, mut command: Command) {
    let output = command.output().expect("it starts");
    let [said, complained] =
        [output.stdout, output.stderr].map(|text| text.escape_ascii().to_string());
    assert!(output.status.success(), "{what}: {said} {complained}");
}

/// Ports that are free now. Another process may take one first; the broker then says so and the test fails.
fn free_ports<const N: usize>() -> [u16; N] {
    let held = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    held.map(|listener| listener.local_addr().expect("bound").port())
}

const TOGETHER: &str = "\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{behind_proxy},CONTROLLER://127.0.0.1:{controller}
";

const APART: &str = "\
process.roles=broker
node.id=1
controller.quorum.voters=2@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{behind_proxy}
";

const CONTROLLER: &str = "\
process.roles=controller
node.id=2
controller.quorum.voters=2@127.0.0.1:{controller}
listeners=CONTROLLER://127.0.0.1:{controller}
";

const COMMON: &str = "\
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
";

/// As production has it, but for few internal partitions and sessions short enough for a test.
/// `transaction.abort.timed.out.transaction.cleanup.interval.ms` stays at its default: shortened, Kafka 4.3.1 was seen
/// to record an abort without its markers.
const BROKER: &str = "\
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{proxy}
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
num.partitions=1
log.cleaner.dedupe.buffer.size=16777216
";

/// One listener more; of two lines with one key the last counts. Its broker takes tokens that nobody signed, as Kafka does
/// where it is told of no provider: which ones it trusts is its own affair. Their time is up when the token's is.
const SECURE: &str = "\
listeners=PLAINTEXT://127.0.0.1:{port},SECURE://localhost:{secure},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SECURE://localhost:{secure}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT
listener.name.secure.ssl.keystore.type=PKCS12
listener.name.secure.ssl.keystore.location={folder}/keys.p12
listener.name.secure.ssl.keystore.password=test-store
listener.name.secure.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512,OAUTHBEARER
listener.name.secure.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secure.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";
listener.name.secure.oauthbearer.connections.max.reauth.ms=30000
";

/// The one user, as the broker knows it for PLAIN.
const PLAIN: &str = "\
listener.name.secure.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}=\"{password}\";
";

/// Nobody may do anything without being told so.
const GUARDED: &str = "\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
";
