//! Templates that are written, filled in and read back.

use super::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_listings::template::Template;
use std::path::PathBuf;

fn template() -> Template {
    let one = |value: Value| {
        let members = json!({ "value": value, "marketplace_id": { "type": "string" } });
        json!({ "title": "=属性", "type": "array", "maxUniqueItems": 1, "selectors": ["marketplace_id"],
            "items": { "type": "object", "required": ["value"], "properties": members } })
    };
    let date = json!({ "type": "string", "format": "date" });
    let condition = json!({ "type": "string", "enum": ["new_new", "used_good"], "enumNames": ["新品", "中古"] });
    let long: Vec<String> = (0..300).map(|number| format!("a value with a long name, number {number}")).collect();
    let schema = json!({
        "required": ["name", "ean", "count", "weight", "fragile", "day", "condition", "material"],
        "properties": {
            "name": one(json!({ "type": "string", "maxLength": 50 })),
            "ean": one(json!({ "type": "string", "maxLength": 13 })),
            "count": one(json!({ "type": "integer", "minimum": 0, "maximum": 100 })),
            "weight": one(json!({ "type": "number", "exclusiveMinimum": 0 })),
            "fragile": one(json!({ "type": "boolean" })),
            "day": one(date),
            "condition": one(condition),
            "material": one(json!({ "anyOf": [{ "type": "string" }, { "type": "string", "enum": long }] })),
        },
    });
    Template::new(&schema, Marketplace::JP).unwrap()
}

const EXPECTED: [(&str, &str); 8] = [
    ("name", "\"鞄, \\\"大\\\"\\n2\""),
    ("ean", "\"0012345678905\""),
    ("count", "7"),
    ("weight", "1.25"),
    ("fragile", "true"),
    ("day", "\"2026-03-01\""),
    ("condition", "\"used_good\""),
    ("material", "\"紙\""),
];

