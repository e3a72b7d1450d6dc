//! Destinations and subscriptions by the Notifications API.
