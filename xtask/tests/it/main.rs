//! The tools, tested: the repository is tidy, every rule finds its breach, and the publisher speaks MQTT.

mod battery;
mod budget;
mod collector_answers;
mod flood;
mod listeners;
mod live_publisher;
mod messages;
mod node;
mod packets;
mod peers;
mod repository;
mod rules;
mod rules_on_documents;
mod scanner;
mod tables;
mod tiny_tree;
