//! What Prometheus' specification of alert generators asks, on a simulated clock: `docs/alert-generator.md` says which test
//! shows which rule.

mod apis;
mod arrival;
mod house;
mod life;
mod series;
mod texts;
mod told;
