use super::*;

#[test]
fn the_json_form_joins_each_issue_to_message_and_sku() {
    let report = ProcessingReport::read(
        "\u{feff}{\"header\":{\"sellerId\":\"A1\",\"version\":\"2.0\",\"feedId\":\"77\"},
        \"summary\":{\"errors\":2,\"warnings\":\"1\",\"messagesProcessed\":3,\"messagesAccepted\":2,\"messagesInvalid\":1},
        \"issues\":[{\"messageId\":2,\"sku\":\"B/2\",\"code\":\"90220\",\"severity\":\"ERROR\",\"message\":\"m\",
            \"attributeName\":\"brand\"},
          {\"messageId\":\"3\",\"sku\":7,\"code\":18155,\"severity\":\"warning\",\"message\":\"w\",
            \"attributeNames\":[\"a\",\"b\"],\"categories\":[\"X\"]},
          {\"severity\":\"SEVERE\",\"message\":\"whole\"}, null, \"odd\"],
        \"items\":[{\"sku\":\"B/2\"}], \"new\":{\"a\":[1]}}",
    )
    .unwrap();
    assert_eq!(report.feed_id.as_deref(), Some("77"));
    let totals =
        FeedTotals { processed: Some(3), accepted: Some(2), invalid: Some(1), errors: Some(2), warnings: Some(1) };
    assert_eq!(report.totals, totals);
    let issue = report.of_message(2).next().unwrap();
    assert_eq!(
        (issue.sku.as_deref(), issue.code.as_deref(), &issue.attributes[..]),
        (Some("B/2"), Some("90220"), &["brand".to_owned()][..])
    );
    let other = report.of_sku("7").next().unwrap();
    assert_eq!((other.message_id, &other.severity, other.attributes.len()), (Some(3), &Severity::Warning, 2));
    assert_eq!(other.details["categories"], "[\"X\"]");
    assert_eq!((report.issues[2].message_id, report.issues[2].severity.to_string().as_str()), (None, "SEVERE"));
    assert_eq!((report.issues.len(), report.issues[4].message.as_str()), (5, "\"odd\""));
    assert_eq!(report.items.len(), 1);
    assert!(!report.is_clean());
}

#[test]
fn the_xml_form_joins_each_issue_to_message_and_sku() {
    let report = ProcessingReport::read(
        "<?xml version=\"1.0\"?><a:AmazonEnvelope xmlns:a='x'><Header><MessageID>9</MessageID></Header>
        <Message><MessageID>1</MessageID><ProcessingReport><DocumentTransactionID>88</DocumentTransactionID>
        <StatusCode>Complete</StatusCode><ProcessingSummary><MessagesProcessed> 4 </MessagesProcessed>
        <MessagesSuccessful>3</MessagesSuccessful><MessagesWithError>1</MessagesWithError>
        <MessagesWithWarning>1</MessagesWithWarning></ProcessingSummary>
        <Result><MessageID>2</MessageID><ResultCode>Error</ResultCode><ResultMessageCode>8560</ResultMessageCode>
        <ResultDescription>A &amp; B &lt;x&gt; &#12354;<![CDATA[ & more]]></ResultDescription>
        <AdditionalInfo><SKU>S&amp;1</SKU><AmazonOrderID>249-1</AmazonOrderID></AdditionalInfo></Result>
        <Result><MessageID>0</MessageID><ResultCode>Warning</ResultCode><ResultDescription/></Result>
        </ProcessingReport></Message></a:AmazonEnvelope>",
    )
    .unwrap();
    assert_eq!(report.feed_id.as_deref(), Some("88"));
    assert_eq!((report.totals.processed, report.totals.accepted, report.totals.invalid), (Some(4), Some(3), Some(1)));
    assert_eq!((report.totals.errors, report.totals.warnings), (Some(1), Some(1)));
    let issue = report.of_sku("S&1").next().unwrap();
    assert_eq!((issue.message_id, issue.message.as_str()), (Some(2), "A & B <x> あ & more"));
    assert_eq!(issue.details["AmazonOrderID"], "249-1");
    let other = &report.issues[1];
    assert_eq!((other.message_id, &other.severity, other.message.as_str()), (None, &Severity::Warning, ""));
    assert_eq!(report.errors().count(), 1);
}

#[test]
fn the_flat_form_joins_each_issue_to_record_and_sku_in_any_language() {
    let english = "Feed Processing Summary:\n\tNumber of records processed\t\t1,200\n\tNumber of records successful\t\t1198\n\n\
        original-record-number\tsku\terror-code\terror-type\terror-message\n3\tA-1\t8560\tError\tno\tmatch\nfor it\n\
        4\tA-2\t\tWarning\told\n";
    let japanese = "フィード処理の概要:\r\n\t処理されたレコード数\t\t1200\r\n\t成功したレコード数\t\t1198\r\n\r\n\
        元のレコード番号\tSKU\tエラーコード\tエラータイプ\tエラーメッセージ\r\n3\tA-1\t8560\tError\tno\tmatch\r\nfor it\r\n\
        4\tA-2\t\tWarning\told\r\n";
    for text in [english, japanese] {
        let report = ProcessingReport::read(text).unwrap();
        let totals = report.totals;
        assert_eq!((totals.processed, totals.accepted, totals.invalid), (Some(1200), Some(1198), Some(2)));
        let issue = report.of_message(3).next().unwrap();
        assert_eq!((issue.sku.as_deref(), issue.code.as_deref()), (Some("A-1"), Some("8560")));
        assert_eq!(issue.message, "no\tmatch\nfor it");
        assert_eq!((report.issues.len(), report.issues[1].severity.clone()), (2, Severity::Warning));
    }
}

#[test]
fn columns_in_another_order_and_further_ones_are_found_by_name() {
    let report = ProcessingReport::read(
        "Summary\n\tprocessed\t\t2\n\nerror-message\torder-id\tOriginal Record Number\tsku\terror-type\terror-code\n\
         late\t249-1\t2\tS\tError\t5\n",
    )
    .unwrap();
    let issue = &report.issues[0];
    assert_eq!((issue.message.as_str(), issue.message_id, issue.code.as_deref()), ("late", Some(2), Some("5")));
    assert_eq!(issue.details["order-id"], "249-1");
    assert_eq!((report.totals.processed, report.totals.accepted, report.totals.invalid), (Some(2), None, None));
}

#[test]
fn a_report_without_issues_is_clean() {
    for text in [
        r#"{"header":{},"issues":[],"summary":{"errors":0,"messagesInvalid":0}}"#,
        "<AmazonEnvelope><Message><ProcessingReport/></Message></AmazonEnvelope>",
        "Feed Processing Summary:\n\tNumber of records processed\t\t1\n\tNumber of records successful\t\t1\n",
    ] {
        assert!(ProcessingReport::read(text).unwrap().is_clean(), "{text}");
    }
    let counted = "x:\n\tprocessed\t\t2\n\tsuccessful\t\t1\n";
    assert!(!ProcessingReport::read(counted).unwrap().is_clean());
}

#[test]
fn what_is_no_report_is_an_error_that_says_why() {
    let deep = "[".repeat(200_000);
    for (text, why) in [
        ("", "empty"),
        (" \n", "empty"),
        ("{}", "no header"),
        ("{\"issues\":[", "EOF"),
        ("{\"header\":{}} x", "trailing"),
        ("{\"a\":1,\"summary\":{\"a\":", "EOF"),
        (&format!("{{\"issues\":{deep}"), "recursion"),
        ("<a>", "ends inside"),
        ("<a></b>", "read"),
        ("<html><body>no</body></html>", "no ProcessingReport"),
        ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "document type"),
        ("<a><ProcessingReport>&b;</ProcessingReport></a>", "unknown entity"),
        ("some words\nand more", "neither JSON nor XML"),
    ] {
        let error = ProcessingReport::read(text).unwrap_err();
        assert!(error.is_decode() && error.to_string().contains(why), "{text:.60}: {error}");
    }
}

#[test]
fn large_and_hostile_reports_are_read_in_one_pass() {
    let issues = r#"{"messageId":1,"severity":"ERROR","message":"m"},"#.repeat(200_000);
    let report = ProcessingReport::read(&format!("{{\"issues\":[{}]}}", issues.trim_end_matches(','))).unwrap();
    assert_eq!(report.issues.len(), 200_000);
    let deep = "<a>".repeat(300_000) + "<ProcessingReport/>" + &"</a>".repeat(300_000);
    assert!(ProcessingReport::read(&deep).unwrap().issues.is_empty());
    let attributes: String = (0..300_000).map(|number| format!(" a{number}=''")).collect();
    assert!(ProcessingReport::read(&format!("<ProcessingReport{attributes}/>")).is_ok());
    let name = "n".repeat(1_000_000);
    let odd = format!(
        "<ProcessingReport><Result><AdditionalInfo><{name}>v</{name}></AdditionalInfo></Result></ProcessingReport>"
    );
    assert_eq!(ProcessingReport::read(&odd).unwrap().issues[0].details.keys().next().unwrap().len(), LONGEST_NAME_KEPT);
    let cells = "\t".repeat(1_000_000);
    let report = ProcessingReport::read(&format!("a\tb\tc\td\te\n1{cells}x\n{cells}\n")).unwrap();
    assert_eq!(report.issues[0].message_id, Some(1));
    let ids = ProcessingReport::read("a\tb\tc\td\te\n99999999999999999999999\ts\n").unwrap();
    assert_eq!((ids.issues[0].message_id, ids.issues[0].sku.as_deref()), (None, Some("s")));
}

const LONGEST_NAME_KEPT: usize = 100;

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in r#"[\{<]?([\{\}\[\],:"<>/&;!\t\n 0-9.]|ProcessingReport|Result|MessageID|issues|summary|\PC){0,60}"#) {
        let _ = ProcessingReport::read(&text);
    }
}
