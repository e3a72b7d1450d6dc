//! Names of files.

use std::fmt::Write;

/// Names that Windows keeps for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// A name that every file system and bucket takes. Different names stay different.
pub(super) fn safe(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => out.push(character),
            // Writing to a String cannot fail.
            other => drop(write!(out, "+{:x}", u32::from(other))),
        }
    }
    let lower = out.to_ascii_lowercase();
    let is_port = lower.len() == 4 && (lower.starts_with("com") || lower.starts_with("lpt"));
    // A plus sign that no number follows stands for nothing.
    if out.is_empty() || is_port || DEVICES.contains(&&*lower) {
        out.push('+');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_are_safe_and_stay_different() {
        let names = ["a", "a b", "a+20b", "../a", "日本", "", "nul", "COM1", "a.b", "a:b"];
        let safe: Vec<_> = names.iter().map(|name| safe(name)).collect();
        assert_eq!(safe, ["a", "a+20b", "a+2b20b", "+2e+2e+2fa", "+65e5+672c", "+", "nul+", "COM1+", "a+2eb", "a+3ab"]);
    }
}
