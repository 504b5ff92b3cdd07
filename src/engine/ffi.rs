//! The calls of librdkafka that rust-rdkafka hides or slows down; the only unsafe code of newsmill.
//!
//! rust-rdkafka's own `flush` and `commit_transaction` stall for 100 ms (kafka-client §6.3), and it hides the member id
//! and generation of a consumer's group metadata, without which Kafka accepts offsets unfenced (kafka-client §10, §11).
#![expect(unsafe_code, reason = "calls into librdkafka")]

use std::ffi::{CStr, CString};
use std::time::Duration;

use rdkafka::client::{Client, ClientContext, OAuthToken};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext, ThreadedProducer};
use rdkafka_sys as sys;
use thiserror::Error;

/// What a failed transaction call leaves to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The same call again, with the same arguments.
    Retriable,
    /// The transaction must be aborted; the producer lives.
    Abortable,
    /// The producer is of no more use: fenced, fatal, or in a state that nobody foresaw.
    Fatal,
}

/// A failed transaction call.
#[derive(Debug, Clone, Error)]
#[error("{call}: {message}")]
pub struct TransactionFailure {
    /// The call.
    pub call: &'static str,
    /// What is left to do.
    pub kind: FailureKind,
    /// Whether another producer with the same `transactional.id` has taken over.
    pub fenced: bool,
    /// librdkafka's words.
    pub message: String,
}

/// Membership of a consumer in its group, at one moment: what fences a zombie. Read it anew at every commit.
#[derive(Debug)]
pub struct Membership(*mut sys::rd_kafka_consumer_group_metadata_t);

impl Membership {
    /// The membership of a consumer; `None` where it is not, or no longer, a member: librdkafka blanks the member id or
    /// the generation when it is expelled, and Kafka would accept such offsets unfenced.
    pub fn of<C: ConsumerContext>(consumer: &BaseConsumer<C>) -> Option<Self> {
        // SAFETY: the consumer's handle is alive; a null result is checked; the strings belong to the metadata.
        unsafe {
            let metadata = sys::rd_kafka_consumer_group_metadata(consumer.client().native_ptr());
            if metadata.is_null() {
                return None;
            }
            let membership = Self(metadata);
            let member_id = sys::rd_kafka_consumer_group_metadata_member_id(metadata);
            let generation = sys::rd_kafka_consumer_group_metadata_generation_id(metadata);
            let is_member =
                !member_id.is_null() && !CStr::from_ptr(member_id).is_empty() && generation >= 0;
            is_member.then_some(membership)
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        // SAFETY: made by rd_kafka_consumer_group_metadata and destroyed only here.
        unsafe { sys::rd_kafka_consumer_group_metadata_destroy(self.0) }
    }
}

/// One partition of the offsets that a transaction carries: the next offset to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextOffset<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The partition.
    pub partition: i32,
    /// The next offset to be read.
    pub offset: i64,
}

/// The transaction calls of a producer. All of them block.
#[derive(Debug, Clone, Copy)]
pub struct TransactionCalls(*mut sys::rd_kafka_t);

