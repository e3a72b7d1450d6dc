//! Finding names of MWS in sources and logs.

use super::spelling::{has_part, library, operation, parameter};
use super::{Entry, Kind, MWS, entries, find, folded};
use std::collections::{HashMap, HashSet};
use std::ops::{Range, RangeInclusive};
use std::sync::LazyLock;

/// A place that names something of MWS.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Mention {
    /// What is named.
    pub entry: &'static Entry,
    /// The line, from 1.
    pub line: usize,
    /// The column of its first character in the line, in characters from 1.
    pub column: usize,
    /// The word as it stands there.
    pub word: String,
    /// Whether it is certainly of MWS. `false` for a name that a client library or another program may have coined, such
    /// as `list_orders`, and for one that is also a name of today.
    pub is_sure: bool,
}

/// The names of MWS in a text, in their order: operations as MWS and its client libraries write them (`ListOrders`,
/// `listOrders`, `list_orders`, `ListOrdersRequest`), parameters with their accessors and as settings (`setMWSAuthToken`,
/// `MWS_SELLER_ID`), types and values with their underscores, types without the outer underscores where no type of today
/// has that name, hosts, and client libraries: the classes of Amazon's own, and each name that has `MWS` as a part of it.
///
/// A name that is also one of today counts only in a text that has something of MWS besides.
pub fn mentions(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        in_line(&mut found, number + 1, line);
    }
    let is_of_mws = found.iter().any(|(mention, _)| mention.is_sure) || has_mws(text);
    found.into_iter().filter(|(_, is_todays)| is_of_mws || !is_todays).map(|(mention, _)| mention).collect()
}

/// Whether the text has the letters `mws`.
fn has_mws(text: &str) -> bool {
    text.as_bytes().windows(3).any(|three| three.eq_ignore_ascii_case(b"mws"))
}

/// A name in a line.
struct Named {
    entry: &'static Entry,
    /// Where it is in the line, in bytes.
    place: Range<usize>,
    is_sure: bool,
    /// Whether it is also a name of today.
    is_todays: bool,
}

/// The mentions of a line, each with whether it is also a name of today.
fn in_line(found: &mut Vec<(Mention, bool)>, number: usize, line: &str) {
    let has_mws = has_mws(line);
    let mut all = if has_mws { hosts(line) } else { Vec::new() };
    let mut hosts: Vec<Range<usize>> = all.iter().map(|host| host.place.clone()).collect();
    hosts.sort_by_key(|place| place.start);
    let mut hosts = hosts.iter().peekable();
    for (at, word) in words(line) {
        let place = at..at + word.len();
        while hosts.next_if(|host| host.end <= place.start).is_some() {}
        if hosts.peek().is_some_and(|host| host.start < place.end) {
            continue;
        }
        if let Some((entry, is_sure, is_todays)) = named(word) {
            let is_action = entry.kind == Kind::Operation && is_action(&line[..at]);
            all.push(Named { entry, place, is_sure: is_sure || is_action, is_todays: is_todays && !is_action });
        } else if has_mws && let Some((entry, place)) = coined(line, place) {
            all.push(Named { entry, place, is_sure: false, is_todays: false });
        }
    }
    all.sort_by_key(|named| named.place.start);
    // Both halves of a name with a hyphen are that name.
    all.dedup_by(|next, before| next.place == before.place);
    // A line may have millions of characters and names.
    let (mut column, mut counted) = (1, 0);
    for Named { entry, place, is_sure, is_todays } in all {
        column += line[counted..place.start].chars().count();
        counted = place.start;
        let word = line[place].to_owned();
        found.push((Mention { entry, line: number, column, word, is_sure }, is_todays));
    }
}

/// A name that has MWS as a part of it, and its place: `MWSClient`, `amazon-mws`. MWS alone is such a name where a program
/// imports it, and not in a sentence.
fn coined(line: &str, place: Range<usize>) -> Option<(&'static Entry, Range<usize>)> {
    const IMPORTS: [&str; 8] = ["import", "from", "require", "require_once", "include", "use", "using", "gem"];
    const LONGEST: usize = 80;
    let word = &line[place.clone()];
    if !has_part(word, "mws") {
        return None;
    }
    let entry = find(MWS)?;
    if !word.eq_ignore_ascii_case(MWS) {
        return Some((entry, place));
    }
    let (before, after) = (&line[..place.start], &line[place.end..]);
    let is_of_package = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let start = place.start - before.bytes().rev().take(LONGEST).take_while(is_of_package).count();
    let end = place.end + after.bytes().take(LONGEST).take_while(is_of_package).count();
    if line[start..end].trim_matches('-').len() > word.len() {
        return Some((entry, start..end));
    }
    let is_import = || {
        let first = line.trim_start().split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next();
        let is_called = |call: &str| before.ends_with(&format!("{call}('")) || before.ends_with(&format!("{call}(\""));
        first.is_some_and(|first| IMPORTS.contains(&first)) || is_called("require") || is_called("import")
    };
    let is_path = after.starts_with("::") || after.starts_with('\\');
    (is_path || is_import()).then_some((entry, place))
}

