// Debian's Chromium for the tests of pages, where it is installed.

import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Why tests of pages are skipped; empty where they are not. */
export const NO_BROWSER =
  CHROMIUM === undefined ? ' (skipped: no Chromium; apt-get install chromium brings one)' : '';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A test has no finger to begin playing with.
  '--autoplay-policy=no-user-gesture-required',
];

/** One browser, with an empty profile of its own, for the tests of a file. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (CHROMIUM !== undefined) browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
  });
  afterAll(async () => await browser?.close());
  return () => browser!;
}

/** What a page must not do, noted from its first moment on: complain, break its own policy, ask for anything. */
export interface Misdeeds {
  console: string[];
  violations: string[];
  requests: string[];
}

export interface OpenOptions {
  dark?: boolean;
  width?: number;
  height?: number;
  javaScript?: boolean;
}

/** Opens a file. */
export async function openPage(
  browser: Browser,
  file: string,
  { dark = false, width = 1280, height = 900, javaScript = true }: OpenOptions = {},
): Promise<{ page: Page; misdeeds: Misdeeds }> {
  const context = await browser.newContext({
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height },
    javaScriptEnabled: javaScript,
  });
  const page = await context.newPage();
  const misdeeds: Misdeeds = { console: [], violations: [], requests: [] };
  page.on('console', (message) => misdeeds.console.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => misdeeds.console.push(`thrown: ${error.message}`));
  page.on('request', (request) => misdeeds.requests.push(request.url().slice(0, 200)));
  if (javaScript) {
    await page.exposeFunction('noteViolation', (text: string) => misdeeds.violations.push(text));
    await page.addInitScript(
      `document.addEventListener('securitypolicyviolation', (event) =>
        noteViolation(event.violatedDirective + ' ' + event.blockedURI))`,
    );
  }
  await page.goto(`file://${file}`);
  return { page, misdeeds };
}

export const CLEAN: Misdeeds = { console: [], violations: [], requests: [] };

/** The misdeeds without the requests for the page itself and for what it carries or has beside it. */
export function foreign({ requests, ...rest }: Misdeeds, page: string): Misdeeds {
  const path = page.replace(/#.*/, '');
  const own = [path, path.replace(/\.html$/, '.wav')].map((file) => `file://${file}`);
  const isOwn = (url: string) => url.startsWith('data:') || own.includes(url.replace(/#.*/, ''));
  return { ...rest, requests: requests.filter((url) => !isOwn(url)) };
}
