//! The policy by which a queue lets Amazon send, and the other settings that keep notifications away.

use super::target::QueueArn;
use serde_json::{Value, json};
use spapi_types::text::printable;
use std::fmt;

/// The AWS account from which Amazon sends notifications.
pub const SENDER: &str = "437568002678";

/// The actions that a queue must allow it.
const ACTIONS: [&str; 2] = ["sqs:SendMessage", "sqs:GetQueueAttributes"];

/// The policy that lets Amazon send notifications to the queue, and nobody else. It is the value of the queue's attribute
/// `Policy`; a queue that has a policy already needs its statement besides.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use spapi_events::setup::queue_policy;
///
/// let policy = queue_policy(&"arn:aws:sqs:ap-northeast-1:123456789012:orders".parse()?);
/// assert_eq!(policy["Statement"][0]["Action"][0], "sqs:SendMessage");
/// # Ok(()) }
/// ```
pub fn queue_policy(arn: &QueueArn) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "SellingPartnerApiNotifications",
            "Effect": "Allow",
            "Principal": { "AWS": SENDER },
            "Action": ACTIONS,
            "Resource": arn.to_string(),
        }],
    })
}

/// Why a queue does not get notifications, or may not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueueProblem {
    /// It has no policy, so that only its owner may send.
    NoPolicy,
    /// The policy is not JSON, or has another form than policies of AWS have.
    Unreadable,
    /// No statement allows Amazon's account the action.
    NotAllowed {
        /// The action, such as `sqs:SendMessage`.
        action: &'static str,
        /// The accounts to which statements allow it on this queue instead. Empty if there is none.
        other_principals: Vec<String>,
        /// The resources for which statements allow it to Amazon's account instead. Empty if there is none.
        other_resources: Vec<String>,
    },
    /// A statement allows it under a condition, which cannot be judged here.
    Conditional {
        /// The action.
        action: &'static str,
    },
    /// A statement denies it.
    Denied {
        /// The action.
        action: &'static str,
        /// Whether it does so under a condition.
        is_conditional: bool,
    },
    /// It is a FIFO queue.
    Fifo,
    /// It is encrypted with a key of AWS KMS.
    Encrypted {
        /// The key's id, ARN or alias.
        key: String,
    },
    /// The attributes are those of another queue.
    OtherQueue {
        /// Its ARN.
        arn: String,
    },
}

impl QueueProblem {
    /// Whether it keeps notifications away for sure. Of others, only their owner can know.
    pub fn is_certain(&self) -> bool {
        match self {
            Self::Conditional { .. } => false,
            Self::Denied { is_conditional, .. } => !is_conditional,
            // The policy of a key is not among the queue's attributes; AWS's own key has none that can be changed.
            Self::Encrypted { key } => is_own_key(key),
            _ => true,
        }
    }
}

/// What is wrong with it, and what to do, in one line.
impl fmt::Display for QueueProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &[String]| printable(&names.join(", ")).up_to(200).to_string();
        match self {
            Self::NoPolicy => {
                write!(f, "the queue has no policy, so that Amazon's account {SENDER} may not send to it")
            }
            Self::Unreadable => f.write_str("the queue's policy cannot be read as a policy of AWS"),
            Self::NotAllowed { action, other_principals, other_resources } => {
                write!(f, "the queue's policy does not allow {action} to Amazon's account {SENDER}")?;
                match (other_principals.as_slice(), other_resources.as_slice()) {
                    ([], []) => Ok(()),
                    ([], resources) => write!(f, " on this queue: it does on {}", list(resources)),
                    (principals, _) => write!(f, ": it does to {}", list(principals)),
                }
            }
            Self::Conditional { action } => {
                write!(
                    f,
                    "the queue's policy allows {action} to Amazon's account {SENDER} under a condition: check that it is met"
                )
            }
            Self::Denied { action, is_conditional: false } => {
                write!(f, "the queue's policy denies {action} to Amazon's account {SENDER}")
            }
            Self::Denied { action, is_conditional: true } => {
                write!(
                    f,
                    "the queue's policy denies {action} under a condition: check that it is not met for Amazon's account {SENDER}"
                )
            }
            Self::Fifo => {
                f.write_str("it is a FIFO queue, to which Amazon sends no notifications: use a standard queue")
            }
            Self::Encrypted { key } if is_own_key(key) => write!(
                f,
                "the queue is encrypted with AWS's own key {}, which Amazon's account {SENDER} cannot use: use encryption by SQS (SSE-SQS), \
                 or a key of yours",
                printable(key).up_to(200)
            ),
            Self::Encrypted { key } => write!(
                f,
                "the queue is encrypted with the KMS key {}: its key policy must allow kms:GenerateDataKey and kms:Decrypt to Amazon's \
                 account {SENDER}, which is not checked here",
                printable(key).up_to(200)
            ),
            Self::OtherQueue { arn } => {
                write!(f, "the attributes are those of the queue {}", printable(arn).up_to(200))
            }
        }
    }
}

