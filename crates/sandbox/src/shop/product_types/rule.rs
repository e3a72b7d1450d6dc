//! What the attributes of a listing demand of each other.

use serde_json::{Map, Value, json};
use std::borrow::Cow;

pub(super) type Name = Cow<'static, str>;

/// A demand that depends on a condition.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) when: Condition,
    pub(super) then: Vec<Demand>,
    /// The rule where the condition does not hold.
    pub(super) otherwise: Option<Box<Rule>>,
}

#[derive(Clone, Debug)]
pub(super) enum Condition {
    /// The listing has the attribute.
    Has(Name),
    /// An instance of the attribute has one of these values in this member.
    Is(Name, &'static str, Vec<Value>),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

#[derive(Clone, Debug)]
pub(super) enum Demand {
    /// The listing must have the attribute.
    Need(Name),
    /// The listing must not have the attribute.
    Forbid(Name),
    /// Each instance of the attribute must have the member.
    NeedMember(Name, &'static str),
}

/// A rule that a listing breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Missing(Name),
    Forbidden(Name),
    MissingMember(Name, &'static str),
}

/// What a definition settles, so that its schema does not ask for it.
pub(super) struct Settled<'a> {
    /// Whether the definition has an attribute.
    pub(super) has: &'a dyn Fn(&str) -> bool,
    /// The level of parentage that the definition is for.
    pub(super) parentage: Option<&'static str>,
    /// Whether the definition enforces what a listing needs.
    pub(super) is_enforced: bool,
}

/// The attribute that names the level of parentage.
pub(super) const PARENTAGE: &str = "parentage_level";

pub(super) fn has(name: impl Into<Name>) -> Condition {
    Condition::Has(name.into())
}

/// The attribute's value is one of these.
pub(super) fn is<V: Into<Value>>(name: impl Into<Name>, values: impl IntoIterator<Item = V>) -> Condition {
    Condition::Is(name.into(), "value", values.into_iter().map(Into::into).collect())
}

pub(super) fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// Where the condition holds, a listing needs these attributes.
pub(super) fn needs<N: Into<Name>>(when: Condition, names: impl IntoIterator<Item = N>) -> Rule {
    let then = names.into_iter().map(|name| Demand::Need(name.into())).collect();
    Rule { when, then, otherwise: None }
}

/// Where the condition holds, a listing must not have the attribute.
pub(super) fn forbids(when: Condition, name: impl Into<Name>) -> Rule {
    Rule { when, then: vec![Demand::Forbid(name.into())], otherwise: None }
}

impl Condition {
    fn holds(&self, attributes: &Map<String, Value>) -> bool {
        match self {
            Self::Has(name) => attributes.contains_key(&**name),
            Self::Is(name, member, values) => {
                let instances = attributes.get(&**name).and_then(Value::as_array).into_iter().flatten();
                instances.filter_map(|instance| instance.get(member)).any(|value| values.contains(value))
            }
            Self::Not(condition) => !condition.holds(attributes),
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(attributes)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(attributes)),
        }
    }

    /// Whether the condition holds in each listing, or in none, of a definition.
    fn settled(&self, settled: &Settled) -> Option<bool> {
        match self {
            Self::Has(name) if name == PARENTAGE && settled.parentage.is_some() => Some(true),
            Self::Is(name, _, values) if name == PARENTAGE => match settled.parentage {
                Some(level) => Some(values.contains(&level.into())),
                None => (!(settled.has)(name)).then_some(false),
            },
            Self::Has(name) | Self::Is(name, ..) => (!(settled.has)(name)).then_some(false),
            Self::Not(condition) => condition.settled(settled).map(|holds| !holds),
            Self::All(conditions) => {
                let each: Vec<_> = conditions.iter().map(|condition| condition.settled(settled)).collect();
                match each.contains(&Some(false)) {
                    true => Some(false),
                    false => each.iter().all(|holds| *holds == Some(true)).then_some(true),
                }
            }
            Self::Any(conditions) => {
                let each: Vec<_> = conditions.iter().map(|condition| condition.settled(settled)).collect();
                match each.contains(&Some(true)) {
                    true => Some(true),
                    false => each.iter().all(|holds| *holds == Some(false)).then_some(false),
                }
            }
        }
    }

    fn schema(&self, settled: &Settled) -> Value {
        let open = |conditions: &[Self]| -> Vec<Value> {
            let open = conditions.iter().filter(|condition| condition.settled(settled).is_none());
            open.map(|condition| condition.schema(settled)).collect()
        };
        match self {
            Self::Has(name) => json!({ "required": [name] }),
            Self::Is(name, member, values) => {
                let wanted = json!({ "required": [member], "properties": { *member: { "enum": values } } });
                json!({ "required": [name], "properties": { &**name: { "contains": wanted } } })
            }
            Self::Not(condition) => json!({ "not": condition.schema(settled) }),
            Self::All(conditions) => json!({ "allOf": open(conditions) }),
            Self::Any(conditions) => json!({ "anyOf": open(conditions) }),
        }
    }
}

impl Demand {
    fn attribute(&self) -> &str {
        match self {
            Self::Need(name) | Self::Forbid(name) | Self::NeedMember(name, _) => name,
        }
    }

