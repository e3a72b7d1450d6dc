//! Writing rows as Parquet, with the kinds of the known columns.

use super::{Cell, Columns};
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use spapi_core::DateTime;
use spapi_rows::{Kind, OwnedValue};
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

/// Decimals have 38 digits, 10 of them behind the point.
const PRECISION: u8 = 38;
const SCALE: i8 = 10;

/// How many rows are handed on at a time.
const BATCH_ROWS: usize = 8192;
/// How many bytes of text are handed on at a time.
const BATCH_BYTES: usize = 8 << 20;
/// The largest row group. The rows of one are in memory, encoded.
const GROUP_ROWS: usize = 1 << 20;
const GROUP_BYTES: usize = 16 << 20;

/// How many batches may wait to be encoded.
const WAITING: usize = 1;

/// A Parquet file that is being written. A thread of its own encodes the rows, which takes as long as reading them.
pub struct Parquet {
    encoder: Encoder,
    schema: Arc<Schema>,
    columns: Vec<Cells>,
    rows: usize,
    bytes: usize,
    number: u64,
}

/// The cells of a column that are not yet handed on.
enum Cells {
    Text(StringBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Time(TimestampMicrosecondBuilder),
}

/// The thread that encodes.
struct Encoder {
    /// `None` is the end. Without it the file stays without its last part.
    batches: SyncSender<Option<RecordBatch>>,
    thread: Option<JoinHandle<Result<(), ParquetError>>>,
}

impl Encoder {
    fn start<W: Write + Send + 'static>(mut writer: ArrowWriter<W>) -> io::Result<Self> {
        let (batches, waiting) = sync_channel(WAITING);
        let encode = move || {
            for batch in waiting {
                match batch {
                    Some(batch) => writer.write(&batch)?,
                    None => {
                        writer.finish()?;
                        return Ok(writer.inner_mut().flush()?);
                    }
                }
            }
            Ok(())
        };
        let thread = thread::Builder::new().name("parquet".to_owned()).spawn(encode)?;
        Ok(Self { batches, thread: Some(thread) })
    }

    fn push(&mut self, batch: Option<RecordBatch>) -> io::Result<()> {
        // The thread has ended if it takes no more batches.
        self.batches.send(batch).or_else(|_| self.wait())
    }

    fn wait(&mut self) -> io::Result<()> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(ended)) => ended.map_err(of_parquet),
            _ => Err(io::Error::other("the encoder of the Parquet file has stopped")),
        }
    }
}