fn read(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> Result<Sheet, String> {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    Sheet::read(&path, None).map_err(|failure| match failure {
        Failure::Error { message, next, .. } => format!("{message} | {}", next.unwrap_or_default()),
        Failure::ReaderGone => String::new(),
    })
}

/// The values of the only row that is not a note.
fn values(sheet: &Sheet) -> Vec<(String, String)> {
    let template = template();
    assert_eq!(sheet.rows.len(), 1, "{:?}", sheet.rows);
    let header = template.header(sheet.header.iter().map(String::as_str));
    let filled = template.attributes(&header, &sheet.rows[0].cells);
    assert_eq!(filled.bad_cells, []);
    let values = EXPECTED.map(|(name, _)| (name.to_owned(), filled.attributes[name][0]["value"].to_string()));
    values.to_vec()
}

fn expected() -> Vec<(String, String)> {
    EXPECTED.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

fn csv_template() -> String {
    let columns = template().columns();
    let mut bytes = Vec::new();
    write_csv(&Layout { product_type: "BAG", columns: &columns }, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_template_in_csv_is_filled_in_and_read_back_whatever_stands_between_its_cells() {
    let folder = tempfile::tempdir().unwrap();
    let text = csv_template();
    assert!(text.starts_with("\u{feff}sku,product_type,"), "{text}");
    assert!(text.contains("'=属性") && !text.contains(",=属性"), "a label is not a formula: {text}");
    let names: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
    let cell = |name: &String| match name.as_str() {
        "name" => "\"鞄, \"\"大\"\"\n2\"",
        "ean" => "0012345678905",
        "count" => "7",
        "weight" => "\"1,25\"",
        "fragile" => "TRUE",
        "day" => "2026-03-01",
        "condition" => "中古",
        "material" => "紙",
        "product_type" => "BAG",
        _ => "A-1",
    };
    let row = |mark: &str| names.iter().map(cell).collect::<Vec<_>>().join(mark) + "\r\n";
    let sheet = read(&folder, "a.csv", format!("{text}{}", row(",")).as_bytes()).unwrap();
    assert_eq!(values(&sheet), expected());
    assert_eq!(sheet.cell(sheet.rows[0].number, sheet.column("ean").unwrap()), "line 5, column ean");
    // As spreadsheets end lines, with an empty one.
    let text = format!("{}\r\n{}", text.replace('\n', "\r\n"), row(","));
    assert_eq!(read(&folder, "c.csv", text.as_bytes()).unwrap().rows[0].number, 6);
    for mark in [";", "\t"] {
        let text = format!("{}\n{}", names.join(mark).trim_start_matches('\u{feff}'), row(mark));
        assert_eq!(values(&read(&folder, "b.csv", text.as_bytes()).unwrap()), expected(), "{mark:?}");
    }
}

#[test]
fn a_template_in_xlsx_is_filled_in_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let columns = template().columns();
    let bytes = write_xlsx(&Layout { product_type: "BAG", columns: &columns }).unwrap();
    let empty = read(&folder, "a.xlsx", &bytes).unwrap();
    assert_eq!(empty.rows.len(), 0, "{:?}", empty.rows);
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(empty.header[2..], names);
    // The same names with a row, as a person leaves it.
    let mut workbook = Workbook::new();
    let notes = workbook.add_worksheet().set_name("Notes").unwrap();
    notes.write_string(0, 0, "not this one").unwrap();
    let sheet = workbook.add_worksheet().set_name("Listings").unwrap();
    for (column, name) in (0..).zip(&empty.header) {
        sheet.write_string(0, column, name).unwrap();
        sheet.write_string(1, column, NOTES[0]).unwrap();
        match name.as_str() {
            "name" => sheet.write_string(6, column, "鞄, \"大\"\n2"),
            "ean" => sheet.write_string(6, column, "0012345678905"),
            "count" => sheet.write_number(6, column, 7),
            "weight" => sheet.write_number(6, column, 1.25),
            "fragile" => sheet.write_boolean(6, column, true),
            "day" => {
                let date = ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
                sheet.write_datetime_with_format(6, column, &date, &Format::new().set_num_format("yyyy/mm/dd"))
            }
            "condition" => sheet.write_string(6, column, "中古"),
            "material" => sheet.write_string(6, column, "紙"),
            "product_type" => sheet.write_string(6, column, "BAG"),
            _ => sheet.write_string(6, column, "A-1"),
        }
        .unwrap();
    }
    // A cell far below costs no memory.
    sheet.write_string(1_000_000, 0, " ").unwrap();
    let sheet = read(&folder, "b.xlsx", &workbook.save_to_buffer().unwrap()).unwrap();
    assert_eq!(values(&sheet), expected());
    assert_eq!(sheet.rows[0].number, 7);
    assert_eq!(sheet.cell(7, 2), "Listings!C7");
}

#[test]
fn a_file_that_is_no_table_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, part) in [
        ("a.csv", b"sku,name\nA,\x83\x4a".as_slice(), "line 2 is not in UTF-8 | save it as CSV UTF-8"),
        ("b.csv", b"", "no names of columns"),
        ("c.csv", b"sku,name,name\n", "the columns B and C have one name, name"),
        ("d.csv", b"sku,name\nA,b,c\n", "line 2 has a value in column C, which has no name"),
        ("e.csv", b"sku,,name\nA,b,c\n", "line 2 has a value in column B"),
        ("f.csv", b"\xff\xfes\0k\0u\0", "not in UTF-8"),
        ("g.csv", b"PK\x03\x04\0\0", "is not a text"),
        ("h.xlsx", b"sku,name\n", "cannot be read as XLSX"),
        ("i.xlsx", b"", "cannot be read as XLSX"),
    ] {
        let error = read(&folder, name, bytes).unwrap_err();
        assert!(error.contains(part) && error.contains(name), "{error}");
    }
    assert!(matches!(Sheet::read(&PathBuf::from("/no/such/file.csv"), None), Err(Failure::Error { .. })));
}

#[test]
fn a_template_wider_than_a_spreadsheet_is_refused() {
    let columns: Vec<_> = template().columns().into_iter().cycle().take(16_383).collect();
    let Err(Failure::Error { message, .. }) = write_xlsx(&Layout { product_type: "BAG", columns: &columns }) else {
        panic!("it is too wide")
    };
    assert!(message.contains("16383 columns"), "{message}");
}

#[test]
fn columns_have_letters() {
    assert_eq!([0, 25, 26, 51, 52, 701, 702, 16_383].map(letters), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA", "XFD"]);
}

/// A workbook of one sheet, as a program writes it that calculates nothing.
fn workbook(rows: &str) -> Vec<u8> {
    const SHEETS: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let relation = |kind: &str, target: &str| {
        format!(
            "<Relationships xmlns='{PACKAGE}'><Relationship Id='r1' Type='{OFFICE}/{kind}' Target='{target}'/></Relationships>"
        )
    };
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>".to_owned(),
        ),
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns='{SHEETS}' xmlns:r='{OFFICE}'><sheets><sheet name='A' sheetId='1' r:id='r1'/></sheets></workbook>"
            ),
        ),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns='{SHEETS}'><sheetData>{rows}</sheetData></worksheet>")),
    ];
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in parts {
        writer.start_file(name, options).unwrap();
        std::io::Write::write_all(&mut writer, text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_formula_that_was_never_calculated_is_not_an_empty_cell() {
    let folder = tempfile::tempdir().unwrap();
    let text = |cell: &str, text: &str| format!("<c r='{cell}' t='inlineStr'><is><t>{text}</t></is></c>");
    let rows = format!(
        "<row r='1'>{}{}</row><row r='2'>{}<c r='B2'><f>70+9</f></c></row><row r='3'>{}<c r='B3'><f>70+9</f><v>79</v></c></row>",
        text("A1", "sku"),
        text("B1", "count"),
        text("A2", "A-1"),
        text("A3", "A-2")
    );
    let read = read(&folder, "a.xlsx", &workbook(&rows)).unwrap();
    let of = |row: usize| read.rows.get(row).and_then(|row| row.cells.get(1));
    assert!(matches!(of(0), Some(Cell::Failed(why)) if why.contains("formula")), "{:?}", read.rows);
    assert!(matches!(of(1), Some(Cell::Number(79.0))), "{:?}", read.rows);
}
