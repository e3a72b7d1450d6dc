//! The buyers of the shop: made-up people who do not exist.

use super::Market;
use super::random::Random;

/// The buyer of an order and the delivery address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Buyer {
    pub(crate) name: String,
    /// The anonymous e-mail address that Amazon shows instead of the buyer's own.
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) street: String,
    /// The house or the flat, if the address has a separate line for it.
    pub(crate) building: Option<String>,
    pub(crate) city: &'static str,
    /// The state or the prefecture, if addresses name it.
    pub(crate) region: Option<&'static str>,
    pub(crate) postal_code: String,
    /// The company, if the buyer is one.
    pub(crate) company: Option<Company>,
    pub(crate) gift_message: &'static str,
    /// Whether the buyer shares their data with sellers.
    pub(crate) shares_data: bool,
}

/// A company that buys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Company {
    pub(crate) name: String,
    pub(crate) tax_id: String,
    pub(crate) purchase_order: String,
}

/// The name and address parts of a marketplace's buyers.
#[derive(Debug, PartialEq)]
pub(crate) struct People {
    /// Whether the family name comes first; Japanese names have no space.
    family_first: bool,
    given: &'static [&'static str],
    family: &'static [&'static str],
    streets: &'static [&'static str],
    places: &'static [Place],
    company_form: &'static str,
    phone_prefix: &'static str,
    tax_id_prefix: &'static str,
    gift_messages: &'static [&'static str],
}

#[derive(Debug, PartialEq)]
struct Place {
    city: &'static str,
    region: Option<&'static str>,
    /// The fixed start of the postal code, before the made-up digits.
    postal_prefix: &'static str,
    postal_digits: usize,
}

const fn place(
    city: &'static str,
    region: Option<&'static str>,
    postal_prefix: &'static str,
    postal_digits: usize,
) -> Place {
    Place { city, region, postal_prefix, postal_digits }
}

pub(super) static JP: People = People {
    family_first: true,
    given: &["陽菜", "蓮", "美咲", "大和", "結衣", "健太", "さくら", "直樹"],
    family: &["髙橋", "佐藤", "鈴木", "渡邉", "﨑山", "中村", "小林", "加藤"],
    streets: &["見本町1丁目2-3", "例示町4丁目5-6", "架空台7-8-9", "仮名通10番地"],
    places: &[
        place("千代田区", Some("東京都"), "100-", 4),
        place("大阪市北区", Some("大阪府"), "530-", 4),
        place("札幌市中央区", Some("北海道"), "060-", 4),
        place("福岡市博多区", Some("福岡県"), "812-", 4),
    ],
    company_form: "商事株式会社",
    phone_prefix: "090-0000-",
    tax_id_prefix: "T",
    gift_messages: &["お誕生日おめでとうございます。", "いつもありがとう。", "新居のお祝いに。"],
};

pub(super) static US: People = People {
    family_first: false,
    given: &["Avery", "Jordan", "Riley", "Casey", "Morgan", "Quinn", "Harper", "José"],
    family: &["Sample", "Example", "Fictional", "O'Placeholder", "Testwell", "Mockingham", "Specimen", "Nowhere"],
    streets: &["Example Ave", "Placeholder St", "Sample Blvd", "Fiction Ln"],
    places: &[
        place("Seattle", Some("WA"), "981", 2),
        place("Austin", Some("TX"), "787", 2),
        place("Boston", Some("MA"), "021", 2),
        place("Denver", Some("CO"), "802", 2),
    ],
    company_form: " Supplies LLC",
    phone_prefix: "+1 555-0100-",
    tax_id_prefix: "00-",
    gift_messages: &["Happy birthday!", "Thank you for everything.", "For your new home."],
};

pub(super) static DE: People = People {
    family_first: false,
    given: &["Jörg", "Käthe", "Lena", "Björn", "Anneliese", "Moritz", "Zoë", "Günter"],
    family: &["Mustermann", "Beispiel", "Erdacht", "Müßig", "Größler", "Niemand", "Probst", "Schäfer-Test"],
    streets: &["Musterstraße", "Beispielweg", "Erdachter Ring", "Am Nirgendwo"],
    places: &[
        place("Berlin", None, "10", 3),
        place("München", None, "80", 3),
        place("Köln", None, "50", 3),
        place("Düsseldorf", None, "40", 3),
    ],
    company_form: " Handels-GmbH",
    phone_prefix: "+49 30 0000",
    tax_id_prefix: "DE",
    gift_messages: &[
        "Alles Gute zum Geburtstag!",
        "Vielen Dank für alles.",
        "Für die neue Wohnung, mit herzlichen Grüßen.",
    ],
};

impl Buyer {
    /// The buyer of an order.
    pub(super) fn new(random: &mut Random, market: &Market, business: bool) -> Self {
        let people = market.people;
        let digits = |random: &mut Random, count: usize| -> String {
            (0..count).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
        };
        let (given, family) = (random.pick(people.given), random.pick(people.family));
        let name = if people.family_first { format!("{family} {given}") } else { format!("{given} {family}") };
        let place = &people.places[random.below(people.places.len() as u64) as usize];
        let number = 1 + random.below(120);
        let street = random.pick(people.streets);
        let street = match market.currency() {
            "USD" => format!("{number} {street}"),
            "EUR" => format!("{street} {number}"),
            _ => street.to_owned(),
        };
        let building = random.percent(30).then(|| match market.currency() {
            "JPY" => format!("見本ハイツ{number}号室"),
            "USD" => format!("Apt {number}"),
            _ => format!("Wohnung {number}"),
        });
        let email = format!("{}@marketplace.{}.example", digits(random, 14), market.marketplace.country_code());
        Self {
            name,
            email: email.to_lowercase(),
            phone: people.phone_prefix.to_owned() + &digits(random, 4),
            street,
            building,
            city: place.city,
            region: place.region,
            postal_code: place.postal_prefix.to_owned() + &digits(random, place.postal_digits),
            gift_message: random.pick(people.gift_messages),
            shares_data: random.percent(25),
            company: business.then(|| Company {
                name: family.to_owned() + people.company_form,
                tax_id: people.tax_id_prefix.to_owned() + &digits(random, 9),
                purchase_order: format!("PO-{}", digits(random, 6)),
            }),
        }
    }
}