impl Parquet {
    /// Begins a file with these columns.
    pub fn new<W: Write + Send + 'static>(writer: W, columns: &Columns) -> io::Result<Self> {
        let Columns { names, kinds } = columns;
        let columns: Vec<_> = kinds.iter().copied().map(Cells::of).collect();
        let fields: Vec<_> =
            names.iter().zip(&columns).map(|(name, cells)| Field::new(name, cells.data_type(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .build();
        let writer = ArrowWriter::try_new(writer, Arc::clone(&schema), Some(properties)).map_err(of_parquet)?;
        Ok(Self { encoder: Encoder::start(writer)?, schema, columns, rows: 0, bytes: 0, number: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When a value is not of its column's kind. The error names the row and the column.
    pub fn push(&mut self, row: &[Cell]) -> io::Result<()> {
        self.number += 1;
        for (index, (cells, cell)) in self.columns.iter_mut().zip(row).enumerate() {
            self.bytes += cells.push(cell).map_err(|reason| {
                let name = self.schema.field(index).name();
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("row {}, column {name}: {reason}; --format csv has the text of the document", self.number),
                )
            })?;
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS || self.bytes >= BATCH_BYTES { self.hand_on() } else { Ok(()) }
    }

    /// Writes what remains.
    pub fn finish(mut self) -> io::Result<()> {
        self.hand_on()?;
        self.encoder.push(None)?;
        self.encoder.wait()
    }

    fn hand_on(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let arrays =
            self.columns.iter_mut().map(Cells::take).collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(io::Error::other)?;
        self.rows = 0;
        self.bytes = 0;
        self.encoder.push(Some(batch))
    }
}

/// The error of the file below, which says whether a disk is full.
fn of_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(error) => io::Error::other(error),
        },
        error => io::Error::other(error),
    }
}

impl Cells {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Integer => Self::Integer(Int64Builder::new()),
            Kind::Decimal | Kind::LocalDecimal => {
                Self::Decimal(Decimal128Builder::new().with_data_type(DataType::Decimal128(PRECISION, SCALE)))
            }
            Kind::Boolean => Self::Boolean(BooleanBuilder::new()),
            Kind::Date => Self::Date(Date32Builder::new()),
            Kind::DateTime => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::Utf8,
            Self::Integer(_) => DataType::Int64,
            Self::Decimal(_) => DataType::Decimal128(PRECISION, SCALE),
            Self::Boolean(_) => DataType::Boolean,
            Self::Date(_) => DataType::Date32,
            Self::Time(_) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// Adds a cell. Returns about how many bytes it takes.
    fn push(&mut self, cell: &Cell) -> Result<usize, &'static str> {
        let value = match (&mut *self, cell) {
            (_, Cell::Value(value)) => value,
            (Self::Text(cells), Cell::Json(json)) => {
                cells.append_value(json);
                return Ok(json.len() + 8);
            }
            (_, Cell::Json(_)) => return Err("it is a list or an object"),
        };
        match (self, value) {
            (Self::Text(cells), OwnedValue::Text(text)) => {
                cells.append_value(text);
                return Ok(text.len() + 8);
            }
            (Self::Integer(cells), OwnedValue::Integer(number)) => cells.append_value(*number),
            (Self::Decimal(cells), OwnedValue::Decimal(number)) => {
                let number = number.normalize();
                let missing = u32::from(SCALE.unsigned_abs()).checked_sub(number.scale());
                let missing = missing.ok_or("a number with more than 10 digits behind the point")?;
                let whole = number.mantissa().checked_mul(10_i128.pow(missing));
                let whole = whole.filter(|whole| whole.unsigned_abs() < 10_u128.pow(u32::from(PRECISION)));
                cells.append_value(whole.ok_or("a number with more than 28 digits before the point")?);
            }
            (Self::Boolean(cells), OwnedValue::Boolean(is)) => cells.append_value(*is),
            (Self::Date(cells), OwnedValue::DateTime(time)) => cells.append_value(day(time).ok_or("it is not a date")?),
            (Self::Time(cells), OwnedValue::DateTime(time)) => {
                cells.append_value(moment(time).ok_or("it is not a time with its zone")?);
            }
            (cells, OwnedValue::Null) => cells.push_null(),
            (Self::Integer(_) | Self::Decimal(_), _) => return Err("it is not a number"),
            (Self::Boolean(_), _) => return Err("it is neither yes nor no"),
            _ => return Err("it is not a date"),
        }
        Ok(16)
    }

    fn push_null(&mut self) {
        match self {
            Self::Text(cells) => cells.append_null(),
            Self::Integer(cells) => cells.append_null(),
            Self::Decimal(cells) => cells.append_null(),
            Self::Boolean(cells) => cells.append_null(),
            Self::Date(cells) => cells.append_null(),
            Self::Time(cells) => cells.append_null(),
        }
    }

    fn take(&mut self) -> Result<ArrayRef, arrow_schema::ArrowError> {
        Ok(match self {
            Self::Text(cells) => Arc::new(cells.finish()),
            Self::Integer(cells) => Arc::new(cells.finish()),
            Self::Decimal(cells) => Arc::new(cells.finish().with_precision_and_scale(PRECISION, SCALE)?),
            Self::Boolean(cells) => Arc::new(cells.finish()),
            Self::Date(cells) => Arc::new(cells.finish()),
            Self::Time(cells) => Arc::new(cells.finish()),
        })
    }
}

/// The days since 1970 of a date as it is written, whatever its zone.
fn day(time: &DateTime) -> Option<i32> {
    let day = time.as_str().get(..10)?;
    let microseconds = moment(&DateTime::from(format!("{day}T00:00:00Z")))?;
    i32::try_from(microseconds.div_euclid(86_400_000_000)).ok()
}

/// The microseconds since 1970.
fn moment(time: &DateTime) -> Option<i64> {
    let time = time.to_system_time().ok().filter(|_| time.is_iso_8601())?;
    let microseconds = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_micros()).ok()?,
        Err(before) => -i128::try_from(before.duration().as_micros()).ok()?,
    };
    i64::try_from(microseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_exact_or_refused() {
        let push = |kind, value: OwnedValue| Cells::of(kind).push(&Cell::Value(value));
        let decimal = |text: &str| OwnedValue::Decimal(text.parse().unwrap());
        assert!(push(Kind::Decimal, decimal("-1234.5600000000")).is_ok());
        assert!(push(Kind::Decimal, decimal("79228162514264337593543950335")).is_err());
        assert!(push(Kind::Decimal, decimal("0.00000000001")).unwrap_err().contains("10 digits"));
        let text = || OwnedValue::Text("x".to_owned());
        for kind in [Kind::Integer, Kind::Decimal, Kind::Boolean, Kind::Date, Kind::DateTime] {
            assert!(push(kind, text()).is_err(), "{kind:?}");
            assert!(push(kind, OwnedValue::Null).is_ok(), "{kind:?}");
        }
        assert!(push(Kind::DateTime, OwnedValue::DateTime("08/07/2016".into())).is_err());
    }

    fn text() -> Columns {
        Columns { names: vec!["a".to_owned()], kinds: vec![Kind::Text] }
    }

    /// A file on a full disk.
    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_error_of_the_file_reaches_the_caller() {
        let mut file = Parquet::new(Full, &text()).unwrap();
        file.push(&[Cell::Value(OwnedValue::Text("x".to_owned()))]).unwrap();
        assert_eq!(file.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn an_encoder_that_has_failed_takes_no_more_rows() {
        let mut file = Parquet::new(Full, &text()).unwrap();
        // The encoder fails when it writes the end.
        file.encoder.push(None).unwrap();
        let pushed = (0..10 * BATCH_ROWS).try_for_each(|_| file.push(&[Cell::Value(OwnedValue::Null)]));
        assert_eq!(pushed.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn a_day_is_the_one_that_is_written() {
        for (text, days) in [("1970-01-02", 1), ("1969-12-31", -1), ("2026-11-01T23:30:00-08:00", 20758)] {
            assert_eq!(day(&DateTime::from(text)), Some(days), "{text}");
        }
        assert_eq!(day(&DateTime::from("soon")), None);
        assert_eq!(moment(&DateTime::from("1970-01-01T09:00:01+09:00")), Some(1_000_000));
    }
}
