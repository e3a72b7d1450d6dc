//! Set-up against the sandbox in the process, in paused time.

use spapi_core::transport::ServiceTransport;
use spapi_core::{Client, Clock, Credentials, Endpoint, Marketplace, Quotas, Region, RetryPolicy};
use spapi_events::setup::{Action, Applied, Filter, Plan, Setup, Status, Target, Wanted};
use spapi_notifications::v1::Notifications;
use spapi_notifications::v1::types::{CreateDestinationRequest, DestinationResourceSpecification, SqsResource};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, Limits, REFRESH_TOKEN, Sandbox};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

const QUEUE: &str = "arn:aws:sqs:ap-northeast-1:123456789012:shop-events";
const OTHER_QUEUE: &str = "arn:aws:sqs:ap-northeast-1:123456789012:other-events";
const SECOND_TOKEN: &str = "Atzr|SPAPI-SANDBOX-SECOND";

struct Shop {
    sandbox: Sandbox,
    requests: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct SandboxClock(spapi_sandbox::Clock);

impl Clock for SandboxClock {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
}

impl Shop {
    fn new() -> Self {
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        let sandbox = Sandbox::builder()
            .region(Region::FarEast)
            .limits(Limits::Off)
            .seller(SECOND_TOKEN)
            .on_request(move |_| {
                counted.fetch_add(1, Ordering::Relaxed);
            })
            .build()
            .unwrap();
        Self { sandbox, requests }
    }

    fn client(&self) -> Client {
        self.client_of(Marketplace::JP.region(), "A1SELLER", REFRESH_TOKEN)
    }

