/** The same words of a client 1.x or 2.x to this server and to two genuine ones; a row says why an answer differs. */
import assert from 'node:assert/strict';
import { genuine, openHere, type Version } from '../support/houses3.js';
import type { Frame, RawClient } from '../support/raw-engine4.js';
import { ways3 } from '../support/raw-ways3.js';
import { alike, type House, play } from '../support/scripts.js';

/** Why this server answers otherwise, by the genuine server's version. */
type Differences = Partial<Record<Version, string>>;

const PASSED = 'what makes no sense any more is passed over, as at 2.5.1; there it ends the connection';
const GHOST = 'there a second socket with the same id is made, and one of the two never leaves';
const QUERY = 'a query belongs to the packet that enters, as at 2.5.1';
const TEXT = 'clients 1.x and 2.x are told a text, as at 2.5.1';
const STRICT = 'what no client says ends the connection, as at 4.8.4';
const LONG = 'longer numbers could not be told apart';
const NAMELESS = 'an event without a name is no event';
const LAST = 'what stands twice in a query has the last value, as at 4.8.4';
const SILENT = 'there a client is not told that it is in the main namespace again';
const BASE64 = 'what is not base64 is no attachment of nothing';
type Row = readonly [what: string, script: readonly Frame[], differs?: Differences];

const one = Buffer.from([1, 2, 3]);
const two = Buffer.from([4, 5, 6]);
const both = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

