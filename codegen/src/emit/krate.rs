//! Writes the files that make a folder a crate or a workspace: manifests, `lib.rs`, `generated/mod.rs`.

use super::{banner, literal, toml_string};
use crate::catalog::Section;
use std::fmt::Write;
use std::path::Path;

/// A section crate's manifest.
pub fn manifest(section: &Section, version: &str, source: &str) -> String {
    let modules: Vec<_> = section.apis.iter().map(|api| api.module.as_str()).collect();
    let mut out = banner("#", source);
    let _ = write!(
        out,
        "[package]
name = \"spapi-{}\"
description = {}
readme = \"README.md\"
keywords = [\"amazon\", \"sp-api\", \"spapi\"]
categories = [\"api-bindings\"]
version = \"{version}\"
edition.workspace = true
rust-version.workspace = true
license.workspace = true

# The tests of all sections are in the package `spapi-tests`.
[lib]
test = false
doctest = false

[dependencies]
serde.workspace = true
spapi-core.workspace = true

[lints]
workspace = true
",
        section.name,
        toml_string(&format!("Amazon's Selling Partner API: {} ({})", section.title, modules.join(", ")))
    );
    out
}

/// A section crate's `lib.rs`.
pub fn lib(section: &Section, source: &str) -> String {
    let modules: Vec<_> = section.apis.iter().map(|api| api.module.as_str()).collect();
    let mut out = banner("//", source);
    out.push_str("#![doc = include_str!(\"../README.md\")]\n");
    // The model decides the names, the sizes of enums and how many fields `new` takes.
    out.push_str("#![allow(clippy::too_many_arguments, clippy::large_enum_variant, clippy::enum_variant_names)]\n");
    out.push_str(
        "#![allow(clippy::module_name_repetitions, clippy::new_without_default, clippy::should_implement_trait)]\n",
    );
    out.push_str("\n#[rustfmt::skip]\nmod generated;\n\n#[rustfmt::skip]\n");
    if section.apis.iter().any(|api| api.retirement.is_some()) {
        out.push_str("#[allow(deprecated)]\n");
    }
    let _ = match modules.as_slice() {
        [one] => writeln!(out, "pub use generated::{one};"),
        several => writeln!(out, "pub use generated::{{{}}};", several.join(", ")),
    };
    out
}

/// `generated/mod.rs` of a section crate.
pub fn generated(section: &Section, source: &str) -> String {
    let mut out = banner("//", source);
    for api in &section.apis {
        if let Some(retirement) = &api.retirement {
            let _ = writeln!(out, "#[deprecated = {}]", literal(&retirement.sentence()));
        }
        let _ = writeln!(out, "pub mod {};", api.module);
    }
    out
}

/// The manifest of a separate workspace, for `--out`.
pub fn workspace(core: Option<&Path>, source: &str) -> String {
    let mut out = banner("#", source);
    let dependency = |path: Option<&Path>| match path {
        Some(path) => format!("path = {}, version = \"{VERSION}\"", toml_string(&path.display().to_string())),
        None => format!("version = \"{VERSION}\""),
    };
    // In a checkout the crates of types are next to core.
    let beside = |name| dependency(core.and_then(|core| Some(core.parent()?.join(name))).as_deref());
    let (document_types, types, core) = (beside("document-types"), beside("types"), dependency(core));
    let _ = write!(
        out,
        "[workspace]
resolver = \"3\"
members = [\"crates/metadata\", \"crates/api/*\"]

[workspace.package]
version = \"{VERSION}\"
edition = \"2024\"
rust-version = \"1.85\"
license = \"MIT OR Apache-2.0\"

[workspace.lints.rust]
unsafe_code = \"forbid\"

[workspace.dependencies]
serde = {{ version = \"1\", features = [\"derive\"] }}
# Without default features: a user's own dependency on spapi-core chooses the TLS library for all sections.
spapi-core = {{ {core}, default-features = false }}
spapi-document-types = {{ {document_types} }}
spapi-types = {{ {types} }}
"
    );
    out
}

/// A line for each section crate, for the manifest of the package that tests all of them.
pub fn path_dependencies(sections: &[Section]) -> String {
    sections.iter().map(|section| format!("spapi-{0} = {{ path = \"../crates/api/{0}\" }}\n", section.name)).collect()
}

/// The version of core that the generated code needs.
const VERSION: &str = "0.1.0";
