//! The parameters of a call, held against what the table says of the operation.

use crate::catalog::{close_to, did_you_mean};
use crate::exit::Failure;
use spapi_core::{DateTime, Marketplace};
use spapi_metadata::{Kind, List, Location, Parameter, Published};
use std::str::FromStr;

/// `name=value` as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    name: String,
    value: String,
}

impl FromStr for Argument {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            _ => Err("write it as name=value"),
        }
    }
}

/// A parameter with its values: one, unless it takes a list.
#[derive(Debug)]
pub struct Given {
    pub parameter: &'static Parameter,
    pub values: Vec<String>,
}

pub type Values = Vec<Given>;

/// Arguments that can be sent.
#[derive(Debug)]
pub struct Checked {
    pub values: Values,
    /// What looks wrong, and is for Amazon to judge.
    pub warnings: Vec<String>,
}

/// Finds each argument's parameter, and checks names, kinds and what is required.
pub fn check(found: Published, arguments: &[Argument]) -> Result<Checked, Failure> {
    let mut values = Values::new();
    let mut warnings = Vec::new();
    for argument in arguments {
        let parameter = find(found, &argument.name)?;
        if argument.value.is_empty() {
            return Err(
                Failure::usage(format!("{} has no value", parameter.name)).with_next("give it one, or leave it out")
            );
        }
        let new = match parameter.list {
            List::No => vec![argument.value.clone()],
            _ => split(&argument.value),
        };
        let new =
            new.into_iter().map(|value| checked(parameter, value, &mut warnings)).collect::<Result<Vec<_>, _>>()?;
        match values.iter_mut().find(|given| given.parameter.name == parameter.name) {
            None => values.push(Given { parameter, values: new }),
            Some(given) if parameter.list != List::No => given.values.extend(new),
            Some(_) => {
                return Err(Failure::usage(format!("{} is given twice, and takes one value", parameter.name)));
            }
        }
    }
    check_required(found, &values)?;
    Ok(Checked { values, warnings })
}

/// The parameter of that name. Case is forgiven where no other differs by case alone.
fn find(found: Published, name: &str) -> Result<&'static Parameter, Failure> {
    let parameters = found.entry.parameters;
    let exact = parameters.iter().find(|parameter| parameter.name == name);
    let mut alike = parameters.iter().filter(|parameter| parameter.name.eq_ignore_ascii_case(name));
    let only_alike = match (alike.next(), alike.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    };
    exact.or(only_alike).ok_or_else(|| {
        let close = did_you_mean(&close_to(name, parameters.iter().map(|parameter| parameter.name)));
        let message = format!("{} has no parameter {name:?}{close}", found.entry.operation);
        let known: Vec<_> = parameters
            .iter()
            .map(|parameter| format!("{}{}", parameter.name, if parameter.required { " (required)" } else { "" }))
            .collect();
        Failure::usage(match known.as_slice() {
            [] => format!("{message}\n  it takes none"),
            known => format!("{message}\n  it takes: {}", known.join(", ")),
        })
        .with_next(details(found))
    })
}

/// Splits a list at its commas. A backslash keeps a comma or another backslash as part of a value.
fn split(list: &str) -> Vec<String> {
    let mut values = vec![String::new()];
    let mut characters = list.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(',' | '\\')) => push(&mut values, characters.next()),
            (',', _) => values.push(String::new()),
            _ => push(&mut values, Some(character)),
        }
    }
    values
}

fn push(values: &mut [String], character: Option<char>) {
    if let Some(last) = values.last_mut() {
        last.extend(character);
    }
}

