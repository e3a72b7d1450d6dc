//! `spapi feed`.

use crate::support::{Answer, Ran, Server, in_folder, reply, run, run_with_input, spapi, stopped};
use serde_json::{Value, json};
use std::fs;
use std::process::Stdio;

const LISTINGS: &str = "JSON_LISTINGS_FEED";
const SHIPPED: &str = "POST_ORDER_FULFILLMENT_DATA";
const EMBEDDED: [&str; 4] = ["-m", "JP", "-e", "embedded"];

fn feed(arguments: &[&str]) -> Ran {
    run(&[&["feed"], arguments, &EMBEDDED].concat())
}

fn listings(messages: impl IntoIterator<Item = Value>) -> String {
    let messages: Vec<_> = messages.into_iter().collect();
    json!({ "header": { "sellerId": "A1SELLER", "version": "2.0" }, "messages": messages }).to_string()
}

fn delete(id: usize) -> Value {
    json!({ "messageId": id, "sku": format!("sku-{id}"), "operationType": "DELETE" })
}

/// A shop that is kept, and a feed one of whose messages is wrong.
struct Shop {
    folder: tempfile::TempDir,
    file: String,
    keep: String,
}

impl Shop {
    fn new(messages: impl IntoIterator<Item = Value>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let [file, keep] = ["feed.json", "shop"].map(|name| in_folder(folder.path(), name));
        fs::write(&file, listings(messages)).unwrap();
        Self { folder, file, keep }
    }

    fn path(&self, name: &str) -> String {
        in_folder(self.folder.path(), name)
    }

    fn feed(&self, arguments: &[&str]) -> Ran {
        feed(&[arguments, &["--keep", &self.keep]].concat())
    }

    fn submit(&self, more: &[&str]) -> Ran {
        self.feed(&[&["submit", LISTINGS, &self.file], more].concat())
    }
}

fn with_a_wrong_message() -> Shop {
    Shop::new([delete(1), json!({ "messageId": 7, "sku": "=靴", "operationType": "UPDATE" })])
}

#[test]
fn a_feed_is_submitted_and_its_issues_are_read_by_its_id() {
    let shop = with_a_wrong_message();
    let submitted = shop.submit(&[]).ended(0).said(&["the feed has ", " B"]);
    let id = submitted.out.trim();
    assert!(!id.is_empty() && submitted.out.lines().count() == 1, "{}", submitted.out);

    shop.feed(&["result", id, "--no-wait"]).ended(1).said(&["has no result yet", "leave out --no-wait"]);
    let result = shop.feed(&["result", id]).ended(1);
    result.said(&["2 processed, 1 accepted, 1 refused", &format!("Amazon did not take all of feed {id}")]);
    let file = shop.path("issues.csv");
    shop.feed(&["result", id, "-o", &file]).ended(1);
    let text = fs::read_to_string(&file).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        rows.headers().unwrap(),
        ["messageId", "sku", "severity", "code", "message", "attributes", "details"].as_slice()
    );
    let row = rows.records().next().unwrap().unwrap();
    assert_eq!((&row[0], &row[1], &row[2]), ("7", "'=靴", "ERROR"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let lines = shop.feed(&["result", id, "-f", "jsonl", "--columns", "sku,attributes,messageid"]).ended(1).out;
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&first["sku"], &first["messageId"]), (&json!("=靴"), &json!(7)));
    assert!(first["attributes"].is_array(), "{first}");
    let raw: Value = serde_json::from_str(&shop.feed(&["result", id, "-f", "raw"]).ended(0).out).unwrap();
    assert_eq!(raw["summary"]["messagesAccepted"], 1);

    let status: Value = serde_json::from_str(&shop.feed(&["status", id, "-f", "json"]).ended(0).out).unwrap();
    assert_eq!((&status[0]["feedId"], &status[0]["processingStatus"]), (&json!(id), &json!("DONE")));
    let table = shop.feed(&["status", id]).ended(0).out;
    assert!(table.starts_with("FEED ID ") && table.contains(" DONE ") && table.contains(" JP\n"), "{table}");
}

