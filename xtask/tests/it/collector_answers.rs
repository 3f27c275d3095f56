//! What the tools read from the program and from the system.

use xtask::bench::collector::value;
use xtask::bench::web::{Answer, parse};
use xtask::machine::cpu_of_stat;

#[test]
fn a_metric_is_the_sum_over_its_labels() {
    let text = "# HELP a_total A.\n# TYPE a_total counter\na_total 5\na_total_more 9\nb_total{x=\"}\"} 1\nb_total{x=\"2\"} 2 1795394248000\n";
    assert_eq!(value(text, "a_total"), Some(5.0));
    assert_eq!(value(text, "b_total"), Some(3.0));
    assert_eq!(value(text, "c_total"), None);
}

#[test]
fn answers_of_http_are_understood() {
    let answer = |status, body: &str| Some(Answer { status, body: body.to_owned() });
    assert_eq!(parse("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), answer(200, "{}"));
    let chunked =
        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n";
    assert_eq!(parse(chunked), answer(404, "abcde"));
    assert_eq!(parse("SSH-2.0"), None);
}

#[test]
fn cpu_seconds_are_user_and_kernel_time_together() {
    let stat = "4242 (a (strange) name) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 4 0 100 0 0";
    assert_eq!(cpu_of_stat(stat), Some(3.0));
    assert_eq!(cpu_of_stat("nonsense"), None);
}
