//! The part of Alertmanager's API v2 that programs ask which show and silence alerts: `amtool`, Grafana. Errors are a text in
//! JSON, as there.

use super::alertmanager_shapes::{
    AlertStatus, Cluster, Named, Original, ServerStatus, ShownAlert, ShownMatcher, ShownSilence, SilenceId,
    SilenceStatus, VersionInfo,
};
use super::working::work;
use super::{Answer, JSON, json};
use crate::body::Object;
use crate::params::{Params, Within};
use crate::parts::Parts;
use crate::prom::{parse_time, rfc3339};
use alerts::{Condition, DeskError, Draft, SilenceState, SilenceView, fingerprint, labels_of};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{Alert, Matcher, limits, parse_matchers};
use serde::Deserialize;
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The end of a silence that comes again and again.
const NEVER: &str = "9999-12-31T23:59:59Z";

/// Alerts that fire, as Alertmanager lists them
#[utoipa::path(get, path = "/api/v2/alerts", tag = "alertmanager", operation_id = "alertmanager_alerts",
    params(("active" = Option<bool>, Query, description = "Those of which receivers hear (true)"),
        ("silenced" = Option<bool>, Query, description = "Those that lie in a silence (true)"),
        ("inhibited" = Option<bool>, Query, description = "Those that another alert explains (true)"),
        ("filter" = Option<Vec<String>>, Query, description = "Conditions such as `service=\"oven\"`; all must hold"),
        ("receiver" = Option<String>, Query, description = "A pattern of which a receiver must be")),
    responses((status = 200, description = "Alerts", body = Vec<ShownAlert>), (status = 400, description = "A bad filter")))]
pub(super) async fn alerts(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let (is_active, silenced, inhibited) =
            (params.flag("active", true)?, params.flag("silenced", true)?, params.flag("inhibited", true)?);
        let matchers = match filters(&params) {
            Ok(matchers) => matchers,
            Err(why) => return Ok(said(StatusCode::BAD_REQUEST, &why)),
        };
        let receiver = params.text("receiver").map(|pattern| Matcher::regex("receiver", pattern)).transpose();
        let receiver = match receiver {
            Ok(receiver) => receiver,
            Err(error) => return Ok(said(StatusCode::BAD_REQUEST, &error.to_string())),
        };
        let is_wanted = |alert: &Alert| {
            let standing = &alert.standing;
            (is_active || standing.is_suppressed())
                && (silenced || standing.silenced_by.is_empty())
                && (inhibited || standing.inhibited_by.is_empty())
        };
        let alerts = parts.desk.matching(&matchers).into_iter().filter(is_wanted);
        let shown = alerts.filter_map(|alert| {
            let names = parts.messenger.notifier().receivers_of(&alert);
            let is_asked = |receiver: &Matcher| names.iter().any(|name| receiver.admits(name));
            receiver.as_ref().is_none_or(is_asked).then(|| shown_alert(parts, &alert, &names))
        });
        json(&shown.collect::<Vec<ShownAlert>>())
    })
    .await
}

/// Silences, as Alertmanager lists them
#[utoipa::path(get, path = "/api/v2/silences", tag = "alertmanager", operation_id = "alertmanager_silences",
    params(("filter" = Option<Vec<String>>, Query, description = "Conditions on what a silence's own conditions say")),
    responses((status = 200, description = "Silences", body = Vec<ShownSilence>), (status = 400, description = "A bad filter")))]
pub(super) async fn silences(State(parts): State<Arc<Parts>>, params: Params) -> Answer {
    work(parts, move |parts| {
        let matchers = match filters(&params) {
            Ok(matchers) => matchers,
            Err(why) => return Ok(said(StatusCode::BAD_REQUEST, &why)),
        };
        let is_wanted = |view: &SilenceView| {
            let said: BTreeMap<&str, &str> =
                view.silence.matchers.iter().map(|one| (one.name.as_str(), one.value.as_str())).collect();
            matchers.iter().all(|one| one.admits(said.get(one.label()).copied().unwrap_or("")))
        };
        let silences = parts.desk.silences().into_iter().filter(is_wanted);
        json(&silences.map(|view| shown_silence(&view)).collect::<Vec<ShownSilence>>())
    })
    .await
}

