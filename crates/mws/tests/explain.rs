//! Ids and tokens: by their forms, in files of settings, and as broken copies.

use spapi_mws::explain::{Explained, Kind, explain};
use spapi_types::Marketplace;

const MWS: &str = "amzn.mws.0a1b2c3d-4e5f-6789-abcd-ef0123456789";
const UUID: &str = "0a1b2c3d-4e5f-6789-abcd-ef0123456789";
const AWS_SECRET: &str = "Made/Up0Secret+For1Tests2Only3abcdefghij";

fn hex(digits: usize) -> String {
    "0123456789abcdef".chars().cycle().take(digits).collect()
}

fn token(prefix: &str) -> String {
    format!("{prefix}Iw{}_-/+=", "AbC9".repeat(90))
}

#[track_caller]
fn one(text: &str) -> Explained {
    let found = explain(text);
    assert_eq!(found.len(), 1, "{text:?}: {found:#?}");
    found.into_iter().next().unwrap()
}

/// One of each kind that has a form of its own.
fn whole() -> Vec<(String, Kind)> {
    vec![
        (MWS.to_owned(), Kind::MwsAuthToken),
        ("1234-5678-9012".to_owned(), Kind::DeveloperId),
        ("123456789012".to_owned(), Kind::DeveloperId),
        ("_GET_ORDERS_DATA_".to_owned(), Kind::MwsName),
        ("_DONE_NO_DATA_".to_owned(), Kind::MwsName),
        ("mws.amazonservices.jp".to_owned(), Kind::MwsHost),
        ("AKIA0123456789ABCDEF".to_owned(), Kind::AwsAccessKeyId),
        ("ASIA0123456789ABCDEF".to_owned(), Kind::AwsAccessKeyId),
        (AWS_SECRET.to_owned(), Kind::AwsSecretKey),
        ("A2MADEUP0SELLE".to_owned(), Kind::SellerId),
        ("A1VC38T7YXB528".to_owned(), Kind::MarketplaceId),
        (format!("amzn1.application-oa2-client.{}", hex(32)), Kind::ClientId),
        (format!("amzn1.oa2-cs.v1.{}", hex(64)), Kind::ClientSecret),
        (format!("amzn1.oa2-cs.{}", hex(64)), Kind::ClientSecret),
        ("ListOrders".to_owned(), Kind::MwsName),
        ("AnyOfferChanged".to_owned(), Kind::MwsName),
        ("MarketplaceWebServiceOrders".to_owned(), Kind::MwsName),
        ("GET_MERCHANT_LISTINGS_ALL_DATA".to_owned(), Kind::DocumentType),
        ("4006381333931".to_owned(), Kind::Ean),
        ("4901234567894".to_owned(), Kind::Ean),
        (token("Atzr|"), Kind::RefreshToken),
        (token("Atza|"), Kind::AccessToken),
        (token("Atc|"), Kind::GrantlessToken),
        (token("Atz.sprdt|"), Kind::RestrictedDataToken),
        (format!("amzn1.sp.solution.{UUID}"), Kind::ApplicationId),
        (format!("amzn1.sellerapps.app.{UUID}"), Kind::ApplicationId),
        ("amzn1.account.A0MADEUP1".to_owned(), Kind::UserId),
        (format!("amzn1.spdoc.1.4.na.{UUID}.T1MADEUP.2"), Kind::DocumentId),
        (format!("amzn1.tortuga.4.eu.{UUID}"), Kind::DocumentId),
        ("249-0000001-0000002".to_owned(), Kind::OrderId),
        ("S02-0000001-0000002".to_owned(), Kind::FulfillmentOrderId),
        ("B0MADEUP01".to_owned(), Kind::Asin),
        ("4000000004".to_owned(), Kind::Isbn),
        ("X001MADEUP".to_owned(), Kind::Fnsku),
        (UUID.to_owned(), Kind::Uuid),
        ("amzn1.other-kind.0123456789".to_owned(), Kind::OtherAmazonId),
    ]
}

