//! `spapi events` with a queue that speaks the protocol of Amazon SQS: the server moto, which
//! `crates/sync/tests/foreign/install` installs. Without it, the tests show as ignored.

#[path = "../../../sync/tests/foreign/aws.rs"]
mod aws;

#[path = "../singer/postgres.rs"]
mod postgres;

#[path = "../cli/support.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use aws::{Aws, MISSING};
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use std::process::{Command, ExitCode};
use support::{Ran, spapi};

/// A test with its name.
type Test = (&'static str, fn(&Moto));

fn main() -> ExitCode {
    let tests: [Test; 3] = [
        ("a_queue_is_listened_to_and_dead_letters_are_replayed", listened),
        ("the_policy_that_is_printed_lets_amazon_send", checked),
        ("the_examples_run_as_they_are_written", examples),
    ];
    let is_installed = Aws::is_installed();
    let trial = |(name, test): Test| {
        let name = match is_installed {
            true => name.to_owned(),
            false => format!("{name} {MISSING}"),
        };
        let run = move || {
            test(&Moto(Aws::start()));
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(!is_installed)
    };
    let mut trials: Vec<_> = tests.into_iter().map(trial).collect();
    let missing = match (cfg!(feature = "postgres"), postgres::programs()) {
        (false, _) => Some("the feature postgres is off"),
        (true, None) => Some("PostgreSQL is not installed"),
        (true, Some(_)) => None,
    };
    let name = "notifications_are_committed_to_tables_of_postgres";
    trials.push(match missing {
        None => Trial::test(name, || {
            committed_to_postgres();
            Ok(())
        }),
        Some(why) => Trial::test(format!("{name} ({why})"), || Ok(())).with_ignored_flag(true),
    });
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// The server, until it is dropped.
struct Moto(Aws);

impl Moto {
    fn queue(&self, name: &str, attributes: &Value) -> String {
        self.0.queue(name, attributes)
    }

    fn send(&self, queue: &str, body: &str) {
        self.0.sqs("SendMessage", &json!({ "QueueUrl": queue, "MessageBody": body }));
    }

    /// The program with credentials of the server.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = spapi(arguments);
        command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "made-up-secret");
        command.env("AWS_REGION", "us-east-1").env("AWS_ENDPOINT_URL", &self.0.url);
        command
    }

    fn spapi(&self, arguments: &[&str]) -> Ran {
        let ran = Ran::of(self.command(&[&["events"], arguments].concat()).output().unwrap());
        assert!(!ran.err.contains("made-up-secret"), "{}", ran.err);
        ran
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:123456789012:{name}")
}

fn report(id: &str) -> String {
    json!({
        "notificationVersion": "2020-09-04", "notificationType": "REPORT_PROCESSING_FINISHED", "payloadVersion": "2020-09-04",
        "eventTime": "2026-11-30T01:00:00Z",
        "payload": { "reportProcessingFinishedNotification": { "sellerId": "A1SELLER", "reportId": id, "processingStatus": "DONE" } },
        "notificationMetadata": { "applicationId": "app-1", "subscriptionId": "s-1", "notificationId": id },
    })
    .to_string()
}

fn listened(moto: &Moto) {
    let dead = moto.queue("shop-dead", &json!({}));
    let queue = moto.queue("shop", &json!({}));
    for id in ["1", "2", "1"] {
        moto.send(&queue, &report(id));
    }
    moto.send(&queue, "no json");
    let ran = moto.spapi(&["listen", "--queue", &queue, "--until-empty", "--visibility", "1s"]).ended(1);
    assert_eq!(ran.out.lines().count(), 2, "each once: {}", ran.out);
    ran.said(&["1 duplicate, ", "1 could not be read"]);

    // What the queue has moved to its dead letters.
    moto.send(&dead, "no json");
    let folder = tempfile::tempdir().unwrap();
    let unreadable = folder.path().to_str().unwrap();
    moto.spapi(&["replay", "--queue", &dead, "--dead-letters", unreadable]).ended(0).said(&["1 dead letter\n"]);
    let kept = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "no json");

    moto.spapi(&["listen", "--queue", &arn("gone"), "--until-empty"]).ended(1).said(&["does not exist"]);
}

fn checked(moto: &Moto) {
    let queue = moto.queue("checked", &json!({}));
    let check = ["policy", "--queue", &arn("checked"), "--check"];
    moto.spapi(&check).ended(1).said(&["has no policy", "437568002678", "prints the policy"]);
    let policy = moto.spapi(&["policy", "--queue", &arn("checked")]).ended(0).out;
    let set = |policy: &str| {
        moto.0.sqs("SetQueueAttributes", &json!({ "QueueUrl": queue, "Attributes": { "Policy": policy } }));
    };
    set(&policy);
    moto.spapi(&check).ended(0).said(&["Amazon may send to the queue"]);
    set(&policy.replace("437568002678", "111111111111"));
    moto.spapi(&check).ended(1).said(&["it does to 111111111111"]);
}

fn committed_to_postgres() {
    let server = postgres::Server::start();
    let listen = |ids: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        for (number, id) in ids.iter().enumerate() {
            std::fs::write(folder.path().join(format!("{number}.json")), report(id)).unwrap();
        }
        let mut command = spapi(&["events", "listen", "--until-empty", "--to", "postgres:EVENTS_DATABASE", "--folder"]);
        command.arg(folder.path()).env("EVENTS_DATABASE", server.url());
        let ran = Ran::of(command.output().unwrap()).ended(0);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "all are deleted");
        ran
    };
    listen(&["1", "2", "1"]).said(&["2 handled, 1 duplicate"]);
    // What comes again after a restart is one row.
    listen(&["2", "3"]).said(&["2 handled"]);
    let rows = server.query(
        "select notification_id || ' ' || seller_id || ' ' || (payload::json->>'reportId') \
         from \"REPORT_PROCESSING_FINISHED\" order by notification_id",
    );
    assert_eq!(rows.unwrap(), "1 A1SELLER 1\n2 A1SELLER 2\n3 A1SELLER 3\n");
}

