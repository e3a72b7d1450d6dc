//! `spapi events`.

use crate::support::{
    Ran, Server, assert_expected, in_folder, reply, run, run_with_credentials, run_with_input, spapi,
};
use serde_json::{Value, json};
use std::path::Path;

const QUEUE: &str = "arn:aws:sqs:ap-northeast-1:123456789012:shop-events";
const NONE: &str = r#"{"payload":[]}"#;
const NOT_SUBSCRIBED: &str = r#"{"payload":{"subscriptions":[]}}"#;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A notification about an order of a seller.
fn order(id: &str, seller: &str) -> Value {
    json!({
        "NotificationVersion": "1.0",
        "NotificationType": "ORDER_CHANGE",
        "PayloadVersion": "1.0",
        "EventTime": "2026-11-30T01:02:03Z",
        "Payload": { "OrderChangeNotification": {
            "NotificationLevel": "OrderLevel", "SellerId": seller, "AmazonOrderId": "250-0000000-0000001",
            "Summary": { "MarketplaceId": "A1VC38T7YXB528", "OrderStatus": "Unshipped" } } },
        "NotificationMetadata": { "ApplicationId": "app-1", "SubscriptionId": "sub-1", "PublishTime": "2026-11-30T01:02:04Z",
                                  "NotificationId": id },
    })
}

fn report(id: &str) -> Value {
    json!({
        "notificationVersion": "2020-09-04",
        "notificationType": "REPORT_PROCESSING_FINISHED",
        "payloadVersion": "2020-09-04",
        "eventTime": "2026-11-30T01:00:00Z",
        "payload": { "reportProcessingFinishedNotification": { "sellerId": "A1SELLER", "reportId": "700", "processingStatus": "DONE",
                     "reportType": "GET_X", "reportDocumentId": "d-1" } },
        "notificationMetadata": { "applicationId": "app-1", "subscriptionId": "sub-2", "publishTime": "2026-11-30T01:00:01Z",
                                  "notificationId": id },
    })
}

/// A folder with a message in each file.
fn messages(bodies: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (number, body) in bodies.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{number:04}.json")), body).unwrap();
    }
    folder
}

fn usual() -> tempfile::TempDir {
    messages(&[order("n-1", "A1SELLER").to_string(), report("n-2").to_string(), order("n-3", "A2SELLER").to_string()])
}

