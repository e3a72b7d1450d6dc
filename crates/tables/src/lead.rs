//! Tells the lines before a table from its header.

use crate::split::{Row, Splitter, is_padding};

/// How many words a heading or the name of a column has at most. More are a sentence.
const NAME_WORDS: usize = 3;
/// How many rows below the labels of a flat-file template are searched for the technical names.
const LABEL_ROWS: usize = 4;

/// One of the first rows, as far as the search for the header needs it.
#[derive(Debug)]
pub(crate) struct Lead {
    /// Its offset.
    pub start: usize,
    fields: usize,
    /// How many they are without blank ones at the end.
    needed: usize,
    /// How many parts are not blank. See [`parts`].
    filled: usize,
    begins_empty: bool,
    has_values: bool,
    sense: Sense,
    /// Whether it is a remark only if a wider table, values or another remark below it prove that: `SKU:` and `Name` are
    /// a remark as well as two names.
    needs_proof: bool,
    /// Whether all of its parts are technical names, such as `item_sku`.
    technical: bool,
    /// Its parts that are not blank, in small letters.
    words: Vec<String>,
}

/// What the words of a row say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    /// Names, values or a heading.
    Open,
    /// Probably a remark. Only a wider table below it proves that.
    Doubtful,
    /// A remark, which no header looks like.
    Remark,
}

impl Lead {
    /// The row that was found last.
    pub(crate) fn of(splitter: &Splitter) -> Self {
        let row = splitter.row();
        let parts = parts(row, splitter.delimiter());
        let filled: Vec<&str> = parts.iter().map(|part| trimmed(part)).filter(|part| !part.is_empty()).collect();
        Self {
            start: splitter.row_start(),
            fields: row.len(),
            needed: row.fields().zip(1..).filter(|(field, _)| !trimmed(field).is_empty()).last().map_or(0, |(_, n)| n),
            filled: filled.len(),
            begins_empty: parts.first().is_none_or(|part| trimmed(part).is_empty()),
            has_values: filled.iter().any(|part| is_value(part)),
            sense: sense(&filled),
            needs_proof: filled.len() == row.len() && may_be_names(&filled),
            technical: !filled.is_empty() && filled.iter().all(|part| is_technical(part)),
            words: filled.iter().map(|part| part.to_lowercase()).collect(),
        }
    }

    /// Whether the rows below this first row must be inspected before it counts as the header: it has a single field,
    /// or is not written as a header is.
    pub(crate) fn may_begin_preamble(&self) -> bool {
        self.fields == 1 || self.sense != Sense::Open
    }

    /// Whether the row has several names, each a text.
    fn has_names(&self) -> bool {
        self.filled > 1 && !self.begins_empty && self.sense != Sense::Remark
    }

    /// Whether it is a line of a summary without a table: a label and a count.
    fn is_count(&self, first: &Self) -> bool {
        let is_counted = self.begins_empty || (self.filled == 2 && self.has_values);
        self.fields > 1 && (self.sense == Sense::Remark || (first.filled == 1 && is_counted))
    }
}

