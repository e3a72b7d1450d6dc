//! Archives of MWS read into today's types.

#![allow(deprecated, reason = "answers of MWS are older than the types that Amazon retires")]

mod answers;
mod archives;
mod faults;
mod fulfillment;
mod orders;
mod reports;

use spapi_mws::read::{Item, Page, ReadError, Reader, Record};

/// The records and the pages of a text.
fn read(xml: impl AsRef<[u8]>) -> Result<(Vec<Record>, Vec<Page>), ReadError> {
    all(Reader::new(xml.as_ref()))
}

fn all(mut reader: Reader<impl std::io::Read>) -> Result<(Vec<Record>, Vec<Page>), ReadError> {
    let (mut records, mut pages) = (Vec::new(), Vec::new());
    while let Some(item) = reader.try_next()? {
        match item {
            Item::Record(record) => records.push(record),
            Item::Page(page) => pages.push(page),
        }
    }
    Ok((records, pages))
}

/// The only record of a text.
fn one(xml: &str) -> Record {
    let (mut records, _) = read(xml).unwrap();
    assert_eq!(records.len(), 1, "{xml}");
    records.remove(0)
}
