//! `spapi listing restrictions`: whether the seller may list a product, and if not, why.

use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::output::table::Column;
use crate::output::{self, Format};
use crate::seller::Seller;
use crate::{notes, permission, product_type};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use spapi_core::text::printable;
use spapi_listings::Discovery;
use spapi_listings::discover::{Condition, Eligibility, Permission, Reason};

#[derive(Debug, Args)]
pub struct Options {
    /// The ASINs of the products. `spapi catalog search` finds them.
    #[arg(required = true, value_name = "ASIN", value_parser = NonEmptyStringValueParser::new())]
    asins: Vec<String>,

    /// The condition in which the product is to be listed, such as new or used-good [default: all].
    #[arg(long, value_name = "CONDITION", value_parser = permission::condition)]
    condition: Option<Condition>,

    /// The product type under which it is to be listed. It decides whether the product needs no GTIN.
    #[arg(long, value_name = "TYPE", value_parser = product_type::parse)]
    product_type: Option<String>,

    /// The language of the reasons, such as en_US [default: the marketplace's].
    #[arg(long, value_name = "LOCALE", value_parser = NonEmptyStringValueParser::new())]
    locale: Option<String>,

    /// The format of the restrictions.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    seller: Seller,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let connected = options.seller.connect().await?;
    let discovery = Discovery::new(&connected.client, options.seller.marketplace);
    let discovery = options.seller.seller.iter().fold(discovery, Discovery::seller_id);
    let discovery = options.locale.iter().fold(discovery, Discovery::locale);
    let discovery = options.condition.iter().cloned().fold(discovery, Discovery::condition);

    let mut interrupt = Interrupt::new();
    let mut found = Vec::new();
    let mut failures = Vec::new();
    for asin in &options.asins {
        let call = discovery.restrictions(asin, options.product_type.as_deref());
        match interrupt.or(notes::while_waiting(call)).await? {
            Ok(eligibility) => found.push(eligibility),
            Err(error) if options.asins.len() == 1 => return Err(connected.failure(error)),
            Err(error) => failures.push((asin, error)),
        }
    }
    match options.format {
        Format::Table => {
            let rows = found.iter().flat_map(rows);
            output::list(Format::Table, COLUMNS, rows, Clone::clone, |_| serde_json::Value::Null)?;
        }
        format => output::list(format, COLUMNS, found.iter(), |_| Vec::new(), |one| permission::json(one))?,
    }
    if options.condition.is_none() && found.iter().any(is_of_some_conditions) {
        notes::note("conditions that are not listed are not restricted");
    }
    if found.iter().any(|one| !one.approval_links().is_empty()) {
        notes::note("open a link in a browser, signed in to Seller Central, to ask for approval");
    }
    for (asin, error) in &failures {
        notes::warn(format!("{}: {error}", printable(asin).up_to(40)));
    }
    match failures.len() {
        0 => Ok(()),
        count => Err(Failure::new(
            Exit::Failed,
            format!("{count} of {} ASINs have no answer; the others are listed", options.asins.len()),
        )),
    }
}

/// Whether each restriction is for a condition of its own.
fn is_of_some_conditions(eligibility: &Eligibility) -> bool {
    !eligibility.restrictions.is_empty() && eligibility.restrictions.iter().all(|one| one.condition.is_some())
}

const COLUMNS: &[Column] = &[
    Column::text("ASIN"),
    Column::text("CONDITION"),
    Column::text("MAY LIST"),
    Column::text("CODE"),
    Column::text("REASON"),
    Column::text("LINK"),
];

/// A row for each reason, or one that says that nothing restricts the seller.
fn rows(eligibility: &Eligibility) -> Vec<Vec<String>> {
    let asked = eligibility.condition.as_deref();
    let line = |condition: Option<&str>, permission: Permission, reason: Option<&Reason>| {
        let link = reason.and_then(|reason| reason.links.first());
        vec![
            eligibility.asin.clone(),
            condition.map_or_else(|| "any".to_owned(), permission::typed),
            permission::word(permission).to_owned(),
            reason.map(|reason| reason.code.clone()).unwrap_or_default(),
            reason.map(|reason| reason.message.clone()).unwrap_or_default(),
            link.map(|link| link.url.clone()).unwrap_or_default(),
        ]
    };
    let mut rows = Vec::new();
    for restriction in &eligibility.restrictions {
        let (condition, permission) = (restriction.condition.as_deref().or(asked), restriction.permission());
        match restriction.reasons.as_slice() {
            [] => rows.push(line(condition, permission, None)),
            reasons => rows.extend(reasons.iter().map(|reason| line(condition, permission, Some(reason)))),
        }
    }
    if rows.is_empty() {
        rows.push(line(asked, Permission::MayList, None));
    }
    rows
}
