//! Data Kiosk: queries, their pages and documents.

use crate::support::{Caller, US, builder, presigned};
use reqwest::Client;
use serde_json::{Value, json};

const QUERIES: &str = "/dataKiosk/2023-11-15/queries";
const DOCUMENTS: &str = "/dataKiosk/2023-11-15/documents";

fn by_date(period: &str, first: &str, last: &str, fields: &str) -> String {
    format!(
        "{{analytics_salesAndTraffic_2024_04_24{{salesAndTrafficByDate(aggregateBy:{period},startDate:\"{first}\",\
         endDate:\"{last}\",marketplaceIds:[\"{US}\"]){{{fields}}}}}}}"
    )
}

async fn create(caller: &Caller, body: &Value) -> String {
    let answer = caller.post(QUERIES, body).await;
    assert_eq!(answer.status, 202, "{body}: {:?}", answer.body);
    format!("{QUERIES}/{}", answer.body["queryId"].as_str().expect("an id"))
}

/// Polls until the query has ended.
async fn ended(caller: &Caller, body: &Value) -> Value {
    let path = create(caller, body).await;
    for status in ["IN_QUEUE", "IN_PROGRESS"] {
        assert_eq!(caller.body(&path, &[]).await["processingStatus"], status);
    }
    caller.body(&path, &[]).await
}

async fn document(caller: &Caller, id: &Value) -> String {
    let path = format!("{DOCUMENTS}/{}", id.as_str().expect("a document"));
    let url = caller.body(&path, &[]).await["documentUrl"].as_str().expect("a URL").to_owned();
    let downloaded = presigned(Client::new().get(url)).await;
    assert_eq!(downloaded.header("content-encoding"), Some("gzip"));
    String::from_utf8(downloaded.unpacked()).expect("UTF-8")
}

/// The rows of a query and of the pages that follow it, and the number of pages.
async fn rows(caller: &Caller, query: &str) -> (Vec<Value>, usize) {
    let (mut rows, mut pages) = (Vec::new(), 0);
    let mut body = json!({ "query": query });
    loop {
        let ended = ended(caller, &body).await;
        assert_eq!(ended["processingStatus"], "DONE", "{ended}");
        assert_eq!(ended["query"], query);
        pages += 1;
        let text = document(caller, &ended["dataDocumentId"]).await;
        rows.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).expect(line)));
        match ended.pointer("/pagination/nextToken") {
            Some(next) => body["paginationToken"] = next.clone(),
            None => return (rows, pages),
        }
    }
}

#[tokio::test]
async fn a_query_selects_fields_and_continues_on_pages() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let query =
        by_date("DAY", "2026-09-01", "2026-11-20", "day:startDate sales{unitsOrdered orderedProductSalesB2B{amount}}");
    let (days, pages) = rows(&caller, &query).await;
    assert_eq!((days.len(), pages), (81, 2));
    assert_eq!(days[0]["day"], "2026-09-01");
    assert_eq!(days[80]["day"], "2026-11-20");
    assert!(days.iter().all(|day| day.as_object().unwrap().len() == 2), "{}", days[0]);
    assert!(days[80].pointer("/sales/orderedProductSalesB2B/amount").is_some_and(Value::is_number));
    let list = caller.body(QUERIES, &[("pageSize", "1"), ("processingStatuses", "DONE")]).await;
    assert_eq!(list["queries"].as_array().unwrap().len(), 1);
    let next = list.pointer("/pagination/nextToken").and_then(Value::as_str).expect("another page");
    let second = [("pageSize", "1"), ("processingStatuses", "DONE"), ("paginationToken", next)];
    let second = caller.body(QUERIES, &second).await;
    assert_ne!(second["queries"][0]["queryId"], list["queries"][0]["queryId"]);
}

