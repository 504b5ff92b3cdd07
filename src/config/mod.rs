//! The configuration: one TOML file, the environment over it, defaults under it; validated whole before anything runs.
//!
//! A [`Config`] that exists is valid. config/newsmill.toml documents every key and holds the defaults; a test keeps the
//! two equal.

mod certificate;
mod dead_letter;
mod dedupe;
mod engine;
mod environment;
mod error;
mod kafka;
mod lines;
mod reader;
pub mod topics;
mod value;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use tracing_subscriber::filter::{LevelFilter, Targets};

pub use certificate::{CertificateKind, not_after};
pub use dead_letter::DeadLetter;
pub use dedupe::{Dedupe, Near};
pub use engine::Engine;
pub use environment::Environment;
pub use error::{ConfigError, ConfigErrors, Place};
pub use kafka::{Kafka, Mechanism, Proof, Sasl, SecurityProtocol, Tls};
pub use lines::{Lines, Starts};
pub use reader::Setting;
pub use topics::Topics;
pub use value::{Bytes, Collector, Listen, Secret, Traced, Value};

use crate::page::envelope::{EnvelopeFields, FieldPointers};

use reader::Reader;
use value::words;

/// Everything that can be set, valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Names the application in internal topics, groups and transactional ids.
    pub app: AppName,
    /// Names this process among the replicas; must be the same after a restart and no other's.
    pub instance: String,
    /// How to reach Kafka.
    pub kafka: Kafka,
    /// Names of topics.
    pub topics: Topics,
    /// How input records are read.
    pub input: Input,
    /// Threads, memory and times.
    pub engine: Engine,
    /// From when on a partition is held rather than emptied into the dead letters.
    pub dead_letter: DeadLetter,
    /// How long a story is remembered, and which stories count as one.
    pub dedupe: Dedupe,
    /// What pages learn from each other.
    pub lines: Lines,
    /// Where layouts come from.
    pub layouts: Layouts,
    /// Where HTTP listens; `None` is nowhere.
    pub http: Http,
    /// The section `[traces]`.
    pub traces: Traces,
    /// What is logged, and how.
    pub log: Log,
    /// A hash of every key in effect, without `instance` and secrets: replicas that do the same have the same.
    pub hash: String,
}

/// The name of the application: part of `newsmill.<app>.<stage>`, of group ids and of transactional ids. Another name is
/// another application, with a state of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppName(String);

/// The section `[input]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// What the message key means.
    pub key: InputKey,
    /// Where an envelope holds its fields.
    pub fields: EnvelopeFields,
    /// Bytes of the value of an input record, at most; a larger one is dead-lettered.
    pub max_page_bytes: usize,
}

words! {
    /// What the key of an input record means.
    InputKey {
        /// Nothing: the article is named by the envelope's URL, else its id, else its place.
        None = "none",
        /// The page's URL.
        Url = "url",
        /// The page's id.
        Id = "id",
    }
}

/// The section `[layouts]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layouts {
    /// A folder of layout files beside those that are built in; one of the same name stands in its place.
    pub dir: Option<PathBuf>,
}

/// The section `[http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Where metrics and health are served.
    pub listen: Listen,
}

/// The section `[traces]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    /// Where spans go.
    pub endpoint: Traced,
}

/// The section `[log]`.
#[derive(Debug, Clone)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// The least level that is logged, of each target.
    pub level: LogLevel,
}

words! {
    /// How log lines look.
    LogFormat {
        /// For people.
        Human = "human",
        /// One JSON object a line.
        Json = "json",
    }
}

/// A level, or directives as `info,rdkafka=debug`.
#[derive(Debug, Clone, PartialEq)]
pub struct LogLevel {
    text: String,
    /// The filter that it means.
    pub targets: Targets,
}

/// Eight times Kafka's default for the largest message: what a compressed one may hold, and an eighth of an engine's
/// budget, so that one page cannot fill it.
const MAX_PAGE_BYTES: Bytes = Bytes::mib(8);

impl Config {
    /// Reads and validates the configuration: the file, where there is one, and the environment over it.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place.
    pub fn load(path: Option<&Path>, environment: &Environment) -> Result<Self, ConfigErrors> {
        Self::load_with_settings(path, environment).map(|(config, _)| config)
    }

    /// As [`Config::load`], and each key with its effective value and where it was set.
    ///
    /// # Errors
    /// As there.
    pub fn load_with_settings(
        path: Option<&Path>,
        environment: &Environment,
    ) -> Result<(Self, Vec<Setting>), ConfigErrors> {
        let name = path.unwrap_or_else(|| Path::new("newsmill.toml"));
        let text = match path.map(std::fs::read_to_string) {
            None => String::new(),
            Some(Ok(text)) => text,
            Some(Err(error)) => {
                let place = Place::WholeFile(name.display().to_string());
                let message = format!("cannot be read: {error}");
                return Err(ConfigErrors(vec![ConfigError { place, message }]));
            }
        };
        Self::read(name, &text, environment)
    }

