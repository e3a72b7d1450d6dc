//! `spapi doctor`: whether calls can be made, and if not, what to do.

use crate::catalog;
use crate::connection::{Connected, Connection, Needs, Place, Server};
use crate::exit::Failure;
use crate::notes;
use clap::Args;
use spapi_core::operation::ApiName;
use spapi_core::text::printable;
use spapi_core::{DateTime, Error, Marketplace, RawResponse, Region, Request, Value, decode};
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

#[derive(Debug, Args)]
pub struct Options {
    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    connection: Connection,
}

/// With a larger difference tokens are renewed too late.
const SKEW: Duration = Duration::from_secs(30);

pub async fn run(options: Options) -> Result<(), Failure> {
    let Some(region) = options.place.region()? else {
        return Err(Failure::usage("neither --marketplace nor --region is given")
            .with_next("add --marketplace with a country code such as JP, or --region na, eu or fe"));
    };
    let marketplace = options.place.marketplace()?;
    let mut report = Report(io::stdout().lock());
    let source = match options.connection.endpoint {
        Server::Embedded => "the embedded sandbox's own".to_owned(),
        _ => options.connection.source(Needs::Seller)?.to_string(),
    };
    let connected = match options.connection.connect(region, Needs::Seller).await {
        Ok(connected) => connected,
        Err(failure) => {
            if failure.is_about_credentials() {
                report.failed("credentials", "they cannot be used")?;
            }
            return Err(failure);
        }
    };
    report.fine("credentials", &source)?;

    let sellers = ApiName::new("sellers", None);
    let operation = catalog::operation(&sellers, "getMarketplaceParticipations")?.entry.operation;
    let request = Request::<Value>::new(&connected.client, operation, decode::json);
    let answer = match notes::while_waiting(request.send()).await {
        Ok(answer) => answer.into_parts(),
        Err(error) => return report.explain(error, &connected, region),
    };
    let (participations, raw) = answer;
    report.fine("token", "Login with Amazon gave an access token")?;
    let address = options.connection.endpoint.address(region);
    report.fine(
        "region",
        &format!("{region}, {address} accepted the call (request id {})", raw.request_id().unwrap_or("-")),
    )?;
    report.participations(&participations, marketplace)?;
    report.clock(&raw)
}

/// The findings, a line for each.
struct Report<W>(W);

impl<W: Write> Report<W> {
    fn line(&mut self, mark: &str, what: &str, words: &str) -> Result<(), Failure> {
        writeln!(self.0, "{mark:<4}  {what:<11}  {}", printable(words))?;
        Ok(self.0.flush()?)
    }

    fn fine(&mut self, what: &str, words: &str) -> Result<(), Failure> {
        self.line("ok", what, words)
    }

    fn failed(&mut self, what: &str, words: &str) -> Result<(), Failure> {
        self.line("FAIL", what, words)
    }

    /// Reports which steps of a failed call succeeded.
    fn explain(&mut self, error: Error, connected: &Connected, region: Region) -> Result<(), Failure> {
        let next = match () {
            () if error.is_auth() && error.status().is_none() => {
                self.failed("credentials", "they are incomplete")?;
                Some("add the seller's refresh_token, or get one with spapi auth authorize".to_owned())
            }
            () if error.login_code().is_some() => {
                self.failed("token", "Login with Amazon gave none")?;
                None
            }
            () if error.status().is_none() => {
                self.failed("connection", "the server cannot be reached, or did not answer")?;
                None
            }
            () => {
                self.fine("token", "Login with Amazon gave an access token")?;
                self.failed("region", &format!("{region} refused the call"))?;
                let others: Vec<_> =
                    Region::ALL.iter().filter(|other| **other != region).map(|other| other.code()).collect();
                error.is_auth().then(|| {
                    format!(
                        "a refresh token is valid in the region where it was given: try --region {}; otherwise check the \
                         application's roles and the seller's authorization",
                        others.join(" or --region ")
                    )
                })
            }
        };
        let failure = connected.failure(error);
        Err(match next {
            Some(next) => failure.with_next(next),
            None => failure,
        })
    }

