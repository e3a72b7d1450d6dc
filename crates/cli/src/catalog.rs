//! Finding sections, versions and operations by the names that users type.

use crate::exit::Failure;
use spapi_operations::{Api, Entry, SECTIONS, Section};
use std::str::FromStr;

/// `SECTION` or `SECTION@VERSION` as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionName {
    name: String,
    version: Option<String>,
}

impl FromStr for SectionName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, version) = match text.split_once('@') {
            Some((_, "")) => return Err("give a version after the @, such as v0 or 2026-01-01"),
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (text, None),
        };
        if name.is_empty() {
            return Err("give the name of a section, such as orders");
        }
        Ok(Self { name: name.to_owned(), version })
    }
}

/// An operation and where it belongs.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    pub section: &'static Section,
    pub api: &'static Api,
    pub entry: &'static Entry,
}

impl Found {
    /// How buyers' data of the operation are asked for, where they need a restricted data token.
    pub fn restricted_option(&self) -> Option<String> {
        let elements = self.entry.operation.restricted?.data_elements;
        let parts: Vec<_> = elements.iter().map(|element| element.as_str()).collect();
        Some(if parts.is_empty() { "--restricted".to_owned() } else { format!("--restricted={}", parts.join(",")) })
    }
}

impl SectionName {
    /// The section, and its APIs of the version that was typed or else all of them, oldest first.
    pub fn find(&self) -> Result<(&'static Section, Vec<&'static Api>), Failure> {
        let section = SECTIONS.iter().find(|section| section.name.eq_ignore_ascii_case(&self.name));
        let section = section.ok_or_else(|| {
            let close = close_to(&self.name, SECTIONS.iter().map(|section| section.name));
            Failure::usage(format!("there is no section {:?}{}", self.name, did_you_mean(&close)))
                .with_next("`spapi operations` lists every section")
        })?;
        let apis: Vec<_> = section.apis.iter().filter(|api| self.takes(api)).collect();
        if apis.is_empty() {
            let versions: Vec<_> = section.apis.iter().map(|api| api.module).collect();
            let typed = self.version.as_deref().unwrap_or_default();
            return Err(Failure::usage(format!("{} has no version {typed:?}", section.name))
                .with_next(format!("its versions are {}", versions.join(", "))));
        }
        Ok((section, apis))
    }

    /// The operation of that id in upper or lower case. Of several APIs that have it, the newest counts.
    pub fn operation(&self, id: &str) -> Result<Found, Failure> {
        let (section, apis) = self.find()?;
        let is_it = |entry: &&Entry| entry.operation.id.eq_ignore_ascii_case(id);
        for api in apis.iter().rev() {
            if let Some(entry) = api.operations.iter().find(is_it) {
                return Ok(Found { section, api, entry });
            }
        }
        let elsewhere = spapi_operations::operations()
            .filter(|(_, _, entry)| is_it(entry))
            .map(|(section, api, entry)| format!("{} in {}@{}", entry.operation.id, section.name, api.module));
        let mut close: Vec<_> = elsewhere.collect();
        let here = apis.iter().flat_map(|api| api.operations).map(|entry| entry.operation.id.as_ref());
        close.extend(close_to(id, here).into_iter().map(str::to_owned));
        let version = self.version.as_ref().map(|version| format!("@{version}")).unwrap_or_default();
        let message = format!("{}{version} has no operation {id:?}{}", section.name, did_you_mean(&close));
        let next = format!("`spapi operations {}{version}` lists those it has", section.name);
        Err(Failure::usage(message).with_next(next))
    }

    /// Whether an API is of the version that was typed, as its module is called or as Amazon writes it.
    fn takes(&self, api: &Api) -> bool {
        let Some(version) = &self.version else { return true };
        let amazons = api.operations.first().map(|entry| entry.operation.version.as_ref());
        version.eq_ignore_ascii_case(api.module) || amazons.is_some_and(|known| version.eq_ignore_ascii_case(known))
    }
}

/// The names most like the one that was typed, the most like first.
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

/// `; did you mean a or b?`, or nothing where nothing is close.
pub fn did_you_mean(names: &[impl AsRef<str>]) -> String {
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    match names.as_slice() {
        [] => String::new(),
        [name] => format!("; did you mean {name}?"),
        [names @ .., last] => format!("; did you mean {} or {last}?", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(section: &str, id: &str) -> Result<String, String> {
        match section.parse::<SectionName>().unwrap().operation(id) {
            Ok(found) => Ok(format!("{} {} {}", found.section.name, found.api.module, found.entry.operation.id)),
            Err(Failure::Told { message, next, .. }) => Err(format!("{message} | {}", next.unwrap_or_default())),
            Err(Failure::ReaderGone) => Err(String::new()),
        }
    }

    #[test]
    fn operations_are_found_by_either_form_of_the_version_and_in_any_case() {
        assert_eq!(find("orders", "GETORDER").unwrap(), "orders v2026_01_01 getOrder", "the newest");
        assert_eq!(find("orders@v0", "getorder").unwrap(), "orders v0 getOrder");
        assert_eq!(find("orders@2026-01-01", "getOrder").unwrap(), "orders v2026_01_01 getOrder");
        assert_eq!(find("Orders@V2026_01_01", "getOrder").unwrap(), "orders v2026_01_01 getOrder");
        assert_eq!(find("orders", "getOrderItems").unwrap(), "orders v0 getOrderItems");
    }

    #[test]
    fn every_operation_of_the_table_is_found_by_its_own_names() {
        for (section, api, entry) in spapi_operations::operations() {
            let expected = format!("{} {} {}", section.name, api.module, entry.operation.id);
            assert_eq!(find(&format!("{}@{}", section.name, api.module), &entry.operation.id).unwrap(), expected);
            let found = find(&format!("{}@{}", section.name, entry.operation.version), &entry.operation.id).unwrap();
            assert_eq!(found, expected, "by Amazon's version {}", entry.operation.version);
        }
    }

    #[test]
    fn what_is_not_there_is_answered_by_what_is_close() {
        assert_eq!(
            find("ordrs", "getOrder").unwrap_err(),
            "there is no section \"ordrs\"; did you mean orders? | `spapi operations` lists every section"
        );
        assert_eq!(
            find("orders", "getOrdersItems").unwrap_err(),
            "orders has no operation \"getOrdersItems\"; did you mean getOrderItems, getOrders or getOrder? | \
             `spapi operations orders` lists those it has"
        );
        let elsewhere = find("orders@2026-01-01", "getOrders").unwrap_err();
        assert!(elsewhere.contains("did you mean getOrders in orders@v0"), "{elsewhere}");
        assert_eq!(
            find("orders@v9", "getOrder").unwrap_err(),
            "orders has no version \"v9\" | its versions are v0, v2026_01_01"
        );
        assert!(!find("zzz", "x").unwrap_err().contains("did you mean"));
        assert!("orders@".parse::<SectionName>().is_err() && "@v0".parse::<SectionName>().is_err());
    }
}
