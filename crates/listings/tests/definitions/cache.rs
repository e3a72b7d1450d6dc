//! What is kept between runs, and what becomes of it when it is old, corrupt or cannot be written.

use crate::script::{Types, Warnings, schema};
use serde_json::json;
use spapi_core::Marketplace;
use spapi_listings::definition::{Definition, Definitions, MAX_AGE};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

async fn get(definitions: &Definitions) -> Definition {
    definitions.get("LUGGAGE", Marketplace::JP).await.unwrap()
}

/// The only file whose name ends like this.
fn file(folder: &Path, end: &str) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = files.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[tokio::test(start_paused = true)]
async fn a_second_run_asks_nothing() {
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    let folder = folder.path().join("not/yet");
    let first = get(&script.definitions(&folder)).await;
    assert_eq!(script.counts(), (1, 1));
    let second = get(&script.definitions(&folder)).await;
    assert_eq!(script.counts(), (0, 0));
    assert_eq!(second.schema(), first.schema());
    assert_eq!((second.is_outdated, second.is_latest, second.asked_at), (false, Some(true), first.asked_at));
    assert!(second.validator().unwrap().create(&json!({ "item_name": [{ "value": "x" }] })).is_valid());
    assert_eq!(
        (second.version, second.display_name, second.groups, second.locale, second.checksum),
        (first.version, first.display_name, first.groups, first.locale, first.checksum)
    );
}

#[tokio::test(start_paused = true)]
#[cfg(unix)]
async fn files_are_their_owners_and_hold_no_link() {
    use std::os::unix::fs::PermissionsExt;
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    let folder = folder.path().join("definitions");
    get(&script.definitions(&folder)).await;
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    for end in [".schema.json", ".answer.json"] {
        let path = file(&folder, end);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
        assert!(!fs::read_to_string(&path).unwrap().contains("s3cr3t"), "{path:?}");
    }
    assert!(file(&folder, ".answer.json").file_name().unwrap().to_string_lossy().starts_with("LUGGAGE-"));
}

