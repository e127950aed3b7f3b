"""Starts MiniStack as the AWS of the emulator tests, and puts right from outside what it lacks or does otherwise than AWS.

Pinned to one version, since it changes that version's private functions. Each change says what AWS does. The process
listens on a Unix socket (the recorder is what the world talks to), and ends with its standard input.

    python launch_ministack.py SOCKET WORK_DIR INVOKE_URL      (GATEWAY_PORT: the recorder's port, for the URLs handed out)
"""

import asyncio
import contextvars
import functools
import hashlib
import importlib.metadata
import io
import json
import os
import sys
import threading
import time
import urllib.request
import uuid
import zipfile
from datetime import datetime, timezone
from urllib.parse import unquote
from zoneinfo import ZoneInfo

PINNED = "1.4.21"
SOCKET, WORK_DIR, INVOKE_URL = sys.argv[1:4]

found = importlib.metadata.version("ministack")
if found != PINNED:
    sys.exit(f"These fixes are for MiniStack {PINNED}, and {found} is installed: check each fix, then change PINNED.")


def end_with_parent():
    """The test process holds the other end of standard input: however that ends, this process does too."""
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

from ministack import app as gateway  # noqa: E402
from ministack.core import responses  # noqa: E402
from ministack.services import cloudformation as cfn  # noqa: E402
from ministack.services import cloudwatch, dynamodb, eventbridge, iam, route53, scheduler, sns, sqs  # noqa: E402
from ministack.services import apigateway_v1 as rest  # noqa: E402
from ministack.services import lambda_svc as lam  # noqa: E402
from ministack.services.cloudformation import handlers as cfn_handlers  # noqa: E402
from ministack.services.cloudformation import provisioners as cfn_types  # noqa: E402
from ministack.services.cloudformation import stacks as cfn_stacks  # noqa: E402

ACCOUNT = os.environ["MINISTACK_ACCOUNT_ID"]
REGION = os.environ["MINISTACK_REGION"]


def in_background(work, *args):
    """A thread that keeps the account and Region of whoever started it."""
    threading.Thread(target=contextvars.copy_context().run, args=(work, *args), daemon=True).start()


