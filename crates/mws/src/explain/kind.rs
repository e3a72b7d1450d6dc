//! The kinds of ids and tokens, and what is known of each.

/// What an id or token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A seller's consent to a developer of MWS.
    MwsAuthToken,
    /// A developer's id of MWS.
    DeveloperId,
    /// An operation, a type, a state or another name of MWS.
    MwsName,
    /// A report or feed type of today, which MWS may have had too.
    DocumentType,
    /// A host of MWS.
    MwsHost,
    /// The id of an AWS access key.
    AwsAccessKeyId,
    /// The secret of an AWS access key.
    AwsSecretKey,
    /// The token of a temporary AWS access key.
    AwsSessionToken,
    /// The number of an AWS account.
    AwsAccountId,
    /// A seller's id, also called merchant token.
    SellerId,
    /// The id of a marketplace.
    MarketplaceId,
    /// A client id of Login with Amazon.
    ClientId,
    /// A client secret of Login with Amazon.
    ClientSecret,
    /// The code of a seller's consent, which is exchanged for a refresh token.
    AuthorizationCode,
    /// A refresh token of Login with Amazon.
    RefreshToken,
    /// An access token of Login with Amazon, for one seller.
    AccessToken,
    /// An access token of Login with Amazon, for operations without a seller.
    GrantlessToken,
    /// A restricted data token.
    RestrictedDataToken,
    /// The id of an application.
    ApplicationId,
    /// The id of a user of Login with Amazon.
    UserId,
    /// The id of a document of a report or feed.
    DocumentId,
    /// The id of an order.
    OrderId,
    /// The id of a multi-channel fulfillment order.
    FulfillmentOrderId,
    /// The id of a product in Amazon's catalog.
    Asin,
    /// The number of a book, which is its ASIN.
    Isbn,
    /// The number on labels of units in Amazon's warehouses.
    Fnsku,
    /// A seller's own id of a product.
    Sku,
    /// A barcode of 12 digits.
    Upc,
    /// A barcode of 13 digits, which Japan calls JAN.
    Ean,
    /// A UUID without what says of what.
    Uuid,
    /// An id of Amazon's of a kind that this version does not know.
    OtherAmazonId,
    /// The value of a setting for Amazon or AWS, by its name alone.
    OtherSetting,
    /// A text that is neither an id nor a token.
    OtherText,
}

