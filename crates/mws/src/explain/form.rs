//! The forms of ids and tokens, also of broken copies.
//!
//! The forms are those that scanners of secrets, clients and Amazon's models know; Amazon documents few of them.

use super::hint::Hint;
use super::ids::{capitals_and_digits, marketplace, number, order, product, seller};
use super::kind::Kind;
use super::tail::{Tail, hex_of, is_uuid};
use crate::map::{self, Entry};
use spapi_metadata::{FeedType, ReportType};
use spapi_types::Marketplace;

/// What a word is by its form.
#[derive(Debug)]
pub(super) struct Form {
    pub kind: Kind,
    /// What else it may be.
    pub others: Vec<Kind>,
    /// What is wrong with it.
    pub problems: Vec<String>,
    pub entry: Option<&'static Entry>,
    pub marketplace: Option<Marketplace>,
    /// How many of its first letters tell nothing secret.
    pub prefix: usize,
}

impl Form {
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, others: Vec::new(), problems: Vec::new(), entry: None, marketplace: None, prefix: 0 }
    }

    pub(super) fn or(mut self, others: &[Kind]) -> Self {
        self.others.extend_from_slice(others);
        self
    }

    pub(super) fn wrong(mut self, problem: impl Into<String>) -> Self {
        self.problems.push(problem.into());
        self
    }
}

const UUID: usize = 36;

/// The beginnings, and what follows each. Longer ones stand before those that they begin with.
const PREFIXES: &[(&str, Kind, Tail)] = &[
    ("amzn.mws.", Kind::MwsAuthToken, Tail::Uuid),
    ("amzn1.application-oa2-client.", Kind::ClientId, Tail::Hex(32)),
    ("amzn1.oa2-cs.v1.", Kind::ClientSecret, Tail::Hex(64)),
    ("amzn1.oa2-cs.", Kind::ClientSecret, Tail::Hex(64)),
    ("amzn1.sp.solution.", Kind::ApplicationId, Tail::Uuid),
    ("amzn1.sellerapps.app.", Kind::ApplicationId, Tail::Uuid),
    ("amzn1.account.", Kind::UserId, Tail::Capitals),
    ("amzn1.spdoc.", Kind::DocumentId, Tail::Any),
    ("amzn1.tortuga.", Kind::DocumentId, Tail::Any),
    ("Atzr|", Kind::RefreshToken, Tail::Token(100)),
    ("Atza|", Kind::AccessToken, Tail::Token(100)),
    ("Atc|", Kind::GrantlessToken, Tail::Token(100)),
    ("Atz.sprdt|", Kind::RestrictedDataToken, Tail::Token(30)),
];

/// The kind of a word; `None` for an ordinary word.
pub(super) fn of(word: &str, hint: &Hint) -> Option<Form> {
    prefixed(word)
        .or_else(|| near_prefix(word))
        .or_else(|| secret_by_name(word, hint))
        .or_else(|| aws_key_id(word, hint))
        .or_else(|| of_mws(word))
        .or_else(|| marketplace(word, hint))
        .or_else(|| order(word, hint))
        .or_else(|| number(word, hint))
        .or_else(|| uuid(word, hint))
        .or_else(|| product(word, hint))
        .or_else(|| seller(word, hint))
        .or_else(|| bare_secret(word, hint))
}

/// A value that has no form of its own, so that its name says what it is.
pub(super) fn named(word: &str, hint: &Hint) -> Option<Form> {
    let kind = hint.kind()?;
    let has_form = || prefixed(word).is_some() || near_prefix(word).is_some();
    match kind {
        Kind::AuthorizationCode | Kind::AwsSessionToken if !has_form() => Some(Form::of(kind)),
        Kind::Sku if !has_form() && word.len() <= LONGEST_SKU => {
            let others = product(word, &Hint::default()).map(|form| form.kind);
            Some(Form::of(kind).or(others.as_slice()))
        }
        _ => None,
    }
}

/// A code or token without a form, near its name. By their letters some would be taken for an id and shown.
fn secret_by_name(word: &str, hint: &Hint) -> Option<Form> {
    const SHORTEST: usize = 12;
    let kind = hint.kind().filter(|kind| matches!(kind, Kind::AuthorizationCode | Kind::AwsSessionToken))?;
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    (word.len() >= SHORTEST && has_digit).then(|| Form::of(kind))
}

/// How many bytes a SKU has at most.
const LONGEST_SKU: usize = 120;

/// The value of a setting that is for Amazon or AWS by the beginning of its name.
pub(super) fn setting(word: &str, name: &str) -> Option<Form> {
    const BEGINNINGS: [&str; 7] = ["AWS_", "MWS_", "AMAZON_", "AMZ_", "LWA_", "SPAPI_", "SP_API_"];
    const SHORTEST: usize = 4;
    let is_of_amazon = BEGINNINGS.iter().any(|beginning| starts_with(name, beginning));
    (is_of_amazon && word.len() >= SHORTEST && super::words::is_readable_name(name))
        .then(|| Form::of(Kind::OtherSetting))
}

