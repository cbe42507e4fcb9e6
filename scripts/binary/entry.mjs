// The single binary's way in: `bin/kvsrec.ts` without waiting at the top level, which a script cannot do.

import { main } from '../../src/cli/main.ts';

main(process.argv.slice(2));
