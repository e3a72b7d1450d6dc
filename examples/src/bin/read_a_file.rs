//! Reads a report from a file, in whatever charset, line by line in bounded memory. It calls nothing.
//!
//! `read_a_file [FILE]`; without a file it reads a small one that it makes.

use spapi_tables::{Charset, Decoded, Dialect, Found, Limits, TableReader, TextDecoder};
use std::error::Error;
use std::fs::File;
use std::io::{Cursor, Read};

#[derive(serde::Deserialize)]
struct Line {
    sku: String,
    quantity: Option<u32>,
}

fn main() -> Result<(), Box<dyn Error>> {
    // A name in Shift_JIS, as older Japanese reports have it.
    let sample = b"sku\tquantity\r\n\x8b\x7d\x90\x7b\t3\r\nSENCHA-100\t\r\n";
    let mut input: Box<dyn Read> = match std::env::args().nth(1) {
        Some(path) => Box::new(File::open(path)?),
        None => Box::new(Cursor::new(sample)),
    };
    // UTF-8, or else this charset.
    let mut decoder = TextDecoder::undecided(Some(Charset::SHIFT_JIS));
    let mut table = TableReader::new(Dialect::TSV, Limits::default());
    let mut piece = [0; 8192];
    loop {
        let length = input.read(&mut piece)?;
        let mut decoded = Decoded::default();
        decoder.decode(&piece[..length], length == 0, &mut decoded)?;
        table.push(&decoded.text);
        if length == 0 {
            table.end();
        }
        while table.advance()? == Found::Row {
            let line: Line = table.read()?;
            println!("{}\t{}", line.sku, line.quantity.map_or("unknown".to_owned(), |quantity| quantity.to_string()));
        }
        if length == 0 {
            return Ok(());
        }
    }
}
