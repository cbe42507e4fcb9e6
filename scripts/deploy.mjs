// Builds the functions, puts them into a bucket and deploys the stack: a thin wrapper around the AWS CLI.
//
//   npm run deploy -- --code-bucket my-code [--stack-name kvsrec] [--region eu-central-1] [--profile me] \
//     [--dry-run] [ConnectInstanceArn=arn:… TranscribeCalls=false …]

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const OUT = join(root, 'build', 'lambda');

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'code-bucket': { type: 'string' },
      'stack-name': { type: 'string', default: 'kvsrec' },
      region: { type: 'string' },
      profile: { type: 'string' },
      'dry-run': { type: 'boolean' },
    },
  });
  const bucket = values['code-bucket'];
  if (bucket === undefined)
    throw new Error('--code-bucket is missing: a bucket of yours in the region of the stack');
  const wrong = positionals.find((pair) => !/^[A-Za-z]+=/.test(pair));
  if (wrong !== undefined) throw new Error(`"${wrong}" is no Parameter=value`);

  run(process.execPath, [join(root, 'scripts', 'build-lambda.mjs')], false);
  const files = readdirSync(OUT)
    .filter((name) => /\.(zip|wav)$/.test(name))
    .sort();
  // A key of its own for every code: CloudFormation sees a change by the key alone.
  const hash = createHash('sha256');
  for (const name of files) hash.update(readFileSync(join(OUT, name)));
  const prefix = `kvsrec/${hash.digest('hex').slice(0, 16)}/`;
  const shared = [
    ...(values.region === undefined ? [] : ['--region', values.region]),
    ...(values.profile === undefined ? [] : ['--profile', values.profile]),
  ];
  for (const name of files) {
    run(
      'aws',
      ['s3', 'cp', join(OUT, name), `s3://${bucket}/${prefix}${name}`, ...shared],
      values['dry-run'],
    );
  }
  run(
    'aws',
    [
      'cloudformation',
      'deploy',
      '--stack-name',
      values['stack-name'],
      '--template-file',
      join(root, 'deploy', 'template.yaml'),
      // It is larger than what can be sent along with the request.
      '--s3-bucket',
      bucket,
      '--s3-prefix',
      prefix.slice(0, -1),
      '--capabilities',
      'CAPABILITY_IAM',
      '--no-fail-on-empty-changeset',
      '--parameter-overrides',
      `CodeBucket=${bucket}`,
      `CodePrefix=${prefix}`,
      ...positionals,
      ...shared,
    ],
    values['dry-run'],
  );
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}

function run(command, args, dry) {
  if (command === 'aws') console.log([command, ...args].join(' '));
  if (dry) return;
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw new Error(`${command} cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}
