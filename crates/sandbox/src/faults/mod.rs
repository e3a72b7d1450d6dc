//! Faults: chosen calls fail in a chosen way.

mod cause;

pub(crate) use cause::{Odd, inject};

use crate::http::Target;
use crate::http::published::{self, Key};
use crate::shop::Random;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_metadata::{FeedType, ReportType};
use std::sync::{Mutex, PoisonError};

/// Which calls fail, and how.
///
/// Without [`nth`](Self::nth) and [`share`](Self::share) every call of [`on`](Self::on) fails. The sandbox counts calls from
/// the moment it gets the fault.
///
/// `POST /_sandbox/faults` takes the same as JSON: `{"on": "orders@v0 getOrders", "kind": "throttled", "nth": 2}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// The calls: an operation such as `orders@v0 getOrders` (or `orders getOrders` for any version), `operations` for
    /// every operation, `login`, `documents`, or `notifications`.
    pub on: String,
    /// How they fail.
    pub kind: FaultKind,
    /// Only the calls whose body names this report type or feed type. Only for `createReport`, `createReportSchedule` and
    /// `createFeed`.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub document_type: Option<String>,
    /// Only the call of this number, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Only this share of the calls, above 0 and up to 1. The sandbox's seed decides which calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// At most this many calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How long a [`Delay`](FaultKind::Delay) lasts, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FaultKind {
    /// The sandbox throttles the call: 429, or 503 from the document host.
    Throttled,
    /// The sandbox answers 500 and does not carry out the call.
    ServerError,
    /// The sandbox answers 503 with an HTML page and does not carry out the call.
    UnavailableHtml,
    /// The sandbox carries out the call; the answer has the right status but no body.
    EmptyBody,
    /// The sandbox carries out the call; the connection ends in the middle of the answer's body.
    CutBody,
    /// The sandbox resets the connection and does not carry out the call.
    Reset,
    /// The sandbox carries out the call; the connection ends without an answer.
    LostAnswer,
    /// The answer comes after [`Fault::milliseconds`].
    Delay,
    /// The access token counts as expired: 403. Only for operations.
    ExpiredToken,
    /// The document's URL counts as expired: 403. Only for documents.
    ExpiredUrl,
    /// A preview of `putListingsItem` or `patchListingsItem` answers INVALID with the issue 4000000, an internal error. Other
    /// calls of these operations are carried out.
    PreviewUnavailable,
    /// The sandbox accepts a change of a listing by `putListingsItem`, `patchListingsItem` or `deleteListingsItem`, and
    /// forgets it.
    LostSubmission,
    /// The document's gzip data have a wrong checksum. Only for documents; an uncompressed document stays unchanged.
    CorruptGzip,
    /// A byte of the document is another one, so that its checksum is wrong; JSON in several lines stays valid. Only for
    /// documents.
    ChangedBody,
    /// The notification is sent twice, with the same id. Only for notifications.
    Doubled,
    /// The notification is sent after the next one; after a minute if none follows. Only for notifications.
    Reordered,
}

impl Fault {
    /// Every call of `on` fails in this way.
    pub fn new(on: impl Into<String>, kind: FaultKind) -> Self {
        Self { on: on.into(), kind, document_type: None, nth: None, share: None, times: None, milliseconds: None }
    }

    /// The answers to calls of `on` come late, by this many milliseconds.
    pub fn delay(on: impl Into<String>, milliseconds: u64) -> Self {
        Self { milliseconds: Some(milliseconds), ..Self::new(on, FaultKind::Delay) }
    }

    /// Only the calls whose body names this report type or feed type. With [`Throttled`](FaultKind::Throttled), Amazon
    /// throttles one type, and the calls for other types go on.
    #[must_use]
    pub fn of_type(mut self, name: impl Into<String>) -> Self {
        self.document_type = Some(name.into());
        self
    }

    /// Only the call of this number, from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Only this share of the calls, above 0 and up to 1.
    #[must_use]
    pub fn share(mut self, share: f64) -> Self {
        self.share = Some(share);
        self
    }

