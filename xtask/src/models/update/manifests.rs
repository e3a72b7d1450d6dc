//! Who depends on a crate by its version follows when the version rises: cargo refuses a requirement that no longer
//! fits.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use toml_edit::{DocumentMut, Item};

/// The hand-written manifests below `root` that name a raised crate, with the requirement that fits.
///
/// # Errors
/// When a manifest does not read.
pub fn follow(root: &Path, versions: &BTreeMap<String, String>) -> Result<Vec<(PathBuf, String)>> {
    let mut places = vec![PathBuf::from("Cargo.toml"), PathBuf::from("tests/figures/Cargo.toml")];
    for entry in fs::read_dir(root.join("crates")).into_iter().flatten().flatten() {
        places.push(Path::new("crates").join(entry.file_name()).join("Cargo.toml"));
    }
    places.sort();
    let mut changed = Vec::new();
    for place in places.into_iter().filter(|place| root.join(place).is_file()) {
        let text =
            fs::read_to_string(root.join(&place)).with_context(|| format!("{} does not open", place.display()))?;
        let next = require(&text, versions).with_context(|| format!("{} does not read", place.display()))?;
        if next != text {
            changed.push((place, next));
        }
    }
    Ok(changed)
}

fn require(text: &str, versions: &BTreeMap<String, String>) -> Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let lists = ["dependencies", "dev-dependencies", "build-dependencies"];
    let holders = lists.map(|list| vec![list]).into_iter().chain([vec!["workspace", "dependencies"]]);
    for holder in holders {
        let mut item: Option<&mut Item> = Some(document.as_item_mut());
        for key in holder {
            // Not `Item::get_mut`, which makes what it does not find.
            item = item.and_then(|item| item.as_table_like_mut()?.get_mut(key));
        }
        let Some(dependencies) = item.and_then(Item::as_table_like_mut) else { continue };
        for (name, dependency) in dependencies.iter_mut() {
            let Some(version) = versions.get(name.get()) else { continue };
            let requirement = dependency.as_table_like_mut().and_then(|table| table.get_mut("version"));
            if let Some(requirement) = requirement.and_then(Item::as_value_mut) {
                let decor = requirement.decor().clone();
                *requirement = version.as_str().into();
                *requirement.decor_mut() = decor;
            }
        }
    }
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_follow_and_all_else_stays() {
        let versions = [("spapi-orders".to_owned(), "0.2.0".to_owned())].into();
        let manifest = "# A word.\n[package]\nversion = \"0.1.0\"\n\n[dependencies]\nserde = \"1\"\n\
            spapi-orders = { path = \"../api/orders\", version = \"0.1.0\" } # why\nspapi-core.workspace = true\n";
        let expected = manifest.replace("orders\", version = \"0.1.0\"", "orders\", version = \"0.2.0\"");
        assert_eq!(require(manifest, &versions).unwrap(), expected);
        let workspace = "[workspace.dependencies]\nspapi-orders = { path = \"x\", version = \"0.1.0\" }\n";
        assert_eq!(require(workspace, &versions).unwrap(), workspace.replace("0.1.0", "0.2.0"));
        let without = "[dependencies]\nspapi-orders = { path = \"x\" }\n";
        assert_eq!(require(without, &versions).unwrap(), without);
    }
}
