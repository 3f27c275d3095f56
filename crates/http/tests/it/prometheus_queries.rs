//! Prometheus' interface: queries, their parameters, and every shape of error.

use crate::counter::{Counter, NOW, runtime};
use model::MetricKind;

/// Three series: two gauges that go on, and a counter of one service.
fn counter() -> Counter {
    let counter = Counter::new();
    counter.gauge("hall", "a", "temperature", &[(120, 20.5), (60, 21.0), (0, 21.5)]);
    counter.gauge("hall", "b", "temperature", &[(120, -1.0), (60, 0.000_000_5), (0, 1e21)]);
    let labels = [("path", "/\"ü\"\n")];
    counter.metric("door", "x", "opened_total", MetricKind::Counter, &labels, &[(60, 1.0), (0, 4.0)]);
    counter
}

fn success(data: &str) -> String {
    format!(r#"{{"status":"success","data":{data}}}"#)
}

fn bad(error: &str) -> String {
    format!(r#"{{"status":"error","errorType":"bad_data","error":{}}}"#, serde_json::json!(error))
}

/// Percent-encodes what an address does not take.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/?&=".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[track_caller]
fn check(counter: &Counter, rows: &[(&str, u16, String)]) {
    let rows: Vec<_> = rows.iter().map(|(path, status, text)| (encoded(path), *status, text)).collect();
    let rows: Vec<_> =
        rows.iter().map(|(path, status, text)| (path.as_str(), *status, text.as_str())).collect();
    counter.check(&rows);
}

#[test]
fn an_expression_is_answered_at_a_time() {
    let t = 1_795_394_400;
    let vector = |result: &str| success(&format!(r#"{{"resultType":"vector","result":[{result}]}}"#));
    let hall = |instance: &str, value: &str| {
        let metric = format!(r#"{{"__name__":"temperature","instance":"{instance}","service":"hall"}}"#);
        format!(r#"{{"metric":{metric},"value":[{t},"{value}"]}}"#)
    };
    let matrix = r#"{"resultType":"matrix","result":[{"metric":{"__name__":"temperature","instance":"b","service":"hall"},"values":[[1795394280,"-1"],[1795394340,"5e-07"],[1795394400,"1e+21"]]}]}"#;
    check(
        &counter(),
        &[
            (
                "/api/v1/query?query=1.5",
                200,
                success(&format!(r#"{{"resultType":"scalar","result":[{t},"1.5"]}}"#)),
            ),
            (
                "/api/v1/query?query=1.5&time=0.25",
                200,
                success(r#"{"resultType":"scalar","result":[0.250,"1.5"]}"#),
            ),
            (
                "/api/v1/query?query='ü'&time=1970-01-01T01:00:01Z",
                200,
                success(r#"{"resultType":"string","result":[3601,"ü"]}"#),
            ),
            (
                "/api/v1/query?query=temperature",
                200,
                vector(&[hall("a", "21.5"), hall("b", "1e+21")].join(",")),
            ),
            ("/api/v1/query?query=nothing", 200, vector("")),
            ("/api/v1/query?query=temperature{instance='b'}[3m]", 200, success(matrix)),
            (
                "/api/v1/query?query=sum(increase(opened_total[2m])) by (path)&time=1795394400.000",
                200,
                vector(r#"{"metric":{"path":"/\"ü\"\n"},"value":[1795394400,"4"]}"#),
            ),
            (
                "/api/v1/query?query=temperature&limit=1",
                200,
                vector(&hall("a", "21.5"))
                    .replace("]}}", r#"]},"warnings":["results truncated due to limit"]}"#),
            ),
            ("/api/v1/query?query=temperature&time=1795394405&lookback_delta=4s", 200, vector("")),
        ],
    );
}

#[test]
fn an_expression_is_answered_over_a_range() {
    let matrix = |result: &str| success(&format!(r#"{{"resultType":"matrix","result":[{result}]}}"#));
    let values = r#"[[1795394280,"20.5"],[1795394340,"21"],[1795394400,"21.5"]]"#;
    let series = format!(
        r#"{{"metric":{{"__name__":"temperature","instance":"a","service":"hall"}},"values":{values}}}"#
    );
    let times = "&start=1795394280&end=1795394400&step=1m";
    check(
        &counter(),
        &[
            (&format!("/api/v1/query_range?query=temperature{{instance='a'}}{times}"), 200, matrix(&series)),
            (
                "/api/v1/query_range?query=time()&start=0&end=1&step=0.5",
                200,
                matrix(r#"{"metric":{},"values":[[0,"0"],[0.500,"0.5"],[1,"1"]]}"#),
            ),
            (&format!("/api/v1/query_range?query=nothing{times}"), 200, matrix("")),
        ],
    );
}

#[test]
fn what_is_not_understood_is_said_in_prometheus_words() {
    let parameter = |name: &str, why: &str| bad(&format!("invalid parameter {name:?}: {why}"));
    let range = "/api/v1/query_range?query=up";
    let execution = r#"{"status":"error","errorType":"execution","error":"#;
    check(
        &counter(),
        &[
            (
                "/api/v1/query",
                400,
                parameter("query", "unknown position: parse error: no expression found in input"),
            ),
            (
                "/api/v1/query?query=sum(",
                400,
                parameter("query", "1:5: parse error: unclosed left parenthesis"),
            ),
            (
                "/api/v1/query?query=up&time=x",
                400,
                parameter("time", "invalid time value for 'time': cannot parse \"x\" to a valid timestamp"),
            ),
            (
                "/api/v1/query?query=up&timeout=x",
                400,
                parameter("timeout", "cannot parse \"x\" to a valid duration"),
            ),
            (
                "/api/v1/query?query=up&limit=x",
                400,
                parameter("limit", "strconv.Atoi: parsing \"x\": invalid syntax"),
            ),
            ("/api/v1/query?query=up&limit=-1", 400, parameter("limit", "limit must be non-negative")),
            (
                "/api/v1/query?query=up&lookback_delta=x",
                400,
                bad("error parsing lookback delta duration: cannot parse \"x\" to a valid duration"),
            ),
            (range, 400, parameter("start", "cannot parse \"\" to a valid timestamp")),
            (&format!("{range}&start=1"), 400, parameter("end", "cannot parse \"\" to a valid timestamp")),
            (
                &format!("{range}&start=2&end=1"),
                400,
                parameter("end", "end timestamp must not be before start time"),
            ),
            (
                &format!("{range}&start=1&end=2"),
                400,
                parameter("step", "cannot parse \"\" to a valid duration"),
            ),
            (
                &format!("{range}&start=1&end=2&step=0"),
                400,
                parameter(
                    "step",
                    "zero or negative query resolution step widths are not accepted. Try a positive integer",
                ),
            ),
            (
                &format!("{range}&start=0&end=11001&step=1"),
                400,
                bad(
                    "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)",
                ),
            ),
            (
                &format!("{range}&start=0&end=11000&step=1"),
                200,
                success(r#"{"resultType":"matrix","result":[]}"#),
            ),
            (
                "/api/v1/query_range?query='x'&start=1&end=2&step=1",
                400,
                parameter(
                    "query",
                    "invalid expression type \"string\" for range query, must be Scalar or instant Vector",
                ),
            ),
            (
                "/api/v1/query?query=label_replace(temperature,'instance','x','instance','.*')",
                422,
                format!(r#"{execution}"vector cannot contain metrics with the same labelset"}}"#),
            ),
            ("/api/v1/query_exemplars?query=sum(", 400, bad("1:5: parse error: unclosed left parenthesis")),
            (
                "/api/v1/query_exemplars?query=up&start=2&end=1",
                400,
                bad("end timestamp must not be before start timestamp"),
            ),
            ("/api/v1/query_exemplars?query=up", 200, success("[]")),
        ],
    );
    counter().check(&[(
        "/api/v1/query?query=%zz",
        400,
        &bad("error parsing form values: invalid URL escape \"%zz\""),
    )]);
}

#[test]
fn a_form_says_what_an_address_may_say_and_comes_first() {
    let counter = counter();
    let ask = |kind: &str, path: &str, body: &str| {
        runtime().block_on(counter.ask("POST", path, &[("Content-Type", kind)], body)).text
    };
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    let scalar = |value: u8| success(&format!(r#"{{"resultType":"scalar","result":[5,"{value}"]}}"#));
    assert_eq!(ask(form, "/api/v1/query?query=2&time=5", "query=1%2B+2"), scalar(3));
    assert_eq!(ask("text/plain", "/api/v1/query?query=2&time=5", "query=1"), scalar(2));
    assert_eq!(ask(form, "/api/v1/format_query", "query=sum(a)by(b)"), success(r#""sum by (b) (a)""#));
    assert_eq!(
        ask(form, "/api/v1/labels", "match[]=opened_total"),
        success(r#"["__name__","instance","path","service"]"#)
    );
    let long = format!("query={}", "1".repeat(2 << 20));
    let answer = runtime().block_on(counter.ask("POST", "/api/v1/query", &[("Content-Type", form)], &long));
    assert_eq!((answer.status, &answer.json()["errorType"]), (413, &"bad_data".into()));
}

#[test]
fn series_labels_and_values_are_listed() {
    let counter = counter();
    let one = |name: &str, instance: &str, rest: &str| {
        format!(r#"{{"__name__":"{name}","instance":"{instance}"{rest}}}"#)
    };
    let a = one("temperature", "a", r#","service":"hall""#);
    let b = one("temperature", "b", r#","service":"hall""#);
    let door = one("opened_total", "x", r#","path":"/\"ü\"\n","service":"door""#);
    let cut = |data: &str| {
        format!(r#"{{"status":"success","data":{data},"warnings":["results truncated due to limit"]}}"#)
    };
    check(
        &counter,
        &[
            ("/api/v1/series?match[]=temperature", 200, success(&format!("[{a},{b}]"))),
            (
                "/api/v1/series?match[]=temperature&match[]={service=~'.+'}",
                200,
                success(&format!("[{door},{a},{b}]")),
            ),
            ("/api/v1/series?match[]=temperature&limit=1", 200, cut(&format!("[{a}]"))),
            ("/api/v1/series?match[]=temperature&end=5", 200, success("[]")),
            ("/api/v1/series", 400, bad("no match[] parameter provided")),
            (
                "/api/v1/series?match[]={}",
                400,
                bad("invalid parameter \"match[]\": match[] must contain at least one non-empty matcher"),
            ),
            (
                "/api/v1/series?match[]=sum(",
                400,
                bad("invalid parameter \"match[]\": 1:4: parse error: unexpected \"(\""),
            ),
            (
                "/api/v1/series?match[]=up&start=x",
                400,
                bad(
                    "invalid parameter \"start\": invalid time value for 'start': cannot parse \"x\" to a valid timestamp",
                ),
            ),
            ("/api/v1/labels", 200, success(r#"["__name__","instance","path","service"]"#)),
            ("/api/v1/labels?match[]=temperature&limit=2", 200, cut(r#"["__name__","instance"]"#)),
            (
                "/api/v1/labels?match[]=",
                400,
                bad("invalid parameter \"match[]\": unknown position: parse error: unexpected end of input"),
            ),
            ("/api/v1/label/__name__/values", 200, success(r#"["opened_total","temperature"]"#)),
            ("/api/v1/label/U__service/values?match[]=temperature", 200, success(r#"["hall"]"#)),
            ("/api/v1/label/U__p_61_th/values", 200, success(r#"["/\"ü\"\n"]"#)),
            ("/api/v1/label/none/values", 200, success("[]")),
            ("/api/v1/label/U__/values", 400, bad("invalid label name: \"\"")),
        ],
    );
}

#[test]
fn a_distribution_is_one_series_with_its_histograms() {
    let counter = Counter::new();
    let samples = [(2, 1.0), (1, 3.0), (0, 3.0)];
    counter.metric("s", "i", "took_seconds", MetricKind::Histogram, &[], &samples);
    let metric = r#"{"__name__":"took_seconds_histogram","instance":"i","service":"s"}"#;
    counter.gate.tick(NOW);
    let histogram = r#"{"count":"3","sum":"7","buckets":[[0,"0.9170040432046712","1","1"],[0,"2.8284271247461903","3.0844216508158815","2"]]}"#;
    check(
        &counter,
        &[
            ("/api/v1/series?match[]=took_seconds_histogram", 200, success(&format!("[{metric}]"))),
            ("/api/v1/labels", 200, success(r#"["__name__","instance","service"]"#)),
            (
                "/api/v1/query?query=took_seconds_histogram",
                200,
                success(&format!(
                    r#"{{"resultType":"vector","result":[{{"metric":{metric},"histogram":[1795394400,{histogram}]}}]}}"#
                )),
            ),
        ],
    );
}

#[test]
fn what_it_cost_is_told_who_asks() {
    let answer = runtime().block_on(counter().get("/api/v1/query?query=temperature&stats=all")).json();
    let stats = &answer["data"]["stats"];
    assert_eq!(stats["samples"]["totalQueryableSamples"].as_u64(), Some(2));
    assert!(stats["timings"]["evalTotalTime"].is_number() && stats["timings"]["execQueueTime"].is_number());
}
