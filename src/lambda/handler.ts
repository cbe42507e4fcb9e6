// What a Lambda handler is here: a plain function of an event and its invocation; clients and settings come from outside.

/** What Lambda tells of an invocation, as far as it is used; Lambda's own context object fits. */
export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  /** Milliseconds until the invocation is ended from outside. */
  getRemainingTimeInMillis(): number;
}

/** Throws for what Lambda shall retry, and report to the failure destination. */
export type LambdaHandler = (event: unknown, context: LambdaContext) => Promise<unknown>;

export const HANDLER_NAMES = ['record', 'trigger', 'overlay', 'redact', 'backfill'] as const;
export type HandlerName = (typeof HANDLER_NAMES)[number];
