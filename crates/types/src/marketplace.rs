//! The marketplaces and regions of the API, with facts about each.

use std::fmt;
use std::str::FromStr;

/// A marketplace: Amazon's shop in one country.
///
/// Named by its ISO country code; Amazon's own pages say UK instead of [`GB`](Self::GB). It is displayed as Amazon's
/// id, so it can be given wherever an operation takes a marketplace id, and it parses an id or a country code:
///
/// ```
/// use spapi_types::Marketplace;
///
/// let japan: Marketplace = "JP".parse()?;
/// assert_eq!(japan, Marketplace::JP);
/// assert_eq!(japan.to_string(), "A1VC38T7YXB528");
/// assert_eq!(japan.currency(), "JPY");
/// # Ok::<(), spapi_types::marketplace::UnknownName>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Marketplace {
    /// Canada.
    CA,
    /// United States of America.
    US,
    /// Mexico.
    MX,
    /// Brazil.
    BR,
    /// Ireland.
    IE,
    /// Spain.
    ES,
    /// United Kingdom.
    GB,
    /// France.
    FR,
    /// Belgium.
    BE,
    /// Netherlands.
    NL,
    /// Germany.
    DE,
    /// Italy.
    IT,
    /// Sweden.
    SE,
    /// South Africa.
    ZA,
    /// Poland.
    PL,
    /// Egypt.
    EG,
    /// Turkey.
    TR,
    /// Saudi Arabia.
    SA,
    /// United Arab Emirates.
    AE,
    /// India.
    IN,
    /// Singapore.
    SG,
    /// Australia.
    AU,
    /// Japan.
    JP,
}

impl Marketplace {
    /// The United Kingdom, as Amazon's pages call it.
    pub const UK: Self = Self::GB;