/// Whether it is the key that AWS manages for SQS.
fn is_own_key(key: &str) -> bool {
    key.ends_with("alias/aws/sqs")
}

/// What keeps Amazon from sending to the queue. Empty if nothing does. `attribute` gives what `GetQueueAttributes` of Amazon SQS has by
/// a name: `Policy`, `KmsMasterKeyId`, `FifoQueue` and `QueueArn` are read.
pub fn check_queue<'a>(arn: &QueueArn, attribute: impl Fn(&str) -> Option<&'a str>) -> Vec<QueueProblem> {
    let mut problems = Vec::new();
    let attribute = |name: &str| attribute(name).filter(|value| !value.trim().is_empty());
    if let Some(other) = attribute("QueueArn").filter(|shown| *shown != arn.to_string()) {
        problems.push(QueueProblem::OtherQueue { arn: other.to_owned() });
    }
    if attribute("FifoQueue") == Some("true") {
        problems.push(QueueProblem::Fifo);
    }
    if let Some(key) = attribute("KmsMasterKeyId") {
        problems.push(QueueProblem::Encrypted { key: key.to_owned() });
    }
    match attribute("Policy") {
        None => problems.push(QueueProblem::NoPolicy),
        Some(policy) => match statements(policy) {
            None => problems.push(QueueProblem::Unreadable),
            Some(statements) => problems.extend(ACTIONS.into_iter().flat_map(|action| check(&statements, action, arn))),
        },
    }
    problems
}

/// A statement of a policy. What is not said is `None`.
struct Statement {
    allows: bool,
    principals: Names,
    actions: Names,
    resources: Names,
    is_conditional: bool,
}

/// The names of an element of a statement, or all but these.
struct Names {
    names: Vec<String>,
    are_excluded: bool,
}

impl Names {
    /// The element `name` of a statement, or the one that excludes.
    fn of(statement: &Value, name: &str) -> Self {
        let excluded = &statement[format!("Not{name}")];
        match &statement[name] {
            Value::Null if !excluded.is_null() => Self { names: names(excluded), are_excluded: true },
            value => Self { names: names(value), are_excluded: false },
        }
    }

    fn has(&self, matches: impl Fn(&str) -> bool) -> bool {
        self.names.iter().any(|name| matches(name)) != self.are_excluded
    }
}

fn statements(policy: &str) -> Option<Vec<Statement>> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let statements = match policy.get("Statement")? {
        Value::Array(statements) => statements.as_slice(),
        one @ Value::Object(_) => std::slice::from_ref(one),
        _ => return None,
    };
    statements.iter().map(statement).collect()
}

fn statement(value: &Value) -> Option<Statement> {
    let allows = match value["Effect"].as_str()? {
        "Allow" => true,
        "Deny" => false,
        _ => return None,
    };
    Some(Statement {
        allows,
        principals: Names::of(value, "Principal"),
        actions: Names::of(value, "Action"),
        resources: Names::of(value, "Resource"),
        is_conditional: value
            .get("Condition")
            .is_some_and(|condition| condition.as_object().is_none_or(|it| !it.is_empty())),
    })
}