/// A value that a name promises to be of a kind, and that has another form.
pub(super) fn promised(word: &str, hint: &Hint) -> Option<Form> {
    const SHORTEST: usize = 4;
    let kind = hint.kind().filter(|_| word.chars().count() >= SHORTEST)?;
    // Names of marketplaces, shops and products are often words.
    let is_word = word.chars().all(char::is_alphabetic);
    let names_words = matches!(kind, Kind::MarketplaceId | Kind::SellerId | Kind::Asin | Kind::OrderId);
    let form = Form::of(Kind::OtherText).or(&[kind]);
    (!is_word || !names_words).then(|| form.wrong(format!("it does not have the form of {}", with_article(kind))))
}

/// A word that is alone in its text, and that is not known by its form: a name of MWS in any spelling, or anything else.
pub(super) fn alone(word: &str) -> Form {
    let Some(entry) = map::find(word) else { return Form::of(Kind::OtherText) };
    let form = Form { entry: Some(entry), ..Form::of(Kind::MwsName) };
    if word == entry.name { form } else { form.wrong(format!("MWS writes it `{}`", entry.name)) }
}

fn with_article(kind: Kind) -> String {
    let title = kind.title();
    // Abbreviations that begin with a vowel as they are read.
    let is_an = title.starts_with(['a', 'A', 'E', 'i', 'I', 'o', 'F', 'M']) && !title.starts_with("marketplace");
    format!("{} {title}", if is_an { "an" } else { "a" })
}