/// Which of the first rows is the header. `None` if all of them are a preamble without a table.
///
/// The header is the first row of several names, after the first row, that begins a table. Names are neither numbers
/// nor dates, and not a remark: a label with its value, a setting or a sentence. A row begins a table if most rows below
/// it have the same number of fields, or all have several but not more than it apart from blank ones, or there are none
/// and it has at least three or only a title, or remarks and counts, are above it. If no row fits, the first row is the
/// header.
///
/// `ended` says that the rows are the whole document.
pub(crate) fn header_index(leads: &[Lead], ended: bool) -> Option<usize> {
    let Some((first, rest)) = leads.split_first() else { return Some(0) };
    let begins_table = |index: usize| {
        let fields = leads[index].fields;
        let (above, below) = (&leads[..index], &leads[index + 1..]);
        let alike = below.iter().filter(|lead| lead.fields == fields).count();
        let goes_on = match below {
            [] if fields >= 3 => true,
            // The name of a single column would be a technical one.
            [] if above.len() == 1 && first.fields == 1 && !first.technical => true,
            [] => above.iter().all(|lead| lead.sense == Sense::Remark || lead.is_count(first)),
            _ => alike * 2 >= below.len() || below.iter().all(|lead| lead.fields > 1 && lead.needed <= fields),
        };
        let is_wider = first.sense != Sense::Doubtful || (fields > first.fields && alike > 0);
        let is_proved = || {
            let are_remarks = above.iter().all(|lead| lead.sense == Sense::Remark);
            let have_values = below.iter().filter(|lead| lead.has_values).count() * 2 > below.len();
            fields != first.fields || (are_remarks && (above.len() > 1 || have_values))
        };
        leads[index].has_names() && goes_on && is_wider && (!first.needs_proof || is_proved())
    };
    // Names may be years, if the first row is clearly none of them.
    let is_title = first.filled == 1 && first.sense == Sense::Remark;
    let found = (1..leads.len())
        .find(|index| !leads[*index].has_values && begins_table(*index))
        .or_else(|| (1..leads.len()).find(|index| is_title && !leads[*index].is_count(first) && begins_table(*index)));
    let is_summary = ended && first.sense == Sense::Remark && first.filled > 0 && !rest.is_empty();
    match found {
        Some(index) => Some(below_labels(leads, index)),
        None if is_summary && rest.iter().all(|lead| lead.is_count(first)) => None,
        None => Some(0),
    }
}

/// The row of technical names below the labels of a flat-file template. `labels` if the preamble is not that of a
/// template, there is no such row, or it is one itself.
fn below_labels(leads: &[Lead], labels: usize) -> usize {
    let is_template = leads[..labels].iter().any(|lead| {
        lead.words.first().is_some_and(|word| word.starts_with("templatetype=") || word.starts_with("settings="))
    });
    if !is_template || leads[labels].technical {
        return labels;
    }
    let plain = |text: &str| text.replace([' ', '_', '-'], "");
    let is_label = |name: &str| leads[labels].words.iter().any(|label| plain(label) == plain(name));
    let is_composed = |name: &str| name.contains('_') || (name.contains('-') && !name.contains(char::is_numeric));
    (labels + 1..leads.len())
        .take(LABEL_ROWS)
        .find(|index| {
            let lead = &leads[*index];
            lead.technical && lead.filled > 1 && lead.words.iter().any(|name| is_composed(name) || is_label(name))
        })
        .unwrap_or(labels)
}

/// The fields of a row. Where commas separate them, a field that begins with a space continues the one before it,
/// because commas of a sentence are followed by a space.
fn parts(row: Row<'_>, delimiter: u8) -> Vec<String> {
    let mut parts: Vec<String> = Vec::with_capacity(row.len());
    for field in row.fields() {
        match parts.last_mut() {
            Some(last) if delimiter == b',' && field.starts_with(' ') => {
                last.push(',');
                last.push_str(field);
            }
            _ => parts.push(field.to_owned()),
        }
    }
    parts
}

/// What the filled parts of a row say.
fn sense(parts: &[&str]) -> Sense {
    let [first, rest @ ..] = parts else { return Sense::Remark };
    // Labels and values take turns.
    let is_pairs = || parts.chunks(2).all(|pair| matches!(pair, [label, value] if is_label(label) && !is_label(value)));
    let is_title = || rest.is_empty() && (is_label(first) || is_sentence(first));
    if is_setting(first) || is_labelled(first) || is_pairs() || is_title() {
        Sense::Remark
    } else if (is_label(first) && !rest.iter().all(|part| is_label(part))) || is_sentence(first) {
        Sense::Doubtful
    } else {
        Sense::Open
    }
}

/// Whether all parts of a row that reads as a remark may also be names: a label and one name, a setting and one name, or
/// a label with its value among names.
fn may_be_names(parts: &[&str]) -> bool {
    match parts {
        [_, name] => !is_label(name) && !is_setting(name) && !is_labelled(name),
        [first, rest @ ..] => {
            !rest.is_empty() && is_labelled(first) && !rest.iter().any(|part| is_labelled(part) || is_label(part))
        }
        [] => false,
    }
}

