//! A schedule: pages come in, engines take steps, and everything that may go wrong does, in an order that a seed gives.

use newsmill::stage::{Headers, Record};
use serde_json::json;

use crate::engine::Engine;
use crate::group::Group;
use crate::judge;
use crate::kafka::{Kafka, Message, Side, Topic, Tp};
use crate::program::{PARTITIONS, Program};
use crate::rng::Rng;

const HOUR: i64 = 3_600_000;

/// When the world begins, in milliseconds since 1970.
const BEGINNING: i64 = 1_700_000_000_000;

const ENGINES: usize = 3;

/// Steps of a schedule before its faults end.
const STEPS: usize = 700;

/// Rounds that a world without faults may take to come to rest.
const REST: usize = 20_000;

pub struct World {
    pub program: Program,
    pub kafka: Kafka,
    group: Group,
    engines: Vec<Engine>,
    rng: Rng,
    /// Pages that have not come yet.
    coming: usize,
    /// Whether times are such that rows end.
    ageing: bool,
    /// Under how many keys stories are compared.
    pub keys: usize,
    /// A partition whose broker writes markers late.
    slow: Option<Tp>,
    /// An engine that stands still (SIGSTOP, a long pause), and for how many steps yet.
    stopped: Option<(usize, usize)>,
}

impl World {
    /// Runs a schedule to its end and judges what a reader sees.
    pub fn run(seed: u64, program: Program, ageing: bool, keys: usize) -> Result<(), String> {
        let mut rng = Rng::new(seed);
        let coming = 8 + rng.below(20);
        let side = *rng.pick(&Side::ALL);
        let slow = rng.once_in(2).then(|| Tp(Topic::State(side), rng.below(PARTITIONS)));
        let mut world = Self {
            program,
            kafka: Kafka::new(BEGINNING),
            group: Group::new(read().collect()),
            engines: (0..ENGINES).map(Engine::new).collect(),
            rng,
            coming,
            ageing,
            keys,
            slow,
            stopped: None,
        };
        for _ in 0..STEPS {
            world.step();
        }
        world.rest()?;
        if world.program.refused.get() {
            return Err("2: a restore refuses the changelog".to_owned());
        }
        judge::judge(&world)
    }

    pub fn is_ageing(&self) -> bool {
        self.ageing
    }

    fn step(&mut self) {
        let Self { program, kafka, group, engines, rng, .. } = self;
        let mut engine = rng.below(ENGINES);
        self.stopped = match self.stopped {
            Some((_, 0)) => None,
            Some((stopped, steps)) => {
                if engine == stopped {
                    engine = (engine + 1) % ENGINES;
                }
                Some((stopped, steps - 1))
            }
            // The worst moment is the middle of a commit.
            None if rng.once_in(if engines[engine].is_committing() { 12 } else { 150 }) => {
                if let Some(member) = engines[engine].member()
                    && rng.once_in(2)
                {
                    group.expel(member);
                }
                Some((engine, 20 + rng.below(250)))
            }
            None => None,
        };
        match rng.below(1_000) {
            0..700 => engines[engine].step(program, kafka, group, rng),
            700..790 => drop(kafka.deliver_marker(rng, self.slow)),
            790..870 => {
                for engine in engines.iter_mut() {
                    if rng.once_in(2) {
                        engine.sync(group);
                    }
                }
            }
            870..896 => group.shuffle(rng),
            896..906 => {
                // Most often it is one that stands still.
                let stopped = self.stopped.and_then(|(stopped, _)| engines[stopped].member());
                let members = group.members();
                if let Some(member) = stopped.filter(|member| members.contains(member)) {
                    group.expel(member);
                } else if !members.is_empty() && rng.once_in(2) {
                    group.expel(*rng.pick(&members));
                }
            }
            906..912 => engines[engine].crash(),
            912..930 => engines[engine].restart(),
            930..933 => {
                let open = kafka.open_txns();
                if !open.is_empty() {
                    kafka.time_out(*rng.pick(&open));
                }
            }
            933..960 => {
                let step =
                    if self.ageing { *rng.pick(&[HOUR / 4, 12 * HOUR, 24 * HOUR]) } else { 0 };
                kafka.clock += step + 1_000;
            }
            _ => self.page(),
        }
    }

    /// A page comes in: an article, and a story that the site has appended.
    fn page(&mut self) {
        if self.coming == 0 {
            return;
        }
        self.coming -= 1;
        let (own, related) = (self.rng.below(STORIES), self.rng.below(STORIES));
        let text = text(own, related);
        // In an ageing world rows end; in the other one pages come out of order.
        let age =
            i64::try_from(self.rng.below(6)).unwrap() * if self.ageing { 9 * HOUR } else { 700 };
        let message = Message {
            target: None,
            key: None,
            value: Some(text.into_bytes()),
            headers: Headers::new(),
            timestamp: self.kafka.clock - age,
        };
        let raw = Tp(Topic::Raw, self.rng.below(PARTITIONS));
        self.kafka.write(raw, message);
    }

