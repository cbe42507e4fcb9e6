// The page as people meet it, in a real browser.

import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { DumpBuilder } from '../../fixtures/dump-builder.ts';
import { tone } from '../../fixtures/pcm.ts';
import { scratchDirectory } from '../cli/run-cli.ts';
import { CLEAN, foreign, NO_BROWSER, type OpenOptions, openPage, useBrowser } from './browser.ts';
import { makeReport, TRANSCRIPT } from './make-report.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds, in few words. */
async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return await page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`);
}

/** Waits for an expression to become true. The page's policy forbids the browser's own way of doing so. */
async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 10_000, interval: 30 }).toBeTruthy();
}

/** Seconds that the audio element stands at. */
const at = (page: Page) => page.evaluate<number>(`document.querySelector('audio').currentTime`);

describe.skipIf(NO_BROWSER !== '')(`in Chromium${NO_BROWSER}`, () => {
  const browser = useBrowser();

  /** Opens a page that must not have done anything wrong by the end of the test. */
  async function open(file: string, options?: OpenOptions & { silent?: true }): Promise<Page> {
    const { page, misdeeds } = await openPage(browser(), file, options);
    onTestFinished(async () => {
      await page.context().close();
      expect(foreign(misdeeds, file)).toEqual(CLEAN);
    });
    // A page that is not loaded yet puts a seek off.
    if (options?.javaScript !== false && !options?.silent)
      await until(page, `document.querySelector('audio').readyState > 0`);
    return page;
  }

  const demo = async () =>
    (await makeReport(scratchDirectory(), 'demo-call', { transcript: TRANSCRIPT })).page;

  test('plays, and the transcript follows word by word', async () => {
    const page = await open(await demo());
    await page.click('.play');
    await until(page, `document.querySelector('audio').currentTime > 0.6`);
    expect(await page.getAttribute('.play', 'aria-label')).toBe('Pause');
    expect(await page.textContent('[aria-current] p')).toBe(TRANSCRIPT.segments[0]!.text);
    expect(TRANSCRIPT.segments[0]!.text).toContain(await page.textContent('.word'));
    expect(await page.getAttribute('.slider', 'aria-valuetext')).toMatch(/^0 minutes [0-3] seconds of/);
    await page.keyboard.press('k');
    await until(page, `document.querySelector('audio').paused`);
    const stopped = await at(page);
    expect(await page.textContent('.now')).toBe(`0:0${(Math.floor(stopped * 10) / 10).toFixed(1)}`);
    expect(await page.textContent('.wall')).toMatch(/^16:41:(29|3\d)\.\d{3} UTC$/);
    expect(await page.evaluate(`document.querySelector('audio').duration`)).toBeCloseTo(15.232, 3);
    // One side alone, faster, to the end.
    await page.selectOption('.side', 'to');
    await page.selectOption('.speed', '3');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('k');
    await until(page, `document.querySelector('audio').ended`);
    expect(await page.getAttribute('.play', 'aria-label')).toBe('Play');
  });

  test('seeks by pointer, by transcript, by key and by address', async () => {
    const file = await demo();
    const page = await open(file);
    const { x, y, width } = (await page.locator('.slider').boundingBox())!;
    await page.mouse.click(x + width / 2, y + 60);
    expect(await at(page)).toBeCloseTo(7.6, 0);
    await page.mouse.move(x + width / 4, y + 60);
    expect(await page.textContent('.tip')).toMatch(/^0:03\.816:41:32\.\d{3} UTCFragment \d{47}$/);
    await page.click('#s4 p');
    expect(await at(page)).toBeCloseTo(8.03, 2);
    await page.waitForSelector('#s4[aria-current]');
    await page.click('#s2 .time');
    expect(await at(page)).toBeCloseTo(3.237, 2);
    expect(page.url()).toMatch(/#s2$/);
    await page.keyboard.press('ArrowRight');
    expect(await at(page)).toBeCloseTo(8.237, 2);
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await at(page)).toBeCloseTo(7.237, 2);
    await page.keyboard.press('j');
    expect(await at(page)).toBeCloseTo(8.03, 2);
    await page.keyboard.press('i');
    expect(await at(page)).toBeCloseTo(5.496, 2);
    await page.keyboard.press('Home');
    expect(await at(page)).toBe(0);
    const linked = await open(`${file}#s5`);
    await until(linked, `document.querySelector('audio').currentTime > 10.7`);
    expect(await linked.textContent('.now')).toBe('0:10.7');
  });

  test('finds words, marks them, and goes from one to the next', async () => {
    const page = await open(await demo());
    await page.keyboard.press('/');
    await page.keyboard.type('PARCEL');
    expect(await page.textContent('.found')).toBe('2 matches');
    expect(await page.locator('mark.hit').allTextContents()).toEqual(['Parcel', 'parcel']);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    expect(await at(page)).toBeCloseTo(3.237, 2);
    expect(await page.textContent('.found')).toBe('2 of 2');
    await page.click('.previous');
    expect(await at(page)).toBeCloseTo(0.3, 2);
    await page.fill('.search input', 'zeppelin');
    expect(await page.textContent('.found')).toBe('No match');
    expect(await page.isDisabled('.next')).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('mark.hit').count()).toBe(0);
    expect(await page.locator('.segments p').allTextContents()).toEqual(
      TRANSCRIPT.segments.map(({ text }) => text),
    );
    // Escape has given the keys back to the page.
    await page.keyboard.press(' ');
    await until(page, `!document.querySelector('audio').paused`);
  });

  /** A transcript of these texts, a second each. */
  const saying = (...texts: string[]) => ({
    contactId: null,
    segments: texts.map((text, index) => {
      const startMs = 1000 * index;
      return { direction: 'from' as const, startMs, endMs: startMs + 1000, text, partial: false, words: [] };
    }),
  });

  test('finds what follows letters whose small form is longer', async () => {
    const transcript = saying('İİİ İzmir, at the end');
    const page = await open((await makeReport(scratchDirectory(), 'demo-call', { transcript })).page);
    await page.fill('.search input', 'END');
    expect(await page.locator('mark.hit').allTextContents()).toEqual(['end']);
  });

  test('audio that is not decoded leaves a page to read and search', async () => {
    const transcript = saying('Hello.', 'Who is there?');
    const page = await open((await makeReport(scratchDirectory(), 'real-aac', { transcript })).page, {
      silent: true,
    });
    expect(await page.isVisible('.player .empty')).toBe(true);
    for (const selector of ['.wave', '.transport']) expect(await page.isVisible(selector)).toBe(false);
    await page.keyboard.press('/');
    await page.keyboard.type('who');
    await page.keyboard.press('Enter');
    expect(await page.locator('.chosen p').allTextContents()).toEqual(['Who is there?']);
    await page.click('.theme');
    expect(await axe(page)).toEqual([]);
  });

  test('says that the audio beside it is missing, however long the page', async () => {
    const transcript = saying(
      ...Array.from({ length: 4000 }, (_, index) => `${index} and so on `.repeat(20)),
    );
    const { files } = await makeReport(scratchDirectory(), 'demo-call', { transcript, audio: 'beside' });
    rmSync(files[1]!.path);
    const { page } = await openPage(browser(), files[0]!.path);
    onTestFinished(() => page.context().close());
    await until(page, `!document.querySelector('.failure').hidden`);
  });

  test('zooms, and every control can be reached by key', async () => {
    const page = await open(await demo());
    expect(await page.isVisible('.overview')).toBe(false);
    await page.keyboard.press('+');
    await page.waitForSelector('.overview', { state: 'visible' });
    await page.keyboard.press('0');
    await page.waitForSelector('.overview', { state: 'hidden' });
    await page.keyboard.press('>');
    expect(await page.evaluate(`document.querySelector('audio').playbackRate`)).toBe(1.25);
    await page.keyboard.press('?');
    expect(await page.isVisible('dialog')).toBe(true);
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await page.isVisible('dialog')).toBe(false);
    const reached = new Set<string>();
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(`document.activeElement.className`));
    }
    for (const name of [
      'skip',
      'theme',
      'slider',
      'play',
      'speed',
      'side',
      'icon zoom-in',
      'icon help',
      'time',
    ]) {
      expect([...reached].filter((reach) => reach.startsWith(name))).not.toEqual([]);
    }
  });

  test('draws each side in its colour', async () => {
    const page = await open(await demo());
    // The drawing is there with the frame after the next.
    await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
    // Of each lane the painted share, while one of both speaks; and for every pixel that is painted, its colour.
    const lanes = await page.evaluate<{ painted: number; red: number; blue: number }[]>(`(() => {
      const canvas = document.querySelector('.detail');
      const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const scale = canvas.width / canvas.clientWidth;
      const look = (fromMs, lane) => {
        let painted = 0, count = 0, red = 0, blue = 0;
        for (let y = Math.round((20 + lane * 84) * scale); y < (20 + (lane + 1) * 84) * scale; y++) {
          for (let x = Math.round(fromMs / 15232 * width); x < (fromMs + 600) / 15232 * width; x++, count++) {
            const at = 4 * (y * width + x);
            if (data[at + 3] > 60) { painted++; red += data[at]; blue += data[at + 2]; }
          }
        }
        return { painted: painted / count, red: red / painted, blue: blue / painted };
      };
      return [look(4400, 0), look(4400, 1), look(2000, 0), look(2000, 1)];
    })()`);
    const [customer, agentSilent, customerSilent, agent] = lanes;
    expect(customer!.painted).toBeGreaterThan(0.1);
    expect(customer!.blue).toBeGreaterThan(customer!.red + 50);
    expect(agent!.painted).toBeGreaterThan(0.1);
    expect(agent!.red).toBeGreaterThan(agent!.blue + 50);
    for (const silent of [agentSilent, customerSilent]) expect(silent!.painted).toBeLessThan(0.03);
  });

  const call = () => {
    const dump = new DumpBuilder({ sources: { from: tone({ hz: 440 }), to: tone({ hz: 300 }) } });
    dump.add();
    dump.lose();
    dump.add();
    dump.pause(4000);
    dump.add();
    dump.repeat(0);
    dump.add();
    return dump.finish().bytes;
  };

  test.each([
    ['light', {}],
    ['dark', { dark: true }],
    ['on a phone', { width: 360, height: 740 }],
  ] as const)('axe finds nothing: %s', async (_name, options) => {
    for (const file of [await demo(), (await makeReport(scratchDirectory(), call())).page]) {
      const page = await open(file, options);
      await page.keyboard.press('j');
      expect(await axe(page)).toEqual([]);
      const wide = await page.evaluate(`document.documentElement.scrollWidth - innerWidth`);
      expect(wide).toBeLessThanOrEqual(0);
    }
  });

  test('switches between light and dark', async () => {
    const page = await open(await demo());
    const background = () => page.evaluate<string>(`getComputedStyle(document.body).backgroundColor`);
    const before = await background();
    await page.click('.theme');
    expect(await background()).not.toBe(before);
    expect(await axe(page)).toEqual([]);
    await page.click('.theme');
    expect(await background()).toBe(before);
  });

  test('what happened on the timeline can be gone to, by key and by pointer', async () => {
    const page = await open((await makeReport(scratchDirectory(), call())).page);
    expect(await page.locator('.events b').allTextContents()).toEqual([
      'Gap',
      'Silence',
      'Gap',
      'Reconnection',
    ]);
    expect(await page.locator('.legend li').allTextContents()).toEqual([
      'Customer',
      'Agent',
      'Silence of 2 s or more',
      'Gap: audio missing from the stream',
      'Reconnection',
      expect.stringContaining('Fragment boundary'),
    ]);
    await page.keyboard.press('m');
    expect(await at(page)).toBeCloseTo(0.32, 2);
    await page.keyboard.press('m');
    expect(await at(page)).toBeCloseTo(0.96, 2);
    await page.click('.reconnect .time');
    expect(await at(page)).toBeCloseTo(5.28, 2);
  });

  test('can be read and listened to without scripts', async () => {
    const page = await open(await demo(), { javaScript: false });
    expect(await page.isVisible('.drawing')).toBe(true);
    expect(await page.locator('audio').getAttribute('controls')).not.toBeNull();
    for (const selector of ['.transport', '.search', '.follow', '.theme', '.slider', '.detail', 'dialog']) {
      expect(await page.isVisible(selector), selector).toBe(false);
    }
    expect(await page.innerText('#s1')).toContain(TRANSCRIPT.segments[0]!.text);
    expect(await page.innerText('.shares')).toMatch(/Customer speaks 39%.*Agent speaks 44%/s);
  });

  test('prints the drawing and the transcript, not the controls', async () => {
    const page = await open(await demo(), { dark: true });
    await page.emulateMedia({ media: 'print' });
    expect(await page.isVisible('.drawing')).toBe(true);
    expect(await page.isVisible('#s6')).toBe(true);
    for (const selector of ['.detail', '.transport', '.search', '.theme']) {
      expect(await page.isVisible(selector), selector).toBe(false);
    }
    expect(await page.evaluate(`getComputedStyle(document.body).backgroundColor`)).toBe('rgb(255, 255, 255)');
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000);
  });

  test('hostile text stays text', async () => {
    const hostile = `</script></p><img src="https://example.com/x" onerror="document.title='owned'"><script>document.title='owned'</script>`;
    const { page: file } = await makeReport(scratchDirectory(), 'hostile-tags', {
      transcript: {
        contactId: null,
        segments: [{ direction: 'to', startMs: 0, endMs: 600, text: hostile, partial: false, words: [] }],
      },
    });
    const page = await open(file);
    expect(await page.title()).toMatch(/^Call of/);
    expect(await page.textContent('#s1 p')).toBe(hostile);
    expect(await page.locator('img').count()).toBe(0);
    await page.fill('.search input', '<img');
    expect(await page.textContent('mark.hit')).toBe('<img');
    expect(await page.locator('img').count()).toBe(0);
  });

  test('plays audio that lies beside the page', async () => {
    const options = { transcript: TRANSCRIPT, audio: 'beside' } as const;
    const page = await open((await makeReport(scratchDirectory(), 'demo-call', options)).page);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press(' ');
    await until(page, `document.querySelector('audio').currentTime > 5.2`);
    // One side cannot be taken out of a file that was opened from a disk.
    expect(await page.isVisible('.side')).toBe(false);
  });
});
