//! Reports in XML.

use super::{all, read};
use spapi_mws::read::{Kind, ReadErrorKind, Reader, Reason};

const SETTLEMENT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<AmazonEnvelope><Header><DocumentVersion>1.01</DocumentVersion></Header><MessageType>SettlementReport</MessageType>
<Message><MessageID>1</MessageID><SettlementReport>
<SettlementData><AmazonSettlementID>42</AmazonSettlementID><TotalAmount currency=\"JPY\">1000</TotalAmount>
<StartDate>2019-01-02T03:04:05+00:00</StartDate></SettlementData>
<Order><AmazonOrderID>503-1</AmazonOrderID><ShipmentID>s</ShipmentID><Fulfillment><Item>
<AmazonOrderItemCode>7</AmazonOrderItemCode><SKU>A&amp;B</SKU><Quantity>2</Quantity>
<ItemPrice><Component><Type>Principal</Type><Amount currency=\"JPY\">99.00</Amount></Component>
<Component><Type>CostOfPointsGranted</Type><Amount currency=\"JPY\">-10</Amount></Component></ItemPrice>
</Item></Fulfillment></Order></SettlementReport></Message></AmazonEnvelope>";

#[test]
fn a_settlement_has_rows_of_the_kind_that_is_wanted() {
    let (records, pages) = read(SETTLEMENT).unwrap();
    assert_eq!((records.len(), pages[0].kind(), pages[0].records()), (1, Some(Kind::Settlements), 1));
    let expected = r#"{"AmazonSettlementID":"42","TotalAmount":1000,"TotalAmount@currency":"JPY","StartDate":"2019-01-02T03:04:05+00:00"}"#;
    assert_eq!(records[0].json(), expected);
    let (records, _) = all(Reader::new(SETTLEMENT.as_bytes()).rows("XmlSettlementPriceRow")).unwrap();
    let prices: Vec<_> = records.iter().map(|record| record.json()).collect();
    assert_eq!(prices.len(), 2);
    assert!(prices[1].contains("CostOfPointsGranted") && prices[1].contains("\"503-1\""), "{}", prices[1]);
    let error = all(Reader::new(SETTLEMENT.as_bytes()).rows("XmlOrderRow")).unwrap_err();
    assert!(error.to_string().contains("XmlSettlementItemRow"), "{error}");
}

#[test]
fn order_reports_are_read_and_what_is_new_in_them_is_noted() {
    let (records, _) = read(
        "<AmazonEnvelope><MessageType>OrderReport</MessageType><Message><OrderReport><AmazonOrderID>503-2</AmazonOrderID>\
         <New>x</New></OrderReport></Message></AmazonEnvelope>",
    )
    .unwrap();
    assert_eq!((records[0].kind(), records[0].json().as_str()), (Kind::OrderReport, r#"{"AmazonOrderID":"503-2"}"#));
    let unmapped = &records[0].unmapped()[0];
    assert_eq!(unmapped.path, "AmazonEnvelope/Message/OrderReport/New");
    assert_eq!((unmapped.value.as_str(), unmapped.reason), ("x", Reason::Unknown));
    let (records, _) =
        read("<AmazonEnvelope><Message><Order><AmazonOrderID>503-3</AmazonOrderID></Order></Message></AmazonEnvelope>")
            .unwrap();
    assert_eq!(records[0].kind(), Kind::AllOrders);
}

#[test]
fn a_report_that_is_cut_off_says_where() {
    let end = SETTLEMENT.find("</Fulfillment>").unwrap();
    let error = read(&SETTLEMENT[..end]).unwrap_err();
    assert_eq!(error.kind(), ReadErrorKind::CutOff);
    assert!(error.position().unwrap().line >= 9, "{error}");
    let error = read(SETTLEMENT.replacen("</StartDate>", "</EndDate>", 1)).unwrap_err();
    assert_eq!((error.kind(), error.position().unwrap().line > 1), (ReadErrorKind::NotXml, true), "{error}");
    let error = read(format!("<!DOCTYPE a>{SETTLEMENT}")).unwrap_err();
    assert!(matches!(error.kind(), ReadErrorKind::Forbidden | ReadErrorKind::NotXml), "{error}");
}
