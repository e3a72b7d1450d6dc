//! JSON and XML reports.

use super::{Visit, is_table, sample, to_map};
use crate::{
    BrowseNodeAttributeRow, BrowseNodeRow, Columns, EndUserAsinMetricRow, EndUserRow, Format, JsonReader, Kind,
    PromotionProductRow, PromotionRow, ReadError, Row, SearchTermRow, VendorRealTimeSalesRow, XmlOrderItemPriceRow,
    XmlOrderItemRow, XmlOrderReportRow, XmlOrderRow, XmlReader, XmlReturnItemRow, XmlReturnRow, XmlSettlementItemRow,
    XmlSettlementRow,
};
use serde_json::{Map, Value, json};
use spapi_tables::TableRow;

/// Gives the pieces to a reader, each when it has no more rows, and collects its rows up to the last one or the error that
/// ends them.
macro_rules! collect {
    ($reader:expr, $pieces:expr) => {{
        let (mut reader, mut pieces) = ($reader, $pieces);
        let mut rows = Vec::new();
        let mut ended = false;
        loop {
            match reader.try_next() {
                Ok(Some(row)) => rows.push(Ok(row)),
                Ok(None) if ended => return rows,
                Ok(None) => match pieces.next() {
                    Some(piece) => reader.push(piece.as_ref()),
                    None => {
                        ended = true;
                        reader.end();
                    }
                },
                Err(error) => {
                    let is_over = error.row().is_none();
                    rows.push(Err(error));
                    if is_over {
                        return rows;
                    }
                }
            }
        }
    }};
}

/// The rows of a JSON text that comes in pieces of a size.
fn json_rows<T: Row>(text: &[u8], size: usize) -> Vec<Result<T, ReadError>> {
    collect!(JsonReader::new(), text.chunks(size))
}

/// The rows of an XML text that comes in pieces of some characters.
fn xml_rows<T: Row>(text: &str, size: usize) -> Vec<Result<T, ReadError>> {
    let characters: Vec<char> = text.chars().collect();
    collect!(XmlReader::new(), characters.chunks(size).map(|piece| piece.iter().collect::<String>()))
}

/// Puts a value at a path such as `a.b@c`, whose names become `a`, `b` and `@c`.
fn put(object: &mut Map<String, Value>, path: &str, value: Value) {
    let path = path.replace('@', ".@");
    let mut names: Vec<_> = path.split('.').collect();
    let last = names.pop().unwrap();
    let mut object = object;
    for name in names {
        let inner = object.entry(name).or_insert_with(|| json!({}));
        if !inner.is_object() {
            *inner = json!({"": inner.take()});
        }
        object = inner.as_object_mut().unwrap();
    }
    match object.get_mut(last) {
        Some(Value::Object(inner)) => {
            inner.insert(String::new(), value);
        }
        _ => {
            object.insert(last.to_owned(), value);
        }
    }
}

fn to_xml(name: &str, value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut attributes = String::new();
            let mut inner = String::new();
            for (member, value) in members {
                match member.strip_prefix('@') {
                    Some(attribute) => {
                        let value = value.as_str().unwrap().replace('"', "&quot;");
                        attributes.push_str(&format!(" {attribute}=\"{value}\""));
                    }
                    None if member.is_empty() => inner.push_str(value.as_str().unwrap()),
                    None => inner.push_str(&to_xml(member, value)),
                }
            }
            format!("<{name}{attributes}>{inner}</{name}>")
        }
        Value::String(text) => format!("<{name}>{}</{name}>", text.replace('<', "&lt;")),
        other => panic!("{other}"),
    }
}

