//! What must have come of one page, its stories' ids apart.

use serde_json::Value;

use super::{Wrong, json, lines};
use crate::client::Seen;
use crate::pages::appended;

/// The records that say they came of one page.
pub struct Records<'r> {
    /// Where the page stands.
    pub origin: &'r str,
    /// Its article, where all is well.
    pub articles: &'r [Seen],
    /// Its dead letter.
    pub letters: &'r [Seen],
    /// The stories that were seen on it.
    pub sightings: &'r [Seen],
}

impl Records<'_> {
    /// One dead letter, with the page as it was, and nothing else.
    pub fn are_of_poison(&self, raw: &Seen, reason: &str, wrong: &mut Wrong) {
        let Self { origin, articles, letters, sightings } = *self;
        wrong.unless(articles.is_empty() && sightings.is_empty(), origin, "poison passed");
        wrong.unless(letters.len() == 1, origin, &format!("{} dead letters", letters.len()));
        let as_it_was = letters.iter().all(|letter| is_of(letter, raw, reason));
        wrong.unless(as_it_was, origin, "altered");
    }

    /// One article with the page's text, and sightings that name it; no dead letter.
    pub fn are_of_article(&self, text: &[String], related: &[u64], wrong: &mut Wrong) {
        let Self { origin, articles, letters, sightings } = *self;
        wrong.unless(letters.is_empty(), origin, "dead-lettered");
        wrong.unless(articles.len() == 1, origin, &format!("{} articles", articles.len()));
        wrong.records(articles);
        wrong.records(sightings);
        for record in articles {
            let article = json(record);
            let appended: Vec<_> =
                related.iter().map(|number| appended(*number).swap_remove(0)).collect();
            let is_right = place(&article) == origin
                && lines(&article) == text
                && headlines(&article) == appended;
            wrong.unless(is_right, origin, "an article of another page");
            let id = article["article_id"].as_str().unwrap_or_default();
            let has_key = record.key.as_deref() == Some(id.as_bytes());
            wrong.unless(has_key, origin, "the article's key is not its id");
            let names = |sighting: &Seen| {
                let value = json(sighting);
                let is_key =
                    sighting.key.as_deref() == value["story_id"].as_str().map(str::as_bytes);
                let own = value["position"].is_null();
                let fits = !own || value["story_id"] == article["story_id"];
                place(&value) == origin && value["article_id"] == id && is_key && fits
            };
            wrong.unless(sightings.iter().all(names), origin, "a sighting of another page");
        }
    }
}

/// Where a record says that its page stands.
fn place(record: &Value) -> String {
    let origin = &record["origin"];
    let topic = origin["topic"].as_str().unwrap_or_default();
    format!("{topic}/{}/{}", origin["partition"], origin["offset"])
}

fn headlines(article: &Value) -> Vec<&str> {
    let related = article["related"].as_array().into_iter().flatten();
    related.map(|story| story["headline"].as_str().unwrap_or_default()).collect()
}

fn is_of(letter: &Seen, raw: &Seen, reason: &str) -> bool {
    letter.key == raw.key
        && letter.value == raw.value
        && letter.header("newsmill.dlq.reason") == Some(reason)
        && letter.header("newsmill.dlq.offset") == Some(raw.offset.to_string().as_str())
}
