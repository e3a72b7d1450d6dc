//! The columns and elements for points that Amazon has taken out of listing feeds.

use spapi_types::text::folded;

/// A column or element that sets points no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetiredColumn {
    /// The usual spelling.
    pub name: &'static str,
    /// What replaced it.
    pub instead: &'static str,
}

const STANDARD: &str = "sku and points_percent of the feed POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA";
const SALE: &str = "sku and points_percent of the feed POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA, which has no column for sale prices";

/// The column of that name that no longer sets points: `standard_price_points_percent`, `StandardPricePointsPercent`, the
/// same of sale prices, and the columns with numbers of points of older listing files. Case, blanks, underscores and hyphens
/// do not count.
///
/// ```
/// use spapi_points::retired_column;
///
/// let column = retired_column("StandardPricePointsPercent").unwrap();
/// assert!(column.instead.contains("points_percent"));
/// assert!(retired_column("points_percent").is_none());
/// ```
pub fn retired_column(name: &str) -> Option<RetiredColumn> {
    let (name, instead) = match folded(name).as_str() {
        "standardpricepointspercent" => ("standard_price_points_percent", STANDARD),
        "salepricepointspercent" | "salespricepointspercent" => ("sale_price_points_percent", SALE),
        "standardpricepoint" | "standardpricepoints" => ("standard_price_points", STANDARD),
        "salepricepoint" | "salepricepoints" | "salespricepoint" | "salespricepoints" => ("sales_price_points", SALE),
        _ => return None,
    };
    Some(RetiredColumn { name, instead })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FEED;

    #[test]
    fn retired_names_are_known_in_every_spelling() {
        for name in [
            "standard_price_points_percent",
            "standard-price-points-percent",
            "Standard Price Points Percent",
            "StandardPricePointsPercent",
            "standard-price-point",
            "standard_price_points",
        ] {
            assert!(retired_column(name).unwrap().instead.contains(FEED), "{name}");
        }
        for name in ["sale_price_points_percent", "SalePricePointsPercent", "sales-price-points", "sales_price_points"]
        {
            assert!(retired_column(name).unwrap().instead.ends_with("no column for sale prices"), "{name}");
        }
        for name in ["sku", "points_percent", "standard_price", "sale-price", ""] {
            assert_eq!(retired_column(name), None, "{name}");
        }
    }
}
