//! Compares two sets of models: makes one tiny change of a tiny model at a time, and checks the report on it.

use std::fs;
use std::path::Path;

use codegen::diff::{ChangeReport, Side, compare};
use serde_json::{Value, json};
use tempfile::TempDir;

const MODEL: &str = "models/shop-api-model/shopV0.json";
const PLAN: &str = "Gets it.\n\n| Rate (requests per second) | Burst |\n| ---- | ---- |\n| 2 | 5 |\n";

/// A model with one example of each thing that the cases change.
fn base() -> Value {
    json!({
        "swagger": "2.0", "info": {"title": "Shop", "version": "v0"},
        "paths": {
            "/shop/{itemId}": {"get": {
                "operationId": "getItem", "description": PLAN,
                "parameters": [
                    {"name": "itemId", "in": "path", "required": true, "type": "string"},
                    {"name": "view", "in": "query", "type": "string", "enum": ["SHORT", "LONG"]},
                    {"name": "nextToken", "in": "query", "type": "string"}
                ],
                "responses": {
                    "200": {"description": "Found.", "schema": {"$ref": "#/definitions/ItemList"}, "x-amzn-api-sandbox": {"static": []}},
                    "400": {"description": "Bad.", "schema": {"$ref": "#/definitions/ErrorList"}}
                }
            }},
            "/shop": {"post": {
                "operationId": "createItem", "description": "Creates.",
                "parameters": [{"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/NewItem"}}],
                "responses": {"204": {"description": "Made."}}
            }},
            "/shop/old": {"get": {
                "operationId": "getOld", "parameters": [], "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Old"}}}
            }}
        },
        "definitions": {
            "ItemList": {"type": "object", "properties": {
                "items": {"type": "array", "items": {"$ref": "#/definitions/Item"}}, "nextToken": {"type": "string"}
            }},
            "Item": {"type": "object", "description": "An item.", "required": ["name"], "properties": {
                "name": {"type": "string", "maxLength": 10}, "count": {"type": "integer"}, "state": {"$ref": "#/definitions/State"},
                "part": {"type": "object", "properties": {"size": {"type": "integer"}}}
            }},
            "NewItem": {"type": "object", "required": ["name"], "properties": {
                "name": {"type": "string"}, "color": {"type": "string"}, "state": {"$ref": "#/definitions/State"}
            }},
            "State": {"type": "string", "enum": ["ON", "OFF"]},
            "Old": {"type": "object", "properties": {"was": {"$ref": "#/definitions/Was"}, "all": {"$ref": "#/definitions/All"}}},
            "All": {"allOf": [{"$ref": "#/definitions/Base"}, {"type": "object", "properties": {"own": {"type": "string"}}}]},
            "Base": {"type": "object", "properties": {"base": {"type": "string"}}},
            "Was": {"type": "object", "properties": {"when": {"type": "string"}}},
            "ErrorList": {"type": "object", "properties": {"errors": {"type": "array", "items": {"type": "string"}}}}
        }
    })
}

struct Repository(TempDir);

impl Repository {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(folder)
    }

    fn of(model: &Value) -> Self {
        Self::new(&[(MODEL, model.to_string().as_bytes())])
    }
}

fn diff(old: &Path, new: &Path) -> anyhow::Result<ChangeReport> {
    let nothing_known = tempfile::tempdir().unwrap();
    let side = |root: &Path| {
        let title = root.display().to_string();
        Side::of(root, &title, &title, nothing_known.path())
    };
    compare(&side(old)?, &side(new)?)
}

fn as_data(old: &Repository, new: &Repository) -> Value {
    let report = diff(old.0.path(), new.0.path()).unwrap().to_json().unwrap();
    let report = serde_json::from_str(&report).unwrap();
    pointers_lead_somewhere(&report, [old, new]);
    report
}

/// Asserts that every pointer exists in the new file or in the old one.
fn pointers_lead_somewhere(report: &Value, sides: [&Repository; 2]) {
    for change in report["changes"].as_array().unwrap() {
        let [section, file, pointer] = ["section", "file", "pointer"].map(|key| change[key].as_str().unwrap());
        let folder = if section == "schemas" { "" } else { "models/" };
        let leads = sides.iter().any(|side| {
            let bytes = fs::read(side.0.path().join(format!("{folder}{file}"))).unwrap_or_default();
            pointer.is_empty() || serde_json::from_slice::<Value>(&bytes).is_ok_and(|it| it.pointer(pointer).is_some())
        });
        assert!(leads, "nothing is at {pointer}: {change:#}");
    }
}

