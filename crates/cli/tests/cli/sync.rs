//! `spapi sync`, against the sandbox inside the program.

use crate::support::{Ran, in_folder, run, run_with_credentials, run_with_input, spapi};
use serde_json::Value;
use std::path::Path;

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";

/// Runs the program in a folder.
fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    Ran::of(spapi(arguments).current_dir(folder).output().unwrap())
}

/// The rows of a JSON list by their stream.
fn by_stream(json: &str, member: &str) -> Vec<(String, u64)> {
    let list: Vec<Value> = serde_json::from_str(json).unwrap();
    list.iter().map(|row| (row["stream"].as_str().unwrap().to_owned(), row[member].as_u64().unwrap())).collect()
}

/// Writes a connection, and returns its path.
fn connection(folder: &Path, objects: &str, more: &str) -> String {
    let path = in_folder(folder, "a.toml");
    let start = "start_date = \"2026-10-01T00:00:00Z\"";
    let text = format!(
        "name = \"a\"\nregion = \"JP\"\n{start}\nobjects = [{objects}]\n{more}\n[destination]\nsqlite = \"a.db\"\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_demo_fills_a_database_and_a_later_run_continues_it() {
    let folder = tempfile::tempdir().unwrap();
    let first = run_in(folder.path(), &["sync", "run", "--demo", "-f", "json"]).ended(0);
    let first = first.said(&[
        "demo.toml is the connection",
        "progress: GET_MERCHANT_LISTINGS_ALL_DATA JP",
        "sync status demo.toml",
    ]);
    let held = by_stream(&first.out, "holds");
    assert!(held.len() == 5 && held.iter().all(|(_, rows)| *rows > 0), "{held:?}");

    let again = run_in(folder.path(), &["sync", "run", "--demo", "-f", "json"]).ended(0);
    assert_eq!(by_stream(&again.out, "holds"), held);
    let read = |out: &str| by_stream(out, "rows").iter().map(|(_, rows)| rows).sum::<u64>();
    assert!(read(&again.out) < read(&first.out), "{}", again.out);

    let status = run_in(folder.path(), &["sync", "status", "demo.toml", "-f", "json"]).ended(0);
    assert_eq!(by_stream(&status.out, "rows"), held);
    let status: Vec<Value> = serde_json::from_str(&status.out).unwrap();
    assert!(status.iter().all(|one| one["gaps"].as_array().unwrap().is_empty()), "{status:?}");
}

#[test]
fn the_demo_refuses_a_connection_of_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = connection(folder.path(), &format!("\"{LISTINGS}\""), "");
    std::fs::rename(path, folder.path().join("demo.toml")).unwrap();
    run_in(folder.path(), &["sync", "run", "--demo"]).ended(2).said(&["another connection than the demo's"]);
    assert!(!folder.path().join("a.db").exists());
}

#[test]
fn what_is_reset_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = connection(folder.path(), &format!("\"{LISTINGS}\", \"{ORDERS}\""), "");
    run(&["sync", "status", &path]).ended(2).said(&["nothing was read yet"]);
    let keep = in_folder(folder.path(), "shop");
    let again = ["sync", "run", &path, "-e", "embedded", "--keep", &keep, "-f", "json"];
    let held = by_stream(&run(&again).ended(0).out, "holds");

    let reset = ["sync", "reset", &path, "--stream", ORDERS, "-f", "json"];
    let dry = run(&[&reset[..], &["--dry-run"]].concat()).ended(0).said(&["would be forgotten"]);
    let rows = |out: &str| by_stream(out, "rows").iter().map(|(_, rows)| rows).sum::<u64>();
    assert!(rows(&dry.out) > 0);
    let rows_of = |status: &Ran| by_stream(&status.out, "rows");
    assert_eq!(rows_of(&run(&["sync", "status", &path, "-f", "json"]).ended(0)), held, "a dry run changes nothing");
    run(&reset).ended(0).said(&["are forgotten"]);
    assert_eq!(rows_of(&run(&["sync", "status", &path, "-f", "json"]).ended(0))[1].1, 0);
    assert_eq!(by_stream(&run(&again).ended(0).out, "holds"), held);
    run(&["sync", "reset", &path]).ended(2).said(&["--stream"]);
    run(&["sync", "reset", &path, "--stream", "GET_AFN_INVENTORY_DATA"]).ended(2).said(&["has no stream"]);
}

