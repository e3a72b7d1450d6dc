//! A cell of a filled template, and the value that it stands for.

use super::column::{Choice, Column, Kind};
use serde_json::Value;
use spapi_types::decimal;
use spapi_types::text::printable;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// A text.
    Text(String),
    /// A number of a spreadsheet.
    Number(f64),
    /// A truth value of a spreadsheet.
    Boolean(bool),
    /// A date of a spreadsheet, such as `2026-01-31`, or a date and time without a zone, such as `2026-01-31T08:00:00`.
    Time(String),
    /// What a spreadsheet shows in place of a value that it cannot compute, such as `#REF!`.
    Failed(String),
}

/// The digits that a spreadsheet and a JSON number keep.
const MOST_DIGITS: usize = 15;

/// The largest whole number that a spreadsheet keeps exactly.
const MOST_WHOLE: f64 = 1e15;

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        match text.trim().is_empty() {
            true => Self::Empty,
            false => Self::Text(text.to_owned()),
        }
    }
}

impl Cell {
    /// Whether nothing stands in it, or only blanks.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// What stands in it as text. A whole number has no point.
    ///
    /// # Errors
    /// When a spreadsheet does not keep all digits of the number, or cannot compute the cell. The error says why.
    pub fn text(&self) -> Result<String, String> {
        match self {
            Self::Empty => Ok(String::new()),
            Self::Text(text) | Self::Time(text) => Ok(text.trim().to_owned()),
            Self::Boolean(value) => Ok(value.to_string()),
            Self::Number(number) => {
                if !number.is_finite() {
                    return Err("the number is not finite".to_owned());
                }
                if number.abs() >= MOST_WHOLE {
                    return Err(format!(
                        "a spreadsheet keeps {MOST_DIGITS} digits of a number; format the column as text and type it again"
                    ));
                }
                // A computed number has the traces of binary fractions in its last digits.
                let rounded: f64 = format!("{number:.*e}", MOST_DIGITS - 1).parse().unwrap_or(*number);
                Ok(rounded.to_string())
            }
            Self::Failed(shown) => Err(format!("the spreadsheet has no value for it: {}", printable(shown).up_to(100))),
        }
    }

    /// What stands in it as a text that somebody has typed: the SKU, or the value of a column of texts.
    ///
    /// # Errors
    /// Those of [`text`](Self::text), and for a date or a truth value, which a spreadsheet makes of a text such as `1-2` or
    /// `true` without being asked.
    pub fn typed_text(&self) -> Result<String, String> {
        let text = self.text()?;
        let made = match self {
            Self::Time(_) => "the date",
            Self::Boolean(_) => "the truth value",
            _ => return Ok(text),
        };
        let shown = printable(&text).up_to(40);
        Err(format!("the spreadsheet has made {made} {shown} of it; format the cell as text and type it again"))
    }

    /// The value that the cell stands for in a column, of a marketplace where a comma begins the fraction of a number or not.
    /// `None` for an empty cell.
    pub(super) fn read(&self, column: &Column, has_comma: bool) -> Result<Option<Value>, String> {
        if self.is_empty() {
            return Ok(None);
        }
        let text = self.text()?;
        if let Some(choice) = chosen(&column.choices, &text) {
            return Ok(Some(choice.value.clone()));
        }
        // A number of a spreadsheet is one whatever it is shown as.
        let has_comma = has_comma && matches!(self, Self::Text(_));
        let value = match column.kind {
            Kind::Text | Kind::Url if column.choices.is_empty() => Value::String(self.typed_text()?),
            Kind::Text | Kind::Url => Value::String(text),
            Kind::Boolean => boolean(&text).ok_or_else(|| wanted("true or false", &text))?.into(),
            Kind::Integer => {
                let number = number(&text, has_comma)?;
                if !number.is_i64() && !number.is_u64() {
                    return Err(wanted("a whole number", &text));
                }
                number
            }
            Kind::Number => number(&text, has_comma)?,
            Kind::Date => Value::String(self.date(&text)?),
            Kind::DateTime => Value::String(moment(&text)?),
            Kind::DateOrTime => {
                let both = "a date such as 2026-01-31, or a time with its zone such as 2026-01-31T08:00:00Z";
                Value::String(self.date(&text).or_else(|_| moment(&text)).map_err(|_| wanted(both, &text))?)
            }
        };
        Ok(Some(value))
    }

    /// The day. A spreadsheet's date at midnight is a day.
    fn date(&self, text: &str) -> Result<String, String> {
        let day = match self {
            Self::Time(time) => time.strip_suffix("T00:00:00").unwrap_or(time),
            _ => text,
        };
        match is_day(day) {
            true => Ok(day.to_owned()),
            false => Err(wanted("a date such as 2026-01-31", text)),
        }
    }
}

/// The choice with this value, or else with this label, unless two have it.
fn chosen<'a>(choices: &'a [Choice], text: &str) -> Option<&'a Choice> {
    if let Some(choice) = choices.iter().find(|choice| choice.text() == text) {
        return Some(choice);
    }
    let mut labelled = choices.iter().filter(|choice| choice.label.trim() == text);
    labelled.next().filter(|_| labelled.next().is_none())
}

/// A truth value, also as German and French spreadsheets write it.
fn boolean(text: &str) -> Option<bool> {
    match text.to_uppercase().as_str() {
        "TRUE" | "WAHR" | "VRAI" => Some(true),
        "FALSE" | "FALSCH" | "FAUX" => Some(false),
        _ => None,
    }
}

/// A number, also with a comma before the fraction. It keeps all digits. Where `1.234` is a thousand and more for some and a
/// little more than one for others, it is refused.
fn number(text: &str, has_comma: bool) -> Result<Value, String> {
    // A point begins the fraction in files of programs, and in most marketplaces in those of persons too.
    if decimal::is_ambiguous(text) && (has_comma || text.contains(',')) {
        let text = text.trim();
        let (whole, fraction) = (text.replace(['.', ','], ""), format!("{}0", text.replace(',', ".")));
        let [shown, whole, fraction] = [text, &whole, &fraction].map(|text| printable(text).up_to(40));
        return Err(format!(
            "{shown} can be read as two numbers; write {whole} for the one, or {fraction} for the other"
        ));
    }
    let not_a_number = |_| wanted("a number such as 12.5, without a currency or unit", text);
    let parsed = decimal::parse(text, None).map_err(not_a_number)?;
    let plain = parsed.normalize().to_string();
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    if digits.trim_start_matches('0').len() > MOST_DIGITS {
        return Err(format!("the number has more than {MOST_DIGITS} digits"));
    }
    serde_json::from_str(&plain).map_err(|_| wanted("a number such as 12.5", text))
}

/// A moment with its zone.
fn moment(text: &str) -> Result<String, String> {
    let is_moment = text.get(..10).is_some_and(is_day)
        && text.get(10..11).is_some_and(|mark| matches!(mark, "T" | "t"))
        && (text.ends_with(['Z', 'z']) || text.get(16..).is_some_and(|rest| rest.contains(['+', '-'])));
    match is_moment {
        true => Ok(text.to_owned()),
        false => Err(wanted("a time with its zone such as 2026-01-31T08:00:00Z", text)),
    }
}

/// Whether a text has the form of a day. Whether the day exists, the validator says.
fn is_day(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

fn wanted(what: &str, text: &str) -> String {
    format!("{} is not {what}", printable(text).up_to(60))
}