#[test]
fn every_json_and_xml_report_is_read() {
    struct Structured(usize);

    impl Visit for Structured {
        fn visit<T: Row + TableRow<Columns = Columns>>(&mut self) {
            if is_table(T::TYPE) {
                return;
            }
            let is_json = T::TYPE.format == Format::Json;
            let mut element = Map::new();
            for (index, column) in T::TYPE.columns.iter().enumerate() {
                let (cell, value) = sample(column, index);
                let value = match column.kind {
                    Kind::LocalDecimal => unreachable!(),
                    Kind::Integer | Kind::Boolean | Kind::Decimal if is_json => value,
                    _ => cell.into(),
                };
                put(&mut element, column.name, value);
            }
            let at: Vec<_> = T::TYPE.at.unwrap().split('.').collect();
            let rows: Vec<Result<T, ReadError>> = if is_json {
                let text = json!({"reportSpecification": {}, at[0]: [element]}).to_string();
                json_rows(text.as_bytes(), 7)
            } else {
                let mut text = to_xml(at[at.len() - 1], &Value::Object(element));
                for name in at.iter().rev().skip(1) {
                    text = format!("<{name}>\n {text}\n</{name}>");
                }
                xml_rows(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n"), 7)
            };
            assert_eq!(rows.len(), 1, "{}", T::TYPE.name);
            let row = rows[0].as_ref().unwrap_or_else(|error| panic!("{}: {error}", T::TYPE.name));
            let map = to_map(row);
            for (index, column) in T::TYPE.columns.iter().enumerate() {
                assert_eq!(map[column.field], sample(column, index).1, "{} {}", T::TYPE.name, column.name);
            }
            assert_eq!(row.unknown(), [], "{}", T::TYPE.name);
            self.0 += 1;
        }
    }

    let mut structured = Structured(0);
    crate::generated::visit_all(&mut structured);
    assert!(structured.0 > 40, "{}", structured.0);
}

const PROMOTIONS: &str = r#"{"reportSpecification": {"reportType": "X"}, "promotions": [
    {"promotionId": "P1", "unitsSold": "3", "new": [1, 2.50], "revenue": 1.10, "includedProducts": [
        {"asin": "A1", "productUnitsSold": 2, "colour": "red"}, {"asin": "A2", "productRevenue": "0.30"}]},
    {"promotionId": 7, "unitsSold": "many", "includedProducts": []},
    {"promotionId": "P3", "revenue": null}
]}"#;

#[test]
fn a_list_inside_an_element_has_rows_of_its_own() {
    for size in [1, 1000] {
        let rows = json_rows::<PromotionRow>(PROMOTIONS.as_bytes(), size);
        let first = rows[0].as_ref().unwrap();
        assert_eq!((first.promotion_id.as_str(), first.units_sold), ("P1", Some(3)));
        assert_eq!(first.revenue.unwrap().to_string(), "1.10");
        assert_eq!((&*first.unknown[0].name, first.unknown[0].value.as_str()), ("new", "[1,2.50]"));
        assert_eq!(first.unknown.len(), 1, "the products are rows of another type");
        let error = rows[1].as_ref().unwrap_err();
        assert_eq!((error.row(), error.column()), (Some(2), Some("unitsSold")));
        assert!(!error.to_string().contains("many"), "{error}");
        assert_eq!(rows[2].as_ref().unwrap().revenue, None);

        let products = json_rows::<PromotionProductRow>(PROMOTIONS.as_bytes(), size);
        let products: Vec<_> = products.into_iter().map(Result::unwrap).collect();
        assert_eq!(products.len(), 2);
        assert_eq!((products[1].promotion_id.as_str(), products[1].asin.as_str()), ("P1", "A2"));
        assert_eq!(products[1].product_revenue.unwrap().to_string(), "0.30");
        assert_eq!(
            (&*products[0].unknown[0].name, products[0].unknown[0].value.as_str()),
            ("includedProducts.colour", "red")
        );
    }
}

#[test]
fn json_is_read_leniently_and_exactly() {
    let text = "{\"reportData\":[{\"asin\":\"A\u{1}\\ud83d\",\"orderedUnits\":3.0,\"orderedRevenue\":0.1000000000000000055511151231},\
                {\"asin\":null,\"orderedUnits\":\"\",\"orderedRevenue\":1e-7},{},[],null,{\"asin\":\"a\",\"asin\":\"b\"}]}";
    let rows: Vec<VendorRealTimeSalesRow> = json_rows(text.as_bytes(), 5).into_iter().map(Result::unwrap).collect();
    assert_eq!((rows[0].asin.as_str(), rows[0].ordered_units), ("A\u{1}\u{fffd}", Some(3)));
    assert_eq!(rows[0].ordered_revenue.unwrap().to_string(), "0.1000000000000000055511151231");
    assert_eq!((rows[1].asin.as_str(), rows[1].ordered_units), ("", None));
    assert_eq!(rows[1].ordered_revenue.unwrap().to_string(), "0.0000001");
    assert_eq!(rows[5].asin, "b");
    let rows = json_rows::<SearchTermRow>(
        br#"{"dataByDepartmentAndSearchTerm": [{"searchTerm": tru}, {"searchTerm": "x"}]}"#,
        9,
    );
    assert!(rows[0].is_err() && rows[1].as_ref().unwrap().search_term == "x");
}

#[test]
fn many_members_are_kept_and_written() {
    let members: Vec<_> = (0..100_000).map(|number| format!("\"m{number}\":{number}")).collect();
    let text = format!("{{\"reportData\":[{{{0},{0},\"asin\":\"A\"}}]}}", members.join(","));
    let row = json_rows::<VendorRealTimeSalesRow>(text.as_bytes(), 1_000_000).remove(0).unwrap();
    assert_eq!((row.asin.as_str(), row.unknown.len()), ("A", 100_000));
    let repeated = "<asin>x</asin>".repeat(100_000);
    let text = format!("<AmazonEnvelope><Message><Order>{repeated}</Order></Message></AmazonEnvelope>");
    let row = xml_rows::<XmlOrderRow>(&text, 1_000_000).remove(0).unwrap();
    let map = to_map(&row);
    assert_eq!(
        (row.unknown.len(), map["asin"].as_str(), map["asin (100000)"].as_str()),
        (100_000, Some("x"), Some("x"))
    );
}

