//! Where Apache Kafka comes from: its jars by Maven, once, beside the other things that cargo built.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The version in pom.xml, and the tag of the image.
pub const KAFKA_VERSION: &str = "4.3.1";

/// What runs the broker.
#[derive(Debug, Clone)]
pub enum Runtime {
    /// Java, with the jars in this folder.
    Java(PathBuf),
    /// The image `apache/kafka`.
    Docker,
}

/// Finds or fetches the broker; fails the test with one line where neither way is open.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        if answers("java", &["-version"]) && answers("mvn", &["-version"]) {
            Runtime::Java(jars(Path::new(env!("CARGO_TARGET_TMPDIR"))))
        } else if answers("docker", &["info"]) {
            Runtime::Docker
        } else {
            panic!("the Kafka tests need Java 17 and Maven, or a running Docker: see ./check")
        }
    })
}

fn answers(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The folder of jars under `home`. Several test binaries may ask at once: a file lock lets one of them fetch, and
/// the folder gets its name only when it is whole.
fn jars(home: &Path) -> PathBuf {
    let folder = home.join(format!("kafka-{KAFKA_VERSION}"));
    let lock = File::create(home.join("kafka.lock")).expect("the target folder is writable");
    lock.lock().expect("a file lock");
    if !folder.exists() {
        let unfinished = home.join("kafka-unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).expect("ours to remove");
        }
        let mut maven = Command::new("mvn");
        maven
            .args(["-q", "-B", "-f"])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kafka/pom.xml"));
        maven.arg("dependency:copy-dependencies");
        maven.arg(format!("-DoutputDirectory={}", unfinished.display()));
        let output = maven.output().expect("mvn starts");
        assert!(
            output.status.success(),
            "Maven could not fetch Apache Kafka: {}",
            output.stdout.escape_ascii()
        );
        fs::rename(&unfinished, &folder).expect("same file system");
    }
    folder
}
