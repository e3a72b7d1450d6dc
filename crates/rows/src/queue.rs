//! The rows of the element that was read last.

use crate::column::RowType;
use crate::error::ReadError;
use crate::row::Fields;
use crate::tree::{Node, Plan};
use std::collections::VecDeque;

/// Makes rows of the elements of a document, and returns them one by one.
pub(crate) struct Queue<T> {
    plan: Plan,
    rows: VecDeque<T>,
    /// How many elements there were.
    elements: u64,
    /// Whether the document cannot be read further.
    over: bool,
    /// A row without values.
    empty: T,
}

impl<T: Fields + Clone> Queue<T> {
    pub(crate) fn new(row_type: &'static RowType, empty: T) -> Self {
        Self { plan: Plan::of(row_type), rows: VecDeque::new(), elements: 0, over: false, empty }
    }

    /// The next row. `next` finds the next element, and `read` reads it: if it cannot be read, the ones after it can.
    pub(crate) fn try_next<E>(
        &mut self,
        mut next: impl FnMut() -> Result<Option<E>, ReadError>,
        read: impl Fn(E) -> Result<Node, ReadError>,
    ) -> Result<Option<T>, ReadError> {
        while self.rows.is_empty() && !self.over {
            let Some(element) = next().inspect_err(|_| self.over = true)? else { return Ok(None) };
            self.elements += 1;
            let mut rows = Vec::new();
            let read = read(element).and_then(|element| self.plan.rows(&self.empty, element, &mut rows));
            read.map_err(|error| error.at(self.elements))?;
            self.rows.extend(rows);
        }
        Ok(self.rows.pop_front())
    }

    /// The next element in the form that `read` gives it, instead of its rows. `next` finds it, as in
    /// [`try_next`](Self::try_next).
    pub(crate) fn try_next_element<E>(
        &mut self,
        next: impl FnOnce() -> Result<Option<E>, ReadError>,
        read: impl FnOnce(E) -> Result<String, ReadError>,
    ) -> Result<Option<String>, ReadError> {
        if self.over {
            return Ok(None);
        }
        let Some(element) = next().inspect_err(|_| self.over = true)? else { return Ok(None) };
        self.elements += 1;
        read(element).map(Some).map_err(|error| error.at(self.elements))
    }
}

impl<T> Queue<T> {
    pub(crate) fn elements(&self) -> u64 {
        self.elements
    }
}
