//! `explain A B`: what two stories have in common, and whether that makes them one.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use serde::Serialize;
use serde_json::Value;

use super::{Made, Sent};
use crate::cli::{Exit, Failure};
use crate::config::{Config, Near};
use crate::record::Origin;
use crate::stage::Target;
use crate::story::{Fingerprint, Folder, Likeness, MIN_WORDS, Overlap};

/// A story as it is named on the command line: a page, and behind a `#` the position of an appended one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub page: PathBuf,
    /// `None` is the article's own story.
    pub position: Option<u64>,
}

impl Named {
    /// A file of the whole name wins where both could be meant.
    pub(super) fn parse(name: &Path) -> Self {
        let split = || {
            let (page, position) = name.to_str()?.rsplit_once('#')?;
            Some(Self { page: page.into(), position: Some(position.parse().ok()?) })
        };
        let whole = || Self { page: name.to_owned(), position: None };
        if name.exists() { whole() } else { split().unwrap_or_else(whole) }
    }
}

/// One of the two.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    page: String,
    position: Option<u64>,
    story_id: String,
    words: u32,
    /// Distinct runs of three words that are compared.
    shingles: Option<usize>,
    /// Numbers that the other one has not.
    numbers_of_its_own: Vec<String>,
    #[serde(skip)]
    text: String,
    #[serde(skip)]
    fingerprint: Option<Fingerprint>,
}

/// What the two have in common.
#[derive(Debug, Serialize)]
struct Common {
    shared_shingles: u32,
    /// Shared shingles, per cent of all of both.
    jaccard: u32,
    /// Shared shingles within the beginning of the longer story, per cent of the shorter one's.
    containment: u32,
    /// Both begin alike: containment counts.
    is_anchored: bool,
    /// How many of the shorter story's first 24 shingles are shared.
    shared_opening: u32,
    /// Where the first shared shingle stands in the shorter story, and in the longer one.
    first_shared: [u32; 2],
    /// Numbers of the shorter story that the longer one lacks, of how many; and the other way round.
    missing_numbers: [[u32; 2]; 2],
    number_conflict: bool,
    score: u8,
    /// The routing keys under which they meet, by slot.
    common_keys: Vec<u8>,
}

/// All that is said of two stories.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    stories: [Story; 2],
    /// Null where one of them is too short.
    common: Option<Common>,
    decision: Decision,
    /// Which stories the service compares.
    near: &'static str,
}

/// What follows from that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Decision {
    /// The folded texts are the same.
    Same,
    /// One story in all but spelling, tail or length.
    Duplicate,
    /// One story, edited.
    Near,
    /// One story only where a third one is near to both.
    Loose,
    /// One story by their overlap, but their routing keys never bring them together.
    NeverMeet,
    /// Alike, with other numbers: a template, or an update.
    OtherNumbers,
    /// Two stories.
    Different,
    /// Too short to be compared.
    TooShort,
}

impl Story {
    /// The story of that position on a page, from the records that the page gives.
    ///
    /// # Errors
    /// 65: there is none.
    pub(super) fn of(named: &Named, origin: &Origin<'_>, made: &Made<'_>) -> Result<Self, Failure> {
        let none = |why: &str| Exit::BadInput.because(anyhow!("{origin}: {why}"));
        if let Some(dead) = &made.dead_letter {
            return Err(none(&dead.message));
        }
        let of = |target| made.outputs.iter().filter(move |sent: &&Sent| sent.target == target);
        let article = of(Target::Articles).next().map(|sent| &sent.value);
        let article =
            article.filter(|value| !value.is_null()).ok_or_else(|| none("a take-down"))?;
        let (told, body) = match named.position {
            None => (article, article),
            Some(position) => {
                let related = article["related"].as_array().into_iter().flatten();
                let mut related = related.filter(|related| related["position"] == position);
                let told = related.next().ok_or_else(|| none("nothing is appended there"))?;
                let mut stories = of(Target::Stories).map(|sent| &sent.value);
                let story = stories.find(|story| story["story_id"] == told["story_id"]);
                (told, story.ok_or_else(|| none("a bare headline is appended there"))?)
            }
        };
        let story_id =
            told["story_id"].as_str().ok_or_else(|| none("its body folds to nothing"))?;
        let paragraphs = body["body"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let text = paragraphs.collect::<Vec<_>>().join("\n");
        let mut folder = Folder::new();
        let folded = folder.fold([&text]);
        let (words, fingerprint) = (folded.words(), Fingerprint::of(&folded));
        Ok(Self {
            page: origin.to_string(),
            position: named.position,
            story_id: story_id.to_owned(),
            words,
            shingles: fingerprint.as_ref().map(|of| of.sketch().shingles().len()),
            numbers_of_its_own: Vec::new(),
            text,
            fingerprint,
        })
    }

    /// Its numbers, as folding leaves them, and how often each stands there.
    fn numbers(&self) -> BTreeMap<String, u32> {
        let (mut folder, mut numbers) = (Folder::new(), BTreeMap::new());
        for token in folder.fold([&self.text]).as_str().split(' ') {
            if token.starts_with(|c: char| c.is_ascii_digit()) {
                *numbers.entry(token.to_owned()).or_insert(0) += 1;
            }
        }
        numbers
    }
}

impl Comparison {
    pub(super) fn of(mut a: Story, mut b: Story, config: &Config) -> Self {
        let of_its_own = |one: &Story, other: &Story| {
            let there = other.numbers();
            let lacks =
                |(number, times): &(String, u32)| there.get(number).is_none_or(|n| n < times);
            one.numbers().into_iter().filter(lacks).map(|(number, _)| number).collect()
        };
        (a.numbers_of_its_own, b.numbers_of_its_own) = (of_its_own(&a, &b), of_its_own(&b, &a));
        let keys = config.dedupe.near_keys.count();
        let both = a.fingerprint.as_ref().zip(b.fingerprint.as_ref());
        let overlap = both.map(|(a, b)| Overlap::of(a.sketch(), b.sketch()));
        let common = both.zip(overlap).map(|((a, b), overlap)| {
            let met = a.routing_keys().zip(b.routing_keys()).take(keys);
            let common_keys = met.filter(|(a, b)| a == b).map(|(key, _)| key.slot).collect();
            Common::of(&overlap, common_keys)
        });
        let likeness = overlap.and_then(|overlap| overlap.likeness(&config.dedupe.thresholds));
        let decision = match (&common, likeness) {
            _ if a.story_id == b.story_id => Decision::Same,
            (None, _) => Decision::TooShort,
            (Some(common), Some(_)) if common.common_keys.is_empty() => Decision::NeverMeet,
            (_, Some(Likeness::Duplicate)) => Decision::Duplicate,
            (_, Some(Likeness::Near)) => Decision::Near,
            (_, Some(Likeness::Loose)) => Decision::Loose,
            (Some(common), None) if common.number_conflict => Decision::OtherNumbers,
            (Some(_), None) => Decision::Different,
        };
        let near: Near = config.dedupe.near;
        Self { stories: [a, b], common, decision, near: near.word() }
    }

