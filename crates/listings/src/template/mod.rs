//! Templates: the attributes of a product type as columns to fill in, and filled rows as attributes.
//!
//! A column has one value of one attribute. Its name is the attribute's, with a number for one of several instances and the
//! member where there are several: `item_name`, `bullet_point.2`, `item_weight.unit`, `purchasable_offer.our_price`. The ids of
//! the marketplace, the language, the currency and the audience are filled in.

mod cell;
mod column;
mod condition;
mod field;
mod placeholder;
mod row;
mod schema;

pub use cell::Cell;
pub use column::{Choice, Column, Kind, Limits, Need};
pub use placeholder::remove_placeholders;
pub use row::{BadCell, Filled, Header};

use crate::validate;
use field::{Field, Fields, Step};
use row::Place;
use serde_json::Value;
use spapi_core::{Error, Marketplace};
use spapi_types::text::printable;
use std::collections::HashMap;

/// How many instances of an attribute have columns. A file may have more columns.
const REPEATS: u64 = 5;

/// The highest number of an instance in a name.
const MOST_INSTANCES: usize = 1000;

/// The columns of a file that do not belong to attributes.
const OWN: [&str; 2] = ["sku", "product_type"];

/// The columns of an offer and of a family of variations that a template has although no schema requires them.
const BASICS: [&str; 12] = [
    "brand",
    "externally_assigned_product_identifier",
    "merchant_suggested_asin",
    "condition_type",
    "purchasable_offer.our_price",
    "purchasable_offer.minimum_seller_allowed_price",
    "purchasable_offer.maximum_seller_allowed_price",
    "fulfillment_availability.fulfillment_channel_code",
    "fulfillment_availability.quantity",
    "parentage_level",
    "child_parent_sku_relationship",
    "variation_theme",
];

/// The attributes that come first, as a seller thinks of them.
const FIRST: [&str; 6] = [
    "item_name",
    "brand",
    "externally_assigned_product_identifier",
    "merchant_suggested_asin",
    "condition_type",
    "product_description",
];

/// The members that come first among those of one attribute.
const FIRST_MEMBERS: [&str; 3] = ["type", "fulfillment_channel_code", "value"];

/// What to fill in for a listing of a product type in one marketplace, made from the type's schema.
///
/// ```
/// use serde_json::json;
/// use spapi_listings::template::{Cell, Need, Template};
/// use spapi_core::Marketplace;
///
/// let schema = json!({ "required": ["item_name"], "properties": { "item_name": {
///     "title": "Titel", "type": "array", "maxUniqueItems": 1, "selectors": ["marketplace_id", "language_tag"],
///     "items": { "type": "object", "required": ["value", "language_tag"], "properties": {
///         "value": { "type": "string", "maxLength": 200 },
///         "language_tag": { "type": "string", "enum": ["de_DE"] },
///         "marketplace_id": { "type": "string" },
///     } },
/// } } });
/// let template = Template::new(&schema, Marketplace::DE)?;
/// let columns = template.columns();
/// assert_eq!((columns[0].name.as_str(), &columns[0].need), ("item_name", &Need::Required));
///
/// let header = template.header(["sku", "item_name"]);
/// let filled = template.attributes(&header, &[Cell::from("A-1"), Cell::from("Koffer")]);
/// assert_eq!(filled.attributes["item_name"][0], json!({
///     "value": "Koffer", "language_tag": "de_DE", "marketplace_id": "A1PA6795UKMFR9",
/// }));
/// # Ok::<_, spapi_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Template {
    fields: Fields,
    /// The fields by their names, short and long.
    names: HashMap<String, usize>,
    has_all: bool,
}

