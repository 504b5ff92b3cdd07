//! How people name a record: `topic:partition:offset`.

use std::fmt;

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
}

impl Place {
    /// `topic:partition:offset`, or `topic/partition/offset` as the header `newsmill.origin` has it.
    pub(super) fn parse(place: &str) -> Option<Self> {
        let of = |separator| {
            let (rest, offset) = place.rsplit_once(separator)?;
            let (topic, partition) = rest.rsplit_once(separator)?;
            let (partition, offset) = (partition.parse().ok()?, offset.parse().ok()?);
            // The characters that Kafka allows in the name of a topic.
            let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
            let is_topic = !topic.is_empty() && topic.chars().all(allowed);
            (is_topic && partition >= 0 && offset >= 0).then(|| Self {
                topic: topic.to_owned(),
                partition,
                offset,
            })
        };
        of(':').or_else(|| of('/'))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { topic, partition, offset } = self;
        write!(f, "{topic}:{partition}:{offset}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_people_and_headers_write_it() {
        let place = Some(Place { topic: "articles.raw".to_owned(), partition: 7, offset: 1_042 });
        assert_eq!(Place::parse("articles.raw:7:1042"), place);
        assert_eq!(Place::parse("articles.raw/7/1042"), place);
        for none in ["", "page.txt", "a:1", "a:b:1", "a:-1:0", "a:0:-1", ":0:0", "a/b:0:0", "./a/1"]
        {
            assert_eq!(Place::parse(none), None, "{none}");
        }
    }
}
