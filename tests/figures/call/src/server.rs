//! The smallest server that answers both kinds of calls: a token, and always the same page of orders.

use crate::page;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// The token it gives. It takes any.
pub const ACCESS_TOKEN: &str = "Atza|a-token-of-about-the-length-that-tokens-have-0123456789-0123456789-0123456789";

/// Serves on a free port of the loopback address, after printing the URL, for as long as the standard input is open.
///
/// # Errors
/// When no port can be had.
pub fn serve() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("http://{}", listener.local_addr()?);
    thread::spawn(|| {
        // The parent process holds the other end, which closes at the latest when the parent ends.
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(0);
    });
    let token = format!(r#"{{"access_token":"{ACCESS_TOKEN}","token_type":"bearer","expires_in":3600}}"#);
    let token: Arc<[u8]> = answer(&token).into();
    let page: Arc<[u8]> = answer(&page::text()).into();
    for stream in listener.incoming() {
        let stream = stream?;
        let (token, page) = (Arc::clone(&token), Arc::clone(&page));
        // The client reports a broken connection.
        thread::spawn(move || connection(stream, &token, &page));
    }
    Ok(())
}

fn answer(body: &str) -> Vec<u8> {
    // The answer has no rate header, because the client would learn the rate and wait.
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         x-amzn-requestid: 0b2ff6f5-26a1-4a5b-8a9b-2f6c3a1d7e55\r\n\r\n",
        body.len(),
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

fn connection(mut stream: TcpStream, token: &[u8], page: &[u8]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    loop {
        let mut answer = None;
        let mut body_length = 0;
        loop {
            line.clear();
            if requests.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            answer.get_or_insert(if line.starts_with("POST ") { token } else { page });
            if let Some((name, value)) = line.split_once(':') {
                if name.eq_ignore_ascii_case("content-length") {
                    body_length = value.trim().parse().map_err(io::Error::other)?;
                }
            }
        }
        io::copy(&mut requests.by_ref().take(body_length), &mut io::sink())?;
        stream.write_all(answer.unwrap_or(page))?;
    }
}
