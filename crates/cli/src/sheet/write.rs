//! Writes a template: names, labels, what is needed and what each column takes, above the rows to fill in.

use super::{MOST_COLUMNS, NOTES};
use crate::documents::harmless;
use crate::exit::{Exit, Failure};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign, FormatBorder, Formula,
    Workbook, Worksheet, XlsxError,
};
use spapi_listings::template::{Column, Kind, Need};
use std::io::{self, Write};

/// The name of the sheet to fill in.
pub(super) const LISTINGS: &str = "Listings";

/// The name of the sheet with the values to choose from.
pub(super) const CHOICES: &str = "Choices";

/// The rows above those to fill in, and the columns before those of attributes.
const NAMES: u32 = 0;
const FIRST: u32 = 1 + NOTES.len() as u32;
const OWN: u16 = 2;

/// The last row for which a spreadsheet checks what is typed.
const LAST: u32 = 10_000;

/// The width of a column, in characters.
const WIDTH: f64 = 24.0;

/// How many choices the row above names.
const MOST_CHOICES: usize = 5;

/// The longest text that a spreadsheet shows beside a cell.
const LONGEST_INPUT: usize = 250;

/// The columns of a template, with those for SKU and product type.
pub struct Layout<'a> {
    pub product_type: &'a str,
    pub columns: &'a [Column],
}

impl Layout<'_> {
    /// The texts of the rows above those to fill in, from the first column on.
    fn head(&self) -> [Vec<String>; 4] {
        let own = |note: usize, of_type: &str| {
            let first = if note == 0 { "sku" } else { NOTES.get(note - 1).copied().unwrap_or_default() };
            vec![first.to_owned(), of_type.to_owned()]
        };
        let mut rows = [
            own(0, "product_type"),
            own(1, "Product type"),
            own(2, "required"),
            own(3, &format!("{} in each row", self.product_type)),
        ];
        let [names, labels, needs, takes] = &mut rows;
        for column in self.columns {
            names.push(column.name.clone());
            labels.push(column.label.clone());
            needs.push(column.need.to_string());
            takes.push(takes_of(column));
        }
        rows
    }
}

/// What a column takes, with the first choices.
fn takes_of(column: &Column) -> String {
    let takes = column.takes();
    if column.choices.is_empty() || column.kind == Kind::Boolean {
        return takes;
    }
    let which = if column.is_open { "such as" } else { "one of" };
    format!("{takes}; {which} {}", column.choices_up_to(MOST_CHOICES))
}

/// Writes a template as CSV in UTF-8, with a byte order mark by which spreadsheets know that.
pub fn write_csv(layout: &Layout<'_>, mut out: impl Write) -> io::Result<()> {
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = csv::Writer::from_writer(out);
    for row in layout.head() {
        writer.write_record(row.iter().map(|cell| harmless(cell).into_owned()))?;
    }
    writer.flush()
}

/// Writes a template as XLSX.
pub fn write_xlsx(layout: &Layout<'_>) -> Result<Vec<u8>, Failure> {
    if layout.columns.len() + usize::from(OWN) > MOST_COLUMNS {
        return Err(Failure::usage(format!(
            "the template has {} columns, and a spreadsheet {MOST_COLUMNS}",
            layout.columns.len()
        ))
        .with_next("leave out --all, or write the template as CSV"));
    }
    workbook(layout)
        .map_err(|error| Failure::new(Exit::Failed, format!("the template cannot be written as XLSX: {error}")))
}

