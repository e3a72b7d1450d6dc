//! The errors of the schema in a seller's words.

use super::choices::{meant, nearest, some_of};
use super::condition::{self, Applied};
use super::outline::Outline;
use super::pointer::segments;
use super::words::{counted, listed, name, shown};
use jsonschema::JsonType;
use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;
use spapi_types::text::{folded, printable};

/// The forms of `anyOf` and `oneOf` that a message describes.
const MOST_FORMS: usize = 3;

/// How many errors inside of errors are described.
const DEEPEST: usize = 3;

/// What a finding says besides its pointer.
pub(super) struct Said {
    pub keyword: String,
    pub property: Option<String>,
    pub attribute: Option<String>,
    pub message: String,
}

/// Writes messages from the schema.
pub(super) struct Writer<'schema> {
    pub schema: &'schema Value,
    pub outline: &'schema Outline,
    /// The attributes that are checked.
    pub attributes: &'schema Value,
}

impl Writer<'_> {
    /// The findings of an error: one, or one for each member that is too much.
    pub fn said(&self, error: &ValidationError<'_>) -> Vec<Said> {
        let applied = condition::applied(self.schema, segments(error.evaluation_path().as_str()));
        let pointer = error.instance_path().as_str();
        let attribute = segments(pointer).next().map(|name| name.into_owned());
        let because = self.because(&applied);
        let keyword = keyword(error);
        let one = |property: Option<String>, message: String| Said {
            keyword: keyword.to_owned(),
            attribute: attribute.clone().or_else(|| property.clone()),
            property,
            message,
        };
        match error.kind() {
            Kind::Required { property } => {
                let missing = property.as_str().unwrap_or_default().to_owned();
                let message = match pointer {
                    "" => format!("{} is missing{because}", self.titled(&missing)),
                    _ => format!("{} needs {}, which is missing{because}", self.subject(pointer), name(&missing)),
                };
                vec![one(Some(missing), message)]
            }
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                unexpected.iter().map(|surplus| one(Some(surplus.clone()), self.surplus(pointer, surplus))).collect()
            }
            Kind::FalseSchema if keyword == "additionalProperties" => {
                let members = self.attributes.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
                members.map(|(surplus, _)| one(Some(surplus.clone()), self.surplus(pointer, surplus))).collect()
            }
            Kind::Not { schema } if pointer.is_empty() => {
                let unwanted = required_of(schema);
                let property = unwanted.first().filter(|_| unwanted.len() == 1).map(|name| (*name).to_owned());
                let rule = match condition::described(self.schema, schema, true) {
                    Some(rule) => format!("this must not be so: {rule}"),
                    None => "a rule of the schema forbids these attributes together".to_owned(),
                };
                let message = match &property {
                    Some(only) if schema.as_object().is_some_and(|schema| schema.len() == 1) => {
                        format!("{} must not be given{because}", self.titled(only))
                    }
                    _ => format!("{rule}{because}"),
                };
                vec![one(property, message)]
            }
            _ => {
                let subject = self.subject(pointer);
                let wanted = self.wanted(error, &applied, 0);
                vec![one(None, format!("{subject} {wanted}{because}{}", self.stands(error)))]
            }
        }
    }

    /// What a place of the attributes is called: `bullet_point ("Bullet Point")`, `purchasable_offer ("Offer") our_price`.
    pub fn subject(&self, pointer: &str) -> String {
        let mut names = segments(pointer);
        let Some(attribute) = names.next() else { return "the listing".to_owned() };
        let inner: Vec<_> = names.filter(|name| name.parse::<usize>().is_err()).collect();
        let inner = match inner.as_slice() {
            [.., last] if last == "value" => inner.get(..inner.len() - 1).unwrap_or_default(),
            all => all,
        };
        match inner {
            [] => self.titled(&attribute),
            inner => format!("{} {}", self.titled(&attribute), name(&inner.join("."))),
        }
    }

    /// An attribute with its label.
    fn titled(&self, attribute: &str) -> String {
        match self.label(attribute).filter(|label| folded(label) != folded(attribute)) {
            Some(label) => format!("{} (\"{}\")", name(attribute), name(label)),
            None => name(attribute),
        }
    }

    /// The label of an attribute, in the language of the schema.
    pub fn label(&self, attribute: &str) -> Option<&str> {
        self.outline.attribute(attribute)?.label.as_deref()
    }

    /// The condition under which the failed keyword applies.
    fn because(&self, applied: &Applied<'_>) -> String {
        let Some((premise, holds)) = applied.condition else { return String::new() };
        let Some(rule) = condition::described(self.schema, premise, holds) else { return String::new() };
        format!(", because {rule}")
    }

    fn surplus(&self, pointer: &str, surplus: &str) -> String {
        let place = self.place(pointer);
        let like = place.and_then(|place| nearest(surplus, place.names()));
        let like = like.map(|like| format!("; did you mean {}?", name(like))).unwrap_or_default();
        if pointer.is_empty() {
            return match surplus.strip_prefix("b2b_") {
                Some(_) => format!(
                    "{} is not an attribute of this product type{like}; a price for business customers is a \
                     purchasable_offer with the audience B2B",
                    name(surplus)
                ),
                None => format!("{} is not an attribute of this product type{like}", name(surplus)),
            };
        }
        let subject = self.subject(pointer);
        if surplus == "marketplace_id" && pointer.starts_with("/fulfillment_availability/") {
            return format!(
                "{subject} has no member marketplace_id; Amazon's answers show it there, but a listing must not send it"
            );
        }
        let members = place.map(|place| place.names().map(name).collect::<Vec<_>>()).unwrap_or_default();
        let members = match members.is_empty() {
            true => String::new(),
            false => format!("; it has {}", listed(members.into_iter(), "and", 10)),
        };
        format!("{subject} has no member {}{like}{members}", name(surplus))
    }

    fn place(&self, pointer: &str) -> Option<&super::outline::Place> {
        segments(pointer).try_fold(self.outline.root()?, |place, segment| match segment.parse::<usize>() {
            Ok(_) => self.outline.items(place).or_else(|| self.outline.member(place, &segment)),
            Err(_) => self.outline.member(place, &segment),
        })
    }

    /// What the failed keyword asks for, without the value that stands there.
    fn wanted(&self, error: &ValidationError<'_>, applied: &Applied<'_>, depth: usize) -> String {
        let given = error.instance().as_ref();
        match error.kind() {
            Kind::Type { kind } => {
                let wanted = types(kind);
                let is_spelled = given.as_str().is_some_and(|text| {
                    let is_number = wanted.contains("number") && text.trim().parse::<f64>().is_ok();
                    is_number || (wanted.contains("true") && matches!(text.trim(), "true" | "false"))
                });
                let how = if is_spelled { " without quotation marks" } else { "" };
                let place = error.instance_path().as_str();
                match wanted.as_str() {
                    "a list" if segments(place).count() == 1 => {
                        "must be a list of objects such as [{\"value\": …}]".to_owned()
                    }
                    wanted => format!("must be {wanted}{how}"),
                }
            }
            Kind::Enum { options } => {
                let values = options.as_array().map(Vec::as_slice).unwrap_or_default();
                let labels = applied.schema.and_then(|schema| schema.get("enumNames")).and_then(Value::as_array);
                let meant = meant(given, values, labels.map(Vec::as_slice).unwrap_or_default());
                let meant = meant.map(|meant| format!(" ({meant})")).unwrap_or_default();
                if values.is_empty() {
                    return "takes no value: the schema lists none".to_owned();
                }
                let is_business = given.as_str() == Some("B2B") && !values.contains(given);
                let business = if is_business { BUSINESS } else { "" };
                format!("must be {}{meant}{business}", some_of(values))
            }
            Kind::Constant { expected_value } => format!("must be {}", shown(expected_value)),
            Kind::MaxItems { limit: 0 } => format!("takes no values in this schema{BUSINESS}"),
            Kind::MaxItems { limit } => format!("takes at most {}", counted(*limit, "value")),
            Kind::MinItems { limit } => format!("needs at least {}", counted(*limit, "value")),
            Kind::AdditionalItems { limit } => format!("takes at most {}", counted(*limit as u64, "value")),
            Kind::MaxLength { limit } => format!("takes at most {}", counted(*limit, "character")),
            Kind::MinLength { limit } => format!("needs at least {}", counted(*limit, "character")),
            Kind::MaxProperties { limit } => format!("takes at most {}", counted(*limit, "member")),
            Kind::MinProperties { limit } => format!("needs at least {}", counted(*limit, "member")),
            Kind::Maximum { limit } => format!("must be at most {}", shown(limit)),
            Kind::Minimum { limit } => format!("must be at least {}", shown(limit)),
            Kind::ExclusiveMaximum { limit } => format!("must be less than {}", shown(limit)),
            Kind::ExclusiveMinimum { limit } => format!("must be more than {}", shown(limit)),
            Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
            Kind::Pattern { pattern } => match pattern.as_str() {
                "^(https?|s3)://" => "must begin with https://, http:// or s3://".to_owned(),
                pattern => format!("must have the form of the pattern {}", printable(pattern).up_to(100)),
            },
            Kind::Format { format } => match format.as_str() {
                "date" => "must be a date such as 2026-01-31".to_owned(),
                "date-time" => "must be a date and time with its zone, such as 2026-01-31T08:00:00Z".to_owned(),
                "uri" => "must be a whole address such as https://example.com/a.jpg".to_owned(),
                other => format!("must have the format {}", name(other)),
            },
            Kind::UniqueItems => "must not have the same value twice".to_owned(),
            Kind::Contains => match keyword(error) {
                "maxContains" => "has too many values of a kind that the schema limits".to_owned(),
                _ => "lacks a value that the schema asks for".to_owned(),
            },
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                let forms = context.iter().map(|errors| self.form(errors, depth)).collect::<Vec<_>>();
                let number = forms.len();
                let mut distinct: Vec<String> = Vec::new();
                for form in forms {
                    if !distinct.contains(&form) {
                        distinct.push(form);
                    }
                }
                let more = distinct.len().saturating_sub(MOST_FORMS);
                distinct.truncate(MOST_FORMS);
                let more = if more > 0 { format!("; and {more} more") } else { String::new() };
                format!("has none of its {number} possible forms: {}{more}", distinct.join("; or it "))
            }
            Kind::OneOfMultipleValid { .. } => {
                "has several forms of the schema at once, of which only one may apply".to_owned()
            }
            Kind::Not { schema } => match condition::described(self.schema, schema, true) {
                Some(rule) => format!("must not be so: {rule}"),
                None => "has a value that the schema excludes".to_owned(),
            },
            Kind::Required { property } => {
                format!("needs {}, which is missing", name(property.as_str().unwrap_or_default()))
            }
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                format!("has no member {}", listed(unexpected.iter().map(|surplus| name(surplus)), "or", 3))
            }
            Kind::UnevaluatedItems { .. } => "has more values than the schema knows".to_owned(),
            Kind::FalseSchema => "takes no value".to_owned(),
            Kind::PropertyNames { .. } => "has a member whose name the schema refuses".to_owned(),
            Kind::Custom { message, .. } => message.clone(),
            Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
                "has a value for which the schema's pattern takes too long".to_owned()
            }
            _ => format!("is refused by the schema's {}", name(keyword(error))),
        }
    }

    /// One form of `anyOf` or `oneOf`, by its first error.
    fn form(&self, errors: &[ValidationError<'_>], depth: usize) -> String {
        match errors.first() {
            Some(error) if depth < DEEPEST => {
                let applied = condition::applied(self.schema, segments(error.evaluation_path().as_str()));
                self.wanted(error, &applied, depth + 1)
            }
            _ => "does not match".to_owned(),
        }
    }

    /// What stands there.
    fn stands(&self, error: &ValidationError<'_>) -> String {
        let given = error.instance().as_ref();
        match (error.kind(), given) {
            (Kind::MaxLength { .. } | Kind::MinLength { .. }, Value::String(text)) => {
                format!("; {} stand there: {}", counted(text.chars().count() as u64, "character"), shown(given))
            }
            (Kind::MaxItems { .. } | Kind::MinItems { .. } | Kind::AdditionalItems { .. }, Value::Array(items)) => {
                match items.len() {
                    0 => "; none is given".to_owned(),
                    1 => "; one is given".to_owned(),
                    number => format!("; {number} are given"),
                }
            }
            (Kind::Custom { .. } | Kind::Contains | Kind::Not { .. } | Kind::UnevaluatedItems { .. }, _) => {
                String::new()
            }
            _ => format!("; {} stands there", shown(given)),
        }
    }
}