    /// Faults end, and everything comes to rest.
    fn rest(&mut self) -> Result<(), String> {
        self.program.faults = None;
        while self.coming > 0 {
            self.page();
        }
        for _ in 0..REST {
            let Self { program, kafka, group, engines, rng, .. } = self;
            for engine in engines.iter_mut() {
                engine.restart();
                engine.sync(group);
                engine.step(program, kafka, group, rng);
            }
            while kafka.deliver_marker(rng, None) {}
            let alive: Vec<_> = engines.iter().filter_map(Engine::member).collect();
            for member in group.members() {
                if !alive.contains(&member) {
                    group.expel(member);
                }
            }
            if alive.len() == ENGINES && !group.settled() {
                group.spread(rng);
            }
            let idle = engines.iter().all(|engine| engine.is_idle(kafka));
            if group.settled() && idle && kafka.open_txns().is_empty() && self.covered() {
                return Ok(());
            }
        }
        Err("it never comes to rest".to_owned())
    }

    /// Whether the group's offsets are at the end of everything.
    fn covered(&self) -> bool {
        read().all(|tp| {
            let last = self.kafka.committed(tp).last().map_or(0, |(offset, _)| offset + 1);
            self.kafka.stable_offset(tp) == Some(last)
        })
    }
}

/// The partitions that the group reads.
fn read() -> impl Iterator<Item = Tp> {
    let inboxes = Side::ALL.map(Topic::Inbox);
    [Topic::Raw]
        .into_iter()
        .chain(inboxes)
        .flat_map(|topic| (0..PARTITIONS).map(move |p| Tp(topic, p)))
}

/// A page of an article with that story, and one that the site has appended. It names its language: to find it out takes longer
/// than all else of a schedule.
fn text(own: usize, related: usize) -> String {
    let text = format!(
        "The headline of story {own}\nPublished: 20 September 2023\n{}\nSource: Post\nRead also:\nThe headline of story {related}\n{}\n",
        body(own),
        body(related),
    );
    json!({ "text": text, "language": "en" }).to_string()
}

/// Pages that show every line there is.
pub fn texts() -> impl Iterator<Item = String> {
    (0..STORIES).map(|story| text(story, story))
}

/// A page as a record.
pub fn record_of(text: &str, offset: i64) -> Record<'_> {
    Record {
        topic: "articles.raw",
        partition: 0,
        offset,
        timestamp: Some(BEGINNING),
        key: None,
        value: Some(text.as_bytes()),
        headers: &[],
    }
}

/// How many stories there are.
const STORIES: usize = 12;

/// Stories 0 to 4 are a chain, of which only neighbours are near; 5 to 7 the same story edited; 8 and 9 one template with
/// other numbers, and 10 the opening of both, which has none; 11 the first half of a link of the chain.
fn body(story: usize) -> String {
    let words = |from: usize, changed: &dyn Fn(usize) -> bool| -> String {
        let word =
            |n: usize| if changed(n) { OTHERS[n % 8] } else { WORDS[(from + n) % WORDS.len()] };
        (0..48).map(|n| format!("{}{} ", word(n), if n == 24 { ".\nThen" } else { "" })).collect()
    };
    match story {
        0..5 => words(0, &|n| n % 12 < 2 * story && n % 2 == 1),
        5..8 => words(13, &|n| n == 7 * (story - 4)),
        10 => TEMPLATE.to_owned(),
        11 => body(2).split_inclusive(' ').take(24).collect(),
        _ => format!(
            "{TEMPLATE}\nThe rate stood at {story}1 to the dollar, {story}2 to the pound and {story}3 to the franc after \
             a week of {story}4 and {story}5.",
        ),
    }
}

const TEMPLATE: &str = "The bank of the harbour told its customers on the market this morning what it takes for money of other \
    countries, as it does on every day of the week that is no holiday.";

const WORDS: [&str; 26] = [
    "harbour",
    "bridge",
    "ferry",
    "market",
    "school",
    "library",
    "visitors",
    "winter",
    "storm",
    "crossing",
    "council",
    "quarter",
    "workers",
    "reopened",
    "yesterday",
    "towers",
    "company",
    "evening",
    "families",
    "garden",
    "station",
    "village",
    "doctors",
    "northern",
    "building",
    "promised",
];

const OTHERS: [&str; 8] =
    ["copper", "lantern", "meadow", "violin", "orchard", "pebble", "saddle", "thimble"];
