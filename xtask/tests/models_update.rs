//! Runs `models update` on a small checkout: what it writes, what it refuses, and that a failure changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

const OLD: &str = "0000000000000000000000000000000000000001";
const NEW: &str = "0000000000000000000000000000000000000002";
const TABLE: &str = "Does it.\n\n| Rate (requests per second) | Burst |\n| ---- | ---- |\n| 2 | 5 |\n";

/// The checkout has the dependencies of the section crates, so that no registry is needed.
const WORKSPACE: &str = "\
[workspace]
resolver = \"3\"
members = [\"crates/api/*\", \"crates/cli\", \"crates/core\", \"crates/metadata\", \"stubs/serde\", \"tests\"]

[workspace.package]
version = \"0.1.0\"
edition = \"2024\"
rust-version = \"1.85\"
license = \"MIT\"

[workspace.lints]

[workspace.dependencies]
serde = { path = \"stubs/serde\" }
spapi-core = { path = \"crates/core\", version = \"0.1.0\" }
";

type Files = BTreeMap<String, Vec<u8>>;

/// A model with one operation that reads and `more` further operations.
fn model(name: &str, more: usize) -> Value {
    let mut paths = json!({format!("/{name}"): {"get": {
        "operationId": format!("get-{name}"), "description": TABLE,
        "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Thing"}}}
    }}});
    for number in 0..more {
        paths[format!("/{name}/{number}")] = json!({"post": {
            "operationId": format!("post{number}-{name}"), "responses": {"204": {"description": ""}}
        }});
    }
    json!({
        "swagger": "2.0", "info": {"title": name, "version": "v0"}, "paths": paths,
        "definitions": {"Thing": {"type": "object", "properties": {"size": {"type": "integer"}}}}
    })
}

fn path(name: &str) -> String {
    format!("models/{name}-api-model/{name}V0.json")
}

/// Sixteen sections, so that an update may remove one.
fn repository() -> Files {
    let mut files: Files = [("LICENSE", "licence"), ("NOTICE", "notice"), ("schemas/reports/a.json", "{}")]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .into();
    for number in 0..16 {
        let name = format!("shop{}", letter(number));
        files.insert(path(&name), model(&name, 1).to_string().into());
    }
    files
}

fn letter(number: usize) -> String {
    char::from(b'a' + u8::try_from(number).unwrap()).to_string()
}

fn change(files: &mut Files, name: &str, change: impl FnOnce(&mut Value)) {
    let bytes = files.get_mut(&path(name)).unwrap();
    let mut model: Value = serde_json::from_slice(bytes).unwrap();
    change(&mut model);
    *bytes = model.to_string().into();
}