impl Template {
    /// A template of the attributes that the schema requires, always or under a condition, and of the basics of an offer.
    ///
    /// # Errors
    /// When the schema has no attributes, or more than 20,000 values to fill in.
    pub fn new(schema: &Value, marketplace: Marketplace) -> Result<Self, Error> {
        let mut fields = field::read(schema, marketplace)?;
        fields.all.sort_by_cached_key(order);
        let mut names = HashMap::new();
        for (place, field) in fields.all.iter().enumerate() {
            names.entry(short_name(field)).or_insert(place);
        }
        for (place, field) in fields.all.iter().enumerate() {
            names.entry(joined(field.members().map(|(name, _)| name))).or_insert(place);
        }
        Ok(Self { fields, names, has_all: false })
    }

    /// A template of all attributes.
    pub fn all(mut self) -> Self {
        self.has_all = true;
        self
    }

    /// The columns in their order: the title and the identifiers, what is required, what is required under a condition, and the
    /// rest; by name within each.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        let mut fields = self.fields.all.iter().enumerate().filter(|(_, field)| self.has(field)).peekable();
        while let Some((_, first)) = fields.peek() {
            let attribute = first.attribute();
            let mut group = Vec::new();
            while let Some(one) = fields.next_if(|(_, field)| field.attribute() == attribute) {
                group.push(one);
            }
            let repeats = repeats_of(&group);
            for instance in 0..repeats {
                for (place, field) in &group {
                    columns.push(column(*place, field, (repeats > 1).then_some(instance)));
                }
            }
        }
        columns
    }

    /// The header of a file with these names in its first row. Besides the names of [`columns`](Self::columns), it can have any
    /// other value of the schema: with all members joined by points (`purchasable_offer.our_price.schedule.value_with_tax`) and
    /// with the number of an instance (`bullet_point.7`, `purchasable_offer.2.audience`). The columns `sku` and
    /// `product_type` do not belong to attributes. A filled cell below any other name is a [`BadCell`].
    pub fn header<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Header {
        let place = |name: &str| {
            let name = name.trim();
            match self.find(name).and_then(|column| Some((self.fields.all.get(column.field)?.steps.clone(), column))) {
                Some((steps, column)) => Place::Value(Box::new(column), steps),
                None if name.is_empty() || OWN.contains(&name) => Place::Own,
                None => Place::Unknown(name.to_owned(), self.hint(name)),
            }
        };
        Header { columns: names.into_iter().map(place).collect(), has_comma: self.fields.has_comma }
    }

    /// The name that a wrong one may mean, as the end of a sentence.
    fn hint(&self, name: &str) -> String {
        let bare: String = name.split('.').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join(".");
        let names: Vec<String> = self.fields.all.iter().map(short_name).collect();
        // The last part of one name alone is plain enough.
        let is_end = |known: &&String| known.strip_suffix(bare.as_str()).is_some_and(|front| front.ends_with('.'));
        let mut ends = names.iter().filter(is_end);
        let end = ends.next().filter(|_| !bare.is_empty() && ends.next().is_none()).map(String::as_str);
        let closest = end.or_else(|| validate::nearest(&bare, names.iter().map(String::as_str)));
        closest.map(|known| format!("; did you mean {}?", printable(known).up_to(80))).unwrap_or_default()
    }

    /// The attributes that a row stands for. `cells` are those of the columns of the header, in their order.
    pub fn attributes(&self, header: &Header, cells: &[Cell]) -> Filled {
        header.read(cells, &self.fields.defaults)
    }

    /// An attributes object in which each value is a placeholder that says what to put in its place. Where the template knows the
    /// value, it is filled in. [`remove_placeholders`] removes those that stay.
    pub fn json(&self) -> Value {
        let columns = self.columns();
        let header = self.header(columns.iter().map(|column| column.name.as_str()));
        let values = columns.iter().map(placeholder::of).collect();
        Value::Object(header.with_values(values, &self.fields.defaults))
    }

    fn has(&self, field: &Field) -> bool {
        let is_needed = matches!(field.need, Need::Required | Need::Conditional(_));
        let is_basic = BASICS.iter().any(|basic| {
            let name = short_name(field);
            name.strip_prefix(basic).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        match field.is_silent {
            // Nothing fills it in, and Amazon wants it.
            true => is_needed && field.default.is_none(),
            false => self.has_all || is_needed || is_basic,
        }
    }

    /// The column of a name.
    fn find(&self, name: &str) -> Option<Column> {
        let parts: Vec<&str> = name.split('.').collect();
        let is_number = |part: &&&str| part.parse::<usize>().is_ok();
        let words: Vec<&str> = parts.iter().filter(|part| !is_number(part)).copied().collect();
        let place = *self.names.get(&words.join("."))?;
        let field = self.fields.all.get(place)?;
        let is_short =
            words.len() == field.name.len() && words.iter().zip(&field.name).all(|(word, (name, _))| word == name);
        let ways: Vec<usize> = match is_short {
            true => field.name.iter().map(|(_, step)| *step).collect(),
            false => field.members().map(|(_, step)| step).collect(),
        };
        let mut column = column(place, field, None);
        let mut word = 0_usize;
        let mut was_number = true;
        for part in &parts {
            let number = part.parse::<usize>();
            // A number stands after the member that has the array, and there is one of it.
            if was_number && number.is_ok() {
                return None;
            }
            was_number = number.is_ok();
            let Ok(number) = number else {
                word += 1;
                continue;
            };
            let index = number.checked_sub(1).filter(|_| number <= MOST_INSTANCES)?;
            let from = *ways.get(word.checked_sub(1)?)?;
            let to = ways.get(word).copied().unwrap_or(field.steps.len());
            let steps = field.steps.get(from..to)?;
            let step = from + steps.iter().position(|step| *step == Step::Element)?;
            let nth = field.steps.get(..step)?.iter().filter(|step| **step == Step::Element).count();
            *column.indexes.get_mut(nth)? = index;
        }
        name.clone_into(&mut column.name);
        Some(column)
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template")
            .field("fields", &self.fields.all.len())
            .field("all", &self.has_all)
            .finish_non_exhaustive()
    }
}

/// The column of a field. `instance` is the position of the attribute's instance, if the name has it.
fn column(place: usize, field: &Field, instance: Option<usize>) -> Column {
    let mut indexes = vec![0; field.steps.iter().filter(|step| **step == Step::Element).count()];
    let (mut name, mut label, mut need) = (short_name(field), field.label.clone(), field.need.clone());
    if let Some(index) = instance {
        if let Some(first) = indexes.first_mut() {
            *first = index;
        }
        let number = index + 1;
        name = match name.split_once('.') {
            Some((attribute, rest)) => format!("{attribute}.{number}.{rest}"),
            None => format!("{name}.{number}"),
        };
        label = format!("{label} {number}");
        // One instance is enough.
        if index > 0 {
            need = Need::Optional;
        }
    }
    Column {
        name,
        label,
        attribute: field.attribute().to_owned(),
        need,
        kind: field.kind,
        choices: field.choices.clone(),
        is_open: field.is_open,
        limits: field.limits.clone(),
        default: field.default.clone(),
        example: field.example.clone(),
        field: place,
        indexes,
    }
}

/// How many instances of an attribute have columns.
fn repeats_of(group: &[(usize, &Field)]) -> usize {
    let most = group.iter().map(|(_, field)| field.repeats).max().unwrap_or(1);
    usize::try_from(most.clamp(1, REPEATS)).unwrap_or(1)
}

fn short_name(field: &Field) -> String {
    joined(field.name.iter().map(|(name, _)| name.as_str()))
}

fn joined<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(".")
}

/// By what the fields are sorted.
fn order(field: &Field) -> (usize, u8, String, Vec<(usize, String)>) {
    let attribute = field.attribute();
    let first = FIRST.iter().position(|name| *name == attribute).unwrap_or(FIRST.len());
    let place = |member: &str| FIRST_MEMBERS.iter().position(|name| *name == member).unwrap_or(FIRST_MEMBERS.len());
    let members = field.name.iter().skip(1).map(|(member, _)| (place(member), member.clone())).collect();
    (first, field.rank, attribute.to_owned(), members)
}
