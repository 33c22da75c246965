//! A JSON Schema as tables of Markdown.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The objects that documents are made of, by name.
pub type Objects = BTreeMap<String, Value>;

/// A document: its description, its keys, and below them those of its variants. Objects are collected.
pub fn document(schema: &Value, objects: &mut Objects) -> String {
    for (name, object) in schema["$defs"].as_object().into_iter().flatten() {
        objects.insert(name.clone(), object.clone());
    }
    body(schema)
}

/// The description of an object, its keys and its variants.
pub fn body(schema: &Value) -> String {
    let mut text = String::new();
    if let Some(about) = schema["description"].as_str() {
        text += &format!("{about}\n\n");
    }
    text += &keys(schema);
    for variant in schema["oneOf"].as_array().into_iter().flatten() {
        let about = variant["description"].as_str().unwrap_or_default();
        match constant(variant) {
            Some((key, value)) => text += &format!("With `\"{key}\": \"{value}\"`: {about}\n\n{}", keys(variant)),
            None => text += &format!("- {}: {about}\n", kind(variant)),
        }
    }
    text.trim_end().to_owned() + "\n"
}

fn keys(schema: &Value) -> String {
    let Some(properties) = schema["properties"].as_object() else {
        return String::new();
    };
    let mut text = String::new();
    for (key, property) in properties.iter().filter(|(_, property)| property["const"].is_null()) {
        let about = property["description"].as_str().unwrap_or_default().replace('\n', " ");
        let kind = kind(property).replace('|', "\\|");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{key}` | {kind} | {about} |");
    }
    if text.is_empty() {
        return text;
    }
    format!("| key | type | meaning |\n|---|---|---|\n{text}\n")
}

/// The key by which a variant differs from the others, and its value.
fn constant(variant: &Value) -> Option<(&str, &str)> {
    let properties = variant["properties"].as_object()?;
    properties
        .iter()
        .find_map(|(key, property)| Some((key.as_str(), property["const"].as_str()?)))
}

/// A type in words.
fn kind(schema: &Value) -> String {
    let either = |kinds: &[Value]| {
        let kinds: Vec<String> = kinds.iter().map(kind).collect();
        kinds.join(" or ")
    };
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if let Some(value) = schema["const"].as_str() {
        return format!("`{value}`");
    }
    if let Some(kinds) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        return either(kinds);
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values
            .iter()
            .filter_map(Value::as_str)
            .map(|value| format!("`{value}`"))
            .collect();
        return values.join(" or ");
    }
    let named = |name: &str| match name {
        "array" => match schema["prefixItems"].as_array() {
            Some(items) => format!("list of {} {}s", items.len(), kind(&items[0])),
            None => format!("list of {}", kind(&schema["items"])),
        },
        "object" => match (&schema["additionalProperties"], &schema["patternProperties"]) {
            (values @ Value::Object(_), _) => format!("object of {}", kind(values)),
            (_, Value::Object(patterns)) => format!("object of {}", patterns.values().map(kind).collect::<String>()),
            _ => "object".to_owned(),
        },
        name => name.to_owned(),
    };
    match &schema["type"] {
        Value::String(name) => named(name),
        Value::Array(names) => {
            let names: Vec<String> = names.iter().filter_map(Value::as_str).map(named).collect();
            names.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}