#[cfg(feature = "parquet")]
#[test]
fn a_folder_of_files_holds_what_a_database_holds() {
    let folder = tempfile::tempdir().unwrap();
    let database = connection(folder.path(), &format!("\"{LISTINGS}\", \"{ORDERS}\""), "");
    let text = std::fs::read_to_string(&database).unwrap();
    let keep = in_folder(folder.path(), "shop");
    let sync = |path: &str| run(&["sync", "run", path, "-e", "embedded", "--keep", &keep, "-f", "json"]).ended(0);
    let held = by_stream(&sync(&database).out, "holds");
    for form in ["parquet", "csv", "jsonl"] {
        let path = in_folder(folder.path(), &format!("{form}.toml"));
        let to = format!("folder = \"{form}\"\nformat = \"{form}\"");
        std::fs::write(&path, text.replace("sqlite = \"a.db\"", &to)).unwrap();
        run(&["sync", "status", &path]).ended(2).said(&["nothing was read yet"]);
        let ran = sync(&path).said(&["the rows are in"]);
        assert_eq!(by_stream(&ran.out, "holds"), held, "{form}");
        let status = run(&["sync", "status", &path, "-f", "json"]).ended(0);
        assert_eq!(by_stream(&status.out, "rows"), held, "{form}");
        run(&["sync", "reset", &path, "--stream", ORDERS]).ended(0).said(&["are forgotten"]);
        let status = run(&["sync", "status", &path, "-f", "json"]).ended(0);
        assert_eq!(by_stream(&status.out, "rows")[1].1, 0, "{form}");
        assert_eq!(by_stream(&sync(&path).out, "holds"), held, "{form}");
        if form != "csv" {
            let other = format!("folder = \"{form}\"\nformat = \"csv\"");
            std::fs::write(&path, text.replace("sqlite = \"a.db\"", &other)).unwrap();
            run(&["sync", "run", &path, "-e", "embedded", "--keep", &keep]).ended(1).said(&["its setting says csv"]);
        }
    }
}

#[test]
fn a_plan_needs_no_account() {
    let folder = tempfile::tempdir().unwrap();
    let path = connection(folder.path(), &format!("\"{LISTINGS}\", \"{ORDERS}\""), "");
    let table = run(&["sync", "plan", &path]).ended(0).said(&["createReport", "at the earliest"]);
    assert!(table.out.contains(ORDERS) && table.out.contains("2026-10-01T00:00:00Z"), "{}", table.out);
    let plan: Value = serde_json::from_str(&run(&["sync", "plan", &path, "-f", "json"]).ended(0).out).unwrap();
    assert_eq!(plan["streams"].as_array().unwrap().len(), 2);
    let one = run(&["sync", "plan", &path, "-f", "jsonl", "--stream", LISTINGS]).ended(0).out;
    assert!(one.lines().count() == 1 && one.contains(LISTINGS), "{one}");
}

#[test]
fn objects_are_found_by_name_and_described() {
    let all = run(&["sync", "objects"]).ended(0).out;
    assert!(all.lines().count() > 100 && all.starts_with("STREAM"), "{}", all.lines().count());
    let airbyte = run(&["sync", "objects", "--airbyte"]).ended(0).out;
    assert_eq!(airbyte.lines().count(), 1 + 60);
    let one = run(&["sync", "objects", "get_merchant_listings_all_data"]).ended(0).out;
    assert!(one.contains("seller_sku") && one.contains("snapshot"), "{one}");
    run(&["sync", "objects", "GET_MERCHANT_LISTING_ALL"]).ended(2).said(&["did you mean", LISTINGS]);
}

