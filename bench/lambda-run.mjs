// Loads a built function as Lambda does and invokes it once; says on standard output when it began to and had done so, and
// at the end what it took.

const [entry, event, timeoutMs] = process.argv.slice(2);
const began = Date.now();
const { handler } = await import(entry);
const loaded = Date.now();
process.stdout.write(`${JSON.stringify({ loading: { began, loaded } })}\n`);
const deadline = Date.now() + Number(timeoutMs);
const answer = await handler(JSON.parse(event), {
  awsRequestId: 'bench-1',
  functionName: 'record',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:record',
  memoryLimitInMB: '256',
  getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
});
const { user, system } = process.cpuUsage();
process.stdout.write(`${JSON.stringify({ done: { cpuMs: (user + system) / 1000, answer } })}\n`);
