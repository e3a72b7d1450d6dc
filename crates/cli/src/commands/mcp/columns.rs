//! Which columns of a table have buyers' data.

use super::shield::Shield;
use crate::report_types;
use spapi_rows::{is_personal, known_columns};
use spapi_sync::{Schema, Stream};
use std::collections::BTreeSet;

/// Whether each column may be shown. `fields` are the English names of those that are known.
///
/// A column that nobody knows is not shown where the report may have buyers' data: its name may be in any language.
pub fn shown(shield: Shield, report: Option<&str>, names: &[String], fields: &[Option<&str>]) -> Vec<bool> {
    let may_be_about_buyers = report.is_some_and(report_types::is_personal);
    let is_shown = |(index, name): (usize, &String)| {
        let field = fields.get(index).copied().flatten();
        let is_unknown = field.is_none() && may_be_about_buyers;
        shield.shows_buyers() || !(is_personal(name) || field.is_some_and(is_personal) || is_unknown)
    };
    names.iter().enumerate().map(is_shown).collect()
}

/// The names of the columns of a stream's table that are not shown.
pub fn hidden_of_table(shield: Shield, stream: &'static Stream, names: &[String]) -> BTreeSet<String> {
    let report = stream.report_type().map(|report| report.name);
    let schema = Schema::of(stream);
    let of_document = stream.row_type().map(|row_type| known_columns(row_type, names)).unwrap_or_default();
    let fields: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let is_typed = name != Schema::OTHERS && schema.column(name).is_some();
            let document = || of_document.get(index).copied().flatten().map(|column| column.field);
            if is_typed { Some(name.as_str()) } else { document() }
        })
        .collect();
    let shown = shown(shield, report, names, &fields);
    names.iter().zip(shown).filter(|(_, is_shown)| !is_shown).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_metadata::ReportType;
    use spapi_metadata::document_types::Access;

    fn hidden(stream: &str, names: &[&str]) -> Vec<String> {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let stream = Stream::find(stream).unwrap();
        assert!(hidden_of_table(Shield::new(true), stream, &names).is_empty());
        hidden_of_table(Shield::new(false), stream, &names).into_iter().collect()
    }

    /// Columns of restricted reports that look like those of buyers, and are not.
    const OTHERS: [&str; 15] = [
        "actual_ship_from_address_field_1",
        "actual_ship_from_address_field_2",
        "actual_ship_from_address_field_3",
        "actual_ship_from_address_name",
        "address_type",
        "buyer_identification_type",
        "buyer_tax_registration_country",
        "default_ship_from_address_field_1",
        "default_ship_from_address_field_2",
        "default_ship_from_address_field_3",
        "default_ship_from_address_name",
        "license_expiration_date",
        "license_state",
        "product_name",
        "ship_service_name",
    ];

    #[test]
    fn what_looks_like_a_buyers_data_in_a_restricted_report_is_hidden() {
        const PARTS: [&str; 9] =
            ["name", "address", "phone", "mail", "license", "registration", "message", "identification", "contact"];
        let restricted = ReportType::all().iter().filter(|kind| kind.access != Access::Open);
        let rows = restricted.filter_map(|kind| spapi_rows::report(kind.name)).flat_map(|report| report.rows);
        let fields = rows.flat_map(|row| row.columns).map(|column| column.field);
        let others: BTreeSet<_> =
            fields.filter(|field| PARTS.iter().any(|part| field.contains(part)) && !is_personal(field)).collect();
        assert_eq!(others.into_iter().collect::<Vec<_>>(), OTHERS);
    }

    #[test]
    fn columns_of_buyers_are_hidden_in_any_language() {
        const SHIPMENTS: &str = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL";
        assert_eq!(
            hidden(SHIPMENTS, &["_marketplace", "sku", "buyer_name", "recipient_name", "ship_city", "_others"]),
            ["_others", "buyer_name", "recipient_name"]
        );
        assert_eq!(hidden("GET_MERCHANT_LISTINGS_ALL_DATA", &["seller_sku", "new-column", "_others"]), [""; 0]);
    }
}
