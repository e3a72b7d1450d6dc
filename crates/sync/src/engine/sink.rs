//! Takes the rows of a slice to the destination.

use super::lane::{Due, Event, EventSender, Failed};
use super::sieve::Sieve;
use crate::destination::{SliceId, SliceSource, SliceState, Writing};
use crate::form::text_of;
use crate::{Batch, Batcher, ColumnKind, Rejected, RowForm, Schema, Stream, Value};
use serde_json::{Map, Value as Json};
use spapi_types::operation::lookup;
use std::sync::Arc;

/// What stands in a dead letter for a value that is not shown.
const HIDDEN: &str = "***";

/// A slice that is being written.
pub(super) struct Sink<'a> {
    pub stream: &'static Stream,
    pub id: &'a SliceId,
    /// The form of the rows that it takes.
    pub schema: Arc<Schema>,
    sieve: &'a Sieve<'a>,
    batcher: Batcher,
    writing: Box<dyn Writing>,
    sender: &'a EventSender,
    read: &'a mut u64,
}

/// A cell of a row that does not fit.
pub(super) struct Cell<'a> {
    /// The name of its column.
    pub name: &'a str,
    /// The field that it is. `None` if it is not known.
    pub field: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

impl<'a> Sink<'a> {
    pub fn new(
        due: &'a Due<'_>,
        sieve: &'a Sieve<'a>,
        writing: Box<dyn Writing>,
        sender: &'a EventSender,
        read: &'a mut u64,
    ) -> Self {
        let batcher = Batcher::new(Arc::clone(&sieve.kept));
        let schema = Arc::clone(&sieve.full);
        Self { stream: due.chosen.stream, id: &due.id, schema, sieve, batcher, writing, sender, read }
    }

    /// Takes a row.
    pub async fn push(&mut self, row: Vec<Value>) -> Result<(), Failed> {
        let Some(row) = self.sieve.pass(row) else { return Ok(()) };
        match self.batcher.push(row) {
            Some(batch) => self.write(batch).await,
            None => Ok(()),
        }
    }

    /// Takes an object of JSON as a row. `parent` is what it belongs to.
    pub async fn object(&mut self, object: &Json, parent: &Json) -> Result<(), Failed> {
        if let RowForm::Document(form) = self.sieve.form() {
            let row = self.schema.document(self.id, object.to_string(), form.fields_of(object, parent));
            return self.push(row).await;
        }
        match self.schema.object(self.id, object, parent) {
            Ok(row) => self.push(row).await,
            Err(why) => {
                // Only single values of known fields are shown: any other field may have buyers' data.
                let texts: Vec<_> = self
                    .stream
                    .fields
                    .iter()
                    .filter(|field| field.kind != ColumnKind::Json)
                    .filter_map(|field| {
                        let value = lookup(if field.of_parent { parent } else { object }, field.path)?;
                        let is_single = !value.is_null() && !value.is_object() && !value.is_array();
                        is_single.then_some((field.name, text_of(value)))
                    })
                    .collect();
                self.reject(why, texts.iter().map(|(name, text)| Cell { name, field: Some(name), text })).await
            }
        }
    }

