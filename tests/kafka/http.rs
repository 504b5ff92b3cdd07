//! As much of an HTTP client as a test needs.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// The answer to a GET, the status line first; `None` where nobody answers.
pub fn get(address: &str, path: &str) -> Option<String> {
    ask(address, &format!("GET {path} HTTP/1.0\r\nHost: test\r\n\r\n"))
}

/// The answer to a POST of JSON, likewise.
pub fn post(address: &str, path: &str, json: &str) -> Option<String> {
    let head = format!("POST {path} HTTP/1.0\r\nHost: test\r\nContent-Type: application/json");
    ask(address, &format!("{head}\r\nContent-Length: {}\r\n\r\n{json}", json.len()))
}

/// Version 1.0, so that the answer is whole and ends with the connection.
fn ask(address: &str, request: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
