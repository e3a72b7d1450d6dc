//! Models whose names try to become code, markup or commands. Each is refused with its file's name, or its generated code
//! compiles and uses the text only in names and literals.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use codegen::escape::is_invisible;
use codegen::known::Known;
use codegen::{load, own_workspace};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

/// The positions of a name in a model.
const POSITIONS: [&str; 18] = [
    "property",
    "required property",
    "body property",
    "query",
    "header",
    "list",
    "path parameter",
    "path",
    "operationId",
    "definition",
    "enum value",
    "query value",
    "tag",
    "default",
    "pattern",
    "extension",
    "body name",
    "version",
];

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        // Ends of lines, comments and literals, and what could follow.
        "x`.\n    pub q: Hook,\n}\npub struct Pwned;\npub struct Tail {\n    /// `y",
        "x`.\n pub fn one(self) -> Self { self }\n}\npub struct Pwned;\nimpl A {\n /// `y",
        "a\rb",
        "a\r\nb",
        "a\u{b}b",
        "a\u{c}b",
        "a\u{85}b",
        "a\u{2028}b",
        "a\u{2029}b",
        "a\tb",
        "a\0b",
        "a\u{1b}[31mb",
        "a\u{7f}b",
        "a\u{9b}b",
        "*/ pub struct Pwned; /*",
        "/* a",
        "// a",
        "/// a",
        "//! a",
        "\"# ; pub struct Pwned; #\"",
        "r#\"a\"#",
        "\"); pub struct Pwned; (\"",
        "'; pub struct Pwned;",
        "\\",
        "\\\"",
        "\\n",
        "\\u{2028}",
        "{",
        "}",
        "{}",
        "{0}",
        "{{x}}",
        "%s",
        "$(touch x)",
        "#[derive(Pwned)]",
        "#![feature(x)]",
        "a]",
        "[a",
        ")",
        "; pub struct Pwned;",
        "a, b",
        "a = b",
        "a::b",
        "$crate",
        "$name:ident",
        "macro!()",
        // Markup and commands.
        "`",
        "``",
        "a`b",
        "```rust\npub struct Pwned;\n```",
        "<img src=x onerror=evil()>",
        "</script><script>evil()</script>",
        "<!-- a",
        "-->",
        "[a](javascript:evil())",
        "![a](https://example.com/a)",
        "| a | b |",
        "*a*",
        "_a_",
        "# a",
        "> a",
        "- a",
        "&lt;",
        "::warning::a",
        "##[error]a",
        "@someone",
        "a\n::add-mask::b",
        // Direction marks and other invisible characters.
        "a\u{202e}b",
        "a\u{2066}b\u{2069}",
        "a\u{200b}b",
        "a\u{200d}b",
        "a\u{feff}b",
        "a\u{ad}b",
        "a\u{3164}b",
        "a\u{fe0f}b",
        "a\u{e0041}b",
        "a\u{a0}b",
        "\u{202e}",
        // Words and letters of Rust.
        "type",
        "self",
        "Self",
        "super",
        "crate",
        "async",
        "dyn",
        "gen",
        "union",
        "r#type",
        "_",
        "__",
        "true",
        "static",
        "new",
        "send",
        "pages",
        "items",
        "body",
        "client",
        "request",
        "raw_query",
        "with_options",
        "into",
        "clone",
        "default",
        "fmt",
        "value",
        "rows",
        "apis",
        "meta",
        "types",
        "operations",
        "spapi_core",
        "serde",
        "std",
        "Client",
        "Request",
        "Response",
        "Error",
        "RequestOptions",
        "Result",
        "Into",
        "String",
        "Option",
        "Vec",
        "Box",
        "Some",
        "None",
        "Ok",
        "Err",
        "Default",
        "Clone",
        "Debug",
        "Copy",
        "PartialEq",
        "Serialize",
        "Deserialize",
        "IntoIterator",
        "Iterator",
        "Items",
        "Pages",
        "Drop",
        "Send",
        "Unrecognized",
        "Status200",
        "unknown_fields",
        "additionalProperties",
        "$ref",
        "x-a",
        "description",
        "example",
        "properties",
        "items",
        "enum",
        "allOf",
        "i64",
        "bool",
        "str",
        "DateTime",
        "Decimal",
        "Object",
        "Value",
        "GetXAnswer",
        "ByteStream",
        "ResponseValue",
        // Shapes.
        "",
        " ",
        "  a  ",
        "a b",
        ".",
        "..",
        "../..",
        "/",
        "a/b",
        "~",
        "~0",
        "~1",
        "a~1b",
        "%41",
        "-",
        "---",
        "!?",
        "0",
        "4x6",
        "1e5",
        "-1",
        "null",
        "ab",
        "Ab",
        "AB",
        "aB",
        "a.b",
        "a-b",
        // Letters that look, fold or normalise alike.
        "ªb",
        "bª",
        "é",
        "e\u{301}",
        "É",
        "Å",
        "\u{212b}",
        "ß",
        "ẞ",
        "ſ",
        "K",
        "ı",
        "İ",
        "ﬁ",
        "Ⅷ",
        "²",
        "①",
        "名前",
        "имя",
        "اسم",
        "นาม",
        "🎉",
        "a🎉",
        "𝒶",
        "µ",
        "μ",
        "ϒ",
        "℘",
        "゛",
        "・",
        "a·b",
    ]
    .map(str::to_owned)
    .into();
    texts.extend([300, 900, 1001, 20_000].map(|length| "a".repeat(length)));
    texts.push("a-".repeat(400));
    texts
}

