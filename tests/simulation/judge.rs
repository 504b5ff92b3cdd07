//! What must hold of what a read_committed reader sees once everything is at rest (state-protocol, "Properties").

use std::collections::{BTreeMap, BTreeSet};

use newsmill::stage::home::{self, HomeRow, message::Message as Heard};
use newsmill::stage::{Row, Target};
use newsmill::story::{Fingerprint, Folder};
use serde_json::Value;

use crate::batch;
use crate::kafka::{Message, Side, Topic, Tp};
use crate::program::{KNOWN, PARTITIONS, Parsed, owed};
use crate::world::World;

/// Says which property does not hold.
pub fn judge(world: &World) -> Result<(), String> {
    replay_all(world)?;
    if world.program.text_missing.get() {
        return Err("the text of a story had not come when it was to be published".to_owned());
    }
    if !world.is_ageing() {
        each_story_is_new_once_and_published_once(world)?;
        the_canonical_stories_are_the_batch_answer(world)?;
    }
    Ok(())
}

/// Whether the article of a reading is there.
fn is_read(parsed: &Parsed, articles: &BTreeSet<Message>) -> bool {
    parsed.iter().any(|(tp, article, _)| tp.0 == Topic::Articles && articles.contains(article))
}

/// What each stage has put out by a replay of its inbox through fresh tables.
struct Replay {
    /// Everything that is written to inboxes and articles.
    internal: Vec<(Tp, Message)>,
}

/// Properties 1 to 3, 8 and 9: everything is what one engine that never fails makes of the committed inboxes. A page was
/// read by what was known of lines then: whole by one of the two knowledges, and told lines the same by both.
fn replay_all(world: &World) -> Result<(), String> {
    let mut replay = Replay { internal: Vec::new() };
    let articles: BTreeSet<Message> =
        (0..PARTITIONS).flat_map(|p| committed(world, Tp(Topic::Articles, p))).collect();
    for p in 0..PARTITIONS {
        let raw = Tp(Topic::Raw, p);
        for (offset, message) in world.kafka.committed(raw) {
            let readings: [_; KNOWN] =
                std::array::from_fn(|known| world.program.parsed(raw, offset, message, known));
            let told = readings.each_ref().map(|parsed| {
                let to_lines = |(tp, _, _): &&_| matches!(tp, Tp(Topic::Inbox(Side::Lines), _));
                parsed
                    .iter()
                    .filter(to_lines)
                    .map(|(_, message, _)| message.clone())
                    .collect::<Vec<_>>()
            });
            if told[0] != told[1] || told[0].is_empty() {
                return Err(format!("what {raw:?}/{offset} shows depends on what is known"));
            }
            let [nothing, much] = readings;
            let parsed = if is_read(&nothing, &articles) { nothing } else { much }.into_iter();
            replay.internal.extend(parsed.map(|(tp, message, kept)| match kept {
                Some(kept) => (tp, message.cut(kept.from)),
                None => (tp, message),
            }));
        }
    }
    for side in Side::ALL {
        for p in 0..PARTITIONS {
            replay.stage(world, side, p)?;
        }
    }
    let topics = Side::ALL.map(Topic::Inbox).into_iter().chain([Topic::Articles]);
    let mut seen: Vec<(Tp, Message)> = Vec::new();
    for tp in topics.flat_map(|topic| (0..PARTITIONS).map(move |p| Tp(topic, p))) {
        seen.extend(committed(world, tp).into_iter().map(|message| (tp, head(message))));
    }
    replay.internal.sort_unstable();
    seen.sort_unstable();
    if replay.internal == seen {
        return Ok(());
    }
    Err(format!("3: {} articles and messages for {}", seen.len(), replay.internal.len()))
}

impl Replay {
    fn stage(&mut self, world: &World, side: Side, p: usize) -> Result<(), String> {
        let (kafka, program) = (&world.kafka, &world.program);
        let mut table = program.open_table(side);
        let (mut expected, mut changelog) = (Vec::new(), BTreeMap::new());
        for (offset, message) in kafka.committed(Tp(Topic::Inbox(side), p)) {
            for (tp, message) in program.judged(&mut *table, side, p, offset, message) {
                if matches!(tp.0, Topic::Out | Topic::Starts) {
                    expected.push(message);
                } else {
                    self.internal.push((tp, message));
                }
            }
            for row in owed(&*table) {
                compact(&mut changelog, &row);
            }
            table.commit();
        }
        let mut stands = BTreeMap::new();
        for (_, row) in kafka.committed(Tp(Topic::State(side), p)) {
            compact(&mut stands, row);
        }
        if stands != changelog {
            return Err(format!("2, {side:?} {p}: the changelog is not what a replay gives"));
        }
        let out = match side {
            Side::Home => Topic::Out,
            Side::Near => return Ok(()),
            Side::Lines => Topic::Starts,
        };
        // One engine that never fails gives these bytes; N that do must give the same.
        let seen = committed(world, Tp(out, p));
        if seen != expected && side == Side::Lines {
            let (seen, expected) = (seen.len(), expected.len());
            return Err(format!("1 and 8, lines {p}: {seen} starts for {expected}"));
        }
        if seen != expected {
            let (seen, expected) = (told(&seen), told(&expected));
            return Err(format!(
                "1 and 8, partition {p}:\nseen     {seen:?}\nexpected {expected:?}"
            ));
        }
        if side == Side::Home { nothing_waits(&expected, &stands, p) } else { Ok(()) }
    }
}

