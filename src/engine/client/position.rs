//! Where a consumer stands in its partitions: lists of places, and the calls that move it there.

use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList, TopicPartitionListElem};

use super::StageConsumer;
use crate::engine::end::End;

/// How long a seek may wait for the client's own threads.
const SEEK: Duration = Duration::from_secs(10);
/// How long the brokers may take to say where a log begins.
const ASK: Duration = Duration::from_secs(10);
/// When to ask again.
const SEEK_AGAIN: Duration = Duration::from_millis(5);

/// Moves a consumer to explicit offsets. The client takes an assignment in threads of its own and refuses to seek a
/// partition that it has not taken yet: it is asked again.
pub(in crate::engine) fn seek(
    consumer: &StageConsumer,
    list: &TopicPartitionList,
) -> Result<(), End> {
    let deadline = Instant::now() + SEEK;
    loop {
        let result = consumer
            .seek_partitions(list.clone(), SEEK)
            .and_then(|moved| moved.elements().iter().try_for_each(TopicPartitionListElem::error));
        match result {
            Ok(()) => return Ok(()),
            Err(error) if Instant::now() >= deadline => return Err(End::client("seek", &error)),
            Err(error) => {
                tracing::debug!(event = "seek_refused", %error);
                crossbeam_channel::after(SEEK_AGAIN).recv().ok();
            }
        }
    }
}

/// Partitions at the earliest offset that the log has of each, where nothing can be out of range.
pub(in crate::engine) fn placed(
    consumer: &StageConsumer,
    topic: &str,
    partitions: &[i32],
) -> Result<TopicPartitionList, End> {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        let (earliest, _) = consumer
            .fetch_watermarks(topic, *partition, ASK)
            .map_err(|error| End::client("watermarks", &error))?;
        list.add_partition_offset(topic, *partition, Offset::Offset(earliest))
            .map_err(|error| End::client("assign", &error))?;
    }
    Ok(list)
}

/// A list of partitions of one topic, all at one offset.
pub(in crate::engine) fn list(
    topic: &str,
    partitions: &[i32],
    offset: Offset,
) -> TopicPartitionList {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        // Only a negative concrete offset is refused; these are the broker's own or symbolic.
        list.add_partition_offset(topic, *partition, offset).ok();
    }
    list
}
