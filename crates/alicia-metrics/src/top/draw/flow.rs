//! Groups of words, as many beside each other as there is room for.

use super::look::Look;
use ratatui::text::{Line, Span};

/// What stands between two groups.
const BETWEEN: &str = "  │  ";

/// Lines of groups, none wider than `width` unless a group alone is.
pub(super) fn flow(groups: Vec<Vec<Span<'static>>>, width: u16, look: Look) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for group in groups {
        let group = Line::from(group);
        let gap = Span::styled(BETWEEN, look.faint());
        match lines.last_mut() {
            Some(line) if line.width() + gap.width() + group.width() <= usize::from(width) => {
                line.push_span(gap);
                line.spans.extend(group.spans);
            }
            _ => lines.push(group),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Look, Span, flow};

    #[test]
    fn groups_stand_beside_each_other_as_long_as_there_is_room() {
        let look = Look { has_colours: false };
        let groups = || ["aaaa", "bbbb", "cccc"].map(|text| vec![Span::raw(text)]).to_vec();
        let lines = |width| flow(groups(), width, look).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(lines(30), ["aaaa  │  bbbb  │  cccc"]);
        assert_eq!(lines(13), ["aaaa  │  bbbb", "cccc"]);
        assert_eq!(lines(1), ["aaaa", "bbbb", "cccc"]);
    }
}
