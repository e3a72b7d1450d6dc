// The same by ajv: `node peer.mjs FOLDER`, in a folder that has ajv and ajv-formats. Prints as `figures-validate measure` does.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(`${process.cwd()}/`);
const Ajv = require("ajv/dist/2019").default;
const addFormats = require("ajv-formats").default;
const folder = process.argv[2];

const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
const micros = (start) => {
  const { user, system } = process.cpuUsage(start);
  return user + system;
};
const median = (times) => times.sort((one, other) => one - other)[times.length >> 1];
const bytes = (text) => Buffer.byteLength(text, "utf8");

function groups(names, items) {
  const sizes = new Map();
  for (const item of items) {
    if (item === null || typeof item !== "object" || Array.isArray(item)) continue;
    const key = JSON.stringify((names?.length ? names : Object.keys(item).sort()).map((name) => [name, item[name]]));
    sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  return sizes;
}

function compile(schema) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addKeyword("selectors");
  ajv.addKeyword({
    keyword: "maxUniqueItems",
    type: "array",
    validate: (limit, items, schema) => items.length <= limit || [...groups(schema.selectors, items).values()].every((size) => size <= limit),
  });
  ajv.addKeyword({
    keyword: "minUniqueItems",
    type: "array",
    validate: (limit, items, schema) => groups(schema.selectors, items).size >= limit,
  });
  ajv.addKeyword({ keyword: "maxUtf8ByteLength", type: "string", validate: (limit, text) => bytes(text) <= limit });
  ajv.addKeyword({ keyword: "minUtf8ByteLength", type: "string", validate: (limit, text) => bytes(text) >= limit });
  return ajv.compile(schema);
}

const schema = read("schema.json");
// Its meta-schema is Amazon's, which nothing here fetches.
delete schema.$schema;
const compiled = [];
let validate;
for (let run = 0; run < 3; run++) {
  const start = process.cpuUsage();
  validate = compile(schema);
  compiled.push(micros(start));
}
const answer = [median(compiled)];
const numbers = [];
for (const name of ["valid.json", "faulty.json"]) {
  const listings = read(name);
  const times = [];
  // The first runs are slow until the engine has optimised them.
  for (let run = 0; run < 100; run++) {
    const start = process.cpuUsage();
    for (const listing of listings) validate(listing);
    times.push(micros(start) / listings.length);
  }
  answer.push(median(times));
  numbers.push(listings.filter((listing) => validate(listing)).length);
}
console.log(...answer.map((time) => time.toFixed(1)), ...numbers);
