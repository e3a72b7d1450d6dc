//! The parameters of a call, validated by what the table says of the operation.

use crate::catalog::{close_to, did_you_mean, unusual};
use crate::exit::Failure;
use crate::force::Force;
use crate::marketplace::{is_like_id, takes_ids};
use crate::time::{FORMS, back_from_now};
use spapi_core::{DateTime, Marketplace};
use spapi_metadata::{Kind, List, Location, Parameter, Published};
use std::str::FromStr;

/// A name and a value, as they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    name: String,
    value: String,
    /// Whether a comma in the value belongs to it.
    is_whole: bool,
}

impl Argument {
    /// One value, which has its commas for itself.
    pub fn whole(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), is_whole: true }
    }
}

/// `name=value` as it was typed.
impl FromStr for Argument {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() => {
                Ok(Self { name: name.to_owned(), value: value.to_owned(), is_whole: false })
            }
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

/// Values for parameters that come from options.
#[derive(Debug, Default)]
pub struct Fill<'a> {
    /// For the parameter that takes marketplaces, unless an argument does.
    pub marketplace: Option<Marketplace>,
    /// For the parameter that takes a page's token.
    pub page_token: Option<&'a str>,
}

/// Arguments that can be sent.
#[derive(Debug)]
pub struct Arguments {
    pub values: Values,
    /// Warnings about values that look wrong and are sent.
    pub warnings: Vec<String>,
    /// `name=value` for each time that was given as a time back from now.
    pub fixed_times: Vec<String>,
}

/// Finds each argument's parameter, and validates names, kinds and what is required.
pub fn validate(found: Published, typed: &[Argument], fill: &Fill, force: &Force) -> Result<Arguments, Failure> {
    let mut arguments = Arguments { values: Values::new(), warnings: Vec::new(), fixed_times: Vec::new() };
    for argument in typed {
        let parameter = find(found, &argument.name)?;
        if argument.value.is_empty() {
            return Err(
                Failure::usage(format!("{} has no value", parameter.name)).with_next("give it one, or leave it out")
            );
        }
        let values = match parameter.list {
            List::No => vec![argument.value.clone()],
            _ if argument.is_whole => vec![argument.value.clone()],
            _ => split(&argument.value),
        };
        let values = values.into_iter().map(|value| arguments.validated(parameter, value, force));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        arguments.add(parameter, values)?;
    }
    if let Some(token) = fill.page_token {
        let name = found.entry.operation.paging.and_then(|paging| paging.token_parameter());
        let parameter = found.entry.parameters.iter().find(|parameter| Some(parameter.name) == name);
        let parameter = parameter.ok_or_else(|| {
            Failure::usage(format!("{} has no pages that --page-token can start at", found.entry.operation))
        })?;
        arguments.add(parameter, vec![token.to_owned()])?;
    }
    if let Some((parameter, marketplace)) = marketplace_parameter(found).zip(fill.marketplace)
        && arguments.values.iter().all(|given| given.parameter.name != parameter.name)
    {
        arguments.add(parameter, vec![marketplace.id().to_owned()])?;
    }
    validate_required(found, &arguments.values)?;
    Ok(arguments)
}

/// The parameter that takes marketplaces, if the operation has one.
pub fn marketplace_parameter(found: Published) -> Option<&'static Parameter> {
    found.entry.parameters.iter().find(|parameter| is_marketplace(parameter))
}

impl Arguments {
    /// The page token that is sent, if one is.
    pub fn page_token(&self, found: Published) -> Option<&str> {
        let name = found.entry.operation.paging.and_then(|paging| paging.token_parameter())?;
        let given = self.values.iter().find(|given| given.parameter.name == name)?;
        given.values.first().map(String::as_str)
    }

    fn add(&mut self, parameter: &'static Parameter, values: Vec<String>) -> Result<(), Failure> {
        match self.values.iter_mut().find(|given| given.parameter.name == parameter.name) {
            None => self.values.push(Given { parameter, values }),
            Some(given) if parameter.list != List::No => given.values.extend(values),
            Some(_) => {
                return Err(Failure::usage(format!("{} is given twice, and takes one value", parameter.name)));
            }
        }
        Ok(())
    }

