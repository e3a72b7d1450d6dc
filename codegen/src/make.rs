//! Takes the model of an API through all steps before its files are written.

use crate::bodies::Bodies;
use crate::catalog::{Api, Section};
use crate::metadata::{self, Operation};
use crate::passes::reach::Reach;
use crate::types::{self, Types};
use crate::{convert, facts_table, normalise, passes};
use anyhow::{Context, Result};
use rayon::prelude::*;

/// An API with everything that its files are made from.
pub struct Made<'a> {
    pub api: &'a Api,
    pub operations: Vec<Operation>,
    pub types: Types,
    pub reach: Reach,
    pub facts: facts_table::Facts,
    pub bodies: Bodies,
}

/// Prepares every section in memory, on all processors.
pub fn make(sections: &[Section]) -> Result<Vec<Vec<Made<'_>>>> {
    let make_api = |api| make_api(api).with_context(|| format!("in {}", api.place));
    sections.par_iter().map(|section| section.apis.par_iter().map(make_api).collect()).collect()
}

fn make_api(api: &Api) -> Result<Made<'_>> {
    let mut document = api.document.clone();
    normalise::operation_ids::apply(&mut document)?;
    normalise::shared::apply(&mut document)?;
    normalise::times::apply(&mut document);
    normalise::all_of::apply(&mut document)?;
    normalise::answers::name(&mut document);
    let answers = normalise::answers::read(&document);
    let operations = metadata::operations(api, &document, &answers)?;
    normalise::answers::reduce(&mut document);
    normalise::money::apply(&mut document);
    let mut openapi = convert::to_openapi(&document)?;
    normalise::hoist::apply(&mut openapi)?;
    let facts = facts_table::Facts::read(&openapi, &api.words);
    normalise::formats::apply(&mut openapi);
    normalise::bounds::apply(&mut openapi);
    let values = normalise::enum_values::take(&mut openapi);
    let wires = normalise::stand_ins::apply(&mut openapi)?;
    let mut types = types::of(&openapi, values, &wires)?;
    let bodies = Bodies::read(&types, &facts, &operations)?;
    let reach = passes::reach::apply(&mut types, &operations);
    passes::absence::apply(&mut types, &reach);
    passes::decimals::apply(&mut types);
    passes::unknown_fields::apply(&mut types, &reach);
    Ok(Made { api, operations, types, reach, facts, bodies })
}