/// The commands of the examples in a text, without the name of the program.
fn commands(text: &str) -> Vec<Vec<String>> {
    let examples = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = examples.split("spapi events ").skip(1);
    lines.map(|line| shlex::split(line).unwrap()).collect()
}

/// The examples of the README and of the help texts, of which placeholders and the servers alone are replaced.
fn examples(moto: &Moto) {
    const QUEUE: &str = "https://sqs.ap-northeast-1.amazonaws.com/123456789012/";
    let help = |command: &str| support::run(&["events", command, "--help"]).ended(0).out;
    let of_help = |command: &str| {
        let help = help(command);
        commands(help.split_once("Examples:").unwrap_or_else(|| panic!("{command} has no examples")).1)
    };
    let readme = include_str!("../../README.md");
    let (_, readme) = readme.split_once("\n### `spapi events`").unwrap();
    let (_, readme) = readme.split_once("```sh").unwrap();
    let mut all = commands(readme.split_once("```").unwrap().0);
    assert!(all.len() >= 4);
    ["setup", "test", "listen", "replay", "teardown"].iter().for_each(|command| all.extend(of_help(command)));

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "handle.py",
        "import json, sys\nassert json.load(sys.stdin)['notificationType'] == 'REPORT_PROCESSING_FINISHED'\n",
    );
    write("events.jsonl", &(report("1") + "\n" + &report("2") + "\n"));
    std::fs::create_dir(folder.path().join("unreadable")).unwrap();
    write("unreadable/1.json", &report("3"));
    let dead = moto.queue("orders-dead", &json!({}));
    moto.queue("orders", &json!({}));
    moto.send(&dead, &report("4"));
    for example in &all {
        let mut words: Vec<String> =
            example.iter().map(|word| word.replace(QUEUE, &format!("{}/123456789012/", moto.0.url))).collect();
        match words[0].as_str() {
            // Without an end they would wait for messages.
            "listen" if !words.contains(&"--until-empty".to_owned()) => words.push("--until-empty".to_owned()),
            "listen" | "replay" => {}
            _ => {
                let place = words.iter().position(|word| word == "-e").map(|place| place + 1);
                let place = place.unwrap_or_else(|| {
                    words.extend(["-e", ""].map(str::to_owned));
                    words.len() - 1
                });
                words[place] = "embedded".to_owned();
                words.extend(["--keep", "shop"].map(str::to_owned));
            }
        }
        let arguments: Vec<&str> = ["events"].into_iter().chain(words.iter().map(String::as_str)).collect();
        let ran = Ran::of(moto.command(&arguments).current_dir(folder.path()).output().unwrap());
        assert_eq!(ran.code, 0, "{arguments:?}\n{}\n{}", ran.out, ran.err);
    }
    assert!(folder.path().join("events.db").exists());
}
