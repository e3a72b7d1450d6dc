//! Writing answers whose shape is known only at run time.

use crate::notes;
use crate::output::json::{Array, indented, one_line};
use crate::output::{Format, JsonOut, rows};
use serde_json::value::RawValue;
use std::io::{self, Write};

/// The output. Each answer is written when it arrives, except in a table, whose columns depend on all answers.
pub enum Output {
    Table { items: Option<&'static str>, table: rows::Items, has_items: bool },
    Answer(JsonOut),
    Pages(Array<JsonOut>),
    Lines { items: Option<&'static str>, out: JsonOut },
}

impl Output {
    /// `items` is the path of the list in the answer, if it is known. With all pages, JSON is an array of the pages.
    pub fn new(format: Format, items: Option<&'static str>, all_pages: bool) -> Self {
        let out = JsonOut::new;
        match format {
            Format::Table => Self::Table { items, table: rows::Items::default(), has_items: false },
            Format::Json if all_pages => Self::Pages(Array::new(out())),
            Format::Json => Self::Answer(out()),
            Format::Jsonl => Self::Lines { items, out: out() },
        }
    }

    pub fn push(&mut self, answer: &RawValue) -> io::Result<()> {
        match self {
            Self::Table { items, table, has_items } => match rows::items(answer, *items) {
                Some(items) => {
                    *has_items = true;
                    items.into_iter().for_each(|item| table.push(item));
                    Ok(())
                }
                None => rows::members(io::stdout().lock(), answer),
            },
            Self::Answer(out) => {
                writeln!(out, "{}", indented(answer.get()))?;
                out.flush()
            }
            Self::Pages(array) => array.push(answer.get()),
            Self::Lines { items, out } => {
                // An answer without the list is written whole.
                let list = items.and_then(|path| crate::output::json::elements_by_path(answer, path));
                for value in list.unwrap_or_else(|| vec![answer]) {
                    writeln!(out, "{}", one_line(value.get()))?;
                    out.flush()?;
                }
                Ok(())
            }
        }
    }

    /// Ends the output after an error: the remaining rows are written, and an array stays unclosed.
    pub fn cut_off(self) -> io::Result<()> {
        match self {
            Self::Table { .. } => self.finish(),
            Self::Answer(_) | Self::Pages(_) | Self::Lines { .. } => Ok(()),
        }
    }

    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Table { table, has_items: true, .. } => {
                if table.is_cut() {
                    notes::note("the answer has more columns than a table shows: --format jsonl shows all");
                }
                table.finish(io::stdout().lock())
            }
            Self::Pages(array) => array.finish(),
            Self::Table { .. } | Self::Answer(_) | Self::Lines { .. } => Ok(()),
        }
    }
}
