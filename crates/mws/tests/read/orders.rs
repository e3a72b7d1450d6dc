//! Random orders, written as XML in many ways, read back.

use super::read;
use fastrand::Rng;
use serde_json::{Map, Value, json};
use spapi_mws::read::ReadErrorKind;

/// A part of an element: its name, and what is in it.
#[derive(Clone)]
enum Xml {
    Text(String, String),
    Inside(String, Vec<Xml>),
}

/// How a text is written.
#[derive(Clone, Copy, Default)]
struct Style {
    prefix: bool,
    spaced: bool,
    cdata: bool,
    references: bool,
    shuffled: bool,
    with_empty: bool,
}

fn text(rng: &mut Rng) -> String {
    const LETTERS: [char; 14] = ['a', 'Z', '0', ' ', '<', '&', '>', '"', '\'', 'é', '靴', '😀', ']', ';'];
    let text: String = (0..rng.usize(1..12)).map(|_| LETTERS[rng.usize(..LETTERS.len())]).collect();
    let text = text.trim();
    if text.is_empty() { "x".to_owned() } else { text.to_owned() }
}

fn money(rng: &mut Rng) -> (Value, Vec<Xml>) {
    let amount = format!("{}.{:02}", rng.u32(..100_000), rng.u32(..100));
    let parts = vec![Xml::Text("CurrencyCode".into(), "JPY".into()), Xml::Text("Amount".into(), amount.clone())];
    (json!({"CurrencyCode": "JPY", "Amount": amount}), parts)
}

/// An order of today, and the same as an element of MWS.
fn order(rng: &mut Rng, number: usize) -> (Value, Xml) {
    let (mut json, mut buyer, mut address, mut parts) = (Map::new(), Map::new(), Map::new(), Vec::new());
    let put = |into: &mut Map<String, Value>, parts: &mut Vec<Xml>, name: &str, value: String| {
        into.insert(name.to_owned(), value.clone().into());
        parts.push(Xml::Text(name.to_owned(), value));
    };
    put(&mut json, &mut parts, "AmazonOrderId", format!("503-{number:07}-0000000"));
    for name in ["SellerOrderId", "OrderStatus", "SalesChannel", "ShipServiceLevel", "MarketplaceId", "OrderType"] {
        if rng.bool() {
            put(&mut json, &mut parts, name, text(rng));
        }
    }
    for name in ["PurchaseDate", "LastUpdateDate", "LatestShipDate"] {
        if rng.bool() {
            put(&mut json, &mut parts, name, format!("2019-{:02}-11T15:53:37Z", rng.u8(1..13)));
        }
    }
    for name in ["BuyerEmail", "BuyerName", "PurchaseOrderNumber"] {
        if rng.bool() {
            put(&mut buyer, &mut parts, name, text(rng));
        }
    }
    for name in ["NumberOfItemsShipped", "NumberOfItemsUnshipped"] {
        if rng.bool() {
            let number = rng.u16(..);
            json.insert(name.to_owned(), number.into());
            parts.push(Xml::Text(name.to_owned(), number.to_string()));
        }
    }
    for name in ["IsPrime", "IsBusinessOrder", "IsReplacementOrder"] {
        if rng.bool() {
            let flag = rng.bool();
            json.insert(name.to_owned(), flag.into());
            let spelled = if rng.bool() {
                flag.to_string()
            } else {
                flag.to_string().replacen(['t', 'f'], if flag { "T" } else { "F" }, 1)
            };
            parts.push(Xml::Text(name.to_owned(), spelled));
        }
    }
    if rng.bool() {
        let (value, inside) = money(rng);
        json.insert("OrderTotal".to_owned(), value);
        parts.push(Xml::Inside("OrderTotal".to_owned(), inside));
    }
    if rng.bool() {
        let mut inside = Vec::new();
        for name in ["Name", "AddressLine1", "City", "PostalCode", "CountryCode"] {
            put(&mut address, &mut inside, name, text(rng));
        }
        json.insert("ShippingAddress".to_owned(), address.into());
        parts.push(Xml::Inside("ShippingAddress".to_owned(), inside));
    }
    if rng.bool() {
        let (mut values, mut inside) = (Vec::new(), Vec::new());
        for _ in 0..rng.usize(1..4) {
            let (value, payment) = money(rng);
            let method = text(rng);
            values.push(json!({"Payment": value, "PaymentMethod": method}));
            let item = vec![Xml::Inside("Payment".into(), payment), Xml::Text("PaymentMethod".into(), method)];
            inside.push(Xml::Inside("PaymentExecutionDetailItem".into(), item));
        }
        json.insert("PaymentExecutionDetail".to_owned(), values.into());
        parts.push(Xml::Inside("PaymentExecutionDetail".to_owned(), inside));
    }
    if rng.bool() {
        let methods: Vec<_> = (0..rng.usize(1..3)).map(|_| text(rng)).collect();
        let inside = methods.iter().map(|method| Xml::Text("PaymentMethodDetail".into(), method.clone())).collect();
        json.insert("PaymentMethodDetails".to_owned(), methods.into());
        parts.push(Xml::Inside("PaymentMethodDetails".to_owned(), inside));
    }
    if !buyer.is_empty() {
        json.insert("BuyerInfo".to_owned(), buyer.into());
    }
    (json.into(), Xml::Inside("Order".to_owned(), parts))
}

