//! What is wrong with an expression is said in Prometheus' words, with the place.
