use super::*;
use crate::Stream;

const LEAST: &str = "name = \"a\"\nregion = \"JP\"\nobjects = [\"GET_MERCHANT_LISTINGS_ALL_DATA\"]\n";

fn read(text: &str) -> Result<Connection, Error> {
    Connection::parse(text, "a.toml", Path::new("/c"))
}

fn time(text: &str) -> SystemTime {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

#[test]
fn all_settings_are_read_under_their_own_names_and_airbytes() {
    let own = read(
        r#"
            name = "amazon-jp"
            environment = "SANDBOX"
            marketplaces = ["jp", "AU", "JP"]
            account_type = "seller"
            lwa_client_id = "amzn1.application-oa2-client.0"
            lwa_client_secret = { env = "SECRET" }
            refresh_token = { env = "TOKEN" }
            app_id = "amzn1.sellerapps.app.0"
            start_date = 2024-01-01T00:00:00Z
            end_date = "2024-06-01T00:00:00Z"
            period_in_days = 30
            wait_between_requests = true
            include_pii = true
            hash_key_file = "a.key"
            newest_first = true
            objects = ["get_ledger_summary_view_data", "Orders"]
            [report_options.GET_LEDGER_SUMMARY_VIEW_DATA]
            aggregatedByTimePeriod = "DAILY"
            [streams.GET_LEDGER_SUMMARY_VIEW_DATA]
            lookback_days = 7
            lag_hours = 12
            drop = ["title"]
            hash = ["msku"]
            filter = { asin = ["B000000001"] }
            [destination]
            folder = "out"
            format = "csv"
        "#,
    )
    .unwrap();
    assert_eq!((own.name.as_str(), own.environment), ("amazon-jp", Environment::Sandbox));
    assert_eq!(own.marketplaces, [Marketplace::JP, Marketplace::AU]);
    assert_eq!((own.account, own.start), (Party::Seller, Some(time("2024-01-01T00:00:00Z"))));
    assert_eq!((own.end, own.period_in_days), (Some(time("2024-06-01T00:00:00Z")), Some(30)));
    assert!(own.is_spaced && own.include_pii && own.newest_first);
    assert!(own.hash_key_file.as_ref().is_some_and(|path| path.ends_with("a.key")));
    assert!(matches!(&own.credentials, CredentialSource::Variables { refresh_token, .. } if refresh_token == "TOKEN"));
    let names: Vec<_> = own.streams.iter().map(|chosen| chosen.stream.name).collect();
    assert_eq!(names, ["GET_LEDGER_SUMMARY_VIEW_DATA", "Orders"]);
    let ledger = &own.streams[0];
    assert_eq!((ledger.lookback_days, ledger.lag_hours, ledger.filter["asin"].len()), (7, 12, 1));
    assert_eq!((ledger.columns.drop[0].as_str(), ledger.columns.hash[0].as_str()), ("title", "msku"));
    assert_eq!(own.options_of(ledger.stream)["aggregatedByTimePeriod"], "DAILY");
    let folder = DestinationSettings::Folder { path: "/c/out".into(), format: FileFormat::Csv };
    assert_eq!(own.destination, Some(folder));

    let theirs = read(
        r#"
            name = "b"
            aws_environment = "PRODUCTION"
            region = "UK"
            aws_seller_partner_account_type = "Vendor"
            credentials_file = "b.json"
            replication_start_date = "2024-01-01T00:00:00Z"
            replication_end_date = "2024-02-01T00:00:00Z"
            wait_to_avoid_fatal_errors = true
            objects = ["VendorOrders"]
        "#,
    )
    .unwrap();
    assert_eq!((theirs.marketplaces[0], theirs.account), (Marketplace::GB, Party::Vendor));
    assert!(theirs.is_spaced && theirs.start.is_some() && theirs.end.is_some());
    assert!(matches!(&theirs.credentials, CredentialSource::File(path) if path == Path::new("/c/b.json")));
    assert!(matches!(read(LEAST).unwrap().credentials, CredentialSource::Environment));
}

#[test]
fn a_wrong_setting_is_named_with_file_key_and_what_to_do() {
    for (extra, key, hint) in [
        ("environment = \"TEST\"", "a.toml: environment: \"TEST\" is not", "Write PRODUCTION or SANDBOX"),
        (
            "aws_environment = \"SANDBOX\"\nenvironment = \"SANDBOX\"",
            "a.toml: aws_environment: it is the same",
            "Remove one",
        ),
        ("marketplaces = [\"JP\"]", "a.toml: marketplaces: region names", "Remove region"),
        ("account_type = \"Buyer\"", "a.toml: account_type: \"Buyer\"", "Seller or Vendor"),
        ("account_type = 1", "a.toml: account_type: it is a number", "Write a text"),
        (
            "lwa_client_secret = \"amzn1.oa2-cs.v1.x\"",
            "a.toml: lwa_client_secret: it stands in the file",
            "{ env = \"NAME\" }",
        ),
        ("refresh_token = \"Atzr|x\"", "a.toml: refresh_token: it stands in the file", "credentials_file"),
        ("refresh_token = { env = \"T\" }", "a.toml: lwa_client_id: of", "Name all three"),
        ("credentials_file = \"a\"\nrefresh_token = { env = \"T\" }", "a.toml: credentials_file:", "Remove either"),
        ("app_id = \"amzn1.application-oa2-client.0\"", "a.toml: app_id: it is the LWA client id", "Leave it out"),
        ("app_id = \"Atzr|x\"", "a.toml: app_id: what looks like a secret", "Leave it out"),
        (
            "start_date = \"2024-01-01T00:00:00\"",
            "a.toml: start_date: \"2024-01-01T00:00:00\" has no time zone",
            "+09:00",
        ),
        ("start_date = 2024-01-01T00:00:00", "has no time zone", "Write Z"),
        ("end_date = \"soon\"", "a.toml: end_date: \"soon\" is not", "Write a time"),
        ("start_date = \"2024-02-01\"\nend_date = \"2024-01-01\"", "a.toml: end_date: it is not after", "later end"),
        ("period_in_days = 0", "a.toml: period_in_days: 0 is outside of 1 to 3660", "whole number"),
        ("period_in_days = \"90\"", "a.toml: period_in_days: it is a text", "whole number"),
        ("period_in_days = 1.5", "a.toml: period_in_days: 1.5", "whole number"),
        ("wait_between_requests = \"yes\"", "a.toml: wait_between_requests: it is a text", "true or false"),
        ("perod_in_days = 90", "a.toml: perod_in_days: there is no such setting", "Did you mean period_in_days?"),
        ("xyzzy = 90", "a.toml: xyzzy: there is no such setting", "Known are"),
        ("report_options = 1", "a.toml: report_options: it is a number", "[report_options]"),
        ("[report_options.GET_X]\na = \"b\"", "a.toml: report_options.\"GET_X\"", "Correct its name"),
        ("[report_options.GET_LEDGER_SUMMARY_VIEW_DATA]\nx = \"b\"", "has no option \"x\"", "aggregatedByTimePeriod"),
        (
            "[report_options.GET_LEDGER_SUMMARY_VIEW_DATA]\naggregatedByTimePeriod = \"HOURLY\"",
            "a.toml: report_options.GET_LEDGER_SUMMARY_VIEW_DATA.aggregatedByTimePeriod: \"HOURLY\"",
            "DAILY, WEEKLY, MONTHLY",
        ),
        ("[streams.Orders]\nlookback_days = 1", "it is not one of the objects", "Add it to objects"),
        (
            "[streams.GET_MERCHANT_LISTINGS_ALL_DATA]\nlookback = 1",
            "LL_DATA.lookback: there is no such",
            "lookback_days?",
        ),
        ("[streams.GET_MERCHANT_LISTINGS_ALL_DATA]\ndrop = [\"pric\"]", "has no column \"pric\"", "price"),
        ("[streams.GET_MERCHANT_LISTINGS_ALL_DATA]\ndrop = [\"seller_sku\"]", "is a part of the key", "Hash it"),
        ("[streams.GET_MERCHANT_LISTINGS_ALL_DATA]\nonly = [\"price\"]", "it lacks seller_sku", "Add seller_sku"),
        ("[streams.GET_MERCHANT_LISTINGS_ALL_DATA]\nfilter = { price = 1 }", "filter.price: it is neither", "Write ["),
        ("[destination]\nformat = \"csv\"", "a.toml: destination.format: it belongs to a folder", "add folder"),
        ("[destination]\nfolder = \"x\"\nformat = \"xls\"", "destination.format: \"xls\"", "parquet, csv or jsonl"),
        (
            "[destination]\nsqlite = \"x\"\nfolder = \"y\"",
            "a.toml: destination: it does not name exactly one",
            "Write one of",
        ),
        ("[destination]\npostgres = { url = \"Atzr|x\" }", "a.toml: destination.postgres: a URL does not", "env"),
        ("[destination]\npostgres = { schema = \"x\" }", "a.toml: destination.postgres: it names no variable", "env"),
        ("[destination]\npostgres = { env = \"X\", schem = \"x\" }", "postgres.schem: there is no such", "schema?"),
        ("[destination]\npostgres = { env = \"X\", schema = \"pg_x\" }", "postgres.schema: it cannot be", "63 bytes"),
        ("name = \"b\"", "a.toml: line 4: ", "Write it as TOML"),
    ] {
        let error = read(&format!("{LEAST}{extra}")).unwrap_err();
        let shown = error.to_string();
        assert!(error.is_config() && shown.contains(key) && shown.contains(hint), "{extra}\n{shown}");
        assert!(!shown.contains("Atzr|") && !shown.contains("oa2-cs.v1"), "{shown}");
    }
    for (text, said) in [
        ("region = \"JP\"\nobjects = [\"Orders\"]", "a.toml: name: it is missing"),
        ("name = \"a\"\nobjects = [\"Orders\"]", "a.toml: region: it is missing"),
        ("name = \"a\"\nregion = \"XX\"\nobjects = [\"Orders\"]", "a.toml: region: \"XX\" is not a marketplace"),
        ("name = \"a\"\nmarketplaces = [\"JP\", \"DE\"]\nobjects = [\"Orders\"]", "different regions of the API"),
        ("name = \"a\"\nregion = \"JP\"", "a.toml: objects: it is missing"),
        ("name = \"a\"\nregion = \"JP\"\nobjects = []", "a.toml: objects: it is empty"),
        ("name = \"a\"\nregion = \"JP\"\nobjects = [\"Order\"]", "Did you mean Orders"),
        ("name = \"a\"\nregion = \"JP\"\nobjects = [\"Orders\", \"orders\"]", "Orders is there twice"),
        (
            "name = \"a\"\nregion = \"JP\"\nobjects = [\"VendorOrders\"]",
            "exists for vendors only, and account_type is Seller",
        ),
        ("name = \"a/b\"\nregion = \"JP\"\nobjects = [\"Orders\"]", "cannot be the name of a connection"),
        ("refresh_token = \"Atzr|very-secret\" x", "a.toml: line 1: "),
    ] {
        let shown = read(text).unwrap_err().to_string();
        assert!(shown.contains(said) && !shown.contains("very-secret"), "{text}\n{shown}");
    }
}

#[test]
fn a_limit_that_makes_slices_shorter_is_said_aloud() {
    let text = |period: &str| {
        format!(
            "name = \"a\"\nregion = \"JP\"\n{period}\nobjects = [\"GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL\", \
             \"GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL\", \"GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE\", \
             \"GET_FBA_REIMBURSEMENTS_DATA\", \"GET_MERCHANT_LISTINGS_ALL_DATA\"]\n"
        )
    };
    let notes = read(&text("period_in_days = 90")).unwrap().notes;
    let expected = [
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL: slices of 30 days instead of 90, the most that it takes",
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL: slices of 30 days instead of 90, the most that it takes",
        "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE: slices of 60 days instead of 90, the most that it takes",
    ];
    assert_eq!(notes, expected);
    assert!(read(&text("period_in_days = 30")).unwrap().notes.is_empty());
    assert!(read(&text("")).unwrap().notes.iter().all(|note| note.contains("instead of 365")));
}

#[test]
fn connections_of_a_folder_have_names_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    for (file, name) in [("a.toml", "one"), ("b.toml", "two"), ("c.txt", "one")] {
        std::fs::write(folder.path().join(file), LEAST.replace("\"a\"", &format!("\"{name}\""))).unwrap();
    }
    let names: Vec<_> = Connection::open_all(folder.path()).unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["one", "two"]);
    std::fs::write(folder.path().join("c.toml"), LEAST.replace("\"a\"", "\"ONE\"")).unwrap();
    let error = Connection::open_all(folder.path()).unwrap_err().to_string();
    assert!(error.contains("c.toml: name: ") && error.contains("a.toml has a connection of this name"), "{error}");
    let missing = folder.path().join("none");
    let error = Connection::open(&missing).unwrap_err().to_string();
    assert!(error.contains("none: it cannot be read"), "{error}");
    assert!(Connection::open_all(&missing).unwrap_err().to_string().contains("cannot be read"));
    std::fs::File::create(&missing).unwrap().set_len(LONGEST + 1).unwrap();
    assert!(Connection::open(&missing).unwrap_err().to_string().contains("more than 1048576 bytes"));
}

