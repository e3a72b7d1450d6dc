//! Definitions of product types: which attributes a listing has, and the schema of their values.

mod answer;
mod change;
mod checksum;
mod document;
mod flights;
mod folder;
mod recent;
mod request;

pub use change::{Compared, DefinitionsChange, Difference};
pub use request::GetDefinition;
#[doc(inline)]
pub use spapi_product_type_definitions::v2020_09_01::types::{
    GetDefinitionsProductTypeLocale as Locale, GetDefinitionsProductTypeParentageLevel as ParentageLevel,
    GetDefinitionsProductTypeRequirements as Requirements,
};

use crate::{Validator, seller};
use answer::{Answer, Wanted};
use checksum::Checksum;
use document::{Document, Failed};
use flights::Flights;
use folder::Folder;
use recent::Recent;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spapi_core::{Client, Error, ErrorKind, Marketplace};
use spapi_product_type_definitions::v2020_09_01::ProductTypeDefinitions;
use spapi_product_type_definitions::v2020_09_01::types::PropertyGroup;
use spapi_types::text::printable;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// How long an answer about a definition is used before Amazon is asked again, unless [`Definitions::max_age`] says
/// otherwise. Asking again costs one small call, and the schema is downloaded only if its checksum has changed.
pub const MAX_AGE: Duration = Duration::from_secs(24 * 3600);

/// How long a definition that is out of date is used, after Amazon could not be asked, before the next attempt.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// How many answers are in memory. One takes about 10 kB.
const MOST_ANSWERS: usize = 500;

/// How many compiled schemas are in memory. A large one takes about 10 MB.
const MOST_SCHEMAS: usize = 16;

/// Gets definitions of product types, and keeps them in memory and, if you name one, in a [`folder`](Self::folder).
///
/// Cheap to clone: clones share what is in memory. Callers that want the same definition at the same time share one request.
///
/// ```no_run
/// # async fn f(client: spapi_core::Client) -> Result<(), spapi_core::Error> {
/// use spapi_core::Marketplace;
/// use spapi_listings::Definitions;
///
/// let definitions = Definitions::new(&client).folder("definitions");
/// let luggage = definitions.get("LUGGAGE", Marketplace::US).await?;
/// println!("{} ({}), version {}", luggage.product_type, luggage.display_name, luggage.version);
///
/// let attributes = serde_json::json!({ "item_name": [{ "value": "A suitcase" }] });
/// for finding in luggage.validator()?.create(&attributes).iter() {
///     println!("{}: {}", finding.pointer, finding.message);
/// }
/// # Ok(()) }
/// ```
///
/// # What is kept
/// A schema is kept by its checksum (MD5), which is compared whenever it was downloaded or read. A file that is corrupt or cut
/// off is downloaded again and replaced. An answer without its schema says which checksum is current; it is used for
/// [`max_age`](Self::max_age). If Amazon cannot be reached then, what is kept is used, and [`Definition::is_outdated`] is true.
///
/// A folder that cannot be read or written does not stop the work: it goes on with what is in memory, and a warning is logged.
#[derive(Clone)]
pub struct Definitions {
    client: Client,
    folder: Option<Folder>,
    seller_id: Option<String>,
    max_age: Duration,
    shared: Arc<Shared>,
}

/// What clones share.
struct Shared {
    memory: Mutex<Memory>,
    /// By the request's key.
    requests: Flights<Result<Definition, Error>>,
    /// By the schema's checksum, since several requests may lead to one schema.
    downloads: Flights<Result<Arc<Document>, Failed>>,
}

struct Memory {
    answers: Recent<Known>,
    documents: Recent<Arc<Document>>,
    /// When product types were invalidated, in seconds since 1970. What was written to the folder before is out of date.
    invalidated: HashMap<String, u64>,
    /// How often something was invalidated.
    generation: u64,
}

#[derive(Clone)]
struct Known {
    answer: Arc<Answer>,
    is_fresh: bool,
    until: Instant,
}

/// An answer, and whether it is out of date.
#[derive(Clone)]
struct Kept {
    answer: Arc<Answer>,
    is_fresh: bool,
}