    /// All marketplaces, region by region.
    pub const ALL: &'static [Self] = &[
        Self::CA,
        Self::US,
        Self::MX,
        Self::BR,
        Self::IE,
        Self::ES,
        Self::GB,
        Self::FR,
        Self::BE,
        Self::NL,
        Self::DE,
        Self::IT,
        Self::SE,
        Self::ZA,
        Self::PL,
        Self::EG,
        Self::TR,
        Self::SA,
        Self::AE,
        Self::IN,
        Self::SG,
        Self::AU,
        Self::JP,
    ];

    /// Amazon's id: `A1VC38T7YXB528`.
    pub const fn id(self) -> &'static str {
        self.facts().id
    }

    /// The country's name in English: `Japan`.
    pub const fn country(self) -> &'static str {
        self.facts().country
    }

    /// The country's ISO code: `JP`, `GB`.
    pub const fn country_code(self) -> &'static str {
        self.facts().country_code
    }

    /// The region whose endpoint serves it.
    pub const fn region(self) -> Region {
        self.facts().region
    }

    /// The currency's ISO code: `JPY`.
    pub const fn currency(self) -> &'static str {
        self.facts().currency
    }

    /// The locale that a seller there most likely uses: `ja_JP`. Only the seller's account has the real one.
    pub const fn default_locale(self) -> &'static str {
        self.facts().default_locale
    }

    /// The IANA name of the time zone in which a day of the shop begins: `Asia/Tokyo`. For the United States, Canada and
    /// Mexico it is Pacific time, in which Amazon writes their reports. For countries whose reports name no zone it is the
    /// capital's; Australia's is Sydney's.
    pub const fn time_zone(self) -> &'static str {
        self.facts().time_zone
    }

    /// The host of the seller's own pages: `sellercentral.amazon.co.jp`.
    pub const fn seller_central_host(self) -> &'static str {
        self.facts().seller_central
    }

    /// The host of the vendor's own pages, if known: `vendorcentral.amazon.co.jp`.
    pub const fn vendor_central_host(self) -> Option<&'static str> {
        self.facts().vendor_central
    }

    /// The host of the shop's pages for buyers: `www.amazon.co.jp`.
    pub const fn retail_host(self) -> &'static str {
        self.facts().retail
    }

    const fn facts(self) -> &'static Facts {
        match self {
            Self::CA => &Facts {
                id: "A2EUQ1WTGCTBG2",
                country: "Canada",
                country_code: "CA",
                region: Region::NorthAmerica,
                currency: "CAD",
                default_locale: "en_CA",
                time_zone: "America/Los_Angeles",
                seller_central: "sellercentral.amazon.ca",
                vendor_central: Some("vendorcentral.amazon.ca"),
                retail: "www.amazon.ca",
            },
            Self::US => &Facts {
                id: "ATVPDKIKX0DER",
                country: "United States of America",
                country_code: "US",
                region: Region::NorthAmerica,
                currency: "USD",
                default_locale: "en_US",
                time_zone: "America/Los_Angeles",
                seller_central: "sellercentral.amazon.com",
                vendor_central: Some("vendorcentral.amazon.com"),
                retail: "www.amazon.com",
            },
            Self::MX => &Facts {
                id: "A1AM78C64UM0Y8",
                country: "Mexico",
                country_code: "MX",
                region: Region::NorthAmerica,
                currency: "MXN",
                default_locale: "es_MX",
                time_zone: "America/Los_Angeles",
                seller_central: "sellercentral.amazon.com.mx",
                vendor_central: Some("vendorcentral.amazon.com.mx"),
                retail: "www.amazon.com.mx",
            },
            Self::BR => &Facts {
                id: "A2Q3Y263D00KWC",
                country: "Brazil",
                country_code: "BR",
                region: Region::NorthAmerica,
                currency: "BRL",
                default_locale: "pt_BR",
                time_zone: "America/Sao_Paulo",
                seller_central: "sellercentral.amazon.com.br",
                vendor_central: Some("vendorcentral.amazon.com.br"),
                retail: "www.amazon.com.br",
            },
            Self::IE => &Facts {
                id: "A28R8C7NBKEWEA",
                country: "Ireland",
                country_code: "IE",
                region: Region::Europe,
                currency: "EUR",
                default_locale: "en_GB",
                time_zone: "Europe/Dublin",
                seller_central: "sellercentral.amazon.ie",
                vendor_central: None,
                retail: "www.amazon.ie",
            },
            Self::ES => &Facts {
                id: "A1RKKUPIHCS9HS",
                country: "Spain",
                country_code: "ES",
                region: Region::Europe,
                currency: "EUR",
                default_locale: "es_ES",
                time_zone: "Europe/Madrid",
                seller_central: "sellercentral-europe.amazon.com",
                vendor_central: Some("vendorcentral.amazon.es"),
                retail: "www.amazon.es",
            },
            Self::GB => &Facts {
                id: "A1F83G8C2ARO7P",
                country: "United Kingdom",
                country_code: "GB",
                region: Region::Europe,
                currency: "GBP",
                default_locale: "en_GB",
                time_zone: "Europe/London",
                seller_central: "sellercentral-europe.amazon.com",
                vendor_central: Some("vendorcentral.amazon.co.uk"),
                retail: "www.amazon.co.uk",
            },
            Self::FR => &Facts {
                id: "A13V1IB3VIYZZH",
                country: "France",
                country_code: "FR",
                region: Region::Europe,
                currency: "EUR",
                default_locale: "fr_FR",
                time_zone: "Europe/Paris",
                seller_central: "sellercentral-europe.amazon.com",
                vendor_central: Some("vendorcentral.amazon.fr"),
                retail: "www.amazon.fr",
            },
            Self::BE => &Facts {
                id: "AMEN7PMS3EDWL",
                country: "Belgium",
                country_code: "BE",
                region: Region::Europe,
                currency: "EUR",
                default_locale: "fr_FR",
                time_zone: "Europe/Brussels",
                seller_central: "sellercentral.amazon.com.be",
                vendor_central: Some("vendorcentral.amazon.com.be"),
                retail: "www.amazon.com.be",
            },
            Self::NL => &Facts {
                id: "A1805IZSGTT6HS",
                country: "Netherlands",
                country_code: "NL",
                region: Region::Europe,
                currency: "EUR",
                default_locale: "nl_NL",
                time_zone: "Europe/Amsterdam",
                seller_central: "sellercentral.amazon.nl",
                vendor_central: Some("vendorcentral.amazon.nl"),
                retail: "www.amazon.nl",
            },
            Self::DE => &Facts {
                id: "A1PA6795UKMFR9",
                country: "Germany",
                country_code: "DE",
                region: Region::Europe,
                currency: "EUR",
                default_locale: "de_DE",
                time_zone: "Europe/Berlin",
                seller_central: "sellercentral-europe.amazon.com",
                vendor_central: Some("vendorcentral.amazon.de"),
                retail: "www.amazon.de",
            },
            Self::IT => &Facts {
                id: "APJ6JRA9NG5V4",
                country: "Italy",
                country_code: "IT",
                region: Region::Europe,
                currency: "EUR",
                default_locale: "it_IT",
                time_zone: "Europe/Rome",
                seller_central: "sellercentral-europe.amazon.com",
                vendor_central: Some("vendorcentral.amazon.it"),
                retail: "www.amazon.it",
            },
            Self::SE => &Facts {
                id: "A2NODRKZP88ZB9",
                country: "Sweden",
                country_code: "SE",
                region: Region::Europe,
                currency: "SEK",
                default_locale: "sv_SE",
                time_zone: "Europe/Stockholm",
                seller_central: "sellercentral.amazon.se",
                vendor_central: Some("vendorcentral.amazon.se"),
                retail: "www.amazon.se",
            },
            Self::ZA => &Facts {
                id: "AE08WJ6YKNBMC",
                country: "South Africa",
                country_code: "ZA",
                region: Region::Europe,
                currency: "ZAR",
                default_locale: "en_GB",
                time_zone: "Africa/Johannesburg",
                seller_central: "sellercentral.amazon.co.za",
                vendor_central: Some("vendorcentral.amazon.co.za"),
                retail: "www.amazon.co.za",
            },
            Self::PL => &Facts {
                id: "A1C3SOZRARQ6R3",
                country: "Poland",
                country_code: "PL",
                region: Region::Europe,
                currency: "PLN",
                default_locale: "pl_PL",
                time_zone: "Europe/Warsaw",
                seller_central: "sellercentral.amazon.pl",
                vendor_central: Some("vendorcentral.amazon.pl"),
                retail: "www.amazon.pl",
            },
            Self::EG => &Facts {
                id: "ARBP9OOSHTCHU",
                country: "Egypt",
                country_code: "EG",
                region: Region::Europe,
                currency: "EGP",
                default_locale: "ar_AE",
                time_zone: "Africa/Cairo",
                seller_central: "sellercentral.amazon.eg",
                vendor_central: Some("vendorcentral.amazon.me"),
                retail: "www.amazon.eg",
            },
            Self::TR => &Facts {
                id: "A33AVAJ2PDY3EV",
                country: "Turkey",
                country_code: "TR",
                region: Region::Europe,
                currency: "TRY",
                default_locale: "tr_TR",
                time_zone: "Europe/Istanbul",
                seller_central: "sellercentral.amazon.com.tr",
                vendor_central: Some("vendorcentral.amazon.com.tr"),
                retail: "www.amazon.com.tr",
            },
            Self::SA => &Facts {
                id: "A17E79C6D8DWNP",
                country: "Saudi Arabia",
                country_code: "SA",
                region: Region::Europe,
                currency: "SAR",
                default_locale: "ar_AE",
                time_zone: "Asia/Riyadh",
                seller_central: "sellercentral.amazon.sa",
                vendor_central: Some("vendorcentral.amazon.me"),
                retail: "www.amazon.sa",
            },
            Self::AE => &Facts {
                id: "A2VIGQ35RCS4UG",
                country: "United Arab Emirates",
                country_code: "AE",
                region: Region::Europe,
                currency: "AED",
                default_locale: "en_AE",
                time_zone: "Asia/Dubai",
                seller_central: "sellercentral.amazon.ae",
                vendor_central: Some("vendorcentral.amazon.me"),
                retail: "www.amazon.ae",
            },
            Self::IN => &Facts {
                id: "A21TJRUUN4KGV",
                country: "India",
                country_code: "IN",
                region: Region::Europe,
                currency: "INR",
                default_locale: "en_IN",
                time_zone: "Asia/Kolkata",
                seller_central: "sellercentral.amazon.in",
                vendor_central: Some("www.vendorcentral.in"),
                retail: "www.amazon.in",
            },
            Self::SG => &Facts {
                id: "A19VAU5U5O7RUS",
                country: "Singapore",
                country_code: "SG",
                region: Region::FarEast,
                currency: "SGD",
                default_locale: "en_SG",
                time_zone: "Asia/Singapore",
                seller_central: "sellercentral.amazon.sg",
                vendor_central: Some("vendorcentral.amazon.com.sg"),
                retail: "www.amazon.sg",
            },
            Self::AU => &Facts {
                id: "A39IBJ37TRP1C6",
                country: "Australia",
                country_code: "AU",
                region: Region::FarEast,
                currency: "AUD",
                default_locale: "en_AU",
                time_zone: "Australia/Sydney",
                seller_central: "sellercentral.amazon.com.au",
                vendor_central: Some("vendorcentral.amazon.com.au"),
                retail: "www.amazon.com.au",
            },
            Self::JP => &Facts {
                id: "A1VC38T7YXB528",
                country: "Japan",
                country_code: "JP",
                region: Region::FarEast,
                currency: "JPY",
                default_locale: "ja_JP",
                time_zone: "Asia/Tokyo",
                seller_central: "sellercentral.amazon.co.jp",
                vendor_central: Some("vendorcentral.amazon.co.jp"),
                retail: "www.amazon.co.jp",
            },
        }
    }
}