/// The value as it is sent.
fn checked(parameter: &Parameter, value: String, warnings: &mut Vec<String>) -> Result<String, Failure> {
    let name = parameter.name;
    let wrong = |wants: &str| Err(Failure::usage(format!("{name} takes {wants}, not {value:?}")));
    if value.is_empty() {
        return Err(Failure::usage(format!("the list {name} holds an empty value")).with_next("leave out the comma"));
    }
    match parameter.kind {
        Kind::Integer if value.parse::<i64>().is_err() => return wrong("a whole number"),
        Kind::Number if !value.parse::<f64>().is_ok_and(f64::is_finite) => return wrong("a number"),
        Kind::Boolean if value != "true" && value != "false" => return wrong("true or false"),
        // Amazon's sandbox takes made-up words for dates.
        Kind::DateTime if !DateTime::from(value.as_str()).is_iso_8601() => warnings.push(format!(
            "{name} should be an ISO 8601 date, such as 2026-11-01T00:00:00Z; {value:?} is sent as it is"
        )),
        _ => {}
    }
    if is_marketplace(parameter) {
        match value.parse::<Marketplace>() {
            Ok(marketplace) => return Ok(marketplace.id().to_owned()),
            Err(_) => warnings.push(format!("{name} {value:?} is no known marketplace, and is sent as it is")),
        }
    }
    if !parameter.values.is_empty() && !parameter.values.contains(&value.as_str()) {
        let close = did_you_mean(&close_to(&value, parameter.values.iter().copied()));
        warnings.push(format!("{name} {value:?} is none of the known values, and is sent as it is{close}"));
    }
    Ok(value)
}

/// Whether its values are ids of marketplaces. Amazon writes the name in four ways.
pub fn is_marketplace(parameter: &Parameter) -> bool {
    ["marketplaceId", "marketplaceIds"].iter().any(|name| parameter.name.eq_ignore_ascii_case(name))
}

