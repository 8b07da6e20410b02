/** What people do on the chat's page, and what they see there. */
import type { Locator, Page } from 'playwright-core';

/** The message with that text, on that page. */
export const message = (page: Page, text: string): Locator =>
  page.locator('.message').filter({ hasText: text });
/** The tick of an own message, by what it means. */
export const tick = (page: Page, text: string, label: string): Locator =>
  message(page, text).getByLabel(label);
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

/** Writes and sends. */
export async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
}

/** Sends a PNG with a line of text. */
export async function sendPicture(page: Page, buffer: Buffer, caption: string): Promise<void> {
  await page.locator('#file').setInputFiles({ name: 'picture.png', mimeType: 'image/png', buffer });
  await page.getByAltText('Picture to be sent').waitFor();
  await say(page, caption);
}

/** Waits until the picture of a message is really drawn. @returns its width in pixels */
export async function widthOf(page: Page, caption: string): Promise<number> {
  const image = message(page, caption).locator(shown);
  await image.waitFor();
  return await image.evaluate(async (drawn: Drawn) => {
    await drawn.decode();
    return drawn.naturalWidth;
  });
}

/** Waits until the log shows its newest message, with all pictures above it drawn. */
export async function atEnd(page: Page): Promise<void> {
  await page.locator('#log').evaluate(async (log: Scrolled) => {
    // Playwright's own waiting is code from a string, which the site's Content-Security-Policy forbids.
    while (
      log.scrollHeight - log.scrollTop - log.clientHeight > 2 ||
      [...log.querySelectorAll('img')].some((image) => !image.complete || !image.src)
    )
      await new Promise((resolve) => setTimeout(resolve, 20));
  });
}
