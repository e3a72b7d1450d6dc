//! Answers that wrap their value in `payload`.

/// An answer that has a payload and errors, and nothing else. The section crates implement it for such answers, so that
/// [`Response::payload`](crate::Response::payload) returns the payload alone.
pub trait HasPayload {
    /// The type of the payload.
    type Payload;

    /// The payload. `None` if the answer has none.
    fn into_payload(self) -> Option<Self::Payload>;
}

/// Implements [`HasPayload`] for a struct with the field `payload`, an `Option` of this type. Generated code uses it.
#[doc(hidden)]
#[macro_export]
macro_rules! payload {
    ($answer:ident, $payload:ty) => {
        impl $crate::HasPayload for $answer {
            type Payload = $payload;

            fn into_payload(self) -> ::core::option::Option<$payload> {
                self.payload
            }
        }
    };
}