impl TransactionCalls {
    /// The calls of a producer; they must not outlive it.
    pub fn of<C: ProducerContext + 'static>(producer: &ThreadedProducer<C>) -> Self {
        Self(producer.client().native_ptr())
    }

    /// Fences predecessors with the same `transactional.id` and ends what they left open.
    ///
    /// # Errors
    /// [`TransactionFailure`].
    pub fn init(self, timeout: Duration) -> Result<(), TransactionFailure> {
        // SAFETY: the producer is alive (see `of`).
        check("init_transactions", unsafe { sys::rd_kafka_init_transactions(self.0, ms(timeout)) })
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`TransactionFailure`].
    pub fn begin(self) -> Result<(), TransactionFailure> {
        // SAFETY: the producer is alive (see `of`).
        check("begin_transaction", unsafe { sys::rd_kafka_begin_transaction(self.0) })
    }

    /// Waits until everything produced is acknowledged or was reported as failed, and the reports are served; `false`
    /// where the time ran out first.
    pub fn flush(self, timeout: Duration) -> bool {
        // SAFETY: the producer is alive (see `of`); a thread of its own serves its reports.
        unsafe {
            sys::rd_kafka_flush(self.0, ms(timeout))
                == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Puts the offsets of one group into the transaction.
    ///
    /// # Errors
    /// [`TransactionFailure`].
    pub fn send_offsets(
        self,
        offsets: &[NextOffset<'_>],
        membership: &Membership,
        timeout: Duration,
    ) -> Result<(), TransactionFailure> {
        // SAFETY: the list is ours from creation to destruction, the topic names are copied by the call, and an added
        // element is valid until the next addition.
        check("send_offsets_to_transaction", unsafe {
            let list = sys::rd_kafka_topic_partition_list_new(c_int(offsets.len()));
            for next in offsets {
                let topic = CString::new(next.topic).unwrap_or_default();
                let element =
                    sys::rd_kafka_topic_partition_list_add(list, topic.as_ptr(), next.partition);
                (*element).offset = next.offset;
            }
            let error =
                sys::rd_kafka_send_offsets_to_transaction(self.0, list, membership.0, ms(timeout));
            sys::rd_kafka_topic_partition_list_destroy(list);
            error
        })
    }

    /// Commits.
    ///
    /// # Errors
    /// [`TransactionFailure`]; after a `Retriable` one the outcome is open until the same call has answered.
    pub fn commit(self, timeout: Duration) -> Result<(), TransactionFailure> {
        // SAFETY: the producer is alive (see `of`).
        check("commit_transaction", unsafe {
            sys::rd_kafka_commit_transaction(self.0, ms(timeout))
        })
    }

    /// Aborts.
    ///
    /// # Errors
    /// [`TransactionFailure`].
    pub fn abort(self, timeout: Duration) -> Result<(), TransactionFailure> {
        // SAFETY: the producer is alive (see `of`).
        check("abort_transaction", unsafe { sys::rd_kafka_abort_transaction(self.0, ms(timeout)) })
    }
}

/// A topic whose records a producer sends as they are, whatever its compression. To be dropped before the producer.
pub struct Uncompressed(*mut sys::rd_kafka_topic_t);

impl Uncompressed {
    /// For as long as this lives: librdkafka sends to a topic by the settings of whoever named it first.
    ///
    /// # Errors
    /// librdkafka's reason.
    pub fn new<C: ProducerContext + 'static>(
        producer: &ThreadedProducer<C>,
        topic: &str,
    ) -> KafkaResult<Self> {
        let name = CString::new(topic)?;
        let (key, value) = (c"compression.codec", c"none");
        // SAFETY: the producer is alive; the settings are ours until the topic takes them, and destroyed where it does not.
        unsafe {
            let client = producer.client().native_ptr();
            let settings = sys::rd_kafka_default_topic_conf_dup(client);
            let set = sys::rd_kafka_topic_conf_set(
                settings,
                key.as_ptr(),
                value.as_ptr(),
                std::ptr::null_mut(),
                0,
            );
            debug_assert_eq!(set, sys::rd_kafka_conf_res_t::RD_KAFKA_CONF_OK);
            let topic = sys::rd_kafka_topic_new(client, name.as_ptr(), settings);
            if topic.is_null() {
                sys::rd_kafka_topic_conf_destroy(settings);
                return Err(KafkaError::ClientCreation(name.to_string_lossy().into_owned()));
            }
            Ok(Self(topic))
        }
    }
}

impl Drop for Uncompressed {
    fn drop(&mut self) {
        // SAFETY: made by rd_kafka_topic_new and destroyed only here, before its producer.
        unsafe { sys::rd_kafka_topic_destroy(self.0) }
    }
}

/// Where the log of a partition begins and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownLog {
    /// The least offset that it still has; `None` while it is not known.
    pub start: Option<i64>,
    /// The offset after the last.
    pub end: i64,
}

/// The log of a partition as the consumer last heard of it, without asking the broker; `None` while it knows no end.
pub fn known_log<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partition: i32,
) -> Option<KnownLog> {
    let topic = CString::new(topic).ok()?;
    let (mut low, mut high) = (-1, -1);
    // SAFETY: the consumer is alive; both out-parameters are ours.
    let error = unsafe {
        sys::rd_kafka_get_watermark_offsets(
            consumer.client().native_ptr(),
            topic.as_ptr(),
            partition,
            &raw mut low,
            &raw mut high,
        )
    };
    (error == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0)
        .then(|| KnownLog { start: (low >= 0).then_some(low), end: high })
}

/// A Kafka that librdkafka plays on ports of this machine: topics and groups for `demo`. It keeps no transactions: what
/// was aborted is visible and offsets sent to a transaction are lost (kafka-client §2), so it proves no exactly-once.
pub struct MockBroker {
    cluster: *mut sys::rd_kafka_mock_cluster_t,
    /// The client that plays it; dropped after the cluster.
    _host: BaseProducer,
}

