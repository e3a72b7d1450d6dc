//! Cuts the elements of a list out of a JSON text that comes in pieces.

use crate::error::ReadError;
use spapi_types::text::printable;

/// How many bytes an element may have. No element of Amazon's is nearly that long.
const LONGEST_ELEMENT: usize = 8 * 1024 * 1024;
/// How many names of members an error shows, and how much of each.
const SHOWN_NAMES: usize = 20;
const SHOWN_CHARACTERS: usize = 60;

/// Looks for the elements of a list that is a member of the outermost object.
pub(super) struct Cutter {
    list: &'static str,
    text: Vec<u8>,
    /// The offset up to which the text has been read.
    read: usize,
    /// The offset of what is being cut out.
    start: Option<usize>,
    place: Place,
    /// How many lists and objects are open.
    depth: usize,
    in_string: bool,
    after_backslash: bool,
    ended: bool,
    found_list: bool,
    names: Vec<String>,
}

/// Where in the outermost object the text is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// Before it.
    Outside,
    /// Where the name of a member may begin.
    Name,
    /// Behind a name, before the colon or the value.
    Value(Member),
    /// Inside a member.
    Inside(Member),
    /// Behind it.
    After,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Member {
    List,
    Other,
}

impl Cutter {
    pub(super) fn new(list: &'static str) -> Self {
        Self {
            list,
            text: Vec::new(),
            read: 0,
            start: None,
            place: Place::Outside,
            depth: 0,
            in_string: false,
            after_backslash: false,
            ended: false,
            found_list: false,
            names: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, text: &[u8]) {
        let dropped = self.start.unwrap_or(self.read);
        self.text.drain(..dropped);
        self.read -= dropped;
        self.start = self.start.map(|_| 0);
        self.text.extend_from_slice(text);
    }

    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// The next element. `None` if more text is needed or the text is over.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        while let Some(byte) = self.text.get(self.read).copied() {
            let at = self.read;
            self.read += 1;
            if let Some(element) = self.step(byte, at)? {
                return Ok(Some(element));
            }
            if self.start.is_some_and(|start| self.read - start > LONGEST_ELEMENT) {
                return Err(ReadError::new(format!("an element is longer than {LONGEST_ELEMENT} bytes")));
            }
        }
        if self.ended { self.check_end().map(|()| None) } else { Ok(None) }
    }

    fn check_end(&self) -> Result<(), ReadError> {
        match self.place {
            Place::Outside => Err(ReadError::new("it is empty")),
            Place::After if self.found_list => Ok(()),
            Place::After => {
                let names = self.names.join(", ");
                let list = self.list;
                Err(ReadError::new(format!("it has no list {list}; it has: {names}")))
            }
            _ => Err(ReadError::new("it ends too early")),
        }
    }

    fn step(&mut self, byte: u8, at: usize) -> Result<Option<Vec<u8>>, ReadError> {
        if self.in_string {
            match byte {
                _ if self.after_backslash => self.after_backslash = false,
                b'\\' => self.after_backslash = true,
                b'"' => {
                    self.in_string = false;
                    if self.place == Place::Name {
                        self.take_name(at);
                    }
                }
                _ => {}
            }
            return Ok(None);
        }
        match (self.place, byte) {
            (_, b' ' | b'\t' | b'\r' | b'\n') => Ok(None),
            (Place::Outside, 0xef | 0xbb | 0xbf) if at < 3 => Ok(None),
            (Place::Outside, b'{') => {
                self.depth = 1;
                self.place = Place::Name;
                Ok(None)
            }
            (Place::Outside, _) => Err(ReadError::new("it is not a JSON object")),
            (Place::Name, b'"') => {
                self.start = Some(at);
                self.in_string = true;
                Ok(None)
            }
            (Place::Name, b',') => Ok(None),
            (Place::Name, b'}') => {
                self.place = Place::After;
                Ok(None)
            }
            (Place::Value(_), b':') => Ok(None),
            (Place::Value(member), byte) => self.open(member, byte, at),
            (Place::Inside(member), byte) => self.inside(member, byte, at),
            _ => Err(ReadError::new("it is not valid JSON")),
        }
    }

    /// Takes the name that ends here.
    fn take_name(&mut self, at: usize) {
        let start = self.start.take().map_or(at, |start| start + 1);
        let name = &self.text[start..at];
        let member = if name == self.list.as_bytes() { Member::List } else { Member::Other };
        if self.names.len() < SHOWN_NAMES {
            let name = String::from_utf8_lossy(name);
            self.names.push(printable(&name).up_to(SHOWN_CHARACTERS).to_string());
        }
        self.place = Place::Value(member);
    }

    /// Begins the value of a member.
    fn open(&mut self, member: Member, byte: u8, at: usize) -> Result<Option<Vec<u8>>, ReadError> {
        self.place = Place::Inside(member);
        match (member, byte) {
            (Member::List, b'[') => {
                self.found_list = true;
                self.depth += 1;
                return Ok(None);
            }
            // Null is an empty list.
            (Member::List, b'n') => {
                self.found_list = true;
                self.place = Place::Inside(Member::Other);
            }
            (Member::List, _) => return Err(ReadError::new(format!("its {} is not a list", self.list))),
            (Member::Other, _) => {}
        }
        self.inside(member, byte, at)
    }

    fn inside(&mut self, member: Member, byte: u8, at: usize) -> Result<Option<Vec<u8>>, ReadError> {
        // The depth at which the elements of the list, or the value of the member, stand.
        let level = if member == Member::List { 2 } else { 1 };
        match byte {
            b'"' => {
                self.in_string = true;
                self.begin(member, level, at);
            }
            b'[' | b'{' => {
                self.begin(member, level, at);
                self.depth += 1;
            }
            b']' | b'}' if self.depth == level => {
                // The list ends, or the outermost object behind a number or flag.
                let element = self.cut(at);
                self.depth -= 1;
                self.place = if self.depth == 0 { Place::After } else { Place::Name };
                return Ok(element);
            }
            b']' | b'}' => self.depth -= 1,
            b',' if self.depth == level => {
                if level == 1 {
                    self.place = Place::Name;
                }
                return Ok(self.cut(at));
            }
            _ => self.begin(member, level, at),
        }
        Ok(None)
    }

    fn begin(&mut self, member: Member, level: usize, at: usize) {
        if member == Member::List && self.depth == level && self.start.is_none() {
            self.start = Some(at);
        }
    }

    /// Cuts out the element that ends here.
    fn cut(&mut self, at: usize) -> Option<Vec<u8>> {
        Some(self.text[self.start.take()?..at].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements of a text that comes in pieces of a size.
    fn elements(text: &str, size: usize) -> Result<Vec<String>, ReadError> {
        let mut cutter = Cutter::new("rows");
        let mut found = Vec::new();
        for chunk in text.as_bytes().chunks(size) {
            cutter.push(chunk);
            while let Some(element) = cutter.next()? {
                found.push(element);
            }
        }
        cutter.end();
        while let Some(element) = cutter.next()? {
            found.push(element);
        }
        Ok(found.into_iter().map(|text| String::from_utf8(text).unwrap().trim().to_owned()).collect())
    }

    #[test]
    fn elements_are_cut_however_the_text_comes() {
        for size in [1, 2, 3, 7, 1000] {
            for (text, expected) in [
                (r#"{"rows":[{"a":"}],"},{"b":[1,{"c":2}]}]}"#, vec![r#"{"a":"}],"}"#, r#"{"b":[1,{"c":2}]}"#]),
                (
                    "\u{feff} {\"x\":{\"rows\":[1]},\"rows\" : [ 1 , \"a\\\"]\" , null ] , \"y\":2}\n",
                    vec!["1", "\"a\\\"]\"", "null"],
                ),
                (r#"{"rows":[]}"#, vec![]),
                (r#"{"rows":null,"x":1}"#, vec![]),
                (r#"{"rows":null}"#, vec![]),
                (r#"{"x":1,"rows":[{}]}"#, vec!["{}"]),
                (r#"{"reportSpecification":{"a":[1]},"rows":[1]}"#, vec!["1"]),
                (r#"{"x":[],"rows":[[1],[2]],"x":true}"#, vec!["[1]", "[2]"]),
            ] {
                assert_eq!(elements(text, size).unwrap(), expected, "{text} by {size}");
            }
        }
    }

    #[test]
    fn a_text_without_the_list_is_an_error() {
        for (text, said) in [
            ("", "it is empty"),
            ("[1]", "not a JSON object"),
            ("<html>", "not a JSON object"),
            ("{", "ends too early"),
            (r#"{"rows":[1,2"#, "ends too early"),
            (r#"{"rows":[1]"#, "ends too early"),
            (r#"{"rows":["a"#, "ends too early"),
            (r#"{"rows":7}"#, "its rows is not a list"),
            (r#"{"errorDetails":"no","x":1}"#, "it has no list rows; it has: errorDetails, x"),
            (r#"{}"#, "it has no list rows"),
            (r#"{"rows":[]} x"#, "not valid JSON"),
            ("{rows:[]}", "not valid JSON"),
        ] {
            for size in [1, 1000] {
                let error = elements(text, size).unwrap_err().to_string();
                assert!(error.contains(said), "{text}: {error}");
            }
        }
        let long = format!("{{\"rows\":[\"{}\"]}}", "a".repeat(LONGEST_ELEMENT));
        assert!(elements(&long, 100_000).unwrap_err().to_string().contains("longer than"));
    }
}