struct Facts {
    id: &'static str,
    country: &'static str,
    country_code: &'static str,
    region: Region,
    currency: &'static str,
    default_locale: &'static str,
    time_zone: &'static str,
    seller_central: &'static str,
    vendor_central: Option<&'static str>,
    retail: &'static str,
}

/// Amazon's id.
impl fmt::Display for Marketplace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl AsRef<str> for Marketplace {
    fn as_ref(&self) -> &str {
        self.id()
    }
}

/// Amazon's id.
impl From<Marketplace> for String {
    fn from(marketplace: Marketplace) -> Self {
        marketplace.id().to_owned()
    }
}

/// From Amazon's id, or a country code in upper or lower case (`UK` or `GB`).
impl FromStr for Marketplace {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let code = if name.eq_ignore_ascii_case("UK") { "GB" } else { name };
        let known =
            |marketplace: &&Self| marketplace.id() == name || marketplace.country_code().eq_ignore_ascii_case(code);
        Self::ALL.iter().find(known).copied().ok_or_else(|| UnknownName {
            name: name.to_owned(),
            expected: "a marketplace: give its id or its country's code, such as JP, US or DE",
        })
    }
}

/// A region: one endpoint, and the marketplaces for which a seller's authorization there is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Region {
    /// North America and Brazil.
    NorthAmerica,
    /// Europe, the Middle East, Africa and India.
    Europe,
    /// Japan, Australia and Singapore.
    FarEast,
}

