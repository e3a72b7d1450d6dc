//! Ids and tokens by their form.
