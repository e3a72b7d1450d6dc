//! The settings of a connection as a form: what was typed, what is wrong with it, and what becomes of it.

mod options;
mod pending;
mod secrets;
mod times;

pub use options::{read as read_options, write as write_options};
pub use pending::{Pending, Unsaved};
pub use secrets::{Kind, Secrets};
pub use times::{Zone, converted};

use crate::guard::Fields;
use crate::language::Language;
use spapi_core::auth::Consent;
use spapi_core::{Error, Marketplace};
use spapi_metadata::document_types::Party;
use spapi_sync::{Connection, Draft, Environment, Stream};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// The longest name.
const LONGEST_NAME: usize = 63;
/// The objects by which the settings are tried before the user has chosen any.
const TRIED: (&str, &str) = ("GET_MERCHANT_LISTINGS_ALL_DATA", "VendorOrders");

/// What was typed, but no secret.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    pub name: String,
    pub environment: String,
    pub region: String,
    pub account: String,
    pub client_id: String,
    pub app_id: String,
    pub start: String,
    pub end: String,
    /// The zone of times that name none.
    pub zone: Zone,
    pub period: String,
    pub report_options: String,
    pub is_spaced: bool,
}

/// What is wrong, by the name of the field.
#[derive(Clone, Debug, Default)]
pub struct Faults(pub Vec<(&'static str, Fault)>);

/// What is wrong with a field.
#[derive(Clone, Debug)]
pub struct Fault {
    /// In the language of the page.
    pub text: String,
    /// The words of the library, in English.
    pub detail: Option<String>,
}

impl Faults {
    pub fn add(&mut self, field: &'static str, text: String) {
        self.0.push((field, Fault { text, detail: None }));
    }

    /// What is wrong with a field.
    pub fn of(&self, field: &str) -> Option<&Fault> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, fault)| fault)
    }
}

/// What the settings are compared with.
pub struct Against<'a> {
    /// The names of the other connections, in lower case.
    pub other_names: &'a [String],
    /// The connection that is changed. `None` for a new one.
    pub before: Option<&'a Connection>,
    /// Whether credentials are there already, so that those that are not typed stay.
    pub has_credentials: bool,
    /// Whether all data are made up.
    pub is_made_up: bool,
}

/// The value of the field for the region that leaves several marketplaces as they are.
pub const SEVERAL: &str = "several";

impl Setup {
    /// An empty form.
    pub fn new(language: Language) -> Self {
        let region = if language == Language::De { "DE" } else { "JP" };
        Self { region: region.to_owned(), period: "90".to_owned(), ..Self::default() }
    }

