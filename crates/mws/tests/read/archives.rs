//! Several documents, in one text and in many.

use super::read;
use spapi_mws::read::{Item, Kind, Reader, Reason, Tally};

fn page(operation: &str, ids: &[u32], token: Option<&str>) -> String {
    let orders: String = ids
        .iter()
        .map(|id| format!("<Order><AmazonOrderId>{id}</AmazonOrderId><TFMShipmentStatus>x</TFMShipmentStatus></Order>"))
        .collect();
    let token = token.map(|token| format!("<NextToken>{token}</NextToken>")).unwrap_or_default();
    format!(
        "<{operation}Response><{operation}Result>{token}<Orders>{orders}</Orders></{operation}Result></{operation}Response>"
    )
}

fn tally(files: &[(&str, String)]) -> Tally {
    let mut tally = Tally::new();
    for (name, xml) in files {
        let mut reader = Reader::new(xml.as_bytes());
        while let Some(item) = reader.try_next().unwrap() {
            tally.add(name, &item);
        }
    }
    tally
}

fn gaps(files: &[(&str, String)]) -> Vec<(String, bool)> {
    tally(files).gaps().into_iter().map(|gap| (gap.source, gap.is_after)).collect()
}

#[test]
fn documents_after_each_other_are_read() {
    let first = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}", page("ListOrders", &[1, 2], Some("t")));
    let second =
        format!("\n\u{feff}<?xml version='1.0' encoding='UTF-8'?>{}\n", page("ListOrdersByNextToken", &[3], None));
    let (records, pages) =
        read(first + &second + "<GetServiceStatusResponse><a>&amp;</a></GetServiceStatusResponse>").unwrap();
    assert_eq!(records.len(), 3);
    let roots: Vec<_> = pages.iter().map(|page| (page.root(), page.kind(), page.records())).collect();
    let expected = [
        ("ListOrdersResponse", Some(Kind::Orders), 2),
        ("ListOrdersByNextTokenResponse", Some(Kind::Orders), 1),
        ("GetServiceStatusResponse", None, 0),
    ];
    assert_eq!(roots, expected);
    assert_eq!(records[2].position().line, 3);
}

#[test]
fn everything_is_counted_and_orders_that_occur_again_are_kept() {
    let tally = tally(&[
        ("1.xml", page("ListOrders", &[1, 2], Some("t"))),
        ("2.xml", page("ListOrdersByNextToken", &[2, 3], None)),
        ("3.xml", "<GetServiceStatusResponse/>".to_owned()),
    ]);
    assert_eq!(tally.records().collect::<Vec<_>>(), [(Kind::Orders, 4)]);
    assert_eq!(tally.repeated().collect::<Vec<_>>(), [(Kind::Orders, 1)]);
    assert_eq!(tally.not_read().collect::<Vec<_>>(), [("GetServiceStatusResponse", 1)]);
    let unmapped: Vec<_> = tally.unmapped().collect();
    let path = "Response/ListOrdersByNextTokenResult/Orders/Order/TFMShipmentStatus";
    assert_eq!(unmapped.len(), 2);
    assert!(unmapped[0].0.ends_with(path) && unmapped[0].1 == Reason::NoPlace && unmapped[0].2 == 2, "{unmapped:?}");
    assert!(tally.gaps().is_empty());
}

#[test]
fn a_page_that_is_missing_is_found() {
    let first = || page("ListOrders", &[1], Some("t"));
    let middle = || page("ListOrdersByNextToken", &[2], Some("t"));
    let last = || page("ListOrdersByNextToken", &[3], None);
    let whole = [("1", first()), ("2", middle()), ("3", last()), ("4", first()), ("5", last())];
    assert!(gaps(&whole).is_empty());
    assert_eq!(gaps(&[("1", first()), ("4", first()), ("5", last())]), [("1".to_owned(), true)]);
    assert_eq!(gaps(&[("2", middle()), ("3", last())]), [("2".to_owned(), false)]);
    assert_eq!(gaps(&[("1", first()), ("2", middle())]), [("2".to_owned(), true)]);
    // Other operations stand between.
    let other = "<ListOrderItemsResponse><ListOrderItemsResult/></ListOrderItemsResponse>".to_owned();
    assert!(gaps(&[("1", first()), ("other", other), ("3", last())]).is_empty());
}

#[test]
fn a_token_that_leads_nowhere_is_none() {
    let xml = "<GetReportListResponse><GetReportListResult><NextToken>none</NextToken><HasNext>false</HasNext>\
               <ReportInfo><ReportId>1</ReportId></ReportInfo></GetReportListResult></GetReportListResponse>";
    assert!(gaps(&[("1", xml.to_owned())]).is_empty());
    let mut reader = Reader::new(xml.as_bytes());
    let Some(Item::Record(report)) = reader.try_next().unwrap() else { panic!("a report") };
    assert_eq!(report.json(), r#"{"reportDocumentId":"1"}"#);
}
