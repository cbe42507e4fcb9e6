import { describe, expect, it } from 'vitest';
import { trackDirection } from '../../src/connect/direction.ts';

describe('trackDirection', () => {
  it.each([
    ['AUDIO_FROM_CUSTOMER', undefined, 'from'],
    ['AUDIO_TO_CUSTOMER', undefined, 'to'],
    ['Track_audio/L16', undefined, 'from'],
    ['AUDIO_TO_CUSTOMER', 'true', 'to'],
    ['', 'true', 'from'],
    ['audio', 'FALSE', 'to'],
    ['audio', 'perhaps', 'unknown'],
    ['audio', undefined, 'unknown'],
    ['audio_from_customer', undefined, 'unknown'],
    ['constructor', undefined, 'unknown'],
    ['__proto__', 'true', 'from'],
  ])('of a track named “%s”, IsCaller %s, is %s', (name, isCaller, direction) => {
    expect(trackDirection(name, isCaller)).toBe(direction);
  });
});
