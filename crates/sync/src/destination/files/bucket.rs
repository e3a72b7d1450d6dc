//! Files in a bucket of S3, Google Cloud Storage or Azure.

use super::store::{Staged, Version, blocking, failed};
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion, WriteMultipart, parse_url_opts,
};
use spapi_core::{Error, ErrorKind};
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use url::Url;

/// The most bytes of an object that is written by one request, and of a part of a larger one.
const PART: usize = 8 << 20;
/// How many parts of an object are sent at a time.
const AT_A_TIME: usize = 2;
/// How many objects are removed at a time.
const REMOVED_AT_A_TIME: usize = 8;

/// A bucket, and the prefix of all paths.
pub(super) struct Bucket {
    pub url: String,
    store: Arc<dyn ObjectStore>,
    prefix: Path,
}

impl Bucket {
    /// A bucket by its URL. Of the options, those that `object_store` knows for its kind count.
    ///
    /// # Errors
    /// When the URL is not that of a bucket, or the options do not suffice.
    pub fn open(url: &str, options: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        const HINT: &str =
            "Write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX, without credentials.";
        let wrong = |what: &str| Error::new(ErrorKind::Config, format!("bucket: {what}")).with_hint(HINT);
        let parsed = Url::parse(url.trim_end_matches('/')).map_err(|_| wrong("it is not a URL"))?;
        if !parsed.username().is_empty() || parsed.password().is_some() || parsed.query().is_some() {
            return Err(wrong("the URL has more than a bucket and a prefix"));
        }
        let start = match parsed.scheme() {
            "s3" => "AWS_",
            "gs" => "GOOGLE_",
            "az" => "AZURE_",
            _ => return Err(wrong("the URL is not one of S3, Google Cloud Storage or Azure")),
        };
        if parsed.host_str().is_none_or(str::is_empty) {
            return Err(wrong("the URL names no bucket"));
        }
        let options = options.into_iter().filter(|(name, _)| name.to_ascii_uppercase().starts_with(start));
        let options = options.map(|(name, value)| (name.to_ascii_lowercase(), value));
        // An error of the options could show one.
        let (store, prefix) = parse_url_opts(&parsed, options).map_err(|_| {
            let what =
                format!("{parsed} cannot be opened with the settings of the environment that begin with {start}");
            Error::new(ErrorKind::Config, what).with_hint("See the page of this destination for the variables.")
        })?;
        Ok(Self { url: parsed.to_string(), store: Arc::from(store), prefix })
    }

    /// The name of an object in messages.
    pub fn place(&self, path: &str) -> String {
        if path.is_empty() { self.url.clone() } else { format!("{}/{path}", self.url) }
    }

    fn path(&self, path: &str) -> Path {
        path.split('/').filter(|part| !part.is_empty()).fold(self.prefix.clone(), |folder, part| folder.join(part))
    }

