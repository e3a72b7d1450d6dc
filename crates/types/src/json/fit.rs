//! Tells whether a type has a place for the members of an object.

use super::reader::Names;
use super::{NoteKind, Watch, read_by};
use serde::de::DeserializeOwned;

/// Whether a type has a place for the members of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fit {
    /// It has a field for at least one of them.
    Known,
    /// It has a field for none of them, or cannot be read from the text at all.
    Unknown,
    /// It accepts members of any name, as a map does.
    Any,
}

/// Tells whether a type has a place for the members of a text that is an object or a list of objects. `members` is how
/// many members the text has in all.
pub fn fit<T: DeserializeOwned>(text: &[u8], members: usize) -> Fit {
    let mut names = None;
    let read = read_by(text, Watch::All, &mut |reader| {
        let read = T::deserialize(&mut *reader).map(drop);
        names = reader.first_names();
        read
    });
    let Ok(notes) = read else { return Fit::Unknown };
    // Elements of a list of another kind.
    if notes.iter().any(|note| note.kind == NoteKind::Unread && is_of_element(&note.path)) {
        return Fit::Unknown;
    }
    match names {
        Some(Names::Of { .. }) => {
            let unknown = notes.iter().filter(|note| note.kind == NoteKind::Unknown).count();
            if unknown == members { Fit::Unknown } else { Fit::Known }
        }
        _ => Fit::Any,
    }
}

/// Whether a path is that of an element of the whole text.
fn is_of_element(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'[' | b']'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::HashMap;

    #[derive(Deserialize)]
    struct Order {
        #[allow(dead_code)]
        id: Option<String>,
    }

    #[test]
    fn a_type_fits_by_its_fields() {
        assert_eq!(fit::<Order>(br#"{"id":"1","code":"x"}"#, 2), Fit::Known);
        assert_eq!(fit::<Order>(br#"{"code":"x","message":"y"}"#, 2), Fit::Unknown);
        assert_eq!(fit::<Vec<Order>>(br#"[{"code":"x"},{"code":"y"}]"#, 2), Fit::Unknown);
        assert_eq!(fit::<Order>(br#"[{"code":"x"}]"#, 1), Fit::Unknown);
        assert_eq!(fit::<HashMap<String, String>>(br#"{"code":"x"}"#, 1), Fit::Any);
        assert_eq!(fit::<serde_json::Value>(br#"{"code":"x"}"#, 1), Fit::Any);
    }
}
