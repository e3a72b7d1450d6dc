//! Choices: which there are, and which one was meant.

use super::words::{listed, name, shown};
use serde_json::Value;

/// How many choices a message lists.
const MOST_LISTED: usize = 10;

/// How like a name must be to be suggested, from 0 to 1.
const LIKE: f64 = 0.7;

/// The longest text that is compared with others.
const LONGEST: usize = 100;

/// The first choices, and how many more there are.
pub(super) fn some_of(choices: &[Value]) -> String {
    listed(choices.iter().map(shown).collect(), "or", MOST_LISTED)
}

/// What to send instead of the value, if that is plain: the choice whose label it is, the choice in another spelling, or a
/// like one.
pub(super) fn meant(given: &Value, choices: &[Value], labels: &[Value]) -> Option<String> {
    let text = match given {
        Value::String(text) => text.trim(),
        other => {
            let spelled = other.to_string();
            let same = choices.iter().find(|choice| choice.as_str() == Some(&spelled))?;
            return Some(format!("send the text {}", shown(same)));
        }
    };
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let is_text = |choice: &Value| match choice {
        Value::String(choice) => is_alike(choice, text),
        Value::Bool(_) | Value::Number(_) => is_alike(&choice.to_string(), text),
        _ => false,
    };
    if let Some(choice) = choices.iter().find(|choice| is_text(choice)) {
        let how = if choice.is_string() { "" } else { ", without quotation marks" };
        return Some(format!("send {}{how}", shown(choice)));
    }
    let is_label = |(_, label): &(&Value, &Value)| label.as_str().is_some_and(|label| is_alike(label, text));
    if let Some((choice, label)) = choices.iter().zip(labels).find(is_label) {
        return Some(format!("{} is the label of {}: send {}", shown(label), shown(choice), shown(choice)));
    }
    // The only choice is said already.
    let several = choices.iter().filter_map(Value::as_str).filter(|_| choices.len() > 1);
    let like = nearest(text, several)?;
    Some(format!("did you mean \"{}\"?", name(like)))
}

fn is_alike(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.to_lowercase()
}

/// The name that is most like another one.
pub(super) fn nearest<'name>(given: &str, names: impl Iterator<Item = &'name str>) -> Option<&'name str> {
    if given.len() > LONGEST {
        return None;
    }
    let given = given.to_lowercase();
    let likeness = |other: &str| strsim::normalized_damerau_levenshtein(&given, &other.to_lowercase());
    let like = names.filter(|other| other.len() <= LONGEST).map(|other| (likeness(other), other));
    let best = like.filter(|(like, _)| *like >= LIKE).max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    Some(best.1)
}
