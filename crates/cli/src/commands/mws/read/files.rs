//! The files that are read, in their order.

use super::form::{BEGINNING, Form, foreign, next_step};
use crate::exit::{Exit, Failure};
use crate::input;
use spapi_mws::read::Charset;
use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// How deep folders may be in each other.
const DEEPEST: usize = 64;

/// A file to read.
pub struct Found {
    pub path: PathBuf,
    /// Whether the user has named it. Others are left out if they are not XML.
    pub is_named: bool,
    /// The bytes of stdin or of a pipe, which can be read once.
    pub stream: Option<Stream>,
}

/// Bytes that can be read once, and what they are.
pub struct Stream {
    pub form: Form,
    pub bytes: Box<dyn Read>,
}

/// The files, and those of the folders in the order of their names. Links to folders are not followed.
///
/// # Errors
/// When a path does not exist or cannot be opened, or a file that is named cannot be an archive of MWS.
pub fn files(paths: &[PathBuf], charset: Option<Charset>) -> Result<Vec<Found>, Failure> {
    input::check_exist(paths)?;
    let mut files = Vec::new();
    for path in paths {
        if input::is_stdin(path) || !path.is_dir() {
            files.push(named(path, charset)?);
        } else {
            add(path, 0, &mut files)?;
        }
    }
    Ok(files)
}

/// A file that the user has named, if it is not something else altogether.
fn named(path: &Path, charset: Option<Charset>) -> Result<Found, Failure> {
    let name = input::name(path);
    let failed = |error: io::Error| Failure::usage(format!("{name} cannot be read: {error}"));
    let mut bytes: Box<dyn Read> = match input::is_stdin(path) {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path).map_err(failed)?),
    };
    let mut beginning = Vec::new();
    bytes.by_ref().take(BEGINNING).read_to_end(&mut beginning).map_err(failed)?;
    let form = Form::of(&beginning);
    if form == Form::Other
        && let Some(error) = foreign(&beginning, charset)
    {
        let failure = Failure::usage(format!("{name}: {error}; nothing was written"));
        return Err(next_step(error.kind()).into_iter().fold(failure, Failure::with_next));
    }
    let can_be_read_once = input::is_stdin(path) || !path.is_file();
    let stream = can_be_read_once.then(|| Stream { form, bytes: Box::new(Cursor::new(beginning).chain(bytes)) });
    Ok(Found { path: path.to_owned(), is_named: true, stream })
}

fn add(folder: &Path, depth: usize, files: &mut Vec<Found>) -> Result<(), Failure> {
    if depth > DEEPEST {
        return Err(Failure::new(Exit::Failed, format!("{} is too deep", folder.display()))
            .with_next(format!("name a folder with at most {DEEPEST} folders in each other")));
    }
    let failed = |error: io::Error| Failure::new(Exit::Failed, format!("{} cannot be read: {error}", folder.display()));
    let mut entries = fs::read_dir(folder).map_err(failed)?.collect::<io::Result<Vec<_>>>().map_err(failed)?;
    entries.sort_by(|one, other| by_name(&one.file_name().to_string_lossy(), &other.file_name().to_string_lossy()));
    for entry in entries {
        let kind = entry.file_type().map_err(failed)?;
        let path = entry.path();
        if kind.is_dir() {
            add(&path, depth + 1, files)?;
        } else if kind.is_file() || (kind.is_symlink() && path.is_file()) {
            files.push(Found { path, is_named: false, stream: None });
        }
    }
    Ok(())
}

/// The order of names, in which numbers go by their value: `a2` before `a10`.
pub fn by_name(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    while let (Some(first), Some(second)) = (left.chars().next(), right.chars().next()) {
        let (ordering, rests) = if first.is_ascii_digit() && second.is_ascii_digit() {
            let ((number, after), (other_number, other_after)) = (digits(left), digits(right));
            let ordering = number.len().cmp(&other_number.len()).then_with(|| number.cmp(other_number));
            (ordering, (after, other_after))
        } else {
            (first.cmp(&second), (&left[first.len_utf8()..], &right[second.len_utf8()..]))
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
        (left, right) = rests;
    }
    left.len().cmp(&right.len()).then_with(|| one.cmp(other))
}

/// The digits at the beginning without leading zeros, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_go_by_their_value() {
        let sorted = ["", "a", "a1", "a01", "a2", "a2.xml", "a10", "a10b", "a99999999999999999999", "b", "靴1", "靴2"];
        for (index, one) in sorted.iter().enumerate() {
            for (other_index, other) in sorted.iter().enumerate() {
                let found = by_name(one, other);
                // The same number with other zeros only has an order.
                if (*one, *other) != ("a1", "a01") && (*one, *other) != ("a01", "a1") {
                    assert_eq!(found, index.cmp(&other_index), "{one} {other}");
                } else {
                    assert_ne!(found, Ordering::Equal);
                }
            }
        }
    }

    #[test]
    fn the_files_of_folders_come_in_order_and_named_ones_as_they_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("in")).unwrap();
        for name in ["page10.xml", "page9.xml", "in/a.xml"] {
            fs::write(at(name), "<x/>").unwrap();
        }
        let found = files(&[at("page10.xml"), folder.path().to_owned()], None).unwrap();
        let names: Vec<_> = found.iter().map(|found| (found.path.clone(), found.is_named)).collect();
        let expected =
            [(at("page10.xml"), true), (at("in/a.xml"), false), (at("page9.xml"), false), (at("page10.xml"), false)];
        assert_eq!(names, expected);
    }
}