/// A record without its text, where it is a message to home: whether that came along is another matter.
fn head(message: Message) -> Message {
    if message.target == Some(Target::Inbox(home::NAME))
        && let Heard::Observe(observe) = Heard::decode(message.value.as_deref()).unwrap()
        && let (_, Some(text)) = observe.encode_parts()
    {
        return message.cut(text);
    }
    message
}

fn committed(world: &World, tp: Tp) -> Vec<Message> {
    let messages = world.kafka.committed(tp).into_iter();
    messages.map(|(_, message)| Message { timestamp: 0, ..message.clone() }).collect()
}

fn compact(changelog: &mut BTreeMap<Vec<u8>, Vec<u8>>, row: &Message) {
    let key = row.key.clone().unwrap();
    match &row.value {
        Some(value) => drop(changelog.insert(key, value.clone())),
        None => drop(changelog.remove(&key)),
    }
}

/// Property 9: a story that is appended somewhere and not dead has been published.
fn nothing_waits(
    outputs: &[Message],
    changelog: &BTreeMap<Vec<u8>, Vec<u8>>,
    p: usize,
) -> Result<(), String> {
    let mut appended: BTreeMap<String, bool> = BTreeMap::new();
    for sighting in outputs.iter().filter(|message| message.target == Some(Target::Sightings)) {
        let sighting = json(sighting);
        let related =
            appended.entry(sighting["story_id"].as_str().unwrap().to_owned()).or_default();
        let is_new = sighting["decision"] == "new";
        *related = sighting["role"] == "related" || (*related && !is_new);
    }
    for (key, value) in changelog.iter().filter(|(key, _)| key.len() == 16) {
        let id: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let row = HomeRow::decode(&value[1..]).ok_or_else(|| format!("row {id} is none"))?;
        if appended.get(&id) != Some(&row.published) {
            return Err(format!("9, partition {p}: story {id} is appended, not published"));
        }
        if row.compared.is_some() != row.published {
            return Err(format!("9, partition {p}: story {id} is published, not compared"));
        }
    }
    Ok(())
}

/// Property 3, of home, where no row ends: the exact tier is strict, at any number of partitions.
fn each_story_is_new_once_and_published_once(world: &World) -> Result<(), String> {
    let mut stories: BTreeMap<String, (usize, usize, bool)> = BTreeMap::new();
    for p in 0..PARTITIONS {
        for (_, message) in world.kafka.committed(Tp(Topic::Out, p)) {
            let record = json(message);
            let id = record["story_id"].as_str().unwrap().to_owned();
            let (new, published, appended) = stories.entry(id).or_default();
            *new += usize::from(record["decision"] == "new");
            *published += usize::from(message.target == Some(Target::Stories));
            *appended |= record["role"] == "related";
        }
    }
    for (id, (new, published, appended)) in stories {
        if new != 1 || published != usize::from(appended) {
            return Err(format!("3: story {id} is new {new} times, published {published} times"));
        }
    }
    Ok(())
}

/// Properties 4 to 6: in the end a reader has the batch answer, whatever the order of arrival.
fn the_canonical_stories_are_the_batch_answer(world: &World) -> Result<(), String> {
    let mut told = batch::Told::default();
    let mut canonical: BTreeMap<String, String> = BTreeMap::new();
    for p in 0..PARTITIONS {
        for (_, message) in world.kafka.committed(Tp(Topic::Out, p)) {
            let record = json(message);
            let text = |field: &str| record[field].as_str().unwrap().to_owned();
            match message.target {
                Some(Target::Sightings) => {
                    told.seen(text("story_id"), record["timestamp"].as_i64().unwrap());
                }
                Some(Target::Stories) => {
                    let body = record["body"].as_array().unwrap().iter();
                    let body = body.map(|paragraph| paragraph.as_str().unwrap());
                    let fingerprint = Fingerprint::of(&Folder::new().fold(body));
                    told.published(text("story_id"), fingerprint.expect("a long text"));
                }
                Some(Target::Canonical) => {
                    drop(canonical.insert(text("story_id"), text("canonical_id")));
                }
                _ => {}
            }
        }
    }
    let answer = told.answer(world.keys);
    if canonical != answer {
        return Err(format!("4: canonical stories\nseen     {canonical:?}\nexpected {answer:?}"));
    }
    match canonical.values().find(|leader| canonical[*leader] != **leader) {
        Some(leader) => Err(format!("5: {leader} leads, and follows {}", canonical[leader])),
        None => Ok(()),
    }
}

fn json(message: &Message) -> Value {
    serde_json::from_slice(message.value.as_deref().unwrap()).unwrap()
}

/// A sequence of outputs in few words.
fn told(messages: &[Message]) -> Vec<String> {
    let tell = |message: &Message| {
        let record = json(message);
        let id = record["story_id"].as_str().unwrap_or_default();
        let (id, _) = id.split_at_checked(4).unwrap_or((id, ""));
        let decision = record["decision"].as_str().unwrap_or("-");
        format!("{:?} {id} {decision}", message.target.unwrap())
    };
    messages.iter().map(tell).collect()
}
