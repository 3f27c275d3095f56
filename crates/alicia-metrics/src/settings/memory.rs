//! How much memory the collector may use: that of the machine, or of its control group if that is less.

use std::fs;
use std::path::Path;

/// Where control groups are, of the second and of the first version, and the file that has their limit.
const GROUPS: [(&str, &str); 2] =
    [("/sys/fs/cgroup", "memory.max"), ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")];

/// Bytes of memory; none if nobody says.
pub(super) fn available() -> u64 {
    let of_groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = of_groups.lines().filter_map(path).flat_map(limits_above);
    limits.chain(of_machine()).min().unwrap_or(0)
}

/// The group of a line such as `4:memory:/a/b` or `0::/a/b`, if it is one that has memory.
fn path(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(':')?;
    let (controllers, path) = rest.split_once(':')?;
    let has_memory = controllers.is_empty() || controllers.split(',').any(|one| one == "memory");
    has_memory.then_some(path)
}

/// The limits of a group and of all that it is in. In a container the path may be that outside of it: then the root is
/// what there is.
fn limits_above(path: &str) -> Vec<u64> {
    let mut found = Vec::new();
    for (root, name) in GROUPS {
        let group = Path::new(root).join(path.trim_start_matches('/'));
        let groups = group.ancestors().take_while(|group| group.starts_with(root));
        let limit = |group: &Path| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
        found.extend(groups.filter_map(limit));
    }
    found
}

fn of_machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1_024)
}

#[cfg(test)]
mod tests {
    use super::{available, path};

    #[test]
    fn the_machine_has_some_memory() {
        assert!(available() > 1 << 20);
    }

    #[test]
    fn groups_that_have_memory_are_told_from_others() {
        assert_eq!(path("4:memory:/a/b"), Some("/a/b"));
        assert_eq!(path("4:cpu,memory:/"), Some("/"));
        assert_eq!(path("0::/user.slice"), Some("/user.slice"));
        assert_eq!(path("5:freezer:/"), None);
        assert_eq!(path(""), None);
    }
}
