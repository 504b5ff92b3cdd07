//! The status page in a real browser: Debian's Chromium, driven by ChromeDriver. Where that is not there the test says
//! loudly that it is skipped. Pictures of what it saw are left in the target folder, to be looked at.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of a test: they end it at the first thing that goes wrong, and say what was skipped"
)]

mod webdriver;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use webdriver::Browser;

const LIMIT: Duration = Duration::from_secs(60);

/// `newsmill demo --keep`, until it is dropped.
struct Demo {
    process: Child,
    url: String,
}

impl Demo {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_newsmill"));
        let mut process =
            command.args(["demo", "--keep"]).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut said = BufReader::new(process.stdout.take().expect("piped")).lines();
        let url = said.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            Some(format!("http://{}/", rest.split_once('/')?.0))
        });
        std::thread::spawn(move || said.for_each(drop));
        Self { process, url: url.expect("the demo names its address") }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Waits until a piece of JavaScript is true.
fn wait_for(browser: &Browser, what: &str, script: &str) {
    let deadline = Instant::now() + LIMIT;
    while browser.run(script, &[]) != Value::Bool(true) {
        assert!(Instant::now() < deadline, "{what}: not within {LIMIT:?}");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

fn explain(browser: &Browser, page: &str) {
    let paste = "document.getElementById('lines').replaceChildren(); \
                 document.getElementById('page').value = arguments[0]; \
                 document.getElementById('explain').click();";
    drop(browser.run(paste, &[page]));
    wait_for(browser, "an explanation", "return document.querySelectorAll('#lines li').length > 0");
}

/// Tables that have to be pushed aside to be read, with the partitions each by itself.
const HIDDEN_BY_WIDTH: &str = "document.getElementById('each').open = true; \
     return [...document.querySelectorAll('.wide')].filter(it => it.scrollWidth > it.clientWidth)\
     .map(it => it.textContent)";

fn keep_picture(browser: &Browser, name: &str) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("status-{name}.png"));
    let mut decode = Command::new("base64")
        .arg("--decode")
        .stdin(Stdio::piped())
        .stdout(fs::File::create(&path).expect("our own folder"))
        .spawn()
        .expect("coreutils");
    let mut words = decode.stdin.take().expect("piped");
    words.write_all(browser.screenshot().as_bytes()).expect("it reads");
    drop(words);
    assert!(decode.wait().expect("ours").success());
    println!("{name}: {}", path.display());
}

#[test]
fn the_status_page_shows_what_runs_and_explains_a_pasted_page_in_light_and_dark_wide_and_narrow() {
    let Some(browser) = Browser::start() else {
        println!(
            "SKIPPED: no chromedriver (Debian: chromium-driver), so the status page met no browser"
        );
        return;
    };
    let demo = Demo::start();
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pages/seed.txt"))
        .expect("the seed page");
    let mut backgrounds = Vec::new();
    for (scheme, width) in [("light", 1_280), ("dark", 1_280), ("light", 390), ("dark", 390)] {
        browser.look(width, 900, scheme);
        browser.go(&demo.url);
        wait_for(
            &browser,
            "a running process with its partitions",
            "return document.getElementById('state').textContent === 'running' && \
             document.querySelectorAll('#topics tr').length >= 2 && \
             document.querySelectorAll('#partitions tr').length >= 8 && \
             document.querySelectorAll('#dead tr').length === 2",
        );
        explain(&browser, &page);
        let first = browser.run(
            "const words = document.querySelector('#lines .words'); \
             return [words.matches(':dir(rtl)'), document.querySelector('#lines .part').textContent]",
            &[],
        );
        assert_eq!(
            first,
            serde_json::json!([true, "headline"]),
            "the Arabic headline reads from the right"
        );
        let fits =
            "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        assert_eq!(browser.run(fits, &[]), Value::Bool(true), "{width} pixels are wide enough");
        assert_eq!(browser.run(HIDDEN_BY_WIDTH, &[]), serde_json::json!([]), "of {width} pixels");
        backgrounds
            .push(browser.run("return getComputedStyle(document.body).backgroundColor", &[]));
        keep_picture(&browser, &format!("{scheme}-{width}"));
    }
    assert_eq!(backgrounds[0], backgrounds[2]);
    assert_ne!(backgrounds[0], backgrounds[1], "dark is dark");
    // That the process was not ready at first is no fault of the page.
    let mut complaints = browser.complaints();
    complaints.retain(|complaint| complaint["source"] != "network");
    assert_eq!(complaints, Vec::<Value>::new());
}

#[test]
fn what_a_page_says_is_shown_as_words_and_never_run() {
    let Some(browser) = Browser::start() else {
        println!(
            "SKIPPED: no chromedriver (Debian: chromium-driver), so the status page met no browser"
        );
        return;
    };
    let demo = Demo::start();
    browser.go(&demo.url);
    explain(
        &browser,
        "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>\nA second line.",
    );
    let made = "return document.querySelectorAll('#lines img, #lines script, #record img').length";
    assert_eq!(browser.run(made, &[]), Value::from(0));
    assert_ne!(browser.run("return document.title", &[]), Value::from("run"));
}
