//! The fields of a schema: each value that an attribute can hold, with the way to it.

use super::column::{Choice, Kind, Limits, Need};
use super::condition;
use super::schema::{View, texts};
use serde_json::Value;
use spapi_core::{Error, ErrorKind, Marketplace};
use std::collections::HashMap;

/// The most steps from an attribute to a value.
const DEEPEST: usize = 24;

/// The most fields of a schema. Those of real schemas have about a thousand.
const MOST_FIELDS: usize = 20_000;

/// The most nodes of a schema that are visited, references counted each time.
const MOST_NODES: usize = 50_000;

/// The members that the template fills in, which have no columns of their own.
pub(super) const FILLED: [&str; 4] = ["marketplace_id", "language_tag", "currency", "audience"];

/// The member that is filled in and a column all the same.
pub(super) const CHANNEL: &str = "fulfillment_channel_code";

/// The countries in which a comma begins the fraction of a number, and a point may group its digits (Unicode CLDR).
const COMMAS: [&str; 10] = ["BE", "BR", "DE", "ES", "FR", "IT", "NL", "PL", "SE", "TR"];

/// A step from an attribute to a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// Into the member of an object.
    Member(String),
    /// Into an element of an array.
    Element,
}

/// A value that an attribute can hold.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// The way from the attributes object.
    pub steps: Vec<Step>,
    /// The members on the way that are part of the name, each with its place in the steps. Left out is a member that has
    /// no sibling to fill in.
    pub name: Vec<(String, usize)>,
    pub label: String,
    pub kind: Kind,
    pub choices: Vec<Choice>,
    pub is_open: bool,
    pub limits: Limits,
    pub need: Need,
    pub default: Option<Value>,
    pub example: Option<String>,
    /// Whether the template fills it in, or the schema hides it.
    pub is_silent: bool,
    /// How many instances of the attribute differ in nothing that the template fills in.
    pub repeats: u64,
    /// What comes first: 0 for an attribute that is required, 1 for one under a condition, 2 for the others.
    pub rank: u8,
}

/// By the way to an object, the members that are filled in.
pub(super) type Defaults = HashMap<Vec<Step>, Vec<(String, Value)>>;

/// All fields of a schema, and what is filled in where a cell is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub all: Vec<Field>,
    pub defaults: Defaults,
    /// Whether a comma begins the fraction of a number in the marketplace.
    pub has_comma: bool,
}

impl Field {
    /// The attribute's name.
    pub fn attribute(&self) -> &str {
        self.members().next().map(|(name, _)| name).unwrap_or_default()
    }

    /// All members on the way, each with its place in the steps.
    pub fn members(&self) -> impl Iterator<Item = (&str, usize)> {
        self.steps.iter().enumerate().filter_map(|(place, step)| match step {
            Step::Member(name) => Some((name.as_str(), place)),
            Step::Element => None,
        })
    }
}

/// What is known on the way to a field.
#[derive(Clone)]
struct Way<'a> {
    steps: Vec<Step>,
    /// The nodes on the way.
    nodes: Vec<&'a Value>,
    name: Vec<(String, usize)>,
    labels: Vec<String>,
    /// Whether each object on the way requires the next member, or has no other.
    is_required: bool,
    is_silent: bool,
    default: Option<Value>,
    /// Known below the attribute's array.
    repeats: Option<u64>,
}

impl Way<'_> {
    fn step(&self, step: Step) -> Self {
        let mut way = self.clone();
        way.steps.push(step);
        way
    }
}

