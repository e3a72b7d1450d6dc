//! The columns of streams whose rows are objects of JSON: of an operation's answer, by the model, or of a query, by the
//! schema of its dataset.

use super::rows::Row;
use crate::catalog::Section;
use crate::{normalise, walk};
use anyhow::{Context, Result, bail, ensure};
use graphql_parser::schema::{Definition, Document, ObjectType, Type, TypeDefinition, parse_schema};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    /// Where the object has it, with points.
    pub path: String,
    pub kind: FieldKind,
    /// What a query selects of a list; else empty.
    pub selection: String,
    /// Whether it is one of the object that the row belongs to.
    pub of_parent: bool,
}

/// The type of a column. The names are those of `ColumnKind` in `spapi-sync`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    Text,
    Integer,
    Decimal,
    Boolean,
    Date,
    Timestamp,
    Json,
}

/// The longest name of a column.
const LONGEST: usize = 63;
/// How deep objects are nested. Models may be recursive.
const DEEPEST: usize = 8;

/// Where the columns come from.
pub struct Sources<'a> {
    /// The sections with their models.
    pub sections: &'a [Section],
    /// The folder with the schemas of datasets.
    pub schemas: &'a Path,
}

/// The columns of each stream that is an operation or a query, by its name.
///
/// # Errors
/// When a model has no such operation, list or field, with the name of the stream.
pub fn of_streams<'a>(
    rows: impl Iterator<Item = (&'a String, &'a Row)> + Clone,
    sources: &Sources<'_>,
) -> Result<BTreeMap<String, Vec<Field>>> {
    let mut all = BTreeMap::new();
    for (name, row) in rows.clone() {
        let parent = row.parent.as_ref().and_then(|parent| rows.clone().find(|(name, _)| **name == parent.stream));
        let fields = of_stream(row, parent.map(|(_, row)| row), sources);
        all.insert(name.clone(), fields.with_context(|| format!("streams.toml: {name}"))?);
    }
    all.retain(|_, fields| !fields.is_empty());
    Ok(all)
}

fn of_stream(row: &Row, parent: Option<&Row>, sources: &Sources<'_>) -> Result<Vec<Field>> {
    let (mut fields, outer) = match (&row.operation, &row.query) {
        (Some(operation), _) => {
            let model = Model::of(operation, sources.sections)?;
            let element = model.element(row.list.as_deref().unwrap_or_default())?;
            match (&row.each, parent) {
                (Some(each), _) => (model.fields(model.inner(element, each)?, row)?, model.fields(element, row)?),
                (None, Some(parent)) => {
                    let model_of_parent = Model::of(parent.operation.as_deref().unwrap_or_default(), sources.sections)?;
                    let outer = model_of_parent.element(parent.list.as_deref().unwrap_or_default())?;
                    (model.fields(element, row)?, model_of_parent.fields(outer, parent)?)
                }
                (None, None) => (model.fields(element, row)?, Vec::new()),
            }
        }
        (None, Some(query)) => {
            let path = sources.schemas.join(format!("{}.graphql", query.dataset));
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot open {}", path.display()))?;
            let schema = Schema::read(&text).with_context(|| format!("cannot read {}", path.display()))?;
            let of_rows = schema.row_type(&query.dataset, &query.name)?;
            match &query.each {
                Some(each) => {
                    let inner = schema.inner(of_rows, each)?;
                    let mut outer = schema.fields(of_rows, row)?;
                    // Lists and objects of the outer object belong to no row.
                    outer.retain(|field| field.kind != FieldKind::Json && !field.path.contains('.'));
                    let fields = schema.fields(inner, row)?;
                    outer.iter_mut().for_each(|field| field.of_parent = true);
                    ([outer, fields].concat(), Vec::new())
                }
                None => (schema.fields(of_rows, row)?, Vec::new()),
            }
        }
        (None, None) => return Ok(Vec::new()),
    };
    for name in row.key.iter().chain(&row.cursor) {
        if fields.iter().any(|field| field.name == *name) {
            continue;
        }
        let found = outer.iter().find(|field| field.name == *name);
        let found = found.with_context(|| format!("its rows have no field {name}"))?;
        fields.insert(0, Field { of_parent: true, ..found.clone() });
    }
    for time in &row.times {
        let field = fields.iter_mut().find(|field| field.name == *time && field.kind == FieldKind::Text);
        field.with_context(|| format!("times names {time}, which is not a field with a text"))?.kind =
            FieldKind::Timestamp;
    }
    let mut names = BTreeSet::new();
    for Field { name, .. } in &fields {
        ensure!(name.len() <= LONGEST, "{name} is too long for a column");
        ensure!(names.insert(name.to_ascii_lowercase()), "two columns are called {name}");
    }
    Ok(fields)
}

