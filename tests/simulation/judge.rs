//! What must hold of what a read_committed reader sees once everything is at rest (state-protocol, "Properties").

use std::collections::BTreeMap;

use newsmill::stage::home::{HomeRow, message::Message as Heard};
use newsmill::stage::{Row, Target};
use serde_json::Value;

use crate::kafka::{Message, Topic, Tp};
use crate::program::{PARTITIONS, owed};
use crate::world::World;

/// Says which property does not hold.
pub fn judge(world: &World) -> Result<(), String> {
    one_article_a_page_and_one_message_an_occurrence(world)?;
    for p in 0..PARTITIONS {
        replay(world, p)?;
    }
    if world.program.text_missing.get() {
        return Err("the text of a story had not come when it was to be published".to_owned());
    }
    if !world.is_ageing() {
        each_story_is_new_once_and_published_once(world)?;
    }
    Ok(())
}

/// Property 3, of parse: what the raw topic says, once each; whether the text came along with a message is another matter.
fn one_article_a_page_and_one_message_an_occurrence(world: &World) -> Result<(), String> {
    let mut expected = Vec::new();
    for p in 0..PARTITIONS {
        let raw = Tp(Topic::Raw, p);
        for (offset, message) in world.kafka.committed(raw) {
            let parsed = world.program.parsed(raw, offset, message).into_iter();
            expected.extend(parsed.map(|(tp, message, kept)| match kept {
                Some(kept) => (tp, message.cut(kept.from)),
                None => (tp, message),
            }));
        }
    }
    let mut seen: Vec<(Tp, Message)> = Vec::new();
    for tp in (0..PARTITIONS).map(|p| Tp(Topic::Home, p)).chain([Tp(Topic::Articles, 0)]) {
        seen.extend(world.kafka.committed(tp).into_iter().map(|(_, message)| (tp, head(message))));
    }
    expected.sort_unstable();
    seen.sort_unstable();
    if expected == seen {
        return Ok(());
    }
    Err(format!("3: {} articles and messages for {}", seen.len(), expected.len()))
}

/// A record without its time and, where it is a message to home, without its text.
fn head(message: &Message) -> Message {
    let mut message = Message { timestamp: 0, ..message.clone() };
    if matches!(message.target, Some(Target::Inbox(_)))
        && let Heard::Observe(observe) = Heard::decode(message.value.as_deref()).unwrap()
        && let (_, Some(text)) = observe.encode_parts()
    {
        message = message.cut(text);
    }
    message
}

/// Properties 1, 2, 8 and 9, for one partition of home's inbox.
fn replay(world: &World, p: usize) -> Result<(), String> {
    let (kafka, program) = (&world.kafka, &world.program);
    let inbox = Tp(Topic::Home, p);
    let mut table = program.open_table();
    let (mut expected, mut changelog) = (Vec::new(), BTreeMap::new());
    for (offset, message) in kafka.committed(inbox) {
        expected.extend(program.judged(&mut *table, inbox, offset, message));
        for row in owed(&*table) {
            compact(&mut changelog, &row);
        }
        table.commit();
    }
    // One engine that never fails gives these bytes; N that do must give the same.
    let out = kafka.committed(Tp(Topic::Out, p)).into_iter();
    let seen: Vec<_> =
        out.map(|(_, message)| Message { timestamp: 0, ..message.clone() }).collect();
    if seen != expected {
        let (seen, expected) = (told(&seen), told(&expected));
        return Err(format!("1 and 8, partition {p}:\nseen     {seen:?}\nexpected {expected:?}"));
    }
    let mut stands = BTreeMap::new();
    for (_, row) in kafka.committed(Tp(Topic::State, p)) {
        compact(&mut stands, row);
    }
    if stands != changelog {
        return Err(format!("2, partition {p}: the changelog is not what a replay gives"));
    }
    nothing_waits(&expected, &stands, p)
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
