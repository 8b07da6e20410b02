/** One room, every generation of clients that the demo has a page for: what one does, all the others see. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Client, clientsOf, scriptFile, scriptPath } from '../../demo-app/clients.js';
import { executablePath } from '../support/browser.js';
import { message, say, sendPicture, tick, widthOf } from './deeds.js';
import { paint } from './paint.js';
import { type Person, Stage, screenshot } from './stage.js';

const names = ['Ada Lovelace', 'Grace Hopper', 'Radia Perlman', 'Linus'];
const window = { viewport: { width: 460, height: 720 } };

interface Guest extends Person {
  readonly name: string;
  readonly client: Client;
}

/** The headers of somebody's page, without those that tell of its content. */
async function pageHeaders(guest: Guest | undefined): Promise<Record<string, string>> {
  assert.ok(guest);
  const headers = (await guest.context.request.get(guest.url)).headers();
  for (const name of ['date', 'etag', 'content-length']) delete headers[name];
  return headers;
}

describe('the table of clients', () => {
  it('has the versions that are installed', async () => {
    for (const { version, script } of clientsOf([1, 3, 4])) {
      const path = fileURLToPath(new URL(`../../node_modules/${script[0]}/package.json`, import.meta.url));
      assert.equal(JSON.parse(await readFile(path, 'utf8')).version, version);
    }
  });

  it('leaves out whom the server does not serve', () => {
    const versions = (generations: number[]) => clientsOf(generations).map(({ version }) => version);
    assert.deepEqual(versions([4]), ['4.8.4']);
    assert.deepEqual(versions([3, 4]), ['4.8.4', '2.5.0', '1.7.4']);
    assert.deepEqual(versions([1, 3, 4]), ['4.8.4', '2.5.0', '1.7.4', '0.9.17']);
  });
});

