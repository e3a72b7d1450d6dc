//! The publishable crates of the workspace, as cargo reads their manifests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use anyhow::{Context, Result, bail};
use semver::{Version, VersionReq};
use serde::Deserialize;
use toml::{Table, Value};

use crate::workspace::cargo;

/// A crate that is published.
#[derive(Clone, Debug)]
pub struct Package {
    pub name: String,
    pub version: Version,
    /// Below the root, with `/` between its parts.
    pub folder: String,
    /// Which of `description`, `license` and `readme` it lacks.
    pub lacks: Vec<&'static str>,
    /// The programs in it, by which people may know it better.
    pub programs: Vec<String>,
    /// What it asks for of the workspace's own crates, published or not.
    pub needs: Vec<Need>,
}

/// A requirement on a crate of the workspace.
#[derive(Clone, Debug)]
pub struct Need {
    pub name: String,
    pub requirement: VersionReq,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Manifest>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: Version,
    manifest_path: PathBuf,
    description: Option<String>,
    license: Option<String>,
    license_file: Option<PathBuf>,
    readme: Option<PathBuf>,
    /// Nothing means everywhere, and an empty list nowhere.
    publish: Option<Vec<String>>,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    req: VersionReq,
    path: Option<PathBuf>,
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// The workspace's publishable crates by name.
///
/// # Errors
/// When cargo refuses a manifest.
pub fn read(root: &Path) -> Result<BTreeMap<String, Package>> {
    let output = cargo(root).args(["metadata", "--no-deps", "--format-version=1"]).output();
    let Output { status, stdout, stderr } = output.context("cargo does not start")?;
    if !status.success() {
        bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&stderr).trim());
    }
    let metadata: Metadata = serde_json::from_slice(&stdout).context("`cargo metadata` prints what does not read")?;
    let published = metadata.packages.into_iter().filter(|manifest| manifest.publish.as_deref() != Some(&[]));
    published.map(|manifest| package(manifest, &metadata.workspace_root)).map(|made| Ok((made.0, made.1?))).collect()
}

fn package(manifest: Manifest, root: &Path) -> (String, Result<Package>) {
    let name = manifest.name.clone();
    let made = move || {
        let folder = manifest.manifest_path.parent().and_then(|folder| folder.strip_prefix(root).ok());
        let folder = folder.with_context(|| format!("{} stands outside of the workspace", manifest.name))?;
        let parts: Vec<_> = folder.iter().map(|part| part.to_string_lossy()).collect();
        let present = [
            ("description", manifest.description.is_some()),
            ("license", manifest.license.is_some() || manifest.license_file.is_some()),
            ("readme", manifest.readme.is_some()),
        ];
        let programs = manifest.targets.into_iter().filter(|target| target.kind.iter().any(|kind| kind == "bin"));
        // Cargo leaves out development dependencies without a version when it packages.
        let stays = |need: &Dependency| need.kind.as_deref() != Some("dev") || need.req != VersionReq::STAR;
        let needs = manifest.dependencies.into_iter().filter(|need| need.path.is_some() && stays(need));
        Ok(Package {
            name: manifest.name,
            version: manifest.version,
            folder: parts.join("/"),
            lacks: present.into_iter().filter(|(_, there)| !there).map(|(key, _)| key).collect(),
            programs: programs.map(|target| target.name).collect(),
            needs: needs.map(|need| Need { name: need.name, requirement: need.req }).collect(),
        })
    };
    (name, made())
}

/// What a manifest asked for of these crates, by the manifest and the one of its workspace as they were.
pub fn requirements(manifest: &str, workspace: &str, of: &BTreeMap<String, Package>) -> Result<Vec<Need>> {
    let manifest: Table = manifest.parse()?;
    let workspace: Table = workspace.parse()?;
    let inherited = workspace.get("workspace").and_then(|table| table.get("dependencies"));
    let mut needs = Vec::new();
    for (name, dependency) in manifest.get("dependencies").and_then(Value::as_table).into_iter().flatten() {
        if !of.contains_key(name) {
            continue;
        }
        let inherits = dependency.get("workspace").and_then(Value::as_bool) == Some(true);
        let dependency = if inherits { inherited.and_then(|table| table.get(name)) } else { Some(dependency) };
        let version = dependency.and_then(|value| value.as_str().or_else(|| value.get("version")?.as_str()));
        if let Some(version) = version {
            needs.push(Need { name: name.clone(), requirement: VersionReq::parse(version)? });
        }
    }
    Ok(needs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_read_where_they_stand_and_where_they_are_inherited() {
        let package = |name: &str| Package {
            name: name.to_owned(),
            version: Version::new(1, 0, 0),
            folder: String::new(),
            lacks: Vec::new(),
            programs: Vec::new(),
            needs: Vec::new(),
        };
        let own = ["a", "b", "c"].map(|name| (name.to_owned(), package(name))).into();
        let manifest = "[dependencies]\nserde = \"1\"\na = \"0.1\"\nb.workspace = true\nc = { path = \"c\" }\n";
        let workspace = "[workspace.dependencies]\na = \"7\"\nb = { path = \"b\", version = \"0.2.0\" }\n";
        let needs = requirements(manifest, workspace, &own).unwrap();
        let told: Vec<_> = needs.iter().map(|need| format!("{} {}", need.name, need.requirement)).collect();
        assert_eq!(told, ["a ^0.1", "b ^0.2.0"]);
    }
}