    /// What it says to a person.
    pub(super) fn text(&self, out: &mut impl Write) -> io::Result<()> {
        for (name, story) in ["A", "B"].iter().zip(&self.stories) {
            let Story { page, position, story_id, words, numbers_of_its_own, .. } = story;
            let place =
                position.map_or_else(String::new, |position| format!(" related {position}"));
            writeln!(out, "{name}         {page}{place}  {story_id}  {words} words")?;
            if !numbers_of_its_own.is_empty() {
                writeln!(out, "          numbers of its own: {}", numbers_of_its_own.join(" "))?;
            }
        }
        if let Some(common) = &self.common {
            common.text(out)?;
        }
        writeln!(out, "decision  {}", self.decision.sentence())?;
        if self.near == Near::Off.word() {
            writeln!(out, "          (dedupe.near is \"off\": the service compares nothing)")?;
        }
        Ok(())
    }
}

impl Common {
    fn of(overlap: &Overlap, common_keys: Vec<u8>) -> Self {
        let percent = |part: u32, whole: u32| (100 * part).checked_div(whole).unwrap_or(0);
        let missing = [overlap.smaller_numbers, overlap.larger_numbers];
        Self {
            shared_shingles: overlap.shared,
            jaccard: percent(overlap.shared, overlap.union()),
            containment: percent(overlap.shared_lead, overlap.smaller),
            is_anchored: overlap.is_anchored(),
            shared_opening: overlap.shared_opening,
            first_shared: [overlap.first_in_smaller, overlap.first_in_larger],
            missing_numbers: missing.map(|numbers| [numbers.missing, numbers.of]),
            number_conflict: overlap.is_number_conflict(),
            score: overlap.score(),
            common_keys,
        }
    }

    fn text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "overlap   {} runs of three words are shared: {} % of both, {} % of the shorter one",
            self.shared_shingles, self.jaccard, self.containment
        )?;
        let [shorter, longer] = self.first_shared;
        let counts = if self.is_anchored { "counts" } else { "does not count" };
        writeln!(
            out,
            "begins    the first shared run is number {shorter} of the shorter one, {longer} of the longer; {} of the \
             shorter one's first 24 are shared: what it has {counts}",
            self.shared_opening
        )?;
        let [[shorter, of_shorter], [longer, of_longer]] = self.missing_numbers;
        let conflict = if self.number_conflict { ": too many" } else { "" };
        writeln!(
            out,
            "numbers   {shorter} of {of_shorter} of the shorter one are missing in the longer, {longer} of {of_longer} \
             the other way round{conflict}"
        )?;
        let keys: Vec<_> = self.common_keys.iter().map(u8::to_string).collect();
        let keys = if keys.is_empty() { "none".to_owned() } else { keys.join(", ") };
        writeln!(out, "keys      they meet under: {keys}")?;
        writeln!(out, "score     {}", self.score)
    }
}

impl Decision {
    fn sentence(self) -> String {
        match self {
            Self::Same => "the same story: the folded texts are equal".to_owned(),
            Self::Duplicate => "duplicate: the younger one follows the older".to_owned(),
            Self::Near => "near: the younger one follows the older".to_owned(),
            Self::Loose => {
                "loose: the younger one follows the older only where a third story, no shorter, is near to both"
                    .to_owned()
            }
            Self::NeverMeet => "alike, but they meet under no routing key".to_owned(),
            Self::OtherNumbers => "two stories: their numbers differ".to_owned(),
            Self::Different => "two stories".to_owned(),
            Self::TooShort => format!("two stories: one is shorter than {MIN_WORDS} words"),
        }
    }
}
