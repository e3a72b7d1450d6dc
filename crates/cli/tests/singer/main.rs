//! The tap `spapi singer` with published targets of Singer, against the sandbox.
//!
//! `singer/install` installs the targets. The test of one that is not installed shows as ignored, and so does that of Postgres
//! where PostgreSQL is not installed.

mod postgres;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, Sandbox};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use tempfile::TempDir;

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const STREAMS: [&str; 4] = [
    LISTINGS,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_LEDGER_DETAIL_VIEW_DATA",
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
];

/// The rows of each stream by their keys.
type Rows = BTreeMap<String, BTreeMap<String, Value>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let jsonl = installed("target-jsonl/bin/target-jsonl");
    let postgres = installed("meltanolabs-target-postgres/bin/target-postgres");
    let server = if postgres::programs().is_some() { None } else { Some("PostgreSQL is not installed") };
    let trials = vec![
        trial("target-jsonl takes the rows, and a rerun continues after its state", jsonl, jsonl_continues),
        trial(
            "target-postgres: a tap that is killed and runs again loses and doubles nothing",
            postgres.or(server),
            postgres_is_whole,
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that shows as ignored if there is a reason.
fn trial(name: &str, missing: Option<&str>, test: fn() -> Result<(), Failed>) -> Trial {
    match missing {
        None => Trial::test(name, test),
        Some(why) => Trial::test(format!("{name} ({why})"), || Ok(())).with_ignored_flag(true),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/singer")
}

fn installed(target: &str) -> Option<&'static str> {
    (!folder().join(target).exists()).then_some("it is not installed here: run crates/cli/tests/singer/install")
}

/// A shop with a connection, and a folder for what is written.
struct Shop {
    _runtime: tokio::runtime::Runtime,
    sandbox: Sandbox,
    folder: TempDir,
}

impl Shop {
    fn open() -> Result<Self, Failed> {
        let runtime = tokio::runtime::Runtime::new()?;
        let sandbox = runtime.block_on(Sandbox::builder().limits(Limits::Off).start())?;
        let shop = Self { _runtime: runtime, sandbox, folder: tempfile::tempdir()? };
        let config = json!({
            "name": "amazon-jp", "region": "JP", "start_date": "2026-01-01T00:00:00Z", "objects": STREAMS,
            "lwa_client_id": { "env": "ID" }, "lwa_client_secret": { "env": "SECRET" }, "refresh_token": { "env": "TOKEN" },
        });
        std::fs::write(shop.path("config.json"), config.to_string())?;
        let catalog = shop.tap(&["--discover"]).stdout(Stdio::piped()).output()?;
        std::fs::write(shop.path("catalog.json"), &catalog.stdout)?;
        Ok(shop)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tap(&self, arguments: &[&str]) -> Command {
        let mut tap = Command::new(env!("CARGO_BIN_EXE_spapi"));
        tap.arg("singer").arg("--config").arg(self.path("config.json")).args(arguments);
        tap.env("SPAPI_ENDPOINT", self.sandbox.url()).stderr(Stdio::null());
        tap.envs([("ID", CLIENT_ID), ("SECRET", CLIENT_SECRET), ("TOKEN", REFRESH_TOKEN)]);
        tap
    }

    /// Runs the tap into a target, and returns the lines that passed and the last state that the target printed. `killed` has the least
    /// number of states, and of records behind the last of them, after which the tap is killed.
    fn run(
        &self,
        target: &mut Command,
        state: Option<&str>,
        killed: Option<(usize, usize)>,
    ) -> Result<(Vec<Value>, String), Failed> {
        let catalog = self.path("catalog.json");
        let mut tap = self.tap(&["--catalog", &catalog.display().to_string()]);
        if let Some(state) = state {
            std::fs::write(self.path("state.json"), state)?;
            tap.arg("--state").arg(self.path("state.json"));
        }
        let mut tap = tap.stdout(Stdio::piped()).spawn()?;
        let log = std::fs::File::create(self.path("target.log"))?;
        let mut target = target.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn()?;
        let mut to = target.stdin.take().ok_or("no pipe")?;
        let (mut lines, mut states, mut behind) = (Vec::new(), 0, 0);
        for line in BufReader::new(tap.stdout.take().ok_or("no pipe")?).lines() {
            let line = line?;
            let message: Value = serde_json::from_str(&line)?;
            match message["type"].as_str() {
                Some("STATE") => (states, behind) = (states + 1, 0),
                Some("RECORD") => behind += 1,
                _ => {}
            }
            to.write_all(format!("{line}\n").as_bytes())?;
            lines.push(message);
            if killed.is_some_and(|(least, records)| states >= least && behind >= records) {
                tap.kill()?;
                break;
            }
        }
        drop(to);
        let ended = tap.wait()?;
        let output = target.wait_with_output()?;
        if ended.success() == killed.is_some() || !output.status.success() {
            let said = std::fs::read_to_string(self.path("target.log"))?;
            return Err(format!("the tap ends with {ended}, and the target with {}:\n{said}", output.status).into());
        }
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok((lines, printed.lines().last().unwrap_or_default().to_owned()))
    }

    /// The rows as a tap writes them that nothing disturbs.
    fn expected(&self) -> Result<Rows, Failed> {
        let output = self.tap(&[]).stdout(Stdio::piped()).output()?;
        let lines = String::from_utf8(output.stdout)?;
        let messages: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let rows = rows(messages.iter());
        let sizes: Vec<_> = STREAMS.iter().map(|stream| rows.get(*stream).map_or(0, BTreeMap::len)).collect();
        let records = messages.iter().filter(|message| message["type"] == "RECORD").count();
        if !output.status.success() || sizes.contains(&0) || sizes.iter().sum::<usize>() != records {
            return Err(format!("{}: {sizes:?} keys in {records} records", output.status).into());
        }
        Ok(rows)
    }
}

/// The records of messages by their keys. Each must fit the schema that comes before it.
fn rows<'a>(messages: impl Iterator<Item = &'a Value>) -> Rows {
    let mut keys = BTreeMap::new();
    let mut rows = Rows::new();
    for message in messages {
        let stream = message["stream"].as_str().unwrap_or_default().to_owned();
        match message["type"].as_str() {
            Some("SCHEMA") => drop(keys.insert(stream, message["key_properties"].clone())),
            Some("RECORD") => {
                let record = &message["record"];
                rows.entry(stream.clone()).or_default().insert(key(&keys[&stream], record), record.clone());
            }
            _ => {}
        }
    }
    rows
}

fn key(names: &Value, record: &Value) -> String {
    let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
    names.map(|name| format!("{}\n", record[name])).collect()
}

fn state_of(message: &Value) -> Option<&Value> {
    (message["type"] == "STATE").then(|| &message["value"])
}

fn jsonl_continues() -> Result<(), Failed> {
    let shop = Shop::open()?;
    let expected = shop.expected()?;
    std::fs::write(
        shop.path("target.json"),
        json!({ "destination_path": shop.path("out"), "do_timestamp_file": false }).to_string(),
    )?;
    let target = || {
        let mut target = Command::new(folder().join("target-jsonl/bin/target-jsonl"));
        target.arg("--config").arg(shop.path("target.json"));
        target
    };
    // The target forgets a state that records follow, so the tap is killed right behind one.
    let (first, state) = shop.run(&mut target(), None, Some((3, 0)))?;
    let committed: Value = serde_json::from_str(&state)?;
    if first.iter().rev().find_map(state_of) != Some(&committed) {
        return Err(format!("the target prints {state}").into());
    }
    let (second, last) = shop.run(&mut target(), Some(&state), None)?;
    let again = |stream: &str| {
        let of =
            |lines: &[Value]| lines.iter().filter(|line| line["type"] == "RECORD" && line["stream"] == stream).count();
        (of(&first), of(&second))
    };
    let read: Vec<_> = STREAMS.iter().map(|stream| again(stream)).collect();
    if first.iter().chain(&second).filter(|line| line["type"] == "RECORD").count()
        >= 2 * expected.values().map(BTreeMap::len).sum::<usize>()
    {
        return Err(format!("all was read twice: {read:?}").into());
    }
    for stream in STREAMS {
        let written = std::fs::read_to_string(shop.path("out").join(format!("{stream}.jsonl")))?;
        let written: Vec<Value> = written.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        let names = first.iter().chain(&second).find(|line| line["type"] == "SCHEMA" && line["stream"] == stream);
        let names = &names.ok_or("no schema")?["key_properties"];
        let by_key: BTreeMap<_, _> = written.into_iter().map(|record| (key(names, &record), record)).collect();
        if by_key != expected[stream] {
            return Err(format!("{stream}: {} rows instead of {}", by_key.len(), expected[stream].len()).into());
        }
    }
    // Nothing is due but the snapshot, and the last slices, which grow with each minute.
    let (third, _) = shop.run(&mut target(), Some(&last), None)?;
    for stream in STREAMS {
        let of = third.iter().filter(|line| line["type"] == "RECORD" && line["stream"] == stream).count();
        let is_right = match stream {
            LISTINGS => of > 0,
            // A settlement is read once. The only slice of a short history is also its last one.
            "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2" => of == 0,
            _ => of <= expected[stream].len(),
        };
        if !is_right {
            return Err(format!("the third run reads {of} rows of {stream}").into());
        }
    }
    Ok(())
}

fn postgres_is_whole() -> Result<(), Failed> {
    let shop = Shop::open()?;
    let server = postgres::Server::start();
    let target = |schema: &str| {
        let config = json!({ "sqlalchemy_url": server.url(), "default_target_schema": schema, "hard_delete": true });
        let path = shop.path("target.json");
        std::fs::write(&path, config.to_string()).map(|()| {
            let mut target = Command::new(folder().join("meltanolabs-target-postgres/bin/target-postgres"));
            target.arg("--config").arg(path);
            target
        })
    };
    // A row of a product that is no longer listed.
    let gone = "insert into a.\"GET_MERCHANT_LISTINGS_ALL_DATA\" (_connection, _marketplace, _slice, _ordinal, seller_sku, _sdc_table_version)
                values ('amazon-jp', 'A1VC38T7YXB528', 'whole', 0, 'gone', 1)";
    let expected = shop.expected()?;
    for (index, killed) in [(1, 3), (4, 1)].into_iter().enumerate() {
        let schema = ["a", "b"][index];
        let (_, state) = shop.run(&mut target(schema)?, None, Some(killed))?;
        serde_json::from_str::<Value>(&state)?;
        let (_, state) = shop.run(&mut target(schema)?, Some(&state), None)?;
        if index == 0 {
            server.query(gone)?;
            shop.run(&mut target(schema)?, Some(&state), None)?;
        }
        for stream in STREAMS {
            let stored = server.query(&format!("select row_to_json(t) from {schema}.\"{stream}\" t"))?;
            let stored = stored.lines().map(serde_json::from_str).collect::<Result<Vec<Map<String, Value>>, _>>()?;
            let mut stored: Vec<_> = stored.into_iter().map(as_stored).collect();
            let mut wanted: Vec<_> = expected[stream].values().map(as_written).collect();
            stored.sort();
            wanted.sort();
            if stored != wanted {
                let first = stored.iter().zip(&wanted).find(|(stored, wanted)| stored != wanted);
                return Err(format!("{stream}: {} rows instead of {}: {first:#?}", stored.len(), wanted.len()).into());
            }
        }
    }
    let types = server.query(
        "select column_name, data_type from information_schema.columns where table_schema = 'a'
         and table_name = 'GET_MERCHANT_LISTINGS_ALL_DATA' and column_name in ('price', 'quantity', 'open_date', '_others') order by 1",
    )?;
    let types: Vec<_> = types.lines().collect();
    if types != ["_others|jsonb", "open_date|timestamp without time zone", "price|numeric", "quantity|bigint"] {
        return Err(format!("the types are {types:?}").into());
    }
    Ok(())
}

/// A row of the table without the columns of the target.
fn as_stored(row: Map<String, Value>) -> String {
    let row: BTreeMap<_, _> = row.into_iter().filter(|(name, _)| !name.starts_with("_sdc_")).collect();
    json!(row).to_string()
}

/// A record as Postgres writes it: times without a zone and without zeros at their end.
fn as_written(record: &Value) -> String {
    let values = record.as_object().into_iter().flatten().map(|(name, value)| {
        let value = match value.as_str().and_then(|text| text.strip_suffix(".000000Z")) {
            Some(time) => json!(time),
            None => value.clone(),
        };
        (name, value)
    });
    json!(values.collect::<BTreeMap<_, _>>()).to_string()
}
