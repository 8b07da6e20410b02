/** The same words to this server and to the genuine one: the same answers, except where a row says why not. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Server as GenuineServer } from 'socket.io';
import { listening } from '../support/listening.js';
import { byPolling, byWebSocket, type Frame, type RawClient } from '../support/raw-engine4.js';
import { type AnyServer, type AnySocket, alike, furnish, type House, play } from '../support/scripts.js';
import { openSite } from '../support/site.js';

type Row = readonly [what: string, script: readonly Frame[], differs?: string];

const one = Buffer.from([1, 2, 3]);
const two = Buffer.from([4, 5, 6]);
const both = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

/** The third column says why this server answers otherwise. */
const rows: readonly Row[] = [
  ['enters', ['40']],
  ['enters with credentials', ['40{"token":"123"}']],
  ['enters a namespace', ['40/custom,']],
  ['enters a namespace without a comma', ['40/custom']],
  ['enters a namespace with credentials', ['40/custom,{"a":[1,null]}']],
  ['enters the main namespace by its name', ['40/,']],
  ['enters what is not there', ['40/random']],
  ['enters what is not there with a comma', ['40/random,{"a":1}']],
  ['enters with a query in the name', ['40/custom?x=1,']],
  ['enters with a list', ['40[]']],
  ['enters with null', ['40null']],
  ['enters with a text', ['40"token"']],
  ['enters with broken JSON', ['40{"token"']],
  ['enters twice', ['40', '40']],
  ['enters two namespaces', ['40', '40/custom,']],
  ['speaks before it enters', ['42["message",1]']],
  ['leaves before it enters', ['41']],
  ['refuses', ['40', '44{"message":"x"}']],
  ['leaves with a payload', ['40', '41{"a":1}']],
  ['leaves', ['40', '41']],
  ['leaves and enters again', ['40', '41', '40']],
  ['leaves one of two namespaces', ['40', '40/custom,', '41/custom,', '42["message",1]']],
  ['is refused with data', ['40/deny,']],
  ['is refused and enters elsewhere', ['40/deny,', '40', '42["message","ok"]']],
  ['speaks', ['40', '42["message",1,"2",{"3":[true]}]']],
  ['asks', ['40', '42456["message-with-ack",1,"2",{"3":[false]}]']],
  ['asks with number 0', ['40', '420["message-with-ack"]']],
  ['answers what nobody asked', ['40', '4399["x"]', '42["message"]']],
  ['answers without a number', ['40', '43', '42["message"]']],
  ['answers without a number, with arguments', ['40', '43["x"]', '42["message"]']],
  ['answers with an object', ['40', '430{}']],
  ['answers with an object and no number', ['40', '43{}']],
  ['speaks without data', ['40', '42', '42["message"]'], 'an event without a name is no event'],
  ['speaks an empty list', ['40', '42[]']],
  ['speaks an object', ['40', '42{}']],
  ['speaks a text', ['40', '42"message"']],
  ['speaks a nameless event', ['40', '42[null]']],
  ['speaks an event named true', ['40', '42[true]']],
  ['speaks a reserved event', ['40', '42["connect"]']],
  ['speaks another reserved event', ['40', '42["disconnecting","x"]']],
  ['speaks an event named error', ['40', '42["error","x"]']],
  ['speaks an event named connection', ['40', '42["connection",1]']],
  ['speaks an event with a number for a name', ['40', '42[1,2]']],
  ['asks with letters for a number', ['40', '42abc["m"]']],
  ['asks with a fraction for a number', ['40', '421.5["m",1]']],
  ['speaks broken JSON', ['40', '42["a"']],
  ['says an empty message', ['40', '4']],
  ['says an unknown packet', ['40', '47']],
  ['speaks elsewhere', ['40', '42/nope,["a"]']],
  ['speaks where it was refused', ['40', '40/deny,', '42/deny,["a"]']],
  ['speaks in the main namespace by its name', ['40', '42/,["message",1]']],
  ['speaks in a namespace', ['40/custom,', '42/custom,["message","in custom"]']],
  ['asks in a namespace', ['40/custom,', '42/custom,12["message-with-ack","in custom"]']],
  ['speaks every letter', ['40', '42["message","\\u0000\u2028é😀","😀\\ud83d\\ude00"]']],
  ['speaks names of built-in things', ['40', '42["message",{"__proto__":1,"constructor":2}]']],
  ['speaks two attachments', ['40', `452-["message",${both}]`, one, two]],
  ['asks with two attachments', ['40', `452-789["message-with-ack",${both}]`, one, two]],
  [
    'speaks attachments in another order',
    ['40', '452-["message",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]', one, two],
  ],
  [
    'speaks one attachment twice',
    ['40', '451-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]', one],
  ],
  [
    'speaks attachments in a namespace',
    ['40/custom,', '451-/custom,["message",{"a":[{"_placeholder":true,"num":0}]}]', one],
  ],
  ['announces no attachments', ['40', '450-["message"]']],
  ['announces eleven attachments', ['40', '4511-["message"]']],
  ['announces attachments without a number', ['40', '45-["m"]']],
  ['announces a fraction of attachments', ['40', '451.5-["m"]']],
  ['announces attachments without a dash', ['40', '452["m"]']],
  ['points behind its attachments', ['40', '451-["message",{"_placeholder":true,"num":5}]', one]],
  ['points before its attachments', ['40', '451-["message",{"_placeholder":true,"num":-1}]', one]],
  ['points with a text', ['40', '451-["message",{"_placeholder":true,"num":"0"}]', one]],
  [
    'speaks while attachments are due',
    ['40', '451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
  ],
  ['sends an attachment of nothing', ['40', one]],
  ['sends an attachment to which nothing points', ['40', '451-["message","x"]', one]],
  ['sends a placeholder that is none', ['40', '42["message",{"_placeholder":true,"num":0}]']],
  ['sends an attachment as text', ['40', '451-["message",{"_placeholder":true,"num":0}]', 'bAQID']],
  ['answers a question', ['40', '42["ask me"]', '430["yes","more"]']],
  ['answers a question with data', ['40', '42["ask me"]', '461-0[{"_placeholder":true,"num":0}]', one]],
  ['answers twice', ['40', '42["ask me"]', '430["yes"]', '430["again"]']],
  ['is sent away', ['40', '42["kick"]']],
  ['is sent away from one of two', ['40', '40/custom,', '42/custom,["kick"]', '42["message",1]']],
  ['is sent away for good', ['40/custom,', '40', '42["kick",true]']],
  ['speaks after it was sent away', ['40', '42["kick"]', '42["message",1]']],
  ['asks for signs of life', ['40', '2']],
  ['shows unasked signs of life', ['40', '3', '42["message",1]']],
  ['says what means nothing from a client', ['40', '0', '5', '6', '42["message",1]']],
  ['says an unknown frame', ['40', '8']],
  ['says letters', ['40', 'abc']],
];

/** What a client says of itself when it enters. */
const introduced = ({ handshake }: AnySocket): unknown => handshake.auth;

const ways: Readonly<Record<string, (url: string) => Promise<RawClient>>> = {
  websocket: byWebSocket,
  polling: byPolling,
};

async function openHere(): Promise<House> {
  const { url, io, close } = await openSite();
  return { url, close, notes: furnish(io as unknown as AnyServer, introduced) };
}

async function openThere(): Promise<House> {
  const server = createServer();
  const io = new GenuineServer(server);
  const url = `http://127.0.0.1:${await listening(server)}`;
  return { url, close: () => io.close(), notes: furnish(io as unknown as AnyServer, introduced) };
}

async function transcript(
  open: () => Promise<House>,
  connect: (url: string) => Promise<RawClient>,
  script: readonly Frame[],
): Promise<unknown> {
  const house = await open();
  try {
    return alike(await play(house, connect, script));
  } finally {
    await house.close();
  }
}

describe('a client that speaks by hand', () => {
  for (const [way, connect] of Object.entries(ways)) {
    describe(`by ${way}`, () => {
      for (const [what, script, differs] of rows) {
        it(`${what}${differs ? `; unlike the genuine server: ${differs}` : ''}`, async () => {
          const ours = await transcript(openHere, connect, script);
          const genuine = await transcript(openThere, connect, script);
          if (differs) assert.notDeepEqual(ours, genuine);
          else assert.deepEqual(ours, genuine);
        });
      }
    });
  }
});