#[tokio::test(start_paused = true)]
async fn an_old_answer_is_asked_for_again_and_its_schema_downloaded_only_if_it_has_changed() {
    let types = Types::new();
    let (script, folder) = (types.script(), tempfile::tempdir().unwrap());
    let definitions = script.definitions(folder.path());
    get(&definitions).await;
    tokio::time::advance(MAX_AGE - Duration::from_secs(60)).await;
    script.counts();
    get(&definitions).await;
    get(&script.definitions(folder.path())).await;
    assert_eq!(script.counts(), (0, 0));

    tokio::time::advance(Duration::from_secs(120)).await;
    types.set(|state| state.version = "v2".to_owned());
    assert_eq!(get(&definitions).await.version, "v2");
    assert_eq!(script.counts(), (1, 0));
    get(&script.definitions(folder.path())).await;
    assert_eq!(script.counts(), (0, 0), "the new answer is in the folder");

    tokio::time::advance(MAX_AGE * 2).await;
    types.set(|state| state.schema = schema("2"));
    assert_eq!(get(&definitions).await.schema(), schema("2"));
    assert_eq!(script.counts(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_uses_what_another_has_asked_meanwhile() {
    let types = Types::new();
    let (script, folder) = (types.script(), tempfile::tempdir().unwrap());
    let [one, other] = [script.definitions(folder.path()), script.definitions(folder.path())];
    get(&one).await;
    tokio::time::advance(MAX_AGE * 2).await;
    types.set(|state| (state.version, state.schema) = ("v2".to_owned(), schema("2")));
    get(&other).await;
    script.counts();
    let found = get(&one).await;
    assert_eq!((found.version.as_str(), found.schema()), ("v2", schema("2").as_str()));
    assert_eq!(script.counts(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_age_can_be_set() {
    let script = Types::new().script();
    let never = Definitions::new(&script.client()).max_age(Duration::ZERO);
    get(&never).await;
    get(&never).await;
    assert_eq!(script.counts(), (2, 1));
    let always = Definitions::new(&script.client()).max_age(Duration::MAX);
    get(&always).await;
    tokio::time::advance(MAX_AGE * 1000).await;
    get(&always).await;
    assert_eq!(script.counts(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_schema_that_is_corrupt_is_downloaded_again_and_replaced() {
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    get(&script.definitions(folder.path())).await;
    let path = file(folder.path(), ".schema.json");
    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    flipped[40] ^= 1;
    let warnings = Warnings::default();
    let _listening = warnings.listen();
    for broken in [&flipped[..], &whole[..whole.len() / 2], b"", b"{}", &[0xff, 0xfe]] {
        fs::write(&path, broken).unwrap();
        script.counts();
        let found = get(&script.definitions(folder.path())).await;
        assert_eq!(found.schema().as_bytes(), whole);
        assert_eq!(script.counts(), (1, 1));
        assert_eq!(fs::read(&path).unwrap(), whole);
        let said = warnings.take();
        assert!(said.len() == 1 && said[0].contains("checksum") && said[0].contains("schema.json"), "{said:?}");
    }
    fs::remove_file(&path).unwrap();
    get(&script.definitions(folder.path())).await;
    assert_eq!((script.counts(), fs::read(&path).unwrap()), ((1, 1), whole));
    assert_eq!(warnings.take(), [""; 0], "a missing file is usual");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_corrupt_is_asked_for_again_and_replaced() {
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    get(&script.definitions(folder.path())).await;
    let path = file(folder.path(), ".answer.json");
    let whole = fs::read_to_string(&path).unwrap();
    let other_layout = whole.replace("\"layout\": 1", "\"layout\": 2");
    let other_request = whole.replace("\"LUGGAGE\"", "\"SHOES\"");
    let other_time = whole.replace("\"asked_at\": ", "\"asked_at\": 9");
    for broken in [&whole[..whole.len() / 2], "", "null", "[]", &other_layout, &other_request, &other_time] {
        assert_ne!(broken, whole);
        fs::write(&path, broken).unwrap();
        script.counts();
        assert!(!get(&script.definitions(folder.path())).await.is_outdated);
        assert_eq!(script.counts(), (1, 0), "{broken}");
        get(&script.definitions(folder.path())).await;
        assert_eq!(script.counts(), (0, 0), "{broken}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_process_has_left_is_ignored_and_later_removed() {
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    let written = |name: &str, age: Duration| {
        let path = folder.path().join(name);
        fs::write(&path, &schema("1")[..50]).unwrap();
        let file = fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
        path
    };
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let [half, old_half] = [written(".new-a1b2c3", DAY / 2), written(".new-d4e5f6", DAY * 2)];
    let [used, unused] = [written("1.schema.json", DAY * 50), written("2.schema.json", DAY * 70)];
    let foreign = written("notes.txt", DAY * 1000);
    assert_eq!(get(&script.definitions(folder.path())).await.schema(), schema("1"));
    let exists = [half, old_half, used, unused, foreign].map(|path| path.exists());
    assert_eq!(exists, [true, false, true, false, true]);
}

#[tokio::test(start_paused = true)]
async fn the_use_of_an_old_file_is_noted() {
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    get(&script.definitions(folder.path())).await;
    let path = file(folder.path(), ".schema.json");
    let old = SystemTime::now() - Duration::from_secs(50 * 24 * 3600);
    fs::File::options().append(true).open(&path).unwrap().set_modified(old).unwrap();
    get(&script.definitions(folder.path())).await;
    assert!(fs::metadata(&path).unwrap().modified().unwrap() > old + Duration::from_secs(3600));
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_used_costs_a_warning_and_a_download() {
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let warnings = Warnings::default();
    let _listening = warnings.listen();
    let definitions = script.definitions(&in_the_way.join("definitions"));
    get(&definitions).await;
    get(&definitions).await;
    assert_eq!(script.counts(), (1, 1), "it is in memory");
    let said = warnings.take();
    assert!(said.iter().any(|text| text.contains("cannot be kept")), "{said:?}");
}

/// Does not need the rights of files, which do not bind the owner of a machine.
#[tokio::test(start_paused = true)]
async fn a_place_that_cannot_be_written_is_not_used() {
    let (script, folder) = (Types::new().script(), tempfile::tempdir().unwrap());
    get(&script.definitions(folder.path())).await;
    for end in [".schema.json", ".answer.json"] {
        let path = file(folder.path(), end);
        fs::remove_file(&path).unwrap();
        fs::create_dir_all(path.join("in the way")).unwrap();
    }
    script.counts();
    assert_eq!(get(&script.definitions(folder.path())).await.schema(), schema("1"));
    assert_eq!(script.counts(), (1, 1));
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "no temporary file is left");
}

#[tokio::test(start_paused = true)]
#[cfg(unix)]
async fn a_read_only_folder_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let types = Types::new();
    let (script, folder) = (types.script(), tempfile::tempdir().unwrap());
    get(&script.definitions(folder.path())).await;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    script.counts();
    get(&script.definitions(folder.path())).await;
    assert_eq!(script.counts(), (0, 0));
    tokio::time::advance(MAX_AGE * 2).await;
    types.set(|state| state.schema = schema("2"));
    let definitions = script.definitions(folder.path());
    assert_eq!(get(&definitions).await.schema(), schema("2"));
    assert_eq!(get(&definitions).await.schema(), schema("2"));
    assert_eq!(script.counts(), (1, 1));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_a_network_what_is_kept_is_used_and_said_to_be_old() {
    let types = Types::new();
    let (script, folder) = (types.script(), tempfile::tempdir().unwrap());
    let asked_at = get(&script.definitions(folder.path())).await.asked_at;
    tokio::time::advance(MAX_AGE * 3).await;
    types.set(|state| state.is_down = true);
    let warnings = Warnings::default();
    let _listening = warnings.listen();
    script.counts();
    let definitions = script.definitions(folder.path());
    let found = get(&definitions).await;
    assert_eq!((found.is_outdated, found.asked_at, found.schema()), (true, asked_at, schema("1").as_str()));
    assert!(script.counts().0 > 0 && warnings.take().len() == 1);
    assert!(get(&definitions).await.is_outdated);
    assert_eq!(script.counts(), (0, 0), "the next attempt waits");

    types.set(|state| (state.is_down, state.schema) = (false, schema("2")));
    tokio::time::advance(Duration::from_secs(61)).await;
    let found = get(&definitions).await;
    assert_eq!((found.is_outdated, found.schema()), (false, schema("2").as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_new_schema_that_cannot_be_downloaded_leaves_the_old_one_in_use() {
    let types = Types::new();
    let (script, folder) = (types.script(), tempfile::tempdir().unwrap());
    get(&script.definitions(folder.path())).await;
    tokio::time::advance(MAX_AGE * 3).await;
    types.set(|state| (state.schema, state.cut) = (schema("2"), 2));
    let found = get(&script.definitions(folder.path())).await;
    assert_eq!((found.is_outdated, found.schema()), (true, schema("1").as_str()));
}

#[tokio::test(start_paused = true)]
async fn what_amazon_refuses_is_not_answered_from_the_folder() {
    let types = Types::new();
    let (script, folder) = (types.script(), tempfile::tempdir().unwrap());
    get(&script.definitions(folder.path())).await;
    tokio::time::advance(MAX_AGE * 3).await;
    types.set(|state| state.is_gone = true);
    let definitions = script.definitions(folder.path());
    assert!(definitions.get("LUGGAGE", Marketplace::JP).await.unwrap_err().is_not_found());
    types.set(|state| (state.is_gone, state.is_denied) = (false, true));
    assert!(definitions.get("LUGGAGE", Marketplace::JP).await.unwrap_err().is_auth());
}

#[tokio::test(start_paused = true)]
async fn without_a_network_and_without_a_folder_it_is_an_error() {
    let types = Types::new();
    types.set(|state| state.is_down = true);
    let error = Definitions::new(&types.script().client()).get("LUGGAGE", Marketplace::JP).await.unwrap_err();
    assert_eq!(error.kind(), spapi_core::ErrorKind::Lost);
}
