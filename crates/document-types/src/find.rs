//! Finding rows by name.

/// The row of exactly that name, among rows in the order of their names.
pub(crate) fn by_name<T>(rows: &'static [T], name_of: fn(&T) -> &'static str, name: &str) -> Option<&'static T> {
    rows.binary_search_by(|row| name_of(row).cmp(name)).ok().map(|at| &rows[at])
}

/// How like a name must be, from 0 to 1. Names of different types share long beginnings.
const LIKE: f64 = 0.8;
/// The longest name that is compared. The longest of Amazon's has 58 letters.
const LONGEST: usize = 100;

/// At most three names that are like another one, in upper or lower case, the nearest first.
pub(crate) fn nearest(names: impl Iterator<Item = &'static str>, name: &str) -> Vec<&'static str> {
    if name.len() > LONGEST {
        return Vec::new();
    }
    let name = name.trim_matches(|char: char| char == '_' || char.is_whitespace()).to_ascii_uppercase();
    let likeness = |other: &str| strsim::normalized_damerau_levenshtein(&name, &other.to_ascii_uppercase());
    let mut like: Vec<_> = names.map(|other| (likeness(other), other)).filter(|(like, _)| *like >= LIKE).collect();
    like.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    like.into_iter().take(3).map(|(_, other)| other).collect()
}