impl Definitions {
    /// Definitions for the seller of a client, kept in memory.
    pub fn new(client: &Client) -> Self {
        let memory = Memory {
            answers: Recent::new(MOST_ANSWERS),
            documents: Recent::new(MOST_SCHEMAS),
            invalidated: HashMap::new(),
            generation: 0,
        };
        let shared = Shared { memory: Mutex::new(memory), requests: Flights::default(), downloads: Flights::default() };
        Self { client: client.clone(), folder: None, seller_id: None, max_age: MAX_AGE, shared: Arc::new(shared) }
    }

    /// Keeps definitions in this folder too, which is created when it is needed. Several processes and sellers may share it, if
    /// they call the same server: a sandbox has other definitions of the same names.
    ///
    /// It grows by about 1 MB for each product type, marketplace, locale and version. Files that were not used for 60 days are
    /// removed.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.folder = Some(Folder::new(path.into()));
        self
    }

    /// Sets the id of the seller whose values the schemas have: without it, a schema allows no offer to businesses, even if the
    /// seller may make one. By default it is the id in the client's credentials, if they have one.
    pub fn seller_id(mut self, id: impl Into<String>) -> Self {
        self.seller_id = Some(id.into());
        self
    }

    /// Sets how long an answer is used before Amazon is asked again. By default [`MAX_AGE`].
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Gets the definition of a product type in a marketplace. Set options on what it returns, and await it.
    ///
    /// # Errors
    /// When Amazon does not have the product type or refuses, the schema cannot be downloaded, or its checksum is wrong twice.
    pub fn get(&self, product_type: impl Into<String>, marketplace: Marketplace) -> GetDefinition {
        GetDefinition::new(self, product_type.into(), marketplace)
    }

    /// Has Amazon asked again about a product type the next time, by this and all other users of the folder. Its schema is
    /// downloaded again only if the checksum has changed.
    pub async fn invalidate(&self, product_type: &str) {
        self.forget(|answer| answer.wanted.product_type == product_type);
        self.distrust(product_type);
        let Some(folder) = &self.folder else { return };
        for answer in folder.answers().await.iter().filter(|answer| answer.wanted.product_type == product_type) {
            folder.keep_answer(&answer.outdated()).await;
        }
    }

    /// Removes answers from memory, and takes note that a request on its way may bring an old answer.
    fn forget(&self, is_unwanted: impl Fn(&Answer) -> bool) {
        let mut memory = self.memory();
        memory.generation += 1;
        memory.answers.remove_if(|known| is_unwanted(&known.answer));
    }

    /// Takes note that what the folder has of a product type is out of date, also if the folder cannot be written.
    fn distrust(&self, product_type: &str) {
        let now = answer::seconds(self.client.clock().now());
        self.memory().invalidated.insert(product_type.to_owned(), now);
    }

    /// Gets what is wanted, from memory if possible.
    async fn find(&self, mut wanted: Wanted) -> Result<Definition, Error> {
        if wanted.seller_id.is_none() {
            wanted.seller_id = match &self.seller_id {
                Some(id) => Some(id.clone()),
                None => seller::id_of(&self.client).await?,
            };
        }
        let key = wanted.key();
        if let Some(definition) = self.in_memory(&key) {
            return Ok(definition);
        }
        self.shared.requests.join(&key, self.load(&wanted, &key)).await
    }

    fn in_memory(&self, key: &str) -> Option<Definition> {
        let mut memory = self.memory();
        let known = memory.answers.get(key).filter(|known| Instant::now() < known.until)?;
        let checksum = Checksum::from_base64(&known.answer.checksum)?;
        let document = memory.documents.get(&checksum.to_string())?;
        Some(definition(&known.answer, document, known.is_fresh))
    }

    /// Gets it from the folder, or asks Amazon.
    async fn load(&self, wanted: &Wanted, key: &str) -> Result<Definition, Error> {
        // Another caller may have brought it since this one has looked.
        if let Some(definition) = self.in_memory(key) {
            return Ok(definition);
        }
        let kept = self.kept(wanted, key).await;
        if let Some(Kept { answer, is_fresh: true }) = &kept {
            if let Some(document) = self.document(&answer.checksum).await {
                self.remember(key, answer, true);
                return Ok(definition(answer, document, true));
            }
        }
        let unusable = kept.as_ref().filter(|kept| kept.is_fresh).map(|kept| kept.answer.checksum.as_str());
        let error = match self.ask_and_download(wanted, key, unusable).await {
            Err(error) if may_pass(&error) => error,
            ended => return ended,
        };
        let Some(Kept { answer, .. }) = kept else { return Err(error) };
        let Some(document) = self.document(&answer.checksum).await else { return Err(error) };
        let product_type = printable(&wanted.product_type).up_to(100);
        tracing::warn!(%product_type, %error, "the kept definition is used, because Amazon cannot be asked for a newer one");
        self.remember(key, &answer, false);
        Ok(definition(&answer, document, false))
    }

    /// The newest answer in memory or in the folder.
    async fn kept(&self, wanted: &Wanted, key: &str) -> Option<Kept> {
        let in_memory = self.memory().answers.get(key).map(|known| known.answer);
        let in_folder = match (&self.folder, &in_memory) {
            // Another process may have asked since.
            (Some(folder), known) if known.as_ref().is_none_or(|known| !self.is_fresh(known)) => {
                folder.answer(wanted).await.map(Arc::new)
            }
            _ => None,
        };
        let answer = [in_folder, in_memory].into_iter().flatten().max_by_key(|answer| answer.asked_at)?;
        let is_fresh = self.is_fresh(&answer);
        Some(Kept { answer, is_fresh })
    }

    fn is_fresh(&self, answer: &Answer) -> bool {
        let invalidated = self.memory().invalidated.get(&answer.wanted.product_type).copied();
        !self.time_left(answer).is_zero() && invalidated.is_none_or(|at| answer.asked_at > at)
    }

    /// How long the answer may be used.
    fn time_left(&self, answer: &Answer) -> Duration {
        let age = answer.age(self.client.clock().now());
        age.map_or(Duration::ZERO, |age| self.max_age.saturating_sub(age))
    }

    /// Asks Amazon, and downloads the schema if it is not at hand. The one with the checksum `unusable` is not.
    async fn ask_and_download(&self, wanted: &Wanted, key: &str, unusable: Option<&str>) -> Result<Definition, Error> {
        let mut is_second = false;
        loop {
            let asked = self.ask(wanted).await?;
            let checksum = asked.checksum()?;
            let at_hand = match unusable {
                Some(unusable) if unusable == asked.answer.checksum => None,
                _ => self.document(&asked.answer.checksum).await,
            };
            let document = match at_hand {
                Some(document) => Ok(document),
                None => self.download(&asked, checksum).await,
            };
            let other = match document {
                Ok(document) => {
                    self.keep(key, &asked).await;
                    return Ok(definition(&asked.answer, document, true));
                }
                Err(Failed::Other(error)) => return Err(error),
                Err(Failed::Differs(other)) => other,
            };
            let product_type = printable(&wanted.product_type).up_to(100);
            if is_second {
                let message = format!(
                    "the schema of {product_type} was downloaded twice, and its checksum (MD5) is {other} instead of {checksum}"
                );
                return Err(Error::new(ErrorKind::DocumentHost, message)
                    .with_hint("Something on the way changes or cuts off the document. Nothing of it was kept."));
            }
            tracing::warn!(%product_type, "the checksum of a schema is wrong; asking again");
            is_second = true;
        }
    }

    async fn ask(&self, wanted: &Wanted) -> Result<Asked, Error> {
        let generation = self.memory().generation;
        let now = self.client.clock().now();
        let api = ProductTypeDefinitions::new(&self.client);
        let mut call = api
            .get_definitions_product_type(&wanted.product_type)
            .marketplace_ids([&wanted.marketplace])
            .product_type_version(&wanted.version)
            .requirements(wanted.requirements.clone())
            .requirements_enforced(if wanted.is_enforced { "ENFORCED" } else { "NOT_ENFORCED" })
            .locale(wanted.locale.clone());
        if let Some(level) = &wanted.parentage_level {
            call = call.parentage_level(level.clone());
        }
        if let Some(id) = &wanted.seller_id {
            call = call.seller_id(id);
        }
        let mut definition = call.send().await?.into_inner();
        let link = std::mem::take(&mut definition.schema.link.resource);
        Ok(Asked { answer: Arc::new(Answer::new(wanted, definition, now)?), link, generation })
    }

    async fn download(&self, asked: &Asked, checksum: Checksum) -> Result<Arc<Document>, Failed> {
        let name = checksum.to_string();
        let work = async {
            // Another request may have brought the same schema.
            if let Some(document) = self.memory().documents.get(&name) {
                return Ok(document);
            }
            let (definitions, wanted) = (self.clone(), asked.answer.wanted.clone());
            let renew = move || -> spapi_core::BoxFuture<'static, Result<String, Error>> {
                let (definitions, wanted) = (definitions.clone(), wanted.clone());
                Box::pin(async move { Ok(definitions.ask(&wanted).await?.link) })
            };
            let bytes = document::download(&self.client, asked.link.clone(), checksum, renew).await?;
            if let Some(folder) = &self.folder {
                folder.keep_schema(checksum, bytes.clone()).await;
            }
            Ok(self.compiled(checksum, bytes).await?)
        };
        self.shared.downloads.join(&name, work).await
    }

    /// The schema with this checksum, if it is in memory or in the folder.
    async fn document(&self, checksum: &str) -> Option<Arc<Document>> {
        let checksum = Checksum::from_base64(checksum)?;
        if let Some(document) = self.memory().documents.get(&checksum.to_string()) {
            return Some(document);
        }
        let bytes = self.folder.as_ref()?.schema(checksum).await?;
        self.compiled(checksum, bytes).await.ok()
    }

    async fn compiled(&self, checksum: Checksum, bytes: spapi_core::Bytes) -> Result<Arc<Document>, Error> {
        let document = Arc::new(Document::compile(bytes).await?);
        self.memory().documents.set(&checksum.to_string(), Arc::clone(&document));
        Ok(document)
    }

    /// Keeps an answer, unless something was invalidated since the request: the answer may be from before.
    async fn keep(&self, key: &str, asked: &Asked) {
        if self.memory().generation != asked.generation {
            return;
        }
        self.remember(key, &asked.answer, true);
        if let Some(folder) = &self.folder {
            folder.keep_answer(&asked.answer).await;
        }
    }

    fn remember(&self, key: &str, answer: &Arc<Answer>, is_fresh: bool) {
        let time = if is_fresh { self.time_left(answer) } else { ASK_AGAIN_AFTER };
        let now = Instant::now();
        // A time beyond the end of the clock is as good as a day.
        let until = now.checked_add(time).unwrap_or(now + MAX_AGE);
        self.memory().answers.set(key, Known { answer: Arc::clone(answer), is_fresh, until });
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.shared.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn definition(answer: &Answer, document: Arc<Document>, is_fresh: bool) -> Definition {
    let wanted = &answer.wanted;
    let locale = if answer.locale.is_empty() { wanted.locale.as_str() } else { &answer.locale };
    Definition {
        product_type: wanted.product_type.clone(),
        display_name: answer.display_name.clone(),
        marketplace_id: wanted.marketplace.clone(),
        locale: locale.to_owned(),
        requirements: wanted.requirements.clone(),
        is_enforced: wanted.is_enforced,
        parentage_level: wanted.parentage_level.clone(),
        seller_id: wanted.seller_id.clone(),
        version: answer.version.clone(),
        is_latest: answer.is_latest,
        is_release_candidate: answer.is_release_candidate,
        checksum: answer.checksum.clone(),
        groups: answer.groups.clone(),
        asked_at: SystemTime::UNIX_EPOCH + Duration::from_secs(answer.asked_at),
        is_outdated: !is_fresh,
        document,
    }
}

/// What Amazon has just answered.
struct Asked {
    answer: Arc<Answer>,
    /// The presigned URL of the schema.
    link: String,
    generation: u64,
}

impl Asked {
    fn checksum(&self) -> Result<Checksum, Error> {
        let Answer { wanted, checksum, .. } = &*self.answer;
        Checksum::from_base64(checksum).ok_or_else(|| {
            let [product_type, checksum] = [&wanted.product_type, checksum].map(|text| printable(text).up_to(100));
            Error::new(
                ErrorKind::Answer,
                format!("the schema of {product_type} cannot be checked: its checksum \"{checksum}\" is not an MD5 in base64"),
            )
        })
    }
}

/// Whether a later call may succeed, so that a definition from before is better than nothing.
fn may_pass(error: &Error) -> bool {
    let is_broken = matches!(error.kind(), ErrorKind::Lost | ErrorKind::DocumentHost | ErrorKind::UrlExpired);
    is_broken || error.is_connect() || error.is_timeout() || error.is_server_error() || error.is_throttled()
}

impl fmt::Debug for Definitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definitions")
            .field("client", &self.client)
            .field("folder", &self.folder)
            .field("seller_id", &self.seller_id)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

/// The definition of a product type in a marketplace. Cheap to clone, except for its groups.
#[derive(Clone)]
#[non_exhaustive]
pub struct Definition {
    /// The name of the product type: `LUGGAGE`.
    pub product_type: String,
    /// Its name for people, in the locale: `Luggage`.
    pub display_name: String,
    /// The id of the marketplace.
    pub marketplace_id: String,
    /// The locale of labels and, in part, of the values that the schema allows: `en_US`.
    pub locale: String,
    /// Which listings the schema is for.
    pub requirements: Requirements,
    /// Whether the schema requires attributes. Otherwise it only limits their values.
    pub is_enforced: bool,
    /// The place in a family of variations that the schema is for. `None` if it is for all of them.
    pub parentage_level: Option<ParentageLevel>,
    /// The seller whose values the schema has. Without one, a schema allows no offer to businesses.
    pub seller_id: Option<String>,
    /// The version of the definition, as Amazon names it.
    pub version: String,
    /// Whether it is the latest version, if Amazon says so.
    pub is_latest: Option<bool>,
    /// Whether it is a version that Amazon will make the latest, if Amazon says so.
    pub is_release_candidate: Option<bool>,
    /// The MD5 of the schema in base64, as Amazon sends it.
    pub checksum: String,
    /// The groups of attributes, by name.
    pub groups: Vec<Group>,
    /// When Amazon was asked, to the second. 1970 if all that is known is that the definition is out of date.
    pub asked_at: SystemTime,
    /// Whether Amazon could not be asked for a newer definition, although this one is older than allowed.
    pub is_outdated: bool,
    document: Arc<Document>,
}

impl Definition {
    /// The schema, compiled, for the definition's marketplace.
    ///
    /// # Errors
    /// When the schema does not compile. It is nevertheless what Amazon has, since its checksum is right.
    pub fn validator(&self) -> Result<Validator, Error> {
        let validator = self.document.validator()?.clone();
        Ok(match self.marketplace_id.parse() {
            Ok(marketplace) => validator.for_marketplace(marketplace),
            Err(_) => validator,
        })
    }

    /// The schema as Amazon sent it.
    pub fn schema(&self) -> &str {
        self.document.text()
    }

    /// The schema as a JSON value, also if it does not compile.
    ///
    /// # Errors
    /// When it is not JSON.
    pub fn schema_json(&self) -> Result<Value, Error> {
        self.document.json()
    }
}

/// Does not show the schema.
impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition")
            .field("product_type", &self.product_type)
            .field("marketplace_id", &self.marketplace_id)
            .field("locale", &self.locale)
            .field("version", &self.version)
            .field("checksum", &self.checksum)
            .finish_non_exhaustive()
    }
}

/// A group of attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Group {
    /// The name of the group: `product_details`.
    pub name: String,
    /// Its name for people.
    pub title: Option<String>,
    /// What it is for, in words for people.
    pub description: Option<String>,
    /// The names of its attributes.
    pub attributes: Vec<String>,
}

impl Group {
    fn new(name: String, group: PropertyGroup) -> Self {
        Self { name, title: group.title, description: group.description, attributes: group.property_names }
    }
}
