//! What is made of the documented file: a page of the manual, and a JSON Schema for editors and checkers.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{DOCUMENTED, with_every_key};
use crate::config::environment;

/// `NEWSMILL_TEST_WRITE_DOCS=1 cargo test --lib config` writes both anew.
#[test]
fn what_is_made_of_the_documented_file_is_of_today() {
    let schema = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    for (name, expected) in
        [("docs/configuration.md", page()), ("docs/configuration.schema.json", schema)]
    {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if std::env::var_os("NEWSMILL_TEST_WRITE_DOCS").is_some() {
            std::fs::write(&file, &expected).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == expected, "{name} is old");
    }
}

/// The schema of a configuration file: every key, of the type that its documented value has.
fn schema() -> Value {
    let every_key = toml::from_str(&with_every_key()).unwrap();
    let mut schema = schema_of(&Value::Object(every_key), "", &comments());
    let about = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "newsmill.toml",
        "description": "Made from config/newsmill.toml. `newsmill check` says more: what values mean, and which go together.",
    });
    let Value::Object(about) = about else { unreachable!("it is written above") };
    schema.as_object_mut().unwrap().extend(about);
    schema
}

/// What a value of that path may be.
fn schema_of(value: &Value, path: &str, comments: &HashMap<String, String>) -> Value {
    let mut schema = match value {
        Value::Object(table) => {
            let of_key = |(key, value): (&String, &Value)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                (key.clone(), schema_of(value, &path, comments))
            };
            let properties: Map<_, _> = table.iter().map(of_key).collect();
            // Settings of the client library have names of its own.
            let others = match path {
                "kafka.client" => json!({ "type": ["string", "integer", "boolean"] }),
                _ => json!(false),
            };
            json!({ "type": "object", "properties": properties, "additionalProperties": others })
        }
        // A size is a number of bytes, or says its unit.
        Value::String(text) if text.ends_with("iB") => json!({ "type": ["integer", "string"] }),
        Value::String(_) => json!({ "type": "string" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number" }),
        Value::Number(_) => json!({ "type": "integer" }),
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Array(_) => json!({ "type": "array" }),
        Value::Null => json!({}),
    };
    if let Some(comment) = comments.get(path) {
        schema["description"] = json!(comment);
    }
    schema
}

/// What the documented file says above each key, by its path.
fn comments() -> HashMap<String, String> {
    let (mut comments, mut section, mut comment) = (HashMap::new(), String::new(), Vec::new());
    for line in DOCUMENTED.lines() {
        let key =
            line.trim_start_matches('#').split_once(" = ").filter(|_| !line.starts_with("# "));
        if let Some(name) = line.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            section = format!("{name}.");
        } else if let Some((key, _)) = key {
            let said = comment.join(" ");
            if !said.is_empty() {
                comments.insert(format!("{section}{}", key.trim_matches('"')), said);
            }
        } else if let Some(words) = line.strip_prefix('#') {
            comment.push(words.trim());
            continue;
        }
        comment.clear();
    }
    comments
}

/// The documented file as a page: a heading a section, a row a key.
fn page() -> String {
    let mut page =
        "<!-- Made from config/newsmill.toml: NEWSMILL_TEST_WRITE_DOCS=1 cargo test --lib config -->\n\
                    # Configuration\n"
            .to_owned();
    let (mut section, mut comment, mut in_table) = (String::new(), Vec::new(), false);
    for line in DOCUMENTED.lines().chain([""]) {
        let is_key = |line: &str| line.contains(" = ") && !line.starts_with("# ");
        if let Some(name) = line.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            section = format!("{name}.");
            page += &format!("\n## {name}\n");
            in_table = false;
            say(&mut page, &mut comment);
        } else if is_key(line) {
            let (key, value) = line.trim_start_matches('#').split_once(" = ").unwrap();
            let name = key.trim_matches('"');
            let key = format!("{section}{name}");
            let value =
                if line.starts_with('#') { "none".to_owned() } else { format!("`{value}`") };
            let variable = environment::variable(&format!("{section}{}", name.replace('.', "_")));
            if !in_table {
                page += "\n| key | default | variable | |\n|---|---|---|---|\n";
                in_table = true;
            }
            let words = comment.join(" ").replace('|', "\\|").replace('<', "&lt;");
            comment.clear();
            page += &format!("| `{key}` | {value} | `{variable}` | {words} |\n");
        } else if let Some(words) = line.strip_prefix('#') {
            comment.push(words.trim());
        } else {
            say(&mut page, &mut comment);
        }
    }
    let of_file = "A key that stands here with a # has no fixed default.";
    page.replace(of_file, "Where it says none there is no fixed default.")
}

/// What is said of a whole section, or of the file.
fn say(page: &mut String, comment: &mut Vec<&str>) {
    if !comment.is_empty() {
        let paragraphs = comment.split(|line| line.is_empty()).map(|lines| lines.join(" "));
        for paragraph in paragraphs.filter(|paragraph| !paragraph.is_empty()) {
            *page += &format!("\n{paragraph}\n");
        }
        comment.clear();
    }
}
