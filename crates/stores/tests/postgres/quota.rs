//! Shared quotas.

use crate::processes::{HOT, HOT_RATE, output, start};
use crate::support::{Database, builder, call, key, runtime, sandbox, update};
use serde_json::{Value, to_value};
use spapi_core::Quotas;
use spapi_core::operation::Rate;
use spapi_core::throttle::{QuotaAnswer, QuotaChange, QuotaStore, TakenCall};
use spapi_sandbox::Limits;
use std::time::Duration;
use tokio_postgres::{Client, NoTls, Statement};

/// The names of a state's numbers, in the order of the statement.
const NUMBERS: [&str; 8] =
    ["documented", "calls", "filled_at", "per_second", "full", "refusals", "refused_at", "given"];

const APPLY: &str = "select (after).documented, (after).calls, (after).filled_at, (after).per_second, (after).\"full\",
    (after).refusals, (after).refused_at, (after).given, taken_at, was_full
    from spapi.quota_apply(
        row('', '', '', '', $1::float8, $2::float8, $3::float8, $4::float8, $5::float8, $6::bigint, $7::float8, $8::float8, null)::spapi.quotas,
        $9, $10, $11, $12, $13, $14, $15, $16
    )";

/// Applies random changes by the database and by spapi-core, and compares what comes of them.
pub fn changes_are_what_spapi_core_makes_of_them(database: &Database) {
    runtime().block_on(async {
        database.connect().await;
        let (client, connection) = tokio_postgres::connect(&database.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        let apply = client.prepare(APPLY).await.unwrap();
        for seed in 0..50 {
            life(&client, &apply, seed).await;
        }
    });
}

async fn life(client: &Client, apply: &Statement, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let rates = [Rate::new(0.0056, 20), Rate::new(0.5, 30), Rate::new(80.0, 100), Rate::new(2.0, 0)];
    let mut rate = rates[random.usize(..rates.len())];
    let mut now = Duration::from_micros(1_800_000_000_123_456);
    let mut state = QuotaChange::Look.apply(None, rate, now).state;
    let mut calls: Vec<TakenCall> = Vec::new();
    for step in 0..60 {
        let passed = [0, 1, 10_000, 900_000, 60_000_000, 4_000_000_000][random.usize(..6)];
        now += Duration::from_micros(passed);
        // A clock is set back now and then.
        if random.u32(..20) == 0 {
            now -= Duration::from_secs(5);
        }
        if random.u32(..30) == 0 {
            rate = rates[random.usize(..rates.len())];
        }
        let change = match (random.u32(..8), calls.is_empty()) {
            (0, _) => QuotaChange::Look,
            (1..=3, _) | (_, true) => QuotaChange::Take,
            (4, _) => QuotaChange::GiveBack,
            (5, _) => QuotaChange::Lost { taken: calls[random.usize(..calls.len())] },
            (6, _) => {
                let header = [rate.per_second, rate.per_second * 0.6, 1e9, 1e-9, 0.0, -1.0, f64::NAN, f64::INFINITY];
                let per_second = random.bool().then(|| header[random.usize(..header.len())]);
                QuotaChange::Passed { taken: calls[random.usize(..calls.len())], per_second }
            }
            _ => {
                let waits = [Duration::ZERO, Duration::from_millis(700), Duration::from_secs(90), Duration::MAX];
                let retry_after = random.bool().then(|| waits[random.usize(..waits.len())]);
                // Mostly a call of the present wave, which reduces the rate.
                let index = calls.len() - 1 - random.usize(..calls.len().min(3));
                QuotaChange::Refused { taken: calls[index], retry_after }
            }
        };
        let expected = change.apply(Some(&state), rate, now);
        let found = applied(client, apply, &to_value(state).unwrap(), rate, change, now).await;
        compare(&found, &to_value(expected).unwrap(), &format!("seed {seed}, step {step}: {change:?} of {state:?}"));
        state = expected.state;
        calls.extend(expected.taken);
    }
}

/// What the database makes of a state, in the form of an answer.
async fn applied(
    client: &Client,
    apply: &Statement,
    state: &Value,
    rate: Rate,
    change: QuotaChange,
    now: Duration,
) -> Value {
    let (name, call, number) = match change {
        QuotaChange::Look => ("look", None, None),
        QuotaChange::Take => ("take", None, None),
        QuotaChange::GiveBack => ("give_back", None, None),
        QuotaChange::Lost { taken } => ("lost", Some(taken), None),
        QuotaChange::Passed { taken, per_second } => ("passed", Some(taken), per_second),
        QuotaChange::Refused { taken, retry_after } => {
            ("refused", Some(taken), retry_after.map(|wait| wait.as_secs_f64()))
        }
        _ => unreachable!(),
    };
    let call = call.map(|call| to_value(call).unwrap());
    let float = |name: &str| state[name].as_f64();
    let refusals = state["refusals"].as_i64();
    let called_at = call.as_ref().and_then(|call| call["taken_at"].as_f64());
    let called_full = call.as_ref().and_then(|call| call["was_full"].as_bool());
    let called_refusals = call.as_ref().and_then(|call| call["refusals"].as_i64());
    let (per_second, burst, now) = (rate.per_second, f64::from(rate.burst), now.as_secs_f64());
    let [documented, calls, filled_at, rate_now, full, _, refused_at, given] = NUMBERS.map(float);
    let row = client
        .query_one(
            apply,
            &[
                &documented,
                &calls,
                &filled_at,
                &rate_now,
                &full,
                &refusals,
                &refused_at,
                &given,
                &per_second,
                &burst,
                &name,
                &called_at,
                &called_full,
                &called_refusals,
                &number,
                &now,
            ],
        )
        .await
        .unwrap();
    let mut after = serde_json::Map::new();
    for (index, name) in NUMBERS.into_iter().enumerate() {
        let value = match name {
            "refusals" => row.get::<_, i64>(index).into(),
            _ => row.get::<_, Option<f64>>(index).into(),
        };
        after.insert(name.to_owned(), value);
    }
    let taken_at: Option<f64> = row.get(8);
    let taken = taken_at.map(|taken_at| {
        spapi_core::json!({"taken_at": taken_at, "was_full": row.get::<_, bool>(9), "refusals": after["refusals"]})
    });
    spapi_core::json!({"state": after, "taken": taken})
}

/// Compares all members. Numbers may differ by the rounding of their last digits.
fn compare(found: &Value, expected: &Value, what: &str) {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            assert!(found.keys().eq(expected.keys()), "{what}: {found:?} is not {expected:?}");
            found.iter().for_each(|(name, value)| compare(value, &expected[name], &format!("{name} of {what}")));
        }
        (Value::Number(found), Value::Number(expected)) => {
            let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
            let most = 1e-9 * expected.abs().max(1.0);
            assert!((found - expected).abs() <= most, "{what}: {found} is not {expected}");
        }
        _ => assert_eq!(found, expected, "{what}"),
    }
}

