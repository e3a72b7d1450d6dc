//! GitHub's part in tests: an archive of a repository, and a server that has it.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// The request for the archive of Amazon's models.
pub const PATH: &str = "GET /amzn/selling-partner-api-models/archive/HEAD.tar.gz HTTP/1.1";

/// A `.tar.gz` with the header that git writes for a commit.
pub fn archive_of(files: impl Iterator<Item = (String, String)>) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let mut append = |kind: tar::EntryType, name: &str, text: &str| {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(text.len() as u64);
        header.set_mtime(1_785_888_000);
        builder.append_data(&mut header, name, text.as_bytes()).unwrap();
    };
    append(tar::EntryType::XGlobalHeader, "pax_global_header", &format!("52 comment={COMMIT}\n"));
    for (name, text) in files {
        append(tar::EntryType::Regular, &format!("selling-partner-api-models-main/{name}"), &text);
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// Serves one answer to each request, until the process ends.
pub fn serve(answer: impl Fn(&str) -> (&'static str, String, Vec<u8>) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let mut lines = Vec::new();
            while lines.last().is_none_or(|line: &String| !line.is_empty()) {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                lines.push(line.trim_end().to_owned());
            }
            assert!(!lines.iter().any(|line| line.to_lowercase().starts_with("authorization")), "{lines:?}");
            let (status, headers, body) = answer(&lines[0]);
            let head =
                format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n", body.len());
            // The program may have ended before it reads.
            let _ = reader.get_mut().write_all(&[head.as_bytes(), &body].concat());
        }
    });
    url
}
