//! Names of MWS, and what replaces each.