/// Each change as `kind place: old > new = effect`, and the verdict on the crate.
fn reported(report: &Value) -> (Vec<String>, String) {
    assert_eq!(report["unexplained"], json!([]), "{report:#}");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let changes = report["changes"].as_array().unwrap().iter().map(|change| {
        assert!(!text(&change["meaning"]).is_empty(), "{change}");
        assert_eq!(change["section"], "shop");
        assert_eq!(change["file"], "shop-api-model/shopV0.json");
        let [kind, place, old, new, effect] = ["kind", "place", "old", "new", "effect"].map(|key| text(&change[key]));
        format!("{kind} {place}: {old} > {new} = {effect}")
    });
    let row = report["crates"].as_array().unwrap().iter().find(|row| row["crate"] == "spapi-shop").unwrap();
    (changes.collect(), text(&row["verdict"]))
}

fn set(model: &mut Value, pointer: &str, value: Value) {
    let (holder, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/");
    match model.pointer_mut(holder).unwrap() {
        Value::Object(members) => {
            members.insert(key, value);
        }
        Value::Array(elements) => elements.push(value),
        _ => panic!("{pointer}"),
    }
}

fn remove(model: &mut Value, pointer: &str) -> Value {
    let (holder, key) = pointer.rsplit_once('/').unwrap();
    match model.pointer_mut(holder).unwrap() {
        Value::Object(members) => members.shift_remove(&key.replace("~1", "/")).unwrap(),
        Value::Array(elements) => elements.remove(key.parse().unwrap()),
        _ => panic!("{pointer}"),
    }
}

type Change = fn(&mut Value);

#[test]
fn each_kind_of_change_is_reported_with_its_effect() {
    const GET: &str = "/paths/~1shop~1{itemId}/get";
    let cases: &[(Change, &[&str], &str)] = &[
        (|_| {}, &[], "none"),
        (
            |model| set(model, "/definitions/Item/properties/price", json!({"type": "number"})),
            &["property-added Item.price: - > number = additive"],
            "minor",
        ),
        (
            |model| drop(remove(model, "/definitions/Item/properties/count")),
            &["property-removed Item.count: integer > - = breaking"],
            "major",
        ),
        (
            |model| set(model, "/definitions/Item/properties/count", json!({"type": "string"})),
            &["type-changed Item.count: integer > string = breaking"],
            "major",
        ),
        (
            |model| {
                let count = remove(model, "/definitions/Item/properties/count");
                set(model, "/definitions/Item/properties/Count", count);
            },
            &["property-renamed Item.count: count > Count = behaviour"],
            "patch",
        ),
        (
            |model| set(model, "/definitions/NewItem/required/-", json!("color")),
            &["required-added NewItem.color: optional > required = breaking"],
            "major",
        ),
        (
            |model| set(model, "/definitions/NewItem/required", json!([])),
            &["required-removed NewItem.name: required > optional = breaking"],
            "major",
        ),
        (
            |model| {
                set(model, "/definitions/NewItem/properties/size", json!({"type": "integer"}));
                set(model, "/definitions/NewItem/required/-", json!("size"));
            },
            &["property-added NewItem.size: - > integer, required = breaking"],
            "major",
        ),
        (
            |model| set(model, "/definitions/Item/properties/part/properties/size", json!({"type": "boolean"})),
            &["type-changed Item.part.size: integer > boolean = breaking"],
            "major",
        ),
        (
            |model| set(model, "/definitions/State/enum/-", json!("BROKEN")),
            &["enum-value-added State: - > BROKEN = additive"],
            "minor",
        ),
        (
            |model| drop(remove(model, "/definitions/State/enum/1")),
            &["enum-value-removed State: OFF > - = breaking"],
            "major",
        ),
        (
            |model| set(model, "/definitions/State/enum", json!(["ON", "Off"])),
            &["enum-value-renamed State: OFF > Off = behaviour"],
            "patch",
        ),
        (
            |model| set(model, "/definitions/State/enum", json!(["OFF", "ON"])),
            &["order-changed : - > - = nothing"],
            "patch",
        ),
        (
            |model| {
                set(model, &format!("{GET}/parameters/-"), json!({"name": "days", "in": "query", "type": "integer"}))
            },
            &["parameter-added getItem(days): - > query, integer, optional = additive"],
            "minor",
        ),
        (
            |model| {
                let parameter = json!({"name": "days", "in": "query", "type": "integer", "required": true});
                set(model, &format!("{GET}/parameters/-"), parameter);
            },
            &["parameter-added getItem(days): - > query, integer, required = breaking"],
            "major",
        ),
        (
            |model| set(model, &format!("{GET}/parameters/1/required"), json!(true)),
            &["required-added getItem(view): optional > required = breaking"],
            "major",
        ),
        (
            |model| drop(remove(model, &format!("{GET}/parameters/1"))),
            &["parameter-removed getItem(view): query, string, optional > - = breaking"],
            "major",
        ),
        (
            |model| set(model, &format!("{GET}/parameters/1/name"), json!("View")),
            &["parameter-renamed getItem(view): view > View = nothing"],
            "patch",
        ),
        (
            |model| set(model, &format!("{GET}/parameters/1/enum/-"), json!("FULL")),
            &["enum-value-added getItem(view): - > FULL = additive"],
            "minor",
        ),
        (
            |model| {
                // The operation no longer has pages.
                remove(model, &format!("{GET}/parameters/2"));
            },
            &[
                "parameter-removed getItem(nextToken): query, string, optional > - = breaking",
                "paging-changed getItem: token nextToken, next in nextToken, items > - = breaking",
            ],
            "major",
        ),
        (
            |model| {
                let operation = json!({"operationId": "deleteItem", "parameters": [
                    {"name": "itemId", "in": "path", "required": true, "type": "string"}
                ], "responses": {"204": {"description": ""}}});
                set(model, "/paths/~1shop~1{itemId}/delete", operation);
            },
            &["operation-added deleteItem: - > DELETE /shop/{itemId} = additive"],
            "minor",
        ),
        (
            // The definition stays in the model, but no operation reaches it.
            |model| drop(remove(model, "/paths/~1shop~1old")),
            &["operation-removed getOld: GET /shop/old > - = breaking"],
            "major",
        ),
        (
            |model| set(model, &format!("{GET}/operationId"), json!("GetItem")),
            &["operation-renamed getItem: getItem > GetItem = behaviour"],
            "patch",
        ),
        (
            |model| set(model, &format!("{GET}/operationId"), json!("fetchItem")),
            &["operation-renamed getItem: getItem > fetchItem = breaking"],
            "major",
        ),
        (
            |model| {
                let item = remove(model, "/paths/~1shop~1old");
                set(model, "/paths/~1shop~1older", item);
            },
            &["operation-moved getOld: GET /shop/old > GET /shop/older = behaviour"],
            "patch",
        ),
        (
            |model| set(model, &format!("{GET}/description"), json!(PLAN.replace("| 2 | 5 |", "| 3 | 5 |"))),
            &["rate-changed getItem: 2 a second, 5 at once > 3 a second, 5 at once = behaviour"],
            "patch",
        ),
        (
            |model| set(model, &format!("{GET}/description"), json!("Gets it.\n\n")),
            &["rate-removed getItem: 2 a second, 5 at once > - = behaviour"],
            "patch",
        ),
        (
            |model| set(model, "/paths/~1shop/post/description", json!(PLAN.replace("Gets it.", "Creates."))),
            &["rate-added createItem: - > 2 a second, 5 at once = behaviour", "prose-changed : - > - = nothing"],
            "patch",
        ),
        (
            |model| set(model, &format!("{GET}/deprecated"), json!(true)),
            &["deprecation-added getItem: in use > deprecated = additive"],
            "minor",
        ),
        (
            |model| {
                set(model, &format!("{GET}/description"), json!(PLAN.replace("Gets it", "Finds it")));
                set(model, "/definitions/Item/description", json!("A thing."));
                set(model, "/info/title", json!("The shop"));
            },
            &["prose-changed : - > - = nothing"],
            "none",
        ),
        (
            |model| {
                set(model, &format!("{GET}/responses/200/x-amzn-api-sandbox"), json!({"static": [{}]}));
                set(model, "/definitions/Item/example", json!({"name": "n"}));
            },
            &["example-changed : - > - = nothing"],
            "none",
        ),
        (
            |model| set(model, &format!("{GET}/responses/413"), json!({"description": "Large."})),
            &["response-added getItem 413: - > no body = nothing"],
            "none",
        ),
        (
            |model| set(model, &format!("{GET}/responses/200/schema"), json!({"$ref": "#/definitions/Was"})),
            &[
                "type-changed getItem 200: ItemList > Was = breaking",
                "paging-changed getItem: token nextToken, next in nextToken, items > - = breaking",
            ],
            "major",
        ),
        (
            |model| {
                let response = json!({"description": "", "schema": {"$ref": "#/definitions/Item"}});
                set(model, "/paths/~1shop/post/responses/201", response);
            },
            &["response-added createItem 201: - > Item = breaking"],
            "major",
        ),
        (
            |model| set(model, "/definitions/Item/properties/name/maxLength", json!(20)),
            &["constraint-changed Item.name maxLength: 10 > 20 = nothing"],
            "patch",
        ),
        (
            // The order of a composition's parts does not count.
            |model| {
                // Another part, before the others.
                let parts = json!([{"$ref": "#/definitions/Was"}, {"$ref": "#/definitions/Base"}, {
                    "type": "object", "properties": {"own": {"type": "string"}, "more": {"type": "string"}}
                }]);
                set(model, "/definitions/All", json!({"allOf": parts}));
            },
            &["type-changed All: - > Was = additive", "property-added All.more: - > string = additive"],
            "minor",
        ),
        (
            // A composition gains the properties that its part gains.
            |model| set(model, "/definitions/Base/properties/more", json!({"type": "string"})),
            &["property-added Base.more: - > string = additive"],
            "minor",
        ),
        (
            |model| set(model, "/definitions/ErrorList/properties/more", json!({"type": "string"})),
            &["property-added ErrorList.more: - > string = nothing"],
            "none",
        ),
        (
            |model| {
                let text = model.to_string().replace("definitions/State", "definitions/Status");
                *model = serde_json::from_str(&text).unwrap();
                let state = remove(model, "/definitions/State");
                set(model, "/definitions/Status", state);
            },
            // A removal and an addition: nothing shows that it is a rename.
            &[
                "type-changed Item.state: State > Status = breaking",
                "type-changed NewItem.state: State > Status = breaking",
                "definition-removed State: string > - = breaking",
                "definition-added Status: - > string = additive",
            ],
            "major",
        ),
        (
            // The trait of points is implemented for `Points`, `Item` and what holds one of them.
            |model| {
                set(
                    model,
                    "/definitions/Points",
                    json!({"type": "object", "properties": {"pointsNumber": {"type": "integer"}}}),
                );
                set(model, "/definitions/Item/properties/points", json!({"$ref": "#/definitions/Points"}));
            },
            &["property-added Item.points: - > Points = additive", "definition-added Points: - > object = additive"],
            "minor",
        ),
    ];
    let mut wrong = Vec::new();
    for (index, (change, expected, verdict)) in cases.iter().enumerate() {
        let (old, mut new) = (base(), base());
        change(&mut new);
        let report = as_data(&Repository::of(&old), &Repository::of(&new));
        let (changes, found) = reported(&report);
        if changes != *expected || found != *verdict {
            wrong.push(format!("case {index}: {found}, not {verdict}\n  found {changes:#?}\n  not {expected:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pointers_lead_to_the_place_in_the_new_model_or_else_in_the_old_one() {
    let shared = json!({
        "size": {"name": "size", "in": "query", "type": "array", "maxItems": 5, "items": {"type": "string", "pattern": "a"}}
    });
    let item = "/paths/~1shop~1{itemId}";
    let mut old = base();
    set(&mut old, "/basePath", json!("/v0"));
    set(&mut old, "/parameters", shared);
    set(&mut old, "/responses", json!({"Bad": {"description": "Bad.", "schema": {"$ref": "#/definitions/ErrorList"}}}));
    set(&mut old, &format!("{item}/get/responses/400"), json!({"$ref": "#/responses/Bad"}));
    set(&mut old, &format!("{item}/parameters"), json!([{"name": "mode", "in": "query", "type": "string"}]));
    set(&mut old, &format!("{item}/get/parameters/-"), json!({"$ref": "#/parameters/size"}));
    set(&mut old, &format!("{item}/get/parameters/-"), json!({"name": "gone", "in": "query", "type": "string"}));
    let mut new = old.clone();
    // `view` moves from the second place to the first, and `gone` leaves the place that `fresh` takes.
    let view = remove(&mut new, &format!("{item}/get/parameters/1"));
    let Value::Array(list) = new.pointer_mut(&format!("{item}/get/parameters")).unwrap() else { panic!("no list") };
    list.insert(0, view);
    list.pop();
    list.push(json!({"name": "fresh", "in": "query", "type": "string"}));
    set(&mut new, &format!("{item}/get/parameters/0/enum/-"), json!("FULL"));
    set(&mut new, &format!("{item}/get/parameters/0/required"), json!(true));
    set(&mut new, &format!("{item}/parameters/0/maxLength"), json!(9));
    set(&mut new, "/parameters/size/maxItems", json!(6));
    remove(&mut new, "/parameters/size/items/pattern");
    set(&mut new, "/responses/Bad/schema", json!({"$ref": "#/definitions/Was"}));
    set(&mut new, "/paths/~1shop/post/parameters/0/schema", json!({"$ref": "#/definitions/Item"}));
    // A name under another letter case, a part of a composition at another index, and a name that only `required` has.
    let count = remove(&mut new, "/definitions/Item/properties/count");
    set(&mut new, "/definitions/Item/properties/Count", count);
    let Value::Array(parts) = new.pointer_mut("/definitions/All/allOf").unwrap() else { panic!("no list") };
    parts.swap(0, 1);
    set(&mut new, "/definitions/All/allOf/0/properties/own", json!({"type": "boolean"}));
    set(&mut new, "/definitions/All/allOf/0/required", json!(["base"]));
    let report = as_data(&Repository::of(&old), &Repository::of(&new));
    let mut found: Vec<_> = report["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            let [kind, place, pointer] = ["kind", "place", "pointer"].map(|key| change[key].as_str().unwrap());
            format!("{kind} {place} {}", pointer.replace(item, "ITEM"))
        })
        .filter(|reported| !reported.starts_with("order-changed"))
        .collect();
    found.sort();
    let expected = [
        "constraint-changed getItem(mode) maxLength ITEM/parameters/0/maxLength",
        "constraint-changed getItem(size) maxItems /parameters/size/maxItems",
        "constraint-changed getItem(size)[] pattern /parameters/size/items/pattern",
        "enum-value-added getItem(view) ITEM/get/parameters/0/enum",
        "parameter-added getItem(fresh) ITEM/get/parameters/4",
        "parameter-removed getItem(gone) ITEM/get/parameters/4",
        "property-renamed Item.count /definitions/Item/properties/Count",
        "required-added All.base /definitions/All/allOf/0/required",
        "required-added getItem(view) ITEM/get/parameters/0",
        "type-changed All.own /definitions/All/allOf/0/properties/own",
        "type-changed createItem(body) /paths/~1shop/post/parameters/0/schema",
        "type-changed getItem 400 /responses/Bad/schema",
    ];
    assert_eq!(found, expected, "{report:#}");
}

#[test]
fn a_file_with_another_format_and_the_same_content_is_reported() {
    let model = base();
    let pretty = serde_json::to_vec_pretty(&model).unwrap();
    let (old, new) = (Repository::of(&model), Repository::new(&[(MODEL, &pretty)]));
    let (changes, verdict) = reported(&as_data(&old, &new));
    assert_eq!(
        (changes.as_slice(), verdict.as_str()),
        (["format-changed : - > - = nothing".to_owned()].as_slice(), "none")
    );
}

#[test]
fn added_and_removed_sections_files_and_schemas_are_reported() {
    let model = base().to_string();
    let model = model.as_bytes();
    let v1 = base().to_string().replace("\"v0\"", "\"v1\"");
    let old = Repository::new(&[
        (MODEL, model),
        ("models/gone-api-model/goneV0.json", model),
        ("schemas/reports/a.json", b"{\"properties\": {\"a\": {}}}"),
        ("schemas/reports/old.json", b"{}"),
    ]);
    let new = Repository::new(&[
        (MODEL, model),
        ("models/shop-api-model/shopV1.json", v1.as_bytes()),
        ("models/fresh-api-model/freshV0.json", model),
        ("schemas/reports/a.json", b"{\"properties\": {\"a\": {}, \"b\": {}}}"),
        ("schemas/reports/new.json", b"{}"),
    ]);
    let report = as_data(&old, &new);
    let changes = report["changes"].as_array().unwrap().iter();
    let changes: Vec<_> =
        changes.map(|change| ["section", "file", "kind", "effect"].map(|key| change[key].as_str().unwrap())).collect();
    assert_eq!(
        changes,
        [
            ["fresh", "fresh-api-model/freshV0.json", "section-added", "additive"],
            ["gone", "gone-api-model/goneV0.json", "section-removed", "breaking"],
            ["shop", "shop-api-model/shopV1.json", "file-added", "additive"],
            ["schemas", "schemas/reports/a.json", "property-added", "nothing"],
            ["schemas", "schemas/reports/new.json", "file-added", "nothing"],
            ["schemas", "schemas/reports/old.json", "file-removed", "nothing"],
        ]
    );
    let rows = report["crates"].as_array().unwrap().iter();
    let rows: Vec<_> = rows.map(|row| ["crate", "state", "verdict"].map(|key| row[key].as_str().unwrap())).collect();
    assert_eq!(
        rows,
        [
            ["spapi-fresh", "new", "minor"],
            ["spapi-gone", "removed", "major"],
            ["spapi-shop", "kept", "minor"],
            ["spapi-metadata", "kept", "patch"],
        ]
    );
}

/// A new definition takes the generated name of an inline enum, so no change is at the place of the difference.
#[test]
fn a_difference_that_no_change_explains_is_reported() {
    let (mut old, mut new) = (base(), base());
    let kind = json!({"type": "string", "enum": ["BIG"]});
    set(&mut old, "/definitions/Item/properties/kind", kind.clone());
    set(&mut new, "/definitions/Item/properties/kind", kind);
    set(&mut new, "/definitions/ItemKind", json!({"type": "string", "enum": ["SMALL"]}));
    let (old, new) = (Repository::of(&old), Repository::of(&new));
    let report = as_data(&old, &new);
    assert_eq!(report["changes"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(report["crates"][0]["verdict"], "major");
    let unexplained = report["unexplained"].as_array().unwrap();
    let found = unexplained.iter().find(|found| found["place"] == "v0::types::Item.kind").unwrap();
    assert_eq!((&found["old"], &found["effect"]), (&json!("Option<ItemKind>"), &json!("breaking")), "{report:#}");
    let read = diff(old.0.path(), new.0.path()).unwrap().to_markdown();
    assert!(read.contains("## API differences that no change of a model explains"), "{read}");
}

#[test]
fn a_section_that_cannot_be_generated_has_an_unknown_verdict() {
    let mut new = base();
    set(&mut new, "/definitions/Item/properties/price", json!({"type": "number"}));
    set(&mut new, "/paths/~1shop~1{itemId}/get/description", json!(PLAN.replace("| 2 | 5 |", "| often | 5 |")));
    let (old, new) = (Repository::of(&base()), Repository::of(&new));
    let report = as_data(&old, &new);
    let (changes, verdict) = reported(&report);
    assert_eq!(verdict, "unknown");
    assert!(changes.contains(&"property-added Item.price: - > number = unknown".to_owned()), "{changes:?}");
    let note = report["notes"][0].as_str().unwrap();
    assert!(note.contains("spapi-shop cannot be generated") && note.contains("often"), "{note}");
    let read = diff(old.0.path(), new.0.path()).unwrap().to_markdown();
    assert!(read.contains("| `spapi-shop` | unknown |") && read.contains("## Not known"), "{read}");
}

#[test]
fn a_parameter_with_another_name_and_the_same_description_is_renamed() {
    let with = |name: &str, words: &str| {
        let mut model = base();
        let parameter = json!({"name": name, "in": "query", "type": "string", "required": true, "description": words});
        set(&mut model, "/paths/~1shop/post/parameters/-", parameter);
        Repository::of(&model)
    };
    let kinds = |old: &Repository, new: &Repository| {
        let report = as_data(old, new);
        let changes = report["changes"].as_array().unwrap().iter();
        changes.map(|change| change["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&with("shopId", "Which."), &with("storeId", "Which.")), ["parameter-renamed"]);
    let found = kinds(&with("shopId", "Which."), &with("storeId", "How."));
    assert_eq!(found, ["parameter-removed", "parameter-added"]);
}

/// Tests the Markdown form; `UPDATE_GOLDEN=1` updates the expected file.
#[test]
fn the_report_in_markdown_is_as_expected() {
    let mut new = base();
    remove(&mut new, "/paths/~1shop~1old");
    remove(&mut new, "/definitions/Old");
    remove(&mut new, "/definitions/Was");
    set(&mut new, "/definitions/NewItem/required/-", json!("color"));
    set(&mut new, "/definitions/Item/properties/price", json!({"type": "number"}));
    set(&mut new, "/definitions/State/enum/-", json!("BROKEN"));
    set(&mut new, "/definitions/State/description", json!("Words."));
    set(&mut new, "/paths/~1shop~1{itemId}/get/description", json!("Gets it.\n\n"));
    let (old, new) = (Repository::of(&base()), Repository::of(&new));
    let made = diff(old.0.path(), new.0.path()).unwrap().to_markdown();
    let made = made.replace(old.0.path().to_str().unwrap(), "OLD").replace(new.0.path().to_str().unwrap(), "NEW");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/changes.md");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &made).unwrap();
    }
    assert_eq!(made, fs::read_to_string(golden).unwrap());
}

#[test]
fn a_set_that_cannot_be_compared_is_named() {
    let sound = Repository::of(&base());
    let broken = Repository::new(&[(MODEL, b"{\"swagger\": \"2.0\"")]);
    let empty = Repository::new(&[("models/notes.md", b"")]);
    for (new, words) in [(&broken, "shop-api-model/shopV0.json, line 1"), (&empty, "there is no model")] {
        let error = format!("{:#}", diff(sound.0.path(), new.0.path()).unwrap_err());
        assert!(error.contains(words), "{words} is not in {error}");
    }
}

/// For every change of a model, the comparison returns a report or an error that names the file.
#[test]
fn mutated_models_are_compared_or_refused_and_nothing_panics() {
    let mut state = 7u32;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below.max(1)
    };
    let sound = Repository::of(&base());
    let (mut compared, mut refused) = (0, 0);
    for round in 0..200 {
        let mut model = base();
        for _ in 0..=random(3) {
            mutate(&mut model, &mut random);
        }
        let mutated = Repository::of(&model);
        let sides = if round % 2 == 0 { [&sound, &mutated] } else { [&mutated, &sound] };
        match diff(sides[0].0.path(), sides[1].0.path()) {
            Ok(report) => {
                compared += 1;
                pointers_lead_somewhere(&serde_json::to_value(&report).unwrap(), sides);
            }
            Err(error) => {
                refused += 1;
                let said = format!("{error:#}");
                assert!(said.contains("shopV0.json") || said.contains("there is no model"), "{model}\n{said}");
            }
        }
    }
    assert!(
        compared > 50 && refused > 10,
        "{compared} compared, {refused} refused: most mutations must be comparable, and some must be refused"
    );
}

/// Removes, replaces, renames or duplicates a random part.
fn mutate(model: &mut Value, random: &mut impl FnMut(usize) -> usize) {
    let mut pointers = Vec::new();
    collect(model, String::new(), &mut pointers);
    let pointer = pointers[random(pointers.len())].clone();
    let other = model.pointer(&pointers[random(pointers.len())]).unwrap().clone();
    let (holder, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match (model.pointer_mut(holder).unwrap(), random(4)) {
        (Value::Object(members), 0) => drop(members.shift_remove(&key)),
        (Value::Object(members), 1) => {
            let value = members.shift_remove(&key).unwrap();
            members.insert(key.to_uppercase(), value);
        }
        (Value::Object(members), 2) => drop(members.insert(key, other)),
        (Value::Object(members), _) => {
            let value = members[&key].clone();
            members.insert(format!("{key}2"), value);
        }
        (Value::Array(elements), 0) => drop(elements.remove(key.parse().unwrap())),
        (Value::Array(elements), _) => elements.push(other),
        _ => {}
    }
}

fn collect(value: &Value, pointer: String, into: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, inner)| collect(inner, format!("{pointer}/{}", escaped(key)), into))
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(at, inner)| collect(inner, format!("{pointer}/{at}"), into))
        }
        _ => {}
    }
    if !pointer.is_empty() {
        into.push(pointer);
    }
}

/// A table of one notification type, and a schema of its payload with these members.
fn diff_of_payloads(members: [&Value; 2]) -> Value {
    let known = tempfile::tempdir().unwrap();
    let row =
        "[[notification]]\nname = \"SHOP_CHANGE\"\npayload_version = \"1.0\"\nschema = \"Shop.json\"\nabout = \"A\"\n";
    fs::write(known.path().join("notifications.toml"), row).unwrap();
    let model = base().to_string();
    let repositories = members.map(|members| {
        let schema = json!({"type": "object", "properties": {"Payload": {"type": "object", "properties": members}}});
        let schema = schema.to_string();
        let none: &[u8] = b"";
        let schema = if members.is_null() { none } else { schema.as_bytes() };
        let files = [(MODEL, model.as_bytes()), ("schemas/notifications/Shop.json", schema)];
        Repository::new(if schema.is_empty() { &files[..1] } else { &files })
    });
    let side = |repository: &Repository| Side::of(repository.0.path(), "x", "x", known.path()).unwrap();
    let report = compare(&side(&repositories[0]), &side(&repositories[1])).unwrap().to_json().unwrap();
    serde_json::from_str(&report).unwrap()
}

#[test]
fn a_changed_schema_of_a_payload_says_what_it_means_for_users() {
    let text = json!({"type": "string"});
    let old = json!({"Name": text, "State": {"type": "string", "enum": ["ON"]}, "Count": {"type": "integer"}});
    let cases = [
        (
            json!({"Name": text, "State": {"type": "string", "enum": ["ON", "OFF"]}, "Count": {"type": "integer"}}),
            "minor",
            "enum-value-added",
        ),
        (json!({"Name": text, "State": {"type": "string", "enum": ["ON"]}}), "major", "property-removed"),
        (json!({"Name": text, "State": {"type": "string", "enum": ["ON"]}, "Count": text}), "major", "type-changed"),
        (
            json!({"Name": text, "State": {"type": "string", "enum": ["ON"]}, "Count": {"type": "integer"}, "New": text}),
            "minor",
            "property-added",
        ),
        (
            json!({"Name": {"type": "string", "description": "A name."}, "State": {"type": "string", "enum": ["ON"]}, "Count": {"type": "integer"}}),
            "none",
            "prose-changed",
        ),
        (Value::Null, "major", "file-removed"),
    ];
    for (new, verdict, kind) in cases {
        let report = diff_of_payloads([&old, &new]);
        let row = report["crates"].as_array().unwrap().iter().find(|row| row["crate"] == "spapi-events").unwrap();
        assert_eq!(row["verdict"], verdict, "{report:#}");
        assert_eq!(report["unexplained"], json!([]));
        let kinds: Vec<_> = report["changes"].as_array().unwrap().iter().map(|change| &change["kind"]).collect();
        assert!(kinds.contains(&&json!(kind)), "{kinds:?}");
        assert!(!kinds.contains(&&json!("payload-changed")), "{report:#}");
    }
    let report = diff_of_payloads([&Value::Null, &old]);
    assert_eq!(report["changes"][0]["meaning"], "the module `payloads::shop_change` is new");
    let same = diff_of_payloads([&old, &old]);
    assert_eq!(same["changes"], json!([]));
    // A list of an object without a name is not a payload.
    let broken = diff_of_payloads([&old, &json!({"größe": text})]);
    assert_eq!(broken["changes"][0]["effect"], "unknown", "{broken:#}");
}