const AIRBYTE: &str = r#"
    "region": "JP", "aws_environment": "PRODUCTION", "account_type": "Seller", "auth_type": "oauth2.0",
    "lwa_app_id": "amzn1.application-oa2-client.0", "lwa_client_secret": "secret-x", "refresh_token": "Atzr|secret-y",
    "replication_start_date": "2024-01-01T00:00:00Z", "replication_end_date": ""
"#;

fn airbyte(extra: &str) -> Result<Connection, Error> {
    Connection::parse(&format!("{{{AIRBYTE}{extra}}}"), "config/jp.json", Path::new(""))
}

#[test]
fn configurations_of_both_versions_of_airbyte_are_read_as_they_are() {
    let v4 = airbyte(
        r#", "period_in_days": 90, "financial_events_step": "180", "wait_to_avoid_fatal_errors": false,
        "report_options_list": [{"report_name": "GET_LEDGER_SUMMARY_VIEW_DATA", "stream_name": "mine",
        "options_list": [{"option_name": "aggregatedByTimePeriod", "option_value": "DAILY"}]}], "of_a_platform": 1"#,
    )
    .unwrap();
    assert_eq!((v4.name.as_str(), v4.marketplaces[0], v4.end), ("airbyte", Marketplace::JP, None));
    assert_eq!(v4.report_options["GET_LEDGER_SUMMARY_VIEW_DATA"]["aggregatedByTimePeriod"], "DAILY");
    let settings = v4.airbyte.unwrap();
    assert_eq!((settings.financial_events_step_hours, settings.workers, settings.lookback_hours), (4320, 2, None));

    let v6 = airbyte(
        r#", "financial_events_step": "12H", "sales_and_traffic_report_asin_granularity": "SKU", "num_workers": 4,
        "max_async_job_count": 3, "include_pii": true, "report_stream_lookback_window_in_hours": 48,
        "inbound_replication_mode": "fixed", "inbound_start_datetime": "2024-01-01T00:00:00Z", "max_done_report_age_hours": 72"#,
    )
    .unwrap();
    assert!(v6.include_pii && matches!(v6.credentials, CredentialSource::Given(_)));
    let traffic = Stream::find("GET_SALES_AND_TRAFFIC_REPORT").unwrap();
    assert_eq!(v6.options_of(traffic)["asinGranularity"], "SKU");
    let settings = v6.airbyte.unwrap();
    assert_eq!((settings.financial_events_step_hours, settings.workers, settings.most_jobs), (12, 4, 3));
    assert_eq!(settings.lookback_hours, Some(48));
    assert_eq!(settings.inbound, Inbound::Fixed(Some(time("2024-01-01T00:00:00Z")), None));

    let old = airbyte(r#", "report_options": "{\"GET_REPORT\": {\"a\": \"b\"}}""#).unwrap();
    assert_eq!(old.report_options["GET_REPORT"]["a"], "b");
    assert_eq!(airbyte(r#", "name": "amazon-jp""#).unwrap().name, "amazon-jp");
    let mistaken = airbyte(r#", "app_id": "amzn1.application-oa2-client.0""#).unwrap();
    assert!(mistaken.notes[0].contains("app_id: it is the LWA client id"), "{:?}", mistaken.notes);
}

#[test]
fn json_with_objects_has_our_settings() {
    let own = r#"{"name": "a", "region": "JP", "objects": ["Orders"], "refresh_token": {"env": "TOKEN"},
        "lwa_client_id": "amzn1.application-oa2-client.0", "lwa_client_secret": {"env": "SECRET"}}"#;
    let own = Connection::parse(own, "a.json", Path::new("")).unwrap();
    assert_eq!((own.streams[0].stream.name, own.airbyte), ("Orders", None));
    let error = Connection::parse(r#"{"name": "a", "objects": []}"#, "a.json", Path::new("")).unwrap_err().to_string();
    assert!(error.contains("a.json: region: it is missing"), "{error}");
    let error = Connection::parse("{\"objects\": [}", "a.json", Path::new("")).unwrap_err().to_string();
    assert!(error.contains("it is not JSON at line 1"), "{error}");
}

#[test]
fn a_wrong_configuration_of_airbyte_is_named_without_its_secrets() {
    for (extra, said) in [
        (r#", "num_workers": 1"#, "num_workers: 1 is outside of 2 to 10"),
        (r#", "max_done_report_age_hours": 73"#, "73 is outside of 0 to 72"),
        (r#", "financial_events_step": "3D""#, "financial_events_step: \"3D\" is not a step"),
        (r#", "inbound_replication_mode": "x""#, "is not a mode"),
        (r#", "sales_and_traffic_report_asin_granularity": "x""#, "is not a granularity"),
        (
            r#", "report_options_list": [{"stream_name": "a", "options_list": []}, {"stream_name": "a"}]"#,
            "two entries have",
        ),
        (r#", "report_options_list": [{"report_name": "a"}]"#, "an entry has no stream_name"),
        (
            r#", "report_options_list": [{"stream_name": "a", "options_list": [{"option_name": "b"}]}]"#,
            "no option_name or",
        ),
        (
            r#", "report_options_list": [{"stream_name": "a", "options_list": [{"option_name": "b", "option_value": "1"},
            {"option_name": "b", "option_value": "2"}]}]"#,
            "is there twice",
        ),
        (r#", "report_options": "x""#, "report_options: it is not a text with JSON"),
        (r#", "x""#, "it is not JSON at line"),
    ] {
        let shown = airbyte(extra).unwrap_err().to_string();
        assert!(
            shown.contains(said) && shown.contains("config/jp.json") && !shown.contains("secret-"),
            "{extra}\n{shown}"
        );
    }
    let shown = Connection::parse("{\"region\": \"JP\"}", "a.json", Path::new("")).unwrap_err().to_string();
    assert!(shown.contains("a.json: lwa_app_id: it is missing"), "{shown}");
}