impl Kind {
    /// Its name as a word of a program: `mws-auth-token`.
    pub const fn code(self) -> &'static str {
        self.facts().0
    }

    /// Its name in words: `MWS auth token`.
    pub const fn title(self) -> &'static str {
        self.facts().1
    }

    /// What it is and what replaces it, or where it belongs, in plain text with names in backticks.
    pub const fn today(self) -> &'static str {
        self.facts().2
    }

    /// Whether it must not be shown.
    pub const fn is_secret(self) -> bool {
        matches!(
            self,
            Self::MwsAuthToken
                | Self::AwsAccessKeyId
                | Self::AwsSecretKey
                | Self::AwsSessionToken
                | Self::ClientSecret
                | Self::AuthorizationCode
                | Self::RefreshToken
                | Self::AccessToken
                | Self::GrantlessToken
                | Self::RestrictedDataToken
                | Self::Uuid
                | Self::OtherAmazonId
                | Self::OtherSetting
                | Self::OtherText
        )
    }

    /// Whether it was of use for MWS alone, which has ended.
    pub const fn is_of_mws(self) -> bool {
        matches!(self, Self::MwsAuthToken | Self::DeveloperId | Self::MwsName | Self::MwsHost)
    }

    const fn facts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::MwsAuthToken => (
                "mws-auth-token",
                "MWS auth token",
                "With it a developer called MWS for one seller. MWS has ended, and Amazon no longer exchanges such tokens: \
                 the seller authorizes an application anew, which gives a refresh token.",
            ),
            Self::DeveloperId => (
                "mws-developer-id",
                "MWS developer id",
                "Sellers named it to let a developer call MWS, which has ended. They authorize an application today, by its \
                 application id.",
            ),
            Self::MwsName => ("mws-name", "name of MWS", "MWS has ended."),
            Self::DocumentType => (
                "document-type",
                "report or feed type",
                "It is a name of today: `spapi report types` and `spapi feed submit` take it.",
            ),
            Self::MwsHost => ("mws-host", "host of MWS", "MWS has ended."),
            Self::AwsAccessKeyId => (
                "aws-access-key-id",
                "AWS access key id",
                "Requests of MWS and of the first years of this API were signed with its secret. Calls are not signed any \
                 more. Deactivate it in AWS if nothing else uses it.",
            ),
            Self::AwsSecretKey => (
                "aws-secret-access-key",
                "AWS secret access key",
                "It signed requests. Calls are not signed any more. Deactivate the key in AWS if nothing else uses it.",
            ),
            Self::AwsSessionToken => (
                "aws-session-token",
                "AWS session token",
                "It belongs to a temporary access key, which signed requests. Calls are not signed any more. It ends by itself, \
                 after 36 hours at most.",
            ),
            Self::AwsAccountId => {
                ("aws-account-id", "AWS account id", "A policy of a queue names it. Calls of the API do not need it.")
            }
            Self::SellerId => (
                "seller-id",
                "seller id",
                "Also called merchant token. It is the same as in MWS: give it as `SPAPI_SELLER_ID`, and to operations on \
                 listings. In other calls the refresh token names the seller. It authorizes nothing.",
            ),
            Self::MarketplaceId => ("marketplace-id", "marketplace id", "It is the same as in MWS."),
            Self::ClientId => (
                "lwa-client-id",
                "client id",
                "It names the application to Login with Amazon: `SPAPI_CLIENT_ID`. The consent page takes the application id \
                 instead.",
            ),
            Self::ClientSecret => (
                "lwa-client-secret",
                "client secret",
                "It belongs to a client id: `SPAPI_CLIENT_SECRET`. It ends 180 days after Amazon has made it.",
            ),
            Self::AuthorizationCode => (
                "authorization-code",
                "authorization code",
                "A seller's consent, as Amazon appends it to the redirect URI. `spapi auth exchange` exchanges it for a refresh \
                 token, once and within 5 minutes.",
            ),
            Self::RefreshToken => (
                "lwa-refresh-token",
                "refresh token",
                "It is what replaces the MWS auth token: a seller's consent to one application in one region, \
                 `SPAPI_REFRESH_TOKEN`.",
            ),
            Self::AccessToken => (
                "lwa-access-token",
                "access token",
                "It is good for an hour. Clients get it with a refresh token and renew it, so that nobody needs to keep one.",
            ),
            Self::GrantlessToken => (
                "lwa-grantless-token",
                "grantless access token",
                "It is good for an hour, for operations without a seller. Clients get it with the client id and secret.",
            ),
            Self::RestrictedDataToken => (
                "restricted-data-token",
                "restricted data token",
                "It is good for an hour, for the calls that it was made for. Clients get it by `.restricted(...)`.",
            ),
            Self::ApplicationId => (
                "application-id",
                "application id",
                "The consent page takes it: `spapi auth url --application-id`. Login with Amazon takes the client id instead.",
            ),
            Self::UserId => ("lwa-user-id", "user id of Login with Amazon", "The API does not take it."),
            Self::DocumentId => (
                "document-id",
                "document id",
                "Give it to `getReportDocument` or `getFeedDocument`, which say where the document is.",
            ),
            Self::OrderId => {
                ("order-id", "order id", "It is the same as in MWS: `spapi call orders getOrder` shows the order.")
            }
            Self::FulfillmentOrderId => (
                "fulfillment-order-id",
                "id of a multi-channel fulfillment order",
                "It is the same as in MWS. `getFulfillmentOrder` takes the seller's own id of the order instead.",
            ),
            Self::Asin => ("asin", "ASIN", "A product in Amazon's catalog: `spapi catalog search` shows it."),
            Self::Isbn => {
                ("isbn-10", "ISBN-10", "The number of a book, which is its ASIN: `spapi catalog search` shows it.")
            }
            Self::Fnsku => {
                ("fnsku", "FNSKU", "It labels units of a seller in Amazon's warehouses. The stock of FBA names it.")
            }
            Self::Sku => (
                "sku",
                "SKU",
                "A seller's own id of a product, and the same as in MWS: `spapi listing get` shows the listing.",
            ),
            Self::Ean => ("ean-13", "EAN-13", "A barcode of a product: `spapi catalog search` finds the product."),
            Self::Upc => ("upc", "UPC", "A barcode of a product: `spapi catalog search` finds the product."),
            Self::Uuid => ("uuid", "UUID", "What stood before it is missing, and says of what it is."),
            Self::OtherAmazonId => ("other-amazon-id", "id of Amazon's", "This version does not know what it is of."),
            Self::OtherSetting => (
                "other-setting",
                "value of a setting",
                "Its name says what it is for. It has the form of no id or token that this version knows.",
            ),
            Self::OtherText => ("other", "other text", "It has the form of no id or token that this version knows."),
        }
    }
}
