//! Spans at a collector: a page that brings a trace is linked to, one without makes none.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use serde_json::{Value, json};

use super::broker::shared;
use super::client::{self, Feed};
use super::fleet::Fleet;
use super::wait::wait_until;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// A collector that takes everything and hands on the bodies of its requests; and its address.
fn collector() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let (give, take) = channel();
    thread::spawn(move || {
        for sender in listener.incoming().flatten() {
            give.send(body(&sender)).unwrap_or(());
        }
    });
    (address, take)
}

fn body(mut sender: &TcpStream) -> Value {
    let mut asked = BufReader::new(sender);
    let mut line = String::new();
    asked.read_line(&mut line).expect("a request");
    assert!(line.starts_with("POST /v1/traces "), "{line}");
    let mut length = 0;
    while line.trim() != "" {
        line.clear();
        asked.read_line(&mut line).expect("a header");
        if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = bytes.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    asked.read_exact(&mut body).expect("as long as it says");
    sender.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").expect("it listens");
    serde_json::from_slice(&body).expect("JSON")
}

#[test]
fn a_transaction_of_pages_with_a_trace_is_a_span_at_the_collector_that_links_to_it() {
    let bootstrap = shared().bootstrap();
    let (address, spans) = collector();
    let mut fleet = Fleet::new(&bootstrap, "traced");
    let address: &'static str = Box::leak(address.into_boxed_str());
    fleet.environment = vec![("NEWSMILL__TRACES__ENDPOINT", address)];
    fleet.grow(1);
    let feed = Feed::new(&bootstrap);
    let page = b"A headline\n\nA paragraph that says more.";
    feed.send("traced.raw", 0, None, Some(page));
    feed.flush();
    wait_until("the page without a trace", Duration::from_secs(60), || {
        client::read_committed(&bootstrap, "traced.articles").len() == 1
    });
    let header = Header { key: "traceparent", value: Some(TRACE) };
    feed.send_with("traced.raw", 0, None, Some(page), OwnedHeaders::new().insert(header));
    feed.flush();
    let sent = spans.recv_timeout(Duration::from_secs(60)).expect("a span");
    let spans = &sent["resourceSpans"][0]["scopeSpans"][0]["spans"];
    assert_eq!(spans.as_array().map(Vec::len), Some(1), "{sent}");
    assert_eq!(spans[0]["name"], "process traced.raw");
    let [_, trace, span, _] = TRACE.split('-').collect::<Vec<_>>()[..] else { panic!("a trace") };
    assert_eq!(spans[0]["links"], json!([{ "traceId": trace, "spanId": span }]));
    let written = client::read_committed(&bootstrap, "traced.articles");
    assert_eq!(written[1].header("traceparent"), Some(TRACE), "it is passed on as it came");
}
