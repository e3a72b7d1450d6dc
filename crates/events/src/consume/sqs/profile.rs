//! Profiles of AWS's own tools: the files `credentials` and `config` in the folder `.aws`.

use super::credentials;
use crate::consume::{QueueError, QueueErrorKind};
use configparser::ini::{Ini, IniDefault};
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use spapi_types::text::printable;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

/// The variable that names a profile.
pub(super) const NAME: &str = "AWS_PROFILE";

/// The profile of those who name none.
const DEFAULT: &str = "default";

/// Settings that get credentials in a way that is not read here, each with what it means. They come before keys.
const OTHER_WAYS: [(&str, &str); 3] =
    [("role_arn", "assumes a role"), ("sso_session", "signs in by SSO"), ("sso_start_url", "signs in by SSO")];

/// The same, but keys come before them.
const LATER_WAYS: [(&str, &str); 2] =
    [("credential_process", "gets its keys from a program"), ("login_session", "signs in by `aws login`")];

/// A profile. Its files are read each time, so that keys which another program renews are used.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    name: String,
    /// With the name of the section in each.
    files: [(PathBuf, String); 2],
}

impl Profile {
    /// The profile that `AWS_PROFILE` names, or otherwise `default`, if its settings are about credentials.
    pub fn find(variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<Self>, QueueError> {
        let named = variable(NAME).map(|name| name.trim().to_owned());
        let home = variable("HOME").or_else(|| variable("USERPROFILE")).map(|home| Path::new(&home).join(".aws"));
        let file = |set: &str, usual: &str| {
            let set = variable(set).map(PathBuf::from);
            set.or_else(|| Some(home.as_ref()?.join(usual)))
        };
        let files = file("AWS_SHARED_CREDENTIALS_FILE", "credentials").zip(file("AWS_CONFIG_FILE", "config"));
        let Some((credentials, config)) = files else {
            return match named {
                Some(name) => Err(refused(&name, "cannot be found: the environment has no HOME", credentials::HINT)),
                None => Ok(None),
            };
        };
        let name = named.clone().unwrap_or_else(|| DEFAULT.to_owned());
        let in_config = if name == DEFAULT { name.clone() } else { format!("profile {name}") };
        let profile = Self { files: [(credentials, name.clone()), (config, in_config)], name };
        let settings = profile.settings()?;
        let ways = OTHER_WAYS.iter().chain(&LATER_WAYS).map(|(name, _)| *name);
        let is_about = ways.chain([KEY, SECRET]).any(|name| settings.get(name).is_some());
        Ok((named.is_some() || is_about).then_some(profile))
    }

    /// The region that the profile sets.
    pub fn region(&self) -> Option<String> {
        self.settings().ok()?.get("region")
    }

    /// The keys of the profile.
    pub fn credential(&self) -> Result<AwsCredential, QueueError> {
        let settings = self.settings()?;
        if settings.0.is_empty() {
            let [credentials, config] = self.files.each_ref().map(|(path, _)| path.display());
            return Err(refused(
                &self.name,
                &format!("is neither in {credentials} nor in {config}"),
                credentials::HINT,
            ));
        }
        let other = |ways: &[(&str, &str)]| {
            let (_, what) = ways.iter().find(|(name, _)| settings.get(name).is_some())?;
            let name = printable(&self.name).up_to(100);
            let hint = format!(
                "Keys alone are read from profiles: `aws configure export-credentials --profile {name} --format env` prints those of \
                 this one as variables."
            );
            Some(Err(refused(&self.name, what, hint)))
        };
        if let Some(refused) = other(&OTHER_WAYS) {
            return refused;
        }
        match (settings.get(KEY), settings.get(SECRET)) {
            (Some(key_id), Some(secret_key)) => {
                let credential = AwsCredential { key_id, secret_key, token: settings.get("aws_session_token") };
                credentials::check(&credential)?;
                Ok(credential)
            }
            (Some(_), None) => Err(refused(&self.name, &format!("lacks {SECRET}"), credentials::HINT)),
            (None, Some(_)) => Err(refused(&self.name, &format!("lacks {KEY}"), credentials::HINT)),
            (None, None) => {
                other(&LATER_WAYS).unwrap_or_else(|| Err(refused(&self.name, "has no credentials", credentials::HINT)))
            }
        }
    }

    fn settings(&self) -> Result<Settings, QueueError> {
        let mut sections = Vec::new();
        for (path, section) in &self.files {
            let text = match fs::read_to_string(path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    let message = format!("{} cannot be read: {error}", path.display());
                    return Err(QueueError::new(QueueErrorKind::Credentials, message).with_source(error));
                }
            };
            let mut form = IniDefault::default();
            form.delimiters = vec!['='];
            form.case_sensitive = true;
            form.enable_inline_comments = false;
            let mut file = Ini::new_from_defaults(form);
            // The error names a line and a fault of form, and no value.
            file.read(text).map_err(|error| {
                let message = format!("{} is not a file of profiles: {error}", path.display());
                QueueError::new(QueueErrorKind::Credentials, message)
            })?;
            if file.get_map_ref().contains_key(section) {
                sections.push((file, section.clone()));
            }
        }
        Ok(Settings(sections))
    }
}

const KEY: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

/// The sections that a profile has. A setting of the first one counts.
struct Settings(Vec<(Ini, String)>);

impl Settings {
    fn get(&self, name: &str) -> Option<String> {
        let mut found = self.0.iter().filter_map(|(file, section)| file.get(section, name));
        found.find(|value| !value.is_empty())
    }
}

