//! A schema's nodes as a template looks at them: with what a reference and `allOf` add.

use serde_json::Value;

/// How many references may lead from one to the next, and how deep `allOf` may nest.
const MOST_HOPS: usize = 8;

/// How many nodes one node may combine.
const MOST_PARTS: usize = 64;

/// A node of a schema together with the nodes that it refers to and combines.
pub(super) struct View<'a> {
    parts: Vec<&'a Value>,
}

impl<'a> View<'a> {
    pub fn of(root: &'a Value, node: &'a Value) -> Self {
        let mut view = Self { parts: Vec::new() };
        view.add(root, node, MOST_HOPS);
        view
    }

    fn add(&mut self, root: &'a Value, node: &'a Value, hops: usize) {
        let Some(hops) = hops.checked_sub(1).filter(|_| self.parts.len() < MOST_PARTS) else { return };
        self.parts.push(node);
        if let Some(target) = node["$ref"].as_str().and_then(|path| root.pointer(path.strip_prefix('#')?)) {
            self.add(root, target, hops);
        }
        for part in node["allOf"].as_array().into_iter().flatten() {
            self.add(root, part, hops);
        }
    }

    /// The node and those that it refers to and combines.
    pub fn parts(&self) -> impl Iterator<Item = &'a Value> {
        self.parts.iter().copied()
    }

    /// Whether it has this very node.
    pub fn has(&self, node: &Value) -> bool {
        self.parts.iter().any(|part| std::ptr::eq(*part, node))
    }

    /// The first value of a keyword.
    pub fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.parts.iter().find_map(|part| part.get(keyword))
    }

    pub fn text(&self, keyword: &str) -> Option<&'a str> {
        self.get(keyword).and_then(Value::as_str)
    }

    pub fn count(&self, keyword: &str) -> Option<u64> {
        self.get(keyword).and_then(Value::as_u64)
    }

    pub fn is_true(&self, keyword: &str) -> bool {
        self.get(keyword).and_then(Value::as_bool) == Some(true)
    }

    /// The members of an object, in the order of their names.
    pub fn members(&self) -> Vec<(&'a String, &'a Value)> {
        let mut members: Vec<_> = Vec::new();
        for (name, member) in self.parts.iter().filter_map(|part| part["properties"].as_object()).flatten() {
            if !members.iter().any(|(known, _)| *known == name) {
                members.push((name, member));
            }
        }
        members.sort_by_key(|(name, _)| *name);
        members
    }

    /// Whether a member is required without a condition.
    pub fn requires(&self, name: &str) -> bool {
        self.parts.iter().any(|part| texts(&part["required"]).any(|known| known == name))
    }

    /// The nodes of which one must hold.
    pub fn branches(&self) -> impl Iterator<Item = &'a Value> {
        let lists = self.parts.iter().flat_map(|part| [&part["anyOf"], &part["oneOf"]]);
        lists.filter_map(Value::as_array).flatten()
    }

    /// The type, also if only the branches have one.
    pub fn kind(&self, root: &'a Value) -> Option<&'a str> {
        let own = |view: &Self| match view.get("type") {
            Some(Value::String(name)) => Some(name.as_str()),
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
            _ => None,
        };
        own(self).or_else(|| self.branches().find_map(|branch| own(&View::of(root, branch))))
    }
}

/// The texts of a list.
pub(super) fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}
