//! Templates of Home Assistant, as far as they only say where a value stands: `{{ value_json.a.b | float * 0.1 }}`.

/// Where a value stands, and what it is multiplied with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Where {
    /// Empty where the message is the value.
    pub(crate) path: String,
    pub(crate) scale: f64,
}

/// What a template says; `None` where it says more than a place.
pub(crate) fn read(template: &str) -> Option<Where> {
    let inner = template.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inner = inner.trim_matches('-').trim();
    let (inner, scale) = scaled(inner);
    let mut pipes = inner.trim().trim_start_matches('(').trim_end_matches(')').split('|');
    let path = path(pipes.next()?.trim())?;
    pipes.all(is_harmless).then_some(Where { path, scale })
}

/// Cuts off a factor at the end.
fn scaled(text: &str) -> (&str, f64) {
    for (sign, is_divided) in [('*', false), ('/', true)] {
        let Some((before, factor)) = text.rsplit_once(sign) else { continue };
        // A filter may follow: `(value * 0.1) | round(1)`.
        let number = factor.split([')', '|']).next().unwrap_or_default().trim();
        let is_filtered = factor.split('|').skip(1).all(is_harmless);
        if let (Ok(number), true) = (number.parse::<f64>(), is_filtered)
            && number.is_finite()
            && number != 0.0
        {
            return (before, if is_divided { 1.0 / number } else { number });
        }
    }
    (text, 1.0)
}

/// Filters that leave a number what it is, but for its last digits.
fn is_harmless(filter: &str) -> bool {
    let name = filter.trim().split(['(', ' ', ')']).next().unwrap_or_default();
    matches!(
        name,
        "float" | "int" | "round" | "default" | "is_defined" | "string" | "lower" | "upper" | "trim"
    )
}

fn path(text: &str) -> Option<String> {
    if text == "value" {
        return Some(String::new());
    }
    let mut rest = text.strip_prefix("value_json")?;
    let mut path = String::new();
    while !rest.is_empty() {
        let (step, after) = step(rest)?;
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(step);
        rest = after;
    }
    Some(path).filter(|path| !path.is_empty())
}

/// `.name`, `['name']`, `["name"]` or `[0]`.
fn step(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix('.') {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        return rest.split_at_checked(end).filter(|(step, _)| !step.is_empty());
    }
    let (inner, rest) = text.strip_prefix('[')?.split_once(']')?;
    let quoted = ['\'', '"'].iter().find_map(|quote| inner.strip_prefix(*quote)?.strip_suffix(*quote));
    let is_number = !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_digit());
    quoted.or_else(|| is_number.then_some(inner)).map(|step| (step, rest))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn templates_that_name_a_place_are_understood_and_others_are_not() {
        for (template, path, scale) in [
            ("{{ value_json.temperature }}", "temperature", 1.0),
            ("{{value_json['a b'].c}}", "a b.c", 1.0),
            ("{{ value_json.x[0].y | float(0) | round(1) }}", "x.0.y", 1.0),
            ("{{ value | float }}", "", 1.0),
            ("{{ value_json.mv / 1000 }}", "mv", 0.001),
            ("{{ (value_json.t | float * 0.5) | round(2) }}", "t", 0.5),
        ] {
            let found = read(template).expect("a place");
            assert_eq!((&*found.path, found.scale), (path, scale), "{template}");
        }
        for template in [
            "",
            "x",
            "{{ value_json }}",
            "{% if value %}1{% endif %}",
            "{{ value_json.a if value_json.b else 0 }}",
            "{{ value_json.a + value_json.b }}",
            "{{ states('x') }}",
            "{{ value_json.a | regex_replace('x') }}",
        ] {
            assert_eq!(read(template), None, "{template}");
        }
    }
}