    /// What a browser has sent.
    pub fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            name: text("name"),
            environment: text("environment"),
            region: text("region"),
            account: text("account"),
            client_id: text("client_id"),
            app_id: text("app_id"),
            start: text("start"),
            end: text("end"),
            zone: Zone::of(fields.text("zone")),
            period: text("period"),
            report_options: text("report_options"),
            is_spaced: fields.has("wait"),
        }
    }

    /// The settings of a connection, without credentials.
    pub fn of(connection: &Connection) -> Self {
        let time = |time: Option<SystemTime>| time.map(times::written).unwrap_or_default();
        Self {
            name: connection.name.clone(),
            environment: match connection.environment {
                Environment::Sandbox => "SANDBOX".to_owned(),
                _ => "PRODUCTION".to_owned(),
            },
            region: match connection.marketplaces.as_slice() {
                [one] => one.country_code().to_owned(),
                _ => SEVERAL.to_owned(),
            },
            account: match connection.account {
                Party::Vendor => "Vendor".to_owned(),
                _ => "Seller".to_owned(),
            },
            client_id: String::new(),
            app_id: connection.app_id.clone().unwrap_or_default(),
            start: time(connection.start),
            end: time(connection.end),
            zone: Zone::Utc,
            period: connection.period_in_days.map(|days| days.to_string()).unwrap_or_default(),
            report_options: write_options(&connection.report_options),
            is_spaced: connection.is_spaced,
        }
    }

    /// The marketplace whose zone times are shown in.
    pub fn marketplace(&self, before: Option<&Connection>) -> Marketplace {
        let of_before = || before.and_then(|connection| connection.marketplaces.first().copied());
        self.region.parse().ok().or_else(of_before).unwrap_or(Marketplace::JP)
    }

    /// Whose account it is.
    pub fn party(&self) -> Party {
        if self.account == "Vendor" { Party::Vendor } else { Party::Seller }
    }

    /// Checks all fields, and writes them into the draft. Returns the connection, which has some object if the draft has none yet. Times are written in UTC. What was typed stays in the form if something is wrong.
    pub fn check(
        &mut self,
        secrets: &Secrets,
        against: &Against<'_>,
        draft: &mut Draft,
        language: Language,
    ) -> Result<Connection, Faults> {
        let mut faults = Faults::default();
        let say = |key: &str| language.say(key);
        match against.before {
            // Rows belong to the name.
            Some(before) => self.name.clone_from(&before.name),
            None if self.name.is_empty() => faults.add("name", say("fault-empty")),
            None if self.name.chars().count() > LONGEST_NAME || self.name.contains(['/', '\\']) => {
                faults.add("name", say("fault-name"));
            }
            None if self.name.chars().any(char::is_control) => faults.add("name", say("fault-name")),
            None if against.other_names.contains(&self.name.to_lowercase()) => {
                faults.add("name", say("fault-name-taken"));
            }
            None => {}
        }
        draft.set("name", self.name.as_str());
        match self.environment.as_str() {
            "PRODUCTION" | "SANDBOX" => draft.set("environment", self.environment.as_str()),
            _ => faults.add("environment", say("fault-choose")),
        }
        match (self.region.as_str(), self.region.parse::<Marketplace>()) {
            (SEVERAL, _) if against.before.is_some_and(|before| before.marketplaces.len() > 1) => {}
            (_, Ok(marketplace)) => draft.set("region", marketplace.country_code()),
            _ => faults.add("region", say("fault-choose")),
        }
        match self.account.as_str() {
            "Seller" | "Vendor" => draft.set("account_type", self.account.as_str()),
            _ => faults.add("account", say("fault-choose")),
        }
        secrets::check(&self.client_id, secrets, against, language, &mut faults);
        self.check_app_id(draft, language, &mut faults);
        self.check_times(against.before, draft, language, &mut faults);
        match (self.period.as_str(), self.period.parse::<u32>()) {
            ("", _) => draft.remove("period_in_days"),
            (_, Ok(days)) if (1..=3660).contains(&days) => draft.set("period_in_days", i64::from(days)),
            _ => faults.add("period", say("fault-period")),
        }
        match read_options(&self.report_options) {
            Ok(options) => draft.set_report_options(&options),
            Err(line) => faults.add("report_options", language.say_with("fault-options", &[("line", line.into())])),
        }
        draft.set("wait_between_requests", self.is_spaced);
        if faults.0.is_empty() { self.try_out(against.before, draft, language) } else { Err(faults) }
    }

    fn check_app_id(&self, draft: &mut Draft, language: Language, faults: &mut Faults) {
        match Kind::of(&self.app_id) {
            _ if self.app_id.is_empty() => draft.remove("app_id"),
            Kind::ClientId => faults.add("app_id", language.say("fault-app-id-is-client-id")),
            Kind::Secret | Kind::RefreshToken | Kind::AccessToken => {
                faults.add("app_id", language.say("fault-app-id-is-secret"));
            }
            _ if Consent::of_seller(Marketplace::JP, self.app_id.as_str()).is_err() => {
                faults.add("app_id", language.say("fault-app-id"));
            }
            _ => draft.set("app_id", self.app_id.as_str()),
        }
    }

    fn check_times(&mut self, before: Option<&Connection>, draft: &mut Draft, language: Language, faults: &mut Faults) {
        let marketplace = self.marketplace(before);
        let mut read = |field: &'static str, key: &str, text: &mut String| {
            if text.is_empty() {
                draft.remove(key);
                return None;
            }
            match times::read(text, self.zone, marketplace) {
                Ok(time) => {
                    *text = times::written(time);
                    draft.set(key, text.as_str());
                    Some(time)
                }
                Err(why) => {
                    faults.add(field, language.say(why));
                    None
                }
            }
        };
        let start = read("start", "start_date", &mut self.start);
        let end = read("end", "end_date", &mut self.end);
        match (start, end) {
            (Some(start), _) if start > SystemTime::now() => faults.add("start", language.say("fault-start-in-future")),
            (Some(start), Some(end)) if end <= start => faults.add("end", language.say("fault-end-before-start")),
            _ => {}
        }
        if faults.of("start").is_none() && faults.of("end").is_none() {
            // Both are in UTC now.
            self.zone = Zone::Utc;
        }
    }

    /// Reads the draft as a run would: what the checks above do not know becomes a fault of its field.
    fn try_out(&self, before: Option<&Connection>, draft: &Draft, language: Language) -> Result<Connection, Faults> {
        let mut tried = draft.clone();
        if before.is_none() {
            let (seller, vendor) = TRIED;
            tried.set_list("objects", [if self.party() == Party::Vendor { vendor } else { seller }]);
        }
        tried.read(Path::new("connection")).map_err(|error| {
            let field = field_of(&error);
            let fault = Fault { text: language.say("fault-refused"), detail: Some(shown(&error)) };
            Faults(vec![(field, fault)])
        })
    }
}

