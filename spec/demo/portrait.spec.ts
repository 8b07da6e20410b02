/** Draws docs/pictures/generations.png anew; only on request: PORTRAIT=docs/pictures/generations.png. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import type { Client } from '../../demo-app/clients.js';
import { atEnd, message, say, sendPicture, tick, widthOf } from './deeds.js';
import { paint } from './paint.js';
import { type Person, Stage } from './stage.js';

const path = process.env.PORTRAIT;
const MOST_BYTES = 300_000;
const width = 400;
const height = 680;
const gap = 28;

const names = ['Ada Lovelace', 'Grace Hopper', 'Radia Perlman', 'Linus'];

/** The windows in a row; the sheet is a page of its own, without a policy. */
async function sideBySide(stage: Stage, windows: readonly Buffer[]): Promise<void> {
  const { page } = await stage.visitor({
    viewport: { width: windows.length * (width + gap) + gap, height: height + 2 * gap },
  });
  const images = windows.map((png) => `<img src="data:image/png;base64,${png.toString('base64')}">`);
  await page.goto('about:blank');
  await page.setContent(`<style>
    body { display: flex; gap: ${gap}px; margin: ${gap}px; background: #dcd9f2 }
    img { width: ${width}px; height: ${height}px; border-radius: 16px; box-shadow: 0 8px 26px #1d1a2b38 }
    </style>${images.join('')}`);
  await page.screenshot({ path: path ?? '' });
}

async function guestsOf(stage: Stage, clients: readonly Client[]): Promise<Person[]> {
  const guests: Person[] = [];
  for (const [i, client] of clients.entries()) {
    const colorScheme = i === clients.length - 1 ? 'dark' : 'light';
    const options = { viewport: { width, height }, colorScheme } as const;
    guests.push(await stage.guest(names[i] ?? client.name, options, client.path));
  }
  return guests;
}

/** The talk that the picture shows: a line from each, a picture, and the first one at the next line. */
async function talk([ada, grace, radia]: readonly Person[]): Promise<void> {
  assert.ok(ada && grace && radia);
  await say(ada.page, 'Did anybody see the comet?');
  await message(grace.page, 'Did anybody').waitFor();
  await say(grace.page, 'Only clouds here.');
  await message(radia.page, 'Only clouds').waitFor();
  await sendPicture(radia.page, await paint(radia.page, 'comet'), 'Low over the roofs');
  for (const { page } of [ada, grace, radia]) assert.equal(await widthOf(page, 'Low over'), 900);
  await tick(radia.page, 'Low over', 'Received').waitFor();
  await say(grace.page, 'Beautiful!');
  await tick(grace.page, 'Beautiful!', 'Received').waitFor();
  await message(radia.page, 'Beautiful!').waitFor();
  await ada.page.getByLabel('Message', { exact: true }).pressSequentially('It has a tail');
  for (const { page } of [grace, radia]) await page.getByText('Ada Lovelace is typing').waitFor();
}

if (path)
  describe('the picture of the generations', function () {
    this.timeout(60_000);
    const stage = new Stage();

    after(() => stage.close());

    it('is drawn', async () => {
      assert.ok(await stage.open(), 'there is a browser');
      const guests = await guestsOf(stage, stage.site.clients);
      await talk(guests);
      const windows: Buffer[] = [];
      for (const { page } of guests) {
        await atEnd(page);
        windows.push(await page.screenshot());
      }
      await sideBySide(stage, windows);
      assert.ok((await stat(path)).size < MOST_BYTES);
    });
  });