/// What to do where the schema knows no business customers.
const BUSINESS: &str =
    "; Amazon shows the values for business customers (B2B) only in a schema fetched with the seller's id";

/// The failed keyword.
pub(super) fn keyword<'error>(error: &'error ValidationError<'_>) -> &'error str {
    let path = error.schema_path().as_str();
    let last = path.rsplit('/').next().unwrap_or_default();
    match error.kind() {
        Kind::Required { .. } if last == "dependentRequired" => last,
        // The schema has no `properties` beside it.
        Kind::FalseSchema if last == "additionalProperties" => last,
        Kind::Contains if matches!(last, "minContains" | "maxContains") => last,
        kind => kind.keyword(),
    }
}

/// A type, or several, in words.
pub(super) fn types(kind: &TypeKind) -> String {
    let one = |name: JsonType| {
        match name {
            JsonType::String => "a text",
            JsonType::Number => "a number",
            JsonType::Integer => "a whole number",
            JsonType::Boolean => "true or false",
            JsonType::Array => "a list",
            JsonType::Object => "an object",
            JsonType::Null => "null",
        }
        .to_owned()
    };
    match kind {
        TypeKind::Single(only) => one(*only),
        TypeKind::Multiple(several) => {
            let several: Vec<_> = several.iter().map(one).collect();
            listed(several.into_iter(), "or", 7)
        }
    }
}

fn required_of(schema: &Value) -> Vec<&str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}
