//! A problem of a file, and its place.

use std::fmt;

use crate::escape::visible;

/// Whether a file can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The meaning is not certain: nothing is generated.
    Error,
    /// The meaning is certain: the document was repaired, or the problem is harmless.
    Warning,
}

/// The place of a problem in a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The whole file.
    File,
    /// A line and a column, both counted from 1; the column counts bytes.
    Line { line: usize, column: usize },
    /// An operation of a patch file: its index, counted from 0.
    Operation(usize),
    /// A JSON pointer into the document.
    Pointer(String),
}

/// A problem of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Problem {
    /// Whether the file can still be used.
    pub severity: Severity,
    /// The place of the problem.
    pub place: Place,
    /// What is wrong, and what was repaired or how to repair it.
    pub message: String,
}

impl Problem {
    /// A problem that keeps the file from being used.
    pub fn error(place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, place, message: message.into() }
    }

    /// A problem that does not keep the file from being used.
    pub fn warning(place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, place, message: message.into() }
    }

    /// An error at a JSON pointer.
    pub fn error_at(pointer: &str, message: impl Into<String>) -> Self {
        Self::error(Place::Pointer(pointer.to_owned()), message)
    }

    /// A warning at a JSON pointer.
    pub fn warning_at(pointer: &str, message: impl Into<String>) -> Self {
        Self::warning(Place::Pointer(pointer.to_owned()), message)
    }

    /// The problem with its file.
    pub fn in_file(self, file: impl Into<String>) -> FileProblem {
        FileProblem { file: file.into(), problem: self }
    }
}

/// A problem and its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// The model, such as `orders-api-model/ordersV0.json`, or the patch, such as
    /// `patches/orders-api-model/ordersV0/0001-why.json`.
    pub file: String,
    /// The problem.
    pub problem: Problem,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&visible(&self.file))?;
        match &self.problem.place {
            Place::File => {}
            Place::Line { line, column } => write!(f, ", line {line}, column {column}")?,
            Place::Operation(index) => write!(f, ", operation {index}")?,
            Place::Pointer(pointer) => write!(f, " at #{}", visible(pointer))?,
        }
        write!(f, ": {}", visible(&self.problem.message))
    }
}

/// The pointer to a member or an element of what `pointer` points to.
pub fn child(pointer: &str, key: impl fmt::Display) -> String {
    let key = key.to_string();
    if key.contains(['~', '/']) {
        return format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    }
    [pointer, "/", &key].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_file_and_place() {
        let shown = |place| Problem::error(place, "is bad").in_file("a/b.json").to_string();
        assert_eq!(shown(Place::File), "a/b.json: is bad");
        assert_eq!(shown(Place::Line { line: 2, column: 7 }), "a/b.json, line 2, column 7: is bad");
        assert_eq!(shown(Place::Operation(0)), "a/b.json, operation 0: is bad");
        assert_eq!(shown(Place::Pointer(child("/paths", "/a~{b}"))), "a/b.json at #/paths/~1a~0{b}: is bad");
    }
}
