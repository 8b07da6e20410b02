/** The admin page as its owner uses it: it asks who wants to see it, and then lists who chats. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { offerAdmin } from '../../demo-app/admin.js';
import { executablePath } from '../support/browser.js';
import { Stage, screenshot } from './stage.js';

describe('the demo admin page', function () {
  this.timeout(40_000);
  const stage = new Stage();
  let password = '';
  let complaints: readonly string[] = [];

  before(async function () {
    password = (await offerAdmin(stage.site.app, stage.site.io)) ?? '';
    if (await stage.open()) return;
    console.warn(`No browser at ${executablePath}`);
    this.skip();
  });
  after(() => stage.close());

  /** The page, with its form filled in. */
  async function admin(word: string): Promise<Page> {
    const person = await stage.visitor();
    const { page, context, url } = person;
    // A font and icons of other sites; the page works without them, and a machine without a network must not wait.
    await context.route(/googleapis|jsdelivr/, (route) => route.abort());
    await page.goto(`${url}admin/`);
    // The page puts its namespace behind the URL as it stands.
    await page.getByLabel('Server URL').fill(url.slice(0, -1));
    await page.getByLabel('Username').fill('admin');
    await page.getByLabel('Password').fill(word);
    await page.getByRole('button', { name: 'Connect' }).click();
    complaints = person.complaints;
    return page;
  }

  it('lists those who chat', async () => {
    await stage.guest('Ada');
    await stage.guest('Grace');
    const page = await admin(password);
    await page.getByRole('link', { name: 'Sockets' }).click();
    const listed = page.locator('main tbody tr:visible');
    await listed.nth(1).waitFor();
    const rows = await listed.allInnerTexts();
    const ids = [...stage.site.io.sockets.sockets.keys()];
    assert.deepEqual(rows.map((row) => row.split('\t')[0]).sort(), ids.sort());
    await screenshot(page, 'admin-sockets');
    await page.getByRole('link', { name: 'Dashboard' }).click();
    // Two people in the chat, and the admin; the numbers come by the clock.
    await page.locator('main').getByText('3', { exact: true }).first().waitFor();
    await screenshot(page, 'admin-dashboard');
    assert.deepEqual(
      complaints.filter((text) => !/googleapis|jsdelivr/.test(text)),
      [],
    );
  });

  it('shows nothing to those who do not know the password', async () => {
    const page = await admin('guessed');
    await page.getByText(/invalid credentials/i).waitFor();
    await screenshot(page, 'admin-refused');
  });

  it('draws another password at each start', async () => {
    const other = new Stage();
    const drawn = await offerAdmin(other.site.app, other.site.io);
    assert.match(drawn ?? '', /^[\w-]{16}$/);
    assert.notEqual(drawn, password);
    await other.close();
  });
});
