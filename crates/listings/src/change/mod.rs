//! Changes of one thing of a listing that leave everything else as it is.
//!
//! Each is planned first: the listing is read, the instance is found by its selectors, and Amazon previews the patch. To
//! apply the plan, the listing is read again, the patch is sent once, and the listing is read until it shows the change.

/// What the plans of all changes show, and how a request is awaited without a look at its plan. The plan has a field `prepared`.
macro_rules! planned {
    ($request:ident, $plan:ident, $change:ident) => {
        impl $plan {
            /// The listing as it is.
            pub fn listing(&self) -> &Listing {
                &self.prepared.before
            }

            /// The patch that would be sent.
            pub fn patch(&self) -> &ListingsPatch {
                &self.prepared.patch
            }

            /// The kind of the patch.
            pub fn way(&self) -> Way {
                self.prepared.way
            }

            /// What Amazon says about it.
            pub fn preview(&self) -> &Preview {
                &self.prepared.preview
            }

            /// Whether Amazon would refuse it: the preview found an error that the listing does not have already. Such a plan cannot
            /// be applied.
            pub fn is_refused(&self) -> bool {
                self.prepared.is_refused()
            }
        }

        impl IntoFuture for $request {
            type Output = Result<$change, Error>;
            type IntoFuture = BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(async move { self.plan().await?.apply().await })
            }
        }
    };
}

mod compare;
mod instance;
mod money;
mod points;
mod price;
mod quantity;

pub use compare::Difference;
pub use points::Points;
pub use price::{PriceChange, PricePlan, PriceRequest};
pub use quantity::{QuantityChange, QuantityPlan, QuantityRequest};

use crate::attributes::is_equal;
use crate::listing::{Listing, Listings, Preview, Submission, missing, read};
use crate::wait::{after, may_pass};
use crate::{Attributes, Issue, Issues};
use compare::differences;
use instance::{Key, find, instances, without_blanks};
pub(crate) use money::{decimal, decimal_places};
use serde::Serialize;
use serde_json::{Map, Value};
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_jobs::ListingsPatch;
use std::time::Duration;
use tokio::time::Instant;

/// How long a change waits until Amazon shows it, unless the caller says otherwise.
const USUAL_DEADLINE: Duration = Duration::from_secs(120);

/// A part of a listing that follows a change after a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Pending {
    /// What the seller has said.
    Attributes,
    /// What buyers see of the price.
    Offers,
    /// What buyers can order.
    FulfillmentAvailability,
}

/// The patch that makes a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Way {
    /// `merge` of the selectors and what changes.
    Merge,
    /// `replace` with the stored instance as a whole, where Amazon refuses `merge`.
    Replace,
}

/// What a change is about.
#[derive(Clone, Debug)]
struct Subject<K> {
    listings: Listings,
    sku: String,
    marketplace: Marketplace,
    /// Marketplaces that are read along, to see that nothing changes there.
    watched: Vec<Marketplace>,
    key: K,
    longest: Duration,
}

/// A change that Amazon has previewed.
#[derive(Clone, Debug)]
struct Prepared<K> {
    subject: Subject<K>,
    before: Listing,
    /// The instance that changes, as it is stored.
    instance: Value,
    /// The members that change.
    members: Map<String, Value>,
    way: Way,
    patch: ListingsPatch,
    preview: Preview,
}

/// What came of a change.
struct Applied {
    submission: Option<Submission>,
    before: Listing,
    after: Option<Listing>,
    pending: Vec<Pending>,
    others: Vec<Difference>,
    issues: Issues,
}

impl<K: Key + Clone> Subject<K> {
    async fn read(&self) -> Result<Listing, Error> {
        let listing = read(&self.listings, &self.sku, self.marketplace, &self.watched).await?;
        listing.ok_or_else(|| missing(&self.sku, self.marketplace).with_hint(
            "Nothing was sent, because Amazon would make a listing of the change. Check the SKU, the marketplace and the \
             seller id.",
        ))
    }