pub fn eight_processes_take_no_call_too_many_and_none_too_few(database: &Database) {
    let numbers = || {
        let line = &database.query("select calls, filled_at, given from spapi.quotas where operation = 'hot'")[0];
        let numbers: Vec<f64> = line.split(", ").map(|number| number.parse().unwrap()).collect();
        (numbers[0], numbers[1], numbers[2])
    };
    runtime().block_on(async {
        update(&database.connect().await.quota(), HOT, HOT_RATE, QuotaChange::Look).await;
    });
    let before = numbers();
    let processes: Vec<_> = (0..8).map(|_| start("take", &database.url(), "")).collect();
    let taken: f64 = processes.into_iter().map(|it| output(it).trim().parse::<f64>().unwrap()).sum();
    let after = numbers();
    // What was there, and what was filled in meanwhile, without what the full bucket could not hold.
    let filled = (after.1 - before.1) * HOT_RATE.per_second - (after.2 - before.2);
    let left = before.0 + filled - taken;
    assert!((left - after.0).abs() < 1e-3, "{taken} were taken; {} are left instead of {left}", after.0);
    assert!(taken > f64::from(HOT_RATE.burst), "{taken}");
}

pub fn quotas_of_other_keys_are_apart(database: &Database) {
    let rate = Rate::new(0.001, 1);
    runtime().block_on(async {
        let quota = database.connect().await.quota();
        let first = key("o");
        let others =
            [("server", "t"), ("application", "b"), ("seller", "c"), ("operation", "p")].map(|(name, value)| {
                let mut other = to_value(&first).unwrap();
                other[name] = value.into();
                serde_json::from_value(other).unwrap()
            });
        let mut grantless = to_value(&first).unwrap();
        grantless["seller"] = Value::Null;
        for key in others.into_iter().chain([first, serde_json::from_value(grantless).unwrap()]) {
            let take = async || quota.update(&key, rate, &QuotaChange::Take).await.unwrap().taken;
            assert!(take().await.is_some() && take().await.is_none(), "{key:?}");
        }
    });
}

pub fn a_refusal_that_one_process_gets_stops_all(database: &Database) {
    let rate = Rate::new(1.0, 5);
    runtime().block_on(async {
        let (one, two) = (database.connect().await.quota(), database.connect().await.quota());
        let taken = update(&one, "o", rate, QuotaChange::Take).await.taken.unwrap();
        assert!(update(&two, "o", rate, QuotaChange::Take).await.taken.is_some());
        let retry_after = Some(Duration::from_secs(3000));
        update(&one, "o", rate, QuotaChange::Refused { taken, retry_after }).await;
        assert!(update(&two, "o", rate, QuotaChange::Take).await.taken.is_none());
        let left: f64 = database.query("select calls from spapi.quotas")[0].parse().unwrap();
        assert!((-3000.0..-2900.0).contains(&left), "{left}");
        // And a rate that one process learns from a header is that of all.
        update(&two, "o", rate, QuotaChange::Passed { taken, per_second: Some(0.5) }).await;
        let look = to_value(update(&one, "o", rate, QuotaChange::Look).await).unwrap();
        assert_eq!(look["state"]["per_second"], 0.5);
    });
}

pub fn a_rate_that_is_not_a_positive_number_is_the_slowest(database: &Database) {
    runtime().block_on(async {
        let quota = database.connect().await.quota();
        for per_second in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let answer: QuotaAnswer =
                quota.update(&key("o"), Rate::new(per_second, 3), &QuotaChange::Look).await.unwrap();
            assert_eq!(to_value(answer).unwrap()["state"]["per_second"], 1e-9);
        }
    });
}

pub fn a_client_waits_for_calls_that_another_took(database: &Database) {
    runtime().block_on(async {
        let (sandbox, seen) = sandbox(Limits::Documented).await;
        let client = || async {
            let quotas = Quotas::with_store(database.connect().await.quota());
            builder(sandbox.url()).quotas(&quotas).build().unwrap()
        };
        let clients = [client().await, client().await];
        for number in 0..crate::support::BURST as usize {
            call(&clients[number % 2]).await.unwrap();
        }
        for client in &clients {
            let error = call(client).await.unwrap_err();
            assert!(error.is_throttled() && error.status().is_none(), "{error}");
        }
        assert_eq!(crate::support::count(&seen, "getOrders"), crate::support::BURST as usize);
    });
}
