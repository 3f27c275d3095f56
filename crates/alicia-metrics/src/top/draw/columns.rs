//! Which columns of the services there is room for, and how wide they are.

/// A column of the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Service,
    State,
    Alerts,
    Strip,
    Instances,
    Rate,
    Delay,
    Errors,
    Seen,
}

/// All of them as they stand, with the width that they need; names need what [`NAMES`] says.
const ALL: [(Column, u16); 9] = [
    (Column::Service, 0),
    (Column::State, 11),
    (Column::Alerts, 8),
    (Column::Strip, 12),
    (Column::Instances, 9),
    (Column::Rate, 7),
    (Column::Delay, 8),
    (Column::Errors, 7),
    (Column::Seen, 6),
];
/// What is left out first where there is little room.
const LEFT_OUT: [Column; 7] = [
    Column::Instances,
    Column::Delay,
    Column::Rate,
    Column::Errors,
    Column::Strip,
    Column::Seen,
    Column::Alerts,
];
/// Between two columns.
pub(super) const SPACE: u16 = 1;
/// The least and the most that a column leaves to others for the sake of names.
const NAMES: (u16, u16) = (10, 24);
/// Beyond this, names are cut off.
const LONGEST_NAME: u16 = 36;

/// The columns for `width` characters, where the longest name has `name` and strips have `letters`.
pub(super) fn columns(width: u16, name: u16, letters: u16) -> Vec<(Column, u16)> {
    let mut shown = ALL.to_vec();
    if let Some((_, width)) = shown.first_mut() {
        *width = name.clamp(NAMES.0, NAMES.1);
    }
    let needed = |shown: &[(Column, u16)]| {
        shown.iter().map(|(_, width)| width + SPACE).sum::<u16>().saturating_sub(SPACE)
    };
    for column in LEFT_OUT {
        if needed(&shown) > width {
            shown.retain(|(one, _)| *one != column);
        }
    }
    let mut rest = width.saturating_sub(needed(&shown));
    for (column, most) in [(Column::Service, name.min(LONGEST_NAME)), (Column::Strip, letters)] {
        if let Some((_, width)) = shown.iter_mut().find(|(one, _)| *one == column) {
            let more = most.saturating_sub(*width).min(rest);
            *width += more;
            rest -= more;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{Column, SPACE, columns};

    #[test]
    fn what_says_the_most_stays_the_longest_and_names_more_than_that() {
        let names = |width| columns(width, 10, 60).into_iter().map(|(column, _)| column).collect::<Vec<_>>();
        assert_eq!(names(120).len(), 9);
        assert!(!names(80).contains(&Column::Instances) && names(80).contains(&Column::Strip));
        assert_eq!(names(40), [Column::Service, Column::State, Column::Alerts, Column::Seen]);
        assert_eq!(names(33), [Column::Service, Column::State, Column::Alerts]);
        assert_eq!(names(1), [Column::Service, Column::State]);
        let long = columns(80, 30, 60);
        assert!(long.contains(&(Column::Service, 30)) && !long.contains(&(Column::Delay, 8)), "{long:?}");
    }

    #[test]
    fn room_that_is_left_goes_to_names_and_strips() {
        for width in 40..200 {
            let shown = columns(width, 20, 60);
            let sum: u16 = shown.iter().map(|(_, width)| width + SPACE).sum();
            assert!(sum <= width + SPACE, "{width}: {shown:?}");
        }
        let wide = columns(200, 20, 60);
        assert!(wide.contains(&(Column::Service, 20)) && wide.contains(&(Column::Strip, 60)), "{wide:?}");
    }
}