    /// Makes the patch and has Amazon preview it. Where Amazon refuses the merge and would take the replacement, it is the
    /// replacement.
    async fn prepare(
        self,
        before: Listing,
        instance: Value,
        members: Map<String, Value>,
        way: Option<Way>,
    ) -> Result<Prepared<K>, Error> {
        let patch = |way| self.patch(way, &instance, &members);
        let preview = |patch: ListingsPatch| {
            let call = self.listings.patch(&self.sku, self.marketplace, [patch]).upsert();
            call.product_type(before.product_type.as_deref().unwrap_or(ANY)).preview()
        };
        let (way, patch, preview) = match way {
            Some(way) => {
                let patch = patch(way)?;
                let preview = preview(patch.clone()).await?;
                (way, patch, preview)
            }
            None => {
                let merge = patch(Way::Merge)?;
                let of_merge = preview(merge.clone()).await;
                let is_refused = match &of_merge {
                    Ok(preview) => refuses(preview, &before),
                    Err(error) => error.is_bad_request(),
                };
                let replaced = match is_refused {
                    true => {
                        let replace = patch(Way::Replace)?;
                        let preview = preview(replace.clone()).await.ok();
                        let preview = preview.filter(|preview| !refuses(preview, &before));
                        preview.map(|preview| (Way::Replace, replace, preview))
                    }
                    false => None,
                };
                match replaced {
                    Some(replaced) => replaced,
                    None => (Way::Merge, merge, of_merge?),
                }
            }
        };
        Ok(Prepared { subject: self, before, instance, members, way, patch, preview })
    }

    fn patch(&self, way: Way, instance: &Value, members: &Map<String, Value>) -> Result<ListingsPatch, Error> {
        let mut selectors = self.key.selectors();
        let add = |to: &mut Map<String, Value>| {
            to.extend(members.iter().map(|(name, value)| (name.clone(), value.clone())));
        };
        match way {
            Way::Merge => {
                add(&mut selectors);
                ListingsPatch::merge(K::ATTRIBUTE, Value::Array(vec![Value::Object(selectors)]))
            }
            Way::Replace => {
                let Some(Value::Object(mut whole)) = without_blanks(instance) else {
                    return Err(Error::new(ErrorKind::Input, format!("the listing's {} is empty", K::ATTRIBUTE)));
                };
                K::clean(&mut whole);
                // Amazon leaves some selectors out of what it shows.
                for (name, value) in selectors {
                    whole.entry(name).or_insert(value);
                }
                add(&mut whole);
                ListingsPatch::replace(K::ATTRIBUTE, Value::Array(vec![Value::Object(whole)]))
            }
        }
    }
}

/// The product type that Amazon takes for changes of the offer and the stock of any listing.
const ANY: &str = "PRODUCT";

/// Whether a preview found an error that the listing does not have already. A listing with errors can have another price all
/// the same, and Amazon judges the change itself.
fn refuses(preview: &Preview, listing: &Listing) -> bool {
    let is_known = |error: &Issue| listing.issues.errors().any(|known| known.is_like(error));
    let mut errors = preview.issues().errors().peekable();
    preview.is_invalid() && (errors.peek().is_none() || !errors.all(is_known))
}

impl<K: Key + Clone> Prepared<K> {
    /// Whether Amazon would refuse the change.
    fn is_refused(&self) -> bool {
        refuses(&self.preview, &self.before)
    }

    /// Whether the listing has the change already.
    fn is_done(&self) -> bool {
        self.members.iter().all(|(name, value)| self.instance.get(name).is_some_and(|known| is_equal(known, value)))
    }

