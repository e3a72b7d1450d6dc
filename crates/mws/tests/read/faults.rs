//! Archives that are not what they should be.

use super::{all, read};
use spapi_mws::read::{Charset, Position, ReadErrorKind, Reader};
use std::io::{self, Read};

fn orders(inside: &str) -> String {
    format!("<ListOrdersResponse><ListOrdersResult><Orders>{inside}</Orders></ListOrdersResult></ListOrdersResponse>")
}

fn at(line: u64, column: u64) -> Option<Position> {
    let Ok((_, pages)) = read("<x/>") else { panic!("it is XML") };
    let mut position = pages[0].position();
    (position.line, position.column) = (line, column);
    Some(position)
}

#[test]
fn each_fault_has_its_kind_and_its_place() {
    let deep = orders(&"<a>".repeat(100_000));
    let long = orders(&format!("<Order><BuyerName>{}</BuyerName></Order>", "x".repeat(9 * 1024 * 1024)));
    let cases: Vec<(&str, String, ReadErrorKind, Option<Position>)> = vec![
        ("nothing", String::new(), ReadErrorKind::NotXml, at(1, 1)),
        ("blank", " \n ".to_owned(), ReadErrorKind::NotXml, at(1, 1)),
        ("a declaration alone", "<?xml version=\"1.0\"?>".to_owned(), ReadErrorKind::CutOff, at(1, 22)),
        ("a declaration and a line", "<?xml version=\"1.0\"?>\n".to_owned(), ReadErrorKind::CutOff, at(2, 1)),
        ("a comment alone", "<!-- a -->".to_owned(), ReadErrorKind::CutOff, at(1, 11)),
        ("an instruction alone", "<?a b?>".to_owned(), ReadErrorKind::CutOff, at(1, 8)),
        ("zeros alone", "\0\0\0".to_owned(), ReadErrorKind::NotXml, at(1, 1)),
        ("much white space", "\n ".repeat(100_000), ReadErrorKind::NotXml, at(1, 1)),
        (
            "the declaration of a second",
            format!("{}\n<?xml version='1.0'?>", orders("")),
            ReadErrorKind::CutOff,
            at(2, 22),
        ),
        ("wrong end", orders("\n<Order>\n  <A></B></Order>"), ReadErrorKind::NotXml, at(3, 6)),
        ("second end", format!("{}\n</x>", orders("")), ReadErrorKind::NotXml, at(2, 1)),
        ("lone ampersand", orders("<Order><Title>a & b</Title></Order>"), ReadErrorKind::NotXml, at(1, 63)),
        ("headers", format!("HTTP/1.1 200 OK\r\n\r\n{}", orders("")), ReadErrorKind::NotXml, at(1, 1)),
        ("text after", format!("{}\nbye", orders("")), ReadErrorKind::NotXml, at(2, 1)),
        ("flat file", "order-id\tsku\n1\t2\n".to_owned(), ReadErrorKind::FlatFile, None),
        ("json", " \n{\"payload\": {\"Orders\": []}}".to_owned(), ReadErrorKind::Json, None),
        ("document", "%PDF-1.4\n".to_owned(), ReadErrorKind::Binary, None),
        ("plain text", "orders of 2019\n".to_owned(), ReadErrorKind::NotXml, at(1, 1)),
        ("doctype", format!("<!DOCTYPE x>{}", orders("")), ReadErrorKind::Forbidden, at(1, 1)),
        (
            "bomb",
            format!(
                "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>{}",
                orders("<Order><BuyerName>&b;</BuyerName></Order>")
            ),
            ReadErrorKind::Forbidden,
            at(1, 1),
        ),
        ("entity", orders("<Order><BuyerName>&b;</BuyerName></Order>"), ReadErrorKind::Forbidden, at(1, 65)),
        ("entity in an attribute", orders("<Order a='&b;'/>"), ReadErrorKind::Forbidden, at(1, 47)),
        ("external", orders("<Order>&xxe;</Order>"), ReadErrorKind::Forbidden, at(1, 54)),
        ("depth", deep, ReadErrorKind::TooLarge, None),
        ("length", long, ReadErrorKind::TooLarge, at(1, 65)),
        ("attribute", orders("<Order a=b/>"), ReadErrorKind::NotXml, at(1, 47)),
        (
            "cut off, then another",
            format!("<ListOrdersResponse><ListOrdersResult>{}", orders("")),
            ReadErrorKind::CutOff,
            at(1, 39),
        ),
        (
            "cut off, then another with its declaration",
            format!("<ListOrdersResponse><?xml version='1.0'?>{}", orders("")),
            ReadErrorKind::CutOff,
            at(1, 21),
        ),
        (
            "report after an answer",
            format!("{}<AmazonEnvelope/>", orders("")),
            ReadErrorKind::UnknownDocument,
            at(1, 96),
        ),
        (
            "feed",
            "<AmazonEnvelope><MessageType>Product</MessageType><Message><Product/></Message></AmazonEnvelope>"
                .to_owned(),
            ReadErrorKind::UnknownDocument,
            at(1, 1),
        ),
        ("charset", "<?xml version='1.0' encoding='martian'?><x/>".to_owned(), ReadErrorKind::Charset, at(1, 1)),
        (
            "charset of the next",
            format!(
                "<?xml version='1.0' encoding='UTF-8'?>{}<?xml version='1.0' encoding='Shift_JIS'?>{}",
                orders(""),
                orders("")
            ),
            ReadErrorKind::Charset,
            at(1, 134),
        ),
    ];
    for (name, xml, kind, position) in cases {
        let error = read(&xml).expect_err(name);
        assert_eq!(error.kind(), kind, "{name}: {error}");
        if position.is_some() {
            assert_eq!(error.position(), position, "{name}: {error}");
        }
        let shown = error.to_string();
        assert!(!shown.contains("bye") && !shown.contains("HTTP/1.1 200"), "{shown}");
        assert!(shown.len() < 400, "{shown}");
    }
}