/// A model, made plain.
struct Model {
    document: Value,
    operation: String,
}

impl Model {
    /// The model of an operation such as `orders@v0 getOrders`.
    fn of(operation: &str, sections: &[Section]) -> Result<Self> {
        let no_such = || format!("the models lack the operation {operation}");
        let (place, id) = operation.split_once(' ').with_context(no_such)?;
        let (section, version) = place.split_once('@').with_context(no_such)?;
        let apis = sections.iter().filter(|found| found.name == section).flat_map(|section| &section.apis);
        let has = |document: &Value| walk::operations(document).any(|(_, _, found)| id_of(found) == Some(id));
        let api = apis.filter(|api| api.version == version).find(|api| has(&api.document)).with_context(no_such)?;
        let mut document = api.document.clone();
        normalise::all_of::apply(&mut document)?;
        normalise::money::apply(&mut document);
        Ok(Self { document, operation: id.to_owned() })
    }

    /// The elements of a list of the answer, or the one object.
    fn element(&self, list: &str) -> Result<&Value> {
        let mut operations = walk::operations(&self.document);
        let operation = operations.find(|(_, _, found)| id_of(found) == Some(&self.operation));
        let answer = operation.and_then(|(_, _, operation)| operation.get("responses")?.get("200")?.get("schema"));
        self.inner(answer.context("its operation has no answer")?, list)
    }

    /// The elements of the list at a path.
    fn inner<'a>(&'a self, schema: &'a Value, path: &str) -> Result<&'a Value> {
        let mut schema = walk::resolve(&self.document, schema);
        for part in path.split('.') {
            let property = schema.get("properties").and_then(|properties| properties.get(part));
            schema = walk::resolve(&self.document, property.with_context(|| format!("there is no {part} in {path}"))?);
        }
        Ok(schema.get("items").map_or(schema, |items| walk::resolve(&self.document, items)))
    }

    fn fields(&self, schema: &Value, row: &Row) -> Result<Vec<Field>> {
        let mut fields = Vec::new();
        self.add(schema, &[], row, &mut fields)?;
        Ok(fields)
    }

    fn add(&self, schema: &Value, place: &[&str], row: &Row, fields: &mut Vec<Field>) -> Result<()> {
        ensure!(place.len() < DEEPEST, "{} is nested too deep", place.join("."));
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let property = walk::resolve(&self.document, property);
            let place = [place, &[name.as_str()]].concat();
            if self.is_money(property) || row.flat.contains(&place.join(".")) {
                self.add(property, &place, row, fields)?;
            } else {
                fields.push(field(&place, kind(property), String::new()));
            }
        }
        Ok(())
    }

    /// Whether it is an amount and its currency.
    fn is_money(&self, schema: &Value) -> bool {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return false };
        let kinds: Vec<_> = properties.values().map(|property| kind(walk::resolve(&self.document, property))).collect();
        let has_currency = properties.keys().any(|name| name.to_ascii_lowercase().contains("currencycode"));
        has_currency && kinds.len() == 2 && kinds.contains(&FieldKind::Decimal) && kinds.contains(&FieldKind::Text)
    }
}

