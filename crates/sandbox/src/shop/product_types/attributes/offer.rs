//! Price, stock and condition.

use super::super::attribute::{
    Attribute, Choices, Kind, Member, Number, attribute, chosen, list, member, one_of, spoken, text, valued, whole,
};
use super::super::rule::Name;
use super::super::values;
use super::super::words::{Words, words};
use super::images;
use spapi_types::Marketplace;

pub(super) fn all() -> Vec<Attribute> {
    let mut all = vec![purchasable_offer(), fulfillment_availability(), list_price()];
    all.extend([
        chosen("condition_type", words("Condition", "Zustand", "État", "コンディション"), values::conditions())
            .fixed()
            .for_offers(true),
        spoken(
            "condition_note",
            words("Note on the condition", "Hinweis zum Zustand", "Note sur l'état", "コンディション説明"),
            text(1000),
        ),
        valued(
            "merchant_shipping_group",
            words("Shipping template", "Versandvorlage", "Modèle de livraison", "配送パターン"),
            Kind::Text(text(100)),
        ),
        chosen("product_tax_code", words("Tax code", "Steuercode", "Code de taxe", "税コード"), tax_codes()),
        valued(
            "merchant_release_date",
            words("Release date", "Erscheinungstermin", "Date de sortie", "発売日"),
            Kind::Moment,
        ),
        valued(
            "max_order_quantity",
            words("Most units per order", "Höchste Bestellmenge", "Quantité maximale", "最大注文数量"),
            Kind::Number(Number { max_length: Some(10), ..whole(1.0, 100_000.0) }),
        ),
        valued("skip_offer", words("Without an offer", "Ohne Angebot", "Sans offre", "出品しない"), Kind::Flag)
            .for_offers(false),
        gift_options(),
        images::picture(
            "main_offer_image_locator",
            words(
                "Main picture of the offer",
                "Hauptbild des Angebots",
                "Photo principale de l'offre",
                "出品のメイン画像",
            ),
        ),
    ]);
    let other = words("Picture of the offer", "Bild des Angebots", "Photo de l'offre", "出品の画像");
    all.extend((1..=5).map(|number| {
        images::picture(Name::from(format!("other_offer_image_locator_{number}")), other.numbered(number))
    }));
    all
}

/// A price with its schedule, which holds one price.
fn price(name: &'static str, title: &Words, extra: Vec<Member>) -> Member {
    let amount = words("Amount with tax", "Betrag mit Steuer", "Montant TTC", "税込金額");
    let mut members = extra;
    members.push(member("value_with_tax", &amount, Kind::Number(Number::default())).required());
    let mut schedule = list(&words("Schedule", "Zeitplan", "Calendrier", "スケジュール"), members);
    schedule.max = Some(1);
    let schedule = member("schedule", &schedule.item.title.clone(), Kind::List(schedule)).required();
    let mut prices = list(title, vec![schedule]);
    prices.max = Some(1);
    member(name, title, Kind::List(prices))
}

