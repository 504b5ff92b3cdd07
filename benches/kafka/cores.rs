//! A core for the broker and another for what is measured, as kafka-client §10 has it: whoever else works on the machine
//! or in the same run takes less of what is measured, and two runs differ by less.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

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
