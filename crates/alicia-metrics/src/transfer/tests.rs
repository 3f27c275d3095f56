//! What is exported, imported elsewhere and exported again is the same text, for every format.

#![expect(clippy::disallowed_methods, reason = "a test writes the file that a user would bring")]

use super::import::Imported;
use super::open::{Opened, open};
use super::{export, import};
use crate::cli::{ExportArgs, ImportArgs, TransferFormat};
use crate::progress::Progress;
use model::{Append, Labels, MetricKind, NAME, Point, SERVICE, Sample, Series};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const DAYS: u32 = 36_500;

/// By number of the series: its kind, and the bits of its values by time.
type All = BTreeMap<u8, (MetricKind, BTreeMap<i64, u64>)>;

fn series(number: u8, kind: MetricKind) -> Arc<Series> {
    let (name, service) = (format!("metric {}", number % 3), format!("service \"{number}\"\n"));
    Arc::new(Series::new(Labels::new([(NAME, name), (SERVICE, service)]), kind))
}

/// A store of `all`: half of each series in a block, half in the log.
fn keep(all: &All, dir: &Path) {
    let Opened { store, .. } = open(dir).expect("opens");
    for half in [0, 1] {
        for (number, (kind, points)) in all {
            let series = series(*number, *kind);
            for (at, (t, bits)) in points.iter().enumerate().filter(|(at, _)| at % 2 == half) {
                let point = Point { t: *t, v: f64::from_bits(*bits) };
                let taken = store.append(&[Sample { series: &series, point }]).expect("taken");
                assert_eq!(taken.accepted, 1, "{at}");
            }
        }
        store.commit().expect("written");
        if half == 0 {
            store.flush(i64::MAX).expect("a block");
        }
    }
}

fn export_to(output: &Path, format: TransferFormat, data_dir: &Path) -> (u64, String) {
    let args = ExportArgs {
        format: Some(format),
        matching: None,
        start: None,
        end: None,
        data_dir: data_dir.to_path_buf(),
        output: Some(output.to_path_buf()),
        progress: Progress::Never,
    };
    let done = export(&args).expect("exports");
    assert!(done.damage.is_empty(), "{:?}", done.damage);
    (done.samples, std::fs::read_to_string(output).expect("a file"))
}

fn import_from(file: &Path, format: TransferFormat, data_dir: &Path) {
    let done = import_within(DAYS, file, format, data_dir);
    assert!(done.refused.is_empty(), "{done}");
}

fn import_within(retention_days: u32, file: &Path, format: TransferFormat, data_dir: &Path) -> Imported {
    let args = ImportArgs {
        file: file.to_path_buf(),
        format: Some(format),
        data_dir: data_dir.to_path_buf(),
        retention: None,
        retention_days: Some(retention_days),
        progress: Progress::Never,
    };
    import(&args).expect("imports")
}

#[test]
fn an_import_refuses_what_is_too_old_and_leaves_what_is_there_as_it_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let (data, file) = (dir.path().join("data"), dir.path().join("more.csv"));
    let old = (MetricKind::Gauge, BTreeMap::from([(1, 0), (2, 0), (3, 0)]));
    keep(&BTreeMap::from([(7, old)]), &data);
    let before = export_to(&dir.path().join("before"), TransferFormat::Csv, &data);
    std::fs::write(&file, format!("name,timestamp_ms,value\na,5,1\na,{},1\n", i64::MAX)).expect("written");
    let done = import_within(30, &file, TransferFormat::Csv, &data).to_string();
    for word in
        ["0 samples are new", "too_old: 1 samples", "line 2", "too_far_in_future: 1 samples", "line 3"]
    {
        assert!(done.contains(word), "{word} in\n{done}");
    }
    assert_eq!(export_to(&dir.path().join("after"), TransferFormat::Csv, &data), before);
}

fn any_samples() -> impl Strategy<Value = All> {
    let kind = prop::sample::select(vec![
        MetricKind::Counter,
        MetricKind::Gauge,
        MetricKind::Histogram,
        MetricKind::Summary,
    ]);
    let bits = prop_oneof![
        any::<u64>(),
        Just(model::STALE_MARKER_BITS),
        (0_u32..99).prop_map(|v| f64::from(v).to_bits())
    ];
    // Minutes and years: windows of every length come up.
    let t = prop_oneof![0_i64..600_000, 0_i64..1_700_000_000_000];
    prop::collection::btree_map(any::<u8>(), (kind, prop::collection::btree_map(t, bits, 1..20)), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn export_import_export_is_the_same_text_in_every_format(all in any_samples()) {
        let dir = tempfile::tempdir().expect("a directory");
        let place = |name: &str| dir.path().join(name);
        keep(&all, &place("first"));
        let count = all.values().map(|(_, points)| points.len() as u64).sum::<u64>();
        let mut others = Vec::new();
        for format in [TransferFormat::Jsonl, TransferFormat::Csv, TransferFormat::Prometheus] {
            let copy = place(&format!("{format:?}"));
            let (samples, text) = export_to(&place("1.txt"), format, &place("first"));
            prop_assert_eq!(samples, count);
            import_from(&place("1.txt"), format, &copy);
            prop_assert_eq!(&export_to(&place("2.txt"), format, &copy).1, &text);
            others.push(export_to(&place("3.txt"), TransferFormat::Jsonl, &copy).1);
        }
        prop_assert_eq!(&others[0], &others[1], "CSV loses nothing that JSON keeps");
        prop_assert_eq!(&others[0], &others[2], "nor does Prometheus' text");
    }
}