#[test]
fn the_records_before_a_fault_are_read() {
    let xml = "<ListOrdersResponse><ListOrdersResult><Orders><Order><AmazonOrderId>1</AmazonOrderId></Order><Order>";
    let mut reader = Reader::new(xml.as_bytes());
    assert!(reader.try_next().unwrap().is_some());
    let error = reader.try_next().unwrap_err();
    assert_eq!(error.kind(), ReadErrorKind::CutOff);
    assert!(error.to_string().contains("in the middle of <Order>"), "{error}");
    assert!(reader.try_next().unwrap().is_none());
}

#[test]
fn the_charset_is_the_one_that_the_text_has() {
    let declared = |charset: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{charset}\"?>{}",
            orders("<Order><BuyerName>山田 花子 ①</BuyerName></Order>")
        )
    };
    let name = |bytes: &[u8]| {
        let (records, _) = read(bytes).unwrap();
        let json: serde_json::Value = serde_json::from_str(&records[0].json()).unwrap();
        json["BuyerInfo"]["BuyerName"].as_str().unwrap().to_owned()
    };
    let expected = "山田 花子 ①";
    assert_eq!(name(declared("UTF-8").as_bytes()), expected);
    assert_eq!(name(format!("\u{feff}{}", declared("UTF-8")).as_bytes()), expected);
    for charset in ["Shift_JIS", "Windows-31J", "EUC-JP"] {
        let encoding = if charset == "EUC-JP" { encoding_rs::EUC_JP } else { encoding_rs::SHIFT_JIS };
        assert_eq!(name(&encoding.encode(&declared(charset)).0), expected, "{charset}");
    }
    // Declared, and not so: programs often stored answers in UTF-8.
    for charset in ["Shift_JIS", "ISO-8859-1", "UTF-16"] {
        assert_eq!(name(declared(charset).as_bytes()), expected, "{charset}");
    }
    for is_big_endian in [false, true] {
        for mark in ["", "\u{feff}"] {
            let text = format!("{mark}{}", declared("UTF-16"));
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| if is_big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            assert_eq!(name(&bytes), expected);
        }
    }
    let shift_jis = encoding_rs::SHIFT_JIS.encode(&declared("UTF-8")).0.into_owned();
    let error = read(&shift_jis).unwrap_err();
    assert_eq!((error.kind(), error.position().unwrap().line), (ReadErrorKind::Charset, 1));
    assert!(error.to_string().contains("not UTF-8"), "{error}");
    // What comes before is read.
    let mut mixed = orders("<Order><BuyerName>a</BuyerName></Order>").into_bytes();
    mixed.extend_from_slice(b"\n<x>\xff\xfe</x>");
    let mut reader = Reader::new(&mixed[..]);
    assert!(reader.try_next().unwrap().is_some() && reader.try_next().unwrap().is_some());
    let error = reader.try_next().unwrap_err();
    assert_eq!((error.kind(), error.position()), (ReadErrorKind::Charset, at(2, 4)));
    let (records, _) = all(Reader::new(&shift_jis[..]).charset(Charset::SHIFT_JIS)).unwrap();
    assert!(records[0].json().contains(expected));
}

/// Gives its bytes one by one, with interruptions, and then fails.
struct Slow<'a>(&'a [u8], u64);