fn workbook(layout: &Layout<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let mut choices = Choices::default();
    let sheet = workbook.add_worksheet().set_name(LISTINGS)?;
    head(layout, sheet)?;
    for (place, column) in (OWN..).zip(layout.columns) {
        body(column, place, sheet, &mut choices)?;
    }
    if !choices.columns.is_empty() {
        let sheet = workbook.add_worksheet().set_name(CHOICES)?;
        let bold = Format::new().set_bold();
        for (place, column) in (0..).step_by(2).zip(&choices.columns) {
            sheet.write_string_with_format(0, place, column.name.as_str(), &bold)?;
            sheet.write_string_with_format(0, place + 1, column.label.as_str(), &bold)?;
            for (row, choice) in (1..).zip(&column.choices) {
                sheet.write_string(row, place, choice.text())?;
                sheet.write_string(row, place + 1, choice.label.as_str())?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
    }
    workbook.save_to_buffer()
}

fn head(layout: &Layout<'_>, sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let text = Format::new().set_num_format("@");
    sheet.set_column_format(0, &text)?.set_column_format(1, &text)?;
    sheet.set_column_width(0, WIDTH)?.set_column_width(1, WIDTH)?;
    let plain = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_border(FormatBorder::Thin);
    for (row, cells) in (NAMES..).zip(layout.head()) {
        for (place, cell) in (0_u16..).zip(cells) {
            let need = usize::from(place).checked_sub(usize::from(OWN)).and_then(|index| layout.columns.get(index));
            let color = match need.map(|column| &column.need) {
                None | Some(Need::Required) => Color::RGB(0x00F8_CBAD),
                Some(Need::Conditional(_)) => Color::RGB(0x00FF_E699),
                Some(_) => Color::RGB(0x00E2_EFDA),
            };
            let format = plain.clone().set_background_color(color);
            let format = if row == NAMES { format.set_bold() } else { format };
            sheet.write_string_with_format(row, place, cell, &format)?;
        }
    }
    let only = DataValidation::new()
        .allow_list_strings(&[layout.product_type])?
        .set_error_style(DataValidationErrorStyle::Warning);
    sheet.add_data_validation(FIRST, 1, LAST, 1, &only)?;
    sheet.set_freeze_panes(FIRST, OWN)?;
    Ok(())
}

/// The values to choose from, two columns for each list.
#[derive(Default)]
struct Choices {
    columns: Vec<Column>,
}

impl Choices {
    /// The cells with the values of a column. Columns of one attribute share a list.
    fn range(&mut self, column: &Column) -> String {
        let known = self.columns.iter().position(|known| known.choices == column.choices);
        let place = known.unwrap_or_else(|| {
            self.columns.push(column.clone());
            self.columns.len() - 1
        });
        let letter = super::letters(place * 2);
        format!("={CHOICES}!${letter}$2:${letter}${}", column.choices.len() + 1)
    }
}

fn body(column: &Column, place: u16, sheet: &mut Worksheet, choices: &mut Choices) -> Result<(), XlsxError> {
    // Only a number may be one for the spreadsheet: the others would lose zeros at the front or become dates.
    let format = match column.kind {
        Kind::Integer | Kind::Number | Kind::Boolean => Format::new(),
        _ => Format::new().set_num_format("@"),
    };
    sheet.set_column_format(place, &format)?;
    sheet.set_column_width(place, WIDTH)?;
    let validation = DataValidation::new();
    let limits = &column.limits;
    let validation = if column.kind == Kind::Boolean {
        validation.allow_list_strings(&["TRUE", "FALSE"])?
    } else if !column.choices.is_empty() {
        validation.allow_list_formula(Formula::new(choices.range(column)))
    } else {
        let number = |value: &Option<serde_json::Value>| value.as_ref().and_then(serde_json::Value::as_f64);
        match (column.kind, number(&limits.least).or(number(&limits.above)), number(&limits.most)) {
            (Kind::Integer | Kind::Number, Some(least), Some(most)) => {
                validation.allow_decimal_number(DataValidationRule::Between(least, most))
            }
            (Kind::Integer | Kind::Number, Some(least), None) => {
                validation.allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(least))
            }
            (Kind::Integer | Kind::Number, None, Some(most)) => {
                validation.allow_decimal_number(DataValidationRule::LessThanOrEqualTo(most))
            }
            (Kind::Text | Kind::Url, ..) => match limits.most_characters.and_then(|most| u32::try_from(most).ok()) {
                Some(most) => validation.allow_text_length(DataValidationRule::LessThanOrEqualTo(most)),
                None => validation.allow_any_value(),
            },
            _ => validation.allow_any_value(),
        }
    };
    // A label is read too, and Amazon may know more values, so that a person may keep another text.
    let validation = validation.set_error_style(DataValidationErrorStyle::Warning);
    let message: String = format!("{}. {}", column.need, takes_of(column)).chars().take(LONGEST_INPUT).collect();
    sheet.add_data_validation(FIRST, place, LAST, place, &validation.set_input_message(message)?)?;
    Ok(())
}
