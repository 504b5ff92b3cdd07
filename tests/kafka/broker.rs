//! One Apache Kafka node (KRaft, broker and controller in one), as production has it but small.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};

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
        Self::start_advertising(None)
    }

    /// The same, with a second listener that is reached through the proxy.
    pub fn start_behind(proxy: &Proxy) -> Self {
        let broker = Self::start_advertising(Some(proxy.port()));
        proxy.aim(broker.behind_proxy);
        broker
    }

    fn start_advertising(proxy: Option<u16>) -> Self {
        let folder = scratch("broker");
        let [port, controller, behind_proxy] = free_ports();
        let bind = match runtime() {
            Runtime::Java(_) => "127.0.0.1",
            Runtime::Docker => "0.0.0.0",
        };
        let properties = PROPERTIES
            .replace("{bind}", bind)
            .replace("{port}", &port.to_string())
            .replace("{controller}", &controller.to_string())
            .replace("{behind_proxy}", &behind_proxy.to_string())
            .replace("{proxy}", &proxy.unwrap_or(behind_proxy).to_string())
            .replace("{logs}", &folder.join("logs").display().to_string());
        fs::write(folder.join("server.properties"), properties).expect("a new folder");
        let mut broker = Self { folder, port, behind_proxy, process: None };
        broker.format();
        broker.restart();
        broker
    }

    /// `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `kill -9`; its logs stay.
    pub fn kill(&mut self) {
        let process = self.process.take().expect("it runs");
        match runtime() {
            Runtime::Java(_) => process.kill(),
            Runtime::Docker => drop(process),
        }
    }

    /// Starts it again on the logs that it left, and waits until it answers.
    pub fn restart(&mut self) {
        assert!(self.process.is_none(), "it runs");
        let output = self.folder.join("output");
        let mut process =
            Tethered::start(self.java("kafka.Kafka", &[]), &output, Some(&self.folder));
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

    fn format(&self) {
        let args = ["format", "-t", "bmV3c21pbGwtdGVzdHMtMQ", "-c"];
        let output = self.java("kafka.tools.StorageTool", &args).output().expect("java starts");
        assert!(output.status.success(), "format: {}", output.stdout.escape_ascii());
    }

    /// A class of Kafka's, with the path of server.properties as its last argument.
    fn java(&self, class: &str, args: &[&str]) -> Command {
        let properties = self.folder.join("server.properties");
        let mut command = match runtime() {
            Runtime::Java(jars) => {
                let mut java = Command::new("java");
                // Short lives: the quick compiler only, and a heap that leaves room for the replicas.
                java.args(["-Xms256m", "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
                java.arg("-cp").arg(jars.join("*"));
                java
            }
            Runtime::Docker => {
                let mut docker = Command::new("docker");
                docker.args(["run", "--rm", "--init"]);
                for port in [self.port, self.behind_proxy] {
                    docker.arg(format!("--publish=127.0.0.1:{port}:{port}"));
                }
                docker.arg(format!("--volume={0}:{0}", self.folder.display()));
                docker.arg(format!("apache/kafka:{KAFKA_VERSION}"));
                docker.arg("/opt/kafka/bin/kafka-run-class.sh");
                docker
            }
        };
        command.arg(class).args(args).arg(properties);
        command
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        drop(self.process.take());
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder).expect("ours to remove");
        }
    }
}

/// Ports that are free now. Another process may take one first; the broker then says so and the test fails.
fn free_ports<const N: usize>() -> [u16; N] {
    let held = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    held.map(|listener| listener.local_addr().expect("bound").port())
}

/// As production has it, but for one node, few internal partitions and sessions short enough for a test.
/// `transaction.abort.timed.out.transaction.cleanup.interval.ms` stays at its default: shortened, Kafka 4.3.1 was seen
/// to record an abort without its markers.
const PROPERTIES: &str = "\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT
listeners=PLAINTEXT://{bind}:{port},PROXIED://{bind}:{behind_proxy},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{proxy}
log.dirs={logs}
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