/// A silence as Alertmanager takes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
    id: Option<String>,
    matchers: Vec<PostedMatcher>,
    starts_at: String,
    ends_at: String,
    created_by: String,
    #[serde(default)]
    comment: String,
}

/// A condition as Alertmanager takes it; it may come with more than is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostedMatcher {
    name: String,
    value: String,
    #[serde(default)]
    is_regex: bool,
    is_equal: Option<bool>,
}

/// Makes or changes a silence, as Alertmanager does
#[utoipa::path(post, path = "/api/v2/silences", tag = "alertmanager", operation_id = "alertmanager_post_silence",
    request_body(content_type = "application/json", description = "matchers, startsAt, endsAt, createdBy, comment; id of the one that is changed"),
    responses((status = 200, description = "`silenceID`", body = SilenceId), (status = 400, description = "Invalid silence"),
              (status = 404, description = "No such silence")))]
pub(super) async fn post_silence(State(parts): State<Arc<Parts>>, Object(fields): Object) -> Answer {
    work(parts, move |parts| {
        let posted: Posted = match serde_json::from_value(Value::Object(fields)) {
            Ok(posted) => posted,
            Err(error) => return Ok(said(StatusCode::BAD_REQUEST, &error.to_string())),
        };
        let (Some(starts_at), Some(ends_at)) = (parse_time(&posted.starts_at), parse_time(&posted.ends_at))
        else {
            return Ok(said(StatusCode::BAD_REQUEST, "startsAt and endsAt must be dates of RFC 3339"));
        };
        let id = posted.id.filter(|id| !id.is_empty());
        // The other's silences know no times of the week: they stay as they are.
        let before = id.as_deref().and_then(|id| parts.desk.silence(id));
        let conditions = posted.matchers.into_iter().map(|one| Condition {
            name: one.name,
            value: one.value,
            is_regex: one.is_regex,
            is_equal: one.is_equal.unwrap_or(true),
        });
        let done = parts.desk.put_silence(Draft {
            id,
            matchers: conditions.collect(),
            // What begins in the past begins now.
            starts_at: Some(if before.is_none() { starts_at.max(parts.clock.now()) } else { starts_at }),
            ends_at: Some(ends_at),
            times: before.map(|before| before.silence.times).unwrap_or_default(),
            created_by: posted.created_by,
            comment: posted.comment,
        });
        match done {
            Ok(silence) => json(&SilenceId { silence_id: silence.id }),
            Err(error) => Ok(refused(&error)),
        }
    })
    .await
}

/// One silence, as Alertmanager shows it
#[utoipa::path(get, path = "/api/v2/silence/{id}", tag = "alertmanager", operation_id = "alertmanager_silence",
    params(("id" = String, Path, description = "The silence's id")),
    responses((status = 200, description = "The silence", body = ShownSilence), (status = 404, description = "No such silence")))]
pub(super) async fn silence(State(parts): State<Arc<Parts>>, Within(id): Within<String>) -> Answer {
    work(parts, move |parts| match parts.desk.silence(&id) {
        Some(view) => json(&shown_silence(&view)),
        None => Ok(refused(&DeskError::NotFound)),
    })
    .await
}

/// Ends a silence now, as Alertmanager does
#[utoipa::path(delete, path = "/api/v2/silence/{id}", tag = "alertmanager", operation_id = "alertmanager_delete_silence",
    params(("id" = String, Path, description = "The silence's id")),
    responses((status = 200, description = "Done"), (status = 404, description = "No such silence")))]
pub(super) async fn delete_silence(State(parts): State<Arc<Parts>>, Within(id): Within<String>) -> Answer {
    work(parts, move |parts| match parts.desk.expire_silence(&id) {
        Ok(_) => Ok(StatusCode::OK.into_response()),
        Err(error) => Ok(refused(&error)),
    })
    .await
}

/// How the collector is, in Alertmanager's words: alone, and with no settings to show
#[utoipa::path(get, path = "/api/v2/status", tag = "alertmanager", operation_id = "alertmanager_status",
    responses((status = 200, description = "Status", body = ServerStatus)))]
pub(super) async fn status(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since the start")]
        let uptime = ((parts.self_health)().uptime * 1_000.0) as i64;
        json(&ServerStatus {
            cluster: Cluster { name: "", peers: Vec::new(), status: "disabled" },
            config: Original { original: "" },
            uptime: rfc3339(parts.clock.now().saturating_sub(uptime)),
            version_info: VersionInfo {
                branch: "",
                build_date: "",
                build_user: "",
                go_version: "",
                revision: "",
                version: parts.version.clone(),
            },
        })
    })
    .await
}

