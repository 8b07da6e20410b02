/** Debian's Chromium, started as specs need it. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where it is looked for. */
export const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @returns `undefined` when there is no browser on this machine */
export async function openBrowser(): Promise<Browser | undefined> {
  return existsSync(executablePath) ? chromium.launch({ executablePath, args }) : undefined;
}
