//! Spans for OpenTelemetry, where a collector is set: of each transaction that pages brought traces to one, which links to
//! those traces (the messaging conventions' batch). OTLP as JSON over HTTP; what the collector does not take is dropped and
//! counted, and nothing waits for it.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail};
use crossbeam_channel::{Receiver, Sender, bounded};
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

use crate::config::Collector;

/// Spans that wait to be sent, at most.
const WAITING: usize = 4_096;
/// Spans of one request, at most …
const BATCH: usize = 256;
/// … and how long it waits for more.
const GATHER: Duration = Duration::from_secs(2);
/// How long the collector has to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// OTLP's number of the kind CONSUMER.
const CONSUMER: u32 = 5;

static DROPPED: AtomicU64 = AtomicU64::new(0);

/// How many spans were dropped since the process began.
#[must_use]
pub fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// What all spans of a process say.
#[derive(Debug, Clone)]
pub struct Source {
    /// The application.
    pub app: String,
    /// The process.
    pub instance: String,
    /// The topic of the pages.
    pub topic: String,
    /// The consumer group that reads them.
    pub group: String,
}

/// A transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// When it began, in nanoseconds since 1970.
    pub began_ns: u64,
    /// When it was committed.
    pub ended_ns: u64,
    /// Input records that it covers.
    pub records: u64,
    /// The headers `traceparent` of its pages.
    pub traces: Vec<String>,
}

/// Takes spans, and sends them from a thread of its own.
#[derive(Debug, Clone)]
pub struct Spans(Sender<Span>);

impl Spans {
    /// Begins to send.
    ///
    /// # Errors
    /// There is no thread.
    pub fn start(collector: Collector, source: Source) -> std::io::Result<Self> {
        let (give, take) = bounded(WAITING);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let send = move || {
            while let Some(spans) = gather(&take) {
                let body = request(&source, &spans).to_string();
                if let Err(error) = runtime.block_on(post(&collector, body)) {
                    DROPPED.fetch_add(spans.len() as u64, Ordering::Relaxed);
                    tracing::warn!(event = "spans_dropped", spans = spans.len(), %error);
                }
            }
        };
        std::thread::Builder::new().name("spans".to_owned()).spawn(send)?;
        Ok(Self(give))
    }

    /// A transaction was committed.
    pub fn committed(&self, span: Span) {
        if self.0.try_send(span).is_err() {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The next spans to be sent together; `None` when no more will come.
fn gather(take: &Receiver<Span>) -> Option<Vec<Span>> {
    let mut spans = vec![take.recv().ok()?];
    let until = std::time::Instant::now() + GATHER;
    while spans.len() < BATCH
        && let Ok(span) = take.recv_deadline(until)
    {
        spans.push(span);
    }
    Some(spans)
}

async fn post(collector: &Collector, body: String) -> anyhow::Result<()> {
    let asked = async {
        let address = (collector.host.as_str(), collector.port);
        let stream = tokio::net::TcpStream::connect(address).await.context("no connection")?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let request = Request::post("/v1/traces")
            .header(HOST, format!("{}:{}", collector.host, collector.port))
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(Bytes::from(body)))?;
        let mut answer = pin!(sender.send_request(request));
        let status = tokio::select! {
            answered = &mut answer => answered?.status(),
            // What has ended may have brought the answer before.
            _ = connection => answer.await?.status(),
        };
        if !status.is_success() {
            bail!("the collector says {status}");
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, asked).await.context("no answer")?
}

/// An `ExportTraceServiceRequest` of OTLP 1, as JSON: ids are hex digits, 64-bit numbers texts.
fn request(source: &Source, spans: &[Span]) -> Value {
    let text = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let resource = [
        text("service.name", "newsmill"),
        text("service.namespace", &source.app),
        text("service.instance.id", &source.instance),
        text("service.version", env!("CARGO_PKG_VERSION")),
    ];
    let common = [
        text("messaging.system", "kafka"),
        text("messaging.operation.name", "process"),
        text("messaging.operation.type", "process"),
        text("messaging.destination.name", &source.topic),
        text("messaging.consumer.group.name", &source.group),
    ];
    let span = |span: &Span| {
        let id = blake3::hash(format!("{} {span:?}", source.instance).as_bytes()).to_hex();
        let (trace_id, rest) = id.split_at(32);
        let (span_id, _) = rest.split_at(16);
        let links: Vec<Value> = span.traces.iter().filter_map(|trace| link(trace)).collect();
        let count = span.records.to_string();
        let count = json!({"key": "messaging.batch.message_count", "value": {"intValue": count}});
        let attributes: Vec<&Value> = common.iter().chain([&count]).collect();
        json!({
            "traceId": trace_id,
            "spanId": span_id,
            "name": format!("process {}", source.topic),
            "kind": CONSUMER,
            "startTimeUnixNano": span.began_ns.to_string(),
            "endTimeUnixNano": span.ended_ns.to_string(),
            "attributes": attributes,
            "links": links,
        })
    };
    let spans: Vec<Value> = spans.iter().map(span).collect();
    json!({"resourceSpans": [{
        "resource": {"attributes": resource},
        "scopeSpans": [{"scope": {"name": "newsmill"}, "spans": spans}],
    }]})
}

/// A link to what a `traceparent` names (W3C Trace Context, 3.2): `00-<trace>-<span>-<flags>`.
fn link(trace: &str) -> Option<Value> {
    let parts: Vec<&str> = trace.trim().split('-').collect();
    let [_, trace_id, span_id, _, ..] = *parts.as_slice() else { return None };
    let is_id = |id: &str, digits: usize| {
        let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        id.len() == digits && id.chars().all(is_hex) && id.chars().any(|c| c != '0')
    };
    (is_id(trace_id, 32) && is_id(span_id, 16))
        .then(|| json!({"traceId": trace_id, "spanId": span_id}))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_transaction_is_a_consumers_span_that_links_to_the_traces_of_its_pages() {
        let text = |text: &str| text.to_owned();
        let (app, instance) = (text("news"), text("newsmill-0"));
        let (topic, group) = (text("articles.raw"), text("newsmill.news.parse"));
        let source = Source { app, instance, topic, group };
        let traces = vec![text(TRACE), text("no trace"), text("00-0-0-00")];
        let span = Span { began_ns: 1, ended_ns: 2_000_000_000, records: 7, traces };
        let request = request(&source, &[span.clone(), Span { began_ns: 2, ..span }]);
        let spans = &request["resourceSpans"][0]["scopeSpans"][0]["spans"];
        let first = &spans[0];
        assert_eq!(first["name"], "process articles.raw");
        assert_eq!((&first["kind"], &first["endTimeUnixNano"]), (&json!(5), &json!("2000000000")));
        let linked = json!([
            {"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7"}
        ]);
        assert_eq!(first["links"], linked, "and to nothing that is no trace");
        assert_eq!(first["traceId"].as_str().unwrap().len(), 32);
        assert_eq!(first["spanId"].as_str().unwrap().len(), 16);
        assert_ne!(first["spanId"], spans[1]["spanId"]);
    }
}
