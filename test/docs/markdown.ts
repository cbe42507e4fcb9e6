// The documents as the tests read them: command blocks with their markers, links, headings, inline code.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../cli/run-cli.ts';

/** A fenced block of commands. */
export interface CommandBlock {
  /** Line of the document, from 1. */
  line: number;
  text: string;
  /** In an environment where the services are on loopback. */
  services: boolean;
  /** It serves until it is interrupted, which is what happens to it once it has printed something. */
  interrupted: boolean;
  /** A recording into `calls` was killed before. */
  afterKill: boolean;
  /** What it ends with. */
  status: number;
  /** What it needs and a test has not: of the calls of kvsrec and the AWS CLI only the arguments are checked. */
  needs: 'aws' | null;
}

/** Every document with command blocks or links, relative to the root. */
export const DOCUMENT_FILES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
];

export function readDocument(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

const FENCE = /^(`{3,})(\S*)\s*$/;
const MARKER = /^<!--\s*(run|needs):\s*(.*?)\s*-->$/;

/**
 * The blocks of a document. A comment before a block says how it is run: `<!-- run: simulator -->` (with the services
 * on loopback), `<!-- run: interrupted -->`, `<!-- run: after a kill -->`, `<!-- run: status 3 -->`, any of them with commas between; or
 * `<!-- needs: aws -->`.
 */
export function commandBlocks(text: string): CommandBlock[] {
  const blocks: CommandBlock[] = [];
  const lines = text.split('\n');
  let marker: RegExpExecArray | null = null;
  for (let index = 0; index < lines.length; index++) {
    const fence = FENCE.exec(lines[index]!.trim());
    if (fence === null) {
      if (lines[index]!.trim() !== '') marker = MARKER.exec(lines[index]!.trim());
      continue;
    }
    const first = index + 1;
    const end = lines.findIndex((line, at) => at >= first && line.trim() === fence[1]);
    if (end < 0) throw new Error(`line ${index + 1}: the block does not end`);
    if (/^(sh|bash|console|shell|zsh)$/.test(fence[2]!)) {
      blocks.push({ line: index + 1, text: lines.slice(first, end).join('\n'), ...meaning(marker) });
    } else if (marker !== null) {
      throw new Error(`line ${index + 1}: a marker before a block that is none of commands`);
    }
    marker = null;
    index = end;
  }
  return blocks;
}

function meaning(marker: RegExpExecArray | null): Omit<CommandBlock, 'line' | 'text'> {
  const plain = { services: false, interrupted: false, afterKill: false, status: 0, needs: null };
  if (marker === null) return plain;
  if (marker[1] === 'needs') {
    if (marker[2] !== 'aws') throw new Error(`nothing is known of what needs ${marker[2]}`);
    return { ...plain, needs: 'aws' };
  }
  const words = marker[2]!.split(/,\s*/);
  const status = words.map((word) => /^status (\d+)$/.exec(word)?.[1]).find((value) => value !== undefined);
  const unknown = words.filter((word) => !/^(simulator|interrupted|after a kill|status \d+)$/.test(word));
  if (unknown.length > 0) throw new Error(`a marker does not say what is meant: ${unknown.join(', ')}`);
  return {
    services: words.includes('simulator'),
    interrupted: words.includes('interrupted'),
    afterKill: words.includes('after a kill'),
    status: Number(status ?? 0),
    needs: null,
  };
}

/** The text without fenced blocks. */
export function prose(text: string): string {
  return text.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1\s*$/gm, '');
}
