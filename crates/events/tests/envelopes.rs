//! The envelope in every form in which it may come.

use serde_json::{Value, json};
use spapi_events::payloads::report_processing_finished::{ProcessingStatus, ReportProcessingFinished};
use spapi_events::{Notification, NotificationType, ParseErrorKind, Payload};

fn report() -> Value {
    json!({
        "notificationVersion": "2020-09-04",
        "notificationType": "REPORT_PROCESSING_FINISHED",
        "payloadVersion": "2020-09-04",
        "eventTime": "2026-11-30T08:15:00.000Z",
        "payload": {"reportProcessingFinishedNotification": {
            "sellerId": "A2MADEUPSELLER", "reportId": "9001", "reportType": "GET_MADE_UP", "processingStatus": "DONE",
            "reportDocumentId": "document-9001"
        }},
        "notificationMetadata": {
            "applicationId": "app-1", "subscriptionId": "sub-1", "publishTime": "2026-11-30T08:15:02Z",
            "notificationId": "note-1"
        }
    })
}

fn parse(body: &Value) -> Notification {
    Notification::parse(body.to_string().as_bytes()).unwrap()
}

fn assert_is_the_report(notification: &Notification) {
    assert_eq!(notification.notification_type, NotificationType::ReportProcessingFinished);
    assert_eq!(notification.id(), Some("note-1"));
    assert_eq!(notification.seller_id(), Some("A2MADEUPSELLER"));
    assert_eq!(notification.event_time.as_ref().unwrap().as_str(), "2026-11-30T08:15:00.000Z");
    let payload: &ReportProcessingFinished = notification.payload_as().unwrap();
    assert_eq!(payload.report_id.as_deref(), Some("9001"));
    assert_eq!(payload.processing_status, Some(ProcessingStatus::Done));
}

/// The names of the envelope, but not those of the payload, with another first letter.
fn respelt(notification: &Value, only: impl Fn(usize) -> bool) -> Value {
    let upper = |name: &str| name[..1].to_uppercase() + &name[1..];
    let mut envelope = serde_json::Map::new();
    for (place, (name, value)) in notification.as_object().unwrap().iter().enumerate() {
        let mut value = value.clone();
        if name == "notificationMetadata" {
            let members = value.as_object().unwrap().iter();
            value = members.map(|(name, value)| (upper(name), value.clone())).collect::<serde_json::Map<_, _>>().into();
        }
        envelope.insert(if only(place) { upper(name) } else { name.clone() }, value);
    }
    envelope.into()
}

#[test]
fn both_spellings_and_their_mixture_are_read() {
    assert_is_the_report(&parse(&report()));
    assert_is_the_report(&parse(&respelt(&report(), |_| true)));
    assert_is_the_report(&parse(&respelt(&report(), |place| place % 2 == 0)));
}

#[test]
fn what_wraps_a_notification_is_taken_off() {
    let event = json!({
        "version": "0", "id": "event-1", "detail-type": "REPORT_PROCESSING_FINISHED", "account": "123456789012",
        "source": "aws.partner/sellingpartnerapi.amazon.com/123456789012/app-1", "detail": report()
    });
    assert_is_the_report(&parse(&event));
    let topic = |message: &Value| json!({"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:x", "Message": message.to_string()});
    assert_is_the_report(&parse(&topic(&report())));
    assert_is_the_report(&parse(&topic(&event)));
    assert_is_the_report(&parse(&json!({"detail": report().to_string()})));
    assert_is_the_report(&parse(&Value::String(report().to_string())));
    assert_is_the_report(&Notification::parse(format!("\u{feff}\n{}\n", report()).as_bytes()).unwrap());
    let mut written = report();
    written["payload"] = written["payload"].to_string().into();
    assert_is_the_report(&parse(&written));
    assert!(parse(&written).raw()["payload"].is_object());
}

#[test]
fn byte_order_marks_are_taken_off_wherever_a_text_begins() {
    let marked = |text: &Value| format!(" \u{feff}\n\u{feff}{text}");
    let message = json!({"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": marked(&report())});
    let mut written = report();
    for name in ["payload", "notificationMetadata"] {
        written[name] = marked(&report()[name]).into();
    }
    for body in [report(), message.clone(), json!({"detail": marked(&report())}), json!({"detail": message}), written] {
        assert_is_the_report(&Notification::parse(marked(&body).as_bytes()).unwrap());
    }
    assert_eq!(kind(" \u{feff} ".as_bytes()), ParseErrorKind::NotJson);
}

