"""A client of Debian's python3-socketio: says and hears what its first argument tells, by the way of the second."""
import sys

import socketio

url, way = sys.argv[1:3]
transports = {"websocket": ["websocket"], "polling": ["polling"], "upgrade": ["polling", "websocket"]}[way]
client = socketio.Client(reconnection=False)
news = []


@client.on("question")
def question(text, data):
    return [text, data]


@client.on("many")
def many(*numbers):
    news.append(len(numbers))


@client.on("count")
def count(number):
    news.append(number)


@client.on("bye", namespace="/other")
def bye():
    client.disconnect()


client.connect(url, transports=transports, namespaces=["/", "/other"], auth={"token": "python"}, wait_timeout=10)
answer = client.call("echo", ({"text": "h\u00e9 \U0001f600 \u2028", "none": None, "list": [1, 2.5, True]}, b"\x00\x01\xff"))
assert list(answer) == [{"text": "h\u00e9 \U0001f600 \u2028", "none": None, "list": [1, 2.5, True]}, b"\x00\x01\xff"], answer
assert client.call("data", {"inner": [b"", b"x" * 100_000]}) == {"inner": [b"", b"x" * 100_000]}
assert client.call("alone", namespace="/other") == "in /other"
for number in range(200):
    client.emit("number", number)
assert client.call("numbers") == list(range(200))
client.call("speak")
client.emit("heard", (client.transport(), news))
client.wait()
