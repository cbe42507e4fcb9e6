// A function's bundle, and which of the SDK's commands its code can make: from the imports of the files that are in it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HandlerName } from '../../src/lambda/handler.ts';
import { ROOT } from '../cli/run-cli.ts';

export interface BuiltFunction {
  files: { path: string; bytes: Buffer }[];
  commands: string[];
}

interface Metafile {
  outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
}

export async function buildFunction(name: HandlerName): Promise<BuiltFunction> {
  const script = (await import('../../scripts/build-lambda.mjs' as string)) as {
    buildFunction(name: string): Promise<{ files: BuiltFunction['files']; metafile: Metafile }>;
  };
  const { files, metafile } = await script.buildFunction(name);
  const own = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      if (path.startsWith('src/') && bytesInOutput > 0) own.add(path);
    }
  }
  const commands = new Set<string>();
  for (const path of own) {
    const source = readFileSync(join(ROOT, path), 'utf8');
    for (const [, names = ''] of source.matchAll(/import \{([^}]*)\} from '@aws-sdk\//g)) {
      for (const name of names.split(',').map((each) => each.trim())) {
        if (!name.startsWith('type ') && /Command$|^Upload$/.test(name)) commands.add(name);
      }
    }
  }
  return { files, commands: [...commands].sort() };
}
