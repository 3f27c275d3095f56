"""Both MQTT versions of the installed paho against the broker on a port: publish, subscribe, last will."""
import json
import sys
import threading

import paho.mqtt.client as mqtt

PORT = int(sys.argv[1])
WAIT = 20


def client(name, version):
    if hasattr(mqtt, "CallbackAPIVersion"):
        return mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, client_id=name, protocol=version)
    return mqtt.Client(client_id=name, protocol=version)


def connected(name, version, will=None):
    one = client(name, version)
    ready = threading.Event()
    one.on_connect = lambda *_: ready.set()
    if will:
        one.will_set(*will)
    one.connect("127.0.0.1", PORT, 60)
    one.loop_start()
    assert ready.wait(WAIT), name + ": no CONNACK"
    return one


for version in (mqtt.MQTTv311, mqtt.MQTTv5):
    heard = {}
    news = threading.Condition()

    def take(_client, _user, message):
        with news:
            heard.setdefault(message.topic, []).append(message.payload)
            news.notify_all()

    def wait_for(topic, count):
        with news:
            assert news.wait_for(lambda: len(heard.get(topic, [])) >= count, WAIT), (topic, heard)

    listener = connected(f"listener{version}", version)
    granted = threading.Event()
    listener.on_message = take
    listener.on_subscribe = lambda *_: granted.set()
    listener.subscribe("test/#", 1)
    assert granted.wait(WAIT), "no SUBACK"

    service = f"paho_v{int(version)}"
    sender = connected(service, version, will=(f"test/{service}/will", b"gone", 1, False))
    body = {"service_name": service, "metrics": [{"name": "n", "value": int(version)}]}
    for qos in (0, 1, 2):
        sender.publish(f"test/{service}/{qos}", b"x" * 256 * 1024, qos)
        wait_for(f"test/{service}/{qos}", 1)
    sender.publish(f"alicia/metrics/{service}", json.dumps(body), 1).wait_for_publish()
    # Cut without DISCONNECT: the broker owes the will.
    sender.on_disconnect = None
    sender._thread_terminate = True
    sender.socket().close()
    wait_for(f"test/{service}/will", 1)
    listener.disconnect()
print("both versions are served")