pub(super) fn starts_with(word: &str, prefix: &str) -> bool {
    word.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn prefixed(word: &str) -> Option<Form> {
    let (prefix, kind, tail) = PREFIXES.iter().find(|(prefix, ..)| starts_with(word, prefix))?;
    let mut form = Form { prefix: prefix.len(), ..Form::of(*kind) };
    if !word.starts_with(prefix) {
        form = form.wrong(format!("its beginning is written `{prefix}`, with these capital and small letters"));
    }
    form.problems.extend(tail.problems(&word[prefix.len()..], prefix.chars().count()));
    Some(form)
}

/// A word whose beginning is almost one of those known.
fn near_prefix(word: &str) -> Option<Form> {
    const FAR: usize = 3;
    const SHORTEST_TAIL: usize = 8;
    // The longest beginning that is known has 30 letters.
    const LONGEST: usize = 60;
    // The bar of a token was lost, or became another letter.
    for (prefix, kind, tail) in PREFIXES.iter().filter(|(prefix, ..)| prefix.ends_with('|')) {
        let name = prefix.trim_end_matches('|');
        if word.starts_with(name) && name != "Atc" && word.len() >= name.len() + SHORTEST_TAIL {
            let form = Form { prefix: name.len(), ..Form::of(*kind) };
            let rest = &word[name.len()..];
            let rest = rest.strip_prefix(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest);
            let mut form = form.wrong(format!("a `|` stands after `{name}`, and is missing here"));
            form.problems.extend(tail.problems(rest, prefix.len()));
            return Some(form);
        }
    }
    let (end, _) = word.match_indices('.').next_back()?;
    let (start, rest) = (&word[..=end], &word[end + 1..]);
    if rest.len() < SHORTEST_TAIL || start.len() > LONGEST || !starts_with(word, "am") {
        return None;
    }
    let lower = start.to_ascii_lowercase();
    let near = PREFIXES.iter().map(|(prefix, kind, tail)| (strsim::levenshtein(&lower, prefix), prefix, kind, tail));
    match near.min_by_key(|(distance, ..)| *distance).filter(|(distance, ..)| *distance <= FAR) {
        Some((_, prefix, kind, tail)) => {
            let form = Form { prefix: start.len(), ..Form::of(*kind) };
            let mut form = form.wrong(format!("its beginning is `{prefix}`, which is misspelt here"));
            form.problems.extend(tail.problems(rest, prefix.len()));
            Some(form)
        }
        None if starts_with(word, "amzn1.") => {
            // It may be a secret, and any part of it.
            let is_word = |part: &&str| super::words::is_readable_name(part);
            let words: usize = start.split_terminator('.').skip(1).take_while(is_word).map(|part| part.len() + 1).sum();
            Some(Form { prefix: "amzn1.".len() + words, ..Form::of(Kind::OtherAmazonId) })
        }
        None => None,
    }
}

fn aws_key_id(word: &str, hint: &Hint) -> Option<Form> {
    const LENGTH: usize = 20;
    const LONGEST: usize = 100;
    let has_prefix = starts_with(word, "AKIA") || starts_with(word, "ASIA");
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // Words of a language begin with the other.
    let is_key = starts_with(word, "AKIA") || word.bytes().any(|byte| byte.is_ascii_digit());
    let is_longer = (LENGTH..=LONGEST).contains(&word.len()) && capitals_and_digits(word) && is_key;
    let is_near = (LENGTH - 4..=LENGTH + 4).contains(&word.len()) || is_longer || hint.is(Kind::AwsAccessKeyId);
    if !has_prefix || !is_plain || !is_near {
        return None;
    }
    let mut form = Form { prefix: 4, ..Form::of(Kind::AwsAccessKeyId) };
    if word.len() != LENGTH {
        form = form.wrong(length(word.len(), LENGTH));
    }
    if word.bytes().any(|byte| byte.is_ascii_lowercase()) {
        form = form.wrong("it has small letters, where Amazon writes capitals");
    }
    Some(form)
}

/// What is wrong with a length.
pub(super) fn length(has: usize, should: usize) -> String {
    let what = if has < should { "the copy is cut" } else { "something was added" };
    format!("it has {has} characters, where {should} are right: {what}")
}

fn of_mws(word: &str) -> Option<Form> {
    let is_value = word.len() > 2 && word.starts_with('_') && word.ends_with('_');
    let entry = map::find(word)?;
    let is_exact = word == entry.name;
    let kind = match entry.kind {
        map::Kind::Host if word.eq_ignore_ascii_case(entry.name) => Kind::MwsHost,
        map::Kind::ReportType | map::Kind::FeedType | map::Kind::State | map::Kind::Schedule if is_value => {
            Kind::MwsName
        }
        map::Kind::ReportType | map::Kind::FeedType if word == entry.name.trim_matches('_') => {
            let is_todays = ReportType::find(word).is_some() || FeedType::find(word).is_some();
            if is_todays { Kind::DocumentType } else { Kind::MwsName }
        }
        map::Kind::Operation | map::Kind::NotificationType | map::Kind::Library if is_exact => Kind::MwsName,
        _ => return None,
    };
    if kind == Kind::DocumentType {
        return Some(Form { entry: Some(entry), ..Form::of(kind) });
    }
    let form = Form { entry: Some(entry), ..Form::of(kind) };
    let is_as_written = is_exact || kind == Kind::MwsHost;
    Some(if is_as_written { form } else { form.wrong(format!("MWS writes it `{}`", entry.name)) })
}

fn uuid(word: &str, hint: &Hint) -> Option<Form> {
    let with_prefix_of = |kind, prefix| Form::of(kind).wrong(format!("`{prefix}` is missing before it"));
    let is_of_mws = hint.is(Kind::MwsAuthToken);
    if is_of_mws && word.len().abs_diff(UUID) <= 4 && word.matches('-').count() == 4 {
        let mut form = with_prefix_of(Kind::MwsAuthToken, "amzn.mws.");
        form.problems.extend(Tail::Uuid.problems(word, 0));
        return Some(form);
    }
    if !is_uuid(word) {
        return None;
    }
    Some(if hint.is(Kind::ApplicationId) {
        with_prefix_of(Kind::ApplicationId, "amzn1.sp.solution.")
    } else {
        Form::of(Kind::Uuid).or(&[Kind::MwsAuthToken, Kind::ApplicationId])
    })
}

/// A secret without a beginning of its own.
fn bare_secret(word: &str, hint: &Hint) -> Option<Form> {
    const AWS: usize = 40;
    const LWA: usize = 64;
    const CLIENT: usize = 32;
    const MOST_WRONG: usize = 8;
    let is_hex = hex_of(word);
    let is_secret = hint.is(Kind::ClientSecret) || hint.kind().is_none() && hint.has("secret");
    let wrong = word.bytes().filter(|byte| !matches!(byte, b'0'..=b'9' | b'a'..=b'f')).count();
    if is_secret && word.len().abs_diff(LWA) <= MOST_WRONG && wrong <= MOST_WRONG {
        let mut form = Form::of(Kind::ClientSecret);
        form.problems.extend(Tail::Hex(LWA).problems(word, 0));
        return Some(form);
    }
    // Checksums have this form too: without its name it is no secret.
    if word.len() == LWA && is_hex {
        return Some(Form::of(Kind::OtherText).or(&[Kind::ClientSecret]));
    }
    if hint.is(Kind::ClientId) && word.len() == CLIENT && is_hex {
        return Some(Form::of(Kind::ClientId).wrong("`amzn1.application-oa2-client.` is missing before it"));
    }
    let is_base64 = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'='));
    if hint.is(Kind::AwsSecretKey) && is_base64 && word.len().abs_diff(AWS) <= 8 {
        let form = Form::of(Kind::AwsSecretKey);
        return Some(if word.len() == AWS { form } else { form.wrong(length(word.len(), AWS)) });
    }
    let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    (word.len() == AWS && is_base64 && is_mixed).then(|| Form::of(Kind::AwsSecretKey).or(&[Kind::OtherText]))
}