#[test]
fn each_kind_is_known_by_its_form() {
    for (text, kind) in whole() {
        let found = one(&text);
        assert_eq!(found.kind, kind, "{text}");
        assert!(found.problems.is_empty(), "{text}: {:?}", found.problems);
        assert_eq!((found.line, found.column, found.length), (1, 1, text.len()), "{text}");
    }
}

#[test]
fn a_text_of_all_of_them_has_each_at_its_place() {
    for (between, quote) in [("\n", ""), (" ", "\""), (", ", "'"), ("\r\n", "`")] {
        let all: Vec<_> = whole().into_iter().map(|(text, _)| format!("{quote}{text}{quote}")).collect();
        let found = explain(&all.join(between));
        let kinds: Vec<_> = found.iter().map(|found| found.kind).collect();
        assert_eq!(kinds, whole().into_iter().map(|(_, kind)| kind).collect::<Vec<_>>(), "{between:?}");
        if between.contains('\n') {
            assert!(found.iter().enumerate().all(|(at, found)| found.line == at + 1), "{between:?}");
        }
    }
}

#[test]
fn no_secret_is_shown() {
    for (text, kind) in whole().into_iter().filter(|(_, kind)| kind.is_secret()) {
        let cut = text[..text.len() - 3].to_owned();
        for pasted in [text.clone(), format!("x={text}"), cut, format!("{text}ZZ"), text.replacen('a', "Z", 1)] {
            for found in explain(&pasted) {
                let said = format!("{found:?}");
                let secret = &text[text.len() - 12..text.len() - 4];
                assert!(!said.contains(secret), "{kind:?}: {said}");
            }
        }
    }
    let unknown = one("hunter2-and-more");
    assert_eq!((unknown.kind, unknown.shown.as_str()), (Kind::OtherText, "… (16 characters)"));
    let named = one("client_secret=hunter2-and-more");
    assert!(!format!("{named:?}").contains("hunter2"), "{named:?}");
}

