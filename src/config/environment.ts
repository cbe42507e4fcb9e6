// Settings from `KVSREC_*` environment variables.

import { KvsrecError } from '../errors.ts';
import { nearest } from './nearest.ts';
import { SETTING_KEYS, SETTINGS, type SettingKey } from './settings.ts';

const PREFIX = 'KVSREC_';
/** Variables of the Lambda functions, which have settings of their own. */
const OF_THE_FUNCTIONS = 'KVSREC_LAMBDA_';

/**
 * The raw values that the environment gives. An empty variable counts as not set.
 * @throws KvsrecError `unknown-setting` (exit 2) for a variable with the prefix that is no setting.
 */
export function readEnvironment(env: NodeJS.ProcessEnv): Map<SettingKey, string> {
  const found = new Map<SettingKey, string>();
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(PREFIX) || variable.startsWith(OF_THE_FUNCTIONS)) continue;
    const key = SETTING_KEYS.find((candidate) => SETTINGS[candidate].env === variable);
    if (key === undefined) throw unknownVariable(variable);
    const value = env[variable];
    if (value !== undefined && value !== '') found.set(key, value);
  }
  return found;
}

function unknownVariable(variable: string): KvsrecError {
  const names = SETTING_KEYS.map((key) => SETTINGS[key].env);
  const meant = nearest(
    variable.slice(PREFIX.length),
    names.map((name) => name.slice(PREFIX.length)),
  );
  return new KvsrecError('unknown-setting', `unknown setting in the environment: ${variable}`, {
    exitCode: 2,
    hint: meant
      ? `Did you mean ${PREFIX}${meant}?`
      : '"kvsrec config" lists the settings; unset the variable if it is not meant for kvsrec.',
  });
}
