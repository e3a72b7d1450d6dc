//! Writes a slice of made-up rows as a run does: `figures-files ROWS parquet|csv|jsonl FOLDER`. Prints the milliseconds and the peak of
//! resident memory in KiB. `figures-files commits SLICES FOLDER` commits that many slices of one row to
//! one table instead, and prints the milliseconds of the first and of the last hundred.

use spapi_sync::{
    Batcher, ColumnKind, Destination, FileFormat, Files, Schema, SliceId, SliceSource, Stream, Value,
};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const STREAM: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [first, second, folder] = arguments.as_slice() else { return Err("three arguments are needed".into()) };
    if first == "commits" {
        return commits(second.parse()?, Path::new(folder)).await;
    }
    let format = match second.as_str() {
        "parquet" => FileFormat::Parquet,
        "csv" => FileFormat::Csv,
        "jsonl" => FileFormat::Jsonl,
        other => return Err(format!("{other} is not a format").into()),
    };
    let start = Instant::now();
    let mut files = Files::folder(folder, format);
    files.claim("a").await?;
    write(&mut files, "whole", first.parse()?).await?;
    let took = start.elapsed().as_millis();
    println!("{took} {}", peak()?);
    Ok(())
}

async fn commits(slices: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut files = Files::folder(folder, FileFormat::Parquet);
    files.claim("a").await?;
    let mut times = Vec::new();
    for slice in 0..slices {
        let start = Instant::now();
        write(&mut files, &format!("slice {slice:06}"), 1).await?;
        times.push(start.elapsed());
    }
    let hundred = |times: &[Duration]| times.iter().sum::<Duration>().as_millis();
    let (first, last) = (&times[..100.min(times.len())], &times[times.len().saturating_sub(100)..]);
    println!("{} {}", hundred(first), hundred(last));
    Ok(())
}

async fn write(files: &mut Files, slice: &str, rows: i64) -> Result<(), Box<dyn Error>> {
    let stream = Stream::find(STREAM)?;
    let schema = Arc::new(Schema::of(stream));
    let id = SliceId {
        connection: "a".to_owned(),
        stream: STREAM.to_owned(),
        marketplace: "A1VC38T7YXB528".to_owned(),
        slice: slice.to_owned(),
    };
    let mut writing = files.begin(id, Arc::clone(&schema), stream.kind).await?;
    let mut batcher = Batcher::new(Arc::clone(&schema));
    for number in 0..rows {
        if let Some(batch) = batcher.push(row(&schema, slice, number)) {
            writing.write(batch).await?;
        }
    }
    if let Some(batch) = batcher.finish() {
        writing.write(batch).await?;
    }
    writing.commit(SliceSource::default()).await?;
    Ok(())
}

/// An order of its own in each row, with a value in most columns.
fn row(schema: &Schema, slice: &str, number: i64) -> Vec<Value> {
    let own = |name: &str| match name {
        Schema::CONNECTION => Value::Text("a".to_owned()),
        Schema::MARKETPLACE => Value::Text("A1VC38T7YXB528".to_owned()),
        Schema::SLICE => Value::Text(slice.to_owned()),
        Schema::ORDINAL => Value::Integer(0),
        Schema::OTHERS => Value::Null,
        "amazon_order_id" => Value::Text(format!("{:03}-{:07}-{:07}", number % 1000, number / 7 % 10_000_000, number)),
        "product_name" => Value::Text(format!("折りたたみ傘 {}", number % 5000)),
        "sku" => Value::Text(format!("SKU-{}", number % 5000)),
        name if name.starts_with("ship_") || name.starts_with("promotion") => Value::Text(format!("x{}", number % 97)),
        _ => Value::Null,
    };
    let value = |column: &spapi_sync::Column| match (own(&column.name), column.kind) {
        (Value::Null | Value::Text(_), ColumnKind::Integer) => Value::Integer(number % 9 + 1),
        (Value::Null | Value::Text(_), ColumnKind::Decimal) => Value::Decimal((number % 100_000).into()),
        (Value::Null | Value::Text(_), ColumnKind::Boolean) => Value::Boolean(number % 2 == 0),
        (Value::Null | Value::Text(_), ColumnKind::Timestamp) => Value::Timestamp(1_767_225_600_000_000 + number * 1_000_003),
        (value, _) => value,
    };
    schema.columns.iter().map(value).collect()
}

/// The peak of resident memory in KiB, of Linux alone.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak of memory")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