/// Reads the fields of a schema.
///
/// # Errors
/// When the schema has no attributes, or more fields than any of Amazon's.
pub(super) fn read(root: &Value, marketplace: Marketplace) -> Result<Fields, Error> {
    let Some(attributes) = root["properties"].as_object().filter(|attributes| !attributes.is_empty()) else {
        let message = "the schema has no attributes: its member `properties` is missing or empty";
        return Err(Error::new(ErrorKind::Input, message)
            .with_hint("Give the schema of a product type, as getDefinitionsProductType links to it."));
    };
    let mut reader = Reader { root, marketplace, fields: Fields::default(), visited: 0 };
    let conditions = condition::conditions(root);
    for (name, node) in attributes {
        let from = reader.fields.all.len();
        let title = View::of(root, node).text("title").unwrap_or(name);
        reader.walk(
            node,
            Way {
                steps: vec![Step::Member(name.clone())],
                nodes: Vec::new(),
                name: vec![(name.clone(), 0)],
                labels: vec![title.to_owned()],
                is_required: true,
                is_silent: false,
                default: None,
                repeats: None,
            },
        )?;
        let of_attribute = match conditions.get(name) {
            _ if texts(&root["required"]).any(|required| required == name) => Need::Required,
            Some(conditions) => Need::Conditional(conditions.clone()),
            None => Need::Optional,
        };
        let own = reader.fields.all.get_mut(from..).unwrap_or_default();
        let rank = match of_attribute {
            Need::Required => 0,
            Need::Conditional(_) => 1,
            _ => 2,
        };
        own.iter_mut().for_each(|field| field.rank = rank);
        let has_several = own.iter().filter(|field| !field.is_silent).count() > 1;
        for field in own.iter_mut().filter(|field| field.need == Need::Required) {
            field.need = match &of_attribute {
                Need::Optional if has_several => Need::IfUsed,
                need => need.clone(),
            };
        }
    }
    reader.fields.has_comma = COMMAS.contains(&marketplace.country_code());
    Ok(reader.fields)
}

/// What is the same for all fields of a schema.
struct Reader<'a> {
    root: &'a Value,
    marketplace: Marketplace,
    fields: Fields,
    visited: usize,
}

impl<'a> Reader<'a> {
    fn walk(&mut self, node: &'a Value, mut way: Way<'a>) -> Result<(), Error> {
        if way.steps.len() > DEEPEST {
            return Ok(());
        }
        self.visited += 1;
        if self.visited > MOST_NODES || self.fields.all.len() >= MOST_FIELDS {
            let message = format!("the schema has more than {MOST_FIELDS} values to fill in");
            return Err(Error::new(ErrorKind::Input, message).with_hint("Give the schema of one product type."));
        }
        let view = View::of(self.root, node);
        // A schema that refers to itself ends here.
        if way.nodes.iter().any(|known| view.has(known)) {
            return Ok(());
        }
        way.nodes.extend(view.parts());
        let kind = view.kind(self.root);
        if kind == Some("array") || kind.is_none() && view.get("items").is_some() {
            let (Some(items), false) = (view.get("items"), view.count("maxItems") == Some(0)) else { return Ok(()) };
            let mut inner = way.step(Step::Element);
            inner.repeats = way.repeats.or_else(|| Some(self.repeats(&view, items)));
            return self.walk(items, inner);
        }
        let members = view.members();
        if !members.is_empty() {
            return self.object(&view, &members, &way);
        }
        // An object without members has nothing to fill in.
        if kind != Some("object") {
            self.leaf(&view, kind.unwrap_or("string"), way);
        }
        Ok(())
    }

    fn object(&mut self, view: &View<'a>, members: &[(&'a String, &'a Value)], way: &Way<'a>) -> Result<(), Error> {
        let is_silent = |name: &str, node| FILLED.contains(&name) || View::of(self.root, node).is_true("hidden");
        let open = members.iter().filter(|(name, node)| !is_silent(name, node)).count();
        let silent: Vec<bool> = members.iter().map(|(name, node)| is_silent(name, node)).collect();
        for ((name, node), is_silent) in members.iter().zip(silent) {
            let member = View::of(self.root, node);
            let default = self.default_of(name, &member, view.requires(name));
            if let Some(default) = &default {
                let of_object = self.fields.defaults.entry(way.steps.clone()).or_default();
                of_object.push(((*name).clone(), default.clone()));
            }
            let mut inner = way.step(Step::Member((*name).clone()));
            let is_alone = open == 1 && !is_silent;
            if !is_alone {
                inner.name.push(((*name).clone(), way.steps.len()));
                inner.labels.push(member.text("title").unwrap_or(name).to_owned());
            }
            inner.is_required &= is_alone || view.requires(name);
            inner.is_silent |= is_silent;
            inner.default = default;
            self.walk(node, inner)?;
        }
        Ok(())
    }

    /// How many instances an attribute may have that differ in nothing that the template fills in.
    fn repeats(&self, array: &View<'a>, items: &'a Value) -> u64 {
        let most_items = array.count("maxItems");
        let Some(most) = array.count("maxUniqueItems") else { return most_items.unwrap_or(1) };
        let selectors: Vec<&str> = array.get("selectors").into_iter().flat_map(texts).collect();
        let members = View::of(self.root, items).members();
        let names =
            if selectors.is_empty() { members.iter().map(|(name, _)| name.as_str()).collect() } else { selectors };
        // If the row has a selector, one instance is usual.
        let is_filled = names.iter().all(|name| FILLED.contains(name));
        if is_filled { most.min(most_items.unwrap_or(most)) } else { 1 }
    }

