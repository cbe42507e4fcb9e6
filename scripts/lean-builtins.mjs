// Keeps two of Node's own modules from costing every cold start what few invocations need, for esbuild.

/** Importing `node:process` runs all its getters, and opens standard input with them; the global is there anyway. */
const PROCESS = `
export default process;
export const { env, versions } = process;
`;

/** The SDK's handler for HTTP/2 is in every client's bundle, and used for transcription alone. */
const HTTP2 = `
const http2 = () => process.getBuiltinModule('node:http2');
export default {
  connect: (...to) => http2().connect(...to),
  constants: new Proxy({}, { get: (_, name) => http2().constants[name] }),
};
`;

const CONTENTS = { 'node:process': PROCESS, 'node:http2': HTTP2 };

/** An import of another name from these modules fails the build. */
export const LEAN_BUILTINS = {
  name: 'lean-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(process|http2)$/ }, ({ path }) => ({ path, namespace: 'lean' }));
    onLoad({ filter: /.*/, namespace: 'lean' }, ({ path }) => ({ contents: CONTENTS[path], loader: 'js' }));
  },
};
