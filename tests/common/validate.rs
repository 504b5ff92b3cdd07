//! Holds a record against the JSON Schema that it names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use newsmill::record;
use serde_json::Value;

/// A validator a record type, by the name in its `schema` field.
static VALIDATORS: LazyLock<BTreeMap<&'static str, Validator>> = LazyLock::new(|| {
    let compile = |schema: &Value| {
        jsonschema::options().should_validate_formats(true).build(schema).expect("a schema of ours")
    };
    record::schemas().into_iter().map(|(name, schema)| (name, compile(schema.as_value()))).collect()
});

/// What is wrong with a record, one line a fault; empty where nothing is.
pub fn faults(record: &Value) -> Vec<String> {
    let Some(name) = record.get("schema").and_then(Value::as_str) else {
        return vec![format!("names no schema: {record}")];
    };
    let Some(validator) = VALIDATORS.get(name) else {
        return vec![format!("no schema is called {name:?}")];
    };
    let fault =
        |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
    validator.iter_errors(record).map(fault).collect()
}

/// Fails the test where a record is not what its schema says.
#[track_caller]
pub fn assert_valid(record: &Value) {
    let faults = faults(record);
    assert!(faults.is_empty(), "{}\nin {record:#}", faults.join("\n"));
}

/// The same for the bytes of a record as they stand on a topic.
#[track_caller]
#[allow(dead_code, reason = "each test crate uses what it needs")]
pub fn assert_valid_bytes(record: &[u8]) {
    assert_valid(&serde_json::from_slice(record).expect("a record is JSON"));
}
