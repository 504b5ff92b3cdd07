//! newsmill against an exactly-once pass-through, side by side on a real Kafka: `cargo bench --bench kafka -- --help`.
//!
//! Shared machines are noisy: the broker has a core, what is measured another, neither of them rests, rounds alternate
//! between the two systems on the same topic, and what counts is the ratio.
#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    dead_code,
    reason = "a benchmark is no service: it prints, and ends at the first thing that goes wrong"
)]

mod cores;
mod latency;
mod load;
mod pass_through;
mod system;

#[path = "../../tests/kafka/broker.rs"]
mod broker;
#[path = "../../tests/kafka/client.rs"]
mod client;
#[path = "../../tests/kafka/jars.rs"]
mod jars;
#[path = "../../tests/kafka/proxy.rs"]
mod proxy;
#[path = "../../tests/kafka/tether.rs"]
mod tether;
#[path = "../../tests/kafka/wait.rs"]
mod wait;
#[path = "../../tests/kafka/wire.rs"]
mod wire;

use clap::Parser;

use broker::Broker;
use cores::{Awake, Core};
use load::Pages;
use system::{Measured, System};

/// A broker that lives long enough to compile what it does often. A young generation of the size that the 6 GB have which Kafka's
/// documentation recommends: with 170 MB the collector stopped a broker on one core for 40 ms every two seconds, and those
/// were the 99th percentile of every time that is measured.
const JVM: [&str; 4] = ["-Xms2g", "-Xmx2g", "-Xmn1400m", "-XX:+UseSerialGC"];

/// Measures newsmill on a real Kafka beside a pass-through with the same client and settings.
#[derive(Debug, Parser)]
#[command(after_help = "Examples:
  cargo bench --bench kafka                                 throughput: pages per CPU-second, and the ratio
  cargo bench --bench kafka -- --near                       what near-duplicates cost, beside none
  cargo bench --bench kafka -- --lines                      what it costs that pages learn from each other
  cargo bench --bench kafka -- --latency                    200 pages a second, how long until they are visible
  cargo bench --bench kafka -- --page-bytes 50000 --pages 20000 --rounds 1    memory while a backlog is eaten")]
struct Options {
    /// Pages on the topic
    #[arg(long, default_value_t = 20_000)]
    pages: usize,
    /// Rounds of each system
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Fill each page up to so many bytes
    #[arg(long, default_value_t = 0)]
    page_bytes: usize,
    /// Take the pages for as old as they say, as when an archive is read again: a story's text then travels every time
    #[arg(long)]
    old: bool,
    /// Measure newsmill with near-duplicates beside newsmill without, instead of beside the pass-through
    #[arg(long)]
    near: bool,
    /// Measure newsmill where pages learn from each other beside newsmill where they do not
    #[arg(long, conflicts_with = "near")]
    lines: bool,
    /// Measure latency instead of throughput
    #[arg(long)]
    latency: bool,
    /// What cargo gives every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// Be the pass-through: brokers, group, input and output
    #[arg(long, hide = true, num_args = 4)]
    pass_through: Option<Vec<String>>,
    /// Be what keeps a core from resting
    #[arg(long, hide = true)]
    spin: bool,
}

fn main() {
    let options = Options::parse();
    if let Some(child) = &options.pass_through {
        pass_through::run(&child[0], &child[1], &child[2], &child[3]);
        return;
    }
    if options.spin {
        cores::spin();
    }
    let _awake = Awake::start();
    let broker = cores::on(Core::Broker, Broker::start);
    let bootstrap = broker.bootstrap();
    if options.latency {
        latency::measure(&bootstrap);
        return;
    }
    let pages = Pages::make(options.pages, options.page_bytes, options.old);
    println!("{} pages of {:.1} KB, from {}", pages.count(), pages.mean_kb(), pages.origin);
    pages.load(&bootstrap, "raw");
    let systems = if options.near {
        [System::Newsmill, System::NewsmillNear]
    } else if options.lines {
        [System::Newsmill, System::NewsmillLines]
    } else {
        [System::PassThrough, System::Newsmill]
    };
    let mut measured: Vec<Measured> = Vec::new();
    for round in 0..options.rounds {
        for system in systems {
            let one = system.measure(&bootstrap, "raw", round, &pages);
            println!("{one}");
            measured.push(one);
        }
    }
    say_ratio(systems, &measured);
}

/// A round differs from the next by a fifth, so what counts is the sum of all; the medians tell whether one round made it.
fn say_ratio(systems: [System; 2], measured: &[Measured]) {
    let cpu_of = |system: System| {
        let mut seconds: Vec<f64> =
            measured.iter().filter(|one| one.system == system).map(|one| one.cpu).collect();
        seconds.sort_by(f64::total_cmp);
        (seconds.iter().sum::<f64>(), seconds[seconds.len() / 2])
    };
    let [(base, base_median), (other, other_median)] = systems.map(cpu_of);
    let [first, second] = systems;
    println!(
        "pages a CPU-second: {second:?} {:.3} of {first:?} ({other:.2} CPU s, {base:.2}; medians {:.3})",
        base / other,
        base_median / other_median
    );
}
