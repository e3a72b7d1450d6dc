//! What happens in the shop by itself as the sandbox's clock goes on.

use super::{fulfillment_inbound, fulfillment_outbound, listings_items, orders, product_type_definitions};
use crate::server::Server;

/// Lets happen what is due, and sends the notifications of it. Each request begins and ends with it.
pub(crate) fn pass(server: &Server) {
    listings_items::settle(server);
    orders::settle(server);
    fulfillment_outbound::settle(server);
    fulfillment_inbound::settle(server);
    product_type_definitions::settle(server);
    server.notifications.settle(server.clock.now(), &server.faults);
}
