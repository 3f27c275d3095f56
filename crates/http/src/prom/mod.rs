//! What Prometheus' HTTP interface needs besides its routes: parameters, errors, times, numbers, and answers that are
//! written as they are computed.

mod float;

mod instant;

mod failure;

mod form;

mod escape;

mod output;

mod working;

mod render;

mod query_shapes;

mod asked;

mod desk;

mod tree;

pub(crate) use asked::{Asked, Times};
pub use desk::Desk;
pub(crate) use escape::unescaped;
pub(crate) use failure::Failure;
pub(crate) use form::Form;
pub(crate) use instant::parse_time;
pub use instant::rfc3339;
pub(crate) use output::Output;
pub(crate) use query_shapes::QueryAnswer;
pub use render::answer_json;
pub(crate) use render::{Stats, push_labels, query_data};
pub(crate) use tree::Tree;
pub(crate) use working::{Ended, Going, answered, worked};
