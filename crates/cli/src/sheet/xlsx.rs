//! Reads a sheet of a workbook cell by cell, so that a cell far away does not need the memory of all before it.

use super::write::{CHOICES, LISTINGS};
use super::{MOST_CELLS, MOST_COLUMNS, Row, Sheet, SheetKind, Wrong};
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use spapi_core::text::printable;
use spapi_listings::template::Cell;
use std::io::Cursor;

/// The day after the last that a spreadsheet knows, as it counts days.
const END_OF_DAYS: f64 = 2_958_466.0;

/// What a cell has whose formula was never calculated.
const WITHOUT_RESULT: &str = "a formula without its result; open the file in a spreadsheet and save it";

pub(super) fn read(bytes: Vec<u8>, wanted: Option<&str>) -> Result<Sheet, Wrong> {
    let wrong = |error: XlsxError| {
        Wrong::new(format!("it cannot be read as XLSX: {}", printable(&error.to_string()).up_to(200)))
            .next("save it as XLSX again, without a password, or as CSV UTF-8")
    };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(wrong)?;
    let names = workbook.sheet_names();
    let has_name = |wanted: &str| names.iter().find(|name| name.as_str() == wanted);
    let name = match wanted {
        Some(wanted) => has_name(wanted).ok_or_else(|| {
            let shown = |name: &String| printable(name).up_to(40).to_string();
            let known: Vec<_> = names.iter().take(super::MOST_NAMED).map(shown).collect();
            Wrong::new(format!("the workbook has no sheet {}", printable(wanted).up_to(40)))
                .next(format!("name one that it has: {}", known.join(", ")))
        })?,
        None => has_name(LISTINGS).or(names.first()).ok_or_else(|| Wrong::new("the workbook has no sheet"))?,
    };
    let is_other = |other: &&String| wanted.is_none() && *other != name && *other != CHOICES;
    let others = names.iter().filter(is_other).cloned().collect();
    let name = name.clone();
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(wrong)?;
    let mut sheet = Sheet { kind: SheetKind::Xlsx(name), others, header: Vec::new(), rows: Vec::new() };
    let mut count = 0;
    while let Some(found) = cells.next_cell_with_formula_metadata().map_err(wrong)? {
        let (row, column) = found.pos;
        let column = column as usize;
        let value = match cell(&found.value) {
            value if !value.is_empty() => value,
            // Programs other than spreadsheets write formulas without results.
            _ if found.formula.is_some() => Cell::Failed(WITHOUT_RESULT.to_owned()),
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