const rows: readonly Row[] = [
  ['enters', []],
  ['asks for the main namespace', ['40'], { '4.8.4': PASSED, '2.5.1': GHOST }],
  ['asks for the main namespace by its name', ['40/,'], { '4.8.4': PASSED, '2.5.1': GHOST }],
  ['enters a namespace', ['40/custom']],
  ['enters a namespace with a comma', ['40/custom,']],
  [
    'enters a namespace with a query',
    ['40/custom?token=abc&list=1&list=2,', '42/custom,["message",1]'],
    { '2.5.1': LAST },
  ],
  ['enters a namespace with an empty query', ['40/custom?,', '42/custom,["message",1]']],
  [
    'speaks under the name with the query',
    ['40/custom?token=abc', '42/custom?token=abc,["message",1]'],
    { '4.8.4': QUERY },
  ],
  ['enters with a fragment in the name', ['40/custom#here,']],
  ['enters with a payload', ['40/custom,{"token":"abc"}', '42/custom,["message",1]']],
  ['enters what is not there', ['40/random'], { '4.8.4': TEXT }],
  ['enters what is not there with a query', ['40/random?a=1,'], { '4.8.4': TEXT }],
  ['enters a namespace twice', ['40/custom', '40/custom'], { '4.8.4': PASSED, '2.5.1': GHOST }],
  ['is refused with data', ['40/deny']],
  ['is refused with a text', ['40/deny-bare,']],
  ['is refused and speaks elsewhere', ['40/deny,', '42["message","ok"]']],
  ['is refused and speaks there', ['40/deny,', '42/deny,["message"]', '42["message"]'], { '4.8.4': PASSED }],
  ['leaves', ['41']],
  ['leaves and speaks', ['41', '42["message",1]'], { '4.8.4': PASSED }],
  ['leaves and enters again', ['41', '40'], { '2.5.1': SILENT }],
  ['leaves a namespace', ['40/custom', '41/custom', '42["message",1]']],
  ['leaves a namespace and enters it again', ['40/custom', '41/custom,', '40/custom,']],
  ['leaves what it has not entered', ['41/custom,', '42["message",1]'], { '4.8.4': PASSED }],
  ['leaves with a payload', ['40/custom', '41/custom,{"a":1}', '42["message",1]']],
  ['refuses', ['44"no"', '42["message",1]'], { '2.5.1': STRICT }],
  ['refuses in a namespace', ['40/custom', '44/custom,"no"', '42["message",1]'], { '2.5.1': STRICT }],
  ['speaks', ['42["message",1,"2",{"3":[true,null]}]']],
  ['speaks every letter', ['42["message","\\u0000\u2028é😀","😀\\ud83d\\ude00"]']],
  ['speaks lines', ['42["message","a\\nb\\\\nc"]']],
  ['speaks names of built-in things', ['42["message",{"__proto__":1,"constructor":2}]']],
  ['speaks in a namespace', ['40/custom', '42/custom,["message","in custom"]']],
  ['speaks where it has not entered', ['42/custom,["message"]', '42["message",1]'], { '4.8.4': PASSED }],
  ['speaks where nothing is', ['42/nope,["message"]', '42["message",1]'], { '4.8.4': PASSED }],
  ['speaks in the main namespace by its name', ['42/,["message",1]']],
  ['asks', ['42456["message-with-ack",1,"2",{"3":[false]}]']],
  ['asks with number 0', ['420["message-with-ack"]']],
  ['asks in a namespace', ['40/custom', '42/custom,12["message-with-ack","in custom"]']],
  ['asks with letters for a number', ['42abc["m"]']],
  [
    'asks with a number longer than any',
    [`42${'9'.repeat(30)}["message-with-ack",1]`],
    { '4.8.4': LONG, '2.5.1': LONG },
  ],
  ['answers a question', ['42["ask me"]', '430["yes","more"]']],
  ['answers a question with data', ['42["ask me"]', '461-0[{"_placeholder":true,"num":0}]', one]],
  ['answers twice', ['42["ask me"]', '430["yes"]', '430["again"]']],
  ['answers what nobody asked', ['4399["x"]', '42["message"]']],
  ['answers without a number', ['43["x"]', '42["message"]']],
  ['answers with an object', ['42["ask me"]', '430{}']],
  ['speaks without data', ['42', '42["message"]'], { '4.8.4': NAMELESS, '2.5.1': NAMELESS }],
  ['speaks an empty list', ['42[]']],
  ['speaks an object', ['42{}']],
  ['speaks a text', ['42"message"']],
  ['speaks a nameless event', ['42[null]']],
  ['speaks an event with a number for a name', ['42[1,2]']],
  ['speaks broken JSON', ['42["a"']],
  ['speaks a reserved event', ['42["connect"]', '42["message"]'], { '2.5.1': STRICT }],
  ['speaks another reserved event', ['42["disconnecting","x"]', '42["message"]'], { '2.5.1': STRICT }],
  ['speaks an event named error', ['42["error","x"]', '42["message"]']],
  ['speaks an event named connection', ['42["connection",1]', '42["message"]']],
  ['speaks two attachments', [`452-["message",${both}]`, one, two]],
  ['asks with two attachments', [`452-789["message-with-ack",${both}]`, one, two]],
  [
    'speaks attachments in a namespace',
    ['40/custom', '451-/custom,["message",{"a":[{"_placeholder":true,"num":0}]}]', one],
  ],
  [
    'speaks attachments in another order',
    ['452-["message",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]', one, two],
  ],
  ['is told bytes', ['42["send bytes"]']],
  ['announces no attachments', ['450-["message"]']],
  ['announces eleven attachments', ['4511-["message"]']],
  ['announces attachments without a number', ['45-["m"]']],
  ['announces attachments without a dash', ['452["m"]']],
  ['points behind its attachments', ['451-["message",{"_placeholder":true,"num":5}]', one]],
  ['points with a text', ['451-["message",{"_placeholder":true,"num":"0"}]', one]],
  ['speaks while attachments are due', ['451-["message",{"_placeholder":true,"num":0}]', '42["message"]']],
  ['sends an attachment of nothing', [one]],
  ['sends an attachment to which nothing points', ['451-["message","x"]', one]],
  ['sends a placeholder that is none', ['42["message",{"_placeholder":true,"num":0}]']],
  [
    'sends base64 that is none',
    ['451-["message",{"_placeholder":true,"num":0}]', 'b4***'],
    { '4.8.4': BASE64, '2.5.1': BASE64 },
  ],
  ['says an empty message', ['4']],
  ['says an unknown packet', ['47', '42["message"]'], { '2.5.1': STRICT }],
  ['says an unknown frame', ['8']],
  ['says letters', ['abc']],
  ['asks for signs of life', ['2', '2probe']],
  ['shows signs of life unasked', ['3', '42["message"]'], { '2.5.1': STRICT }],
  ['says what means nothing from a client', ['0', '5', '6', '42["message",1]']],
  ['is sent away', ['42["kick"]']],
  ['is sent away from one of two', ['40/custom', '42/custom,["kick"]', '42["message",1]']],
  ['is sent away for good', ['40/custom', '42["kick",true]']],
  ['speaks after it was sent away', ['42["kick"]', '42["message",1]'], { '4.8.4': PASSED }],
];

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

for (const [version, { introduced, open }] of Object.entries(genuine)) {
  describe(`a client of Engine.IO 3 by hand, here and at ${version}`, () => {
    for (const [way, connect] of Object.entries(ways3)) {
      describe(`by ${way}`, () => {
        for (const [what, script, differences] of rows) {
          const differs = differences?.[version as Version];
          it(`${what}${differs ? `; unlike the genuine server: ${differs}` : ''}`, async () => {
            const ours = await transcript(() => openHere(introduced), connect, script);
            // Nobody can wait for the end of a ghost.
            if (differs === GHOST) return assert.match(JSON.stringify(ours), /"ended":false/);
            const theirs = await transcript(open, connect, script);
            if (differs) assert.notDeepEqual(ours, theirs);
            else assert.deepEqual(ours, theirs);
          });
        }
      });
    }
  });
}
