//! Reads a query, checks it against the dataset's published schema, and selects what it asks for.

use graphql_parser::query::{
    Definition, Document, Field, OperationDefinition, Selection, SelectionSet, Value as Argument,
};
use graphql_parser::schema::{self, ObjectType, Type, TypeDefinition};
use serde_json::Value;
use spapi_metadata::Dataset;
use std::collections::BTreeMap;

/// The deepest nesting of a query. No field of a schema is deeper.
const DEEPEST: usize = 16;

/// A query that fits its schema.
pub(super) struct Query {
    pub(super) dataset: String,
    /// The field of the dataset: `salesAndTrafficByDate`.
    pub(super) name: String,
    pub(super) arguments: BTreeMap<String, Argument<'static, String>>,
    /// The type of each row.
    row_type: String,
    selection: SelectionSet<'static, String>,
    schema: Schema,
}

struct Schema(Vec<ObjectType<'static, String>>);

impl Query {
    /// Reads a query, or says why Amazon refuses it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if depth(text) > DEEPEST {
            return Err(format!("The query is nested more than {DEEPEST} levels deep."));
        }
        let document: Document<'static, String> = graphql_parser::parse_query::<String>(text)
            .map_err(|error| format!("The query is not GraphQL: {}", error.to_string().trim()))?
            .into_static();
        let [Definition::Operation(operation)] = document.definitions.as_slice() else {
            return Err("The query must be one operation without fragments.".into());
        };
        let root = match operation {
            OperationDefinition::SelectionSet(root) => root,
            OperationDefinition::Query(query) if query.variable_definitions.is_empty() => &query.selection_set,
            _ => return Err("The query must be a query without variables.".into()),
        };
        let dataset = only(root, "the query")?;
        let schema = Dataset::find(&dataset.name).and_then(|known| Schema::read(known.graphql()?));
        let schema = schema.ok_or_else(|| format!("There is no dataset {:?}.", dataset.name))?;
        let operation = only(&dataset.selection_set, &dataset.name)?;
        let views = schema.root(&dataset.name).unwrap_or_default();
        let defined = schema.field(&views, &operation.name)?;
        let arguments: BTreeMap<_, _> = operation.arguments.iter().cloned().collect();
        if let Some(unknown) = arguments.keys().find(|name| !defined.arguments.iter().any(|known| known.name == **name))
        {
            return Err(format!("{} has no argument {unknown:?}.", operation.name));
        }
        let is_missing = |known: &&schema::InputValue<'static, String>| {
            matches!(known.value_type, Type::NonNullType(_)) && !arguments.contains_key(&known.name)
        };
        if let Some(missing) = defined.arguments.iter().find(is_missing) {
            return Err(format!("{} needs the argument {}.", operation.name, missing.name));
        }
        let row_type = named(&defined.field_type).to_owned();
        let selection = operation.selection_set.clone();
        let query = Self {
            dataset: dataset.name.clone(),
            name: operation.name.clone(),
            arguments,
            row_type,
            selection,
            schema,
        };
        // A row without values shows whether every field exists.
        query.select(&Value::Null).map(|_| query)
    }

    /// What the query asks for of a row, as JSON, in the order of the query.
    pub(super) fn select(&self, row: &Value) -> Result<String, String> {
        self.schema.select(&self.row_type, &self.selection, row)
    }

    /// An argument that is a text or the name of a value.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        text_of(self.arguments.get(name)?)
    }

    /// An argument that is a list of texts.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        self.arguments.get(name).map(texts_of).unwrap_or_default()
    }
}

/// A text or the name of a value.
pub(super) fn text_of<'a>(argument: &'a Argument<'static, String>) -> Option<&'a str> {
    match argument {
        Argument::String(text) | Argument::Enum(text) => Some(text),
        _ => None,
    }
}

/// A list of texts. One text alone is a list too, by GraphQL's rules.
pub(super) fn texts_of<'a>(argument: &'a Argument<'static, String>) -> Vec<&'a str> {
    match argument {
        Argument::List(list) => list.iter().filter_map(text_of).collect(),
        one => text_of(one).into_iter().collect(),
    }
}

impl Schema {
    fn read(text: &str) -> Option<Self> {
        let document = graphql_parser::parse_schema::<String>(text).ok()?.into_static();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            schema::Definition::TypeDefinition(TypeDefinition::Object(object)) => Some(object),
            _ => None,
        });
        Some(Self(types.collect()))
    }

    /// The type of a dataset's root field.
    fn root(&self, dataset: &str) -> Option<String> {
        self.field("Query", dataset).ok().map(|field| named(&field.field_type).to_owned())
    }

    fn field(&self, of: &str, name: &str) -> Result<&schema::Field<'static, String>, String> {
        let object = self.0.iter().find(|object| object.name == of);
        let field = object.and_then(|object| object.fields.iter().find(|field| field.name == name));
        field.ok_or_else(|| format!("{of} has no field {name:?}."))
    }

    fn select(&self, of: &str, selection: &SelectionSet<'static, String>, value: &Value) -> Result<String, String> {
        // A map of serde_json keeps the order only with a feature that applies to all crates of a build.
        let mut selected = Vec::with_capacity(selection.items.len());
        for item in &selection.items {
            let field = field_of(item)?;
            let defined = self.field(of, &field.name)?;
            let inner = named(&defined.field_type);
            let is_object = self.0.iter().any(|object| object.name == inner);
            if is_object == field.selection_set.items.is_empty() {
                let needs = if is_object { "needs" } else { "must not have" };
                return Err(format!("{of}.{} {needs} a selection of fields.", field.name));
            }
            let value = value.get(&field.name).unwrap_or(&Value::Null);
            let found = match value {
                value if !is_object => value.to_string(),
                Value::Array(list) => {
                    let rows = list.iter().map(|value| self.select(inner, &field.selection_set, value));
                    format!("[{}]", rows.collect::<Result<Vec<_>, _>>()?.join(","))
                }
                value => {
                    let inside = self.select(inner, &field.selection_set, value)?;
                    if value.is_null() { "null".to_owned() } else { inside }
                }
            };
            let name = Value::from(field.alias.as_ref().unwrap_or(&field.name).as_str());
            selected.push(format!("{name}:{found}"));
        }
        Ok(format!("{{{}}}", selected.join(",")))
    }
}

/// The only field of a selection.
fn only<'a>(selection: &'a SelectionSet<'static, String>, of: &str) -> Result<&'a Field<'static, String>, String> {
    match selection.items.as_slice() {
        [item] => field_of(item),
        items => Err(format!("Select one field of {of}, not {}.", items.len())),
    }
}

fn field_of<'a>(item: &'a Selection<'static, String>) -> Result<&'a Field<'static, String>, String> {
    match item {
        Selection::Field(field) => Ok(field),
        _ => Err("The query must not have fragments.".into()),
    }
}

/// The name of a type without its list and its exclamation marks.
fn named<'a>(kind: &'a Type<'static, String>) -> &'a str {
    match kind {
        Type::NamedType(name) => name,
        Type::ListType(inner) | Type::NonNullType(inner) => named(inner),
    }
}

/// How deep brackets nest in a text, so that no hostile query reaches the parser's recursion.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