impl Region {
    /// All regions.
    pub const ALL: &'static [Self] = &[Self::NorthAmerica, Self::Europe, Self::FarEast];

    /// Amazon's short name: `na`, `eu`, `fe`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NorthAmerica => "na",
            Self::Europe => "eu",
            Self::FarEast => "fe",
        }
    }

    /// The URL of the region's production endpoint, without a slash at its end.
    pub const fn production_url(self) -> &'static str {
        match self {
            Self::NorthAmerica => "https://sellingpartnerapi-na.amazon.com",
            Self::Europe => "https://sellingpartnerapi-eu.amazon.com",
            Self::FarEast => "https://sellingpartnerapi-fe.amazon.com",
        }
    }

    /// The URL of the region's sandbox endpoint, without a slash at its end.
    pub const fn sandbox_url(self) -> &'static str {
        match self {
            Self::NorthAmerica => "https://sandbox.sellingpartnerapi-na.amazon.com",
            Self::Europe => "https://sandbox.sellingpartnerapi-eu.amazon.com",
            Self::FarEast => "https://sandbox.sellingpartnerapi-fe.amazon.com",
        }
    }

    /// The region's marketplaces.
    pub fn marketplaces(self) -> impl Iterator<Item = Marketplace> {
        Marketplace::ALL.iter().copied().filter(move |marketplace| marketplace.region() == self)
    }
}

/// Amazon's short name.
impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl From<Marketplace> for Region {
    fn from(marketplace: Marketplace) -> Self {
        marketplace.region()
    }
}

/// From Amazon's short name, in upper or lower case.
impl FromStr for Region {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .iter()
            .find(|region| region.code().eq_ignore_ascii_case(name))
            .copied()
            .ok_or_else(|| UnknownName { name: name.to_owned(), expected: "a region: give na, eu or fe" })
    }
}

/// A name that is not one of a marketplace or region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    name: String,
    expected: &'static str,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not {}", self.name, self.expected)
    }
}

impl std::error::Error for UnknownName {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_marketplace_is_found_by_each_of_its_names() {
        assert_eq!(Marketplace::ALL.len(), 23);
        for marketplace in Marketplace::ALL {
            let code = marketplace.country_code();
            for name in [marketplace.id(), code, &code.to_lowercase(), &format!("{marketplace:?}")] {
                assert_eq!(name.parse(), Ok(*marketplace));
            }
            assert_eq!(String::from(*marketplace), marketplace.to_string());
        }
        assert_eq!("uk".parse(), Ok(Marketplace::UK));
        let ids: HashSet<_> = Marketplace::ALL.iter().map(|marketplace| marketplace.id()).collect();
        assert_eq!(ids.len(), 23);
    }

    #[test]
    fn each_marketplace_belongs_to_a_region() {
        let counts: Vec<_> = Region::ALL.iter().map(|region| region.marketplaces().count()).collect();
        assert_eq!(counts, [4, 16, 3]);
        assert_eq!(Region::from(Marketplace::IN), Region::Europe);
        assert_eq!("FE".parse(), Ok(Region::FarEast));
    }

    #[test]
    fn the_error_of_an_unknown_name_lists_the_accepted_forms() {
        let error = "XX".parse::<Marketplace>().unwrap_err().to_string();
        assert_eq!(error, "\"XX\" is not a marketplace: give its id or its country's code, such as JP, US or DE");
        assert!("a1vc38t7yxb528".parse::<Marketplace>().is_err(), "ids are case-sensitive");
        assert!("asia".parse::<Region>().is_err());
    }
}
