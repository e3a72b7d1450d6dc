//! Files of Parquet, written row by row in bounded memory.

use crate::ColumnKind;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use spapi_types::Decimal;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Decimals have 38 digits, 10 of them behind the point.
const PRECISION: u8 = 38;
const SCALE: i8 = 10;

/// How many rows are handed on at a time.
const BATCH_ROWS: usize = 2048;
/// How many bytes of cells are handed on at a time.
const BATCH_BYTES: usize = 256 << 10;
/// The largest row group. The rows of one are in memory, encoded.
const GROUP_ROWS: usize = 1 << 20;
const GROUP_BYTES: usize = 10 << 20;
/// The largest page of a column, and the largest dictionary of one. There is one of each in memory for each of a hundred columns.
const PAGE_BYTES: usize = 48 << 10;

/// How many batches may wait to be encoded.
const WAITING: usize = 1;

/// A cell of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cell<'a> {
    /// No value.
    Null,
    /// A text, or JSON as text.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// An exact number, in units of the tenth digit behind the point, as [`Cell::decimal`] makes it.
    Decimal(i128),
    /// True or false.
    Boolean(bool),
    /// A day, in days from the first one of 1970.
    Date(i32),
    /// A moment, in microseconds from the start of 1970 in UTC.
    Timestamp(i64),
}

impl Cell<'_> {
    /// An exact number.
    ///
    /// # Errors
    /// When it has more digits than a column of Parquet takes: 28 before the point and 10 behind it.
    pub fn decimal(number: Decimal) -> Result<Self, &'static str> {
        let number = number.normalize();
        let missing = u32::from(SCALE.unsigned_abs()).checked_sub(number.scale());
        let missing = missing.ok_or("a number with more than 10 digits behind the point")?;
        let units = number.mantissa().checked_mul(10_i128.pow(missing));
        let units = units.filter(|units| units.unsigned_abs() < 10_u128.pow(u32::from(PRECISION)));
        units.map(Self::Decimal).ok_or("a number with more than 28 digits before the point")
    }
}