#[test]
fn settings_of_every_form_are_read() {
    let secret = hex(64);
    for settings in [
        format!("SELLER_ID=A2MADEUP0SELL\nMWS_AUTH_TOKEN={MWS}\nCLIENT_SECRET={secret}\n"),
        format!("export seller_id='A2MADEUP0SELL'; export mws_auth_token='{MWS}'; client_secret=\"{secret}\""),
        format!(r#"{{"seller_id":"A2MADEUP0SELL","mwsAuthToken": "{MWS}","client-secret":"{secret}"}}"#),
        format!(
            "<SellerId>A2MADEUP0SELL</SellerId><MWSAuthToken>{MWS}</MWSAuthToken><ClientSecret>{secret}</ClientSecret>"
        ),
        format!("seller id: A2MADEUP0SELL\nMWS auth token: {MWS}\nclient secret: {secret}"),
        format!("出品者ID：A2MADEUP0SELL\nMWS認証トークン「{MWS}」\nクライアントシークレット　{secret}"),
        format!("'seller_id' => 'A2MADEUP0SELL', :mws_auth_token => '{MWS}', 'client_secret' => '{secret}'"),
        format!("https://shop.example/back?seller_id=A2MADEUP0SELL&mws_auth_token={MWS}&client_secret={secret}"),
        format!("| seller id | A2MADEUP0SELL |\n| token | {MWS} |\n| client secret |{secret}|"),
        format!("Seller ID\nA2MADEUP0SELL\nMWS Auth Token\n{MWS}\nClient Secret\n{secret}"),
    ] {
        let found = explain(&settings);
        let kinds: Vec<_> = found.iter().map(|found| found.kind).collect();
        assert_eq!(kinds, [Kind::SellerId, Kind::MwsAuthToken, Kind::ClientSecret], "{settings}: {found:#?}");
        // The name says which of two it is.
        assert!(found[0].others.is_empty() && found[2].others.is_empty(), "{settings}: {found:#?}");
    }
    let found = explain(&format!("a: 1\nMWS_AUTH_TOKEN = {MWS}"));
    assert_eq!((found[0].line, found[0].column, found[0].name.as_deref()), (2, 18, Some("MWS_AUTH_TOKEN")));
}

#[test]
fn a_copy_through_other_programs_is_read_and_what_they_changed_is_named() {
    let refresh = token("Atzr|");
    let wide: String = MWS.chars().map(|letter| char::from_u32(u32::from(letter) + 0xfee0).unwrap()).collect();
    for (pasted, kind, problem) in [
        (refresh.replace('|', "%7C"), Kind::RefreshToken, "encoded"),
        (refresh.replace('|', "%257C"), Kind::RefreshToken, "encoded"),
        (refresh.replace('|', "\\u007c"), Kind::RefreshToken, "encoded"),
        (refresh.replace('/', "\\/"), Kind::RefreshToken, "encoded"),
        (refresh.replace('|', "&#124;"), Kind::RefreshToken, "encoded"),
        (MWS.replace("mws", "m\u{200b}ws"), Kind::MwsAuthToken, "cannot be seen"),
        (format!("\u{feff}{MWS}"), Kind::MwsAuthToken, ""),
        (MWS.replace('-', "\u{2013}"), Kind::MwsAuthToken, "typographical"),
        (wide, Kind::MwsAuthToken, "45 full-width"),
        ("２４９-０００００01-0000002".to_owned(), Kind::OrderId, "full-width"),
    ] {
        let found = one(&pasted);
        assert_eq!(found.kind, kind, "{pasted}");
        let problems = found.problems.join("; ");
        let count = usize::from(!problem.is_empty());
        assert!(problems.contains(problem) && found.problems.len() == count, "{pasted}: {problems}");
    }
}

#[test]
fn broken_copies_are_known_and_what_is_wrong_is_said() {
    let client = format!("amzn1.application-oa2-client.{}", hex(32));
    for (pasted, kind, problem) in [
        (MWS[..41].to_owned(), Kind::MwsAuthToken, "has 41 characters, where 45 are right: the copy is cut"),
        (format!("{MWS}0"), Kind::MwsAuthToken, "something was added"),
        (MWS.replace("-a", "-g"), Kind::MwsAuthToken, "character 29 is wrong"),
        (MWS.to_uppercase(), Kind::MwsAuthToken, "its beginning is written `amzn.mws.`"),
        (MWS.replace("-", ""), Kind::MwsAuthToken, "8-4-4-4-12"),
        (MWS.replace("amzn.mws.", "amazn.mws."), Kind::MwsAuthToken, "misspelt"),
        (MWS.replace("amzn.mws.", "amzn1.mws."), Kind::MwsAuthToken, "misspelt"),
        (format!("mws auth token {UUID}"), Kind::MwsAuthToken, "`amzn.mws.` is missing"),
        (client[..50].to_owned(), Kind::ClientId, "the copy is cut"),
        (client.replace("oa2", "oa3"), Kind::ClientId, "misspelt"),
        (format!("client_id={}", hex(32)), Kind::ClientId, "is missing before it"),
        (format!("amzn1.oa2-cs.v1.{}", hex(63)), Kind::ClientSecret, "where 80 are right"),
        (format!("client_secret: {}", hex(60)), Kind::ClientSecret, "the copy is cut"),
        (
            format!("client_secret: {}0", hex(64)),
            Kind::ClientSecret,
            "has 65 characters, where 64 are right: something",
        ),
        (format!("client_secret: {}z", hex(64)), Kind::ClientSecret, "character 65 is wrong"),
        (format!("secret={}", hex(63)), Kind::ClientSecret, "has 63 characters, where 64 are right"),
        ("GET_ORDERS_DATA".to_owned(), Kind::MwsName, "`_GET_ORDERS_DATA_`"),
        ("list_orders".to_owned(), Kind::MwsName, "`ListOrders`"),
        ("mws_auth-token".to_owned(), Kind::MwsName, "`MWSAuthToken`"),
        ("order id: 24900000010000002".to_owned(), Kind::OrderId, "its hyphens are missing"),
        ("ean13: 4006381333932".to_owned(), Kind::Ean, "a digit is wrong"),
        ("upc=036000291453".to_owned(), Kind::Upc, "a digit is wrong"),
        ("Atzr|IwEBIMadeUp".to_owned(), Kind::RefreshToken, "the copy is cut, or made up"),
        (token("AtzrI"), Kind::RefreshToken, "a `|` stands after `Atzr`"),
        (token("atzr|"), Kind::RefreshToken, "its beginning is written `Atzr|`"),
        (format!("{}...", token("Atzr|")), Kind::RefreshToken, "dots or stars"),
        ("AKIA0123456789ABCDE".to_owned(), Kind::AwsAccessKeyId, "has 19 characters, where 20 are right"),
        ("akia0123456789abcdef".to_owned(), Kind::AwsAccessKeyId, "small letters"),
        (format!("aws_secret_access_key={}", &AWS_SECRET[..39]), Kind::AwsSecretKey, "has 39 characters"),
        ("a1vc38t7yxb528".to_owned(), Kind::MarketplaceId, "capitals"),
        ("A1VC38T7YXB52B".to_owned(), Kind::MarketplaceId, "the id of Japan is A1VC38T7YXB528"),
        ("249-000001-0000002".to_owned(), Kind::OrderId, "3-6-7 digits, where 3-7-7 are right"),
        ("developer id: 12345678901".to_owned(), Kind::DeveloperId, "11 digits, where 12 are right"),
        ("asin: B0MADEUP0".to_owned(), Kind::Asin, "has 9 characters"),
        ("seller_id=a2madeup0sell".to_owned(), Kind::SellerId, "capitals"),
        ("_get_orders_data_".to_owned(), Kind::MwsName, "`_GET_ORDERS_DATA_`"),
        ("mws_auth_token=see-the-wiki".to_owned(), Kind::OtherText, "does not have the form of an MWS auth token"),
    ] {
        let found = one(&pasted);
        assert_eq!(found.kind, kind, "{pasted}: {found:#?}");
        let problems = found.problems.join("; ");
        assert!(problems.contains(problem), "{pasted}: {problems}");
    }
}

#[test]
fn what_has_no_form_is_known_by_its_name() {
    let session = format!("IQoJb3JpZ2luX2VjEMade/Up+{}==", "AbC9/x".repeat(60));
    for (pasted, kind) in [
        (format!("AWS_SESSION_TOKEN={session}"), Kind::AwsSessionToken),
        (format!("export AWS_SESSION_TOKEN=\"{session}\""), Kind::AwsSessionToken),
        (format!("aws_session_token = {session}"), Kind::AwsSessionToken),
        (format!("X-Amz-Security-Token: {session}"), Kind::AwsSessionToken),
        ("spapi_oauth_code=ANMADEUP0CODE".to_owned(), Kind::AuthorizationCode),
        ("https://shop.example/back?state=x&spapi_oauth_code=ANabcDEF0123456789gh".to_owned(), Kind::AuthorizationCode),
        ("{\"spapi_oauth_code\": \"ANMADEUP0CODE\"}".to_owned(), Kind::AuthorizationCode),
        ("spapi_oauth_code ANMADEUP0CODE".to_owned(), Kind::AuthorizationCode),
        ("seller sku: SOX-1".to_owned(), Kind::Sku),
        ("sku=A".to_owned(), Kind::Sku),
        ("UPC: 036000291452".to_owned(), Kind::Upc),
        ("JANコード：4901234567894".to_owned(), Kind::Ean),
        ("AWS_REGION=us-east-1".to_owned(), Kind::OtherSetting),
        ("MWS_APPLICATION_NAME=oldshop".to_owned(), Kind::OtherSetting),
        ("https://www.amazon.co.jp/dp/B0MADEUP01/ref=sr_1_1?keywords=tea".to_owned(), Kind::Asin),
        ("https://www.amazon.com/gp/product/B0MADEUP01".to_owned(), Kind::Asin),
        ("https://sellercentral.amazon.co.jp/orders-v3/order/249-0000001-0000002".to_owned(), Kind::OrderId),
    ] {
        let found = one(&pasted);
        assert_eq!((found.kind, found.problems.as_slice()), (kind, &[][..]), "{pasted}: {found:#?}");
        let said = format!("{found:?}");
        assert!(kind == Kind::Sku || !said.contains("MADEUP0CODE") && !said.contains("AbC9"), "{said}");
    }
    // A token has its own form, whatever its name.
    assert_eq!(one(&format!("spapi_oauth_code={}", token("Atzr|"))).kind, Kind::RefreshToken);
    let found = one("spapi_oauth_code=ANMADEUP0CODE");
    assert!(found.kind.today().contains("`spapi auth exchange`") && found.shown == "… (13 characters)", "{found:?}");
    // Milliseconds are not barcodes.
    assert!(explain("at 1700000000008 and 1600000000001 ms").is_empty());
}

#[test]
fn every_cut_of_a_token_is_named() {
    for end in 12..MWS.len() {
        let found = one(&MWS[..end]);
        assert!(found.kind == Kind::MwsAuthToken && !found.problems.is_empty(), "{end}: {found:?}");
    }
}

#[test]
fn a_token_that_was_broken_over_two_lines_is_named() {
    let refresh = token("Atzr|");
    for token in [refresh.as_str(), MWS] {
        let (start, rest) = token.split_at(token.len() - 20);
        let found = explain(&format!("token: {start}\n{rest}\n"));
        assert!(found[0].problems.iter().any(|problem| problem.contains("next line")), "{found:#?}");
    }
    for after in ["SELLER_ID=A2MADEUP0SELL", "A2MADEUP0SELL", "Atza|IwEB", "and so on"] {
        for token in [refresh.as_str(), MWS] {
            let found = explain(&format!("{token}\n{after}"));
            assert!(found[0].problems.is_empty(), "{after}: {found:#?}");
        }
    }
}

#[test]
fn forms_that_several_kinds_have_name_both() {
    let others = |text: &str| one(text).others;
    assert_eq!(others("A3MADEUP0OTHER"), [Kind::MarketplaceId]);
    assert!(others("123456789012").contains(&Kind::AwsAccountId));
    // The check digit of a barcode.
    assert_eq!(others("036000291452"), [Kind::AwsAccountId, Kind::Upc]);
    assert_eq!(others(UUID), [Kind::MwsAuthToken, Kind::ApplicationId]);
    // A checksum has this form too.
    assert_eq!((one(&hex(64)).kind, others(&hex(64))), (Kind::OtherText, vec![Kind::ClientSecret]));
    assert_eq!(others("sku=B0MADEUP01"), [Kind::Asin]);
    assert_eq!(one("arn:aws:sqs:us-west-2:123456789012:queue").kind, Kind::AwsAccountId);
    assert_eq!(one("fnsku=B0MADEUP01").kind, Kind::Fnsku);
}

#[test]
fn a_secret_of_aws_may_begin_and_end_with_a_slash() {
    let secret = format!("/{}/", &AWS_SECRET[2..]);
    assert_eq!(secret.len(), 40);
    let found = one(&format!("aws_secret_access_key={secret}"));
    assert_eq!((found.kind, found.length, found.problems.len()), (Kind::AwsSecretKey, 40, 0), "{found:#?}");
    let host = one("https://mws.amazonservices.jp/Orders/2013-09-01");
    assert_eq!((host.kind, host.column), (Kind::MwsHost, 9));
}

#[test]
fn marketplaces_and_hosts_name_the_store() {
    for marketplace in Marketplace::ALL {
        let found = one(marketplace.id());
        assert_eq!((found.kind, found.marketplace), (Kind::MarketplaceId, Some(*marketplace)));
    }
    assert_eq!(one("https://mws.amazonservices.com.mx/").marketplace, Some(Marketplace::MX));
    // These served several.
    assert_eq!(one("mws-eu.amazonservices.com").marketplace, None);
    let page = spapi_mws::explain::consent_page(Marketplace::JP);
    assert_eq!(page, "https://sellercentral.amazon.co.jp/apps/authorize/consent");
}

#[test]
fn ordinary_texts_hold_nothing() {
    for text in [
        "",
        " \n\t",
        "The seller has authorized the application, and nothing else happened on 2026-12-01.",
        "ADMINISTRATOR ACCOUNTING BACKGROUND XENOPHOBIA",
        "a=b:c|d&e?f",
        "設定から「ユーザー権限」を開く。",
        "====== ------ ||||| ... …",
        "12:30:45 192.168.0.1 +81-3-0000-0000",
        "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef of a commit",
    ] {
        assert!(explain(text).is_empty(), "{text}: {:?}", explain(text));
    }
}

#[test]
fn any_text_is_read_without_a_panic() {
    let pieces = [
        "amzn.mws.",
        "Atzr|",
        "%",
        "%7",
        "\\u00",
        "&#",
        "|",
        "=",
        "…",
        "靴",
        "-",
        "_",
        "A1",
        "\u{200b}",
        "０",
        "\n",
        "/",
        ".",
        "amzn1.",
    ];
    for first in pieces {
        for second in pieces {
            for third in pieces {
                explain(&format!("{first}{second}{third}"));
                explain(&format!("token={first}{second}{third}0123456789"));
            }
        }
    }
    // Each of these would take minutes if a word looked at all the others of its line.
    assert!(explain(&"x ".repeat(100_000)).is_empty());
    assert!(explain(&"a=".repeat(100_000)).is_empty());
    assert!(explain(&"setting=".repeat(20_000)).is_empty());
    assert_eq!(explain(&"a/".repeat(200_000)).len(), 1);
    assert_eq!(explain(&format!("am{}", ".a".repeat(200_000))).len(), 1);
    assert!(explain(&"|".repeat(100_000)).is_empty());
    assert_eq!(explain(&"Atzr|".repeat(20_000)).len(), 1);
}

/// A secret of each form, of random letters.
fn secrets(random: &mut fastrand::Rng) -> Vec<String> {
    let mut of = |alphabet: &str, length: usize| -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| letters[random.usize(..letters.len())]).collect()
    };
    let capitals: String = ('A'..='Z').chain('0'..='9').collect();
    let plain: String = ('a'..='z').chain(capitals.chars()).collect();
    let (hex, base64) = ("0123456789abcdef", format!("{plain}+/"));
    let uuid = format!("{}-{}-{}-{}-{}", of(hex, 8), of(hex, 4), of(hex, 4), of(hex, 4), of(hex, 12));
    let mut secrets = vec![
        of(&base64, 40),
        of(&plain, 40),
        of(&plain, 39),
        format!("{}=", of(&plain, 39)),
        format!("{}==", of(&plain, 38)),
        format!("{}={}", of(&plain, 20), of(&plain, 19)),
        of(hex, 64),
        of(hex, 60),
        uuid.clone(),
        format!("amzn.mws.{uuid}"),
        format!("amzn1.oa2-cs.v1.{}", of(hex, 64)),
        format!("amzn1.oa3-secret.v1.{}", of(hex, 64)),
        format!("amzn1.{}.{}", of(hex, 40), of(hex, 20)),
        format!("AKIA{}", of(&capitals, 16)),
        format!("AKIA{}", of(&capitals, 25)),
    ];
    for prefix in
        ["Atzr|", "Atza|", "Atc|", "Atz.sprdt|", "Atzr |", "Atzr| ", "Atzr\\|", "Atzr&vert;", "Atzr%7C", "Atzr"]
    {
        secrets.push(format!("{prefix}{}", of(&format!("{plain}_-"), 300)));
    }
    secrets
}

