// File names: whatever a stream says, a name stays inside its folder and tells contacts apart.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactTime, DEFAULT_NAME, fileName, safePart } from '../../src/recording/file-name.ts';

const PARTS = {
  contactId: 'b0e1c5c2-7d1c-4b7e-9f0a-3c5d2e1f4a6b',
  startMs: Date.UTC(2024, 8, 18, 16, 41, 28, 724),
  what: 'AUDIO_FROM_CUSTOMER',
  direction: 'from',
  layout: 'separate',
};

describe('safePart', () => {
  it('leaves plain text as it is', () => {
    expect(safePart(PARTS.contactId)).toBe(PARTS.contactId);
  });

  it.each(['..', '.', '', '/', '../../etc/passwd', '-rf', 'a b', '\u001b[31m', 'a\0b', 'é', 'x'.repeat(500)])(
    'makes a safe name of “%s”',
    (text) => {
      const safe = safePart(text);
      expect(safe).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]*$|^-[0-9a-f]{8}$/);
      expect(safe.length).toBeLessThanOrEqual(100);
      expect(safe).not.toBe(text);
    },
  );

  it.each(['CON', 'nul', 'AUX', 'Prn.wav', 'COM1', 'lpt9.tar.gz', 'COM0', 'nul.', 'contact.', 'contact...'])(
    'makes a name that Windows takes of “%s”',
    (text) => {
      expect(safePart(text)).toMatch(/^(?!(con|prn|aux|nul|com\d|lpt\d)(\.|$))[A-Za-z0-9._-]*[^.]$/i);
      expect(safePart(text)).not.toBe(text);
    },
  );

  it.each(['CONTACT', 'console', 'COM10', 'null', 'a.con', 'contact.1'])('leaves “%s”, no device', (text) => {
    expect(safePart(text)).toBe(text);
  });

  it('is a safe name whatever the text, and another one for another text', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 120 });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(safePart(a)).toMatch(/^[A-Za-z0-9._-]{1,100}$/);
        expect(safePart(a)).not.toMatch(/\.$/);
        if (a !== b) expect(safePart(a)).not.toBe(safePart(b));
      }),
    );
  });
});

describe('compactTime', () => {
  it.each([
    [PARTS.startMs, '20240918T164128724Z'],
    [0, '19700101T000000000Z'],
  ])('of %i is %s', (ms, text) => {
    expect(compactTime(ms)).toBe(text);
  });

  it.each([1e30, -1e30])('says the nearest where a date cannot say it: %d', (ms) => {
    expect(compactTime(ms)).toMatch(/Z$/);
  });
});

describe('fileName', () => {
  it('is the contact, the start and what it is', () => {
    expect(fileName(DEFAULT_NAME, PARTS)).toBe(`${PARTS.contactId}_20240918T164128724Z_AUDIO_FROM_CUSTOMER`);
  });

  it('is “unknown” without a contact', () => {
    expect(fileName('{contactId}', { ...PARTS, contactId: null })).toBe('unknown');
  });

  it('fills every placeholder, and folders', () => {
    expect(fileName('{date}/{layout}-{direction}/{what}', PARTS)).toBe(
      '20240918/separate-from/AUDIO_FROM_CUSTOMER',
    );
  });

  it.each(['/{what}', '{what}/', '../{what}', 'a/../{what}', './{what}', 'a//{what}', '', '..'])(
    'refuses the template “%s”',
    (template) => {
      expect(() => fileName(template, PARTS)).toThrow(/leads out of the output folder/);
    },
  );

  it.each(['{contact}', '{}', '{constructor}', '{__proto__}'])('refuses the placeholder %s', (template) => {
    expect(() => fileName(template, PARTS)).toThrow(
      expect.objectContaining({ code: 'bad-name-template', exitCode: 2 }),
    );
  });

  it.each([
    '{what}.',
    'nul/{what}',
    'Aux.{what}',
    'a:b',
    '..\\{what}',
    'calls /{what}',
    '{date}?',
    'com1',
    'a\tb',
  ])('refuses the template “%s” on Windows alone', (template) => {
    expect(() => fileName(template, PARTS, 'win32')).toThrow(/no file name on Windows/);
    expect(fileName(template, PARTS, 'linux')).not.toBe('');
  });

  it('takes the default template on Windows, whatever the contact id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (contactId) => {
        for (const template of [DEFAULT_NAME, '{contactId}', '{contactId}/{what}']) {
          expect(fileName(template, { ...PARTS, contactId }, 'win32')).not.toBe('');
        }
      }),
    );
  });

  it('lets no contact id make a folder', () => {
    expect(fileName('{contactId}', { ...PARTS, contactId: '../up' })).not.toContain('/');
  });
});