fn refused(name: &str, why: &str, hint: impl Into<String>) -> QueueError {
    let message = format!("the AWS profile {} {why}", printable(name).up_to(100));
    QueueError::new(QueueErrorKind::Credentials, message).with_hint(hint.into())
}

impl CredentialProvider for Profile {
    type Credential = AwsCredential;

    fn get_credential<'this, 'future>(
        &'this self,
    ) -> Pin<Box<dyn Future<Output = object_store::Result<Arc<AwsCredential>>> + Send + 'future>>
    where
        'this: 'future,
        Self: 'future,
    {
        let credential = self.credential().map(Arc::new);
        let failed = |error| object_store::Error::Generic { store: "profile", source: Box::new(error) };
        Box::pin(std::future::ready(credential.map_err(failed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The profile of a folder with these files, in which its keys can be read.
    fn found(credentials: &str, config: &str, name: Option<&str>) -> Result<Option<Found>, QueueError> {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".aws")).unwrap();
        for (file, text) in [("credentials", credentials), ("config", config)] {
            if !text.is_empty() {
                fs::write(home.path().join(".aws").join(file), text).unwrap();
            }
        }
        let variable = |wanted: &str| match wanted {
            "HOME" => Some(home.path().display().to_string()),
            NAME => name.map(str::to_owned),
            _ => None,
        };
        let Some(profile) = Profile::find(&variable)? else { return Ok(None) };
        profile.credential()?;
        Ok(Some(Found { profile, _home: home }))
    }

    /// A profile, whose files are there until it is dropped.
    #[derive(Debug)]
    struct Found {
        profile: Profile,
        _home: tempfile::TempDir,
    }

    impl std::ops::Deref for Found {
        type Target = Profile;

        fn deref(&self) -> &Profile {
            &self.profile
        }
    }

    fn keys(profile: &Profile) -> (String, String, Option<String>) {
        let AwsCredential { key_id, secret_key, token } = profile.credential().unwrap();
        (key_id, secret_key, token)
    }

    const KEYS: &str = "# mine\n[default]\naws_access_key_id = AKID\naws_secret_access_key=se/cret+#;=\n\n\
         [Shop]\naws_access_key_id=SHOP\naws_secret_access_key = s3cret\naws_session_token = tok:en==\n";

    #[test]
    fn keys_of_a_profile_are_read() {
        let profile = found(KEYS, "[default]\nregion = eu-west-1\ns3 =\n  max = 10\n", None).unwrap().unwrap();
        assert_eq!(keys(&profile), ("AKID".into(), "se/cret+#;=".into(), None));
        assert_eq!(profile.region().as_deref(), Some("eu-west-1"));
        let profile = found(KEYS, "[profile Shop]\nregion = ap-northeast-1\n", Some("Shop")).unwrap().unwrap();
        assert_eq!(keys(&profile), ("SHOP".into(), "s3cret".into(), Some("tok:en==".into())));
        assert_eq!(profile.region().as_deref(), Some("ap-northeast-1"));
        let only_config = "[profile Shop]\naws_access_key_id=A\naws_secret_access_key=B\n";
        assert_eq!(keys(&found("", only_config, Some("Shop")).unwrap().unwrap()), ("A".into(), "B".into(), None));
        // A profile without keys leaves the way to a role of the machine.
        assert!(found("", "[default]\nregion = eu-west-1\n", None).unwrap().is_none());
        assert!(found("", "", None).unwrap().is_none());
    }

    #[test]
    fn renewed_keys_are_read() {
        let profile = found(KEYS, "", Some("Shop")).unwrap().unwrap();
        fs::write(&profile.files[0].0, KEYS.replace("SHOP", "NEW")).unwrap();
        assert_eq!(keys(&profile).0, "NEW");
    }

    #[test]
    fn what_cannot_be_used_is_named_and_no_secret_is_shown() {
        let sso = "[profile shop]\nsso_session = corp\nsso_account_id = 1\n";
        for (credentials, config, name, why) in [
            (KEYS, "", Some("other"), "the AWS profile other is neither in "),
            ("", sso, Some("shop"), "the AWS profile shop signs in by SSO"),
            ("", sso, Some("shop"), "aws configure export-credentials --profile shop --format env"),
            ("", "[default]\nsso_start_url = https://x.example\n", None, "signs in by SSO"),
            (KEYS, "[profile Shop]\nrole_arn = arn:aws:iam::1:role/r\n", Some("Shop"), "assumes a role"),
            ("", "[default]\ncredential_process = /bin/keys\n", None, "gets its keys from a program"),
            ("", "[default]\nlogin_session = arn\n", None, "signs in by `aws login`"),
            ("[x]\naws_access_key_id = A\n", "", Some("x"), "lacks aws_secret_access_key"),
            ("[x]\naws_secret_access_key = s3cret\n", "", Some("x"), "lacks aws_access_key_id"),
            ("", "[profile x]\nregion = r\n", Some("x"), "has no credentials"),
            ("[x\naws_secret_access_key = s3cret\n", "", Some("x"), "is not a file of profiles: line 1"),
        ] {
            let error = found(credentials, config, name).unwrap_err();
            assert!(error.kind() == QueueErrorKind::Credentials && error.to_string().contains(why), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
        }
        let error = Profile::find(&|name| (name == NAME).then(|| "x".to_owned())).unwrap_err();
        assert!(error.to_string().contains("has no HOME"), "{error}");
    }
}