    fn client_of(&self, region: Region, seller: &str, token: &str) -> Client {
        Client::builder(region)
            .endpoint(Endpoint::custom(self.sandbox.url_of(region)))
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, token).with_seller_id(seller))
            .transport(ServiceTransport::new(self.sandbox.service()))
            .clock(Arc::new(SandboxClock(self.sandbox.clock().clone())))
            .quotas(&Quotas::off())
            .retry(RetryPolicy::new().attempts(1))
            .build()
            .unwrap()
    }

    fn fails(&self, operation: &str, kind: FaultKind, nth: u64) {
        self.sandbox.fault(Fault::new(format!("notifications {operation}"), kind).nth(nth)).unwrap();
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

fn queue() -> Target {
    Target::queue(QUEUE).unwrap()
}

fn usual(client: &Client) -> Setup {
    Setup::new(client, queue())
        .subscribe(Wanted::new("ANY_OFFER_CHANGED").filter(Filter::new().marketplaces([Marketplace::JP])))
        .subscribe("ORDER_CHANGE")
        .subscribe("REPORT_PROCESSING_FINISHED")
}

fn actions(plan: &Plan) -> Vec<Action> {
    plan.steps.iter().map(|step| step.action).collect()
}

fn done(applied: &Applied) -> Vec<Action> {
    applied.done.iter().map(|step| step.action).collect()
}

async fn subscribed(client: &Client) -> Status {
    Setup::status(client, ["ANY_OFFER_CHANGED", "ORDER_CHANGE", "REPORT_PROCESSING_FINISHED"]).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn one_call_sets_everything_up_and_a_second_one_changes_nothing() {
    let shop = Shop::new();
    let client = shop.client();
    let setup = usual(&client).named("jp");
    let plan = setup.plan().await.unwrap();
    assert_eq!(actions(&plan), [Action::CreateDestination, Action::Subscribe, Action::Subscribe, Action::Subscribe]);
    assert!(plan.changes() && plan.left().next().is_none());
    assert_eq!(
        plan.to_string(),
        format!(
            "create destination: jp ({QUEUE})\nsubscribe ANY_OFFER_CHANGED 1.0 of A1SELLER: marketplaces JP\n\
             subscribe ORDER_CHANGE 1.0 of A1SELLER\nsubscribe REPORT_PROCESSING_FINISHED 2020-09-04 of A1SELLER"
        )
    );
    assert!(subscribed(&client).await.subscribed.is_empty(), "a plan changes nothing");

    let applied = setup.carry_out(plan).await;
    assert!(applied.is_whole(), "{applied}");
    assert!(applied.done.iter().all(|step| step.id.is_some()));
    let again = setup.apply().await.unwrap();
    assert_eq!(done(&again), [Action::UseDestination, Action::Keep, Action::Keep, Action::Keep]);
    let ids = |applied: &Applied| applied.done.iter().map(|step| step.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&applied), ids(&again));
    assert!(!setup.plan().await.unwrap().changes());

    let status = subscribed(&client).await;
    assert_eq!((status.subscribed.len(), status.missing.len(), status.unknown.len()), (3, 0, 0));
    let offers = &status.subscribed[0];
    assert_eq!((offers.notification_type.as_str(), offers.payload_version.as_str()), ("ANY_OFFER_CHANGED", "1.0"));
    assert_eq!(status.destination(offers).and_then(|known| known.target.clone()), Some(queue()));
}

#[tokio::test(start_paused = true)]
async fn a_destination_of_another_name_is_used() {
    let shop = Shop::new();
    let client = shop.client();
    let resource = DestinationResourceSpecification::new().sqs(SqsResource::new(QUEUE));
    let made = CreateDestinationRequest::new("made by hand", resource);
    Notifications::new(&client).create_destination(made).send().await.unwrap();
    let applied = Setup::new(&client, queue()).named("ours").subscribe("ORDER_CHANGE").apply().await.unwrap();
    assert_eq!(done(&applied), [Action::UseDestination, Action::Subscribe]);
    assert!(applied.done[0].about.contains("made by hand"), "{applied}");
    assert_eq!(subscribed(&client).await.destinations.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_differs_is_named_and_replaced_only_on_request() {
    let shop = Shop::new();
    let client = shop.client();
    Setup::new(&client, Target::queue(OTHER_QUEUE).unwrap()).subscribe("ANY_OFFER_CHANGED").apply().await.unwrap();
    let setup = usual(&client);
    let plan = setup.plan().await.unwrap();
    assert_eq!(actions(&plan)[..2], [Action::CreateDestination, Action::Leave]);
    let left = plan.left().next().unwrap();
    assert_eq!(left.differences, ["it has no filter", &format!("it goes to {OTHER_QUEUE}")]);
    let id = left.id.clone();
    assert!(setup.carry_out(plan).await.is_whole());
    assert_eq!(subscribed(&client).await.subscribed[0].id, id.clone().unwrap(), "it is as it was");

    let applied = setup.replace(true).apply().await.unwrap();
    assert_eq!(done(&applied), [Action::UseDestination, Action::Replace, Action::Keep, Action::Keep]);
    let status = subscribed(&client).await;
    let offers: Vec<_> =
        status.subscribed.iter().filter(|known| known.notification_type == "ANY_OFFER_CHANGED").collect();
    assert_eq!(offers.len(), 1);
    assert_ne!(Some(&offers[0].id), id.as_ref());
    assert_eq!(offers[0].filter.to_string(), "marketplaces JP");
}

#[tokio::test(start_paused = true)]
async fn lost_answers_do_no_harm() {
    let shop = Shop::new();
    let client = shop.client();
    shop.fails("createDestination", FaultKind::LostAnswer, 1);
    shop.fails("createSubscription", FaultKind::LostAnswer, 2);
    let applied = usual(&client).apply().await.unwrap();
    assert!(applied.is_whole(), "{applied}");
    let status = subscribed(&client).await;
    assert_eq!((status.destinations.len(), status.subscribed.len()), (1, 3));
}

#[tokio::test(start_paused = true)]
async fn after_a_failure_what_was_done_is_known_and_a_second_run_goes_on() {
    let shop = Shop::new();
    let client = shop.client();
    shop.fails("createSubscription", FaultKind::ServerError, 1);
    let applied = usual(&client).apply().await.unwrap();
    assert_eq!(done(&applied), [Action::CreateDestination, Action::Subscribe, Action::Subscribe]);
    assert_eq!(applied.failed[0].step.notification_type.as_deref(), Some("ANY_OFFER_CHANGED"));
    assert!(!applied.is_whole() && applied.to_string().contains("failed: subscribe ANY_OFFER_CHANGED"), "{applied}");
    let again = usual(&client).apply().await.unwrap();
    assert_eq!(done(&again), [Action::UseDestination, Action::Subscribe, Action::Keep, Action::Keep]);
    assert!(again.is_whole());

    let shop = Shop::new();
    let client = shop.client();
    shop.fails("createDestination", FaultKind::ServerError, 1);
    let applied = usual(&client).apply().await.unwrap();
    assert_eq!((applied.done.len(), applied.failed.len(), applied.untried.len()), (0, 1, 3));
}

#[tokio::test(start_paused = true)]
async fn a_replacement_that_fails_halfway_says_that_the_old_one_is_gone() {
    let shop = Shop::new();
    let client = shop.client();
    Setup::new(&client, queue()).subscribe("ANY_OFFER_CHANGED").apply().await.unwrap();
    shop.fails("createSubscription", FaultKind::ServerError, 1);
    let setup = Setup::new(&client, queue())
        .subscribe(Wanted::new("ANY_OFFER_CHANGED").filter(Filter::new().aggregation("FiveMinutes")))
        .replace(true);
    let applied = setup.apply().await.unwrap();
    assert!(applied.failed[0].is_deleted && applied.done.len() == 1, "{applied}");
    let again = setup.apply().await.unwrap();
    assert_eq!(done(&again), [Action::UseDestination, Action::Subscribe]);
}

#[tokio::test(start_paused = true)]
async fn sellers_share_a_destination_of_their_region() {
    let shop = Shop::new();
    let (first, second) = (shop.client(), shop.client_of(Region::FarEast, "A2SELLER", SECOND_TOKEN));
    let setup = Setup::new(&first, queue()).seller(&second).subscribe("ORDER_CHANGE");
    let applied = setup.apply().await.unwrap();
    assert_eq!(done(&applied), [Action::CreateDestination, Action::Subscribe, Action::Subscribe]);
    let sellers: Vec<_> = applied.done[1..].iter().map(|step| step.seller_id.as_deref()).collect();
    assert_eq!(sellers, [Some("A1SELLER"), Some("A2SELLER")]);
    assert_ne!(applied.done[1].id, applied.done[2].id);

    let before = shop.requests();
    let europe = shop.client_of(Region::Europe, "A3SELLER", REFRESH_TOKEN);
    let error = Setup::new(&first, queue()).seller(&europe).subscribe("ORDER_CHANGE").plan().await.unwrap_err();
    assert!(error.to_string().contains("regions fe and eu"), "{error}");
    assert_eq!(shop.requests(), before);

    let torn = setup.tear_down().await.unwrap();
    assert_eq!(done(&torn), [Action::Unsubscribe, Action::Unsubscribe, Action::DeleteDestination]);
}

#[tokio::test(start_paused = true)]
async fn a_tear_down_deletes_what_is_ours_and_nothing_else() {
    let shop = Shop::new();
    let client = shop.client();
    usual(&client).apply().await.unwrap();
    let other = Setup::new(&client, Target::queue(OTHER_QUEUE).unwrap()).subscribe("FEED_PROCESSING_FINISHED");
    other.apply().await.unwrap();

    let one = Setup::new(&client, queue()).subscribe("ORDER_CHANGE");
    let plan = one.plan_unsubscribe().await.unwrap();
    assert_eq!(done(&one.carry_out(plan).await), [Action::Unsubscribe]);
    assert!(Setup::new(&client, queue()).plan_unsubscribe().await.unwrap().steps.is_empty());
    let plan = Setup::new(&client, queue()).plan_tear_down().await.unwrap();
    assert_eq!(actions(&plan), [Action::Unsubscribe, Action::Unsubscribe, Action::DeleteDestination]);
    shop.fails("deleteSubscriptionById", FaultKind::ServerError, 2);
    let setup = Setup::new(&client, queue());
    let torn = setup.carry_out(plan).await;
    assert_eq!((torn.done.len(), torn.failed.len(), torn.untried.len()), (1, 1, 1), "{torn}");
    let again = setup.tear_down().await.unwrap();
    assert_eq!(done(&again), [Action::Unsubscribe, Action::DeleteDestination]);
    assert!(setup.plan_tear_down().await.unwrap().steps.is_empty());
    assert!(!other.plan().await.unwrap().changes(), "the other set-up is whole");
}

#[tokio::test(start_paused = true)]
async fn a_type_has_a_subscription_for_each_filter_expression() {
    use Action::{
        CreateDestination, DeleteDestination, Keep, KeepOther, Leave, Replace, Subscribe, Unsubscribe, UseDestination,
    };
    const KIND: &str = "FULFILLMENT_ORDER_STATUS";
    let shop = Shop::new();
    let client = shop.client();
    let of = |status: &str| {
        let expression = format!("FulfillmentOrderStatusNotification.FulfillmentOrderStatus == '{status}'");
        Wanted::new(KIND).filter(Filter::new().expression(expression))
    };
    let set_up = |statuses: &[&str]| {
        statuses.iter().fold(Setup::new(&client, queue()), |setup, status| setup.subscribe(of(status)))
    };
    let made = set_up(&["NEW", "COMPLETE"]).apply().await.unwrap();
    assert_eq!(done(&made), [CreateDestination, Subscribe, Subscribe]);
    let again = set_up(&["NEW", "COMPLETE"]).apply().await.unwrap();
    assert_eq!(done(&again), [UseDestination, Keep, Keep]);
    let more = set_up(&["CANCELLED", "NEW"]).apply().await.unwrap();
    assert_eq!(done(&more), [UseDestination, Subscribe, Keep, KeepOther], "{more}");
    assert!(more.left().next().is_none());
    let status = Setup::status(&client, [KIND]).await.unwrap();
    assert_eq!((status.subscribed.len(), status.missing.len()), (3, 0));
    let replaced = set_up(&["NEW", "INVALID"]).replace(true).apply().await.unwrap();
    assert_eq!(done(&replaced), [UseDestination, Keep, Subscribe, Unsubscribe, Unsubscribe]);

    // A subscription without an expression brings all, and takes the place of those with one.
    let all = || Setup::new(&client, queue()).subscribe(KIND);
    let left = all().apply().await.unwrap();
    assert_eq!((done(&left), left.left().next().unwrap().differences.len()), (vec![UseDestination, Leave], 2));
    assert_eq!(done(&all().replace(true).apply().await.unwrap()), [UseDestination, Replace]);
    assert_eq!(Setup::status(&client, [KIND]).await.unwrap().subscribed.len(), 1);
    let left = set_up(&["NEW", "COMPLETE"]).apply().await.unwrap();
    assert_eq!(done(&left), [UseDestination, Leave, Leave]);
    let back = set_up(&["NEW", "COMPLETE"]).replace(true).apply().await.unwrap();
    assert_eq!(done(&back), [UseDestination, Replace, Subscribe]);

    let plan = set_up(&["NEW", "COMPLETE"]).plan_unsubscribe().await.unwrap();
    assert_eq!(actions(&plan), [Unsubscribe, Unsubscribe]);
    let torn = Setup::new(&client, queue()).tear_down().await.unwrap();
    assert_eq!(done(&torn), [Unsubscribe, Unsubscribe, DeleteDestination]);
    for twice in [set_up(&["NEW", "NEW"]), set_up(&["NEW"]).subscribe(KIND), all().subscribe(of("NEW"))] {
        let error = twice.plan().await.unwrap_err();
        assert!(error.to_string().contains("is wanted twice"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_has_one_destination_of_event_bridge() {
    let shop = Shop::new();
    let client = shop.client();
    let bus = |region: &str| Target::event_bridge("123456789012", region).unwrap();
    let setup = Setup::new(&client, bus("ap-northeast-1")).subscribe("LISTINGS_ITEM_STATUS_CHANGE");
    let applied = setup.apply().await.unwrap();
    assert!(applied.event_source.unwrap().starts_with("aws.partner/sellingpartnerapi.amazon.com/123456789012/"));
    let error = Setup::new(&client, bus("us-east-1")).plan().await.unwrap_err();
    assert!(error.to_string().contains("in ap-northeast-1 already"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused_before_anything_is_sent() {
    let shop = Shop::new();
    let client = shop.client();
    let (to_queue, to_bus) = (
        || Setup::new(&client, queue()),
        || Setup::new(&client, Target::event_bridge("123456789012", "ap-northeast-1").unwrap()),
    );
    for (setup, why) in [
        (
            to_queue().subscribe("LISTINGS_ITEM_STATUS_CHANGE"),
            "LISTINGS_ITEM_STATUS_CHANGE goes to Amazon EventBridge alone",
        ),
        (to_bus().subscribe("ORDER_CHANGE"), "ORDER_CHANGE goes to a queue of Amazon SQS alone"),
        (to_queue().subscribe("ORDER_STATUS_CHANGE"), "Subscribe to ORDER_CHANGE instead"),
        (to_queue().subscribe("APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY"), "needs no subscription"),
        (to_queue().subscribe("ORDER_CHANGE").subscribe("ORDER_CHANGE"), "wanted twice"),
        (to_queue().subscribe("NEW_TYPE"), "NEW_TYPE is not known"),
        (to_queue().subscribe("ORDER_CHANGE@9"), "has no version 9"),
        (to_queue().named(""), "the name of the destination is blank"),
        (to_queue().named("x".repeat(257)), "longer than 256 characters"),
    ] {
        let error = setup.plan().await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(why), "{error}");
    }
    assert_eq!(shop.requests(), 0);
}
