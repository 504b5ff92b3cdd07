//! As much of a WebDriver client as one page needs (<https://www.w3.org/TR/webdriver2/>).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

/// A browser with one window. Both it and its driver end when it is dropped.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    /// The browser's own process, where the driver says.
    browser: Option<Pid>,
}

impl Browser {
    /// Starts Chromium; `None` where there is no ChromeDriver.
    pub fn start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let mut driver = command.spawn().ok()?;
        let mut said = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = said
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_suffix('.')?.rsplit_once("on port ")?.1.parse().ok());
        // Whatever else it says is read, so that it never waits for us.
        std::thread::spawn(move || said.for_each(drop));
        let port = port.expect("a driver that listens");
        let mut browser = Self { driver, port, session: String::new(), browser: None };
        // No sandbox: in a container root has none to give, and /dev/shm may be small there. No background networking:
        // tests talk to this machine alone.
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
        ];
        let options =
            json!({"goog:chromeOptions": {"args": args}, "goog:loggingPrefs": {"browser": "ALL"}});
        let made =
            browser.call("POST", "/session", &json!({"capabilities": {"alwaysMatch": options}}));
        browser.session = format!("/session/{}", made["sessionId"].as_str().expect("a session"));
        let process = made["capabilities"]["goog:processID"].as_i64();
        browser.browser = process.and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        Some(browser)
    }

    /// Goes to a page and waits until it is loaded.
    pub fn go(&self, url: &str) {
        drop(self.post("/url", &json!({"url": url})));
    }

    /// The size of the window, in CSS pixels, and what the person's system prefers: `light` or `dark`.
    pub fn look(&self, width: u32, height: u32, scheme: &str) {
        self.developer_tools(
            "Emulation.setDeviceMetricsOverride",
            &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
        );
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.developer_tools("Emulation.setEmulatedMedia", &json!({"features": [feature]}));
    }

    /// What a piece of JavaScript gives, with `args` as its `arguments`.
    pub fn run(&self, script: &str, args: &[&str]) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": args}))
    }

    /// The page as it looks from top to bottom: a PNG in base64.
    pub fn screenshot(&self) -> String {
        let params = json!({"captureBeyondViewport": true});
        let made = self.developer_tools("Page.captureScreenshot", &params);
        made["data"].as_str().expect("a picture").to_owned()
    }

    /// What the page has complained of on its console.
    pub fn complaints(&self) -> Vec<Value> {
        let log = self.post("/se/log", &json!({"type": "browser"}));
        log.as_array().expect("a list").clone()
    }

    fn developer_tools(&self, command: &str, params: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({"cmd": command, "params": params}))
    }

    /// Asks the driver to close its browser, and waits until it has.
    fn end_session(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let head = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        write!(stream, "DELETE {} {head}", self.session)?;
        stream.read_exact(&mut [0])
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("{}{path}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the driver listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket");
        let body = body.to_string();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("the driver reads");
        let mut answer: Value = serde_json::from_slice(&body_of(stream)).expect("JSON");
        let value = answer["value"].take();
        assert!(value.get("error").is_none(), "{path}: {value}");
        value
    }
}

impl Drop for Browser {
    /// Also when the test has failed: the driver, once killed, would leave its browser behind.
    fn drop(&mut self) {
        drop(self.end_session());
        drop(self.driver.kill());
        drop(self.driver.wait());
        if let Some(browser) = self.browser {
            // It has ended already, where the session did.
            kill(browser, Signal::SIGKILL).unwrap_or(());
        }
    }
}

/// The body of an answer; the driver leaves the connection open behind it.
fn body_of(stream: TcpStream) -> Vec<u8> {
    let mut answer = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        answer.read_line(&mut line).expect("the driver answers");
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(bytes) = line.strip_prefix("content-length:") {
            length = bytes.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body).expect("as long as it says");
    body
}
