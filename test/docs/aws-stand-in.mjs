// What `aws` is while documents are tested: takes the calls that the AWS CLI would take, and reaches nothing.
// Ends with 252 where it would not, as that does for usage.

import { existsSync, readFileSync } from 'node:fs';

/** Checks of an option's value; true is an option without one. */
const any = (value) => value !== '';
const oneOf =
  (...choices) =>
  (value) =>
    choices.includes(value);
const file = (value) => existsSync(value);
const url = (value) => URL.canParse(value);
const json = (value) => {
  if (value.startsWith('file://')) return json(readFileSync(value.slice('file://'.length), 'utf8'));
  try {
    return typeof JSON.parse(value) === 'object';
  } catch {
    return false;
  }
};
const s3Uri = (value) => /^s3:\/\/[a-zA-Z0-9][\w.-]{2,62}(\/.*)?$/.test(value);
const arnOr =
  (...placeholders) =>
  (value) =>
    /^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{12}:.+$/.test(value) || placeholders.includes(value);

const EVERYWHERE = {
  '--region': (value) => /^[a-z]{2}(-[a-z]+)+-\d$/.test(value),
  '--profile': any,
  '--endpoint-url': url,
  '--query': any,
  '--output': oneOf('json', 'text', 'table', 'yaml'),
  '--no-cli-pager': true,
};

const STREAM = { '--stream-name': any, '--stream-arn': arnOr() };

/**
 * The calls that documents make, from the AWS CLI's reference: options, those that must be there, how many arguments
 * follow, and what they print.
 */
const CALLS = {
  'sts get-caller-identity': { options: {}, prints: '{ "Account": "111122223333" }' },
  's3 cp': { options: {}, positional: [(value) => file(value) || s3Uri(value), s3Uri] },
  'cloudformation deploy': {
    options: {
      '--stack-name': (value) => /^[A-Za-z][A-Za-z0-9-]*$/.test(value),
      '--template-file': file,
      '--s3-bucket': any,
      '--s3-prefix': any,
      '--capabilities': oneOf('CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'),
      '--no-fail-on-empty-changeset': true,
      '--parameter-overrides': (value, all) =>
        templateParameters(all.get('--template-file')?.[0]).includes(/^(\w+)=/.exec(value)?.[1]),
    },
    lists: ['--capabilities', '--parameter-overrides'],
    needs: ['--stack-name', '--template-file'],
  },
  'stepfunctions start-execution': {
    options: { '--state-machine-arn': arnOr('ARN'), '--name': any, '--input': json },
    needs: ['--state-machine-arn'],
  },
  'lambda invoke': {
    options: {
      '--function-name': any,
      '--payload': json,
      '--cli-binary-format': oneOf('raw-in-base64-out', 'base64'),
      '--invocation-type': oneOf('Event', 'RequestResponse', 'DryRun'),
    },
    needs: ['--function-name'],
    positional: [any],
    prints: '{ "StatusCode": 200 }',
  },
  'kinesisvideo get-data-endpoint': {
    options: { ...STREAM, '--api-name': oneOf('GET_MEDIA', 'LIST_FRAGMENTS', 'GET_MEDIA_FOR_FRAGMENT_LIST') },
    needs: ['--api-name'],
    prints: 'https://b-0123456789abcdef.kinesisvideo.eu-central-1.amazonaws.com',
  },
  'kinesis-video-archived-media list-fragments': {
    options: { ...STREAM, '--max-results': any, '--fragment-selector': json },
    prints: '{ "Fragments": [] }',
  },
};

/** Names under `Parameters:` of a template in YAML. */
function templateParameters(path) {
  if (path === undefined || !existsSync(path)) return [];
  const [, section = ''] = /^Parameters:\n((?: .*\n|\n)+)/m.exec(readFileSync(path, 'utf8')) ?? [];
  return [...section.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
}

/** What the AWS CLI would say, or what the call prints. @throws Error where it would not take the arguments. */
function call([service, command, ...words]) {
  const known = CALLS[`${service} ${command}`];
  if (known === undefined) throw new Error(`no such call is known: aws ${service} ${command}`);
  const options = { ...EVERYWHERE, ...known.options };
  const given = new Map();
  const positional = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at++];
    if (!word.startsWith('--')) {
      positional.push(word);
      continue;
    }
    const check = options[word];
    if (check === undefined) throw new Error(`Unknown options: ${word}`);
    if (given.has(word)) throw new Error(`${word} is there twice`);
    given.set(word, []);
    if (check === true) continue;
    const most = known.lists?.includes(word) ? Number.POSITIVE_INFINITY : 1;
    while (at < words.length && !words[at].startsWith('--') && given.get(word).length < most) {
      given.get(word).push(words[at++]);
    }
    if (given.get(word).length === 0) throw new Error(`argument ${word}: expected one argument`);
  }
  for (const name of known.needs ?? []) {
    if (!given.has(name)) throw new Error(`the following arguments are required: ${name}`);
  }
  for (const [name, values] of given) {
    for (const value of values) {
      if (!options[name](value, given)) throw new Error(`argument ${name}: ${value} is none`);
    }
  }
  const expected = known.positional ?? [];
  if (positional.length !== expected.length || !expected.every((check, at) => check(positional[at]))) {
    throw new Error(`not the arguments of ${service} ${command}: ${positional.join(' ')}`);
  }
  return known.prints;
}

try {
  const printed = call(process.argv.slice(2));
  if (printed !== undefined) console.log(printed);
} catch (error) {
  console.error(`aws: ${error.message}`);
  process.exitCode = 252;
}
