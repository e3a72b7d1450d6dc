//! `spapi mws explain`: what pasted ids and tokens are.

use crate::completion;
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::output::screen::{self, wrapped};
use crate::output::{Format, JsonOut, json as json_output};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_core::auth::{Consent, ConsentState};
use spapi_mws::explain::{ENDED, Explained, Kind, consent_page, explain};
use std::io::{self, IsTerminal, Read, Write};

const HELP: &str = "\
Paste one id or token, or a whole file of settings, and end it with Ctrl-D; or send a file to stdin. Nothing is sent \
anywhere, and no secret is written: only how it begins and how long it is. What looks like an id is explained by its \
form, also where the copy is broken.

For the seller's store, the page is shown on which the seller authorizes an application today. With an application id, \
given or pasted, it is the whole URL.

Examples:
  spapi mws explain < old-settings.ini
  spapi mws explain --marketplace JP --application-id amzn1.sp.solution.0123 --format json < token.txt";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The seller's store, by country code or id.
    #[arg(short, long, value_name = "CODE", add = ArgValueCompleter::new(completion::marketplaces))]
    marketplace: Option<Marketplace>,

    /// The application that the seller is to authorize, amzn1.sellerapps.app... or amzn1.sp.solution...
    #[arg(long, value_name = "ID")]
    application_id: Option<String>,

    /// The format of the answer.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    // A token in an argument is refused by the program, whose message does not repeat it. clap's would.
    #[arg(hide = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// The largest text that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

pub fn run(options: &Options) -> Result<(), Failure> {
    if !options.arguments.is_empty() {
        return Err(Failure::usage(
            "an id or token is not taken as an argument, because a shell keeps a history of commands",
        )
        .with_next(
            "run `spapi mws explain` and paste it, or send it to stdin; and remove that line from the history",
        ));
    }
    let found = explain(&pasted()?);
    if found.is_empty() {
        return Err(Failure::new(Exit::Failed, "nothing in the text has the form of an id or token")
            .with_next("paste it whole, with what stands before it, such as the name of the setting"));
    }
    let pages = pages(options, &found)?;
    match options.format {
        Format::Table => write(&mut io::stdout().lock(), &found, &pages)?,
        Format::Json => {
            let answer = json!({
                "found": found.iter().map(json).collect::<Vec<_>>(),
                "authorization": pages.iter().map(Page::json).collect::<Vec<_>>(),
            });
            writeln!(JsonOut::new(), "{}", json_output::indented(&answer.to_string()))?;
        }
        Format::Jsonl => {
            let mut out = JsonOut::new();
            for found in &found {
                writeln!(out, "{}", json(found))?;
            }
            out.flush()?;
        }
    }
    let is_of_seller =
        |found: &Explained| matches!(found.kind, Kind::MwsAuthToken | Kind::SellerId | Kind::DeveloperId);
    if pages.is_empty() && found.iter().any(is_of_seller) {
        notes::note(
            "name the seller's store with --marketplace for the page on which the seller authorizes an application",
        );
    }
    Ok(io::stdout().flush()?)
}

/// The text of stdin.
fn pasted() -> Result<String, Failure> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        let end = if cfg!(windows) { "Ctrl-Z and Enter" } else { "Ctrl-D" };
        notes::note(format!("paste the ids or tokens, and end with Enter and {end}"));
    }
    let mut bytes = Vec::new();
    stdin
        .lock()
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(Exit::Failed, format!("stdin cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::usage("the text is larger than 1 MiB")
            .with_next("send the settings alone; `spapi mws map --file` searches sources and logs for names of MWS"));
    }
    Ok(text(&bytes))
}

/// The text of bytes in UTF-8, or in UTF-16 with a byte order mark, as PowerShell writes it. Ids and tokens are in ASCII,
/// so they are read in other charsets too.
fn text(bytes: &[u8]) -> String {
    let units = |unit: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|two| unit([two[0], two[1]]));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => spapi_core::text::from_utf8_lossy(bytes).into_owned(),
    }
}

/// The page on which a seller authorizes an application.
struct Page {
    marketplace: Marketplace,
    url: String,
    /// Without an application there is no state either, and the URL is not complete.
    state: Option<ConsentState>,
}

impl Page {
    fn json(&self) -> Value {
        json!({
            "marketplace": self.marketplace.country_code(),
            "url": self.url,
            "isComplete": self.state.is_some(),
            "state": self.state.as_ref().map(ConsentState::as_str),
        })
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let code = self.marketplace.country_code();
        writeln!(out, "The seller's page in {}: {}", self.marketplace.country(), self.url)?;
        match &self.state {
            Some(state) => writeln!(
                out,
                "  Afterwards: spapi auth exchange --marketplace {code} --state {} --save FILE",
                state.as_str()
            ),
            None => writeln!(out, "  The whole URL: spapi auth url --marketplace {code} --application-id ID"),
        }
    }
}

