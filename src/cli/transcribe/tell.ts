// What a person is told of a call that is only heard in part.

import type { Terminal } from '../terminal.ts';
import type { TappedCallOptions } from './tapped-call.ts';

export function tellOfCall(terminal: Terminal): Pick<TappedCallOptions, 'onOther' | 'onUnheard'> {
  return {
    onOther: (other) =>
      terminal.warning(
        `there is audio of another contact, ${other ?? 'without an id'}, which is not transcribed; ` +
          '--contact-id chooses one',
      ),
    onUnheard: ({ direction, number }, reason) => {
      const track = direction === 'unknown' ? `track ${number}` : `the direction "${direction}"`;
      terminal.warning(`${track} is not heard: ${reason}`);
    },
  };
}