#[test]
fn a_feed_that_is_awaited_ends_with_what_amazon_says() {
    let shop = Shop::new([delete(1), delete(2)]);
    let ran = shop.submit(&["--wait"]).ended(0).said(&["2 processed, 2 accepted"]);
    let id = ran.out.trim();
    let result = shop.feed(&["result", id]).ended(0).said(&["2 processed, 2 accepted"]);
    assert!(result.out.starts_with("messageId ") && result.out.lines().count() == 1, "{}", result.out);

    let ran = with_a_wrong_message().submit(&["--wait"]).ended(1);
    let id = ran.out.trim().to_owned();
    ran.said(&["1 refused", &format!("next: go on with `spapi feed result {id} -m JP -e embedded --keep ")]);
}

#[test]
fn one_error_is_singular() {
    let message = json!({ "messageId": 7, "sku": "a", "operationType": "UPDATE", "productType": "LUGGAGE" });
    let ran = Shop::new([message]).submit(&["--wait"]).ended(1);
    ran.said(&["1 refused, 1 error, 0 warnings"]);
}

#[test]
fn a_feed_comes_from_stdin_and_one_without_messages_is_not_taken() {
    let submit = [&["feed", "submit", "post_order_fulfillment_data", "-", "--wait"], &EMBEDDED[..]].concat();
    let ran = run_with_input(&submit, "<a/>").ended(1);
    assert_eq!(ran.out.lines().count(), 1, "the id is there all the same");
    ran.said(&["the feed has 4 B", "Amazon found no message in feed "]);
}

