//! Serves `/metrics`, `/livez`, `/readyz`, `/startupz` and `/healthz`, from a thread of its own: whatever engines do, it answers.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::oneshot;

use super::health::{Health, Probe, Verdict};
use super::metrics::Metrics;

/// Prometheus' text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone)]
struct Served {
    metrics: Arc<Metrics>,
    health: Arc<Health>,
}

impl Server {
    /// Begins to serve.
    ///
    /// # Errors
    /// The address is taken or not ours, or there is no thread.
    pub fn start(
        listen: SocketAddr,
        metrics: Arc<Metrics>,
        health: Arc<Health>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let (stop, stopped) = oneshot::channel();
        let served = Served { metrics, health };
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

    fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
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
        let server =
            Server::start(([127, 0, 0, 1], 0).into(), metrics, Arc::clone(&health)).unwrap();
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
        assert!(get(address, "/elsewhere").starts_with("HTTP/1.1 404"));
        drop(server);
        assert!(TcpStream::connect(address).is_err());
    }
}
