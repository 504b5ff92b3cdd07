//! Reads keys from the environment, else the file, else the default, and remembers what is wrong.
//!
//! Keys are named by their dotted path. A key becomes known by being read: what the file or the environment holds
//! beyond that is refused by [`Reader::finish`], which names the nearest known key.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::environment::{Environment, core, variable};
use super::error::{ConfigError, ConfigErrors, Place};
use super::value::{Secret, Value};

/// One key with its effective value, for `check` and the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The dotted path.
    pub key: String,
    /// The value as TOML; `None` where the key is not set and has no default. Secrets are hidden.
    pub value: Option<String>,
    /// Where it was set.
    pub place: Place,
}

struct Entry {
    text: Result<String, &'static str>,
    span: Range<usize>,
}

/// Reads keys; see the module.
pub(super) struct Reader<'a> {
    path: String,
    text: &'a str,
    /// The leaves of the file by dotted path.
    entries: BTreeMap<String, Entry>,
    /// Tables of the file that hold nothing.
    empty_tables: Vec<(String, Range<usize>)>,
    environment: &'a Environment,
    known: BTreeSet<&'static str>,
    maps: BTreeSet<&'static str>,
    settings: Vec<Setting>,
    /// Where the file is no TOML. What is read of such a file may be anything: it is not judged.
    syntax: Vec<ConfigError>,
    errors: Vec<ConfigError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(path: &Path, text: &'a str, environment: &'a Environment) -> Self {
        let (table, syntax) = DeTable::parse_recoverable(text);
        let mut reader = Self {
            path: path.display().to_string(),
            text,
            entries: BTreeMap::new(),
            empty_tables: Vec::new(),
            environment,
            known: BTreeSet::new(),
            maps: BTreeSet::new(),
            settings: Vec::new(),
            syntax: Vec::new(),
            errors: Vec::new(),
        };
        for error in syntax {
            let place = reader.line_of(&error.span().unwrap_or(0..0));
            reader.syntax.push(ConfigError { place, message: error.message().to_owned() });
        }
        reader.flatten("", table.get_ref());
        reader
    }

    /// A key with a default.
    pub(super) fn key<T: Value>(&mut self, key: &'static str, default: T) -> T {
        let read = self.optional(key);
        if let (None, Some(setting)) = (&read, self.settings.last_mut())
            && setting.key == key
            && setting.place == Place::Default
        {
            setting.value = Some(default.show());
        }
        read.unwrap_or(default)
    }

    /// A key that may be absent.
    pub(super) fn optional<T: Value>(&mut self, key: &'static str) -> Option<T> {
        self.known.insert(key);
        let Some((text, place)) = self.lookup(key) else {
            self.settings.push(Setting { key: key.to_owned(), value: None, place: Place::Default });
            return None;
        };
        match text.and_then(|text| T::parse(&text)) {
            Ok(value) => {
                self.settings.push(Setting {
                    key: key.to_owned(),
                    value: Some(value.show()),
                    place,
                });
                Some(value)
            }
            Err(message) => {
                self.errors.push(ConfigError { place, message: format!("{key} {message}") });
                None
            }
        }
    }

    /// A secret: from the environment, or from the file that `file_key` names; never from the configuration itself.
    pub(super) fn secret(&mut self, key: &'static str, file_key: &'static str) -> Option<Secret> {
        let from_file = self.optional::<PathBuf>(file_key);
        self.known.insert(key);
        match self.lookup(key) {
            Some((_, place @ Place::File { .. })) => {
                let name = variable(key);
                let message =
                    format!("{key} is a secret and may not stand here; use {file_key} or {name}");
                self.errors.push(ConfigError { place, message });
                None
            }
            Some((text, place)) => {
                self.settings.push(Setting {
                    key: key.to_owned(),
                    value: Some("\"***\"".to_owned()),
                    place,
                });
                text.ok().map(Secret::new)
            }
            None => match std::fs::read_to_string(from_file?) {
                Ok(text) => Some(Secret::new(text.trim_end_matches(['\r', '\n']))),
                Err(error) => {
                    self.refuse(file_key, format!("cannot be read: {error}"));
                    None
                }
            },
        }
    }

    /// Every entry below a table whose keys are free: (key, value). In the environment a dot of the key is `_`.
    pub(super) fn map(&mut self, table: &'static str) -> Vec<(String, String, Place)> {
        self.maps.insert(table);
        let in_file = |key: &String| Some(key.strip_prefix(table)?.strip_prefix('.')?.to_owned());
        let prefix = format!("{}__", variable(table));
        let mut found: BTreeMap<String, (Result<String, String>, Place)> = BTreeMap::new();
        for (key, entry) in &self.entries {
            if let Some(name) = in_file(key) {
                let text = entry.text.clone().map_err(str::to_owned);
                found.insert(name, (text, self.line_of(&entry.span)));
            }
        }
        for (name, text) in self.environment.iter() {
            if let Some(key) = name.strip_prefix(&prefix) {
                let key = key.to_ascii_lowercase().replace('_', ".");
                found.insert(key, (text.clone(), Place::Env(name.clone())));
            }
        }
        let mut read = Vec::new();
        for (key, (text, place)) in found {
            match text {
                Ok(text) => read.push((key, text, place)),
                Err(message) => {
                    self.errors
                        .push(ConfigError { place, message: format!("{table}.{key} {message}") });
                }
            }
        }
        read
    }

    /// Remembers an effective value that no single key holds.
    pub(super) fn note(&mut self, key: String, value: String, place: Place) {
        self.settings.push(Setting { key, value: Some(value), place });
    }

    /// Records what is wrong with a key that has been read.
    pub(super) fn refuse(&mut self, key: &str, message: impl AsRef<str>) {
        let place = self.lookup(key).map_or(Place::Default, |(_, place)| place);
        self.refuse_at(place, format!("{key} {}", message.as_ref()));
    }

    /// Records what is wrong at a place.
    pub(super) fn refuse_at(&mut self, place: Place, message: String) {
        self.errors.push(ConfigError { place, message });
    }

    /// Refuses what no key has read, and says how it went.
    pub(super) fn finish(mut self) -> Result<Vec<Setting>, ConfigErrors> {
        if !self.syntax.is_empty() {
            return Err(ConfigErrors(self.syntax));
        }
        let is_known = |key: &str| {
            self.known.contains(key)
                || self
                    .maps
                    .iter()
                    .any(|map| key.strip_prefix(map).is_some_and(|rest| rest.starts_with('.')))
        };
        let tables = self.known.iter().flat_map(|key| tables_of(key));
        let tables: BTreeSet<&str> = tables.chain(self.maps.iter().copied()).collect();
        let unknown_in_file =
            self.entries.iter().filter(|(key, _)| !is_known(key)).map(|(key, entry)| {
                let message = if tables.contains(key.as_str()) {
                    format!("{key} is a table: write [{key}], and its keys below it")
                } else {
                    unknown("key", key, self.known.iter().copied())
                };
                ConfigError { place: self.line_of(&entry.span), message }
            });
        let names: Vec<String> = self.known.iter().map(|key| variable(key)).collect();
        let maps: Vec<String> =
            self.maps.iter().map(|map| format!("{}__", variable(map))).collect();
        let unknown_in_environment = self
            .environment
            .iter()
            .map(|(name, _)| name)
            .filter(|name| !names.contains(name) && !maps.iter().any(|map| name.starts_with(map)))
            .map(|name| ConfigError {
                place: Place::Env(name.clone()),
                message: unknown_variable(name, &names, &maps),
            });
        let is_unknown_table = |entry: &&(String, Range<usize>)| {
            let (table, _) = entry;
            !tables.contains(table.as_str()) && !is_known(table)
        };
        let unknown_tables =
            self.empty_tables.iter().filter(is_unknown_table).map(|(table, span)| {
                let place = self.line_of(span);
                ConfigError { place, message: unknown("table", table, tables.iter().copied()) }
            });
        let unknown: Vec<ConfigError> =
            unknown_in_file.chain(unknown_tables).chain(unknown_in_environment).collect();
        self.errors.extend(unknown);
        self.errors.sort_by(|a, b| a.place.cmp(&b.place));
        if self.errors.is_empty() { Ok(self.settings) } else { Err(ConfigErrors(self.errors)) }
    }

    /// Takes the leaves of a table, and those of the tables in it.
    fn flatten(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            let text = match value.get_ref() {
                DeValue::Table(table) if table.is_empty() => {
                    self.empty_tables.push((path, key.span()));
                    continue;
                }
                DeValue::Table(table) => {
                    self.flatten(&path, table);
                    continue;
                }
                DeValue::String(text) => Ok(text.to_string()),
                DeValue::Integer(number) => Ok(number.to_string()),
                DeValue::Float(number) => Ok(number.to_string()),
                DeValue::Boolean(truth) => Ok(truth.to_string()),
                DeValue::Datetime(_) => Err("is a date; write a string or a number"),
                DeValue::Array(_) => Err("is a list; write a string or a number"),
            };
            self.entries.insert(path, Entry { text, span: key.span() });
        }
    }

    fn lookup(&self, key: &str) -> Option<(Result<String, String>, Place)> {
        let name = variable(key);
        if let Some(text) = self.environment.get(&name) {
            return Some((text.clone(), Place::Env(name)));
        }
        let entry = self.entries.get(key)?;
        Some((entry.text.clone().map_err(str::to_owned), self.line_of(&entry.span)))
    }

    fn line_of(&self, span: &Range<usize>) -> Place {
        let before = self.text.as_bytes().iter().take(span.start);
        let line = 1 + before.filter(|byte| **byte == b'\n').count();
        Place::File { path: self.path.clone(), line }
    }
}