fn id_of(operation: &serde_json::Map<String, Value>) -> Option<&str> {
    operation.get("operationId").and_then(Value::as_str)
}

fn kind(schema: &Value) -> FieldKind {
    let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
    match (text("type"), text("format")) {
        ("string", "date-time") => FieldKind::Timestamp,
        ("string", "date") => FieldKind::Date,
        ("string", normalise::money::TEXT_AMOUNT) | ("number", _) => FieldKind::Decimal,
        ("string", _) => FieldKind::Text,
        ("integer", _) => FieldKind::Integer,
        ("boolean", _) => FieldKind::Boolean,
        _ => FieldKind::Json,
    }
}

fn field(place: &[&str], kind: FieldKind, selection: String) -> Field {
    // The last parts say most.
    let mut parts = place;
    while parts.len() > 1 && parts.join("_").len() > LONGEST {
        parts = &parts[1..];
    }
    Field { name: parts.join("_"), path: place.join("."), kind, selection, of_parent: false }
}

/// The types of a dataset.
struct Schema<'a>(Vec<ObjectType<'a, String>>);

impl<'a> Schema<'a> {
    fn read(text: &'a str) -> Result<Self> {
        let document: Document<'a, String> = parse_schema(text)?;
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => Some(object),
            _ => None,
        });
        Ok(Self(types.collect()))
    }

    fn object(&self, name: &str) -> Option<&ObjectType<'a, String>> {
        self.0.iter().find(|object| object.name == name)
    }

    /// The type of a field's values.
    fn inner(&self, of: &str, field: &str) -> Result<&str> {
        let object = self.object(of).with_context(|| format!("the schema lacks the type {of}"))?;
        let found = object.fields.iter().find(|found| found.name == field);
        Ok(named(&found.with_context(|| format!("{of} has no field {field}"))?.field_type))
    }

    fn row_type(&self, dataset: &str, query: &str) -> Result<&str> {
        self.inner(self.inner("Query", dataset)?, query)
    }

    fn fields(&self, of: &str, row: &Row) -> Result<Vec<Field>> {
        let mut fields = Vec::new();
        self.add(of, &[], row, &mut fields)?;
        Ok(fields)
    }

    /// Adds the fields of a type: those of objects one by one, and a list as one.
    fn add(&self, of: &str, place: &[&str], row: &Row, fields: &mut Vec<Field>) -> Result<()> {
        ensure!(place.len() < DEEPEST, "{} is nested too deep", place.join("."));
        let object = self.object(of).with_context(|| format!("the schema lacks the type {of}"))?;
        for found in &object.fields {
            let place = [place, &[found.name.as_str()]].concat();
            if row.query.as_ref().is_some_and(|query| query.without.contains(&place.join("."))) {
                continue;
            }
            let inner = named(&found.field_type);
            match (self.object(inner), is_list(&found.field_type)) {
                (Some(_), true) => {
                    fields.push(field(&place, FieldKind::Json, self.selection(inner, &place, row)?));
                }
                (Some(_), false) => self.add(inner, &place, row, fields)?,
                (None, true) => fields.push(field(&place, FieldKind::Json, String::new())),
                (None, false) => fields.push(field(&place, scalar(inner)?, String::new())),
            }
        }
        Ok(())
    }

    /// All fields of a type as a query selects them.
    fn selection(&self, of: &str, place: &[&str], row: &Row) -> Result<String> {
        ensure!(place.len() < DEEPEST, "{} is nested too deep", place.join("."));
        let object = self.object(of).with_context(|| format!("the schema lacks the type {of}"))?;
        let mut parts = Vec::new();
        for found in &object.fields {
            let place = [place, &[found.name.as_str()]].concat();
            if row.query.as_ref().is_some_and(|query| query.without.contains(&place.join("."))) {
                continue;
            }
            let inner = named(&found.field_type);
            parts.push(match self.object(inner) {
                Some(_) => format!("{} {}", found.name, self.selection(inner, &place, row)?),
                None => found.name.clone(),
            });
        }
        Ok(format!("{{ {} }}", parts.join(" ")))
    }
}