#[test]
fn a_connection_is_made_of_options_or_answers_and_never_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(folder.path(), "b.toml");
    let init = ["sync", "init", &path, "--name", "b", "-m", "DE,FR", "--object", LISTINGS, "--sqlite", "b.db"];
    run(&init).ended(0).said(&["next: spapi sync check"]);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("marketplaces = [\"DE\", \"FR\"]"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    run(&init).ended(2).said(&["exists already"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);

    let init = ["sync", "init"];
    let rest = ["--name", "e", "-m", "JP", "--object", LISTINGS];
    for (more, expected) in [
        (&["--folder", "data"][..], "folder = \"data\"\n"),
        (&["--folder", "data", "--file-format", "csv"][..], "folder = \"data\"\nformat = \"csv\"\n"),
        (&["--bucket", "s3://a/b", "--file-format", "jsonl"][..], "bucket = \"s3://a/b\"\nformat = \"jsonl\"\n"),
    ] {
        let path = in_folder(folder.path(), "files.toml");
        run(&[&init[..], &[path.as_str()], &rest, more].concat()).ended(0);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.ends_with(&format!("[destination]\n{expected}")), "{text}");
        std::fs::remove_file(path).unwrap();
    }
    let path = in_folder(folder.path(), "files.toml");
    for (more, why) in [
        (&["--folder", "x", "--sqlite", "y"][..], "cannot be used with"),
        (&["--file-format", "csv"][..], "--file-format is for a folder or a bucket"),
        (&["--bucket", "https://a/b"][..], "it is not the URL of a bucket"),
    ] {
        run(&[&init[..], &[path.as_str()], &rest, more].concat()).ended(2).said(&[why]);
    }

    let asked = in_folder(folder.path(), "c.toml");
    let answers = format!("c\nXX\nJP\nGET_NOTHING\n{LISTINGS}\nc.db\n");
    run_with_input(&["sync", "init", &asked], &answers).ended(0).said(&["marketplaces of one region", "no stream"]);
    run(&["sync", "plan", &asked]).ended(0);
    let text = std::fs::read_to_string(&asked).unwrap();
    assert!(!text.contains("period_in_days") && !text.contains("account_type"), "defaults are not written: {text}");

    let asked = in_folder(folder.path(), "f.toml");
    let answers = format!(
        "f\nDE\n{LISTINGS}\npostgres://me:secret@a/b\nfiles/\nVendor\n\n\nkeys.toml\n\n2026-01-01T09:00\n2026-01-01\n\nmany\n30\nperhaps\nyes\n"
    );
    run_with_input(&["sync", "init", &asked], &answers).ended(0).said(&[
        "holds no password",
        "exists for sellers only",
        "start_date",
        "not a number of days",
        "yes or no",
    ]);
    let text = std::fs::read_to_string(&asked).unwrap();
    for line in [
        "credentials_file = \"keys.toml\"",
        "start_date = \"2026-01-01\"",
        "period_in_days = 30",
        "wait_between_requests = true",
        "folder = \"files/\"",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}: {text}");
    }
    assert!(!text.contains("environment") && !text.contains("account_type") && !text.contains("secret"), "{text}");
    let missing = in_folder(folder.path(), "d.toml");
    run(&["sync", "init", &missing]).ended(2).said(&["--name is missing"]);
    run(&["sync", "init", &missing, "--name", "d", "-m", "JP,DE", "--object", LISTINGS, "--sqlite", "d.db"])
        .ended(2)
        .said(&["JP is in fe, DE is in eu"]);
    assert!(!Path::new(&missing).exists());
}

#[test]
fn a_postgres_database_is_named_by_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(folder.path(), "p.toml");
    let init =
        ["sync", "init", &path, "--name", "p", "-m", "JP", "--object", LISTINGS, "--postgres-env", "NOWHERE_URL"];
    run(&[&init[..], &["--sqlite", "p.db"]].concat()).ended(2).said(&["cannot be used with"]);
    run(&[&init[..], &["--postgres-schema", "amazon"]].concat()).ended(0);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("postgres = { env = \"NOWHERE_URL\", schema = \"amazon\" }"), "{text}");
    // Another member of the workspace may switch it on for the library.
    let connections = spapi_sync::Connection::open_all(folder.path()).unwrap();
    let has_postgres = connections[0].destination.as_ref().unwrap().is_supported();
    for command in [&["run", "-e", "embedded"][..], &["status"], &["reset", "--stream", LISTINGS], &["check"]] {
        let arguments = [&["sync", command[0], &path], &command[1..]].concat();
        let mut spapi = spapi(&arguments);
        let ran = Ran::of(spapi.output().unwrap()).ended(2);
        if has_postgres {
            ran.said(&["p.toml: destination.postgres.env: the variable NOWHERE_URL is not set"]);
            let spapi = spapi.env("NOWHERE_URL", "postgres://me:secret@127.0.0.1:1/sales");
            let ran = Ran::of(spapi.output().unwrap())
                .ended(1)
                .said(&["database sales on 127.0.0.1, port 1,", "Start the server"]);
            assert!(!ran.err.contains("secret") && !ran.out.contains("secret"), "{}", ran.err);
        } else {
            ran.said(&["built without Postgres", "--features postgres"]);
        }
    }
}

#[test]
fn a_check_makes_a_call_for_each_marketplace() {
    let folder = tempfile::tempdir().unwrap();
    let path = connection(folder.path(), &format!("\"{LISTINGS}\""), "");
    let ran = run(&["sync", "check", &path, "-e", "embedded"]).ended(0);
    assert!(ran.out.contains("the seller sells there") && ran.out.contains("reports can be listed"), "{}", ran.out);
    let ran = run(&["sync", "check", &path]).ended(3);
    assert!(ran.out.contains("FAIL  credentials"), "{}", ran.out);
}

#[test]
fn a_stream_that_cannot_be_read_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let gone = "GET_FBA_FULFILLMENT_INVENTORY_HEALTH_DATA";
    let path = connection(folder.path(), &format!("\"{gone}\", \"{LISTINGS}\""), "");
    let ran = run(&["sync", "run", &path, "-e", "embedded", "-f", "json"]).ended(6).said(&[gone, "next: "]);
    assert!(by_stream(&ran.out, "holds")[1].1 > 0, "{}", ran.out);
}