    /// The value as it is sent.
    fn validated(&mut self, parameter: &Parameter, value: String, force: &Force) -> Result<String, Failure> {
        let name = parameter.name;
        let wrong = |wants: &str| Err(Failure::usage(format!("{name} takes {wants}, not {value:?}")));
        if value.is_empty() {
            return Err(
                Failure::usage(format!("the list {name} holds an empty value")).with_next("leave out the comma")
            );
        }
        match parameter.kind {
            Kind::Integer if value.parse::<i64>().is_err() => return wrong("a whole number"),
            Kind::Number if !value.parse::<f64>().is_ok_and(f64::is_finite) => return wrong("a number"),
            Kind::Boolean if value != "true" && value != "false" => return wrong("true or false"),
            _ => {}
        }
        // Amazon's sandbox accepts these words for any value.
        let is_test_case = value.contains("TEST_CASE");
        let is_interval = parameter.name == INTERVAL;
        if is_interval || parameter.kind == Kind::DateTime {
            let fixed = fixed_time(parameter, &value)?;
            let time = fixed.as_deref().unwrap_or(&value);
            let is_time = |text: &str| DateTime::from(text).is_iso_8601();
            let (what, forms, is_sound) = match is_interval {
                false => ("a time", FORMS, is_time(time)),
                true => {
                    let both = time.split_once(BETWEEN).is_some_and(|(from, to)| is_time(from) && is_time(to));
                    ("an interval", INTERVAL_FORMS, both)
                }
            };
            if !is_test_case && !is_sound {
                force.doubt(format!("{name} {value:?} is not {what}: give {forms}"), "", &mut self.warnings)?;
            }
            if let Some(time) = fixed {
                self.fixed_times.push(format!("{name}={time}"));
                return Ok(time);
            }
        }
        if is_marketplace(parameter) || parameter.name.eq_ignore_ascii_case(GRANULARITY) {
            match value.parse::<Marketplace>() {
                Ok(marketplace) => return Ok(marketplace.id().to_owned()),
                Err(_) if is_test_case => {}
                Err(_) if is_like_id(&value) => {
                    self.warnings.push(format!("{name} {value:?} is not a known marketplace, and is sent as it is"));
                }
                Err(_) => {
                    let codes = Marketplace::ALL.iter().map(|marketplace| marketplace.country_code());
                    let close = did_you_mean(&close_to(&value, codes));
                    force.doubt(format!("{name} {value:?} is not a known marketplace"), &close, &mut self.warnings)?;
                }
            }
        }
        if !is_test_case && !parameter.values.is_empty() && !parameter.values.contains(&value.as_str()) {
            let close = did_you_mean(&close_to(&value, parameter.values.iter().copied()));
            force.doubt(format!("{name} {value:?} is not a known value"), &close, &mut self.warnings)?;
        }
        if !is_test_case {
            self.warnings.extend(unusual(&format!("{name} {value:?}"), &value, parameter.usual));
        }
        Ok(value)
    }
}

/// The parameter of that name. Its case may differ, unless two parameters differ only in case.
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

/// Splits a list at its commas. A backslash before a comma or a backslash makes it part of a value.
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

/// Whether its values are ids of marketplaces.
pub fn is_marketplace(parameter: &Parameter) -> bool {
    takes_ids(parameter.name)
}

/// It takes a marketplace's id, the only granularity of inventory.
const GRANULARITY: &str = "granularityId";

/// It takes two times.
const INTERVAL: &str = "interval";

/// What stands between the two times of an interval.
const BETWEEN: &str = "--";

const INTERVAL_FORMS: &str = "two ISO 8601 times with two hyphens between them, such as \
                              2026-11-01T00:00:00Z--2026-11-08T00:00:00Z, or a time back from now, such as 7d for the \
                              last 7 days";

/// Parameters that take a day without a time.
const DAYS: [&str; 3] = ["asOfDate", "periodStart", "periodEnd"];

/// A time or interval that is given back from now, in the form that Amazon takes. `None` if it is given in another way.
fn fixed_time(parameter: &Parameter, value: &str) -> Result<Option<String>, Failure> {
    let one = |value: &str| {
        back_from_now(value, DAYS.contains(&parameter.name))
            .map_err(|error| Failure::usage(format!("{} {value:?} is not a time: {error}", parameter.name)))
    };
    if parameter.name != INTERVAL {
        return one(value);
    }
    let joined = |from: &str, to: &str| Some(format!("{from}{BETWEEN}{to}"));
    let Some((from, to)) = value.split_once(BETWEEN) else {
        let now = one("0s")?;
        return Ok(one(value)?.zip(now).and_then(|(from, now)| joined(&from, &now)));
    };
    Ok(match (one(from)?, one(to)?) {
        (None, None) => None,
        (after, before) => joined(after.as_deref().unwrap_or(from), before.as_deref().unwrap_or(to)),
    })
}