fn scalar(name: &str) -> Result<FieldKind> {
    Ok(match name {
        "String" => FieldKind::Text,
        "Long" | "Int" => FieldKind::Integer,
        "Float" => FieldKind::Decimal,
        "Boolean" => FieldKind::Boolean,
        "Date" => FieldKind::Date,
        other if other.ends_with("Granularity") || other.ends_with("Type") => FieldKind::Text,
        other => bail!("the type {other} has no kind of column"),
    })
}

/// The name of a type without its list and its exclamation marks.
fn named<'a>(kind: &'a Type<'_, String>) -> &'a str {
    match kind {
        Type::NamedType(name) => name,
        Type::ListType(inner) | Type::NonNullType(inner) => named(inner),
    }
}

fn is_list(kind: &Type<'_, String>) -> bool {
    match kind {
        Type::NamedType(_) => false,
        Type::ListType(_) => true,
        Type::NonNullType(inner) => is_list(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(toml: &str) -> Row {
        toml::from_str(toml).unwrap()
    }

    fn shown(fields: &[Field]) -> Vec<String> {
        fields.iter().map(|field| format!("{} {:?} {}", field.name, field.kind, field.selection)).collect()
    }

    #[test]
    fn an_answer_gives_a_column_for_each_field_and_two_for_money() {
        let document = serde_json::json!({
            "definitions": {
                "Money": {"type": "object", "properties": {
                    "CurrencyCode": {"type": "string"}, "Amount": {"type": "string"}
                }},
                "Order": {"type": "object", "properties": {
                    "Id": {"type": "string"}, "Total": {"$ref": "#/definitions/Money"},
                    "Count": {"type": "integer"}, "Address": {"type": "object", "properties": {"City": {"type": "string"}}},
                    "Buyer": {"type": "object", "properties": {"Since": {"type": "string", "format": "date"}}},
                    "Tags": {"type": "array", "items": {"type": "string"}}
                }}
            },
            "paths": {"/orders": {"get": {"operationId": "getOrders", "responses": {"200": {"schema": {
                "type": "object",
                "properties": {"Orders": {"type": "array", "items": {"$ref": "#/definitions/Order"}}}
            }}}}}}
        });
        let mut document = document;
        normalise::money::apply(&mut document);
        let model = Model { document, operation: "getOrders".to_owned() };
        let row = row("flat = [\"Buyer\"]");
        let fields = model.fields(model.element("Orders").unwrap(), &row).unwrap();
        assert_eq!(
            shown(&fields),
            [
                "Id Text ",
                "Total_CurrencyCode Text ",
                "Total_Amount Decimal ",
                "Count Integer ",
                "Address Json ",
                "Buyer_Since Date ",
                "Tags Json "
            ]
        );
        assert_eq!(fields[2].path, "Total.Amount");
        assert!(model.element("Order").is_err());
    }

    #[test]
    fn a_query_gives_a_column_for_each_field_of_its_objects_and_one_for_a_list() {
        let text = "type Query { d: D } type D { q(startDate: Date!): [R] }
            type R { day: Date! sales: S fees: [F]! } type S { sum: A count: Long } type A { amount: Float code: String }
            type F { name: String old: String sum: A }";
        let schema = Schema::read(text).unwrap();
        let row = row("query = { dataset = \"d\", name = \"q\", without = [\"fees.old\"] }");
        let fields = schema.fields(schema.row_type("d", "q").unwrap(), &row).unwrap();
        assert_eq!(
            shown(&fields),
            [
                "day Date ",
                "sales_sum_amount Decimal ",
                "sales_sum_code Text ",
                "sales_count Integer ",
                "fees Json { name sum { amount code } }"
            ]
        );
    }
}
