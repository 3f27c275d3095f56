//! Names of labels that have more characters than an address may have: `U__`, and `_20_` for a space.

/// What an escaped name stands for; what is not escaped, or not well, stands for itself.
pub(crate) fn unescaped(name: &str) -> String {
    name.strip_prefix("U__").and_then(read).unwrap_or_else(|| name.to_owned())
}

fn read(mut rest: &str) -> Option<String> {
    let mut name = String::with_capacity(rest.len());
    while let Some((plain, escaped)) = rest.split_once('_') {
        name.push_str(plain);
        let (code, behind) = escaped.split_once('_')?;
        name.push(if code.is_empty() {
            '_'
        } else {
            let is_hex = code.bytes().all(|byte| byte.is_ascii_hexdigit());
            u32::from_str_radix(code, 16).ok().filter(|_| is_hex).and_then(char::from_u32)?
        });
        rest = behind;
    }
    name.push_str(rest);
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn names_are_unescaped_as_prometheus_does() {
        for (escaped, name) in [
            ("plain_name", "plain_name"),
            ("U__", ""),
            ("U__no_5f_change", "no_change"),
            ("U__service__name", "service_name"),
            ("U__http_2e_status", "http.status"),
            ("U__label_20_with_20_s_fc_", "label with sü"),
            ("U__bad_", "U__bad_"),
            ("U__bad_zz_", "U__bad_zz_"),
            ("U__bad_+f_", "U__bad_+f_"),
            ("U__bad_d800_", "U__bad_d800_"),
        ] {
            assert_eq!(unescaped(escaped), name);
        }
    }
}
