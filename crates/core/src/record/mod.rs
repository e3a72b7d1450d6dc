//! Recordings: the exchanges of a client in files, without anybody's data, and replayed from them without a network.
//!
//! [`ClientBuilder::record`](crate::client::ClientBuilder::record) writes one file of JSON for each answer that came.
//! [`Replay`] answers from such files.
//!
//! # What stands in a recording
//!
//! A recording can be shown to others and kept beside code. What is written as it is, is listed; all else has a
//! stand-in, or is left out:
//!
//! | what | in the recording |
//! | --- | --- |
//! | method, operation, path with its parameters in braces, status | as they are |
//! | the path of a call by path | as it is, where it is written in the program (`&'static str`) |
//! | the path of a call by path that was made while it ran (`String`) | as it is up to the version; else stand-ins |
//! | names that the type of a body has a field for | as they are |
//! | all other names, and the keys of maps | stand-ins |
//! | a value that an enum of the type lists | as it is |
//! | a date or time, where the type has one; a date with a time of day, where it has a text | as it is |
//! | an integer of up to 4 digits, where the type has one; zero; flags and null | as they are |
//! | all other numbers: money, measures, long integers | other digits, as many |
//! | ids of marketplaces and codes of their currencies | as they are |
//! | all other texts | stand-ins; that of a URL keeps `https://` or `http://` |
//! | values of the query, of enums too | ids of marketplaces, dates, flags, up to 4 digits as they are; else stand-ins |
//! | names of the query that are not written in a program, as those of `raw_query` | stand-ins |
//! | headers of the answer: content type, date, request id, `Retry-After`, rate | as they are, in their usual form |
//! | header of the answer: an error's type that is a word with `Exception` at its end | as it is, up to its colon |
//! | all other headers, and those of the request | left out |
//! | errors: codes that are one word of letters | as they are; messages and details have stand-ins |
//! | calls by path: the bodies of the request and of a success | left out, since no type knows them |
//! | bodies of other requests and answers without a type | left out |
//! | Login with Amazon, restricted data tokens, documents | not recorded |
//!
//! A stand-in has the shape of what it stands for: letters for letters of the same case, digits for digits (with a zero
//! in front only where there was one), as long, and with the same punctuation. Within one folder equal texts have equal
//! stand-ins, so that an id or a page's token in one exchange is that in the next. They are made with a random key that
//! is not kept. By chance one may look like a real value: `US` where there was `JP`.
//!
//! # What cannot be replayed
//!
//! - A call by path that had success: its answer was left out, and [`Replay`] says so. An error's answer is replayed.
//! - A call by path whose path was made while the program ran: with its stand-ins the path is not found again. Write it
//!   in the program, with `{name}` for each parameter.
//! - A document: with the feature `document` a download or an upload of a client that replays is an error.
//!
//! Lengths and shapes stay, and so do the times at which things happened: whoever knows the data can recognize them.

mod exchange;
mod file;
mod outline;
mod recorder;
mod redact;
mod replay;
mod stand_in;

pub(crate) use replay::Hurried;
pub use replay::Replay;

pub(crate) use exchange::{Asked, Exchange};
pub(crate) use outline::Outline;
pub(crate) use recorder::Recorder;
