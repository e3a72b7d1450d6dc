//! The listings of a file, in one form for tables and JSON.

use super::read::{Content, Found, Said};
use super::schemas::{Key, ProductType, Schemas};
use crate::product_type;
use crate::sheet::{Row, Sheet};
use serde_json::Value;
use spapi_core::text::printable;
use spapi_listings::template::{Cell, Filled, Header};
use spapi_listings::{Attributes, Finding, Findings, read_patches, sku_fault};
use std::collections::HashMap;

/// The columns of a table that do not belong to attributes.
const SKU: &str = "sku";
const PRODUCT_TYPE: &str = "product_type";

/// The keyword of a SKU that is in a file twice.
pub const DUPLICATE: &str = "duplicate_sku";

/// How many places of one SKU a finding names.
const MOST_PLACES: usize = 5;

/// The places of the SKUs that are in a file more than once.
pub fn repeated<'a>(entries: impl Iterator<Item = Entry<'a>>) -> HashMap<String, Vec<String>> {
    let mut places: HashMap<String, Vec<String>> = HashMap::new();
    for entry in entries {
        let place = entry.place();
        if let Some(sku) = entry.sku.filter(|sku| !sku.trim().is_empty()) {
            places.entry(sku).or_default().push(place);
        }
    }
    places.retain(|_, places| places.len() > 1);
    places
}

/// The finding that a SKU is in several places.
pub fn duplicate(sku: &str, places: &[String]) -> Finding {
    let named: Vec<_> = places.iter().take(MOST_PLACES).map(String::as_str).collect();
    let more = match places.len() - named.len() {
        0 => String::new(),
        more => format!(" and in {more} more"),
    };
    let message =
        format!("the SKU {} is in {}{more}; leave one of them", printable(sku).up_to(80), named.join(" and in "));
    Finding::of_input(DUPLICATE, message)
}

/// A listing of a file.
pub struct Entry<'a> {
    pub sku: Option<String>,
    /// Why the SKU cannot be that of a listing.
    wrong_sku: Option<String>,
    /// Its product type, and the part of a listing.
    pub key: Key,
    pub operation: Option<&'a str>,
    pub place: Place<'a>,
}

/// Where a listing stands.
pub enum Place<'a> {
    Json(&'a Found),
    Row(&'a Sheet, &'a Row),
}

