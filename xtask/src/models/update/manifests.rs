//! When a crate's version leaves the range that another crate requires, the requirement follows, because cargo refuses
//! a version that does not fit. A published crate whose requirement changes gets a new version itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use semver::{Version, VersionReq};
use toml_edit::{DocumentMut, Item, TableLike};

use super::changelog::Raised;
use codegen::diff::level::Verdict;

/// A hand-written manifest that changes.
pub struct Followed {
    pub place: PathBuf,
    pub text: String,
    /// The version that the crate gets, if it is published.
    pub raised: Option<Raised>,
}

/// The hand-written manifests below `root` whose requirements on raised crates no longer fit, with new requirements.
///
/// # Errors
/// When a manifest or a version in it cannot be read.
pub fn follow(root: &Path, versions: &BTreeMap<String, String>) -> Result<Vec<Followed>> {
    let mut followed = Vec::new();
    let (mut workspace, mut shared) = (DocumentMut::new(), BTreeSet::new());
    if let Some(mut manifest) = read(root, Path::new("Cargo.toml"))? {
        shared = require(&mut manifest, versions, &BTreeSet::new())?;
        if !shared.is_empty() {
            followed.push(Followed { place: "Cargo.toml".into(), text: manifest.to_string(), raised: None });
        }
        workspace = manifest;
    }
    for place in hand_written(root) {
        let Some(mut manifest) = read(root, &place)? else { continue };
        let moved = require(&mut manifest, versions, &shared).with_context(|| format!("in {}", place.display()))?;
        if moved.is_empty() {
            continue;
        }
        let folder = place.parent().unwrap_or(Path::new(""));
        let raised = raise(folder, &mut manifest, &workspace, Verdict::Patch, &moved, versions)
            .with_context(|| format!("in {}", place.display()))?;
        followed.push(Followed { place, text: manifest.to_string(), raised });
    }
    Ok(followed)
}

