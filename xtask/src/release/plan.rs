//! What is to be released, in which order, and what stands in the way. Nothing here asks anybody: all facts are given.

use std::collections::{BTreeMap, BTreeSet};

use semver::{Version, VersionReq};

use super::git::{Changes, tag_of};
use super::packages::{Need, Package};

/// A crate with what git knows of it.
#[derive(Clone, Debug)]
pub struct Known {
    pub package: Package,
    /// The tagged versions, lowest first.
    pub tagged: Vec<Version>,
    /// What changed in its folder since the newest tag; nothing where there is none.
    pub changes: Option<Changes>,
    /// What it asked for of the workspace's crates at the newest tag.
    pub needed: Vec<Need>,
}

/// A crate that is to be released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    /// The newest version that was released.
    pub from: Option<Version>,
    pub to: Version,
    pub why: String,
}

impl Row {
    /// What the tag of this release is called.
    pub fn tag(&self) -> String {
        tag_of(&self.name, &self.to)
    }
}

/// The plan of a release.
#[derive(Debug, Default)]
pub struct Plan {
    /// What is to be released: each crate after those that it needs.
    pub rows: Vec<Row>,
    /// How many crates are released already.
    pub released: usize,
    /// What stands in the way, a line each.
    pub refusals: Vec<String>,
}

/// The plan for these crates of those that there are.
pub fn make(known: &BTreeMap<String, Known>, wanted: &BTreeSet<String>) -> Plan {
    let mut plan = Plan::default();
    let mut rows = BTreeMap::new();
    for known in known.values().filter(|known| wanted.contains(&known.package.name)) {
        let newest = known.tagged.last();
        let package = &known.package;
        match newest {
            Some(newest) if known.tagged.contains(&package.version) => {
                plan.released += 1;
                plan.refusals.extend(overtaken(known, newest));
            }
            Some(newest) if *newest > package.version => plan.refusals.push(format!(
                "{} {} is below {newest}, which is tagged: raise its version",
                package.name, package.version
            )),
            _ => {
                rows.insert(package.name.clone(), row(known));
            }
        }
    }
    for name in rows.keys() {
        let package = &known[name].package;
        let lacks = package.lacks.iter();
        plan.refusals.extend(lacks.map(|key| format!("{name} lacks `{key}` in {}/Cargo.toml", package.folder)));
        plan.refusals.extend(package.needs.iter().filter_map(|need| unmet(package, need, known, &rows)));
    }
    plan.refusals.extend(held_back(known, wanted));
    match ordered(known, rows) {
        Ok(rows) => plan.rows = rows,
        Err(circle) => plan.refusals.push(format!("{} need one another: no order releases them", circle.join(", "))),
    }
    plan
}

