//! The same edits by hand in three languages: the rules are no one language's. Skipped, and said so, where
//! ../shared/corpora is not there.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use crate::command::normalize_with;
use crate::corpora::{articles, corpora, paragraphs};

const ALL: [(&str, &str); 1] = [("NEWSMILL__DEDUPE__NEAR", "all")];

/// Stories of a corpus that are edited.
const BASES: usize = 250;

/// SplitMix64: the same edits at every run.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ z >> 31) % n as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

type Body = Vec<String>;

/// What is done to a story, and whether the outcome is still that story.
const EDITS: [(&str, bool); 9] = [
    ("ortho", true),
    ("byline", true),
    ("tail", true),
    ("trunc", true),
    ("edit", true),
    ("reorder", true),
    ("combo", true),
    ("follow", false),
    ("lead", false),
];

fn edited(edit: &str, body: &Body, other: &Body, rng: &mut Rng) -> Body {
    match edit {
        "ortho" => each_word(body, |word| Some(spelt_otherwise(word, rng))),
        "byline" => byline(body, other, rng),
        "tail" => [body.as_slice(), &[other[other.len() - 1].clone()]].concat(),
        "trunc" => cut(body, *rng.pick(&[30, 50, 75])),
        "edit" => changed(body, other, 40, rng),
        "reorder" => reordered(body, rng),
        "combo" => {
            let cut = changed(&cut(body, 60), other, 50, rng);
            byline(&each_word(&cut, |word| Some(spelt_otherwise(word, rng))), other, rng)
        }
        "follow" => [first_words(other, 45), cut(body, 30)].concat(),
        "lead" => {
            let behind = other.join(" ").split_whitespace().skip(30).collect::<Vec<_>>().join(" ");
            [first_words(body, 15), vec![behind]].concat()
        }
        _ => unreachable!("{edit}"),
    }
}

fn each_word(body: &Body, mut change: impl FnMut(&str) -> Option<String>) -> Body {
    let paragraph = |paragraph: &String| {
        paragraph.split_whitespace().filter_map(&mut change).collect::<Vec<_>>().join(" ")
    };
    body.iter().map(paragraph).collect()
}

/// Letters and marks that mean the same.
fn spelt_otherwise(word: &str, rng: &mut Rng) -> String {
    let word = if rng.one_in(20) { word.to_uppercase() } else { word.to_owned() };
    let arabic = [("ی", "ي"), ("ک", "ك"), ("أ", "ا"), ("ة", "ه")];
    let (from, to) = *rng.pick(&arabic);
    let word = if rng.one_in(2) { word.replace(from, to) } else { word };
    if rng.one_in(30) { format!("“{word}”") } else { word }
}

fn byline(body: &Body, other: &Body, rng: &mut Rng) -> Body {
    let words: Vec<&str> = other[0].split_whitespace().collect();
    let by = words[..words.len().min(3 + rng.below(4))].join(" ");
    [&[format!("{by}: {}", body[0])], &body[1..]].concat()
}

fn cut(body: &Body, per_cent: usize) -> Body {
    let words: usize = body.iter().map(|paragraph| paragraph.split_whitespace().count()).sum();
    let mut left = (words * per_cent / 100).max(20);
    let cut = |paragraph: &String| {
        let kept: Vec<&str> = paragraph.split_whitespace().take(left).collect();
        left -= kept.len();
        (!kept.is_empty()).then(|| kept.join(" "))
    };
    body.iter().filter_map(cut).collect()
}

fn first_words(body: &Body, count: usize) -> Body {
    vec![body.join(" ").split_whitespace().take(count).collect::<Vec<_>>().join(" ")]
}

