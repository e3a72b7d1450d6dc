//! Rows of one or more documents on their way into one output.

use super::output::Output;
use super::{Cell, Columns, RowFormat};
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::output::file::{Place, Writer};
use crate::progress::Progress;
use std::io::{self, Write};
use std::sync::Arc;

/// Writes rows under the columns of the first document, and counts what they lack.
pub struct RowWriter<'a> {
    format: RowFormat,
    place: &'a Place,
    progress: &'a mut Progress,
    stage: Stage,
    /// The columns of the last row, and where they are below the header.
    order: Option<(Arc<Columns>, Option<Order>)>,
    counts: Counts,
}

/// What was written.
#[derive(Debug, Default)]
pub struct Counts {
    pub rows: u64,
    left_out: u64,
    /// The cells that are no values of their columns' kinds, and are written as texts.
    unread: u64,
}

impl<'a> RowWriter<'a> {
    pub fn new(format: RowFormat, writer: Writer, place: &'a Place, progress: &'a mut Progress) -> Self {
        Self { format, place, progress, stage: Stage::Before(writer), order: None, counts: Counts::default() }
    }

    /// Writes the header, if there is none yet.
    pub fn begin(&mut self, columns: &Arc<Columns>) -> Result<(), Failure> {
        self.stage.begin(self.format, columns)?;
        Ok(())
    }

    /// Writes a row. `document` is what an error calls its document.
    ///
    /// # Errors
    /// When the output cannot be written, or the row has a column that the first document does not have.
    pub fn push(&mut self, columns: &Arc<Columns>, row: &[Cell], document: &str) -> Result<(), Failure> {
        let (output, header) = self.stage.begin(self.format, columns)?;
        if !self.format.has_header() {
            output.push(columns, row)?;
        } else {
            if self.order.as_ref().is_none_or(|(known, _)| known != columns) {
                self.order = Some((Arc::clone(columns), order(&header.names, &columns.names, document)?));
            }
            match self.order.as_ref().and_then(|(_, order)| order.as_deref()) {
                Some(order) => output.push(header, &arranged(row, order))?,
                None => output.push(header, row)?,
            }
        }
        self.counts.rows += 1;
        self.progress.rows(self.counts.rows, self.place.written());
        Ok(())
    }

    /// Notes a row that cannot be read.
    pub fn leave_out(&mut self, what: &str) {
        const SHOWN: u64 = 5;
        self.counts.left_out += 1;
        if self.counts.left_out <= SHOWN {
            notes::warn(format!("{what}; it is left out"));
        }
    }

    /// Notes cells that are no values of their columns' kinds, and are written as texts.
    pub fn note_unread(&mut self, cells: u64) {
        self.counts.unread += cells;
    }

    /// Writes what remains.
    pub fn finish(self) -> Result<Counts, Failure> {
        match self.stage {
            Stage::Begun(output, _) => output.finish()?,
            Stage::Before(mut writer) if matches!(self.format, RowFormat::Table | RowFormat::Csv) => writer.flush()?,
            Stage::Before(writer) => Output::new(self.format, writer, &Columns::default())?.finish()?,
            Stage::Failed => {}
        }
        Ok(self.counts)
    }

    /// Writes what remains after an error.
    pub fn cut_off(self) -> io::Result<()> {
        match self.stage {
            Stage::Begun(output, _) => output.cut_off(),
            _ => Ok(()),
        }
    }
}

impl Counts {
    /// Says what the rows lack.
    pub fn conclude(&self) -> Result<(), Failure> {
        if self.unread > 0 {
            notes::warn(match self.unread {
                1 => "1 cell is not a number, date or flag as its column should be, and is written as text".to_owned(),
                cells => format!(
                    "{cells} cells are not numbers, dates or flags as their columns should be, and are written as texts"
                ),
            });
        }
        if self.left_out > 0 {
            return Err(Failure::new(
                Exit::Failed,
                match self.left_out {
                    1 => "1 row could not be read and is left out".to_owned(),
                    rows => format!("{rows} rows could not be read and are left out"),
                },
            )
            .with_next("--format raw writes the document as it is"));
        }
        if self.rows == 0 {
            notes::note("there are no rows");
        }
        Ok(())
    }
}

/// For each column of the header, its index in a later document.
type Order = Vec<Option<usize>>;

/// Where the columns of the header are in a later document. `None` if they are the same.
fn order(header: &[String], names: &[String], document: &str) -> Result<Option<Order>, Failure> {
    if header == names {
        return Ok(None);
    }
    if let Some(new) = names.iter().find(|name| !header.contains(name)) {
        return Err(Failure::new(
            Exit::Failed,
            format!("{document} has a column {new:?}, and the first document does not"),
        )
        .with_next("write jsonl, or write the reports into files of their own with shorter ranges"));
    }
    Ok(Some(header.iter().map(|name| names.iter().position(|other| other == name)).collect()))
}

fn arranged(row: &[Cell], order: &[Option<usize>]) -> Vec<Cell> {
    order.iter().map(|index| index.and_then(|index| row.get(index).cloned()).unwrap_or(Cell::NULL)).collect()
}

/// How far the output is.
enum Stage {
    Before(Writer),
    /// With its header.
    Begun(Box<Output>, Arc<Columns>),
    /// The header could not be written.
    Failed,
}

impl Stage {
    /// The output, which begins with these columns if it has not begun.
    fn begin(&mut self, format: RowFormat, columns: &Arc<Columns>) -> io::Result<(&mut Output, &Columns)> {
        if let Self::Before(_) = self
            && let Self::Before(writer) = std::mem::replace(self, Self::Failed)
        {
            *self = Self::Begun(Box::new(Output::new(format, writer, columns)?), Arc::clone(columns));
        }
        match self {
            Self::Begun(output, columns) => Ok((output, columns)),
            _ => Err(io::Error::other("the output has failed")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_later_document_is_put_under_the_columns_of_the_first() {
        let header = names(&["a", "b", "c"]);
        assert_eq!(order(&header, &header, "x").unwrap(), None);
        let found = order(&header, &names(&["c", "a"]), "x").unwrap().unwrap();
        let row = ["3", "1"].map(Cell::of_text);
        assert_eq!(arranged(&row, &found), [Cell::of_text("1"), Cell::NULL, Cell::of_text("3")]);
        let Err(Failure::Error { message, .. }) = order(&header, &names(&["a", "new"]), "the second") else {
            panic!("a column would be lost");
        };
        assert!(message.contains("the second has a column \"new\""), "{message}");
    }
}