/// The files that are left in a folder.
fn left(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn listen(folder: &Path, more: &[&str]) -> Ran {
    run(&[&["events", "listen", "--until-empty", "--folder", folder.to_str().unwrap()], more].concat())
}

#[test]
fn types_have_their_destinations_and_filters() {
    let ran = run(&["events", "types", "listings item"]).ended(0);
    assert!(ran.out.starts_with("TYPE ") && ran.out.contains("LISTINGS_ITEM_STATUS_CHANGE"), "{}", ran.out);
    let all = lines(&run(&["events", "types", "-f", "jsonl"]).ended(0).out);
    let find = |name: &str| all.iter().find(|one| one["type"] == name).unwrap();
    assert_eq!(find("LISTINGS_ITEM_STATUS_CHANGE")["destination"], "EventBridge");
    assert_eq!(find("ANY_OFFER_CHANGED")["filters"], json!(["marketplaceIds", "aggregationSettings"]));
    assert_eq!(find("ORDER_STATUS_CHANGE")["instead"], "ORDER_CHANGE");
    run(&["events", "types", "ordr change"]).ended(2).said(&["did you mean ORDER_CHANGE"]);
}

#[test]
fn a_dry_run_of_a_set_up_shows_the_steps_and_changes_nothing() {
    let server = Server::start(vec![reply("200 OK", NONE), reply("200 OK", NOT_SUBSCRIBED)]);
    let setup = ["events", "setup", "any-offer-changed", "-m", "JP", "--queue", QUEUE, "-e", &server.url];
    let more = ["--filter-marketplace", "JP", "--aggregate", "5m", "--dry-run"];
    let ran = run_with_credentials(&[&setup[..], &more].concat()).ended(0).said(&["nothing was changed"]);
    assert_expected("events_setup_dry_run.txt", &ran.out);
    let received: Vec<_> = server.received().into_iter().map(|request| request.line).collect();
    assert_eq!(received[0], "GET /notifications/v1/destinations");
    assert!(received[1].starts_with("GET /notifications/v1/subscriptions?"), "{received:?}");
    assert_eq!(received.len(), 2);
}

#[test]
fn what_cannot_be_subscribed_to_is_refused_before_anything_is_sent() {
    let server = Server::start(vec![reply("200 OK", NONE)]);
    let setup = |types: &[&str], more: &[&str]| {
        let place = ["-m", "JP", "-e", &server.url];
        run_with_credentials(&[&["events", "setup"], types, &place[..], more].concat())
    };
    let to_queue = ["--queue", QUEUE];
    setup(&["LISTINGS_ITEM_STATUS_CHANGE"], &to_queue).ended(2).said(&[
        "goes to Amazon EventBridge alone",
        "Give --event-bridge ACCOUNT/REGION",
        "add --force",
    ]);
    setup(&["ORDER_CHANGE"], &["--event-bridge", "123456789012/us-east-1"]).ended(2).said(&["Give --queue ARN"]);
    setup(&["ORDER_STATUS_CHANGE"], &to_queue).ended(2).said(&["Subscribe to ORDER_CHANGE instead"]);
    setup(&["ORDER_CHANGED"], &to_queue).ended(2).said(&["did you mean ORDER_CHANGE"]);
    setup(&["ORDER_CHANGE"], &["--queue", QUEUE, "--filter-marketplace", "JP"])
        .ended(2)
        .said(&["cannot be filtered by marketplaceIds"]);
    setup(&["ORDER_CHANGE", "FEE_PROMOTION"], &["--queue", QUEUE, "--expression", "a == 1"])
        .ended(2)
        .said(&["by itself"]);
    setup(&["ORDER_CHANGE"], &["--queue", "arn:aws:sqs:eu-west-1:123456789012:a.fifo"]).ended(2).said(&["FIFO"]);
    setup(&["ORDER_CHANGE"], &[]).ended(2).said(&["--queue"]);
    assert!(server.received().is_empty());
    run_with_credentials(&["events", "test", "ORDER_CHANGE", "--scenario", "NAME", "-m", "JP", "--queue", QUEUE])
        .ended(2)
        .said(&["--endpoint sandbox"]);
}

#[test]
fn a_set_up_is_made_shown_and_torn_down_in_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let shop = in_folder(folder.path(), "shop");
    let events =
        |arguments: &[&str]| run(&[&["events"], arguments, &["-m", "JP", "-e", "embedded", "--keep", &shop]].concat());
    let setup = ["setup", "ORDER_CHANGE", "FEED_PROCESSING_FINISHED", "--queue", QUEUE, "-f", "jsonl"];
    let made = lines(&events(&setup).ended(0).said(&["spapi events policy --queue"]).out);
    let actions = |steps: &[Value]| steps.iter().map(|step| step["action"].to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(actions(&made), r#""create-destination" "subscribe" "subscribe""#);
    assert!(made.iter().all(|step| step["result"] == "done" && step["id"].is_string()), "{made:?}");
    let again = lines(&events(&setup).ended(0).out);
    assert_eq!(actions(&again), r#""use-destination" "keep" "keep""#);

    let filtered = ["setup", "ORDER_CHANGE", "--queue", QUEUE, "--order-change", "status"];
    events(&filtered).ended(1).said(&["ORDER_CHANGE is subscribed otherwise: it has no filter", "--replace"]);
    events(&[&filtered[..], &["--replace"]].concat()).ended(0);

    let status = events(&["status", "ORDER_CHANGE", "FEE_PROMOTION", "-f", "jsonl"]).ended(0);
    let status = lines(&status.out);
    let what: Vec<_> = status.iter().map(|entry| entry["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["destination", "subscribed", "not-subscribed"]);
    assert_eq!(status[1]["filter"], "changes OrderStatusChange");
    assert_eq!(status[1]["target"], QUEUE);

    let one = lines(&events(&["teardown", "order-change", "--queue", QUEUE, "-f", "jsonl"]).ended(0).out);
    assert_eq!(actions(&one), r#""unsubscribe""#);
    let down = lines(&events(&["teardown", "--queue", QUEUE, "-f", "jsonl"]).ended(0).out);
    assert_eq!(actions(&down), r#""unsubscribe" "delete-destination""#);
    events(&["teardown", "--queue", QUEUE]).ended(0).said(&["there is nothing of"]);
}

#[test]
fn dead_letters_cannot_be_messages_of_the_same_folder() {
    let folder = usual();
    let path = folder.path().to_str().unwrap();
    let letters = format!("{path}/.");
    let ran = run(&["events", "listen", "--folder", path, "--dead-letters", &letters, "--until-empty"]).ended(2);
    ran.said(&["are the same folder", "another folder"]);
}

#[test]
fn the_policy_of_a_queue_is_printed_without_credentials() {
    let ran = run(&["events", "policy", "--queue", QUEUE]).ended(0);
    let policy: Value = serde_json::from_str(&ran.out).unwrap();
    let statement = json!({
        "Sid": "SellingPartnerApiNotifications",
        "Effect": "Allow",
        "Principal": { "AWS": "437568002678" },
        "Action": ["sqs:SendMessage", "sqs:GetQueueAttributes"],
        "Resource": QUEUE,
    });
    assert_eq!(policy, json!({ "Version": "2012-10-17", "Statement": [statement] }));
}

#[test]
fn notifications_come_as_lines_and_leave_the_queue() {
    let folder = usual();
    let ran = listen(folder.path(), &[]).ended(0).said(&["3 received, 3 handled"]);
    let mut out = lines(&ran.out);
    out.sort_by_key(|line| line.to_string().len());
    assert_eq!(out.len(), 3);
    assert!(out.contains(&order("n-1", "A1SELLER")) && out.contains(&report("n-2")), "as Amazon sent them");
    assert_eq!(left(folder.path()), 0);

    let folder = messages(&[order("n-1", "A1SELLER").to_string()]);
    let ran = listen(folder.path(), &["--format", "text"]).ended(0);
    assert_eq!(ran.out, "2026-11-30T01:02:03Z ORDER_CHANGE 1.0 A1SELLER n-1\n");
    listen(Path::new("no-folder"), &[]).ended(2).said(&["no-folder is not a folder"]);
    run(&["events", "listen"]).ended(2).said(&["neither --queue nor --folder"]);
}

#[test]
fn only_what_is_asked_for_is_taken_and_the_rest_stays() {
    let folder = usual();
    let ran = listen(folder.path(), &["--type", "order-change", "--seller", "A2SELLER"]).ended(0);
    assert_eq!(lines(&ran.out), [order("n-3", "A2SELLER")]);
    assert_eq!(left(folder.path()), 2);
    ran.said(&["3 received, 1 handled, 2 left to others", "--seller, and still in the queue: 2"]);

    let folder = usual();
    let ran = listen(folder.path(), &["-m", "JP", "--delete-others"]).ended(0).said(&["--seller, and deleted: 1"]);
    assert_eq!((lines(&ran.out).len(), left(folder.path())), (2, 0));
}

#[test]
fn a_type_that_is_not_known_is_refused_unless_it_is_forced() {
    let folder = usual();
    let place = folder.path().to_str().unwrap();
    let misspelt = |arguments: &[&str]| run_with_credentials(arguments).ended(2).said(&["did you mean ORDER_CHANGE"]);
    misspelt(&["events", "listen", "--folder", place, "--until-empty", "--type", "ordr-change"]);
    misspelt(&["events", "replay", place, "--type", "ORDER_CHANGED"]);
    misspelt(&["events", "replay", "--folder", place, "--type", "REPORT_PROCESSING_FINISHED,ORDERCHANGE"]);
    let server = Server::start(vec![reply("200 OK", NONE)]);
    misspelt(&["events", "status", "ORDER_CHANGED", "-m", "JP", "-e", &server.url]);
    misspelt(&["events", "teardown", "ORDER_CHANGED", "-m", "JP", "-e", &server.url, "--queue", QUEUE]);
    assert!(server.received().is_empty());
    assert_eq!(left(folder.path()), 3);
    let ran = run(&["events", "replay", place, "--type", "ORDER_CHANGED", "--force"]).ended(0);
    ran.said(&["0 handled, 0 failed, 3 left out"]);
}

#[test]
fn a_message_that_cannot_be_read_stays_or_goes_to_the_dead_letters() {
    let folder = messages(&["no json".to_owned(), "[1]".to_owned(), report("n-1").to_string()]);
    let unreadable = "message 0000: the message is not a notification: it is empty or not JSON; it stays in the queue, hidden for 60s";
    listen(folder.path(), &[]).ended(1).said(&[
        unreadable,
        "message 0001: ",
        "2 not readable",
        "2 could not be read",
        "--dead-letters FOLDER",
    ]);
    assert_eq!(left(folder.path()), 2);

    let folder = messages(&["no json".to_owned(), report("n-1").to_string()]);
    let dead = tempfile::tempdir().unwrap();
    listen(folder.path(), &["--dead-letters", dead.path().to_str().unwrap()])
        .ended(0)
        .said(&["1 dead letter\n", "it is stored as a dead letter"]);
    assert_eq!((left(folder.path()), left(dead.path())), (0, 1));
}

#[cfg(unix)]
#[test]
fn a_command_gets_each_notification_and_its_exit_code_decides() {
    let folder = usual();
    let kept = tempfile::tempdir().unwrap();
    let file = in_folder(kept.path(), "it's here.jsonl");
    let command = format!("tee -a \"{file}\"");
    let ran = listen(folder.path(), &["--exec", &command]).ended(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), ran.out, "the command's own output");
    assert_eq!((lines(&ran.out).len(), left(folder.path())), (3, 0));

    let folder = usual();
    let by_shell = "grep -q n-2 && exit 7; exit 0";
    listen(folder.path(), &["--exec", by_shell, "--shell"]).ended(1).said(&[
        "REPORT_PROCESSING_FINISHED n-2: the command ended with the exit code 7; it stays in the queue",
        "1 failed",
    ]);
    assert_eq!(left(folder.path()), 1);

    let folder = usual();
    // Without --shell, $HOME and the pipe are words.
    let ran = listen(folder.path(), &["--exec", "echo $HOME | cat", "--limit", "1"]).ended(0);
    assert_eq!(ran.out, "$HOME | cat\n");
    let ran = listen(folder.path(), &["--exec", "no-such-command-of-ours"]).ended(2);
    ran.said(&["no-such-command-of-ours cannot be run", "add --shell", "is deleted"]);
    assert_eq!(left(folder.path()), 2);
    listen(folder.path(), &["--exec", "echo 'open"]).ended(2).said(&["a quote is open"]);
}

/// A command of a shell that writes the first file, and after a while the second one by a process of its own. That process has the
/// program's stdout and stderr, so that a test which reads them to the end has waited for it too.
#[cfg(unix)]
fn slow_command(started: &str, ended: &str) -> String {
    format!("touch '{started}'; (sleep 5; touch '{ended}') & wait")
}

#[cfg(unix)]
#[test]
fn a_command_that_takes_too_long_ends_with_what_it_has_started() {
    let kept = tempfile::tempdir().unwrap();
    let (started, ended) = (in_folder(kept.path(), "started"), in_folder(kept.path(), "ended"));
    let command = slow_command(&started, &ended);
    let work = ["--exec", &command, "--shell", "--longest", "1s"];
    let folder = messages(&[report("n-1").to_string()]);
    listen(folder.path(), &work).ended(1).said(&[
        "REPORT_PROCESSING_FINISHED n-1: the work took longer than 1s; it stays in the queue, hidden for 60s",
        "1 failed",
    ]);
    let file = in_folder(
        folder.path(),
        &std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().file_name().into_string().unwrap(),
    );
    assert!(Path::new(&started).exists() && !Path::new(&ended).exists(), "by listen");
    std::fs::remove_file(&started).unwrap();
    run(&[&["events", "replay", &file], &work[..]].concat()).ended(1);
    assert!(Path::new(&started).exists() && !Path::new(&ended).exists(), "by replay");
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_a_command_with_what_it_has_started() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let kept = tempfile::tempdir().unwrap();
        let (started, ended) = (in_folder(kept.path(), "started"), in_folder(kept.path(), "ended"));
        let folder = messages(&[report("n-1").to_string()]);
        let place = folder.path().to_str().unwrap();
        let command = slow_command(&started, &ended);
        let mut child = spapi(&["events", "listen", "--folder", place, "--exec", &command, "--shell"]);
        let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while !Path::new(&started).exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut err = String::new();
        let interrupt = || {
            let id = child.id().to_string();
            assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        };
        interrupt();
        while !err.contains("stopping") {
            assert!(stderr.read_line(&mut err).unwrap() > 0, "{err}");
        }
        interrupt();
        stderr.read_to_string(&mut err).unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert!(ran.code == code && !Path::new(&ended).exists(), "{signal}: {} {err}", ran.code);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_with_a_summary() {
    let folder = messages(&[report("n-1").to_string()]);
    let arguments = ["events", "listen", "--folder", folder.path().to_str().unwrap()];
    crate::support::stopped(&arguments, "waiting for messages", "-INT").ended(0).said(&["stopping", " received, "]);
}

#[test]
fn notifications_are_committed_to_a_table_of_their_type() {
    let folder = usual();
    let place = tempfile::tempdir().unwrap();
    let file = in_folder(place.path(), "events.db");
    let to = format!("sqlite:{file}");
    let ran = listen(folder.path(), &["--to", &to]).ended(0);
    assert_eq!((ran.out.as_str(), left(folder.path())), ("", 0));
    // What comes again is one row.
    let again = usual();
    listen(again.path(), &["--to", &to]).ended(0);
    let database = rusqlite::Connection::open(&file).unwrap();
    let query = |sql: &str| -> String { database.query_row(sql, [], |row| row.get(0)).unwrap() };
    let of_orders = "select group_concat(seller_id || ' ' || event_time || ' ' || marketplace_id, ', ') from \
                     (select * from ORDER_CHANGE order by notification_id)";
    assert_eq!(
        query(of_orders),
        "A1SELLER 2026-11-30T01:02:03.000000Z A1VC38T7YXB528, A2SELLER 2026-11-30T01:02:03.000000Z A1VC38T7YXB528"
    );
    let payload = query("select json_extract(payload, '$.reportId') from REPORT_PROCESSING_FINISHED");
    assert_eq!(payload, "700");

    let folder = usual();
    listen(folder.path(), &["--to", "sqlite:no-such-folder/events.db"]).ended(2).said(&["no-such-folder"]);
    listen(folder.path(), &["--to", "events.db"]).ended(2).said(&["sqlite:FILE"]);
    assert_eq!(left(folder.path()), 3);
}

/// The values of a column of all files of Parquet below a folder, sorted.
#[cfg(feature = "parquet")]
fn parquet_column(folder: &Path, column: &str) -> Vec<String> {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let mut values = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            values.extend(parquet_column(&path, column));
        } else if path.extension().is_some_and(|ending| ending == "parquet") {
            let reader = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
            for row in reader.get_row_iter(None).unwrap() {
                let row = row.unwrap();
                let found = row.get_column_iter().find(|(name, _)| *name == column).unwrap();
                values.push(found.1.to_string().trim_matches('"').to_owned());
            }
        }
    }
    values.sort();
    values
}

#[cfg(feature = "parquet")]
#[test]
fn notifications_are_committed_to_files_of_parquet() {
    let without_id = order("", "A3SELLER").to_string();
    let folder = messages(&[
        order("n-1", "A1SELLER").to_string(),
        report("n-2").to_string(),
        order("n-1", "A1SELLER").to_string(),
        without_id.clone(),
    ]);
    let place = tempfile::tempdir().unwrap();
    let to = format!("folder:{}", in_folder(place.path(), "events"));
    listen(folder.path(), &["--to", &to]).ended(0).said(&["4 received, 3 handled, 1 duplicate\n"]);
    assert_eq!(left(folder.path()), 0);
    let table = |name: &str| place.path().join("events").join(name);
    let orders = parquet_column(&table("ORDER_CHANGE"), "notification_id");
    assert!(orders.len() == 2 && orders[0].starts_with("content:") && orders[1] == "n-1", "{orders:?}");
    assert_eq!(parquet_column(&table("ORDER_CHANGE"), "seller_id"), ["A1SELLER", "A3SELLER"]);
    assert_eq!(parquet_column(&table("REPORT_PROCESSING_FINISHED"), "notification_id"), ["n-2"]);

    // By replay, a notification without an id has the same key.
    let kept = messages(&[without_id]);
    let again = tempfile::tempdir().unwrap();
    let to = format!("folder:{}", again.path().display());
    run(&["events", "replay", kept.path().to_str().unwrap(), "--to", &to]).ended(0);
    assert_eq!(parquet_column(&again.path().join("ORDER_CHANGE"), "notification_id"), orders[..1]);

    // The error of another program with the same name says how to write beside it.
    let claimed = messages(&[]);
    let place = claimed.path().to_str().unwrap();
    let arguments = ["events", "listen", "--folder", place, "--to", &to];
    let mut first = spapi(&arguments);
    let mut first = first.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(first.stderr.as_mut().unwrap()), &mut line).unwrap();
    assert!(line.contains("waiting for messages"), "{line}");
    listen(claimed.path(), &["--to", &to])
        .ended(2)
        .said(&["another run of the connection events", "--connection NAME"]);
    listen(claimed.path(), &["--to", &to, "--connection", "second"]).ended(0);
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn an_empty_file_is_counted() {
    let folder = messages(&[order("n-1", "A1SELLER").to_string(), String::new()]);
    let ran = run(&["events", "replay", folder.path().to_str().unwrap()]).ended(1);
    ran.said(&["0001.json: the message is not a notification: it is empty", "1 handled, 1 failed"]);
    run_with_input(&["events", "replay", "-"], "").ended(0).said(&["0 handled, 0 failed"]);
}

#[cfg(unix)]
#[test]
fn kept_messages_are_replayed_and_not_changed() {
    let folder = usual();
    let ran = run(&["events", "replay", folder.path().to_str().unwrap()]).ended(0).said(&["3 handled, 0 failed"]);
    assert_eq!((lines(&ran.out).len(), left(folder.path())), (3, 3));

    // What listen and replay print can be replayed.
    let again = run_with_input(&["events", "replay", "-", "--type", "ORDER_CHANGE", "--exec", "cat"], &ran.out);
    let again = again.ended(0).said(&["2 handled, 0 failed, 1 left out"]);
    assert_eq!(lines(&again.out).len(), 2);

    let spoiled = format!("{}\nno json\n{}\n", order("n-1", "A1SELLER"), report("n-2"));
    let spoiled =
        run_with_input(&["events", "replay", "-"], &spoiled).ended(1).said(&["stdin:2: ", "1 message not handled"]);
    assert_eq!(lines(&spoiled.out).len(), 2);

    // From a queue they are deleted.
    run(&["events", "replay", "--folder", folder.path().to_str().unwrap()]).ended(0);
    assert_eq!(left(folder.path()), 0);
    run(&["events", "replay", folder.path().to_str().unwrap()]).ended(2).said(&["has no file with messages"]);
}

#[test]
fn a_queue_without_credentials_says_where_they_come_from() {
    let queue = "http://127.0.0.1:9/123456789012/shop-events";
    let mut command = spapi(&["events", "listen", "--until-empty", "--queue", queue]);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_WEB_IDENTITY_TOKEN_FILE"] {
        command.env_remove(name);
    }
    // The address of the machine's role, where nothing listens.
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9");
    let ran = Ran::of(command.output().unwrap());
    assert!(ran.code == 3 && ran.err.contains("AWS_ACCESS_KEY_ID"), "{} {}", ran.code, ran.err);
}
