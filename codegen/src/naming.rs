//! Names by rule: the names of sections, modules, types and methods that `models/sections.toml` does not give.

use heck::{ToPascalCase, ToSnakeCase};
use std::fmt::Write;

/// The section of a folder of models: `orders-api-model` is `orders`.
pub fn section(folder: &str) -> String {
    let mut name = folder;
    for suffix in ["-model", "-api"] {
        name = name.strip_suffix(suffix).unwrap_or(name);
    }
    let kebab = heck::ToKebabCase::to_kebab_case(ascii(name).as_str());
    if kebab.is_empty() {
        return "section".into();
    }
    if kebab.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("n{kebab}");
    }
    // Modules are named after sections.
    let is_name = value_name(&kebab) == kebab.to_snake_case();
    if is_name && !TAKEN_SECTIONS.contains(&kebab.as_str()) { kebab } else { format!("{kebab}-api") }
}

/// Section names that are reserved: crates of this project that hold something else, and names that no file can have.
const TAKEN_SECTIONS: [&str; 46] = [
    "api",
    "cli",
    "codegen",
    "console",
    "core",
    "document-types",
    "events",
    "examples",
    "jobs",
    "listings",
    "macros",
    "metadata",
    "mws",
    "operations",
    "points",
    "record",
    "rows",
    "sandbox",
    "stores",
    "sync",
    "tables",
    "tests",
    "types",
    "xtask",
    "aux",
    "con",
    "nul",
    "prn",
    "com1",
    "com2",
    "com3",
    "com4",
    "com5",
    "com6",
    "com7",
    "com8",
    "com9",
    "lpt1",
    "lpt2",
    "lpt3",
    "lpt4",
    "lpt5",
    "lpt6",
    "lpt7",
    "lpt8",
    "lpt9",
];

/// A section's name in prose: `fulfillment-inbound` is `Fulfillment Inbound`.
pub fn title(section: &str) -> String {
    heck::ToTitleCase::to_title_case(section)
}

/// The parts of the file's name: the API's name without its version, and the version.
///
/// `ordersV0.json` is (`orders`, `v0`), `transfers_2024-06-01.json` is (`transfers`, `v2024_06_01`).
/// If the name has no version, `info_version` decides.
pub fn api_and_version(file: &str, info_version: &str) -> (String, String) {
    let stem = file.strip_suffix(".json").unwrap_or(file);
    if let Some(at) = date_at(stem) {
        let name = stem[..at].trim_end_matches(['_', '-']);
        let name = name.strip_suffix(['V', 'v']).unwrap_or(name);
        return (name.to_owned(), version_module(&stem[at..at + 10]));
    }
    let digits = stem.len() - stem.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (name, number) = stem.split_at(stem.len() - digits);
    if digits > 0
        && let Some(name) = name.strip_suffix(['V', 'v'])
    {
        return (name.trim_end_matches(['_', '-']).to_owned(), version_module(number));
    }
    (stem.to_owned(), version_module(info_version))
}

/// The offset of an ISO date in a file's stem.
fn date_at(stem: &str) -> Option<usize> {
    (0..stem.len().saturating_sub(9)).find(|&at| {
        stem.get(at..at + 10).is_some_and(|text| {
            text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
        })
    })
}

/// The module of a version: `v0` is `v0`, `2024-06-01` is `v2024_06_01`, no version is `v1`.
pub fn version_module(version: &str) -> String {
    let version = version.trim().trim_start_matches(['v', 'V']);
    let plain: String =
        version.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    if plain.is_empty() { "v1".into() } else { format!("v{plain}") }
}

/// The module and the client of a file by rule: the version alone if the file is named like its section, otherwise with
/// the rest of the file's name as a prefix.
pub fn module_and_client(section: &str, file: &str, info_version: &str) -> (String, String) {
    let (api, version) = api_and_version(file, info_version);
    let api_words = api.to_snake_case();
    let section_words = section.to_snake_case();
    let rest = match api_words.strip_prefix(&section_words) {
        Some(rest) => rest.trim_start_matches('_'),
        None if section_words.starts_with(&api_words)
            || section_words.replace('_', "") == api_words.replace('_', "") =>
        {
            ""
        }
        None => api_words.as_str(),
    };
    let client = type_name(if rest.is_empty() { section } else { &api });
    // Names that the example of a call uses in addition to the client.
    let is_taken = ["Client", "Credentials", "Marketplace", "Result"].contains(&client.as_str());
    let client = if is_taken { format!("{client}Api") } else { client };
    let module = if rest.is_empty() { version } else { format!("{rest}_{version}") };
    (module, client)
}

/// A type's name, spelt as progenitor and typify spell it.
pub fn type_name(name: &str) -> String {
    legal(name, str::to_pascal_case)
}

/// A method's, field's or argument's name, spelt as progenitor and typify spell it.
pub fn value_name(name: &str) -> String {
    legal(name, str::to_snake_case)
}

/// A constant's name.
pub fn constant_name(name: &str) -> String {
    let name = value_name(name).to_uppercase();
    // Names that the operations table uses for its rows.
    if name == "ROWS" { "ROWS_".into() } else { name }
}

