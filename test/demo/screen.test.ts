// The screen of the demonstration: a line that changes gives way to lines that stay, and is for terminals only.

import { expect, test } from 'vitest';
import { Screen } from '../../demo/screen.ts';

function screenOn(isTTY: boolean, columns = 80) {
  let text = '';
  const output = { isTTY, columns, write: (piece: string) => (text += piece) };
  return { screen: new Screen(output as unknown as NodeJS.WriteStream), text: () => text };
}

test('on a terminal the changing line is wiped before each line, and drawn again after it', () => {
  const { screen, text } = screenOn(true);
  screen.changing('Hel');
  screen.changing('Hel');
  screen.changing('Hello');
  screen.line('one');
  screen.changing('');
  screen.line('two');
  expect(text()).toBe('Hel\r\x1b[KHello\r\x1b[Kone\nHello\r\x1b[Ktwo\n');
});

test('a changing line never wraps', () => {
  const { screen, text } = screenOn(true, 24);
  screen.changing('x'.repeat(100));
  expect(text()).toBe('x'.repeat(23));
});

test('elsewhere there are only lines', () => {
  const { screen, text } = screenOn(false);
  screen.changing('Hel');
  screen.line(screen.moment(63_900, 'agent', 'Hello\x1b[2J'));
  expect(text()).toBe('  1:03  agent     Hello\\x1b[2J\n');
});
