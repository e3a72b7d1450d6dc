//! From the consent page to a file of credentials.

use crate::support::{Ran, Server, reply, run, run_with_credentials, with_credentials};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

const GRANTED: &str =
    r#"{"access_token":"made-up-access-token","refresh_token":"made-up-new-token","expires_in":3600}"#;

/// Runs it, and pastes what `answer` makes of the URL that it shows.
fn authorize(server: &Server, save: &Path, more: &[&str], answer: impl FnOnce(&str) -> String) -> (String, Ran) {
    let arguments = ["auth", "authorize", "-m", "JP", "--application-id", "amzn1.sellerapps.app.1", "-e", &server.url];
    let save = ["--save", save.to_str().unwrap()];
    let mut command = with_credentials(&[&arguments[..], &save, more].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut url = String::new();
    stdout.read_line(&mut url).unwrap();
    child.stdin.take().unwrap().write_all(answer(url.trim()).as_bytes()).unwrap();
    let mut out = String::new();
    stdout.read_to_string(&mut out).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    (url, Ran { out, ..ran })
}

fn state(url: &str) -> &str {
    let (_, rest) = url.split_once("&state=").unwrap();
    rest.split('&').next().unwrap()
}

#[test]
fn the_pasted_url_becomes_a_file_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seller.json");
    let server = Server::with_login(reply("200 OK", GRANTED), vec![reply("200 OK", r#"{"payload":[]}"#)]);
    let more = ["--redirect-uri", "https://shop.example/back", "--draft"];
    let (url, ran) = authorize(&server, &path, &more, |url| {
        format!(
            "https://shop.example/back?state={}&selling_partner_id=A1B2&spapi_oauth_code=made-up-code\n",
            state(url)
        )
    });
    let ran = ran.ended(0).said(&["the credentials of A1B2 are in", "spapi doctor --marketplace JP"]);
    assert!(
        url.starts_with("https://sellercentral.amazon.co.jp/apps/authorize/consent?application_id=amzn1."),
        "{url}"
    );
    assert!(url.contains("&redirect_uri=https%3A%2F%2Fshop.example%2Fback&version=beta"), "{url}");
    for secret in ["made-up-new-token", "made-up-code", "made-up-client-secret"] {
        assert!(!ran.err.contains(secret) && !ran.out.contains(secret), "{}{}", ran.out, ran.err);
    }
    let saved = std::fs::read_to_string(&path).unwrap();
    assert!(saved.contains("made-up-new-token") && saved.contains("A1B2"), "{saved}");
    let file = path.to_str().unwrap();
    let ran = run(&["doctor", "-m", "JP", "-e", &server.url, "--credentials", file]).ended(0);
    assert!(ran.out.contains(file), "{}", ran.out);
}

#[test]
fn what_does_not_come_back_right_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seller.json");
    let server = Server::with_login(reply("400 Bad Request", r#"{"error":"invalid_grant"}"#), vec![]);
    type Case = (fn(&str) -> String, i32, &'static str);
    let cases: [Case; 4] = [
        (|_| "https://shop.example/back?state=0123&spapi_oauth_code=made-up-code\n".into(), 2, "not the one"),
        (|url| format!("?state={}&selling_partner_id=A1\n", state(url)), 2, "no spapi_oauth_code"),
        (|_| String::new(), 2, "no URL was given"),
        (|url| format!("?state={}&spapi_oauth_code=made-up-code\n", state(url)), 3, "older than 5 minutes"),
    ];
    for (answer, code, says) in cases {
        let (_, ran) = authorize(&server, &path, &[], answer);
        let ran = ran.ended(code).said(&[says]);
        assert!(!ran.err.contains("made-up-code"), "{}", ran.err);
        assert!(!path.exists());
    }
}

#[test]
fn what_cannot_be_saved_is_said_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seller.json");
    std::fs::write(&path, "another seller's").unwrap();
    let run = |save: &Path, more: &[&str]| {
        let arguments = ["auth", "authorize", "-m", "IE", "--application-id", "a", "--save", save.to_str().unwrap()];
        run_with_credentials(&[&arguments[..], more].concat())
    };
    run(&path, &[]).ended(2).said(&["is there already", "another name"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "another seller's");
    run(&folder.path().join("missing/seller.json"), &[]).ended(2).said(&["there is no folder"]);
    let new = folder.path().join("new.json");
    run(&new, &["--vendor"]).ended(2).said(&["Vendor Central in Ireland", "another marketplace"]);
    run(&new, &["-e", "embedded"]).ended(2).said(&["no consent page"]);
}
