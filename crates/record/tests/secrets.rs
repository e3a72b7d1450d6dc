//! Neither recordings nor log messages contain secrets or buyers' data.

#[path = "support/exchanges.rs"]
mod exchanges;
#[path = "../../core/tests/support/mod.rs"]
mod support;
#[path = "../../core/tests/support/traced.rs"]
mod traced;

use std::fmt::Write;
use traced::Everything;

/// Records random exchanges and looks for their secrets in the recordings and the log messages.
#[tokio::test]
async fn nothing_secret_is_recorded_or_traced() {
    let everything = Everything::install();
    let folder = tempfile::tempdir().unwrap();
    let mut exchanges = exchanges::Exchanges::new(7).await;
    let (mut files, mut secrets) = (0, 0);
    for run in 0..60 {
        let folder = folder.path().join(run.to_string());
        let traced_before = everything.text.lock().unwrap().len();
        exchanges.run(&folder).await;
        let mut recorded = String::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            write!(recorded, "\n{}\n{}", path.display(), std::fs::read_to_string(&path).unwrap()).unwrap();
            files += 1;
        }
        let traced = everything.text.lock().unwrap()[traced_before..].to_owned();
        assert!(traced.contains("an exchange cannot be recorded"), "{traced}");
        secrets += exchanges.check(&recorded, &traced);
    }
    // Three calls in each run, and the calls that were repeated with a fresh token.
    assert!(files > 180 && secrets > 4000, "{files} {secrets}");
}