#[test]
fn no_secret_stands_as_a_name_or_elsewhere_in_any_position() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..6 {
        for secret in secrets(&mut random) {
            let end = secret.rfind([' ', '|', ';', 'C', '\\']).filter(|end| *end < 11).map_or(0, |end| end + 1);
            let start = match &secret {
                secret if secret.starts_with("amzn1.oa") || secret.starts_with("amzn.") => {
                    secret.rfind('.').unwrap() + 1
                }
                secret if secret.starts_with("At") || secret.starts_with("AKIA") => end.max(4),
                _ => 0,
            };
            let parts: Vec<&str> = (start..secret.len() - 7).step_by(4).map(|at| &secret[at..at + 8]).collect();
            for pasted in [
                secret.clone(),
                format!("{secret}= A2MADEUP0SELL"),
                format!("{secret}=A2MADEUP0SELL"),
                format!("{secret} = A2MADEUP0SELL"),
                format!("{secret}: A2MADEUP0SELL"),
                format!("{secret}:A2MADEUP0SELL"),
                format!("{secret} => 'A2MADEUP0SELL'"),
                format!("--{secret}=A2MADEUP0SELL"),
                format!("secret {secret}: A2MADEUP0SELL"),
                format!("secret={secret}: A2MADEUP0SELL"),
                format!("secret: {secret}=A2MADEUP0SELL"),
                format!("AKIA0123456789ABCDEF,{secret},A2MADEUP0SELL"),
                format!("AKIA0123456789ABCDEF {secret}= A2MADEUP0SELL"),
                format!("A2MADEUP0SELL,{secret}=,AKIA0123456789ABCDEF"),
                format!("{{\"{secret}\":\"A2MADEUP0SELL\"}}"),
                format!("{secret}\n= A2MADEUP0SELL"),
                format!("{secret}\n...: A2MADEUP0SELL"),
                format!("<{secret}>A2MADEUP0SELL</{secret}>"),
                format!("出品者ID{secret}：A2MADEUP0SELL"),
                format!("{secret}です：A2MADEUP0SELL"),
                format!("https://shop.example/?{secret}=A2MADEUP0SELL&x={secret}"),
            ] {
                for found in explain(&pasted) {
                    let said = format!("{found:?}");
                    assert!(!parts.iter().any(|part| said.contains(part)), "{pasted}\n{said}");
                }
            }
        }
    }
}