/// The page of each store that is named.
fn pages(options: &Options, found: &[Explained]) -> Result<Vec<Page>, Failure> {
    let mut marketplaces: Vec<Marketplace> = options.marketplace.into_iter().collect();
    if marketplaces.is_empty() {
        for marketplace in found.iter().filter(|found| found.problems.is_empty()).filter_map(|found| found.marketplace)
        {
            if !marketplaces.contains(&marketplace) {
                marketplaces.push(marketplace);
            }
        }
    }
    let is_application = |found: &&Explained| found.kind == Kind::ApplicationId && found.problems.is_empty();
    let pasted = || found.iter().find(is_application).map(|found| found.shown.clone());
    let application = options.application_id.clone().or_else(pasted);
    let page = |marketplace| match &application {
        Some(application) => {
            let state = ConsentState::random()?;
            let url = Consent::of_seller(marketplace, application.as_str())?.url(&state);
            Ok(Page { marketplace, url, state: Some(state) })
        }
        None => Ok(Page { marketplace, url: consent_page(marketplace), state: None }),
    };
    marketplaces.into_iter().map(page).collect()
}

fn write(out: &mut impl Write, found: &[Explained], pages: &[Page]) -> io::Result<()> {
    let screen = screen::width();
    for (at, found) in found.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let name = found.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
        writeln!(out, "{}:{}{name}  {}", found.line, found.column, found.shown)?;
        paragraph(out, screen, &format!("{}: {}", titles(found), today(found)))?;
        for problem in &found.problems {
            paragraph(out, screen, &format!("Wrong: {problem}."))?;
        }
    }
    if found.iter().any(|found| found.kind.is_of_mws()) {
        writeln!(out)?;
        paragraph(out, screen, &ended())?;
    }
    for page in pages {
        writeln!(out)?;
        page.write(out)?;
    }
    Ok(())
}

fn paragraph(out: &mut impl Write, screen: Option<usize>, text: &str) -> io::Result<()> {
    const INDENTATION: usize = 2;
    match screen {
        Some(width) => wrapped(text, width, INDENTATION).iter().try_for_each(|line| writeln!(out, "{line}")),
        None => writeln!(out, "  {text}"),
    }
}

/// The kinds in words: `seller id, or by its form marketplace id`.
fn titles(found: &Explained) -> String {
    let others: Vec<_> = found.others.iter().map(|kind| kind.title()).collect();
    let others = if others.is_empty() { String::new() } else { format!(", or by its form {}", others.join(" or ")) };
    format!("{}{others}", found.kind.title())
}

/// What it is of, and what replaces it.
fn today(found: &Explained) -> String {
    let more = match (found.entry, found.marketplace) {
        (Some(entry), _) => {
            let names: Vec<_> = entry.replacement.names().collect();
            let what = if names.is_empty() {
                "Nothing replaces it".to_owned()
            } else {
                format!("Today: {}", names.join(", "))
            };
            format!(" {what}. `spapi mws map {}` says more.", entry.name)
        }
        (None, Some(marketplace)) => format!(" It is of {}.", marketplace.country()),
        (None, None) => String::new(),
    };
    format!("{}{more}", found.kind.today())
}

/// When MWS ended, in a sentence.
fn ended() -> String {
    let of = |is_public: bool| {
        let parts = ENDED.iter().filter(|ended| ended.is_public == is_public);
        parts.map(|ended| format!("{} on {}", ended.sections, ended.on)).collect::<Vec<_>>().join("; ")
    };
    format!("MWS ended for public applications: {}. For private ones: {}.", of(true), of(false))
}

fn json(found: &Explained) -> Value {
    json!({
        "kind": found.kind.code(),
        "title": found.kind.title(),
        "others": found.others.iter().map(|kind| kind.code()).collect::<Vec<_>>(),
        "line": found.line,
        "column": found.column,
        "name": found.name,
        "shown": found.shown,
        "length": found.length,
        "problems": found.problems,
        "today": found.kind.today(),
        "marketplace": found.marketplace.map(Marketplace::country_code),
        "mwsName": found.entry.map(|entry| entry.name),
        "replacements": found.entry.map(|entry| entry.replacement.names().collect::<Vec<_>>()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_utf_8_and_utf_16() {
        let written = "出品者 A1";
        assert_eq!(text(written.as_bytes()), written);
        let little: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(written.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(written.encode_utf16().flat_map(u16::to_be_bytes)).collect();
        assert_eq!((text(&little), text(&big)), (written.to_owned(), written.to_owned()));
        assert!(text(b"\x8fo\x95i A1").ends_with(" A1"));
    }
}