#[tokio::test]
async fn weeks_move_inward_and_the_sums_are_those_of_the_report() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let fields = "startDate endDate sales{unitsOrdered} traffic{pageViews}";
    let (weeks, _) = rows(&caller, &by_date("WEEK", "2026-11-03", "2026-11-20", fields)).await;
    let [week] = weeks.as_slice() else { panic!("one whole week: {weeks:?}") };
    assert_eq!((&week["startDate"], &week["endDate"]), (&json!("2026-11-08"), &json!("2026-11-14")));
    let report = json!({
        "reportType": "GET_SALES_AND_TRAFFIC_REPORT",
        "marketplaceIds": [US],
        "dataStartTime": "2026-11-08T00:00:00Z",
        "dataEndTime": "2026-11-14T00:00:00Z",
    });
    let created = caller.post("/reports/2021-06-30/reports", &report).await;
    let path = format!("/reports/2021-06-30/reports/{}", created.body["reportId"].as_str().unwrap());
    for _ in 0..2 {
        caller.body(&path, &[]).await;
    }
    let id = caller.body(&path, &[]).await["reportDocumentId"].as_str().unwrap().to_owned();
    let url =
        caller.body(&format!("/reports/2021-06-30/documents/{id}"), &[]).await["url"].as_str().unwrap().to_owned();
    let report: Value = serde_json::from_slice(&presigned(Client::new().get(url)).await.unpacked()).unwrap();
    let sum = |path: &str| -> i64 {
        let days = report["salesAndTrafficByDate"].as_array().unwrap();
        days.iter().map(|day| day.pointer(path).unwrap().as_i64().unwrap()).sum()
    };
    assert!(sum("/salesByDate/unitsOrdered") > 0);
    assert_eq!(week.pointer("/sales/unitsOrdered").unwrap(), sum("/salesByDate/unitsOrdered"));
    assert_eq!(week.pointer("/traffic/pageViews").unwrap(), sum("/trafficByDate/pageViews"));

    // The other datasets have the same units.
    let economics = format!(
        "query Economics {{ analytics_economics_2024_03_15 {{ economics(startDate: \"2026-11-08\", \
         endDate: \"2026-11-14\", marketplaceIds: \"{US}\", aggregateBy: {{date: RANGE, productId: MSKU}}) \
         {{ msku sales {{ unitsOrdered orderedProductSales {{ amount }} }} netProceeds {{ total {{ amount }} }} \
         fees {{ feeTypeName charges {{ aggregatedDetail {{ totalAmount {{ amount }} }} }} }} cost {{ costOfGoodsSold {{ amount }} }} }} }} }}"
    );
    let (products, _) = rows(&caller, &economics).await;
    let units = |path: &str| -> i64 { products.iter().map(|row| row.pointer(path).unwrap().as_i64().unwrap()).sum() };
    assert_eq!(units("/sales/unitsOrdered"), sum("/salesByDate/unitsOrdered"));
    assert!(products.iter().all(|row| row["cost"].is_null() && row["fees"].as_array().unwrap().len() == 2));
    let vendor = "{analytics_vendorAnalytics_2024_09_30{manufacturingView(aggregateBy:WEEK,startDate:\"2026-11-08\",\
                  endDate:\"2026-11-14\"){totals{traffic{glanceViews} orders{orderedUnitsWithRevenue{units}}} \
                  metrics{groupByKey{asin brand} metrics{orders{orderedUnitsWithRevenue{units}}}}}}}";
    let (weeks, _) = rows(&caller, vendor).await;
    assert_eq!(
        weeks[0].pointer("/totals/orders/orderedUnitsWithRevenue/units").unwrap(),
        sum("/salesByDate/unitsOrdered")
    );
    assert_eq!(weeks[0]["metrics"].as_array().unwrap().len(), 12);
}

#[tokio::test]
async fn the_fees_of_the_coming_time_have_rows_for_each_product() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let fields = "msku fnsku startDate sales{unitsOrdered} netProceeds{total{amount}} \
                  fees{feeTypeName charge{identifier properties{propertyName propertyValue} \
                  aggregatedDetail{totalAmount{amount currencyCode}}}}";
    let preview = |fees: &str, end: &str| {
        format!(
            "{{analytics_economics_2024_03_15{{economicsPreview(startDate:\"2026-11-22\",endDate:\"{end}\",\
             marketplaceIds:[\"{US}\"],feeTypes:[{fees}]){{{fields}}}}}}}"
        )
    };
    let (products, _) = rows(&caller, &preview("REFERRAL_FEES,CLOSING_FEES", "2026-12-22")).await;
    assert_eq!(products.len(), 12);
    for product in &products {
        let [referral, closing] = product["fees"].as_array().unwrap().as_slice() else { panic!("{product}") };
        let total = "/charge/aggregatedDetail/totalAmount/amount";
        assert!(referral.pointer(total).and_then(Value::as_f64).is_some_and(|amount| amount > 0.0), "{product}");
        assert_eq!((&closing["feeTypeName"], closing.pointer(total)), (&json!("CLOSING_FEES"), Some(&json!(0.0))));
        assert!(referral["charge"]["identifier"].is_string() && product["netProceeds"]["total"].is_null());
        assert_eq!(product["sales"]["unitsOrdered"], 0);
    }
    let (msku, fnsku) = (products[0]["msku"].as_str().unwrap(), products[1]["fnsku"].as_str().unwrap());
    let simulation = |products: &str, actions: &str| {
        format!(
            "{{analytics_economics_2024_03_15{{economicsSimulation(startDate:\"2026-11-22\",endDate:\"2026-12-01\",\
             marketplaceId:\"{US}\",actionTypes:[{actions}],products:[{products}]){{{fields}}}}}}}"
        )
    };
    let product = |kind: &str, id: &str| format!("{{identifier:{{type:{kind},value:\"{id}\"}}}}");
    let both = format!("{},{}", product("MSKU", msku), product("FNSKU", fnsku));
    let (simulated, _) = rows(&caller, &simulation(&both, "SIPP")).await;
    assert_eq!((simulated.len(), &simulated[0]["msku"], &simulated[1]["fnsku"]), (2, &json!(msku), &json!(fnsku)));
    assert_eq!(simulated[0].pointer("/fees/0/charge/properties/0/propertyValue"), Some(&json!("SIPP")));
    for (query, reason) in [
        (preview("FREE_GIFTS", "2026-12-22"), "FREE_GIFTS"),
        (preview("REFERRAL_FEES", "2027-10-01"), "120 days after today"),
        (simulation(&product("MSKU", "none"), "SIPP"), "none"),
        (simulation(&both, "PAINT"), "PAINT"),
        (simulation("", "AWD"), "1 to 100 products"),
        (simulation("{}", "AWD"), "identifier"),
    ] {
        let failed = ended(&caller, &json!({ "query": query })).await;
        assert_eq!(failed["processingStatus"], "FATAL", "{query}");
        assert!(document(&caller, &failed["errorDocumentId"]).await.contains(reason), "{query}");
    }
}