/// A model with a text at some positions, and something harmless at the others.
fn model(text: &str, positions: &BTreeSet<&str>) -> Value {
    let at = |position: &str, harmless: &str| if positions.contains(position) { text } else { harmless }.to_owned();
    let definition = at("definition", "Thing");
    // A reference is a JSON pointer.
    let reference = json!({"$ref": format!("#/definitions/{}", definition.replace('~', "~0").replace('/', "~1"))});
    let object = |properties: Vec<(String, Value)>, required: Value| json!({"type": "object", "properties": Map::from_iter(properties), "required": required});
    let string = || json!({"type": "string"});
    let required = at("required property", "must");
    let parameter = at("path parameter", "id");
    let path = format!("/{}/{{{parameter}}}", at("path", "things"));
    json!({
        "swagger": "2.0",
        "info": {"title": "T", "version": at("version", "v1")},
        "tags": [{"name": at("tag", "tag")}],
        "paths": {
            path: {"get": {
                "operationId": at("operationId", "getThing"), "tags": [at("tag", "tag")],
                "parameters": [
                    {"name": parameter, "in": "path", "required": true, "type": "string", "pattern": at("pattern", "a")},
                    {"name": at("query", "first"), "in": "query", "type": "string", "default": at("default", "a")},
                    {"name": at("list", "second"), "in": "query", "type": "array", "items": {"type": "string"}},
                    {"name": "third", "in": "query", "type": "string", "enum": ["ONE", at("query value", "TWO")]},
                    {"name": at("header", "x-fourth"), "in": "header", "type": "string", "required": true}
                ],
                "responses": {"200": {"description": "", "schema": reference}}
            }},
            "/all": {"post": {
                "operationId": "postAll", (format!("x-{}", at("extension", "a"))): at("extension", "a"),
                "parameters": [{"name": at("body name", "payload"), "in": "body", "required": true,
                    "schema": {"$ref": "#/definitions/Sent"}}],
                "responses": {"200": {"description": "", "schema": {"type": "array", "items": reference}},
                    "202": {"description": "", "schema": {"$ref": "#/definitions/Sent"}}}
            }}
        },
        "definitions": {
            definition: object(vec![
                (at("property", "plain"), string()),
                ("state".into(), json!({"type": "string", "enum": ["ON", at("enum value", "OFF")]})),
                ("limited".into(), json!({"type": "string", "pattern": at("pattern", "a"), "default": at("default", "a")})),
            ], json!([])),
            "Sent": object(vec![
                (required.clone(), string()),
                (at("body property", "other"), json!({"type": "integer"})),
                ("amount".into(), json!({"type": "number"})),
            ], json!([required]))
        }
    })
}

/// Writes a model to a folder of models.
fn write(folder: &Path, place: &str, model: &Value) {
    let path = folder.join("models").join(place);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, model.to_string()).unwrap();
}

/// Whether a model is accepted. The error of a refused one must name the file and have no invisible character.
fn accepts(place: &str, model: &Value) -> bool {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), place, model);
    fs::create_dir(folder.path().join("out")).unwrap();
    let made = load::load_models(folder.path(), "the folder", None)
        .and_then(|models| own_workspace(models.files, &Known::default(), None, &[]))
        // The output is parsed as Rust before it is written.
        .and_then(|made| made.output.write(&folder.path().join("out")));
    match made {
        Ok(_) => true,
        Err(error) => {
            let said = format!("{error:#}");
            let hidden = said.chars().find(|c| *c != '\n' && is_invisible(*c));
            assert_eq!(hidden, None, "{said:?}");
            assert!(said.contains("hostile"), "{said:?} names no file, of {model}");
            false
        }
    }
}

