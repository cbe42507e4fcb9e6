// Names of EBML and Matroska elements for people, from the `ebml` package's table; loaded only when asked for.

/** What a table of elements says of one. */
export interface ElementName {
  name: string;
  type: 'master' | 'unsigned' | 'signed' | 'float' | 'string' | 'utf-8' | 'date' | 'binary';
  /** Depth in a document; 0 is the top, -1 anywhere. */
  level: number;
}

const TYPES: Record<string, ElementName['type']> = {
  m: 'master',
  u: 'unsigned',
  i: 'signed',
  f: 'float',
  s: 'string',
  '8': 'utf-8',
  d: 'date',
  b: 'binary',
};

/** The table by element id, the id with its length marker (`0x1A45DFA3` is EBML). */
export async function elementNames(): Promise<ReadonlyMap<number, ElementName>> {
  const { schema } = await import('ebml');
  return new Map(
    [...schema].map(([id, { name, type, level }]) => [id, { name, type: TYPES[type] ?? 'binary', level }]),
  );
}
