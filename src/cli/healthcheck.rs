//! `healthcheck`: asks a running process whether it is alive, for a container without a shell.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::{ConfigArgs, Exit, Failure};

pub(super) const EXAMPLES: &str = "\
Examples:
  newsmill healthcheck                     is the process of this container alive?
  newsmill healthcheck --path /readyz      and ready?

It asks at http.listen of the same configuration. Exit code 0 where the answer is 200, else 1.";

/// How long the process has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(super) struct Healthcheck {
    #[command(flatten)]
    config: ConfigArgs,
    /// What to ask for
    #[arg(long, value_name = "PATH", default_value = "/livez", value_parser = a_path)]
    path: String,
}

impl Healthcheck {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let config = self.config.load()?;
        let Some(address) = config.http.listen.0 else {
            return Err(Exit::Config.because(anyhow!("http.listen is off: nobody to ask")));
        };
        let address = reachable(address);
        let answer = ask(address, &self.path)
            .with_context(|| {
                format!("no answer from {address}, where http.listen says that it serves")
            })
            .map_err(|error| Exit::Runtime.because(error))?;
        let status = answer.lines().next().unwrap_or_default();
        if status.split(' ').nth(1) == Some("200") {
            return Ok(());
        }
        Err(Exit::Runtime.because(anyhow!("{} says {status}", self.path)))
    }
}

fn a_path(text: &str) -> Result<String, &'static str> {
    let is_path = text.starts_with('/') && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_path { Ok(text.to_owned()) } else { Err("a path begins with a slash: /readyz") }
}

/// A process that listens everywhere is reached on the loop.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    address
}

fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(64 << 10).read_to_string(&mut answer)?;
    Ok(answer)
}