    fn read(
        path: &Path,
        text: &str,
        environment: &Environment,
    ) -> Result<(Self, Vec<Setting>), ConfigErrors> {
        let mut keys = Reader::new(path, text, environment);
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let app = keys.key("app", AppName("newsmill".to_owned()));
        let instance = read_instance(&mut keys);
        let kafka = Kafka::read(&mut keys, &instance);
        let topics = Topics::read(&mut keys, &app);
        let engine = Engine::read(&mut keys, cores);
        let input = Input::read(&mut keys, &engine);
        let dead_letter = DeadLetter::read(&mut keys);
        let dedupe = Dedupe::read(&mut keys);
        let lines = Lines::read(&mut keys);
        let layouts = Layouts { dir: keys.optional("layouts.dir") };
        if layouts.dir.as_ref().is_some_and(|dir| !dir.is_dir()) {
            keys.refuse(
                "layouts.dir",
                "is no folder; leave it out for the layouts that are built in",
            );
        }
        let traces = Traces { endpoint: keys.key("traces.endpoint", Traced(None)) };
        let http =
            Http { listen: keys.key("http.listen", Listen(Some(([0, 0, 0, 0], 9464).into()))) };
        let log = Log {
            format: keys.key("log.format", LogFormat::Human),
            level: keys.key("log.level", LogLevel::default()),
        };
        let settings = keys.finish()?;
        let config = Self {
            app,
            instance,
            kafka,
            topics,
            input,
            engine,
            dead_letter,
            dedupe,
            lines,
            layouts,
            http,
            traces,
            log,
            hash: hash(&settings),
        };
        Ok((config, settings))
    }
}

impl Input {
    fn read(keys: &mut Reader<'_>, engine: &Engine) -> Self {
        let input = Self {
            key: keys.key("input.key", InputKey::None),
            fields: read_fields(keys),
            max_page_bytes: keys.key("input.max_page_bytes", MAX_PAGE_BYTES).0,
        };
        let budget = engine.budget_of_an_engine();
        if input.max_page_bytes == 0 || input.max_page_bytes > budget / 2 {
            let half = Bytes(budget / 2);
            keys.refuse(
                "input.max_page_bytes",
                format!(
                    "must be above nought and at most {half}, half of an engine's part of engine.memory_budget; \
                     lower it or raise that"
                ),
            );
        }
        input
    }
}

/// Sixteen hex digits.
fn hash(settings: &[Setting]) -> String {
    let mut hasher = blake3::Hasher::new();
    for setting in settings.iter().filter(|setting| setting.key != "instance") {
        let value = setting.value.as_deref().unwrap_or_default();
        hasher.update(setting.key.as_bytes()).update(b"\0").update(value.as_bytes()).update(b"\0");
    }
    hasher.finalize().to_hex().chars().take(16).collect()
}

fn read_fields(keys: &mut Reader<'_>) -> EnvelopeFields {
    let mut pointer = |key, default: &str| keys.key(key, default.to_owned());
    let text = pointer("input.fields.text", "/text");
    let id = pointer("input.fields.id", "/id");
    let url = pointer("input.fields.url", "/url");
    let fetched_at = pointer("input.fields.fetched_at", "/fetched_at");
    let language = pointer("input.fields.language", "/language");
    let source = pointer("input.fields.source", "/source");
    let pointers = FieldPointers {
        text: Some(&text),
        id: Some(&id),
        url: Some(&url),
        fetched_at: Some(&fetched_at),
        language: Some(&language),
        source: Some(&source),
    };
    EnvelopeFields::new(&pointers).unwrap_or_else(|errors| {
        for error in errors {
            keys.refuse(
                &format!("input.fields.{}", error.field),
                format!("is no JSON pointer: {}", error.reason),
            );
        }
        EnvelopeFields::default()
    })
}

fn read_instance(keys: &mut Reader<'_>) -> String {
    let instance = keys.key("instance", host_name());
    if !is_name(&instance, |c| c.is_ascii_alphanumeric() || "._-".contains(c), 200) {
        keys.refuse(
            "instance",
            "may hold letters, digits, '.', '_' and '-', at most 200; set another",
        );
    }
    instance
}

fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_str().unwrap_or_default().to_owned();
    if name.is_empty() { "localhost".to_owned() } else { name }
}

fn is_name(text: &str, allowed: impl Fn(char) -> bool, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.chars().all(allowed)
}

impl AppName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for AppName {
    fn parse(text: &str) -> Result<Self, String> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if is_name(text, allowed, 40) {
            Ok(Self(text.to_owned()))
        } else {
            Err("may hold lower-case letters, digits and '-', 1 to 40 of them".to_owned())
        }
    }

    fn show(&self) -> String {
        value::quote(&self.0)
    }
}

impl Default for LogLevel {
    fn default() -> Self {
        let targets = Targets::new().with_default(tracing::Level::INFO);
        Self { text: "info".to_owned(), targets }
    }
}

impl Value for LogLevel {
    fn parse(text: &str) -> Result<Self, String> {
        let refused =
            "is no level; write error, warn, info, debug or trace, or \"info,librdkafka=debug\"";
        let mut general =
            text.split(',').map(str::trim).filter(|directive| !directive.contains('='));
        // By itself a word that is no level would be a target, and silence all others.
        if general.clone().any(|directive| directive.parse::<LevelFilter>().is_err()) {
            return Err(refused.to_owned());
        }
        let targets: Targets = text.parse().map_err(|_| refused)?;
        let is_general = general.next().is_some();
        let targets = if is_general { targets } else { targets.with_default(LevelFilter::INFO) };
        Ok(Self { text: text.to_owned(), targets })
    }

    fn show(&self) -> String {
        value::quote(&self.text)
    }
}

#[cfg(test)]
mod tests;
