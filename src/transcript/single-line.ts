// Recognised text comes from outside: in a format of lines, nothing in it may begin another line or steer a terminal.

// C0 and C1 controls, delete, line and paragraph separators, bidirectional marks, zero-width marks but for the joiners
// that some scripts need, lone surrogates.
const UNWELCOME =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** The text on one line: each run of white space or of what must not be printed becomes one space. */
export function singleLine(text: string): string {
  return text.replace(UNWELCOME, ' ').replace(/\s+/g, ' ').trim();
}