fn row(known: &Known) -> Row {
    let from = known.tagged.last().cloned();
    let why = match (&from, known.changes) {
        (Some(from), Some(Changes { files: 0, .. })) => format!("its version alone, since {from}"),
        (Some(from), Some(Changes { files, commits })) => {
            format!("{} in {} since {from}", count(files, "file"), count(commits, "commit"))
        }
        _ => "first release".to_owned(),
    };
    Row { name: known.package.name.clone(), from, to: known.package.version.clone(), why }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A version that was tagged stands for what was published under it.
fn overtaken(known: &Known, newest: &Version) -> Option<String> {
    let package = &known.package;
    if *newest != package.version {
        return Some(format!(
            "{} {} is tagged already, and so is {newest}: raise its version above",
            package.name, package.version
        ));
    }
    let changes = known.changes.filter(|changes| changes.files > 0)?;
    Some(format!(
        "{} {newest} is tagged, and {} of {} changed since {}: raise its version",
        package.name,
        count(changes.files, "file"),
        package.folder,
        tag_of(&package.name, newest)
    ))
}

/// Why a requirement on a crate of the workspace cannot be met by a published one.
fn unmet(
    package: &Package,
    need: &Need,
    known: &BTreeMap<String, Known>,
    rows: &BTreeMap<String, Row>,
) -> Option<String> {
    let Package { name, version, .. } = package;
    let Need { name: needed, requirement } = need;
    let Some(dependency) = known.get(needed) else {
        return Some(format!("{name} {version} needs {needed}, which is never published"));
    };
    if *requirement == VersionReq::STAR {
        return Some(format!("{name} {version} needs {needed} of no version: name one in its requirement"));
    }
    let current = &dependency.package.version;
    if !requirement.matches(current) {
        return Some(format!("{name} {version} needs {needed} {requirement}, and that stands at {current}"));
    }
    let met = rows.contains_key(needed) || dependency.tagged.iter().any(|tagged| requirement.matches(tagged));
    (!met)
        .then(|| format!("{name} {version} needs {needed} {requirement}, which is not released: release {needed} too"))
}

/// Crates that are left as they are although what they ask for has moved on: nobody could use them with it.
fn held_back(known: &BTreeMap<String, Known>, wanted: &BTreeSet<String>) -> Vec<String> {
    let mut told = Vec::new();
    let unchanged = known.values().filter(|known| known.tagged.last() == Some(&known.package.version));
    for known_crate in unchanged.filter(|known| wanted.contains(&known.package.name)) {
        let Package { name, version, .. } = &known_crate.package;
        for need in &known_crate.needed {
            let Some(dependency) = known.get(&need.name) else { continue };
            let current = &dependency.package.version;
            if !need.requirement.matches(current) {
                told.push(format!(
                    "{name} {version} was released for {} {}, and that stands at {current}: raise the version of {name}",
                    need.name, need.requirement
                ));
            }
        }
    }
    told
}

/// Each row after those that it needs, by name where that leaves a choice; else the names that need one another.
fn ordered(known: &BTreeMap<String, Known>, mut rows: BTreeMap<String, Row>) -> Result<Vec<Row>, Vec<String>> {
    let mut ordered = Vec::new();
    while !rows.is_empty() {
        let waits = |name: &String| known[name].package.needs.iter().any(|need| rows.contains_key(&need.name));
        let Some(next) = rows.keys().find(|name| !waits(name)).cloned() else {
            return Err(rows.into_keys().collect());
        };
        ordered.extend(rows.remove(&next));
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `name version`, what it needs as `name requirement`, and its tags.
    fn known(crates: &[(&str, &str, &[&str], &[&str])]) -> BTreeMap<String, Known> {
        let need = |text: &&str| {
            let (name, requirement) = text.split_once(' ').unwrap();
            Need { name: name.to_owned(), requirement: VersionReq::parse(requirement).unwrap() }
        };
        let of = |&(name, version, needs, tags): &(&str, &str, &[&str], &[&str])| {
            let tagged: Vec<_> = tags.iter().map(|tag| Version::parse(tag).unwrap()).collect();
            let package = Package {
                name: name.to_owned(),
                version: Version::parse(version).unwrap(),
                folder: format!("crates/{name}"),
                lacks: Vec::new(),
                programs: Vec::new(),
                needs: needs.iter().map(need).collect(),
            };
            let changes = (!tagged.is_empty()).then_some(Changes { files: 0, commits: 0 });
            let known = Known { needed: package.needs.clone(), package, tagged, changes };
            (name.to_owned(), known)
        };
        crates.iter().map(of).collect()
    }

    fn plan(known: &BTreeMap<String, Known>) -> Plan {
        make(known, &known.keys().cloned().collect())
    }

    fn names(plan: &Plan) -> Vec<&str> {
        plan.rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn each_crate_comes_after_those_that_it_needs() {
        let known = known(&[
            ("app", "0.1.0", &["shop ^0.1.0", "zeta ^0.1.0"], &[]),
            ("shop", "0.1.0", &["zeta ^0.1.0"], &[]),
            ("zeta", "0.1.0", &[], &[]),
            ("alone", "0.1.0", &[], &[]),
        ]);
        let plan = plan(&known);
        assert_eq!(names(&plan), ["alone", "zeta", "shop", "app"]);
        assert!(plan.refusals.is_empty() && plan.released == 0, "{plan:?}");
        assert_eq!(plan.rows[0].why, "first release");
    }

    #[test]
    fn crates_that_need_one_another_are_named() {
        let plan = plan(&known(&[
            ("a", "0.1.0", &["b ^0.1.0"], &[]),
            ("b", "0.1.0", &["a ^0.1.0"], &[]),
            ("c", "0.1.0", &[], &[]),
        ]));
        assert_eq!(plan.refusals, ["a, b need one another: no order releases them"]);
        assert!(plan.rows.is_empty());
    }

    #[test]
    fn what_is_tagged_is_released_and_what_changed_since_asks_for_a_version() {
        let mut known = known(&[
            ("changed", "0.1.0", &[], &["0.1.0"]),
            ("raised", "0.2.0", &[], &["0.0.9", "0.1.0"]),
            ("same", "0.1.0", &[], &["0.1.0"]),
            ("sunk", "0.1.0", &[], &["0.2.0"]),
            ("twice", "0.1.0", &[], &["0.1.0", "0.2.0"]),
        ]);
        known.get_mut("changed").unwrap().changes = Some(Changes { files: 1, commits: 1 });
        known.get_mut("raised").unwrap().changes = Some(Changes { files: 3, commits: 1 });
        let plan = plan(&known);
        assert_eq!(names(&plan), ["raised"]);
        assert_eq!(plan.rows[0].why, "3 files in 1 commit since 0.1.0");
        assert_eq!(plan.rows[0].from, Some(Version::new(0, 1, 0)));
        assert_eq!(
            plan.refusals,
            [
                "changed 0.1.0 is tagged, and 1 file of crates/changed changed since changed-v0.1.0: raise its version",
                "sunk 0.1.0 is below 0.2.0, which is tagged: raise its version",
                "twice 0.1.0 is tagged already, and so is 0.2.0: raise its version above",
            ]
        );
    }

    #[test]
    fn requirements_must_be_met_by_what_is_released_or_about_to_be() {
        let known = known(&[
            ("core", "0.2.0", &[], &["0.1.0"]),
            ("behind", "0.1.1", &["core ^0.1.0"], &["0.1.0"]),
            ("follows", "0.1.1", &["core ^0.2.0"], &["0.1.0"]),
            ("loose", "0.1.0", &["core *"], &[]),
            ("private", "0.1.0", &["tests ^0.1.0"], &[]),
        ]);
        let expected = [
            "behind 0.1.1 needs core ^0.1.0, and that stands at 0.2.0",
            "loose 0.1.0 needs core of no version: name one in its requirement",
            "private 0.1.0 needs tests, which is never published",
        ];
        assert_eq!(plan(&known).refusals, expected);
        let alone = make(&known, &["follows".to_owned()].into());
        assert_eq!(alone.refusals, ["follows 0.1.1 needs core ^0.2.0, which is not released: release core too"]);
    }

    #[test]
    fn a_released_crate_whose_dependency_moves_on_asks_for_a_version() {
        let known = known(&[("core", "0.2.0", &[], &["0.1.0"]), ("shop", "0.1.0", &["core ^0.1.0"], &["0.1.0"])]);
        let refusals = plan(&known).refusals;
        assert_eq!(
            refusals,
            ["shop 0.1.0 was released for core ^0.1.0, and that stands at 0.2.0: raise the version of shop"]
        );
        assert!(make(&known, &["core".to_owned()].into()).refusals.is_empty(), "core may go first");
    }

    #[test]
    fn what_a_manifest_lacks_is_named() {
        let mut known = known(&[("a", "0.1.0", &[], &[])]);
        known.get_mut("a").unwrap().package.lacks = vec!["description", "readme"];
        let refusals = plan(&known).refusals;
        assert_eq!(
            refusals,
            ["a lacks `description` in crates/a/Cargo.toml", "a lacks `readme` in crates/a/Cargo.toml"]
        );
    }
}
