//! The server of `aws.py`, with the interfaces of S3 and SQS, for the tests of several crates.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// What the name of a test says that needs it.
#[allow(dead_code, reason = "not all tests that use this file need it")]
pub const MISSING: &str = "(moto is not installed here: run crates/sync/tests/foreign/install)";

/// A server, until it is dropped.
pub struct Aws {
    child: Child,
    pub url: String,
}

fn foreign() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../sync/tests/foreign")
}

fn python() -> PathBuf {
    foreign().join("venv/bin/python")
}

#[allow(dead_code, reason = "not all tests that use this file need all of it")]
impl Aws {
    pub fn is_installed() -> bool {
        python().exists()
    }

    pub fn start() -> Self {
        let mut command = Command::new(python());
        command.arg(foreign().join("aws.py")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { child, url: url.trim().to_owned() }
    }

    /// A call of SQS. The server validates no signature, and takes the region from it.
    pub fn sqs(&self, action: &str, body: &Value) -> Value {
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

    /// Makes a queue with these attributes. Returns its URL.
    pub fn queue(&self, name: &str, attributes: &Value) -> String {
        let made = self.sqs("CreateQueue", &serde_json::json!({ "QueueName": name, "Attributes": attributes }));
        made["QueueUrl"].as_str().unwrap().to_owned()
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
