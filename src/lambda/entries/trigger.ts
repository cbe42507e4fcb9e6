// The function `trigger` as Lambda loads it: clients and settings made once, at the cold start.

import { documentClient, updateContact } from '../contact-details.ts';
import { readEnvironment } from '../environment.ts';
import { invokeLater } from '../invoke.ts';
import { telemetry } from '../telemetry.ts';
import { createTrigger } from '../trigger.ts';

const { APP_REGION, transcriptionFunction, table_name, KVSREC_LAMBDA_TIME_ZONE } = readEnvironment(
  'trigger',
  process.env,
);

export const handler = createTrigger({
  invokeLater: invokeLater(APP_REGION),
  updateContact: table_name === undefined ? undefined : updateContact(documentClient(APP_REGION), table_name),
  recordFunction: transcriptionFunction,
  timeZone: KVSREC_LAMBDA_TIME_ZONE,
  telemetry: (context) => telemetry({ service: 'trigger' }, context),
});
