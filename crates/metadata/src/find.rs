//! Finding operations by name and by path.

use crate::{Api, Entry, SECTIONS, Section};
use spapi_types::Method;
use spapi_types::operation::{ApiName, OperationName, RequestPath};
use std::fmt;

/// An operation that Amazon publishes, with the section and API it belongs to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Published {
    /// The section.
    pub section: &'static Section,
    /// The API of the section.
    pub api: &'static Api,
    /// The operation's own row.
    pub entry: &'static Entry,
}

/// `orders@v0 getOrders`.
impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry.operation.fmt(f)
    }
}

/// The values of a path's parameters, decoded, in the order of the path.
pub type PathParameters = Vec<(&'static str, String)>;

/// Every operation, in the order of the table: by section, its APIs oldest first, in the order of the model.
pub fn operations() -> impl Iterator<Item = Published> {
    SECTIONS.iter().flat_map(|section| {
        section
            .apis
            .iter()
            .flat_map(move |api| api.operations.iter().map(move |entry| Published { section, api, entry }))
    })
}

/// The section of that name, in upper or lower case.
pub fn section(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.name.eq_ignore_ascii_case(name))
}

/// The operation of that name. If the name has no version and several APIs have the operation, the newest one.
///
/// The version may be Amazon's or the module's name. The id matches in upper and lower case, because Amazon's own
/// spelling varies.
pub fn find(name: &OperationName) -> Option<Published> {
    find_all(name).last()
}

/// The operations of that name, oldest first: without a version in the name, one from each API that has it.
pub fn find_all(name: &OperationName) -> impl Iterator<Item = Published> {
    section(name.api().section()).into_iter().flat_map(move |section| {
        section.apis_of(name.api()).flat_map(move |api| {
            let of_name = api.operations.iter().filter(|entry| name.has_id(&entry.operation.id));
            of_name.map(move |entry| Published { section, api, entry })
        })
    })
}

/// The operation that a request with that method and path calls, and the values of the path's parameters. If several
/// paths match, the one with most literal parts.
pub fn find_by_path(method: &Method, path: &RequestPath) -> Option<(Published, PathParameters)> {
    operations()
        .filter(|published| published.entry.operation.method == *method)
        .filter_map(|published| Some((published, published.entry.operation.path_template().match_path(path)?)))
        .max_by_key(|(published, _)| published.entry.operation.path_template().literal_parts())
}

impl Section {
    /// Its APIs that a name means, oldest first: without a version all; with one, those with this version or a module
    /// of this name.
    pub fn apis_of(&self, name: &ApiName) -> impl Iterator<Item = &'static Api> {
        self.apis.iter().filter(|api| name.has_version(api.version()) || name.has_version(api.module))
    }

    /// What distinguishes an API of the section: the version as Amazon writes it, or the module if several have the
    /// same version.
    pub fn version_of(&self, api: &Api) -> &'static str {
        let alike = self.apis.iter().filter(|other| other.version() == api.version()).count();
        if alike == 1 { api.version() } else { api.module }
    }
}

impl Api {
    /// Its version as Amazon writes it: `v0`, `2026-01-01`.
    pub fn version(&self) -> &'static str {
        self.operations.first().map_or(self.module, |entry| entry.operation.version.as_ref())
    }
}
