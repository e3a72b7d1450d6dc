//! The manual pages.

use crate::support::run;
use std::fs;

#[test]
fn each_command_has_a_page_with_its_options() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("share/man1");
    let pages_text = pages.to_str().unwrap();
    assert_eq!(run(&["man", pages_text]).ended(0).out, "");
    let page = |name: &str| fs::read_to_string(pages.join(name)).unwrap();
    let all = page("spapi.1");
    assert!(all.contains("Selling Partner API") && all.contains("spapi\\-report(1)"), "{all}");
    let report = page("spapi-report-get.1");
    for part in ["\\-\\-marketplace", "SPAPI_MARKETPLACE", "The start of the range"] {
        assert!(report.contains(part), "{part} is not in {report}");
    }
    assert!(!pages.join("spapi-man.1").exists(), "a hidden command has no page");
    // Again over those that are there.
    run(&["man", pages_text]).ended(0);
    let file = folder.path().join("a-file");
    fs::write(&file, "").unwrap();
    run(&["man", file.to_str().unwrap()]).ended(1).said(&["a-file", "a folder that can be written"]);
    assert!(!run(&["--help"]).ended(0).out.contains("manual pages"));
}