    pub async fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Version)>, Error> {
        let found = match self.store.get(&self.path(path)).await {
            Ok(found) => found,
            // A bucket that does not exist is found when it is written to or listed.
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(self.failed(path, "cannot be read", error)),
        };
        let version = Version { tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
        let bytes = found.bytes().await.map_err(|error| self.failed(path, "cannot be read", error))?;
        Ok(Some((bytes.to_vec(), version)))
    }

    pub async fn put_new(&self, path: &str, bytes: PutPayload) -> Result<(), Error> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&self.path(path), bytes, options).await {
            // Its name stands for its content.
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(self.failed(path, "cannot be written", error)),
        }
    }

    pub async fn upload(&self, staged: Staged, path: &str) -> Result<(), Error> {
        let place = self.place(path);
        let mut next = Parts { staged, place };
        let (first, is_whole) = next.start().await?;
        if is_whole {
            return self.put_new(path, first.into()).await;
        }
        let cannot = |error| self.failed(path, "cannot be written", error);
        let upload = self.store.put_multipart(&self.path(path)).await.map_err(cannot)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut part = first;
        loop {
            if part.is_empty() {
                break;
            }
            if let Err(error) = upload.wait_for_capacity(AT_A_TIME).await {
                // The parts that were sent would stay, and cost.
                let _ = upload.abort().await;
                return Err(cannot(error));
            }
            upload.put(part.into());
            part = match next.part().await {
                Ok(part) => part,
                Err(error) => {
                    let _ = upload.abort().await;
                    return Err(error);
                }
            };
        }
        upload.finish().await.map(drop).map_err(cannot)
    }

    pub async fn swap(
        &self,
        path: &str,
        bytes: PutPayload,
        expected: Option<Version>,
    ) -> Result<Option<Version>, Error> {
        let mode = match expected {
            None => PutMode::Create,
            Some(Version { tag, version }) => PutMode::Update(UpdateVersion { e_tag: tag, version }),
        };
        let options = PutOptions { mode, ..PutOptions::default() };
        match self.store.put_opts(&self.path(path), bytes, options).await {
            Ok(put) => Ok(Some(Version { tag: put.e_tag, version: put.version })),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => Ok(None),
            Err(error) => Err(self.failed(path, "cannot be written", error)),
        }
    }

    pub async fn remove(&self, paths: Vec<String>) {
        let remove = |path: String| async move {
            let _ = self.store.delete(&self.path(&path)).await;
        };
        futures_util::stream::iter(paths).for_each_concurrent(REMOVED_AT_A_TIME, remove).await;
    }

    pub async fn files(&self, below: &str) -> Result<Vec<String>, Error> {
        let listed = self.store.list(Some(&self.path(below)));
        let listed: Vec<_> =
            listed.try_collect().await.map_err(|error| self.failed(below, "cannot be listed", error))?;
        Ok(listed.iter().filter_map(|object| self.below(&object.location)).collect())
    }

    pub async fn folders(&self) -> Result<Vec<String>, Error> {
        let listed = self.store.list_with_delimiter(Some(&self.prefix)).await;
        let listed = listed.map_err(|error| self.failed("", "cannot be listed", error))?;
        Ok(listed.common_prefixes.iter().filter_map(|folder| self.below(folder)).collect())
    }

    /// A path without the prefix.
    fn below(&self, path: &Path) -> Option<String> {
        let parts: Vec<_> = path.prefix_match(&self.prefix)?.map(|part| part.as_ref().to_owned()).collect();
        Some(parts.join("/"))
    }

    fn failed(&self, path: &str, what: &str, error: object_store::Error) -> Error {
        use object_store::Error as E;
        const NO_BUCKET: &str = "there is no such bucket";
        const CREATE: &str = "Create the bucket, or correct its name.";
        let (why, hint) = match &error {
            // Of a list, S3's answer has no kind of its own.
            _ if error.to_string().contains("NoSuchBucket") => (NO_BUCKET, CREATE),
            E::NotFound { .. } => (NO_BUCKET, CREATE),
            E::PermissionDenied { .. } => {
                ("access is denied", "Allow to read, write, list and delete below the prefix.")
            }
            E::Unauthenticated { .. } => {
                ("the credentials are not accepted", "Correct the credentials in the environment.")
            }
            E::Precondition { .. } | E::AlreadyExists { .. } => ("it was changed meanwhile", "Run again."),
            _ => ("the request failed", "Run again: what was committed is whole."),
        };
        let made = Error::new(ErrorKind::Config, format!("{} {what}: {why}", self.place(path))).with_hint(hint);
        // The URLs of Azure may have a signature in them.
        if self.url.starts_with("az:") { made } else { made.with_source(error) }
    }
}

/// A file that is read part by part.
struct Parts {
    staged: Staged,
    place: String,
}

impl Parts {
    /// The first part, and whether it is the whole file.
    async fn start(&mut self) -> Result<(Vec<u8>, bool), Error> {
        let length = self.with(|file| {
            file.seek(SeekFrom::Start(0))?;
            Ok(file.metadata()?.len())
        });
        let length = length.await?;
        Ok((self.part().await?, length <= PART as u64))
    }

    /// The next part; empty at the end.
    async fn part(&mut self) -> Result<Vec<u8>, Error> {
        self.with(|file| {
            let mut bytes = Vec::with_capacity(PART);
            file.take(PART as u64).read_to_end(&mut bytes)?;
            Ok(bytes)
        })
        .await
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut std::fs::File) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        // Both handles have one place in the file.
        let file = self.staged.file.as_file().try_clone();
        let place = self.place.clone();
        blocking(move || {
            file.and_then(|mut file| work(&mut file))
                .map_err(|error| failed(format!("{place} cannot be written"), error))
        })
        .await
    }
}
