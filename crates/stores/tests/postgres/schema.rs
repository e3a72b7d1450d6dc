//! The schema, and programs of different versions.

use crate::support::{Database, key, runtime, update};
use spapi_core::operation::Rate;
use spapi_core::throttle::{QuotaChange, QuotaStore};
use spapi_stores::Postgres;

const RATE: Rate = Rate::new(1.0, 5);

pub fn many_programs_that_start_at_once_make_one_schema(database: &Database) {
    runtime().block_on(async {
        let mut programs = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let url = database.url();
            programs.spawn(async move { Postgres::connect(&url).await.map(drop) });
        }
        programs.join_all().await.into_iter().for_each(|connected| connected.unwrap());
    });
    assert_eq!(database.query("select number, is_additive from spapi.migrations"), ["1, t"]);
}

pub fn a_newer_schema_is_refused_unless_it_is_additive(database: &Database) {
    runtime().block_on(async {
        let running = database.connect().await.quota();
        database.query("insert into spapi.migrations values (2, true)");
        update(&database.connect().await.quota(), "o", RATE, QuotaChange::Take).await;
        database.query("insert into spapi.migrations values (3, false)");
        let error = Postgres::connect(&database.url()).await.unwrap_err();
        let shown = error.to_string();
        assert!(error.is_config() && shown.contains("version 3") && shown.contains("up to 1"), "{shown}");
        assert!(shown.contains("Update this program"), "{shown}");
        // One that runs meanwhile goes on until its session ends.
        update(&running, "o", RATE, QuotaChange::Take).await;
        database.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'spapi' and datname = current_database()");
        let error = running.update(&key("o"), RATE, &QuotaChange::Take).await.unwrap_err().to_string();
        assert!(error.contains("Update this program"), "{error}");
    });
}

pub fn a_user_without_rights_learns_which_are_missing(database: &Database) {
    database.query("create role guarded_s login password 'right'");
    let url = database.url_of("guarded_s:right");
    runtime().block_on(async {
        let denied = async |said: &str| {
            let error = Postgres::connect(&url).await.unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("USAGE on the schema spapi"), "{error}");
        };
        denied("permission denied for database").await;
        database.connect().await;
        denied("permission denied for schema spapi").await;
        database.query("grant usage on schema spapi to guarded_s");
        denied("permission denied for table migrations").await;
        database.query("grant select, insert, update, delete on all tables in schema spapi to guarded_s");
        let stores = Postgres::connect(&url).await.unwrap();
        assert!(update(&stores.quota(), "o", RATE, QuotaChange::Take).await.taken.is_some());
    });
}