#[test]
fn a_feed_that_fails_says_why_also_to_another_run() {
    let shop = Shop::new([delete(1)]);
    fs::write(&shop.file, r#"{"header":{"version":"2.0"},"messages":[{"messageId":1,"sku":"a"}]}"#).unwrap();
    shop.submit(&["--wait"]).ended(1).said(&["failed: ", "sellerId", "go on with `spapi feed result"]);
    let id = shop.submit(&[]).ended(0).out;
    let file = shop.path("issues.csv");
    shop.feed(&["result", id.trim(), "-o", &file]).ended(1).said(&[id.trim(), "failed: ", "sellerId"]);
    assert!(fs::read_to_string(&file).unwrap().contains("sellerId"), "the processing report of a feed that failed");
}

#[test]
fn a_listings_feed_that_is_too_large_becomes_several_with_an_id_each() {
    let shop = Shop::new((1..=25_001).map(delete));
    let ran = shop.submit(&[]).ended(0).said(&["the feed becomes 2 feeds: "]);
    let ids: Vec<_> = ran.out.lines().collect();
    assert_eq!(ids.len(), 2);
    let result = shop.feed(&["result", ids[1]]).ended(0);
    result.said(&["1 processed, 1 accepted"]);
    let twice = Shop::new((1..=25_000).map(delete).chain([json!({ "messageId": 30_000, "sku": "sku-1" })]));
    twice.submit(&[]).ended(2).said(&["needs several feeds", "SKU sku-1"]);
}

/// The first run ends after Amazon has the feed and before its user has the id.
#[cfg(target_os = "linux")]
#[test]
fn a_feed_whose_id_was_not_printed_is_not_submitted_twice() {
    let shop = with_a_wrong_message();
    let journal = shop.path("journal");
    let words = ["feed", "submit", LISTINGS, &shop.file, "--keep", &shop.keep, "--journal", &journal];
    let mut command = spapi(&[&words[..], &EMBEDDED].concat());
    command.stdout(fs::File::create("/dev/full").unwrap()).stderr(Stdio::piped());
    Ran::of(command.spawn().unwrap().wait_with_output().unwrap())
        .ended(1)
        .said(&["No space left", "run the same command again"]);
    let again = shop.submit(&["--journal", &journal]).ended(0);
    let id = again.out.trim().to_owned();
    again.said(&[&format!("feed {id} was submitted before, and is not submitted twice")]);
    let feeds = ["call", "feeds", "getFeeds", "feedTypes=JSON_LISTINGS_FEED", "-f", "jsonl", "--keep", &shop.keep];
    assert_eq!(run(&[&feeds[..], &EMBEDDED].concat()).ended(0).out.lines().count(), 1);
    let anew = shop.submit(&["--journal", &journal]).ended(0).out;
    assert_ne!(anew.trim(), id, "once the id was printed, the same command submits the feed anew");
}

#[test]
fn a_feed_that_amazon_cannot_take_is_refused_with_the_next_step() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = in_folder(folder.path(), name);
        fs::write(&path, text).unwrap();
        path
    };
    let (xml, empty, json) = (file("a.xml", "<a/>"), file("empty", ""), file("a.json", "{\"header\":{},"));
    let no_sku = file("b.json", &listings([json!({ "messageId": 1 })]));
    let missing = in_folder(folder.path(), "missing");
    let nowhere = folder.path().to_str().unwrap();
    for (arguments, parts) in [
        (&["JSON_LISTING_FEED", &json][..], &["is not known; did you mean JSON_LISTINGS_FEED?", "--force"][..]),
        (&["NEW_FEED", &xml, "--force"], &["content type", "--content-type 'text/xml"]),
        (&["POST_PRODUCT_DATA", &xml], &["no longer takes POST_PRODUCT_DATA", "JSON_LISTINGS_FEED"]),
        (&[SHIPPED, &empty], &["is empty"]),
        (&[LISTINGS, &empty], &["is empty"]),
        (&[SHIPPED, &missing], &["missing", "cannot be read"]),
        (&[SHIPPED, nowhere], &["cannot be read", "Is a directory"]),
        (&[LISTINGS, &missing], &["missing", "cannot be read"]),
        (&[LISTINGS, &json], &["cannot be read", "line 1 column"]),
        (&[LISTINGS, &no_sku], &["message 1", "sku"]),
        (&[SHIPPED, &xml, "--option", "a=b"], &["has no option \"a\"", "--force"]),
        (&[SHIPPED, &xml, "--option", "a"], &["NAME=VALUE"]),
        (&[SHIPPED], &["FILE"]),
        (&[SHIPPED, &xml, "--nonsense"], &["--nonsense"]),
    ] {
        let ran = feed(&[&["submit"], arguments].concat()).ended(2).said(parts);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
    run(&["feed", "submit", SHIPPED, &xml, "-m", "JP,US", "-e", "embedded"]).ended(2).said(&["JP is in fe"]);
    feed(&["result", "12", "-o", &xml]).ended(2).said(&["exists already", "--overwrite"]);
    feed(&["result", "12", "-o", &in_folder(folder.path(), "no/a.csv")]).ended(2).said(&["No such file"]);
    feed(&["result", "12", "--columns", "skuu"]).ended(1).said(&["no column", "did you mean sku?"]);
    feed(&["result", "12"]).ended(1).said(&["404"]);
    feed(&["status", "12"]).ended(1).said(&["404"]);
    run(&["feed", "status", "12", "-e", "embedded"]).ended(2).said(&["neither --marketplace nor --region"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_a_feed_is_awaited_names_the_command_to_go_on_with() {
    let server = Server::start(vec![
        reply("200 OK", r#"{"feedId":"9","feedType":"POST_ORDER_FULFILLMENT_DATA","processingStatus":"IN_QUEUE"}"#),
        Answer::Silence,
    ]);
    let ran = stopped(&["feed", "result", "9", "-m", "JP", "-e", &server.url], "9 found", "-INT");
    ran.ended(130).said(&["interrupted by Ctrl-C"]);
}
