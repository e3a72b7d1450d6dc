//! `spapi doctor` in each state of credentials, token, region and server.

use crate::support::{Ran, Server, reply, run, run_with_credentials};

const PARTICIPATIONS: &str = r#"{"payload":[{"marketplace":{"id":"A1VC38T7YXB528"},
    "participation":{"isParticipating":true,"hasSuspendedListings":false}}]}"#;

fn doctor(server: &Server, more: &[&str]) -> Ran {
    run_with_credentials(&[&["doctor", "-m", "JP", "-e", &server.url], more].concat())
}

fn marks(ran: &Ran) -> Vec<String> {
    ran.out
        .lines()
        .map(|line| line.split("  ").filter(|part| !part.is_empty()).take(2).collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn all_is_well() {
    let server = Server::start(vec![reply("200 OK", PARTICIPATIONS)]);
    let ran = doctor(&server, &[]).ended(0);
    assert_eq!(marks(&ran), ["ok credentials", "ok token", "ok region", "ok sells in", "note clock"], "{}", ran.out);
    assert!(ran.out.contains("sells in     JP\n") && ran.out.contains("request-7"), "{}", ran.out);
    assert_eq!(server.received()[0].line, "GET /sellers/v1/marketplaceParticipations");
}

#[test]
fn no_credentials() {
    let ran = run(&["doctor", "--region", "fe"]).ended(3).said(&["SPAPI_CLIENT_ID", "next: "]);
    assert_eq!(marks(&ran), ["FAIL credentials"]);
    run(&["doctor"]).ended(2).said(&["--marketplace"]);
    let ran = run(&["doctor", "--region", "fe", "--credentials", "/nowhere/seller.json"]).ended(3);
    ran.said(&["/nowhere/seller.json cannot be read"]);
}

#[test]
fn credentials_of_an_application_by_itself() {
    use spapi_core::auth::{CredentialFile, Credentials};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("application.json");
    CredentialFile::save(&path, &Credentials::application("id", "made-up-client-secret")).unwrap();
    let ran = run(&["doctor", "-m", "JP", "-e", "http://127.0.0.1:1", "--credentials", path.to_str().unwrap()]);
    let ran = ran.ended(3).said(&["needs a seller's authorization", "next: add the seller's refresh_token"]);
    assert_eq!(marks(&ran), ["ok credentials", "FAIL credentials"]);
}

#[test]
fn no_token() {
    let revoked = reply("400 Bad Request", r#"{"error":"invalid_grant","error_description":"revoked"}"#);
    let ran = doctor(&Server::with_login(revoked, vec![]), &[]).ended(3);
    assert_eq!(marks(&ran), ["ok credentials", "FAIL token"]);
    ran.said(&["invalid_grant", "authorize the application again"]);
}

#[test]
fn another_region() {
    let refused = r#"{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}"#;
    let ran = doctor(&Server::start(vec![reply("403 Forbidden", refused)]), &[]).ended(3);
    assert_eq!(marks(&ran), ["ok credentials", "ok token", "FAIL region"]);
    ran.said(&["next: a refresh token is valid in the region where it was given: try --region na or --region eu"]);
}

#[test]
fn nobody_there() {
    let ran = run_with_credentials(&["doctor", "-m", "JP", "-e", "http://127.0.0.1:1"]).ended(1);
    assert_eq!(marks(&ran), ["ok credentials", "FAIL connection"]);
    ran.said(&["cannot connect"]);
}