#[tokio::test]
async fn a_query_that_does_not_fit_its_schema_is_refused_with_the_field() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let day = |fields: &str| by_date("DAY", "2026-11-01", "2026-11-02", fields);
    for (query, named) in [
        (day("sales{unitsSold}"), "unitsSold"),
        (day("sales"), "needs a selection"),
        (day("startDate{x}"), "must not have"),
        (day("...F"), "fragments"),
        ("{analytics_unknown{x}}".to_owned(), "analytics_unknown"),
        ("{analytics_salesAndTraffic_2024_04_24{salesAndTrafficByDate{startDate}}}".to_owned(), "needs the argument"),
        ("not a query".to_owned(), "not GraphQL"),
        ("{".repeat(7000), "levels deep"),
        (day(&"startDate ".repeat(900)), "8000"),
    ] {
        let answer = caller.post(QUERIES, &json!({ "query": query })).await;
        let message = answer.error(400, "InvalidInput");
        assert!(message.contains(named), "{named}: {message}");
    }
    let foreign = json!({ "query": day("startDate"), "paginationToken": "AAAA" });
    caller.post(QUERIES, &foreign).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn no_rows_are_no_document_and_a_failure_has_one() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    // No whole week lies inside.
    let nothing = ended(&caller, &json!({ "query": by_date("WEEK", "2026-11-09", "2026-11-13", "startDate") })).await;
    assert_eq!(nothing["processingStatus"], "DONE");
    assert!(nothing.get("dataDocumentId").is_none() && nothing.get("errorDocumentId").is_none(), "{nothing}");
    for (query, reason) in [
        (by_date("DAY", "2020-01-01", "2020-01-02", "startDate"), "730 days"),
        (by_date("DAY", "2026-11-02", "2026-11-01", "startDate"), "before"),
        (by_date("DAY", "yesterday", "2026-11-01", "startDate"), "yesterday"),
        (by_date("DECADE", "2026-11-01", "2026-11-02", "startDate"), "DECADE"),
    ] {
        let failed = ended(&caller, &json!({ "query": query })).await;
        assert_eq!(failed["processingStatus"], "FATAL", "{query}");
        assert!(document(&caller, &failed["errorDocumentId"]).await.contains(reason), "{query}");
    }
}

#[tokio::test]
async fn a_query_can_be_cancelled_until_it_has_ended() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let body = json!({ "query": by_date("DAY", "2026-11-01", "2026-11-02", "startDate") });
    for polls in 0..2 {
        let path = create(&caller, &body).await;
        for _ in 0..=polls {
            caller.body(&path, &[]).await;
        }
        assert_eq!(caller.delete(&path, &[]).await.0, 204);
        assert_eq!(caller.body(&path, &[]).await["processingStatus"], "CANCELLED");
        assert_eq!(caller.delete(&path, &[]).await.0, 204, "a second time too");
    }
    let done = ended(&caller, &body).await;
    let (status, _) = caller.delete(&format!("{QUERIES}/{}", done["queryId"].as_str().unwrap()), &[]).await;
    assert_eq!(status, 400);
}
