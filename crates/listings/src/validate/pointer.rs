//! JSON pointers.

use std::borrow::Cow;

/// A name as a segment of a pointer.
pub(super) fn escaped(name: &str) -> Cow<'_, str> {
    match name.contains(['~', '/']) {
        true => name.replace('~', "~0").replace('/', "~1").into(),
        false => name.into(),
    }
}

/// The names and indexes of a pointer.
pub(super) fn segments(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> + Clone {
    pointer.split('/').skip(1).map(|segment| match segment.contains('~') {
        true => segment.replace("~1", "/").replace("~0", "~").into(),
        false => segment.into(),
    })
}

/// The pointer of a member or item.
pub(super) fn joined(pointer: &str, segment: &str) -> String {
    format!("{pointer}/{}", escaped(segment))
}
