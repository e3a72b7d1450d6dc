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
    listed(choices.iter().map(shown), "or", MOST_LISTED)
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
    // Whether another text differs in upper and lower case only.
    let lower = (!text.is_ascii()).then(|| text.to_lowercase());
    let is_alike = |other: &str| match &lower {
        None => other.eq_ignore_ascii_case(text),
        Some(lower) => other.to_lowercase() == *lower,
    };
    let is_text = |choice: &Value| match choice {
        Value::String(choice) => is_alike(choice),
        Value::Bool(_) | Value::Number(_) => is_alike(&choice.to_string()),
        _ => false,
    };
    if let Some(choice) = choices.iter().find(|choice| is_text(choice)) {
        let how = if choice.is_string() { "" } else { ", without quotation marks" };
        return Some(format!("send {}{how}", shown(choice)));
    }
    let is_label = |(_, label): &(&Value, &Value)| label.as_str().is_some_and(is_alike);
    if let Some((choice, label)) = choices.iter().zip(labels).find(is_label) {
        return Some(format!("{} is the label of {}: send {}", shown(label), shown(choice), shown(choice)));
    }
    // The only choice is said already.
    let several = choices.iter().filter_map(Value::as_str).filter(|_| choices.len() > 1);
    let like = nearest(text, several)?;
    Some(format!("did you mean \"{}\"?", name(like)))
}

/// The name that is most like another one.
pub(super) fn nearest<'name>(given: &str, names: impl Iterator<Item = &'name str>) -> Option<&'name str> {
    if given.len() > LONGEST {
        return None;
    }
    let given = given.to_lowercase();
    let letters = Letters::of(&given);
    // A distance is at least that of the letters, which is soon found: most names need no more.
    let mut names: Vec<_> = names
        .filter(|name| name.len() <= LONGEST)
        .filter_map(|name| Some((letters.distance(name)?, name)))
        .filter(|(distance, name)| is_like(*distance, letters.count, characters(name)))
        .collect();
    names.sort_by_key(|(distance, _)| *distance);
    let mut best: Option<(usize, &str)> = None;
    for (least, name) in names {
        if best.is_some_and(|(distance, _)| distance <= least) {
            break;
        }
        let distance = strsim::damerau_levenshtein(&given, &name.to_lowercase());
        if best.is_none_or(|(best, _)| distance < best) {
            best = Some((distance, name));
        }
    }
    let (distance, name) = best?;
    is_like(distance, letters.count, characters(name)).then_some(name)
}

fn characters(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

/// Whether texts of this distance and of so many characters are like enough.
fn is_like(distance: usize, one: usize, other: usize) -> bool {
    1.0 - distance as f64 / one.max(other).max(1) as f64 >= LIKE
}

/// How often each letter stands in a text, where letters share a few places.
struct Letters {
    counts: [u8; 32],
    count: usize,
}

impl Letters {
    /// The letters of a text in lower case.
    fn of(text: &str) -> Self {
        let mut letters = Self { counts: [0; 32], count: 0 };
        each(text, |letter| {
            letters.count += 1;
            if let Some(count) = letters.counts.get_mut(letter) {
                *count = count.saturating_add(1);
            }
            true
        });
        letters
    }

    /// How many letters must be changed, added or left out at least to make one text of the other. `None` if they are too many.
    fn distance(&self, other: &str) -> Option<usize> {
        // Letters in lower case may be more, so that the limit is that of bytes.
        let most = (1.0 - LIKE) * self.count.max(other.len()) as f64;
        let (mut left, mut count, mut surplus) = (self.counts, 0, 0_usize);
        each(other, |letter| {
            count += 1;
            match left.get_mut(letter) {
                Some(left) if *left > 0 => *left -= 1,
                _ => surplus += 1,
            }
            surplus as f64 <= most + 1.0
        });
        let missing = self.count.saturating_sub(count - surplus);
        (surplus as f64 <= most + 1.0).then_some(surplus.max(missing))
    }
}

/// Calls `seen` with the place of each letter in lower case, until it returns false.
fn each(text: &str, mut seen: impl FnMut(usize) -> bool) {
    // Upper and lower case of ASCII share a place.
    _ = match text.is_ascii() {
        true => text.bytes().all(|letter| seen(usize::from(letter) % 32)),
        false => text.chars().flat_map(char::to_lowercase).all(|letter| seen(letter as usize % 32)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_that_of_the_least_distance() {
        let names = ["bullet_point", "brand", "bullet_points_two", "item_name", "item_type_name", "Größe", "GROSSE"];
        for given in [
            "bullet_pint",
            "BULLET_POINTS",
            "barnd",
            "item_nmae",
            "itemname",
            "größe",
            "x",
            "",
            "unit_count",
            "brandbrand",
        ] {
            let likeness =
                |name: &str| strsim::normalized_damerau_levenshtein(&given.to_lowercase(), &name.to_lowercase());
            let best = names
                .iter()
                .copied()
                .map(|name| (likeness(name), name))
                .max_by(|(one, _), (other, _)| one.total_cmp(other));
            let expected = best.filter(|(like, _)| *like >= LIKE).map(|(_, name)| name);
            assert_eq!(nearest(given, names.into_iter()), expected, "{given}");
        }
    }
}
