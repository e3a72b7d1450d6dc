//! Where notifications are sent: the options of the commands that set up and tear down.

use crate::exit::Failure;
use clap::Args;
use spapi_events::setup::{EventBridge, QueueArn, Target};

#[derive(Debug, Args)]
#[group(id = "destination", required = true, multiple = false)]
pub struct To {
    /// The queue that Amazon sends to: its ARN, or its URL at Amazon.
    #[arg(long, value_name = "ARN|URL", value_parser = queue)]
    queue: Option<QueueArn>,

    /// The AWS account and region whose event buses get the notifications by Amazon EventBridge.
    #[arg(long, value_name = "ACCOUNT/REGION", value_parser = event_bridge)]
    event_bridge: Option<EventBridge>,
}

impl To {
    pub fn target(&self) -> Result<Target, Failure> {
        let queue = self.queue.clone().map(Target::from);
        queue
            .or(self.event_bridge.clone().map(Target::from))
            .ok_or_else(|| Failure::usage("neither --queue nor --event-bridge is given").with_next("give one of them"))
    }

    /// The queue, if it is one.
    pub fn queue(&self) -> Option<&QueueArn> {
        self.queue.as_ref()
    }
}

pub fn queue(text: &str) -> Result<QueueArn, String> {
    text.parse().map_err(|error: spapi_core::Error| error.to_string())
}

fn event_bridge(text: &str) -> Result<EventBridge, String> {
    text.parse().map_err(|error: spapi_core::Error| error.to_string())
}