#[test]
fn what_failed_is_shown_with_its_reason_until_a_later_run_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = connection(folder.path(), &format!("\"{LISTINGS}\""), "every = \"6h\"");
    // Nothing listens at this port.
    let unreachable = ["sync", "run", &path, "--once", "-e", "http://127.0.0.1:9", "--longest-wait", "1s"];
    run_with_credentials(&unreachable).ended(1).said(&["gap: ", "cannot connect"]);
    let status = ["sync", "status", &path, "-f", "json"];
    let failed = run(&status).ended(0).said(&["failed once", "cannot connect", "every 6h: the next run is due at"]);
    let rows: Value = serde_json::from_str(&failed.out).unwrap();
    assert_eq!((&rows[0]["due"], &rows[0]["gaps"][0]["attempts"]), (&1.into(), &1.into()), "{rows}");
    run(&["sync", "reset", &path, "--stream", LISTINGS]).ended(0).said(&["0 slices"]);
    assert_eq!(serde_json::from_str::<Value>(&run(&status).ended(0).out).unwrap()[0]["gaps"], serde_json::json!([]));

    run_with_credentials(&unreachable).ended(1);
    run(&["sync", "run", &path, "--once", "-e", "embedded"]).ended(0);
    assert_eq!(serde_json::from_str::<Value>(&run(&status).ended(0).out).unwrap()[0]["gaps"], serde_json::json!([]));
}

#[test]
fn rows_are_read_again_from_raw_documents() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.key"), "0123456789abcdef".repeat(2)).unwrap();
    let raw = "[raw_documents]\nfolder = \"raw\"\nkey_file = \"a.key\"\nkeep_days = 7";
    let path = connection(folder.path(), &format!("\"{LISTINGS}\", \"{ORDERS}\""), raw);
    let replay = ["sync", "replay", &path, "-e", "embedded", "-f", "json"];
    run(&replay).ended(2).said(&["nothing was read yet"]);
    let first = run(&["sync", "run", &path, "-e", "embedded", "-f", "json"]).ended(0);
    let again = run(&replay).ended(0).said(&["4 slices were read again from raw documents"]);
    assert_eq!(by_stream(&again.out, "holds"), by_stream(&first.out, "holds"));
    assert!(by_stream(&again.out, "rows").iter().all(|(_, rows)| *rows > 0), "{}", again.out);
    let other = connection(folder.path(), &format!("\"{LISTINGS}\""), "");
    run(&["sync", "replay", &other, "-e", "embedded"]).ended(2).said(&["keeps no raw documents"]);
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_is_named_and_with_room_the_next_run_reads_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let path = connection(folder.path(), &format!("\"{LISTINGS}\", \"{ORDERS}\""), "");
    let keep = in_folder(folder.path(), "shop");
    let arguments = ["sync", "run", &path, "-e", "embedded", "--keep", &keep, "-f", "json"];
    let held = by_stream(&run(&arguments).ended(0).out, "holds");
    let mut failed = 0;
    for kilobytes in [8, 40, 80, 120, 160, 200] {
        let database = in_folder(folder.path(), "a.db");
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{database}{end}"));
        }
        // A limit of the system on the size of files, as a full disk: each write beyond it fails.
        let limited = spapi(&arguments);
        let blocks = kilobytes * 2;
        let mut full = std::process::Command::new("sh");
        full.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]);
        full.arg(limited.get_program()).args(limited.get_args());
        full.envs(limited.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran = Ran::of(full.output().unwrap());
        if ran.code != 0 {
            ran.said(&["error: ", &folder.path().display().to_string()]);
            failed += 1;
        }
        assert_eq!(by_stream(&run(&arguments).ended(0).out, "holds"), held, "{kilobytes} kB");
    }
    assert!(failed > 2, "{failed}");
}

#[cfg(unix)]
#[test]
fn a_connection_runs_again_and_again_until_it_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = connection(folder.path(), &format!("\"{LISTINGS}\""), "");
    let ran = crate::support::stopped(
        &["sync", "run", &path, "-e", "embedded", "--every", "1d"],
        "the next run begins at",
        "-TERM",
    );
    ran.ended(143).said(&["the rows are in", "T00:00:00Z; Ctrl-C ends the program"]);
    run(&["sync", "run", &path, "--every", "61 * * * *"]).ended(2).said(&["five fields"]);
    run(&["sync", "run", &path, "--every", "6h", "--once"]).ended(2).said(&["--once"]);
}

#[test]
fn a_wrong_connection_is_named_with_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = connection(folder.path(), &format!("\"{LISTINGS}\""), "perod_in_days = 3");
    run(&["sync", "run", &path, "-e", "embedded"])
        .ended(2)
        .said(&["a.toml: perod_in_days", "Did you mean period_in_days?"]);
    run(&["sync", "run", "nowhere.toml"]).ended(2).said(&["nowhere.toml does not exist", "spapi sync init"]);
    run(&["sync", "run"]).ended(2).said(&["CONNECTION"]);
}
