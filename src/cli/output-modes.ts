// How a run speaks: settled for good with the settings, and guessed from flags and environment for errors before that.

/** The settings that shape output. */
export interface OutputModes {
  json: boolean;
  quiet: boolean;
  verbose: boolean;
  color: boolean | 'auto';
}

/** The modes as far as they can be told before settings are read. */
export function earlyModes(argv: readonly string[], env: NodeJS.ProcessEnv): OutputModes {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  const given = (name: string, short?: string): boolean => {
    const word = env[`KVSREC_${name.toUpperCase()}`]?.toLowerCase() ?? '';
    const last = flags.findLast((flag) => flag === `--${name}` || flag === short || flag === `--no-${name}`);
    return last === undefined ? ['1', 'true', 'yes', 'on'].includes(word) : last !== `--no-${name}`;
  };
  return {
    json: given('json'),
    quiet: given('quiet', '-q'),
    verbose: given('verbose', '-v'),
    color: flags.includes('--no-color') ? false : flags.includes('--color') ? true : 'auto',
  };
}
