//! The columns of a document, and the cells of a row.

use crate::catalog::{close_to, did_you_mean};
use crate::exit::{Exit, Failure};
use spapi_core::text::printable;
use spapi_rows::{Column, Kind, OwnedValue};
use std::borrow::Cow;
use std::sync::Arc;

/// The names of the columns, and what their cells are.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Columns {
    pub names: Vec<String>,
    pub kinds: Vec<Kind>,
    /// The English names of those that are known. Empty where no document has names in another language.
    pub fields: Vec<Option<&'static str>>,
}

impl Columns {
    /// The columns of these indexes, some of which are known.
    pub fn picked(indexes: &[usize], names: &[String], known: &[Option<&'static Column>]) -> Self {
        Self {
            names: indexes.iter().map(|&index| names[index].clone()).collect(),
            kinds: indexes.iter().map(|&index| known[index].map_or(Kind::Text, |column| column.kind)).collect(),
            fields: indexes.iter().map(|&index| known[index].map(|column| column.field)).collect(),
        }
    }
}

/// A cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Value(OwnedValue),
    /// A number, list or object of JSON, as the document has it.
    Json(String),
}

impl Cell {
    pub const NULL: Self = Self::Value(OwnedValue::Null);

    pub fn of_text(text: impl Into<String>) -> Self {
        Self::Value(OwnedValue::Text(text.into()))
    }

    /// The text, which is empty for a cell without a value.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Json(json) | Self::Value(OwnedValue::Text(json)) => Cow::Borrowed(json),
            Self::Value(OwnedValue::Integer(number)) => Cow::Owned(number.to_string()),
            Self::Value(OwnedValue::Decimal(number)) => Cow::Owned(number.to_string()),
            Self::Value(OwnedValue::Boolean(is)) => Cow::Owned(is.to_string()),
            Self::Value(OwnedValue::DateTime(time)) => Cow::Borrowed(time.as_str()),
            Self::Value(_) => Cow::Borrowed(""),
        }
    }
}

/// Some of the columns that all rows of a kind have.
pub struct Picked {
    pub columns: Arc<Columns>,
    indexes: Vec<usize>,
}

impl Picked {
    /// The columns of these names, in their order, or all columns.
    pub fn of(all: &[(&str, Kind)], wanted: &[String]) -> Result<Self, Failure> {
        let names: Vec<_> = all.iter().map(|(name, _)| (*name).to_owned()).collect();
        let indexes = pick(wanted, &names, &[])?;
        let columns = Columns {
            names: indexes.iter().map(|&index| names[index].clone()).collect(),
            kinds: indexes.iter().map(|&index| all[index].1).collect(),
            fields: Vec::new(),
        };
        Ok(Self { columns: Arc::new(columns), indexes })
    }

    /// The cells of these columns, of the cells of all.
    pub fn row(&self, cells: &[Cell]) -> Vec<Cell> {
        self.indexes.iter().map(|&index| cells[index].clone()).collect()
    }
}

/// The indexes of the columns of these names, in their order, or of all columns.
pub fn pick(wanted: &[String], names: &[String], known: &[Option<&'static Column>]) -> Result<Vec<usize>, Failure> {
    // A document without a header row has no rows either.
    if wanted.is_empty() || names.is_empty() {
        return Ok((0..names.len()).collect());
    }
    let is_called = |index: usize, wanted: &str| {
        let column = known.get(index).copied().flatten();
        let all = [Some(names[index].as_str()), column.map(|column| column.name), column.map(|column| column.field)];
        all.into_iter().flatten().any(|name| name.eq_ignore_ascii_case(wanted))
    };
    wanted
        .iter()
        .map(|wanted| {
            (0..names.len()).find(|&index| is_called(index, wanted)).ok_or_else(|| {
                let close = did_you_mean(&close_to(wanted, names.iter().map(String::as_str)));
                let columns = names.join(", ");
                Failure::new(Exit::Failed, format!("the document has no column {wanted:?}{}", printable(&close)))
                    .with_next(format!("name some of its columns: {}", printable(&columns).up_to(1000)))
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_rows::{known_columns, report};

    #[test]
    fn columns_are_picked_by_any_of_their_names_in_the_order_of_the_request() {
        let names = ["出品者SKU", "価格", "新しい列"].map(str::to_owned);
        let known = known_columns(report("GET_FLAT_FILE_OPEN_LISTINGS_DATA").unwrap().rows[0], &names);
        let pick = |wanted: &[&str]| {
            let wanted: Vec<_> = wanted.iter().map(|&name| name.to_owned()).collect();
            pick(&wanted, &names, &known)
        };
        assert_eq!(pick(&[]).unwrap(), [0, 1, 2]);
        assert_eq!(pick(&["新しい列", "SKU", "price"]).unwrap(), [2, 0, 1]);
        let Err(Failure::Error { next, .. }) = pick(&["quantity"]) else { panic!("it is not there") };
        assert!(next.unwrap().contains("出品者SKU"));
        let columns = Columns::picked(&[1, 2], &names, &known);
        assert_eq!((columns.names[0].as_str(), columns.kinds[1]), ("価格", Kind::Text));
        assert_ne!(columns.kinds[0], Kind::Text);
    }
}