    /// At most this many calls.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// The calls of the fault, or why the sandbox cannot cause it.
    fn scope(&self) -> Result<Scope, String> {
        let scope = Scope::read(&self.on)?;
        if let Some(name) = &self.document_type {
            scope.takes_type(name)?;
        }
        let is_of_notifications = matches!(self.kind, FaultKind::Doubled | FaultKind::Reordered);
        if is_of_notifications != matches!(scope, Scope::Notifications) {
            return Err("\"notifications\" take doubled and reordered, which nothing else takes".into());
        }
        match (self.kind, &scope) {
            (FaultKind::ExpiredToken, Scope::Login | Scope::Documents) => {
                return Err(format!("expiredToken is for operations, not for {:?}", self.on));
            }
            (
                FaultKind::ExpiredUrl | FaultKind::CorruptGzip | FaultKind::ChangedBody,
                Scope::Login | Scope::Operations(_),
            ) => {
                return Err(format!(
                    "expiredUrl, corruptGzip and changedBody are for \"documents\", not for {:?}",
                    self.on
                ));
            }
            (FaultKind::PreviewUnavailable, scope) if !scope.is_of(&PREVIEWED) => {
                return Err(format!("previewUnavailable is for {}", PREVIEWED.join(" and ")));
            }
            (FaultKind::LostSubmission, scope) if !scope.is_of(&SUBMITTED) => {
                return Err(format!("lostSubmission is for {}", SUBMITTED.join(", ")));
            }
            _ => {}
        }
        match (self.nth, self.share) {
            (Some(_), Some(_)) => return Err("give nth or share, not both".into()),
            (Some(0), _) => return Err("nth counts from 1".into()),
            (_, Some(share)) if !(share > 0.0 && share <= 1.0) => {
                return Err(format!("share is above 0 and up to 1, not {share}"));
            }
            _ => {}
        }
        if (self.kind == FaultKind::Delay) != self.milliseconds.is_some() {
            return Err("the kind delay needs milliseconds, and no other kind takes it".into());
        }
        Ok(scope)
    }
}

/// The operations whose body names a report type or a feed type.
const TYPED: [&str; 3] = ["createReport", "createReportSchedule", "createFeed"];

/// The operations that can preview a change of a listing, and those that make one.
const PREVIEWED: [&str; 2] = ["putListingsItem", "patchListingsItem"];
const SUBMITTED: [&str; 3] = ["putListingsItem", "patchListingsItem", "deleteListingsItem"];

/// The most faults that a sandbox has at a time.
const MOST: usize = 100_000;

/// The calls that a fault applies to.
#[derive(Debug)]
enum Scope {
    Login,
    Documents,
    Notifications,
    /// These operations, or all of them.
    Operations(Option<Vec<Key>>),
}

impl Scope {
    fn read(on: &str) -> Result<Self, String> {
        if on.len() > 200 {
            return Err("`on` must not be longer than 200 bytes".into());
        }
        match on {
            "login" => return Ok(Self::Login),
            "documents" => return Ok(Self::Documents),
            "notifications" => return Ok(Self::Notifications),
            "operations" => return Ok(Self::Operations(None)),
            _ => {}
        }
        let possible = "`on` is an operation such as \"orders@v0 getOrders\" or \"orders getOrders\", \"operations\" for \
                        all of them, \"login\", \"documents\", or \"notifications\"";
        let found = published::named(on).map_err(|problem| format!("{problem}: {possible}"))?;
        Ok(Self::Operations(Some(found.iter().map(published::key).collect())))
    }

    /// Whether all calls are of these operations.
    fn is_of(&self, ids: &[&str]) -> bool {
        match self {
            Self::Operations(Some(keys)) => keys.iter().all(|[_, _, id]| ids.contains(id)),
            _ => false,
        }
    }

    /// Whether a fault of these calls can be limited to a report type or feed type.
    fn takes_type(&self, name: &str) -> Result<(), String> {
        if !self.is_of(&TYPED) {
            return Err(format!("type is for {}, whose bodies name one", TYPED.join(", ")));
        }
        let (is_known, noun, nearest) = match self.is_of(&["createFeed"]) {
            true => (FeedType::find(name).is_some(), "feed type", FeedType::nearest(name)),
            false => (ReportType::find(name).is_some(), "report type", ReportType::nearest(name)),
        };
        let hint = if nearest.is_empty() { String::new() } else { format!(" (there is {})", nearest.join(", ")) };
        is_known.then_some(()).ok_or_else(|| format!("there is no {noun} {name:?}{hint}"))
    }

    fn holds(&self, target: &Target) -> bool {
        match (self, target) {
            (Self::Login, Target::Login) | (Self::Documents, Target::Document(_)) => true,
            (Self::Operations(None), Target::Operation(..)) => true,
            (Self::Operations(Some(keys)), Target::Operation(called)) => {
                keys.contains(&published::key(&called.operation))
            }
            _ => false,
        }
    }
}

/// The faults of a sandbox.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    given: u64,
    active: Vec<Active>,
}