/// From so much on one name may be meant by another, of 1 for the same.
const ALIKE: f64 = 0.7;

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str>) -> String {
    let likened = known.map(|known| (strsim::jaro_winkler(known, name), known));
    let nearest = likened.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(alike, _)| *alike >= ALIKE);
    let hint =
        nearest.map_or_else(String::new, |(_, nearest)| format!("; did you mean {nearest}?"));
    format!("unknown {what} {name}{hint}")
}

/// Names are likened without what all of them have, and whichever underscores are doubled.
fn unknown_variable(name: &str, names: &[String], maps: &[String]) -> String {
    let said = core(name);
    let of_map =
        maps.iter().find_map(|map| Some(format!("{map}{}", said.strip_prefix(&core(map))?)));
    let likened = names.iter().map(|known| (strsim::jaro_winkler(&core(known), &said), known));
    let nearest = likened.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(alike, _)| *alike >= ALIKE);
    match of_map.or_else(|| nearest.map(|(_, nearest)| nearest.clone())) {
        Some(meant) => format!("unknown variable; did you mean {meant}?"),
        None => "unknown variable; a key is written as NEWSMILL__SECTION__KEY".to_owned(),
    }
}

/// The tables that a key stands in: of `a.b.c` those are `a` and `a.b`.
fn tables_of(key: &str) -> impl Iterator<Item = &str> {
    key.match_indices('.').filter_map(|(at, _)| key.get(..at))
}
