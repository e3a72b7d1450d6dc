//! What stands before a value says what it should be.

use super::Kind;

/// What the words before a value say of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Hint(String);

/// Parts of names, in lower case and without what is neither a letter nor a digit, with the kind that they name. The first
/// that fits counts.
const NAMES: &[(&str, Kind)] = &[
    ("mwsauth", Kind::MwsAuthToken),
    ("mwstoken", Kind::MwsAuthToken),
    ("amznmws", Kind::MwsAuthToken),
    ("mws認証トークン", Kind::MwsAuthToken),
    ("mwsトークン", Kind::MwsAuthToken),
    ("awssecret", Kind::AwsSecretKey),
    ("secretaccesskey", Kind::AwsSecretKey),
    ("secretkey", Kind::AwsSecretKey),
    ("シークレットキー", Kind::AwsSecretKey),
    ("accesskeyid", Kind::AwsAccessKeyId),
    ("awsaccesskey", Kind::AwsAccessKeyId),
    ("アクセスキー", Kind::AwsAccessKeyId),
    ("clientsecret", Kind::ClientSecret),
    ("lwasecret", Kind::ClientSecret),
    ("クライアントシークレット", Kind::ClientSecret),
    ("clientid", Kind::ClientId),
    ("lwaappid", Kind::ClientId),
    ("クライアントid", Kind::ClientId),
    ("sessiontoken", Kind::AwsSessionToken),
    ("securitytoken", Kind::AwsSessionToken),
    ("oauthcode", Kind::AuthorizationCode),
    ("authorizationcode", Kind::AuthorizationCode),
    ("refreshtoken", Kind::RefreshToken),
    ("リフレッシュトークン", Kind::RefreshToken),
    ("restricteddatatoken", Kind::RestrictedDataToken),
    ("accesstoken", Kind::AccessToken),
    ("applicationid", Kind::ApplicationId),
    ("appid", Kind::ApplicationId),
    ("アプリid", Kind::ApplicationId),
    ("sellerid", Kind::SellerId),
    ("sellingpartnerid", Kind::SellerId),
    ("merchantid", Kind::SellerId),
    ("merchanttoken", Kind::SellerId),
    ("merchant", Kind::SellerId),
    ("出品者id", Kind::SellerId),
    ("セラーid", Kind::SellerId),
    ("developerid", Kind::DeveloperId),
    ("開発者id", Kind::DeveloperId),
    ("marketplace", Kind::MarketplaceId),
    ("マーケットプレイス", Kind::MarketplaceId),
    ("fnsku", Kind::Fnsku),
    ("asin", Kind::Asin),
    ("sku", Kind::Sku),
    ("upc", Kind::Upc),
    ("ean13", Kind::Ean),
    ("gtin", Kind::Ean),
    ("barcode", Kind::Ean),
    ("jancode", Kind::Ean),
    ("janコード", Kind::Ean),
    ("orderid", Kind::OrderId),
    ("注文番号", Kind::OrderId),
];

impl Hint {
    /// The most words that a hint is made of.
    pub const WORDS: usize = 4;

    /// The hint of the words before a value, the nearest first.
    pub fn of<'text>(words: impl Iterator<Item = &'text str>) -> Self {
        let mut words: Vec<_> = words.take(Self::WORDS).collect();
        words.reverse();
        let letters = words.concat();
        Self(letters.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect())
    }

    /// The kind that is named last.
    pub fn kind(&self) -> Option<Kind> {
        let found = NAMES.iter().filter_map(|(name, kind)| Some((self.0.rfind(name)? + name.len(), name.len(), *kind)));
        // Where two end at one place, the longer is the more exact.
        found.max_by_key(|(end, length, _)| (*end, *length)).map(|(_, _, kind)| kind)
    }

    /// Whether it names that kind.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind() == Some(kind)
    }

    /// Whether it has that word.
    pub fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}
