//! The program as its users meet it: the built binary, a real broker, HTTP.

mod broker;
mod collector;
mod http_client;
mod wait;

mod bus_faults;
mod command_line;
mod drop_in;
mod embedded_broker;
mod hostile_clients;
mod recordings;