/// A Parquet file that is being written, compressed with zstd. Each column may lack values. A thread of its own encodes the rows,
/// which takes as long as reading them.
///
/// A file that is dropped before [`finish`](Self::finish) stays without its last part, and cannot be read.
pub struct ParquetWriter {
    encoder: Encoder,
    schema: Arc<Schema>,
    columns: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

/// The cells of a column that are not yet handed on.
enum Cells {
    Text(StringBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
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

impl ParquetWriter {
    /// Begins a file with columns of these names.
    ///
    /// # Errors
    /// When the start of the file cannot be written.
    pub fn new<'a, W: Write + Send + 'static>(
        writer: W,
        columns: impl IntoIterator<Item = (&'a str, ColumnKind)>,
    ) -> io::Result<Self> {
        let (fields, columns): (Vec<_>, Vec<_>) = columns
            .into_iter()
            .map(|(name, kind)| (name, Cells::of(kind)))
            .map(|(name, cells)| (Field::new(name, cells.data_type(), true), cells))
            .unzip();
        let schema = Arc::new(Schema::new(fields));
        let writer = ArrowWriter::try_new(writer, Arc::clone(&schema), Some(properties())).map_err(of_parquet)?;
        Ok(Self { encoder: Encoder::start(writer)?, schema, columns, rows: 0, bytes: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When it has not a cell of the right kind for each column, or the file cannot be written.
    pub fn push(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        if row.len() != self.columns.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the row has not as many cells as columns"));
        }
        for (index, (cells, cell)) in self.columns.iter_mut().zip(row).enumerate() {
            self.bytes += cells.push(*cell).ok_or_else(|| {
                let name = self.schema.field(index).name();
                io::Error::new(io::ErrorKind::InvalidData, format!("the cell of the column {name} has another kind"))
            })?;
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS || self.bytes >= BATCH_BYTES { self.hand_on() } else { Ok(()) }
    }

    /// Writes what remains.
    ///
    /// # Errors
    /// When the file cannot be written.
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

/// Copies a file with other whole numbers in one column. `value` gives the value for each row by its number, from 0.
pub(crate) fn copy_with(
    from: File,
    to: impl Write + Send,
    column: &str,
    mut value: impl FnMut(u64) -> io::Result<Option<i64>>,
) -> io::Result<()> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(from).map_err(of_parquet)?.with_batch_size(BATCH_ROWS);
    let schema = Arc::clone(reader.schema());
    let index = schema.index_of(column).map_err(io::Error::other)?;
    let mut writer = ArrowWriter::try_new(to, schema, Some(properties())).map_err(of_parquet)?;
    let mut number = 0;
    for batch in reader.build().map_err(of_parquet)? {
        let batch = batch.map_err(io::Error::other)?;
        let old = batch.column(index).as_primitive::<Int64Type>();
        let new = (0..old.len())
            .map(|row| value(number + row as u64).map(|new| new.or(old.is_valid(row).then(|| old.value(row)))))
            .collect::<io::Result<Int64Array>>()?;
        number += old.len() as u64;
        let mut columns = batch.columns().to_vec();
        columns[index] = Arc::new(new);
        let batch = RecordBatch::try_new(batch.schema(), columns).map_err(io::Error::other)?;
        writer.write(&batch).map_err(of_parquet)?;
    }
    writer.finish().map_err(of_parquet)?;
    writer.inner_mut().flush()
}

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_max_row_group_bytes(Some(GROUP_BYTES))
        .set_data_page_size_limit(PAGE_BYTES)
        .set_dictionary_page_size_limit(PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build()
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
    fn of(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Integer => Self::Integer(Int64Builder::new()),
            ColumnKind::Decimal => {
                Self::Decimal(Decimal128Builder::new().with_data_type(DataType::Decimal128(PRECISION, SCALE)))
            }
            ColumnKind::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnKind::Date => Self::Date(Date32Builder::new()),
            ColumnKind::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            ColumnKind::Text | ColumnKind::Json => Self::Text(StringBuilder::new()),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::Utf8,
            Self::Integer(_) => DataType::Int64,
            Self::Decimal(_) => DataType::Decimal128(PRECISION, SCALE),
            Self::Boolean(_) => DataType::Boolean,
            Self::Date(_) => DataType::Date32,
            Self::Timestamp(_) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// Adds a cell. Returns about how many bytes it takes; `None` if it has another kind.
    fn push(&mut self, cell: Cell<'_>) -> Option<usize> {
        match (self, cell) {
            (Self::Text(cells), Cell::Text(text)) => {
                cells.append_value(text);
                return Some(text.len() + 8);
            }
            (Self::Integer(cells), Cell::Integer(number)) => cells.append_value(number),
            (Self::Decimal(cells), Cell::Decimal(units)) => cells.append_value(units),
            (Self::Boolean(cells), Cell::Boolean(is)) => cells.append_value(is),
            (Self::Date(cells), Cell::Date(days)) => cells.append_value(days),
            (Self::Timestamp(cells), Cell::Timestamp(microseconds)) => cells.append_value(microseconds),
            (Self::Text(cells), Cell::Null) => cells.append_null(),
            (Self::Integer(cells), Cell::Null) => cells.append_null(),
            (Self::Decimal(cells), Cell::Null) => cells.append_null(),
            (Self::Boolean(cells), Cell::Null) => cells.append_null(),
            (Self::Date(cells), Cell::Null) => cells.append_null(),
            (Self::Timestamp(cells), Cell::Null) => cells.append_null(),
            _ => return None,
        }
        Some(16)
    }

    fn take(&mut self) -> Result<ArrayRef, arrow_schema::ArrowError> {
        Ok(match self {
            Self::Text(cells) => Arc::new(cells.finish()),
            Self::Integer(cells) => Arc::new(cells.finish()),
            Self::Decimal(cells) => Arc::new(cells.finish().with_precision_and_scale(PRECISION, SCALE)?),
            Self::Boolean(cells) => Arc::new(cells.finish()),
            Self::Date(cells) => Arc::new(cells.finish()),
            Self::Timestamp(cells) => Arc::new(cells.finish()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_refused() {
        let decimal = |text: &str| Cell::decimal(text.parse().unwrap());
        assert_eq!(decimal("-1234.5600000000"), Ok(Cell::Decimal(-12_345_600_000_000)));
        assert!(decimal("79228162514264337593543950335").unwrap_err().contains("28 digits"));
        assert!(decimal("0.00000000001").unwrap_err().contains("10 digits"));
    }

    #[test]
    fn a_cell_of_another_kind_is_refused_and_none_never() {
        use ColumnKind::{Boolean, Date, Decimal, Integer, Text, Timestamp};
        for kind in [Integer, Decimal, Boolean, Date, Timestamp] {
            let mut file = ParquetWriter::new(io::sink(), [("a", Text), ("b", kind)]).unwrap();
            file.push(&[Cell::Null, Cell::Null]).unwrap();
            let error = file.push(&[Cell::Null, Cell::Text("x")]).unwrap_err().to_string();
            assert!(error.contains("column b"), "{error}");
            assert!(file.push(&[Cell::Null]).is_err());
        }
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
        let mut file = ParquetWriter::new(Full, [("a", ColumnKind::Text)]).unwrap();
        file.push(&[Cell::Text("x")]).unwrap();
        assert_eq!(file.finish().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn an_encoder_that_has_failed_takes_no_more_rows() {
        let mut file = ParquetWriter::new(Full, [("a", ColumnKind::Text)]).unwrap();
        // The encoder fails when it writes the end.
        file.encoder.push(None).unwrap();
        let pushed = (0..10 * BATCH_ROWS).try_for_each(|_| file.push(&[Cell::Null]));
        assert_eq!(pushed.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