    /// The value of a member whose cell is empty.
    fn default_of(&self, name: &str, member: &View<'a>, is_required: bool) -> Option<Value> {
        let (choices, _) = self.choices(member);
        let one = match choices.as_slice() {
            [one] => Some(one.value.clone()),
            _ => None,
        };
        let if_possible = |value: &str| {
            let is_possible = choices.is_empty() || choices.iter().any(|choice| choice.value.as_str() == Some(value));
            is_possible.then(|| Value::from(value))
        };
        match name {
            "marketplace_id" => Some(self.marketplace.id().into()),
            "language_tag" => if_possible(self.marketplace.default_locale()).or(one),
            "currency" => if_possible(self.marketplace.currency()).or(one),
            "audience" => if_possible("ALL").or(one),
            CHANNEL => if_possible("DEFAULT").or(one),
            _ => one.filter(|_| is_required),
        }
    }

    /// The values to choose from, each once, and whether the schema takes others too.
    fn choices(&self, view: &View<'a>) -> (Vec<Choice>, bool) {
        let mut found: Vec<Choice> = Vec::new();
        let mut known = std::collections::HashSet::new();
        let mut add = |view: &View<'a>| {
            let Some(values) = view.get("enum").and_then(Value::as_array) else { return false };
            let labels = view.get("enumNames").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for (place, value) in values.iter().enumerate() {
                if known.insert(value.to_string()) {
                    let label = labels.get(place).and_then(Value::as_str).unwrap_or_default().to_owned();
                    found.push(Choice { value: value.clone(), label });
                }
            }
            true
        };
        let is_closed = add(view);
        let mut has_free = false;
        for branch in view.branches() {
            has_free |= !add(&View::of(self.root, branch));
        }
        let is_open = has_free && !is_closed && !found.is_empty();
        (found, is_open)
    }

    fn leaf(&mut self, view: &View<'a>, kind: &str, way: Way<'a>) {
        let (choices, is_open) = self.choices(view);
        let branches: Vec<View<'a>> = view.branches().map(|branch| View::of(self.root, branch)).collect();
        let formats: Vec<&str> =
            std::iter::once(view).chain(&branches).filter_map(|part| part.text("format")).collect();
        let kind = match kind {
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "boolean" => Kind::Boolean,
            _ => match (formats.contains(&"date"), formats.contains(&"date-time"), formats.contains(&"uri")) {
                (true, true, _) => Kind::DateOrTime,
                (true, false, _) => Kind::Date,
                (false, true, _) => Kind::DateTime,
                (false, false, true) => Kind::Url,
                _ => Kind::Text,
            },
        };
        // A branch has the limits of an open list.
        let limit = |keyword| std::iter::once(view).chain(&branches).find_map(|part| part.get(keyword));
        let count = |keyword| limit(keyword).and_then(Value::as_u64);
        let number = |keyword| limit(keyword).filter(|value| value.is_number()).cloned();
        let is_text = matches!(kind, Kind::Text | Kind::Url);
        let is_number = matches!(kind, Kind::Integer | Kind::Number);
        let repeats = way.repeats.unwrap_or(1);
        let limits = Limits {
            least_characters: count("minLength").filter(|_| is_text),
            most_characters: count("maxLength").filter(|_| is_text),
            most_bytes: count("maxUtf8ByteLength").filter(|_| is_text),
            least: number("minimum").filter(|_| is_number),
            above: number("exclusiveMinimum").filter(|_| is_number),
            most: number("maximum").filter(|_| is_number),
            step: number("multipleOf").filter(|_| is_number),
            most_values: Some(repeats).filter(|most| *most > 1),
        };
        let example = limit("examples").and_then(Value::as_array).and_then(|list| list.first());
        let example = example.filter(|value| !value.is_array() && !value.is_object()).map(super::column::as_text);
        self.fields.all.push(Field {
            label: way.labels.join(": "),
            steps: way.steps,
            name: way.name,
            kind,
            choices,
            is_open,
            limits,
            need: if way.is_required { Need::Required } else { Need::Optional },
            default: way.default,
            example,
            is_silent: way.is_silent,
            repeats,
            rank: 0,
        });
    }
}
