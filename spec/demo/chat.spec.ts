/** The demo as people use it: two browsers, one conversation, and a line that breaks in the middle. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { executablePath } from '../support/browser.js';
import { paint } from './paint.js';
import { type Person, Stage, screenshot } from './stage.js';

const message = (page: Page, text: string): Locator => page.locator('.message').filter({ hasText: text });
const room = (page: Page, name: string): Locator => page.locator('.room').filter({ hasText: name });
const tick = (page: Page, text: string, label: string): Locator => message(page, text).getByLabel(label);
const shown = '.picture img[src^="blob:"]';

/** What is used of elements; this project is compiled without the types of a browser. */
interface Drawn {
  readonly naturalWidth: number;
  decode(): Promise<void>;
}

interface Scrolled {
  readonly scrollHeight: number;
  readonly scrollTop: number;
  readonly clientHeight: number;
  querySelectorAll(selector: string): Iterable<{ complete: boolean; src: string }>;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

async function sendPicture(page: Page, buffer: Buffer, caption: string): Promise<void> {
  await page.locator('#file').setInputFiles({ name: 'picture.png', mimeType: 'image/png', buffer });
  await page.getByAltText('Picture to be sent').waitFor();
  await say(page, caption);
}

/** Waits until the picture of a message is really drawn. @returns its width in pixels */
async function widthOf(page: Page, caption: string): Promise<number> {
  const image = message(page, caption).locator(shown);
  await image.waitFor();
  return await image.evaluate(async (drawn: Drawn) => {
    await drawn.decode();
    return drawn.naturalWidth;
  });
}

/** Waits until the log shows its newest message, with all pictures above it drawn. */
async function atEnd(page: Page): Promise<void> {
  await page.locator('#log').evaluate(async (log: Scrolled) => {
    // Playwright's own waiting is code from a string, which the site's Content-Security-Policy forbids.
    while (
      log.scrollHeight - log.scrollTop - log.clientHeight > 2 ||
      [...log.querySelectorAll('img')].some((image) => !image.complete || !image.src)
    )
      await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

describe('the demo chat', function () {
  this.timeout(30_000);
  const stage = new Stage();
  let ada: Person;
  let grace: Person;

  before(async function () {
    if (!(await stage.open())) {
      console.warn(
        `      No browser at ${executablePath}: set CHROMIUM_PATH, or let scripts/setup.mjs --tests get one.`,
      );
      this.skip();
    }
    [ada, grace] = await Promise.all([
      stage.guest('Ada Lovelace', { colorScheme: 'light' }),
      stage.guest('Grace Hopper', { colorScheme: 'dark' }),
    ]);
  });

  after(() => stage.close());

  it('refuses an empty name and says so', async () => {
    const { page, context } = await stage.visitor();
    await page.getByLabel('Your name').fill('   ');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'Please enter a name' }).waitFor();
    assert.match(page.url(), /\/sign-in$/);
    await screenshot(page, 'sign-in');
    await context.close();
  });

  it('shows each of them who is in the room', async () => {
    for (const { page } of [ada, grace]) {
      await page.locator('#people li').nth(1).waitFor();
      const names = await page.locator('#people .name').allTextContents();
      assert.deepEqual(names.sort(), ['Ada Lovelace', 'Grace Hopper']);
    }
    assert.equal(await ada.page.locator('#summary').textContent(), 'You and Grace Hopper');
  });

  it('carries text both ways, with two ticks once the other one has it', async () => {
    await say(ada.page, 'Did you see the comet?');
    await message(grace.page, 'Did you see the comet?').waitFor();
    await say(grace.page, 'Only clouds here. <b>You?</b>');
    await message(ada.page, 'Only clouds here. <b>You?</b>').waitFor();
    await tick(ada.page, 'Did you see', 'Received').waitFor();
    await tick(grace.page, 'Only clouds', 'Received').waitFor();
  });

  it('tells that somebody is typing, and when no longer', async () => {
    const notice = ada.page.getByText('Grace Hopper is typing');
    await grace.page.getByLabel('Message', { exact: true }).pressSequentially('Wait');
    await notice.waitFor();
    await grace.page.getByLabel('Message', { exact: true }).fill('');
    await notice.waitFor({ state: 'detached' });
  });

  it('marks what is unread in another room; there it has one tick only', async () => {
    await room(grace.page, 'Kitchen').click();
    await say(grace.page, 'Any coffee left?');
    await ada.page.getByLabel('1 unread').waitFor();
    await tick(grace.page, 'Any coffee', 'The server has it').waitFor();
    assert.match(await ada.page.title(), /^\(1\) Lobby/);
    await room(ada.page, 'Kitchen').click();
    await message(ada.page, 'Any coffee').waitFor();
    await tick(grace.page, 'Any coffee', 'Received').waitFor();
    assert.equal(await ada.page.locator('.badge:visible').count(), 0);
    await room(ada.page, 'Lobby').click();
    await room(grace.page, 'Lobby').click();
  });

  it('makes a room for everybody', async () => {
    await ada.page.getByLabel('Name of a new room').fill('Telescopes');
    await ada.page.keyboard.press('Enter');
    await ada.page.getByRole('heading', { name: 'Telescopes', level: 1 }).waitFor();
    await room(grace.page, 'Telescopes').waitFor();
    await room(ada.page, 'Lobby').click();
  });

  it('shows a picture that was sent as bytes', async () => {
    await sendPicture(ada.page, await paint(ada.page, 'comet'), 'Low over the roofs');
    assert.equal(await widthOf(grace.page, 'Low over the roofs'), 900);
    await say(grace.page, 'Beautiful!');
    await message(ada.page, 'Beautiful!').waitFor();
    await tick(ada.page, 'Low over the roofs', 'Received').waitFor();
    await screenshot(ada.page, 'desktop-light');
    await screenshot(grace.page, 'desktop-dark');
  });

  it('makes a large picture small enough before it is sent', async () => {
    const large = await paint(ada.page, 'noise');
    assert.ok(large.length > 2_000_000);
    await sendPicture(ada.page, large, 'Noise');
    assert.ok((await widthOf(grace.page, 'Noise')) > 200);
  });

  it('says so when a file is no picture', async () => {
    const file = { name: 'letter.png', mimeType: 'image/png', buffer: Buffer.from('Dear Ada') };
    await ada.page.locator('#file').setInputFiles(file);
    await ada.page.getByText('This file is not a picture').waitFor();
  });

  it('is seen once with two windows, and both leave at signing out', async () => {
    const eve = await stage.guest('Eve');
    const second = await eve.context.newPage();
    await second.goto(eve.url);
    await second.locator('#people li').nth(2).waitFor();
    assert.equal(await ada.page.locator('#people-count').textContent(), '3');
    await second.getByRole('button', { name: 'Sign out' }).click();
    await Promise.all([second, eve.page].map((page) => page.waitForURL('**/sign-in')));
    await ada.page.locator('#people-count').getByText('2').waitFor();
    await eve.context.close();
  });

  it('says when the line is lost, and catches up once it is back, nothing lost or doubled', async () => {
    const before = await ada.page.locator('.message').count();
    for (const { line } of [ada, grace]) line.cut();
    for (const { page } of [ada, grace]) await page.getByText('Connection lost – reconnecting…').waitFor();
    await screenshot(grace.page, 'lost');
    await say(ada.page, 'Written offline');
    await tick(ada.page, 'Written offline', 'Not sent yet').waitFor();
    ada.line.mend();
    await ada.page.getByText('Back online').waitFor();
    await tick(ada.page, 'Written offline', 'The server has it').waitFor();
    await sendPicture(ada.page, await paint(ada.page, 'comet'), 'Missed picture');
    await tick(ada.page, 'Missed picture', 'The server has it').waitFor();
    grace.line.mend();
    await grace.page.getByText('Back online').waitFor();
    assert.equal(await widthOf(grace.page, 'Missed picture'), 900);
    await tick(ada.page, 'Missed picture', 'Received').waitFor();
    await say(grace.page, 'Here again');
    await message(ada.page, 'Here again').waitFor();
    await sendPicture(grace.page, await paint(grace.page, 'comet'), 'Picture back');
    assert.equal(await widthOf(ada.page, 'Picture back'), 900);
    for (const { page } of [ada, grace]) {
      assert.equal(await page.locator('.message').count(), before + 4);
      assert.equal(await message(page, 'Written offline').count(), 1);
      assert.equal(await page.locator('#people-count').textContent(), '2');
    }
  });

  it('can be used by the keyboard alone', async () => {
    const { page, context } = await stage.visitor();
    await page.keyboard.type('Keys Only');
    await page.keyboard.press('Enter');
    await page.locator('#people li').first().waitFor();
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the message field' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Line one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('line two');
    await page.keyboard.press('Enter');
    await message(ada.page, 'Line one\nline two').waitFor();
    await atEnd(page);
    const photos = room(page, 'Photos').and(page.locator(':focus'));
    for (let presses = 0; (await photos.count()) === 0; presses++) {
      assert.ok(presses < 40, 'the room can be reached by the Tab key');
      await page.keyboard.press('Shift+Tab');
    }
    await screenshot(page, 'keyboard');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Photos', level: 1 }).waitFor();
    await page.locator('#text:focus').waitFor();
    await context.close();
  });

  it('keeps rooms and people in a drawer on a phone', async () => {
    const phone = { viewport: { width: 390, height: 800 }, isMobile: true, hasTouch: true } as const;
    const { page, context } = await stage.guest('Linus', phone);
    await page.getByRole('heading', { name: 'Lobby', level: 1 }).waitFor();
    await message(page, 'Line one').waitFor();
    await atEnd(page);
    await screenshot(page, 'phone');
    assert.equal(await page.getByRole('navigation').isVisible(), false);
    await page.getByRole('button', { name: 'Rooms', exact: true }).tap();
    await room(page, 'Photos').waitFor();
    await page.locator('#close-drawer:focus').waitFor();
    await screenshot(page, 'phone-drawer');
    await page.keyboard.press('Escape');
    await page.locator('#menu:focus').waitFor();
    await context.close();
  });

  it('gave no page a reason to complain', () => {
    assert.deepEqual([...ada.complaints, ...grace.complaints], []);
  });
});
