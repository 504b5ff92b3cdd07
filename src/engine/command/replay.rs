//! Sends records again, each exactly once: what is sent and how far the job has come in the topic that it reads are one
//! transaction. A job that is killed goes on where it was; two of one name at a time fence each other.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::engine::client::context::Watched;
use crate::engine::client::{Clients, EngineProducer};
use crate::engine::end::End;
use crate::engine::observer::Unobserved;
use crate::engine::readers::topic_reader::{Event, Found, TopicReader};
use crate::engine::stop::Stop;
use crate::engine::watchdog::Pulse;
use crate::stage::Headers;

/// Records of one transaction, at most …
const RECORDS: usize = 100;
/// … and bytes.
const BYTES: usize = 8 << 20;

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A record that is to be sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// Where to.
    pub topic: String,
    /// The partition that it stood on.
    pub partition: i32,
    /// Its own timestamp, in milliseconds since 1970.
    pub timestamp: Option<i64>,
    /// Its headers.
    pub headers: Headers,
}

/// Sends again what `choose` says of the records of a topic, from where the job of this name has come to, up to where the
/// topic ends now, or until it is to stop. The name is a consumer group's and a `transactional.id`.
///
/// # Errors
/// [`End`]: no answer, refused, or another process runs the same job. What was committed stays.
pub fn replay(
    clients: &Clients,
    job: &str,
    topic: &str,
    stop: &Stop,
    mut choose: impl FnMut(&Found) -> Option<Again>,
) -> Result<(), End> {
    let (observer, pulse) = (Arc::new(Unobserved), Arc::new(Pulse::new()));
    let watched = Watched { engine: 0, name: "replay", observer, pulse };
    let producer = clients.producer(job, watched).map_err(|error| End::config(&error))?;
    // Fences and ends what an earlier run left open: only then is its place in the topic certain.
    producer
        .init_transactions(PATIENCE)
        .map_err(|error| End::of_command("init_transactions", &error))?;
    let reader = TopicReader::open(clients, job, topic)?;
    let from = places(&reader, topic)?;
    let mut batch = Batch {
        producer: &producer,
        reader: &reader,
        topic,
        places: from.clone(),
        committed: from.clone(),
        records: 0,
        bytes: 0,
        is_open: false,
    };
    let result = reader.read(&from, |event| {
        if stop.is_draining() {
            return Ok(ControlFlow::Break(()));
        }
        if let Event::Record(found) = event {
            if let Some(again) = choose(&found) {
                batch.send(&found, &again)?;
            }
            batch.places.insert(found.partition, found.offset + 1);
            if batch.records >= RECORDS || batch.bytes >= BYTES {
                batch.commit()?;
            }
        }
        Ok(ControlFlow::Continue(()))
    });
    result.and_then(|()| batch.commit()).inspect_err(|_| batch.abort())
}

/// How far a job has come in a topic: what it has committed, where the log still has it.
pub fn places_of(clients: &Clients, job: &str, topic: &str) -> Result<BTreeMap<i32, i64>, End> {
    places(&TopicReader::open(clients, job, topic)?, topic)
}

fn places(reader: &TopicReader, topic: &str) -> Result<BTreeMap<i32, i64>, End> {
    let beginnings = reader.beginnings();
    let mut asked = TopicPartitionList::new();
    for partition in beginnings.keys() {
        asked.add_partition(topic, *partition);
    }
    let committed = reader
        .consumer()
        .committed_offsets(asked, PATIENCE)
        .map_err(|error| End::of_command("committed offsets", &error))?;
    let mut places = beginnings;
    for element in committed.elements() {
        element.error().map_err(|error| End::of_command("committed offsets", &error))?;
        if let (Offset::Offset(offset), Some(place)) =
            (element.offset(), places.get_mut(&element.partition()))
        {
            *place = offset.max(*place);
        }
    }
    Ok(places)
}

/// What the open transaction holds.
struct Batch<'a> {
    producer: &'a EngineProducer,
    reader: &'a TopicReader,
    topic: &'a str,
    places: BTreeMap<i32, i64>,
    committed: BTreeMap<i32, i64>,
    records: usize,
    bytes: usize,
    is_open: bool,
}

impl Batch<'_> {
    fn send(&mut self, found: &Found, again: &Again) -> Result<(), End> {
        self.ensure_open()?;
        let headers = again.headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: value.as_deref() })
        });
        let mut record = BaseRecord::<[u8], [u8], usize>::with_opaque_to(&again.topic, 0)
            .partition(again.partition)
            .headers(headers);
        record.key = found.key.as_deref();
        record.payload = found.value.as_deref();
        record.timestamp = again.timestamp;
        self.producer.send(record).map_err(|(error, _)| End::of_command(&again.topic, &error))?;
        self.records += 1;
        self.bytes += found.value.as_ref().map_or(0, Vec::len);
        Ok(())
    }

    /// Commits what is sent, with the places. Where no place has moved there is nothing to commit.
    fn commit(&mut self) -> Result<(), End> {
        if self.places == self.committed {
            return Ok(());
        }
        self.ensure_open()?;
        let mut offsets = TopicPartitionList::new();
        for (partition, offset) in &self.places {
            offsets
                .add_partition_offset(self.topic, *partition, Offset::Offset(*offset))
                .map_err(|error| End::of_command("offsets", &error))?;
        }
        let group =
            self.reader.consumer().group_metadata().ok_or_else(|| {
                End::bug("a consumer that was made with a group has none".to_owned())
            })?;
        self.producer
            .send_offsets_to_transaction(&offsets, &group, PATIENCE)
            .map_err(|error| End::of_command("send_offsets_to_transaction", &error))?;
        self.producer
            .commit_transaction(PATIENCE)
            .map_err(|error| End::of_command("commit_transaction", &error))?;
        self.is_open = false;
        self.committed.clone_from(&self.places);
        (self.records, self.bytes) = (0, 0);
        Ok(())
    }

    /// Ends a transaction that failed. Where that fails too its time-out ends it, or the next run of the job.
    fn abort(&mut self) {
        if self.is_open
            && let Err(error) = self.producer.abort_transaction(PATIENCE)
        {
            tracing::warn!(event = "abort_failed", %error);
        }
    }

    fn ensure_open(&mut self) -> Result<(), End> {
        if !self.is_open {
            self.producer
                .begin_transaction()
                .map_err(|error| End::of_command("begin_transaction", &error))?;
            self.is_open = true;
        }
        Ok(())
    }
}