    /// Reports the marketplaces where the seller participates.
    fn participations(&mut self, answer: &Value, wanted: Option<Marketplace>) -> Result<(), Failure> {
        let list = answer["payload"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut taken_part = Vec::new();
        for one in list {
            let id = one["marketplace"]["id"].as_str().unwrap_or_default();
            let name = id.parse::<Marketplace>().map_or(id, |known| known.country_code());
            let is_in = one["participation"]["isParticipating"].as_bool() == Some(true);
            let is_suspended = one["participation"]["hasSuspendedListings"].as_bool() == Some(true);
            match (is_in, is_suspended) {
                (true, false) => taken_part.push(name.to_owned()),
                (true, true) => taken_part.push(format!("{name} (listings suspended)")),
                (false, _) => {}
            }
        }
        if taken_part.is_empty() {
            return self.line("note", "sells in", "no marketplace of this region");
        }
        self.fine("sells in", &taken_part.join(", "))?;
        let wanted = wanted.map(Marketplace::country_code);
        match wanted.filter(|wanted| !taken_part.iter().any(|name| name.starts_with(wanted))) {
            Some(wanted) => self.line("note", "sells in", &format!("not in {wanted}")),
            None => Ok(()),
        }
    }

    /// Reports the difference between this machine's clock and the server's.
    fn clock(&mut self, answer: &RawResponse) -> Result<(), Failure> {
        let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
        let Some(server) = date.and_then(|date| DateTime::from(date).to_system_time().ok()) else {
            return self.line("note", "clock", "the server did not send its time");
        };
        let now = SystemTime::now();
        let (skew, way) = match now.duration_since(server) {
            Ok(skew) => (skew, "ahead of"),
            Err(behind) => (behind.duration(), "behind"),
        };
        let words = format!("{} s {way} the server's", skew.as_secs());
        match skew > SKEW {
            false => self.fine("clock", &words),
            true => {
                self.line("WARN", "clock", &words)?;
                notes::warn(
                    "tokens are renewed and orders are listed by this machine's clock: set it, for example with NTP",
                );
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use spapi_core::{HeaderMap, StatusCode};

    fn reported(report: impl FnOnce(&mut Report<&mut Vec<u8>>) -> Result<(), Failure>) -> String {
        let mut out = Vec::new();
        report(&mut Report(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn participations_are_named_by_country() {
        let one = |id: &str, is_in: bool, is_suspended: bool| {
            let participation = json!({ "isParticipating": is_in, "hasSuspendedListings": is_suspended });
            json!({ "marketplace": { "id": id }, "participation": participation })
        };
        let answer = json!({ "payload": [
            one(Marketplace::JP.id(), true, false),
            one("ANEWONE", true, true),
            one(Marketplace::SG.id(), false, false),
            {},
        ] });
        let shown = reported(|report| report.participations(&answer, Some(Marketplace::JP)));
        assert_eq!(shown, "ok    sells in     JP, ANEWONE (listings suspended)\n");
        let shown = reported(|report| report.participations(&answer, Some(Marketplace::SG)));
        assert!(shown.ends_with("note  sells in     not in SG\n"), "{shown}");
        for none in [json!({}), json!({ "payload": [] }), json!(1)] {
            let shown = reported(|report| report.participations(&none, None));
            assert_eq!(shown, "note  sells in     no marketplace of this region\n");
        }
    }

    #[test]
    fn the_difference_of_a_wrong_clock_is_reported() {
        let reported_for = |date: Option<&str>| {
            let mut headers = HeaderMap::new();
            date.into_iter().for_each(|date| drop(headers.insert("date", date.parse().unwrap())));
            reported(|report| report.clock(&RawResponse::new(StatusCode::OK, headers, "")))
        };
        let old = reported_for(Some("Mon, 28 Oct 2019 18:49:42 GMT"));
        assert!(old.starts_with("WARN  clock") && old.contains("s ahead of the server's"), "{old}");
        let later = reported_for(Some("Mon, 28 Oct 2199 18:49:42 GMT"));
        assert!(later.starts_with("WARN  clock") && later.contains("s behind the server's"), "{later}");
        for unknown in [None, Some("soon")] {
            assert!(reported_for(unknown).contains("did not send its time"));
        }
    }
}
