//! `spapi events test`: has Amazon's sandbox send a made-up notification.

use super::target::To;
use super::wanted::Types;
use crate::connection::{Connection, Needs, Place, Server};
use crate::exit::Failure;
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::notes;
use clap::Args;
use spapi_events::setup::Setup;

const HELP: &str = "\
Amazon has this in its sandbox alone, whose destinations are its own: set one up there first.

Example:
  spapi events setup ORDER_CHANGE -m JP -e sandbox --queue ARN
  spapi events test ORDER_CHANGE -m JP -e sandbox --queue ARN";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    #[command(flatten)]
    types: Types,

    #[command(flatten)]
    to: To,

    /// Which of the type's made-up notifications is sent, if there are several.
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let wanted = options.types.wanted(&options.force)?;
    if options.connection.endpoint == Server::Production {
        return Err(Failure::usage("Amazon sends test notifications from its sandbox alone").with_next(
            "add --endpoint sandbox, and set the destination up there: `spapi events setup --endpoint sandbox`",
        ));
    }
    let target = options.to.target()?;
    let connected = options.connection.connect(options.place.needed_region()?, Needs::Application).await?;
    let setup = Setup::new(&connected.client, target.clone());
    let setup = if options.force.force { setup.unchecked() } else { setup };
    let mut interrupt = Interrupt::new();
    for one in wanted {
        let name = one.notification_type().to_owned();
        let sent = setup.send_test(one, options.scenario.as_deref());
        interrupt.or(notes::while_waiting(sent)).await?.map_err(|error| connected.failure(error))?;
        notes::note(format!("{name} was sent to {target}"));
    }
    Ok(())
}
