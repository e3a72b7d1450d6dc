//! Chooses a handler by the type of a notification.

use super::{BoxFuture, Delivery, Handler, HandlerError};
use crate::PayloadType;
use spapi_types::text::printable;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

/// A handler that gives each notification to the first of its routes that takes it.
///
/// A notification that no route takes is a failure, so that it stays in the queue, unless
/// [`ignore_others`](Self::ignore_others) or [`otherwise`](Self::otherwise) says what to do with it.
///
/// ```
/// use spapi_events::consume::{Delivery, Router};
///
/// let router = Router::new()
///     .on_type("FEED_PROCESSING_FINISHED", |delivery: Delivery| async move {
///         println!("{:?}", delivery.id());
///         Ok(())
///     })
///     .ignore_others();
/// ```
#[derive(Clone, Default)]
pub struct Router {
    routes: Vec<Route>,
    otherwise: Otherwise,
}

#[derive(Clone)]
struct Route {
    takes: Arc<dyn Fn(&Delivery) -> bool + Send + Sync>,
    handler: Arc<dyn Handler>,
}

#[derive(Clone, Default)]
enum Otherwise {
    #[default]
    Fail,
    Ignore,
    Handle(Arc<dyn Handler>),
}

impl Router {
    /// A router without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives notifications with a payload of this type to a function.
    pub fn on<P, F, Fut>(self, handle: F) -> Self
    where
        P: PayloadType + Send + Sync + 'static,
        F: Fn(Event<P>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        let takes = |delivery: &Delivery| delivery.payload_as::<P>().is_some();
        self.route(takes, move |delivery: Delivery| handle(Event { delivery, payload: PhantomData }))
    }

    /// Gives notifications of this type to a handler, whatever their payload's version is.
    pub fn on_type(self, notification_type: &'static str, handler: impl Handler) -> Self {
        self.route(move |delivery: &Delivery| delivery.notification_type.as_str() == notification_type, handler)
    }

    /// Gives notifications of any of these types to a handler.
    pub fn on_types(self, notification_types: &'static [&'static str], handler: impl Handler) -> Self {
        self.route(
            move |delivery: &Delivery| notification_types.contains(&delivery.notification_type.as_str()),
            handler,
        )
    }

    /// Gives all other notifications to a handler.
    pub fn otherwise(self, handler: impl Handler) -> Self {
        Self { otherwise: Otherwise::Handle(Arc::new(handler)), ..self }
    }

    /// Counts all other notifications as handled, so that they are deleted.
    pub fn ignore_others(self) -> Self {
        Self { otherwise: Otherwise::Ignore, ..self }
    }

    fn route(mut self, takes: impl Fn(&Delivery) -> bool + Send + Sync + 'static, handler: impl Handler) -> Self {
        self.routes.push(Route { takes: Arc::new(takes), handler: Arc::new(handler) });
        self
    }
}

impl Handler for Router {
    fn handle(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), HandlerError>> {
        if let Some(route) = self.routes.iter().find(|route| (route.takes)(&delivery)) {
            return route.handler.handle(delivery);
        }
        match &self.otherwise {
            Otherwise::Handle(handler) => handler.handle(delivery),
            Otherwise::Ignore => Box::pin(std::future::ready(Ok(()))),
            Otherwise::Fail => {
                let name = printable(delivery.notification_type.as_str()).up_to(100).to_string();
                let version = printable(&delivery.payload_version).up_to(40).to_string();
                let why = format!("no route takes {name} with a payload of version {version}");
                Box::pin(std::future::ready(Err(HandlerError::new(why))))
            }
        }
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("routes", &self.routes.len()).finish_non_exhaustive()
    }
}

/// A delivery whose payload has the type `P`. It has the fields and methods of the payload.
///
/// `Debug` does not show the payload.
pub struct Event<P> {
    delivery: Delivery,
    payload: PhantomData<fn() -> P>,
}

impl<P> Event<P> {
    /// The whole delivery: the notification with its envelope, and what the queue knows.
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }
}

impl<P: PayloadType> Deref for Event<P> {
    type Target = P;

    fn deref(&self) -> &P {
        // The route has looked before, and a delivery does not change.
        self.delivery.payload_as().expect("the payload has the type that the route looked for")
    }
}

impl<P> Clone for Event<P> {
    fn clone(&self) -> Self {
        Self { delivery: self.delivery.clone(), payload: PhantomData }
    }
}

impl<P> fmt::Debug for Event<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.delivery.fmt(f)
    }
}
