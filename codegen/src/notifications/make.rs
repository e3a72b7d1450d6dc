//! Takes the payload of a row through the steps that a model goes through.

use super::schema::Places;
use super::{Notifications, Row, names, schema};
use crate::facts_table::Facts;
use crate::passes::reach::Reach;
use crate::types::{Type, Types};
use crate::words::ApiWords;
use crate::{files, naming, normalise, passes, types};
use anyhow::{Context, Result, bail, ensure};
use rayon::prelude::*;
use serde_json::{Value, json};
use spapi_types::text::is_printable;
use std::collections::BTreeMap;
use std::path::Path;

/// Amazon's schemas of notifications, by the file's name.
#[derive(Debug, Default)]
pub struct Schemas(pub BTreeMap<String, Value>);

/// The folder of the schemas in Amazon's repository.
pub const FOLDER: &str = "schemas/notifications";

/// A payload with everything that its module is made from.
#[derive(Debug)]
pub struct MadePayload {
    /// The name of its type.
    pub root: String,
    /// The module of the notification type.
    pub module: String,
    /// The module of the version below it, where the type has several.
    pub version_module: Option<String>,
    pub types: Types,
    pub reach: Reach,
    pub facts: Facts,
}

impl Schemas {
    /// Reads the schemas of Amazon's tree; without the folder there are none.
    ///
    /// # Errors
    /// When a file cannot be read or is not JSON, with its name.
    pub fn read(tree: &Path) -> Result<Self> {
        let root = files::tree_root(tree).unwrap_or_else(|| tree.to_owned());
        let folder = root.join(FOLDER);
        let mut schemas = BTreeMap::new();
        for name in if folder.is_dir() { files::files_below(&folder)? } else { Vec::new() } {
            if name.ends_with(".json") && !name.ends_with(".example.json") && !name.starts_with('.') {
                let bytes = files::read(&folder.join(&name))?;
                let schema = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
                schemas.insert(name.clone(), schema.with_context(|| format!("{FOLDER}/{name} is not JSON"))?);
            }
        }
        Ok(Self(schemas))
    }

    /// A line for each schema without a row.
    pub fn without_row(&self, notifications: &Notifications) -> Vec<String> {
        let has_row = |file: &String| notifications.rows.iter().any(|row| row.schema.as_ref() == Some(file));
        let missing = self.0.keys().filter(|file| !has_row(file));
        missing
            .map(|file| {
                format!("{FOLDER}/{file} has no row in models/notifications.toml and no payload in spapi-events")
            })
            .collect()
    }
}

/// The payload of each row, in their order; `None` where none is described.
///
/// # Errors
/// When a schema is missing or cannot be generated, with the name of the row.
pub fn make(notifications: &Notifications, schemas: &Schemas) -> Result<Vec<Option<MadePayload>>> {
    let made = notifications.rows.par_iter().map(|row| {
        if !row.has_payload() {
            return Ok(None);
        }
        make_one(row, notifications.has_versions(&row.name), schemas, Places::AreThere)
            .map(Some)
            .with_context(|| row.title())
    });
    made.collect()
}

/// The payload of each row whose schema is there, and why one cannot be generated. The schemas may be of another time
/// than the rows.
pub fn make_published<'a>(notifications: &'a Notifications, schemas: &Schemas) -> Vec<(&'a Row, Result<MadePayload>)> {
    let is_there = |row: &&Row| row.schema.as_ref().is_some_and(|file| schemas.0.contains_key(file));
    let rows: Vec<_> = notifications.rows.iter().filter(is_there).collect();
    let make = |row: &'a Row| make_one(row, notifications.has_versions(&row.name), schemas, Places::MayBeMissing);
    rows.into_par_iter().map(|row| (row, make(row))).collect()
}

fn make_one(row: &Row, has_versions: bool, schemas: &Schemas, places: Places) -> Result<MadePayload> {
    let document = match &row.schema {
        Some(file) => {
            let missing =
                || format!("there is no {FOLDER}/{file}: fetch the models, or correct models/notifications.toml");
            Some(schemas.0.get(file).with_context(missing)?)
        }
        None => None,
    };
    let root = naming::type_name(&row.name);
    let mut payload = schema::payload(row, document)?;
    let mut ids = row.seller.iter().chain(&row.marketplace).chain(&row.key);
    if let Some(place) = ids.find(|place| places == Places::AreThere && !schema::has(&mut payload, place)) {
        bail!("its payload does not have the member {place}");
    }
    check_names(&payload)?;
    let definitions = names::definitions(payload, &root, &row.types, places)?;
    let marks = Marks::of(&definitions);
    let mut openapi = json!({
        "openapi": "3.0.0", "info": {"title": root, "version": "1"}, "paths": {}, "components": {"schemas": definitions},
    });
    let facts = Facts::read(&openapi, &ApiWords::default());
    normalise::formats::apply(&mut openapi);
    normalise::bounds::apply(&mut openapi);
    let values = normalise::enum_values::take(&mut openapi);
    let wires = normalise::stand_ins::apply(&mut openapi)?;
    let mut types = types::of(&openapi, values, &wires)?;
    marks.apply(&mut types);
    let names = types.structs.keys().chain(types.enums.keys()).cloned();
    let reach = Reach { answers: names.collect(), ..Reach::default() };
    passes::absence::apply(&mut types, &reach);
    passes::decimals::apply(&mut types);
    ensure!(types.structs.contains_key(&root), "its payload has no members");
    let version = row.payload_version.as_deref().filter(|_| has_versions);
    Ok(MadePayload {
        module: naming::value_name(&row.name),
        version_module: version.map(naming::version_module),
        root,
        types,
        reach,
        facts,
    })
}

/// Members with a secret, by the model's names of type and member.
struct Marks {
    secrets: Vec<(String, String)>,
}

impl Marks {
    fn of(definitions: &serde_json::Map<String, Value>) -> Self {
        let mut marks = Self { secrets: Vec::new() };
        for (name, definition) in definitions {
            for (wire, member) in definition.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if member.get(schema::SECRET).is_some() {
                    marks.secrets.push((name.clone(), wire.clone()));
                }
            }
        }
        marks
    }

    fn apply(&self, types: &mut Types) {
        for structure in types.structs.values_mut() {
            for field in &mut structure.fields {
                let is_it = |name: &String, wire: &String| *name == structure.name && *wire == field.wire;
                if self.secrets.iter().any(|(name, wire)| is_it(name, wire)) {
                    field.kind = Type::Secret;
                }
            }
        }
    }
}

/// Fails if a member or a value could not stand in code.
fn check_names(schema: &Value) -> Result<()> {
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        if !is_plain {
            bail!("the member {name:?} is not named with letters, digits, `_` and `-`");
        }
        check_names(member)?;
    }
    for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
        let is_plain = value.as_str().is_none_or(|text| is_printable(text) && !text.contains('`'));
        ensure!(is_plain, "the value {value} has invisible characters or backticks");
    }
    schema.get("items").map_or(Ok(()), check_names)
}
