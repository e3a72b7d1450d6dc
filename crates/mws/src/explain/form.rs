//! The forms of ids and tokens, also of broken copies.
//!
//! The forms are those that scanners of secrets, clients and Amazon's models know; Amazon documents few of them.

use super::hint::Hint;
use super::kind::Kind;
use super::tail::{Tail, hex_of, is_uuid};
use crate::map::{self, Entry};
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
    fn of(kind: Kind) -> Self {
        Self { kind, others: Vec::new(), problems: Vec::new(), entry: None, marketplace: None, prefix: 0 }
    }

    fn or(mut self, others: &[Kind]) -> Self {
        self.others.extend_from_slice(others);
        self
    }

    fn wrong(mut self, problem: impl Into<String>) -> Self {
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

/// A word of which nothing is known.
pub(super) fn unknown() -> Form {
    Form::of(Kind::OtherText)
}

fn with_article(kind: Kind) -> String {
    let title = kind.title();
    // Abbreviations that begin with a vowel as they are read.
    let is_an = title.starts_with(['a', 'A', 'i', 'I', 'o', 'F', 'M']) && !title.starts_with("marketplace");
    format!("{} {title}", if is_an { "an" } else { "a" })
}

fn starts_with(word: &str, prefix: &str) -> bool {
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
    let kind = match entry.kind {
        map::Kind::Host if word.eq_ignore_ascii_case(entry.name) => Kind::MwsHost,
        map::Kind::ReportType | map::Kind::FeedType | map::Kind::State | map::Kind::Schedule if is_value => {
            Kind::MwsName
        }
        _ => return None,
    };
    let form = Form { entry: Some(entry), ..Form::of(kind) };
    let is_as_written = word == entry.name || kind == Kind::MwsHost;
    Some(if is_as_written { form } else { form.wrong(format!("MWS writes it `{}`", entry.name)) })
}

fn marketplace(word: &str, hint: &Hint) -> Option<Form> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 12..=15;
    if !LENGTHS.contains(&word.len()) || !word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let of = |marketplace: Marketplace| Form { marketplace: Some(marketplace), ..Form::of(Kind::MarketplaceId) };
    let capitals = word.to_ascii_uppercase();
    if let Some(marketplace) = Marketplace::ALL.iter().find(|marketplace| marketplace.id() == capitals) {
        let is_exact = word == capitals;
        let form = of(*marketplace);
        return Some(if is_exact { form } else { form.wrong("Amazon writes it in capitals") });
    }
    let far = if hint.is(Kind::MarketplaceId) { 3 } else { 1 };
    let distance = |marketplace: &Marketplace| strsim::levenshtein(marketplace.id(), &capitals);
    let near = Marketplace::ALL.iter().min_by_key(|marketplace| distance(marketplace))?;
    (distance(near) <= far).then(|| {
        let right = format!("the id of {} is {}, and this one differs in a letter or more", near.country(), near.id());
        of(*near).or(&[Kind::SellerId]).wrong(right)
    })
}

fn order(word: &str, hint: &Hint) -> Option<Form> {
    let groups: Vec<&str> = word.split('-').collect();
    let [first, second, third] = groups.as_slice() else { return None };
    let is_number = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let (kind, first) = match first.strip_prefix(['S', 's']) {
        Some(rest) => (Kind::FulfillmentOrderId, rest),
        None => (Kind::OrderId, *first),
    };
    if ![first, second, third].iter().all(|group| is_number(group)) {
        return None;
    }
    let lengths = [if kind == Kind::OrderId { 3 } else { 2 }, 7, 7];
    let own = [first.len(), second.len(), third.len()];
    if own == lengths {
        return Some(Form::of(kind));
    }
    // A date has fewer digits.
    let is_near =
        own.iter().zip(lengths).all(|(own, right)| own.abs_diff(right) <= 1) && own.iter().sum::<usize>() >= 14;
    let [one, two, three] = own;
    (is_near || hint.is(Kind::OrderId)).then(|| {
        let right = format!("{}-7-7", lengths[0]);
        Form::of(kind).wrong(format!("its groups have {one}-{two}-{three} digits, where {right} are right"))
    })
}

