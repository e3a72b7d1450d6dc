//! The forms of ids: of marketplaces, sellers, orders and products.

use super::form::{Form, length, starts_with};
use super::hint::Hint;
use super::kind::Kind;
use spapi_types::Marketplace;

pub(super) fn marketplace(word: &str, hint: &Hint) -> Option<Form> {
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

pub(super) fn order(word: &str, hint: &Hint) -> Option<Form> {
    const DIGITS: usize = 17;
    if word.len() == DIGITS && hint.is(Kind::OrderId) && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Form::of(Kind::OrderId).wrong("its hyphens are missing: three groups of 3, 7 and 7 digits"));
    }
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

pub(super) fn number(word: &str, hint: &Hint) -> Option<Form> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_grouped = word.len() == 14 && word.split('-').all(|group| group.len() == 4 && is_number(group));
    if let Some(form) = barcode(word, hint) {
        return Some(form);
    }
    if is_grouped || word.len() == 12 && is_number(word) {
        let known = [Kind::DeveloperId, Kind::AwsAccountId, Kind::Upc];
        let is_product = is_grouped || !is_barcode(word);
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

/// A barcode of 13 digits, or of 12 if its name says so.
fn barcode(word: &str, hint: &Hint) -> Option<Form> {
    const EAN: usize = 13;
    const UPC: usize = 12;
    if !word.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_named = hint.is(Kind::Upc) || hint.is(Kind::Ean);
    let wrong = "its last digit does not fit the others: a digit is wrong";
    let checked = |kind| if is_barcode(word) { Form::of(kind) } else { Form::of(kind).wrong(wrong) };
    match word.len() {
        // Numbers from 14 to 19 are of no country, and those of 15 to 17 are times in milliseconds.
        EAN if is_named || is_barcode(word) && !("14".."20").contains(&&word[..2]) => Some(checked(Kind::Ean)),
        UPC if is_named => Some(checked(Kind::Upc)),
        _ => None,
    }
}

/// Whether the last digit of a barcode checks the others.
fn is_barcode(word: &str) -> bool {
    let weight = |at: usize| if at % 2 == 0 { 1 } else { 3 };
    let sum: u32 = word.bytes().rev().enumerate().map(|(at, digit)| u32::from(digit - b'0') * weight(at)).sum();
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

pub(super) fn capitals_and_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether it has not both capitals and small letters.
fn is_of_one_case(word: &str) -> bool {
    !word.bytes().any(|byte| byte.is_ascii_lowercase()) || !word.bytes().any(|byte| byte.is_ascii_uppercase())
}

pub(super) fn product(word: &str, hint: &Hint) -> Option<Form> {
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

pub(super) fn seller(word: &str, hint: &Hint) -> Option<Form> {
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
