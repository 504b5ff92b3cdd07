//! What a transactional producer and a member learn when the proxy breaks their calls; and that it does break them.

use std::ffi::CStr;
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka_sys as sys;

use super::member::{self, Event, Member, assigned, at, next_event};
use crate::broker::Broker;
use crate::client::{self, Refused};
use crate::proxy::Proxy;
use crate::wait::wait_until;

const LIMIT: Duration = Duration::from_secs(30);

fn behind_proxy(topic: &str) -> (Broker, Proxy) {
    let proxy = Proxy::new();
    let broker = Broker::start_behind(&proxy);
    client::create_topic(&broker.bootstrap(), topic, 1, &[]);
    (broker, proxy)
}

fn failure(result: Result<(), KafkaError>) -> RDKafkaError {
    match result {
        Err(KafkaError::Transaction(error)) => error,
        other => panic!("{other:?} is not a failed transaction"),
    }
}

fn send(producer: &ThreadedProducer<Refused>, topic: &str) {
    let record = BaseRecord::<[u8], [u8]>::to(topic).partition(0).payload(b"a record");
    producer.send(record).map_err(|(error, _)| error).unwrap();
}

/// Member id and generation as the commit would carry them.
#[expect(unsafe_code, reason = "rust-rdkafka hides both")]
fn membership(member: &Member) -> (String, i32) {
    // SAFETY: the member is alive; the metadata is checked, ours, and destroyed after its last use.
    unsafe {
        let metadata = sys::rd_kafka_consumer_group_metadata(member.client().native_ptr());
        assert!(!metadata.is_null(), "a group was configured");
        let id = CStr::from_ptr(sys::rd_kafka_consumer_group_metadata_member_id(metadata));
        let generation = sys::rd_kafka_consumer_group_metadata_generation_id(metadata);
        let answer = (id.to_str().unwrap().to_owned(), generation);
        sys::rd_kafka_consumer_group_metadata_destroy(metadata);
        answer
    }
}

#[test]
fn refused_offsets_ask_for_an_abort_and_the_producer_goes_on() {
    let (broker, proxy) = behind_proxy("refused");
    let member = member::join(&proxy.bootstrap(), "refused", "refused");
    member.incremental_assign(&assigned(&member)).unwrap();
    let producer = client::transactional(&proxy.bootstrap(), "refused");
    let send_offsets = |offset| {
        producer.begin_transaction().unwrap();
        let metadata = member.group_metadata().unwrap();
        let list = at("refused", 0, Offset::Offset(offset));
        producer.send_offsets_to_transaction(&list, &metadata, LIMIT)
    };

    proxy.refuse_offsets(1);
    let error = failure(send_offsets(5));
    assert_eq!(error.code(), RDKafkaErrorCode::IllegalGeneration);
    assert!(error.txn_requires_abort() && !error.is_fatal(), "{error:?}");
    assert_eq!(proxy.offsets_refused(), 1);
    producer.abort_transaction(LIMIT).unwrap();
    send_offsets(6).unwrap();
    producer.commit_transaction(LIMIT).unwrap();
    assert_eq!(client::group_offsets(&broker.bootstrap(), "refused", "refused"), [Some(6)]);
    assert!(membership(&member).1 >= 0, "the member itself was left alone");
}

#[test]
fn a_commit_whose_answer_is_lost_was_made_though_its_producer_never_learns_it() {
    let (broker, proxy) = behind_proxy("lost");
    let producer = client::transactional(&proxy.bootstrap(), "lost");
    producer.begin_transaction().unwrap();
    send(&producer, "lost");
    producer.flush(LIMIT).unwrap();
    proxy.lose_commits(1);
    let start = Instant::now();
    let error = failure(producer.commit_transaction(Duration::from_secs(5)));
    println!("after {:?}: {error:?}", start.elapsed());
    assert!(error.is_retriable() && !error.txn_requires_abort() && !error.is_fatal(), "{error:?}");
    assert_eq!(proxy.commits_lost(), 1);
    assert_eq!(client::read_committed(&broker.bootstrap(), "lost").len(), 1, "it was made");

    let successor = client::transactional(&proxy.bootstrap(), "lost");
    successor.begin_transaction().unwrap();
    send(&successor, "lost");
    successor.commit_transaction(LIMIT).unwrap();
    assert_eq!(client::read_committed(&broker.bootstrap(), "lost").len(), 2);
    assert!(client::open_transactions(&broker.bootstrap(), "lost").is_empty());
}

#[test]
fn an_expelled_member_has_no_member_id_any_more_before_it_is_told_of_the_revocation() {
    let (broker, proxy) = behind_proxy("expelled");
    let member = member::join(&proxy.bootstrap(), "expelled", "expelled");
    member.incremental_assign(&assigned(&member)).unwrap();
    let (id, generation) = membership(&member);
    assert!(!id.is_empty() && generation >= 1, "a member in good standing: {id} {generation}");

    let producer = client::transactional(&broker.bootstrap(), "expelled");
    proxy.cut(true);
    let heir = member::join(&broker.bootstrap(), "expelled", "expelled");
    assert_eq!(assigned(&heir).count(), 1, "the group has waited for the session to end");
    proxy.cut(false);
    // Nobody polls: the revocation has not been seen yet.
    wait_until("blank metadata", LIMIT, || membership(&member) != (id.clone(), generation));
    let blank = membership(&member);
    println!("after the expulsion: {blank:?}");

    assert_eq!(blank, (String::new(), generation), "the generation stays, the member id goes");

    // With a generation but no member id the broker refuses; with neither, as from a consumer that never joined, it
    // takes the offsets of anybody.
    let stranger: BaseConsumer =
        client::config(&broker.bootstrap()).set("group.id", "expelled").create().unwrap();
    let list = at("expelled", 0, Offset::Offset(99));
    producer.begin_transaction().unwrap();
    let metadata = member.group_metadata().unwrap();
    let error = failure(producer.send_offsets_to_transaction(&list, &metadata, LIMIT));
    assert_eq!(error.code(), RDKafkaErrorCode::UnknownMemberId);
    producer.abort_transaction(LIMIT).unwrap();
    producer.begin_transaction().unwrap();
    let metadata = stranger.group_metadata().unwrap();
    producer.send_offsets_to_transaction(&list, &metadata, LIMIT).expect("unfenced");
    producer.abort_transaction(LIMIT).unwrap();

    let Event::Revoke(list, lost) = next_event(&member) else { panic!("not a revocation") };
    assert!(lost, "told so in the end");
    member.incremental_unassign(&list).unwrap();
}
