//! A core for the broker and another for what is measured, as kafka-client §10 has it: whoever else works on the machine
//! or in the same run takes less of what is measured, and two runs differ by less.

use std::hint;
use std::path::Path;
use std::process::Command;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use crate::tether::Tethered;

/// Whose core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Core {
    /// The last one.
    Broker,
    /// The first one.
    Measured,
}

/// Runs `start`: the processes that it starts stay on the core. Where there is one core only, all share it.
pub fn on<T>(core: Core, start: impl FnOnce() -> T) -> T {
    let this_thread = Pid::from_raw(0);
    let all = sched_getaffinity(this_thread).unwrap();
    let mut cores = (0..CpuSet::count()).filter(|core| all.is_set(*core).unwrap());
    let chosen = match core {
        Core::Measured => cores.next(),
        Core::Broker => cores.next_back(),
    };
    let mut one = CpuSet::new();
    one.set(chosen.unwrap()).unwrap();
    sched_setaffinity(this_thread, &one).unwrap();
    let started = start();
    sched_setaffinity(this_thread, &all).unwrap();
    started
}

/// Keeps both cores at work for as long as it lives, with a program that runs only while nobody else wants the core.
///
/// A virtual core that has nothing to do is given to others by its host, and what runs next finds it slow and its caches
/// cold: a CPU-second is worth less to whoever rests more often. Six rounds by turns took 41 % more CPU in the workers'
/// threads with near-duplicates than without where the cores could rest, five took 5 % where they could not.
pub struct Awake {
    _spinning: [Tethered; 2],
}

impl Awake {
    pub fn start() -> Self {
        let spin = || {
            let mut program = Command::new("chrt");
            program.args(["--idle", "0"]).arg(std::env::current_exe().unwrap()).arg("--spin");
            Tethered::start(program, Path::new("/dev/null"), None)
        };
        Self { _spinning: [on(Core::Broker, spin), on(Core::Measured, spin)] }
    }
}

/// Does nothing, without rest, and leaves as much of the core as it can to who may share it.
pub fn spin() -> ! {
    loop {
        hint::spin_loop();
    }
}
