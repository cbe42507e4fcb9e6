// The import rule: data flows down this list, so an import only ever points from a later room to an earlier one.
const rooms = [
  'kernels',
  'ebml',
  'matroska',
  'kvs',
  'connect',
  'audio',
  'transcript',
  'transcription',
  'recording',
  'report',
  'aws',
  'simulator',
  'config',
  'lambda',
  'cli',
];

const later = (name) => rooms.slice(rooms.indexOf(name) + 1);

// Neighbours that the table of rooms keeps apart although one comes after the other.
const apart = [
  {
    from: 'audio',
    to: ['ebml', 'matroska', 'kvs', 'connect'],
    why: 'audio does not know where audio comes from',
  },
  {
    from: 'transcript',
    to: ['ebml', 'matroska', 'kvs', 'connect', 'audio'],
    why: 'a transcript knows no wire format',
  },
  {
    from: 'transcription',
    to: ['ebml', 'matroska', 'kvs', 'connect'],
    why: 'what keeps sessions alive takes placed samples, whichever container they came in',
  },
  {
    from: 'report',
    to: ['ebml', 'matroska', 'kvs'],
    why: 'a report shows recordings, whichever container they came in',
  },
  {
    from: 'simulator',
    to: ['connect', 'audio', 'transcript', 'transcription', 'recording', 'report', 'aws'],
    why: 'the simulator shares only the wire formats',
  },
  {
    from: 'config',
    to: [
      'kernels',
      'ebml',
      'matroska',
      'kvs',
      'connect',
      'audio',
      'transcript',
      'transcription',
      'recording',
      'report',
      'aws',
      'simulator',
    ],
    why: 'settings know no engine',
  },
];

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphan-dependency',
      severity: 'error',
      comment: 'what src imports is a dependency, not a development dependency',
      from: { path: '^(src|bin)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'not-into-tests',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { path: '^(test|bench|fixtures)/' },
    },
    ...rooms.map((name) => ({
      name: `${name}-imports-only-earlier-rooms`,
      severity: 'error',
      from: { path: `^src/${name}/` },
      to: { path: `^(src/(${[...later(name), 'index'].join('|')})(/|\\.ts)|bin/)` },
    })),
    ...apart.map(({ from, to, why }) => ({
      name: `${from}-stands-apart`,
      comment: why,
      severity: 'error',
      from: { path: `^src/${from}/` },
      to: { path: `^src/(${to.join('|')})/` },
    })),
    {
      name: 'what-all-import-knows-nothing',
      severity: 'error',
      from: { path: '^src/(errors|duration|sample-codec)\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'bin-only-enters-the-cli',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^src/(?!cli/)' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