impl MockBroker {
    /// One broker. A group waits so long for further members before it hands out partitions.
    ///
    /// # Errors
    /// librdkafka's reason.
    pub fn start(group_delay: Duration) -> KafkaResult<Self> {
        let host: BaseProducer = ClientConfig::new().create()?;
        // SAFETY: the handle is alive, and lives in the result for as long as the cluster does.
        let cluster = unsafe { sys::rd_kafka_mock_cluster_new(host.client().native_ptr(), 1) };
        if cluster.is_null() {
            return Err(KafkaError::MockCluster(RDKafkaErrorCode::Fail));
        }
        // SAFETY: the cluster is alive.
        unsafe { sys::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, ms(group_delay)) };
        Ok(Self { cluster, _host: host })
    }

    /// Where clients find it: host and port.
    #[must_use]
    pub fn bootstrap_servers(&self) -> String {
        // SAFETY: the cluster is alive, and the string belongs to it.
        let servers =
            unsafe { CStr::from_ptr(sys::rd_kafka_mock_cluster_bootstraps(self.cluster)) };
        servers.to_str().unwrap_or_default().to_owned()
    }

    /// Makes a topic.
    ///
    /// # Errors
    /// librdkafka's reason.
    pub fn create_topic(&self, name: &str, partitions: i32) -> KafkaResult<()> {
        let name = CString::new(name)?;
        // SAFETY: the cluster and the name are alive.
        let code =
            unsafe { sys::rd_kafka_mock_topic_create(self.cluster, name.as_ptr(), partitions, 1) };
        if code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
            Ok(())
        } else {
            Err(KafkaError::MockCluster(code.into()))
        }
    }
}

impl Drop for MockBroker {
    fn drop(&mut self) {
        // SAFETY: made by rd_kafka_mock_cluster_new and destroyed only here, before its host.
        unsafe { sys::rd_kafka_mock_cluster_destroy(self.cluster) }
    }
}

/// Gives a client a token of its user, or tells it why there is none.
pub fn give_token<C: ClientContext>(client: &Client<C>, token: Result<&OAuthToken, &str>) {
    let given = match token {
        Ok(token) => set_token(client, token),
        Err(why) => Err(why.to_owned()),
    };
    if let Err(why) = given {
        let why = CString::new(why).unwrap_or_default();
        // SAFETY: the client and the text are alive.
        unsafe { sys::rd_kafka_oauthbearer_set_token_failure(client.native_ptr(), why.as_ptr()) };
    }
}

fn set_token<C: ClientContext>(client: &Client<C>, token: &OAuthToken) -> Result<(), String> {
    let text = |text: &str| CString::new(text).map_err(|error| error.to_string());
    let (value, principal) = (text(&token.token)?, text(&token.principal_name)?);
    let mut said = [0; 512];
    // SAFETY: the client, the texts and the buffer are alive; there are no extensions.
    let code = unsafe {
        sys::rd_kafka_oauthbearer_set_token(
            client.native_ptr(),
            value.as_ptr(),
            token.lifetime_ms,
            principal.as_ptr(),
            std::ptr::null_mut(),
            0,
            said.as_mut_ptr(),
            said.len(),
        )
    };
    if code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        return Ok(());
    }
    // SAFETY: what librdkafka writes ends with a NUL within the buffer.
    let said = unsafe { CStr::from_ptr(said.as_ptr()) };
    Err(said.to_string_lossy().into_owned())
}

fn check(call: &'static str, error: *mut sys::rd_kafka_error_t) -> Result<(), TransactionFailure> {
    use sys::rd_kafka_resp_err_t as code;
    if error.is_null() {
        return Ok(());
    }
    // SAFETY: a non-null error is ours, and is destroyed once, after its last use.
    unsafe {
        let kind = if sys::rd_kafka_error_is_fatal(error) != 0 {
            FailureKind::Fatal
        } else if sys::rd_kafka_error_txn_requires_abort(error) != 0 {
            FailureKind::Abortable
        } else if sys::rd_kafka_error_is_retriable(error) != 0 {
            FailureKind::Retriable
        } else {
            FailureKind::Fatal
        };
        let fenced = matches!(
            sys::rd_kafka_error_code(error),
            code::RD_KAFKA_RESP_ERR__FENCED
                | code::RD_KAFKA_RESP_ERR_PRODUCER_FENCED
                | code::RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH
        );
        let text = CStr::from_ptr(sys::rd_kafka_error_string(error));
        let message = text.to_str().unwrap_or("an error whose text is not UTF-8").to_owned();
        sys::rd_kafka_error_destroy(error);
        Err(TransactionFailure { call, kind, fenced, message })
    }
}

fn ms(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}

fn c_int(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
