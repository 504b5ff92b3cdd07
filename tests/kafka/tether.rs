//! A child process that cannot outlive the test.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::wait::wait_for;

/// Starts the program, says its process id, and kills it once standard input closes: when the test drops the tether,
/// panics or is itself killed. (`PR_SET_PDEATHSIG` would follow the thread that started it, not the process.)
/// `$1` is a folder to remove with it, or empty; `$2` the file for its output; then the program and its arguments.
const SCRIPT: &str = r#"
folder=$1; output=$2; shift 2
exec 3<&0
"$@" </dev/null >>"$output" 2>&1 3<&- &
pid=$!
echo "$pid"
( read -r _ <&3; trap '' TERM; kill -9 "$pid" ) >/dev/null 2>&1 &
watcher=$!
wait "$pid"
status=$?
kill "$watcher" 2>/dev/null
wait "$watcher" && [ -n "$folder" ] && rm -rf "$folder"
exit "$status"
"#;

/// A running program.
pub struct Tethered {
    shell: Child,
    pid: Pid,
}

impl Tethered {
    /// Starts `program`, its output appended to `output`; `folder` is removed when the tether is cut.
    pub fn start(program: Command, output: &Path, folder: Option<&Path>) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "tether"]).arg(folder.unwrap_or(Path::new(""))).arg(output);
        shell.arg(program.get_program()).args(program.get_args());
        for (key, value) in program.get_envs() {
            match value {
                Some(value) => shell.env(key, value),
                None => shell.env_remove(key),
            };
        }
        if let Some(home) = program.get_current_dir() {
            shell.current_dir(home);
        }
        // A group of its own: Ctrl-C reaches the test, and the test's end reaches this.
        shell.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = shell.spawn().expect("sh starts");
        let mut pid = String::new();
        BufReader::new(shell.stdout.take().expect("piped"))
            .read_line(&mut pid)
            .expect("a process id");
        Self { shell, pid: Pid::from_raw(pid.trim().parse().expect("a process id")) }
    }

    /// The program's process id.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// Sends a signal; whether there was anybody to get it.
    pub fn signal(&self, signal: Signal) -> bool {
        kill(self.pid, signal).is_ok()
    }

    /// How it ended, if it has: as a shell says it, 128 + the signal where one killed it.
    pub fn ended(&mut self) -> Option<i32> {
        self.shell.try_wait().expect("our own child").map(|status| status.code().unwrap_or(-1))
    }

    /// Waits for its end.
    pub fn wait(&mut self, limit: Duration) -> i32 {
        let what = format!("the end of process {}", self.pid);
        wait_for(&what, limit, || self.ended())
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(mut self) {
        self.signal(Signal::SIGKILL);
        self.wait(Duration::from_secs(10));
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        // Closing standard input cuts the tether; the shell ends when the program is gone.
        drop(self.shell.stdin.take());
        self.shell.wait().expect("our own child");
    }
}

#[test]
fn a_program_dies_when_its_tether_is_cut_and_takes_its_folder_along() {
    let folder = super::broker::scratch("tether");
    let mut sleeper = Command::new("sleep");
    sleeper.arg("600");
    let tethered = Tethered::start(sleeper, &folder.join("output"), Some(&folder));
    let pid = tethered.pid();
    assert!(kill(pid, None).is_ok(), "it runs");
    drop(tethered);
    assert!(kill(pid, None).is_err(), "it is gone");
    assert!(!folder.exists(), "and so is its folder");
}

#[test]
fn a_program_that_ends_by_itself_says_how_and_leaves_its_folder() {
    let folder = super::broker::scratch("tether");
    let mut program = Command::new("sh");
    program.args(["-c", "echo spoken; exit 7"]);
    let mut tethered = Tethered::start(program, &folder.join("output"), Some(&folder));
    assert_eq!(tethered.wait(Duration::from_secs(10)), 7);
    drop(tethered);
    assert_eq!(std::fs::read_to_string(folder.join("output")).unwrap(), "spoken\n");
    std::fs::remove_dir_all(folder).unwrap();
}
