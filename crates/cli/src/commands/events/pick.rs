//! Which notifications a command is about.

use super::{close_types, type_name};
use crate::catalog::did_you_mean;
use crate::completion;
use crate::exit::Failure;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_core::Marketplace;
use spapi_events::{Notification, facts};

#[derive(Debug, Args)]
#[command(next_help_heading = "Which notifications")]
pub struct Pick {
    /// Only notifications of these types.
    #[arg(
        long = "type",
        value_name = "TYPE,...",
        value_delimiter = ',',
        value_parser = type_name,
        add = ArgValueCompleter::new(completion::notification_types)
    )]
    types: Vec<String>,

    /// Take types with --type that this version does not know. Without it they are refused as probable typos.
    #[arg(long, requires = "types")]
    force: bool,

    /// Only notifications about these marketplaces.
    #[arg(short, long, value_name = "CODE,...", value_delimiter = ',', add = ArgValueCompleter::new(completion::marketplaces))]
    marketplace: Vec<Marketplace>,

    /// Only notifications of these sellers, by Amazon's ids.
    #[arg(long, value_name = "ID,...", value_delimiter = ',')]
    seller: Vec<String>,
}

impl Pick {
    /// Refuses types that are not known, by which nothing would ever be taken.
    pub fn check(&self) -> Result<(), Failure> {
        match self.types.iter().find(|name| facts::newest(name).is_none()) {
            Some(name) if !self.force => {
                let close = did_you_mean(&close_types(name));
                Err(Failure::usage(format!("--type: the notification type {name} is not known{close}"))
                    .with_next("correct it, or add --force if Amazon has it and this version does not know it"))
            }
            _ => Ok(()),
        }
    }

    /// Whether the command is about the notification.
    pub fn takes(&self, notification: &Notification) -> bool {
        let name = notification.notification_type.as_str();
        let is_type = self.types.is_empty() || self.types.iter().any(|known| known == name);
        let is_seller = self.seller.is_empty()
            || notification.seller_id().is_some_and(|id| self.seller.iter().any(|known| known == id));
        let is_marketplace = self.marketplace.is_empty()
            || notification.marketplace_id().is_some_and(|id| self.marketplace.iter().any(|known| known.id() == id));
        is_type && is_seller && is_marketplace
    }
}