/// The field that an error of the library is about: it names the key behind the file.
fn field_of(error: &Error) -> &'static str {
    const FIELDS: [(&str, &str); 10] = [
        ("name", "name"),
        ("environment", "environment"),
        ("region", "region"),
        ("marketplaces", "region"),
        ("account_type", "account"),
        ("app_id", "app_id"),
        ("start_date", "start"),
        ("end_date", "end"),
        ("period_in_days", "period"),
        ("objects", "account"),
    ];
    let text = error.to_string();
    let key = text.strip_prefix("connection: ").and_then(|rest| rest.split([':', '.']).next()).unwrap_or_default();
    FIELDS.iter().find(|(name, _)| *name == key).map_or("report_options", |(_, field)| field)
}

/// The error without the name of a file that the user did not choose.
fn shown(error: &Error) -> String {
    error.to_string().trim_start_matches("connection: ").to_owned()
}

/// The report options of a form, by the name of a stream or a report type.
pub type Options = BTreeMap<String, BTreeMap<String, String>>;

/// The streams that an account can have, in the order of their names.
pub fn streams_of(party: Party) -> impl Iterator<Item = &'static Stream> {
    Stream::all().iter().filter(move |stream| stream.parties().contains(&party))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(changes: &[(&str, &str)]) -> Setup {
        let mut fields = vec![
            ("name", "amazon-jp"),
            ("environment", "PRODUCTION"),
            ("region", "JP"),
            ("account", "Seller"),
            ("client_id", "amzn1.application-oa2-client.0123"),
        ];
        fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).extend_pairs(changes).finish();
        Setup::typed(&Fields::parse(text.as_bytes()))
    }

    fn secrets() -> Secrets {
        let text = "client_secret=amzn1.oa2-cs.v1.0123456789abcdef&refresh_token=Atzr%7C0123";
        Secrets::typed(&Fields::parse(text.as_bytes()))
    }

    fn faults(changes: &[(&str, &str)], secrets: &Secrets) -> Vec<&'static str> {
        let names = ["taken".to_owned()];
        let against = Against { other_names: &names, before: None, has_credentials: false, is_made_up: false };
        match typed(changes).check(secrets, &against, &mut Draft::new(), Language::En) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.0.into_iter().map(|(field, _)| field).collect(),
        }
    }

    #[test]
    fn each_wrong_field_is_named() {
        assert!(faults(&[], &secrets()).is_empty());
        for (changes, field) in [
            (("name", ""), "name"),
            (("name", "a/b"), "name"),
            (("name", "Taken"), "name"),
            (("environment", "TEST"), "environment"),
            (("region", "XX"), "region"),
            (("account", ""), "account"),
            (("client_id", ""), "client_id"),
            (("client_id", "amzn1.sellerapps.app.1"), "client_id"),
            (("client_id", "Atzr|1"), "client_id"),
            (("app_id", "amzn1.application-oa2-client.0123"), "app_id"),
            (("app_id", "Atzr|1"), "app_id"),
            (("app_id", "app"), "app_id"),
            (("start", "soon"), "start"),
            (("start", "2999-01-01"), "start"),
            (("period", "0"), "period"),
            (("period", "x"), "period"),
            (("report_options", "x"), "report_options"),
            (("report_options", "GET_LEDGER_SUMMARY_VIEW_DATA aggregatedByTimePeriod=HOURLY"), "report_options"),
        ] {
            assert_eq!(faults(&[changes], &secrets()), [field], "{changes:?}");
        }
        assert_eq!(faults(&[("start", "2024-02-01"), ("end", "2024-01-01")], &secrets()), ["end"]);
        assert_eq!(faults(&[], &Secrets::default()), ["client_secret", "refresh_token"]);
    }

    #[test]
    fn times_become_those_of_utc() {
        let against = Against { other_names: &[], before: None, has_credentials: false, is_made_up: false };
        let mut draft = Draft::new();
        let mut setup = typed(&[("start", "2024/1/1"), ("zone", "shop")]);
        setup.check(&secrets(), &against, &mut draft, Language::Ja).unwrap();
        assert_eq!(setup.start, "2023-12-31T15:00:00Z");
        assert!(draft.text().contains("start_date = \"2023-12-31T15:00:00Z\""), "{}", draft.text());
    }

    #[test]
    fn without_an_account_no_credentials_are_needed() {
        let against = Against { other_names: &[], before: None, has_credentials: false, is_made_up: true };
        let checked = typed(&[("client_id", "")]).check(&Secrets::default(), &against, &mut Draft::new(), Language::En);
        assert!(checked.is_ok(), "{checked:?}");
    }
}
