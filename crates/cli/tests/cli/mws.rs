//! The way over from MWS: ids and tokens that are pasted, and names in sources and archives.

use crate::support::{Ran, assert_expected, in_folder, run, run_with_input, spapi};
use serde_json::Value;
use spapi_mws::map::{Entry, entries};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const TOKEN: &str = "amzn.mws.0a1b2c3d-4e5f-6789-abcd-ef0123456789";
const APPLICATION: &str = "amzn1.sp.solution.0a1b2c3d-0000-4000-8000-000000000000";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn of_bytes(bytes: &[u8], arguments: &[&str]) -> Ran {
    let mut child =
        spapi(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The program may close its stdin before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn a_pasted_token_is_explained_and_not_written() {
    let pasted = format!("SellerId=A2MADEUP0SELL\nMWSAuthToken={TOKEN}\nMarketplace=A1VC38T7YXB528\n");
    let ran = run_with_input(&["mws", "explain"], &pasted).ended(0);
    assert!(!ran.out.contains(&TOKEN[20..]) && !ran.err.contains(&TOKEN[20..]), "{}{}", ran.out, ran.err);
    assert_expected("mws_explain.txt", &ran.out);
}

#[test]
fn the_page_of_the_sellers_store_is_whole_with_an_application() {
    let arguments = ["mws", "explain", "-m", "DE", "--application-id", APPLICATION, "-f", "json"];
    let answer = json(&run_with_input(&arguments, TOKEN).ended(0).out);
    let page = &answer["authorization"][0];
    let url = page["url"].as_str().unwrap();
    let state = page["state"].as_str().unwrap();
    assert!(
        url.starts_with("https://sellercentral-europe.amazon.com/apps/authorize/consent?application_id=amzn1."),
        "{url}"
    );
    assert!(url.contains(state) && page["isComplete"] == true, "{url}");
    let found = &answer["found"][0];
    assert_eq!((&found["kind"], &found["length"]), (&"mws-auth-token".into(), &45.into()));
    // The application may be among what was pasted; another store than the pasted one is not used.
    let pasted = format!("{TOKEN} {APPLICATION} https://mws.amazonservices.com.au");
    let answer = json(&run_with_input(&["mws", "explain", "-f", "json"], &pasted).ended(0).out);
    let pages = answer["authorization"].as_array().unwrap();
    assert_eq!((pages.len(), &pages[0]["marketplace"]), (1, &"AU".into()));
    assert_eq!(pages[0]["isComplete"], true);
    // Without a store the user is asked for it.
    run_with_input(&["mws", "explain"], TOKEN).ended(0).said(&["--marketplace"]);
    // A client id is not an application id.
    let wrong = ["mws", "explain", "-m", "DE", "--application-id", "amzn1.application-oa2-client.0"];
    run_with_input(&wrong, TOKEN).ended(2).said(&["client id"]);
}

#[test]
fn a_token_as_an_argument_is_refused_and_not_repeated() {
    for arguments in
        [&["mws", "explain", TOKEN][..], &["mws", "explain", "-m", "JP", "x", TOKEN], &["mws", "explain", "--", TOKEN]]
    {
        let ran = run(arguments).ended(2).said(&["history of commands", "paste it"]);
        assert!(!ran.err.contains(&TOKEN[9..]) && ran.out.is_empty(), "{}", ran.err);
    }
}

#[test]
fn lines_of_json_hold_one_finding_each_and_other_charsets_are_read() {
    let lines = run_with_input(&["mws", "explain", "-f", "jsonl"], "249-0000001-0000002 B0MADEUP01").ended(0).out;
    let kinds: Vec<_> = lines.lines().map(|line| json(line)["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["order-id", "asin"]);
    let utf_16: Vec<u8> = [0xff, 0xfe].into_iter().chain(TOKEN.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [utf_16, [b"\x8fo\x95i\x8e\xd2ID: ", TOKEN.as_bytes()].concat()] {
        let found = json(&of_bytes(&bytes, &["mws", "explain", "-f", "json"]).ended(0).out);
        assert_eq!(found["found"][0]["kind"], "mws-auth-token", "{bytes:?}");
    }
}

#[test]
fn nothing_and_too_much_are_errors() {
    run_with_input(&["mws", "explain"], "").ended(1).said(&["nothing in the text"]);
    run_with_input(&["mws", "explain"], "an ordinary text").ended(1).said(&["nothing in the text"]);
    run_with_input(&["mws", "explain"], &"x ".repeat(600_000)).ended(2).said(&["larger than 1 MiB"]);
}

#[test]
fn a_name_is_shown_with_what_replaces_it() {
    assert_expected(
        "mws_map.txt",
        &run(&["mws", "map", "list_orders", "_GET_V2_SETTLEMENT_REPORT_DATA_XML_", "GetServiceStatus"]).ended(0).out,
    );
    let ran = run(&["mws", "map", "LstOrders", "GetServiceStatus", "Nonsense靴", "ListOrders", "-f", "jsonl"]).ended(1);
    let names: Vec<_> = ran.out.lines().map(|line| json(line)["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["GetServiceStatus", "ListOrders"]);
    ran.said(&[
        "MWS has no name \"LstOrders\" that this program knows; did you mean ListOrders",
        "MWS has no name \"Nonsense靴\" that this program knows",
        "`spapi mws map` lists all names",
    ]);
    let ran = run(&["mws", "map", "ListOrders", "LstOrders"]).ended(1).said(&["did you mean ListOrders"]);
    assert!(ran.out.starts_with("ListOrders: operation of MWS"), "{}", ran.out);
    let all = json(&run(&["mws", "map", "-f", "json"]).ended(0).out);
    assert_eq!(all.as_array().unwrap().len(), entries().count());
    let csv = run(&["mws", "map", "-f", "csv"]).ended(0).out;
    assert!(csv.starts_with("name,kind,section,replaced_by,command,note\n"), "{csv}");
    assert_eq!(csv.lines().count(), 1 + entries().count());
}

#[test]
fn commands_that_the_map_names_exist() {
    let mut commands: Vec<_> = entries().flat_map(Entry::commands).collect();
    // What follows the command are its arguments: names in capitals, operations with a version.
    let is_word = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    commands
        .iter_mut()
        .for_each(|command| *command = command.split(' ').take_while(is_word).collect::<Vec<_>>().join(" "));
    commands.sort();
    commands.dedup();
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        let mut words: Vec<_> = command.split(' ').skip(1).collect();
        words.push("--help");
        let help = run(&words).ended(0).out;
        assert!(help.contains(&format!("Usage: {command}")), "{command}: {help}");
    }
}

fn write(folder: &Path, file: &str, bytes: &[u8]) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// A folder as a program of MWS may have it.
fn tree(folder: &Path) {
    write(folder, "src/orders.py", b"import mws\nfor page in mws.list_orders():\n    mws.GetOrder(page)\n");
    write(folder, "src/report.php", b"$type = '_GET_ORDERS_DATA_'; // ListRecommendations\n");
    write(folder, ".env", b"HOST=mws.amazonservices.jp\n");
    write(folder, "vendor/lib.rb", b"ListOrders\n");
    write(folder, ".gitignore", b"vendor/\n");
    write(folder, "logo.png", b"\x89PNG\0ListOrders");
    write(folder, ".git/config", b"ListOrders\n");
}

/// The places of a list as JSON: file, line, column, name, whether it is sure.
fn listed(ran: &Ran) -> Vec<(String, u64, u64, String, bool)> {
    let places = json(&ran.out);
    let place = |place: &Value| {
        let text = |name: &str| place[name].as_str().unwrap().to_owned();
        let number = |name: &str| place[name].as_u64().unwrap();
        (text("file").replace('\\', "/"), number("line"), number("column"), text("name"), place["isSure"] == true)
    };
    places.as_array().unwrap().iter().map(place).collect()
}

#[test]
fn a_source_tree_is_searched_with_its_gitignore() {
    let folder = tempfile::tempdir().unwrap();
    tree(folder.path());
    let root = folder.path().to_str().unwrap();
    let ran = run(&["mws", "map", "--file", root, "-f", "json"]).ended(0);
    let root = root.replace('\\', "/");
    let place =
        |file: &str, line, column, name: &str, sure| (format!("{root}/{file}"), line, column, name.to_owned(), sure);
    assert_eq!(
        listed(&ran),
        [
            place(".env", 1, 6, "mws.amazonservices.jp", true),
            place("src/orders.py", 1, 8, "MWS", false),
            place("src/orders.py", 2, 17, "ListOrders", false),
            place("src/orders.py", 3, 9, "GetOrder", false),
            place("src/report.php", 1, 10, "_GET_ORDERS_DATA_", true),
            place("src/report.php", 1, 33, "ListRecommendations", true),
        ]
    );
    let ran = ran.said(&["6 names of MWS in 6 places, in 4 files that were read; nothing replaces 1 of them"]);
    ran.said(&["logo.png is left out: it is not text"]);
    let all = run(&["mws", "map", "--file", &root, "--no-ignore", "-f", "json"]).ended(0);
    assert!(listed(&all).contains(&place("vendor/lib.rb", 1, 1, "ListOrders", true)));
    assert!(!all.out.contains("config"), "{}", all.out);

    let summary = run(&["mws", "map", "--file", &root, "--no-ignore", "--summary", "-f", "csv"]).ended(0).out;
    assert!(summary.starts_with("name,places,files,replaced_by,command\n"), "{summary}");
    assert!(
        summary.contains("ListOrders,2,2,\"orders@2026-01-01 searchOrders, orders@v0 getOrders\",spapi orders list"),
        "{summary}"
    );
    let table = run(&["mws", "map", "--file", &in_folder(folder.path(), "src")]).ended(0).out;
    assert!(
        table.lines().nth(2).is_some_and(|line| line.contains("orders.py:2:17") && line.contains("maybe")),
        "{table}"
    );
}

#[test]
fn archives_are_read_entry_by_entry() {
    let folder = tempfile::tempdir().unwrap();
    let log = b"GET /?Action=ListOrders\n\xff\xfe\nGET /?Action=GetReportCount\n".as_slice();
    let path = |name: &str| folder.path().join(name);

    let mut zip = zip::ZipWriter::new(fs::File::create(path("logs.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("day/1.log", options).unwrap();
    zip.write_all(log).unwrap();
    zip.start_file("day/2.bin", options).unwrap();
    zip.write_all(b"\0\0").unwrap();
    zip.finish().unwrap();

    let packed = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    };
    write(folder.path(), "1.log.gz", &packed(log));
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(log.len() as u64);
    header.set_cksum();
    tar.append_data(&mut header, "day/1.log", log).unwrap();
    write(folder.path(), "logs.tar.gz", &packed(&tar.into_inner().unwrap()));

    for (archive, inner) in [("logs.zip", "!day/1.log"), ("1.log.gz", ""), ("logs.tar.gz", "!day/1.log")] {
        let ran = run(&["mws", "map", "--file", path(archive).to_str().unwrap(), "-f", "json"]).ended(0);
        let places: Vec<_> = listed(&ran).into_iter().map(|(file, line, _, name, _)| (file, line, name)).collect();
        let file = format!("{}{inner}", path(archive).to_str().unwrap().replace('\\', "/"));
        assert_eq!(
            places,
            [(file.clone(), 1, "ListOrders".to_owned()), (file, 3, "GetReportCount".to_owned())],
            "{archive}"
        );
    }
    // A broken one is named, and the others are read.
    write(folder.path(), "broken.zip", b"PK\x03\x04 and nothing else");
    write(folder.path(), "cut.gz", &packed(log)[..20]);
    let ran = run(&["mws", "map", "--file", folder.path().to_str().unwrap(), "--summary"]).ended(1);
    assert!(ran.out.contains("ListOrders"), "{}", ran.out);
    ran.said(&["broken.zip cannot be read", "cut.gz cannot be read", "2 files could not be read"]);
    run(&["mws", "map", "--file", "/no/such/folder"]).ended(2).said(&["no file or folder has the path"]);
}

#[test]
fn a_large_log_is_read_in_parts_with_the_right_lines() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("{}\n", "x".repeat(1023));
    let count = 20 * 1024;
    write(folder.path(), "large.log", format!("{}Action=ListOrders", line.repeat(count)).as_bytes());
    let ran = run(&["mws", "map", "--file", &in_folder(folder.path(), "large.log"), "-f", "json"]).ended(0);
    let places = listed(&ran);
    assert_eq!((places.len(), places[0].1, places[0].2), (1, count as u64 + 1, 8));
}