fn archive(files: &Files, commit: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let mut append = |kind, name: &str, content: &[u8]| {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        // 2026-09-01.
        header.set_mtime(1_788_220_800);
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, name, content).unwrap();
    };
    append(tar::EntryType::XGlobalHeader, "pax_global_header", format!("52 comment={commit}\n").as_bytes());
    for (name, content) in files {
        append(tar::EntryType::Regular, &format!("selling-partner-api-models-{commit}/{name}"), content);
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A small checkout, generated from [`repository`] at [`OLD`].
struct Checkout {
    folder: TempDir,
    outside: TempDir,
}

impl Checkout {
    fn new() -> Self {
        let checkout = Self { folder: tempfile::tempdir().unwrap(), outside: tempfile::tempdir().unwrap() };
        let texts = [
            ("README.md", "# It\n<!-- sections:begin -->\n<!-- sections:end -->\nBy hand.\n"),
            (
                "tests/Cargo.toml",
                "[package]\nname = \"spapi-tests\"\n\n[dependencies]\n# sections:begin\n# sections:end\n",
            ),
            ("tests/src/lib.rs", ""),
            ("CHANGELOG.md", "# Changelog\n\nBy hand.\n"),
            ("crates/api/shopb/CHANGELOG.md", "# Shop B\n\n## Unreleased\n\n### Fixed\n\n- By hand.\n"),
            ("Cargo.toml", WORKSPACE),
            ("Cargo.lock", "version = 4\n"),
            ("stubs/serde/Cargo.toml", "[package]\nname = \"serde\"\nversion = \"1.0.0\"\n"),
            ("stubs/serde/src/lib.rs", ""),
            ("crates/core/Cargo.toml", "[package]\nname = \"spapi-core\"\nversion = \"0.1.0\"\n"),
            ("crates/core/src/lib.rs", ""),
            ("crates/metadata/Cargo.toml", "[package]\nname = \"spapi-metadata\"\nversion.workspace = true\n"),
            ("crates/metadata/src/lib.rs", ""),
            ("crates/cli/src/lib.rs", ""),
            (
                "crates/cli/Cargo.toml",
                "[package]\nname = \"spapi-cli\"\nversion.workspace = true\n\n[dependencies]\nspapi-shopa = { path = \"../api/shopa\", version = \"0.1.0\" }\n",
            ),
            (
                "models/sections.toml",
                "# Kept.\n[shopa]\nfolder = \"shopa-api-model\"\n\n[shopa.models.\"shopaV0.json\".operations]\n\
                 post0-shopa = { repeat = \"safe\" }\n",
            ),
            (".gitignore", "/models/upstream/\n"),
        ];
        for (name, text) in texts {
            checkout.write(name, text);
        }
        let from = checkout.archive(&repository(), OLD);
        let models = checkout.folder.path().join("models");
        for args in [
            vec!["models", "pin", "--commit", OLD, "--date", "2026-08-01", "--from", &from],
            vec!["models", "fetch", "--from", &from],
        ] {
            let output = xtask(&args, &checkout).arg("--folder").arg(&models).output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        let output = xtask(&["generate"], &checkout).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        checkout
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn archive(&self, files: &Files, commit: &str) -> String {
        let path = self.outside.path().join(format!("{commit}.tar.gz"));
        fs::write(&path, archive(files, commit)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn update(&self, args: &[&str]) -> Output {
        let mut command = xtask(&[&["models", "update"], args].concat(), self);
        command.arg("--folder").arg(self.folder.path().join("models")).output().unwrap()
    }

    /// Updates to these files, and returns what the command printed.
    fn updates(&self, files: &Files, commit: &str) -> String {
        let output = self.update(&["--from", &self.archive(files, commit)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let check = xtask(&["generate", "--check"], self).output().unwrap();
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Asserts that the command fails with these words and changes nothing.
    fn refuses(&self, args: &[&str], words: &[&str]) {
        let before = tree(self.folder.path());
        let output = self.update(args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        for word in words {
            assert!(said.contains(word), "{word} is not in {said}");
        }
        let after = tree(self.folder.path());
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
        assert!(after == before, "something was changed");
    }
}

fn xtask(args: &[&str], checkout: &Checkout) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(args).env("CARGO_MANIFEST_DIR", checkout.folder.path().join("xtask")).env_remove("RUST_BACKTRACE");
    for proxy in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    command
}

/// Every file and folder with its bytes.
fn tree(root: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    fn collect(folder: &Path, into: &mut BTreeMap<PathBuf, Option<Vec<u8>>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            into.insert(path.clone(), fs::read(&path).ok());
            if path.is_dir() {
                collect(&path, into);
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(root, &mut found);
    found
}

#[test]
fn an_update_raises_what_changed_and_nothing_else() {
    let checkout = Checkout::new();
    let mut files = repository();
    change(&mut files, "shopa", |model| {
        model["paths"].as_object_mut().unwrap().shift_remove("/shopa/0");
    });
    change(&mut files, "shopb", |model| {
        model["definitions"]["Thing"]["properties"]["color"] = json!({"type": "string"})
    });
    change(&mut files, "shopc", |model| model["paths"]["/shopc"]["get"]["description"] = json!("No rate."));
    change(&mut files, "shopd", |model| model["info"]["title"] = json!("Other words"));
    files.remove(&path("shope"));
    files.insert(path("fresh"), model("fresh", 1).to_string().into());
    let unchanged = tree(&checkout.folder.path().join("crates/api/shopd"));
    let printed = checkout.updates(&files, NEW);
    assert!(tree(&checkout.folder.path().join("crates/api/shopd")) == unchanged, "the released crate is unchanged");

    for words in [
        "# Models 0000000 (2026-08-01) to 0000000 (2026-09-01)",
        "operation removed `post0-shopa`",
        "no longer printed",
    ] {
        assert!(printed.contains(words), "{words} is not in {printed}");
    }
    let pin = checkout.text("models/upstream.toml");
    assert!(
        pin.contains(NEW)
            && pin.contains("2026-09-01")
            && pin.contains("freshV0.json")
            && !pin.contains("shopeV0.json")
    );
    let versions = checkout.text("models/versions.toml");
    let versions: Vec<_> = versions.lines().filter(|line| line.contains(" = ")).collect();
    assert_eq!(versions, ["shopa = \"0.2.0\"", "shopb = \"0.1.1\"", "shopc = \"0.1.1\"", "shope = \"0.1.0\""]);
    let version = |name: &str| checkout.text(&format!("crates/api/{name}/Cargo.toml"));
    assert!(
        version("shopa").contains("\nversion = \"0.2.0\"\n") && version("shopb").contains("\nversion = \"0.1.1\"\n")
    );
    assert!(
        version("shopd").contains("\nversion = \"0.1.0\"\n") && version("fresh").contains("\nversion = \"0.1.0\"\n")
    );
    assert!(!checkout.folder.path().join("crates/api/shope").exists());
    assert!(checkout.text("crates/metadata/Cargo.toml").contains("version = \"0.1.1\""));
    let cli = checkout.text("crates/cli/Cargo.toml");
    assert!(cli.ends_with("version = \"0.2.0\" }\n") && cli.contains("\nversion = \"0.1.1\"\n"), "{cli}");
    let lock = checkout.text("Cargo.lock");
    for locked in ["name = \"spapi-shopa\"\nversion = \"0.2.0\"", "name = \"spapi-fresh\"\nversion = \"0.1.0\""] {
        assert!(lock.contains(locked), "{locked} is not in {lock}");
    }
    assert!(!lock.contains("spapi-shope"), "{lock}");

    // The row of the removed operation stays, and so does the rate that Amazon no longer prints.
    assert!(checkout.text("models/sections.toml").ends_with("post0-shopa = { repeat = \"safe\", gone = true }\n"));
    let rates = checkout.text("models/rates.toml");
    assert!(rates.contains("[\"shopc-api-model/shopcV0.json\".get-shopc]\nper_second = 2.0\nburst = 5\n"), "{rates}");
    let docs = checkout.text("crates/api/shopc/src/generated/v0/mod.rs");
    assert!(docs.contains("last known 2 requests a second, 5 at once"), "{docs}");
    assert!(checkout.text("models/OPERATIONS.md").contains("| 2 | 5 | last known |"));
    assert!(checkout.text("crates/api/shopc/src/generated/v0/meta.rs").contains(".rate(2.0, 5)"));
    assert!(printed.contains("say whether post0-fresh of fresh-api-model/freshV0.json"), "{printed}");

    let changelogs = [
        (
            "api/fresh",
            "# Changelog of `spapi-fresh`\n\n## Unreleased\n\n## 0.1.0\n\nMODELS\n\n\
             ### Added\n\n- `freshV0.json`: section added the module `v0` is new with `get-fresh`, `post0-fresh`.\n",
        ),
        (
            "api/shopa",
            "# Changelog of `spapi-shopa`\n\n## Unreleased\n\n## 0.2.0\n\nMODELS\n\n\
             ### Removed\n\n- Breaking, `shopaV0.json`: operation removed `post0-shopa`.\n",
        ),
        (
            "api/shopb",
            "# Shop B\n\n## Unreleased\n\n## 0.1.1\n\nMODELS\n\n\
             ### Added\n\n- `shopbV0.json`: property added `Thing.color`.\n\n### Fixed\n\n- By hand.\n",
        ),
        (
            "api/shopc",
            "# Changelog of `spapi-shopc`\n\n## Unreleased\n\n## 0.1.1\n\nMODELS\n\n\
             ### Changed\n\n- `shopcV0.json`: rate no longer published, and kept, `get-shopc`.\n",
        ),
        (
            "metadata",
            "# Changelog of `spapi-metadata`\n\n## Unreleased\n\n## 0.1.1\n\nMODELS\n\n\
             ### Changed\n\n- Its rows follow the models.\n",
        ),
        (
            "cli",
            "# Changelog of `spapi-cli`\n\n## Unreleased\n\n## 0.1.1\n\nMODELS\n\n\
             ### Changed\n\n- Requires `spapi-shopa` 0.2.0.\n",
        ),
    ];
    for (folder, expected) in changelogs {
        let expected = expected.replace("MODELS", "Models: amzn/selling-partner-api-models at `0000000` (2026-09-01).");
        assert_eq!(checkout.text(&format!("crates/{folder}/CHANGELOG.md")), expected);
    }
    assert!(!checkout.folder.path().join("crates/api/shopd/CHANGELOG.md").exists(), "the crate did not change");
    assert_eq!(checkout.text("CHANGELOG.md"), "# Changelog\n\nBy hand.\n");
    assert!(printed.contains("- spapi-shope is removed: say so in CHANGELOG.md\n"), "{printed}");

    // An update back: the removed operation and the rate return, and the changelog has both entries.
    checkout.updates(&repository(), OLD);
    assert!(checkout.text("models/sections.toml").ends_with("post0-shopa = { repeat = \"safe\" }\n"));
    assert!(!checkout.text("models/rates.toml").contains("shopc"));
    assert!(!checkout.folder.path().join("crates/api/fresh").exists());
    // The version under which it was released is unknown.
    assert!(checkout.text("crates/api/shope/Cargo.toml").contains("\nversion = \"0.2.0\"\n"));
    let changelog = checkout.text("crates/api/shopa/CHANGELOG.md");
    let versions: Vec<_> = changelog.lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(versions, ["## Unreleased", "## 0.2.1", "## 0.2.0"]);
    let again = checkout.update(&["--from", &checkout.archive(&repository(), OLD), "--date", "2026-09-01"]);
    assert!(String::from_utf8_lossy(&again.stdout).starts_with("nothing to do"), "{again:?}");
}

#[test]
fn code_is_generated_only_from_the_pinned_models() {
    let checkout = Checkout::new();
    let file = checkout.folder.path().join("models/upstream").join(path("shopb"));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("integer", "string")).unwrap();
    let models = checkout.folder.path().join("models");
    let before = tree(checkout.folder.path());
    for args in
        [vec!["generate"], vec!["generate", "--check"], vec!["models", "check", "--folder", models.to_str().unwrap()]]
    {
        let output = xtask(&args, &checkout).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{args:?}");
        assert!(said.contains("does not hold the pinned models: run `cargo xtask models fetch` first"), "{said}");
    }
    assert!(tree(checkout.folder.path()) == before, "something was changed");
}

#[test]
fn older_models_are_accepted_only_with_allow_older() {
    let checkout = Checkout::new();
    let mut files = repository();
    change(&mut files, "shopb", |model| model["paths"]["/shopb/1"] = model["paths"]["/shopb/0"].take());
    change(&mut files, "shopb", |model| drop(model["paths"].as_object_mut().unwrap().shift_remove("/shopb/0")));
    let from = checkout.archive(&files, NEW);
    let older = ["--date", "2026-07-31", "--from", &from];
    checkout.refuses(&older, &["(2026-07-31) are older than the pinned ones of 0000000 (2026-08-01)", "--allow-older"]);
    for (options, code) in [(&["--dry-run"][..], 1), (&["--dry-run", "--allow-older"], 0), (&["--allow-older"], 0)] {
        let output = checkout.update(&[options, older.as_slice()].concat());
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{printed}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.contains("pass --allow-older to go back to them"), code == 1, "{said}");
        assert_eq!(printed.contains("## What would stop the update"), code == 1, "{printed}");
        assert!(
            printed.starts_with("Note: the models of 0000000 (2026-07-31) are older than the pinned ones"),
            "{printed}"
        );
    }
}

/// New operations are listed, and a check fails until they have a description.
#[test]
fn operations_without_a_description_are_listed() {
    let checkout = Checkout::new();
    let docs = checkout.folder.path().join("models/docs");
    fs::create_dir(&docs).unwrap();
    let words = |section: &str, ids: &[String]| {
        let lines: String = ids.iter().map(|id| format!("{id} = \"Does it.\"\n")).collect();
        let text = format!("about = \"A shop.\"\n[v0]\nabout = \"The only one.\"\n[v0.operations]\n{lines}");
        fs::write(docs.join(format!("{section}.toml")), text).unwrap();
    };
    let mut files = repository();
    for name in files.keys().filter_map(|path| path.strip_prefix("models/")?.strip_suffix("V0.json")) {
        let section = name.split('/').next_back().unwrap();
        let model: Value = serde_json::from_slice(&files[&path(section)]).unwrap();
        let operations =
            model["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
        let ids: Vec<_> = operations.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect();
        words(section, &ids);
    }
    change(&mut files, "shopa", |model| {
        let operation = model["paths"]["/shopa"]["get"].take();
        model["paths"]["/shopa"]["get"] = operation.clone();
        model["paths"]["/shopa/more"]["get"] = operation;
        model["paths"]["/shopa/more"]["get"]["operationId"] = json!("more-shopa");
    });
    let line = "models/docs/shopa.toml has no words for the operation more-shopa of v0";
    let output = checkout.update(&["--dry-run", "--from", &checkout.archive(&files, NEW)]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("## What the update would do\n") && printed.contains(line), "{printed}");
    let output = checkout.update(&["--from", &checkout.archive(&files, NEW)]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.matches("has no words").count() == 1 && printed.contains(line), "{printed}");

    let check = || xtask(&["generate", "--check"], &checkout).output().unwrap();
    let refused = check();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains(line), "{said}");
    let text = checkout.text("models/docs/shopa.toml") + "more-shopa = \"Shows **more**.\"\n";
    fs::write(docs.join("shopa.toml"), &text).unwrap();
    let said = String::from_utf8_lossy(&check().stderr).into_owned();
    assert!(said.contains("shopa.toml") && said.contains("more-shopa of v0"), "{said}");
    fs::write(docs.join("shopa.toml"), text.replace('*', "")).unwrap();
    assert!(xtask(&["generate"], &checkout).status().unwrap().success());
    let checked = check();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let module = checkout.text("crates/api/shopa/src/generated/v0/mod.rs");
    assert!(module.contains("    /// Shows more.\n    ///\n    /// `GET /shopa/more`: "), "{module}");
}

#[test]
fn a_dry_run_prints_the_report_and_changes_nothing() {
    let checkout = Checkout::new();
    let mut files = repository();
    change(&mut files, "shopb", |model| {
        model["definitions"]["Thing"]["properties"]["color"] = json!({"type": "string"})
    });
    let before = tree(checkout.folder.path());
    let output = checkout.update(&["--dry-run", "--from", &checkout.archive(&files, NEW)]);
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("- property added: `Thing.color`"), "{output:?}");
    assert!(tree(checkout.folder.path()) == before);
}

#[test]
fn incomplete_models_are_refused() {
    let checkout = Checkout::new();
    let refuses = |change: &dyn Fn(&mut Files), words: &[&str]| {
        let mut files = repository();
        change(&mut files);
        checkout.refuses(&["--from", &checkout.archive(&files, NEW)], words);
    };
    refuses(&|files| files.retain(|name, _| !name.starts_with("models/")), &["there is no model"]);
    refuses(&|files| drop(files.remove("LICENSE")), &["LICENSE is missing"]);
    refuses(&|files| files.retain(|name, _| !name.starts_with("schemas/")), &["schemas/ is missing"]);
    refuses(
        &|files| drop(files.insert("schemas/reports/a.json".into(), b"{".to_vec())),
        &["schemas/reports/a.json is not JSON"],
    );
    refuses(&|files| drop(files.insert(path("shopa"), Vec::new())), &["shopaV0.json is empty"]);
    refuses(
        &|files| drop(files.insert(path("shopa"), b"{\"swagger\"".to_vec())),
        &["problem in the models of 0000000", "shopaV0.json, line 1", "a patch cannot repair it"],
    );
    let without = |number: usize| {
        move |files: &mut Files| {
            (0..number).for_each(|number| drop(files.remove(&path(&format!("shop{}", letter(number))))))
        }
    };
    refuses(&without(3), &["3 of 19 files are gone", "shopaV0.json", "--allow-removals"]);
    refuses(
        &|files| {
            let empty = |model: &mut Value| model["paths"] = json!({});
            ["shopa", "shopb"].iter().for_each(|name| change(files, name, empty));
        },
        &["4 of 32 operations are gone", "shopa-api-model/shopaV0.json: get-shopa", "--allow-removals"],
    );
    // A truncated download.
    let whole = archive(&repository(), NEW);
    let cut = checkout.outside.path().join("cut.tar.gz");
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    checkout.refuses(&["--from", cut.to_str().unwrap()], &["cannot read the archive", "the download is incomplete"]);
    checkout.refuses(&["--from", &checkout.archive(&repository(), NEW), OLD], &["holds commit", NEW]);
    checkout.refuses(&["--from", "/no/such/archive"], &["/no/such/archive"]);
}

#[test]
fn allowed_removals_are_listed_and_made() {
    let checkout = Checkout::new();
    let mut files = repository();
    (0..3).for_each(|number| drop(files.remove(&path(&format!("shop{}", letter(number))))));
    // A section on which a hand-written crate depends cannot be removed.
    let from = checkout.archive(&files, NEW);
    checkout.refuses(
        &["--allow-removals", "--from", &from],
        &["Amazon has removed the section shopa, and crates/cli/Cargo.toml depends on spapi-shopa"],
    );
    checkout.write("crates/cli/Cargo.toml", "[package]\nname = \"spapi-cli\"\nversion.workspace = true\n");
    let output = checkout.update(&["--allow-removals", "--from", &from]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("warning: 3 of 19 files are gone:\n  models/shopa-api-model/shopaV0.json\n"), "{said}");
    assert!(!checkout.folder.path().join("crates/api/shopa").exists());
}

#[test]
fn uncommitted_files_are_not_overwritten() {
    let checkout = Checkout::new();
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.current_dir(checkout.folder.path()).args(["-c", "user.name=x", "-c", "user.email=x@example.com"]);
        assert!(command.args(args).output().unwrap().status.success(), "{args:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "all"]);
    let mut files = repository();
    change(&mut files, "shopb", |model| {
        model["definitions"]["Thing"]["properties"]["color"] = json!({"type": "string"})
    });
    let from = checkout.archive(&files, NEW);
    let edited = "crates/api/shopb/src/generated/mod.rs";
    checkout.write(edited, "// An edit.\n");
    checkout.refuses(&["--from", &from], &["1 files are not committed", edited, "--allow-dirty"]);
    assert!(checkout.update(&["--allow-dirty", "--from", &from]).status.success());
    assert!(!checkout.text(edited).contains("An edit"));
}

#[test]
fn after_a_killed_run_the_error_says_how_to_restore() {
    let checkout = Checkout::new();
    fs::create_dir(checkout.folder.path().join(".xtask-kept-AbCdEf")).unwrap();
    checkout.write("crates/api/shopb/.tmpAbCdEf", "half");
    checkout.refuses(
        &["--from", &checkout.archive(&repository(), NEW)],
        &["interrupted", ".xtask-kept-AbCdEf", "git restore"],
    );
}

#[test]
fn a_patch_that_no_longer_applies_stops_the_update_and_names_the_change() {
    let checkout = Checkout::new();
    let patch = json!([
        {"op": "test", "path": "/definitions/Thing/properties/size/type", "value": "integer"},
        {"op": "add", "path": "/definitions/Thing/properties/weight", "value": {"type": "number"}}
    ]);
    let name = "models/patches/shopb-api-model/shopbV0/0001-weight.json";
    checkout.write(name, &patch.to_string());
    assert!(xtask(&["generate"], &checkout).output().unwrap().status.success());
    let mut files = repository();
    change(&mut files, "shopb", |model| {
        model["definitions"]["Thing"]["properties"]["size"] = json!({"type": "string"})
    });
    let archive = checkout.archive(&files, NEW);
    checkout.refuses(&["--from", &archive], &[name, "type-changed Thing.size: integer to string", "adapt each patch"]);
    // A patch that still applies is applied.
    change(&mut files, "shopb", |model| {
        model["definitions"]["Thing"]["properties"]["size"] = json!({"type": "integer", "minimum": 1})
    });
    checkout.updates(&files, NEW);
    assert!(checkout.text("crates/api/shopb/src/generated/v0/types.rs").contains("pub weight:"));
}

#[test]
fn models_that_cannot_be_generated_stop_the_update_after_the_report() {
    let checkout = Checkout::new();
    let mut files = repository();
    change(&mut files, "shopb", |model| {
        model["paths"]["/shopb"]["get"]["description"] = json!(TABLE.replace("| 2 | 5 |", "| often | 5 |"));
    });
    let from = checkout.archive(&files, NEW);
    checkout.refuses(&["--from", &from], &["spapi-shopb", "often", "models/sections.toml"]);
    let output = checkout.update(&["--dry-run", "--from", &from]);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(printed.contains("| `spapi-shopb` | unknown |"), "{printed}");
    assert!(printed.contains("## What would stop the update\n\nthe new models cannot be generated"), "{printed}");
    assert_eq!(output.status.code(), Some(1), "an update that would stop is not a success");
}

#[test]
fn a_failed_update_changes_nothing() {
    let mut files = repository();
    files.insert(path("fresh"), model("fresh", 1).to_string().into());
    for (name, text, words) in [
        ("crates/api/shopa/notes.md", "by hand", "notes.md was not generated"),
        ("crates/api/fresh", "in the way", "crates/api/fresh"),
        ("crates/metadata/CHANGELOG.md", "# Changelog\n", "crates/metadata/CHANGELOG.md"),
        // Cargo writes the lock file after everything else.
        ("stubs/serde/Cargo.toml", "[package\n", "cargo cannot update Cargo.lock"),
        ("README.md", "no marks\n", "README.md has no lines"),
        ("models/sections.toml", "[broken", "sections.toml"),
    ] {
        let checkout = Checkout::new();
        checkout.write(name, text);
        checkout.refuses(&["--from", &checkout.archive(&files, NEW)], &[words]);
    }
    // The existing models are not the pinned ones.
    let checkout = Checkout::new();
    fs::write(checkout.folder.path().join("models/upstream/NOTICE"), "spoilt").unwrap();
    checkout.refuses(&["--from", &checkout.archive(&files, NEW)], &["models fetch"]);
}

/// The file that exceeds the limit on file sizes is written after all crates.
#[cfg(unix)]
#[test]
fn a_full_disk_changes_nothing() {
    let checkout = Checkout::new();
    let padding = "# long\n".repeat(100_000);
    checkout.write("tests/Cargo.toml", &format!("{padding}{}", checkout.text("tests/Cargo.toml")));
    let mut files = repository();
    files.insert(path("fresh"), model("fresh", 1).to_string().into());
    let from = checkout.archive(&files, NEW);
    let before = tree(checkout.folder.path());
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_xtask")]);
    limited.args(["models", "update", "--from", &from, "--folder"]).arg(checkout.folder.path().join("models"));
    let output = limited.env_remove("RUST_BACKTRACE").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("tests/Cargo.toml cannot be written") && said.contains("nothing was changed"), "{said}");
    assert!(tree(checkout.folder.path()) == before, "something was changed");
    // Without the limit the same update succeeds.
    checkout.updates(&files, NEW);
}

#[test]
fn without_a_network_the_error_names_from_file() {
    let checkout = Checkout::new();
    // The server of this address has stopped.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base = format!("http://{address}");
    checkout.refuses(&["--base-url", &base], &["archive/HEAD.tar.gz was not fetched", "`--from FILE`"]);
    let mut diff = xtask(&["models", "diff", NEW, NEW, "--base-url", &base], &checkout);
    let output = diff.arg("--folder").arg(checkout.folder.path().join("models")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("its path instead of the commit"), "{said}");
}

#[test]
fn the_newest_commit_is_fetched_and_its_archive_names_it() {
    let checkout = Checkout::new();
    let mut files = repository();
    change(&mut files, "shopb", |model| {
        model["definitions"]["Thing"]["properties"]["color"] = json!({"type": "string"})
    });
    let body = archive(&files, NEW);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len()).unwrap();
        stream.write_all(&body).unwrap();
        String::from_utf8(head).unwrap()
    });
    let output = checkout.update(&["--base-url", &base]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let asked = server.join().unwrap();
    assert!(asked.starts_with("GET /amzn/selling-partner-api-models/archive/HEAD.tar.gz "), "{asked}");
    assert!(checkout.text("models/upstream.toml").contains(NEW));
}
