//! What replaces names of MWS: every name of today exists, and names are found in texts.

use spapi_metadata::{FeedType, ReportType};
use spapi_mws::map::{Entry, Kind, Mention, Replacement, entries, find, mentions, nearest};
use spapi_types::operation::OperationName;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A day on which all that Amazon has announced for this year has happened.
const YEAR_END: &str = "2026-12-31";

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The sources of a crate, one after the other.
fn sources(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            text.push_str(&sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&read(&path));
        }
    }
    text
}

fn count(kind: Kind) -> usize {
    entries().filter(|entry| entry.kind == kind).count()
}

#[test]
fn every_kind_has_its_names() {
    // GetServiceStatus stands for the operation of that name in each of twelve sections.
    let counts = [Kind::Operation, Kind::ReportType, Kind::FeedType, Kind::NotificationType].map(count);
    assert_eq!(counts, [104, 90, 32, 7]);
    assert_eq!([Kind::State, Kind::Schedule].map(count), [8, 15]);
}

#[test]
fn names_that_replace_others_exist() {
    for entry in entries() {
        for name in entry.replacement.names() {
            let exists = match entry.replacement {
                Replacement::Operations(_) => {
                    let name: OperationName = name.parse().unwrap();
                    spapi_metadata::find(&name).is_some_and(|found| found.to_string() == name.to_string())
                }
                Replacement::Reports(_) => ReportType::find(name).is_some(),
                Replacement::Feeds(_) => FeedType::find(name).is_some(),
                Replacement::Notifications(_) => spapi_events::facts::find(name).next().is_some(),
                Replacement::Crates(_) => {
                    let folder = name.strip_prefix("spapi-").unwrap();
                    [folder.to_owned(), format!("api/{folder}")].iter().any(|folder| crates().join(folder).is_dir())
                }
                _ => true,
            };
            assert!(exists, "{}: {name}", entry.name);
        }
    }
}

#[test]
fn what_replaces_a_name_is_not_gone_itself() {
    for entry in entries() {
        let Some(first) = entry.replacement.names().next() else { continue };
        let retirement = entry.retirements().into_iter().find(|retired| retired.name == first);
        let is_gone = retirement.is_some_and(|retired| retired.on.is_some_and(|day| day <= YEAR_END));
        assert!(!is_gone, "{}: {retirement:?}", entry.name);
        // If something newer is known, it stands before what ends.
        let has_newer = retirement.is_some_and(|retired| retired.on.is_some() && retired.instead.is_some());
        assert!(!has_newer, "{}: {retirement:?}", entry.name);
    }
}

#[test]
fn a_name_that_nothing_replaces_has_a_note_that_says_what_to_do() {
    for entry in entries().filter(|entry| !entry.is_replaced()) {
        assert!(!entry.note.is_empty(), "{}", entry.name);
    }
}

#[test]
fn builders_exist_in_the_section_crates() {
    let mut builders = HashSet::new();
    builders.extend(entries().flat_map(Entry::builders));
    assert!(builders.len() > 60, "{}", builders.len());
    for builder in builders {
        let parts: Vec<_> = builder.split("::").collect();
        let [krate, module, client, method] = parts.as_slice() else { panic!("{builder}") };
        let folder = krate.strip_prefix("spapi_").unwrap().replace('_', "-");
        let source = read(&crates().join(format!("api/{folder}/src/generated/{module}/mod.rs")));
        assert!(source.contains(&format!("pub struct {client} {{")), "{builder}");
        assert!(source.contains(&format!("pub fn {method}(")), "{builder}");
    }
}

#[test]
fn libraries_exist() {
    let mut libraries: Vec<_> = entries().filter_map(|entry| entry.library).collect();
    libraries.sort_unstable();
    libraries.dedup();
    assert!(libraries.len() >= 9, "{libraries:?}");
    for library in libraries {
        let mut parts = library.split("::");
        let folder = parts.next().and_then(|krate| krate.strip_prefix("spapi_")).unwrap();
        let source = sources(&crates().join(folder).join("src"));
        let mut names = parts.skip_while(|part| part.starts_with(|letter: char| letter.is_ascii_lowercase()));
        let name = names.next().unwrap();
        assert!(source.contains(&format!("pub struct {name} {{")), "{library}");
        if let Some(method) = names.next() {
            let methods = ["(", "<"].map(|after| format!("fn {method}{after}"));
            assert!(methods.iter().any(|method| source.contains(method)), "{library}");
        }
    }
}

