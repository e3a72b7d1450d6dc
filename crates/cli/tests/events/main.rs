//! `spapi events` with a queue that speaks the protocol of Amazon SQS: the server moto, which
//! `crates/sync/tests/foreign/install` installs. Without it, the tests show as ignored.

#[path = "../cli/support.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod support;

use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use support::{Ran, spapi};

/// A test with its name.
type Test = (&'static str, fn(&Moto));

fn main() -> ExitCode {
    let tests: [Test; 2] = [
        ("a_queue_is_listened_to_and_dead_letters_are_replayed", listened),
        ("the_policy_that_is_printed_lets_amazon_send", checked),
    ];
    let is_installed = python().exists();
    let trial = |(name, test): Test| {
        let name = match is_installed {
            true => name.to_owned(),
            false => format!("{name} (moto is not installed here: run crates/sync/tests/foreign/install)"),
        };
        let run = move || {
            test(&Moto::start());
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(!is_installed)
    };
    libtest_mimic::run(&Arguments::from_args(), tests.into_iter().map(trial).collect()).exit_code()
}

fn foreign() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../sync/tests/foreign")
}

fn python() -> PathBuf {
    foreign().join("venv/bin/python")
}

/// The server, until it is dropped.
struct Moto {
    child: Child,
    url: String,
}

impl Moto {
    fn start() -> Self {
        let mut command = Command::new(python());
        command.arg(foreign().join("aws.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    /// A call of SQS. The server validates no signature, and takes the region from it.
    fn call(&self, action: &str, body: &Value) -> Value {
        let host = self.url.trim_start_matches("http://").trim_end_matches('/');
        let body = body.to_string();
        let mut stream = TcpStream::connect(host).unwrap();
        let scope = "Credential=key/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0";
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/x-amz-json-1.0\r\n\
             x-amz-target: AmazonSQS.{action}\r\nauthorization: AWS4-HMAC-SHA256 {scope}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{action}: {answer}");
        serde_json::from_str(body).unwrap_or_default()
    }

    fn queue(&self, name: &str, attributes: &Value) -> String {
        let made = self.call("CreateQueue", &json!({ "QueueName": name, "Attributes": attributes }));
        made["QueueUrl"].as_str().unwrap().to_owned()
    }

    fn send(&self, queue: &str, body: &str) {
        self.call("SendMessage", &json!({ "QueueUrl": queue, "MessageBody": body }));
    }

    fn spapi(&self, arguments: &[&str]) -> Ran {
        let mut command = spapi(&[&["events"], arguments].concat());
        command.env("AWS_ACCESS_KEY_ID", "key").env("AWS_SECRET_ACCESS_KEY", "made-up-secret");
        command.env("AWS_REGION", "us-east-1").env("AWS_ENDPOINT_URL", &self.url);
        let ran = Ran::of(command.output().unwrap());
        assert!(!ran.err.contains("made-up-secret"), "{}", ran.err);
        ran
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
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
    ran.said(&["1 duplicates", "1 could not be read"]);

    // What the queue has moved to its dead letters.
    moto.send(&dead, "no json");
    let folder = tempfile::tempdir().unwrap();
    let unreadable = folder.path().to_str().unwrap();
    moto.spapi(&["replay", "--queue", &dead, "--dead-letters", unreadable]).ended(0).said(&["1 dead letters"]);
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
        moto.call("SetQueueAttributes", &json!({ "QueueUrl": queue, "Attributes": { "Policy": policy } }));
    };
    set(&policy);
    moto.spapi(&check).ended(0).said(&["Amazon may send to the queue"]);
    set(&policy.replace("437568002678", "111111111111"));
    moto.spapi(&check).ended(1).said(&["it does to 111111111111"]);
}