/// Names everything that is missing. With a page token, core knows what else must be sent.
fn validate_required(found: Published, values: &Values) -> Result<(), Failure> {
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

/// The command that explains the parameters.
fn details(found: Published) -> String {
    format!("`spapi operations {found}` shows its parameters")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn run(section: &str, operation: &str, arguments: &[&str]) -> Result<Arguments, String> {
        run_with(section, operation, arguments, &Fill::default(), false)
    }

    fn run_with(
        section: &str,
        operation: &str,
        arguments: &[&str],
        fill: &Fill,
        force: bool,
    ) -> Result<Arguments, String> {
        let found = catalog::operation(&section.parse().unwrap(), operation).unwrap();
        let arguments: Vec<Argument> = arguments.iter().map(|text| text.parse().unwrap()).collect();
        validate(found, &arguments, fill, &Force { force }).map_err(|failure| match failure {
            Failure::Error { message, next, .. } => format!("{message} | {}", next.unwrap_or_default()),
            Failure::ReaderGone => String::new(),
        })
    }

    fn values(accepted: &Arguments) -> Vec<(&str, Vec<&str>)> {
        accepted
            .values
            .iter()
            .map(|given| (given.parameter.name, given.values.iter().map(String::as_str).collect()))
            .collect()
    }

    #[test]
    fn lists_are_split_or_repeated_and_countries_become_ids() {
        let accepted = run(
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
            values(&accepted),
            [
                ("marketplaceIds", vec!["A1VC38T7YXB528", "ATVPDKIKX0DER"]),
                ("includedData", vec!["BUYER", "TAX", "PAYMENT"]),
                ("maxResultsPerPage", vec!["5"]),
            ]
        );
        assert!(accepted.warnings.is_empty(), "{:?}", accepted.warnings);
    }

    #[test]
    fn a_comma_within_a_value_is_escaped_and_other_values_are_left_alone() {
        assert_eq!(split(r"a\,b,c\\,d\x,\"), ["a,b", r"c\", r"d\x", r"\"]);
        let accepted = run("orders@v0", "getOrder", &[r"orderId=a,b\,c=d"]).unwrap();
        assert_eq!(values(&accepted), [("orderId", vec![r"a,b\,c=d"])]);
    }

    #[test]
    fn a_whole_value_keeps_its_commas() {
        let found = catalog::operation(&"orders".parse().unwrap(), "searchOrders").unwrap();
        let whole = [Argument::whole("includedData", "BUYER"), Argument::whole("includedData", "a,b")];
        let force = Force { force: true };
        let accepted = validate(found, &whole, &Fill::default(), &force).unwrap();
        assert_eq!(values(&accepted), [("includedData", vec!["BUYER", "a,b"])]);
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
        let accepted = run("orders", "getOrder", &["ORDERID=1"]).unwrap();
        assert_eq!(values(&accepted), [("orderId", vec!["1"])], "in Amazon's spelling");
    }

    #[test]
    fn all_that_is_missing_is_named() {
        let error = run("sales", "getOrderMetrics", &["interval=7d"]).unwrap_err();
        assert!(
            error.starts_with("sales@v1 getOrderMetrics needs marketplaceIds, granularity | add marketplaceIds=... ")
        );
        let error = run("orders@v0", "getOrders", &[]).unwrap_err();
        assert!(error.contains("needs MarketplaceIds"), "{error}");
        assert!(run("orders@v0", "getOrders", &["NextToken=t"]).is_ok(), "the token may stand for the rest");
        assert!(run("orders@v0", "getOrderItems", &["NextToken=t"]).unwrap_err().contains("needs orderId"));
    }

    #[test]
    fn kinds_are_validated() {
        let error = |section, operation, argument| run(section, operation, &[argument]).unwrap_err();
        assert!(error("orders", "searchOrders", "maxResultsPerPage=ten").contains("takes a whole number, not \"ten\""));
        assert!(error("orders@v0", "getOrders", "IsISPU=yes").contains("takes true or false, not \"yes\""));
        assert!(error("orders", "getOrder", "orderId=").contains("orderId has no value"));
        assert!(error("orders", "searchOrders", "includedData=BUYER,,TAX").contains("holds an empty value"));

        let twice = run("orders", "getOrder", &["orderId=1", "orderId=2"]).unwrap_err();
        assert!(twice.contains("orderId is given twice"), "{twice}");
    }

    #[test]
    fn what_is_not_known_is_refused_unless_it_is_forced() {
        let odd = ["createdAfter=yesterday", "includedData=BYER", "marketplaceIds=XX"];
        for (argument, says) in odd.iter().zip([
            "createdAfter \"yesterday\" is not a time: give an ISO 8601 date",
            "includedData \"BYER\" is not a known value; did you mean BUYER?",
            "marketplaceIds \"XX\" is not a known marketplace",
        ]) {
            let error = run("orders", "searchOrders", &[argument]).unwrap_err();
            assert!(error.starts_with(says) && error.ends_with("add --force to send it as it is"), "{error}");
        }
        let forced = run_with("orders", "searchOrders", &odd, &Fill::default(), true).unwrap();
        assert_eq!(forced.warnings.len(), 3, "{:?}", forced.warnings);
        assert_eq!(
            forced.warnings[1],
            "includedData \"BYER\" is not a known value, and is sent as it is; did you mean BUYER?"
        );
        assert_eq!(values(&forced)[0], ("createdAfter", vec!["yesterday"]));

        for other in ["14.03.2026", "Jun 8, 2026 10:00 PM PDT"] {
            let error = run("orders", "searchOrders", &[&format!("createdAfter={other}")]).unwrap_err();
            assert!(error.contains("is not a time: give an ISO 8601 date"), "{error}");
        }

        let new = ["marketplaceIds=A1NEWMARKET00X", "createdAfter=TEST_CASE_200", "includedData=TEST_CASE_400"];
        let accepted = run("orders", "searchOrders", &new).unwrap();
        assert_eq!(
            accepted.warnings,
            ["marketplaceIds \"A1NEWMARKET00X\" is not a known marketplace, and is sent as it is"]
        );
    }

    #[test]
    fn times_may_be_given_back_from_now_wherever_a_parameter_takes_one() {
        for (section, operation, name, more) in [
            ("orders", "searchOrders", "createdAfter", &[][..]),
            ("orders@v0", "getOrders", "LastUpdatedAfter", &["MarketplaceIds=JP"]),
            ("reports", "getReports", "createdSince", &[]),
            ("services", "getServiceJobs", "createdAfter", &["marketplaceIds=JP"]),
            ("finances@v0", "listFinancialEvents", "PostedBefore", &[]),
        ] {
            let accepted = run(section, operation, &[&[&*format!("{name}=3w")], more].concat()).unwrap();
            let expected = back_from_now("3w", false).unwrap().unwrap();
            let sent = values(&accepted)[0].1[0].to_owned();
            // The clock may go on between the two.
            assert_eq!((sent.len(), &sent[..14]), (expected.len(), &expected[..14]), "{section} {name}");
            assert_eq!(accepted.fixed_times, [format!("{name}={sent}")]);
        }
        let accepted = run(
            "sales",
            "getOrderMetrics",
            &["interval=7d--2026-11-08T00:00Z", "marketplaceIds=JP", "granularity=Total"],
        )
        .unwrap();
        let sent = values(&accepted)[0].1[0];
        assert!(sent.starts_with("20") && sent.ends_with("Z--2026-11-08T00:00Z"), "{sent}");
        for (day, length) in [("asOfDate=3w", 10), ("asOfDate=2026-11-01", 10)] {
            let accepted = run("finances", "listBalances", &[day, "marketplaceIds=JP"]).unwrap();
            assert_eq!(values(&accepted)[0].1[0].len(), length, "{day}");
        }
        let early = run("orders", "searchOrders", &["createdAfter=99999999999d"]).unwrap_err();
        assert!(early.contains("createdAfter") && early.contains("before the year 1970"), "{early}");
        let text = run("orders", "getOrder", &["orderId=7d"]).unwrap();
        assert_eq!(values(&text), [("orderId", vec!["7d"])]);
    }

    #[test]
    fn an_interval_may_be_a_time_back_from_now_and_a_wrong_one_is_refused_with_an_example() {
        let metrics = |interval: &str, force| {
            let arguments = [&*format!("interval={interval}"), "marketplaceIds=JP", "granularity=Total"];
            run_with("sales", "getOrderMetrics", &arguments, &Fill::default(), force)
        };
        for given in ["7d", "2d--1h", "2026-11-01--1h"] {
            let accepted = metrics(given, false).unwrap();
            let sent = values(&accepted)[0].1[0];
            let (from, to) = sent.split_once("--").unwrap();
            for time in [from, to] {
                assert!(DateTime::from(time).is_iso_8601() && time.starts_with("20") && !time.contains('.'), "{sent}");
            }
            assert_eq!(accepted.fixed_times, [format!("interval={sent}")]);
        }
        for wrong in ["x", "2026-11-01", "2026-11-01/2026-11-08", "yesterday--today", "--", "2026-11-01--", "7d--soon"]
        {
            let error = metrics(wrong, false).unwrap_err();
            assert!(error.contains("is not an interval: give") && error.contains("T00:00:00Z--2026"), "{error}");
            assert_eq!(metrics(wrong, true).unwrap().warnings.len(), 1, "{wrong}");
        }
        assert!(metrics("TEST_CASE_200", false).unwrap().warnings.is_empty());
    }

    #[test]
    fn a_value_that_is_not_a_usual_one_is_sent_with_a_warning() {
        let warnings =
            |argument: &str| run("orders@v0", "getOrders", &["MarketplaceIds=JP", argument]).unwrap().warnings;
        assert_eq!(
            warnings("OrderStatuses=Shiped,Pending"),
            ["OrderStatuses \"Shiped\" is not a known value, and is sent as it is; did you mean Shipped or Unshipped?"]
        );
        assert_eq!(
            warnings("PaymentMethods=Cash"),
            ["PaymentMethods \"Cash\" is not a known value, and is sent as it is"]
        );
        for known in ["OrderStatuses=Shipped,Canceled", "OrderStatuses=TEST_CASE_400", "BuyerEmail=a@example.com"] {
            assert!(warnings(known).is_empty(), "{known}");
        }
    }

    #[test]
    fn a_marketplace_fills_the_parameter_that_takes_one_unless_an_argument_does() {
        let fill = Fill { marketplace: Some(Marketplace::JP), page_token: None };
        let sent = |section, operation, arguments: &[&str]| {
            let accepted = run_with(section, operation, arguments, &fill, false).unwrap();
            let values = values(&accepted).into_iter().map(|(name, values)| format!("{name}={}", values.join(",")));
            values.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(sent("reports", "getReports", &[]), "marketplaceIds=A1VC38T7YXB528");
        assert_eq!(sent("reports", "getReports", &["marketplaceIds=AU"]), "marketplaceIds=A39IBJ37TRP1C6");
        assert_eq!(sent("orders@v0", "getOrders", &[]), "MarketplaceIds=A1VC38T7YXB528");
        assert_eq!(sent("orders", "getOrder", &["orderId=1"]), "orderId=1");
        let inventory = ["granularityType=Marketplace", "granularityId=JP"];
        assert_eq!(
            sent("fba-inventory", "getInventorySummaries", &inventory),
            "granularityType=Marketplace granularityId=A1VC38T7YXB528 marketplaceIds=A1VC38T7YXB528"
        );
    }

    #[test]
    fn a_pages_token_goes_to_the_parameter_that_takes_it() {
        let fill = Fill { marketplace: None, page_token: Some("a,b=") };
        let accepted = run_with("orders@v0", "getOrders", &[], &fill, false).unwrap();
        assert_eq!(values(&accepted), [("NextToken", vec!["a,b="])]);
        let twice = run_with("orders@v0", "getOrders", &["NextToken=t"], &fill, false).unwrap_err();
        assert!(twice.contains("NextToken is given twice"), "{twice}");
        let none = run_with("orders", "getOrder", &["orderId=1"], &fill, false).unwrap_err();
        assert!(none.contains("has no pages that --page-token can start at"), "{none}");
    }

    #[test]
    fn what_is_no_argument_says_how_to_write_one() {
        for wrong in ["orderId", "=5", ""] {
            assert_eq!(wrong.parse::<Argument>(), Err("write it as name=value"));
        }
    }
}
