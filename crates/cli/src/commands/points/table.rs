//! Tables of SKUs, and of their points, in CSV and XLSX.

use crate::exit::Failure;
use crate::number::noun;
use crate::sheet::{Row, Sheet};
use crate::{input, notes};
use spapi_core::text::{folded, printable};
use spapi_points::{PreferenceError, Preferences, percent, retired_column};
use std::path::Path;

/// How many rows that are wrong are shown.
const SHOWN: usize = 20;

/// The preferences of a table, and the place of each.
pub struct Table {
    pub preferences: Preferences,
    places: Vec<String>,
}

impl Table {
    /// Where the SKU stands, by its index in the preferences.
    pub fn place(&self, index: usize) -> Option<&str> {
        self.places.get(index).map(String::as_str)
    }
}

/// Reads a table with the columns `sku` and `points_percent`.
pub fn preferences(file: &Path) -> Result<Table, Failure> {
    let name = input::name(file);
    let sheet = Sheet::read(file, None)?;
    refuse_retired(&sheet, &name)?;
    let (sku, points) = (column(&sheet, "sku", &name)?, column(&sheet, "points_percent", &name)?);
    note_others(&sheet, &[sku, points]);
    let mut table = Table { preferences: Preferences::new(), places: Vec::new() };
    let mut wrong = Vec::new();
    for row in &sheet.rows {
        if let Err((column, why)) = add(&mut table, row, sku, points) {
            wrong.push(format!("{}: {why}", sheet.cell(row.number, column)));
        } else {
            table.places.push(sheet.place(row.number));
        }
    }
    if !wrong.is_empty() {
        wrong.iter().take(SHOWN).for_each(notes::warn);
        let count = wrong.len() as u64;
        let are = if count == 1 { "is" } else { "are" };
        return Err(Failure::usage(format!("{count} {} of {name} {are} wrong; nothing was sent", noun(count, "row"))));
    }
    match table.preferences.is_empty() {
        true => Err(Failure::usage(format!("{name} has no row below its columns"))),
        false => Ok(table),
    }
}

/// Adds a row. What is wrong comes with its column.
fn add(table: &mut Table, row: &Row, sku: usize, points: usize) -> Result<(), (usize, String)> {
    let text = |column: usize| {
        let cell = row.cells.get(column).map_or_else(|| Ok(String::new()), |cell| cell.text());
        cell.map_err(|why| (column, why))
    };
    let name = text(sku)?;
    let percent = percent(&text(points)?).map_err(|error| (points, error.to_string()))?;
    table.preferences.set(&name, percent).map_err(|error| match error {
        PreferenceError::Twice { index, .. } => {
            let first = table.place(index).unwrap_or_default();
            (sku, format!("{error}; it is in {first} already"))
        }
        error => (sku, error.to_string()),
    })
}

/// The SKUs of a table with the column `sku`.
pub fn skus(file: &Path) -> Result<Vec<String>, Failure> {
    let name = input::name(file);
    let sheet = Sheet::read(file, None)?;
    let column = column(&sheet, "sku", &name)?;
    let mut skus = Vec::new();
    for row in &sheet.rows {
        let cell = row.cells.get(column).map_or_else(|| Ok(String::new()), |cell| cell.text());
        let sku = cell.map_err(|why| Failure::usage(format!("{}: {why}", sheet.cell(row.number, column))))?;
        if sku.is_empty() {
            return Err(Failure::usage(format!("{}: the SKU is empty", sheet.cell(row.number, column))));
        }
        skus.push(sku);
    }
    if skus.is_empty() {
        return Err(Failure::usage(format!("{name} has no row below its columns")));
    }
    Ok(skus)
}

fn column(sheet: &Sheet, wanted: &str, file: &str) -> Result<usize, Failure> {
    let found = sheet.header.iter().position(|name| folded(name) == folded(wanted));
    found.ok_or_else(|| {
        let names = sheet.header.join(", ");
        Failure::usage(format!("{file} has no column {wanted}; it has {}", printable(&names).up_to(300)))
            .with_next("the first row names the columns: sku and points_percent")
    })
}

/// Refuses columns by which Amazon no longer sets points.
fn refuse_retired(sheet: &Sheet, file: &str) -> Result<(), Failure> {
    let found = sheet.header.iter().find_map(|name| Some((name, retired_column(name)?)));
    let Some((name, retired)) = found else { return Ok(()) };
    Err(Failure::usage(format!(
        "{file} has the column {}, by which Amazon no longer sets points; nothing was sent",
        printable(name).up_to(60)
    ))
    .with_next(format!("instead: {}", retired.instead)))
}

/// Notes the columns that are not read.
fn note_others(sheet: &Sheet, read: &[usize]) {
    let others = sheet.header.iter().enumerate().filter(|(index, name)| !read.contains(index) && !name.is_empty());
    let names: Vec<_> = others.map(|(_, name)| name.as_str()).collect();
    if !names.is_empty() {
        notes::note(format!("not read: {}", printable(&names.join(", ")).up_to(300)));
    }
}
