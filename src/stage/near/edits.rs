//! What one message changes: entries under several keys, of several stories, put into one row for each story.

use std::sync::Arc;

use super::bucket::Bucket;
use super::row::{Entry, NearRow};
use crate::record::StoryId;
use crate::stage::Table;
use crate::story::{RoutingKey, Sketch};

/// Entries that are not as the table has them, `None` where a story has left a bucket.
#[derive(Debug, Default)]
pub struct Edits(Vec<(StoryId, RoutingKey, Option<Entry>)>);

impl Edits {
    /// What has changed in a bucket.
    pub fn note(&mut self, key: RoutingKey, bucket: &Bucket<'_>) {
        self.0.extend(bucket.changed().map(|(story_id, entry)| (story_id, key, Some(entry))));
    }

    /// A story has left a bucket.
    pub fn leaves(&mut self, story_id: StoryId, key: RoutingKey) {
        self.0.push((story_id, key, None));
    }

    /// Puts all of it into the table; of a story that comes, its sketch as well.
    pub fn put(mut self, coming: Option<(StoryId, &Arc<Sketch>)>, table: &mut Table<NearRow>) {
        self.0.sort_unstable_by_key(|(story_id, key, _)| (*story_id, *key));
        for of_story in self.0.chunk_by(|(one, ..), (other, ..)| one == other) {
            let Some((story_id, ..)) = of_story.first() else { continue };
            let known = table.get(&story_id.0).cloned();
            let row = match coming.filter(|(coming, _)| coming == story_id) {
                Some((_, sketch)) => {
                    let room = || Vec::with_capacity(of_story.len());
                    let entries = known.map_or_else(room, |row| row.entries);
                    Some(NearRow::new(entries, Arc::clone(sketch)))
                }
                None => known,
            };
            let Some(mut row) = row else { continue };
            // What has ended under one key may live on under another.
            row.entries.retain(|(_, entry)| table.is_living(entry.last_matched_hour));
            for (_, key, entry) in of_story {
                row.set(*key, *entry);
            }
            if row.entries.is_empty() {
                table.remove(&story_id.0);
            } else {
                table.put(story_id.0, row);
            }
        }
    }
}