/// Names all that is missing at once. With the token of a page, core knows what else must be sent.
fn check_required(found: Published, values: &Values) -> Result<(), Failure> {
    let is_given = |name: &str| values.iter().any(|given| given.parameter.name == name);
    let token = found.entry.operation.paging.and_then(|paging| paging.token_parameter());
    let continues = token.is_some_and(is_given);
    let missing: Vec<_> = found
        .entry
        .parameters
        .iter()
        .filter(|parameter| parameter.required && !is_given(parameter.name))
        .filter(|parameter| !continues || parameter.location == Location::Path)
        .map(|parameter| parameter.name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("{} needs {}", found.entry.operation, missing.join(", "));
    let example: Vec<_> = missing.iter().map(|name| format!("{name}=...")).collect();
    Err(Failure::usage(message).with_next(format!("add {}; {}", example.join(" "), details(found))))
}

/// Where the parameters are explained.
fn details(found: Published) -> String {
    let operation = &found.entry.operation.id;
    format!(
        "`spapi operations {}@{} {operation}` shows its parameters",
        found.section.name,
        found.section.version_of(found.api)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn run(section: &str, operation: &str, arguments: &[&str]) -> Result<Checked, String> {
        let found = catalog::operation(&section.parse().unwrap(), operation).unwrap();
        let arguments: Vec<Argument> = arguments.iter().map(|text| text.parse().unwrap()).collect();
        check(found, &arguments).map_err(|failure| match failure {
            Failure::Told { message, next, .. } => format!("{message} | {}", next.unwrap_or_default()),
            Failure::ReaderGone => String::new(),
        })
    }

    fn values(checked: &Checked) -> Vec<(&str, Vec<&str>)> {
        checked
            .values
            .iter()
            .map(|given| (given.parameter.name, given.values.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn lists_are_split_or_repeated_and_countries_become_ids() {
        let checked = run(
            "orders",
            "searchOrders",
            &[
                "marketplaceIds=JP,ATVPDKIKX0DER",
                "includedData=BUYER",
                "includedData=TAX,PAYMENT",
                "maxResultsPerPage=5",
            ],
        )
        .unwrap();
        assert_eq!(
            values(&checked),
            [
                ("marketplaceIds", vec!["A1VC38T7YXB528", "ATVPDKIKX0DER"]),
                ("includedData", vec!["BUYER", "TAX", "PAYMENT"]),
                ("maxResultsPerPage", vec!["5"]),
            ]
        );
        assert!(checked.warnings.is_empty(), "{:?}", checked.warnings);
    }

    #[test]
    fn a_comma_within_a_value_is_escaped_and_other_values_are_left_alone() {
        assert_eq!(split(r"a\,b,c\\,d\x,\"), ["a,b", r"c\", r"d\x", r"\"]);
        let checked = run("orders@v0", "getOrder", &[r"orderId=a,b\,c=d"]).unwrap();
        assert_eq!(values(&checked), [("orderId", vec![r"a,b\,c=d"])]);
    }

    #[test]
    fn an_unknown_name_is_answered_by_the_known_ones() {
        let error = run("sales", "getOrderMetrics", &["granularty=Day"]).unwrap_err();
        assert!(
            error.starts_with("sales@v1 getOrderMetrics has no parameter \"granularty\"; did you mean granularity")
        );
        assert!(
            error.contains("it takes: marketplaceIds (required), interval (required), granularityTimeZone,"),
            "{error}"
        );
        assert!(error.ends_with("| `spapi operations sales@v1 getOrderMetrics` shows its parameters"), "{error}");
        let checked = run("orders", "getOrder", &["ORDERID=1"]).unwrap();
        assert_eq!(values(&checked), [("orderId", vec!["1"])], "in Amazon's spelling");
    }

    #[test]
    fn all_that_is_missing_is_named() {
        let error = run("sales", "getOrderMetrics", &["interval=x"]).unwrap_err();
        assert!(
            error.starts_with("sales@v1 getOrderMetrics needs marketplaceIds, granularity | add marketplaceIds=... ")
        );
        let error = run("orders@v0", "getOrders", &[]).unwrap_err();
        assert!(error.contains("needs MarketplaceIds"), "{error}");
        assert!(run("orders@v0", "getOrders", &["NextToken=t"]).is_ok(), "the token may stand for the rest");
        assert!(run("orders@v0", "getOrderItems", &["NextToken=t"]).unwrap_err().contains("needs orderId"));
    }

    #[test]
    fn kinds_are_checked_and_unknown_values_warned_of() {
        let error = |section, operation, argument| run(section, operation, &[argument]).unwrap_err();
        assert!(error("orders", "searchOrders", "maxResultsPerPage=ten").contains("takes a whole number, not \"ten\""));
        assert!(error("orders@v0", "getOrders", "IsISPU=yes").contains("takes true or false, not \"yes\""));
        assert!(error("orders", "getOrder", "orderId=").contains("orderId has no value"));
        assert!(error("orders", "searchOrders", "includedData=BUYER,,TAX").contains("holds an empty value"));

        let odd = ["createdAfter=TEST_CASE_200", "includedData=BYER", "marketplaceIds=XX"];
        let checked = run("orders", "searchOrders", &odd).unwrap();
        assert_eq!(
            checked.warnings,
            [
                "createdAfter should be an ISO 8601 date, such as 2026-11-01T00:00:00Z; \"TEST_CASE_200\" is sent as it is",
                "includedData \"BYER\" is none of the known values, and is sent as it is; did you mean BUYER?",
                "marketplaceIds \"XX\" is no known marketplace, and is sent as it is",
            ]
        );
        for other in ["14.03.2026", "Jun 8, 2026 10:00 PM PDT"] {
            let checked = run("orders", "searchOrders", &[&format!("createdAfter={other}")]).unwrap();
            assert!(checked.warnings[0].contains("should be an ISO 8601 date"), "{:?}", checked.warnings);
        }
        let twice = run("orders", "getOrder", &["orderId=1", "orderId=2"]).unwrap_err();
        assert!(twice.contains("orderId is given twice"), "{twice}");
    }

    #[test]
    fn what_is_no_argument_says_how_to_write_one() {
        for wrong in ["orderId", "=5", ""] {
            assert_eq!(wrong.parse::<Argument>(), Err("write it as name=value"));
        }
    }
}
