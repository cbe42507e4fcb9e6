// Text into HTML: everything is escaped unless it was made here, so that nothing from a stream becomes markup.

/** Markup that may stand in a page as it is. Only `html` makes it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

type Value = string | number | Html | readonly Html[] | undefined;

/** A piece of a page. What is put in becomes text; `Html`, or a list of it, stands as it is; undefined is nothing. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  let markup = strings[0]!;
  values.forEach((value, index) => {
    markup += markupOf(value) + strings[index + 1]!;
  });
  return new Html(markup);
}

function markupOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  if (value instanceof Html) return value.markup;
  return value.map(({ markup }) => markup).join('\n');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// Embeddings, overrides and isolates could turn the text around them, which would then say something else.
const TURNING = /[\u202a-\u202e\u2066-\u2069]/g;
// What a document must not contain: controls other than tab and line breaks, non-characters, lone surrogates.
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text as it may stand between tags and in quoted attributes. */
export function escapeText(text: string): string {
  return cleanText(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** The text with what a document cannot hold replaced, and what would turn its neighbours shown as an escape. */
export function cleanText(text: string): string {
  return text
    .replace(FORBIDDEN, '\ufffd')
    .replace(TURNING, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}

/** A value as JSON that may stand in a script element: nothing in it can end the element. */
export function scriptJson(value: unknown): Html {
  return new Html(
    JSON.stringify(value)
      .replace(/</g, '\\u003c')
      .replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`),
  );
}
