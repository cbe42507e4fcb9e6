import { expect, test } from 'vitest';
import { checkedTranscribeSettings, type TranscribeSettings } from '../../../src/aws/transcribe/settings.ts';

const check = (settings: Partial<TranscribeSettings>) =>
  checkedTranscribeSettings({ channels: 2, ...settings });

test('languages in the spelling of the service', () => {
  expect(check({ language: 'EN-us' }).language).toBe('en-US');
  expect(check({ identifyLanguage: ['es-us', 'en-US'], preferredLanguage: 'en-us' })).toMatchObject({
    identifyLanguage: ['es-US', 'en-US'],
    preferredLanguage: 'en-US',
  });
});

test.each<[Partial<TranscribeSettings>]>([
  [{}],
  [{ language: 'en' }],
  [{ language: 'xx-XX' }],
  [{ language: 'ja-JP', analytics: true }],
  [{ language: 'en-US', identifyLanguage: ['en-US', 'es-US'] }],
  [{ identifyLanguage: ['en-US'] }],
  [{ identifyLanguage: ['en-US', 'en-GB'] }],
  [{ identifyLanguage: ['en-US', 'es-US'], preferredLanguage: 'fr-FR' }],
  [{ identifyMultipleLanguages: ['en-US', 'es-US'], preferredLanguage: 'en-US' }],
  [{ identifyLanguage: ['en-US', 'es-US'], languageModel: 'm' }],
  [{ identifyLanguage: ['en-US', 'es-US'], pii: 'redact' }],
  [{ language: 'en-US', vocabularies: ['a', 'b'] }],
  [{ language: 'en-US', vocabularyFilters: ['a', 'b'] }],
  [{ language: 'en-US', vocabularyFilterMethod: 'mask' }],
  [{ language: 'en-US', piiTypes: ['NAME'] }],
  [{ language: 'en-US', speakerLabels: true }],
  [{ language: 'en-US', speakerLabels: true, analytics: true }],
  [{ language: 'en-US', analytics: true, channels: 1 }],
  [{ identifyMultipleLanguages: ['en-US', 'es-US'], analytics: true }],
  [{ language: 'en-US', analytics: true, pii: 'redact', piiTypes: ['AGE'] }],
])('refused with a way out: %j', (settings) => {
  try {
    check(settings);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'transcribe-settings', exitCode: 2 });
    expect((error as { hint: string }).hint).not.toBe('');
  }
});