    /// Takes a row that does not fit. Values that are hidden in the table are hidden here too, and so are those of which
    /// it is not known what they are, if the stream has any such values.
    pub async fn reject<'c>(&mut self, why: Rejected, cells: impl Iterator<Item = Cell<'c>>) -> Result<(), Failed> {
        let has_secrets = self.sieve.has_secrets;
        let mut object = Map::new();
        for cell in cells {
            let is_shown =
                cell.field.map_or(!has_secrets && self.sieve.shows(cell.name), |field| self.sieve.shows(field));
            let text = if is_shown || cell.text.is_empty() { cell.text } else { HIDDEN };
            object.insert(cell.name.to_owned(), Json::String(text.to_owned()));
        }
        self.writing.reject(why, Json::Object(object).to_string()).await.map_err(Failed::Run)
    }

    /// Writes what is left, and commits the slice.
    pub async fn commit(mut self, source: SliceSource) -> Result<SliceState, Failed> {
        if let Some(batch) = self.batcher.finish() {
            self.write(batch).await?;
        }
        self.writing.commit(source).await.map_err(Failed::Run)
    }

    async fn write(&mut self, batch: Batch) -> Result<(), Failed> {
        let rows = batch.rows.len() as u64;
        self.writing.write(batch).await.map_err(Failed::Run)?;
        *self.read += rows;
        self.sender.send(Event::Read(rows)).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::lane::Event;
    use crate::{Connection, PlannedSlice};
    use spapi_core::{BoxFuture, Error, Marketplace};
    use spapi_rows::OwnedValue;
    use std::path::Path;
    use std::sync::Mutex;
    use tokio::sync::mpsc;

    const SHIPMENTS: &str = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL";
    const LEDGER: &str = "GET_LEDGER_DETAIL_VIEW_DATA";

    /// Keeps what it takes.
    #[derive(Clone, Default)]
    struct Kept {
        rows: Arc<Mutex<Vec<Vec<Value>>>>,
        letters: Arc<Mutex<Vec<String>>>,
    }

    impl Writing for Kept {
        fn write(&mut self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
            self.rows.lock().unwrap().extend(batch.rows);
            Box::pin(std::future::ready(Ok(())))
        }

        fn reject(&mut self, _: Rejected, row: String) -> BoxFuture<'_, Result<(), Error>> {
            self.letters.lock().unwrap().push(row);
            Box::pin(std::future::ready(Ok(())))
        }

        fn commit(self: Box<Self>, _: SliceSource) -> BoxFuture<'static, Result<SliceState, Error>> {
            Box::pin(std::future::pending())
        }
    }

    fn connection(stream: &str, rest: &str) -> Connection {
        let text = format!("name = \"a\"\nregion = \"JP\"\nobjects = [\"{stream}\"]\n{rest}");
        Connection::parse(&text, "a.toml", Path::new("")).unwrap()
    }

    /// A row with this text in each column, and the dead letter of a row with these cells.
    async fn through(connection: &Connection, cells: &[(&str, Option<&str>)]) -> (Vec<Vec<Value>>, Vec<String>) {
        let chosen = &connection.streams[0];
        let sieve = Sieve::new(connection, chosen).unwrap();
        let due = Due {
            chosen,
            marketplace: Marketplace::JP,
            slice: PlannedSlice { from: None, to: None },
            id: SliceId::default(),
        };
        let (events, mut received) = mpsc::channel::<(usize, Event)>(9);
        let (sender, mut read, kept) = (EventSender { index: 0, events }, 0, Kept::default());
        let mut sink = Sink::new(&due, &sieve, Box::new(kept.clone()), &sender, &mut read);
        let columns = &sieve.full.columns[Schema::OWN..];
        let value = |column: &crate::Column| match column.kind {
            ColumnKind::Text => OwnedValue::Text("secret".to_owned()),
            _ => OwnedValue::Null,
        };
        let values: Vec<_> = columns.iter().map(value).collect();
        let row = sink.schema.row(&SliceId::default(), &values, [("buyer-email", "secret"), ("other", "x")]).unwrap();
        assert!(sink.push(row).await.is_ok());
        let why = Rejected { column: String::new(), reason: "".into() };
        let cells = cells.iter().map(|(name, field)| Cell { name, field: *field, text: "secret" });
        assert!(sink.reject(why, cells).await.is_ok());
        let batch = sink.batcher.finish().unwrap();
        assert!(sink.write(batch).await.is_ok());
        assert!(received.try_recv().is_ok());
        (std::mem::take(&mut kept.rows.lock().unwrap()), std::mem::take(&mut kept.letters.lock().unwrap()))
    }

    #[tokio::test]
    async fn without_include_pii_buyers_data_reach_neither_the_table_nor_the_dead_letters() {
        let cells = [("Käufer", Some("buyer_name")), ("SKU", Some("sku")), ("Neu", None)];
        let hidden = connection(SHIPMENTS, "");
        let (rows, letters) = through(&hidden, &cells).await;
        let schema = Schema::of(hidden.streams[0].stream);
        let value = |row: &[Value], name: &str| row[schema.column(name).unwrap()].clone();
        assert_eq!(value(&rows[0], "buyer_name"), Value::Null);
        assert_eq!(value(&rows[0], "sku"), Value::Text("secret".to_owned()));
        assert_eq!(value(&rows[0], Schema::OTHERS), Value::Json("{\"other\":\"x\"}".to_owned()));
        let expected = serde_json::json!({ "Käufer": "***", "Neu": "***", "SKU": "secret" });
        let parsed = |letters: &[String]| {
            letters.iter().map(|letter| letter.parse::<serde_json::Value>().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(parsed(&letters), std::slice::from_ref(&expected));
        let shown = connection(SHIPMENTS, "include_pii = true\n");
        let (rows, letters) = through(&shown, &cells).await;
        assert_eq!(value(&rows[0], "buyer_name"), Value::Text("secret".to_owned()));
        // The dead letters are read by more people than the table.
        assert_eq!(parsed(&letters), [expected]);
    }

    #[tokio::test]
    async fn buyers_data_that_are_hashed_are_kept_as_hashes() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        std::fs::write(&key, [b'k'; 32]).unwrap();
        let rest = format!("hash_key_file = \"{}\"\n[streams.{SHIPMENTS}]\nhash = [\"buyer_email\"]", key.display());
        let connection = connection(SHIPMENTS, &rest);
        let (rows, letters) = through(&connection, &[("E-Mail", Some("buyer_email"))]).await;
        let schema = Schema::of(connection.streams[0].stream);
        let Value::Text(hash) = &rows[0][schema.column("buyer_email").unwrap()] else { panic!("no hash") };
        assert_eq!(hash, "ead256ccb47a97d5f4efd6f4da905f03b79bf86513d1d81048a5101cff08dbae");
        assert_eq!(letters, [r#"{"E-Mail":"***"}"#]);
    }

    #[tokio::test]
    async fn a_dead_letter_of_a_stream_without_secrets_shows_all_and_with_a_choice_only_what_the_table_shows() {
        let cells = [("ASIN", Some("asin")), ("FNSKU", Some("fnsku")), ("new", None)];
        let (_, letters) = through(&connection(LEDGER, ""), &cells).await;
        assert_eq!(letters, [r#"{"ASIN":"secret","FNSKU":"secret","new":"secret"}"#]);
        let choice = connection(LEDGER, &format!("[streams.{LEDGER}]\ndrop = [\"asin\"]"));
        let (rows, letters) = through(&choice, &cells).await;
        assert_eq!(letters, [r#"{"ASIN":"***","FNSKU":"secret","new":"***"}"#]);
        assert_eq!(rows[0].len(), Schema::of(choice.streams[0].stream).columns.len() - 1);
    }
}
