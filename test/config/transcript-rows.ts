// Settings of transcripts as each source spells them, for the test of settings.

const text = {
  flag: ['f', 'f'] as [unknown, unknown],
  env: ['e', 'e'] as [string, unknown],
  file: ['c', 'c'] as [unknown, unknown],
  badInFile: 5,
};
const names = {
  flag: ['a', ['a']] as [unknown, unknown],
  env: ['a, b,a', ['a', 'b']] as [string, unknown],
  file: [
    ['a', 'b'],
    ['a', 'b'],
  ] as [unknown, unknown],
  bad: 'a,,b',
  badInFile: 5,
};
const toggle = {
  flag: [true, true] as [unknown, unknown],
  env: ['no', false] as [string, unknown],
  file: [true, true] as [unknown, unknown],
  bad: 'maybe',
  badInFile: 'sometimes',
};
const choice = (one: string, other: string) => ({
  flag: [one, one] as [unknown, unknown],
  env: [other, other] as [string, unknown],
  file: [one, one] as [unknown, unknown],
  bad: 'neither',
  badInFile: 5,
});

export const TRANSCRIPT_ROWS = {
  language: text,
  identifyLanguage: names,
  identifyMultipleLanguages: names,
  preferredLanguage: text,
  vocabulary: names,
  vocabularyFilter: names,
  vocabularyFilterMethod: choice('mask', 'tag'),
  languageModel: text,
  pii: choice('identify', 'redact'),
  piiTypes: {
    flag: ['NAME', ['NAME']] as [unknown, unknown],
    env: ['PHONE, SSN', ['PHONE', 'SSN']] as [string, unknown],
    file: [['ALL'], ['ALL']] as [unknown, unknown],
    bad: 'NAMES',
    badInFile: ['NAME', 7],
  },
  stability: choice('low', 'high'),
  speakerLabels: toggle,
  analytics: toggle,
  sessions: choice('per-direction', 'together'),
  pace: {
    flag: ['2.5', 2.5] as [unknown, unknown],
    env: ['10', 10] as [string, unknown],
    file: [4, 4] as [unknown, unknown],
    bad: '0',
    badInFile: 1000,
  },
  table: text,
  tableToCustomer: text,
  savePartials: toggle,
  ttlDays: {
    flag: ['30', 30] as [unknown, unknown],
    env: ['0.5', 0.5] as [string, unknown],
    file: [1, 1] as [unknown, unknown],
    bad: 'never',
    badInFile: -1,
  },
};
