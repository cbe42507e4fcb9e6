// The operations that are served, and their paths in the services' models.

export const OPERATIONS = [
  'DescribeStream',
  'GetDataEndpoint',
  'GetMedia',
  'GetMediaForFragmentList',
  'ListFragments',
  'ListStreams',
  'PutMedia',
] as const;

export type Operation = (typeof OPERATIONS)[number];

const BY_PATH = new Map<string, Operation>(
  OPERATIONS.map((operation) => [`/${operation[0]!.toLowerCase()}${operation.slice(1)}`, operation]),
);

/** The operation of a request's path, for example `/getMedia`. */
export function operationOf(url: string | undefined): Operation | undefined {
  return BY_PATH.get((url ?? '').split('?', 1)[0]!);
}
