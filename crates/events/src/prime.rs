//! Prime offers, for which Amazon has two names.

use crate::payloads::{any_offer_changed, b2b_any_offer_changed};

macro_rules! prime {
    ($($module:ident),+) => {
        $(impl $module::PrimeInformation {
            /// Whether it is a Prime offer, under either name that Amazon has for it.
            pub fn is_prime_offer(&self) -> Option<bool> {
                self.is_offer_prime.or(self.is_prime)
            }

            /// Whether it is a Prime offer in the whole country, under either name that Amazon has for it.
            pub fn is_national_prime_offer(&self) -> Option<bool> {
                self.is_offer_national_prime.or(self.is_national_prime)
            }
        })+
    };
}

prime! { any_offer_changed, b2b_any_offer_changed }