/// Whether the only field of the last row is the sum or the count of the rows above it: `Total: 12`.
pub(crate) fn is_total(text: &str) -> bool {
    const TOTALS: [&str; 20] = [
        "total",
        "subtotal",
        "grand total",
        "totals",
        "totale",
        "totales",
        "totaux",
        "totaal",
        "sum",
        "sums",
        "summe",
        "gesamt",
        "gesamtsumme",
        "somme",
        "suma",
        "summa",
        "razem",
        "toplam",
        "合計",
        "総計",
    ];
    let text = trimmed(text);
    let (label, value) = text.split_once(COLONS).unwrap_or((text, ""));
    let label = label.trim().trim_end_matches(|last: char| !last.is_alphabetic()).to_lowercase();
    TOTALS.contains(&&*label) || (is_labelled(text) && is_value(value) && !label.is_empty())
}

const COLONS: [char; 2] = [':', '：'];

/// `Report:`
fn is_label(text: &str) -> bool {
    text.ends_with(COLONS)
}

/// `Report: inventory`
fn is_labelled(text: &str) -> bool {
    text.split_once(COLONS).is_some_and(|(label, value)| {
        let is_apart = text[label.len()..].starts_with('：') || value.starts_with(char::is_whitespace);
        is_apart && !label.trim().is_empty() && !value.trim().is_empty()
    })
}

/// `TemplateType=Offer`, `sep=`
fn is_setting(text: &str) -> bool {
    text.split_once('=').is_some_and(|(key, _)| {
        let is_plain = |character: char| character.is_alphanumeric() || matches!(character, ' ' | '_' | '-' | '.');
        !key.trim().is_empty() && key.chars().all(is_plain) && !is_sentence(key)
    })
}

fn is_sentence(text: &str) -> bool {
    text.split_whitespace().count() > NAME_WORDS || text.contains(['。', '、'])
}

/// Whether a text is a number, a date or an identifier: it has more digits than letters.
fn is_value(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits > text.chars().filter(|character| character.is_alphabetic()).count()
}

/// `item_sku`, `item_name[language_tag=en_US]#1.value`
fn is_technical(text: &str) -> bool {
    let name = text.split('[').next().unwrap_or_default();
    text.bytes().all(|byte| byte.is_ascii_graphic())
        && name.bytes().any(|byte| byte.is_ascii_lowercase())
        && !name.bytes().any(|byte| byte.is_ascii_uppercase())
        && !is_value(text)
}

