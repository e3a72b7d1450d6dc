//! Finding sections, versions and operations by the names that users type.

use crate::exit::Failure;
use spapi_core::operation::{ApiName, OperationName};
use spapi_metadata::{Api, Published, SECTIONS, Section};

/// The option that requests buyers' data, for an operation whose buyers' data need a restricted data token.
pub fn restricted_option(found: &Published) -> Option<String> {
    let elements = found.entry.operation.restricted?.data_elements;
    let parts: Vec<_> = elements.iter().map(|element| element.as_str()).collect();
    Some(if parts.is_empty() { "--restricted".to_owned() } else { format!("--restricted={}", parts.join(",")) })
}

/// The section, and its APIs of the version that was typed or else all of them, oldest first.
pub fn section(typed: &ApiName) -> Result<(&'static Section, Vec<&'static Api>), Failure> {
    let section = spapi_metadata::section(typed.section()).ok_or_else(|| {
        let close = close_to(typed.section(), SECTIONS.iter().map(|section| section.name));
        Failure::usage(format!("there is no section {:?}{}", typed.section(), did_you_mean(&close)))
            .with_next("`spapi operations` lists every section")
    })?;
    let apis: Vec<_> = section.apis_of(typed).collect();
    if apis.is_empty() {
        let versions: Vec<_> = section.apis.iter().map(|api| section.version_of(api)).collect();
        let version = typed.version().unwrap_or_default();
        return Err(Failure::usage(format!("{} has no version {version:?}", section.name))
            .with_next(format!("its versions are {}", versions.join(", "))));
    }
    Ok((section, apis))
}

/// The operation of that id in upper or lower case. Of several APIs that have it, the newest counts.
pub fn operation(typed: &ApiName, id: &str) -> Result<Published, Failure> {
    let (_, apis) = section(typed)?;
    let name = OperationName::new(typed.clone(), id);
    if let Some(found) = spapi_metadata::find(&name) {
        return Ok(found);
    }
    let elsewhere = spapi_metadata::operations().filter(|published| name.has_id(&published.entry.operation.id)).map(
        |Published { section, api, entry, .. }| {
            format!("{} in {}@{}", entry.operation.id, section.name, section.version_of(api))
        },
    );
    let mut close: Vec<_> = elsewhere.collect();
    let here = apis.iter().flat_map(|api| api.operations).map(|entry| entry.operation.id.as_ref());
    close.extend(close_to(id, here).into_iter().map(str::to_owned));
    let message = format!("{typed} has no operation {id:?}{}", did_you_mean(&close));
    Err(Failure::usage(message).with_next(format!("`spapi operations {typed}` lists its operations")))
}

/// The names that are close to the typed one, the closest first.
pub fn close_to<'name>(typed: &str, names: impl Iterator<Item = &'name str>) -> Vec<&'name str> {
    const LIKE: f64 = 0.8;
    const SHOWN: usize = 3;
    let typed = typed.to_ascii_lowercase();
    let mut scored: Vec<_> =
        names.map(|name| (strsim::jaro_winkler(&typed, &name.to_ascii_lowercase()), name)).collect();
    scored.retain(|(score, _)| *score >= LIKE);
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let mut names = Vec::new();
    for (_, name) in scored {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(SHOWN);
    names
}

/// `; did you mean a or b?`, or nothing if no name is close.
pub fn did_you_mean(names: &[impl AsRef<str>]) -> String {
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [name] => format!("; did you mean {name}?"),
        [names @ .., last] => format!("; did you mean {} or {last}?", names.join(", ")),
    }
}

/// The warning for a value that is not among the usual ones of a text, which Amazon may take nevertheless.
pub fn unusual(what: &str, value: &str, usual: &[&str]) -> Option<String> {
    let close = || did_you_mean(&close_to(value, usual.iter().copied()));
    (!usual.is_empty() && !usual.contains(&value))
        .then(|| format!("{what} is not a known value, and is sent as it is{}", close()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(section: &str, id: &str) -> Result<String, String> {
        match operation(&section.parse().unwrap(), id) {
            Ok(found) => Ok(found.to_string()),
            Err(Failure::Error { message, next, .. }) => Err(format!("{message} | {}", next.unwrap_or_default())),
            Err(Failure::ReaderGone) => Err(String::new()),
        }
    }

    #[test]
    fn operations_are_found_by_either_form_of_the_version_and_in_any_case() {
        assert_eq!(find("orders", "GETORDER").unwrap(), "orders@2026-01-01 getOrder", "the newest");
        assert_eq!(find("orders@v0", "getorder").unwrap(), "orders@v0 getOrder");
        assert_eq!(find("orders@2026-01-01", "getOrder").unwrap(), "orders@2026-01-01 getOrder");
        assert_eq!(find("Orders@V2026_01_01", "getOrder").unwrap(), "orders@2026-01-01 getOrder");
        assert_eq!(find("orders", "getOrderItems").unwrap(), "orders@v0 getOrderItems");
    }

    #[test]
    fn every_operation_of_the_table_is_found_by_its_own_names() {
        for published in spapi_metadata::operations() {
            let (section, operation) = (published.section, published.entry.operation);
            for version in [published.api.module, &operation.version, section.version_of(published.api)] {
                let found = find(&format!("{}@{version}", section.name), &operation.id).unwrap();
                assert_eq!(found, published.to_string(), "by {version}");
            }
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_close_names() {
        assert_eq!(
            find("ordrs", "getOrder").unwrap_err(),
            "there is no section \"ordrs\"; did you mean orders? | `spapi operations` lists every section"
        );
        assert_eq!(
            find("orders", "getOrdersItems").unwrap_err(),
            "orders has no operation \"getOrdersItems\"; did you mean getOrderItems, getOrders or getOrder? | \
             `spapi operations orders` lists its operations"
        );
        let elsewhere = find("orders@2026-01-01", "getOrders").unwrap_err();
        assert!(elsewhere.contains("did you mean getOrders in orders@v0"), "{elsewhere}");
        assert_eq!(
            find("orders@v9", "getOrder").unwrap_err(),
            "orders has no version \"v9\" | its versions are v0, 2026-01-01"
        );
        assert!(!find("zzz", "x").unwrap_err().contains("did you mean"));
    }
}
