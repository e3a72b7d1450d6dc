//! The listings of a file, in one form for tables and JSON.

use super::read::{Content, Found, Said};
use super::schemas::{Key, ProductType, Schemas};
use crate::sheet::{Row, Sheet};
use serde_json::Value;
use spapi_listings::template::{Filled, Header};
use spapi_listings::{Attributes, Finding, Findings, read_patches};

/// The columns of a table that do not belong to attributes.
const SKU: &str = "sku";
const PRODUCT_TYPE: &str = "product_type";

/// A listing of a file.
pub struct Entry<'a> {
    pub sku: Option<String>,
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

/// The listings of a file. `product_type` is that of listings which do not name one.
pub fn entries<'a>(content: &'a Content, product_type: Option<&'a str>) -> impl Iterator<Item = Entry<'a>> {
    let named = move |name: Option<&str>| {
        let name = name.map(str::trim).filter(|name| !name.is_empty()).or(product_type);
        name.unwrap_or_default().to_owned()
    };
    let (found, sheet) = match content {
        Content::Json(found) => (found.as_slice(), None),
        Content::Sheet(sheet) => (&[][..], Some(sheet)),
    };
    let of_json = found.iter().map(move |one| Entry {
        sku: one.sku.clone(),
        key: (named(one.product_type.as_deref()), one.requirements.clone()),
        operation: one.operation.as_deref(),
        place: Place::Json(one),
    });
    let of_sheet = sheet.into_iter().flat_map(move |sheet| {
        let (sku, of_type) = (sheet.column(SKU), sheet.column(PRODUCT_TYPE));
        sheet.rows.iter().map(move |row| {
            let text = |column: Option<usize>| column.and_then(|column| row.cells.get(column)?.text().ok());
            Entry {
                // A table without the column has no SKUs to miss.
                sku: sku.map(|_| text(sku).unwrap_or_default()),
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
                let mut findings = filled.findings();
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
        if matches!(self.place, Place::Row(..)) && self.sku.as_deref().is_some_and(|sku| sku.trim().is_empty()) {
            findings.append(&Findings::of_input("sku", "the SKU is empty".to_owned()));
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
        let own = || (finding.keyword == "sku").then(|| sheet.column(SKU)).flatten();
        Some(sheet.cell(row.number, column.or_else(own)?))
    }
}
