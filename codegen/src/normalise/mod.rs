//! Changes what the generator cannot accept as Amazon publishes it; each module makes one change. [`operation_ids`],
//! [`shared`], [`times`], [`all_of`], [`answers`] and [`money`] work on the Swagger 2.0 document; [`hoist`], [`formats`],
//! [`bounds`] and [`enum_values`] on the OpenAPI 3.0 document, where a parameter may refer to a schema.

pub mod all_of;
pub mod answers;
pub mod bounds;
pub mod enum_values;
pub mod formats;
pub mod hoist;
pub mod money;
pub mod operation_ids;
pub mod shared;
pub mod stand_ins;
pub mod times;