#[test]
fn a_name_is_found_in_each_spelling_and_a_misspelt_one_has_near_names() {
    for spelling in ["ListOrders", "listorders", "list_orders", "LIST_ORDERS", "listOrders"] {
        assert_eq!(find(spelling).map(|entry| entry.name), Some("ListOrders"), "{spelling}");
    }
    for spelling in ["_GET_ORDERS_DATA_", "GET_ORDERS_DATA", "_get_orders_data_"] {
        assert_eq!(find(spelling).map(|entry| entry.name), Some("_GET_ORDERS_DATA_"), "{spelling}");
    }
    assert!(find("ListOrder").is_none());
    let near: Vec<_> = nearest("ListOrder").iter().map(|entry| entry.name).collect();
    assert_eq!(near.first(), Some(&"ListOrders"), "{near:?}");
    assert!(nearest("靴下").is_empty() && nearest(&"x".repeat(100_000)).is_empty());
    // No two names are one when they are folded.
    let is_own = |entry: &&Entry| find(entry.name).is_some_and(|found| found.name == entry.name);
    assert_eq!(entries().filter(is_own).count(), entries().count());
}

#[test]
fn a_version_that_ends_stands_behind_the_newer_one_and_says_when() {
    let entry = find("ListOrders").unwrap();
    assert_eq!(entry.retirements().len(), 1);
    let retired = entry.retirements()[0];
    assert_eq!((retired.name, retired.on), ("orders@v0 getOrders", Some("2027-03-27")));
    let commands = ["spapi orders list", "spapi call orders@2026-01-01 searchOrders", "spapi call orders@v0 getOrders"];
    assert_eq!(entry.commands(), commands);
    let settlement = find("_GET_V2_SETTLEMENT_REPORT_DATA_XML_").unwrap();
    assert_eq!(settlement.commands(), ["spapi report get GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2 --existing"]);
    assert!(settlement.note.contains("2026-11-11"));
    // Amazon makes such reports by a schedule alone.
    let orders = find("_GET_ORDERS_DATA_").unwrap();
    assert_eq!(orders.commands()[0], "spapi report schedule create GET_ORDER_REPORT_DATA_SHIPPING");
}

/// Where names stand in a text: line, column, name and whether it is sure.
fn found(text: &str) -> Vec<(usize, usize, &'static str, bool)> {
    let place = |mention: Mention| (mention.line, mention.column, mention.entry.name, mention.is_sure);
    mentions(text).into_iter().map(place).collect()
}

#[test]
fn names_are_found_as_client_libraries_write_them() {
    for (text, name, is_sure) in [
        ("Action=ListOrders&Version=2013-09-01", "ListOrders", true),
        ("Action%3DListOrders%26SellerId", "ListOrders", true),
        ("<ListOrdersByNextTokenResponse xmlns=\"x\">", "ListOrdersByNextToken", false),
        ("client.list_orders_by_next_token(token)", "ListOrdersByNextToken", false),
        ("client.listOrderItems(request)", "ListOrderItems", false),
        ("new MarketplaceWebServiceOrders_Model_ListOrdersRequest()", "ListOrders", true),
        ("new MarketplaceWebService_Model_RequestReportRequest()", "RequestReport", true),
        ("FBAInventoryServiceMWS_Model_ListInventorySupplyByNextTokenResult", "ListInventorySupplyByNextToken", true),
        ("GetReportRequestListRequest request", "GetReportRequestList", false),
        ("class ListOrdersAsyncSample", "ListOrders", false),
        ("IAsyncResult BeginListOrders(", "ListOrders", false),
        ("$service->invokeListOrders($request)", "ListOrders", false),
        ("new MarketplaceWebServiceOrders_Client($key)", "MarketplaceWebServiceOrders", true),
        ("import marketplaceWebServiceOrdersAsyncClient", "MarketplaceWebServiceOrders", true),
        ("using MarketplaceWebServiceProducts.Model;", "MarketplaceWebServiceProducts", true),
        ("MarketplaceWebService_Exception $error", "MarketplaceWebService", true),
        ("require 'src/FBAInboundServiceMWS/Client.php'", "FBAInboundServiceMWS", true),
        ("class Own : IMWSFinancesService", "MWSFinancesService", true),
        ("AbstractMwsSubscriptionsServiceClient", "MWSSubscriptionsService", true),
        ("$request->setMWSAuthToken($token)", "MWSAuthToken", false),
        ("request.withMWSAuthToken(token)", "MWSAuthToken", false),
        ("if (request.IsSetMWSAuthToken())", "MWSAuthToken", false),
        ("token = os.environ['MWS_AUTH_TOKEN']", "MWSAuthToken", false),
        ("let mwsAuthToken = settings.token", "MWSAuthToken", false),
        ("{ MWSAuthToken: token }", "MWSAuthToken", true),
        ("process.env.MWS_SELLER_ID", "SellerId", false),
        ("mws; $request->setSellerId(MERCHANT_ID)", "SellerId", false),
        ("define('MWS_ENDPOINT_URL', $url)", "MWS", false),
        ("connection = MWSConnection(key)", "MWS", false),
        ("const amazonMws = build()", "MWS", false),
        ("require('amazon-mws')(key)", "MWS", false),
        ("\"mws-client\": \"^1.0\"", "MWS", false),
        ("from mws import Orders", "MWS", false),
        ("import com.amazonservices.mws.client.*;", "MWS", false),
        ("gem 'mws'", "MWS", false),
        ("client = MWS::Orders::Client.new", "MWS", false),
        ("use MWS\\Client;", "MWS", false),
        ("靴下_GET_ORDERS_DATA_靴下", "_GET_ORDERS_DATA_", true),
        ("type: 'GET_ORDERS_DATA'", "_GET_ORDERS_DATA_", true),
        ("if state == '_DONE_NO_DATA_':", "_DONE_NO_DATA_", true),
        ("https://mws.amazonservices.jp/Orders", "mws.amazonservices.jp", true),
        ("host = MWS-EU.amazonservices.com", "mws-eu.amazonservices.com", true),
        ("https://mws.amazonservices.co.uk/Orders", "mws.amazonservices.co.uk", true),
    ] {
        let all = found(text);
        assert!(all.iter().any(|(_, _, found, sure)| (*found, *sure) == (name, is_sure)), "{text}: {all:?}");
    }
}