#[test]
fn names_of_settings_are_shown() {
    for name in [
        "SELLER_ID",
        "sellerId",
        "seller-id",
        "mws.seller.id",
        "SPAPI_SELLER_ID_2",
        "出品者ID",
        "AmazonSellerIdOfShop2",
    ] {
        let found = explain(&format!("secret=hunter2, {name}: A2MADEUP0SELL"));
        assert_eq!(found.last().unwrap().name.as_deref(), Some(name));
    }
    // A value is not the name of the next.
    for settings in
        ["password=hunter2: A2MADEUP0SELL", "password=hunter2, A2MADEUP0SELL", "client_secret=abc12=A2MADEUP0SELL"]
    {
        let found = explain(settings);
        assert!(found.iter().all(|found| found.name.as_deref() != Some("hunter2")), "{found:?}");
        assert!(found.iter().all(|found| found.name.as_deref() != Some("abc12")), "{found:?}");
    }
}

#[test]
fn a_secret_of_aws_that_ends_as_base64_does_is_whole() {
    let secret = "madeUP0xSecretFor1Tests2Only3abcdefghij=";
    assert_eq!(secret.len(), 40);
    for pasted in [
        secret.to_owned(),
        format!("aws_secret_access_key = {secret}"),
        format!("aws_secret_access_key={secret}\n"),
        format!("AKIA0123456789ABCDEF,{secret},A2MADEUP0SELL"),
        format!("{secret}: A2MADEUP0SELL"),
    ] {
        let found = explain(&pasted);
        let found = found.iter().find(|found| found.kind == Kind::AwsSecretKey).unwrap_or_else(|| panic!("{found:#?}"));
        assert!((found.length, found.problems.len()) == (40, 0), "{pasted}: {found:#?}");
    }
}

