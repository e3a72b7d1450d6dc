//! Batches against an Amazon within the process, in paused time.

mod amazon;

use amazon::{Amazon, Fault, SELLER};
use serde_json::{Value, json};
use spapi_core::{Error, Marketplace};
use spapi_listings::bulk::{Batch, Bulk, BulkItem, BulkOutcome, BulkProgress, BulkRun, Outcome, Plan, Way};
use spapi_listings::{Findings, ListingsPatch, Validator};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, timeout};

const DE: &str = "A1PA6795UKMFR9";

/// Titles of at most ten characters.
fn validator() -> Validator {
    let schema = json!({ "type": "object", "required": ["item_name"], "additionalProperties": false, "properties": { "item_name": {
        "type": "array", "minItems": 1, "items": { "type": "object", "properties": {
            "value": { "type": "string", "maxLength": 10 }, "marketplace_id": { "type": "string" } } } } } });
    Validator::compile(&schema.to_string()).unwrap()
}

fn title(text: &str) -> Value {
    json!({ "item_name": [{ "value": text, "marketplace_id": DE }] })
}

fn put(sku: &str) -> BulkItem {
    BulkItem::put(sku, "LUGGAGE", title("Suitcase")).place(format!("line of {sku}"))
}

fn batch(items: impl IntoIterator<Item = BulkItem>) -> Batch {
    let validator = validator();
    Batch::check(items, |_| Ok(Some(validator.clone())), |_| {})
}

fn bulk(amazon: &Amazon) -> Bulk {
    Bulk::new(&amazon.client(), SELLER, Marketplace::DE).settle(Duration::from_secs(120))
}

async fn run(bulk: &Bulk, batch: &Batch, way: Way) -> BulkRun {
    bulk.run(batch, way, |_| {}).await.unwrap()
}

/// The outcomes in words, by the SKU.
fn names(run: &BulkRun) -> BTreeMap<&str, &'static str> {
    let names: BTreeMap<_, _> = run.outcomes.iter().map(|one| (one.sku.as_str(), one.outcome.name())).collect();
    assert_eq!(names.len(), run.outcomes.len(), "each SKU has one outcome");
    names
}

fn of<'run>(run: &'run BulkRun, sku: &str) -> &'run BulkOutcome {
    run.outcomes.iter().find(|one| one.sku == sku).unwrap_or_else(|| panic!("{sku}"))
}

const SKUS: [&str; 5] = ["A-1", "A-refused", "A-wrong", "A-lost", "A-idle"];