/// Names of receivers, as Alertmanager lists them
#[utoipa::path(get, path = "/api/v2/receivers", tag = "alertmanager", operation_id = "alertmanager_receivers",
    responses((status = 200, description = "Receivers", body = Vec<Named>)))]
pub(super) async fn receivers(State(parts): State<Arc<Parts>>) -> Answer {
    work(parts, |parts| {
        let all = parts.messenger.notifier().receivers();
        json(&all.iter().map(|receiver| Named { name: receiver.name.clone() }).collect::<Vec<_>>())
    })
    .await
}

fn shown_alert(parts: &Parts, alert: &Alert, receivers: &[String]) -> ShownAlert {
    let (labels, now) = (labels_of(alert), parts.clock.now());
    let inhibited_by: Vec<String> = alert
        .standing
        .inhibited_by
        .iter()
        .map(|id| parts.desk.alert(id).map_or_else(|| id.clone(), |source| fingerprint(&labels_of(&source))))
        .collect();
    let mut annotations = alert.annotations.clone();
    annotations.entry("summary".to_owned()).or_insert_with(|| alert.message.clone());
    ShownAlert {
        annotations,
        ends_at: rfc3339(now.saturating_add(limits::ALERTMANAGER_HOLDS)),
        fingerprint: fingerprint(&labels),
        generator_url: "",
        labels,
        receivers: receivers.iter().map(|name| Named { name: name.clone() }).collect(),
        starts_at: rfc3339(alert.timestamp),
        status: AlertStatus {
            inhibited_by,
            silenced_by: alert.standing.silenced_by.clone(),
            state: if alert.standing.is_suppressed() { "suppressed" } else { "active" },
        },
        updated_at: rfc3339(now),
    }
}

fn shown_silence(view: &SilenceView) -> ShownSilence {
    let silence = &view.silence;
    let matchers = silence.matchers.iter().map(|one| ShownMatcher {
        is_equal: one.is_equal,
        is_regex: one.is_regex,
        name: one.name.clone(),
        value: one.value.clone(),
    });
    let state = match view.state {
        SilenceState::Active => "active",
        SilenceState::Pending => "pending",
        SilenceState::Expired => "expired",
    };
    ShownSilence {
        comment: silence.comment.clone(),
        created_by: silence.created_by.clone(),
        ends_at: silence.ends_at.map_or_else(|| NEVER.to_owned(), rfc3339),
        id: silence.id.clone(),
        matchers: matchers.collect(),
        starts_at: rfc3339(silence.starts_at),
        status: SilenceStatus { state },
        updated_at: rfc3339(silence.updated_at),
    }
}

/// The conditions of all `filter` parameters. A value may stand without quotes.
fn filters(params: &Params) -> Result<Vec<Matcher>, String> {
    let mut all = Vec::new();
    for text in params.all("filter") {
        let at = text.find(['=', '!', '~']).unwrap_or(text.len());
        let sign =
            text.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['=', '!', '~']).len());
        let (head, word) = text.split_at(at + sign);
        let is_bare = !word.trim().starts_with('"') && !text.starts_with('{');
        let quoted = || format!("{head}\"{}\"", word.trim().replace('\\', r"\\").replace('"', "\\\""));
        all.append(&mut if is_bare { parse_matchers(&quoted()) } else { parse_matchers(text) }?);
        if all.len() > limits::SILENCE_MATCHERS {
            return Err(format!("more than {} conditions", limits::SILENCE_MATCHERS));
        }
    }
    Ok(all)
}

fn refused(error: &DeskError) -> Response {
    match error {
        DeskError::NotFound => said(StatusCode::NOT_FOUND, "silence not found"),
        DeskError::Invalid(why) => said(StatusCode::BAD_REQUEST, why),
        DeskError::NotKept(error) => {
            tracing::error!("a silence could not be kept: {error}");
            said(StatusCode::INTERNAL_SERVER_ERROR, "it could not be kept; nothing was changed")
        }
    }
}

fn said(status: StatusCode, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], value!(text).to_string()).into_response()
}
