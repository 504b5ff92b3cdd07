//! Serves `/metrics`, `/livez`, `/readyz`, `/startupz` and `/healthz`, and the status page at `/`, from a thread of its own:
//! whatever engines do, it answers. Nothing that is served changes anything.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::{Semaphore, oneshot};

use super::health::{Health, Probe, Verdict};
use super::metrics::Metrics;
use super::status::Status;

/// Prometheus' text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

const JSON: &str = "application/json";

/// The status page: one file that asks the paths beside it.
const STATUS_PAGE: &str = include_str!("status.html");

/// The page runs its own script and styles, asks this server alone, and stands in no other page.
const STATUS_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; \
                             connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Bytes of a page that may be pasted: a newspaper page has some ten thousand.
const PASTED_BYTES: usize = 1 << 20;

/// Explains a pasted page, as JSON; the error is for the person who pasted it.
pub type Explainer = Arc<dyn Fn(&[u8]) -> Result<String, String> + Send + Sync>;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What is served.
#[derive(Clone)]
pub struct Served {
    /// At `/metrics`.
    pub metrics: Arc<Metrics>,
    /// At `/livez`, `/readyz`, `/startupz` and `/healthz`.
    pub health: Arc<Health>,
    /// At `/status.json`.
    pub status: Arc<Status>,
    /// At `/explain`.
    pub explain: Explainer,
}

