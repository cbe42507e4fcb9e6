// A failure in the form in which Lambda reports it.

export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** What an invocation that threw answers, with header `X-Amz-Function-Error`. */
export function functionError(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error))
    return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
  const { code } = thrown as { code?: unknown };
  return {
    errorType: typeof code === 'string' ? code : thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? '').split('\n'),
  };
}
