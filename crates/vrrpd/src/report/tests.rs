//! The shape is what is written down.

use schemars::schema_for;

use super::{Event, Kind, Status};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/status.schema.json");

/// With `VRRPD_WRITE_SCHEMA=1` it is written down anew, which is for changes that only add.
#[test]
fn the_schema_in_docs_is_the_shape_of_the_status_and_of_events() {
    let schema = serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "vrrpd: `vrrpd status --json`, and the lines of `vrrpd events --json`",
        "$defs": { "status": schema_for!(Status), "event": schema_for!(Event) },
    });
    let text = format!("{schema:#}\n");
    if std::env::var_os("VRRPD_WRITE_SCHEMA").is_some() {
        std::fs::write(SCHEMA, &text).expect("docs can be written to");
    }
    let committed = std::fs::read_to_string(SCHEMA).unwrap_or_default();
    assert_eq!(committed, text, "set VRRPD_WRITE_SCHEMA=1 to write it anew");
}

#[test]
fn a_kind_is_called_the_same_in_json_and_in_metrics() {
    let named = serde_json::to_value(Kind::VridTaken).expect("it has a name");
    assert_eq!(named, Kind::VridTaken.name());
    let named = serde_json::to_value(Kind::NeverHeardAnybody).expect("it has a name");
    assert_eq!(named, Kind::NeverHeardAnybody.name());
}
