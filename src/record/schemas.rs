//! The JSON Schemas of the records, generated from their types.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use super::{Article, Canonical, Sighting, Story};

/// Each record's name, as its `schema` field says it, with its JSON Schema (draft 2020-12), in the order of DESIGN §2.
#[must_use]
pub fn schemas() -> [(&'static str, Schema); 4] {
    [
        ("newsmill.article/1", schema_of::<Article<'_>>()),
        ("newsmill.story/1", schema_of::<Story<'_>>()),
        ("newsmill.canonical/1", schema_of::<Canonical>()),
        ("newsmill.sighting/1", schema_of::<Sighting<'_>>()),
    ]
}

/// As the record is written: a field that may be null is there all the same.
fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}
