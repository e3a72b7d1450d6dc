//! What a column of a template asks for.

use serde_json::Value;
use spapi_types::text::printable;
use std::fmt;

/// A column of a [`Template`](super::Template): one value of one attribute.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// The name in the header row, such as `bullet_point.2` or `purchasable_offer.our_price`.
    pub name: String,
    /// The label in the language of the schema.
    pub label: String,
    /// The attribute's name.
    pub attribute: String,
    /// Whether a row needs a value.
    pub need: Need,
    /// The type of the value.
    pub kind: Kind,
    /// The values to choose from. Empty without a list.
    pub choices: Vec<Choice>,
    /// Whether the schema also takes other values than the [`choices`](Self::choices).
    pub is_open: bool,
    /// What the value must keep to.
    pub limits: Limits,
    /// The value that is sent where the cell is empty and other cells of the attribute are not.
    pub default: Option<Value>,
    /// A value of this form, of the schema's own examples if it has some.
    pub example: Option<String>,
    /// Which field of the schema it is.
    pub(super) field: usize,
    /// The position in each array on the way to the value.
    pub(super) indexes: Vec<usize>,
}

/// Whether a row needs a value in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// Every row needs it.
    Required,
    /// A row needs it under these conditions, each in words such as `batteries_required is true`.
    Conditional(Vec<String>),
    /// A row needs it if another column of the attribute is filled in.
    IfUsed,
    /// No row needs it.
    Optional,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A date, such as `2026-01-31`.
    Date,
    /// A moment with its zone, such as `2026-01-31T08:00:00Z`.
    DateTime,
    /// A date or a moment.
    DateOrTime,
    /// An address, such as `https://example.com/image.jpg`.
    Url,
}

/// A value to choose.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Choice {
    /// The value that is sent.
    pub value: Value,
    /// Its label in the language of the schema. It can be empty.
    pub label: String,
}

/// What a value must keep to. `None` is without a limit.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// The fewest characters.
    pub least_characters: Option<u64>,
    /// The most characters.
    pub most_characters: Option<u64>,
    /// The most bytes in UTF-8.
    pub most_bytes: Option<u64>,
    /// The smallest number.
    pub least: Option<Value>,
    /// The number that the value must exceed.
    pub above: Option<Value>,
    /// The largest number.
    pub most: Option<Value>,
    /// The number of which the value is a multiple, such as `0.01`.
    pub step: Option<Value>,
    /// How many values the attribute takes.
    pub most_values: Option<u64>,
}

impl Choice {
    /// The value as text, as a cell has it.
    pub fn text(&self) -> String {
        as_text(&self.value)
    }
}

/// A scalar as the text of a cell.
pub(super) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Column {
    /// What a cell takes, in words: `text, at most 200 characters`.
    pub fn takes(&self) -> String {
        let mut words = vec![self.kind.to_string()];
        words.extend(self.limits.words());
        if self.kind == Kind::Boolean {
            return words.join(", ");
        }
        if let Some(default) = &self.default {
            words.push(format!("empty for {}", printable(&as_text(default)).up_to(60)));
        }
        words.join(", ")
    }

    /// The first choices as a list of values with their labels, and how many more there are.
    pub fn choices_up_to(&self, most: usize) -> String {
        let one = |choice: &Choice| {
            let (value, label) = (choice.text(), choice.label.as_str());
            let shown = printable(&value).up_to(80).to_string();
            if label.is_empty() || label == value { shown } else { format!("{shown} ({})", printable(label).up_to(80)) }
        };
        let mut words = self.choices.iter().take(most).map(one).collect::<Vec<_>>().join(", ");
        if self.choices.len() > most {
            words.push_str(&format!(", and {} more", self.choices.len() - most));
        }
        words
    }
}

impl Limits {
    /// Each limit in words.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let characters = |count: u64| if count == 1 { "character" } else { "characters" };
        match (self.least_characters.filter(|least| *least > 1), self.most_characters) {
            (Some(least), Some(most)) => words.push(format!("{least} to {most} {}", characters(most))),
            (Some(least), None) => words.push(format!("at least {least} {}", characters(least))),
            (None, Some(most)) => words.push(format!("at most {most} {}", characters(most))),
            (None, None) => {}
        }
        words.extend(self.most_bytes.map(|most| format!("at most {most} bytes in UTF-8")));
        words.extend(self.above.as_ref().map(|above| format!("more than {above}")));
        match (&self.least, &self.most) {
            (Some(least), Some(most)) => words.push(format!("from {least} to {most}")),
            (Some(least), None) => words.push(format!("at least {least}")),
            (None, Some(most)) => words.push(format!("at most {most}")),
            (None, None) => {}
        }
        // Smaller steps say nothing to a person.
        let is_shown = |step: &Value| step.as_f64().is_some_and(|step| step >= 0.0001 && step != 1.0);
        words.extend(self.step.as_ref().filter(|step| is_shown(step)).map(|step| format!("in steps of {step}")));
        words.extend(self.most_values.filter(|most| *most > 1).map(|most| format!("up to {most} values")));
        words
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Integer => "whole number",
            Self::Number => "number",
            Self::Boolean => "true or false",
            Self::Date => "date such as 2026-01-31",
            Self::DateTime => "time such as 2026-01-31T08:00:00Z",
            Self::DateOrTime => "date such as 2026-01-31, or time such as 2026-01-31T08:00:00Z",
            Self::Url => "address such as https://example.com/image.jpg",
        })
    }
}

/// `required`, `optional`, or the conditions.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => f.write_str("required"),
            Self::Conditional(conditions) => {
                write!(f, "required if {}", conditions.join("; or if "))
            }
            Self::IfUsed => f.write_str("required if the attribute is used"),
            Self::Optional => f.write_str("optional"),
        }
    }
}