/// Tries a text at each position, and writes models with the text at the positions that accept it. Returns how many
/// positions accept it, how many refuse it, and how many models were written.
fn try_text(folder: &Path, number: usize, text: &str) -> [usize; 3] {
    let alone = |position: &&&str| accepts("hostile-model/hostileV1.json", &model(text, &[**position].into()));
    let (taken, left): (Vec<&&str>, Vec<&&str>) = POSITIONS.iter().partition(alone);
    if text.chars().any(is_invisible) {
        assert!(taken.is_empty(), "{text:?} is accepted at {taken:?}");
    }
    // `list` and `header` have their own models, because in one model their names would become the same Rust name.
    let others = ["list", "header"];
    let mut written = 0;
    for part in ["all", "list", "header"] {
        let is_of = |position: &&str| if part == "all" { !others.contains(position) } else { *position == part };
        let positions: BTreeSet<&str> = taken.iter().map(|position| **position).filter(is_of).collect();
        let model = model(text, &positions);
        let place = format!("hostile{}-model/hostile{number}x{part}V1.json", number % 6);
        if !positions.is_empty() && accepts(&place, &model) {
            written += 1;
            write(folder, &place, &model);
        }
    }
    [taken.len(), left.len(), written]
}

#[test]
fn a_hostile_name_is_refused_or_compiles_as_a_name() {
    let texts = texts();
    let folder = tempfile::tempdir().unwrap();
    let counts: Vec<[usize; 3]> =
        texts.par_iter().enumerate().map(|(number, text)| try_text(folder.path(), number, text)).collect();
    let [accepted, refused, written] = [0, 1, 2].map(|at| counts.iter().map(|counts| counts[at]).sum::<usize>());
    assert!(
        accepted > 2_000 && refused > 500 && written > 300,
        "{accepted} accepted, {refused} refused, {written} written"
    );
    // Folders and files.
    for (place, is_taken) in [
        ("core-api-model/hostile.json", true),
        ("operations-model/hostile.json", true),
        ("sandbox/hostile.json", true),
        ("types-api-model/hostile.json", true),
        ("type-api-model/hostile.json", true),
        ("mod-api-model/hostile.json", true),
        ("Client-model/hostile.json", true),
        ("result-model/hostile.json", true),
        ("4x6-model/hostile_2024-01-01.json", true),
        ("hostile;touch x-model/a.json", false),
        ("hostile\u{202e}-model/a.json", false),
        ("hostile\n-model/a.json", false),
        ("größe-model/hostile.json", false),
        ("hostile-model/`a`.json", false),
    ] {
        let model = model("harmless", &BTreeSet::new());
        assert_eq!(accepts(place, &model), is_taken, "{place:?}");
        if is_taken {
            write(folder.path(), place, &model);
        }
    }
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/core").canonicalize().unwrap();
    let models = load::load_models(folder.path(), "the folder", None).unwrap();
    let made = own_workspace(models.files, &Known::default(), Some(&core), &[]).unwrap();
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    made.output.write(&out).unwrap();
    for name in codegen::files::files_below(&out).unwrap() {
        let text = fs::read_to_string(out.join(&name)).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && is_invisible(c)), "{name} has an invisible character");
        if name.ends_with(".rs") {
            let file = syn::parse_file(&text).unwrap();
            assert!(!has_item(&file.items, "Pwned"), "{name} has an item of a model's text");
        } else if name.ends_with(".md") {
            assert_eq!(outside_of_code(&text).find("<img"), None, "{name} has a tag of a model's text");
        }
    }
    check(&out);
}

fn has_item(items: &[syn::Item], name: &str) -> bool {
    items.iter().any(|item| match item {
        syn::Item::Struct(item) => item.ident == name,
        syn::Item::Mod(item) => item.content.as_ref().is_some_and(|(_, items)| has_item(items, name)),
        _ => false,
    })
}

/// The text outside of code, line by line, because no code span of a generated file is longer than a line.
fn outside_of_code(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(start) = rest.find('`') {
            let fence: String = rest[start..].chars().take_while(|c| *c == '`').collect();
            out.push_str(&rest[..start]);
            let inside = &rest[start + fence.len()..];
            let ends = inside.match_indices(&fence).map(|(at, _)| at);
            let is_whole = |at: &usize| !inside[..*at].ends_with('`') && !inside[at + fence.len()..].starts_with('`');
            rest = match ends.into_iter().find(is_whole) {
                Some(at) => &inside[at + fence.len()..],
                None => inside,
            };
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

/// Compiles a generated workspace against the same crates as this one.
fn check(workspace: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::copy(root.join("Cargo.lock"), workspace.join("Cargo.lock")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["check", "--quiet", "--workspace", "--offline", "--keep-going"]).current_dir(workspace);
    // The golden models' workspace has the same target folder, so their common dependencies are compiled once.
    let output = cargo.env("CARGO_TARGET_DIR", root.join("target/own")).env_remove("RUSTFLAGS").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let errors: String = said.lines().filter(|line| line.starts_with("error")).take(20).collect::<Vec<_>>().join("\n");
    assert!(output.status.success(), "{errors}\n{}", &said[said.len().saturating_sub(6000)..]);
}
