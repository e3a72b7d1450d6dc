//! The consumer: notifications from a queue to handlers.
