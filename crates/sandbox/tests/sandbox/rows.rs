//! Every report that connectors read is made, and `spapi-rows` reads all of its rows.

use crate::agreement::{JSON, REPORTS, SCHEDULES, TABLES, report, request, text, url, weekly};
use crate::support::{Caller, DE, JP, US, builder};
use serde_json::{Value, json};
use spapi_core::document::{Dialect, UsualDialect};
use spapi_core::{Client, Credentials, Endpoint, Marketplace};
use spapi_rows::{JsonReader, OwnedValue, TextRow, XmlReader, known_columns};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
use std::collections::BTreeSet;

/// The XML reports that connectors read. The last one comes only by a schedule.
const XML: [&str; 4] = [
    "GET_XML_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
    "GET_XML_BROWSE_TREE_DATA",
    "GET_ORDER_REPORT_DATA_SHIPPING",
];

/// The rows of a flat file, each cell read as a value of its column.
async fn table_rows(client: &Client, url: &str, kind: &str, marketplace: Marketplace) -> usize {
    let document = client.download(url).of_type(kind, marketplace).open().await.unwrap();
    let mut rows = document.rows::<TextRow>(Dialect::usual_of(kind).unwrap()).unwrap();
    let names = rows.columns().await.unwrap().to_vec();
    let columns = known_columns(spapi_rows::report(kind).expect("known rows").rows[0], &names);
    let mut count = 0;
    while let Some(row) = rows.try_next().await.unwrap() {
        count += 1;
        for (place, column) in columns.iter().enumerate() {
            let column = column.unwrap_or_else(|| panic!("{kind}: the column {} is not known", names[place]));
            match row.value(place, column) {
                // A month has no day.
                Ok(OwnedValue::DateTime(time)) if time.as_str().len() == "11/2026".len() => {}
                Ok(OwnedValue::DateTime(time)) => {
                    let is_read = time.as_str().get(4..5) == Some("-") && time.as_str().get(7..8) == Some("-");
                    assert!(is_read, "{kind} {marketplace:?} {}: {}", column.name, time.as_str());
                }
                Ok(_) => {}
                Err(problem) => panic!("{kind} {marketplace:?} {}: {problem}: {:?}", column.name, row.cell(place)),
            }
        }
    }
    count
}

/// The numbers of rows of each type that a JSON or XML report has.
fn structured_rows(kind: &str, text: &str) -> usize {
    let rows = spapi_rows::report(kind).expect("known rows").rows;
    let counts = rows.iter().map(|row_type| match row_type.format {
        spapi_rows::Format::Xml => {
            let mut reader = XmlReader::of(row_type);
            reader.push(text);
            reader.end();
            std::iter::from_fn(|| reader.try_next().expect(row_type.name)).count()
        }
        _ => {
            let mut reader = JsonReader::of(row_type);
            reader.push(text.as_bytes());
            reader.end();
            std::iter::from_fn(|| reader.try_next().expect(row_type.name)).count()
        }
    });
    counts.sum()
}

/// The first report of a new schedule, once it has ended.
async fn scheduled(caller: &Caller, kind: &str, marketplace: &str) -> Value {
    let schedule = json!({
        "reportType": kind,
        "marketplaceIds": [marketplace],
        "period": "P30D",
        "nextReportCreationTime": "2026-11-22T09:00:00Z",
    });
    assert_eq!(caller.post(SCHEDULES, &schedule).await.status, 201);
    let query = [("reportTypes", kind), ("marketplaceIds", marketplace)];
    for _ in 0..2 {
        caller.body(REPORTS, &query).await;
    }
    caller.body(REPORTS, &query).await["reports"][0].clone()
}

#[tokio::test]
async fn every_row_of_every_report_that_connectors_read_can_be_read() {
    let sandbox = builder().orders(900).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let mut made = BTreeSet::new();
    for id in [JP, US, DE] {
        let (caller, marketplace) = (caller.at(id), id.parse::<Marketplace>().unwrap());
        let client = Client::builder(marketplace)
            .endpoint(Endpoint::custom(sandbox.url()))
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
            .build()
            .unwrap();
        for kind in TABLES {
            let report = report(&caller, &request(kind, id)).await;
            if report["processingStatus"] == "DONE" {
                let rows = table_rows(&client, &url(&caller, &report).await, kind, marketplace).await;
                assert!(rows > 0, "{kind}");
                made.insert(kind);
            }
        }
        for (kind, options) in JSON {
            let mut order = weekly(kind, options);
            order["marketplaceIds"] = json!([id]);
            let report = report(&caller, &order).await;
            assert_eq!(report["processingStatus"], "DONE", "{kind} {id}");
            assert!(structured_rows(kind, &text(&caller, &report).await) > 0, "{kind}");
            made.insert(kind);
        }
        for kind in XML {
            let known = spapi_metadata::ReportType::find(kind).expect("a known type");
            let report = match known.availability.contains(&spapi_metadata::document_types::Availability::Requested) {
                true => report(&caller, &request(kind, id)).await,
                false => scheduled(&caller, kind, id).await,
            };
            assert_eq!(report["processingStatus"], "DONE", "{kind} {id}");
            assert!(structured_rows(kind, &text(&caller, &report).await) > 0, "{kind}");
            made.insert(kind);
        }
    }
    let missing: Vec<&str> = TABLES.into_iter().chain(XML).filter(|kind| !made.contains(kind)).collect();
    assert!(missing.is_empty(), "made in no marketplace: {missing:?}");
}