/// The texts of an element: one, several, or several by kind, as principals are. Principals of other kinds than accounts have their
/// kind before them.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::String(name) => vec![name.clone()],
        Value::Array(values) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::Object(kinds) => {
            let named = |(kind, value): (&String, &Value)| -> Vec<String> {
                let of_kind = |name: String| if kind == "AWS" { name } else { format!("{kind} {name}") };
                names(value).into_iter().map(of_kind).collect()
            };
            // A policy has no kinds of kinds.
            kinds.iter().filter(|(_, value)| !value.is_object()).flat_map(named).collect()
        }
        _ => Vec::new(),
    }
}

/// What is wrong with the statements about one action.
fn check(statements: &[Statement], action: &'static str, arn: &QueueArn) -> Vec<QueueProblem> {
    let mut problems = Vec::new();
    let arn = arn.to_string();
    let of_action = |statement: &&Statement| {
        statement.actions.has(|name| fits(&name.to_ascii_lowercase(), &action.to_ascii_lowercase()))
    };
    let of_sender = |statement: &Statement| statement.principals.has(is_sender);
    let of_queue = |statement: &Statement| statement.resources.has(|name| fits(name, &arn));
    let about = || statements.iter().filter(of_action);
    let full = || about().filter(|statement| of_sender(statement) && of_queue(statement));

    let denying: Vec<_> = full().filter(|statement| !statement.allows).collect();
    if !denying.is_empty() {
        let is_conditional = denying.iter().all(|statement| statement.is_conditional);
        problems.push(QueueProblem::Denied { action, is_conditional });
    }
    let allowing: Vec<_> = full().filter(|statement| statement.allows).collect();
    if allowing.iter().any(|statement| !statement.is_conditional) {
        return problems;
    }
    if !allowing.is_empty() {
        problems.push(QueueProblem::Conditional { action });
        return problems;
    }
    let near = |keeps: &dyn Fn(&Statement) -> bool, names: &dyn Fn(&Statement) -> Vec<String>| -> Vec<String> {
        let near = about().filter(|statement| statement.allows && keeps(statement));
        near.flat_map(names).collect()
    };
    problems.push(QueueProblem::NotAllowed {
        action,
        other_principals: near(&|it| of_queue(it) && !of_sender(it), &|it| it.principals.names.clone()),
        other_resources: near(&|it| of_sender(it) && !of_queue(it), &|it| it.resources.names.clone()),
    });
    problems
}

/// Whether a principal is Amazon's account: its id, the ARN of the account, or everyone.
fn is_sender(principal: &str) -> bool {
    principal == "*" || principal == SENDER || principal == format!("arn:aws:iam::{SENDER}:root")
}

