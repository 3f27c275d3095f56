//! Files with targets, in the form of Prometheus' file discovery: `[{"targets": ["host:9100"], "labels": {"room": "hall"}}]`.
//!
//! A file is read again when its time or its length changed. One that cannot be understood leaves the targets that it had;
//! one that is gone has none.

use super::target::Group;
use model::limits;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Where Prometheus says which file a target comes from.
const FILE_LABEL: &str = "__meta_filepath";

/// What was read of files so far.
#[derive(Debug, Default)]
pub(super) struct Files(HashMap<PathBuf, Known>);

#[derive(Debug, Default)]
struct Known {
    /// Time and length when it was read.
    state: Option<(SystemTime, u64)>,
    groups: Vec<Group>,
    /// What was last wrong with it.
    error: Option<String>,
}

impl Files {
    /// The groups of the file at `path`, read again if it changed.
    pub(super) fn groups(&mut self, path: &Path) -> &[Group] {
        let known = self.0.entry(path.to_path_buf()).or_default();
        let state = std::fs::metadata(path).and_then(|found| Ok((found.modified()?, found.len())));
        let read = match state {
            Ok(state) if known.state == Some(state) => return &known.groups,
            Ok(state) => {
                known.state = Some(state);
                read(path)
            }
            Err(error) => {
                known.state = None;
                if error.kind() == ErrorKind::NotFound {
                    known.groups.clear();
                }
                Err(error.to_string())
            }
        };
        let error = match read {
            Ok(groups) => {
                known.groups = groups;
                None
            }
            Err(error) => Some(error),
        };
        if error != known.error
            && let Some(error) = &error
        {
            tracing::error!("targets in {} are as they were: {error}", path.display());
        }
        known.error = error;
        &known.groups
    }

    /// Forgets all files that are not among `paths`.
    pub(super) fn keep(&mut self, paths: &[&Path]) {
        self.0.retain(|known, _| paths.contains(&&**known));
    }
}

fn read(path: &Path) -> Result<Vec<Group>, String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let (mut text, most) = (String::new(), limits::SCRAPE_FILE_BYTES);
    file.take(most + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > most {
        return Err(format!("it has more than {most} bytes"));
    }
    let mut groups: Vec<Group> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    for group in &mut groups {
        group.labels.insert(FILE_LABEL.to_owned(), path.display().to_string());
    }
    Ok(groups)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "a test writes the files that others would")]

    use super::Files;
    use std::path::Path;

    #[track_caller]
    fn check(files: &mut Files, path: &Path, expect: &[&str]) {
        let groups = files.groups(path);
        let told: Vec<String> = groups
            .iter()
            .map(|group| {
                assert_eq!(group.labels["__meta_filepath"], path.display().to_string());
                format!("{} {}", group.targets.join(","), group.labels.len())
            })
            .collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn a_file_is_read_when_it_changes_and_nonsense_leaves_what_was() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("targets.json");
        let mut files = Files::default();
        check(&mut files, &path, &[]);
        std::fs::write(&path, r#"[{"targets":["a:1","b:2"],"labels":{"x":"y"}}, {"targets":[]}]"#)
            .expect("written");
        check(&mut files, &path, &["a:1,b:2 2", " 1"]);
        for nonsense in ["[{", r#"{"targets":[]}"#, r#"[{"targets":[1]}]"#, r#"[{"labels":{"a":1}}]"#] {
            std::fs::write(&path, nonsense).expect("written");
            check(&mut files, &path, &["a:1,b:2 2", " 1"]);
        }
        std::fs::write(&path, r#"[{"targets":["c:3"]}]"#).expect("written");
        check(&mut files, &path, &["c:3 1"]);
        std::fs::remove_file(&path).expect("removed");
        check(&mut files, &path, &[]);
    }
}