/// The name of a struct that does not clash with the imports of `operations.rs` and the types and traits of the
/// prelude.
pub fn builder_name(name: &str) -> String {
    let name = type_name(name);
    if TAKEN_BUILDERS.contains(&name.as_str()) { format!("{name}Call") } else { name }
}

const TAKEN_BUILDERS: [&str; 32] = [
    "Client",
    "Error",
    "Items",
    "Pages",
    "Request",
    "RequestOptions",
    "Response",
    "AsMut",
    "AsRef",
    "Box",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Drop",
    "Eq",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Into",
    "IntoIterator",
    "Iterator",
    "Option",
    "PartialEq",
    "Result",
    "Send",
    "String",
    "ToOwned",
    "ToString",
    "Vec",
];

/// The name of an argument that does not clash with those of every builder's `new`, or with its variables.
pub fn argument_name(name: &str) -> String {
    let name = value_name(name);
    if ["client", "request", "body"].contains(&name.as_str()) { format!("{name}_") } else { name }
}

/// A name in ASCII. Any other letter or digit is written as its number, because tools disagree on whether two such
/// letters are the same name in Rust, and whether a name may start with one.
pub fn ascii(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            c if c.is_ascii() => out.push(c),
            c if c.is_alphanumeric() => {
                let _ = write!(out, "-u{:04x}-", u32::from(c));
            }
            _ => out.push('-'),
        }
    }
    out
}

fn legal(name: &str, case: impl Fn(&str) -> String) -> String {
    let name = ascii(name);
    let plain: String =
        name.chars().filter(|c| *c != '\'').map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect();
    let mut out = case(&plain);
    match out.chars().next() {
        None => out = case("x"),
        Some(c) if c.is_alphabetic() || c == '_' => {}
        Some(_) => out.insert(0, '_'),
    }
    // A keyword of the edition 2024 that `syn` accepts as a name.
    if out == "gen" || syn::parse_str::<syn::Ident>(&out).is_err() {
        out.push('_');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_and_modules_have_names_by_rule() {
        assert_eq!(section("orders-api-model"), "orders");
        assert_eq!(section("easy-ship-model"), "easy-ship");
        assert_eq!(section("delivery-by-amazon"), "delivery-by-amazon");
        let cases = [
            ("orders", "ordersV0.json", "v0", "v0", "Orders"),
            ("orders", "orders_2026-01-01.json", "2026-01-01", "v2026_01_01", "Orders"),
            ("finances", "transfers_2024-06-01.json", "2024-06-01", "transfers_v2024_06_01", "Transfers"),
            ("finances", "financesInvoices_2026-06-25.json", "x", "invoices_v2026_06_25", "FinancesInvoices"),
            ("sales", "sales.json", "v1", "v1", "Sales"),
            ("shipping", "shippingV2.json", "v2", "v2", "Shipping"),
            ("fba-inbound-eligibility", "fbaInbound.json", "v1", "v1", "FbaInboundEligibility"),
            (
                "delivery-by-amazon",
                "deliveryShipmentInvoiceV2022-07-01.json",
                "",
                "delivery_shipment_invoice_v2022_07_01",
                "DeliveryShipmentInvoice",
            ),
        ];
        for (section, file, info, module, client) in cases {
            assert_eq!(module_and_client(section, file, info), (module.to_owned(), client.to_owned()), "{file}");
        }
    }

    #[test]
    fn a_section_never_has_the_name_of_a_crate_of_the_project_or_a_keyword() {
        for (folder, name) in [
            ("core-api-model", "core-api"),
            ("operations-model", "operations-api"),
            ("sandbox", "sandbox-api"),
            ("type-api-model", "type-api"),
            ("self-model", "self-api"),
            ("4x6-model", "n4x6"),
            ("nul-api-model", "nul-api"),
            ("größe-model", "gr-u00f6-u00df-e"),
            ("-api-model", "section"),
        ] {
            assert_eq!(section(folder), name, "{folder}");
        }
        let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
        for entry in crates.read_dir().unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert_ne!(section(&name), name, "a section would have the name of the folder crates/{name}");
        }
        assert_eq!(module_and_client("client", "client.json", "v1").1, "ClientApi");
    }

    #[test]
    fn names_that_generated_code_uses_are_not_taken() {
        assert_eq!(builder_name("getOrders"), "GetOrders");
        assert_eq!([builder_name("result"), builder_name("Into")], ["ResultCall", "IntoCall"]);
        assert_eq!([argument_name("client"), argument_name("orderId")], ["client_", "order_id"]);
        assert_eq!([constant_name("4x6"), constant_name("rows")], ["_4X6", "ROWS_"]);
    }

    #[test]
    fn any_text_becomes_a_legal_name() {
        assert_eq!(value_name("type"), "type_");
        assert_eq!(value_name("GEN"), "gen_");
        assert_eq!(value_name("x-amzn-RequestId"), "x_amzn_request_id");
        assert_eq!(type_name("4x6"), "_4x6");
        assert_eq!(value_name(""), "x");
        assert_eq!(type_name("SELF"), "Self_");
        assert_eq!(value_name("ªb"), "u00aa_b");
        assert_ne!(value_name("é"), value_name("\u{e8}"));
    }
}
