//! Runs the command and takes what it wrote.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The kinds of records, as the options name them.
const KINDS: [&str; 5] = ["articles", "stories", "canonical", "sightings", "rejects"];

/// What one run gave.
pub struct Run {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
    folder: TempDir,
}

impl Run {
    /// The bytes of one kind of record.
    pub fn bytes(&self, kind: &str) -> Vec<u8> {
        fs::read(self.path(kind)).unwrap()
    }

    /// The records of one kind.
    pub fn records(&self, kind: &str) -> Vec<Value> {
        lines(&self.bytes(kind))
    }

    pub fn path(&self, kind: &str) -> PathBuf {
        self.folder.path().join(kind)
    }
}

/// The values of JSON lines.
pub fn lines(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// Runs with every kind of record sent to a file of its own.
pub fn normalize(options: &[&str], files: &[&Path], stdin: &[u8]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let mut command = newsmill();
    command.arg("normalize").args(options).args(files);
    for kind in KINDS {
        command.arg(format!("--{kind}")).arg(folder.path().join(kind));
    }
    run(command, stdin, folder)
}

/// As [`normalize`], with variables of the environment.
pub fn normalize_with(variables: &[(&str, &str)], options: &[&str], stdin: &[u8]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let mut command = newsmill();
    command.envs(variables.iter().copied()).arg("normalize").args(options);
    for kind in KINDS {
        command.arg(format!("--{kind}")).arg(folder.path().join(kind));
    }
    run(command, stdin, folder)
}

/// Runs with these options and no others.
pub fn plain(options: &[&str], stdin: &[u8]) -> Run {
    let mut command = newsmill();
    command.arg("normalize").args(options);
    run(command, stdin, tempfile::tempdir().unwrap())
}

fn newsmill() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_newsmill"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(mut command: Command, stdin: &[u8], folder: TempDir) -> Run {
    let mut child = command.spawn().unwrap();
    // A command that does not read its input to the end is no failure of the test.
    child.stdin.take().unwrap().write_all(stdin).ok();
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: output.stdout,
        stderr: String::from_utf8(output.stderr).unwrap(),
        folder,
    }
}