impl Read for Slow<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        match (self.1 % 3, self.0.split_first()) {
            (0, _) => Err(io::ErrorKind::Interrupted.into()),
            (_, Some((first, rest))) => {
                into[0] = *first;
                self.0 = rest;
                Ok(1)
            }
            (_, None) => Err(io::Error::other("the disk is gone")),
        }
    }
}

#[test]
fn bytes_that_come_one_by_one_are_read_and_a_disk_that_fails_is_named() {
    let xml = orders("<Order><BuyerName>靴</BuyerName></Order>");
    let error = all(Reader::new(Slow(xml.as_bytes(), 0))).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ReadErrorKind::Io, "the disk is gone"));
    assert!(all(Reader::new(Slow(xml.as_bytes(), 0).take(xml.len() as u64))).unwrap().0[0].json().contains('靴'));
}

#[test]
fn many_attributes_and_many_texts_without_a_place_end_in_time() {
    let attributes: String = (0..200_000).map(|number| format!(" a{number}='1'")).collect();
    let error = read(orders(&format!("<Order{attributes}/>"))).unwrap_err();
    assert_eq!(error.kind(), ReadErrorKind::TooLarge);
    // Members of any name.
    let names: String = (0..200_000).map(|number| format!("<a{number}>1</a{number}>")).collect();
    for inside in [format!("<ItemAttributes{attributes}/>"), format!("<ItemAttributes>{names}</ItemAttributes>")] {
        let product = format!("<Product><AttributeSets>{inside}</AttributeSets></Product>");
        let xml = format!(
            "<GetMatchingProductResponse><GetMatchingProductResult>{product}</GetMatchingProductResult></GetMatchingProductResponse>"
        );
        assert_eq!(read(xml).unwrap_err().kind(), ReadErrorKind::TooLarge);
    }
    let (records, _) = read(orders(&format!("<Order>{}</Order>", "<New>x</New>".repeat(50_000)))).unwrap();
    assert_eq!(records[0].unmapped().len(), 50_000);
}

#[test]
fn white_space_before_a_document_may_be_of_any_length() {
    let report = "<AmazonEnvelope><MessageType>OrderReport</MessageType><Message><OrderReport>\
                  <AmazonOrderID>1</AmazonOrderID></OrderReport></Message></AmazonEnvelope>";
    let (expected, _) = read(report).unwrap();
    for lines in [0, 1, 40_000, 65_535, 65_536, 200_000] {
        let blank = "\n".repeat(lines);
        let (records, pages) =
            read(format!("{blank} <?xml version='1.0'?>{}", orders("<Order><AmazonOrderId>1</AmazonOrderId></Order>")))
                .unwrap();
        assert_eq!((records.len(), pages.len()), (1, 1), "{lines}");
        assert_eq!(Some(pages[0].position()), at(lines as u64 + 1, 23), "{lines}");
        let (records, _) = read(format!("{blank}{report}")).unwrap();
        assert_eq!(records.len(), expected.len(), "{lines}");
    }
}

#[test]
fn white_space_of_a_value_counts_where_it_is_written_as_a_reference() {
    for (text, expected) in [
        (" a ", "a"),
        ("&#32;a&#32;", " a "),
        (" &#32;a&#32; \n", " a "),
        ("&#32;a &amp; ", " a &"),
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("<![CDATA[a\r\nb]]>", "a\nb"),
        ("a&#13;\r\nb", "a\r\nb"),
    ] {
        let (records, _) = read(orders(&format!("<Order><BuyerName>{text}</BuyerName></Order>"))).unwrap();
        let json: serde_json::Value = serde_json::from_str(&records[0].json()).unwrap();
        assert_eq!(json["BuyerInfo"]["BuyerName"], expected, "{text:?}");
    }
    // Numbers and flags have none, and neither has what stands between elements.
    let xml = orders(
        "<Order>&#13;\n<NumberOfItemsShipped>&#32;2&#13;</NumberOfItemsShipped><IsPrime>true&#13;</IsPrime>\
         <BuyerName>&#13;\n</BuyerName></Order>&#13;",
    );
    let (records, pages) = read(xml).unwrap();
    assert_eq!(records[0].json(), r#"{"NumberOfItemsShipped":2,"IsPrime":true}"#);
    assert!(records[0].unmapped().is_empty() && pages[0].unmapped().is_empty());
    let (records, _) = read(orders("<Order><New A=' a\r\nb\tc&#10;&#32;' B=' '/></Order>")).unwrap();
    let [noted] = records[0].unmapped() else { panic!("{:?}", records[0].unmapped()) };
    assert_eq!(noted.value, "a b c\n ");
}
