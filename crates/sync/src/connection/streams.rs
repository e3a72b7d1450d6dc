//! The streams that a connection chooses.

use super::keys::{Keys, shown};
use crate::{PlannedSlice, RowForm, Stream};
use serde_json::{Map, Value};
use spapi_core::Error;
use spapi_metadata::document_types::{OptionKind, Party};
use std::collections::BTreeMap;

/// The days of a slice without a setting.
const PERIOD: u32 = 365;

/// A stream of a connection, with its settings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ChosenStream {
    /// The stream.
    pub stream: &'static Stream,
    /// How many days before the last slice a run reads again.
    pub lookback_days: u32,
    /// How many hours before now the last slice ends, because Amazon has data only later.
    pub lag_hours: u32,
    /// What happens to the columns.
    pub columns: ColumnChoice,
    /// The values of a column that a row must have one of, by column. A row without is left out.
    pub filter: BTreeMap<String, Vec<String>>,
    /// The form of the rows.
    pub form: RowForm,
    /// The slices to read, in this order, for a destination whose state is one moment for the whole stream: up to there
    /// everything is read. A slice that fails ends the stream, because those after it would be read twice. `None`: those that are
    /// due by the states of the destination.
    pub slices: Option<Vec<PlannedSlice>>,
}

/// What happens to the columns of a stream, by the names of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnChoice {
    /// Those that are kept. Empty: all.
    pub only: Vec<String>,
    /// Those that are left out.
    pub drop: Vec<String>,
    /// Those whose values are hashed with a key of the connection.
    pub hash: Vec<String>,
}

impl ChosenStream {
    /// A stream with the settings that it has by itself.
    pub fn new(stream: &'static Stream) -> Self {
        let lag_hours = stream.report_type().and_then(|known| known.delay_hours).unwrap_or_default();
        Self {
            stream,
            lookback_days: stream.lookback_days,
            lag_hours,
            columns: ColumnChoice::default(),
            filter: BTreeMap::new(),
            form: RowForm::Typed,
            slices: None,
        }
    }
}

/// The days of a slice: the connection's period, but at most what the stream takes. `None` for a stream without slices.
pub(crate) fn slice_days(stream: &Stream, period_in_days: Option<u32>) -> Option<u32> {
    stream.clock?;
    let wanted = period_in_days.unwrap_or(PERIOD);
    Some(stream.longest_days().map_or(wanted, |longest| longest.min(wanted)))
}

/// Reads the chosen streams.
pub(super) fn read(keys: &mut Keys<'_>, account: Party) -> Result<Vec<ChosenStream>, Error> {
    let mut chosen: Vec<ChosenStream> = Vec::new();
    let Some((key, names)) = keys.texts(&["objects"])? else {
        return Err(keys.wrong("objects", "it is missing", "Write objects = [\"...\"] with the streams to sync."));
    };
    if names.is_empty() {
        return Err(keys.wrong(key, "it is empty", "Name at least one stream."));
    }
    for name in names {
        let stream = Stream::find(&name).map_err(|error| {
            let hint = match error.nearest.is_empty() {
                true => "See the list of streams.".to_owned(),
                false => format!("Did you mean {}?", error.nearest.join(" or ")),
            };
            keys.wrong(key, format!("there is no stream {}", shown(&error.name)), hint)
        })?;
        if chosen.iter().any(|other| other.stream.name == stream.name) {
            return Err(keys.wrong(key, format!("{} is there twice", stream.name), "Remove one."));
        }
        if !stream.parties().contains(&account) {
            let (has, is) = match account {
                Party::Vendor => ("sellers", "Vendor"),
                _ => ("vendors", "Seller"),
            };
            let what = format!("{} exists for {has} only, and account_type is {is}", stream.name);
            return Err(keys.wrong(key, what, "Remove it, or change account_type."));
        }
        chosen.push(ChosenStream::new(stream));
    }
    if let Some((key, table)) = keys.table(&["streams"])? {
        let tables = keys.within(key, Map::new());
        for (name, settings) in table {
            let found = Stream::find(&name)
                .ok()
                .and_then(|stream| chosen.iter_mut().find(|one| one.stream.name == stream.name));
            let Some(found) = found else {
                return Err(tables.wrong(
                    &shown(&name),
                    "it is not one of the objects",
                    "Add it to objects, or remove its settings.",
                ));
            };
            let Value::Object(settings) = settings else {
                return Err(tables.wrong(&name, "it is not a table", "Write the settings of the stream below it."));
            };
            settings_of(found, tables.within(&name, settings))?;
        }
    }
    Ok(chosen)
}