/// Without what may stand around a field: spaces, a byte order mark of a text that was joined from several, padding.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|character| is_padding(character) || character == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::super::header::tests::{Read, read};
    use super::super::split::Dialect;
    use super::is_total;

    /// Names of headers that Amazon writes, and rows as they stand below them.
    const TABLES: [(&[&str], &[&str]); 14] = [
        (&["seller-sku", "quantity"], &["LMP-1", "12"]),
        (&["sku", "asin", "price", "quantity"], &["0012", "B07XYZ1234", "19.90", "3"]),
        (&["Data/Ora:", "Numero pagamento", "Tipo", "Totale"], &["1 gen 2026 00:00:16 UTC", "7", "Ordine", "1.141,18"]),
        (
            &["日付/時間", "決済番号", "トランザクションの種類", "合計"],
            &["2026/07/03 12:34:56 JST", "7", "注文", "1,200"],
        ),
        (
            &["Datum/Uhrzeit", "Abrechnungsnummer", "Typ", "Gesamt"],
            &["01.01.2026 00:00:16 UTC", "7", "Bestellung", "5,00"],
        ),
        (&["商品名", "出品ID", "出品者SKU", "数量"], &["ランプ", "0708QHIDPCS", "LMP-1", ""]),
        (&["Händler-SKU", "Artikelbezeichnung", "Deprecated column", "Deprecated column"], &["LMP", "Lampe", "", ""]),
        (&["日付", "7日間が経過した出荷不可在庫", "61-90日間が経過した出荷不可在庫"], &["2026-01-01", "1", "0"]),
        (&["Country", "Product Name", "Supplier part no.", "Total Units"], &["US", "Note: a lamp", "", "8"]),
        (&["item-name (ürün adı)", "price (fiyat)", "quantity (adet)"], &["Lamba", "5", "1"]),
        (
            &["settlement-id", "settlement-start-date", "total-amount", "sku"],
            &["7", "01.01.2026 00:00:16 UTC", "1141,18", ""],
        ),
        (&["Date", "Rating", "Comments", "Response"], &["1/2/26", "5", "All as in the description: fine", ""]),
        (&["Status", "Reason", "SKU"], &["Search Suppressed", "No image", "LMP"]),
        (&["اسم-المنتج", "السعر", "الكمية"], &["lamp", "5", "1"]),
    ];

    /// A table in both dialects, bare and in quotation marks, below a preamble.
    fn documents(preamble: &str, rows: usize) -> Vec<(Dialect, String, Vec<String>)> {
        let mut all = Vec::new();
        for (names, row) in TABLES {
            let line = |fields: &[&str], delimiter: &str, mark: &str| {
                let fields: Vec<String> = fields.iter().map(|field| format!("{mark}{field}{mark}")).collect();
                fields.join(delimiter) + "\n"
            };
            for (dialect, delimiter, mark) in [
                (Dialect::TSV, "\t", ""),
                (Dialect::TSV, "\t", "\""),
                (Dialect::QUOTED_TSV, "\t", "\""),
                (Dialect::CSV, ",", "\""),
            ] {
                let table = line(names, delimiter, mark) + &line(row, delimiter, mark).repeat(rows);
                all.push((
                    dialect,
                    format!("{preamble}{table}"),
                    names.iter().map(|name| (*name).to_owned()).collect(),
                ));
            }
        }
        all
    }

    /// Reads documents that have a preamble of this many rows.
    fn check(preamble: &str, lines: usize) {
        for rows in [0, 1, 3, 60] {
            for (dialect, text, names) in documents(preamble, rows) {
                for text in [text.clone(), text.replace('\n', "\r\n"), text.replace('\n', "\r")] {
                    let read = read(dialect, &text, 1000);
                    assert_eq!(read.preamble.len(), lines, "{text:?} {:?}", read.preamble);
                    let last: Vec<_> = names.iter().filter(|name| *name != "Deprecated column").collect();
                    assert!(last.iter().all(|name| read.names.contains(name)), "{text:?} {:?}", read.names);
                    assert_eq!((read.names.len(), read.rows.len()), (names.len(), rows), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_header_alone_and_with_rows_is_not_taken_for_a_preamble() {
        check("", 0);
        check("\n \n", 0);
        check("\u{feff}", 0);
    }

    #[test]
    fn remarks_before_a_table_are_its_preamble() {
        for (preamble, lines) in [
            ("TemplateType=Offer\tVersion=1\n", 1),
            ("TemplateType=Offer\tVersion=2026.0703\tUse this row as it is, please\t\t\n", 1),
            ("Report:\tX\nDate:\t2026-01-01\n", 2),
            ("\u{feff}Report:\tX\n\n\nDate:\t2026-01-01\n\n\n", 2),
            ("Report:\tX\tCurrency:\tEUR\n", 1),
            ("Report:\t\tX\t\t\n\t\t\t\t\n", 2),
            ("Report: stock\tDate: 2026-01-01\n", 1),
            ("Report: stock\nAll amounts are in EUR\nDate: 2026-01-01\n", 3),
            ("Note: all in EUR\n", 1),
            ("Note: all in EUR\t\t\t\t\n", 1),
            ("注意：金額は円\n期間：\t2026-01-01\n", 2),
            ("Definitions:\nSales tax: of all kinds\nOther fees: of storage and of returns\n", 3),
            ("Reporting Range=[\"Weekly\"]\tYear=[2026]\n", 1),
            ("sep=\t\n", 1),
            ("sep=,\n", 1),
            (
                "Feed Processing Summary:\n\tNumber of records processed\t\t2\n\tNumber of records successful\t\t1\n\n",
                3,
            ),
            ("Resumen:\nNumber of records processed\t\t2\n", 2),
            ("All amounts in USD, unless specified\nPeriod: Jan 1, 2026 to Jan 31, 2026\n", 2),
            ("Program=[Retail],Distributor View=[Sourcing]\n", 1),
            ("Report:,X\nDate:,\"Jan 1, 2026\"\n", 2),
        ] {
            let is_csv = preamble.contains(',') && !preamble.contains('\t') && !preamble.starts_with("sep");
            let is_tsv = preamble.contains('\t');
            for rows in [0, 1, 3, 60] {
                for (dialect, text, names) in documents(preamble, rows) {
                    if (is_csv && dialect != Dialect::CSV) || (is_tsv && dialect == Dialect::CSV) {
                        continue;
                    }
                    let read = read(dialect, &text, 1000);
                    assert_eq!((read.preamble.len(), read.rows.len()), (lines, rows), "{text:?} {:?}", read.names);
                    assert_eq!((read.names.len(), &read.names[0]), (names.len(), &names[0]), "{text:?}");
                }
            }
        }
    }

    #[test]
    fn a_wider_table_is_found_below_a_label_with_several_values() {
        let text = "Stores:\tDE\tFR\tIT\na\tb\tc\td\te\nx\ty\tz\tx\ty\nx\ty\tz\tx\ty\n";
        assert_eq!(read(Dialect::TSV, text, 9).names, ["a", "b", "c", "d", "e"]);
        let same = text.replace("\td\te", "\td").replace("\tx\ty", "\tx");
        assert_eq!(read(Dialect::TSV, &same, 9).names, ["Stores:", "DE", "FR", "IT"], "it may be a header");
    }

    #[test]
    fn two_texts_that_read_as_a_remark_are_a_header_unless_something_proves_the_remark() {
        for first in ["SKU:\tName", "SKU：\tName", "a=b\tName", "SKU: of the seller\tName"] {
            for rows in ["", "A-1\tLamp\n", "A-1\tLamp\nB-2\tBulb\n", "A-1\tLamp\nB-2\t7\nC-3\tBulb\nD-4\tLamp\n"] {
                let read = read(Dialect::TSV, &format!("{first}\n{rows}"), 9);
                assert_eq!(read.names, first.split('\t').collect::<Vec<_>>(), "{rows:?}");
                assert_eq!((read.preamble.len(), read.rows.len()), (0, rows.lines().count()), "{rows:?}");
            }
            // Values, another remark or a wider table.
            for (table, names) in [
                ("sku\tquantity\nA\t1\n", ["sku", "quantity"].as_slice()),
                ("Date:\t2026-01-01\nsku\tname\nA\tLamp\n", &["sku", "name"]),
                ("sku\tname\tcolor\nA\tLamp\tred\n", &["sku", "name", "color"]),
            ] {
                let read = read(Dialect::TSV, &format!("{first}\n{table}"), 9);
                assert_eq!(
                    (read.names.as_slice(), read.rows.len()),
                    (names.iter().map(|n| n.to_string()).collect::<Vec<_>>().as_slice(), 1),
                    "{first:?}"
                );
            }
        }
        let three = read(Dialect::TSV, "SKU: of the seller\tName\tColor\nA\tLamp\tred\nB\tBulb\tblue\n", 9);
        assert_eq!((three.names.len(), three.names[1].as_str(), three.rows.len()), (3, "Name", 2));
    }

    #[test]
    fn a_title_stands_above_a_header_of_two_columns_without_rows() {
        for (dialect, text) in [
            (Dialect::TSV, "Inventory\nsku\tquantity\n"),
            (Dialect::TSV, "Inventory Report\r\n\r\nsku\tquantity"),
            (Dialect::CSV, "\"Inventory\"\n\"sku\",\"quantity\"\n"),
            (Dialect::TSV, "在庫\nsku\tquantity\n"),
        ] {
            for piece in [1, 100] {
                let Read { preamble, names, rows, .. } = read(dialect, text, piece);
                assert_eq!((preamble.len(), names.len(), rows.len()), (1, 2, 0), "{text:?}");
                assert_eq!(names, ["sku", "quantity"]);
            }
        }
        // The name of a single column, and a row with a field too many.
        let Read { preamble, names, rows, .. } = read(Dialect::TSV, "seller-sku\nA\tB\n", 100);
        assert_eq!((preamble.len(), names.len(), rows.len()), (0, 1, 1));
    }

    #[test]
    fn the_names_of_a_template_are_below_its_labels() {
        let settings = "TemplateType=Offer\tVersion=2026.1\tsettings=attributeRow=3&labelRow=2\n";
        for (labels, names, row) in [
            ("SKU\tPrice\n", "sku\tprice\n", "A\t1\n"),
            ("Verkäufer-SKU\tStandardpreis\n", "item_sku\tstandard_price\n", "lamp_1\t5\n"),
            ("出品者SKU\t価格\n", "sku\tproduct-id\n", "lamp-1\tb07\n"),
            ("Offer\tImages\n\tOptional\nSKU\tMain image\n", "contribution_sku#1.value\t::image[a=B]\n", "A\t1\n"),
            ("", "sku\tprice\n", "lamp_1\tred\n"),
            ("SKU\tName\n", "", "lamp-1\tred\n"),
            ("SKU\tName\n", "", ""),
        ] {
            for rows in [0, 1, 4] {
                let read = read(Dialect::TSV, &format!("{settings}{labels}{names}{}", row.repeat(rows)), 7);
                let header = if names.is_empty() { labels } else { names };
                assert_eq!(read.names, header.trim().split('\t').collect::<Vec<_>>(), "{labels} {names}");
                assert_eq!(read.rows.len(), if row.is_empty() { 0 } else { rows });
            }
        }
    }

    #[test]
    fn a_table_that_looks_like_a_remark_is_a_table() {
        for (dialect, text) in [
            (Dialect::TSV, "SKU:\tPrice\nA\t1\n"),
            (Dialect::TSV, "a=b\tc\n1\t2\n"),
            (Dialect::TSV, "Order:\tQuantity:\tPrice:\nx\ty\tz\n"),
            (Dialect::TSV, "Number of units sold\tcolor\nlamp\tred\nbulb\tblue\n"),
            (Dialect::TSV, "Number of units sold\tcolor\tsize\nlamp\tred\nbulb\tblue\n"),
            (Dialect::TSV, "sku\nA\t1\nB\t2\n"),
            (Dialect::TSV, "note\nAll amounts are in EUR: see below\nb: c\n"),
            (Dialect::TSV, "sku\tnote\nReport:\tx\nDate:\ty\n"),
            (Dialect::TSV, "SKU: of the seller\n"),
            (Dialect::CSV, "Order ID, SKU, Product Name\nX, A, Lamp\nY, B, Lamp\n"),
            (Dialect::CSV, "a=b,c\n"),
        ] {
            let read = read(dialect, text, 5);
            assert!(
                read.preamble.is_empty() && read.rows.len() == text.lines().count() - 1,
                "{text:?} {:?}",
                read.names
            );
        }
        // Nothing but remarks is no table, and they are kept.
        for text in ["Report:\tX\nDate:\t2026-01-01\n", "Summary:\nNumber of records processed\t\t1\n"] {
            let Read { preamble, names, rows, .. } = read(Dialect::TSV, text, 5);
            assert_eq!((preamble.len(), names.len(), rows.len()), (2, 0, 0));
        }
    }
    #[test]
    fn totals_are_told_from_texts() {
        for text in
            ["Total", "TOTAL: 12", "total 1.234,50", " Gesamt: 5,00 EUR", "合計：12", "Number of rows: 12", "Subtotal:"]
        {
            assert!(is_total(text), "{text}");
        }
        for text in ["", "A-1", "Total loss", "totally red", "Note: fine", "12", ": 12", "Lamp, 12 W"] {
            assert!(!is_total(text), "{text}");
        }
    }
}