#[test]
fn words_of_other_languages_may_stand_directly_around_an_id() {
    for (pasted, expected) in [
        ("出品者ID：A2MADEUP0SELLです".to_owned(), vec![Kind::SellerId]),
        (
            "出品者IDはA2MADEUP0SELLで、マーケットプレイスはA1VC38T7YXB528".to_owned(),
            vec![Kind::SellerId, Kind::MarketplaceId],
        ),
        (format!("{MWS}です"), vec![Kind::MwsAuthToken]),
        (format!("トークンは{MWS}です"), vec![Kind::MwsAuthToken]),
        (format!("トークンは{}です", token("Atzr|")), vec![Kind::RefreshToken]),
        ("注文番号249-0000001-0000002の商品B0MADEUP01を".to_owned(), vec![Kind::OrderId, Kind::Asin]),
        ("아이디는A2MADEUP0SELL입니다".to_owned(), vec![Kind::SellerId]),
        ("→A2MADEUP0SELL→".to_owned(), vec![Kind::SellerId]),
    ] {
        let found = explain(&pasted);
        let kinds: Vec<_> = found.iter().map(|found| found.kind).collect();
        assert_eq!(kinds, expected, "{pasted}: {found:#?}");
        assert!(found.iter().all(|found| found.problems.is_empty()), "{pasted}: {found:#?}");
    }
    let found = one("出品者IDはA2MADEUP0SELLで");
    assert_eq!((found.column, found.length, found.others.len()), (7, 13, 0), "{found:#?}");
}

