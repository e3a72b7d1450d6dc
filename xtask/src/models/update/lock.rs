//! `Cargo.lock` follows the versions of the workspace's own crates, so that a build with `--locked` takes the tree as it
//! is.

use std::collections::BTreeMap;

/// The text of `Cargo.lock` with the versions of crates that changed, the crates that are new, and without those that
/// are gone; the package of tests depends on all of them.
pub fn follow(text: &str, versions: &BTreeMap<String, String>, new: &[String], gone: &[String]) -> String {
    let mut blocks: Vec<String> = text.split("\n[[package]]\n").map(str::to_owned).collect();
    let head = blocks.remove(0);
    blocks.iter_mut().for_each(|block| *block = block.trim_end().to_owned());
    blocks.retain(|block| !(is_own(block) && gone.iter().any(|name| name_of(block) == Some(name.as_str()))));
    for name in new {
        if blocks.iter().any(|block| name_of(block) == Some(name.as_str())) {
            continue;
        }
        let block =
            format!("name = \"{name}\"\nversion = \"0.1.0\"\ndependencies = [\n \"serde\",\n \"spapi-core\",\n]");
        let at = blocks.iter().position(|block| name_of(block) > Some(name.as_str())).unwrap_or(blocks.len());
        blocks.insert(at, block);
    }
    for block in blocks.iter_mut().filter(|block| is_own(block)) {
        let Some(name) = name_of(block).map(str::to_owned) else { continue };
        if let Some(version) = versions.get(&name) {
            let lines = block.lines().map(|line| match line.starts_with("version = ") {
                true => format!("version = \"{version}\""),
                false => line.to_owned(),
            });
            *block = lines.collect::<Vec<_>>().join("\n");
        }
        if name == "spapi-tests" {
            *block = with_dependencies(block, new, gone);
        }
    }
    let blocks: String = blocks.iter().map(|block| format!("\n[[package]]\n{block}\n")).collect();
    format!("{head}{blocks}")
}

/// Whether a block is of a crate of the workspace: others have a source.
fn is_own(block: &str) -> bool {
    !block.lines().any(|line| line.starts_with("source = "))
}

fn name_of(block: &str) -> Option<&str> {
    block.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
}

fn with_dependencies(block: &str, new: &[String], gone: &[String]) -> String {
    let Some((before, list)) = block.split_once("dependencies = [\n") else { return block.to_owned() };
    let Some((list, after)) = list.split_once(']') else { return block.to_owned() };
    let line = |name: &String| format!(" \"{name}\",");
    let mut lines: Vec<String> = list.lines().map(str::to_owned).chain(new.iter().map(line)).collect();
    lines.retain(|known| !gone.iter().any(|name| line(name) == *known));
    lines.sort();
    lines.dedup();
    format!("{before}dependencies = [\n{}\n]{after}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_rise_crates_come_and_go_and_the_rest_stays() {
        let block = |name: &str, rest: &str| format!("\n[[package]]\nname = \"{name}\"\n{rest}\n");
        let own = "version = \"0.1.0\"\ndependencies = [\n \"serde\",\n \"spapi-core\",\n]";
        let foreign = "version = \"1.0.0\"\nsource = \"registry\"";
        let tests = |names: &str| format!("version = \"0.0.0\"\ndependencies = [\n \"serde\",\n{names}]");
        let old = [
            "# Made by cargo.\nversion = 4\n".to_owned(),
            block("serde", foreign),
            block("spapi-gone", own),
            block("spapi-orders", own),
            block("spapi-tests", &tests(" \"spapi-gone\",\n \"spapi-orders\",\n")),
            block("zip", foreign),
        ];
        let versions = [("spapi-orders".to_owned(), "0.2.0".to_owned())].into();
        let made = follow(&old.concat(), &versions, &["spapi-new".to_owned()], &["spapi-gone".to_owned()]);
        let new = [
            "# Made by cargo.\nversion = 4\n".to_owned(),
            block("serde", foreign),
            block("spapi-new", own),
            block("spapi-orders", &own.replace("0.1.0", "0.2.0")),
            block("spapi-tests", &tests(" \"spapi-new\",\n \"spapi-orders\",\n")),
            block("zip", foreign),
        ];
        assert_eq!(made, new.concat());
        assert_eq!(follow(&old.concat(), &BTreeMap::new(), &[], &[]), old.concat());
    }
}