#[tokio::test(start_paused = true)]
async fn every_sku_has_one_outcome_by_either_way() {
    for way in [Way::Feed, Way::Api] {
        let amazon = Amazon::new();
        let long = BulkItem::put("A-long", "LUGGAGE", title("Suitcase of leather")).place("line 7");
        let items =
            SKUS.map(put).into_iter().chain([long, put("A-twice"), put("A-twice").place("line 9"), put("B/1 #%,+")]);
        let run = run(&bulk(&amazon), &batch(items), way).await;
        let expected = BTreeMap::from([
            ("A-1", "live"),
            ("A-refused", "refused"),
            ("A-wrong", "refused"),
            ("A-lost", "unknown"),
            ("A-idle", "accepted"),
            ("A-long", "invalid"),
            ("A-twice", "invalid"),
            ("B/1 #%,+", "live"),
        ]);
        assert_eq!((names(&run), run.error.is_none()), (expected, true), "{way}: {:?}", run.outcomes);
        let Outcome::Invalid { findings } = &of(&run, "A-twice").outcome else { panic!("invalid") };
        assert!(findings.to_string().contains("the SKU A-twice is in line of A-twice and in line 9"), "{findings}");
        let Outcome::Invalid { findings } = &of(&run, "A-long").outcome else { panic!("invalid") };
        let first = findings.errors().next().unwrap();
        assert_eq!((first.keyword.as_str(), first.pointer.as_str()), ("maxLength", "/item_name/0/value"));
        let Outcome::Refused { issues } = &of(&run, "A-refused").outcome else { panic!("refused") };
        assert_eq!(issues.iter().next().unwrap().code.as_deref(), Some("4000001"));
        let Outcome::Unknown { reason } = &of(&run, "A-lost").outcome else { panic!("unknown") };
        assert!(reason.contains("not created"), "{reason}");
        let sent: Vec<String> = amazon.state().sent.keys().cloned().collect();
        assert_eq!(
            sent,
            ["A-1", "A-idle", "A-lost", "A-refused", "A-wrong", "B/1 #%,+"],
            "what is invalid is not sent"
        );
        assert_eq!(amazon.sent_twice(), [""; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn updates_patches_and_deletions_need_a_listing_that_exists() {
    for way in [Way::Feed, Way::Api] {
        let amazon = Amazon::new();
        ["A-1", "A-2", "A-3", "A,4"].iter().for_each(|sku| amazon.add(sku));
        tokio::time::advance(Duration::from_secs(3600)).await;
        let patch = || ListingsPatch::replace("item_name", title("Case")["item_name"].clone()).unwrap();
        let items = [
            BulkItem::update("A-1", "LUGGAGE", title("Case")),
            BulkItem::patch("A-2", "LUGGAGE", [patch()]),
            BulkItem::delete("A-3"),
            BulkItem::update("A,4", "LUGGAGE", title("Case")),
            BulkItem::update("A-typo", "LUGGAGE", title("Case")),
        ];
        let run = run(&bulk(&amazon), &batch(items.clone()), way).await;
        let expected = BTreeMap::from([
            ("A-1", "live"),
            ("A-2", "live"),
            ("A-3", "deleted"),
            ("A,4", "live"),
            ("A-typo", "invalid"),
        ]);
        assert_eq!(names(&run), expected, "{way}: {:?}", run.outcomes);
        let Outcome::Invalid { findings } = &of(&run, "A-typo").outcome else { panic!("invalid") };
        assert_eq!(findings.errors().next().unwrap().keyword, "unknown_sku");
        assert!(!amazon.state().listings.contains_key("A-typo"));
        let run = self::run(&bulk(&amazon).upsert(), &batch(items), way).await;
        assert_eq!(names(&run)["A-typo"], "live");
    }
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_does_not_show_the_change_is_not_live() {
    let amazon = Amazon::new();
    amazon.add("A-lost");
    tokio::time::advance(Duration::from_secs(3600)).await;
    // Amazon takes it and does nothing, and the listing was for sale before.
    let run = run(&bulk(&amazon), &batch([put("A-lost")]), Way::Feed).await;
    assert_eq!(names(&run)["A-lost"], "accepted");
}

#[tokio::test(start_paused = true)]
async fn what_the_caller_knows_to_be_wrong_is_not_sent() {
    let amazon = Amazon::new();
    let wrong = |item: BulkItem| item.findings(Findings::of_input("cell", "Sheet1!C7: no number".to_owned()));
    let items = [
        wrong(put("A-1")),
        put(" "),
        put(""),
        put("A-2"),
        BulkItem::put("A-3", "", title("x")),
        BulkItem::put("A-4", "LUGGAGE", json!(5)),
    ];
    let refusing = |item: &BulkItem| match item.sku() {
        "A-2" => Err(Error::new(spapi_core::ErrorKind::NotFound, "no such product type")),
        _ => Ok(Some(validator())),
    };
    let batch = Batch::check(items, refusing, |_| {});
    assert_eq!((batch.len(), batch.ready(), batch.is_empty()), (6, 0, false));
    let words: Vec<_> = batch.invalid().map(|one| one.outcome.to_string()).collect();
    for (words, part) in words.iter().zip([
        "Sheet1!C7: no number",
        "the SKU is empty",
        "the SKU is empty",
        "no such product type",
        "no product type",
        "object",
    ]) {
        assert!(words.contains(part), "{part:?} is not in {words:?}");
    }
    let run = run(&bulk(&amazon), &batch, Way::Feed).await;
    assert!(run.outcomes.iter().all(|one| one.outcome.name() == "invalid"));
    assert_eq!(amazon.state().calls.len(), 0, "nothing was sent: {:?}", amazon.state().calls);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_split_and_its_feeds_keep_to_the_quota() {
    let amazon = Amazon::new();
    let batch = batch((0..70).map(|number| put(&format!("A-{number}"))));
    let bulk = bulk(&amazon).most_messages(10);
    assert_eq!(bulk.plan(&batch).feeds, 7);
    let mut feeds = Vec::new();
    let run = bulk
        .run(&batch, Way::Feed, |step| {
            if let BulkProgress::Feed { number, skus, is_resumed, .. } = step {
                feeds.push((number, skus, is_resumed));
            }
        })
        .await
        .unwrap();
    assert!(run.outcomes.iter().all(|one| one.outcome.name() == "live"), "{:?}", run.outcomes);
    assert_eq!(feeds, (1..=7).map(|number| (number, 10, false)).collect::<Vec<_>>());
    assert_eq!((amazon.calls("createFeed"), amazon.state().refused), (7, 0));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_stops_anywhere_goes_on_and_sends_nothing_twice() {
    for way in [Way::Feed, Way::Api] {
        for stop in [0, 1, 2, 5, 9, 14, 95, 130, 320, 400, 500] {
            let (amazon, folder) = (Amazon::new(), tempfile::tempdir().unwrap());
            let items = || batch((0..70).map(|number| put(&format!("A-{number}"))));
            let journal = |bulk: Bulk| bulk.most_messages(10).at_once(1).journal(folder.path());
            let first = journal(bulk(&amazon));
            // Dropping the future is what a killed process leaves: the files.
            let stopped = timeout(Duration::from_millis(stop * 1000 + 120), first.run(&items(), way, |_| {})).await;
            drop(stopped);
            let second = journal(bulk(&amazon));
            assert!(second.unfinished().unwrap().is_none_or(|known| known == way));
            let run = run(&second, &items(), way).await;
            assert!(
                run.outcomes.len() == 70 && run.outcomes.iter().all(|one| one.outcome.name() == "live"),
                "{way} {stop}: {:?}",
                run.outcomes
            );
            let twice = amazon.sent_twice();
            // A call that was on its way may have been carried out. To send it again does no harm.
            assert!(twice.len() <= usize::from(way == Way::Api), "{way} stopped after {stop} s: {twice:?}");
            run.finish().await.unwrap();
            assert_eq!(second.unfinished().unwrap(), None);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_finished_batch_is_sent_anew_and_an_unfinished_one_is_not() {
    for way in [Way::Feed, Way::Api] {
        let (amazon, folder) = (Amazon::new(), tempfile::tempdir().unwrap());
        let bulk = bulk(&amazon).journal(folder.path());
        let batch = batch([put("A-1")]);
        for sent in [1, 1, 2] {
            let run = run(&bulk, &batch, way).await;
            assert_eq!((names(&run)["A-1"], amazon.state().sent["A-1"]), ("live", sent), "{way}");
            // The outcomes of the first run are lost.
            if sent == 1 && amazon.calls("search") > 1 {
                run.finish().await.unwrap();
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_corrected_batch_sends_what_has_changed_after_what_was_sent() {
    let (amazon, folder) = (Amazon::new(), tempfile::tempdir().unwrap());
    let bulk = bulk(&amazon).journal(folder.path());
    let first = batch([put("A-1"), put("A-2")]);
    drop(timeout(Duration::from_secs(30), bulk.run(&first, Way::Feed, |_| {})).await);
    let second = batch([put("A-1"), BulkItem::put("A-2", "LUGGAGE", title("Trunk")), put("A-3")]);
    let run = run(&bulk, &second, Way::Feed).await;
    assert!(run.outcomes.iter().all(|one| one.outcome.name() == "live"), "{:?}", run.outcomes);
    assert_eq!(
        amazon.state().sent,
        BTreeMap::from([("A-1".to_owned(), 1), ("A-2".to_owned(), 2), ("A-3".to_owned(), 1)])
    );
    assert_eq!(amazon.state().listings["A-2"].attributes, title("Trunk"), "the later one counts");
}

#[tokio::test(start_paused = true)]
async fn a_journal_belongs_to_one_run_and_to_one_way() {
    let (amazon, folder) = (Amazon::new(), tempfile::tempdir().unwrap());
    let bulk = bulk(&amazon).journal(folder.path());
    let batch = batch([put("A-1")]);
    let mut one = Box::pin(bulk.run(&batch, Way::Feed, |_| {}));
    assert!(timeout(Duration::from_secs(10), &mut one).await.is_err());
    let error = bulk.run(&batch, Way::Feed, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("another run uses the folder"), "{error}");
    drop(one);
    assert_eq!(bulk.unfinished().unwrap(), Some(Way::Feed));
    let error = bulk.run(&batch, Way::Api, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("a run by feed that is not finished"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn files_of_the_journal_that_are_cut_off_cost_nothing() {
    let (amazon, folder) = (Amazon::new(), tempfile::tempdir().unwrap());
    let bulk = bulk(&amazon).journal(folder.path());
    let items = batch([put("A-1"), put("A-2")]);
    drop(run(&bulk, &items, Way::Api).await);
    let answers = folder.path().join(format!("{SELLER}-{DE}")).join("answers.jsonl");
    let text = std::fs::read_to_string(&answers).unwrap();
    let cut = text.trim_end();
    std::fs::write(&answers, &cut[..cut.len() - 5]).unwrap();
    let run = run(&bulk, &items, Way::Api).await;
    assert!(run.outcomes.iter().all(|one| one.outcome.name() == "live"));
    assert_eq!(amazon.state().sent.values().sum::<u32>(), 3, "only the answer that is cut off is asked for again");
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_cannot_be_used_is_an_error_before_anything_is_sent() {
    let (amazon, folder) = (Amazon::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = bulk(&amazon).journal(&file).run(&batch([put("A-1")]), Way::Feed, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    assert_eq!(amazon.calls("createFeed"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_ends_badly_leaves_each_sku_unknown_until_its_listing_shows() {
    for (status, part) in [("FATAL", "failed, perhaps after a part of it"), ("CANCELLED", "was cancelled")] {
        let amazon = Amazon::new();
        amazon.state().feed_status = status;
        let run = run(&bulk(&amazon), &batch([put("A-1")]), Way::Feed).await;
        let Outcome::Unknown { reason } = &of(&run, "A-1").outcome else { panic!("{:?}", run.outcomes) };
        assert!(reason.contains(part), "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_call_is_resolved_by_the_listing() {
    let amazon = Amazon::new();
    amazon.state().fault = Box::new(|name, number| match (name, number) {
        ("put", 1) => Some(Fault::LostAnswer),
        ("put", 2) => Some(Fault::Reset),
        _ => None,
    });
    let run = run(&bulk(&amazon).at_once(1), &batch([put("A-1"), put("A-2"), put("A-3")]), Way::Api).await;
    assert_eq!(
        names(&run),
        BTreeMap::from([("A-1", "live"), ("A-2", "unknown"), ("A-3", "live")]),
        "{:?}",
        run.outcomes
    );
    assert_eq!(amazon.sent_twice(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_caller_is_said_once_and_the_others_are_not_tried() {
    for (way, fault) in [(Way::Api, Fault::Forbidden), (Way::Feed, Fault::Forbidden)] {
        let amazon = Amazon::new();
        amazon.state().fault = Box::new(move |name, _| matches!(name, "put" | "createFeed").then_some(fault));
        let run =
            run(&bulk(&amazon).most_messages(10), &batch((0..70).map(|number| put(&format!("A-{number}")))), way).await;
        assert!(run.error.as_ref().is_some_and(Error::is_auth), "{way}: {:?}", run.error);
        assert!(run.outcomes.iter().all(|one| one.outcome.name() == "unknown"), "{way}");
        assert!(amazon.calls("put") + amazon.calls("createFeed") < 40, "{way}: {:?}", amazon.state().calls);
    }
}

#[tokio::test(start_paused = true)]
async fn listings_that_cannot_be_read_are_unknown_and_the_error_is_said() {
    let amazon = Amazon::new();
    amazon.state().fault = Box::new(|name, _| (name == "search").then_some(Fault::Forbidden));
    let run = run(&bulk(&amazon), &batch([put("A-1")]), Way::Api).await;
    assert_eq!((names(&run)["A-1"], run.error.is_some()), ("unknown", true));
    // A failure that passes costs nothing.
    let amazon = Amazon::new();
    amazon.state().fault = Box::new(|name, number| (name == "search" && number < 4).then_some(Fault::Broken));
    let run = self::run(&bulk(&amazon), &batch([put("A-1")]), Way::Api).await;
    assert_eq!(names(&run)["A-1"], "live");
}

#[test]
fn a_plan_says_which_way_is_faster() {
    let plan = |count: usize| Plan::of(&batch((0..count).map(|number| put(&format!("A-{number}")))));
    let small = plan(3);
    assert_eq!((small.faster, small.feeds, small.by_api, small.reading), (Way::Api, 1, Duration::ZERO, Duration::ZERO));
    let large = plan(5000);
    assert_eq!(
        (large.faster, large.feeds, large.by_api, large.reading),
        (Way::Feed, 1, Duration::from_secs(998), Duration::from_secs(49))
    );
    assert_eq!(
        plan(0).to_string(),
        "0 SKUs: 0 feeds in about 1 s, or 0 calls in about 1 s, and about 1 s to read the listings; api is faster"
    );
    let title = json!({ "item_name": (0..60).map(|_| json!({ "value": "Suitcase", "marketplace_id": DE })).collect::<Vec<_>>() });
    let items = (0..6000).map(|number| BulkItem::put(format!("A-{number}"), "LUGGAGE", title.clone()));
    assert_eq!(Plan::of(&batch(items)).feeds, 2, "a feed has at most 10 MiB");
}

/// Thousands of SKUs with 1 % bad ones: every outcome is known, within the quotas.
#[tokio::test(start_paused = true)]
async fn a_large_batch_has_every_outcome_within_the_quotas() {
    large(3000, &[Way::Feed, Way::Api]).await;
}

/// The figure for 30,000 SKUs; it takes a while in a debug build.
#[tokio::test(start_paused = true)]
#[ignore = "a figure: run it with --ignored --nocapture"]
async fn thirty_thousand_skus() {
    large(30_000, &[Way::Feed, Way::Api]).await;
}

async fn large(count: usize, ways: &[Way]) {
    let kinds = ["long", "refused", "wrong", "lost"];
    let sku = |number: usize| match number % 400 {
        0 => "long",
        100 => "refused",
        200 => "wrong",
        300 => "lost",
        _ => "good",
    };
    for way in ways {
        let amazon = Amazon::new();
        let items = (0..count).map(|number| {
            let kind = sku(number);
            BulkItem::put(
                format!("{kind}-{number}"),
                "LUGGAGE",
                title(if kind == "long" { "Suitcase of leather" } else { "Suitcase" }),
            )
        });
        let batch = batch(items);
        let bulk = bulk(&amazon);
        let plan = bulk.plan(&batch);
        let start = Instant::now();
        let run = run(&bulk, &batch, *way).await;
        let lasted = start.elapsed();
        for one in &run.outcomes {
            let expected = match kinds.iter().find(|kind| one.sku.starts_with(**kind)) {
                Some(&"long") => "invalid",
                Some(&"lost") => "unknown",
                Some(_) => "refused",
                None => "live",
            };
            assert_eq!(one.outcome.name(), expected, "{way}: {one:?}");
        }
        assert_eq!((run.outcomes.len(), amazon.sent_twice()), (count, Vec::new()));
        println!(
            "{count} SKUs by {way}: {lasted:?}; {plan}; {} calls beyond the quota; {:?}",
            amazon.state().refused,
            amazon.state().calls
        );
    }
}