/// A fault of the sandbox, with its counts.
#[derive(Debug, Serialize)]
struct Active {
    /// Its number among the sandbox's faults, from 1.
    id: u64,
    #[serde(flatten)]
    fault: Fault,
    #[serde(skip)]
    scope: Scope,
    /// How many calls it applied to.
    calls: u64,
    /// How many of them failed.
    caused: u64,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, state: Mutex::default() }
    }

    /// Adds the faults; adds none of them if one is wrong.
    pub(crate) fn add(&self, faults: Vec<Fault>) -> Result<(), String> {
        let scopes = faults.iter().map(Fault::scope).collect::<Result<Vec<_>, _>>()?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.active.len() + faults.len() > MOST {
            return Err(format!("the sandbox takes at most {MOST} faults; DELETE removes them"));
        }
        for (fault, scope) in faults.into_iter().zip(scopes) {
            state.given += 1;
            let id = state.given;
            state.active.push(Active { id, fault, scope, calls: 0, caused: 0 });
        }
        Ok(())
    }

    /// All faults with their counts.
    pub(crate) fn shown(&self) -> Value {
        json!({ "faults": self.state.lock().unwrap_or_else(PoisonError::into_inner).active })
    }

    /// Removes them all.
    pub(crate) fn clear(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).active.clear();
    }

    /// Whether a fault depends on what the body of the call says.
    fn need_body(&self, target: &Target) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.active.iter().any(|active| active.fault.document_type.is_some() && active.scope.holds(target))
    }

    /// Counts a notification, and returns the faults that are due for it.
    pub(crate) fn of_notification(&self) -> Vec<FaultKind> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        for active in state.active.iter_mut().filter(|active| matches!(active.scope, Scope::Notifications)) {
            active.calls += 1;
            if active.is_due(self.seed) {
                active.caused += 1;
                due.push(active.fault.kind);
            }
        }
        due
    }

    /// Counts a call whose body names this type, and returns the fault that is due for it; of several, the first one added.
    fn due(&self, target: &Target, named: Option<&str>) -> Option<Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = None;
        let holds = |active: &Active| {
            let is_of_type = active.fault.document_type.as_deref().is_none_or(|name| Some(name) == named);
            is_of_type && active.scope.holds(target)
        };
        for active in state.active.iter_mut().filter(|active| holds(active)) {
            active.calls += 1;
            if due.is_none() && active.is_due(self.seed) {
                active.caused += 1;
                due = Some(active.fault.clone());
            }
        }
        due
    }
}

