//! `spapi events test`: has Amazon's sandbox send a made-up notification.

use super::target::To;
use super::wanted::Types;
use crate::connection::{Connection, Needs, Place, Server};
use crate::exit::Failure;
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::notes;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use spapi_events::setup::Setup;

const HELP: &str = "\
Amazon has this in its sandbox alone, whose destinations are its own: set one up there first. The sandbox inside this program takes \
any scenario, and sends a payload that says nothing.

Examples:
  spapi events setup ORDER_CHANGE -m JP -e sandbox --queue arn:aws:sqs:ap-northeast-1:123456789012:orders
  spapi events test ORDER_CHANGE --scenario NAME -m JP -e sandbox --queue arn:aws:sqs:ap-northeast-1:123456789012:orders";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    #[command(flatten)]
    types: Types,

    #[command(flatten)]
    to: To,

    /// Which of the type's made-up notifications is sent. Amazon's documentation of the type names them.
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    scenario: String,

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
        let sent = setup.send_test(one, &options.scenario);
        interrupt.or(notes::while_waiting(sent)).await?.map_err(|error| connected.failure(error))?;
        notes::note(format!("{name} was sent to {target}"));
    }
    Ok(())
}
