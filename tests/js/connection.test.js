import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../../chat/static/chat/js/connection.js";
import { Clock } from "./clock.js";

class Wire {
  static all = [];

  constructor() {
    this.sent = [];
    Wire.all.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  hear(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

function make() {
  Wire.all = [];
  const clock = new Clock();
  const heard = [];
  const connection = new Connection("ws://here/ws/", {
    frame: (frame) => heard.push(frame.type),
    open: () => heard.push("open"),
    closed: ({ code, stays }) => heard.push(`closed ${code} ${stays}`),
    shown: () => ({ positions: { evenings: 7 }, revisions: { evenings: 2 } }),
  }, { WebSocket: Wire, timers: clock, random: () => 0.5, now: clock.now });
  connection.open();
  const hello = () => Wire.all.at(-1).hear({ type: "hello", beat_seconds: 25 });
  return { clock, heard, connection, hello, wire: () => Wire.all.at(-1) };
}

test("the first heartbeat is jittered, then one comes every 25 seconds with the positions shown", () => {
  const { clock, hello, wire } = make();
  hello();
  clock.pass(12500);
  assert.deepEqual(wire().sent, [{ type: "beat", positions: { evenings: 7 }, revisions: { evenings: 2 } }]);
  wire().hear({ type: "beat" });
  clock.pass(25000);
  assert.equal(wire().sent.length, 2);
});

test("r6: a line that does not answer a heartbeat within ten seconds is given up, within 35 in all", () => {
  const { clock, heard, hello, wire } = make();
  hello();
  clock.pass(12500 + 10000);
  assert.ok(wire().closed);
  assert.equal(heard.at(-1), "closed 1006 false");
});

test("every twentieth message is confirmed at once", () => {
  const { hello, wire } = make();
  hello();
  wire().hear({ type: "messages", messages: Array(19).fill({}) });
  assert.equal(wire().sent.length, 0);
  wire().hear({ type: "messages", messages: [{}] });
  assert.equal(wire().sent[0].type, "beat");
});

test("r9: it comes back after a break, at once when told that the network is back", () => {
  const { clock, connection, hello, wire } = make();
  hello();
  wire().onclose({ code: 1006 });
  assert.equal(Wire.all.length, 1);
  clock.pass(500);
  assert.equal(Wire.all.length, 2);
  wire().onclose({ code: 1006 });
  connection.hurry();
  assert.equal(Wire.all.length, 3);
});

test("r9: it waits as long as the server says", () => {
  const { clock, hello, wire } = make();
  hello();
  wire().hear({ type: "session.ending", code: 1012, retry_after: 4 });
  wire().onclose({ code: 1012 });
  clock.pass(3999);
  assert.equal(Wire.all.length, 1);
  clock.pass(500);
  assert.equal(Wire.all.length, 2);
});

for (const code of [4401, 4403, 4409]) {
  test(`after ${code} it stays away`, () => {
    const { clock, heard, hello, wire } = make();
    hello();
    wire().onclose({ code });
    clock.pass(600000);
    assert.equal(Wire.all.length, 1);
    assert.equal(heard.at(-1), `closed ${code} true`);
  });
}

test("nothing is sent before the server said hello", () => {
  const { connection, hello, wire } = make();
  assert.equal(connection.send({ type: "read" }), false);
  hello();
  assert.equal(connection.send({ type: "read" }), true);
  assert.equal(wire().sent.length, 1);
});

test("a frame of a socket that was given up is not heard any more", () => {
  const { clock, heard, hello, wire } = make();
  hello();
  const old = wire();
  clock.pass(12500 + 10000 + 30000);
  const before = heard.length;
  old.hear({ type: "messages", messages: [] });
  assert.equal(heard.length, before);
});
