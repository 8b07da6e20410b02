/** What the demo's specs stand on: the site on a free port, a browser, and people in front of it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { type Site, site } from '../../demo-app/site.js';
import { executablePath, openBrowser } from '../support/browser.js';
import { Line } from '../support/line.js';
import { listening } from '../support/listening.js';

const usual = { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' } as const;

/** One person: a browser profile of their own, a page, and the line that carries it. */
export interface Person {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly line: Line;
  readonly url: string;
  /** What the page complained about: errors, and anything that its Content-Security-Policy stopped. */
  readonly complaints: string[];
}

export class Stage {
  readonly site: Site = site();
  readonly #lines: Line[] = [];
  #browser: Browser | undefined;
  #port = 0;

  /** @returns false when there is no browser on this machine */
  async open(): Promise<boolean> {
    this.#port = await listening(this.site.server);
    this.#browser = await openBrowser();
    return this.#browser !== undefined;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Somebody who has opened the site and not yet said a name. */
  async visitor(options: BrowserContextOptions = {}): Promise<Person> {
    if (!this.#browser) throw new Error(`No browser at ${executablePath}`);
    const line = new Line(this.#port);
    this.#lines.push(line);
    const url = `http://127.0.0.1:${await line.start()}/`;
    const context = await this.#browser.newContext({ ...usual, ...options });
    context.setDefaultTimeout(8_000);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (line) => {
      if (/Content.Security.Policy/i.test(line.text())) complaints.push(line.text());
    });
    await page.goto(url);
    return { page, context, line, url, complaints };
  }

  /** Somebody who has filled in the form and sees the chat. */
  async guest(name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const person = await this.visitor(options);
    await person.page.getByLabel('Your name').fill(name);
    await person.page.getByRole('button', { name: 'Enter' }).click();
    await person.page.locator('#people li').first().waitFor({ state: 'attached' });
    return person;
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    for (const line of this.#lines) line.close();
    await this.site.io.close();
    this.site.server.close();
    this.site.server.closeAllConnections();
  }
}

/** Takes a picture of the page into the folder that SCREENSHOTS names, if it does. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
