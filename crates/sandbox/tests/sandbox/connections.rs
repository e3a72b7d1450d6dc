//! Idle connections do not block other clients.

use crate::support::builder;
use spapi_sandbox::Sandbox;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn connect(sandbox: &Sandbox) -> TcpStream {
    TcpStream::connect(sandbox.url().strip_prefix("http://").unwrap()).unwrap()
}

/// Reads until the sandbox ends the connection.
fn until_the_end(connection: &mut TcpStream) -> String {
    let mut text = Vec::new();
    // A connection that closes with unread bytes sends a reset.
    let _ = connection.read_to_end(&mut text);
    String::from_utf8(text).unwrap()
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

#[tokio::test]
async fn an_incomplete_head_ends_its_connection() {
    let sandbox = builder().connection_timeout(Duration::from_millis(200)).start().await.unwrap();
    for start in [&b""[..], b"GET / HTTP/1.1\r\nhost: loc", &REQUEST[..REQUEST.len() - 2]] {
        let mut connection = connect(&sandbox);
        connection.write_all(start).unwrap();
        let answer = until_the_end(&mut connection);
        assert!(!answer.contains("404"), "{answer}");
    }
}

#[tokio::test]
async fn a_connection_without_a_further_request_is_ended() {
    let sandbox = builder().connection_timeout(Duration::from_millis(200)).start().await.unwrap();
    let mut connection = connect(&sandbox);
    connection.write_all(REQUEST).unwrap();
    let answer = until_the_end(&mut connection);
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

#[tokio::test]
async fn of_many_idle_connections_the_oldest_make_room() {
    let sandbox = builder().start().await.unwrap();
    let mut idle: Vec<TcpStream> = (0..600).map(|_| connect(&sandbox)).collect();
    let mut further = connect(&sandbox);
    further.write_all(REQUEST).unwrap();
    let mut answer = [0; 12];
    further.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 404");
    assert_eq!(until_the_end(&mut idle[0]), "", "the first was ended");
    // The last connection is open and gets an answer.
    let last = idle.last_mut().unwrap();
    last.write_all(REQUEST).unwrap();
    last.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 404");
}