/// The beginning and the end of a span.
fn span() -> [(&'static str, Words); 2] {
    [("start_at", words("Beginning", "Beginn", "Début", "開始")), ("end_at", words("End", "Ende", "Fin", "終了"))]
}

fn purchasable_offer() -> Attribute {
    let title = words("Offer", "Angebot", "Offre", "販売価格");
    let wrapped = |(name, title): (&'static str, Words)| {
        member(name, &title, Kind::Object(vec![member("value", &title, Kind::Moment).required()]))
    };
    let dates = span().map(|(name, title)| member(name, &title, Kind::Moment)).to_vec();
    let mut members = vec![
        member("currency", &words("Currency", "Währung", "Devise", "通貨"), Kind::Currency).fixed(),
        member("audience", &words("Buyers", "Käufer", "Acheteurs", "購入者"), Kind::Audience).fixed(),
        price("our_price", &words("Price", "Preis", "Prix", "価格"), Vec::new()),
        price("discounted_price", &words("Sale price", "Aktionspreis", "Prix promotionnel", "セール価格"), dates),
        price(
            "minimum_seller_allowed_price",
            &words("Lowest price", "Mindestpreis", "Prix minimum", "最低価格"),
            Vec::new(),
        ),
        price(
            "maximum_seller_allowed_price",
            &words("Highest price", "Höchstpreis", "Prix maximum", "最高価格"),
            Vec::new(),
        ),
        quantity_discounts(),
    ];
    members.extend(span().map(wrapped));
    let mut offer = attribute("purchasable_offer", title, members);
    offer.list.selectors = vec!["marketplace_id", "currency", "audience"];
    offer
}

/// Lower prices for companies that buy more units.
fn quantity_discounts() -> Member {
    let title = words("Prices by quantity", "Staffelpreise", "Prix par quantité", "数量割引");
    let level = words("Level", "Stufe", "Palier", "段階");
    let levels = vec![
        member(
            "lower_bound",
            &words("From units", "Ab Menge", "À partir de", "最低数量"),
            Kind::Number(whole(2.0, 100_000.0)),
        )
        .required(),
        member(
            "value",
            &words("Value", "Wert", "Valeur", "値"),
            Kind::Number(Number { above: Some(0.0), ..Number::default() }),
        )
        .required(),
    ];
    let mut levels = list(&level, levels);
    levels.max = Some(5);
    let kinds = values::table(&[
        ("fixed", words("Fixed price", "Festpreis", "Prix fixe", "固定価格")),
        ("percent", words("Percent off", "Rabatt in Prozent", "Remise en pour cent", "割引率")),
    ]);
    let kind = words("Kind of discount", "Art des Rabatts", "Type de remise", "割引の種類");
    let schedule = words("Schedule", "Zeitplan", "Calendrier", "スケジュール");
    let schedules = vec![
        member("discount_type", &kind, Kind::Text(one_of(kinds))).required(),
        member("levels", &level, Kind::List(levels)).required(),
    ];
    let schedules = member("schedule", &schedule, Kind::list(&schedule, schedules)).required();
    let mut plan = list(&title, vec![schedules]);
    plan.needs_seller = true;
    member("quantity_discount_plan", &title, Kind::List(plan))
}

fn fulfillment_availability() -> Attribute {
    let channel = words("Channel", "Versandweg", "Canal", "フルフィルメントチャネル");
    let channels = values::table(&[
        ("DEFAULT", words("Seller", "Verkäufer", "Vendeur", "出品者")),
        (
            "AMAZON_NA",
            words("Amazon, North America", "Amazon, Nordamerika", "Amazon, Amérique du Nord", "Amazon (北米)"),
        ),
        ("AMAZON_EU", words("Amazon, Europe", "Amazon, Europa", "Amazon, Europe", "Amazon (欧州)")),
        ("AMAZON_JP", words("Amazon, Japan", "Amazon, Japan", "Amazon, Japon", "Amazon (日本)")),
    ]);
    let members = vec![
        member("fulfillment_channel_code", &channel, Kind::Text(one_of(channels))).required().fixed(),
        member("quantity", &words("Quantity", "Bestand", "Quantité", "在庫数"), Kind::Number(whole(0.0, 1e9))),
        member(
            "lead_time_to_ship_max_days",
            &words("Days until dispatch", "Tage bis zum Versand", "Jours avant l'envoi", "出荷までの日数"),
            Kind::Number(whole(0.0, 30.0)),
        ),
        member(
            "restock_date",
            &words("Back in stock", "Wieder auf Lager", "Retour en stock", "入荷予定日"),
            Kind::Moment,
        ),
        member("is_inventory_available", &words("In stock", "Auf Lager", "En stock", "在庫あり"), Kind::Flag),
    ];
    let mut stock = attribute("fulfillment_availability", words("Stock", "Bestand", "Stock", "在庫"), members);
    if let Kind::Object(members) = &mut stock.list.item.kind {
        // The one attribute whose instances have no marketplace.
        members.retain(|member| member.name != "marketplace_id");
    }
    stock.list.selectors = vec!["fulfillment_channel_code"];
    stock
}

fn list_price() -> Attribute {
    let title = words("List price", "Listenpreis", "Prix conseillé", "参考価格");
    let amount = || Kind::Number(Number { min: Some(0.0), step: Some(0.01), ..Number::default() });
    let members = vec![
        member("currency", &words("Currency", "Währung", "Devise", "通貨"), Kind::Currency).required().fixed(),
        member("value", &title, amount()).required().only_in(&[Marketplace::US]),
        member("value_with_tax", &title, amount()).required().only_in(&[
            Marketplace::JP,
            Marketplace::DE,
            Marketplace::FR,
        ]),
    ];
    let mut price = attribute("list_price", title, members);
    price.list.selectors.push("currency");
    price
}

fn gift_options() -> Attribute {
    let title = words("Gift options", "Geschenkoptionen", "Options cadeau", "ギフト設定");
    let members = vec![
        member(
            "can_be_messaged",
            &words("With a message", "Mit Nachricht", "Avec un message", "ギフトメッセージ"),
            Kind::Flag,
        ),
        member("can_be_wrapped", &words("Wrapped", "Verpackt", "Emballé", "ギフト包装"), Kind::Flag),
    ];
    attribute("gift_options", title, members)
}

fn tax_codes() -> Choices {
    values::names(&["A_GEN_NOTAX", "A_GEN_TAX", "A_GEN_REDUCED"])
}
