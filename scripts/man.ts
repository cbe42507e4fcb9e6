// `npm run man`: writes man/kvsrec.1 from the tables that the help is made of.

import { writeFileSync } from 'node:fs';
import { manPage } from './man-page.ts';

writeFileSync(new URL('../man/kvsrec.1', import.meta.url), await manPage());