#[test]
fn places_are_lines_and_columns_of_characters() {
    assert_eq!(
        found("# 在庫\n靴 = ListInventorySupply(); GetReportCount()\r\n"),
        [(2, 5, "ListInventorySupply", true), (2, 28, "GetReportCount", true)]
    );
}

#[test]
fn what_is_of_today_counts_only_beside_something_of_mws() {
    // Names of today, in programs of today.
    for text in [
        "Orders::new(&client).get_order(id)",
        "createSubscription()",
        "GET_MERCHANT_LISTINGS_ALL_DATA",
        "seller.SellerId",
        "DONE",
        "<A xmlns='http://x.example/'>",
    ] {
        assert!(found(text).is_empty(), "{text}");
    }
    let with = found("import mws\nmws.GetOrder(SellerId)\nGET_MERCHANT_LISTINGS_ALL_DATA");
    assert_eq!(with, [(1, 8, "MWS", false), (2, 5, "GetOrder", false), (2, 14, "SellerId", false)]);
}

#[test]
fn parts_of_longer_words_are_not_names() {
    for text in [
        "MyListOrdersView",
        "list_ordersx",
        "__GET_ORDERS_DATA__X",
        "xmws.amazonservices.jp",
        "mws.amazonservices.jp.example",
        "reGetReportList2",
        "MyMarketplaceWebserviceordersx",
        "farmws.client TMWS",
        "MWS has ended, and no program can call mws any more.",
        "$mws->ping(); mws.ping()",
    ] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
    // The namespaces of answers are no endpoints.
    let names = |text| found(text).into_iter().map(|(_, _, name, _)| name).collect::<Vec<_>>();
    let answer = "<ListOrdersResponse xmlns=\"https://mws.amazonservices.com/Orders/2013-09-01\">";
    assert_eq!(names(answer), ["ListOrders"]);
    // A name with hyphens is found once, whatever of it is MWS.
    assert_eq!(found("npm install mws-amazon-mws"), [(1, 13, "MWS", false)]);
    // The longer host counts alone, and no part of it is a name.
    assert_eq!(names("url: mws-eu.amazonservices.com, old: mws.amazonservices.de").len(), 2);
    assert_eq!(names("mws.amazonservices.com.au"), ["mws.amazonservices.com.au"]);
}

#[test]
fn a_line_of_many_names_is_read() {
    // It would take minutes if each name counted the columns from the start of its line.
    let found = mentions(&"靴Action=ListOrders&mws.amazonservices.jp ".repeat(20_000));
    assert_eq!(found.len(), 40_000);
    assert_eq!((found[1].column, found[2].column), (20, 50));
}
