//! Filters of topics, as MQTT has them.

/// Whether a topic meets a filter: `+` is one level, `#` all that follow.
#[must_use]
pub fn meets_filter(filter: &str, topic: &str) -> bool {
    let mut levels = topic.split('/');
    for wanted in filter.split('/') {
        if wanted == "#" {
            return true;
        }
        match levels.next() {
            Some(level) if wanted == "+" || wanted == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::meets_filter;

    #[test]
    fn filters_are_those_of_mqtt() {
        for (filter, topic, expected) in [
            ("#", "a/b", true),
            ("a/#", "a/b/c", true),
            ("a/#", "a", true),
            ("a/+", "a/b", true),
            ("a/+", "a/b/c", false),
            ("a/+/c", "a/b/c", true),
            ("a", "a/b", false),
            ("a/b", "a", false),
            ("+", "a", true),
        ] {
            assert_eq!(meets_filter(filter, topic), expected, "{filter} {topic}");
        }
    }
}
