//! The packages of npm, made of the program under test and installed into a folder of their own, without a registry.

use crate::{in_repository, ran, succeeded};
use libtest_mimic::Failed;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_spapi");

pub fn missing() -> Option<&'static str> {
    let answers = |program: &str| Command::new(program).arg("--version").output().is_ok_and(|ran| ran.status.success());
    match (cfg!(unix), answers("node") && answers("npm")) {
        (false, _) => Some("its signals are those of Unix"),
        (_, false) => Some("there is no Node.js with npm here"),
        (true, true) => None,
    }
}

/// What Node.js calls this platform.
fn platform() -> Result<String, Failed> {
    let print = "process.stdout.write(`${process.platform}-${process.arch}`)";
    succeeded(Command::new("node").args(["-e", print]))
}

fn build(folder: &Path, programs: &[String]) -> Command {
    let mut command = Command::new("node");
    command.arg(in_repository("packaging/npm/build")).arg(folder).args(programs);
    command
}

/// A project that has installed the packages.
struct Project {
    folder: TempDir,
    platform: String,
}

/// Packing the program takes long, so the tests share one project, which they do not change.
static PROJECT: LazyLock<Result<Project, String>> =
    LazyLock::new(|| Project::make().map_err(|failed| failed.message().unwrap_or_default().to_owned()));

impl Project {
    fn of_all() -> Result<&'static Self, Failed> {
        PROJECT.as_ref().map_err(|message| message.as_str().into())
    }

    fn make() -> Result<Self, Failed> {
        let (folder, platform) = (tempfile::tempdir()?, platform()?);
        let packages = folder.path().join("packages");
        succeeded(&mut build(&packages, &[format!("{platform}={PROGRAM}")]))?;
        let mut install = Command::new("npm");
        install.args(["install", "--offline", "--no-audit", "--no-fund"]);
        for package in [platform.as_str(), "spapi"] {
            let mut pack = Command::new("npm");
            let packed = succeeded(pack.args(["pack", "--silent"]).current_dir(packages.join(package)))?;
            let file = packed.lines().last().ok_or("npm pack names no file")?;
            install.arg(packages.join(package).join(file));
        }
        let project = folder.path().join("project");
        fs::create_dir(&project)?;
        fs::write(project.join("package.json"), r#"{ "private": true }"#)?;
        succeeded(install.current_dir(&project))?;
        fs::remove_dir_all(packages)?;
        Ok(Self { folder, platform })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    /// The launcher, after these lines of JavaScript.
    fn launcher(&self, before: &str) -> Result<Command, Failed> {
        let folder = tempfile::tempdir_in(self.folder.path())?.keep();
        let fake = folder.join("fake.js");
        fs::write(&fake, before)?;
        let mut command = Command::new("node");
        command.arg("--require").arg(fake).arg(self.path().join("node_modules/spapi/bin/spapi.js"));
        Ok(command)
    }
}

pub fn run_the_program() -> Result<(), Failed> {
    let project = Project::of_all()?;
    let npx = |arguments: &[&str]| {
        let mut npx = Command::new("npx");
        npx.args(["--offline", "--no", "--", "spapi"]).args(arguments).current_dir(project.path());
        npx
    };
    let version = succeeded(&mut npx(&["--version"]))?;
    assert_eq!(version, succeeded(Command::new(PROGRAM).arg("--version"))?);
    let orders = ["orders", "list", "-m", "JP", "-e", "embedded", "--limit", "3", "-f", "jsonl"];
    let listed = npx(&orders).stderr(Stdio::null()).output()?;
    assert_eq!(String::from_utf8_lossy(&listed.stdout).lines().count(), 3);
    let (code, said) = ran(&mut npx(&["orders", "lst"]))?;
    assert!(code == Some(2) && said.contains("list"), "{code:?}: {said}");

    // What ends the launcher ends the program.
    let mut serve = project.launcher("")?;
    serve.args(["sandbox", "serve", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = serve.spawn()?;
    let mut stdout = BufReader::new(child.stdout.take().ok_or("no stdout")?);
    let mut said = String::new();
    while !said.contains("Ctrl-C ends it") {
        assert!(stdout.read_line(&mut said)? > 0, "{said}");
    }
    succeeded(Command::new("kill").args(["-TERM", &child.id().to_string()]))?;
    // Its end comes when no process has the pipe any more.
    stdout.read_to_string(&mut said)?;
    let output = child.wait_with_output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.contains("the sandbox has ended"), "{}: {stderr}", output.status);
    Ok(())
}

pub fn say_why_not() -> Result<(), Failed> {
    let project = Project::of_all()?;
    let report = |header: &str| {
        format!(
            "Object.defineProperty(process, 'platform', {{ value: 'linux' }});
             Object.defineProperty(process, 'report', {{ value: {{ getReport: () => ({{ header: {header} }}) }} }});"
        )
    };
    let mut cases = vec![(
        "Object.defineProperty(process, 'platform', { value: 'sunos' });".to_owned(),
        vec!["there is no spapi for sunos-", project.platform.as_str(), "other ways to install it"],
    )];
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        cases.push((report("{}"), vec!["needs glibc 2.", "another C library, as Alpine Linux has musl"]));
        let old = report("{ glibcVersionRuntime: '2.9' }");
        cases.push((old, vec!["needs glibc 2.", "this system has 2.9: use a newer system"]));
    }
    let without = "const { _resolveFilename: find } = require('node:module');
        require('node:module')._resolveFilename = (name, ...rest) => {
            if (name.startsWith('@spapi/')) throw Object.assign(new Error(name), { code: 'MODULE_NOT_FOUND' });
            return find(name, ...rest);
        };";
    cases.push((without.to_owned(), vec![project.platform.as_str(), "is not installed", "--omit=optional"]));
    for (fake, parts) in cases {
        let (code, said) = ran(project.launcher(&fake)?.arg("--version"))?;
        let is_clear = said.starts_with("error: ") && parts.iter().all(|part| said.contains(part));
        assert!(code == Some(1) && is_clear && said.trim().lines().count() == 1, "{code:?}: {said}");
    }
    Ok(())
}

pub fn refuse_others() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let platform = platform()?;
    let of_script = |platform: &str| format!("{platform}={}", in_repository("packaging/npm/build").display());
    let new = folder.path().join("packages");
    for (place, programs, code, words) in [
        (&new, vec![], 2, "usage: "),
        (&new, vec![PROGRAM.to_owned()], 2, "usage: "),
        (&new, vec![format!("win32-ia32={PROGRAM}")], 1, "is not a program for win32-ia32, but for"),
        (&new, vec![of_script("linux-x64")], 1, "is not a program for linux-x64"),
        (&new, vec![format!("{platform}=no-such-file")], 1, "no-such-file"),
        (&folder.path().to_owned(), vec![format!("{platform}={PROGRAM}")], 1, "already exists"),
    ] {
        let (found, said) = ran(&mut build(place, &programs))?;
        assert!(found == Some(code) && said.starts_with("error: ") && said.contains(words), "{found:?}: {said}");
        assert!(!new.exists(), "nothing is left behind: {said}");
    }
    Ok(())
}