#[test]
fn a_person_without_metrics_is_a_person() {
    let text = br#"{"endUserData":[{"fullName":"N","primaryEmail":"e","mailingAddress":{"city":"C"},"asinMetrics":[]},
        {"fullName":"M","primaryEmail":"f","asinMetrics":[{"asin":"A","startDate":"2026-01-01","gms":-1.5}]}]}"#;
    let people = json_rows::<EndUserRow>(text, 11);
    assert_eq!(people.len(), 2);
    assert_eq!(people[0].as_ref().unwrap().city.as_deref(), Some("C"));
    let metrics = json_rows::<EndUserAsinMetricRow>(text, 11);
    assert_eq!(metrics.len(), 1);
    let metric = metrics[0].as_ref().unwrap();
    assert_eq!((metric.primary_email.as_str(), metric.gms.unwrap().to_string().as_str()), ("f", "-1.5"));
}

#[test]
fn a_report_of_an_error_is_not_an_empty_report() {
    let rows = json_rows::<SearchTermRow>(br#"{"errorDetails": "no data"}"#, 100);
    let error = rows[0].as_ref().unwrap_err();
    assert!(error.to_string().contains("no list dataByDepartmentAndSearchTerm; it has: errorDetails"), "{error}");
    assert_eq!(json_rows::<SearchTermRow>(br#"{"dataByDepartmentAndSearchTerm": []}"#, 100).len(), 0);
}

const ORDERS: &str = r#"<?xml version="1.0"?>
<AmazonEnvelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd">
  <Columns><DocumentVersion>1.00</DocumentVersion></Columns>
  <MessageType>AllOrdersReport</MessageType>
  <Message><Order>
    <AmazonOrderID>503-1</AmazonOrderID><PurchaseDate>2026-07-03T12:34:56+09:00</PurchaseDate><Gift/><New a="1">x</New>
    <FulfillmentData><Address><City>東京</City><PostalCode>0100001</PostalCode></Address></FulfillmentData>
    <OrderItem><SKU>A &lt;&#66;&gt;</SKU><ASIN>A1</ASIN><Quantity>2</Quantity><ProductName><![CDATA[a<b]]></ProductName>
      <ItemPrice><Component><Type>Principal</Type><Amount currency="JPY">1980</Amount></Component>
        <Component><Type>Tax</Type><Amount currency="JPY">198</Amount></Component></ItemPrice></OrderItem>
    <OrderItem><SKU>B</SKU><Quantity>x</Quantity></OrderItem>
  </Order></Message>
  <Message><Order><AmazonOrderID>503-2</AmazonOrderID><OrderItem><SKU>C</SKU></OrderItem></Order></Message>
</AmazonEnvelope>"#;

#[test]
fn xml_orders_have_rows_at_each_level() {
    for size in [1, 3, 10_000] {
        let orders: Vec<XmlOrderRow> = xml_rows(ORDERS, size).into_iter().map(Result::unwrap).collect();
        assert_eq!(orders.len(), 2);
        assert_eq!((orders[0].amazon_order_id.as_str(), orders[0].postal_code.as_deref()), ("503-1", Some("0100001")));
        assert_eq!(orders[0].city.as_deref(), Some("東京"));
        let unknown: Vec<_> = orders[0].unknown.iter().map(|column| (&*column.name, column.value.as_str())).collect();
        assert_eq!(unknown, [("Gift", ""), ("New", r#"{"@a":"1","":"x"}"#)]);

        let items = xml_rows::<XmlOrderItemRow>(ORDERS, size);
        let error = items[0].as_ref().unwrap_err();
        assert_eq!((error.row(), error.column()), (Some(1), Some("OrderItem.Quantity")));
        assert_eq!(items[1].as_ref().unwrap().sku, "C");

        let prices: Vec<XmlOrderItemPriceRow> = xml_rows(ORDERS, size).into_iter().map(Result::unwrap).collect();
        assert_eq!(prices.len(), 2);
        assert_eq!((prices[1].amazon_order_id.as_str(), prices[1].price_type.as_str()), ("503-1", "Tax"));
        assert_eq!(
            (prices[1].amount.unwrap().to_string().as_str(), prices[1].amount_currency.as_deref()),
            ("198", Some("JPY"))
        );
    }
    let items = xml_rows::<XmlOrderItemRow>(&ORDERS.replace(">x<", ">1<"), 50);
    let item = items[0].as_ref().unwrap();
    assert_eq!((item.sku.as_str(), item.product_name.as_str(), item.quantity), ("A <B>", "a<b", Some(2)));
}

#[test]
fn repeated_elements_lose_nothing() {
    let text = "<AmazonEnvelope><Message><OrderReport><AmazonOrderID>1</AmazonOrderID><AmazonOrderID>2</AmazonOrderID>\
                </OrderReport></Message></AmazonEnvelope>";
    let rows: Vec<XmlOrderReportRow> = xml_rows(text, 20).into_iter().map(Result::unwrap).collect();
    assert_eq!((rows[0].amazon_order_id.as_str(), rows[0].unknown[0].value.as_str()), ("1", "2"));
}

#[test]
fn settlements_returns_and_browse_nodes_in_xml() {
    let text = "<AmazonEnvelope><Message><SettlementReport><SettlementData><AmazonSettlementID>\"12\"</AmazonSettlementID>\
                <TotalAmount currency=\"EUR\">\"-5.10\"</TotalAmount></SettlementData><Order><AmazonOrderID>1</AmazonOrderID>\
                <ShipmentID>S</ShipmentID><Odd>1</Odd><Fulfillment><PostedDate>2026-01-01T00:00:00Z</PostedDate>\
                <Item><SKU>A</SKU><CostOfPointsGranted currency=\"JPY\">-10</CostOfPointsGranted></Item></Fulfillment>\
                </Order></SettlementReport></Message></AmazonEnvelope>";
    let settlement = xml_rows::<XmlSettlementRow>(text, 13).remove(0).unwrap();
    assert_eq!(
        (settlement.amazon_settlement_id.as_str(), settlement.total_amount.unwrap().to_string().as_str()),
        ("12", "-5.10")
    );
    let item = xml_rows::<XmlSettlementItemRow>(text, 13).remove(0).unwrap();
    assert_eq!((item.sku.as_str(), item.cost_of_points_granted.unwrap().to_string().as_str()), ("A", "-10"));
    assert_eq!(&*item.unknown[0].name, "Odd");

    let text = "<AmazonEnvelope><Message><return_details><item_details><asin>A</asin><in_policy>Y</in_policy></item_details>\
                <item_details><asin>B</asin></item_details><order_id>1</order_id><a_to_z_claim>false</a_to_z_claim>\
                <is_prime>N</is_prime></return_details></Message></AmazonEnvelope>";
    let returned = xml_rows::<XmlReturnRow>(text, 13).remove(0).unwrap();
    assert_eq!((returned.a_to_z_claim, returned.is_prime, returned.unknown.len()), (Some(false), Some(false), 0));
    let items: Vec<XmlReturnItemRow> = xml_rows(text, 13).into_iter().map(Result::unwrap).collect();
    assert_eq!((items[0].order_id.as_str(), items[0].in_policy, items[1].asin.as_str()), ("1", Some(true), "B"));

    let text = "<Result><Node><browseNodeId>1</browseNodeId><browseNodeAttributes count=\"2\"><attribute name=\"a\">x</attribute>\
                <attribute name=\"b\">y</attribute></browseNodeAttributes><hasChildren>true</hasChildren></Node></Result>";
    let node = xml_rows::<BrowseNodeRow>(text, 13).remove(0).unwrap();
    assert_eq!(
        (node.browse_node_id.as_str(), node.browse_node_attributes_count, node.has_children),
        ("1", Some(2), Some(true))
    );
    let attributes: Vec<BrowseNodeAttributeRow> = xml_rows(text, 13).into_iter().map(Result::unwrap).collect();
    assert_eq!((attributes[1].name.as_deref(), attributes[1].value.as_deref()), (Some("b"), Some("y")));
}

#[test]
fn what_is_not_the_document_is_an_error() {
    for (text, said) in [
        ("", "it is empty"),
        ("  \n", "it is empty"),
        ("<html><body>no</body></html>", "not a document of AmazonEnvelope"),
        ("no data", "not valid XML"),
        ("<AmazonEnvelope><Message><Order>", "ends too early"),
        ("<AmazonEnvelope><Message></AmazonEnvelope>", "not valid XML"),
        ("<AmazonEnvelope></AmazonEnvelope><AmazonEnvelope/>", "not a document"),
        ("<AmazonEnvelope><Mess", "not valid XML"),
        (&format!("<AmazonEnvelope>{}", "<a>".repeat(100)), "too many elements in each other"),
    ] {
        for size in [1, 10_000] {
            let rows = xml_rows::<XmlOrderRow>(text, size);
            let error = rows[0].as_ref().unwrap_err();
            assert!(error.row().is_none() && error.to_string().contains(said), "{text}: {error}");
        }
    }
    assert_eq!(xml_rows::<XmlOrderRow>("<AmazonEnvelope/>", 3).len(), 0);
}