fn write(xml: &Xml, style: Style, rng: &mut Rng, out: &mut String) {
    let prefix = if style.prefix && rng.bool() { "ns2:" } else { "" };
    if style.spaced {
        out.push_str(["\n\t", "\r\n   ", " ", "<!-- a - b -->", "<?pi x?>"][rng.usize(..5)]);
    }
    match xml {
        Xml::Text(name, text) => {
            out.push_str(&format!("<{prefix}{name}>"));
            if style.spaced {
                out.push_str("\n  ");
            }
            if style.cdata && !text.contains("]]>") {
                out.push_str(&format!("<![CDATA[{text}]]>"));
            } else {
                for letter in text.chars() {
                    match letter {
                        letter if style.references && rng.bool() => {
                            out.push_str(&format!("&#x{:x};", u32::from(letter)))
                        }
                        '<' => out.push_str("&lt;"),
                        '&' => out.push_str("&amp;"),
                        '>' => out.push_str("&gt;"),
                        letter => out.push(letter),
                    }
                }
            }
            out.push_str(&format!("</{prefix}{name}>"));
        }
        Xml::Inside(name, parts) => {
            out.push_str(&format!("<{prefix}{name} xmlns:ns2='x'>"));
            let mut parts = parts.clone();
            // The elements of a list keep their order.
            let is_list = matches!(name.as_str(), "Orders" | "PaymentExecutionDetail" | "PaymentMethodDetails");
            if style.shuffled && !is_list {
                rng.shuffle(&mut parts);
            }
            for part in &parts {
                write(part, style, rng, out);
            }
            if style.with_empty && !is_list {
                out.push_str("<ReplacedOrderId/><BuyerCounty></BuyerCounty><CODFee/>");
            }
            out.push_str(&format!("</{prefix}{name}>"));
        }
    }
}

fn document(orders: &[Xml], style: Style, rng: &mut Rng) -> String {
    let mut out =
        "<ListOrdersResponse xmlns='https://mws.amazonservices.com/Orders/2013-09-01'><ListOrdersResult>".to_owned();
    let list = Xml::Inside("Orders".to_owned(), orders.to_vec());
    let style_of_list = Style { with_empty: false, ..style };
    match style.with_empty {
        false => write(&list, style_of_list, rng, &mut out),
        true => orders.iter().for_each(|order| write(order, style, rng, &mut out)),
    }
    out.push_str("</ListOrdersResult></ListOrdersResponse>");
    out
}

#[test]
fn orders_survive_every_way_of_writing_them() {
    for seed in 0..30 {
        let mut rng = Rng::with_seed(seed);
        let (expected, orders): (Vec<_>, Vec<_>) = (0..rng.usize(1..6)).map(|number| order(&mut rng, number)).unzip();
        for bits in 0..64_u8 {
            let is = |bit: u8| bits & (1 << bit) != 0;
            let style = Style {
                prefix: is(0),
                spaced: is(1),
                cdata: is(2),
                references: is(3),
                shuffled: is(4),
                with_empty: is(5),
            };
            let xml = document(&orders, style, &mut rng);
            let (records, pages) =
                read(&xml).unwrap_or_else(|error| panic!("seed {seed}, style {bits}: {error}\n{xml}"));
            let found: Vec<Value> =
                records.iter().map(|record| serde_json::from_str(&record.json()).unwrap()).collect();
            assert_eq!(found, expected, "seed {seed}, style {bits}: {xml}");
            assert_eq!(pages.len(), 1);
            assert!(records.iter().all(|record| {
                // In a style with an element that orders do not have, it is empty and so absent.
                record.unmapped().is_empty()
            }));
        }
    }
}

#[test]
fn a_text_that_is_cut_off_anywhere_is_an_error_or_whole() {
    let mut rng = Rng::with_seed(7);
    let (expected, orders): (Vec<_>, Vec<_>) = (0..3).map(|number| order(&mut rng, number)).unzip();
    let xml = document(&orders, Style::default(), &mut rng);
    for end in 1..xml.len() {
        if !xml.is_char_boundary(end) {
            continue;
        }
        let error = read(&xml[..end]).unwrap_err();
        assert!(error.position().is_some(), "{end}: {error}");
        assert_eq!(error.kind(), ReadErrorKind::CutOff, "{end}: {error}");
    }
    assert_eq!(read(&xml).unwrap().0.len(), expected.len());
}

#[test]
fn a_letter_that_is_changed_anywhere_breaks_nothing_but_its_record() {
    let mut rng = Rng::with_seed(11);
    let (_, orders): (Vec<Value>, Vec<_>) = (0..1).map(|number| order(&mut rng, number)).unzip();
    let xml = document(&orders, Style { spaced: true, ..Style::default() }, &mut rng).into_bytes();
    for at in 0..xml.len() {
        for byte in [b'<', b'>', b'&', b'/', 0, 0xff, b'x'] {
            let mut changed = xml.clone();
            changed[at] = byte;
            match read(&changed) {
                Ok((records, pages)) => assert!(records.len() <= 1 && pages.len() == 1),
                // What does not begin as text cannot be read at all.
                Err(error) if at == 0 && byte == 0 => assert_eq!(error.kind(), ReadErrorKind::Binary),
                Err(error) => assert!(error.position().is_some(), "{at}: {error}"),
            }
        }
    }
}