    /// The schema of several demands; `None` if the definition makes none of them.
    fn schema(demands: &[Self], settled: &Settled) -> Option<Value> {
        let made = |demand: &&Self| (settled.has)(demand.attribute());
        let made: Vec<&Self> = demands.iter().filter(made).collect();
        let mut schema = Map::new();
        let needed: Vec<&Name> = made
            .iter()
            .filter_map(|demand| match demand {
                Self::Need(name) if settled.is_enforced => Some(name),
                _ => None,
            })
            .collect();
        if !needed.is_empty() {
            schema.insert("required".into(), json!(needed));
        }
        let forbidden: Vec<Value> = made
            .iter()
            .filter_map(|demand| match demand {
                Self::Forbid(name) => Some(json!({ "required": [name] })),
                _ => None,
            })
            .collect();
        match &forbidden[..] {
            [] => {}
            [one] => drop(schema.insert("not".into(), one.clone())),
            several => drop(schema.insert("not".into(), json!({ "anyOf": several }))),
        }
        let mut properties = Map::new();
        for demand in made {
            if let Self::NeedMember(name, member) = demand {
                properties.insert(name.clone().into_owned(), json!({ "items": { "required": [member] } }));
            }
        }
        if !properties.is_empty() {
            schema.insert("properties".into(), properties.into());
        }
        (!schema.is_empty()).then(|| schema.into())
    }

    fn check(&self, attributes: &Map<String, Value>) -> Option<Broken> {
        match self {
            Self::Need(name) => (!attributes.contains_key(&**name)).then(|| Broken::Missing(name.clone())),
            Self::Forbid(name) => attributes.contains_key(&**name).then(|| Broken::Forbidden(name.clone())),
            Self::NeedMember(name, member) => {
                let instances = attributes.get(&**name).and_then(Value::as_array).into_iter().flatten();
                let mut without = instances.filter(|instance| instance.get(member).is_none());
                without.next().map(|_| Broken::MissingMember(name.clone(), member))
            }
        }
    }
}

impl Rule {
    /// The rule as a schema; `None` if the definition has no use for it.
    pub(super) fn schema(&self, settled: &Settled) -> Option<Value> {
        let then = Demand::schema(&self.then, settled);
        let otherwise = self.otherwise.as_ref().and_then(|rule| rule.schema(settled));
        match self.when.settled(settled) {
            Some(true) => then,
            Some(false) => otherwise,
            None if then.is_none() && otherwise.is_none() => None,
            None => {
                let mut schema = Map::new();
                schema.insert("if".into(), self.when.schema(settled));
                if let Some(then) = then {
                    schema.insert("then".into(), then);
                }
                if let Some(otherwise) = otherwise {
                    schema.insert("else".into(), otherwise);
                }
                Some(schema.into())
            }
        }
    }

    /// What of the rule a whole listing breaks.
    pub(super) fn broken(&self, attributes: &Map<String, Value>) -> Vec<Broken> {
        match (self.when.holds(attributes), &self.otherwise) {
            (true, _) => self.then.iter().filter_map(|demand| demand.check(attributes)).collect(),
            (false, Some(rule)) => rule.broken(attributes),
            (false, None) => Vec::new(),
        }
    }
}
