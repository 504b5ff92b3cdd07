//! The committed JSON Schemas are those of the types.

use std::fs;
use std::path::{Path, PathBuf};

use newsmill::record;

/// `newsmill.article/1` stands in `docs/schema/article-1.json`.
fn file_of(name: &str) -> PathBuf {
    let short = name.trim_start_matches("newsmill.").replace('/', "-");
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(short + ".json")
}

/// `NEWSMILL_TEST_WRITE_SCHEMAS=1 cargo test --test records` writes them anew.
#[test]
fn the_committed_schemas_are_those_of_the_types() {
    for (name, schema) in record::schemas() {
        let expected = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        let file = file_of(name);
        if std::env::var_os("NEWSMILL_TEST_WRITE_SCHEMAS").is_some() {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &expected).unwrap();
        }
        let committed = fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == expected, "{} is not the schema of {name}", file.display());
    }
}

#[test]
fn no_schema_without_its_record_is_committed() {
    let committed = fs::read_dir(file_of("x").parent().unwrap()).unwrap().count();
    assert_eq!(committed, record::schemas().len());
}

#[test]
fn every_field_of_a_record_is_always_there() {
    for (name, schema) in record::schemas() {
        let schema = schema.to_value();
        let fields = |at: &str| schema.pointer(at).unwrap().clone();
        let properties = fields("/properties");
        let required = fields("/required");
        assert_eq!(
            properties.as_object().unwrap().len(),
            required.as_array().unwrap().len(),
            "{name}"
        );
        assert_eq!(fields("/additionalProperties"), serde_json::json!(false), "{name}");
    }
}
