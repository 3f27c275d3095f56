//! The words after `--match`, and of settings that say `match`: `model` reads them.

pub(crate) use model::parse_matchers as parse;
