//! Pages coming in, replicas at work, and time passing until something is to go wrong.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::client;
use crate::dice::Dice;
use crate::feeding::Feeding;
use crate::fleet::Fleet;
use crate::oracle::{self, Verdict};
use crate::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(120);

/// A fleet under load.
pub struct Scene {
    /// The replicas.
    pub fleet: Fleet,
    /// When things go wrong.
    pub dice: Dice,
    seed: u64,
    /// Where the scraper and the judge find the broker.
    bootstrap: String,
    feeding: Feeding,
}

impl Scene {
    /// Three replicas that connect to `theirs`, and pages coming in; the judge connects to `ours`.
    pub fn begin(ours: &str, theirs: &str, app: &str, pages_per_second: u64) -> Self {
        let mut fleet = Fleet::new(theirs, app);
        fleet.grow(3);
        Self::over(fleet, ours, pages_per_second)
    }

    /// The same with a fleet that is there.
    pub fn over(fleet: Fleet, ours: &str, pages_per_second: u64) -> Self {
        let seed = seed();
        println!("NEWSMILL_TEST_CHAOS_SEED={seed}");
        let raw = fleet.names.topic("raw");
        let feeding = Feeding::start(ours, &raw, seed, pages_per_second);
        let dice = Dice::new(seed, u64::MAX);
        Self { fleet, dice, seed, bootstrap: ours.to_owned(), feeding }
    }

    /// Waits until some more pages were committed (fewer than `most`), so that the next fault comes under load and at a
    /// moment that nobody chose; whoever has ended is started again meanwhile.
    pub fn some_progress(&mut self, most: u64) {
        let goal = self.committed() + 1 + i64::try_from(self.dice.below(most)).expect("few");
        wait_until("some progress", LIMIT, || {
            self.fleet.tend();
            self.committed() >= goal
        });
        let whim = Duration::from_millis(self.dice.below(300));
        // A random moment is the point here.
        thread::park_timeout(whim);
    }

    /// Lets time pass as it does, with the keeper awake.
    pub fn pass(&mut self, time: Duration) {
        let start = Instant::now();
        wait_until("time to pass", time * 2, || {
            self.fleet.tend();
            start.elapsed() >= time
        });
    }

    /// One of the replicas.
    pub fn any_replica(&mut self) -> usize {
        usize::try_from(self.dice.below(self.fleet.len() as u64)).expect("few")
    }

    /// No more pages; waits until all are done, and judges.
    pub fn end(self) -> Verdict {
        let Self { mut fleet, seed, bootstrap, feeding, .. } = self;
        let pages = feeding.stop();
        settle(&mut fleet, &bootstrap);
        let verdict = oracle::judge(&bootstrap, &fleet, seed, pages);
        println!("{verdict:?}, {} ended by themselves", fleet.ended_by_itself);
        for number in 0..fleet.len() {
            let code = fleet.terminate(number);
            // A producer that a dead broker left undecided, and that is fenced while it stops, says so: 75.
            let fenced = fleet.has_said(number, &["engine_fenced"]);
            assert!(
                code == 0 || (code == 75 && fenced),
                "replica {number} ended with {code}: {}",
                fleet.tail(number)
            );
        }
        verdict
    }

    fn committed(&self) -> i64 {
        let names = &self.fleet.names;
        let (group, raw) = (names.group("parse"), names.topic("raw"));
        let offsets = client::group_offsets_so_far(&self.bootstrap, &group, &raw);
        offsets.into_iter().flatten().sum()
    }
}

/// Waits until every stage is at the end of its inbox and no transaction is open anywhere.
pub fn settle(fleet: &mut Fleet, bootstrap: &str) {
    let names = fleet.names.clone();
    let outputs = ["articles", "stories", "canonical", "sightings", "dead-letter"];
    let mut topics: Vec<_> = outputs.map(|topic| names.topic(topic)).into();
    let mut inboxes = vec![("parse", names.topic("raw"))];
    for stage in fleet.stateful_stages() {
        topics.extend([names.inbox(stage), format!("{}.state", names.inbox(stage))]);
        inboxes.push((stage, names.inbox(stage)));
    }
    let wait_for_ends = |fleet: &mut Fleet| {
        for (stage, inbox) in &inboxes {
            wait_until(&format!("{stage} at the end of {inbox}"), LIMIT, || {
                fleet.tend();
                let offsets = client::group_offsets(bootstrap, &names.group(stage), inbox);
                client::read_committed_from(bootstrap, inbox, &offsets).is_empty()
            });
        }
    };
    let is_quiet =
        || topics.iter().all(|topic| client::open_transactions(bootstrap, topic).is_empty());
    // Stages that write to each other are done only when all of them are at once.
    loop {
        wait_for_ends(fleet);
        wait_until("no open transaction", LIMIT, is_quiet);
        let ends: Vec<_> =
            inboxes.iter().map(|(_, inbox)| client::ends(bootstrap, inbox)).collect();
        wait_for_ends(fleet);
        let later: Vec<_> =
            inboxes.iter().map(|(_, inbox)| client::ends(bootstrap, inbox)).collect();
        if ends == later && is_quiet() {
            return;
        }
    }
}

/// More input, some of it judged by a stage, then `kill -9` of one of three replicas in turn; so many times.
pub fn kill_in_turn(
    fleet: &mut Fleet,
    bootstrap: &str,
    stage: &str,
    times: u32,
    mut feed: impl FnMut(),
) {
    let (group, inbox) = (fleet.names.group(stage), fleet.names.inbox(stage));
    let committed =
        || -> i64 { client::group_offsets(bootstrap, &group, &inbox).into_iter().flatten().sum() };
    for victim in (0..3).cycle().take(usize::try_from(times).expect("few")) {
        let goal = committed() + 1;
        feed();
        wait_until(&format!("some of {inbox} to be judged"), LIMIT, || {
            fleet.tend();
            committed() >= goal
        });
        fleet.kill(victim);
        fleet.start(victim);
    }
}

/// So many rounds, or times as many as `NEWSMILL_TEST_CHAOS_ROUNDS` says.
pub fn rounds(usual: u32) -> u32 {
    let times = std::env::var("NEWSMILL_TEST_CHAOS_ROUNDS").ok();
    usual * times.map_or(1, |times| times.parse().expect("NEWSMILL_TEST_CHAOS_ROUNDS is a number"))
}

/// A new seed each time, or `NEWSMILL_TEST_CHAOS_SEED`.
fn seed() -> u64 {
    match std::env::var("NEWSMILL_TEST_CHAOS_SEED") {
        Ok(seed) => seed.parse().expect("NEWSMILL_TEST_CHAOS_SEED is a number"),
        Err(_) => {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
            u64::from(now.subsec_nanos())
        }
    }
}