def iso(epoch):
    return datetime.fromtimestamp(epoch, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


# ---------------------------------------------------------------------------------------------------------------------
# Lambda: every function runs in the test process's sandboxes, under AWS's runtime interface client.
# ---------------------------------------------------------------------------------------------------------------------

extracting = threading.Lock()
alarms_due = threading.Event()
request_id_of_event = contextvars.ContextVar("request_id_of_event", default=None)


@functools.lru_cache(maxsize=256)
def extracted(data, kind):
    """A folder with what is in the archive, modes included; the same for the same bytes."""
    folder = os.path.join(WORK_DIR, kind, hashlib.sha256(data).hexdigest()[:32])
    with extracting:
        if not os.path.isdir(folder):
            partial = f"{folder}.partial"
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                lam._extract_zip_preserving_mode(archive, partial)
            os.rename(partial, folder)
    return folder


def layer_folders(config):
    archives = [lam._resolve_layer_zip(layer["Arn"]) for layer in config.get("Layers") or []]
    return [extracted(data, "layers") for data in archives if data]


# Recursive loops. AWS's SDKs hand the trace header of an invocation on with their calls, and its lineage counts how often
# each function has been invoked in the chain.
LOOP_LIMIT = 16
lineage = contextvars.ContextVar("lineage", default={})


def lineage_name(function_name):
    return hashlib.sha256(function_name.encode()).hexdigest()[:8]


def trace_id(function_name):
    counts = dict(lineage.get())
    counts[lineage_name(function_name)] = counts.get(lineage_name(function_name), 0) + 1
    text = "|".join(f"{name}:{count}" for name, count in counts.items())
    return f"Root=1-00000000-000000000000000000000000;Sampled=0;Lineage={text}"


def parse_lineage(trace):
    text = next((part[len("Lineage=") :] for part in trace.split(";") if part.startswith("Lineage=")), "")
    return {name: int(count) for name, count in (entry.split(":") for entry in text.split("|") if entry)}


def execute_in_sandbox(func, event, _url, request_id):
    """What `_execute_function_proxy` returns, with the function's own error object and the end of its log."""
    config = func.get("config") or func
    name = config["FunctionName"]
    function = lam._functions.get(name) or {}
    request = {
        # One request id for all attempts at one asynchronous event.
        "requestId": request_id_of_event.get() or request_id,
        "config": config,
        "task": extracted(func["code_zip"], "code"),
        "layers": layer_folders(config),
        # Of the function, whichever of its versions is invoked.
        "reservedConcurrency": function.get("concurrency"),
        "traceId": trace_id(name),
        "payload": json.dumps(event, ensure_ascii=False),
    }
    body = json.dumps(request).encode()
    post = urllib.request.Request(INVOKE_URL, data=body, method="POST", headers={"content-type": "application/json"})
    # The sandbox holds the function to its timeout; initialisation comes on top.
    with urllib.request.urlopen(post, timeout=int(config.get("Timeout") or 3) + 60) as answer:
        result = json.loads(answer.read())
    if result["kind"] == "throttled":
        return lam._throttle_response("ReservedFunctionConcurrentInvocationLimitExceeded", "Rate Exceeded.")
    if result["kind"] == "failure":
        return {"body": result["failure"], "error": True, "function_error": "Unhandled", "log": result["log"]}
    return {"body": result["body"], "log": result["log"]}


lam._proxy_url_for = lambda config: INVOKE_URL
lam._execute_function_proxy = execute_in_sandbox


def execute_and_count(func, event):
    """Lambda's poller tries a throttled batch of a queue again until the messages become visible; MiniStack lets them wait
    out their visibility timeout."""
    ends_at = time.time() + visibility_timeout(only_mapping.get())
    while True:
        result = execute_once(func, event)
        if not result.get("throttle") or time.time() + POLLER_RETRY_SECONDS > ends_at:
            return result
        time.sleep(POLLER_RETRY_SECONDS)


def visibility_timeout(mapping_id):
    mapping = lam._esms.get(mapping_id) if mapping_id else None
    queue = sqs._queue_by_arn(mapping["EventSourceArn"]) if mapping else None
    return int(queue["attributes"].get("VisibilityTimeout", "30")) if queue else 0


def execute_once(func, event):
    """AWS counts every invocation in AWS/Lambda, whoever asked for it; MiniStack only those by Invoke."""
    started = time.time()
    result = plain_execute(func, event)
    config = func.get("config") or func
    throttled = bool(result.get("throttle"))
    count_invocation(
        config["FunctionName"],
        duration_ms=0 if throttled else (time.time() - started) * 1000,
        error=bool(result.get("error")) and not throttled,
        throttle=throttled,
    )
    alarms_due.set()
    return result


POLLER_RETRY_SECONDS = 0.5
only_mapping = contextvars.ContextVar("only_mapping", default=None)
plain_execute = lam._execute_function
count_invocation = lam._emit_lambda_metrics
lam._execute_function = execute_and_count
lam._emit_lambda_metrics = lambda *args, **kwargs: None

ASYNC_RETRY_SECONDS = (1, 2)  # AWS: one minute, then two
THROTTLED_RETRY_SECONDS = 1  # AWS: from one second, growing to five minutes


def invoke_async(func, event):
    """AWS tries a failed asynchronous invocation twice more. A throttled one goes back into the queue and is no attempt."""

    def run():
        config = func.get("config") or func
        name = config["FunctionName"]
        function = lam._functions.get(name) or func
        settings = function.get("event_invoke_config") or (function.get("event_invoke_configs") or {}).get("") or {}
        retries = settings.get("MaximumRetryAttempts")
        retries = 2 if retries is None else int(retries)
        ends_at = time.time() + int(settings.get("MaximumEventAgeInSeconds") or 21600)
        request_id_of_event.set(str(uuid.uuid4()))
        attempt = 0
        while True:
            result = lam._execute_function_with_config_scope(func, event)
            if not result.get("error"):
                return
            if result.get("throttle"):
                delay = THROTTLED_RETRY_SECONDS
            else:
                attempt += 1
                if attempt > retries:
                    break
                delay = ASYNC_RETRY_SECONDS[min(attempt, 2) - 1]
            if time.time() + delay > ends_at:
                break
            time.sleep(delay)
        destination = (settings.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
        if destination:
            lam._route_async_failure(destination, name, event, result)
        dead_letters = (config.get("DeadLetterConfig") or {}).get("TargetArn")
        if dead_letters:
            send_dead_letter(dead_letters, event)

    in_background(run)


def send_dead_letter(arn, event):
    """A dead-letter queue or topic gets the event as it is; MiniStack sends it a destination's envelope."""
    body = json.dumps(event)
    if ":sns:" in arn:
        sns._fanout(arn, str(uuid.uuid4()), body, "")
    else:
        eventbridge._dispatch_to_sqs(responses.parse_arn(arn), body)


lam.invoke_async_with_retry = invoke_async


def dispatch_async(function_arn, payload):
    """EventBridge and Scheduler invoke asynchronously on AWS, so failures are retried and dead-lettered. A chain of
    invocations ends there."""
    lineage.set({})
    func, config, name = lam._get_func_record_for_ref(function_arn)
    if not func or not config:
        eventbridge.logger.warning("Target function %s not found", name)
        return
    try:
        event = json.loads(payload)
    except json.JSONDecodeError:
        event = payload
    record = version_record(func, config)
    invoke_async(record, event)


def version_record(func, config):
    """With the code of the version asked for: MiniStack would run a published version with the code of $LATEST."""
    version = func.get("versions", {}).get(config.get("Version"))
    return {**func, **version} if version else lam._execution_record_for_config(func, config)


eventbridge._dispatch_to_lambda = dispatch_async


def deliver_to_lambda(endpoint, envelope, _topic, subscription, *_):
    """As SNS does it on AWS: asynchronously, with Lambda's retries."""
    record = {"EventVersion": "1.0", "EventSubscriptionArn": subscription, "EventSource": "aws:sns"}
    dispatch_async(endpoint, json.dumps({"Records": [{**record, "Sns": json.loads(envelope)}]}))


sns._deliver_to_lambda = deliver_to_lambda


def refuse_wrong_revision(update):
    """AWS answers 412 to an update whose RevisionId is not the function's."""

    def checked(name, data):
        function = lam._functions.get(name)
        asked = data.get("RevisionId")
        if function is not None and asked and asked != function["config"].get("RevisionId"):
            message = (
                "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to "
                "retrieve the latest RevisionId"
            )
            return responses.error_response_json("PreconditionFailedException", message, 412)
        if function is not None and function["config"].get("LastUpdateStatus") == "InProgress":
            message = (
                f"The operation cannot be performed at this time. An update is in progress for resource: "
                f"{function['config']['FunctionArn']}"
            )
            return responses.error_response_json("ResourceConflictException", message, 409)
        return update(name, data)

    return checked


lam._update_config = refuse_wrong_revision(lam._update_config)
lam._update_code = refuse_wrong_revision(lam._update_code)


def get_provisioned_concurrency(name, qualifier):
    """AWS lists them all where no qualifier is given (`?List=ALL`)."""
    function = lam._functions.get(name)
    if function is None or qualifier:
        return plain_get_provisioned_concurrency(name, qualifier)
    arn = function["config"]["FunctionArn"]
    configs = [{"FunctionArn": f"{arn}:{key}", **config} for key, config in function.get("provisioned_concurrency", {}).items()]
    return responses.json_response({"ProvisionedConcurrencyConfigs": configs})


plain_get_provisioned_concurrency = lam._get_provisioned_concurrency
lam._get_provisioned_concurrency = get_provisioned_concurrency


def esm_response(mapping):
    """AWS answers the mapping's ARN with it."""
    account_and_region = ":".join(mapping["FunctionArn"].split(":")[:5])
    arn = f"{account_and_region}:event-source-mapping:{mapping['UUID']}"
    return {**plain_esm_response(mapping), "EventSourceMappingArn": arn}


plain_esm_response = lam._esm_response
lam._esm_response = esm_response


def update_mapping(mapping_id, data):
    """AWS answers Enabling or Disabling, is there a moment later, and takes no update in between."""
    mapping = lam._esms.get(mapping_id)
    before = mapping and mapping["State"]
    if before in ("Enabling", "Disabling"):
        message = f"Cannot update the event source mapping with UUID {mapping_id} because it is in use."
        return responses.error_response_json("ResourceInUseException", message, 400)
    answer = plain_update_mapping(mapping_id, data)
    if mapping is None or mapping["State"] == before:
        return answer
    after = mapping["State"]
    mapping["State"] = {"Enabled": "Enabling", "Disabled": "Disabling"}[after]
    timer = threading.Timer(0.3, lambda: mapping.update(State=after))
    timer.daemon = True
    timer.start()
    return responses.json_response(lam._esm_response(mapping), 202)


plain_update_mapping = lam._update_esm
lam._update_esm = update_mapping

# AWS polls each mapping by itself, with several batches under way; MiniStack polls all of them one after the other, so
# that one slow function holds up every other queue.
BATCHES_PER_MAPPING = 5
all_mappings = lam._iter_all_esms
poll_mapping = lam._poll_sqs
batches = {}
batches_lock = threading.Lock()


def chosen_mappings():
    chosen = only_mapping.get()
    return [entry for entry in all_mappings() if chosen is None or entry[2]["UUID"] == chosen]


def poll_one(mapping_id):
    only_mapping.set(mapping_id)
    try:
        while poll_mapping():
            pass
    finally:
        with batches_lock:
            batches[mapping_id] -= 1


def has_message(mapping):
    queue = sqs._queue_by_arn(mapping["EventSourceArn"])
    now = time.time()
    return queue is not None and any(message["visible_at"] <= now for message in list(queue["messages"]))


def poll_all_queues():
    for account, region, mapping in list(all_mappings()):
        if not mapping.get("Enabled", True) or ":sqs:" not in mapping.get("EventSourceArn", ""):
            continue
        responses._request_account_id.set(account)
        responses._request_region.set(region)
        limit = (mapping.get("ScalingConfig") or {}).get("MaximumConcurrency") or BATCHES_PER_MAPPING
        with batches_lock:
            free = batches.get(mapping["UUID"], 0) < int(limit)
            if not free or not has_message(mapping):
                continue
            batches[mapping["UUID"]] = batches.get(mapping["UUID"], 0) + 1
        in_background(poll_one, mapping["UUID"])


def poll_loop():
    while True:
        try:
            busy = lam._poll_dynamodb_streams()
            poll_all_queues()
            time.sleep(0.02 if busy else 0.1)
        except Exception:
            lam.logger.exception("polling failed")
            time.sleep(1)


def send_with_lineage(plain):
    def run(data, url):
        queue = sqs._get_q(data.get("QueueUrl", url))
        known = len(queue["messages"])
        answer = plain(data, url)
        for message in queue["messages"][known:]:
            message["lineage"] = lineage.get()
        return answer

    return run


def receive_for_mapping(url, limit):
    """Lambda stops a loop over a queue after some 16 rounds, unless the function allows it: what would be the next round
    goes to the dead-letter queue, if there is one."""
    batch = plain_receive(url, limit)
    mapping = next((entry for _, _, entry in all_mappings() if entry["UUID"] == only_mapping.get()), None)
    function = lam._functions.get(mapping["FunctionName"]) if mapping else None
    if function is None:
        return batch
    name = lineage_name(mapping["FunctionName"])
    looping = [message for message in batch if message.get("lineage", {}).get(name, 0) >= LOOP_LIMIT]
    if looping and function.get("recursive_loop") != "Allow":
        dead = json.loads(sqs._get_q(url)["attributes"].get("RedrivePolicy") or "{}").get("deadLetterTargetArn")
        for message in looping:
            sqs._get_q(url)["messages"].remove(message)
            if dead:
                sqs._queue_by_arn(dead)["messages"].append({**message, "visible_at": time.time(), "receipt_handle": None})
        dropped = {"FunctionName": mapping["FunctionName"]}
        cloudwatch.record_metric("AWS/Lambda", "RecursiveInvocationsDropped", len(looping), "Count", dropped)
        batch = [message for message in batch if message not in looping]
    counts = [message.get("lineage", {}) for message in batch]
    lineage.set({key: max(count.get(key, 0) for count in counts) for key in set().union(*counts)})
    return batch


sqs._HANDLERS["SendMessage"] = send_with_lineage(sqs._HANDLERS["SendMessage"])
sqs._HANDLERS["SendMessageBatch"] = send_with_lineage(sqs._HANDLERS["SendMessageBatch"])
plain_receive, sqs._receive_messages_for_esm = sqs._receive_messages_for_esm, receive_for_mapping
lam._iter_all_esms = chosen_mappings
lam._poll_loop = poll_loop

# ---------------------------------------------------------------------------------------------------------------------
# EventBridge Scheduler
# ---------------------------------------------------------------------------------------------------------------------

scheduler._SCHEDULE_TICK_INTERVAL = 1
eventbridge._SCHEDULER_TICK_INTERVAL = 1


class Zoned(str):
    """A schedule's expression together with its time zone; MiniStack reads every expression as UTC."""

    def __new__(cls, expression, zone):
        self = super().__new__(cls, expression)
        self.zone = ZoneInfo(zone)
        return self


class ZonedFields:
    def __init__(self, fields, zone):
        self.fields, self.zone = fields, zone


def with_zone(schedule):
    zone = schedule.get("ScheduleExpressionTimezone") or "UTC"
    schedule["ScheduleExpression"] = Zoned(schedule["ScheduleExpression"], zone)


def keep_zone(plain):
    def run(name, body):
        answer = plain(name, body)
        key = f"{body.get('GroupName', 'default')}/{name}"
        schedule = scheduler._schedules.get(key)
        if answer[0] == 200 and schedule is not None:
            with_zone(schedule)
            begin_anew(key, schedule)
        return answer

    return run


def begin_anew(key, schedule):
    """A schedule that is made or changed waits for its next time, whatever one of that name did before. A rate begins at
    its StartDate, without one at once; MiniStack counts it from the creation, and remembers deleted schedules."""
    interval = eventbridge._parse_rate_seconds(schedule["ScheduleExpression"])
    state_key = (ACCOUNT, REGION, key)
    if interval is not None:
        scheduler._schedule_last_fired[state_key] = rate_start(schedule) - interval
    elif schedule["ScheduleExpression"].startswith("cron("):
        scheduler._schedule_last_fired[state_key] = time.time()
    else:
        scheduler._schedule_last_fired.pop(state_key, None)


def rate_start(schedule):
    start = scheduler._to_epoch(schedule.get("StartDate"))
    return start if start is not None else schedule["CreationDate"]


def on_grid(schedule, interval, now):
    """The last time at which a rate was due: it does not drift by the seconds that it came late."""
    start = rate_start(schedule)
    return start + max(0, int((now - start) // interval)) * interval


def tick_schedules():
    plain_tick_schedules()
    for state_key, schedule in list(scheduler._schedules._data.items()):
        interval = eventbridge._parse_rate_seconds(schedule["ScheduleExpression"])
        fired = scheduler._schedule_last_fired.get(state_key)
        if interval is not None and fired is not None and fired >= rate_start(schedule):
            scheduler._schedule_last_fired[state_key] = on_grid(schedule, interval, fired)


def at_time(expression):
    if isinstance(expression, Zoned) and expression.startswith("at("):
        return datetime.fromisoformat(expression[len("at(") : -1]).replace(tzinfo=expression.zone).timestamp()
    return plain_at_time(expression)


def parse_cron(expression):
    fields = plain_parse_cron(expression)
    return ZonedFields(fields, expression.zone) if fields and isinstance(expression, Zoned) else fields


def next_fire(fields, after):
    if not isinstance(fields, ZonedFields):
        return plain_next_fire(fields, after)
    local = plain_next_fire(fields.fields, after.astimezone(fields.zone).replace(tzinfo=timezone.utc))
    return local and local.replace(tzinfo=fields.zone).astimezone(timezone.utc)


scheduler._create_schedule = keep_zone(scheduler._create_schedule)
scheduler._update_schedule = keep_zone(scheduler._update_schedule)
plain_tick_schedules, scheduler._tick_schedules = scheduler._tick_schedules, tick_schedules
plain_at_time, scheduler._at_time_epoch = scheduler._at_time_epoch, at_time
plain_parse_cron, eventbridge._parse_cron_fields = eventbridge._parse_cron_fields, parse_cron
plain_next_fire, eventbridge._cron_next_fire = eventbridge._cron_next_fire, next_fire


def invoke_target(target, event, rule, view=None):
    """Scheduler replaces its context attributes in the input."""
    text = target.get("Input")
    if text and event.get("Source") == "aws.scheduler":
        scheduled = scheduled_time(rule, event["Time"])
        attributes = {
            "aws.scheduler.scheduled-time": iso(scheduled),
            "aws.scheduler.schedule-arn": rule["Arn"],
            "aws.scheduler.execution-id": event["EventId"],
            "aws.scheduler.attempt-number": "1",
        }
        for name, value in attributes.items():
            text = text.replace(f"<{name}>", value)
        target = {**target, "Input": text}
    plain_invoke_target(target, event, rule, view)


def scheduled_time(schedule, now):
    """When it was due, not when it came: of a cron expression the minute."""
    at = scheduler._at_time_epoch(schedule["ScheduleExpression"])
    if at is not None:
        return at
    interval = eventbridge._parse_rate_seconds(schedule["ScheduleExpression"])
    if interval is None:
        return int(now) // 60 * 60
    # A test may ask for it before its first time.
    return int(on_grid(schedule, interval, now) if now >= rate_start(schedule) else now)


plain_invoke_target = eventbridge._invoke_target
eventbridge._invoke_target = invoke_target

# ---------------------------------------------------------------------------------------------------------------------
# CloudWatch
# ---------------------------------------------------------------------------------------------------------------------

BREACHES = {
    "GreaterThanOrEqualToThreshold": lambda value, limit: value >= limit,
    "GreaterThanThreshold": lambda value, limit: value > limit,
    "LessThanThreshold": lambda value, limit: value < limit,
    "LessThanOrEqualToThreshold": lambda value, limit: value <= limit,
}


def evaluate_alarm(alarm):
    """By the alarm's own dimensions, period by period, M out of N, and missing data as the alarm says; MiniStack takes
    all dimensions and all periods in one. An alarm whose metric never had data keeps the state it was set to."""
    name, namespace = alarm.get("MetricName"), alarm.get("Namespace")
    dimensions = cloudwatch._dims_key({entry["Name"]: entry["Value"] for entry in alarm.get("Dimensions") or []})
    points = cloudwatch._metrics.get((namespace, name, dimensions))
    if not name or not points:
        return
    period, periods = int(alarm.get("Period") or 60), int(alarm.get("EvaluationPeriods") or 1)
    limit, breaches = alarm.get("Threshold", 0), BREACHES.get(alarm.get("ComparisonOperator"))
    if breaches is None:
        return
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average"
    now = time.time()
    values = []
    for index in range(periods):
        end = now - index * period
        inside = [point["Value"] for point in list(points) if end - period < point["Timestamp"] <= end]
        values.append(cloudwatch._stat_value(cloudwatch._calc_stats(inside), statistic, inside) if inside else None)
    known = [value for value in values if value is not None]
    missing = alarm.get("TreatMissingData") or "missing"
    needed = int(alarm.get("DatapointsToAlarm") or periods)
    breaching = sum(1 for value in known if breaches(value, limit))
    if missing == "breaching":
        breaching += periods - len(known)
    if not known and missing in ("missing", "ignore"):
        new = "INSUFFICIENT_DATA" if missing == "missing" else alarm["StateValue"]
    else:
        # Missing periods are made up for by earlier ones on AWS; here fewer data need fewer breaches.
        new = "ALARM" if breaching >= min(needed, max(len(known), 1)) and breaching > 0 else "OK"
    if new != alarm["StateValue"]:
        old = alarm["StateValue"]
        reason = f"Threshold Crossed: {len(known)} datapoint(s) {known} compared with the threshold ({limit})."
        alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(now))
        cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)


cloudwatch._evaluate_alarm = evaluate_alarm


def evaluate_for_ever():
    """Within half a second of an invocation, and every two seconds in any case."""
    while True:
        alarms_due.wait(1.5)
        time.sleep(0.5)
        alarms_due.clear()
        measure_queues()
        cloudwatch._evaluate_all_alarms()


def measure_queues():
    """SQS tells CloudWatch how long its queues are; here, as far as an alarm asks."""
    for alarm in list(cloudwatch._alarms.values()):
        if alarm.get("Namespace") != "AWS/SQS" or alarm.get("MetricName") != "ApproximateNumberOfMessagesVisible":
            continue
        for queue in list(sqs._queues.values()):
            if {"Name": "QueueName", "Value": queue["name"]} in alarm.get("Dimensions", []):
                now = time.time()
                visible = sum(1 for message in list(queue["messages"]) if message["visible_at"] <= now)
                dimensions = {"QueueName": queue["name"]}
                cloudwatch.record_metric("AWS/SQS", alarm["MetricName"], visible, "Count", dimensions)


def take_embedded_metrics(line):
    """CloudWatch Logs makes metrics of lines in the embedded metric format."""
    entry = json.loads(line)
    for directive in entry["_aws"]["CloudWatchMetrics"]:
        for names in directive.get("Dimensions") or [[]]:
            dimensions = {name: str(entry[name]) for name in names}
            for metric in directive["Metrics"]:
                values = entry[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    unit = metric.get("Unit", "None")
                    cloudwatch.record_metric(directive["Namespace"], metric["Name"], value, unit, dimensions)
    cloudwatch._evaluate_all_alarms()
    return {}


def alarm_metrics(alarm):
    """`configuration.metrics` of the event, as in the CloudWatch documentation of alarm events."""
    metric = {
        "namespace": alarm.get("Namespace"),
        "name": alarm.get("MetricName"),
        "dimensions": {entry["Name"]: entry["Value"] for entry in alarm.get("Dimensions") or []},
    }
    statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
    stat = {"metric": metric, "period": alarm.get("Period"), "stat": statistic}
    return [{"id": str(uuid.uuid5(uuid.NAMESPACE_OID, alarm["AlarmName"])), "metricStat": stat, "returnData": True}]


def tell_event_bus(alarm, old, new, reason):
    """On AWS every change of an alarm's state is an event on the default bus, beside the alarm's actions."""
    notify_actions(alarm, old, new, reason)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    configuration = {"description": alarm.get("AlarmDescription") or ""}
    if alarm.get("MetricName"):
        configuration["metrics"] = alarm_metrics(alarm)
    detail = {
        "alarmName": alarm["AlarmName"],
        "configuration": configuration,
        "previousState": {"value": old, "timestamp": now},
        "state": {"value": new, "reason": reason, "timestamp": now},
    }
    entry = {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Detail": json.dumps(detail),
        "Resources": [alarm.get("AlarmArn", "")],
    }
    eventbridge._put_events({"Entries": [entry]})


notify_actions = cloudwatch._dispatch_alarm_actions
cloudwatch._dispatch_alarm_actions = tell_event_bus


def with_epochs(value, key=""):
    """AWS JSON has times as numbers of seconds; the JavaScript SDK fails to parse MiniStack's texts."""
    if isinstance(value, dict):
        return {name: with_epochs(entry, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [with_epochs(entry, key) for entry in value]
    return cloudwatch._parse_ts(value) if isinstance(value, str) and "Timestamp" in key else value


plain_json_ok = cloudwatch._json_ok
cloudwatch._json_ok = lambda data: plain_json_ok(with_epochs(data))

# ---------------------------------------------------------------------------------------------------------------------
# What control-plane faults change
# ---------------------------------------------------------------------------------------------------------------------


def settle_function(name, delay):
    """After an update AWS changes the RevisionId once more, when the update has settled (aws/aws-sdk#377)."""

    def settle():
        time.sleep(delay)
        function = lam._functions.get(name)
        if function is None:
            return
        for config in [function["config"], *(version["config"] for version in function["versions"].values())]:
            if config.get("LastUpdateStatus") == "InProgress" or config.get("State") == "Pending":
                config.update(State="Active", LastUpdateStatus="Successful", RevisionId=str(uuid.uuid4()))
                for key in ("StateReason", "StateReasonCode", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"):
                    config.pop(key, None)

    in_background(settle)


lam._schedule_state_transition = settle_function


def update_table(data):
    """On AWS -1 removes a limit, what is not named stays, and a provisioned table has no limits."""
    table = dynamodb._tables.get(data.get("TableName"))
    before = dict((table or {}).get("OnDemandThroughput") or {})
    answer = plain_update_table(data)
    if table is None or answer[0] != 200:
        return answer
    asked = {name: int(value) for name, value in (data.get("OnDemandThroughput") or {}).items()}
    limits = {name: value for name, value in {**before, **asked}.items() if value > 0}
    if data.get("BillingMode") == "PROVISIONED":
        limits = {}
    table.pop("OnDemandThroughput", None)
    if limits:
        table["OnDemandThroughput"] = limits
    return answer


plain_update_table = dynamodb._update_table
dynamodb._update_table = update_table


def set_queue_attributes(data, url):
    """An empty text removes a policy on AWS."""
    attributes = data.get("Attributes") or {}
    removed = [name for name, value in attributes.items() if value == ""]
    kept = {name: value for name, value in attributes.items() if value != ""}
    answer = plain_set_queue_attributes({**data, "Attributes": kept}, url)
    for name in removed:
        sqs._get_q(data.get("QueueUrl", url))["attributes"].pop(name, None)
    return answer


plain_set_queue_attributes = sqs._HANDLERS["SetQueueAttributes"]
sqs._HANDLERS["SetQueueAttributes"] = set_queue_attributes


def create_topic(params):
    """The tags of a new topic are `Tags.member.N`; MiniStack looks for `Tag.member.N`."""
    known = set(sns._topics)
    answer = plain_create_topic(params)
    number = 1
    while sns._p(params, f"Tags.member.{number}.Key"):
        for arn in set(sns._topics) - known:
            key, value = (sns._p(params, f"Tags.member.{number}.{part}") for part in ("Key", "Value"))
            sns._topics[arn]["tags"][key] = value
        number += 1
    return answer


plain_create_topic = sns._create_topic
sns._create_topic = create_topic


def existing_rule(plain):
    """A rule that is not there is an error on AWS."""

    def run(data):
        bus = data.get("EventBusName", "default").rsplit("/", 1)[-1]
        if eventbridge._rule_key(data.get("Name"), bus) not in eventbridge._rules:
            message = f"Rule {data.get('Name')} does not exist on EventBus {bus}."
            return responses.error_response_json("ResourceNotFoundException", message, 400)
        return plain({**data, "EventBusName": bus})

    return run


eventbridge._describe_rule = existing_rule(eventbridge._describe_rule)
eventbridge._enable_rule = existing_rule(eventbridge._enable_rule)
eventbridge._disable_rule = existing_rule(eventbridge._disable_rule)


def update_health_check(check_id, body):
    """AWS refuses a version that is not the health check's."""
    root, check = route53._parse_body(body), route53._health_checks.get(check_id)
    asked = route53._text(root, "HealthCheckVersion") if root is not None else None
    if check and asked and int(asked) != check["version"]:
        message = "The version of the health check in the request is not the current one."
        return route53._error_response("HealthCheckVersionMismatch", message, 409)
    return plain_update_health_check(check_id, body)


plain_update_health_check = route53._update_health_check
route53._update_health_check = update_health_check


def create_stage(api_id, data):
    """A stage and the tagging API show the same tags."""
    answer = plain_create_stage(api_id, data)
    stage = rest._stages_v1.get(api_id, {}).get(data.get("stageName"))
    if answer[0] == 201 and stage is not None:
        arn = f"arn:aws:apigateway:{responses.get_region()}::/restapis/{api_id}/stages/{stage['stageName']}"
        rest._v1_tags[arn] = stage["tags"]
    return answer


plain_create_stage = rest._create_stage
rest._create_stage = create_stage

# ---------------------------------------------------------------------------------------------------------------------
# CloudFormation
# ---------------------------------------------------------------------------------------------------------------------


def validate_template(params):
    """AWS takes a TemplateURL as well, which is what the Serverless Framework sends; creating the stack reads it."""
    if not params.get("TemplateBody"):
        params = {**params, "TemplateBody": ['{"Resources": {}}']}
    return plain_validate(params)


plain_validate = cfn_handlers._validate_template
cfn_handlers._ACTION_HANDLERS["ValidateTemplate"] = validate_template


def stack_events(params):
    """Newest first, also within one millisecond: else a deployment that polls for the last event waits for ever."""
    saved = {stack: list(events) for stack, events in cfn._stack_events.items()}
    for stack in saved:
        cfn._stack_events[stack].reverse()
    try:
        return plain_stack_events(params)
    finally:
        for stack, events in saved.items():
            cfn._stack_events[stack][:] = events


plain_stack_events = cfn_handlers._describe_stack_events
cfn_handlers._ACTION_HANDLERS["DescribeStackEvents"] = stack_events


def completed(resource_type, complete):
    """Sets what MiniStack's resource type leaves out. An update of most types is its creation once more."""
    type_handlers = cfn_types._RESOURCE_HANDLERS[resource_type]
    for way in ("create", "update"):
        plain = type_handlers.get(way)
        if plain is None:
            continue

        def run(*args, plain=plain, way=way):
            physical_id, attributes = plain(*args)
            complete(physical_id, args[2] if way == "update" else args[1])
            return physical_id, attributes

        type_handlers[way] = run


def flag(value):
    return str(value).lower() == "true"


def tags_of(props):
    tags = props.get("Tags") or []
    return dict(tags) if isinstance(tags, dict) else {tag["Key"]: str(tag["Value"]) for tag in tags}


def checked(answer):
    """An API's answer inside the emulator: an error is the stack's."""
    status, _, body = answer
    if status >= 400:
        raise ValueError(body.decode() if isinstance(body, bytes) else str(body))


def complete_function(name, props):
    function = lam._functions[name]
    reserved = props.get("ReservedConcurrentExecutions")
    function["concurrency"] = None if reserved is None else int(reserved)
    function["recursive_loop"] = props.get("RecursiveLoop", "Terminate")
    function["tags"] = tags_of(props)
    if props.get("DeadLetterConfig"):
        function["config"]["DeadLetterConfig"] = props["DeadLetterConfig"]


def complete_queue(url, props):
    queue = sqs._queues[url]
    for name in ("RedrivePolicy", "RedriveAllowPolicy"):
        policy = props.get(name)
        if policy:
            queue["attributes"][name] = policy if isinstance(policy, str) else json.dumps(policy)
    for name in ("KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"):
        if props.get(name) is not None:
            value = props[name]
            queue["attributes"][name] = str(value).lower() if isinstance(value, bool) else str(value)
    queue["tags"].update(tags_of(props))


def complete_table(name, props):
    table = dynamodb._tables[name]
    table["DeletionProtectionEnabled"] = flag(props.get("DeletionProtectionEnabled", False))
    if props.get("OnDemandThroughput"):
        limits = {key: int(value) for key, value in props["OnDemandThroughput"].items()}
        table["OnDemandThroughput"] = limits
    if flag((props.get("SSESpecification") or {}).get("SSEEnabled")):
        table["SSEDescription"] = dynamodb._sse_description_from_spec({**props["SSESpecification"], "SSEEnabled": True})
    lifetime = props.get("TimeToLiveSpecification")
    if lifetime:
        lifetime = {**lifetime, "Enabled": flag(lifetime.get("Enabled"))}
        checked(dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": lifetime}))
    recovery = props.get("PointInTimeRecoverySpecification")
    if recovery:
        recovery = {"PointInTimeRecoveryEnabled": flag(recovery.get("PointInTimeRecoveryEnabled"))}
        checked(
            dynamodb._update_continuous_backups(
                {"TableName": name, "PointInTimeRecoverySpecification": recovery}
            )
        )
    tags = [{"Key": key, "Value": value} for key, value in tags_of(props).items()]
    if tags:
        checked(dynamodb._tag_resource({"ResourceArn": table["TableArn"], "Tags": tags}))


def complete_topic(arn, props):
    sns._topics[arn]["tags"].update(tags_of(props))
    for name in ("KmsMasterKeyId", "SignatureVersion"):
        if props.get(name) is not None:
            sns._topics[arn]["attributes"][name] = str(props[name])


def complete_mapping(mapping_id, props):
    mapping = lam._esms[mapping_id]
    mapping["Enabled"] = flag(props.get("Enabled", True))
    mapping["State"] = "Enabled" if mapping["Enabled"] else "Disabled"
    if tags_of(props):
        mapping["Tags"] = tags_of(props)


def complete_alarm(name, props):
    if tags_of(props):
        cloudwatch._resource_tags[cloudwatch._alarms[name]["AlarmArn"]] = tags_of(props)


def complete_stage(name, props):
    """A list in a template, and by path and method in the API; MiniStack hands the list through."""
    settings = {}
    for entry in props.get("MethodSettings") or []:
        path = entry.get("ResourcePath", "/*")
        path = "*" if path == "/*" else "~1" + path.strip("/").replace("/", "~1")
        values = {key[0].lower() + key[1:]: value for key, value in entry.items()}
        settings[f"{path}/{entry.get('HttpMethod', '*')}"] = {
            key: value for key, value in values.items() if key not in ("resourcePath", "httpMethod")
        }
    rest._stages_v1[props["RestApiId"]][name]["methodSettings"] = settings


def complete_schedule(name, props):
    """MiniStack's type leaves out the zone and the dates."""
    schedule = scheduler._schedules[f"{props.get('GroupName', 'default')}/{name}"]
    for key in ("ScheduleExpressionTimezone", "StartDate", "EndDate", "KmsKeyArn"):
        if props.get(key):
            schedule[key] = props[key]
    with_zone(schedule)


completed("AWS::Lambda::Function", complete_function)
completed("AWS::SQS::Queue", complete_queue)
completed("AWS::DynamoDB::Table", complete_table)
completed("AWS::SNS::Topic", complete_topic)
completed("AWS::Lambda::EventSourceMapping", complete_mapping)
completed("AWS::CloudWatch::Alarm", complete_alarm)
completed("AWS::Scheduler::Schedule", complete_schedule)
completed("AWS::ApiGateway::Stage", complete_stage)


def updated_in_place(resource_type, keep):
    """On AWS an update keeps what is in the resource; MiniStack makes it anew, empty."""
    create = cfn_types._RESOURCE_HANDLERS[resource_type]["create"]

    def update(_physical_id, _old, props, stack, logical_id):
        before = keep.find(_physical_id)
        physical_id, attributes = create(logical_id, props, stack)
        if before is not None and physical_id == _physical_id:
            keep.put(before, keep.find(physical_id))
        return physical_id, attributes

    cfn_types._RESOURCE_HANDLERS[resource_type].update(update=update, update_with_logical_id=True)


class Kept:
    """The parts of a resource that outlive an update of its stack."""

    def __init__(self, store, names):
        self.store, self.names = store, names

    def find(self, physical_id):
        return self.store.get(physical_id)

    def put(self, before, after):
        for name in self.names:
            if name in before:
                after[name] = before[name]
        # The policy of a queue or topic is a resource of its own, which an update may leave as it is.
        policy = before.get("attributes", {}).get("Policy")
        if policy:
            after["attributes"]["Policy"] = policy


FUNCTION_PARTS = ("versions", "next_version", "aliases", "policy", "event_invoke_config", "event_invoke_configs")
updated_in_place("AWS::Lambda::Function", Kept(lam._functions, FUNCTION_PARTS))
updated_in_place("AWS::SQS::Queue", Kept(sqs._queues, ("messages", "dedup_cache", "fifo_seq")))
updated_in_place("AWS::DynamoDB::Table", Kept(dynamodb._tables, ("items", "ItemCount", "TableId", "CreationDateTime")))
updated_in_place("AWS::SNS::Topic", Kept(sns._topics, ("subscriptions", "messages")))


def update_subscription(physical_id, old_props, props, stack, logical_id):
    cfn_types._RESOURCE_HANDLERS["AWS::SNS::Subscription"]["delete"](physical_id, old_props)
    return cfn_types._RESOURCE_HANDLERS["AWS::SNS::Subscription"]["create"](logical_id, props, stack)


# The topic keeps its subscriptions, so that made anew it would be there twice.
cfn_types._RESOURCE_HANDLERS["AWS::SNS::Subscription"].update(update=update_subscription, update_with_logical_id=True)


def bus_name(props):
    """A name or an ARN, on AWS; MiniStack takes the ARN for a name."""
    return props.get("EventBusName", "default").rsplit("/", 1)[-1]


def with_bus_name(plain):
    return lambda first, props, *rest: plain(first, {**props, "EventBusName": bus_name(props)}, *rest)


rule_handlers = cfn_types._RESOURCE_HANDLERS["AWS::Events::Rule"]
for way, plain in list(rule_handlers.items()):
    rule_handlers[way] = with_bus_name(plain)


def complete_rule(name, props):
    rule = eventbridge._rules[eventbridge._rule_key(name, bus_name(props))]
    # The default bus is left out of an ARN.
    if rule["EventBusName"] == "default":
        rule["Arn"] = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"
    rule["CreationTime"] = time.time()
    if tags_of(props):
        eventbridge._tags[rule["Arn"]] = tags_of(props)


completed("AWS::Events::Rule", complete_rule)


def create_version(logical_id, props, stack):
    """The version's ARN has its number, which MiniStack leaves out."""
    arn, attributes = plain_create_version(logical_id, props, stack)
    name = arn.rsplit(":", 1)[-1]
    config = lam._functions[name]["versions"][attributes["Version"]]["config"]
    config["FunctionArn"] = f"{arn}:{attributes['Version']}"
    return config["FunctionArn"], attributes


def update_version(physical_id, _old, _props, _stack):
    """A version never changes: the framework makes a new one under another logical name."""
    return physical_id, {"Version": physical_id.rsplit(":", 1)[-1]}


def delete_version(physical_id, _props):
    *_, name, version = physical_id.split(":")
    if name in lam._functions:
        lam._functions[name]["versions"].pop(version, None)


version_handlers = cfn_types._RESOURCE_HANDLERS["AWS::Lambda::Version"]
plain_create_version = version_handlers["create"]
version_handlers.update(create=create_version, update=update_version, delete=delete_version)


def delete_resource(resource_type, physical_id, props, stack=None, logical_id=None):
    """AWS leaves what the template says to retain, and fails to delete a protected table."""
    template = (cfn._stacks.get(stack) or {}).get("_template") or {}
    if template.get("Resources", {}).get(logical_id, {}).get("DeletionPolicy") == "Retain":
        return
    table = dynamodb._tables.get(physical_id) if resource_type == "AWS::DynamoDB::Table" else None
    if table is not None and table.get("DeletionProtectionEnabled"):
        raise ValueError(f"Resource cannot be deleted as it is currently protected against deletion: {physical_id}")
    plain_delete_resource(resource_type, physical_id, props, stack, logical_id)


plain_delete_resource, cfn_stacks._delete_resource = cfn_stacks._delete_resource, delete_resource

# Types that MiniStack refuses.


def create_archive(logical_id, props, stack):
    name = props.get("ArchiveName") or cfn_types._physical_name(stack, logical_id, max_len=48)
    pattern = props.get("EventPattern", "")
    request = {
        "ArchiveName": name,
        "EventSourceArn": props["SourceArn"],
        "EventPattern": json.dumps(pattern) if isinstance(pattern, dict) else pattern,
        "RetentionDays": int(props.get("RetentionDays", 0)),
        "Description": props.get("Description", ""),
    }
    eventbridge._archives.pop(name, None)
    checked(eventbridge._create_archive(request))
    return name, {"Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:archive/{name}"}


def create_bus_policy(_logical_id, props, _stack):
    bus, sid = bus_name(props), props["StatementId"]
    policy = eventbridge._event_bus_policies.setdefault(bus, {"Version": "2012-10-17", "Statement": []})
    statement = props.get("Statement") or {
        "Effect": "Allow",
        "Principal": props.get("Principal", "*"),
        "Action": props.get("Action", "events:PutEvents"),
        "Resource": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}",
    }
    policy["Statement"] = [entry for entry in policy["Statement"] if entry.get("Sid") != sid]
    policy["Statement"].append({**statement, "Sid": sid})
    return f"{bus}|{sid}", {}


def delete_bus_policy(physical_id, _props):
    bus, sid = physical_id.split("|")
    eventbridge._remove_permission({"EventBusName": bus, "StatementId": sid})


def create_health_check(_logical_id, props, _stack):
    config = {name: value for name, value in props["HealthCheckConfig"].items()}
    for name in ("Port", "RequestInterval", "FailureThreshold", "HealthThreshold"):
        if name in config:
            config[name] = int(config[name])
    check_id = str(uuid.uuid4())
    check = {"id": check_id, "caller_reference": str(uuid.uuid4()), "config": config, "version": 1}
    route53._health_checks[check_id] = check
    tags = {tag["Key"]: tag["Value"] for tag in props.get("HealthCheckTags") or []}
    if tags:
        route53._tags[("healthcheck", check_id)] = tags
    return check_id, {"HealthCheckId": check_id}


# AWS embeds the policy in its roles; MiniStack makes a managed one, attached to them.
def put_inline_policy(_logical_id, props, _stack):
    for name in props.get("Roles", []):
        iam._roles[name]["InlinePolicies"][props["PolicyName"]] = json.dumps(props["PolicyDocument"])
    return props["PolicyName"], {}


def delete_inline_policy(_physical_id, props):
    for name in props.get("Roles", []):
        iam._roles.get(name, {}).get("InlinePolicies", {}).pop(props["PolicyName"], None)


def update_inline_policy(physical_id, old_props, props, stack):
    delete_inline_policy(physical_id, old_props)
    return put_inline_policy(None, props, stack)


NEW_TYPES = {
    "AWS::IAM::Policy": {
        "create": put_inline_policy,
        "update": update_inline_policy,
        "delete": delete_inline_policy,
    },
    "AWS::Events::Archive": {
        "create": create_archive,
        "delete": lambda name, _: eventbridge._delete_archive({"ArchiveName": name}),
    },
    "AWS::Events::EventBusPolicy": {"create": create_bus_policy, "delete": delete_bus_policy},
    "AWS::Route53::HealthCheck": {
        "create": create_health_check,
        "delete": lambda check_id, _: route53._health_checks.pop(check_id, None),
    },
}
cfn_types._RESOURCE_HANDLERS.update(NEW_TYPES)

# ---------------------------------------------------------------------------------------------------------------------
# Application Auto Scaling, which MiniStack lacks: what is registered is remembered; nothing is ever scaled.
# ---------------------------------------------------------------------------------------------------------------------

SCALING = "AnyScaleFrontendService."
scalable_targets, scaling_policies, scaling_tags = {}, {}, {}


class ScalingError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def target_key(data):
    return (data["ServiceNamespace"], data["ResourceId"], data["ScalableDimension"])


def register_target(data):
    key = target_key(data)
    known = scalable_targets.get(key)
    if known is None:
        if "MinCapacity" not in data or "MaxCapacity" not in data:
            raise ScalingError("ValidationException", "MinCapacity and MaxCapacity are required for a new target.")
        arn = f"arn:aws:application-autoscaling:{REGION}:{ACCOUNT}:scalable-target/{uuid.uuid4().hex[:32]}"
        role = "aws-service-role/dynamodb.application-autoscaling.amazonaws.com"
        known = {name: data[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
        known |= {"ScalableTargetARN": arn, "CreationTime": time.time(), "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/{role}"}
        known["SuspendedState"] = {
            "DynamicScalingInSuspended": False,
            "DynamicScalingOutSuspended": False,
            "ScheduledScalingSuspended": False,
        }
        scalable_targets[key] = known
    known |= {name: data[name] for name in ("MinCapacity", "MaxCapacity", "RoleARN") if data.get(name) is not None}
    # What a call does not name stays as it was.
    known["SuspendedState"] = {**known["SuspendedState"], **(data.get("SuspendedState") or {})}
    if data.get("Tags"):
        scaling_tags[known["ScalableTargetARN"]] = dict(data["Tags"])
    return {"ScalableTargetARN": known["ScalableTargetARN"]}


def found_target(data):
    if target_key(data) not in scalable_targets:
        raise ScalingError("ObjectNotFoundException", f"No scalable target registered for {target_key(data)}")
    return scalable_targets[target_key(data)]


def deregister_target(data):
    target = found_target(data)
    del scalable_targets[target_key(data)]
    scaling_tags.pop(target["ScalableTargetARN"], None)
    for key in [key for key in scaling_policies if key[:3] == target_key(data)]:
        del scaling_policies[key]
    return {}


def described(entries, data):
    wanted = data.get("ResourceIds") or ([data["ResourceId"]] if data.get("ResourceId") else None)
    dimension = data.get("ScalableDimension")
    return [
        entry
        for entry in entries
        if entry["ServiceNamespace"] == data["ServiceNamespace"]
        and (not wanted or entry["ResourceId"] in wanted)
        and (not dimension or entry["ScalableDimension"] == dimension)
    ]


def put_scaling_policy(data):
    found_target(data)
    key = (*target_key(data), data["PolicyName"])
    known = scaling_policies.get(key) or {
        "PolicyARN": f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:{uuid.uuid4()}:policyName/{data['PolicyName']}",
        "CreationTime": time.time(),
    }
    scaling_policies[key] = {**known, **data}
    return {"PolicyARN": known["PolicyARN"], "Alarms": []}


def delete_scaling_policy(data):
    if scaling_policies.pop((*target_key(data), data["PolicyName"]), None) is None:
        raise ScalingError("ObjectNotFoundException", f"No scaling policy {data['PolicyName']}")
    return {}


def tag_scaling(data):
    scaling_tags.setdefault(data["ResourceARN"], {}).update(data["Tags"])
    return {}


def untag_scaling(data):
    for key in data["TagKeys"]:
        scaling_tags.get(data["ResourceARN"], {}).pop(key, None)
    return {}


SCALING_ACTIONS = {
    "RegisterScalableTarget": register_target,
    "DeregisterScalableTarget": deregister_target,
    "DescribeScalableTargets": lambda data: {"ScalableTargets": described(scalable_targets.values(), data)},
    "PutScalingPolicy": put_scaling_policy,
    "DeleteScalingPolicy": delete_scaling_policy,
    "DescribeScalingPolicies": lambda data: {"ScalingPolicies": described(scaling_policies.values(), data)},
    "TagResource": tag_scaling,
    "UntagResource": untag_scaling,
    "ListTagsForResource": lambda data: {"Tags": scaling_tags.get(data["ResourceARN"], {})},
}


async def handle_scaling(_method, _path, headers, body, _query):
    name = headers["x-amz-target"].removeprefix(SCALING)
    if name not in SCALING_ACTIONS:
        return responses.error_response_json("UnknownOperationException", f"The emulator has no {name}", 400)
    try:
        return responses.json_response(SCALING_ACTIONS[name](json.loads(body)))
    except ScalingError as error:
        return responses.error_response_json(error.code, str(error), 400)


plain_detect = gateway.detect_service


def detect_service(method, path, headers, query):
    scaling = headers.get("x-amz-target", "").startswith(SCALING)
    return "application-autoscaling" if scaling else plain_detect(method, path, headers, query)


gateway.detect_service = detect_service
gateway.SERVICE_HANDLERS["application-autoscaling"] = handle_scaling


def create_scalable_target(_logical_id, props, _stack):
    data = {**props, "MinCapacity": int(props["MinCapacity"]), "MaxCapacity": int(props["MaxCapacity"])}
    arn = register_target({**data, "Tags": tags_of(props)})["ScalableTargetARN"]
    return "|".join((props["ResourceId"], props["ScalableDimension"], props["ServiceNamespace"])), {"ScalableTargetARN": arn}


def delete_scalable_target(physical_id, _props):
    resource, dimension, namespace = physical_id.split("|")
    key = {"ServiceNamespace": namespace, "ResourceId": resource, "ScalableDimension": dimension}
    if target_key(key) in scalable_targets:
        deregister_target(key)


def create_scaling_policy(_logical_id, props, _stack):
    data = dict(props)
    target = data.pop("ScalingTargetId", None)
    if target:
        data["ResourceId"], data["ScalableDimension"], data["ServiceNamespace"] = target.split("|")
    arn = put_scaling_policy(data)["PolicyARN"]
    return arn, {"Arn": arn}


def delete_scaling_policy_by_arn(arn, _props):
    for key in [key for key, policy in scaling_policies.items() if policy["PolicyARN"] == arn]:
        del scaling_policies[key]


cfn_types._RESOURCE_HANDLERS["AWS::ApplicationAutoScaling::ScalableTarget"] = {
    "create": create_scalable_target,
    "delete": delete_scalable_target,
}
cfn_types._RESOURCE_HANDLERS["AWS::ApplicationAutoScaling::ScalingPolicy"] = {
    "create": create_scaling_policy,
    "delete": delete_scaling_policy_by_arn,
}

# ---------------------------------------------------------------------------------------------------------------------


# What the tests ask of the emulator itself, on paths that AWS does not have.
# ---------------------------------------------------------------------------------------------------------------------


def fire_rule(bus, name):
    """Runs a scheduled rule now, as if its time had come."""
    rule = eventbridge._rules[eventbridge._rule_key(name, bus)]
    event = scheduled_event("aws.events", rule["Arn"])
    for target in eventbridge._targets.get(eventbridge._rule_key(name, bus), []):
        eventbridge._invoke_target(target, {**event, "EventBusName": bus}, rule)
    return {}


def fire_schedule(group, name):
    """Runs a schedule now, as if its time had come; it stays."""
    schedule = scheduler._schedules[f"{group}/{name}"]
    eventbridge._invoke_target(schedule["Target"], scheduled_event("aws.scheduler", schedule["Arn"]), schedule)
    return {}


def scheduled_event(source, arn):
    return {
        "EventId": str(uuid.uuid4()),
        "Source": source,
        "DetailType": "Scheduled Event",
        "Detail": "{}",
        "Time": int(time.time()),
        "Resources": [arn],
        "Account": ACCOUNT,
        "Region": REGION,
    }


def next_time(group, name, after):
    """When a cron schedule is due next after a moment (epoch seconds)."""
    fields = eventbridge._parse_cron_fields(scheduler._schedules[f"{group}/{name}"]["ScheduleExpression"])
    return {"at": iso(eventbridge._cron_next_fire(fields, datetime.fromtimestamp(int(after), timezone.utc)).timestamp())}


REQUESTS = {
    "fire-rule": fire_rule,
    "fire-schedule": fire_schedule,
    "next-time": next_time,
    "embedded-metrics": take_embedded_metrics,
}


async def app(scope, receive, send):
    trace = dict(scope.get("headers") or []).get(b"x-amzn-trace-id", b"").decode()
    lineage.set(parse_lineage(trace))
    path = scope.get("path", "")
    if not path.startswith("/_inoculate/"):
        await gateway.app(scope, receive, send)
        return
    responses.set_request_account_id("")
    responses.set_request_region(REGION)
    raw = scope["raw_path"].decode().split("?")[0]
    name, *arguments = [unquote(part) for part in raw.removeprefix("/_inoculate/").split("/")]
    try:
        status, answer = 200, REQUESTS[name](*arguments)
    except KeyError as error:
        status, answer = 404, {"message": f"There is no {error} here."}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


async def serve():
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config

    config = Config()
    config.bind = [f"unix:{SOCKET}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    await hypercorn_serve(app, config, shutdown_trigger=asyncio.Event().wait)


threading.Thread(target=evaluate_for_ever, daemon=True).start()
asyncio.run(serve())