describe('the generations in one room', function () {
  this.timeout(60_000);
  const stage = new Stage();
  const { clients } = stage.site;
  const guests: Guest[] = [];
  const old = (): Guest[] => guests.filter(({ client }) => client.protocol < 4);
  const others = (guest: Guest): Guest[] => guests.filter((other) => other !== guest);

  before(async function () {
    if (!(await stage.open())) {
      console.warn(`      No browser at ${executablePath}.`);
      this.skip();
    }
    for (const [i, client] of clients.entries()) {
      const name = names[i] ?? client.name;
      guests.push({ ...(await stage.guest(name, window, client.path)), name, client });
    }
  });

  after(() => stage.close());

  it('has a page with the genuine script of each, under the same policy as the first', async () => {
    for (const client of clients) {
      const answer = await fetch(`${stage.url}${scriptPath(client)}`);
      assert.equal(await answer.text(), await readFile(scriptFile(client), 'utf8'));
    }
    const first = await pageHeaders(guests[0]);
    assert.match(first['content-security-policy'] ?? '', /^default-src 'none'; script-src 'self';/);
    for (const guest of guests) assert.deepEqual(await pageHeaders(guest), first);
  });

  it('says in the header which one it is, and links to the others', async () => {
    for (const { page, client, url } of guests) {
      assert.equal(page.url(), url);
      await page.locator('header').getByText(`client ${client.name}`).waitFor();
      const links = page.locator('.clients a');
      assert.deepEqual(
        await links.allTextContents(),
        clients.map(({ name }) => name),
      );
      assert.equal(await page.locator('.clients [aria-current]').textContent(), client.name);
    }
  });

  it('shows each of them who is there, and by which generation', async () => {
    for (const { page, name } of guests) {
      await page
        .locator('#people li')
        .nth(guests.length - 1)
        .waitFor({ state: 'attached' });
      const people = await page.locator('#people li').allTextContents();
      assert.equal(people.length, guests.length);
      for (const guest of guests) {
        const shown = people.find((text) => text.includes(guest.name)) ?? '';
        assert.equal(shown.endsWith('you'), guest.name === name);
        assert.equal(/\d\.[x\d]/.test(shown), guest.client.protocol < 4);
      }
    }
  });

  it('carries text from each to all, in one order, with two ticks', async () => {
    for (const guest of guests) {
      const text = `Hello by ${guest.client.version}`;
      await say(guest.page, text);
      for (const { page } of others(guest)) await message(page, text).waitFor();
      await tick(guest.page, text, 'Received').waitFor();
    }
    const expected = clients.map(({ version }) => `Hello by ${version}`);
    for (const { page } of guests)
      assert.deepEqual(await page.locator('.message .text').allTextContents(), expected);
  });

  it('tells all of them who is typing, and when no longer', async () => {
    for (const guest of guests) {
      const notices = others(guest).map(({ page }) => page.getByText(`${guest.name} is typing`));
      await guest.page.getByLabel('Message', { exact: true }).pressSequentially('Wait');
      for (const notice of notices) await notice.waitFor();
      await guest.page.getByLabel('Message', { exact: true }).fill('');
      for (const notice of notices) await notice.waitFor({ state: 'detached' });
    }
  });

  it('carries pictures from each to all', async () => {
    for (const guest of guests) {
      const caption = `Seen by ${guest.name}`;
      await sendPicture(guest.page, await paint(guest.page, 'comet'), caption);
      for (const { page } of guests) assert.equal(await widthOf(page, caption), 900);
      await tick(guest.page, caption, 'Received').waitFor();
    }
  });

  it('marks what an old client says, and only that', async () => {
    for (const { page } of guests) {
      for (const { client, name } of guests) {
        const marks = message(page, `Seen by ${name}`).locator('.generation');
        const own = (await message(page, `Seen by ${name}`).getAttribute('class'))?.includes('own');
        assert.equal(await marks.count(), own || client.protocol === 4 ? 0 : 1);
      }
    }
  });

  it('catches up after a cut line, nothing lost or doubled', async () => {
    const [ada] = guests;
    assert.ok(ada);
    const before = await ada.page.locator('.message').count();
    for (const { page, line } of old()) {
      line.cut();
      await page.getByText('Connection lost – reconnecting…').waitFor();
    }
    await say(ada.page, 'Is anybody there?');
    await sendPicture(ada.page, await paint(ada.page, 'comet'), 'Missed picture');
    await tick(ada.page, 'Missed picture', 'The server has it').waitFor();
    for (const { page, client } of old()) await say(page, `Offline with ${client.version}`);
    for (const { page, line, client } of old()) {
      line.mend();
      await page.getByText('Back online').waitFor();
      await tick(page, `Offline with ${client.version}`, 'Received').waitFor();
      assert.equal(await widthOf(page, 'Missed picture'), 900);
    }
    const expected = before + 2 + old().length;
    const texts = await Promise.all(
      guests.map(async ({ page }) => {
        await page
          .locator('.message')
          .nth(expected - 1)
          .waitFor();
        return await page.locator('.message .text').allTextContents();
      }),
    );
    for (const seen of texts) assert.deepEqual(seen, texts[0]);
    assert.equal(texts[0]?.length, expected);
  });

  it('comes again after a while when the house is full', async () => {
    let full = true;
    stage.site.io.use((_socket: unknown, next: (error?: Error) => void) =>
      full ? next(new Error('HOUSE_FULL')) : next(),
    );
    for (const { page } of guests) {
      await page.clock.install();
      await page.reload();
      await page.getByText('The house is full – trying again…').waitFor();
    }
    full = false;
    for (const { page } of guests) {
      await page.clock.fastForward(5_000);
      await page.getByText('Back online').waitFor();
    }
  });

  it('leads back to the same page after signing out and in again', async () => {
    for (const { page, context, client, url } of guests) {
      const second = await context.newPage();
      await second.goto(url);
      await second.locator('#people li').first().waitFor({ state: 'attached' });
      await screenshot(second, `client-${client.name}`);
      await second.getByRole('button', { name: 'Rooms', exact: true }).click();
      await screenshot(second, `client-${client.name}-drawer`);
      await second.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Your name').fill('  ');
      await page.getByRole('button', { name: 'Enter' }).click();
      await page.getByRole('alert').filter({ hasText: 'Please enter a name' }).waitFor();
      await page.getByLabel('Your name').fill('Somebody else');
      await page.getByRole('button', { name: 'Enter' }).click();
      await page.waitForURL(url);
      await page.locator('header').getByText(`client ${client.name}`).waitFor();
      await second.close();
    }
  });

  it('leads to the form who is no longer known when the line is back', async () => {
    for (const { page, context, line } of guests) {
      line.cut();
      await page.getByText('Connection lost – reconnecting…').waitFor();
      await context.clearCookies();
      line.mend();
      await page.getByLabel('Your name').waitFor();
    }
  });

  it('gave no page a reason to complain', () => {
    assert.deepEqual(
      guests.flatMap(({ complaints }) => complaints),
      [],
    );
  });
});
