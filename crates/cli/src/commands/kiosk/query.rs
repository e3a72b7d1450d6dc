//! `spapi kiosk query`: from a query to rows in a file.

use super::rows::Pages;
use crate::connection::{Connected, Connection, Needs, Place, Problem};
use crate::documents::{RowFormat, Target};
use crate::exit::Failure;
use crate::force::Force;
use crate::input;
use crate::interrupt::Interrupt;
use crate::journal::{Memory, polling};
use crate::retirement::today;
use clap::Args;
use spapi_jobs::DataKiosk;
#[cfg(feature = "kiosk-check")]
use spapi_jobs::KioskSchema;
use spapi_metadata::Dataset;
use std::io::Write;
use std::path::PathBuf;

const HELP: &str = "\
Rows have the paths of their values as columns, such as sales.orderedProductSales.amount. A list is one value. --format raw \
is the lines of JSON as Amazon made them.

Amazon takes one query a minute, makes a query of each further page, and finds mistakes only when it runs the query. This \
program finds them before that, by the schema of the dataset. For a dataset that is newer than this program, download the \
schema from the folder schemas/data-kiosk of Amazon's repository of models, and give it with --schema.

Examples:
  spapi kiosk query sales.graphql -m DE -o sales.parquet
  spapi kiosk query - -m DE --format jsonl < sales.graphql";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The file with the query in GraphQL, or - for stdin.
    #[arg(value_name = "FILE", required_unless_present = "query")]
    file: Option<PathBuf>,

    /// The query itself.
    #[arg(short, long, value_name = "TEXT", conflicts_with = "file")]
    query: Option<String>,

    /// The schema of the dataset, by which the query is checked before it is sent [default: the one of this program].
    #[cfg(feature = "kiosk-check")]
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    connection: Connection,
}

#[cfg(feature = "kiosk-check")]
const SEND_ANYWAY: &str = "correct it, or add --force to send it as it is";

/// The largest file of a query. Amazon takes 8,000 characters, without comments and white space.
const LARGEST: u64 = 1 << 20;

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { target, memory, connection, .. } = &options;
    let format = target.format()?;
    let region = options.place.needed_region()?;
    let text = options.text()?;
    let connected = connection.connect(region, Needs::Seller).await?;
    let request = options.kiosk(&connected)?.query(&text).map_err(|error| connected.failure(error))?;
    let dataset = request.clone().job().type_name().to_owned();
    options.check(&dataset, &text)?;
    // Nobody knows what a new dataset holds.
    let (mut writer, place) = target.open(Dataset::find(&dataset).is_none())?;
    let mut progress = target.progress();
    let work = async {
        let mut pages = request.pages();
        let mut spool = Pages::new()?;
        let mut read = Vec::new();
        loop {
            while let Some(state) = pages.try_next_state().await? {
                progress.job(&state);
            }
            let Some(page) = pages.try_next().await? else { break };
            let mut pieces = page.open().await?.bytes();
            while let Some(piece) = pieces.try_next().await? {
                spool.push(&piece)?;
                progress.rows(0, spool.bytes());
            }
            spool.end_page()?;
            read.push(page);
            if read.len() > 1 {
                progress.state(&format!("{} pages are read", read.len()), "");
            }
        }
        let counts = match format {
            RowFormat::Raw => {
                spool.copy(&mut writer)?;
                writer.flush().map_err(Failure::from)?;
                None
            }
            _ => Some(spool.write_rows(format, &target.columns, writer, &place, &mut progress)?),
        };
        let written = place.written();
        place.finish()?;
        progress.finish(counts.as_ref().map_or(0, |counts| counts.rows), written);
        counts.map_or(Ok(()), |counts| counts.conclude())?;
        for page in &read {
            page.finish().await?;
        }
        Ok(())
    };
    let done = Interrupt::new().or(work).await.unwrap_or_else(|failure| Err(Problem::from(failure)));
    done.map_err(|problem| connected.explained(problem)).map_err(|failure| match memory.has_journal(connection) {
        true => failure.and_next("what was requested is not lost: run the same command again to go on with it"),
        false => failure,
    })
}

impl Options {
    fn text(&self) -> Result<String, Failure> {
        let file = match (&self.query, &self.file) {
            (Some(query), _) => return Ok(query.clone()),
            (None, file) => file.as_deref().unwrap_or("-".as_ref()),
        };
        let name = input::name(file);
        let bytes = input::read(file, LARGEST).map_err(|error| {
            Failure::usage(format!("the query {name} cannot be read: {error}"))
                .with_next("give the file of the query, - to read it from stdin, or --query TEXT")
        })?;
        let next = "give the text of one query in GraphQL";
        let bytes =
            bytes.ok_or_else(|| Failure::usage(format!("{name} is larger than a query can be")).with_next(next))?;
        String::from_utf8(bytes)
            .map_err(|_| Failure::usage(format!("the query {name} is not text in UTF-8")).with_next(next))
    }

    /// Refuses a query that does not fit the schema of its dataset, and a dataset that is not known, unless `--force` is given.
    fn check(&self, dataset: &str, text: &str) -> Result<(), Failure> {
        #[cfg(feature = "kiosk-check")]
        if let Some(file) = &self.schema {
            let schema = KioskSchema::read(file)?;
            return match self.force.force {
                true => Ok(()),
                false => schema.check(text).map_err(|error| Failure::from(error).with_next(SEND_ANYWAY)),
            };
        }
        if Dataset::find(dataset).is_none() {
            let today = today();
            let known = Dataset::all().iter().filter(|known| !known.is_gone(&today)).map(|known| known.name);
            let known = known.collect::<Vec<_>>().join(", ");
            return self
                .force
                .unknown("dataset", dataset, &Dataset::nearest(dataset))
                .map_err(|failure| failure.and_next(format!("the datasets are {known}")));
        }
        #[cfg(feature = "kiosk-check")]
        if let (false, Some(schema)) = (self.force.force, KioskSchema::of_dataset(dataset)) {
            schema.check(text).map_err(|error| {
                Failure::from(error)
                    .with_next(SEND_ANYWAY)
                    .and_next("if Amazon has a newer schema of the dataset, give it with --schema FILE")
            })?;
        }
        Ok(())
    }

    /// The queries of the client's seller, with the journal.
    fn kiosk(&self, connected: &Connected) -> Result<DataKiosk, Failure> {
        let kiosk = DataKiosk::new(&connected.client);
        let kiosk =
            polling(&self.connection).into_iter().fold(kiosk, |kiosk, (first, longest)| kiosk.polling(first, longest));
        let kiosk = self.connection.longest_wait.into_iter().fold(kiosk, DataKiosk::longest_quota_wait);
        Ok(self.memory.open(&self.connection)?.into_iter().fold(kiosk, DataKiosk::journal))
    }
}