fn number(word: &str, hint: &Hint) -> Option<Form> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = word.len() == 14 && word.split('-').all(|group| group.len() == 4 && is_number(group));
    if is_grouped || word.len() == 12 && is_number(word) {
        let known = [Kind::DeveloperId, Kind::AwsAccountId, Kind::Upc];
        let is_product = is_grouped || !is_upc(word);
        let fits: Vec<_> = known.into_iter().filter(|kind| *kind != Kind::Upc || !is_product).collect();
        let is_account = hint.has("aws") || hint.has("arn") || hint.has("account");
        let first = if hint.is(Kind::DeveloperId) || !is_account { Kind::DeveloperId } else { Kind::AwsAccountId };
        let others: Vec<_> = fits.into_iter().filter(|kind| *kind != first).collect();
        return Some(Form::of(first).or(&others));
    }
    if word.len() == 10 && is_isbn(word) {
        return Some(Form::of(Kind::Isbn));
    }
    let is_digits = word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (hint.is(Kind::DeveloperId) && is_digits && is_number(&word.replace('-', ""))).then(|| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        Form::of(Kind::DeveloperId).wrong(format!("it has {digits} digits, where 12 are right"))
    })
}

/// Whether the check digit of 12 digits is right.
fn is_upc(word: &str) -> bool {
    let sum: u32 =
        word.bytes().enumerate().map(|(at, digit)| u32::from(digit - b'0') * if at % 2 == 0 { 3 } else { 1 }).sum();
    sum % 10 == 0
}

/// Whether it has the digits of an ISBN-10, the last of which checks the others.
fn is_isbn(word: &str) -> bool {
    let digit = |(at, byte): (usize, u8)| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'X' if at == 9 => Some(10),
        _ => None,
    };
    let digits: Option<Vec<u32>> = word.bytes().enumerate().map(digit).collect();
    digits.is_some_and(|digits| {
        digits.iter().zip((1..=10).rev()).map(|(digit, weight)| digit * weight).sum::<u32>() % 11 == 0
    })
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

fn capitals_and_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether it has not both capitals and small letters.
fn is_of_one_case(word: &str) -> bool {
    !word.bytes().any(|byte| byte.is_ascii_lowercase()) || !word.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn product(word: &str, hint: &Hint) -> Option<Form> {
    const LENGTH: usize = 10;
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    let kind = match word.as_bytes().first()? {
        b'B' => Kind::Asin,
        b'X' => Kind::Fnsku,
        b'b' if hint.is(Kind::Asin) => Kind::Asin,
        b'x' if hint.is(Kind::Fnsku) => Kind::Fnsku,
        _ => return None,
    };
    let is_hinted = hint.is(kind);
    if word.len() == LENGTH && capitals_and_digits(word) && (has_digit || is_hinted) {
        // Units that carry no label of their own have the ASIN as their FNSKU.
        return Some(if hint.is(Kind::Fnsku) { Form::of(Kind::Fnsku) } else { Form::of(kind) });
    }
    let is_near = is_hinted
        && is_of_one_case(word)
        && word.len().abs_diff(LENGTH) <= 3
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_near.then(|| {
        let form = Form::of(kind);
        let form = if word.len() == LENGTH { form } else { form.wrong(length(word.len(), LENGTH)) };
        if capitals_and_digits(word) { form } else { form.wrong("Amazon writes it in capitals") }
    })
}

fn seller(word: &str, hint: &Hint) -> Option<Form> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 10..=21;
    const USUAL: std::ops::RangeInclusive<usize> = 13..=14;
    let is_hinted = hint.is(Kind::SellerId);
    let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
    if !is_plain || !starts_with(word, "A") || !LENGTHS.contains(&word.len()) || !(has_digit || is_hinted) {
        return None;
    }
    let is_capital = capitals_and_digits(word);
    // Capitals and small letters together are of something else, such as a secret.
    if !(is_capital || is_hinted && is_of_one_case(word)) {
        return None;
    }
    // Amazon has marketplaces outside its shops, whose ids are not in our list.
    let others = if USUAL.contains(&word.len()) && !is_hinted { &[Kind::MarketplaceId][..] } else { &[] };
    let form = Form::of(Kind::SellerId).or(others);
    let form = if is_capital { form } else { form.wrong("Amazon writes it in capitals") };
    let is_usual = USUAL.contains(&word.len());
    Some(if is_usual {
        form
    } else {
        form.wrong(format!("it has {} characters, where 13 or 14 are usual", word.len()))
    })
}

/// A secret without a beginning of its own.
fn bare_secret(word: &str, hint: &Hint) -> Option<Form> {
    const AWS: usize = 40;
    const LWA: usize = 64;
    const CLIENT: usize = 32;
    let is_hex = hex_of(word);
    if hint.is(Kind::ClientSecret) && word.len().abs_diff(LWA) <= 8 && is_hex || word.len() == LWA && is_hex {
        let form = Form::of(Kind::ClientSecret);
        let form = if hint.is(Kind::ClientSecret) { form } else { form.or(&[Kind::OtherText]) };
        return Some(if word.len() == LWA { form } else { form.wrong(length(word.len(), LWA)) });
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