fn settings_of(chosen: &mut ChosenStream, mut keys: Keys<'_>) -> Result<(), Error> {
    if let Some(days) = keys.whole(&["lookback_days"], 0..=3650)? {
        chosen.lookback_days = days;
    }
    if let Some(hours) = keys.whole(&["lag_hours"], 0..=8760)? {
        chosen.lag_hours = hours;
    }
    for (name, list) in
        [("only", &mut chosen.columns.only), ("drop", &mut chosen.columns.drop), ("hash", &mut chosen.columns.hash)]
    {
        let Some((key, columns)) = keys.texts(&[name])? else { continue };
        columns.iter().try_for_each(|column| check_column(chosen.stream, column, &keys, key))?;
        *list = columns;
    }
    let key_column = |column: &&String| chosen.stream.key.contains(&column.as_str());
    let only = &chosen.columns.only;
    if let Some(column) = chosen.columns.drop.iter().find(key_column) {
        return Err(keys.wrong("drop", format!("{column} is a part of the key"), "Hash it instead, or keep it."));
    }
    if let Some(column) =
        chosen.stream.key.iter().find(|column| !only.is_empty() && !only.iter().any(|kept| kept == *column))
    {
        return Err(keys.wrong("only", format!("it lacks {column}, a part of the key"), format!("Add {column}.")));
    }
    if let Some((key, filter)) = keys.table(&["filter"])? {
        let inner = keys.within(key, Map::new());
        for (column, values) in filter {
            check_column(chosen.stream, &column, &inner, &column)?;
            let values = match values {
                Value::String(value) => vec![value],
                Value::Array(values) if values.iter().all(Value::is_string) => {
                    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                }
                _ => return Err(inner.wrong(&column, "it is neither a text nor a list of texts", "Write [\"...\"].")),
            };
            chosen.filter.insert(column, values);
        }
    }
    keys.finish()
}

fn check_column(stream: &Stream, column: &str, keys: &Keys<'_>, key: &str) -> Result<(), Error> {
    let of_report = stream.row_type().into_iter().flat_map(|rows| rows.columns).map(|known| known.field);
    let known: Vec<_> = of_report.chain(stream.fields.iter().map(|field| field.name)).collect();
    if known.is_empty() || known.contains(&column) {
        return Ok(());
    }
    let likeness = |known: &&&str| (strsim::normalized_damerau_levenshtein(column, known) * 1000.0) as u32;
    let nearest = known.iter().max_by_key(likeness);
    let hint = nearest.map(|nearest| format!("The column with the most similar name is {nearest}."));
    Err(keys.wrong(key, format!("{} has no column {}", stream.name, shown(column)), hint.unwrap_or_default()))
}

/// Compares report options with what is known of the report type.
pub(super) fn check_options(keys: &Keys<'_>, name: &str, options: &BTreeMap<String, String>) -> Result<(), Error> {
    let found =
        Stream::find(name).ok().and_then(Stream::report_type).or_else(|| spapi_metadata::ReportType::find(name));
    let Some(known) = found else {
        return Err(keys.wrong(
            &shown(name),
            "it is neither a report type nor a stream with reports",
            "Correct its name.",
        ));
    };
    if known.unsure.contains(&"options") {
        return Ok(());
    }
    for (option, value) in options {
        let Some(row) = known.option(option) else {
            let names: Vec<_> = known.options.iter().map(|option| option.name).collect();
            let hint = match names.is_empty() {
                true => "It has no options: remove it.".to_owned(),
                false => format!("It has {}.", names.join(", ")),
            };
            return Err(keys.wrong(name, format!("{} has no option {}", known.name, shown(option)), hint));
        };
        if row.kind == OptionKind::Choice && !row.values.contains(&value.as_str()) {
            let hint = format!("Write one of {}.", row.values.join(", "));
            return Err(keys.wrong(
                &format!("{name}.{option}"),
                format!("{} is not a value of it", shown(value)),
                hint,
            ));
        }
    }
    Ok(())
}

/// What to say about the slices that a limit makes shorter than the connection's period.
pub(super) fn notes(chosen: &[ChosenStream], period_in_days: Option<u32>) -> Vec<String> {
    let wanted = period_in_days.unwrap_or(PERIOD);
    let shorter = chosen.iter().filter_map(|chosen| {
        let days = slice_days(chosen.stream, period_in_days).filter(|days| *days < wanted)?;
        let unit = if days == 1 { "day" } else { "days" };
        Some(format!("{}: slices of {days} {unit} instead of {wanted}, the most that it takes", chosen.stream.name))
    });
    shorter.collect()
}
