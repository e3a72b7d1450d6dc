//! Text from a server cannot steer a terminal, forge a line of ours or pass for our words.

use crate::support::{Ran, Server, reply, reply_with, run_with_credentials};

/// Whether a terminal obeys the character or it turns the direction of writing. Our own line ends do not count.
fn is_obeyed(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[track_caller]
fn assert_harmless(text: &str) {
    assert!(!text.contains(is_obeyed), "{text:?}");
}

fn participations(server: &Server, format: &str) -> Ran {
    run_with_credentials(&["call", "sellers", "getMarketplaceParticipations", "-e", &server.url, "-f", format])
}

#[test]
fn titles_of_a_table_are_harmless() {
    let body = r#"{"payload":[{"\u001b]0;owned\u0007\u001b[2J":"v","a\nok    clock":{"\u009b31m\u202e":"w"}}]}"#;
    let server = Server::start(vec![reply("200 OK", body)]);
    let shown = participations(&server, "table").ended(0).out;
    assert_harmless(&shown);
    assert_eq!(shown.lines().count(), 2, "{shown}");
    assert!(shown.contains("]0;owned") && shown.contains("a ok    clock. 31m"), "{shown}");
    let server = Server::start(vec![reply("200 OK", r#"{"a":1,"\u001b[2J\nb":"\u009b31m"}"#)]);
    let shown = participations(&server, "table").ended(0).out;
    assert_harmless(&shown);
    assert_eq!(shown.lines().count(), 3, "{shown}");
}

#[test]
fn a_line_of_doctor_cannot_be_forged() {
    let body = r#"{"payload":[{"marketplace":{"id":"\u001b]0;owned\u0007EVIL\nok    clock        fake"},
        "participation":{"isParticipating":true,"hasSuspendedListings":false}}]}"#;
    let server = Server::start(vec![reply("200 OK", body)]);
    let shown = run_with_credentials(&["doctor", "-m", "JP", "-e", &server.url]).ended(0).out;
    assert_harmless(&shown);
    assert!(!shown.lines().any(|line| line.starts_with("ok    clock")), "{shown}");
    assert!(shown.contains("EVIL ok    clock"), "{shown}");
}

#[test]
fn an_error_is_harmless() {
    let body = r#"{"errors":[{"code":"A\u202eB\u009b2J","message":"x\nerror: \u2066y\u061c\u007f"}]}"#;
    let server = Server::start(vec![reply("400 Bad Request", body)]);
    for ran in [
        participations(&server, "json"),
        run_with_credentials(&["orders", "list", "-m", "JP", "-e", &server.url, "--verbose"]),
        run_with_credentials(&["doctor", "-m", "JP", "-e", &server.url]),
    ] {
        let ran = ran.ended(1);
        assert_harmless(&ran.err);
        assert!(ran.err.lines().filter(|line| line.starts_with("error: ")).count() == 1, "{}", ran.err);
    }
}

const HOSTILE: &str = "{\"payload\":[{\"靴\u{202e}\":\"a\u{9b}31m\u{7f}\u{2066}b\"}]}";
const ESCAPED: &str = "{\"payload\":[{\"靴\\u202e\":\"a\\u009b31m\\u007f\\u2066b\"}]}";

#[test]
fn json_for_a_file_or_a_pipe_is_unchanged() {
    let server = Server::start(vec![reply("200 OK", HOSTILE)]);
    let expected: serde_json::Value = serde_json::from_str(HOSTILE).unwrap();
    for format in ["json", "jsonl"] {
        let out = participations(&server, format).ended(0).out;
        assert!(out.contains('\u{9b}') && out.contains('\u{202e}'), "{out}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), expected);
    }
}

#[cfg(unix)]
#[test]
fn json_is_escaped_on_a_terminal_and_keeps_its_value() {
    use crate::support::run_on_terminal;
    let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
    let server = Server::start(vec![reply("200 OK", HOSTILE)]);
    for more in [&["-f", "json"][..], &["-f", "jsonl"], &["-f", "json", "--all-pages"]] {
        let call = ["call", "sellers", "getMarketplaceParticipations", "-e", &server.url];
        let got = run_on_terminal(&[&call[..], more].concat());
        assert_harmless(&got);
        let value = match value(&got) {
            serde_json::Value::Array(mut pages) => pages.remove(0),
            other => other,
        };
        assert_eq!(value, serde_json::from_str::<serde_json::Value>(HOSTILE).unwrap(), "{got}");
        assert!(got.contains("靴") && got.contains("\\u009b31m"), "{got}");
        assert_eq!(got.contains(ESCAPED), more == ["-f", "jsonl"], "{got}");
    }
    let order = Server::start(vec![reply("200 OK", "{\"orders\":[{\"orderId\":\"\u{9b}31m\u{202e}\"}]}")]);
    for format in ["json", "jsonl", "table"] {
        assert_harmless(&run_on_terminal(&["orders", "list", "-m", "JP", "-e", &order.url, "-f", format]));
    }
}

#[test]
fn the_nearest_example_is_shown_only_from_a_sandbox_of_ours() {
    const BODY: &str = r#"{"errors":[{"code":"InvalidInput","message":"no"}]}"#;
    let with = |headers| Server::start(vec![reply_with("400 Bad Request", headers, BODY)]);
    for (headers, is_shown) in [
        ("x-sandbox-nearest: run this\r\n", false),
        ("x-sandbox-nearest: run this\r\nserver: amazon\r\n", false),
        ("x-sandbox-nearest: run this\r\nserver: spapi-sandbox\r\n", true),
    ] {
        let server = with(headers);
        let ran = participations(&server, "json").ended(1);
        assert_eq!(ran.err.contains("nearest example: run this"), is_shown, "{}", ran.err);
        let ran = run_with_credentials(&["orders", "list", "-m", "JP", "-e", &server.url]).ended(1);
        assert_eq!(ran.err.contains("nearest example: run this"), is_shown, "{}", ran.err);
    }
}