/// One word in so many is another, is gone, or is followed by one that was not there.
fn changed(body: &Body, other: &Body, every: usize, rng: &mut Rng) -> Body {
    let words: Vec<&str> =
        other.iter().flat_map(|paragraph| paragraph.split_whitespace()).collect();
    each_word(body, |word| {
        if !rng.one_in(every) {
            return Some(word.to_owned());
        }
        match rng.below(4) {
            0 => None,
            1 => Some(format!("{word} {}", rng.pick(&words))),
            _ => Some((*rng.pick(&words)).to_owned()),
        }
    })
}

fn reordered(body: &Body, rng: &mut Rng) -> Body {
    let mut body = body.clone();
    if body.len() > 2 {
        let moved = body.remove(1 + rng.below(body.len() - 1));
        body.insert(1 + rng.below(body.len()), moved);
    }
    body
}

/// The stories of a corpus, no two alike by their first words.
fn bases(articles: &[Value]) -> Vec<Body> {
    let mut bases: BTreeMap<String, Body> = BTreeMap::new();
    for article in articles {
        let body = paragraphs(article);
        let words: usize = body.iter().map(|paragraph| paragraph.split_whitespace().count()).sum();
        if (100..800).contains(&words) && body.len() > 2 {
            let first = first_words(&body, 6).concat();
            drop(bases.insert(first, body));
        }
    }
    bases.into_values().step_by(2).take(BASES).collect()
}

/// Of each edit the share that follows the story it was made of.
fn shares(articles: &[Value]) -> BTreeMap<&'static str, f64> {
    let (bases, mut rng) = (bases(articles), Rng(1));
    let mut pages = String::new();
    let mut page = |id: String, body: &Body| {
        let text = format!("The headline of it\n{}", body.join("\n"));
        let number = pages.lines().count();
        let fetched_at =
            format!("2024-01-01T{:02}:{:02}:{:02}Z", number / 3600, number / 60 % 60, number % 60);
        pages += &json!({ "id": id, "text": text, "fetched_at": fetched_at }).to_string();
        pages.push('\n');
    };
    for (n, base) in bases.iter().enumerate() {
        page(format!("{n} base"), base);
    }
    for (n, base) in bases.iter().enumerate() {
        let other = &bases[(n + 1 + rng.below(bases.len() - 1)) % bases.len()];
        for (edit, _) in EDITS {
            page(format!("{n} {edit}"), &edited(edit, base, other, &mut rng));
        }
    }
    let run = normalize_with(&ALL, &[], pages.as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = |record: &Value, field: &str| record[field].as_str().unwrap_or_default().to_owned();
    let stands: HashMap<String, String> = run
        .records("canonical")
        .iter()
        .map(|record| (text(record, "story_id"), text(record, "canonical_id")))
        .collect();
    let leads: HashMap<String, String> = run
        .records("articles")
        .iter()
        .map(|article| (text(article, "input_id"), stands[&text(article, "story_id")].clone()))
        .collect();
    let share = |edit: &str| {
        let follows = |n: &usize| leads[&format!("{n} base")] == leads[&format!("{n} {edit}")];
        let count = |n: usize| f64::from(u32::try_from(n).unwrap());
        count((0..bases.len()).filter(follows).count()) / count(bases.len())
    };
    EDITS.iter().map(|(edit, _)| (*edit, share(edit))).collect()
}

#[test]
fn copies_are_known_again_in_english_and_persian_as_well_as_in_arabic() {
    let Some(corpora) = corpora() else { return };
    let shares = |corpus| {
        let shares = shares(&articles(&corpora, corpus));
        println!("{corpus}: {shares:?}");
        shares
    };
    let arabic = shares("saudinewsnet-ar");
    for corpus in ["fnc1-en", "irnews-fa"] {
        let found = shares(corpus);
        for (edit, is_same) in EDITS {
            if is_same {
                assert!(found[edit] >= arabic[edit] - 0.02, "{corpus}: {edit} of {found:?}");
            } else {
                assert!(found[edit] <= 0.005, "{corpus}: {edit} of {found:?}");
            }
        }
    }
}
