//! The types of the feature `observe`, empty and without effect.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use spapi_types::Operation;
use std::borrow::Cow;

#[derive(Clone)]
pub(crate) struct Observers;

#[expect(clippy::unused_self, reason = "the form is that with the feature")]
impl Observers {
    pub(crate) fn none() -> Self {
        Self
    }

    pub(crate) fn tell(&self, _: &Operation, _: &Asked, _: (StatusCode, &HeaderMap, &Bytes), _: Noted) {}
}

#[derive(Clone, Copy)]
pub(crate) struct Noted;

#[expect(clippy::extra_unused_type_parameters, reason = "the form is that with the feature")]
impl Noted {
    pub(crate) fn none() -> Self {
        Self
    }

    pub(crate) fn of<T>() -> Self {
        Self
    }

    pub(crate) fn note<T>() {}
}

pub(crate) fn noting<R>(decode: impl FnOnce() -> R) -> (R, Noted) {
    (decode(), Noted)
}

pub(crate) struct Asked;

impl Asked {
    pub(crate) fn new(_: &str, _: &Pairs, _: &Pairs, _: Option<&Bytes>, _: Noted) -> Self {
        Self
    }
}

type Pairs = [(Cow<'static, str>, String)];
