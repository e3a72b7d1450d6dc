//! What an id or a token is, by its form: of MWS, of Amazon's login and of its shops.
//!
//! Nothing is sent, and no secret is in the answer.
//!
//! ```
//! use spapi_mws::explain::{Kind, explain};
//!
//! let found = explain("mws_auth_token = \"amzn.mws.0a1b2c3d-0000-1111-2222-0123456789\"");
//! assert_eq!(found[0].kind, Kind::MwsAuthToken);
//! assert_eq!(found[0].shown, "amzn.mws.… (43 characters)");
//! assert!(found[0].problems[0].contains("45 are right"));
//! ```

mod clean;
mod form;
mod hint;
mod ids;
mod kind;
mod tail;
mod words;

pub use kind::Kind;

use crate::map::Entry;
use clean::Written;
use form::Form;
use hint::Hint;
use spapi_types::Marketplace;
use spapi_types::text::printable;
use words::Word;

/// An id or a token in a text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explained {
    /// What it is.
    pub kind: Kind,
    /// What else it may be, by its form.
    pub others: Vec<Kind>,
    /// The line where it begins, from 1.
    pub line: usize,
    /// The column where it begins, in characters from 1.
    pub column: usize,
    /// The name before it, if a `=` or `:` stands between: that of a setting. `None` too if it may be a secret.
    pub name: Option<String>,
    /// The id, or of a secret its beginning and its length.
    pub shown: String,
    /// The number of its characters.
    pub length: usize,
    /// What is wrong with this copy, one thing each.
    pub problems: Vec<String>,
    /// The row of a name or host of MWS.
    pub entry: Option<&'static Entry>,
    /// The marketplace whose id it is, or whose endpoint of MWS.
    pub marketplace: Option<Marketplace>,
}

/// When MWS ended for some of its sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// Whether it is about applications that others use.
    pub is_public: bool,
    /// The sections.
    pub sections: &'static str,
    /// The last day, as `YYYY-MM-DD`.
    pub on: &'static str,
}

/// When MWS ended, by Amazon's changelog. From 2024-04-01 on nobody could use it.
pub const ENDED: [Ended; 5] = [
    Ended { is_public: true, sections: "Orders, Reports, Merchant Fulfillment", on: "2022-07-31" },
    Ended { is_public: true, sections: "Products", on: "2022-09-30" },
    Ended { is_public: true, sections: "all others", on: "2022-12-31" },
    Ended { is_public: false, sections: "Orders, Reports, Merchant Fulfillment", on: "2023-08-31" },
    Ended { is_public: false, sections: "all others", on: "2024-03-31" },
];

/// The page on which a seller of that marketplace authorizes an application. `spapi_core::auth::Consent` makes the whole
/// URL, with the application and a state.
pub fn consent_page(marketplace: Marketplace) -> String {
    format!("https://{}/apps/authorize/consent", marketplace.seller_central_host())
}

/// The ids and tokens in a text, in their order: of one that was pasted alone, or of a whole file of settings. Ordinary
/// words are left out. A word that is alone in the text is always explained.
pub fn explain(text: &str) -> Vec<Explained> {
    const SHORTEST: usize = 6;
    let words = words::words(&clean::letters(text));
    let mut found = Vec::new();
    // Where the words begin that may name the next value.
    let mut names = 0;
    for (at, word) in words.iter().enumerate() {
        // Shorter words are known by their names alone. Most words of a text are shorter.
        if word.text.len() < SHORTEST && !word.is_value {
            continue;
        }
        // A name may stand on the line before its value.
        let near = words[names..at].iter().rev().take(Hint::WORDS).take_while(|name| word.line - name.line <= 1);
        let nearest = words[names..at].last();
        let near: Vec<&str> = near.map(|name| name.text.as_str()).collect();
        let hint = Hint::of(near.iter().copied());
        let is_long = word.text.len() >= SHORTEST;
        let named = || word.is_value.then(|| form::named(&word.text, &hint)).flatten();
        let promised = || (word.is_value && is_long).then(|| form::promised(&word.text, &hint)).flatten();
        let setting = || nearest.filter(|_| word.is_value).and_then(|name| form::setting(&word.text, &name.text));
        let form = named().or_else(|| is_long.then(|| form::of(&word.text, &hint)).flatten());
        let form = form.or_else(promised).or_else(setting);
        if let Some(mut form) = form {
            if words.get(at + 1).is_some_and(|next| goes_on(&form, word, next)) {
                form.problems.push("it goes on in the next line: copy both lines as one".to_owned());
            }
            found.push(explained(form, word, nearest.filter(|name| !name.is_value).map(|name| name.text.as_str())));
            names = at + 1;
        }
    }
    if let ([only], true) = (words.as_slice(), found.is_empty())
        && only.text.contains(char::is_alphanumeric)
    {
        found.push(explained(form::alone(&only.text), only, None));
    }
    found
}