    /// Applies the change. `pending` says what a listing does not show yet.
    async fn apply(self, pending: impl Fn(&Listing, &Listing) -> Vec<Pending>) -> Result<Applied, Error> {
        if self.is_refused() {
            return Err(self.preview.refused());
        }
        let before = self.subject.read().await?;
        let index = find(&before.attributes, &self.subject.key)?;
        let now = instances(&before.attributes, K::ATTRIBUTE).get(index).cloned().unwrap_or_default();
        self.check_unchanged(&now)?;
        if self.is_done() {
            let pending = pending(&before, &before);
            return Ok(Applied {
                submission: None,
                after: Some(before.clone()),
                before,
                pending,
                others: Vec::new(),
                issues: Issues::default(),
            });
        }
        let Self { subject, members, patch, .. } = self;
        let product_type = before.product_type.as_deref().unwrap_or(ANY);
        let call =
            subject.listings.patch(&subject.sku, subject.marketplace, [patch]).upsert().product_type(product_type);
        let sent = match call.await {
            Ok(submission) => {
                submission.accepted()?;
                Ok(submission)
            }
            // The listing itself says whether Amazon carried it out.
            Err(error) if error.outcome_unknown() => Err(error),
            Err(error) => return Err(error),
        };
        let (after, left) = subject.read_back(&before, &pending).await?;
        let submission = match sent {
            Ok(submission) => Some(submission),
            Err(error) if left.contains(&Pending::Attributes) => {
                return Err(error.with_hint("The listing does not show the change so far."));
            }
            Err(_) => None,
        };
        let issues = after.as_ref().map(|after| after.issues.since(&before.issues)).unwrap_or_default();
        let others = after.as_ref().map(|after| subject.others(&before, after, &members)).unwrap_or_default();
        Ok(Applied { submission, before, after, pending: left, others, issues })
    }

    /// The instance must be as it was when the plan was made.
    fn check_unchanged(&self, now: &Value) -> Result<(), Error> {
        let with = |instance: &Value| Listing {
            attributes: Attributes::from_iter([(K::ATTRIBUTE.to_owned(), Value::Array(vec![instance.clone()]))]),
            marketplace_id: self.before.marketplace_id.clone(),
            ..Listing::default()
        };
        let changes: Vec<_> = differences(&with(&self.instance), &with(now)).iter().map(ToString::to_string).collect();
        if changes.is_empty() {
            return Ok(());
        }
        let message = format!("the listing changed after the plan was made: {}", changes.join("; "));
        Err(Error::new(ErrorKind::Input, message).with_hint("Nothing was sent. Make the plan again."))
    }
}

impl<K: Key> Subject<K> {
    /// Reads the listing until nothing is pending, or until the deadline.
    async fn read_back(
        &self,
        before: &Listing,
        pending: impl Fn(&Listing, &Listing) -> Vec<Pending>,
    ) -> Result<(Option<Listing>, Vec<Pending>), Error> {
        let deadline = after(self.longest);
        let mut seat = self.listings.pace().wait_here(&self.sku);
        let mut seen = None;
        loop {
            match read(&self.listings, &self.sku, self.marketplace, &self.watched).await {
                Ok(found) => seen = found.or(seen),
                Err(error) if may_pass(&error) => {}
                Err(error) => {
                    return Err(error.with_hint("The change was sent, and the listing could not be read after it."));
                }
            }
            let left = seen.as_ref().map_or(vec![Pending::Attributes], |seen| pending(before, seen));
            if left.is_empty() || Instant::now() >= deadline {
                return Ok((seen, left));
            }
            let next = after(seat.looked()).min(deadline);
            seat.until(next).await;
        }
    }

    /// What changed besides the members.
    fn others(&self, before: &Listing, now: &Listing, members: &Map<String, Value>) -> Vec<Difference> {
        let mut expected = before.clone();
        let index = find(&before.attributes, &self.key).ok();
        let list = expected.attributes.get_mut(K::ATTRIBUTE).and_then(Value::as_array_mut);
        if let Some(Value::Object(instance)) = index.zip(list).and_then(|(index, list)| list.get_mut(index)) {
            // A member that Amazon does not show yet is pending, and no other change.
            let stored = instances(&now.attributes, K::ATTRIBUTE).iter().find(|instance| self.key.is(instance));
            for (name, value) in members {
                let shown = stored.and_then(|stored| stored.get(name));
                let is_old = shown.is_some_and(|shown| instance.get(name).is_some_and(|old| is_equal(old, shown)));
                if !is_old {
                    instance.insert(name.clone(), value.clone());
                }
            }
        }
        differences(&expected, now).into_iter().filter(|difference| !self.key.is_expected(difference)).collect()
    }
}