impl Active {
    /// Whether the call that was counted last fails.
    fn is_due(&self, seed: u64) -> bool {
        // The share is exact to a thousandth of a percent.
        const PARTS: u64 = 100_000;
        let fault = &self.fault;
        fault.times.is_none_or(|times| self.caused < times)
            && fault.nth.is_none_or(|nth| self.calls == nth)
            && fault.share.is_none_or(|share| {
                let drawn = Random::new(seed.wrapping_add(self.id), self.calls).below(PARTS);
                (drawn as f64) < share * PARTS as f64
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Method;

    fn pattern(faults: &Faults, target: &Target, calls: usize) -> Vec<bool> {
        (0..calls).map(|_| faults.due(target, None).is_some()).collect()
    }

    #[test]
    fn a_share_follows_from_the_seed() {
        let target = Target::of(&Method::GET, "/orders/v0/orders");
        let draw = |seed, share| {
            let faults = Faults::new(seed);
            faults.add(vec![Fault::new("orders getOrders", FaultKind::Reset).share(share)]).unwrap();
            pattern(&faults, &target, 1000)
        };
        let quarter = draw(1, 0.25);
        assert_eq!(quarter, draw(1, 0.25));
        assert_ne!(quarter, draw(2, 0.25));
        let caused = quarter.iter().filter(|caused| **caused).count();
        assert!((200..300).contains(&caused), "{caused} of 1000");
        assert_eq!(draw(1, 1.0), [true; 1000]);
    }

    #[test]
    fn a_fault_spoils_the_nth_call_or_a_limited_number_of_calls() {
        let target = Target::of(&Method::GET, "/orders/v0/orders");
        let other = Target::of(&Method::GET, "/orders/2026-01-01/orders");
        let faults = Faults::new(1);
        faults.add(vec![Fault::new("orders@v0 getOrders", FaultKind::Reset).nth(3)]).unwrap();
        assert_eq!(pattern(&faults, &other, 5), [false; 5]);
        assert_eq!(pattern(&faults, &target, 5), [false, false, true, false, false]);
        faults.clear();
        faults.add(vec![Fault::new("operations", FaultKind::Reset).times(2)]).unwrap();
        assert_eq!(pattern(&faults, &target, 4), [true, true, false, false]);
        assert_eq!(pattern(&faults, &Target::Login, 1), [false]);
    }

    #[test]
    fn a_fault_of_a_type_counts_the_calls_for_that_type_only() {
        let target = Target::of(&Method::POST, "/reports/2021-06-30/reports");
        let faults = Faults::new(1);
        let fault = Fault::new("reports createReport", FaultKind::Throttled).of_type("GET_AFN_INVENTORY_DATA").times(2);
        assert!(!faults.need_body(&target));
        faults.add(vec![fault]).unwrap();
        assert!(faults.need_body(&target) && !faults.need_body(&Target::Login));
        let due = |named| faults.due(&target, named).is_some();
        for named in [None, Some("GET_MERCHANT_LISTINGS_DATA"), Some("")] {
            assert!(!due(named), "{named:?}");
        }
        assert_eq!([(); 4].map(|()| due(Some("GET_AFN_INVENTORY_DATA"))), [true, true, false, false]);
    }

    #[test]
    fn a_fault_that_cannot_be_caused_is_refused_with_the_possible_ones() {
        let problem = |fault: Fault| Faults::new(1).add(vec![fault]).unwrap_err();
        let kind = FaultKind::Throttled;
        for (fault, parts) in [
            (Fault::new("orders", kind), &["\"orders\"", "\"orders@v0 getOrders\"", "\"login\"", "\"documents\""][..]),
            (Fault::new("orders@v9 getOrders", kind), &["no operation", "there is \"orders@v0 getOrders\""]),
            (Fault::new("order getorders", kind), &["there is \"orders@v0 getOrders\""]),
            (Fault::new("login", FaultKind::ExpiredToken), &["expiredToken is for operations"]),
            (
                Fault::new("orders getOrders", FaultKind::CorruptGzip),
                &["corruptGzip and changedBody are for \"documents\""],
            ),
            (Fault::new("login", FaultKind::ChangedBody), &["changedBody are for \"documents\""]),
            (Fault::new("login", kind).nth(0), &["counts from 1"]),
            (Fault::new("login", kind).share(1.5), &["up to 1, not 1.5"]),
            (Fault::new("login", kind).share(f64::NAN), &["share"]),
            (Fault::new("login", kind).nth(1).share(0.5), &["not both"]),
            (Fault::new("login", FaultKind::Delay), &["milliseconds"]),
            (Fault::new("login", kind).of_type("GET_AFN_INVENTORY_DATA"), &["type is for createReport"]),
            (Fault::new("reports getReport", kind).of_type("GET_AFN_INVENTORY_DATA"), &["type is for createReport"]),
            (
                Fault::new("reports createReport", kind).of_type("GET_AFN_INVENTORY_DAT"),
                &["no report type \"GET_AFN_INVENTORY_DAT\"", "GET_AFN_INVENTORY_DATA"],
            ),
            (Fault::new("feeds createFeed", kind).of_type("GET_AFN_INVENTORY_DATA"), &["no feed type"]),
        ] {
            let problem = problem(fault);
            assert!(parts.iter().all(|part| problem.contains(part)), "{problem}");
        }
    }

    #[test]
    fn a_fault_takes_a_version_in_every_spelling() {
        let target = Target::of(&Method::GET, "/orders/2026-01-01/orders/1");
        let other = Target::of(&Method::GET, "/orders/v0/orders/1");
        for spelling in ["2026-01-01", "v2026-01-01", "v2026_01_01", "V2026-01-01"] {
            let scope = Scope::read(&format!("orders@{spelling} getOrder")).unwrap();
            assert!(scope.holds(&target) && !scope.holds(&other), "{spelling}");
        }
        for spelling in ["orders@v0 getOrder", "orders@0 getOrder", " orders@V0  getorder "] {
            let scope = Scope::read(spelling).unwrap();
            assert!(scope.holds(&other) && !scope.holds(&target), "{spelling}");
        }
    }

    #[test]
    fn a_refusal_names_the_sections_own_operations_first() {
        let problem = Scope::read("orders@v9 getOrder").unwrap_err();
        let named = problem.split_once("(there is ").unwrap().1;
        assert!(named.starts_with("\"orders@v0 getOrder\", \"orders@2026-01-01 getOrder\""), "{problem}");
        let problem = Scope::read("sellers getAcount").unwrap_err();
        let named = "(there is \"sellers@v1 getMarketplaceParticipations\", \"sellers@v1 getAccount\")";
        assert!(problem.contains(named), "{problem}");
    }
}