/// Whether a token was broken, and its rest begins the next line.
fn goes_on(form: &Form, word: &Word, next: &Word) -> bool {
    const SHORTEST: usize = 4;
    let is_of_token = |letter: char| letter.is_ascii_alphanumeric() || "_=+/|-".contains(letter);
    // Tokens of Login with Amazon have no length that would say so.
    let is_long = matches!(form.kind, Kind::RefreshToken | Kind::AccessToken | Kind::GrantlessToken);
    form.prefix > 0
        && (is_long || !form.problems.is_empty())
        && (next.line, next.column) == (word.line + 1, 1)
        && next.text.len() >= SHORTEST
        && next.text.chars().all(is_of_token)
        && next.text.contains(|letter: char| letter.is_ascii_digit())
        && form::of(&next.text, &Hint::default()).is_none()
}

fn explained(form: Form, word: &Word, name: Option<&str>) -> Explained {
    let length = word.text.chars().count();
    let mut problems = form.problems;
    for (written, singular, plural) in [
        (Written::Invisible, "a character that cannot be seen is", "characters that cannot be seen are"),
        (Written::Wide, "a full-width or typographical character is", "full-width or typographical characters are"),
        (Written::Encoded, "a character is encoded, as %7C is,", "characters are encoded, as %7C is,"),
        (Written::Spaced, "a space is", "spaces are"),
    ] {
        match word.written.iter().filter(|own| **own == written).count() {
            0 => {}
            1 => problems.push(format!("{singular} in this copy: programs do not read it so")),
            count => problems.push(format!("{count} {plural} in this copy: programs do not read it so")),
        }
    }
    if word.is_cut {
        problems.push("the copy is cut: dots or stars stand for the rest".to_owned());
    }
    const LONGEST: usize = 100;
    let is_secret = form.kind.is_secret() || form.others.iter().any(|kind| kind.is_secret());
    let shown = if is_secret {
        let unit = if length == 1 { "character" } else { "characters" };
        format!("{}… ({length} {unit})", printable(&word.text[..form.prefix]))
    } else {
        printable(&word.text).up_to(LONGEST).to_string()
    };
    let name = name.filter(|name| word.is_value && may_be_shown(name)).map(|name| printable(name).to_string());
    let marketplace = form.marketplace.or_else(|| form.entry.and_then(store));
    Explained {
        kind: form.kind,
        others: form.others,
        line: word.line,
        column: word.column,
        name,
        shown,
        length,
        problems,
        entry: form.entry,
        marketplace,
    }
}

/// Whether the word before a value may be shown as its name: texts without order have secrets there.
fn may_be_shown(name: &str) -> bool {
    let is_secret = |text| form::of(text, &Hint::default()).is_some_and(|form| form.kind.is_secret());
    words::is_readable_name(name) && !is_secret(name) && !name.split(['_', '-', '.']).any(is_secret)
}

/// The marketplace of a host of MWS that served one alone.
fn store(entry: &Entry) -> Option<Marketplace> {
    Some(match entry.name {
        "mws.amazonservices.ca" => Marketplace::CA,
        "mws.amazonservices.com.mx" => Marketplace::MX,
        "mws.amazonservices.co.uk" => Marketplace::UK,
        "mws.amazonservices.de" => Marketplace::DE,
        "mws.amazonservices.fr" => Marketplace::FR,
        "mws.amazonservices.it" => Marketplace::IT,
        "mws.amazonservices.in" => Marketplace::IN,
        "mws.amazonservices.ae" => Marketplace::AE,
        "mws.amazonservices.jp" => Marketplace::JP,
        "mws.amazonservices.com.au" => Marketplace::AU,
        _ => return None,
    })
}