#[test]
fn metadata_that_are_written_as_a_text_are_read() {
    let mut written = report();
    written["notificationMetadata"] = written["notificationMetadata"].to_string().into();
    let notification = parse(&written);
    assert_is_the_report(&notification);
    assert_eq!(notification.metadata.application_id.as_deref(), Some("app-1"));
    assert!(notification.raw()["notificationMetadata"].is_object());
    for wrong in ["no JSON", "[1]", "", "5"] {
        written["notificationMetadata"] = wrong.into();
        assert_eq!(parse(&written).id(), None, "{wrong}");
    }
}

#[test]
fn members_beside_the_wrapper_and_members_that_occur_twice_are_drift() {
    use spapi_types::json::NoteKind;
    let drift = |body: &str| -> Vec<(String, NoteKind)> {
        let notes = Notification::parse(body.as_bytes()).unwrap().drift();
        notes.into_iter().map(|note| (note.path, note.kind)).collect()
    };
    let note = |path: &str, kind| (path.to_owned(), kind);
    assert_eq!(drift(&report().to_string()), []);
    let mut beside = report();
    beside["payload"]["region"] = "jp".into();
    assert_is_the_report(&parse(&beside));
    assert_eq!(drift(&beside.to_string()), [note("region", NoteKind::Unknown)]);

    let twice = report().to_string().replace(r#""reportId":"9001""#, r#""reportId":"9000","reportId":"9001""#);
    assert_is_the_report(&Notification::parse(twice.as_bytes()).unwrap());
    assert_eq!(drift(&twice), [note("reportId", NoteKind::Repeated)]);
    // The text of a payload that is written as a text keeps them too.
    let mut written: Value = report();
    let payload =
        written["payload"].to_string().replace(r#""reportId":"9001""#, r#""reportId":"9000","reportId":"9001""#);
    written["payload"] = payload.into();
    assert_eq!(drift(&written.to_string()), [note("reportId", NoteKind::Repeated)]);
    let wrapper = "reportProcessingFinishedNotification";
    let twice =
        report().to_string().replacen(&format!(r#"{{"{wrapper}":"#), &format!(r#"{{"{wrapper}":{{}},"{wrapper}":"#), 1);
    assert_is_the_report(&Notification::parse(twice.as_bytes()).unwrap());
    assert_eq!(drift(&twice), [note(wrapper, NoteKind::Repeated)]);
}

#[test]
fn a_wrapper_may_also_have_the_name_of_the_type() {
    use spapi_events::payloads::application_oauth_client_new_secret::ApplicationOauthClientNewSecret;
    let members = json!({"clientId": "c-1", "newClientSecret": "s3cret"});
    for name in
        ["applicationOAuthClientNewSecret", "APPLICATION_OAUTH_CLIENT_NEW_SECRET", "newSecretNotification", "data"]
    {
        let mut body = report();
        body["notificationType"] = "APPLICATION_OAUTH_CLIENT_NEW_SECRET".into();
        body["payload"] = json!({name: members});
        let notification = parse(&body);
        let payload: &ApplicationOauthClientNewSecret = notification.payload_as().unwrap();
        assert_eq!(payload.client_id.as_deref(), Some("c-1"), "{name}");
        assert_eq!(payload.new_client_secret.as_ref().unwrap().expose(), "s3cret");
        assert_eq!((notification.payload_json(), notification.drift()), (&members, vec![]));
    }
    let mut body = report();
    body["payload"] = json!({"reportProcessingFinished": body["payload"]["reportProcessingFinishedNotification"]});
    assert_is_the_report(&parse(&body));
}

#[test]
fn a_payload_without_a_type_is_not_shown() {
    for payload in [json!("s3cret"), json!(["s3cret"]), json!({"secret": "s3cret"})] {
        for name in ["APPLICATION_OAUTH_CLIENT_NEW_SECRET", "SOMETHING_NEW"] {
            let mut body = report();
            body["notificationType"] = name.into();
            body["payload"] = payload.clone();
            let notification = parse(&body);
            let shown = format!("{notification:?} {:?} {:?}", notification.payload, Some(&notification.payload));
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }
}

#[test]
fn an_unknown_type_or_version_keeps_its_payload() {
    let mut unknown = report();
    unknown["notificationType"] = "SOMETHING_NEW".into();
    let notification = parse(&unknown);
    assert_eq!(notification.notification_type, NotificationType::Unrecognized("SOMETHING_NEW".into()));
    assert_eq!(notification.seller_id(), Some("A2MADEUPSELLER"));
    assert_eq!(notification.payload, Payload::Other(unknown["payload"].clone()));
    let mut unknown = report();
    unknown["payloadVersion"] = "2031-01-01".into();
    assert_eq!(parse(&unknown).payload, Payload::Other(unknown["payload"].clone()));
}

fn kind(body: &[u8]) -> ParseErrorKind {
    let error = Notification::parse(body).unwrap_err();
    assert!(!error.to_string().contains("Taro"), "{error}");
    error.kind()
}

#[test]
fn a_body_that_is_no_notification_is_an_error_of_its_kind() {
    for body in ["", " ", "Taro", "{\"NotificationType\": \"Taro", "{\"NotificationType\": \"X\"} Taro", "\u{0}"] {
        assert_eq!(kind(body.as_bytes()), ParseErrorKind::NotJson, "{body:?}");
    }
    assert_eq!(kind(b"\xff\xfe{\0}\0"), ParseErrorKind::NotJson);
    for body in ["[]", "[{\"NotificationType\": \"Taro\"}]", "17", "null", "true"] {
        assert_eq!(kind(body.as_bytes()), ParseErrorKind::NotAnObject, "{body:?}");
    }
    for body in [
        "{}",
        r#"{"name": "Taro"}"#,
        r#"{"NotificationType": null, "Payload": {"name": "Taro"}}"#,
        r#"{"NotificationType": {"name": "Taro"}}"#,
        r#"{"NotificationType": ["Taro"]}"#,
        r#"{"NotificationType": ""}"#,
        r#"{"Message": "{}"}"#,
        r#"{"Type": "SubscriptionConfirmation", "TopicArn": "arn", "Message": "Taro"}"#,
        r#"{"detail": {"name": "Taro"}}"#,
    ] {
        assert_eq!(kind(body.as_bytes()), ParseErrorKind::NotANotification, "{body:?}");
    }
    for body in [
        "[".repeat(100_000),
        format!("{{\"Payload\": {}1{}, \"NotificationType\": \"Taro\"}}", "[".repeat(100_000), "]".repeat(100_000)),
        "{\"detail\":".repeat(101),
        format!("{}{{}}{}", "{\"detail\":".repeat(50), "}".repeat(50)),
    ] {
        assert_eq!(kind(body.as_bytes()), ParseErrorKind::TooDeep);
    }
    assert_eq!(kind(&[b' '].repeat(Notification::MOST_BYTES + 1)), ParseErrorKind::TooLarge);
}

#[test]
fn a_large_notification_is_read() {
    let mut large = report();
    large["payload"]["reportProcessingFinishedNotification"]["note"] = "x".repeat(900 * 1024).into();
    assert_is_the_report(&parse(&large));
}

#[test]
fn members_of_a_wrong_kind_do_not_lose_the_notification() {
    for wrong in [json!(5), json!([1]), json!({"a": 1}), json!(true), Value::Null, json!("")] {
        for name in report().as_object().unwrap().keys().filter(|name| *name != "notificationType") {
            let mut body = report();
            body[name] = wrong.clone();
            assert_eq!(parse(&body).notification_type, NotificationType::ReportProcessingFinished, "{name}: {wrong}");
        }
        for name in ["applicationId", "notificationId", "publishTime"] {
            let mut body = report();
            body["notificationMetadata"][name] = wrong.clone();
            assert!(parse(&body).payload_as::<ReportProcessingFinished>().is_some(), "{name}: {wrong}");
        }
    }
    let mut body = report();
    body["notificationMetadata"]["notificationId"] = "".into();
    assert_eq!(parse(&body).id(), None);
}

#[test]
fn nothing_of_a_payload_is_shown() {
    let text = format!("{:?}", parse(&report()));
    assert!(text.contains("note-1") && !text.contains("9001") && !text.contains("A2MADEUPSELLER"), "{text}");
}

#[test]
fn a_damaged_body_is_an_error_or_a_notification_and_never_a_panic() {
    let body = json!({"detail": report().to_string()}).to_string().into_bytes();
    for length in 0..body.len() {
        assert!(Notification::parse(&body[..length]).is_err(), "cut at {length}");
    }
    for place in 0..body.len() {
        for byte in [0, b'"', b'\\', b'{', b']', b',', 0xff] {
            let mut damaged = body.clone();
            damaged[place] = byte;
            let _ = Notification::parse(&damaged);
        }
    }
}
