//! `spapi listing price`: changes the price of one offer, and nothing else.

use super::change::{applying, report, say, show};
use super::submitted;
use super::target::Target;
use crate::connection::Connected;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::output::table::Column;
use crate::{notes, time};
use clap::Args;
use serde_json::json;
use spapi_core::{Decimal, Marketplace, decimal};
use spapi_jobs::Feeds;
use spapi_listings::{Listings, PriceChange, PricePlan, PriceRequest};
use std::time::Duration;

const HELP: &str = "\
The offer is found by marketplace, currency and audience. Offers of other audiences, sale prices, other marketplaces, the stock \
and its lead time stay as they are; what changed besides the price is shown.

The exit code is 0 once Amazon has taken the change, also if it does not show it yet.

Examples:
  spapi listing price A-1 -m DE --price 12.50 --dry-run
  spapi listing price A-1 -m DE --price 11.90 --audience B2B
  spapi listing price A-1 -m JP --price 1980 --restore-points";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The new price, such as 12.50. It is not rounded.
    #[arg(long, value_name = "PRICE", value_parser = price, allow_negative_numbers = true)]
    price: Decimal,

    /// The buyers whose offer it is: ALL or B2B.
    #[arg(long, value_name = "AUDIENCE", default_value = "ALL", value_parser = audience)]
    audience: String,

    /// The currency of the offer [default: the marketplace's].
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,

    /// Also set the lowest price that you allow.
    #[arg(long, value_name = "PRICE", value_parser = price, allow_negative_numbers = true)]
    minimum: Option<Decimal>,

    /// Also set the highest price that you allow.
    #[arg(long, value_name = "PRICE", value_parser = price, allow_negative_numbers = true)]
    maximum: Option<Decimal>,

    /// Send a price outside of what you allow.
    #[arg(long)]
    force: bool,

    /// Also watch the listing in these marketplaces, where nothing must change.
    #[arg(long, value_delimiter = ',', value_name = "CODE,...")]
    watch: Vec<Marketplace>,

    /// In Japan: set the points of the offer again by a feed if the change of the price changed them.
    #[arg(long)]
    restore_points: bool,

    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,

    /// How long to wait until Amazon shows the price.
    #[arg(long = "for", value_name = "DURATION", default_value = "2m", value_parser = time::wait, allow_hyphen_values = true)]
    longest: Duration,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

/// The longest price. A longer one has more digits than a decimal holds.
const LONGEST: usize = 28;

/// Reads a price without rounding it.
fn price(text: &str) -> Result<Decimal, String> {
    let text = text.trim();
    match decimal::parse(text, None) {
        Ok(_) if text.len() > LONGEST => Err("give a price of fewer digits, such as 12.50".to_owned()),
        Ok(price) => Ok(price),
        Err(error) => Err(format!("{error}; give a price such as 12.50")),
    }
}

/// Reads an audience. Amazon writes all of them in capital letters.
fn audience(text: &str) -> Result<String, String> {
    match text.trim().to_ascii_uppercase() {
        empty if empty.is_empty() => Err("give the buyers whose offer it is: ALL or B2B".to_owned()),
        // Answers of Amazon's call the offer for all buyers so.
        name if name == "B2C" => Ok("ALL".to_owned()),
        name => Ok(name),
    }
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let (connected, listings) = options.target.connect().await?;
    let mut interrupt = Interrupt::new();
    let plan = interrupt.or(notes::while_waiting(options.request(&listings).plan())).await?;
    let plan = plan.map_err(|error| connected.failure(error))?;
    let planned = planned(&plan);
    if options.format == Format::Table {
        show(&[Column::text("WHAT"), Column::text("NOW"), Column::text("AFTER")], &options.rows(&plan))?;
    }
    say(plan.preview());
    if plan.is_refused() || options.dry_run {
        if options.format != Format::Table {
            submitted::json(options.format, &json!({ "plan": planned, "change": null }))?;
        }
        if plan.is_refused() {
            return Err(Failure::new(Exit::Failed, "Amazon would refuse the change; nothing was changed"));
        }
        notes::note("nothing was changed");
        return Ok(());
    }
    let change = interrupt.or(applying(plan.apply(), "the price")).await;
    let change = change.map_err(|failure| options.interrupted(failure))?.map_err(|error| connected.failure(error))?;
    match options.format {
        Format::Table => {
            show(&[Column::text("WHAT"), Column::text("BEFORE"), Column::text("NOW")], &changed(&change))?;
        }
        format => submitted::json(format, &json!({ "plan": planned, "change": change }))?,
    }
    report(change.submission.is_some(), &change.pending, &change.others, &change.issues);
    options.points(&connected, &change).await
}

impl Options {
    fn request(&self, listings: &Listings) -> PriceRequest {
        let request = listings.price(&self.target.sku, self.target.marketplace(), self.price);
        let request = request.audience(&self.audience).wait_for(self.longest).watching(self.watch.iter().copied());
        let request = self.currency.iter().fold(request, PriceRequest::currency);
        let request = self.minimum.into_iter().fold(request, PriceRequest::minimum);
        let request = self.maximum.into_iter().fold(request, PriceRequest::maximum);
        if self.force { request.force() } else { request }
    }