/// Whether the parameter `Action` of a request stands before a name.
fn is_action(before: &str) -> bool {
    let before = before.trim_end_matches([' ', '=', ':', '>', '"', '\'']);
    let before = before.strip_suffix("%3D").or_else(|| before.strip_suffix("%3d")).unwrap_or(before);
    before.ends_with("Action") || before.ends_with("ACTION")
}

/// Whether it is the namespace of an answer that a URL begins before a host.
fn is_namespace(before: &str) -> bool {
    const LONGEST: usize = 40;
    let start = before.trim_end_matches("//").trim_end_matches("http:").trim_end_matches("https:");
    let name = start.trim_end_matches(['"', '\'']).trim_end().strip_suffix('=').unwrap_or_default().trim_end();
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-');
    let length = name.bytes().rev().take(LONGEST).take_while(is_of_name).count();
    name[name.len() - length..].starts_with("xmlns")
}

/// The hosts of a line. The longest counts, where one begins like another.
fn hosts(line: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let lower = line.to_ascii_lowercase();
    for entry in entries().filter(|entry| entry.kind == Kind::Host) {
        for (at, host) in lower.match_indices(entry.name) {
            let place = at..at + host.len();
            let is_of_host = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
            let (before, after) = (&lower[..place.start], &lower[place.end..]);
            let goes_on = after.starts_with(is_of_host)
                || after.strip_prefix('.').is_some_and(|rest| rest.starts_with(is_of_host));
            let is_part = before.ends_with(|letter| is_of_host(letter) || letter == '.');
            if !goes_on && !is_part && !is_namespace(before) {
                found.push(Named { entry, place, is_sure: true, is_todays: false });
            }
        }
    }
    found
}

/// The words of a line with their offsets: letters, digits and underscores of ASCII. What is percent-encoded between them
/// is a sign and not a letter.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = line.as_bytes();
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            match bytes.get(at)? {
                b'%' if bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)) => at += 3,
                byte if is_of_word(*byte) => {
                    let start = at;
                    at += bytes[at..].iter().take_while(|byte| is_of_word(**byte)).count();
                    return Some((start, &line[start..at]));
                }
                _ => at += 1,
            }
        }
    })
}

/// A name of MWS is at least as long as `_DONE_`, and the longest with what client libraries add has fewer letters.
const LENGTHS: RangeInclusive<usize> = 6..=120;

/// What a word names, whether it surely does, and whether it is also a name of today.
fn named(word: &str) -> Option<(&'static Entry, bool, bool)> {
    if !LENGTHS.contains(&word.len()) {
        return None;
    }
    if let Some(entry) = EXACT.get(word) {
        let is_todays = is_todays(entry, word);
        return Some((entry, !is_todays, is_todays));
    }
    if let Some(found) = bare(word) {
        return Some(found);
    }
    let library = library(word);
    let is_of_library = library.is_some();
    if let Some(entry) = operation(word) {
        return Some((entry, is_of_library, !is_of_library && is_todays(entry, word)));
    }
    if let Some(entry) = parameter(word) {
        return Some((entry, false, is_todays(entry, word)));
    }
    library.map(|entry| (entry, true, false))
}

/// All names as MWS writes them.
static EXACT: LazyLock<HashMap<&str, &'static Entry>> =
    LazyLock::new(|| entries().map(|entry| (entry.name, entry)).collect());

/// The operations of MWS that have the name of an operation of today in the section that replaces theirs.
static TODAY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let is_todays = |entry: &&Entry| {
        let name = folded(entry.name);
        let mut replacing = entry.replacement.published().flat_map(|published| published.section.apis);
        replacing.any(|api| api.operations.iter().any(|own| folded(&own.operation.id) == name))
    };
    entries().filter(is_todays).map(|entry| entry.name).collect()
});

/// Whether the word may be meant as a name of today.
fn is_todays(entry: &Entry, word: &str) -> bool {
    match entry.kind {
        Kind::Operation => TODAY.contains(entry.name),
        // Types in the languages of clients are written like those of MWS, and so are parameters of other APIs.
        Kind::NotificationType => true,
        Kind::Parameter => !has_part(word, "mws"),
        _ => entry.replacement.names().any(|name| name == word),
    }
}

/// A type without its outer underscores, if no type of today has that name.
fn bare(word: &str) -> Option<(&'static Entry, bool, bool)> {
    static TYPES: LazyLock<HashMap<&str, &'static Entry>> = LazyLock::new(|| {
        let of_types = entries().filter(|entry| matches!(entry.kind, Kind::ReportType | Kind::FeedType));
        of_types.map(|entry| (entry.name.trim_matches('_'), entry)).collect()
    });
    let entry = TYPES.get(word).copied()?;
    let is_known = spapi_metadata::ReportType::find(word).is_some() || spapi_metadata::FeedType::find(word).is_some();
    (!is_known).then_some((entry, true, false))
}
