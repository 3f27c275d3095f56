//! The graph in the language of Graphviz.

use crate::neighbours::GraphView;
use std::fmt::Write as _;

impl GraphView {
    /// Text for `dot -Tsvg`: solid where single messages show an edge, dashed where times do.
    #[must_use]
    pub fn dot(&self) -> String {
        let mut dot = "digraph bus {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
        // Writing to a text does not fail.
        for node in &self.nodes {
            let label = format!("{}\n{} {:.2}/s", node.service, node.state, node.messages_per_second);
            let style = if node.state == "alive" { "" } else { ", style=dashed" };
            let _ = writeln!(dot, "  {} [label={}{style}];", quoted(&node.service), quoted(&label));
        }
        for edge in &self.edges {
            let evidence: Vec<&str> = edge.evidence.iter().map(|one| one.by.as_str()).collect();
            let label = format!("{}\n{}", edge.topic, evidence.join(", "));
            let style = if edge.confidence.is_some() { ", style=dashed" } else { "" };
            let (from, to, label) = (quoted(&edge.from), quoted(&edge.to), quoted(&label));
            let _ = writeln!(dot, "  {from} -> {to} [label={label}{style}];");
        }
        dot.push_str("}\n");
        dot
    }
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{}\"", escaped.replace(char::is_control, " "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_cannot_break_out() {
        assert_eq!(super::quoted("a\"; b\\\n\u{1b}"), "\"a\\\"; b\\\\\\n \"");
    }
}