/// A hand-written manifest that depends on a crate, if there is one.
///
/// # Errors
/// When a manifest cannot be read.
pub fn dependent(root: &Path, name: &str) -> Result<Option<PathBuf>> {
    for place in hand_written(root) {
        let Some(manifest) = read(root, &place)? else { continue };
        let lists = ["dependencies", "dev-dependencies", "build-dependencies"];
        if lists.iter().any(|list| manifest.get(list).is_some_and(|list| list.get(name).is_some())) {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// The manifests that people write and that may depend on section crates.
fn hand_written(root: &Path) -> Vec<PathBuf> {
    let mut places = vec![PathBuf::from("tests/figures/Cargo.toml")];
    for folder in ["crates", "tests/figures", "tests/figures/build"] {
        for entry in fs::read_dir(root.join(folder)).into_iter().flatten().flatten() {
            places.push(Path::new(folder).join(entry.file_name()).join("Cargo.toml"));
        }
    }
    places.retain(|place| root.join(place).is_file());
    places.sort();
    places
}

fn read(root: &Path, place: &Path) -> Result<Option<DocumentMut>> {
    match fs::read_to_string(root.join(place)) {
        Ok(text) => Ok(Some(text.parse().with_context(|| format!("{} cannot be parsed", place.display()))?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be opened", place.display())),
    }
}

/// Changes the requirements that do not fit, and returns the crates of the changed ones; `shared` are those that
/// changed in the workspace's list.
fn require(
    manifest: &mut DocumentMut,
    versions: &BTreeMap<String, String>,
    shared: &BTreeSet<String>,
) -> Result<BTreeSet<String>> {
    let mut moved = BTreeSet::new();
    let lists = ["dependencies", "dev-dependencies", "build-dependencies"];
    let holders = lists.map(|list| vec![list]).into_iter().chain([vec!["workspace", "dependencies"]]);
    for holder in holders {
        let mut item: Option<&mut Item> = Some(manifest.as_item_mut());
        for key in holder {
            // Not `Item::get_mut`, which inserts missing items.
            item = item.and_then(|item| item.as_table_like_mut()?.get_mut(key));
        }
        let Some(dependencies) = item.and_then(Item::as_table_like_mut) else { continue };
        for (name, dependency) in dependencies.iter_mut() {
            let (Some(version), Some(table)) = (versions.get(name.get()), dependency.as_table_like_mut()) else {
                continue;
            };
            if is_of_workspace(table) && shared.contains(name.get()) {
                moved.insert(name.get().to_owned());
            }
            let Some(requirement) = table.get_mut("version").and_then(Item::as_value_mut) else { continue };
            let asked = requirement.as_str().unwrap_or_default();
            let asked =
                VersionReq::parse(asked).with_context(|| format!("{asked:?} is not a requirement on {name}"))?;
            if !asked.matches(&Version::parse(version)?) {
                let decor = requirement.decor().clone();
                *requirement = version.as_str().into();
                *requirement.decor_mut() = decor;
                moved.insert(name.get().to_owned());
            }
        }
    }
    Ok(moved)
}

fn is_of_workspace(dependency: &dyn TableLike) -> bool {
    dependency.get("workspace").and_then(Item::as_bool) == Some(true)
}

/// Gives a crate its next version in its manifest; `None` if it is never published.
fn raise(
    folder: &Path,
    manifest: &mut DocumentMut,
    workspace: &DocumentMut,
    verdict: Verdict,
    moved: &BTreeSet<String>,
    versions: &BTreeMap<String, String>,
) -> Result<Option<Raised>> {
    let Some(package) = manifest.get("package") else { return Ok(None) };
    if package.get("publish").and_then(Item::as_bool) == Some(false) {
        return Ok(None);
    }
    let name = package.get("name").and_then(Item::as_str).context("the package has no name")?.to_owned();
    let requires: Vec<_> = moved.iter().filter_map(|name| Some(format!("`{name}` {}", versions.get(name)?))).collect();
    let why = format!("Requires {}.", requires.join(", "));
    next_version(manifest, workspace, verdict).map(|(from, to)| {
        Some(Raised { folder: folder.to_owned(), section: String::new(), name, from: Some(from), to, why })
    })
}

/// Raises the version of a crate, which is its own or the workspace's; returns the old and the new one.
///
/// # Errors
/// When neither manifest has a version.
pub fn next_version(manifest: &mut DocumentMut, workspace: &DocumentMut, verdict: Verdict) -> Result<(String, String)> {
    let own = manifest.get("package").and_then(|package| package.get("version")?.as_str());
    let common = || workspace.get("workspace")?.get("package")?.get("version")?.as_str();
    let from = own.or_else(common).context("Cargo.toml has no workspace.package.version")?.to_owned();
    let to = verdict.raise(&from)?;
    manifest["package"]["version"] = toml_edit::value(to.as_str());
    Ok((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(files: &[(&str, &str)], versions: &[(&str, &str)]) -> Vec<(String, String, Option<String>)> {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let versions = versions.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect();
        let found = follow(root.path(), &versions).unwrap().into_iter();
        let raised =
            |raised: Raised| format!("{} {} to {}: {}", raised.name, raised.from.unwrap(), raised.to, raised.why);
        found.map(|one| (one.place.display().to_string(), one.text, one.raised.map(raised))).collect()
    }

    const WORKSPACE: &str = "[workspace.package]\nversion = \"0.3.0\"\n\n[workspace.dependencies]\n\
        spapi-metadata = { path = \"x\", version = \"0.1.0\" }\n";

    #[test]
    fn a_requirement_that_fits_stays_and_one_that_does_not_moves() {
        let manifest = "# A word.\n[package]\nname = \"spapi-cli\"\nversion.workspace = true\n\n[dependencies]\nserde = \"1\"\n\
            spapi-orders = { path = \"../api/orders\", version = \"0.1.0\" } # why\nspapi-core.workspace = true\n";
        let files = [("Cargo.toml", WORKSPACE), ("crates/cli/Cargo.toml", manifest)];
        assert!(followed(&files, &[("spapi-orders", "0.1.7"), ("spapi-metadata", "0.1.1")]).is_empty());
        let expected = manifest
            .replace("orders\", version = \"0.1.0\"", "orders\", version = \"0.2.0\"")
            .replace("version.workspace = true", "version = \"0.3.1\"");
        let raised = "spapi-cli 0.3.0 to 0.3.1: Requires `spapi-orders` 0.2.0.".to_owned();
        assert_eq!(
            followed(&files, &[("spapi-orders", "0.2.0")]),
            [("crates/cli/Cargo.toml".to_owned(), expected, Some(raised))]
        );
    }

    #[test]
    fn who_takes_a_requirement_from_the_workspace_follows_it_and_what_is_not_published_has_no_version() {
        let user =
            "[package]\nname = \"user\"\nversion = \"0.1.0\"\n\n[dependencies]\nspapi-metadata.workspace = true\n";
        let private = "[package]\nname = \"private\"\npublish = false\n\n[dependencies]\n\
            spapi-metadata = { path = \"x\", version = \"0.1.0\" }\n";
        let files = [
            ("Cargo.toml", WORKSPACE),
            ("crates/user/Cargo.toml", user),
            ("crates/private/Cargo.toml", private),
            ("crates/other/Cargo.toml", "[package]\nname = \"other\"\n"),
        ];
        let manifests: Vec<_> = followed(&files, &[("spapi-metadata", "0.2.0")])
            .into_iter()
            .map(|(place, text, raised)| (place, text.contains("version = \"0.2.0\""), raised))
            .collect();
        let raised = "user 0.1.0 to 0.1.1: Requires `spapi-metadata` 0.2.0.".to_owned();
        assert_eq!(
            manifests,
            [
                ("Cargo.toml".to_owned(), true, None),
                ("crates/private/Cargo.toml".to_owned(), true, None),
                ("crates/user/Cargo.toml".to_owned(), false, Some(raised)),
            ]
        );
    }
}