    /// What the plan says, and what stays.
    fn rows(&self, plan: &PricePlan) -> Vec<[String; 3]> {
        let money = |price: Option<Decimal>| price.map(|price| format!("{} {}", price.normalize(), plan.currency()));
        let mut rows = vec![[
            format!("price ({})", plan.audience()),
            shown(money(plan.before())),
            shown(money(Some(plan.after()))),
        ]];
        let bounds = [("lowest price", plan.minimum(), self.minimum), ("highest price", plan.maximum(), self.maximum)];
        for (name, now, bound) in bounds {
            if now.is_some() || bound.is_some() {
                rows.push([name.to_owned(), shown(money(now)), shown(money(bound.or(now)))]);
            }
        }
        if let Some(sale) = money(plan.sale_price()) {
            rows.push(["sale price".to_owned(), sale.clone(), sale]);
        }
        if let Some(points) = plan.points() {
            rows.push(["points".to_owned(), points.to_string(), "shown afterward".to_owned()]);
        }
        rows
    }

    fn interrupted(&self, failure: Failure) -> Failure {
        failure.and_next(format!(
            "`spapi listing price {} --price ... --dry-run` shows the price now",
            self.target.words()
        ))
    }

    /// Says what became of the points, and sets them again if that is asked for.
    async fn points(&self, connected: &Connected, change: &PriceChange) -> Result<(), Failure> {
        if !change.points.changed() {
            return Ok(());
        }
        let number = |points: Option<i64>| points.map_or("none".to_owned(), |points| points.to_string());
        notes::warn(format!(
            "the points were {}, and are {}",
            number(change.points.before),
            number(change.points.after)
        ));
        if !self.restore_points {
            notes::note(
                "--restore-points sets them again in the same run; the feed POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA does it now",
            );
            return Ok(());
        }
        let feed = change.restore_points(&Feeds::new(&connected.client))?;
        let outcome = Interrupt::new().or(notes::while_waiting(feed.into_future())).await?;
        let outcome = outcome.map_err(|error| connected.failure(error))?;
        let id = outcome.feed_id.clone();
        let report = outcome.result().map_err(|error| connected.failure(error))?.report().await;
        match report.map_err(|error| connected.failure(error))?.is_clean() {
            true => {
                notes::note(format!("the points are set again by feed {id}"));
                Ok(())
            }
            false => Err(Failure::new(Exit::Failed, format!("Amazon did not take the points of feed {id}"))),
        }
    }
}

fn shown(value: Option<String>) -> String {
    value.unwrap_or_default()
}

fn planned(plan: &PricePlan) -> serde_json::Value {
    json!({
        "sku": plan.listing().sku,
        "marketplaceId": plan.listing().marketplace_id,
        "audience": plan.audience(),
        "currency": plan.currency(),
        "before": plan.before().map(|price| price.normalize().to_string()),
        "after": plan.after().normalize().to_string(),
        "minimum": plan.minimum().map(|price| price.normalize().to_string()),
        "maximum": plan.maximum().map(|price| price.normalize().to_string()),
        "salePrice": plan.sale_price().map(|price| price.to_string()),
        "points": plan.points(),
        "patch": plan.patch(),
        "preview": plan.preview(),
    })
}

fn changed(change: &PriceChange) -> Vec<[String; 3]> {
    let money = |price: Option<Decimal>| shown(price.map(|price| format!("{} {}", price.normalize(), change.currency)));
    let mut rows = vec![[format!("price ({})", change.audience), money(change.before), money(change.after)]];
    let number = |points: Option<i64>| points.map(|points| points.to_string()).unwrap_or_default();
    if change.points.before.is_some() || change.points.after.is_some() {
        rows.push(["points".to_owned(), number(change.points.before), number(change.points.after)]);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{audience, price};

    #[test]
    fn an_audience_is_read_in_any_case() {
        for (text, expected) in [("all", "ALL"), ("b2b", "B2B"), (" B2B ", "B2B"), ("b2c", "ALL"), ("other", "OTHER")] {
            assert_eq!(audience(text).unwrap(), expected);
        }
        assert!(audience(" ").unwrap_err().contains("ALL or B2B"));
    }

    #[test]
    fn a_price_is_read_and_never_rounded() {
        for (text, expected) in [("12.50", "12.50"), ("12,50", "12.50"), ("1,234.50", "1234.50"), ("1980", "1980")] {
            assert_eq!(price(text).unwrap().to_string(), expected);
        }
        for wrong in ["", "1e400", "1,234", "12.50 EUR", "x", "0.10000000000000000000000000000001"] {
            assert!(price(wrong).unwrap_err().contains("such as 12.50"), "{wrong}");
        }
    }
}
