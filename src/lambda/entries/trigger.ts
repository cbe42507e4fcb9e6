// The function `trigger` as Lambda loads it: clients and settings made once, at the cold start.

import { documentClient, updateContact } from '../contact-details.ts';
import { readEnvironment } from '../environment.ts';
import { invokeLater } from '../invoke.ts';
import { telemetry } from '../telemetry.ts';
import { createTrigger } from '../trigger.ts';

const environment = readEnvironment('trigger', process.env);
const { APP_REGION, transcriptionFunction, table_name: table, KVSREC_LAMBDA_TIME_ZONE } = environment;

export const handler = createTrigger({
  invokeLater: invokeLater(APP_REGION),
  updateContact:
    table === undefined
      ? undefined
      : updateContact(documentClient(APP_REGION), table, environment.KVSREC_LAMBDA_TRANSCRIPT_TTL_DAYS),
  recordFunction: transcriptionFunction,
  timeZone: KVSREC_LAMBDA_TIME_ZONE,
  telemetry: (context) => telemetry({ service: 'trigger' }, context),
});
