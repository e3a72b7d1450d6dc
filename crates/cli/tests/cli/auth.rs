//! From the consent page to a file of credentials, whose URL is pasted.

use crate::support::{Ran, Server, reply, run, run_with_credentials, run_with_input, spapi, with_credentials};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

const GRANTED: &str =
    r#"{"access_token":"made-up-access-token","refresh_token":"made-up-new-token","expires_in":3600}"#;

const APPLICATION: &str = "amzn1.sellerapps.app.1";

/// Runs the command, and pastes the text that `answer` returns for the shown URL.
fn authorize(server: &Server, save: &Path, more: &[&str], answer: impl FnOnce(&str) -> String) -> (String, Ran) {
    let arguments = ["auth", "authorize", "-m", "JP", "--application-id", APPLICATION, "-e", &server.url];
    // From there the browser does not come back to this machine.
    let rest = ["--save", save.to_str().unwrap(), "--redirect-uri", "https://shop.example/back"];
    let mut command = with_credentials(&[&arguments[..], &rest, more].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut url = String::new();
    stdout.read_line(&mut url).unwrap();
    // The program may close its stdin before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(answer(url.trim()).as_bytes());
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
    let (url, ran) = authorize(&server, &path, &["--draft"], |url| {
        format!(
            "https://shop.example/back?state={}&selling_partner_id=A1B2&spapi_oauth_code=made-up-code\n",
            state(url)
        )
    });
    let ran = ran.ended(0).said(&["the credentials of A1B2 are in", "spapi doctor --marketplace JP"]);
    let page = format!("{}/apps/authorize/consent?application_id=amzn1.", server.url);
    assert!(url.starts_with(&page), "the page of a server on this machine: {url}");
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
fn a_wrong_url_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seller.json");
    let server = Server::with_login(reply("400 Bad Request", r#"{"error":"invalid_grant"}"#), vec![]);
    type Case = (fn(&str) -> String, i32, &'static str);
    let cases: [Case; 6] = [
        (|_| "https://shop.example/back?state=0123&spapi_oauth_code=made-up-code\n".into(), 2, "not the one"),
        (|url| format!("?state={}&selling_partner_id=A1\n", state(url)), 2, "no spapi_oauth_code"),
        (|_| String::new(), 2, "no URL was pasted"),
        (|_| " \n".into(), 2, "no URL was pasted"),
        (|_| "a".repeat(20_000_000), 2, "longer than 16384 characters"),
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
fn a_file_that_cannot_be_written_is_refused_before_the_consent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seller.json");
    std::fs::write(&path, "another seller's").unwrap();
    let run = |save: &Path, more: &[&str]| {
        let arguments = ["auth", "authorize", "--application-id", APPLICATION, "--save", save.to_str().unwrap()];
        let place = if more.contains(&"-m") { &[][..] } else { &["-m", "IE"] };
        run_with_credentials(&[&arguments[..], place, more].concat())
    };
    run(&path, &[]).ended(2).said(&["exists already", "another name"]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "another seller's");
    run(&folder.path().join("missing/seller.json"), &[]).ended(2).said(&["the folder ", " does not exist"]);
    let new = folder.path().join("new.json");
    run(&new, &["--vendor"]).ended(2).said(&["Vendor Central in Ireland", "another marketplace"]);
    run(&new, &["-e", "embedded"]).ended(2).said(&["ends with the command", "spapi sandbox serve"]);
    run(&new, &["-m", "JP", "--listen", "0"]).ended(2).said(&["--listen is given without --redirect-uri", "tunnel"]);
}

#[test]
fn the_url_and_the_exchange_are_commands_of_their_own() {
    let url = |more: &[&str]| {
        let ran = run(&[&["auth", "url", "-m", "DE", "--application-id", APPLICATION], more].concat()).ended(0);
        ran.said(&["spapi auth exchange --marketplace DE --state "]).out
    };
    let out = url(&["--redirect-uri", "https://shop.example/back"]);
    let [url_line, sent_state] = out.lines().collect::<Vec<_>>()[..] else { panic!("{out}") };
    assert!(url_line.starts_with("https://sellercentral-europe.amazon.com/apps/authorize/consent?"), "{url_line}");
    assert_eq!(state(url_line), sent_state);
    let json: serde_json::Value = serde_json::from_str(&url(&["-f", "json"])).unwrap();
    assert_eq!(state(json["url"].as_str().unwrap()), json["state"]);

    let folder = tempfile::tempdir().unwrap();
    let server = Server::with_login(reply("200 OK", GRANTED), vec![reply("200 OK", r#"{"payload":[]}"#)]);
    let exchange = |name: &str, more: &[&str], input: &str| {
        let path = folder.path().join(name);
        let arguments = ["auth", "exchange", "-m", "DE", "-e", &server.url, "--save", path.to_str().unwrap()];
        let ran = run_with_input(&[&arguments[..], more].concat(), input);
        assert!(!ran.err.contains("made-up-code") && !ran.err.contains("made-up-new-token"), "{}", ran.err);
        (ran, std::fs::read_to_string(path).unwrap_or_default())
    };
    let came_back =
        format!("https://shop.example/back?state={sent_state}&selling_partner_id=A1B2&spapi_oauth_code=made-up-code\n");
    let (ran, saved) = exchange("url.json", &["--state", sent_state], &came_back);
    ran.ended(0).said(&["the credentials of A1B2 are in", "spapi doctor --marketplace DE --credentials"]);
    assert!(saved.contains("made-up-new-token") && saved.contains("A1B2"), "{saved}");
    let (ran, saved) = exchange("code.json", &[], "made-up-code\n");
    ran.ended(0).said(&["warning: a code alone has no state"]);
    assert!(saved.contains("made-up-new-token"), "{saved}");
    for (more, input, says) in [
        (&[][..], came_back.as_str(), "--state is not given"),
        (&["--state", "0123"], &came_back, "not the one"),
        (&["--state", sent_state], "", "no URL was pasted"),
    ] {
        let (ran, saved) = exchange("refused.json", more, input);
        ran.ended(2).said(&[says]);
        assert!(saved.is_empty(), "{saved}");
    }
}

#[test]
fn an_application_id_of_another_form_is_refused() {
    for (id, says) in [("abc", "amzn1.sp.solution"), ("amzn1.application-oa2-client.1", "it is a client id")] {
        for command in [&["auth", "url"][..], &["auth", "authorize", "--save", "never.json"]] {
            run(&[command, &["-m", "JP", "--application-id", id]].concat()).ended(2).said(&[id, says]);
        }
    }
}

#[test]
fn a_pasted_url_is_harmless_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seller.json");
    let server = Server::with_login(reply("200 OK", GRANTED), vec![]);
    let is_obeyed = |text: &str| text.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}');
    let (_, ran) = authorize(&server, &path, &[], |url| {
        format!("?state={}&%1b%5B31m=1&%0d%0aerror: evil=2&%e2%80%ae=3&selling_partner_id=A1\n", state(url))
    });
    assert!(!is_obeyed(&ran.ended(2).err));
    let (_, ran) = authorize(&server, &path, &[], |url| {
        format!(
            "?state={}&selling_partner_id=%1b%5D0;x%07%0aerror: evil%e2%80%ae&spapi_oauth_code=made-up-code\n",
            state(url)
        )
    });
    assert!(!is_obeyed(&ran.err) && !ran.err.contains("error: evil"), "{}", ran.err);
}

#[test]
fn a_file_that_was_made_during_the_consent_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::with_login(reply("200 OK", GRANTED), vec![]);
    for name in ["file.json", "link.json"] {
        let path = folder.path().join(name);
        let victim = folder.path().join("victim");
        let (_, ran) = authorize(&server, &path, &[], |url| {
            #[cfg(unix)]
            if name == "link.json" {
                std::os::unix::fs::symlink(&victim, &path).unwrap();
            }
            if !path.is_symlink() {
                std::fs::write(&path, "another seller's").unwrap();
            }
            format!("?state={}&spapi_oauth_code=made-up-code\n", state(url))
        });
        let ran = ran.ended(1).said(&[name, "next: the authorization is valid, but its token is lost"]);
        assert!(!ran.err.contains("made-up-new-token"), "{}", ran.err);
        assert!(!victim.exists(), "a link was followed");
        if !path.is_symlink() {
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "another seller's");
        }
    }
    let names: std::collections::BTreeSet<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing of ours is left behind: {names:?}");
}

#[test]
fn profiles_keep_the_credentials_of_several_sellers() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config/spapi");
    let server = Server::with_login(reply("200 OK", GRANTED), vec![reply("200 OK", r#"{"payload":[]}"#)]);
    let run = |arguments: &[&str], environment: &[(&str, &str)], input: &str| {
        let mut command = spapi(&[arguments, &["-e", &server.url]].concat());
        command.env("SPAPI_CONFIG_FOLDER", &config).envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ran::of(child.wait_with_output().unwrap())
    };
    let application = [("SPAPI_CLIENT_ID", "made-up-client-id"), ("SPAPI_CLIENT_SECRET", "made-up-client-secret")];
    let exchange = ["auth", "exchange", "-m", "JP"];
    run(&exchange, &application, "made-up-code").ended(2).said(&["--save FILE, or --profile NAME"]);
    let doctor = ["doctor"];
    let ran = run(&doctor, &[("SPAPI_MARKETPLACE", "JP"), ("SPAPI_PROFILE", "jp")], "");
    ran.ended(3).said(&["there is no profile jp", "spapi auth authorize --profile jp"]);
    for name in ["jp", "default"] {
        let ran = run(&[&exchange[..], &["--profile", name]].concat(), &application, "made-up-code");
        ran.ended(0).said(&[&format!("spapi doctor --marketplace JP --profile {name}")]);
    }
    let again = run(&[&exchange[..], &["--profile", "jp"]].concat(), &application, "made-up-code");
    again.ended(2).said(&["jp.json exists already"]);

    let source = |arguments: &[&str], environment: &[(&str, &str)]| {
        let ran = run(&[&doctor[..], arguments].concat(), &[environment, &[("SPAPI_MARKETPLACE", "JP")]].concat(), "");
        ran.ended(0).out.lines().next().unwrap().to_owned()
    };
    let seller = [&application[..], &[("SPAPI_REFRESH_TOKEN", "made-up-refresh-token")]].concat();
    assert!(source(&[], &[]).contains("of the profile default"));
    assert!(source(&[], &[("SPAPI_PROFILE", "jp")]).contains("of the profile jp"));
    assert!(source(&["--profile", "jp"], &seller).contains("of the profile jp"));
    assert!(source(&[], &seller).contains("in the environment"));
    let file = config.join("jp.json");
    assert!(
        source(&["--credentials", file.to_str().unwrap()], &[("SPAPI_PROFILE", "default")])
            .contains(file.to_str().unwrap())
    );
    let ran = run(&["doctor", "-m", "JP", "--profile", "us"], &[], "").ended(3);
    ran.said(&["there is no profile us", "name one of default, jp"]);
    run(&["doctor", "-m", "JP", "--profile", "../x"], &[], "").ended(2).said(&["give a name of letters"]);
    run(&doctor, &[("SPAPI_MARKETPLACE", "XX")], "").ended(2).said(&["SPAPI_MARKETPLACE", "XX"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&config), mode(&file)), (0o700, 0o600));
    }
}

#[test]
fn an_application_without_secrets_is_not_asked_for_a_refresh_token() {
    let folder = tempfile::tempdir().unwrap();
    let save = folder.path().join("seller.json");
    let place = ["-m", "JP", "--save", save.to_str().unwrap()];
    let authorize = ["auth", "authorize", "--application-id", APPLICATION];
    for command in [&authorize[..], &["auth", "exchange", "--state", "0123"]] {
        let ran = run(&[command, &place].concat()).ended(3).said(&[
            "the environment lacks SPAPI_CLIENT_ID, SPAPI_CLIENT_SECRET",
            "The client id and secret are on",
            "next: set them, or give --credentials FILE with client_id and client_secret",
        ]);
        assert!(!ran.err.contains("refresh"), "{}", ran.err);
    }
}