/// Whether a text fits a pattern, in which `*` stands for any characters and `?` for one.
fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut of) = (0, 0);
    // Where to go on if what follows the last star does not fit.
    let mut star: Option<(usize, usize)> = None;
    while of < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[of] => {
                at += 1;
                of += 1;
            }
            _ => match star {
                Some((back, from)) => {
                    star = Some((back, from + 1));
                    at = back + 1;
                    of = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sqs:ap-northeast-1:123456789012:orders";

    fn problems(attributes: &[(&str, &str)]) -> Vec<QueueProblem> {
        check_queue(&ARN.parse().unwrap(), |name| {
            attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        })
    }

    fn of_statement(change: &[(&str, Value)]) -> Vec<QueueProblem> {
        let mut policy = queue_policy(&ARN.parse().unwrap());
        for (name, value) in change {
            policy["Statement"][0][name] = value.clone();
        }
        problems(&[("Policy", &policy.to_string())])
    }

    fn words(problems: &[QueueProblem]) -> String {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn our_own_policy_is_right_and_so_are_other_spellings() {
        assert_eq!(of_statement(&[]), []);
        for change in [
            ("Principal", json!("*")),
            ("Principal", json!({"AWS": ["111111111111", format!("arn:aws:iam::{SENDER}:root")]})),
            ("Action", json!("SQS:*")),
            ("Action", json!(["sqs:Send*", "sqs:getqueueattributes"])),
            ("Action", json!("*")),
            ("Resource", json!("arn:aws:sqs:*:123456789012:order?")),
            ("Condition", json!({})),
        ] {
            assert_eq!(of_statement(std::slice::from_ref(&change)), [], "{change:?}");
        }
        let mut one = queue_policy(&ARN.parse().unwrap());
        one["Statement"] = one["Statement"][0].clone();
        assert_eq!(problems(&[("Policy", &one.to_string()), ("QueueArn", ARN), ("KmsMasterKeyId", "")]), []);
    }

    #[test]
    fn what_keeps_amazon_away_is_named() {
        assert_eq!(problems(&[]), [QueueProblem::NoPolicy]);
        for unreadable in ["no json", "{}", r#"{"Statement": 1}"#, r#"{"Statement": [{}]}"#, "[]"] {
            assert_eq!(problems(&[("Policy", unreadable)]), [QueueProblem::Unreadable], "{unreadable}");
        }
        let other = of_statement(&[("Principal", json!({"AWS": "111111111111"}))]);
        assert!(
            other.len() == 2
                && words(&other).contains("sqs:SendMessage to Amazon's account 437568002678: it does to 111111111111")
        );
        let service = of_statement(&[("Principal", json!({"Service": "sns.amazonaws.com"}))]);
        assert!(words(&service).contains("it does to Service sns.amazonaws.com"), "{}", words(&service));
        let elsewhere = of_statement(&[("Resource", json!("arn:aws:sqs:ap-northeast-1:123456789012:other"))]);
        assert!(words(&elsewhere).contains("on this queue: it does on arn:aws:sqs:ap-northeast-1:123456789012:other"));
        let half = of_statement(&[("Action", json!("sqs:SendMessage"))]);
        assert!(matches!(half[..], [QueueProblem::NotAllowed { action: "sqs:GetQueueAttributes", .. }]), "{half:?}");
        let denied = of_statement(&[("Effect", json!("Deny"))]);
        assert!(denied.contains(&QueueProblem::Denied { action: "sqs:SendMessage", is_conditional: false }));
        let condition = json!({"StringEquals": {"aws:SourceAccount": "1"}});
        let maybe = of_statement(&[("Condition", condition)]);
        assert!(maybe.len() == 2 && maybe.iter().all(|problem| !problem.is_certain()), "{maybe:?}");
    }

    #[test]
    fn a_fifo_queue_an_encrypted_one_and_another_one_are_named() {
        let policy = queue_policy(&ARN.parse().unwrap()).to_string();
        let with = |name, value| problems(&[("Policy", &policy), (name, value)]);
        assert_eq!(with("FifoQueue", "true"), [QueueProblem::Fifo]);
        let own = with("KmsMasterKeyId", "alias/aws/sqs");
        assert!(own[0].is_certain() && words(&own).contains("SSE-SQS"), "{own:?}");
        let key = with("KmsMasterKeyId", "arn:aws:kms:ap-northeast-1:123456789012:key/1");
        assert!(!key[0].is_certain() && words(&key).contains("kms:GenerateDataKey"), "{key:?}");
        let other = with("QueueArn", "arn:aws:sqs:ap-northeast-1:123456789012:other");
        assert!(words(&other).contains("the queue arn:aws:sqs:ap-northeast-1:123456789012:other"), "{other:?}");
    }

    #[test]
    fn patterns_have_stars_and_question_marks() {
        for (pattern, text, is_fitting) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*b*", "abc", true),
            ("", "a", false),
            ("a", "", false),
        ] {
            assert_eq!(fits(pattern, text), is_fitting, "{pattern} {text}");
        }
    }
}