/// What a listing says.
pub enum Says<'a> {
    Attributes(&'a Value),
    Patches(&'a Value),
    /// The cells of a row.
    Row(Box<Filled>, &'a Header),
    /// Nothing, as for a deletion.
    Nothing,
}

/// The listings of a file. `usual` is the product type of those which do not name one.
pub fn entries<'a>(content: &'a Content, usual: Option<&'a str>) -> impl Iterator<Item = Entry<'a>> {
    let named = move |name: Option<&str>| {
        let name = name.map(str::trim).filter(|name| !name.is_empty()).or(usual);
        product_type::in_capitals(name.unwrap_or_default())
    };
    let (found, sheet) = match content {
        Content::Json(found) => (found.as_slice(), None),
        Content::Sheet(sheet) => (&[][..], Some(sheet)),
    };
    let of_json = found.iter().map(move |one| Entry {
        sku: one.sku.clone(),
        // A body may have its SKU elsewhere.
        wrong_sku: one.sku.as_deref().filter(|sku| !sku.trim().is_empty()).and_then(sku_fault),
        key: (named(one.product_type.as_deref()), one.requirements.clone()),
        operation: one.operation.as_deref(),
        place: Place::Json(one),
    });
    let of_sheet = sheet.into_iter().flat_map(move |sheet| {
        let (sku, of_type) = (sheet.column(SKU), sheet.column(PRODUCT_TYPE));
        sheet.rows.iter().map(move |row| {
            let text = |column: Option<usize>| column.and_then(|column| row.cells.get(column)?.text().ok());
            // A table without the column has no SKUs to miss.
            let typed = sku.map(|column| row.cells.get(column).map_or(Ok(String::new()), Cell::typed_text));
            let (sku, wrong_sku) = match typed {
                None => (None, None),
                Some(Ok(sku)) => (Some(sku.clone()), sku_fault(&sku)),
                Some(Err(why)) => (Some(String::new()), Some(format!("the SKU cannot be read: {why}"))),
            };
            Entry {
                sku,
                wrong_sku,
                key: (named(text(of_type).as_deref()), None),
                operation: None,
                place: Place::Row(sheet, row),
            }
        })
    });
    of_json.chain(of_sheet)
}

impl<'a> Entry<'a> {
    /// What it says, and what is wrong with it by the schema of its product type. `current` are the attributes that an updated
    /// listing has.
    pub fn checked(&self, schemas: &'a Schemas, is_update: bool, current: Option<&Attributes>) -> (Says<'a>, Findings) {
        let product_type = match schemas.of(&self.key) {
            Ok(product_type) => product_type,
            Err(error) => return (Says::Nothing, Findings::of_input("product_type", error.to_string())),
        };
        let is_update = is_update || self.operation == Some("PARTIAL_UPDATE");
        let check = |attributes: &Value| match is_update {
            true => product_type.validator.update(attributes, current),
            false => product_type.validator.create(attributes),
        };
        let says = self.says(product_type);
        let mut findings = match &says {
            Says::Attributes(attributes) => check(attributes),
            Says::Row(filled, _) => {
                let mut findings = Findings::keeping(schemas.kept);
                findings.append(&filled.findings());
                findings.append(&check(&Value::Object(filled.attributes.clone())));
                findings
            }
            Says::Patches(patches) => match read_patches(patches) {
                Ok(patches) => product_type.validator.patches(&patches, current),
                Err(error) => Findings::of_input("patch", error.to_string()),
            },
            Says::Nothing if matches!(self.place, Place::Row(..)) => Findings::of_input(
                "product_type",
                "the schema has no attributes to which cells could belong".to_owned(),
            ),
            Says::Nothing => Findings::default(),
        };
        if let Some(why) = &self.wrong_sku {
            findings.append(&Findings::of_input("sku", why.clone()));
        }
        (says, findings)
    }

    fn says(&self, product_type: &'a ProductType) -> Says<'a> {
        match self.place {
            Place::Json(found) => match &found.value {
                Said::Attributes(attributes) => Says::Attributes(attributes),
                Said::Patches(patches) => Says::Patches(patches),
                Said::Nothing => Says::Nothing,
            },
            Place::Row(sheet, row) => match &product_type.template {
                None => Says::Nothing,
                Some(template) => {
                    let header = product_type.header(template, &sheet.header);
                    Says::Row(Box::new(template.attributes(header, &row.cells)), header)
                }
            },
        }
    }

    /// The finding with its cell before the message.
    pub fn named(&self, finding: &Finding, says: &Says<'_>) -> Finding {
        let mut named = finding.clone();
        named.pointer = self.pointer(finding);
        if let Some(cell) = self.cell(finding, says) {
            named.message = format!("{cell}: {}", finding.message);
        }
        named
    }

    /// Where it stands, for a person.
    pub fn place(&self) -> String {
        match &self.place {
            Place::Json(Found { line: Some(line), .. }) => format!("line {line}"),
            Place::Json(found) => {
                let pointer = found.pointer.strip_suffix("/attributes").unwrap_or(&found.pointer);
                if pointer.is_empty() { String::new() } else { pointer.to_owned() }
            }
            Place::Row(sheet, row) => sheet.place(row.number),
        }
    }

    /// The number of its line or row.
    pub fn row(&self) -> Option<u64> {
        match &self.place {
            Place::Json(found) => found.line,
            Place::Row(_, row) => Some(row.number),
        }
    }

    /// The JSON pointer of a finding in the file or line.
    pub fn pointer(&self, finding: &Finding) -> String {
        match &self.place {
            Place::Json(found) if !finding.is_stored => format!("{}{}", found.pointer, finding.pointer),
            _ => finding.pointer.clone(),
        }
    }

    /// The cell that a finding is about.
    pub fn cell(&self, finding: &Finding, says: &Says<'_>) -> Option<String> {
        let (Place::Row(sheet, row), Says::Row(filled, header)) = (&self.place, says) else { return None };
        let column = filled.column_of(header, finding);
        let own = || matches!(finding.keyword.as_str(), "sku" | DUPLICATE).then(|| sheet.column(SKU)).flatten();
        Some(sheet.cell(row.number, column.or_else(own)?))
    }
}
