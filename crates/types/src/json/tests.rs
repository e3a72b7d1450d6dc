use super::*;
use crate::{DateTime, Decimal};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Serialize, Deserialize)]
struct Order {
    id: String,
    count: u32,
}

/// A structure as the sections have them.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Page {
    flag: Option<bool>,
    count: Option<i64>,
    small: Option<u8>,
    ratio: Option<f64>,
    text: Option<String>,
    #[serde(deserialize_with = "crate::absent::or_default")]
    name: String,
    #[serde(with = "crate::decimal::text_option")]
    total: Option<Decimal>,
    time: DateTime,
    color: Option<Color>,
    amount: Option<Amount>,
    inner: Option<Box<Page>>,
    #[serde(deserialize_with = "crate::absent::list")]
    pages: Vec<Page>,
    #[serde(deserialize_with = "crate::absent::list")]
    names: Vec<String>,
    #[serde(deserialize_with = "crate::absent::map")]
    counts: BTreeMap<String, i64>,
    #[serde(deserialize_with = "crate::absent::or_default")]
    free: serde_json::Map<String, Value>,
    any: Option<Value>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Amount {
    currency_code: Option<String>,
    #[serde(with = "crate::decimal::text_option")]
    amount: Option<Decimal>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

crate::open_enum! {
    /// A test's enum.
    enum Color { Red = "RED", Blue = "BLUE" }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Closed {
    One,
    Two(u8),
    Three { x: u8 },
}

fn page(body: &str) -> Page {
    read(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn error<T: DeserializeOwned + fmt::Debug>(body: &str) -> String {
    let error = read::<T>(body.as_bytes()).unwrap_err().to_string();
    error.strip_prefix("the answer cannot be read").unwrap().to_owned()
}

/// The notes of a reading that misses nothing.
fn notes<T: DeserializeOwned>(body: &[u8]) -> Vec<String> {
    let mut notes = Vec::new();
    let read = read_by(body, Watch::All, &mut |reader| T::deserialize(reader).map(drop));
    notes.extend(read.unwrap().iter().map(|note| format!("{:?} {}", note.kind, note.path)));
    notes
}

#[test]
fn a_blank_text_is_empty_for_every_type() {
    for text in ["", " \n", "\t\r\n", "\u{feff}", "\u{feff} \n"] {
        assert!(is_blank(text.as_bytes()), "{text:?}");
        assert_eq!(error::<Value>(text), ": it is empty", "{text:?}");
    }
    for text in ["{}", "\u{feff}null", "\u{feff}\u{feff}", "\0", "\u{a0}"] {
        assert!(!is_blank(text.as_bytes()), "{text:?}");
    }
}

#[test]
fn a_scalar_in_another_spelling_is_read_as_what_it_says() {
    let read = page(
        r#"{"flag":"false","count":"12","small":1.0,"ratio":"1.5","text":60696125413094,"name":true,"total":1.10,
            "time":1572288572,"color":7,"names":[1.50,false,"x"],"counts":{"a":"1","b":2.0,"c":1e3}}"#,
    );
    assert_eq!(
        (read.flag, read.count, read.small, read.ratio, read.text.as_deref(), read.name.as_str()),
        (Some(false), Some(12), Some(1), Some(1.5), Some("60696125413094"), "true")
    );
    assert_eq!((read.time.as_str(), read.color.unwrap().as_str()), ("1572288572", "7"));
    assert_eq!(page(r#"{"color":"BLUE"}"#).color, Some(Color::from(Color::VALUES[1])));
    assert_eq!(read.names, ["1.50", "false", "x"]);
    assert_eq!(read.counts, BTreeMap::from([("a".into(), 1), ("b".into(), 2), ("c".into(), 1000)]));
    assert_eq!(page(r#"{"count":-0}"#).count, Some(0));
    assert_eq!(page(r#"{"count":-9223372036854775808}"#).count, Some(i64::MIN));
    assert_eq!(page(r#"{"text":12345678901234567890123.4500}"#).text.unwrap(), "12345678901234567890123.4500");
}

#[test]
fn what_cannot_be_read_is_absent_and_its_neighbours_are_not() {
    for odd in ["\"\"", "\"n/a\"", "[]", "[1]", "{}", "{\"x\":1}", "1.5", "1e400", "300000000000000000000", "\"1,234\""]
    {
        let read = page(&format!(
            r#"{{"text":"before","count":{odd},"name":"after","pages":[{{"count":{odd}}},{{"count":2}}]}}"#
        ));
        assert_eq!((read.text.as_deref(), read.count, read.name.as_str()), (Some("before"), None, "after"), "{odd}");
        assert_eq!((read.pages[0].count, read.pages[1].count, read.pages.len()), (None, Some(2), 2), "{odd}");
    }
    for odd in ["\"yes\"", "2", "\"\"", "[true]", "{}"] {
        assert_eq!(page(&format!(r#"{{"flag":{odd}}}"#)), Page::default(), "{odd}");
    }
    for odd in ["{\"x\":1}", "[1]", "[]", "{}"] {
        let read = page(&format!(
            r#"{{"text":{odd},"name":{odd},"time":{odd},"color":{odd},"total":{odd},"names":["a",{odd}],"count":1}}"#
        ));
        assert_eq!((read.text, read.name.as_str(), read.time.as_str(), read.color), (None, "", "", None), "{odd}");
        assert_eq!((read.names, read.count), (vec!["a".to_owned()], Some(1)), "{odd}");
    }
    assert_eq!(page(r#"{"small":300,"count":300}"#).count, Some(300));
    assert_eq!(page(r#"{"small":-1}"#).small, None);
    assert_eq!(page(r#"{"any":1e400,"count":1}"#).count, Some(1));
}

#[test]
fn what_stands_for_an_empty_object_or_list_is_empty() {
    for empty in ["[]", "\"\"", "null", "[ ]", "\" \""] {
        let read = page(&format!(r#"{{"amount":{empty},"free":{empty},"counts":{empty},"inner":{empty},"count":1}}"#));
        assert_eq!(read.count, Some(1));
        assert_eq!(read.amount.unwrap_or_default(), Amount::default(), "{empty}");
        assert_eq!(read.inner.map(|page| *page).unwrap_or_default(), Page::default(), "{empty}");
        assert!(read.free.is_empty() && read.counts.is_empty());
    }
    for empty in ["{}", "\"\"", "null", "{ }"] {
        let read = page(&format!(r#"{{"pages":{empty},"names":{empty},"count":1}}"#));
        assert!(read.pages.is_empty() && read.names.is_empty() && read.count == Some(1), "{empty}");
    }
}

#[test]
fn a_list_is_never_read_by_position_as_an_object() {
    let read = page(r#"{"amount":["USD","5.00"],"pages":[["x",1],{"count":2}],"inner":[true,2],"count":1}"#);
    assert_eq!((read.amount, read.inner, read.pages.len(), read.count), (None, None, 1, Some(1)));
    for body in ["[]", r#"["a",1]"#, "\"\"", "null", "7"] {
        assert!(error::<Page>(body).starts_with(": expected struct Page, found "), "{body}");
        assert!(error::<Order>(body).starts_with(": expected struct Order, found "), "{body}");
    }
    assert!(error::<BTreeMap<String, u8>>("[]").ends_with("found a list"));
    assert_eq!(read_as::<(u8, String)>(r#"[1,"a"]"#), (1, "a".to_owned()));
    assert_eq!(error::<(u8, u8)>("[1,2,3]"), ": it has more members than its type");
}

fn read_as<T: DeserializeOwned>(body: &str) -> T {
    read(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn of_a_member_that_stands_twice_the_last_counts() {
    let read = page(
        r#"{"count":1,"name":"a","count":2,"inner":{"text":"x","text":"y"},"pages":[{"count":1,"count":"3"}],"name":"b",
            "counts":{"k":1,"k":2}}"#,
    );
    assert_eq!((read.count, read.name.as_str(), read.inner.unwrap().text.unwrap().as_str()), (Some(2), "b", "y"));
    assert_eq!((read.pages[0].count, read.counts["k"]), (Some(3), 2));
    let escaped: Order = read_as(r#"{"id":"a","c\u006funt":1,"count":2}"#);
    assert_eq!(escaped.count, 2);
    assert_eq!(read_as::<Value>(r#"{"a":1,"a":2}"#), json!({"a": 2}));
}

#[test]
fn an_odd_text_is_read_with_replacements() {
    for (odd, expected) in [
        (r"Mug \ud83d", "Mug \u{fffd}"),
        (r"\udc00Mug", "\u{fffd}Mug"),
        (r"\ud83d\ud83d", "\u{fffd}\u{fffd}"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
        (r"\ud83dA", "\u{fffd}A"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\ud83d\n", "\u{fffd}\n"),
        (r"\ud83d\ude00", "\u{1f600}"),
        ("USB\tCable\n\u{1}", "USB\tCable\n\u{1}"),
    ] {
        let body = format!(
            r#"{{"text":"{odd}","unknown":["{odd}"],"pages":[{{"name":"{odd}"}},{{"name":"b"}}],"free":{{"k":"{odd}"}}}}"#
        );
        let read = page(&body);
        assert_eq!((read.text.as_deref(), read.pages.len()), (Some(expected), 2), "{odd}");
        assert_eq!((read.pages[0].name.as_str(), read.free["k"].as_str()), (expected, Some(expected)));
        assert_eq!(read_as::<Value>(&body)["text"], expected);
    }
    let latin = b"{\"text\":\"T\xfcr\",\"pages\":[{\"name\":\"\xe2\x82\"},{\"name\":\"b\"}]}";
    let read: Page = read(latin).unwrap();
    assert_eq!((read.text.as_deref(), read.pages[0].name.as_str()), (Some("T\u{fffd}r"), "\u{fffd}"));
    assert_eq!(read.pages[1].name, "b");
    assert_eq!(page("\u{feff}{\"count\":1}").count, Some(1));
}

#[test]
fn what_is_no_json_is_an_error_with_its_place() {
    for (body, expected) in [
        (r#"{"count":1,"flag": UOSS}"#, " at flag: it is not valid JSON"),
        (r#"{"pages":[{},{"unknown": UOSS}]}"#, " at pages[1].unknown: it is not valid JSON"),
        (r#"{"pages":[{"count":1,}]}"#, " at pages[0].count: it is not valid JSON"),
        (r#"{"count":1"#, " at count: it ends too early"),
        (r#"{"text":"a"#, " at text: it ends too early"),
        (r#"{"text":"\x"}"#, " at text: it is not valid JSON"),
        (r#"{"text":"\ud83"}"#, " at text: it is not valid JSON"),
        (r#"{"count":01}"#, " at count: it is not valid JSON"),
        (r#"{"count":.5}"#, " at count: it is not valid JSON"),
        (r#"{"ratio":NaN}"#, " at ratio: it is not valid JSON"),
        ("{\"count\":1}\u{0}", ": it is not valid JSON"),
        ("{} {}", ": it is not valid JSON"),
        ("<html>Mary</html>", ": it is not valid JSON"),
        ("{'count':1}", ": it is not valid JSON"),
        ("\u{feff}", ": it is empty"),
    ] {
        assert_eq!(error::<Page>(body), expected, "{body}");
    }
    assert!(read::<Page>(b"\xff\xfe{\x00}\x00").is_err());
    assert!(read::<Page>(b"{\"count\":1}\xff").is_err());
}

#[test]
fn the_error_says_where_and_what_was_expected_but_not_what_was_there() {
    for (body, expected) in [
        (r#"{"id":"a","count":"Mary, expected nothing"}"#, " at count: expected u32, found a text"),
        (r#"{"id":"a","count":-3}"#, " at count: expected u32"),
        (r#"{"id":["Mary"],"count":3}"#, " at id: expected a string, found a list"),
        (r#"{"id":null,"count":3}"#, " at id: expected a string, found null"),
        (r#"{"id":"a"}"#, ": missing field `count`"),
        (r#"{"id":"a","count":1"#, " at count: it ends too early"),
    ] {
        assert_eq!(error::<Order>(body), expected, "{body}");
    }
    assert_eq!(error::<Vec<Closed>>(r#"["One","Mary"]"#), " at [1]: the value does not fit its type");
    assert_eq!(error::<HashMap<String, u8>>(r#"{"Mary Miller":"x"}"#), " at {key}: expected u8, found a text");
    assert_eq!(error::<HashMap<String, u8>>(r#"{"Mary":"x"}"#), " at {key}: expected u8, found a text");
    let long = format!(r#"{{"{}":x}}"#, "\u{202e}".repeat(1_000_000));
    assert_eq!(error::<Value>(r#"{"mary":{"Miller":x}}"#), " at {key}.{key}: it is not valid JSON");
    assert_eq!(
        error::<HashMap<String, Value>>(r#"{"B00ABC":{"Mary":[x]}}"#),
        " at {key}.{key}[0]: it is not valid JSON"
    );
    assert_eq!(error::<Value>(&long), " at {key}: it is not valid JSON");
    assert_eq!(error::<Page>(&long), " at {key}: it is not valid JSON");
    assert_eq!(
        error::<Value>(r#"{"payload":[{"Mary Miller":{"x":y}}]}"#),
        " at {key}[0].{key}.{key}: it is not valid JSON"
    );
    assert_eq!(error::<Page>(r#"{"amount":{"Amount":x}}"#), " at amount.Amount: it is not valid JSON");
}

#[test]
fn required_fields_of_a_users_own_type() {
    #[derive(Debug, Deserialize)]
    struct Own {
        id: u64,
        #[serde(default)]
        count: u32,
        #[serde(default)]
        flag: bool,
        #[serde(default)]
        kind: Option<Closed>,
        lines: Vec<Line>,
        #[serde(default, deserialize_with = "even")]
        even: u8,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Line(f32);

    fn even<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
        let value = u8::deserialize(deserializer)?;
        if value % 2 == 0 { Ok(value) } else { Err(serde::de::Error::custom("Mary is odd")) }
    }

    let own: Own = read_as(r#"{"id":"7","count":"n/a","flag":"TRUE","kind":"Four","lines":["1.5",2],"even":3}"#);
    assert_eq!((own.id, own.count, own.flag, own.kind), (7, 0, true, None));
    assert_eq!((own.lines, own.even), (vec![Line(1.5), Line(2.0)], 0));
    let own: Own = read_as(r#"{"id":7,"kind":{"Three":{"x":"3"}},"lines":"","count":null}"#);
    assert_eq!((own.kind, own.lines.len()), (Some(Closed::Three { x: 3 }), 0));
    assert_eq!(
        read_as::<Vec<Closed>>(r#"["One",{"Two":"2"},{"One":null}]"#),
        [Closed::One, Closed::Two(2), Closed::One]
    );
    // What the type requires is told as what it is, not as missing.
    assert_eq!(error::<Own>(r#"{"id":"x","lines":[]}"#), " at id: expected u64, found a text");
    assert_eq!(error::<Own>(r#"{"id":1,"lines":[1,"x"]}"#), " at lines[1]: expected f32, found a text");
    assert_eq!(error::<Own>(r#"{"id":1,"lines":7}"#), " at lines: expected a sequence, found a number");
    let keys: BTreeMap<u8, char> = read_as(r#"{"1":"a","20":7}"#);
    assert_eq!(keys, BTreeMap::from([(1, 'a'), (20, '7')]));
    let required: BTreeMap<String, Option<Order>> = read_as(r#"{"a":[],"b":{"id":"x","count":1},"c":["x",1]}"#);
    assert!(required["a"].is_none() && required["b"].is_some() && required["c"].is_none());
}

#[test]
fn raw_values_keep_every_digit() {
    let raw: BTreeMap<String, Box<RawValue>> = read_as(r#"{"a": 1.10000000000000000001 ,"b":[1, {"c":"]"}]}"#);
    assert_eq!((raw["a"].get(), raw["b"].get()), ("1.10000000000000000001", r#"[1, {"c":"]"}]"#));
    let read = page(r#"{"total":"1234567890123456789.0123456789","amount":{"Amount":9007199254740993.10}}"#);
    assert_eq!(read.total.unwrap().to_string(), "1234567890123456789.0123456789");
    assert_eq!(read.amount.unwrap().amount.unwrap().to_string(), "9007199254740993.10");
}

#[test]
fn everything_odd_is_noted_with_its_path() {
    assert_eq!(
        notes::<Page>(
            br#"{"flag":"true","count":"x","count":1.0,"text":7,"name":"\ud800","gift":{"a":"\ud800"},"amount":[],
                "pages":[{"small":"1"},{"small":"Mary"},7],"counts":{"Mary":"1"},"free":{"k":"a	b"}}"#
        ),
        [
            "Respelled flag",
            "Repeated count",
            "Respelled text",
            "Replaced name",
            "Unknown gift",
            "Replaced gift",
            "Respelled amount",
            "Respelled pages[0].small",
            "Unread pages[1].small",
            "Unread pages[2]",
            "Respelled counts.{key}",
            "Replaced free.{key}",
        ]
    );
    for odd in [r#""abc""#, r#""1,980""#, "true", "[]", "{}", "1e400", "123456789012345678901234567890123"] {
        let body = format!(r#"{{"total":{odd},"amount":{{"Amount":{odd}}}}}"#);
        assert_eq!(notes::<Page>(body.as_bytes()), ["Unread total", "Unread amount.Amount"], "{odd}");
    }
    assert!(notes::<Page>(br#"{"total":"1,234.50","amount":{"Amount":" "}}"#).is_empty());
    // Nor does what another reader could not read count for the next value.
    assert_eq!(serde_json::from_str::<Page>(r#"{"total":"abc","count":1}"#).unwrap().total, None);
    assert!(notes::<BTreeMap<String, Box<RawValue>>>(br#"{"a":[1]}"#).is_empty());
    assert_eq!(notes::<Page>(b"{\"text\":\"a\xff\",\"count\":1}"), ["Replaced text"]);
    assert!(notes::<Page>(r#"{"text":"\u0009\n","count":1,"flag":true,"name":null,"pages":[]}"#.as_bytes()).is_empty());
}

#[test]
fn depth_is_bounded_where_a_type_reads_and_nowhere_else() {
    let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(error::<Value>(&nested(100_000)), format!(" at {}: it is nested too deep", "[0]".repeat(128)));
    assert!(read::<Value>(nested(128).as_bytes()).is_ok());
    let pages = format!("{}{}", r#"{"inner":"#.repeat(100_000), "}".repeat(100_000));
    assert!(error::<Page>(&pages).ends_with("it is nested too deep"));
    assert_eq!(page(&format!(r#"{{"unknown":{},"count":1}}"#, nested(100_000))).count, Some(1));
    assert_eq!(page(&format!(r#"{{"count":{},"name":"n"}}"#, nested(100_000))).name, "n");
    let twice = format!(r#"{{"count":1,"count":2,"unknown":{}}}"#, r#"{"a":"#.repeat(100_000));
    assert!(error::<Page>(&twice).ends_with("it is not valid JSON"));
}

#[test]
fn many_odd_values_need_few_readings() {
    let mut orders = String::from("{\"pages\":[");
    for index in 0..20_000 {
        let odd = match index % 5 {
            0 => format!(r#"{{"count":"Mary {index}"}},"#),
            1 => format!(r#"{{"flag":"no {index}","small":"{index}x"}},"#),
            2 => format!(r#"{{"name":{{"{index}":1}},"count":{index}}},"#),
            3 => format!(r#"{{"time":[{index}],"text":[{index}],"total":[{index}]}},"#),
            _ => format!("[{index}],"),
        };
        orders.push_str(&odd);
    }
    orders.push_str("{}]}");
    let mut readings = 0;
    let mut pages = None;
    read_by(orders.as_bytes(), Watch::Few, &mut |reader| {
        readings += 1;
        pages = Some(Page::deserialize(reader)?.pages);
        Ok(())
    })
    .unwrap();
    assert_eq!(pages.unwrap().len(), 16_001);
    assert!(readings <= 10, "{readings}");
}

#[test]
fn readings_of_a_hostile_text_are_bounded() {
    #[derive(Debug, Deserialize)]
    struct Own(#[allow(dead_code)] Vec<Option<Closed>>);
    // A type's own refusal is known by the letters alone, so that each of them takes a reading.
    let body = |count: usize| {
        let texts: Vec<_> = (0..count).map(|index| format!("\"{index:060}\"")).collect();
        format!("[{}]", texts.join(","))
    };
    assert_eq!(read_as::<Own>(&body(500)).0.len(), 500);
    let mut readings = 0;
    let hostile = body(100_000);
    let failed = read_by(hostile.as_bytes(), Watch::Few, &mut |reader| {
        readings += 1;
        Own::deserialize(reader).map(drop)
    });
    assert!(failed.is_err());
    assert!(readings * hostile.len() < 64 << 20, "{readings}");
}

/// Changes a good text in many ways, and compares with serde_json what both can read.
#[test]
fn values_are_those_of_serde_json() {
    let good = r#"{ "a" : [1,-2.5e3,{"b":null,"c\n\"\u00e9\ud83d\ude00":"x\\"},true , false,[],{}],"d":"é","e":18446744073709551615,
        "f":-9223372036854775808,"g":0.1,"h":123456789012345678901234567890,"i":-0,"j":1E-7,"k":{"l":{"m":[[[" "]]]}}}"#;
    assert_eq!(read_as::<Value>(good), serde_json::from_str::<Value>(good).unwrap());
    let pieces =
        ["", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", "1", "null", "t", " ", "\\u12", "é"];
    let mut read_by_both = 0;
    for (offset, _) in good.char_indices() {
        for piece in pieces {
            for length in [0, 1, 2] {
                let Some(rest) = good.get(offset + length..) else { continue };
                let text = format!("{}{piece}{rest}", &good[..offset]);
                let expected = serde_json::from_str::<Value>(&text);
                let ours = read::<Value>(text.as_bytes());
                // A raw line break in a text is read here and not there.
                match (ours, expected) {
                    (Ok(ours), Ok(expected)) => {
                        assert_eq!(ours, expected, "{text}");
                        read_by_both += 1;
                    }
                    (Err(_), Err(_)) => {}
                    (Ok(_), Err(error)) => {
                        let error = error.to_string();
                        let known = ["control character", "surrogate", "hex escape", "number out of range"];
                        assert!(known.iter().any(|known| error.contains(known)), "{error}: {text}");
                    }
                    (Err(error), Ok(_)) => panic!("{error}: {text}"),
                }
            }
        }
    }
    assert!(read_by_both > 500, "{read_by_both}");
}

/// Breaks a good text at every value and compares with a crate that follows the path while reading.
#[test]
fn paths_are_those_of_serde_path_to_error() {
    #[derive(Debug, Deserialize)]
    struct Strict {
        id: String,
        #[serde(default)]
        lines: Vec<Vec<u8>>,
        #[serde(default)]
        inner: Vec<Strict>,
    }
    let good = r#"{"id":"a\"}{[,", "lines" : [[1,2],[3]],"unknown":{"x":[1,{"y":"]"}]},
        "inner":[{"id":"b","lines":[[7]]},{"id":"c"}]}"#;
    let strict: Strict = read_as(good);
    assert_eq!((strict.id.as_str(), strict.lines.len(), strict.inner.len()), ("a\"}{[,", 2, 2));
    let mut compared = 0;
    for start in ["\"a", "[[1", "[1", "1,", "2]", "[3]", "[{\"id\"", "{\"id\":\"b\"", "\"b\"", "[[7", "7", "\"c\""] {
        let (offset, _) = good.match_indices(start).next().unwrap();
        let mut values = serde_json::Deserializer::from_str(&good[offset..]).into_iter::<serde::de::IgnoredAny>();
        values.next().unwrap().unwrap();
        let end = offset + values.byte_offset();
        for replacement in
            ["[true]", "{\"x\":1}", "{\"id\":[7],\"lines\":[[9]]}", "\"text\"", "1.5", "[[\"x\"]]", "null"]
        {
            // serde reads a list by position into a structure.
            if good[offset..].starts_with('{') && replacement.starts_with('[') {
                continue;
            }
            let broken = format!("{}{replacement}{}", &good[..offset], &good[end..]);
            let Err(error) = read::<Strict>(broken.as_bytes()) else { continue };
            let mut reader = serde_json::Deserializer::from_str(&broken);
            let Err(expected) = serde_path_to_error::deserialize::<_, Strict>(&mut reader) else { continue };
            let expected = expected.path().to_string();
            assert!(error.path() == expected || expected == "." && error.path().is_empty(), "{error}: {broken}");
            compared += 1;
        }
    }
    assert!(compared > 20, "{compared}");
}