impl Server {
    /// Begins to serve.
    ///
    /// # Errors
    /// The address is taken or not ours, or there is no thread.
    pub fn start(listen: SocketAddr, served: Served) -> io::Result<Self> {
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("http".to_owned()).spawn(move || {
            if let Err(error) = runtime.block_on(serve(listener, served, stopped)) {
                tracing::error!(event = "http_ended", %error);
            }
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Dropping the sender is the word to stop.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

async fn serve(
    listener: TcpListener,
    served: Served,
    stopped: oneshot::Receiver<()>,
) -> io::Result<()> {
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/livez", get(async |served| probe(served, Probe::Live)))
        .route("/readyz", get(async |served| probe(served, Probe::Ready)))
        .route("/startupz", get(async |served| probe(served, Probe::Startup)))
        .route("/healthz", get(healthz))
        .route("/", get(status_page))
        .route("/status.json", get(status_json))
        .route("/explain", post(explain))
        .layer(DefaultBodyLimit::max(PASTED_BYTES))
        .with_state(served);
    let server = axum::serve(tokio::net::TcpListener::from_std(listener)?, router);
    // Not graceful: a scraper that keeps its connection open must not hold up the end of the process.
    tokio::select! {
        ended = server => ended,
        _ = stopped => Ok(()),
    }
}

async fn metrics(State(served): State<Served>) -> Response {
    served.metrics.process.looked_at(&served.health);
    match served.metrics.encode() {
        Ok(text) => ([(header::CONTENT_TYPE, TEXT_FORMAT)], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn probe(State(served): State<Served>, probe: Probe) -> Response {
    let verdict = served.health.verdict(probe);
    (status(verdict.is_ok()), verdict.text()).into_response()
}

/// All probes at once; `?verbose` says each check, and without it only whether all is well.
async fn healthz(State(served): State<Served>, uri: Uri) -> Response {
    let verdicts = Probe::ALL.map(|probe| (probe, served.health.verdict(probe)));
    let is_ok = verdicts.iter().all(|(_, verdict)| verdict.is_ok());
    let text: String = if uri.query().is_some_and(|query| query.contains("verbose")) {
        let of_probe = |(probe, verdict): &(Probe, Verdict)| {
            let lines = verdict.text();
            lines.lines().map(|line| format!("{} {line}\n", probe.name())).collect::<String>()
        };
        verdicts.iter().map(of_probe).collect()
    } else {
        String::from(if is_ok { "ok\n" } else { "failed\n" })
    };
    (status(is_ok), text).into_response()
}

async fn status_page() -> Response {
    ([(header::CONTENT_SECURITY_POLICY, STATUS_POLICY)], Html(STATUS_PAGE)).into_response()
}

async fn status_json(State(served): State<Served>) -> Response {
    match served.status.json() {
        Ok(json) => ([(header::CONTENT_TYPE, JSON)], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// One page at a time, away from the thread that serves: the probes answer meanwhile.
async fn explain(State(served): State<Served>, page: Bytes) -> Response {
    static TURN: Semaphore = Semaphore::const_new(1);
    let Ok(_turn) = TURN.acquire().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let (tell, told) = oneshot::channel();
    let explain = move || drop(tell.send((served.explain)(&page)));
    if let Err(error) = std::thread::Builder::new().name("explain".to_owned()).spawn(explain) {
        return (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response();
    }
    match told.await {
        Ok(Ok(json)) => ([(header::CONTENT_TYPE, JSON)], json).into_response(),
        Ok(Err(why)) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
        Err(_panicked) => (StatusCode::INTERNAL_SERVER_ERROR, "a bug: see the log").into_response(),
    }
}

fn status(is_ok: bool) -> StatusCode {
    if is_ok { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::time::Duration;

    use super::*;
    use crate::telemetry::health;
    use crate::telemetry::metrics::Watching;
    use crate::telemetry::status::Identity;

    fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn post(address: SocketAddr, path: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        )
        .unwrap();
        // The server may answer, and close, before it has read all of it.
        drop(stream.write_all(body));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        String::from_utf8(answer).unwrap()
    }

    #[test]
    fn metrics_and_health_are_served_until_the_server_is_dropped() {
        let limits = health::Limits {
            poll_stall: Duration::from_secs(9),
            rebalance_grace: Duration::ZERO,
            broker_grace: Duration::ZERO,
        };
        let health = Arc::new(Health::new(1, limits));
        let metrics = Arc::new(Metrics::new(&Watching::default()).unwrap());
        let served = Served {
            metrics,
            health: Arc::clone(&health),
            status: Arc::new(Status::new(Identity::default())),
            explain: Arc::new(|page| match page {
                b"bad" => Err("no page".to_owned()),
                page => Ok(format!("{{\"bytes\":{}}}", page.len())),
            }),
        };
        let server = Server::start(([127, 0, 0, 1], 0).into(), served).unwrap();
        let address = server.address();
        let said = get(address, "/metrics");
        assert!(said.starts_with("HTTP/1.1 200") && said.contains("newsmill_build_info"), "{said}");
        assert!(get(address, "/livez").starts_with("HTTP/1.1 200"));
        let said = get(address, "/readyz");
        assert!(
            said.starts_with("HTTP/1.1 503") && said.contains("state failed: starting"),
            "{said}"
        );
        assert!(get(address, "/startupz").starts_with("HTTP/1.1 503"));
        assert!(get(address, "/healthz").ends_with("failed\n"));
        let unready = "newsmill_health{check=\"state\",probe=\"ready\"} 0";
        assert!(get(address, "/metrics").contains(unready));
        health.state(0, health::State::Running);
        assert!(get(address, "/readyz").starts_with("HTTP/1.1 200"));
        let said = get(address, "/healthz?verbose");
        assert!(said.starts_with("HTTP/1.1 200"), "{said}");
        for line in [
            "live engines ok: 0 of 1 failed",
            "ready brokers ok: no complaint",
            "startup started ok: has run",
        ] {
            assert!(said.contains(line), "{line} in {said}");
        }
        assert!(get(address, "/status.json").contains("\"dead_letters\":[]"));
        let page = get(address, "/");
        assert!(page.contains("content-security-policy") && page.contains("<!doctype html>"));
        let pasted = post(address, "/explain", &[b'a'; 9_000]);
        assert!(pasted.ends_with("{\"bytes\":9000}"), "{pasted}");
        assert!(post(address, "/explain", b"bad").starts_with("HTTP/1.1 422"));
        assert!(
            post(address, "/explain", &vec![b'a'; PASTED_BYTES + 1]).starts_with("HTTP/1.1 413")
        );
        assert!(get(address, "/explain").starts_with("HTTP/1.1 405"));
        let only_read =
            ["/", "/metrics", "/livez", "/readyz", "/startupz", "/healthz", "/status.json"];
        for path in only_read {
            assert!(post(address, path, b"").starts_with("HTTP/1.1 405"), "{path}");
        }
        let headers = |count: usize| format!("/livez HTTP/1.1{}\r\nX:", "\r\nX: y".repeat(count));
        assert!(get(address, &headers(90)).starts_with("HTTP/1.1 200"));
        assert!(get(address, &headers(100)).starts_with("HTTP/1.1 431"));
        assert!(get(address, "/elsewhere").starts_with("HTTP/1.1 404"));
        drop(server);
        assert!(TcpStream::connect(address).is_err());
    }
}