#[test]
fn the_id_of_a_key_is_found_in_a_signature_and_with_more_letters() {
    let found = explain("Credential=AKIA0123456789ABCDEF/20200101/us-east-1/sts/aws4_request");
    assert_eq!((found.len(), found[0].kind, found[0].length), (1, Kind::AwsAccessKeyId, 20), "{found:#?}");
    for more in ["ABCDE0123456789FGHIJKLMNO", "ABCDEFGHIJKLMNOPQRSTUVWXY"] {
        let found = one(&format!("AKIA{more}"));
        assert_eq!(found.kind, Kind::AwsAccessKeyId, "{found:#?}");
        assert!(found.problems[0].contains("has 29 characters, where 20 are right"), "{found:#?}");
    }
    assert!(explain("ASIAPACIFICANDAUSTRALASIAREGION of a shop").is_empty());
}

#[test]
fn an_id_of_a_kind_that_is_not_known_may_be_a_secret() {
    let found = one(&format!("amzn1.oa3-secret.v1.{}", hex(64)));
    assert_eq!((found.kind, found.shown.as_str()), (Kind::OtherAmazonId, "amzn1.oa3-secret.v1.… (84 characters)"));
    let found = one(&format!("amzn1.{}.0123456789", hex(40)));
    assert_eq!((found.kind, found.shown.as_str()), (Kind::OtherAmazonId, "amzn1.… (57 characters)"));
}

#[test]
fn the_bar_of_a_token_may_be_written_in_other_ways() {
    for prefix in ["Atzr|", "Atza|", "Atc|", "Atz.sprdt|"] {
        let whole = token(prefix);
        let kind = one(&whole).kind;
        for (bar, problem) in [
            (" |", "a space is"),
            ("| ", "a space is"),
            (" | ", "2 spaces are"),
            ("\\|", "encoded"),
            ("&vert;", "encoded"),
            ("&verbar;", "encoded"),
            ("&VerticalLine;", "encoded"),
            ("&#x7C;", "encoded"),
        ] {
            let found = one(&format!("token: {}", whole.replace('|', bar)));
            assert_eq!((found.kind, found.length), (kind, whole.len()), "{bar}: {found:#?}");
            assert!(found.problems.len() == 1 && found.problems[0].contains(problem), "{bar}: {found:#?}");
        }
    }
    assert!(explain("| Atza | an access token |\n| Atzr | long-lived-token |").is_empty());
}
