use super::value::LONGEST_TEXT;
use super::*;

fn errors(body: &[u8], headers: &HeaderMap) -> Vec<ApiError> {
    find(body, headers).errors
}

fn read(body: &str) -> Vec<(String, String, String)> {
    let errors = errors(body.as_bytes(), &HeaderMap::new());
    errors.into_iter().map(|error| (error.code, error.message, error.details)).collect()
}

fn error(code: &str, message: &str) -> Vec<(String, String, String)> {
    vec![(code.into(), message.into(), String::new())]
}

#[test]
fn every_shape() {
    for body in [
        r#"{"errors":[{"code":"C","message":"m","details":""}]}"#,
        r#"{"payload":null,"errors":[{"code":"C","message":"m","details":null}]}"#,
        r#"{"payload":{"x":1},"errors":[{"code":"C","message":"m"}]}"#,
        r#"[{"code":"C","message":"m"}]"#,
        r#"{"code":"C","message":"m"}"#,
        r#"{"errors":{"code":"C","message":"m"}}"#,
        r#"{"error":{"code":"C","message":"m"}}"#,
        r#"{"error":"C","error_description":"m"}"#,
        r#"{"errors":[null,{"Code":"C","Message":"m"},false]}"#,
        r#"{"Errors":[{"code":"C","message":"m"}]}"#,
        r#"{"errors":[{"error":{"code":"C","message":"m"}}]}"#,
        r#"{"errorCode":"C","errorMessage":"m"}"#,
        r#"{"error_code":"C","error_message":"m"}"#,
        r#"{"ErrorCode":"C","ErrorMessage":"m"}"#,
        r#"{"code":"C","message":"m","type":"client"}"#,
        r#"{"__type":"com.amazon.coral.service#C","message":"m"}"#,
        r#"{"__type":"C","Message":"m"}"#,
        r#"{"Output":{"__type":"com.amazon.coral.service#C","message":"m"},"Version":"1.0"}"#,
        r#"{"ErrorResponse":{"Error":{"Type":"Sender","Code":"C","Message":"m"}}}"#,
        r#"{"payload":{"errors":[{"code":"C","message":"m"}],"message":"data"}}"#,
        "\u{feff} {\"errors\":[{\"code\":\"C\",\"message\":\"m\"}]}",
        "<Error><Code>C</Code><Message>m</Message></Error>",
        "<?xml version=\"1.0\"?>\n<!-- <Errors> --><ErrorResponse xmlns=\"http://x/\">\n<Error><Type>Sender</Type>\
         <Code>C</Code><Message xml:lang=\"en\"> m </Message></Error></ErrorResponse>",
        "\u{feff}<Error><Code>C</Code><Message>m</Message></Error>",
        "<C><Error><code>C</code><message><![CDATA[m]]></message></Error></C>",
    ] {
        assert_eq!(read(body), error("C", "m"), "{body}");
    }
    for body in [
        r#"{"message":"m"}"#,
        r#"{"errors":"m"}"#,
        r#"{"errors":["m"]}"#,
        r#"{"error":"","error_description":"m"}"#,
        r#"{"type":"https://example.com/problem","message":"m"}"#,
        "<Error><Message>m</Message></Error>",
    ] {
        assert_eq!(read(body), error("", "m"), "{body}");
    }
    assert_eq!(read(r#"{"error":"it is busy"}"#), error("", "it is busy"));
    assert_eq!(
        read(r#"{"Output":{"__type":"a.b#UnknownOperationException"}}"#),
        error("UnknownOperationException", "")
    );
    assert_eq!(
        read("<AccessDeniedException>\n<Message>m</Message></AccessDeniedException>"),
        error("AccessDeniedException", "m")
    );
    assert_eq!(read("<UnknownOperationException/>"), error("UnknownOperationException", ""));
    assert_eq!(read(r#"{"message":"all","errors":["one","two"]}"#).len(), 3);
    assert_eq!(read(r#"{"errors":[{"code":"C","details":["d","e"]}]}"#)[0].2, "d; e");
    assert_eq!(read("{\"errors\":[{\"code\":\"C\",\"message\":\"a\\ud83d\tb\"}]}"), error("C", "a\u{fffd} b"));
    assert_eq!(
        read("<Error><Message>b &lt;&amp;lt; &#233;&#x1f600; &x; &</Message></Error>"),
        error("", "b <&lt; é\u{1f600} &x; &")
    );
    assert_eq!(read(r#"{"Message":"m"}"#), error("", "m"));
    assert_eq!(read(r#"{"errors":[{"code":"C"}]}"#), error("C", ""));
    assert_eq!(read(r#"{"code":404,"message":"m"}"#), error("404", "m"));
    assert_eq!(read(r#"[{"code":"A"},{"code":"B","details":"d"}]"#)[1], ("B".into(), "".into(), "d".into()));
}

#[test]
fn more_shapes() {
    let soap = "<?xml version=\"1.0\"?><SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\">\
                <SOAP-ENV:Header/><SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:C</faultcode>\
                <faultstring xml:lang=\"en\">m</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>";
    let soap_1_2 = "<env:Envelope xmlns:env=\"u\"><env:Body><env:Fault><env:Code><env:Value>env:C</env:Value></env:Code>\
                    <env:Reason><env:Text xml:lang=\"en\">m</env:Text></env:Reason></env:Fault></env:Body></env:Envelope>";
    for body in [
        soap,
        soap_1_2,
        "<Envelope><Body><Fault><Code><Value>Sender</Value><Subcode><Value>q:C</Value></Subcode></Code><Reason>\
         <Text>m</Text></Reason></Fault></Body></Envelope>",
        "<ns:Error xmlns:ns=\"u\"><ns:Code>C</ns:Code><ns:Message>m</ns:Message></ns:Error>",
        "<a:ErrorResponse xmlns:a=\"u\"><a:Error><a:Code>C</a:Code><a:Message>m</a:Message></a:Error></a:ErrorResponse>",
        "<ErrorResponse xmlns=\"http://x/\"><Error><Code>C</Code><Message>m</Message></Error></ErrorResponse>",
        "<Response><Errors><Error><Code>C</Code><Message>m</Message></Error></Errors><RequestID>R</RequestID></Response>",
        "<Response><Code>C</Code><Message>m</Message></Response>",
        "<error code=\"C\" message=\"m\"/>",
        "<errors><error code=\"C\">m</error></errors>",
        "<ErrorResponse><Error><Code>C</Code><Message>m</Message></Error>",
        "<error-response><error-code>C</error-code><error-message>m</error-message></error-response>",
        r#"{"errors":{"C":"m"}}"#,
        r#"{"errors":{"C":["m"]}}"#,
        r#"{"errors":{"C":{"message":"m"}}}"#,
        r#"{"errors":{"0":{"code":"C","message":"m"}}}"#,
        r#"{"errors":{"error":[{"code":"C","message":"m"}]}}"#,
        r#"{"error-code":"C","error-message":"m"}"#,
        r#"{"Code":"C","Message":"m"}"#,
        r#"{"errors":[{"errorCode":"C","errorMessage":"m"}]}"#,
        r#"{"type":"C","title":"m"}"#,
        r#"{"type":"about:blank","code":"C","title":"m"}"#,
        r#"{"error":{"code":"C","message":"m","status":403}}"#,
        r#"{"error":{"type":"C","message":"m"}}"#,
        r#"{"odata.error":{"code":"C","message":{"lang":"en","value":"m"}}}"#,
        r#"{"soap:Fault":{"faultcode":"soap:C","faultstring":"m"}}"#,
        r#"{"code":"C","messages":["m"]}"#,
        r#""{\"code\":\"C\",\"message\":\"m\"}""#,
        "error=C&error_description=m",
    ] {
        assert_eq!(read(body), error("C", "m"), "{body}");
    }
    for body in [
        "m",
        " m\n",
        "\"m\"",
        r#"["m"]"#,
        r#"{"errors":{"0":"m"}}"#,
        r#"{"error":["m"]}"#,
        r#"{"type":"about:blank","title":"m"}"#,
        r#"{"type":"urn:problem:1","title":"m"}"#,
        "<html><head><title> m </title></head><body><p>busy</body></html>",
        "<!doctype html><HTML><BODY><H1 class=x>m</H1><p>busy<br></BODY></HTML>",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD\">\n<html><head><meta charset=utf-8><title>m</title></head><body><h1>m</h1>",
        "<errors><error>m</error></errors>",
    ] {
        assert_eq!(read(body), error("", "m"), "{body}");
    }
    let all = |body: &str| read(body).into_iter().map(|(c, m, d)| format!("{c}|{m}|{d}")).collect::<Vec<_>>();
    for (body, expected) in [
        (r#"{"fault":{"faultstring":"m","detail":{"errorcode":"a.b.C"}}}"#, "a.b.C|m|errorcode: a.b.C"),
        (r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"d"}"#, "|Forbidden|d"),
        (r#"{"type":"https://example.com/C","title":"t","detail":"d"}"#, "|t|d"),
        (r#"{"code":"C","details":{"field":"sku","max":40,"ok":false}}"#, "C||field: sku, max: 40, ok: false"),
        (r#"{"code":"C","details":[{"field":"a"},"b",7,null]}"#, "C||field: a; b; 7"),
        (r#"{"code":"C","details":7}"#, "C||7"),
        (r#"{"detail":[{"loc":["body","x"],"msg":"m"}]}"#, "||loc: body; x, msg: m"),
        (r#"{"message":"m","extensions":{"code":"C"}}"#, "C|m|code: C"),
        (
            "<html><head><title>403 Forbidden</title></head><body><h1>Blocked <b>here</b></h1></body></html>",
            "|403 Forbidden|Blocked here",
        ),
        (
            "<Fault><faultcode>C</faultcode><faultstring>m</faultstring><detail><e:x><e:y>z</e:y></e:x></detail></Fault>",
            "C|m|x: y: z",
        ),
    ] {
        assert_eq!(all(body), [expected], "{body}");
    }
    assert_eq!(all(r#"{"errors":{"A":"a","B":["b","c"]}}"#), ["A|a|", "B|b|", "B|c|"]);
    assert_eq!(all(r#"["one","two"]"#), ["|one|", "|two|"]);
    assert_eq!(all("<Error><Code>A</Code></Error><Error><Code>B</Code></Error>"), ["A||", "B||"]);
}

#[test]
fn text_for_people_has_no_tags_and_a_page_only_its_title_and_heading() {
    let page =
        "<html><head><title>Busy</title><script>Mary</script></head><body><h1>Wait</h1><p>Mary</p></body></html>";
    for (body, message, details) in [
        ("Blocked by <b>policy</b>,\r\nsee <a href=\"u?t=1\">this</a><br/>", "Blocked by policy,  see this", ""),
        ("The value must be < 5 and > 2", "The value must be < 5 and > 2", ""),
        ("a List<String> was <expected>", "a List<String> was <expected>", ""),
        ("cut <a href=", "cut <a href=", ""),
        ("\"Blocked by <b>policy</b>\"", "Blocked by policy", ""),
        (page, "Busy", "Wait"),
        (&format!("HTTP/1.1 503 Busy\r\n\r\n{page}"), "Busy", "Wait"),
        (&format!("Sorry.<BODY>{page}"), "Busy", "Wait"),
        (&format!("<!-- proxy -->\n{page}"), "Busy", "Wait"),
    ] {
        let found = find(body.as_bytes(), &HeaderMap::new());
        let said: Vec<_> = found.errors.iter().map(|error| (&*error.message, &*error.details)).collect();
        assert_eq!(said, [(message, details)], "{body}");
        assert!(found.errors[0].code.is_empty());
    }
    let found = find(b"Sorry: <body><p>Mary</p></body>", &HeaderMap::new());
    assert!(found.errors.is_empty() && found.is_foreign && found.excerpt.is_some());
    let long = format!("Sorry {}<b>", "<i>é</i>\n".repeat(100_000));
    let message = find(long.as_bytes(), &HeaderMap::new()).errors.remove(0).message;
    assert!(message.len() <= LONGEST_TEXT && !message.contains(['<', '\n']), "{}", message.len());
    // Each of these might begin a tag.
    let open = format!("Sorry {}", "<b ".repeat(300_000));
    assert_eq!(find(open.as_bytes(), &HeaderMap::new()).errors.remove(0).message.len(), LONGEST_TEXT);
}

#[test]
fn what_is_not_known_is_kept_as_an_excerpt() {
    let found = |body: &[u8]| find(body, &HeaderMap::new());
    for (body, excerpt) in [
        (r#"{"order":{"id":"1"}}"#, r#"{"order":{"id":"1"}}"#),
        ("{\"errors\":[", "{\"errors\":["),
        ("<Order>\n<Id>1</Id></Order>", "<Order> <Id>1</Id></Order>"),
        ("a\0b", "a b"),
        ("{\"a\":\"\u{202e}\u{1b}[2J\"}", "{\"a\":\"\u{fffd} [2J\"}"),
    ] {
        let found = found(body.as_bytes());
        assert_eq!((found.errors, found.excerpt.as_deref()), (vec![], Some(excerpt)));
    }
    assert_eq!(found(&[b'a', 0xff]).excerpt.as_deref(), Some("a\u{fffd}"));
    assert_eq!(found(format!("{{\"a\":\"{}\"}}", "é".repeat(9000)).as_bytes()).excerpt.unwrap().len(), 1000);
    for body in ["", " \n", r#"{"code":"C"}"#, "busy", "\u{feff}"] {
        assert_eq!(found(body.as_bytes()).excerpt, None, "{body}");
    }
}

#[test]
fn a_document_hosts_words_are_those_of_its_errors_alone() {
    #[cfg(feature = "document")]
    for (body, expected) in [
        ("<Error><Code>C</Code><Message>m</Message><StringToSign>Mary</StringToSign></Error>", Some(("C", "m"))),
        (
            "<s:Error xmlns:s=\"u\"><s:Code>C</s:Code><s:Message>m</s:Message><s:Detail>Mary</s:Detail></s:Error>",
            Some(("C", "m")),
        ),
        ("<AccessDeniedException><Message>m</Message></AccessDeniedException>", Some(("AccessDeniedException", "m"))),
        ("<Error>Mary</Error>", None),
        ("<Error>Mary Miller</Error>", None),
        ("<Errors><Error>Mary</Error></Errors>", None),
        ("<Order><Title>Mary</Title><Message>Mary</Message><Code>Mary</Code></Order>", None),
        ("<html><title>Mary</title></html>", None),
        ("Mary", None),
    ] {
        let errors = of_document_host(body.as_bytes());
        let said: Vec<_> = errors.iter().map(|error| (&*error.code, &*error.message)).collect();
        assert_eq!(said, Vec::from_iter(expected), "{body}");
        assert!(errors.iter().all(|error| error.details.is_empty()));
    }
}

#[test]
fn no_shape() {
    for body in [
        "",
        " ",
        "<html>busy</html>",
        "null",
        "[]",
        "{}",
        "7",
        r#"{"errors":[]}"#,
        "{\"errors\":",
        r#"{"responses":[{"body":{"errors":[{"code":"C"}]}}]}"#,
        r#"{"payload":{"code":"C","message":"m"}}"#,
        r#"[["m"]]"#,
        "<!DOCTYPE html><html><Message>m</Message></html>",
        "<Error></Error",
        "<",
        "<Error><Code>A",
        "\u{feff}",
    ] {
        assert_eq!(read(body), [], "{body}");
    }
    assert_eq!(errors(&[0xff, 0xfe, 0x00], &HeaderMap::new()), []);
}

#[test]
fn the_header_helps_out() {
    let mut headers = HeaderMap::new();
    headers.insert("x-amzn-errortype", "AccessDenied:http://internal.example/".parse().unwrap());
    let code = |body: &str| errors(body.as_bytes(), &headers).remove(0);
    assert_eq!(code("").code, "AccessDenied");
    assert_eq!(
        code(r#"{"message":"m"}"#),
        ApiError { code: "AccessDenied".into(), message: "m".into(), ..Default::default() }
    );
    assert_eq!(code(r#"{"code":"C"}"#).code, "C");
    assert_eq!(code("<html>busy</html>").code, "AccessDenied");
}

#[test]
fn what_is_kept_is_bounded() {
    let many = format!("{{\"errors\":[{}{{}}]}}", r#"{"code":"C","message":"m"},"#.repeat(100_000));
    assert_eq!(read(&many).len(), MOST_ERRORS);
    let many = "<Error><Code>C</Code></Error>".repeat(100_000);
    assert_eq!(read(&many).len(), MOST_ERRORS);
    let long = "é".repeat(1_000_000);
    for body in [format!(r#"{{"message":"{long}"}}"#), format!("<Error><Message>{long}</Message></Error>")] {
        let message = &read(&body)[0].1;
        assert!(message.len() <= LONGEST_TEXT && message.starts_with("éé"), "{}", message.len());
    }
    let deep = format!("{}{{\"code\":\"C\"}}{}", r#"{"error":"#.repeat(50_000), "}".repeat(50_000));
    assert_eq!(read(&deep), []);
    let wide = format!(r#"{{"details":[{}0],"code":"C","message":"m"}}"#, "[[[[0]]]],".repeat(100_000));
    assert_eq!(read(&wide)[0].0, "C");
    assert_eq!(read(&"<a".repeat(100_000)), []);
}
