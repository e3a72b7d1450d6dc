//! Reads a sheet of a workbook cell by cell, so that a cell far away does not need the memory of all before it.

use super::{MOST_CELLS, MOST_COLUMNS, Row, Sheet, SheetKind, Wrong};
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use spapi_core::text::printable;
use spapi_listings::template::Cell;
use std::collections::HashSet;
use std::io::Cursor;

/// The day after the last that a spreadsheet knows, as it counts days.
const END_OF_DAYS: f64 = 2_958_466.0;

/// What a cell has whose formula was never calculated.
const WITHOUT_RESULT: &str = "a formula without its result; open the file in a spreadsheet and save it";

pub(super) fn read(bytes: Vec<u8>) -> Result<Sheet, Wrong> {
    let wrong = |error: XlsxError| {
        Wrong::new(format!("it cannot be read as XLSX: {}", printable(&error.to_string()).up_to(200)))
            .next("save it as XLSX again, without a password, or as CSV UTF-8")
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(wrong)?;
    let names = workbook.sheet_names();
    let name = names.iter().find(|name| *name == super::write::LISTINGS).or(names.first());
    let name = name.cloned().ok_or_else(|| Wrong::new("the workbook has no sheet"))?;
    // Programs other than spreadsheets write formulas without results.
    let mut formulas = HashSet::new();
    {
        let mut found = workbook.worksheet_cells_reader(&name).map_err(wrong)?;
        while let Some(formula) = found.next_formula().map_err(wrong)? {
            if !formula.get_value().is_empty() && formulas.len() < MOST_CELLS {
                formulas.insert(formula.get_position());
            }
        }
    }
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(wrong)?;
    let mut sheet = Sheet { kind: SheetKind::Xlsx(name), header: Vec::new(), rows: Vec::new() };
    let mut count = 0;
    while let Some(found) = cells.next_cell().map_err(wrong)? {
        let (row, column) = found.get_position();
        let column = column as usize;
        let value = match cell(found.get_value()) {
            value if !value.is_empty() => value,
            _ if formulas.contains(&found.get_position()) => Cell::Failed(WITHOUT_RESULT.to_owned()),
            _ => continue,
        };
        count += 1;
        if column >= MOST_COLUMNS || count > MOST_CELLS {
            let message = format!("it has more than {MOST_COLUMNS} columns or {MOST_CELLS} cells");
            return Err(Wrong::new(message).next("split it"));
        }
        if row == 0 {
            let name =
                value.text().map_err(|why| Wrong::new(format!("row 1, column {}: {why}", super::letters(column))))?;
            if sheet.header.len() <= column {
                sheet.header.resize(column + 1, String::new());
            }
            if let Some(known) = sheet.header.get_mut(column) {
                *known = name;
            }
            continue;
        }
        let number = u64::from(row) + 1;
        if sheet.rows.last().is_none_or(|last| last.number != number) {
            sheet.rows.push(Row { number, cells: Vec::new() });
        }
        if let Some(last) = sheet.rows.last_mut() {
            if last.cells.len() <= column {
                last.cells.resize(column + 1, Cell::Empty);
            }
            if let Some(known) = last.cells.get_mut(column) {
                *known = value;
            }
        }
    }
    Ok(sheet)
}

fn cell(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => Cell::Text(number.to_string()),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) => Cell::from(text.as_str()),
        DataRef::SharedString(text) => Cell::from(*text),
        DataRef::Bool(value) => Cell::Boolean(*value),
        DataRef::DateTime(time) => date(time),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::Time(text.clone()),
        DataRef::Error(error) => Cell::Failed(error.to_string()),
    }
}

/// The day, and the time unless it is midnight.
fn date(time: &ExcelDateTime) -> Cell {
    if !time.is_datetime() || !(0.0..END_OF_DAYS).contains(&time.as_f64()) {
        return Cell::Number(time.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    Cell::Time(match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
    })
}
